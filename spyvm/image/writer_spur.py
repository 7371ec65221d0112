"""Writing Spur images: the object format of Squeak 5 and later, which spyvm.image.spur describes."""
from spyvm.image.bodies import swapped
from spyvm.image.flags import GREY, MARKED, REMEMBERED, RESERVED_22, RESERVED_54
from spyvm.image.spur import BRIDGE_SIZE, OVERFLOW, SMALL_FLOAT_OFFSET
from spyvm.image.writer import Writer
from spyvm.objects import formats
from spyvm.objects.model import HASH_MASK, IMMUTABLE, PINNED, W_Character, W_Float
from spyvm.rpy import floats
from spyvm.rpy.arith import intmask

FREE_LISTS, ARRAY_INDEX = 3, 16     # number of an object; class index of the VM's own Arrays
LAST_BRIDGE = (1 << 55) | (1 << 30) | (10 << 24) | 3     # marked, pinned, 32-bit words, class index of bridges


class SpurWriter(Writer):
    """`own_objects` is how many of the first objects belong to the VM; exact: as the file says."""

    def __init__(self, memory, objects, exact, own_objects):
        Writer.__init__(self, memory, objects, exact)
        self.own_objects = own_objects
        self.segments = self.header.segments
        self.segment = 0
        self.segment_end = 0        # place of the current bridge
        self.unused = 0
        self.words = 0              # of the header
        self.overflow_at = -1       # in a gap: where the last overflow word is, and what it says
        self.overflow_slots = 0
        self.data_start = self.header.offset + self.header.header_size

    def address_of(self, place):
        if not self.exact or len(self.segments) == 1:
            return self.base + place
        for segment in self.segments:
            offset = place - (segment.start - self.data_start)
            if offset < segment.size:
                return segment.address + offset
        return self.base + place

    def int_oop(self, value):
        if self.wide:
            return (value << 3) | 1
        return (value << 1) | 1

    def immediate_oop(self, w_object):
        if isinstance(w_object, W_Character):
            return (w_object.value << 3) | 2 if self.wide else (w_object.value << 2) | 2
        assert isinstance(w_object, W_Float)
        bits = floats.float_to_bits(w_object.value)
        rotated = intmask(bits << 1)
        if rotated != 0:
            rotated = intmask(rotated - SMALL_FLOAT_OFFSET)
        if bits < 0:
            rotated |= 1
        return intmask(rotated << 3) | 4

    # ---- segments

    def rewind(self):
        Writer.rewind(self)
        self.segment = 0
        if self.exact:
            self.segment_end = self.segments[0].size - BRIDGE_SIZE

    def begin_chunk(self):
        while self.place == self.segment_end and self.segment < len(self.segments) - 1:
            self.put_bridge()

    def end_heap(self):
        if not self.exact:
            if self.out is not None:
                self.out.s64(LAST_BRIDGE)
                self.out.s64(0)
            self.place += BRIDGE_SIZE
            return
        self.begin_chunk()
        if self.place == self.segment_end:
            self.put_bridge()

    def put_bridge(self):
        segment = self.segments[self.segment]
        self.segment += 1
        size = 0
        if self.segment < len(self.segments):
            size = self.segments[self.segment].size
        if self.out is not None:
            self.out.s64(segment.bridge)
            self.out.s64(size)
        self.place += BRIDGE_SIZE
        self.segment_end = self.place + size - BRIDGE_SIZE

    # ---- objects

    def place_object(self, w_object):
        word_size = self.word_size
        self.unused = -self.size & (word_size - 1)
        odd = self.odd
        if odd is not None and odd.header != -1:
            self.unused = unused_of(odd.header)
            self.words = 2 if (odd.header >> 56) & 255 == OVERFLOW else 1
        elif self.size + self.unused >= OVERFLOW * word_size:
            self.words = 2
        else:
            self.words = 1
        place = self.place + (self.words - 1) * 8
        self.place = place + 8 + self.room()
        return place

    def room(self):
        """Bytes of the body."""
        room = (self.size + self.unused + 7) & ~7
        return room if room > 0 else 8

    def put_object(self, w_object, meta):
        slots = (self.size + self.unused) // self.word_size
        odd = self.odd
        if odd is not None and odd.header != -1:
            header = odd.header
        else:
            header = self.class_index(w_object) | (self.format() << 24) | ((meta & HASH_MASK) << 32)
            header |= flag_bits(meta, self.exact)
            header |= intmask((slots if slots < OVERFLOW else OVERFLOW) << 56)
        if self.words == 2:
            self.out.s64(intmask(OVERFLOW << 56) | slots)
        self.out.s64(header)
        self.put_body(w_object)
        if self.unused > 0:
            self.put_padding(self.unused)
        pad = self.room() - self.size - self.unused
        if odd is not None and len(odd.pad) == pad:
            self.put_units(odd.pad, self.word_size)
        else:
            self.out.zeros(pad)

    def class_index(self, w_object):
        if not self.exact and FREE_LISTS <= self.number and self.number < self.own_objects:
            if self.number == FREE_LISTS:
                return 19 if self.wide else 18
            return ARRAY_INDEX
        return self.view_of(w_object).w_self.get_meta() & HASH_MASK

    def format(self):
        """The format bits of a header."""
        kind = self.kind
        if kind >= formats.BYTES:
            return kind | self.unused
        if kind == formats.SHORTS:
            return kind | (self.unused >> 1)
        if kind == formats.WORDS:
            return kind | (self.unused >> 2)
        return kind

    def put_gap(self, text):
        """Chunks with a header, or two words of it, of 64 bits, and words behind it."""
        if self.big_endian == self.memory.traits.big_endian or self.wide:
            self.put_units(text, 8)
            return
        start = 0
        self.overflow_at = -1
        while start + 8 <= len(text):
            stop = start + 8 + self.gap_body(text, start)
            if stop > len(text):
                stop = len(text)
            assert stop >= start + 8
            self.put_text(swapped(text[start:start + 8], 8))
            self.put_text(swapped(text[start + 8:stop], 4))
            start = stop

    def gap_body(self, text, start):
        """The bytes of words behind the header at `start`; 0 where another word of the header follows."""
        header = 0
        for i in range(8):
            at = start + i if self.memory.traits.big_endian else start + 7 - i
            header = intmask((header << 8) | ord(text[at]))
        if (header >> 56) & 255 != OVERFLOW:
            slots = (header >> 56) & 255
        elif self.overflow_at >= 0 and self.overflow_at == start - 8:
            slots = self.overflow_slots
        else:
            self.overflow_at = start
            self.overflow_slots = header & 0xFFFFFFFFFFFFFF
            return 0
        body = (slots * 4 + 7) & ~7
        return body if body > 0 else 8


def unused_of(header):
    """Bytes of padding in the slots of an object with that header."""
    format = (header >> 24) & 31
    if format >= formats.BYTES:
        return format & 7
    if format >= formats.SHORTS:
        return (format & 3) << 1
    if format >= formats.WORDS:
        return (format & 1) << 2
    return 0


def flag_bits(meta, exact):
    """The header's flags, from `meta`; those of garbage collectors only if all is to be as it was."""
    bits = 0
    if meta & IMMUTABLE:
        bits |= 1 << 23
    if meta & PINNED:
        bits |= 1 << 30
    if exact:
        if meta & RESERVED_22:
            bits |= 1 << 22
        if meta & REMEMBERED:
            bits |= 1 << 29
        if meta & GREY:
            bits |= 1 << 31
        if meta & RESERVED_54:
            bits |= 1 << 54
        if meta & MARKED:
            bits |= 1 << 55
    return bits
