"""The sample segments that others made, out of their files: an image segment's words in a stream of other things."""
import gzip
from shared import shared
from spyvm.image.segment.source import words_of

VERSION_WORD = b'f\x19\x00s'       # 6502, stored on a little-endian machine

NAMES = ['42', 'ArrayOfArrayOf1', 'BasicFloats', 'Chars', 'ColorBlue', 'False', 'FlexMorph', 'HelloWorldStr', 'IntegerArray',
         'LargePositiveInteger', 'MixedArraySmallInteger', 'Nil', 'Points', 'SymbolETLDummy', 'True']


def sample(name):
    """The words of a sample as a list of r_uint32."""
    with gzip.open(shared('segments/%s.ims.gz' % name)) as f:
        data = f.read()
    start = data.index(VERSION_WORD)
    count = 0
    for char in bytearray(data[start - 4:start]):
        count = count << 8 | char
    raw = data[start:start + 4 * count]
    return words_of(raw if str is bytes else raw.decode('latin-1'))


def reversed_words(words):
    """The words with the bytes of each in reverse."""
    return [word >> 24 | (word >> 8 & 0xFF00) | (word & 0xFF00) << 8 | (word & 0xFF) << 24 for word in map(int, words)]


def as_stored_big_endian(records, words):
    """The words of a V3 segment as a big-endian machine would have them: byte objects and the mark are different."""
    words = [int(word) for word in words]
    words[0] = (words[0] & 0xFFFFFF) | 0x64 << 24
    swapped = reversed_words(words)
    for i in range(records.count):
        if records.kinds[i] >= 16:
            start = records.places[i] // 4 + 1 + records.pointer_counts[i]
            for at in range(start, start + (len(records.contents[i]) + 3) // 4):
                words[at] = swapped[at]
    return words
