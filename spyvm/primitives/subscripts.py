"""Primitives on indexed elements: at:, at:put: and size (60-64), streams (65-67), units of raw objects (143-145, 165, 166)
and slots (173, 174).

The variants with one more argument are mirror primitives: the receiver is not looked at, the object is the first argument.
Definition: StackInterpreterPrimitives and InterpreterPrimitives of VMMaker; for streams the Blue Book, page 616.
"""
from spyvm.objects import formats
from spyvm.objects.context import W_Context
from spyvm.objects.errors import (BAD_ARGUMENT, BAD_INDEX, BAD_RECEIVER, FAILED, INAPPROPRIATE, NO_MODIFICATION, UNSUPPORTED)
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_Float, W_HeapObject, W_SmallInteger, IMMUTABLE
from spyvm.objects.pointers import W_AbstractPointers, W_Array, W_Pointers
from spyvm.objects.raw import W_Bytes, W_Longs, W_Shorts, W_Words
from spyvm.primitives.arguments import small_int
from spyvm.primitives.registry import primitive, OLD
from spyvm.rpy import floats, jit
from spyvm.rpy.arith import intmask, r_uint, r_uint32


# ---- at:, at:put:, size

@primitive(60, args=1)
def at(interp, w_receiver, w_index):
    """at: anInteger.  The element; an Integer for raw elements.  Fails for an index out of range and on what has no
    elements."""
    if not isinstance(w_index, W_SmallInteger):
        raise BAD_ARGUMENT
    if isinstance(w_receiver, W_Float):
        return float_at(interp.memory, w_receiver, w_index.value - 1)
    return w_receiver.at0(interp.memory, w_index.value - 1)


@primitive(61, args=2)
def at_put(interp, w_receiver, w_index, w_value):
    """at: anInteger put: anObject.  The object.  Fails, too, where the element cannot hold the value."""
    if not isinstance(w_index, W_SmallInteger):
        raise BAD_ARGUMENT
    if isinstance(w_receiver, W_Float):
        float_at_put(interp.memory, w_receiver, w_index.value - 1, w_value)
    else:
        w_receiver.atput0(interp.memory, w_index.value - 1, w_value)
    return w_value


@primitive(62, args=0)
def size(interp, w_receiver):
    """The number of indexed elements, in the object's own units.  Fails on what has none to index."""
    memory = interp.memory
    if isinstance(w_receiver, W_Float):
        if w_receiver.is_immediate(memory):
            raise BAD_RECEIVER
    elif not formats.is_indexable(w_receiver.kind(memory)):
        raise BAD_RECEIVER
    return W_SmallInteger(w_receiver.indexed_size(memory))


@primitive(60, args=2)
def mirror_at(interp, w_mirror, w_object, w_index):
    return at(interp, w_object, w_index)


@primitive(61, args=3)
def mirror_at_put(interp, w_mirror, w_object, w_index, w_value):
    return at_put(interp, w_object, w_index, w_value)


@primitive(62, args=1)
def mirror_size(interp, w_mirror, w_object):
    return size(interp, w_object)


def float_word_shift(memory, n0):
    """How far the 32-bit word with index n0 of a boxed Float is from the low end of its bits.  V3 images of old kind expect
    the most significant word first everywhere; Spur images the machine's order, of which we have the little-endian one."""
    if n0 < 0 or n0 > 1:
        raise BAD_INDEX
    if memory.is_spur:
        return n0 * 32
    return 32 - n0 * 32


def float_at(memory, w_float, n0):
    """basicAt: of a boxed Float."""
    if w_float.is_immediate(memory):
        raise BAD_RECEIVER
    bits = r_uint(floats.float_to_bits(w_float.value))
    if w_float.kind(memory) == formats.LONGS:
        if n0 != 0:
            raise BAD_INDEX
        return memory.unsigned64_object(bits)
    return memory.int_object(intmask((bits >> float_word_shift(memory, n0)) & r_uint(0xFFFFFFFF)))


