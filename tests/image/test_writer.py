"""Images written as they were loaded: the same bytes, or the same graph in the other byte order."""
import gzip
import io
import os

import pytest

from graphs import differences
from imagetools import text
from shared import shared
from spyvm.image.errors import ImageError
from spyvm.image.header import Gap
from spyvm.image.reader import load_image, read_image_file
from spyvm.image.snapshot import save, save_loaded
from spyvm.image.writer_spur import SpurWriter
from spyvm.image.writer_v3 import V3Writer
from synthetic import (add_block, BYTES, Char, encode, encoder_for, EPHEMERON, FIXED, header_bytes, INDEXABLE, LONGS,
                       method_header, METHOD, Raw, SHORTS, SmallFloat, SPUR_32, SPUR_64, VERSIONS, WEAK, WORDS, World)

IMAGES = ['mini', 'mini-be', 'mini-running-exit', 'squeak2.2-be', 'bench-v3', 'bench-spur32', 'bench-spur64',
          'headless-spur32', 'headless-spur64']
SPUR = SPUR_32 + SPUR_64


@pytest.fixture
def path(tmpdir):
    return text(os.path.join(str(tmpdir), 'out.image').encode('utf-8'))


def contents(path):
    with open(path, 'rb') as file:
        return file.read()


def written(memory, path, big_endian=None):
    """The bytes that the image is written as."""
    save_loaded(memory, path, memory.traits.big_endian if big_endian is None else big_endian)
    return contents(path)


def check_all_ways(data, path):
    """Written in its own byte order an image is what it was; in the other it is the same graph, and back again the bytes."""
    memory = load_image(text(data))
    assert written(memory, path) == data
    big_endian = memory.traits.big_endian
    written(memory, path, not big_endian)
    swapped = read_image_file(path)
    assert swapped.traits.big_endian != big_endian
    assert differences(memory, swapped) == []
    assert written(swapped, path, big_endian) == data
    return memory


@pytest.mark.parametrize('name', IMAGES)
def test_images_that_others_made(name, path):
    check_all_ways(contents(shared('images/%s.image' % name)), path)


def varied_world(version, big_endian=False):
    """A World with objects of all kinds."""
    world = World(version)
    nil = world.nil
    spur = version in SPUR
    array_class = world['Array']
    items = [world.add(array_class, INDEXABLE, [nil] * size, hash=size) for size in (0, 1, 2, 63, 64, 254, 255, 256, 300)]
    items += [world.add(array_class, INDEXABLE, [-1, 0, 2 ** 30 - 1, -2 ** 30]),
              world.add(array_class, INDEXABLE, [nil, 7, nil, nil])]
    for size in (0, 1, 2, 3, 4, 5, 7, 8, 9, 249, 250, 251, 252, 253, 1017, 1020, 1021, 2040):
        items.append(world.add(world['ByteArray'], BYTES, (), bytearray((i * 7) & 255 for i in range(size)), hash=3))
        items.append(world.add(world['CompiledMethod'], METHOD, [method_header(2, 3, 1, size & 1 == 1), nil, items[0]],
                               bytearray((i * 5) & 255 for i in range(size + 1))))
    for size in (0, 1, 2, 3, 60, 61, 62, 63, 64):
        items.append(world.add(world['Bitmap'], WORDS, (), [(i * 0x12345) & 0xFFFFFFFF for i in range(size)]))
    items.append(world.add(world['WeakArray'], WEAK, items[:3] + [5, nil, items[4]]))
    encoder = encoder_for(world, version, big_endian)
    for value in (0.0, -0.0, 1.5, -2.0 ** 1000, 1e-320, float('inf'), 1e300):
        items.append(world.add(world['Float'], WORDS, (), encoder.float_units(value)))
    if spur:
        for size in (0, 1, 2, 3, 4, 5):
            items.append(world.add(world['DoubleByteArray'], SHORTS, (), [i * 0x1234 + 0x8001 for i in range(size)]))
            longs = [i * 0x123456789ABCDEF + (1 << 63) for i in range(size)]
            items.append(world.add(world['DoubleWordArray'], LONGS, (), longs))
        items.append(world.add(world['Ephemeron'], EPHEMERON, [items[0], items[1], nil]))
        items.append(world.add(array_class, INDEXABLE, [Char(0), Char(65), Char(0x3FFFFFFF)]))
        flags = [1 << 23, 1 << 30, 1 << 29, 1 << 31, 1 << 22, 1 << 54, 1 << 55, 1 << 23 | 1 << 30]
        items += [world.add(array_class, INDEXABLE, [1], hash=0x3FFFFF, flags=each) for each in flags]
    else:
        items += [world.add(world['Point'], FIXED, [1, 2], hash=0xFFF, flags=each) for each in range(8)]
    if version in SPUR_64:
        values = [0.0, -0.0, 1.0, -1.0, 1e30, -1e-30, 2.0 ** 128, -2.0 ** -127 * 1.5, 2.0 ** -126]
        items.append(world.add(array_class, INDEXABLE, [SmallFloat(value) for value in values]))
        items.append(world.add(array_class, INDEXABLE, [SmallFloat(2.5), nil, 2 ** 60 - 1, -2 ** 60]))
        items.append(world.add(world['Float'], WORDS, (), encoder.float_units(3.25)))
    world.add(array_class, INDEXABLE, items)
    return world


