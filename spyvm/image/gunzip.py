"""Unpacking gzip'd files (RFC 1952), so that the VM needs no library for it."""
from spyvm.image.errors import ImageError, corrupt
from spyvm.image.inflate import NO_LIMIT, Inflater, checksum
from spyvm.rpy.buffer import Buffer

MAGIC_0, MAGIC_1, DEFLATE = 0x1F, 0x8B, 8
HEADER_CRC, EXTRA, NAME, COMMENT = 2, 4, 8, 16      # flags
HEADER_SIZE = 10
TRAILER_SIZE = 8


def is_gzipped(buffer):
    return is_gzipped_at(buffer, 0)


def is_gzipped_at(buffer, position):
    return position + 2 <= buffer.size and buffer.u8(position) == MAGIC_0 and buffer.u8(position + 1) == MAGIC_1


def gunzip(buffer):
    """A new Buffer with what is packed in the Buffer, all members of it.  ImageError if something is wrong with it."""
    return gunzip_part(buffer, 0, NO_LIMIT)


def gunzip_part(buffer, position, limit):
    """The same for what begins at the offset `position` and is no more than `limit` bytes when unpacked."""
    out = Buffer(min((buffer.size - position) * 3, limit))
    done = False
    try:
        position = gunzip_member(buffer, out, position, limit)
        while is_gzipped_at(buffer, position):
            position = gunzip_member(buffer, out, position, limit)
        done = True
        return out
    except MemoryError:
        raise ImageError('the unpacked file is larger than the memory')
    finally:
        if not done:
            out.free()


def gunzip_member(buffer, out, position, limit):
    """Unpack the member at the offset `position` to the end of the Buffer `out`; the offset behind it."""
    start = out.size
    position = Inflater(buffer, out, member_start(buffer, position), limit).run()
    if position + TRAILER_SIZE > buffer.size:
        raise corrupt('the packed data ends', min(position, buffer.size), 'a checksum and a size')
    crc = little_endian(buffer, position)
    size = little_endian(buffer, position + 4)
    if size != (out.size - start) & 0xFFFFFFFF:
        raise corrupt('packed data of %d bytes' % (out.size - start), position, '%d bytes' % size)
    if crc != checksum(out, start, out.size):
        raise corrupt('checksum %x' % crc, position, 'that of the data')
    return position + TRAILER_SIZE


def little_endian(buffer, position):
    """The unsigned 32-bit word at any offset within the Buffer."""
    return (buffer.u8(position) | (buffer.u8(position + 1) << 8) | (buffer.u8(position + 2) << 16) |
            (buffer.u8(position + 3) << 24))


def member_start(buffer, position):
    """Where the packed data of the member at `position` begins."""
    if position + HEADER_SIZE > buffer.size:
        raise corrupt('the file ends in its gzip header', buffer.size, '%d bytes of it' % HEADER_SIZE)
    if buffer.u8(position + 2) != DEFLATE:
        raise corrupt('packing method %d' % buffer.u8(position + 2), position + 2, '%d (deflate)' % DEFLATE)
    flags = buffer.u8(position + 3)
    position += HEADER_SIZE
    if flags & EXTRA:
        if position + 2 > buffer.size:
            raise corrupt('the file ends in its gzip header', buffer.size, 'an extra field')
        position += 2 + (buffer.u8(position) | (buffer.u8(position + 1) << 8))
    if flags & NAME:
        position = after_zero(buffer, position)
    if flags & COMMENT:
        position = after_zero(buffer, position)
    if flags & HEADER_CRC:
        position += 2
    return position


def after_zero(buffer, position):
    while position < buffer.size:
        position += 1
        if buffer.u8(position - 1) == 0:
            break
    return position