def float_at_put(memory, w_float, n0, w_value):
    """basicAt:put: of a boxed Float."""
    if w_float.is_immediate(memory):
        raise BAD_RECEIVER
    if w_float.is_immutable():
        raise NO_MODIFICATION
    if w_float.kind(memory) == formats.LONGS:
        if n0 != 0:
            raise BAD_INDEX
        bits = memory.unsigned64_value(w_value)
    else:
        shift = float_word_shift(memory, n0)
        word = r_uint(memory.unsigned32_value(w_value))
        bits = r_uint(floats.float_to_bits(w_float.value))
        bits = (bits & ~(r_uint(0xFFFFFFFF) << shift)) | (word << shift)
    w_float.value = floats.bits_to_float(intmask(bits))


# ---- Strings

@primitive(63, args=1)
def string_at(interp, w_receiver, w_index):
    """String at: anInteger.  A Character; of 16 and 32-bit strings, too."""
    if not isinstance(w_index, W_SmallInteger):
        raise BAD_ARGUMENT
    n0 = w_index.value - 1
    memory = interp.memory
    if isinstance(w_receiver, W_Bytes):
        return memory.character_object(w_receiver.getbyte(n0))
    if isinstance(w_receiver, W_Words):
        if n0 < 0 or n0 >= len(w_receiver.words):
            raise BAD_INDEX
        return memory.character_object(w_receiver.getword(n0))
    if isinstance(w_receiver, W_Shorts):
        if n0 < 0 or n0 >= len(w_receiver.shorts):
            raise BAD_INDEX
        return memory.character_object(w_receiver.shorts[n0])
    raise BAD_RECEIVER


@primitive(64, args=2)
def string_at_put(interp, w_receiver, w_index, w_character):
    """String at: anInteger put: aCharacter.  The Character.  Fails for a Character too wide for the string."""
    if not isinstance(w_index, W_SmallInteger):
        raise BAD_ARGUMENT
    n0 = w_index.value - 1
    code = interp.memory.character_value(w_character)
    if code < 0:
        raise BAD_ARGUMENT
    if isinstance(w_receiver, W_Bytes):
        if code > 0xFF:
            raise BAD_ARGUMENT
        w_receiver.setbyte(n0, code)
        return w_character
    if isinstance(w_receiver, W_Words):
        if code > 0xFFFFFFFF:
            raise BAD_ARGUMENT
        if n0 < 0 or n0 >= len(w_receiver.words):
            raise BAD_INDEX
        if w_receiver.meta & IMMUTABLE:
            raise NO_MODIFICATION
        w_receiver.setword(n0, code)
        return w_character
    if isinstance(w_receiver, W_Shorts):
        if code > 0xFFFF:
            raise BAD_ARGUMENT
        if n0 < 0 or n0 >= len(w_receiver.shorts):
            raise BAD_INDEX
        if w_receiver.meta & IMMUTABLE:
            raise NO_MODIFICATION
        w_receiver.shorts[n0] = code
        return w_character
    raise BAD_RECEIVER


# ---- streams on Arrays, Strings and ByteArrays (old images only: later ones have no use for them)

STREAM_ARRAY, STREAM_POSITION, STREAM_READ_LIMIT, STREAM_WRITE_LIMIT = range(4)


def stream_fields(w_stream, limit_field):
    """(position, limit) of a stream; fails on what is not like one."""
    if not isinstance(w_stream, W_Pointers) or len(w_stream.slots) <= limit_field:
        raise BAD_RECEIVER
    w_position = w_stream.slots[STREAM_POSITION]
    w_limit = w_stream.slots[limit_field]
    if not isinstance(w_position, W_SmallInteger) or not isinstance(w_limit, W_SmallInteger):
        raise BAD_RECEIVER
    if w_position.value < 0:
        raise BAD_RECEIVER
    return w_position.value, w_limit.value


@primitive(65, args=0, era=OLD)
def stream_next(interp, w_receiver):
    """ReadStream next.  Fails at the end of the stream and on collections other than Array, String and ByteArray."""
    memory = interp.memory
    position, limit = stream_fields(w_receiver, STREAM_READ_LIMIT)
    if position >= limit:
        raise FAILED
    assert isinstance(w_receiver, W_Pointers)
    w_collection = w_receiver.slots[STREAM_ARRAY]
    if isinstance(w_collection, W_Array) and w_collection.view is memory.view_Array:
        w_result = w_collection.fetch(memory, position)
    elif isinstance(w_collection, W_Bytes) and w_collection.view is memory.view_String:
        w_result = memory.character_object(w_collection.getbyte(position))
    elif isinstance(w_collection, W_Bytes) and w_collection.view is memory.view_ByteArray:
        w_result = w_collection.at0(memory, position)
    else:
        raise FAILED
    w_receiver.store(memory, STREAM_POSITION, W_SmallInteger(position + 1))
    return w_result