@pytest.mark.parametrize('big_endian', [False, True])
@pytest.mark.parametrize('version', VERSIONS)
def test_all_formats(version, big_endian, path):
    world = varied_world(version, big_endian)
    add_block(world, 1)
    check_all_ways(encode(world, version, big_endian), path)


@pytest.mark.parametrize('version', VERSIONS)
def test_the_same_objects_in_the_other_byte_order_are_what_others_would_write(version, path):
    """The header is another matter: what nobody knows in it is turned around, too."""
    little = encode(varied_world(version), version, False)
    memory = load_image(text(little))
    data = written(memory, path, True)
    size = memory.header.header_size
    assert data[size:] == encode(varied_world(version, True), version, True)[size:]


def test_the_flag_that_tells_the_order_of_floats(path):
    for version, flag in ((6505, 2), (68021, 2), (6502, 0)):
        memory = load_image(text(encode(World(version), version, True)))
        written(memory, path, False)
        assert read_image_file(path).header.flags == flag


@pytest.mark.parametrize('version', (6502, 68002, 6521, 68021))
def test_what_is_around_the_image(version, path):
    """512 bytes in front, bytes behind."""
    data = encode(World(version), version)
    for before, behind in ((b'', b'more'), (b'#!/usr/bin/squeak\n'.ljust(512), b''), (b'x' * 512, b'y' * 100)):
        check_all_ways(before + data + behind, path)


def test_a_packed_image_is_written_unpacked(path):
    data = encode(World(6521), 6521)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode='wb') as file:
        file.write(data)
    assert written(load_image(text(packed.getvalue())), path) == data


def test_a_header_of_64_bit_words(path):
    world = World(68000)
    encoder = encoder_for(world, 68000, True)
    encoder.header = lambda size: header_bytes(encoder, size, wide=True)
    check_all_ways(encoder.encode(), path)


@pytest.mark.parametrize('version', (6502, 68002, 6521, 68021))
def test_free_chunks(version, path):
    world = World(version)
    for size in (8, 16, 24, 800):
        gap = world.add(world['Array'], INDEXABLE)
        gap.free = size if version in (6502, 68002) or size > 8 else 16
        world.add(world['Point'], FIXED, [1, 2])
    gap = world.add(world['Array'], INDEXABLE)
    gap.free = 32
    memory = check_all_ways(encode(world, version), path)
    assert len(memory.header.gaps) == 5


@pytest.mark.parametrize('version', SPUR)
@pytest.mark.parametrize('count', [2, 3, 7])
def test_segments(version, count, path):
    world = varied_world(version)
    for _ in range(3):
        world.add(world['Array'], INDEXABLE).free = 64
    encoder = encoder_for(world, version)
    encoder.segments = count
    memory = check_all_ways(encoder.encode(), path)
    assert len(memory.header.segments) == count


@pytest.mark.parametrize('version', SPUR)
def test_free_chunks_at_bounds_of_segments(version, path):
    world = World(version)
    first = world.add(world['Array'], INDEXABLE)
    second = world.add(world['Array'], INDEXABLE)
    first.free = second.free = 48
    last = world.add(world['Array'], INDEXABLE, [world.specials])
    encoder = encoder_for(world, version)
    encoder.breaks = [second, last]
    check_all_ways(encoder.encode(), path)


def test_forwarders_are_followed_and_stay(path):
    """References to a forwarder lead to its target when they are written: the one difference."""
    world = World(68021)
    target = world.add(world['Point'], FIXED, [3, 4])
    forwarder = world.add(world['Point'], FIXED, [0, 0])
    forwarder.forward_to = target
    holder = world.add(world['Array'], INDEXABLE, [forwarder, 1])
    data = encode(world, 68021)
    out = written(load_image(text(data)), path)
    different = [i for i in range(0, len(data), 8) if out[i:i + 8] != data[i:i + 8]]
    start = 128 - 0x10000000
    assert different == [holder.oop + 8 + start]
    assert out[holder.oop + 8 + start:][:8] == data[forwarder.oop + 8 + start:][:8]


