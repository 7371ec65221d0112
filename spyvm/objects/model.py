"""The root of the W_ classes, and objects that have no fields: SmallIntegers, immediate Characters, Floats.

Every W_ object is one Smalltalk object for the whole of its life.  SmallIntegers, immediate Characters and immediate floats
have no identity of their own: same_object() compares them by value.

`memory` in all signatures is the ObjectMemory of the running image; indices (`n0`) count from 0.
"""
from spyvm.objects import formats
from spyvm.objects.errors import FAILED, BAD_INDEX
from spyvm.rpy import floats

# `meta` of a heap object: its identity hash (0: none assigned yet), and flags above it
HASH_MASK = 0x3FFFFF
IMMUTABLE = 1 << 24
PINNED = 1 << 25
REMEMBERED_FLAGS = 1 << 26      # first of the bits in which a reader keeps what only a writer needs


class W_Object(object):
    """Any Smalltalk object."""
    _attrs_ = []

    def class_view(self, memory):
        """The ClassView of the object's class."""
        raise FAILED

    def kind(self, memory):
        """The shape of the body: a constant of spyvm.objects.formats."""
        return formats.EMPTY

    def pointer_size(self, memory):
        """How many pointers the object holds, named and indexed; a method's header and literals count, too."""
        return 0

    def fetch(self, memory, n0):
        """Pointer number n0, named fields first.  PrimitiveFailed if there is none."""
        raise BAD_INDEX

    def store(self, memory, n0, w_value):
        """Replace pointer number n0.  PrimitiveFailed if there is none or it does not take that value."""
        raise BAD_INDEX

    def indexed_size(self, memory):
        """How many indexed elements the object has, in units of its kind (bytes, words, pointers)."""
        return 0

    def at0(self, memory, n0):
        """Indexed element n0 as a Smalltalk object (an Integer for raw elements)."""
        raise BAD_INDEX

    def atput0(self, memory, n0, w_value):
        """Replace indexed element n0; PrimitiveFailed where the element cannot hold the value."""
        raise BAD_INDEX

    def is_immutable(self):
        return True

    def get_meta(self):
        return 0

    def set_meta(self, meta):
        pass

    def is_immediate(self, memory):
        return False

    def as_float(self):
        """The value of a SmallInteger or Float as a double; fails otherwise."""
        raise FAILED

    def describe(self):
        """A word or two for messages to people who debug the VM."""
        return 'object'


class W_SmallInteger(W_Object):
    _attrs_ = ['value']
    _immutable_fields_ = ['value']

    def __init__(self, value):
        self.value = value

    def class_view(self, memory):
        return memory.view_SmallInteger

    def is_immediate(self, memory):
        return True

    def as_float(self):
        return float(self.value)

    def describe(self):
        return str(self.value)

    def __repr__(self):
        return 'W_SmallInteger(%d)' % self.value


class W_Character(W_Object):
    """An immediate Character of Spur images; in older ones Characters are plain objects out of a table."""
    _attrs_ = ['value']
    _immutable_fields_ = ['value']

    def __init__(self, value):
        self.value = value

    def class_view(self, memory):
        return memory.view_Character

    def is_immediate(self, memory):
        return True

    def describe(self):
        return '$' + chr(self.value & 255)


BOXED = 1 << 27     # in a Float's meta: boxed although an immediate could hold it


class W_Float(W_Object):
    """A Float of any kind.  Where the image has immediate floats, one whose exponent fits is an immediate (SmallFloat64) unless
    its BOXED flag is set; the others, and all Floats elsewhere, are boxed: mutable words with an identity."""
    _attrs_ = ['value', 'meta']

    def __init__(self, value):
        self.value = value
        self.meta = 0

    def class_view(self, memory):
        if self.is_immediate(memory):
            return memory.view_SmallFloat
        return memory.view_Float

    def is_immediate(self, memory):
        return memory.has_immediate_floats and (self.meta & BOXED) == 0 and fits_small_float(self.value)

    def get_meta(self):
        return self.meta

    def set_meta(self, meta):
        self.meta = meta

    def is_immutable(self):
        return (self.meta & IMMUTABLE) != 0

    def kind(self, memory):
        if memory.is_spur64 and not self.is_immediate(memory):
            return formats.LONGS if memory.float_is_longs else formats.WORDS
        return formats.WORDS

    def indexed_size(self, memory):
        return 1 if self.kind(memory) == formats.LONGS else 2

    def at0(self, memory, n0):
        """Float at: 1 answers the most significant 32 bits on every platform."""
        if n0 < 0 or n0 > 1:
            raise BAD_INDEX
        bits = floats.float_to_bits(self.value)
        word = (bits >> 32) if n0 == 0 else bits
        return memory.int_object(word & 0xFFFFFFFF)

    def atput0(self, memory, n0, w_value):
        if n0 < 0 or n0 > 1 or self.is_immediate(memory):
            raise BAD_INDEX
        word = memory.unsigned32_value(w_value)
        bits = floats.float_to_bits(self.value)
        if n0 == 0:
            if word >= 0x80000000:
                word -= 0x100000000
            bits = (bits & 0xFFFFFFFF) | (word << 32)
        else:
            bits = ((bits >> 32) << 32) | word
        self.value = floats.bits_to_float(bits)

    def as_float(self):
        return self.value

    def describe(self):
        return str(self.value)


def fits_small_float(value):
    """Whether Spur's 64-bit immediate format (8 bits of exponent) holds the double: 0.0, -0.0 and exponents 896 to 1151, of the
    powers of two from 897 on."""
    bits = floats.float_to_bits(value)
    exponent = (bits >> 52) & 0x7FF
    if exponent > 896:
        return exponent <= 1151
    if bits & 0xFFFFFFFFFFFFF:
        return exponent == 896
    return exponent == 0


class W_HeapObject(W_Object):
    """An object with a header: its class's view, and `meta`, its identity hash and flags."""
    _attrs_ = ['view', 'meta']

    def __init__(self, view):
        self.view = view
        self.meta = 0

    def class_view(self, memory):
        return self.view

    def is_immutable(self):
        return (self.meta & IMMUTABLE) != 0

    def get_meta(self):
        return self.meta

    def set_meta(self, meta):
        self.meta = meta


def same_object(memory, w_a, w_b):
    """Smalltalk's ==."""
    if w_a is w_b:
        return True
    if isinstance(w_a, W_SmallInteger):
        return isinstance(w_b, W_SmallInteger) and w_a.value == w_b.value
    if isinstance(w_a, W_HeapObject):
        return False
    if isinstance(w_a, W_Character):
        return isinstance(w_b, W_Character) and w_a.value == w_b.value
    if isinstance(w_a, W_Float) and isinstance(w_b, W_Float):
        return (w_a.is_immediate(memory) and w_b.is_immediate(memory) and
                floats.float_to_bits(w_a.value) == floats.float_to_bits(w_b.value))
    return False
