"""Writing files of machine words of either byte order: what spyvm.rpy.buffer is to reading.

Translated, an Output is a block of malloc'ed memory that is given to the system when it is full; untranslated, a bytearray.
"""
import errno
import os
import struct
import sys
from spyvm.rpy import REAL, we_are_translated
from spyvm.rpy.buffer import HOST_BIG_ENDIAN, swapped32

CAPACITY = 1 << 18      # bytes written at a time

if REAL:
    from rpython.rlib import rposix, rsignal
    from rpython.rtyper.lltypesystem import lltype, rffi
    RAW = rffi.CCHARP.TO
    NULL = lltype.nullptr(RAW)
else:
    NULL = None


class Output(object):
    """Writes to a file descriptor, which it does not close.  Words must be at multiples of their size in what is written.
    Everything raises OSError when the system refuses.  Whoever makes one calls `free` in the end."""

    def __init__(self, fd, big_endian):
        self.fd = fd
        self.swap = big_endian != HOST_BIG_ENDIAN
        self.used = 0
        self.flushed = 0
        self.raw = NULL
        if we_are_translated():
            self.raw = lltype.malloc(RAW, CAPACITY, flavor='raw')
        else:
            order = '>' if big_endian else '<'
            self.pack16 = struct.Struct(order + 'H').pack
            self.pack32 = struct.Struct(order + 'I').pack
            self.pack64 = struct.Struct(order + 'Q').pack
            self.bytes = bytearray()

    def free(self):
        if we_are_translated():
            if self.raw:
                lltype.free(self.raw, flavor='raw')
            self.raw = NULL
        else:
            self.bytes = bytearray()

    def position(self):
        """How many bytes have been given to it."""
        return self.flushed + self.used

    def flush(self):
        """Give the system what it has not got yet."""
        done = 0
        while done < self.used:
            done += self.write_some(done)
        self.flushed += done
        self.used = 0
        if not we_are_translated():
            self.bytes = bytearray()

    def write_some(self, start):
        while True:
            try:
                if we_are_translated():
                    count = rposix.c_write(self.fd, rffi.cast(rffi.VOIDP, rffi.ptradd(self.raw, start)),
                                           rffi.cast(rffi.SIZE_T, self.used - start))
                    return rposix.handle_posix_error('write', count)
                return os.write(self.fd, bytes(self.bytes[start:self.used]))
            except OSError as e:
                if e.errno != errno.EINTR:
                    raise

    # ---- what can be written

    def u16(self, value):
        """The low 16 bits of an int."""
        if self.used + 2 > CAPACITY:
            self.flush()
        used = self.used
        if we_are_translated():
            value &= 0xFFFF
            if self.swap:
                value = (value >> 8) | ((value & 0xFF) << 8)
            rffi.cast(rffi.USHORTP, rffi.ptradd(self.raw, used))[0] = rffi.cast(rffi.USHORT, value)
        else:
            self.bytes += self.pack16(value & 0xFFFF)
        self.used = used + 2

    def u32(self, value):
        """The low 32 bits of an int."""
        if self.used + 4 > CAPACITY:
            self.flush()
        used = self.used
        if we_are_translated():
            if self.swap:
                value = swapped32(value & 0xFFFFFFFF)
            rffi.cast(rffi.UINTP, rffi.ptradd(self.raw, used))[0] = rffi.cast(rffi.UINT, value)
        else:
            self.bytes += self.pack32(value & 0xFFFFFFFF)
        self.used = used + 4

    def s64(self, value):
        """An int."""
        if self.used + 8 > CAPACITY:
            self.flush()
        used = self.used
        if we_are_translated():
            if self.swap:
                value = (swapped32(value & 0xFFFFFFFF) << 32) | swapped32((value >> 32) & 0xFFFFFFFF)
            rffi.cast(rffi.LONGP, rffi.ptradd(self.raw, used))[0] = rffi.cast(rffi.LONG, value)
        else:
            self.bytes += self.pack64(value & 0xFFFFFFFFFFFFFFFF)
        self.used = used + 8

    def zeros(self, count):
        """So many bytes that are 0."""
        for _ in range(count):
            self.byte('\x00')

    def byte(self, char):
        """A one-character string."""
        if self.used >= CAPACITY:
            self.flush()
        used = self.used
        if we_are_translated():
            self.raw[used] = char
        else:
            self.bytes.append(ord(char))
        self.used = used + 1

    def chars(self, chars):
        """A list of one-character strings."""
        if not we_are_translated():
            self.text(''.join(chars))
            return
        done = 0
        while done < len(chars):
            if self.used >= CAPACITY:
                self.flush()
            count = min(len(chars) - done, CAPACITY - self.used)
            raw = rffi.ptradd(self.raw, self.used)
            for i in range(count):
                raw[i] = chars[done + i]
            self.used += count
            done += count

    def text(self, text):
        """A byte string."""
        if not we_are_translated():
            self.bytes += text.encode('latin-1') if sys.version_info[0] > 2 else text
            self.used += len(text)
            if self.used >= CAPACITY:
                self.flush()
            return
        for i in range(len(text)):
            self.byte(text[i])


def survive_size_limit():
    """A file that grows beyond what the process may write is then an error of write(), not the end of the process."""
    if we_are_translated():
        rsignal.pypysig_ignore(rsignal.SIGXFSZ)
