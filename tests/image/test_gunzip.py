import gzip
import io
import random
import zlib

import pytest
import synthetic
from imagetools import text
from spyvm.image.errors import ImageError
from spyvm.image.gunzip import gunzip, is_gzipped
from spyvm.image.reader import load_image
from spyvm.rpy.buffer import buffer_of

RANDOM = random.Random(7)
CONTENTS = [b'', b'a', b'abc' * 5000, bytes(bytearray(range(256))) * 40,
            bytes(bytearray(RANDOM.randrange(256) for _ in range(70000))),
            bytes(bytearray(RANDOM.choice(bytearray(b'etaoin shrdlu')) for _ in range(30000)))]


def packed(data, level=9, name=''):
    out = io.BytesIO()
    writer = gzip.GzipFile(filename=name, mode='wb', compresslevel=level, fileobj=out, mtime=0)
    writer.write(data)
    writer.close()
    return out.getvalue()


def unpacked(data):
    buffer = gunzip(buffer_of(text(data)))
    return buffer.text(0, buffer.size)


@pytest.mark.parametrize('level', [0, 1, 6, 9])
@pytest.mark.parametrize('number', range(len(CONTENTS)))
def test_what_gzip_packs_is_unpacked(number, level):
    assert unpacked(packed(CONTENTS[number], level)) == text(CONTENTS[number])


@pytest.mark.parametrize('strategy', [2, 4])    # Z_HUFFMAN_ONLY, Z_FIXED
def test_every_kind_of_block(strategy):
    data = b'the quick brown fox ' * 100
    packer = zlib.compressobj(9, zlib.DEFLATED, 31, 8, strategy)
    assert unpacked(packer.compress(data) + packer.flush()) == text(data)


def test_a_file_name_in_the_header_is_skipped():
    assert unpacked(packed(b'contents', name='some.image')) == 'contents'


def test_extra_field_comment_and_header_checksum_are_skipped():
    data = packed(b'contents')
    header = data[:3] + b'\x1e' + data[4:10] + b'\x03\x00xyz' + b'name\0' + b'comment\0' + b'\1\2'
    assert unpacked(header + data[10:]) == 'contents'


def test_members_are_joined_and_what_follows_is_ignored():
    assert unpacked(packed(b'one') + packed(b'two') + b'\0' * 100) == 'onetwo'


@pytest.mark.parametrize('version', [6502, 68021])
def test_packed_images_load(version):
    data = synthetic.encode(synthetic.World(version), version)
    memory = load_image(text(packed(data)))
    assert memory.header.gzipped
    assert len(memory.loaded) == len(load_image(text(data)).loaded)


def test_what_is_no_gzip_is_not_taken_for_it():
    assert not is_gzipped(buffer_of('\x1f'))
    assert not is_gzipped(buffer_of('\x66\x19\0\0'))


def test_every_truncation_is_refused_in_one_line():
    data = packed(b'some text, some more text' * 10 + bytes(bytearray(range(256))))
    for size in range(2, len(data)):
        with pytest.raises(ImageError) as info:
            unpacked(data[:size])
        assert 'byte' in info.value.message and '\n' not in info.value.message


def test_damage_is_refused_or_harmless():
    data = packed(bytes(bytearray(RANDOM.choice(bytearray(b'etaoin shrdlu')) for _ in range(3000))))
    source = random.Random(3)
    refused = 0
    for _ in range(400):
        damaged = bytearray(data)
        damaged[source.randrange(2, len(damaged))] ^= 1 << source.randrange(8)
        try:
            unpacked(bytes(damaged))
        except ImageError as error:
            assert '\n' not in error.message
            refused += 1
    assert refused > 380
