"""Primitives that make and copy objects, and on their class, identity and flags (68-71, 75, 79, 89, 110-112, 115, 116, 119,
129, 132, 148, 160, 161, 163, 164, 168-171, 175, 176, 180-184, 596-599).

The variants with one more argument are mirror primitives: the receiver is not looked at, the object is the first argument.
Definition: InterpreterPrimitives of VMMaker.
"""
from spyvm.objects import formats, special
from spyvm.objects.adoption import change_class
from spyvm.objects.context import W_Context
from spyvm.objects.copying import copy_into, shallow_copy
from spyvm.objects.errors import (BAD_ARGUMENT, BAD_RECEIVER, FAILED, INAPPROPRIATE, NO_MEMORY, NO_MODIFICATION,
                                  PrimitiveFailed)
from spyvm.objects.memory import check_size
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_Character, W_Float, W_HeapObject, W_SmallInteger, HASH_MASK, IMMUTABLE, PINNED, same_object
from spyvm.objects.pointers import W_Class, W_Weak
from spyvm.objects.sizes import body_bytes, object_bytes, size_in_bytes
from spyvm.primitives.arguments import boolean, class_view, small_int
from spyvm.primitives.registry import primitive, SPUR
from spyvm.rpy import floats, jit
from spyvm.rpy.arith import intmask, r_uint

BYTES_LEFT = 1 << 28    # what images are told is free: there is no limit of our own, and this is a SmallInteger everywhere


# ---- making objects

@primitive(70, args=0)
def new(interp, w_receiver):
    """Behavior basicNew."""
    memory = interp.memory
    return memory.instantiate(class_view(memory, w_receiver), 0)


@primitive(71, args=1)
def new_with_size(interp, w_receiver, w_size):
    """Behavior basicNew: anInteger.  Fails for a negative size, a class without indexed fields (unless the size is 0) and
    for lack of memory."""
    if not isinstance(w_size, W_SmallInteger):
        raise BAD_ARGUMENT
    memory = interp.memory
    return instantiate(memory, class_view(memory, w_receiver), w_size.value)


def instantiate(memory, view, size):
    try:
        return memory.instantiate(view, size)
    except MemoryError:
        raise NO_MEMORY


@primitive(596, args=0, era=SPUR)
def new_old_space(interp, w_receiver):
    """basicNew in old space, which is all we have."""
    return new(interp, w_receiver)


@primitive(597, args=1, era=SPUR)
def new_old_space_with_size(interp, w_receiver, w_size):
    return new_with_size(interp, w_receiver, w_size)


@primitive(598, args=0, era=SPUR)
def new_pinned(interp, w_receiver):
    """basicNew of a pinned object."""
    w_object = new(interp, w_receiver)
    w_object.set_meta(w_object.get_meta() | PINNED)
    return w_object


@primitive(599, args=1, era=SPUR)
def new_pinned_with_size(interp, w_receiver, w_size):
    w_object = new_with_size(interp, w_receiver, w_size)
    w_object.set_meta(w_object.get_meta() | PINNED)
    return w_object


@primitive(79, args=2)
def new_method(interp, w_receiver, w_byte_count, w_header):
    """CompiledMethod class newMethod: byteCount header: header.  Literals are nil, the bytes, without the literals', 0."""
    memory = interp.memory
    view = class_view(memory, w_receiver)
    byte_count = small_int(w_byte_count)
    header = small_int(w_header)
    if view.kind != formats.METHOD:
        raise BAD_RECEIVER
    if byte_count < 0:
        raise BAD_ARGUMENT
    check_size(formats.BYTES, byte_count)
    try:
        bytes = ['\x00'] * byte_count
    except MemoryError:
        raise NO_MEMORY
    return W_CompiledMethod(view, header, [memory.w_nil] * memory.method_literal_count(header), bytes)


@primitive(148, args=0)
def clone(interp, w_receiver):
    """shallowCopy."""
    try:
        return shallow_copy(interp.memory, w_receiver)
    except MemoryError:
        raise NO_MEMORY


@primitive(148, args=1)
def mirror_clone(interp, w_mirror, w_object):
    return clone(interp, w_object)


@primitive(168, args=1)
def copy_object(interp, w_receiver, w_source):
    """copyFrom: anObject of the same class and size.  The receiver."""
    memory = interp.memory
    if w_receiver.is_immediate(memory):
        raise BAD_RECEIVER
    if w_source.is_immediate(memory):
        raise BAD_ARGUMENT
    if w_receiver.class_view(memory) is not w_source.class_view(memory):
        raise BAD_ARGUMENT
    if w_receiver.is_immutable():
        raise NO_MODIFICATION
    copy_into(memory, w_receiver, w_source)
    return w_receiver


