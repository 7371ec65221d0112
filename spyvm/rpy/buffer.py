"""Big blocks of bytes outside the garbage collected heap, read as machine words of either byte order.

Translated, a Buffer is malloc'ed memory or a file mapped into memory; untranslated, a bytearray with a view of words made
for speed when first asked for.  Offsets count bytes.  Nothing is checked: what is read must be within the buffer.
"""
import array
import os
import sys
from spyvm.rpy import REAL, osio, we_are_translated
from spyvm.rpy.arith import intmask

LEAST_PIECE = 1 << 16   # of a file
PAGE = 1 << 16      # what is given back to the system is a multiple of every page size in use
HOST_BIG_ENDIAN = sys.byteorder == 'big'

if REAL:
    from rpython.rlib import rmmap, rposix
    from rpython.rlib.nonconst import NonConstant
    from rpython.rtyper.lltypesystem import lltype, rffi
    RAW = rffi.CCHARP.TO
    NULL = lltype.nullptr(RAW)

    def grow_raw(raw, used, capacity):
        new = lltype.malloc(RAW, capacity, flavor='raw')
        if raw:
            rffi.c_memcpy(rffi.cast(rffi.VOIDP, new), rffi.cast(rffi.VOIDP, raw), rffi.cast(rffi.SIZE_T, used))
            lltype.free(raw, flavor='raw')
        return new

    def map_raw(fd, size):
        """The first `size` bytes of a file, in memory for reading; NULL if that is not possible."""
        raw = rmmap.c_mmap_safe(NonConstant(rmmap.NULL), rffi.cast(rmmap.size_t, size),
                                rffi.cast(rffi.INT, rmmap.PROT_READ), rffi.cast(rffi.INT, rmmap.MAP_PRIVATE),
                                rffi.cast(rffi.INT, fd), rffi.cast(rmmap.off_t, 0))
        if rffi.cast(lltype.Signed, raw) == -1:
            return NULL
        return raw
else:
    NULL = None


class Buffer(object):
    """`size` bytes are in use of the `capacity` there is room for.  Whoever makes one calls `free` in the end."""

    def __init__(self, capacity):
        self.size = 0
        self.capacity = 0
        self.swap = False
        self.mapped = False
        self.raw = NULL
        if not we_are_translated():
            self.bytes = bytearray()
            self.words = None
            self.longs = None
        if capacity > 0:
            self.reserve(capacity)

    def reserve(self, capacity):
        """Make room for at least `capacity` bytes.  MemoryError if there is not that much memory."""
        if capacity <= self.capacity:
            return
        if we_are_translated():
            self.raw = grow_raw(self.raw, self.size, capacity)
        self.capacity = capacity

    def free(self):
        if we_are_translated():
            if self.mapped:
                rmmap.c_munmap_safe(self.raw, rffi.cast(rmmap.size_t, self.size))
                self.mapped = False
            elif self.raw:
                lltype.free(self.raw, flavor='raw')
            self.raw = NULL
        else:
            self.bytes = bytearray()
            self.words = self.longs = None
        self.size = 0
        self.capacity = 0

    def map_file(self, fd, size):
        """Be the first `size` bytes of a file; False if that is not possible.  Only for an empty buffer that will not be
        added to."""
        if we_are_translated() and size > 0:
            raw = map_raw(fd, size)
            if raw:
                self.raw = raw
                self.mapped = True
                self.size = size
                self.capacity = size
                return True
        return False

    # ---- filling

    def append_byte(self, byte):
        """Add an int from 0 to 255 at the end; there must be room."""
        if we_are_translated():
            self.raw[self.size] = chr(byte)
        else:
            self.bytes.append(byte)
        self.size += 1

    def append_copy(self, distance, size):
        """Add `size` bytes from `distance` before the end, which may reach into what is being added; there must be room."""
        if we_are_translated():
            raw = self.raw
            end = self.size
            for i in range(end, end + size):
                raw[i] = raw[i - distance]
        else:
            for _ in range(size):
                self.bytes.append(self.bytes[-distance])
        self.size += size

    def append_text(self, text):
        """Add a byte string."""
        self.reserve(self.size + len(text))
        if we_are_translated():
            raw = self.raw
            end = self.size
            for i in range(len(text)):
                raw[end + i] = text[i]
        else:
            self.bytes += text.encode('latin-1') if sys.version_info[0] > 2 else text
        self.size += len(text)

    def append_words(self, words, big_endian):
        """Add the words of a list of r_uint32, each in the byte order given, at an end that is a multiple of 4."""
        size = len(words) << 2
        self.reserve(self.size + size)
        if we_are_translated():
            target = rffi.cast(rffi.UINTP, rffi.ptradd(self.raw, self.size))
            if big_endian != HOST_BIG_ENDIAN:
                for i in range(len(words)):
                    target[i] = rffi.cast(rffi.UINT, swapped32(intmask(words[i])))
            else:
                for i in range(len(words)):
                    target[i] = rffi.cast(rffi.UINT, words[i])
        else:
            data = array.array('I', words)
            if big_endian != HOST_BIG_ENDIAN:
                data.byteswap()
            self.bytes += data.tobytes() if sys.version_info[0] > 2 else data.tostring()
        self.size += size

    def append_from_file(self, fd, size):
        """Add up to `size` bytes from a file descriptor; answer how many there were, 0 at the end.  OSError."""
        self.reserve(self.size + size)
        if we_are_translated():
            done = rposix.c_read(fd, rffi.cast(rffi.VOIDP, rffi.ptradd(self.raw, self.size)), rffi.cast(rffi.SIZE_T, size))
            done = rposix.handle_posix_error('read', done)
        else:
            data = os.read(fd, size)
            self.bytes += data
            done = len(data)
        self.size += done
        return done

    # ---- reading

    def set_order(self, big_endian):
        """The byte order of the words in the buffer; little-endian before the first call."""
        self.swap = big_endian != HOST_BIG_ENDIAN
        if not we_are_translated():
            self.words = self.longs = None

    def big_endian(self):
        return self.swap != HOST_BIG_ENDIAN

    def u8(self, offset):
        if not we_are_translated():
            assert 0 <= offset < self.size
            return self.bytes[offset]
        return ord(self.raw[offset])

    def u32(self, offset):
        """The unsigned 32-bit word at an offset that is a multiple of 4."""
        if not we_are_translated():
            assert 0 <= offset and offset & 3 == 0
            if self.words is None:
                self.words = untranslated_words('I', 4, self.bytes, self.swap)
            return int(self.words[offset >> 2])
        word = rffi.cast(lltype.Signed, rffi.cast(rffi.UINTP, rffi.ptradd(self.raw, offset))[0])
        if self.swap:
            word = swapped32(word)
        return word

    def s64(self, offset):
        """The signed 64-bit word at an offset that is a multiple of 8."""
        if not we_are_translated():
            assert 0 <= offset and offset & 7 == 0
            if self.longs is None:
                self.longs = untranslated_longs(self.bytes, self.swap)
            return self.longs[offset >> 3]
        word = rffi.cast(lltype.Signed, rffi.cast(rffi.LONGP, rffi.ptradd(self.raw, offset))[0])
        if self.swap:
            word = intmask((swapped32(word & 0xFFFFFFFF) << 32) | swapped32((word >> 32) & 0xFFFFFFFF))
        return word

    def text(self, start, stop):
        """The bytes from `start` up to `stop`, or up to the end of the buffer, as a byte string."""
        if stop > self.size:
            stop = self.size
        assert start >= 0
        if start >= stop:
            return ''
        if we_are_translated():
            return rffi.charpsize2str(rffi.ptradd(self.raw, start), stop - start)
        return bytes(self.bytes[start:stop]).decode('latin-1') if sys.version_info[0] > 2 else str(self.bytes[start:stop])

    def chars(self, start, size):
        """`size` bytes from `start` on as a list of one-character strings that is never resized."""
        if not we_are_translated():
            assert 0 <= start and 0 <= size and start + size <= self.size
            return list(self.text(start, start + size))
        raw = self.raw
        result = ['\x00'] * size
        for i in range(size):
            result[i] = raw[start + i]
        return result

    def is_zero(self, start, stop):
        """Whether all bytes from `start` up to `stop` are 0."""
        for i in range(start, stop):
            if self.u8(i) != 0:
                return False
        return True

    def forget(self, start, stop):
        """Keep no copy in memory of what is there in a file that is mapped.  Only a hint."""
        if self.mapped:
            self.release(start, stop)

    def release(self, start, stop):
        """Give the memory between the offsets back to the system; the contents are gone.  Only a hint."""
        if we_are_translated():
            address = rffi.cast(lltype.Signed, self.raw)
            first = (address + start + PAGE - 1) & ~(PAGE - 1)
            last = (address + stop) & ~(PAGE - 1)
            if first < last:
                release_pages(first, last - first)