@primitive(66, args=1, era=OLD)
def stream_next_put(interp, w_receiver, w_value):
    """WriteStream nextPut: anObject.  The object.  Fails where the stream must grow or the collection cannot hold the
    object."""
    memory = interp.memory
    position, limit = stream_fields(w_receiver, STREAM_WRITE_LIMIT)
    if position >= limit or w_receiver.is_immutable():
        raise FAILED
    assert isinstance(w_receiver, W_Pointers)
    w_collection = w_receiver.slots[STREAM_ARRAY]
    if isinstance(w_collection, W_Array) and w_collection.view is memory.view_Array:
        w_collection.store(memory, position, w_value)
    elif isinstance(w_collection, W_Bytes) and w_collection.view is memory.view_String:
        w_collection.setbyte(position, byte_of_character(memory, w_value))
    elif isinstance(w_collection, W_Bytes) and w_collection.view is memory.view_ByteArray:
        w_collection.atput0(memory, position, w_value)
    else:
        raise FAILED
    w_receiver.store(memory, STREAM_POSITION, W_SmallInteger(position + 1))
    return w_value


def byte_of_character(memory, w_character):
    code = memory.character_value(w_character)
    if code < 0 or code > 0xFF:
        raise BAD_ARGUMENT
    return code


@primitive(67, args=0, era=OLD)
def stream_at_end(interp, w_receiver):
    """PositionableStream atEnd."""
    position, limit = stream_fields(w_receiver, STREAM_READ_LIMIT)
    return interp.memory.bool_object(position >= limit)


# ---- raw units

def short_position(w_object, n0):
    """Fails unless a raw object has a 16-bit unit with that index."""
    if isinstance(w_object, W_Words):
        count = len(w_object.words) * 2
    elif isinstance(w_object, W_Bytes):
        count = len(w_object.bytes) >> 1
    elif isinstance(w_object, W_Shorts):
        count = len(w_object.shorts)
    elif isinstance(w_object, W_Longs):
        count = len(w_object.longs) * 4
    else:
        raise INAPPROPRIATE
    if n0 < 0 or n0 >= count:
        raise BAD_INDEX


@primitive(143, args=1)
def short_at(interp, w_receiver, w_index):
    """SoundBuffer at:.  The contents seen as signed 16-bit units, the low half of a word first."""
    n0 = small_int(w_index) - 1
    short_position(w_receiver, n0)
    value = 0
    if isinstance(w_receiver, W_Words):
        value = w_receiver.getword(n0 >> 1) >> ((n0 & 1) * 16)
    elif isinstance(w_receiver, W_Bytes):
        value = ord(w_receiver.bytes[n0 * 2]) | (ord(w_receiver.bytes[n0 * 2 + 1]) << 8)
    elif isinstance(w_receiver, W_Shorts):
        value = w_receiver.shorts[n0]
    elif isinstance(w_receiver, W_Longs):
        value = intmask(w_receiver.longs[n0 >> 2] >> ((n0 & 3) * 16))
    return W_SmallInteger(sign_extend(value, 16))


@primitive(144, args=2)
def short_at_put(interp, w_receiver, w_index, w_value):
    """SoundBuffer at:put:, of values from -32768 to 32767."""
    n0 = small_int(w_index) - 1
    value = small_int(w_value)
    if value < -0x8000 or value > 0x7FFF:
        raise BAD_ARGUMENT
    short_position(w_receiver, n0)
    if w_receiver.is_immutable():
        raise NO_MODIFICATION
    value &= 0xFFFF
    if isinstance(w_receiver, W_Words):
        shift = (n0 & 1) * 16
        word = w_receiver.getword(n0 >> 1) & ~(0xFFFF << shift)
        w_receiver.setword(n0 >> 1, word | (value << shift))
    elif isinstance(w_receiver, W_Bytes):
        w_receiver.bytes[n0 * 2] = chr(value & 0xFF)
        w_receiver.bytes[n0 * 2 + 1] = chr(value >> 8)
    elif isinstance(w_receiver, W_Shorts):
        w_receiver.shorts[n0] = value
    elif isinstance(w_receiver, W_Longs):
        shift = (n0 & 3) * 16
        word = w_receiver.longs[n0 >> 2] & ~(r_uint(0xFFFF) << shift)
        w_receiver.longs[n0 >> 2] = word | (r_uint(value) << shift)
    return w_value


