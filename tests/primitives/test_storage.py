"""Primitives that make, copy and index objects."""
import pytest

import fakeimage
from fakeimage import KINDS
from storage_support import (Interp, call, context, elements, failure, fails, find, generic_array, method, new, value)
from spyvm.objects import formats
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.errors import BAD_INDEX, BAD_RECEIVER, NO_MEMORY, NO_MODIFICATION
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import IMMUTABLE, PINNED, W_Float, W_SmallInteger
from spyvm.objects.pointers import FLOATS, GENERIC, INTS, NILS, W_Class, W_Weak


@pytest.fixture(params=KINDS)
def interp(request):
    return Interp(request.param)


@pytest.fixture
def spur():
    return Interp('spur64')


def raw_class(interp, kind):
    names = {formats.SHORTS: 'DoubleByteArray', formats.LONGS: 'DoubleWordArray'}
    return fakeimage.new_class(interp.memory, names[kind], 'Collection', kind, 0)


def mark(w_object, flag):
    w_object.set_meta(w_object.get_meta() | flag)
    return w_object


# ---- at:, at:put:, size

def test_at_and_at_put_of_arrays(interp):
    w_array = new(interp, 'Array', 3)
    assert value(interp, 62, w_array) == 3
    assert value(interp, 60, w_array, 3) is None
    assert value(interp, 61, w_array, 1, 7) == 7
    assert value(interp, 60, w_array, 1) == 7
    w_thing = new(interp, 'Object')
    assert call(interp, 61, w_array, 3, w_thing) is w_thing
    assert call(interp, 60, w_array, 3) is w_thing
    assert elements(interp, w_array)[:2] == [7, None]


@pytest.mark.parametrize('index', [0, 4, -1, 2 ** 29, -2 ** 29])
def test_index_out_of_range(interp, index):
    for name in ['Array', 'ByteArray', 'String', 'Bitmap', 'WeakArray']:
        w_object = new(interp, name, 3)
        before = elements(interp, w_object)
        assert fails(interp, 60, w_object, index)
        assert fails(interp, 61, w_object, index, 1)
        assert elements(interp, w_object) == before


def test_index_must_be_a_small_integer(interp):
    w_array = new(interp, 'Array', 3)
    for bad in [None, W_Float(1.0), 'one', fakeimage.large(interp.memory, 1)]:
        assert fails(interp, 60, w_array, bad)
        assert fails(interp, 61, w_array, bad, 1)


def test_what_has_no_elements(interp):
    for w_object in [interp.memory.w_nil, W_SmallInteger(3), new(interp, 'Association'),
                     fakeimage.class_named(interp.memory, 'Point'), call(interp, 63, 'a', 1)]:
        assert fails(interp, 60, w_object, 1)
        assert fails(interp, 61, w_object, 1, 1)
        assert fails(interp, 62, w_object)


def test_raw_elements_take_what_fits(interp):
    w_bytes = new(interp, 'ByteArray', 2)
    assert value(interp, 61, w_bytes, 1, 255) == 255
    assert fails(interp, 61, w_bytes, 1, 256)
    assert fails(interp, 61, w_bytes, 1, -1)
    assert fails(interp, 61, w_bytes, 1, None)
    assert elements(interp, w_bytes) == [255, 0]
    w_words = new(interp, 'Bitmap', 2)
    assert value(interp, 61, w_words, 2, 2 ** 32 - 1) == 2 ** 32 - 1
    assert fails(interp, 61, w_words, 2, 2 ** 32)
    assert fails(interp, 61, w_words, 2, -1)
    assert elements(interp, w_words) == [0, 2 ** 32 - 1]


