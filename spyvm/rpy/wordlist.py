"""Writing into a list of 32-bit words as if it were a file of a little-endian machine."""
from spyvm.rpy import REAL, we_are_translated
from spyvm.rpy.arith import intmask, r_uint32
from spyvm.rpy.buffer import HOST_BIG_ENDIAN, swapped32
from spyvm.rpy.output import Output

if REAL:
    from rpython.rtyper.lltypesystem import rffi


class WordsOutput(Output):
    """Fills a list of r_uint32, which must be as long as what is written, from the beginning on."""

    def __init__(self, words):
        Output.__init__(self, -1, False)
        self.words = words

    def flush(self):
        words = self.words
        index = self.flushed >> 2
        count = self.used >> 2
        if we_are_translated():
            source = rffi.cast(rffi.UINTP, self.raw)
            for i in range(count):
                word = source[i]
                if HOST_BIG_ENDIAN:
                    word = swapped32(intmask(word))
                words[index + i] = r_uint32(word)
        else:
            for i in range(count):
                at = i << 2
                words[index + i] = r_uint32(self.bytes[at] | (self.bytes[at + 1] << 8) | (self.bytes[at + 2] << 16) |
                                            (self.bytes[at + 3] << 24))
            self.bytes = self.bytes[count << 2:]
        self.flushed += count << 2
        self.used -= count << 2
