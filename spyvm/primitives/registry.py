"""The table of primitives, numbered and named.

A primitive is a function of (interp, w_receiver, argument, ...) that answers the result or raises PrimitiveFailed (see
spyvm.objects.errors), in which case it must have changed nothing.  `interp` gives it `interp.memory`, the ObjectMemory, and
`interp.host`, the outside world.  It checks every argument before it acts.  One implementation may have several entries:

    @primitive(41, args=1)
    @primitive(541, args=1)
    def float_add(interp, w_receiver, w_argument): ...

    @named('FilePlugin', 'primitiveFileAtEnd', args=1)
    @primitive(150, args=1, era=OLD)
    def file_at_end(interp, w_receiver, w_file): ...

args is the number of arguments, 0 to 3, or ANY: the function then is of (interp, w_receiver, args_w) and gets any number of
arguments as a list.  Different functions may be registered under one number for different numbers of arguments.

Some numbers mean one thing in V3 images (Squeak 1 to 4), where optional primitives had numbers, and another in Spur images,
where they are reached by name: era=OLD registers a function for the former only, era=SPUR for the latter, the default for
both.

Primitives that touch contexts, processes or the stack are the interpreter's own (spyvm.interpreter.control).
"""
from spyvm.objects.errors import BAD_NUM_ARGS

ANY = -1
BOTH, OLD, SPUR = 0, 1, 2
MAX_NUMBER = 1024


def _fail0(interp, w_receiver):
    raise BAD_NUM_ARGS


def _fail1(interp, w_receiver, w_a):
    raise BAD_NUM_ARGS


def _fail2(interp, w_receiver, w_a, w_b):
    raise BAD_NUM_ARGS


def _fail3(interp, w_receiver, w_a, w_b, w_c):
    raise BAD_NUM_ARGS


def _failn(interp, w_receiver, args_w):
    raise BAD_NUM_ARGS


class PrimitiveFunction(object):
    """The functions behind one primitive by their number of arguments."""
    _immutable_fields_ = ['name', 'call0', 'call1', 'call2', 'call3', 'calln']

    def __init__(self, name):
        self.name = name
        self.call0 = _fail0
        self.call1 = _fail1
        self.call2 = _fail2
        self.call3 = _fail3
        self.calln = _failn

    def add(self, function, args):
        if args == 0:
            self.call0 = function
        elif args == 1:
            self.call1 = function
        elif args == 2:
            self.call2 = function
        elif args == 3:
            self.call3 = function
        else:
            self._add_any(function)

    def _add_any(self, function):
        def call0(interp, w_receiver):
            return function(interp, w_receiver, [])

        def call1(interp, w_receiver, w_a):
            return function(interp, w_receiver, [w_a])

        def call2(interp, w_receiver, w_a, w_b):
            return function(interp, w_receiver, [w_a, w_b])

        def call3(interp, w_receiver, w_a, w_b, w_c):
            return function(interp, w_receiver, [w_a, w_b, w_c])
        if self.call0 is _fail0:
            self.call0 = call0
        if self.call1 is _fail1:
            self.call1 = call1
        if self.call2 is _fail2:
            self.call2 = call2
        if self.call3 is _fail3:
            self.call3 = call3
        self.calln = function


NUMBERED_OLD = [None] * MAX_NUMBER      # number -> PrimitiveFunction or None, for V3 images
NUMBERED_SPUR = [None] * MAX_NUMBER     # the same for Spur images
NAMED = {}                              # 'module>>name' -> PrimitiveFunction
MODULES = []                            # names of modules that have named primitives


def primitive(number, args, era=BOTH):
    """Decorator: register a function as a numbered primitive."""
    def register(function):
        if era != SPUR:
            _add_numbered(NUMBERED_OLD, number, function, args)
        if era != OLD:
            _add_numbered(NUMBERED_SPUR, number, function, args)
        return function
    return register


def _add_numbered(table, number, function, args):
    entry = table[number]
    if entry is None:
        entry = table[number] = PrimitiveFunction(str(number))
    entry.add(function, args)


def named(module, name, args):
    """Decorator: register a function as a named primitive.  Module '' is for primitives that images name without a
    module."""
    def register(function):
        key = module + '>>' + name
        entry = NAMED.get(key)
        if entry is None:
            entry = NAMED[key] = PrimitiveFunction(key)
            if module != '' and module not in MODULES:
                MODULES.append(module)
        entry.add(function, args)
        return function
    return register


def find_numbered(number, spur):
    """The PrimitiveFunction in a Spur image or else a V3 image; None if the VM has none under that number."""
    if number < 0 or number >= MAX_NUMBER:
        return None
    if spur:
        return NUMBERED_SPUR[number]
    return NUMBERED_OLD[number]


def find_named(module, name):
    """The PrimitiveFunction for the names an image gives; None if the VM has none."""
    return NAMED.get(module + '>>' + name, None)
