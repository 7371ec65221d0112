import random
import struct
import zipfile

import pytest
from imagetools import text
from streamwriter import zipped
from spyvm.image.container.zip import is_zip, unzip, zip_members
from spyvm.image.errors import ImageError
from spyvm.rpy.buffer import buffer_of

MEMBERS = [('folder/first.pr', b'the first member ' * 40), ('second', b''), ('third', bytes(bytearray(range(256))))]
LIMIT = 1 << 20


def unpacked(data, limit=LIMIT):
    buffer = buffer_of(text(data))
    result = []
    for member in zip_members(buffer):
        out = unzip(buffer, member, limit)
        result.append((member.name, out.text(0, out.size)))
        out.free()
    return result


@pytest.mark.parametrize('method', [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize('comment', [b'', b'a comment', b'PK\5\6' + b'x' * 60000])
def test_members_in_order_with_their_contents(method, comment):
    data = zipped(MEMBERS, method, comment)
    if comment.startswith(b'PK'):
        with pytest.raises(ImageError):     # the last record is taken, and this one is none
            unpacked(data)
    else:
        assert unpacked(data) == [(name, text(contents)) for name, contents in MEMBERS]


def test_what_begins_as_an_archive():
    assert is_zip(buffer_of(text(zipped(MEMBERS))))
    assert is_zip(buffer_of(text(zipped([]))))
    assert zip_members(buffer_of(text(zipped([])))) == []
    assert not is_zip(buffer_of('PK\3\4'))
    assert not is_zip(buffer_of('\x1f\x8b' + '\0' * 40))


def test_a_member_larger_than_the_limit_is_not_unpacked():
    data = zipped([('zeros', b'\0' * 100000)])
    assert len(data) < 400
    assert unpacked(data, 100000)[0][1] == '\0' * 100000
    with pytest.raises(ImageError) as info:
        unpacked(data, 99999)
    assert '100000' in info.value.message and '99999' in info.value.message


def test_a_member_that_says_it_is_small_is_not_unpacked_further():
    data = bytearray(zipped([('zeros', b'\0' * 100000)]))
    place = bytes(data).index(b'PK\1\2') + 24
    data[place:place + 4] = bytearray(struct.pack('<I', 50))
    with pytest.raises(ImageError) as info:
        unpacked(bytes(data))
    assert 'more than 50 bytes' in info.value.message


@pytest.mark.parametrize('offset,value,expected', [
    (8, 1, 'encrypted'), (10, 12, 'packing method 12'), (16, 0x99, 'checksum'), (20, 3, 'packed data'), (24, 3, 'bytes'),
    (42, 1, 'no member'), (28, 255, 'name of'),
])
def test_damage_to_an_entry_of_the_directory(offset, value, expected):
    data = bytearray(zipped([('member', b'some contents' * 20)]))
    data[bytes(data).index(b'PK\1\2') + offset] = value
    with pytest.raises(ImageError) as info:
        unpacked(bytes(data))
    assert expected in info.value.message and 'byte' in info.value.message


def test_every_truncation_is_refused():
    data = zipped(MEMBERS)
    for size in range(22, len(data)):
        with pytest.raises(ImageError) as info:
            unpacked(data[:size])
        assert 'byte' in info.value.message and '\n' not in info.value.message


def test_damage_is_refused_or_harmless():
    data = zipped(MEMBERS)
    source = random.Random(5)
    refused = 0
    for _ in range(1500):
        damaged = bytearray(data)
        for _ in range(source.choice([1, 1, 3])):
            damaged[source.randrange(len(damaged))] = source.choice([0, 1, 255, source.randrange(256)])
        try:
            unpacked(bytes(damaged))
        except ImageError as error:
            assert '\n' not in error.message
            refused += 1
    assert refused > 500
