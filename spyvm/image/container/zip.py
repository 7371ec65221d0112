"""Zip archives, as project files are: the list of members, and unpacking one (stored or deflated).

Followed is the part of the APPNOTE that Squeak's ZipArchive knows: one disk, no encryption, no 64-bit sizes.  The central
directory at the end of the file says what there is; of a member's local header only the length is used.
"""
from spyvm.image.errors import ImageError, corrupt
from spyvm.image.gunzip import little_endian
from spyvm.image.inflate import Inflater, checksum
from spyvm.rpy.buffer import Buffer

LOCAL_HEADER = 0x04034B50
LOCAL_SIZE = 30             # bytes, before the name and the extra field
DIRECTORY_ENTRY = 0x02014B50
ENTRY_SIZE = 46             # bytes, before the name, the extra field and the comment
END_RECORD = 0x06054B50
END_SIZE = 22               # bytes, before the comment
LONGEST_COMMENT = 65535
ENCRYPTED = 1               # flag
STORED, DEFLATED = 0, 8     # methods


class ZipMember(object):
    """One file in an archive.

    name          as it is in the archive: bytes, folders separated by '/'
    method        how it is packed
    crc           CRC-32 of the contents
    packed_size   bytes in the archive
    size          bytes when unpacked
    header        the offset of its local header
    """

    def __init__(self, name, flags, method, crc, packed_size, size, header):
        self.name = name
        self.flags = flags
        self.method = method
        self.crc = crc
        self.packed_size = packed_size
        self.size = size
        self.header = header


def is_zip(buffer):
    """Whether the Buffer begins as an archive does, an empty one included."""
    if buffer.size < END_SIZE:
        return False
    signature = little_endian(buffer, 0)
    return signature == LOCAL_HEADER or signature == END_RECORD


def u16(buffer, offset):
    return buffer.u8(offset) | (buffer.u8(offset + 1) << 8)


def end_record(buffer):
    """The offset of the record at the end, which may be followed by a comment."""
    offset = buffer.size - END_SIZE
    last = max(offset - LONGEST_COMMENT, 0)
    while offset >= last:
        if buffer.u8(offset) == 0x50 and little_endian(buffer, offset) == END_RECORD:
            return offset
        offset -= 1
    raise corrupt('no end of the zip archive', buffer.size, 'a record of %d bytes there' % END_SIZE)


def zip_members(buffer):
    """The ZipMembers of the archive in a Buffer, in the order of its directory.  ImageError if it is damaged."""
    end = end_record(buffer)
    count = u16(buffer, end + 10)
    size = little_endian(buffer, end + 12)
    offset = little_endian(buffer, end + 16)
    if offset > end or size > end - offset:
        raise corrupt('zip directory of %d bytes from byte %d on' % (size, offset), end + 12,
                      'it to end before byte %d' % end)
    result = []
    for i in range(count):
        if offset + ENTRY_SIZE > end or little_endian(buffer, offset) != DIRECTORY_ENTRY:
            raise corrupt('no entry in the zip directory', offset, 'entry %d of %d' % (i + 1, count))
        name_size = u16(buffer, offset + 28)
        entry_end = offset + ENTRY_SIZE + name_size
        if entry_end > end:
            raise corrupt('name of %d bytes' % name_size, offset + 28, 'it to end before byte %d' % end)
        name = buffer.text(offset + ENTRY_SIZE, entry_end)
        result.append(ZipMember(name, u16(buffer, offset + 8), u16(buffer, offset + 10), little_endian(buffer, offset + 16),
                                little_endian(buffer, offset + 20), little_endian(buffer, offset + 24),
                                little_endian(buffer, offset + 42)))
        offset = entry_end + u16(buffer, offset + 30) + u16(buffer, offset + 32)
    return result


def unzip(buffer, member, limit):
    """A new Buffer with the contents of a ZipMember of the archive in `buffer`.  ImageError if the member is damaged, packed
    in a way that is not known, or larger than `limit` bytes."""
    start = member_start(buffer, member)
    if member.size > limit:
        raise corrupt('member of %d bytes' % member.size, member.header, 'no more than %d' % limit)
    out = Buffer(member.size)
    done = False
    try:
        if member.method == STORED:
            out.append_text(buffer.text(start, start + member.packed_size))
        else:
            end = Inflater(buffer, out, start, member.size).run()
            if end - start != member.packed_size:
                raise corrupt('packed data of %d bytes' % (end - start), start, '%d bytes' % member.packed_size)
        if out.size != member.size:
            raise corrupt('member of %d bytes' % out.size, start, '%d bytes' % member.size)
        if checksum(out, 0, out.size) != member.crc:
            raise corrupt('the contents', start, 'the checksum %x' % member.crc)
        done = True
        return out
    except MemoryError:
        raise ImageError('the unpacked file is larger than the memory')
    finally:
        if not done:
            out.free()


def member_start(buffer, member):
    """The offset of a member's packed data, all of which is in the file."""
    header = member.header
    if header + LOCAL_SIZE > buffer.size or little_endian(buffer, header) != LOCAL_HEADER:
        raise corrupt('no member', header, 'the header of a member of the zip archive')
    if member.flags & ENCRYPTED:
        raise corrupt('encrypted member', header, 'one that is not')
    if member.method != STORED and member.method != DEFLATED:
        raise corrupt('packing method %d' % member.method, header, '%d (stored) or %d (deflate)' % (STORED, DEFLATED))
    start = header + LOCAL_SIZE + u16(buffer, header + 26) + u16(buffer, header + 28)
    if start > buffer.size or member.packed_size > buffer.size - start:
        raise corrupt('the file ends in a member', buffer.size, '%d bytes from byte %d on' % (member.packed_size, start))
    return start
