"""MiscPrimitivePlugin: searching, comparing and translating strings, hashing bytes, and Bitmap compression.

Images of Squeak 2 reach the same primitives by the numbers 234 to 246.  The receiver is ignored; it is answered where there
is no other result.  Definition: the methods of these names in Squeak's String, Bitmap and SampledSound classes, and
VMMaker's MiscPrimitivePlugin for the order of arguments and the failures.
"""
from spyvm.objects.errors import BAD_ARGUMENT, BAD_INDEX, BAD_NUM_ARGS, NO_MODIFICATION, UNSUPPORTED
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.raw import W_Bytes, W_Shorts, W_Words
from spyvm.primitives.arguments import small_int
from spyvm.primitives.registry import ANY, OLD, SPUR, named, primitive
from spyvm.rpy.arith import r_uint32

MODULE = 'MiscPrimitivePlugin'


def bytes_argument(w_object):
    """The bytes of a String, ByteArray, ..."""
    if not isinstance(w_object, W_Bytes):
        raise BAD_ARGUMENT
    return w_object.bytes


def words_argument(w_object):
    if not isinstance(w_object, W_Words):
        raise BAD_ARGUMENT
    return w_object.words


def table_argument(w_object):
    """The bytes of a table that has an entry for every byte."""
    table = bytes_argument(w_object)
    if len(table) < 256:
        raise BAD_ARGUMENT
    return table


def check_mutable(w_object):
    if w_object.is_immutable():
        raise NO_MODIFICATION


# ---- strings

@primitive(235, args=3, era=OLD)
@named(MODULE, 'primitiveCompareString', args=3)
def compare_string(interp, w_receiver, w_a, w_b, w_order):
    """1, 2 or 3, as the first string is less than, equal to or greater than the second by the order of the table."""
    order = table_argument(w_order)
    a = bytes_argument(w_a)
    b = bytes_argument(w_b)
    difference = first_difference(a, b, order)
    return W_SmallInteger(2 if difference == 0 else (1 if difference < 0 else 3))


def first_difference(a, b, order):
    """The difference of the table's entries for the first bytes that have different ones; if there are none, of the
    lengths."""
    for i in range(min(len(a), len(b))):
        x = ord(order[ord(a[i])])
        y = ord(order[ord(b[i])])
        if x != y:
            return x - y
    return len(a) - len(b)


SAME_ORDER = [chr(i) for i in range(256)]


@primitive(158, args=1, era=SPUR)
def compare_with(interp, w_receiver, w_argument):
    """The difference of the first bytes that differ, or of the lengths."""
    return W_SmallInteger(first_difference(bytes_argument(w_receiver), bytes_argument(w_argument), SAME_ORDER))


@primitive(158, args=2, era=SPUR)
def compare_with_collated(interp, w_receiver, w_argument, w_order):
    order = bytes_argument(w_order)
    if len(order) != 256:
        raise BAD_ARGUMENT
    return W_SmallInteger(first_difference(bytes_argument(w_receiver), bytes_argument(w_argument), order))


@primitive(244, args=3, era=OLD)
@named(MODULE, 'primitiveFindFirstInString', args=3)
def find_first_in_string(interp, w_receiver, w_string, w_map, w_start):
    """The index from `start` of a byte for which the map has not 0; 0 if there is none or the map's size is not 256."""
    string = bytes_argument(w_string)
    inclusion = bytes_argument(w_map)
    start = small_int(w_start)
    if start < 1:
        raise BAD_INDEX
    if len(inclusion) == 256:
        for i in range(start - 1, len(string)):
            if inclusion[ord(string[i])] != '\x00':
                return W_SmallInteger(i + 1)
    return W_SmallInteger(0)


@primitive(246, args=ANY, era=OLD)
@named(MODULE, 'primitiveFindSubstring', args=ANY)
def find_substring(interp, w_receiver, args_w):
    """(key, body, start, matchTable): the index from `start` where the body has the key, comparing the table's entries; else
    0.  An empty key is found nowhere."""
    if len(args_w) != 4:
        raise BAD_NUM_ARGS
    key = bytes_argument(args_w[0])
    body = bytes_argument(args_w[1])
    start = max(small_int(args_w[2]), 1)
    table = table_argument(args_w[3])
    size = len(key)
    if size > 0:
        for i in range(start - 1, len(body) - size + 1):
            n = 0
            while n < size and table[ord(body[i + n])] == table[ord(key[n])]:
                n += 1
            if n == size:
                return W_SmallInteger(i + 1)
    return W_SmallInteger(0)


