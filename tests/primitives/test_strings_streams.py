"""Streams by primitive, and raw objects seen as other units."""
import pytest

import fakeimage
from fakeimage import KINDS
from storage_support import Interp, call, elements, fails, find, generic_array, new, value
from spyvm.objects import formats
from spyvm.objects.model import IMMUTABLE


@pytest.fixture(params=KINDS)
def interp(request):
    return Interp(request.param)


@pytest.fixture
def old():
    return Interp('v3')


def stream(interp, w_collection, position, read_limit, write_limit):
    fakeimage.new_class(interp.memory, 'Stream', 'Object', formats.FIXED, 4)
    w_stream = new(interp, 'Stream')
    for i, item in enumerate([w_collection, position, read_limit, write_limit]):
        call(interp, 74, w_stream, i + 1, item)
    return w_stream


def test_next(old):
    w_stream = stream(old, 'ab', 0, 2, 2)
    memory = old.memory
    assert [memory.character_value(call(old, 65, w_stream)) for _ in range(2)] == [97, 98]
    assert fails(old, 65, w_stream)
    assert value(old, 73, w_stream, 2) == 2
    w_stream = stream(old, [7, None], 0, 2, 2)
    assert [value(old, 65, w_stream), value(old, 65, w_stream)] == [7, None]
    w_stream = stream(old, new(old, 'ByteArray', 1), 0, 1, 1)
    assert value(old, 65, w_stream) == 0


def test_next_put(old):
    w_string = fakeimage.string(old.memory, '..')
    w_stream = stream(old, w_string, 0, 0, 2)
    w_char = call(old, 63, 'x', 1)
    assert call(old, 66, w_stream, w_char) is w_char
    assert fails(old, 66, w_stream, 120)
    assert w_string.text() == 'x.'
    assert value(old, 73, w_stream, 2) == 1
    call(old, 66, w_stream, w_char)
    assert fails(old, 66, w_stream, w_char)     # the collection must grow


def test_at_end(old):
    assert value(old, 67, stream(old, 'ab', 1, 2, 2)) is False
    assert value(old, 67, stream(old, 'ab', 2, 2, 2)) is True


def test_streams_that_are_none(old):
    for w_stream in [stream(old, 'ab', None, 2, 2), stream(old, 'ab', 0, None, None), stream(old, 3, 0, 2, 2),
                     stream(old, 'ab', -1, 2, 2), stream(old, 'ab', 5, 9, 9), new(old, 'Object'),
                     stream(old, fakeimage.symbol(old.memory, 'a'), 0, 1, 1), old.memory.w_nil, generic_array(old, [])]:
        assert fails(old, 65, w_stream)
        assert fails(old, 66, w_stream, call(old, 63, 'x', 1))
    assert fails(old, 67, new(old, 'Object'))


def test_streams_of_later_images_do_without():
    spur = Interp('spur32')
    assert [find(spur, number) for number in (65, 66, 67)] == [None, None, None]


def test_short_at(interp):
    w_words = fakeimage.words(interp.memory, 'SoundBuffer', [0x8000FFFF, 2])
    assert [value(interp, 143, w_words, i) for i in range(1, 5)] == [-1, -32768, 2, 0]
    assert fails(interp, 143, w_words, 5)
    assert fails(interp, 143, w_words, 0)
    assert value(interp, 144, w_words, 4, -2) == -2
    assert elements(interp, w_words) == [0x8000FFFF, 0xFFFE0002]
    for bad in [32768, -32769, None]:
        assert fails(interp, 144, w_words, 1, bad)
    assert fails(interp, 143, new(interp, 'Array', 2), 1)
    w_bytes = fakeimage.byte_array(interp.memory, [1, 2, 3])
    assert value(interp, 143, w_bytes, 1) == 0x201
    assert fails(interp, 143, w_bytes, 2)
    call(interp, 144, w_bytes, 1, -1)
    assert elements(interp, w_bytes) == [255, 255, 3]


def test_fill(interp):
    w_words = new(interp, 'Bitmap', 3)
    assert call(interp, 145, w_words, 2 ** 32 - 1) is w_words
    assert elements(interp, w_words) == [2 ** 32 - 1] * 3
    assert fails(interp, 145, w_words, -1)
    assert fails(interp, 145, w_words, 2 ** 32)
    w_bytes = new(interp, 'ByteArray', 3)
    call(interp, 145, w_bytes, 7)
    assert elements(interp, w_bytes) == [7, 7, 7]
    assert fails(interp, 145, w_bytes, 256)
    assert fails(interp, 145, new(interp, 'Array', 3), 1)
    w_bytes.set_meta(IMMUTABLE)
    assert fails(interp, 145, w_bytes, 1)


def test_integer_at(interp):
    w_words = fakeimage.words(interp.memory, 'WordArray', [0xFFFFFFFF, 5])
    assert value(interp, 165, w_words, 1) == -1
    assert value(interp, 166, w_words, 2, -2 ** 31) == -2 ** 31
    assert elements(interp, w_words) == [0xFFFFFFFF, 2 ** 31]
    assert fails(interp, 166, w_words, 2, 2 ** 31)
    assert fails(interp, 165, w_words, 3)
    w_bytes = fakeimage.byte_array(interp.memory, [255])
    assert value(interp, 165, w_bytes, 1) == -1
    assert value(interp, 166, w_bytes, 1, -128) == -128
    assert elements(interp, w_bytes) == [128]
    assert fails(interp, 166, w_bytes, 1, 128)
    w_array = new(interp, 'Array', 1)
    assert value(interp, 166, w_array, 1, 3) == 3
    assert value(interp, 165, w_array, 1) == 3
    assert fails(interp, 165, new(interp, 'Point'), 1)


@pytest.mark.parametrize('kind', [formats.SHORTS, formats.LONGS])
def test_units_of_later_images(kind):
    spur = Interp('spur64')
    view = fakeimage.new_class(spur.memory, 'Units', 'Object', kind, 0)
    w_units = spur.memory.instantiate(view, 4)
    assert value(spur, 166, w_units, 1, -5) == -5
    assert value(spur, 165, w_units, 1) == -5
    assert value(spur, 144, w_units, 2, -6) == -6
    assert value(spur, 143, w_units, 2) == -6
    call(spur, 145, w_units, 9)
    assert elements(spur, w_units) == [9] * 4
    call(spur, 105, w_units, 1, 2, w_units, 3)
    w_copy = call(spur, 148, w_units)
    call(spur, 168, w_units, w_copy)
    assert elements(spur, w_copy) == [9] * 4
