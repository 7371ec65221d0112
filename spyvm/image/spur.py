"""Reading Spur images: the object format of Squeak 5, Pharo 5 and Cuis 5 and later, 32-bit and 64-bit.

Objects begin at multiples of 8 bytes with a 64-bit header; from the low bits up:
  22 bits  class index: into pages of 1024 classes, which hang off the fifth object of the heap (the hidden roots)
  1 bit    reserved, 1 bit immutable
  5 bits   format: 0 to 5 pointers, 9 64-bit, 10 32-bit, 12 16-bit, 16 8-bit units, 24 methods; the low bits of those below
           64 bits count the units that are unused in the last slot
  3 bits   remembered, pinned, grey
  22 bits  identity hash; of a class its class index
  1 bit    reserved, 1 bit marked
  8 bits   number of slots (words); 255: the 64-bit word in front of the header has it
The body is at least one slot, padded to a multiple of 8 bytes.  Class indices 0 to 15 are no classes: 0 is a free chunk, 3
the bridge at a segment's end, 8 a forwarder, whose first slot is the object that took its place.  A segment's last 16 bytes
are its bridge: the distance to the next segment in memory, and that segment's size, 0 in the last one.
(SpurMemoryManager, SpurSegmentManager of VMMaker.)
"""
from spyvm.image.errors import corrupt
from spyvm.image.flags import GREY, HIDDEN, MARKED, REMEMBERED, RESERVED_22, RESERVED_54
from spyvm.image.header import MAX_ADDRESS
from spyvm.image.loader import Loader
from spyvm.objects import formats, special
from spyvm.objects.formats import normal_kind
from spyvm.objects.model import HASH_MASK, IMMUTABLE, PINNED, W_Character, W_Float
from spyvm.rpy import floats

FREE_INDEX, BRIDGE_INDEX, FORWARDER_INDEX = 0, 3, 8
FIRST_INDEX, FIRST_CLASS_INDEX = 16, 32     # those between are of the VM's own objects
SMALL_FLOAT_INDEX = 4
CLASS_INDEX_MASK = 0x3FFFFF
PAGE_SHIFT = 10
PAGES = 4096
HIDDEN_ROOTS = 4        # number of the object
BRIDGE_SIZE = 16
MAX_SPAN = 1 << 48      # words between two segments
OVERFLOW = 255
CACHED_CHARACTERS = 256
SMALL_FLOAT_OFFSET = 896 << 53      # exponent bias, above the sign that is rotated into bit 0


class Segment(object):
    """`size` bytes at `start` in the file, `address` when they were in memory, the last of them the bridge, whose first
    64-bit word is `bridge`."""
    _immutable_fields_ = ['start', 'address', 'size', 'bridge']

    def __init__(self, start, address, size, bridge):
        self.start = start
        self.address = address
        self.size = size
        self.bridge = bridge


