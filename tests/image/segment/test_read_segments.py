"""What the parsers say of segments: the samples that a V3 VM stored, the same words in other byte orders, damaged ones."""
import pytest

from samples import NAMES, as_stored_big_endian, reversed_words, sample
from spyvm.image.errors import ImageError
from spyvm.image.segment.records import read_records
from spyvm.image.segment.references import COMPACT, INNER, OUTER, SMALL_INTEGER, reference
from spyvm.image.segment.source import words_of
from spyvm.objects import formats
from spyvm.rpy.arith import r_uint32

ARRAY, LARGE, FLOAT, STRING = 3, 5, 6, 11      # compact classes


def words(values):
    return [r_uint32(value) for value in values]


def plain(records):
    return (records.places, records.kinds, records.sizes, records.hashes, records.classes, records.pointers,
            records.contents)


@pytest.mark.parametrize('name', NAMES)
def test_samples_are_read_whole(name):
    records = read_records(sample(name), -1)
    assert records.format.version == 6502 and not records.big_endian and not records.reversed
    assert records.places[0] in (4, 8, 12) and records.kinds[0] == formats.INDEXABLE
    assert records.classes[0] == reference(COMPACT, ARRAY)
    assert records.places == sorted(records.places)
    assert records.places[-1] + 4 + (records.sizes[-1] + 3) // 4 * 4 == records.size


def test_a_small_integer():
    records = read_records(sample('42'), 0)
    assert records.count == 1 and records.out_count == 0 and records.hashes == [262]
    assert records.pointer(0, 0) == reference(SMALL_INTEGER, 42)


def test_arrays_in_arrays():
    records = read_records(sample('ArrayOfArrayOf1'), 0)
    assert records.places == [4, 12, 20, 28]
    assert [records.pointer(i, 0) for i in range(3)] == [reference(INNER, i) for i in range(1, 4)]
    assert records.pointer(3, 0) == reference(SMALL_INTEGER, 1)


def test_characters_are_objects_of_a_class_outside():
    records = read_records(sample('Chars'), 1)
    assert records.count == 53 and records.out_count == 1
    assert records.classes[1] == reference(OUTER, 0) and records.pointer(1, 0) == reference(SMALL_INTEGER, ord('a'))


def test_contents():
    assert read_records(sample('HelloWorldStr'), 0).contents[1] == 'Hello World'
    records = read_records(sample('LargePositiveInteger'), 0)
    assert records.classes[1] == reference(COMPACT, LARGE)
    assert sum(ord(c) << 8 * i for i, c in enumerate(records.contents[1])) == 123456789123456789123456789
    floats = read_records(sample('BasicFloats'), 0)
    assert floats.contents[2] == '\x00\x00\xf0\x3f\x00\x00\x00\x00' and floats.classes[2] == reference(COMPACT, FLOAT)


@pytest.mark.parametrize('name', NAMES)
def test_reversed_words_make_no_difference(name):
    there = words(reversed_words(sample(name)))
    records = read_records(there, -1)
    assert records.reversed and not records.big_endian
    assert plain(records) == plain(read_records(sample(name), -1))


@pytest.mark.parametrize('name', ['HelloWorldStr', 'FlexMorph', 'LargePositiveInteger'])
@pytest.mark.parametrize('reverse', [False, True])
def test_a_big_endian_machines_byte_objects(name, reverse):
    here = read_records(sample(name), -1)
    there = as_stored_big_endian(here, sample(name))
    assert there[1:] != [int(word) for word in sample(name)][1:]
    records = read_records(words(reversed_words(there) if reverse else there), -1)
    assert records.big_endian and records.reversed == reverse
    assert [text for text, kind in zip(records.contents, records.kinds) if kind == formats.BYTES] == \
        [text for text, kind in zip(here.contents, here.kinds) if kind == formats.BYTES]
    assert records.pointers == here.pointers


def test_words_of_bytes():
    assert [int(word) for word in words_of('\x01\x02\x03\x04\xff\x00\x00\x80rest'[:10])] == [0x04030201, 0x800000FF]


V3 = 6502 | 0x73 << 24
SPUR_32 = 6521 | 0x73 << 24
SPUR_64 = 68021 | 0x73 << 24
ROOTS = 0x3 << 12 | 2 << 8 | 8 | 3             # a compact Array with one element, one word of header

