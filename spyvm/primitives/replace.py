"""Primitive 105, replaceFrom:to:with:startingAt:, for every representation of indexed objects.

As in VMMaker's definition both objects must be of one kind, and elements are copied in ascending order, also where the two
ranges overlap in one object: then what was copied may be copied again.
"""
from spyvm.objects.errors import BAD_ARGUMENT, BAD_INDEX, INAPPROPRIATE, NO_MODIFICATION
from spyvm.objects import formats
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_HeapObject, IMMUTABLE
from spyvm.objects.pointers import (W_Array, FLOATS, GENERIC, INTS, NILS, NO_INT, erase_floats, erase_generic,
                                    erase_ints, unerase_floats, unerase_generic, unerase_ints)
from spyvm.objects.raw import W_Bytes, W_Longs, W_Shorts, W_Words
from spyvm.primitives.arguments import small_int
from spyvm.primitives.registry import primitive, ANY
from spyvm.rpy import jit


@primitive(105, args=ANY)
def replace(interp, w_receiver, args_w):
    """replaceFrom: start to: stop with: aCollection startingAt: repStart.  The receiver.

    Fails unless 1 <= start, start - 1 <= stop <= size, 1 <= repStart and the other has all the elements wanted.
    """
    if len(args_w) != 4:
        raise BAD_ARGUMENT
    start = small_int(args_w[0]) - 1
    count = small_int(args_w[1]) - start
    w_source = args_w[2]
    source_start = small_int(args_w[3]) - 1
    if not isinstance(w_receiver, W_HeapObject) or not isinstance(w_source, W_HeapObject):
        raise BAD_ARGUMENT
    if count > 0 and w_receiver.meta & IMMUTABLE:
        raise NO_MODIFICATION
    memory = interp.memory
    if isinstance(w_receiver, W_CompiledMethod) or isinstance(w_source, W_CompiledMethod):
        raise INAPPROPRIATE
    if start < 0 or count < 0 or source_start < 0:
        raise BAD_INDEX
    if count > w_receiver.indexed_size(memory) - start or count > w_source.indexed_size(memory) - source_start:
        raise BAD_INDEX
    if isinstance(w_receiver, W_Bytes):
        if not isinstance(w_source, W_Bytes):
            raise INAPPROPRIATE
        copy_bytes(w_receiver.bytes, start, w_source.bytes, source_start, count)
    elif isinstance(w_receiver, W_Array):
        if isinstance(w_source, W_Array):
            copy_array(memory, w_receiver, start, w_source, source_start, count)
        else:
            copy_pointers(memory, w_receiver, start, w_source, source_start, count)
    elif isinstance(w_receiver, W_Words):
        if not isinstance(w_source, W_Words):
            raise INAPPROPRIATE
        copy_words(w_receiver.words, start, w_source.words, source_start, count)
    elif isinstance(w_receiver, W_Shorts):
        if not isinstance(w_source, W_Shorts):
            raise INAPPROPRIATE
        copy_shorts(w_receiver.shorts, start, w_source.shorts, source_start, count)
    elif isinstance(w_receiver, W_Longs):
        if not isinstance(w_source, W_Longs):
            raise INAPPROPRIATE
        copy_longs(w_receiver.longs, start, w_source.longs, source_start, count)
    else:
        copy_pointers(memory, w_receiver, start, w_source, source_start, count)
    return w_receiver


SMALL = 8       # so few elements are copied within the trace of a loop, more by a call


def _is_small(count):
    return jit.isconstant(count) and count <= SMALL


@jit.look_inside_iff(lambda target, start, source, source_start, count: _is_small(count))
def copy_bytes(target, start, source, source_start, count):
    for i in range(count):
        target[start + i] = source[source_start + i]


@jit.look_inside_iff(lambda target, start, source, source_start, count: _is_small(count))
def copy_words(target, start, source, source_start, count):
    for i in range(count):
        target[start + i] = source[source_start + i]


@jit.look_inside_iff(lambda target, start, source, source_start, count: _is_small(count))
def copy_shorts(target, start, source, source_start, count):
    for i in range(count):
        target[start + i] = source[source_start + i]


@jit.look_inside_iff(lambda target, start, source, source_start, count: _is_small(count))
def copy_longs(target, start, source, source_start, count):
    for i in range(count):
        target[start + i] = source[source_start + i]


@jit.look_inside_iff(lambda target, start, source, source_start, count: _is_small(count))
def copy_objects(target, start, source, source_start, count):
    for i in range(count):
        target[start + i] = source[source_start + i]


@jit.look_inside_iff(lambda target, start, source, source_start, count: _is_small(count))
def copy_ints(target, start, source, source_start, count):
    for i in range(count):
        target[start + i] = source[source_start + i]


@jit.look_inside_iff(lambda target, start, source, source_start, count: _is_small(count))
def copy_floats(target, start, source, source_start, count):
    for i in range(count):
        target[start + i] = source[source_start + i]


def copy_array(memory, w_target, start, w_source, source_start, count):
    """Between Arrays: plain copies where their strategies agree or the target, all nil, can take over the source's."""
    strategy = w_source.strategy
    if strategy is NILS and w_target.strategy is NILS:
        return
    if w_target.strategy is not strategy:
        if w_target.strategy is NILS and (strategy is not FLOATS or count == w_target.size()):
            adopt_strategy(memory, w_target, strategy)
        else:
            copy_pointers(memory, w_target, start, w_source, source_start, count)
            return
    if strategy is GENERIC:
        copy_objects(unerase_generic(w_target.storage), start, unerase_generic(w_source.storage), source_start, count)
    elif strategy is INTS:
        copy_ints(unerase_ints(w_target.storage), start, unerase_ints(w_source.storage), source_start, count)
    elif strategy is FLOATS:
        copy_floats(unerase_floats(w_target.storage), start, unerase_floats(w_source.storage), source_start, count)
    else:
        copy_pointers(memory, w_target, start, w_source, source_start, count)


def adopt_strategy(memory, w_target, strategy):
    """Give an Array of nils another strategy; FLOATS cannot hold nil, and is only for an Array that is all overwritten."""
    size = w_target.size()
    if strategy is INTS:
        w_target.storage = erase_ints([NO_INT] * size)
    elif strategy is FLOATS:
        w_target.storage = erase_floats([0.0] * size)
    elif strategy is GENERIC:
        w_target.storage = erase_generic([memory.w_nil] * size)
    w_target.strategy = strategy


def copy_pointers(memory, w_target, start, w_source, source_start, count):
    """Between any objects with indexed pointers of one kind."""
    if w_target.kind(memory) != w_source.kind(memory) or not formats.is_pointers(w_target.kind(memory)):
        raise INAPPROPRIATE
    copy_elements(memory, w_target, start, w_source, source_start, count)


@jit.dont_look_inside
def copy_elements(memory, w_target, start, w_source, source_start, count):
    for i in range(count):
        w_target.atput0(memory, start + i, w_source.at0(memory, source_start + i))
