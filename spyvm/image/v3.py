"""Reading V3 images: the object format of Squeak 1 to 4.

An object is one, two or three header words, then its fields.  The last header word, the base header, holds from the low bits
up:
  2 bits   type: 0 three header words, 1 two, 2 free chunk, 3 one; repeated in the other header words
  6 bits   size of the object with its base header, in bytes, whose low 2 bits are 0
  4 bits   format: 0 to 4 pointers, 6 and 7 words, 8 to 11 bytes, 12 to 15 methods; the low 2 bits of the latter two count
           the bytes that are unused in the last word
  5 bits   compact class index, or 0
  12 bits  identity hash
  3 bits   for garbage collectors
The word before it, if there, is the class; the one before that the size in bytes where 6 bits do not hold it.  In 64-bit
images all words are of 8 bytes, and bit 2 of the base header says that the last 4 bytes are unused.
(ObjectMemory of VMMaker.)
"""
from spyvm.image.errors import corrupt
from spyvm.image.flags import V3_SHIFT
from spyvm.image.loader import Loader
from spyvm.objects import formats, special
from spyvm.objects.formats import normal_v3_kind

FREE = 2
TYPE_WORDS = [3, 2, 0, 1]       # header words by type
MAX_SHORT_SIZE = 255            # objects of more bytes have three header words


class V3Loader(Loader):
    def __init__(self, buffer, header, memory):
        Loader.__init__(self, buffer, header, memory)
        self.fields = self.word_size
        self.unit_shift = 3 if self.wide else 2
        self.base_header = 0
        self.type = 0

    # ---- headers

    def step(self):
        place = self.next_place
        if len(self.gap_bounds) > 0:
            self.gap_bounds = []
        word_size = self.word_size
        while place < self.end:
            first = self.oop_at(place)
            type = first & 3
            if type == FREE:
                size = first & ~3
                if size < word_size or size > self.end - place or size & (word_size - 1) != 0:
                    raise corrupt('free chunk of %d bytes' % size, place,
                                  'a size within the %d bytes left' % (self.end - place))
                self.add_gap(place, place + size)
                place += size
                continue
            self.read_header(place, first, type)
            return True
        return False

    def read_header(self, chunk, first, type):
        word_size = self.word_size
        words = TYPE_WORDS[type]
        place = chunk + (words - 1) * word_size
        if place >= self.end:
            raise corrupt('the objects end within a header', chunk, '%d header words' % words)
        header = self.oop_at(place)
        if header & 3 != type or (words == 3 and self.oop_at(chunk + word_size) & 3 != type):
            raise corrupt('header word %d' % header, place, 'a header of type %d like the one before it' % type)
        if words == 3:
            size = first & ~(word_size - 1)
        else:
            size = header & (0xF8 if self.wide else 0xFC)
        if size < word_size or size > self.end - place:
            raise corrupt('object of %d bytes' % size, place,
                          'a size from %d to the %d bytes left' % (word_size, self.end - place))
        size -= word_size
        kind = normal_v3_kind((header >> 8) & 15)
        unused = self.unused_of(header)
        if kind < 0 or unused > size or (kind == formats.LONGS and (size & 7) != 0):
            raise corrupt('object of format %d and %d bytes' % ((header >> 8) & 15, size), place,
                          'a format from 0 to 4 or 6 to 15 and a size that suits it')
        self.next_place = place + word_size + size
        self.chunk = chunk
        self.place = place
        self.size = size
        self.kind = kind
        self.unused = unused
        self.base_header = header
        self.type = type
        self.header_words = words
        self.number += 1
        self.meta = ((header >> 17) & 0xFFF) | (((header >> 29) & 7) << V3_SHIFT)
        compact = (header >> 12) & 31
        if compact:
            self.key = compact
        elif words == 1:
            raise corrupt('object without a class', place, 'a compact class index or a second header word')
        else:
            cls = self.oop_at(place - word_size)
            if cls < 0:
                raise corrupt('class of the object', place, 'an address')
            self.key = -1 - (cls & ~3)

    def unused_of(self, header):
        unused = header & 4 if self.wide else 0
        if header & 0x800:
            unused += (header >> 8) & 3
        return unused

    def size_at(self, place):
        header = self.oop_at(place)
        if header & 3 == 0:
            return (self.oop_at(place - 2 * self.word_size) & ~(self.word_size - 1)) - self.word_size
        return (header & (0xF8 if self.wide else 0xFC)) - self.word_size

    def kind_at(self, place):
        return normal_v3_kind((self.oop_at(place) >> 8) & 15)

    def unused_at(self, place):
        return self.unused_of(self.oop_at(place))

    def check_regular(self, info):
        """The header has as many words as the size and the class ask for, and the class's compact index and format."""
        header = self.base_header
        class_format = info.format << 1
        words = self.header_words
        size = self.size + self.word_size
        if size > MAX_SHORT_SIZE:
            expected = 3
        elif class_format & 0x1F000:
            expected = 1
        else:
            expected = 2
        mask = 0x1FF00
        if header & 0x800:
            mask = 0x1FC00      # the class does not know how many bytes are unused
        odd_size = self.wide and header & 4 != 0 and formats.is_pointers(self.kind)
        if words == 3 and header & (0xF8 if self.wide else 0xFC) != 0:
            odd_size = True
        if words == expected and header & mask == class_format & mask and not odd_size:
            return
        oddity = self.oddity()
        oddity.header = header
        oddity.extra = self.type

    # ---- pointers

    def int_of(self, oop):
        if not self.wide and oop >= 0x80000000:
            oop -= 0x100000000
        return oop >> 1

    def place_of(self, oop):
        place = oop - self.header.base_address
        if place < 0 or place & (self.word_size - 1) != 0:
            return -1
        if self.table.number(place >> self.unit_shift) < 0:
            return -1
        return place + self.start

    # ---- classes

    def compact_class_place(self, index):
        classes = self.special_place(special.COMPACT_CLASSES)
        if classes < 0 or index > self.slots_at(classes):
            return -1
        return self.place_of(self.slot(classes, index - 1))

    def class_place_at(self, place):
        header = self.oop_at(place)
        compact = (header >> 12) & 31
        if compact:
            return self.compact_class_place(compact)
        if header & 3 == 3:
            return -1
        return self.place_of(self.oop_at(place - self.word_size) & ~3)

    def class_place_of_key(self):
        if self.key >= 0:
            place = self.compact_class_place(self.key)
        else:
            place = self.place_of(-1 - self.key)
        if place < 0:
            raise corrupt('class of the object', self.place, 'the address or compact index of a class')
        return place