def test_irregular_objects_of_32_bit_spur_images(path):
    """What is behind an odd number of slots; more unused bytes than a slot has."""
    world = World(6521)
    odd = world.add(world['Array'], INDEXABLE, [1, 2, 3])
    words = world.add(world['Bitmap'], WORDS, (), [1, 2, 3])
    some_bytes = world.add(world['ByteArray'], BYTES, (), b'123456789012')
    data = bytearray(encode(world, 6521))
    start = 64 - 0x10000000
    data[odd.oop + 20 + start:odd.oop + 24 + start] = b'\1\2\3\4'
    data[words.oop + 3 + start] |= 1        # the last of the three is unused
    data[some_bytes.oop + 3 + start] |= 5   # seven of twelve bytes are used
    memory = check_all_ways(bytes(data), path)
    assert len(memory.header.oddities) >= 3


def test_padding_that_is_not_zero(path):
    for version in (6502, 68002, 6521, 68021):
        world = World(version)
        word_size = 8 if version > 60000 else 4
        obj = world.add(world['ByteArray'], BYTES, (), b'12345')
        data = bytearray(encode(world, version))
        body = obj.oop - 0x10000000 + 16 * word_size + (8 if version in SPUR else word_size)
        for i in range(5, 8):
            data[body + i] = i
        check_all_ways(bytes(data), path)


def test_contexts_of_other_sizes_and_with_something_above_the_stack(path):
    for version in VERSIONS:
        world = World(version)
        method = world.add(world['CompiledMethod'], METHOD, [method_header(1, 2, 1, True), world.nil], b'\x70\x7c')
        for slots in (56, 16, 30, 8):
            stack = [world.true, 3] + [world.nil] * (slots - 2)
            for above in (world.nil, 77, world.specials):
                stack[slots - 1] = above
                world.add(world['MethodContext'], 'both', [world.nil, world.nil, 2, method, world.nil, 42] + stack)
        check_all_ways(encode(world, version), path)


def test_snans_and_odd_bits_survive(path):
    world = World(6502)
    world.add(world['Float'], WORDS, (), [0x7FF80000, 0x12345])
    world.add(world['Float'], WORDS, (), [0xFFF80000, 1])
    check_all_ways(encode(world, 6502), path)


# ---- when something goes wrong

@pytest.mark.parametrize('version', (6502, 68021))
def test_flags_and_hashes_are_as_before_afterwards(version, path):
    memory = load_image(text(encode(varied_world(version), version)))
    before = [w.get_meta() for w in memory.loaded]
    written(memory, path)
    assert [w.get_meta() for w in memory.loaded] == before
    with pytest.raises(OSError):
        save_loaded(memory, path + '/nowhere', False)
    assert [w.get_meta() for w in memory.loaded] == before
    memory.header.gaps.append(Gap(3, 0, '12345678'))
    with pytest.raises(ImageError):
        save_loaded(memory, path, False)
    assert [w.get_meta() for w in memory.loaded] == before


def test_a_write_that_fails_in_the_middle(path, tmpdir):
    memory = load_image(text(encode(varied_world(6502), 6502)))
    before = [w.get_meta() for w in memory.loaded]
    writer = V3Writer(memory, memory.loaded, True)
    with open(path, 'wb') as file:
        file.write(b'old')

    def fail(*args):
        raise OSError(28, 'full')
    writer.put_context = fail
    with pytest.raises(OSError):
        save(writer, path, False)
    assert contents(path) == b'old'
    assert [str(each.basename) for each in tmpdir.listdir()] == ['out.image']
    assert [w.get_meta() for w in memory.loaded] == before


@pytest.mark.parametrize('version', (6502, 6521))
def test_32_bit_images_that_get_too_large(version):
    memory = load_image(text(encode(World(version), version)))
    memory.header.base_address = 0xFFFFFF00
    if version == 6502:
        writer = V3Writer(memory, memory.loaded, False)
    else:
        writer = SpurWriter(memory, memory.loaded, False, 5)
    writer.lay_out()
    assert 0 < writer.base < 0x10000000
    writer.restore()


def test_raw_words_are_no_references(path):
    """Bitmaps whose words look like addresses stay as they are."""
    world = World(6521)
    world.add(world['Bitmap'], WORDS, (), [0x10000000 + 8 * i for i in range(50)])
    world.add(world['Array'], INDEXABLE, [Raw(1), Raw(3)])
    check_all_ways(encode(world, 6521), path)
