import random
import struct

import pytest
import streamwriter as w
from imagetools import text
from spyvm.image.container import refstream
from spyvm.image.container.refstream import ObjectStream
from spyvm.image.errors import ImageError
from spyvm.rpy.buffer import buffer_of


def read(data, base=0):
    return ObjectStream(buffer_of(text(data)), base).next()


def refusal(data):
    with pytest.raises(ImageError) as info:
        read(data)
    assert 'byte' in info.value.message and 'expected' in info.value.message and '\n' not in info.value.message
    return info.value.message


def test_objects_without_parts():
    assert [read(data).type for data in (w.NIL, w.TRUE, w.FALSE)] == [refstream.NIL, refstream.TRUE, refstream.FALSE]
    for value in (0, 1, -1, 2 ** 30 - 1, -2 ** 30):
        assert read(w.integer(value)).number == value
    assert read(b'\x0e' + struct.pack('>d', -2.5)).real == -2.5
    assert read(w.symbol(b'at:put:')).text == 'at:put:'
    assert read(w.string(b'x' * 191)).text == 'x' * 191
    assert read(w.string(b'x' * 70000)).text == 'x' * 70000
    assert read(b'\x07' + w.u32(3) + b'abc').text == 'abc'
    assert read(b'\x16' + w.u32(0x263A)).number == 0x263A


def test_old_strings_have_lengths_of_one_or_two_bytes():
    assert read(b'\x05\x03abc').text == 'abc'
    assert read(b'\x05\xc1\x02' + b'y' * 258).text == 'y' * 258
    assert read(b'\x05\x03abc').type == refstream.STRING


def test_a_rectangle_is_four_numbers_of_twelve_bits():
    assert [each.number for each in read(b'\x0f\x00\x1f\xff\x7f\xf8\x00').items] == [1, -1, 2047, -2048]


def test_arrays_and_instances():
    result = read(w.array([w.integer(1), w.array([]), w.instance(b'Point', [w.integer(3), w.integer(4)]), w.NIL]))
    assert [each.type for each in result.items] == [refstream.INTEGER, refstream.ARRAY, refstream.INSTANCE, refstream.NIL]
    point = result.items[2]
    assert point.class_name == 'Point' and [each.number for each in point.items] == [3, 4]


def test_references_are_relative_to_the_base():
    data = b'junk' + w.array([w.string(b'shared'), w.reference(5), w.reference(refstream.VACANT)])
    items = read(data, 4).items
    assert items[0] is items[1] and items[2].type == refstream.NIL


def test_references_may_make_cycles_and_point_forwards():
    result = read(w.array([w.reference(0), w.reference(15), w.string(b'later')]))
    assert result.items[0] is result and result.items[1].text == 'later'


def test_an_instance_with_a_short_header_has_its_class_by_reference():
    data = w.array([w.instance(b'Point', [w.NIL, w.TRUE]), b'\x10\x03\x00\x0a' + w.FALSE + w.NIL])
    short = read(data).items[1]
    assert short.type == refstream.INSTANCE and short.class_name == 'Point'
    assert [each.type for each in short.items] == [refstream.FALSE, refstream.NIL]


def test_words_are_left_where_they_are():
    float_array = b'\x14' + w.symbol(b'FloatArray') + w.u32(1) + b'mnop'
    data = w.array([w.words(b'abcdefgh'), w.words(b'ijkl', 18), float_array, w.TRUE])
    first, second, third, last = read(data).items
    assert (first.type, first.size, data[first.start:first.start + 8]) == (refstream.SEGMENT_WORDS, 2, b'abcdefgh')
    assert (second.size, data[second.start:second.start + 4]) == (1, b'ijkl')
    assert (third.class_name, third.size, data[third.start:third.start + 4]) == ('FloatArray', 1, b'mnop')
    assert last.type == refstream.TRUE


@pytest.mark.parametrize('data,size', [
    (w.u32(2) + b'01234567', 2), (w.u32(0), 0), (b'\x80\x06\x01\x07\x00\x01\x00\x01', 1), (b'\x80\x04\xe1\x00xy', 256),
    (w.u32(-5) + b'\x03a\x82bcd\xc0efgh\x00', 5),
])
def test_bitmaps_packed_or_not(data, size):
    bitmap, last = read(w.array([b'\x0b' + data, w.TRUE])).items
    assert bitmap.size == size and last.type == refstream.TRUE


