"""The words of a segment as bytes in memory again: which format, which byte order.

A segment is the contents of a word array.  It begins with a version word: in the low bits the number that images of the
format have in their header, in the high byte the first or fourth character of doesNotUnderstand:, whichever is in the most
significant byte of a word on the machine that stored the segment: $d on a big-endian, $s on a little-endian one.  Spur
segments have that word twice.  The objects follow (see read_v3 and read_spur).

The words may have been reversed on the way; the version number tells.  What comes out is the memory of the machine that
stored the segment, so that its byte objects are in order.
"""
from spyvm.image.header import MULTIPLE_BYTECODE_SETS, ImageHeader, find_format
from spyvm.image.segment.errors import BAD_ARGUMENT_CODE, UNSUPPORTED_CODE, refused
from spyvm.objects.formats import Traits
from spyvm.rpy.arith import intmask, r_uint32
from spyvm.rpy.buffer import Buffer, swapped32

BIG_ENDIAN_MARK, LITTLE_ENDIAN_MARK = 0x64, 0x73    # $d, $s
V3_START = 4            # bytes in front of the first object
SPUR_START = 8
V3_BASE = 8             # the pointer to what is at V3_START: pointers count from the word array's own header
BRIDGE_SIZE = 16


def segment_version(version):
    """The version word of the segments that this VM, which counts as a little-endian machine, stores in images with that
    version.  Segments do not say whether there are two bytecode sets."""
    format = find_format(version)
    if format is not None and format.two_sets:
        version -= MULTIPLE_BYTECODE_SETS
    return version | (LITTLE_ENDIAN_MARK << 24)


def find_version(word):
    """The Format a version word (an int from 0 to 2**32-1) names; None if it names none."""
    mark = word >> 24
    if mark != BIG_ENDIAN_MARK and mark != LITTLE_ENDIAN_MARK:
        return None
    return find_format(word & 0xFFFFFF)


class Source(object):
    """The segment's memory in a Buffer, which the holder frees, and the ImageHeader that says how to walk it.

    version     the version word, an r_uint32
    reversed    the words have been in the wrong byte order
    """

    def __init__(self, buffer, header, version, reversed):
        self.buffer = buffer
        self.header = header
        self.version = version
        self.reversed = reversed

    def free(self):
        self.buffer.free()


def open_source(words):
    """The Source of a segment, given as a list of r_uint32, which is left as it is.  SegmentError if it is none."""
    if len(words) == 0:
        raise refused('no word', 0, 'a version', BAD_ARGUMENT_CODE)
    word = intmask(words[0])
    reversed = False
    format = find_version(word)
    if format is None:
        word = swapped32(word)
        reversed = True
        format = find_version(word)
    if format is None:
        raise refused('word %d' % swapped32(word), 0, 'a version such as 6502, 6504, 6521, 68021 and a byte order mark',
                      BAD_ARGUMENT_CODE)
    big_endian = (word >> 24) == BIG_ENDIAN_MARK
    size = len(words) << 2
    if format.spur:
        if big_endian:
            raise refused('byte order mark', 0, 'that of a little-endian machine, as of all Spur VMs', BAD_ARGUMENT_CODE)
        if size & 7 != 0:
            raise refused('segment of %d bytes' % size, 0, 'a multiple of 8', BAD_ARGUMENT_CODE)
    elif format.word_size == 8:
        raise refused('version %d' % format.version, 0, 'a 32-bit V3 format or a Spur format', UNSUPPORTED_CODE)
    header = ImageHeader(format, Traits(format.version, format.word_size, format.spur, big_endian))
    header.file_size = size
    buffer = Buffer(size + BRIDGE_SIZE)
    buffer.append_words(words, big_endian != reversed)
    buffer.set_order(big_endian)
    if format.spur:
        # as if the segment were an image's only one
        for _ in range(BRIDGE_SIZE):
            buffer.append_byte(0)
        header.header_size = SPUR_START
        header.data_size = size + BRIDGE_SIZE - SPUR_START
        header.first_segment = header.data_size
    else:
        header.header_size = V3_START
        header.data_size = size - V3_START
        header.base_address = V3_BASE
    return Source(buffer, header, r_uint32(word), reversed)


def words_of(text):
    """The list of r_uint32 for a byte string with the words of a segment in either byte order; 1 to 3 bytes too many are
    dropped."""
    size = len(text) >> 2
    words = [r_uint32(0)] * size
    for i in range(size):
        at = i << 2
        words[i] = r_uint32(ord(text[at]) | (ord(text[at + 1]) << 8) | (ord(text[at + 2]) << 16) | (ord(text[at + 3]) << 24))
    return words