DAMAGED = [
    ('no word', []),
    ('word 12345', [12345]),
    ('mark', [6502]),
    ('version', [6503 | 0x73 << 24]),
    ('no objects', [V3]),
    ('64-bit V3', [68000 | 0x73 << 24, ROOTS, 3]),
    ('big-endian Spur', [6521 | 0x64 << 24, 0, 0, 0]),
    ('odd words of Spur', [SPUR_32, SPUR_32, 0]),
    ('pointer into an object', [V3, ROOTS, 12]),
    ('pointer before the objects', [V3, ROOTS, 4]),
    ('pointer behind the end', [V3, ROOTS, 400]),
    ('out pointer 0', [V3, ROOTS, 0x80000000]),
    ('out pointer that is not there', [V3, ROOTS, 0x80000000 | 16]),
    ('out pointer within a word', [V3, ROOTS, 0x80000000 | 6]),
    ('too large', [V3, ROOTS + 8, 3]),
    ('too short', [V3, ROOTS]),
    ('no room for the base header', [V3, ROOTS - 4, 3]),
    ('free chunk', [V3, ROOTS, 3, 8 | 2, 0]),
    ('header type of a class word', [V3, 0x80000005, ROOTS, 3]),
    ('roots are a Point', [V3, 9 << 12 | 1 << 8 | 8 | 3, 3]),
    ('format 5', [V3, 3 << 12 | 5 << 8 | 8 | 3, 3]),
    ('no class', [V3, 2 << 8 | 8 | 3, 3]),
    ('class is a SmallInteger', [V3, ROOTS, 3, 1 | 2 << 3 | 1, 1 << 8 | 8 | 1, 3]),
    ('method without a header', [V3, ROOTS, 3, 1 << 12 | 12 << 8 | 8 | 3, 8]),
    ('method with too many literals', [V3, ROOTS, 3, 1 << 12 | 12 << 8 | 8 | 3, 2 << 10 | 1]),
    ('context with a stack pointer beyond it', [V3, ROOTS, 3, 14 << 12 | 3 << 8 | 28 | 3, 3, 3, 99, 3, 3, 3]),
    ('huge size', [V3, 0xFFFFFFFC, 0, 2 << 8 | 3 << 12, 3]),
    ('Spur: class index of free space', [SPUR_32] * 2 + [0 | 2 << 24, 1 << 24]),
    ('Spur: slots beyond the end', [SPUR_32] * 2 + [0x200000 | 2 << 24, 200 << 24]),
    ('Spur: overflow slots', [SPUR_32] * 2 + [0xFFFFFFFF, 0xFFFFFFFF, 0x200000 | 2 << 24, 0xFF000000, 3, 3]),
    ('Spur: overflow without one', [SPUR_32] * 2 + [3, 0xFF000000]),
    ('Spur: class in the segment that is none', [SPUR_32] * 2 + [99 | 2 << 24, 1 << 24, 3, 0]),
    ('Spur: class among too few out pointers', [SPUR_32] * 2 + [0x200002 | 2 << 24, 1 << 24, 3, 0]),
    ('Spur: out pointer', [SPUR_32] * 2 + [0x200000 | 2 << 24, 1 << 24, 0x80000008, 0]),
    ('Spur: marked', [SPUR_32] * 2 + [0x200000 | 2 << 24, 1 << 24 | 1 << 23, 3, 0]),
    ('Spur: format 8', [SPUR_32] * 2 + [0x200000 | 8 << 24, 1 << 24, 3, 0]),
    ('Spur 64: tag 3', [SPUR_64] * 2 + [0x200000 | 2 << 24, 1 << 24, 3, 0]),
    ('Spur 64: pointer that is not aligned', [SPUR_64] * 2 + [0x200000 | 2 << 24, 1 << 24, 0x80000003, 0]),
]


@pytest.mark.parametrize('what,values', DAMAGED, ids=[what for what, _ in DAMAGED])
def test_damaged(what, values):
    with pytest.raises(ImageError) as caught:
        read_records(words(values), 2)
    message = caught.value.message
    assert 'byte' in message and 'expected' in message and '\n' not in message


def test_a_spur_segment_by_hand():
    records = read_records(words([SPUR_64] * 2 + [
        0x200000 | 2 << 24, 3 << 24 | 7, 32, 0, 0x80 << 0 | 1, 0, 8, 0x80000000,
        0x200001 | 18 << 24 | 1 << 23, 1 << 24, 0x64636261, 0x6665]), 2)
    assert records.places == [8, 40] and records.hashes == [7, 0]
    assert records.pointers == [reference(INNER, 1), reference(SMALL_INTEGER, 16), reference(OUTER, 1)]
    assert records.classes == [reference(OUTER, 0), reference(OUTER, 1)]
    assert records.contents == ['', 'abcdef'] and records.out_count == 2 and records.sizes == [24, 6]
    assert records.flags[1] != 0