def test_a_method_has_a_header_literals_and_code():
    code = b'\x20\x7c\x01\x02'
    method = [b'\x15', w.u32(4 * 3 + len(code) + 1), w.symbol(b'CompiledMethod'), w.integer(2 << 9), w.symbol(b'foo'), w.NIL]
    result, last = read(w.array([b''.join(method) + code, w.TRUE])).items
    assert result.class_name == 'CompiledMethod' and result.size == 4
    assert [each.type for each in result.items] == [refstream.INTEGER, refstream.SYMBOL, refstream.NIL]
    assert last.type == refstream.TRUE


def test_objects_nested_deeper_than_any_stack():
    depth = 20000
    result = read(w.byte(8) + w.u32(1) + (w.byte(8) + w.u32(1)) * depth + w.NIL)
    for _ in range(depth):
        result = result.items[0]
    assert result.items[0].type == refstream.NIL


@pytest.mark.parametrize('data,expected', [
    (b'', 'an object'), (b'\x00', 'object of type 0'), (b'\x0c', 'object of type 12'), (b'\x17', 'object of type 23'),
    (b'\xff', 'object of type 255'), (b'\x04\x00', 'Integer'), (w.byte(8) + w.u32(1), 'an Array of 1'),
    (w.byte(8) + w.u32(0xFFFFFFFF) + w.NIL * 50, 'an Array of 4294967295'), (w.byte(19) + w.u32(0x7FFFFFFF), 'words'),
    (w.byte(9) + w.u32(0) + w.NIL, 'size 0'), (b'\x10\x00\x00\x00', 'size 0'), (w.string(b'abc')[:-1], 'String'),
    (w.array([w.reference(99)]), 'reference to byte 99'), (w.array([w.reference(1)]), 'reference to byte 1'),
    (w.reference(0), 'reference to byte 0'), (w.byte(9) + w.u32(1) + w.integer(5), 'class name'),
    (b'\x14' + w.symbol(b'WordArray') + b'\x80\0\0\0\0', 'compressed'), (w.words(b'abcd')[:-1], 'words'),
    (b'\x0b\x80\xff\xff\xff\xff\xff', 'Bitmap'), (b'\x0b\xff\xff\xff\xff\x7f', 'Bitmap'),
    (b'\x15' + w.u32(5) + w.symbol(b'CompiledMethod') + w.integer(255 << 9), 'CompiledMethod'),
    (b'\x15' + w.u32(5) + w.symbol(b'CompiledMethod') + w.NIL, 'CompiledMethod'),
])
def test_what_is_refused(data, expected):
    assert expected in refusal(data)


def test_the_number_of_objects_is_bounded(monkeypatch):
    monkeypatch.setattr(refstream, 'MAX_OBJECTS', 100)
    assert len(read(w.array([w.integer(1)] * 99)).items) == 99
    for data in (w.integer(1), w.NIL, w.reference(0)):
        assert 'no more than 100' in refusal(w.array([data] * 100))


def rich_stream():
    return w.array([
        w.integer(-5), w.string(b'a string'), w.symbol(b'symbol'), w.instance(b'Point', [w.integer(1), w.reference(0)]),
        w.words(b'12345678'), b'\x0b\x80\x04\x02xyz', b'\x14' + w.symbol(b'FloatArray') + w.u32(1) + b'mnop', w.NIL, w.TRUE,
        b'\x15' + w.u32(4 * 2 + 3 + 1) + w.symbol(b'CompiledMethod') + w.integer(1 << 9) + w.FALSE + b'abc',
        b'\x0e' + struct.pack('>d', 1.5), b'\x0f123456', b'\x05\x03old', b'\x16\0\0\0a', w.reference(5)])


def test_every_truncation_is_refused():
    data = rich_stream()
    assert len(read(data).items) == 15
    for size in range(len(data)):
        refusal(data[:size])


def test_damage_is_refused_or_harmless():
    data = rich_stream()
    source = random.Random(11)
    refused = 0
    for _ in range(3000):
        damaged = bytearray(data)
        for _ in range(source.choice([1, 2, 4])):
            damaged[source.randrange(len(damaged))] = source.choice([0, 1, 8, 9, 10, 255, source.randrange(256)])
        try:
            read(bytes(damaged))
        except ImageError as error:
            assert '\n' not in error.message
            refused += 1
    assert 1000 < refused < 3000