@primitive(245, args=3, era=OLD)
@named(MODULE, 'primitiveIndexOfAsciiInString', args=3)
def index_of_ascii(interp, w_receiver, w_code, w_string, w_start):
    """The index from `start` of the byte; 0 if there is none."""
    code = small_int(w_code)
    string = bytes_argument(w_string)
    start = small_int(w_start)
    if start < 1:
        raise BAD_INDEX
    if 0 <= code and code <= 255:
        char = chr(code)
        for i in range(start - 1, len(string)):
            if string[i] == char:
                return W_SmallInteger(i + 1)
    return W_SmallInteger(0)


@primitive(243, args=ANY, era=OLD)
@named(MODULE, 'primitiveTranslateStringWithTable', args=ANY)
def translate_string(interp, w_receiver, args_w):
    """(string, start, stop, table): replace the bytes of the string by their entries in the table."""
    if len(args_w) != 4:
        raise BAD_NUM_ARGS
    string = bytes_argument(args_w[0])
    start = small_int(args_w[1])
    stop = small_int(args_w[2])
    table = table_argument(args_w[3])
    check_mutable(args_w[0])
    if start < 1 or stop > len(string):
        raise BAD_INDEX
    for i in range(start - 1, stop):
        string[i] = table[ord(string[i])]
    return w_receiver


HASH_MULTIPLIER = 1664525


@named(MODULE, 'primitiveStringHash', args=2)
def string_hash(interp, w_receiver, w_bytes, w_initial):
    """28 bits: each byte is added to the hash, which starts as the initial one, and that multiplied, modulo 2**32."""
    bytes = bytes_argument(w_bytes)
    hash = small_int(w_initial) & 0xFFFFFFFF
    for char in bytes:
        hash = ((hash + ord(char)) * HASH_MULTIPLIER) & 0xFFFFFFFF
    return W_SmallInteger(hash & 0xFFFFFFF)


# ---- sound

@primitive(236, args=2, era=OLD)
@named(MODULE, 'primitiveConvert8BitSigned', args=2)
def convert_8_bit_signed(interp, w_receiver, w_bytes, w_sound):
    """Make 16-bit samples of signed bytes.  In a SoundBuffer of 32-bit words the first sample is in the low half."""
    bytes = bytes_argument(w_bytes)
    check_mutable(w_sound)
    if isinstance(w_sound, W_Shorts):
        if len(w_sound.shorts) < len(bytes):
            raise BAD_ARGUMENT
        for i in range(len(bytes)):
            w_sound.shorts[i] = ord(bytes[i]) << 8
    elif isinstance(w_sound, W_Words):
        if len(w_sound.words) * 2 < len(bytes):
            raise BAD_ARGUMENT
        for i in range(len(bytes)):
            word = w_sound.getword(i >> 1)
            if i & 1:
                word = (word & 0xFFFF) | (ord(bytes[i]) << 24)
            else:
                word = (word & 0xFFFF0000) | (ord(bytes[i]) << 8)
            w_sound.setword(i >> 1, word)
    else:
        raise BAD_ARGUMENT
    return w_receiver


# ---- compressed Bitmaps
#
# The number of words, then runs.  A run is a number, its low two bits saying what follows, the others for how many words:
# 1: a byte, of which all words consist; 2: a word, which is repeated; 3: the words; 0: nothing (and no words).
# Numbers to 223 are a byte; to 7935 two, the first from 224 to 254; others 255 and four bytes.  All is big-endian.

MAX_BYTE = 223
MAX_PAIR = 7935


