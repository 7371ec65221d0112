"""A small image made by hand and an interpreter for it, to run methods made of single bytecodes.

KINDS names the kinds of image: V3 with old-style blocks, V3 with closures, and both of Spur.  A World has the classes of
fakeimage, the selectors that the VM sends, and a host.
"""
import fakeimage
from spyvm import builtins
from spyvm.interpreter.interpreter import Interpreter
from spyvm.interpreter.unwinding import Finished
from spyvm.objects import formats, special
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import W_Pointers, new_generic_array
from spyvm.platform.host import Host
from spyvm.rpy import ticker

assert builtins.LOADED

KINDS = ['v3', 'v3closures', 'spur32', 'spur64']
CLOSURE_KINDS = ['v3closures', 'spur32', 'spur64']

SPECIAL_SELECTORS = [('+', 1), ('-', 1), ('<', 1), ('>', 1), ('<=', 1), ('>=', 1), ('=', 1), ('~=', 1), ('*', 1), ('/', 1),
                     ('\\\\', 1), ('@', 1), ('bitShift:', 1), ('//', 1), ('bitAnd:', 1), ('bitOr:', 1), ('at:', 1),
                     ('at:put:', 2), ('size', 0), ('next', 0), ('nextPut:', 1), ('atEnd', 0), ('==', 1), ('class', 0),
                     ('blockCopy:', 1), ('value', 0), ('value:', 1), ('do:', 1), ('new', 0), ('new:', 1), ('x', 0), ('y', 0)]

SELECTORS = [(special.SELECTOR_DOES_NOT_UNDERSTAND, 'doesNotUnderstand:'), (special.SELECTOR_CANNOT_RETURN, 'cannotReturn:'),
             (special.SELECTOR_MUST_BE_BOOLEAN, 'mustBeBoolean'), (special.SELECTOR_RUN_WITH_IN, 'run:with:in:'),
             (special.SELECTOR_ABOUT_TO_RETURN, 'aboutToReturn:through:'),
             (special.SELECTOR_ATTEMPT_TO_ASSIGN, 'attemptToAssign:withIndex:')]

THING_FIELDS = 250
SISTA, CLASSIC = True, False