def test_wide_raw_elements(spur):
    w_shorts = spur.memory.instantiate(raw_class(spur, formats.SHORTS), 3)
    assert value(spur, 62, w_shorts) == 3
    assert value(spur, 61, w_shorts, 1, 65535) == 65535
    assert fails(spur, 61, w_shorts, 1, 65536)
    w_longs = spur.memory.instantiate(raw_class(spur, formats.LONGS), 2)
    assert value(spur, 61, w_longs, 2, 2 ** 64 - 1) == 2 ** 64 - 1
    assert value(spur, 60, w_longs, 2) == 2 ** 64 - 1
    assert fails(spur, 61, w_longs, 2, 2 ** 64)
    assert value(spur, 61, w_longs, 1, 2 ** 63) == 2 ** 63


def test_immutable_objects_do_not_change(interp):
    for name in ['Array', 'ByteArray', 'String', 'Bitmap']:
        w_object = mark(new(interp, name, 2), IMMUTABLE)
        assert failure(interp, 61, w_object, 1, 1) == NO_MODIFICATION.code
    w_string = mark(new(interp, 'String', 2), IMMUTABLE)
    assert failure(interp, 64, w_string, 1, call(interp, 63, 'a', 1)) == NO_MODIFICATION.code
    assert failure(interp, 74, mark(new(interp, 'Point'), IMMUTABLE), 1, 1) == NO_MODIFICATION.code


def test_mirrors(interp):
    w_array = new(interp, 'Array', 2)
    assert value(interp, 61, None, w_array, 2, 9) == 9
    assert value(interp, 60, None, w_array, 2) == 9
    assert value(interp, 62, None, w_array) == 2
    w_point = new(interp, 'Point')
    assert value(interp, 74, None, w_point, 1, 5) == 5
    assert value(interp, 73, None, w_point, 1) == 5
    assert call(interp, 111, None, w_point) is fakeimage.class_named(interp.memory, 'Point')
    assert value(interp, 110, None, w_point, w_point) is True


def test_boxed_floats_are_words(interp):
    w_float = fakeimage.boxed_float(interp.memory, 1.0)
    high = 2 if interp.memory.is_spur else 1
    assert value(interp, 62, w_float) == 2
    assert value(interp, 60, w_float, high) == 0x3FF00000
    assert value(interp, 60, w_float, 3 - high) == 0
    assert fails(interp, 60, w_float, 3)
    assert fails(interp, 60, w_float, 0)
    assert value(interp, 61, w_float, high, 0xC0000000) == 0xC0000000
    assert w_float.value == -2.0
    assert fails(interp, 61, w_float, high, -1)
    assert fails(interp, 61, mark(w_float, IMMUTABLE), high, 0)


def test_immediate_floats_are_not(spur):
    assert fails(spur, 62, W_Float(1.0))
    assert fails(spur, 60, W_Float(1.0), 1)
    assert fails(spur, 61, W_Float(1.0), 1, 1)
    assert fails(spur, 173, W_Float(1.0), 1)


def test_a_class_of_immediates_has_no_other_instances(spur):
    """One that the image makes itself: the format alone tells it."""
    memory = spur.memory
    w_class = fakeimage.new_class(memory, 'Tagged', 'Object', formats.IMMEDIATE, 0).w_self
    assert fails(spur, 70, w_class)
    assert fails(spur, 71, w_class, 0)


# ---- Strings

def test_string_at(interp):
    w_char = call(interp, 63, 'abc', 2)
    assert interp.memory.character_value(w_char) == ord('b')
    assert fails(interp, 63, 'abc', 4)
    assert fails(interp, 63, new(interp, 'Array', 3), 1)
    w_string = fakeimage.string(interp.memory, 'abc')
    assert call(interp, 64, w_string, 3, w_char) is w_char
    assert w_string.text() == 'abb'
    assert fails(interp, 64, w_string, 3, 98)
    assert fails(interp, 64, w_string, 0, w_char)


def test_wide_strings(spur):
    w_wide = fakeimage.words(spur.memory, 'WordArray', [0x1F600, 65])
    w_char = call(spur, 63, w_wide, 1)
    assert spur.memory.character_value(w_char) == 0x1F600
    assert fails(spur, 64, fakeimage.string(spur.memory, 'a'), 1, w_char)
    assert call(spur, 64, w_wide, 2, w_char) is w_char
    assert elements(spur, w_wide) == [0x1F600, 0x1F600]