def encode_number(value, bytes, i):
    """Answers the index after the number."""
    if value <= MAX_BYTE:
        bytes[i] = chr(value)
        return i + 1
    if value <= MAX_PAIR:
        bytes[i] = chr((value >> 8) + MAX_BYTE + 1)
        bytes[i + 1] = chr(value & 255)
        return i + 2
    bytes[i] = '\xff'
    return encode_word(value, bytes, i + 1)


def encode_word(value, bytes, i):
    for n in range(4):
        bytes[i + n] = chr((value >> (24 - n * 8)) & 255)
    return i + 4


def compressed_limit(size):
    """Room enough for any compressed Bitmap of that many words."""
    return size * 4 + 7 + size // 1984 * 3


@primitive(237, args=2, era=OLD)
@named(MODULE, 'primitiveCompressToByteArray', args=2)
def compress(interp, w_receiver, w_bitmap, w_bytes):
    """Answer how many bytes the compressed Bitmap has.  Fails if the ByteArray may be too small for one."""
    if not isinstance(w_bitmap, W_Words):
        raise BAD_ARGUMENT
    bytes = bytes_argument(w_bytes)
    check_mutable(w_bytes)
    size = w_bitmap.size()
    if len(bytes) < compressed_limit(size):
        raise UNSUPPORTED
    i = encode_number(size, bytes, 0)
    k = 0
    while k < size:
        word = w_bitmap.getword(k)
        stop = k + 1
        while stop < size and w_bitmap.getword(stop) == word:
            stop += 1
        if word == (word & 255) * 0x01010101:
            i = encode_number((stop - k) * 4 + 1, bytes, i)
            bytes[i] = chr(word & 255)
            i += 1
        elif stop > k + 1:
            i = encode_number((stop - k) * 4 + 2, bytes, i)
            i = encode_word(word, bytes, i)
        else:
            # words up to the first of two equal ones
            while stop < size and (stop + 1 == size or w_bitmap.getword(stop) != w_bitmap.getword(stop + 1)):
                stop += 1
            i = encode_number((stop - k) * 4 + 3, bytes, i)
            for m in range(k, stop):
                i = encode_word(w_bitmap.getword(m), bytes, i)
        k = stop
    return W_SmallInteger(i)


class Decoder(object):
    """Reads numbers, and bytes and words, from a list of bytes.  Fails at its end."""

    def __init__(self, bytes, position):
        self.bytes = bytes
        self.position = position

    def at_end(self):
        return self.position >= len(self.bytes)

    def byte(self):
        i = self.position
        if i < 0 or i >= len(self.bytes):
            raise BAD_INDEX
        self.position = i + 1
        return ord(self.bytes[i])

    def word(self):
        value = 0
        for _ in range(4):
            value = (value << 8) | self.byte()
        return value

    def number(self):
        value = self.byte()
        if value <= MAX_BYTE:
            return value
        if value <= 254:
            return ((value - MAX_BYTE - 1) << 8) + self.byte()
        return self.word()


@primitive(234, args=3, era=OLD)
@named(MODULE, 'primitiveDecompressFromByteArray', args=3)
def decompress(interp, w_receiver, w_bitmap, w_bytes, w_index):
    """Fill a Bitmap from runs, which begin at the index of the ByteArray (after the number of words).  Fails if they are
    more than the Bitmap holds or incomplete."""
    words = words_argument(w_bitmap)
    bytes = bytes_argument(w_bytes)
    check_mutable(w_bitmap)
    index = small_int(w_index)
    if index < 1:
        raise BAD_INDEX
    size = len(words)
    decoded = [r_uint32(0)] * size
    k = 0
    decoder = Decoder(bytes, index - 1)
    while not decoder.at_end():
        run = decoder.number()
        stop = k + (run >> 2)
        if stop > size:
            raise BAD_INDEX
        code = run & 3
        if code == 1:
            data = r_uint32(decoder.byte() * 0x01010101)
            while k < stop:
                decoded[k] = data
                k += 1
        elif code == 2:
            data = r_uint32(decoder.word())
            while k < stop:
                decoded[k] = data
                k += 1
        elif code == 3:
            while k < stop:
                decoded[k] = r_uint32(decoder.word())
                k += 1
    for i in range(k):
        words[i] = decoded[i]
    return w_receiver