class World(object):
    def __init__(self, kind):
        self.kind = kind
        memory = self.memory = fakeimage.make_memory('v3' if kind == 'v3closures' else kind)
        if kind == 'v3closures':
            memory.traits.version = 6504
        self.symbols = {}
        self.defined = {}       # W_Class -> {selector: method}
        fakeimage.new_class(memory, 'Thing', 'Object', formats.FIXED, THING_FIELDS)
        fakeimage.new_class(memory, 'SubThing', 'Thing', formats.FIXED, THING_FIELDS)
        fakeimage.new_class(memory, 'Mutex', 'LinkedList', formats.FIXED, 3)
        for index, selector in SELECTORS:
            memory.w_special_objects.store(memory, index, self.symbol(selector))
        items = []
        for selector, nargs in SPECIAL_SELECTORS:
            items += [self.symbol(selector), W_SmallInteger(nargs)]
        memory.w_special_objects.store(memory, special.SPECIAL_SELECTORS, new_generic_array(memory.view_Array, items))
        self.host = Host('/opt/spy/spy', [], '/home/me/some.image', [])
        self.interp = Interpreter(memory, self.host)

    # ---- objects

    def wrap(self, value):
        memory = self.memory
        if value is None:
            return memory.w_nil
        if isinstance(value, bool):
            return memory.bool_object(value)
        if isinstance(value, int):
            return fakeimage.integer(memory, value)
        if isinstance(value, float):
            return memory.float_object(value)
        if isinstance(value, str):
            return fakeimage.string(memory, value)
        if isinstance(value, list):
            return new_generic_array(memory.view_Array, [self.wrap(item) for item in value])
        return value

    def unwrap(self, w_object):
        try:
            return fakeimage.python_value(self.memory, w_object)
        except TypeError:
            return w_object

    def items(self, w_object):
        """The fields of an object as Python values."""
        return [self.unwrap(w_object.fetch(self.memory, i)) for i in range(w_object.pointer_size(self.memory))]

    def symbol(self, text):
        if text not in self.symbols:
            self.symbols[text] = fakeimage.symbol(self.memory, text)
        return self.symbols[text]

    def class_named(self, name):
        return fakeimage.class_named(self.memory, name)

    def new(self, class_name, size=0):
        return fakeimage.instance(self.memory, class_name, size)

    def thing(self, class_name='Thing'):
        """An object whose field i is 1000 + i."""
        w_thing = self.new(class_name)
        for i in range(THING_FIELDS):
            w_thing.slots[i] = W_SmallInteger(1000 + i)
        return w_thing

    def association(self, value):
        w_association = self.new('Association')
        w_association.slots[special.VALUE] = self.wrap(value)
        return w_association

    # ---- methods

    def method(self, code, literals=(), args=0, temps=0, primitive=0, large=False, sista=None, owner='Object', last=None):
        """A CompiledMethod.  `temps` counts arguments, too, as in the header; `code` is an Assembler or a list of bytes."""
        memory = self.memory
        if hasattr(code, 'bytes'):
            sista = code.sista if sista is None else sista
            code = code.bytes
        code = list(code)
        literals_w = [self.wrap(literal) for literal in literals]
        literals_w.append(last or self.association(self.class_named(owner)))
        temps = max(args, temps)
        header = args << 24 | temps << 18 | (1 << 17 if large else 0)
        if memory.is_spur:
            header |= len(literals_w)
            if primitive:
                header |= 1 << 16
                code = [248 if sista else 139, primitive & 255, primitive >> 8] + code
            if sista:
                header -= 1 << (memory.traits.int_bits - 1)
        else:
            header |= len(literals_w) << 9 | (primitive & 0x1FF) | ((primitive & 0x200) << 19)
        return W_CompiledMethod(memory.view_CompiledMethod, header, literals_w, [chr(byte) for byte in code])

    def define(self, class_name, selector, w_method):
        """Put an object, mostly a method, into a class's method dictionary."""
        memory = self.memory
        w_class = self.class_named(class_name)
        methods = self.defined.setdefault(w_class, {})
        methods[selector] = w_method
        selectors = sorted(methods)
        w_methods = new_generic_array(memory.view_Array, [methods[each] for each in selectors])
        slots = [W_SmallInteger(len(selectors)), w_methods] + [self.symbol(each) for each in selectors]
        w_dict = W_Pointers(fakeimage.view_named(memory, 'MethodDictionary'), slots)
        w_class.store(memory, special.METHOD_DICT, w_dict)
        return w_method

    def primitive(self, class_name, selector, number, code=None, args=None):
        """A method that is a primitive; where it fails, `code` (by default an answer of #failed)."""
        if args is None:
            args = selector.count(':') if selector[0].isalpha() else 1
        w_method = self.method(code or [32, 124], [self.symbol('failed')], args=args, primitive=number, sista=CLASSIC)
        return self.define(class_name, selector, w_method)

    # ---- running

    def context(self, w_method, receiver=None, args=(), temps=None, sender=None):
        """A context about to run the method; `temps` replace the whole of what is on the stack at first."""
        target = self.interp.prepare(w_method)
        args_w = [self.wrap(arg) for arg in args]
        context = self.interp.new_context_for(target, self.wrap(sender), self.wrap(receiver), args_w)
        if temps is not None:
            for i, value in enumerate(temps):
                context.stack[i] = self.wrap(value)
        return context

    def run(self, w_method, receiver=None, args=(), temps=None):
        """What the method answers, as a Python value where there is one."""
        return self.finish(self.context(w_method, receiver, args, temps))

    def finish(self, context):
        self.interp.entry = context
        return self.go_on(context)

    def go_on(self, context):
        """Resume a context; what the entry context answers in the end."""
        ticker.reset(self.interp.max_depth)
        try:
            self.interp.resume_context(context)
        except Finished as e:
            return self.unwrap(e.w_value)

    def process(self, context, priority=4):
        """A Process that would run the context."""
        w_process = self.new('Process')
        w_process.slots[special.PROCESS_SUSPENDED_CONTEXT] = context
        w_process.slots[special.PROCESS_PRIORITY] = W_SmallInteger(priority)
        return w_process

    def semaphore(self, signals=0):
        w_semaphore = self.new('Semaphore')
        w_semaphore.slots[special.EXCESS_SIGNALS] = W_SmallInteger(signals)
        return w_semaphore
