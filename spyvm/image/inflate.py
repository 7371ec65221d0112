"""Inflate: unpacking data in the DEFLATE format (RFC 1951), which gzip files and zip archives are made of.

A Huffman code is a table indexed by the next bits of the input, as many as the longest code word has; an entry is
symbol << 4 | length of its code word, 0 where no code word fits.
"""
from spyvm.image.errors import corrupt

LONGEST_CODE = 15
LONGEST_MATCH = 258
END_OF_BLOCK = 256
NO_LIMIT = 1 << 62
LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]
LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
             6145, 8193, 12289, 16385, 24577]
DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13]
CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]


def crc_table():
    table = [0] * 256
    for i in range(256):
        value = i
        for _ in range(8):
            if value & 1:
                value = (value >> 1) ^ 0xEDB88320
            else:
                value = value >> 1
        table[i] = value
    return table


CRC_TABLE = crc_table()


def checksum(buffer, start, stop):
    """The CRC-32 of the bytes from `start` up to `stop`, from 0 to 2**32-1."""
    crc = 0xFFFFFFFF
    for i in range(start, stop):
        crc = CRC_TABLE[(crc ^ buffer.u8(i)) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


class Inflater(object):
    """Unpacks the blocks in the Buffer `buffer` from the offset `position` on to the end of the Buffer `out`.

    limit   how large `out` may become, in bytes: packed data may stand for a thousand times as many bytes.
    """

    def __init__(self, buffer, out, position, limit):
        self.buffer = buffer
        self.out = out
        self.limit = limit
        self.start = out.size
        self.position = position
        self.bits = 0               # not yet used, the next one lowest
        self.bit_count = 0
        self.literals = [0]         # tables
        self.literal_bits = 0
        self.distances = [0]
        self.distance_bits = 0

    def run(self):
        """Unpack up to and with the last block; the offset behind it.  ImageError if something is wrong."""
        last = False
        while not last:
            last = self.take(1) == 1
            kind = self.take(2)
            if kind == 0:
                self.stored_block()
            elif kind == 1:
                self.fixed_codes()
                self.packed_block()
            elif kind == 2:
                self.read_codes()
                self.packed_block()
            else:
                raise self.error('block of kind 3', 'a kind from 0 to 2')
        self.check_limit()
        self.position -= self.bit_count >> 3
        return self.position

    def check_limit(self):
        if self.out.size > self.limit:
            raise self.error('more than %d bytes when unpacked' % self.limit, 'no more')

    def error(self, what, expected):
        return corrupt(what, min(self.position, self.buffer.size), expected)

    # ---- bits

    def need(self, count):
        """Have `count` unused bits, of 0 behind the end of the file: `drop` finds out whether those are used."""
        while self.bit_count < count:
            if self.position < self.buffer.size:
                self.bits |= self.buffer.u8(self.position) << self.bit_count
            self.position += 1
            self.bit_count += 8

    def drop(self, count):
        self.bits = self.bits >> count
        self.bit_count -= count
        if self.position - (self.bit_count >> 3) > self.buffer.size:
            raise self.error('the packed data ends', 'more of it')

    def take(self, count):
        """An unsigned integer of `count` bits."""
        self.need(count)
        value = self.bits & ((1 << count) - 1)
        self.drop(count)
        return value

    def symbol(self, table, width):
        """The symbol whose code word comes next."""
        self.need(width)
        entry = table[self.bits & ((1 << width) - 1)]
        if entry == 0:
            raise self.error('packed data', 'a code word')
        self.drop(entry & 15)
        return entry >> 4

    # ---- blocks

    def make_room(self, size):
        out = self.out
        self.check_limit()
        if out.capacity - out.size < size:
            out.reserve(out.capacity * 2 + size)

    def stored_block(self):
        self.take(self.bit_count & 7)
        size = self.take(16)
        if self.take(16) != size ^ 0xFFFF:
            raise self.error('size of a stored block', 'its complement behind it')
        self.make_room(size)
        for _ in range(size):
            self.out.append_byte(self.take(8))

    def packed_block(self):
        out = self.out
        while True:
            symbol = self.symbol(self.literals, self.literal_bits)
            self.make_room(LONGEST_MATCH)
            if symbol < END_OF_BLOCK:
                out.append_byte(symbol)
                continue
            if symbol == END_OF_BLOCK:
                return
            symbol -= END_OF_BLOCK + 1
            if symbol >= len(LENGTHS):
                raise self.error('packed data', 'a length')
            size = LENGTHS[symbol] + self.take(LENGTH_BITS[symbol])
            symbol = self.symbol(self.distances, self.distance_bits)
            if symbol >= len(DISTANCES):
                raise self.error('packed data', 'a distance')
            distance = DISTANCES[symbol] + self.take(DISTANCE_BITS[symbol])
            if distance > out.size - self.start:
                raise self.error('distance %d' % distance, 'no more than the %d bytes there are' % (out.size - self.start))
            out.append_copy(distance, size)

    # ---- codes

    def fixed_codes(self):
        lengths = [8] * 288
        for i in range(144, 256):
            lengths[i] = 9
        for i in range(256, 280):
            lengths[i] = 7
        self.literal_bits = longest(lengths)
        self.literals = self.table(lengths, self.literal_bits)
        lengths = [5] * 32
        self.distance_bits = 5
        self.distances = self.table(lengths, 5)

    def read_codes(self):
        literal_count = self.take(5) + 257
        distance_count = self.take(5) + 1
        code_count = self.take(4) + 4
        lengths = [0] * 19
        for i in range(code_count):
            lengths[CODE_LENGTH_ORDER[i]] = self.take(3)
        width = longest(lengths)
        table = self.table(lengths, width)
        count = literal_count + distance_count
        lengths = [0] * count
        i = 0
        while i < count:
            symbol = self.symbol(table, width)
            repeat = 1
            value = symbol
            if symbol == 16:
                if i == 0:
                    raise self.error('packed data', 'a length to repeat')
                value = lengths[i - 1]
                repeat = self.take(2) + 3
            elif symbol == 17:
                value = 0
                repeat = self.take(3) + 3
            elif symbol == 18:
                value = 0
                repeat = self.take(7) + 11
            if i + repeat > count:
                raise self.error('packed data', '%d code lengths' % count)
            for _ in range(repeat):
                lengths[i] = value
                i += 1
        assert literal_count >= 0
        literal_lengths = [0] * literal_count
        for i in range(literal_count):
            literal_lengths[i] = lengths[i]
        distance_lengths = [0] * distance_count
        for i in range(distance_count):
            distance_lengths[i] = lengths[literal_count + i]
        self.literal_bits = longest(literal_lengths)
        self.literals = self.table(literal_lengths, self.literal_bits)
        self.distance_bits = longest(distance_lengths)
        self.distances = self.table(distance_lengths, self.distance_bits)

    def table(self, lengths, width):
        """The table of the canonical code with these code word lengths.  Codes may be incomplete, but not over-full."""
        counts = [0] * (LONGEST_CODE + 1)
        for length in lengths:
            counts[length] += 1
        next_code = [0] * (LONGEST_CODE + 2)
        code = 0
        counts[0] = 0
        for length in range(1, LONGEST_CODE + 1):
            code = (code + counts[length - 1]) << 1
            next_code[length] = code
            if code + counts[length] > 1 << length:
                raise self.error('packed data', 'a code')
        table = [0] * (1 << width)
        for symbol in range(len(lengths)):
            length = lengths[symbol]
            if length:
                index = reversed_bits(next_code[length], length)
                next_code[length] += 1
                while index < len(table):
                    table[index] = symbol << 4 | length
                    index += 1 << length
        return table


def longest(lengths):
    width = 0
    for length in lengths:
        if length > width:
            width = length
    return width


def reversed_bits(code, length):
    result = 0
    for _ in range(length):
        result = (result << 1) | (code & 1)
        code = code >> 1
    return result