# ---- named fields, slots, methods

def test_inst_var_at(interp):
    w_association = new(interp, 'Association')
    assert value(interp, 74, w_association, 2, 5) == 5
    assert value(interp, 73, w_association, 2) == 5
    for index in [0, 3, -1]:
        assert failure(interp, 73, w_association, index) == BAD_INDEX.code
        assert failure(interp, 74, w_association, index, 1) == BAD_INDEX.code
    for w_object in [new(interp, 'Array', 3), new(interp, 'ByteArray', 3), W_SmallInteger(1), interp.memory.w_nil]:
        assert fails(interp, 73, w_object, 1)


def test_inst_var_at_sees_named_fields_only(interp):
    w_dict = new(interp, 'MethodDictionary', 4)
    assert value(interp, 74, w_dict, 2, 5) == 5
    assert fails(interp, 73, w_dict, 3)
    assert value(interp, 62, w_dict) == 4


def test_inst_vars_of_contexts(interp):
    w_context = context(interp.memory, method(interp.memory))
    assert call(interp, 73, w_context, 4) is w_context.code.w_method
    assert value(interp, 73, w_context, 3) == 0
    assert fails(interp, 73, w_context, 7)


def test_slot_at(spur):
    w_dict = new(spur, 'MethodDictionary', 2)
    assert value(spur, 174, w_dict, 4, 5) == 5
    assert value(spur, 173, w_dict, 4) == 5
    assert fails(spur, 173, w_dict, 5)
    assert value(spur, 173, 'abc', 2) == ord('b')
    assert fails(spur, 173, method(spur.memory), 1)
    assert fails(spur, 173, 3, 1)


def test_contexts(interp):
    memory = interp.memory
    w_context = context(memory, method(memory))
    assert call(interp, 76, w_context, 2) is w_context
    assert value(interp, 212, w_context) == 2
    assert value(interp, 211, w_context, 2, 9) == 9
    assert value(interp, 210, w_context, 2) == 9
    assert value(interp, 210, w_context, 1) is None
    assert value(interp, 210, None, w_context, 2) == 9
    beyond = 3 if memory.is_spur else 17       # old images reach the whole stack
    for index in [0, beyond, -1]:
        assert fails(interp, 210, w_context, index)
        assert fails(interp, 211, w_context, index, 1)
    for stackp in [-1, 10 ** 6, None]:
        assert fails(interp, 76, w_context, stackp)
    for number in (76, 210, 212):
        assert fails(interp, number, new(interp, 'Array', 3), *([1] if number != 212 else []))
    code = w_context.code
    w_method = code.w_method
    assert call(interp, 215, w_method) is w_method
    assert w_method.get_code(memory) is not code
    assert call(interp, 214, None) is memory.w_nil


def test_object_at(interp):
    w_method = method(interp.memory, [W_SmallInteger(11), W_SmallInteger(12)])
    assert value(interp, 68, w_method, 1) == w_method.header
    assert value(interp, 68, w_method, 3) == 12
    assert fails(interp, 68, w_method, 4)
    assert fails(interp, 68, w_method, 0)
    assert fails(interp, 68, new(interp, 'Array', 3), 1)
    code = w_method.get_code(interp.memory)
    assert value(interp, 69, w_method, 2, 13) == 13
    assert w_method.get_code(interp.memory) is not code
    assert fails(interp, 69, w_method, 1, 0)        # a header for other literals
    assert fails(interp, 69, w_method, 1, None)
    assert value(interp, 68, w_method, 1) == w_method.header


# ---- making objects

def test_new(interp):
    memory = interp.memory
    w_point = call(interp, 70, fakeimage.class_named(memory, 'Point'))
    assert w_point.fetch(memory, 0) is memory.w_nil and w_point.pointer_size(memory) == 2
    assert value(interp, 62, call(interp, 70, fakeimage.class_named(memory, 'Array'))) == 0
    assert fails(interp, 70, fakeimage.class_named(memory, 'SmallInteger'))
    assert fails(interp, 70, w_point)
    assert fails(interp, 70, None)


