"""Names of methods, for people."""
from spyvm.objects import special
from spyvm.objects.pointers import W_AbstractPointers
from spyvm.objects.raw import W_Bytes
from spyvm.rpy import jit


STATE_METHOD, STATE_SELECTOR = 0, 1      # fields of an AdditionalMethodState


def find_symbol(interp, text):
    """The Symbol with that text among what was loaded; None if there is none."""
    w_like = interp.special_selectors[0]
    if isinstance(w_like, W_Bytes):
        for w_object in interp.memory.loaded:
            if (isinstance(w_object, W_Bytes) and w_object.view is w_like.view and len(w_object.bytes) == len(text) and
                    w_object.text() == text):
                return w_object
    return None


class Naming(object):
    """What to call the method a context runs."""
    _mixin_ = True

    @jit.dont_look_inside
    def method_name(self, context):
        """Class>>selector of what a context runs, as far as the image tells."""
        if context.code is None:
            return '?'
        home = context.home()
        if home is None:
            home = self.home_of(context)
        if home is not None and home.code is not None and home.w_receiver is not None:
            # methods need not know their class: look where the receiver has it from
            view = self.view_of(home.w_receiver)
            for _ in range(1000):
                if view is None:
                    break
                w_selector = selector_of(self.memory, view.w_self, home.code.w_method)
                if w_selector is not None:
                    return view.name() + '>>' + symbol_text(w_selector)
                view = view.superclass_view(self.memory)
            return self.code_name(home.code)
        return self.code_name(context.code)

    @jit.dont_look_inside
    def code_name(self, code):
        w_class = self.method_class(code)
        if isinstance(w_class, W_AbstractPointers):
            view = self.memory.view_of_class(w_class)
            w_selector = selector_of(self.memory, w_class, code.w_method)
            if w_selector is not None:
                return view.name() + '>>' + symbol_text(w_selector)
            w_selector = self.own_selector(code)
            if w_selector is not None:
                return view.name() + '>>' + symbol_text(w_selector)
            return view.name() + '>>?'
        return '?'

    def own_selector(self, code):
        """The selector that a method itself has beside its class: the last but one of its literals, or in the
        AdditionalMethodState there.  None if that is something else, as in images from the time before methods had it."""
        count = len(code.literals)
        if count < 2:
            return None
        w_literal = code.literals[count - 2]
        if isinstance(w_literal, W_AbstractPointers) and len(w_literal.slots) > STATE_SELECTOR:
            if w_literal.slots[STATE_METHOD] is not code.w_method:
                return None
            w_literal = w_literal.slots[STATE_SELECTOR]
        w_like = self.special_selectors[0]
        if not isinstance(w_literal, W_Bytes) or not isinstance(w_like, W_Bytes) or w_literal.view is not w_like.view:
            return None
        if argument_count(w_literal.text()) != code.num_args:
            return None
        return w_literal


def selector_of(memory, w_class, w_method):
    """The selector under which a class has a method; None if it does not have it."""
    if not isinstance(w_class, W_AbstractPointers) or len(w_class.slots) <= special.METHOD_DICT:
        return None
    w_dict = w_class.slots[special.METHOD_DICT]
    if not isinstance(w_dict, W_AbstractPointers) or len(w_dict.slots) <= special.METHOD_ARRAY:
        return None
    w_methods = w_dict.slots[special.METHOD_ARRAY]
    for i in range(min(len(w_dict.slots) - special.SELECTOR_START, w_methods.pointer_size(memory))):
        if w_methods.fetch(memory, i) is w_method:
            return w_dict.slots[i + special.SELECTOR_START]
    return None


def argument_count(selector):
    """How many arguments a message of that name has."""
    if selector == '':
        return 0
    first = selector[0]
    if not (first.isalpha() or first == '_'):
        return 1
    count = 0
    for char in selector:
        if char == ':':
            count += 1
    return count


def symbol_text(w_symbol):
    if isinstance(w_symbol, W_Bytes):
        return w_symbol.text()
    return w_symbol.describe()
