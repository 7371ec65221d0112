"""The VM's cached, versioned view of a class: how to look methods up and what its instances look like."""
from spyvm.objects import formats, special
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import W_AbstractPointers, W_Array, W_Class, GENERIC, unerase_generic
from spyvm.objects.raw import W_Bytes
from spyvm.rpy import jit

MAX_SUPERCLASSES = 10000    # a longer chain is a loop


class Version(object):
    """Stands for a state of a class's lookups; replaced when one of them changes."""


class ClassView(object):
    """`w_self` is the class; `kind` and `inst_size` describe its instances; `behavior` says that these are classes themselves.
    Lookups are cached; `version` changes whenever the answer of one that was made changes, and compiled code depends on it."""
    _immutable_fields_ = ['version?', 'kind?', 'inst_size?', 'w_self?', 'behavior?']

    def __init__(self, memory, w_self):
        self.w_self = w_self
        self.version = Version()
        self.methods = {}
        self.kind = formats.FIXED
        self.inst_size = 0
        self.behavior = False
        self.refresh_shape(memory)

    def refresh_shape(self, memory):
        """Read the format field again."""
        kind = formats.FIXED
        size = 0
        w_self = self.w_self
        if isinstance(w_self, W_AbstractPointers) and len(w_self.slots) > special.FORMAT:
            w_format = w_self.slots[special.FORMAT]
            if isinstance(w_format, W_SmallInteger):
                kind = memory.traits.inst_spec(w_format.value)
                size = memory.traits.inst_size(w_format.value)
                if memory.traits.is_immediate(w_format.value):
                    kind = formats.IMMEDIATE
        if kind < 0:
            kind = formats.FIXED
        if kind != self.kind:
            self.kind = kind
        if size != self.inst_size:
            self.inst_size = size
        behavior = memory.inherits_from_behavior(w_self)
        if behavior != self.behavior:
            self.behavior = behavior

    def superclass_view(self, memory):
        """The view of the superclass; None if there is none."""
        w_self = self.w_self
        if isinstance(w_self, W_AbstractPointers) and len(w_self.slots) > special.SUPERCLASS:
            w_super = w_self.slots[special.SUPERCLASS]
            if w_super is not memory.w_nil and isinstance(w_super, W_AbstractPointers):
                return memory.view_of_class(w_super)
        return None

    def lookup(self, memory, w_selector):
        """What the class or a superclass has under the selector (a CompiledMethod, but any object is possible); None if none."""
        if jit.we_are_jitted():
            return self._lookup_constant(memory, w_selector, self.version)
        return self._lookup(memory, w_selector)

    @jit.elidable
    def _lookup_constant(self, memory, w_selector, version):
        return self._lookup(memory, w_selector)

    def _lookup(self, memory, w_selector):
        try:
            return self.methods[w_selector]
        except KeyError:
            w_found = self.search(memory, w_selector)
            self.methods[w_selector] = w_found
            return w_found

    def search(self, memory, w_selector):
        """Look the selector up in the image's method dictionaries."""
        view = self
        for _ in range(MAX_SUPERCLASSES):
            w_found = method_dict_at(memory, view.w_self, w_selector)
            if w_found is not None:
                return w_found
            view = view.superclass_view(memory)
            if view is None:
                return None
        return None

    def flush(self, memory):
        """The image says that methods may have changed: look again, and take a new version if an answer differs."""
        changed = False
        for w_selector, w_method in self.methods.items():
            if self.search(memory, w_selector) is not w_method:
                changed = True
                break
        if changed:
            self.invalidate()

    def flush_selector(self, memory, w_selector):
        if w_selector in self.methods:
            if self.search(memory, w_selector) is not self.methods[w_selector]:
                self.invalidate()

    def invalidate(self):
        self.methods = {}
        self.version = Version()

    def name(self):
        """The class's name, for people; 'Foo class' of a metaclass."""
        w_self = self.w_self
        if isinstance(w_self, W_AbstractPointers):
            return class_name(w_self)
        return '?'


def find_class(memory, name):
    """The class with that name ('Foo class' for a metaclass) among the loaded objects; None if there is none."""
    for w_object in memory.loaded:
        if isinstance(w_object, W_Class) and class_name(w_object) == name:
            return w_object
    return None


def class_name(w_class):
    """The name of a class object as text; found by its shape, since its place differs between systems."""
    for i in range(special.FORMAT + 1, min(len(w_class.slots), 12)):
        w_name = w_class.slots[i]
        if isinstance(w_name, W_Bytes):
            return w_name.text()
    for i in range(special.FORMAT + 1, min(len(w_class.slots), 12)):
        w_this = w_class.slots[i]
        if isinstance(w_this, W_AbstractPointers) and w_this.view is not None and w_this.view.w_self is w_class:
            for j in range(special.FORMAT + 1, min(len(w_this.slots), 12)):
                w_name = w_this.slots[j]
                if isinstance(w_name, W_Bytes):
                    return w_name.text() + ' class'
    return '?'


def method_dict_at(memory, w_class, w_selector):
    """The value under the selector in the class's own method dictionary; None if absent or if the dictionary is malformed."""
    if not isinstance(w_class, W_AbstractPointers) or len(w_class.slots) <= special.METHOD_DICT:
        return None
    w_dict = w_class.slots[special.METHOD_DICT]
    if not isinstance(w_dict, W_AbstractPointers):
        return None
    slots = w_dict.slots
    for i in range(special.SELECTOR_START, len(slots)):
        if slots[i] is w_selector:
            w_methods = slots[special.METHOD_ARRAY]
            at = i - special.SELECTOR_START
            # not fetch(), which may do anything, as the JIT sees it
            if isinstance(w_methods, W_Array) and w_methods.strategy is GENERIC:
                items = unerase_generic(w_methods.storage)
                if at < len(items) and items[at] is not memory.w_nil:
                    return items[at]
            return None
    return None