def test_new_of_a_class_is_a_class(interp):
    memory = interp.memory
    w_class = call(interp, 70, fakeimage.class_named(memory, 'Class'))
    assert isinstance(w_class, W_Class)


@pytest.mark.parametrize('name', ['Array', 'ByteArray', 'Bitmap', 'String', 'WeakArray', 'MethodDictionary'])
def test_new_with_size(interp, name):
    w_class = fakeimage.class_named(interp.memory, name)
    w_object = call(interp, 71, w_class, 5)
    assert value(interp, 62, w_object) == 5
    assert call(interp, 111, w_object) is w_class
    assert fails(interp, 71, w_class, -1)
    assert fails(interp, 71, w_class, None)
    assert fails(interp, 71, w_class, fakeimage.large(interp.memory, 2 ** 70))


def test_new_with_size_beyond_all_memory(spur):
    for name in ['Array', 'ByteArray', 'Bitmap', 'WeakArray', 'MethodDictionary']:
        assert failure(spur, 71, fakeimage.class_named(spur.memory, name), 2 ** 59) == NO_MEMORY.code
    assert failure(spur, 79, fakeimage.class_named(spur.memory, 'CompiledMethod'), 2 ** 40, 0) == NO_MEMORY.code


def test_new_with_size_of_a_class_without_elements(interp):
    w_class = fakeimage.class_named(interp.memory, 'Point')
    assert fails(interp, 71, w_class, 1)
    assert call(interp, 71, w_class, 0).pointer_size(interp.memory) == 2


def test_new_method(interp):
    memory = interp.memory
    w_class = fakeimage.class_named(memory, 'CompiledMethod')
    header = 2 if memory.is_spur else 2 << 9
    w_method = call(interp, 79, w_class, 5, header)
    assert isinstance(w_method, W_CompiledMethod)
    assert value(interp, 62, w_method) == 3 * memory.word_size + 5
    assert value(interp, 68, w_method, 3) is None
    assert value(interp, 61, w_method, 3 * memory.word_size + 1, 200) == 200
    assert fails(interp, 60, w_method, 1) == memory.is_spur     # old images read the header bytewise
    assert fails(interp, 79, w_class, -1, header)
    assert fails(interp, 79, w_class, 5, None)
    assert fails(interp, 79, fakeimage.class_named(memory, 'Array'), 5, header)


def test_pinned_objects(spur):
    w_object = call(spur, 599, fakeimage.class_named(spur.memory, 'ByteArray'), 3)
    assert value(spur, 183, w_object) is True
    assert value(spur, 184, w_object, False) is True
    assert value(spur, 183, w_object) is False
    assert value(spur, 184, w_object, True) is False
    assert w_object.get_meta() & PINNED
    assert fails(spur, 183, 3)
    assert fails(spur, 184, w_object, None)


# ---- copying

def test_clone_of_every_kind(interp):
    memory = interp.memory
    originals = [generic_array(interp, [new(interp, 'Object'), memory.w_nil]), new(interp, 'Point'),
                 fakeimage.string(memory, 'abc'), fakeimage.words(memory, 'Bitmap', [1, 2]),
                 method(memory, [W_SmallInteger(1)]), new(interp, 'WeakArray', 2),
                 fakeimage.array(memory, [W_SmallInteger(1), memory.w_nil]), new(interp, 'Array', 4),
                 W_BlockClosure(memory.view_BlockClosure, False, memory.w_nil, W_SmallInteger(1), W_SmallInteger(0),
                                memory.w_nil, [memory.w_true])]
    for w_original in originals:
        memory.identity_hash(w_original)
        mark(w_original, IMMUTABLE)
        w_copy = call(interp, 148, w_original)
        assert w_copy is not w_original
        assert w_copy.get_meta() == 0
        assert call(interp, 111, w_copy) is call(interp, 111, w_original)
        if not isinstance(w_original, W_CompiledMethod):
            assert elements(interp, w_copy) == elements(interp, w_original)
        assert w_copy.pointer_size(memory) == w_original.pointer_size(memory)


