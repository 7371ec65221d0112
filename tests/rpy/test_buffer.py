import struct

import pytest
from spyvm.rpy.buffer import Buffer, buffer_of, buffer_of_file


def text(data):
    return data if str is bytes else data.decode('latin-1')


@pytest.mark.parametrize('big_endian', [False, True])
def test_words_of_both_orders(big_endian):
    order = '>' if big_endian else '<'
    buffer = buffer_of(text(struct.pack(order + 'IIq', 0xFEDCBA98, 1, -5) + b'xyz'))
    buffer.set_order(big_endian)
    assert buffer.big_endian() == big_endian
    assert (buffer.u32(0), buffer.u32(4), buffer.s64(8)) == (0xFEDCBA98, 1, -5)
    assert buffer.u8(16) == ord('x')
    assert buffer.text(16, 99) == 'xyz' and buffer.text(17, 18) == 'y' and buffer.text(30, 40) == ''
    assert buffer.chars(16, 2) == ['x', 'y']


def test_the_order_may_be_changed():
    buffer = buffer_of('\0\0\0\1\0\0\0\0')
    assert buffer.u32(0) == 0x01000000
    buffer.set_order(True)
    assert buffer.u32(0) == 1 and buffer.s64(0) == 1 << 32


def test_bytes_are_added_at_the_end():
    buffer = Buffer(0)
    buffer.append_text('ab')
    buffer.reserve(100)
    buffer.append_byte(255)
    buffer.append_copy(3, 7)
    assert buffer.text(0, buffer.size) == 'ab\xffab\xffab\xffa'
    assert buffer.is_zero(2, 2) and not buffer.is_zero(2, 3)


@pytest.mark.parametrize('size', [0, 1, 65535, 65536, 65537, 300000])
def test_files_of_any_size(size, tmp_path):
    path = str(tmp_path / 'file')
    data = bytes(bytearray(i & 255 for i in range(size)))
    with open(path, 'wb') as file:
        file.write(data)
    buffer = buffer_of_file(path)
    assert buffer.size == size and buffer.text(0, size) == text(data)
    buffer.free()
    assert buffer.size == 0


def test_a_file_that_is_not_there_is_an_OSError(tmp_path):
    with pytest.raises(OSError):
        buffer_of_file(str(tmp_path / 'none'))
