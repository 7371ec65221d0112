"""Objects made of raw units: bytes and 16-bit units, 32-bit words, 64-bit words."""
from spyvm.objects import formats
from spyvm.objects.errors import BAD_INDEX, BAD_ARGUMENT, NO_MODIFICATION
from spyvm.objects.model import W_HeapObject, W_SmallInteger, IMMUTABLE
from spyvm.rpy.arith import r_uint32, intmask


class W_Bytes(W_HeapObject):
    """Bytes, kept as a list of one-character strings."""
    _attrs_ = ['bytes']
    _immutable_fields_ = ['bytes']

    def __init__(self, view, bytes):
        self.view = view
        self.meta = 0
        self.bytes = bytes

    def kind(self, memory):
        return formats.BYTES

    def size(self):
        return len(self.bytes)

    def indexed_size(self, memory):
        return len(self.bytes)

    def getbyte(self, n0):
        bytes = self.bytes
        if n0 < 0 or n0 >= len(bytes):
            raise BAD_INDEX
        return ord(bytes[n0])

    def setbyte(self, n0, byte):
        bytes = self.bytes
        if n0 < 0 or n0 >= len(bytes):
            raise BAD_INDEX
        if self.meta & IMMUTABLE:
            raise NO_MODIFICATION
        bytes[n0] = chr(byte & 255)

    def at0(self, memory, n0):
        return W_SmallInteger(self.getbyte(n0))

    def atput0(self, memory, n0, w_value):
        if not isinstance(w_value, W_SmallInteger) or w_value.value < 0 or w_value.value > 255:
            raise BAD_ARGUMENT
        self.setbyte(n0, w_value.value)

    def text(self):
        """The contents as a byte string."""
        return ''.join(self.bytes)

    def describe(self):
        return "a %s '%s'" % (self.view.name(), self.text())


class W_Shorts(W_HeapObject):
    """16-bit units."""
    _attrs_ = ['shorts']
    _immutable_fields_ = ['shorts']

    def __init__(self, view, shorts):
        """`shorts` is a list of ints from 0 to 65535."""
        W_HeapObject.__init__(self, view)
        self.shorts = shorts

    def kind(self, memory):
        return formats.SHORTS

    def indexed_size(self, memory):
        return len(self.shorts)

    def at0(self, memory, n0):
        if n0 < 0 or n0 >= len(self.shorts):
            raise BAD_INDEX
        return W_SmallInteger(self.shorts[n0])

    def atput0(self, memory, n0, w_value):
        if n0 < 0 or n0 >= len(self.shorts):
            raise BAD_INDEX
        if not isinstance(w_value, W_SmallInteger) or w_value.value < 0 or w_value.value > 0xFFFF:
            raise BAD_ARGUMENT
        if self.meta & IMMUTABLE:
            raise NO_MODIFICATION
        self.shorts[n0] = w_value.value


class W_Words(W_HeapObject):
    """32-bit words (Bitmap, WordArray, FloatArray, SoundBuffer of old images, ...).  Image segments get another list, of
    another length, when they are stored or loaded."""
    _attrs_ = ['words']

    def __init__(self, view, words):
        """`words` is a list of r_uint32."""
        W_HeapObject.__init__(self, view)
        self.words = words

    def kind(self, memory):
        return formats.WORDS

    def size(self):
        return len(self.words)

    def indexed_size(self, memory):
        return len(self.words)

    def getword(self, n0):
        """Word n0 as an int from 0 to 2**32-1.  The index must be in range."""
        return intmask(self.words[n0])

    def setword(self, n0, value):
        """Replace word n0 by the low 32 bits of the int `value`.  The index must be in range."""
        self.words[n0] = r_uint32(value)

    def at0(self, memory, n0):
        if n0 < 0 or n0 >= len(self.words):
            raise BAD_INDEX
        return memory.int_object(self.getword(n0))

    def atput0(self, memory, n0, w_value):
        if n0 < 0 or n0 >= len(self.words):
            raise BAD_INDEX
        value = memory.unsigned32_value(w_value)
        if self.meta & IMMUTABLE:
            raise NO_MODIFICATION
        self.setword(n0, value)


class W_Longs(W_HeapObject):
    """64-bit words (DoubleWordArray)."""
    _attrs_ = ['longs']
    _immutable_fields_ = ['longs']

    def __init__(self, view, longs):
        """`longs` is a list of r_uint."""
        W_HeapObject.__init__(self, view)
        self.longs = longs

    def kind(self, memory):
        return formats.LONGS

    def indexed_size(self, memory):
        return len(self.longs)

    def at0(self, memory, n0):
        if n0 < 0 or n0 >= len(self.longs):
            raise BAD_INDEX
        return memory.unsigned64_object(self.longs[n0])

    def atput0(self, memory, n0, w_value):
        if n0 < 0 or n0 >= len(self.longs):
            raise BAD_INDEX
        value = memory.unsigned64_value(w_value)
        if self.meta & IMMUTABLE:
            raise NO_MODIFICATION
        self.longs[n0] = value
