"""Kinds of objects by the shape of their bodies, numbered as Spur's object formats (older ones are mapped to these)."""

EMPTY = 0               # no fields
FIXED = 1               # named fields only
INDEXABLE = 2           # indexed pointers only
INDEXABLE_FIXED = 3     # named fields, then indexed pointers
WEAK = 4                # named fields, then indexed weak pointers
EPHEMERON = 5           # the first named field is the key
IMMEDIATE = 7           # of classes only: the instances are in the oops
LONGS = 9               # 64-bit units
WORDS = 10              # 32-bit units
SHORTS = 12             # 16-bit units
BYTES = 16
METHOD = 24             # literals, then bytes


def is_pointers(kind):
    return kind <= EPHEMERON


def is_indexable(kind):
    return kind >= INDEXABLE and kind != EPHEMERON and kind != IMMEDIATE


class Traits(object):
    """What belongs to an image's format, not to the machine that runs it.

    word_size    4 or 8 bytes an oop
    spur         Spur object format (else V3, the format of Squeak 1 to 4)
    big_endian   byte order of the image file as read
    int_bits     31 or 61: the width of a SmallInteger, its sign included
    version      the number in the image header, e.g. 6502 or 68021
    """
    _immutable_fields_ = ['word_size', 'spur', 'big_endian', 'int_bits', 'version']

    def __init__(self, version, word_size, spur, big_endian):
        self.version = version
        self.word_size = word_size
        self.spur = spur
        self.big_endian = big_endian
        self.int_bits = 61 if (spur and word_size == 8) else 31     # 64-bit V3 images make no more of their words

    def max_small_int(self):
        return (1 << (self.int_bits - 1)) - 1

    def has_immediate_floats(self):
        return self.spur and self.word_size == 8

    def has_immediate_characters(self):
        return self.spur

    def inst_spec(self, format):
        """The kind of instances, from the value of a Behavior's format field (normalised to this module's numbers)."""
        if self.spur:
            return normal_kind((format >> 16) & 31)
        return normal_v3_kind((format >> 7) & 15)

    def is_immediate(self, format):
        """Whether there are no instances in memory, from the value of a Behavior's format field."""
        return self.spur and (format >> 16) & 31 == IMMEDIATE

    def inst_size(self, format):
        """The number of named fields, from the value of a Behavior's format field."""
        if self.spur:
            return format & 0xFFFF
        size = ((format >> 10) & 0xC0) + ((format >> 1) & 0x3F) - 1
        return size if size > 0 else 0


def normal_kind(spec):
    """Spur's format number without the count of unused bytes in it; -1 for the reserved ones."""
    if spec <= EPHEMERON:
        return spec
    if spec == LONGS:
        return LONGS
    if spec >= METHOD:
        return METHOD
    if spec >= BYTES:
        return BYTES
    if spec >= SHORTS:
        return SHORTS
    if spec >= WORDS:
        return WORDS
    return -1


def normal_v3_kind(spec):
    """The same for a V3 format number; -1 for the reserved ones."""
    if spec <= WEAK:
        return spec
    if spec == 6:
        return WORDS
    if spec == 7:
        return LONGS
    if spec >= 12:
        return METHOD
    if spec >= 8:
        return BYTES
    return -1