def test_clone_is_independent(interp):
    for w_original in [new(interp, 'Array', 2), fakeimage.array(interp.memory, [W_SmallInteger(1), W_SmallInteger(2)]),
                       generic_array(interp, [interp.memory.w_true, interp.memory.w_false]), new(interp, 'ByteArray', 2)]:
        before = elements(interp, w_original)
        w_copy = call(interp, 148, w_original)
        call(interp, 61, w_copy, 1, 200)
        assert elements(interp, w_original) == before
        assert elements(interp, w_copy) == [200] + before[1:]


def test_clone_of_values(interp):
    assert value(interp, 148, 3) == 3
    w_float = fakeimage.boxed_float(interp.memory, 2.5)
    w_copy = call(interp, 148, w_float)
    assert w_copy is not w_float and w_copy.value == 2.5


def test_clone_of_a_class_is_a_class(interp):
    w_class = fakeimage.class_named(interp.memory, 'Point')
    w_copy = call(interp, 148, w_class)
    assert isinstance(w_copy, W_Class) and w_copy.instances is not w_class.instances
    assert call(interp, 70, w_copy).pointer_size(interp.memory) == 2


def test_clone_of_a_context(interp):
    w_context = context(interp.memory, method(interp.memory))
    w_context.stack[0] = W_SmallInteger(4)
    w_context.sp = 1
    w_copy = call(interp, 148, w_context)
    assert elements(interp, w_copy) == [4]
    assert w_copy.code is w_context.code and w_copy.w_sender is interp.memory.w_nil


def test_copy_object(interp):
    w_from = fakeimage.string(interp.memory, 'abc')
    w_to = fakeimage.string(interp.memory, 'xyz')
    assert call(interp, 168, w_to, w_from) is w_to
    assert w_to.text() == 'abc'
    assert fails(interp, 168, w_to, fakeimage.string(interp.memory, 'ab'))
    assert fails(interp, 168, w_to, new(interp, 'ByteArray', 3))
    assert fails(interp, 168, w_to, 3)
    assert fails(interp, 168, 3, w_to)
    assert fails(interp, 168, mark(w_to, IMMUTABLE), w_from)
    w_point, w_other = new(interp, 'Point'), new(interp, 'Point')
    call(interp, 74, w_point, 2, 8)
    call(interp, 168, w_other, w_point)
    assert value(interp, 73, w_other, 2) == 8


# ---- class, identity, flags

def test_identity(interp):
    w_array = new(interp, 'Array', 1)
    assert value(interp, 110, w_array, w_array) is True
    assert value(interp, 110, w_array, new(interp, 'Array', 1)) is False
    assert value(interp, 110, 3, 3) is True
    assert value(interp, 110, 3, W_Float(3.0)) is False
    assert value(interp, 169, 3, 4) is True


def test_identity_hash(interp):
    w_array = new(interp, 'Array', 1)
    hash = value(interp, 75, w_array)
    assert 0 < hash <= value(interp, 176, None)
    assert value(interp, 75, w_array) == hash
    assert value(interp, 161, w_array, 99) == hash
    assert value(interp, 75, w_array) == 99
    assert fails(interp, 161, w_array, value(interp, 176, None) + 1)
    assert fails(interp, 161, w_array, -1)
    assert fails(interp, 75, 3)
    assert fails(interp, 161, 3, 1)


def test_has_identity_hash(spur):
    w_array = new(spur, 'Array', 1)
    assert value(spur, 161, w_array) is False
    value(spur, 75, w_array)
    assert value(spur, 161, w_array) is True


