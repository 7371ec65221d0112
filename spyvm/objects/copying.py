"""Shallow copies of objects of every kind, and copying one object's contents into another."""
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import BlockPart, W_Context
from spyvm.objects.errors import BAD_ARGUMENT, BAD_RECEIVER, NOT_LINKED
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_Float, W_HeapObject, BOXED
from spyvm.objects.pointers import (W_AbstractPointers, W_Array, W_Class, W_Pointers, W_Weak, FLOATS, GENERIC, INTS,
                                    erase_floats, erase_generic, erase_ints, unerase_floats, unerase_generic, unerase_ints)
from spyvm.objects.raw import W_Bytes, W_Longs, W_Shorts, W_Words


def shallow_copy(memory, w_object):
    """A new object of the same class with the same contents; immediates are their own copies.  The copy has no identity hash
    yet and is neither immutable nor pinned.  May raise ContextNotLinked."""
    if isinstance(w_object, W_Float):
        if w_object.is_immediate(memory):
            return w_object
        w_float = W_Float(w_object.value)
        w_float.meta = BOXED
        return w_float
    if not isinstance(w_object, W_HeapObject):
        return w_object
    view = w_object.view
    if isinstance(w_object, W_Class):
        return W_Class(view, w_object.slots[:])
    if isinstance(w_object, W_AbstractPointers):
        return W_Pointers(view, w_object.slots[:])
    if isinstance(w_object, W_Array):
        return copy_of_array(view, w_object)
    if isinstance(w_object, W_Bytes):
        return W_Bytes(view, w_object.bytes[:])
    if isinstance(w_object, W_Words):
        return W_Words(view, w_object.words[:])
    if isinstance(w_object, W_Shorts):
        return W_Shorts(view, w_object.shorts[:])
    if isinstance(w_object, W_Longs):
        return W_Longs(view, w_object.longs[:])
    if isinstance(w_object, W_CompiledMethod):
        return W_CompiledMethod(view, w_object.header, w_object.literals[:], w_object.bytes[:])
    if isinstance(w_object, W_BlockClosure):
        return W_BlockClosure(view, w_object.full, w_object.w_outer, w_object.w_start, w_object.w_num_args,
                              w_object.w_receiver, w_object.copied[:])
    if isinstance(w_object, W_Weak):
        return copy_of_weak(memory, w_object)
    if isinstance(w_object, W_Context):
        return copy_of_context(w_object)
    raise BAD_RECEIVER


def copy_of_array(view, w_array):
    strategy = w_array.strategy
    storage = w_array.storage       # of nils: immutable, may be shared
    if strategy is GENERIC:
        storage = erase_generic(unerase_generic(storage)[:])
    elif strategy is INTS:
        storage = erase_ints(unerase_ints(storage)[:])
    elif strategy is FLOATS:
        storage = erase_floats(unerase_floats(storage)[:])
    return W_Array(view, strategy, storage)


def copy_of_weak(memory, w_weak):
    w_copy = W_Weak(memory, w_weak.view, len(w_weak.slots), len(w_weak.refs))
    for i in range(len(w_weak.slots)):
        w_copy.slots[i] = w_weak.slots[i]
    for i in range(len(w_weak.refs)):
        w_copy.refs[i] = w_weak.refs[i]
    return w_copy


def copy_of_context(w_context):
    if w_context.is_running_unlinked():
        raise NOT_LINKED
    size = len(w_context.stack)
    w_copy = W_Context(w_context.view, w_context.code, size)
    w_copy.pc = w_context.pc
    w_copy.sp = w_context.sp
    w_copy.w_sender = w_context.w_sender
    w_copy.w_receiver = w_context.w_receiver
    w_copy.w_closure = w_context.w_closure
    block = w_context.block
    if block is not None:
        w_copy.block = BlockPart(block.home, block.num_args, block.initial_pc)
    for i in range(size):
        w_copy.stack[i] = w_context.stack[i]
    return w_copy


def copy_into(memory, w_target, w_source):
    """Replace all fields and elements of an object by those of another of the same class and size.  Not for methods and
    contexts, whose parts depend on each other.  The caller has checked that the target may be changed."""
    if isinstance(w_target, W_Bytes) and isinstance(w_source, W_Bytes):
        check_same_size(len(w_target.bytes), len(w_source.bytes))
        for i in range(len(w_source.bytes)):
            w_target.bytes[i] = w_source.bytes[i]
    elif isinstance(w_target, W_Words) and isinstance(w_source, W_Words):
        check_same_size(len(w_target.words), len(w_source.words))
        for i in range(len(w_source.words)):
            w_target.words[i] = w_source.words[i]
    elif isinstance(w_target, W_Shorts) and isinstance(w_source, W_Shorts):
        check_same_size(len(w_target.shorts), len(w_source.shorts))
        for i in range(len(w_source.shorts)):
            w_target.shorts[i] = w_source.shorts[i]
    elif isinstance(w_target, W_Longs) and isinstance(w_source, W_Longs):
        check_same_size(len(w_target.longs), len(w_source.longs))
        for i in range(len(w_source.longs)):
            w_target.longs[i] = w_source.longs[i]
    elif isinstance(w_target, W_Float) and isinstance(w_source, W_Float):
        w_target.value = w_source.value
    elif has_plain_pointers(w_target) and has_plain_pointers(w_source):
        size = w_source.pointer_size(memory)
        check_same_size(w_target.pointer_size(memory), size)
        for i in range(size):
            w_target.store(memory, i, w_source.fetch(memory, i))
    else:
        raise BAD_RECEIVER


def check_same_size(size, other):
    if size != other:
        raise BAD_ARGUMENT


def has_plain_pointers(w_object):
    """Whether every pointer may be replaced by any object, one by one."""
    return (isinstance(w_object, W_AbstractPointers) or isinstance(w_object, W_Array) or isinstance(w_object, W_Weak) or
            isinstance(w_object, W_BlockClosure))