@primitive(145, args=1)
def fill(interp, w_receiver, w_value):
    """Bitmap primFill:.  Put the value into every element.  The receiver."""
    memory = interp.memory
    if isinstance(w_receiver, W_HeapObject) and w_receiver.meta & IMMUTABLE:
        raise NO_MODIFICATION
    if isinstance(w_receiver, W_Words):
        fill_words(w_receiver.words, r_uint32(memory.unsigned32_value(w_value)))
    elif isinstance(w_receiver, W_Bytes):
        value = small_int(w_value)
        if value < 0 or value > 0xFF:
            raise BAD_ARGUMENT
        fill_bytes(w_receiver.bytes, chr(value))
    elif isinstance(w_receiver, W_Shorts):
        value = small_int(w_value)
        if value < 0 or value > 0xFFFF:
            raise BAD_ARGUMENT
        fill_shorts(w_receiver.shorts, value)
    elif isinstance(w_receiver, W_Longs):
        fill_longs(w_receiver.longs, memory.unsigned64_value(w_value))
    else:
        raise BAD_RECEIVER
    return w_receiver


@jit.dont_look_inside
def fill_words(words, value):
    for i in range(len(words)):
        words[i] = value


@jit.dont_look_inside
def fill_bytes(bytes, value):
    for i in range(len(bytes)):
        bytes[i] = value


@jit.dont_look_inside
def fill_shorts(shorts, value):
    for i in range(len(shorts)):
        shorts[i] = value


@jit.dont_look_inside
def fill_longs(longs, value):
    for i in range(len(longs)):
        longs[i] = value


def sign_extend(value, bits):
    """The low bits of an int as a two's complement number of that width."""
    top = 1 << (bits - 1)
    value &= (top << 1) - 1
    return (value ^ top) - top


@primitive(165, args=1)
def integer_at(interp, w_receiver, w_index):
    """integerAt:.  A raw element as a signed number of its width; like at: on pointers."""
    n0 = small_int(w_index) - 1
    memory = interp.memory
    if isinstance(w_receiver, W_Words):
        if n0 < 0 or n0 >= len(w_receiver.words):
            raise BAD_INDEX
        return memory.int_object(sign_extend(w_receiver.getword(n0), 32))
    if isinstance(w_receiver, W_Bytes):
        return W_SmallInteger(sign_extend(w_receiver.getbyte(n0), 8))
    if isinstance(w_receiver, W_Shorts):
        if n0 < 0 or n0 >= len(w_receiver.shorts):
            raise BAD_INDEX
        return W_SmallInteger(sign_extend(w_receiver.shorts[n0], 16))
    if isinstance(w_receiver, W_Longs):
        if n0 < 0 or n0 >= len(w_receiver.longs):
            raise BAD_INDEX
        return memory.int_object(intmask(w_receiver.longs[n0]))
    if isinstance(w_receiver, W_AbstractPointers) or isinstance(w_receiver, W_Array):
        return w_receiver.at0(memory, n0)
    raise BAD_RECEIVER


@primitive(166, args=2)
def integer_at_put(interp, w_receiver, w_index, w_value):
    """integerAt:put:.  The value, which must fit the elements as a signed number."""
    n0 = small_int(w_index) - 1
    memory = interp.memory
    if isinstance(w_receiver, W_AbstractPointers) or isinstance(w_receiver, W_Array):
        w_receiver.atput0(memory, n0, w_value)
        return w_value
    if not isinstance(w_receiver, W_HeapObject):
        raise BAD_RECEIVER
    value = memory.int_value(w_value)
    if n0 < 0 or n0 >= w_receiver.indexed_size(memory):
        raise BAD_INDEX
    if w_receiver.meta & IMMUTABLE:
        raise NO_MODIFICATION
    if isinstance(w_receiver, W_Words):
        check_signed(value, 32)
        w_receiver.setword(n0, value)
    elif isinstance(w_receiver, W_Bytes):
        check_signed(value, 8)
        w_receiver.setbyte(n0, value)
    elif isinstance(w_receiver, W_Shorts):
        check_signed(value, 16)
        w_receiver.shorts[n0] = value & 0xFFFF
    elif isinstance(w_receiver, W_Longs):
        w_receiver.longs[n0] = r_uint(value)
    else:
        raise BAD_RECEIVER
    return w_value