def test_class(interp):
    memory = interp.memory
    assert call(interp, 111, 3) is fakeimage.class_named(memory, 'SmallInteger')
    assert call(interp, 111, None) is fakeimage.class_named(memory, 'UndefinedObject')
    name = 'SmallFloat64' if memory.has_immediate_floats else 'Float'
    assert call(interp, 111, W_Float(1.0)) is fakeimage.class_named(memory, name)


def test_change_class(interp):
    w_string = fakeimage.string(interp.memory, 'abc')
    assert call(interp, 115, w_string, new(interp, 'ByteArray', 1)) is w_string
    assert elements(interp, w_string) == [97, 98, 99]
    assert call(interp, 111, w_string) is fakeimage.class_named(interp.memory, 'ByteArray')
    for w_other in [new(interp, 'Array', 1), new(interp, 'Point'), W_SmallInteger(1), new(interp, 'Bitmap', 1)]:
        assert fails(interp, 115, w_string, w_other)
    assert fails(interp, 115, 3, w_string)
    w_point = new(interp, 'Point')
    assert call(interp, 115, w_point, new(interp, 'Association')) is w_point
    assert fails(interp, 115, w_point, new(interp, 'Process'))
    assert fails(interp, 115, mark(w_point, IMMUTABLE), new(interp, 'Point'))
    assert fails(interp, 115, context(interp.memory, method(interp.memory)), w_point)


def test_adopt_instance(interp):
    w_class = fakeimage.class_named(interp.memory, 'ByteArray')
    w_string = fakeimage.string(interp.memory, 'abc')
    assert call(interp, 160, w_class, w_string) is w_class
    assert call(interp, 111, w_string) is w_class
    assert fails(interp, 160, w_class, 3)
    assert fails(interp, 160, w_class, new(interp, 'Array', 3))


def test_immutability(interp):
    w_array = new(interp, 'Array', 1)
    assert value(interp, 163, w_array) is False
    assert value(interp, 164, w_array, True) is False
    assert value(interp, 163, w_array) is True
    assert fails(interp, 61, w_array, 1, 1)
    assert value(interp, 164, w_array, False) is True
    assert not fails(interp, 61, w_array, 1, 1)
    assert value(interp, 163, 3) is True
    assert fails(interp, 164, 3, True)
    assert fails(interp, 164, w_array, None)


def test_what_cannot_be_immutable(interp):
    memory = interp.memory
    for w_object in [context(memory, method(memory)), new(interp, 'WeakArray', 1), new(interp, 'Semaphore'),
                     new(interp, 'Process'), memory.w_special_objects, new(interp, 'LinkedList')]:
        assert fails(interp, 164, w_object, True)


def test_characters_and_immediates(interp):
    memory = interp.memory
    w_char = call(interp, 170, 65)
    assert memory.character_value(w_char) == 65
    assert memory.character_value(call(interp, 170, None, 66)) == 66
    assert fails(interp, 170, -1)
    assert fails(interp, 170, fakeimage.large(memory, 2 ** 40))
    assert fails(interp, 170, 256) != memory.is_spur
    if memory.is_spur:
        assert value(interp, 171, w_char) == 65
        assert value(interp, 171, 7) == 7
        assert fails(interp, 171, new(interp, 'Object'))
    else:
        assert find(interp, 171) is None


@pytest.mark.parametrize('number, bits', [(0.0, 0), (-0.0, -2 ** 60), (1.0, 0x7F << 52), (-1.0, (0x7F << 52) - 2 ** 60)])
def test_bits_of_immediate_floats(spur, number, bits):
    # a SmallFloat64 is the double with 896 taken from its exponent; 0 stays 0
    assert value(spur, 171, W_Float(number)) == bits


def test_points_to(interp):
    w_thing = new(interp, 'Object')
    assert value(interp, 132, generic_array(interp, [w_thing]), w_thing) is True
    assert value(interp, 132, generic_array(interp, [interp.memory.w_nil]), w_thing) is False
    assert value(interp, 132, method(interp.memory, [w_thing]), w_thing) is True
    assert value(interp, 132, fakeimage.array(interp.memory, [W_SmallInteger(4)]), 4) is True
    assert value(interp, 132, 3, w_thing) is False


