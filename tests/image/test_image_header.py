import struct

import pytest
import synthetic
from spyvm.image.errors import ImageError
from spyvm.image.header import FORMATS, read_header
from spyvm.image.reader import load_image
from spyvm.rpy.buffer import buffer_of


def text(data):
    """Bytes as the VM's byte strings."""
    return data if str is bytes else data.decode('latin-1')


def image(version, big_endian=False):
    return synthetic.encode(synthetic.World(version), version, big_endian)


def header_of(data):
    return read_header(buffer_of(text(data)))


@pytest.mark.parametrize('big_endian', [False, True])
@pytest.mark.parametrize('version', synthetic.VERSIONS)
def test_every_version_is_known_in_both_byte_orders(version, big_endian):
    header = header_of(image(version, big_endian))
    assert header.format.version == version
    assert header.traits.big_endian == big_endian
    assert header.traits.word_size == (8 if version > 60000 else 4)
    assert header.traits.spur == (version in synthetic.SPUR_32 + synthetic.SPUR_64)


def test_the_issue_s_versions_are_those_of_the_table():
    assert sorted(format.version for format in FORMATS) == [6502, 6504, 6505, 6521, 7033, 68000, 68002, 68003, 68021, 68533]


@pytest.mark.parametrize('big_endian', [False, True])
@pytest.mark.parametrize('version', synthetic.VERSIONS)
def test_every_field_is_kept(version, big_endian):
    data = image(version, big_endian)
    header = header_of(data)
    size = 16 * header.traits.word_size
    assert header.header_size == size
    assert header.data_size == len(data) - size
    assert header.base_address == 0x10000000
    assert header.last_hash == 0x1234
    assert (header.window_width(), header.window_height()) == (640, 480)
    assert header.flags == 0 and not header.full_screen()
    assert header.extra_memory == 0x77
    assert (header.stack_pages, header.code_size, header.eden_bytes) == (3, 5, 0x20000)
    assert (header.semaphores, header.image_version) == (16, 9)
    assert header.raw == text(data[:size])
    assert (header.prefix, header.trailer) == ('', '')


@pytest.mark.parametrize('version', [6502, 68021])
def test_512_bytes_in_front_are_skipped_and_kept(version):
    data = image(version)
    memory = load_image(text(b'\x07' * 512 + data))
    assert memory.header.offset == 512
    assert memory.header.prefix == '\x07' * 512
    assert len(memory.loaded) == len(load_image(text(data)).loaded)


def test_what_comes_behind_the_objects_is_kept():
    assert load_image(text(image(6504) + b'more')).header.trailer == 'more'


@pytest.mark.parametrize('big_endian', [False, True])
def test_the_first_64_bit_images_had_a_header_of_64_bit_words(big_endian):
    world = synthetic.World(68000)
    encoder = synthetic.encoder_for(world, 68000, big_endian)
    data = encoder.encode()
    wide = synthetic.header_bytes(encoder, len(data) - 128, wide=True) + data[128:]
    header = header_of(wide)
    assert header.wide
    assert (header.header_size, header.data_size, header.last_hash) == (128, len(data) - 128, 0x1234)
    assert len(load_image(text(wide)).loaded) == len(load_image(text(data)).loaded)


def test_objects_are_found_behind_a_header_of_any_size():
    data = image(6504)
    longer = data[:4] + struct.pack('<I', 256) + data[8:64] + b'\xEE' * 192 + data[64:]
    memory = load_image(text(longer))
    assert memory.header.raw == text(longer[:256])
    assert len(memory.loaded) == len(load_image(text(data)).loaded)


def patched(data, offset, value):
    return data[:offset] + struct.pack('<I', value & 0xFFFFFFFF) + data[offset + 4:]


@pytest.mark.parametrize('offset, value', [
    (0, 6503), (4, 0), (4, 62), (4, 1 << 20), (8, 0), (8, 3), (8, -4), (8, 1 << 30), (12, 2), (16, 0), (16, 0x10000001),
    (16, 0x10000000)])
def test_impossible_fields_are_refused_in_one_line(offset, value):
    with pytest.raises(ImageError) as info:
        load_image(text(patched(image(6504), offset, value)))
    assert 'byte' in info.value.message and 'expected' in info.value.message
    assert '\n' not in info.value.message


@pytest.mark.parametrize('data', [b'', b'\x66', b'\x66\x19\x00\x00', b'#!/bin/sh\n' * 100, b'\0' * 2000, b'\xff' * 2000,
                                  b'\x7fELF' + b'\0' * 600, b'PK\x03\x04' + b'\1' * 600])
def test_other_files_are_refused_in_one_line(data):
    with pytest.raises(ImageError) as info:
        load_image(text(data))
    assert '\n' not in info.value.message
