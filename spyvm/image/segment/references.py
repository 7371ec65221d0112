"""What a pointer in a segment refers to, as one integer: a tag in the low 3 bits, a value above."""

SMALL_INTEGER = 0       # value: its value
INNER = 1               # value: number of an object of the segment, from 0 on
OUTER = 2               # value: index into the array of out pointers, from 0 on
CHARACTER = 3           # value: the code point (Spur)
SMALL_FLOAT = 4         # value: the bits above the tag of a 64-bit Spur SmallFloat64
COMPACT = 5             # value: a V3 compact class index, from 1 to 31; classes only
NO_REFERENCE = -1       # no tag is 7


def reference(tag, value):
    return (value << 3) | tag


def tag_of(reference):
    return reference & 7


def value_of(reference):
    return reference >> 3