# ---- methods as objects

@primitive(68, args=1)
def object_at(interp, w_receiver, w_index):
    """CompiledMethod objectAt:.  1 is the header, then come the literals."""
    index = small_int(w_index)
    if not isinstance(w_receiver, W_CompiledMethod):
        raise BAD_RECEIVER
    return w_receiver.fetch(interp.memory, index - 1)


@primitive(69, args=2)
def object_at_put(interp, w_receiver, w_index, w_value):
    """CompiledMethod objectAt:put:.  The header can only be replaced by one for as many literals."""
    index = small_int(w_index)
    if not isinstance(w_receiver, W_CompiledMethod):
        raise BAD_RECEIVER
    w_receiver.store(interp.memory, index - 1, w_value)
    return w_value


# ---- identity

@primitive(110, args=1)
def identical(interp, w_receiver, w_other):
    """=="""
    memory = interp.memory
    return memory.bool_object(same_object(memory, w_receiver, w_other))


@primitive(110, args=2)
def mirror_identical(interp, w_mirror, w_object, w_other):
    return identical(interp, w_object, w_other)


@primitive(169, args=1)
def not_identical(interp, w_receiver, w_other):
    """~~"""
    memory = interp.memory
    return memory.bool_object(not same_object(memory, w_receiver, w_other))


@primitive(169, args=2)
def mirror_not_identical(interp, w_mirror, w_object, w_other):
    return not_identical(interp, w_object, w_other)


@primitive(75, args=0)
def identity_hash(interp, w_receiver):
    """identityHash of anything but an immediate."""
    memory = interp.memory
    if w_receiver.is_immediate(memory):
        raise FAILED
    return W_SmallInteger(memory.identity_hash(w_receiver))


@primitive(75, args=1)
def mirror_identity_hash(interp, w_mirror, w_object):
    return identity_hash(interp, w_object)


@primitive(161, args=0)
def has_identity_hash(interp, w_receiver):
    """Whether the object has been asked for its identity hash."""
    return interp.memory.bool_object(w_receiver.get_meta() & HASH_MASK != 0)


@primitive(161, args=1)
def set_identity_hash(interp, w_receiver, w_hash):
    """Give the object another identity hash.  The former one."""
    memory = interp.memory
    hash = small_int(w_hash)
    if hash < 0 or hash > max_identity_hash(memory):
        raise BAD_ARGUMENT
    if w_receiver.is_immediate(memory):
        raise BAD_RECEIVER
    old = memory.identity_hash(w_receiver)
    w_receiver.set_meta((w_receiver.get_meta() & ~HASH_MASK) | hash)
    return W_SmallInteger(old)


@primitive(161, args=2)
def set_class_identity_hash(interp, w_receiver, w_hash, w_is_class):
    """The same; the flag says whether the receiver is a class, whose hash is its index in the class table."""
    boolean(interp.memory, w_is_class)
    return set_identity_hash(interp, w_receiver, w_hash)


def max_identity_hash(memory):
    return 0x3FFFFF if memory.is_spur else 0xFFF


@primitive(176, args=0)
def maximum_hash(interp, w_receiver):
    """The greatest identity hash."""
    return W_SmallInteger(max_identity_hash(interp.memory))


@primitive(175, args=0)
def behavior_hash(interp, w_receiver):
    """identityHash of a class."""
    if not isinstance(w_receiver, W_Class):
        raise BAD_RECEIVER
    return W_SmallInteger(interp.memory.identity_hash(w_receiver))


@primitive(170, args=0)
def as_character(interp, w_receiver):
    """The Character with the receiver's code point."""
    if not isinstance(w_receiver, W_SmallInteger):
        raise BAD_RECEIVER
    return interp.memory.character_object(w_receiver.value)


@primitive(170, args=1)
def character_value(interp, w_receiver, w_code):
    """Character class value: anInteger."""
    return interp.memory.character_object(small_int(w_code))


@primitive(171, args=0, era=SPUR)
def immediate_as_integer(interp, w_receiver):
    """The bits of an immediate: a Character's code point; a SmallFloat64's payload, the sign as the number's sign."""
    if isinstance(w_receiver, W_SmallInteger):
        return w_receiver
    if isinstance(w_receiver, W_Character):
        return W_SmallInteger(w_receiver.value)
    if isinstance(w_receiver, W_Float) and w_receiver.is_immediate(interp.memory):
        return W_SmallInteger(small_float_bits(w_receiver.value))
    raise BAD_RECEIVER


