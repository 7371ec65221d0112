"""Writing V3 images: the object format of Squeak 1 to 4, which spyvm.image.v3 describes."""
from spyvm.image.flags import V3_MASK, V3_SHIFT
from spyvm.image.v3 import MAX_SHORT_SIZE, TYPE_WORDS
from spyvm.image.writer import Writer, compact_classes
from spyvm.objects import formats, special
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import W_AbstractPointers

ONE_WORD, TWO_WORDS, THREE_WORDS = 3, 1, 0      # header types
WORDS_FORMAT, LONGS_FORMAT, BYTES_FORMAT, METHOD_FORMAT = 6, 7, 8, 12
HASH_12 = 0xFFF


class V3Writer(Writer):
    def __init__(self, memory, objects, exact):
        Writer.__init__(self, memory, objects, exact)
        self.compact = compact_classes(memory)
        self.type = 0
        self.unused = 0
        self.index = 0

    def place_object(self, w_object):
        word_size = self.word_size
        self.unused = -self.size & (word_size - 1)
        size = self.size + self.unused + word_size
        odd = self.odd
        if odd is not None and odd.header != -1:
            self.type = odd.extra
        else:
            self.index = self.compact_index(self.view_of(w_object).w_self)
            if size > MAX_SHORT_SIZE:
                self.type = THREE_WORDS
            elif self.index > 0:
                self.type = ONE_WORD
            else:
                self.type = TWO_WORDS
        place = self.place + (TYPE_WORDS[self.type] - 1) * word_size
        self.place = place + size
        return place

    def compact_index(self, w_class):
        """By which headers can name the class; 0 if they cannot."""
        if isinstance(w_class, W_AbstractPointers) and len(w_class.slots) > special.FORMAT:
            w_format = w_class.slots[special.FORMAT]
            if isinstance(w_format, W_SmallInteger):
                index = (w_format.value >> 11) & 31
                if index > 0 and index <= len(self.compact) and self.compact[index - 1] is w_class:
                    return index
        return 0

    def put_object(self, w_object, meta):
        size = self.size + self.unused + self.word_size
        type = self.type
        odd = self.odd
        if odd is not None and odd.header != -1:
            header = odd.header
        else:
            header = type | (self.format() << 8) | (self.index << 12) | ((meta & HASH_12) << 17)
            if self.exact:
                header |= ((meta & V3_MASK) >> V3_SHIFT) << 29
            if type != THREE_WORDS:
                header |= size & (0xF8 if self.wide else 0xFC)
            header |= self.unused & 4
        if type == THREE_WORDS:
            self.put_word(size | type)
        if type != ONE_WORD:
            self.put_word(self.oop(self.view_of(w_object).w_self) | type)
        self.put_word(header)
        self.put_body(w_object)
        if self.unused > 0:
            self.put_padding(self.unused)

    def format(self):
        """The format bits of a header."""
        kind = self.kind
        if formats.is_pointers(kind):
            return kind
        if kind == formats.WORDS:
            return WORDS_FORMAT
        if kind == formats.LONGS:
            return LONGS_FORMAT
        if kind == formats.METHOD:
            return METHOD_FORMAT | (self.unused & 3)
        return BYTES_FORMAT | (self.unused & 3)

    def put_gap(self, text):
        self.put_units(text, self.word_size)