class SpurLoader(Loader):
    def __init__(self, buffer, header, memory):
        Loader.__init__(self, buffer, header, memory)
        self.fields = 8
        self.unit_shift = 3
        self.base_header = 0
        self.first_segment = Segment(self.start, header.base_address, 0, 0)
        self.segment_index = 0
        self.segment_end = 0        # where the bridge of the current segment is
        self.forwarders = {}        # place -> oop
        self.hidden_roots_place = -1
        self.small_float_place = -1     # of the class
        self.characters = [W_Character(i) for i in range(CACHED_CHARACTERS)]
        self.find_segments()

    def find_segments(self):
        header = self.header
        start = self.start
        address = header.base_address
        size = header.first_segment
        while True:
            if size < BRIDGE_SIZE or size & 7 != 0 or size > self.end - start:
                raise corrupt('segment of %d bytes' % size, start,
                              'a multiple of 8 within the %d bytes of objects left' % (self.end - start))
            bridge = start + size - BRIDGE_SIZE
            span = self.buffer.s64(bridge)
            header.segments.append(Segment(start, address, size, span))
            next_size = self.buffer.s64(bridge + 8)
            start += size
            address += size
            if next_size == 0:
                break
            if (span >> 56) & 255 != 0:
                slots = span & 0xFFFFFFFFFFFFFF
                if slots > MAX_SPAN or address > MAX_ADDRESS:
                    raise corrupt('bridge over %d words' % slots, bridge, 'the distance to the next segment')
                address += slots * self.word_size
            size = next_size
        if start != self.end:
            raise corrupt('the last segment ends', start, 'the end of the objects at byte %d' % self.end)
        self.first_segment = header.segments[0]

    # ---- headers

    def rewind(self):
        Loader.rewind(self)
        self.segment_index = 0
        self.segment_end = self.start + self.first_segment.size - BRIDGE_SIZE

    def step(self):
        place = self.next_place
        if len(self.gap_bounds) > 0:
            self.gap_bounds = []
        while True:
            while place >= self.segment_end:
                # no gap reaches over a bridge, which a writer makes from header.segments
                place = self.segment_end + BRIDGE_SIZE
                self.segment_index += 1
                if self.segment_index >= len(self.header.segments):
                    self.next_place = self.segment_end
                    self.segment_index -= 1
                    return False
                self.segment_end = place + self.header.segments[self.segment_index].size - BRIDGE_SIZE
            chunk = place
            header = self.buffer.s64(place)
            slots = (header >> 56) & 255
            words = 1
            if slots == OVERFLOW:
                slots = header & 0xFFFFFFFFFFFFFF
                place += 8
                if place >= self.segment_end:
                    raise corrupt('a segment ends within a header', chunk, '16 bytes of header')
                header = self.buffer.s64(place)
                if (header >> 56) & 255 != OVERFLOW:
                    raise corrupt('header with %d slots behind an overflow word' % ((header >> 56) & 255), place,
                                  '255 in its top byte')
                words = 2
            left = self.segment_end - place - 8
            if slots > (left >> (3 if self.wide else 2)):
                raise corrupt('object of %d slots' % slots, place, 'a size within the %d bytes left of the segment' % left)
            size = slots * self.word_size
            room = (size + 7) & ~7
            if room == 0:
                room = 8
            if room > left:
                raise corrupt('object of %d slots' % slots, place, 'a size within the %d bytes left of the segment' % left)
            index = header & CLASS_INDEX_MASK
            next_place = place + 8 + room
            if index >= FIRST_INDEX:
                self.next_place = next_place
                self.chunk = chunk
                self.place = place
                self.size = size
                self.header_words = words
                self.read_header(header, index)
                return True
            if index == FORWARDER_INDEX:
                self.forwarders[place] = self.oop_at(place + 8)
            elif index != FREE_INDEX:
                raise corrupt('object of class index %d' % index, place, 'class index 0, 8 or at least %d' % FIRST_INDEX)
            self.add_gap(chunk, next_place)
            place = next_place

    def read_header(self, header, index):
        format = (header >> 24) & 31
        kind = normal_kind(format)
        unused = 0
        if kind == formats.BYTES or kind == formats.METHOD:
            unused = format & 7
        elif kind == formats.SHORTS:
            unused = (format & 3) << 1
        elif kind == formats.WORDS:
            unused = (format & 1) << 2
        if kind < 0 or unused > self.size or (kind == formats.LONGS and (self.size & 7) != 0):
            raise corrupt('object of format %d and %d bytes' % (format, self.size), self.place,
                          'a format from 0 to 5, 9 to 31 and a size that suits it')
        self.kind = kind
        self.unused = unused
        self.key = index
        self.base_header = header
        self.number += 1
        meta = (header >> 32) & HASH_MASK
        if header & 0xE0C00000 != 0 or (header >> 54) & 3 != 0:
            meta |= flags_of(header)
        if index < FIRST_CLASS_INDEX:
            meta |= HIDDEN
        self.meta = meta

    def size_at(self, place):
        slots = (self.buffer.s64(place) >> 56) & 255
        if slots == OVERFLOW:
            slots = self.buffer.s64(place - 8) & 0xFFFFFFFFFFFFFF
        return slots * self.word_size

    def kind_at(self, place):
        return normal_kind((self.buffer.s64(place) >> 24) & 31)

    def unused_at(self, place):
        """Of a method: those of other kinds are not asked for."""
        return (self.buffer.s64(place) >> 24) & 7

    def is_hidden(self, key):
        return key < FIRST_CLASS_INDEX

    def check_regular(self, info):
        """Class index and format follow from the class, and nothing is behind the last slot."""
        end = self.place + 8 + self.size
        if end != self.next_place and not self.buffer.is_zero(end, self.next_place):
            self.oddity().pad = self.buffer.text(end, self.next_place)
        header = self.base_header
        unused_mask = 0
        if self.kind >= formats.BYTES:
            unused_mask = 7
        elif self.kind >= formats.SHORTS:
            unused_mask = 3
        elif self.kind >= formats.WORDS:
            unused_mask = 1
        if self.unused < self.word_size and ((header >> 24) & 31) & ~unused_mask == info.kind and \
                (info.header >> 32) & HASH_MASK == header & CLASS_INDEX_MASK:
            slots = self.size // self.word_size
            if (slots >= OVERFLOW) == ((header >> 56) & 255 == OVERFLOW):
                return
        self.oddity().header = header

    # ---- pointers

    def is_int(self, oop):
        if self.wide:
            return oop & 7 == 1
        return oop & 1 == 1

    def int_of(self, oop):
        if self.wide:
            return oop >> 3
        if oop >= 0x80000000:
            oop -= 0x100000000
        return oop >> 1

    def immediate(self, oop):
        """Characters have tag 2, SmallFloat64s tag 4."""
        if self.wide:
            if oop & 7 == 2:
                return self.character(oop >> 3)
            if oop & 7 == 4:
                return W_Float(floats.bits_to_float(self.small_float_bits(oop)))
        elif oop & 3 == 2:
            return self.character(oop >> 2)
        return None

    def character(self, code):
        if code < 0 or code > 0x3FFFFFFF:
            return None
        if code < CACHED_CHARACTERS:
            return self.characters[code]
        return W_Character(code)

    def is_small_float(self, oop):
        return self.wide and oop & 7 == 4

    def small_float_bits(self, oop):
        """The bits of the double: the immediate has it rotated left by one, its sign lowest, its exponent's range moved."""
        rotated = (oop >> 3) & 0x1FFFFFFFFFFFFFFF
        sign = rotated & 1
        bits = rotated >> 1
        if bits != 0:
            bits += SMALL_FLOAT_OFFSET >> 1
        if sign:
            bits |= -0x8000000000000000
        return bits

    def place_of(self, oop):
        place = self.place_of_address(oop)
        if place < 0 or self.table.number((place - self.start) >> 3) >= 0:
            return place
        for _ in range(len(self.forwarders)):
            oop = self.forwarders.get(place, 1)
            place = self.place_of_address(oop)
            if place < 0 or self.table.number((place - self.start) >> 3) >= 0:
                return place
        return -1

    def place_of_address(self, address):
        """The place of what would be at an address; -1 if it is outside or no multiple of 8."""
        if address & 7 != 0:
            return -1
        segment = self.first_segment
        offset = address - segment.address
        if offset < 0:
            return -1
        if offset < segment.size:
            return segment.start + offset
        segments = self.header.segments
        for i in range(1, len(segments)):
            segment = segments[i]
            offset = address - segment.address
            if offset >= 0 and offset < segment.size:
                return segment.start + offset
        return -1

    # ---- classes

    def find_specials(self):
        self.find_hidden_roots()
        Loader.find_specials(self)
        if self.wide:
            place = self.class_place(SMALL_FLOAT_INDEX)
            if place >= 0 and self.is_class_like(place):
                self.small_float_place = place

    def find_hidden_roots(self):
        """The fifth object: a page of pages of classes."""
        self.rewind()
        for _ in range(HIDDEN_ROOTS + 1):
            if not self.step():
                raise corrupt('the objects end', self.end, 'nil, false, true, the free lists and the class table')
        if self.kind != formats.INDEXABLE or self.size // self.word_size < PAGES:
            raise corrupt('fifth object', self.place, 'an Array of at least %d class table pages' % PAGES)
        self.hidden_roots_place = self.place

    def class_place(self, index):
        """The place of the class with that index; -1 if there is none."""
        page = self.place_of(self.slot(self.hidden_roots_place, index >> PAGE_SHIFT))
        index &= (1 << PAGE_SHIFT) - 1
        if page < 0 or index >= self.slots_at(page):
            return -1
        return self.place_of(self.slot(page, index))

    def class_place_at(self, place):
        return self.class_place(self.buffer.s64(place) & CLASS_INDEX_MASK)

    def class_place_of_key(self):
        place = self.class_place(self.key)
        if self.key < FIRST_CLASS_INDEX and (place < 0 or place == self.nil_place):
            # the class table need not know a class for the VM's own objects
            place = self.special_place(special.CLASS_ARRAY)
        if place < 0:
            raise corrupt('class of the object', self.place, 'class index %d to be in the class table' % self.key)
        return place

    def load(self):
        Loader.load(self)
        memory = self.memory
        self.header.w_hidden_roots = self.objects[HIDDEN_ROOTS]
        if self.wide:
            memory.view_SmallFloat = memory.view_Float
            if self.small_float_place >= 0:
                w_class = self.objects[self.number_at(self.small_float_place)]
                memory.view_SmallFloat = memory.view_of_class(w_class)


def flags_of(header):
    """The flags among the header's bits, as they are in `meta`."""
    meta = 0
    if header & (1 << 22):
        meta |= RESERVED_22
    if header & (1 << 23):
        meta |= IMMUTABLE
    if header & (1 << 29):
        meta |= REMEMBERED
    if header & (1 << 30):
        meta |= PINNED
    if header & (1 << 31):
        meta |= GREY
    if header & (1 << 54):
        meta |= RESERVED_54
    if header & (1 << 55):
        meta |= MARKED
    return meta