@primitive(171, args=1, era=SPUR)
def mirror_immediate_as_integer(interp, w_mirror, w_object):
    return immediate_as_integer(interp, w_object)


SMALL_FLOAT_OFFSET = 896 << 53      # taken from a double's bits, rotated left by one, to make a SmallFloat64


def small_float_bits(value):
    """Spur's rotatedFloatBitsOf: the immediate's bits without tag and sign, less 2**60 for a negative number."""
    bits = r_uint(floats.float_to_bits(value))
    rotated = (bits << 1) & r_uint(0xFFFFFFFFFFFFFFFF)
    if rotated > r_uint(1):
        rotated = rotated - r_uint(SMALL_FLOAT_OFFSET)
    payload = intmask(rotated >> 1)
    if floats.float_to_bits(value) < 0:
        return payload - (1 << 60)
    return payload


# ---- class

@primitive(111, args=0)
def class_of(interp, w_receiver):
    """class"""
    return interp.memory.class_of(w_receiver)


@primitive(111, args=1)
def mirror_class_of(interp, w_mirror, w_object):
    return interp.memory.class_of(w_object)


@primitive(115, args=1)
def change_class_to(interp, w_receiver, w_example):
    """primitiveChangeClassTo: anObject.  Take the class of another object.  The receiver."""
    memory = interp.memory
    if not isinstance(w_example, W_HeapObject):
        raise BAD_ARGUMENT
    change_class(memory, w_receiver, w_example.view)
    return w_receiver


@primitive(160, args=1, era=SPUR)
def adopt_instance(interp, w_receiver, w_object):
    """Behavior adoptInstance: anObject.  Make it one of the receiver's instances.  The receiver."""
    memory = interp.memory
    view = class_view(memory, w_receiver)
    if not isinstance(w_object, W_HeapObject):
        raise BAD_ARGUMENT
    change_class(memory, w_object, view)
    return w_receiver


@primitive(160, args=2)
def mirror_adopt_instance(interp, w_mirror, w_class, w_object):
    return adopt_instance(interp, w_class, w_object)


# ---- flags

@primitive(163, args=0)
def get_immutability(interp, w_receiver):
    """Whether the object is immutable; immediates are."""
    memory = interp.memory
    if w_receiver.is_immediate(memory):
        return memory.w_true
    return memory.bool_object(w_receiver.is_immutable())


@primitive(163, args=1)
def mirror_get_immutability(interp, w_mirror, w_object):
    return get_immutability(interp, w_object)


@primitive(164, args=1)
def set_immutability(interp, w_receiver, w_flag):
    """Make the object immutable or mutable.  Whether it was immutable.  Fails for what the VM must be able to change."""
    memory = interp.memory
    if w_receiver.is_immediate(memory):
        raise BAD_RECEIVER
    flag = boolean(memory, w_flag)
    meta = w_receiver.get_meta()
    if flag:
        if not can_be_immutable(memory, w_receiver):
            raise INAPPROPRIATE
        w_receiver.set_meta(meta | IMMUTABLE)
    else:
        w_receiver.set_meta(meta & ~IMMUTABLE)
    return memory.bool_object(meta & IMMUTABLE != 0)


@primitive(164, args=2)
def mirror_set_immutability(interp, w_mirror, w_object, w_flag):
    return set_immutability(interp, w_object, w_flag)


def can_be_immutable(memory, w_object):
    """Contexts, weak objects and ephemerons, semaphores and what the scheduler is made of cannot."""
    if isinstance(w_object, W_Context) or isinstance(w_object, W_Weak):
        return False
    view = w_object.class_view(memory)
    if view.kind == formats.EPHEMERON or view is memory.view_Semaphore or view is memory.view_Process:
        return False
    if w_object is memory.w_special_objects:
        return False
    try:
        w_scheduler = memory.special(special.SCHEDULER_ASSOCIATION).fetch(memory, special.VALUE)
        w_lists = w_scheduler.fetch(memory, special.PROCESS_LISTS)
        if w_object is w_scheduler or w_object is w_lists:
            return False
        return view is not w_lists.fetch(memory, 0).class_view(memory)
    except PrimitiveFailed:
        return True


@primitive(183, args=0, era=SPUR)
def is_pinned(interp, w_receiver):
    """Whether the object may not be moved."""
    memory = interp.memory
    if w_receiver.is_immediate(memory):
        raise BAD_RECEIVER
    return memory.bool_object(w_receiver.get_meta() & PINNED != 0)