if REAL and rmmap.has_madvise and rmmap.MADV_DONTNEED is not None:
    def release_pages(address, size):
        rmmap.c_madvise_safe(rffi.cast(rmmap.PTR, address), rffi.cast(rmmap.size_t, size),
                             rffi.cast(rffi.INT, rmmap.MADV_DONTNEED))
else:
    def release_pages(address, size):
        pass


def swapped32(word):
    return ((word & 0xFF) << 24) | ((word & 0xFF00) << 8) | ((word >> 8) & 0xFF00) | (word >> 24)


def untranslated_words(typecode, width, data, swap):
    words = array.array(typecode)
    raw = data[:len(data) // width * width]
    if sys.version_info[0] > 2:
        words.frombytes(raw)
    else:
        words.fromstring(str(raw))
    if swap:
        words.byteswap()
    return words


def untranslated_longs(data, swap):
    if sys.version_info[0] > 2:
        return untranslated_words('q', 8, data, swap)
    words = untranslated_words('I', 4, data, swap)
    high = 0 if swap != HOST_BIG_ENDIAN else 1
    return [intmask((int(words[i + high]) << 32) | int(words[i + 1 - high])) for i in range(0, len(words) - 1, 2)]


def buffer_of(text):
    """A Buffer with the bytes of a byte string."""
    buffer = Buffer(len(text))
    buffer.append_text(text)
    return buffer


def buffer_of_file(path):
    """A Buffer with the contents of a file; not to be added to.  OSError if it cannot be read."""
    fd = osio.open_read(path)
    buffer = Buffer(0)
    done = False
    try:
        if not buffer.map_file(fd, osio.size(fd)):
            read_all(buffer, fd)
        done = True
    finally:
        osio.close(fd)
        if not done:
            buffer.free()
    return buffer


def read_all(buffer, fd):
    # one byte more than there should be, so that the end is noticed without making room for more
    size = osio.size(fd) + 1
    while True:
        if size < LEAST_PIECE:
            size = LEAST_PIECE
        if buffer.append_from_file(fd, min(size, osio.LARGE_CHUNK)) == 0:
            break
        size = buffer.capacity - buffer.size
        if size == 0:
            size = buffer.capacity
