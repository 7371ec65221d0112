"""Helpers for the tests of primitives on objects: an interpreter with a host and roots, and short ways to call
primitives."""
import numbers

import fakeimage
from spyvm.objects.context import W_Context
from spyvm.objects.errors import PrimitiveFailed
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.pointers import new_generic_array
from spyvm.platform.host import Host
from spyvm import builtins     # noqa: F401  (registers all primitives)
from spyvm.primitives import registry


class Interp(fakeimage.FakeInterp):
    """An interpreter that runs one linked context, whose stack has the objects in `keep`."""

    def __init__(self, kind):
        memory = fakeimage.make_memory(kind)
        fakeimage.FakeInterp.__init__(self, memory, Host('/opt/spy/spy', ['-v'], '/home/me/some.image', ['one', 'two']))
        self.linked = True
        self.active = context(memory, method(memory))

    def keep(self, *objects):
        """Let the running context hold these objects, and no others."""
        self.active.stack = list(objects)
        self.active.sp = len(objects)

    def roots(self):
        return [self.active]

    def all_linked(self):
        return self.linked

    def became(self, forwarding):
        self.active = forwarding.get(self.active)


def method(memory, literals=(), bytes='ab'):
    header = len(literals) if memory.is_spur else len(literals) << 9
    return W_CompiledMethod(memory.view_CompiledMethod, header, list(literals), list(bytes))


def context(memory, w_method, size=16):
    w_context = W_Context(memory.view_MethodContext, w_method.get_code(memory), size)
    w_context.w_sender = memory.w_nil
    w_context.w_receiver = memory.w_nil
    return w_context


def find(interp, which):
    if isinstance(which, int):
        return registry.find_numbered(which, interp.memory.is_spur)
    return registry.find_named(which[0], which[1])


def call(interp, which, w_receiver, *args):
    """Run a primitive by its number or its (module, name).  Python ints, booleans, None and lists may be given as
    arguments."""
    entry = find(interp, which)
    assert entry is not None, which
    w_receiver = wrap(interp, w_receiver)
    args_w = [wrap(interp, arg) for arg in args]
    if len(args_w) == 0:
        return entry.call0(interp, w_receiver)
    if len(args_w) == 1:
        return entry.call1(interp, w_receiver, args_w[0])
    if len(args_w) == 2:
        return entry.call2(interp, w_receiver, args_w[0], args_w[1])
    if len(args_w) == 3:
        return entry.call3(interp, w_receiver, args_w[0], args_w[1], args_w[2])
    return entry.calln(interp, w_receiver, args_w)


def fails(interp, which, w_receiver, *args):
    """Whether the primitive fails."""
    try:
        call(interp, which, w_receiver, *args)
    except PrimitiveFailed:
        return True
    return False


def failure(interp, which, w_receiver, *args):
    """The code it fails with; 0 if it does not."""
    try:
        call(interp, which, w_receiver, *args)
    except PrimitiveFailed as e:
        return e.code
    return 0


def value(interp, which, w_receiver, *args):
    """What the primitive answers as a Python value."""
    return fakeimage.python_value(interp.memory, call(interp, which, w_receiver, *args))


def wrap(interp, value):
    memory = interp.memory
    if value is None:
        return memory.w_nil
    if isinstance(value, bool):
        return memory.bool_object(value)
    if isinstance(value, numbers.Integral):
        return fakeimage.integer(memory, value)
    if isinstance(value, list):
        return generic_array(interp, [wrap(interp, item) for item in value])
    if isinstance(value, str):
        return fakeimage.string(memory, value)
    return value


def generic_array(interp, items):
    return new_generic_array(interp.memory.view_Array, items)


def elements(interp, w_object):
    """The indexed elements as Python values; objects that have none as themselves."""
    memory = interp.memory
    values = []
    for i in range(w_object.indexed_size(memory)):
        w_item = w_object.at0(memory, i)
        try:
            values.append(fakeimage.python_value(memory, w_item))
        except TypeError:
            values.append(w_item)
    return values


def new(interp, class_name, size=0):
    return fakeimage.instance(interp.memory, class_name, size)