@primitive(183, args=1, era=SPUR)
def mirror_is_pinned(interp, w_mirror, w_object):
    return is_pinned(interp, w_object)


@primitive(184, args=1, era=SPUR)
def pin(interp, w_receiver, w_flag):
    """Pin or unpin the object: the flag is kept for the image file.  Whether it was pinned."""
    memory = interp.memory
    if w_receiver.is_immediate(memory):
        raise BAD_RECEIVER
    meta = w_receiver.get_meta()
    if boolean(memory, w_flag):
        w_receiver.set_meta(meta | PINNED)
    else:
        w_receiver.set_meta(meta & ~PINNED)
    return memory.bool_object(meta & PINNED != 0)


@primitive(184, args=2, era=SPUR)
def mirror_pin(interp, w_mirror, w_object, w_flag):
    return pin(interp, w_object, w_flag)


# ---- sizes

@primitive(112, args=0)
def bytes_left(interp, w_receiver):
    """The number of free bytes."""
    return W_SmallInteger(BYTES_LEFT)


@primitive(112, args=1)
def bytes_left_with_swap(interp, w_receiver, w_swap):
    """The same; the argument asks for swap space to be counted or not, or, nil, for the largest free piece."""
    memory = interp.memory
    if w_swap is not memory.w_nil:
        boolean(memory, w_swap)
    return W_SmallInteger(BYTES_LEFT)


@primitive(180, args=1, era=SPUR)
def grow_memory(interp, w_receiver, w_amount):
    """Grow the heap by at least so many bytes.  The number of bytes it grew by."""
    amount = small_int(w_amount)
    if amount < 0 or amount > BYTES_LEFT:
        raise NO_MEMORY
    return w_amount


@primitive(181, args=0, era=SPUR)
def size_of_instance(interp, w_receiver):
    """Behavior byteSizeOfInstance, of a class without indexed fields."""
    memory = interp.memory
    view = class_view(memory, w_receiver)
    if formats.is_indexable(view.kind):
        raise BAD_RECEIVER
    return W_SmallInteger(object_bytes(memory, view.inst_size * memory.word_size))


@primitive(181, args=1, era=SPUR)
def size_of_instance_with_size(interp, w_receiver, w_size):
    """Behavior byteSizeOfInstanceOfSize: anInteger, of a class with indexed fields."""
    memory = interp.memory
    view = class_view(memory, w_receiver)
    size = small_int(w_size)
    if not formats.is_indexable(view.kind):
        raise BAD_RECEIVER
    if size < 0 or size > 1 << 56:
        raise BAD_ARGUMENT
    return memory.int_object(object_bytes(memory, body_bytes(memory, view.kind, size, view.inst_size)))


@primitive(182, args=0, era=SPUR)
def size_of_object(interp, w_receiver):
    """The bytes the object takes, its header included."""
    memory = interp.memory
    return memory.int_object(size_in_bytes(memory, w_receiver))


@primitive(182, args=1, era=SPUR)
def mirror_size_of_object(interp, w_mirror, w_object):
    return size_of_object(interp, w_object)


# ---- what the VM keeps of the image

@primitive(129, args=0)
def special_objects(interp, w_receiver):
    """The special objects array."""
    return interp.memory.w_special_objects


@primitive(89, args=0)
def flush_cache(interp, w_receiver):
    """Behavior flushCache: methods may have changed anywhere."""
    interp.memory.flush_methods()
    return w_receiver


@primitive(116, args=0)
def flush_cache_by_method(interp, w_receiver):
    """CompiledMethod flushCache: forget where the method was found, and what was made of its bytecodes."""
    if isinstance(w_receiver, W_CompiledMethod):
        w_receiver.changed(interp.memory)
    interp.memory.method_changed(w_receiver)
    return w_receiver


@primitive(119, args=0)
def flush_cache_by_selector(interp, w_receiver):
    """Symbol flushCache: methods of that name may have changed."""
    interp.memory.flush_selector(w_receiver)
    return w_receiver


@primitive(132, args=1)
def points_to(interp, w_receiver, w_thing):
    """pointsTo: anObject.  Whether a field, an element or a literal is that object; its class does not count."""
    memory = interp.memory
    return memory.bool_object(has_pointer_to(memory, w_receiver, w_thing))


@jit.dont_look_inside
def has_pointer_to(memory, w_object, w_thing):
    for i in range(w_object.pointer_size(memory)):
        if same_object(memory, w_object.fetch(memory, i), w_thing):
            return True
    return False