def test_special_objects_and_sizes(interp):
    assert call(interp, 129, None) is interp.memory.w_special_objects
    assert value(interp, 112, None) > 0
    assert value(interp, 112, None, True) > 0
    assert fails(interp, 112, None, 3)


def test_sizes_in_bytes(spur):
    memory = spur.memory
    assert value(spur, 182, fakeimage.string(memory, 'abc')) == 16
    assert value(spur, 182, fakeimage.string(memory, 'abcdefghi')) == 24
    assert value(spur, 182, new(spur, 'Object')) == 16
    assert value(spur, 182, new(spur, 'Point')) == 24
    assert value(spur, 182, new(spur, 'Array', 255)) == 16 + 255 * 8
    assert value(spur, 182, 3) == 0
    assert value(spur, 181, fakeimage.class_named(memory, 'Point')) == 24
    assert value(spur, 181, fakeimage.class_named(memory, 'ByteArray'), 9) == 24
    assert fails(spur, 181, fakeimage.class_named(memory, 'ByteArray'))
    assert failure(spur, 181, fakeimage.class_named(memory, 'Point'), 1) == BAD_RECEIVER.code


def test_flushing(interp):
    w_class = fakeimage.class_named(interp.memory, 'Point')
    assert call(interp, 89, w_class) is w_class
    w_method = method(interp.memory)
    code = w_method.get_code(interp.memory)
    assert call(interp, 116, w_method) is w_method
    assert w_method.get_code(interp.memory) is not code
    w_symbol = fakeimage.symbol(interp.memory, 'x')
    assert call(interp, 119, w_symbol) is w_symbol


# ---- replaceFrom:to:with:startingAt:

def test_replace_bytes(interp):
    w_string = fakeimage.string(interp.memory, 'abcdef')
    assert call(interp, 105, w_string, 2, 4, 'uvwxyz', 3) is w_string
    assert w_string.text() == 'awxyef'
    assert not fails(interp, 105, w_string, 1, 0, 'x', 1)       # of nothing
    assert w_string.text() == 'awxyef'


@pytest.mark.parametrize('start, stop, rep', [(0, 2, 1), (1, 7, 1), (3, 1, 1), (1, 2, 0), (1, 3, 5), (1, 2, 2 ** 29),
                                              (-5, -4, 1), (2 ** 29, 2 ** 29, 1)])
def test_replace_out_of_range(interp, start, stop, rep):
    for name in ['String', 'Array', 'Bitmap', 'MethodDictionary', 'WeakArray']:
        w_to, w_from = new(interp, name, 6), new(interp, name, 6)
        assert fails(interp, 105, w_to, start, stop, w_from, rep)


def test_replace_of_different_kinds(interp):
    memory = interp.memory
    for w_to, w_from in [(new(interp, 'String', 2), new(interp, 'Array', 2)),
                         (new(interp, 'Array', 2), new(interp, 'String', 2)),
                         (new(interp, 'Bitmap', 2), new(interp, 'ByteArray', 2)),
                         (new(interp, 'Array', 2), new(interp, 'WeakArray', 2)),
                         (new(interp, 'String', 2), W_SmallInteger(4)), (W_SmallInteger(4), new(interp, 'String', 2)),
                         (new(interp, 'ByteArray', 2), method(memory)), (method(memory), new(interp, 'ByteArray', 2))]:
        assert fails(interp, 105, w_to, 1, 1, w_from, 1)


def arrays_of_all_strategies(interp):
    memory = interp.memory
    return [fakeimage.array(memory, items) for items in [
        [memory.w_nil] * 4, [W_SmallInteger(i) for i in range(4)],
        [W_SmallInteger(1), memory.w_nil, W_SmallInteger(2), memory.w_nil],
        [W_Float(i + 0.5) for i in range(4)], [memory.w_true, W_SmallInteger(1), W_Float(0.5), memory.w_nil]]]