def check_signed(value, bits):
    if sign_extend(value, bits) != value:
        raise BAD_ARGUMENT


# ---- slots: named fields and indexed elements numbered through

@primitive(173, args=1)
def slot_at(interp, w_receiver, w_index):
    """slotAt:.  A pointer by its place in the object, or a raw element.  Not for methods."""
    n0 = small_int(w_index) - 1
    return slot_at0(interp.memory, w_receiver, n0)


@primitive(173, args=2)
def mirror_slot_at(interp, w_mirror, w_object, w_index):
    return slot_at(interp, w_object, w_index)


def slot_at0(memory, w_object, n0):
    if w_object.is_immediate(memory):
        raise BAD_RECEIVER
    if isinstance(w_object, W_CompiledMethod):
        raise UNSUPPORTED
    if isinstance(w_object, W_Float):
        return float_at(memory, w_object, n0)
    if formats.is_pointers(w_object.kind(memory)):
        return w_object.fetch(memory, n0)
    return w_object.at0(memory, n0)


@primitive(174, args=2)
def slot_at_put(interp, w_receiver, w_index, w_value):
    """slotAt:put:.  The value."""
    memory = interp.memory
    n0 = small_int(w_index) - 1
    if w_receiver.is_immediate(memory):
        raise BAD_RECEIVER
    if isinstance(w_receiver, W_CompiledMethod):
        raise UNSUPPORTED
    if w_receiver.is_immutable():
        raise NO_MODIFICATION
    if isinstance(w_receiver, W_Float):
        float_at_put(memory, w_receiver, n0, w_value)
    elif formats.is_pointers(w_receiver.kind(memory)):
        w_receiver.store(memory, n0, w_value)
    else:
        w_receiver.atput0(memory, n0, w_value)
    return w_value


@primitive(174, args=3)
def mirror_slot_at_put(interp, w_mirror, w_object, w_index, w_value):
    return slot_at_put(interp, w_object, w_index, w_value)


# ---- named fields

def named_size(memory, w_object):
    """The number of named fields."""
    if isinstance(w_object, W_AbstractPointers):
        size = len(w_object.slots)
        if formats.is_indexable(w_object.view.kind):
            return min(size, w_object.view.inst_size)
        return size
    if isinstance(w_object, W_Context):
        return CONTEXT_NAMED
    if isinstance(w_object, W_CompiledMethod) or isinstance(w_object, W_Array):
        return 0
    return w_object.pointer_size(memory) - w_object.indexed_size(memory)


CONTEXT_NAMED = 6


@primitive(73, args=1)
def inst_var_at(interp, w_receiver, w_index):
    """instVarAt: anInteger.  A named field."""
    if not isinstance(w_index, W_SmallInteger):
        raise BAD_ARGUMENT
    memory = interp.memory
    n0 = w_index.value - 1
    if n0 < 0 or n0 >= named_size(memory, w_receiver):
        raise BAD_INDEX
    return w_receiver.fetch(memory, n0)


@primitive(74, args=2)
def inst_var_at_put(interp, w_receiver, w_index, w_value):
    """instVarAt: anInteger put: anObject.  The object."""
    if not isinstance(w_index, W_SmallInteger):
        raise BAD_ARGUMENT
    memory = interp.memory
    n0 = w_index.value - 1
    if n0 < 0 or n0 >= named_size(memory, w_receiver):
        raise BAD_INDEX
    w_receiver.store(memory, n0, w_value)
    return w_value


@primitive(73, args=2)
def mirror_inst_var_at(interp, w_mirror, w_object, w_index):
    return inst_var_at(interp, w_object, w_index)


@primitive(74, args=3)
def mirror_inst_var_at_put(interp, w_mirror, w_object, w_index, w_value):
    return inst_var_at_put(interp, w_object, w_index, w_value)
