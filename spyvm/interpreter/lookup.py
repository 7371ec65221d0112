"""Finding the method for a send, and making it ready to be run."""
from spyvm.interpreter import control, decoder
from spyvm.interpreter.decoder import ACTIVATE, CONTROL, LOOP, PRIMITIVE, RETURN_CONSTANT, RETURN_INSTVAR, RETURN_SELF
from spyvm.interpreter.naming import symbol_text
from spyvm.objects import special
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.pointers import W_AbstractPointers, W_Array
from spyvm.objects.raw import W_Bytes
from spyvm.primitives import registry
from spyvm.rpy import jit

MAX_CACHES = 4              # classes that a send meets before it is one of those with many
MANY_CACHES = 8             # classes that the inline cache of such a send remembers


class InlineCache(object):
    """What a send found for one class, as long as the class's version stays."""
    _immutable_fields_ = ['view', 'version', 'target', 'next', 'many']

    def __init__(self, view, version, target, next, many):
        self.view = view
        self.version = version
        self.target = target
        self.next = next
        self.many = many        # there have been more than MAX_CACHES classes here


class Lookup(object):
    """Lookups through inline caches and the classes' views."""
    _mixin_ = True

    def special_selector(self, number):
        assert number >= 0
        return self.special_selectors[number]

    def read_special_selectors(self):
        w_selectors = self.memory.special(special.SPECIAL_SELECTORS)
        selectors = [self.w_nil] * 32
        for i in range(min(32, w_selectors.pointer_size(self.memory) // 2)):
            selectors[i] = w_selectors.fetch(self.memory, i * 2)
        self.special_selectors = selectors

    def superclass_view(self, w_class):
        view = self.memory.view_of_class(w_class)
        return self._superclass_view(view, view.version)

    @jit.elidable
    def _superclass_view(self, view, version):
        return view.superclass_view(self.memory)

    @jit.elidable
    def method_class(self, code):
        """The class a method was compiled for: the value of its last literal."""
        for _ in range(100):
            if len(code.literals) == 0:
                return self.w_nil
            w_last = code.literals[len(code.literals) - 1]
            if isinstance(w_last, W_CompiledMethod):    # a block: its last literal is the method or block around it
                code = w_last.get_code(self.memory)
                continue
            if isinstance(w_last, W_AbstractPointers) and len(w_last.slots) > special.VALUE:
                return w_last.slots[special.VALUE]
            break
        return self.w_nil

    def find_target(self, view, w_selector):
        """The MethodCode to run for the selector, ready to be activated; None if there is no such method."""
        w_method = view.lookup(self.memory, w_selector)
        if isinstance(w_method, W_CompiledMethod):
            code = w_method.code
            if code is None or code.kind < 0:
                code = self.prepare_found(w_method, view, w_selector)
            return code
        return None

    @jit.dont_look_inside
    def prepare_found(self, w_method, view, w_selector):
        code = self.prepare(w_method)
        code.name = view.name() + '>>' + symbol_text(w_selector)
        return code

    @jit.dont_look_inside
    def cached_target(self, code, pc, view, w_selector):
        first = cache = code.sites[pc]
        count = 0
        outdated = False
        while cache is not None:
            if cache.version is not cache.view.version:
                outdated = True
            elif cache.view is view:
                return cache.target
            else:
                count += 1
            cache = cache.next
        target = self.find_target(view, w_selector)
        if target is not None:
            many = first is not None and first.many
            full = count >= (MANY_CACHES if many else MAX_CACHES)
            code.sites[pc] = InlineCache(view, view.version, target, None if full or outdated else first, many or full)
        return target

    @jit.elidable
    def has_many_classes(self, code, pc):
        """Whether the send at pc has met receivers of more than MAX_CACHES classes.  What a trace is told when it is made stays:
        either way of sending does the same."""
        cache = code.sites[pc]
        return cache is not None and cache.many

    @jit.dont_look_inside
    def prepare(self, w_method):
        """Decode a method and decide how it is activated."""
        memory = self.memory
        code = w_method.get_code(memory)
        if code.kind >= 0:
            return code
        decoder.prepare(memory, code)
        number = code.primitive
        kind = ACTIVATE
        if code.has_loop and code.num_args > 0 and not code.old_blocks:
            kind = LOOP
        if 256 <= number and number <= 519 and code.num_args == 0:
            if number == 256:
                kind = RETURN_SELF
            elif number < 264:
                kind = RETURN_CONSTANT
                code.operand = number - 257
            else:
                kind = RETURN_INSTVAR
                code.operand = number - 264
        elif number == 117:
            function = self.named_function(code)
            if function is not None:
                code.function = function
                kind = PRIMITIVE
        elif number > 0:
            if control.handles(memory.traits, number):
                kind = CONTROL
                code.operand = number
            else:
                function = registry.find_numbered(number, memory.is_spur)
                if function is not None:
                    code.function = function
                    kind = PRIMITIVE
        if number > 0 and memory.is_spur:
            bytes = w_method.bytes
            if len(bytes) > 4:
                store_temp = 245 if code.alternate else 129
                code.wants_error = ord(bytes[3]) == store_temp and code.initial_sp > code.num_args
        hook = self.hooks.get(w_method, 0)
        if hook:
            kind = CONTROL
            code.operand = control.FIRST_HOOK + hook
        code.kind = kind
        return code

    @jit.dont_look_inside
    def set_hook(self, w_method, number):
        """Call hook_handler instead of running the method."""
        if isinstance(w_method, W_CompiledMethod):
            self.hooks[w_method] = number
            w_method.changed(self.memory)

    def named_function(self, code):
        """The function a method's first literal names; None if the VM has none."""
        if len(code.literals) == 0:
            return None
        w_spec = code.literals[0]
        memory = self.memory
        if not isinstance(w_spec, W_Array) or w_spec.size() < 2:
            return None
        w_module = w_spec.fetch(memory, 0)
        w_name = w_spec.fetch(memory, 1)
        module = ''
        if isinstance(w_module, W_Bytes):
            module = w_module.text()
        if not isinstance(w_name, W_Bytes):
            return None
        return registry.find_named(module, w_name.text())