def test_replace_between_all_strategies(interp):
    for to_index in range(5):
        for from_index in range(5):
            for start, stop, rep in [(1, 4, 1), (2, 3, 2), (1, 0, 1), (4, 4, 1)]:
                w_to = arrays_of_all_strategies(interp)[to_index]
                w_from = arrays_of_all_strategies(interp)[from_index]
                expected = elements(interp, w_to)
                expected[start - 1:stop] = elements(interp, w_from)[rep - 1:rep - 1 + stop - start + 1]
                call(interp, 105, w_to, start, stop, w_from, rep)
                assert elements(interp, w_to) == expected


def test_replace_keeps_numbers_unboxed(interp):
    w_to = new(interp, 'Array', 3)
    w_ints = fakeimage.array(interp.memory, [W_SmallInteger(1), W_SmallInteger(2)])
    call(interp, 105, w_to, 1, 2, w_ints, 1)
    assert w_to.strategy is INTS
    w_nils = new(interp, 'Array', 3)
    call(interp, 105, w_nils, 1, 2, new(interp, 'Array', 2), 1)
    assert w_nils.strategy is NILS


def test_replace_floats(spur):
    w_floats = fakeimage.array(spur.memory, [W_Float(1.5), W_Float(2.5)])
    w_to = new(spur, 'Array', 2)
    call(spur, 105, w_to, 1, 2, w_floats, 1)
    assert w_to.strategy is FLOATS
    w_to = new(spur, 'Array', 3)
    call(spur, 105, w_to, 1, 2, w_floats, 1)
    assert w_to.strategy is GENERIC and elements(spur, w_to) == [1.5, 2.5, None]


def test_replace_overlapping_goes_up(interp):
    w_string = fakeimage.string(interp.memory, 'abcdef')
    call(interp, 105, w_string, 1, 4, w_string, 3)
    assert w_string.text() == 'cdefef'
    w_string = fakeimage.string(interp.memory, 'abcdef')
    call(interp, 105, w_string, 3, 6, w_string, 1)
    assert w_string.text() == 'ababab'
    w_array = fakeimage.array(interp.memory, [W_SmallInteger(i) for i in range(4)])
    call(interp, 105, w_array, 2, 4, w_array, 1)
    assert elements(interp, w_array) == [0, 0, 0, 0]


def test_replace_pointers_behind_named_fields(interp):
    w_to, w_from = new(interp, 'MethodDictionary', 3), new(interp, 'MethodDictionary', 3)
    call(interp, 61, w_from, 1, 5)
    call(interp, 105, w_to, 2, 3, w_from, 1)
    assert elements(interp, w_to) == [None, 5, None]
    assert value(interp, 73, w_to, 1) is None


def test_replace_in_immutable(interp):
    w_string = mark(fakeimage.string(interp.memory, 'abc'), IMMUTABLE)
    assert failure(interp, 105, w_string, 1, 1, 'x', 1) == NO_MODIFICATION.code
    assert failure(interp, 105, w_string, 1, 0, 'x', 1) == 0
    w_weak = W_Weak(interp.memory, fakeimage.view_named(interp.memory, 'WeakArray'), 0, 2)
    assert failure(interp, 105, w_weak, 1, 2, new(interp, 'WeakArray', 2), 1) == 0


def test_hashes_of_new_classes_are_their_own(spur):
    memory = spur.memory
    w_class = fakeimage.class_named(memory, 'Class')
    loaded = [call(spur, 70, w_class) for _ in range(2)]
    loaded[0].meta |= 5000
    memory.loaded = loaded
    made = [call(spur, 70, w_class) for _ in range(3)]
    assert [value(spur, 175, w) for w in made] == [5001, 5002, 5003]
    assert value(spur, 75, loaded[1]) == 5004
    assert fails(spur, 175, new(spur, 'Object'))
