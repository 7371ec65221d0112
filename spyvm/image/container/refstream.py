"""Streams of objects: what Squeak's DataStream, ReferenceStream and SmartRefStream write.

An object is a byte that says its type, and what follows depends on that; numbers are big-endian.  An object that was written
before is a reference to its place, relative to the beginning of the stream.  `ObjectStream` reads one object after the other
as StreamObjects, with references resolved, so that the result may have cycles; it makes no instances of anything.

Nothing about classes has to be known, since all objects state their size.
"""
from spyvm.image.errors import corrupt
from spyvm.rpy.arith import intmask
from spyvm.rpy.floats import bits_to_float

# Types (DataStream class>>initialize)
(END, NIL, TRUE, FALSE, INTEGER, OLD_STRING, SYMBOL, BYTE_ARRAY, ARRAY, INSTANCE, REFERENCE, BITMAP, CLASS, USER, FLOAT,
 RECTANGLE, SHORT_INSTANCE, STRING, WORD_ARRAY, SEGMENT_WORDS, WORD_LIKE, METHOD, CHARACTER) = range(23)

VACANT = 0x3FFFFFFF         # as a reference: to what was never written; nil
COMPRESSED = 0x80           # before the words of a Bitmap: packed
MAX_OBJECTS = 1 << 20       # in a stream, so that a small file cannot take much memory
LONG_STRING = 192           # from this first byte on, strings have a longer length


class StreamObject(object):
    """One object of a stream.

    type        one of the constants above; SHORT_INSTANCE and USER become INSTANCE, OLD_STRING becomes STRING
    position    of its type, in bytes from the beginning of the file
    number      INTEGER, CHARACTER: the value; REFERENCE: where to, relative to the stream's base
    real        FLOAT: the value
    text        STRING, SYMBOL, BYTE_ARRAY: the bytes
    class_name  INSTANCE, WORD_LIKE, METHOD
    items       ARRAY: elements; INSTANCE: named and then indexed fields; RECTANGLE: left, top, right, bottom; METHOD: the
                header and the literals; StreamObjects
    start       of raw words or a METHOD's bytecodes, in bytes from the beginning of the file; 0 where words are packed
    size        BITMAP, WORD_ARRAY, SEGMENT_WORDS, WORD_LIKE: how many 32-bit words; METHOD: how many bytes of code
    """

    def __init__(self, type, position):
        self.type = type
        self.position = position
        self.number = 0
        self.real = 0.0
        self.text = ''
        self.class_name = ''
        self.items = []
        self.start = 0
        self.size = 0

    def is_name(self):
        return self.type == STRING or self.type == SYMBOL

    def is_instance_of(self, class_name):
        return self.type == INSTANCE and self.class_name == class_name


class ObjectStream(object):
    """Reads the objects of a stream that begins at the offset `base` of a Buffer.  Every ImageError says where it was."""

    def __init__(self, buffer, base):
        self.buffer = buffer
        self.base = base
        self.position = base
        self.objects = {}           # relative position -> StreamObject
        self.holders = []           # those that may have references in `items`
        self.nil = StreamObject(NIL, base)
        self.true = StreamObject(TRUE, base)
        self.false = StreamObject(FALSE, base)
        self.count = 0

    # ---- bytes

    def left(self):
        return self.buffer.size - self.position

    def need(self, count, what):
        """Make sure that `count` more bytes are in the file."""
        if count > self.left():
            raise corrupt('the file ends in %s' % what, self.buffer.size,
                          '%d bytes from byte %d on' % (count, self.position))

    def unsigned(self, width, what):
        """A number of `width` bytes."""
        self.need(width, what)
        value = 0
        for i in range(width):
            value = (value << 8) | self.buffer.u8(self.position + i)
        self.position += width
        return value

    def signed32(self, what):
        value = self.unsigned(4, what)
        if value & 0x80000000:
            value -= 1 << 32
        return value

    def bytes(self, count, what):
        self.need(count, what)
        start = self.position
        self.position += count
        return self.buffer.text(start, self.position)

    def size_of(self, width, what):
        """How many elements of at least `width` bytes there are."""
        place = self.position
        count = self.unsigned(4, what)
        if count > self.left() // width:
            raise corrupt('%s of %d elements' % (what, count), place, 'no more than fit in the %d bytes left' % self.left())
        return count

    # ---- objects

    def next(self):
        """The object that comes next, with all that is in it."""
        first = len(self.holders)
        result = self.begin()
        parents = [result]
        wanted = [max(self.parts(result), 0)]
        while len(parents) > 0:
            last = len(parents) - 1
            parent = parents[last]
            if wanted[last] == 0:
                wanted[last] = self.more_parts(parent)
                if wanted[last] == 0:
                    parents.pop()
                    wanted.pop()
                continue
            wanted[last] -= 1
            child = self.begin()
            parent.items.append(child)
            parts = self.parts(child)
            if parts >= 0:
                parents.append(child)
                wanted.append(parts)
        for i in range(first, len(self.holders)):
            self.resolve_items(self.holders[i])
        for i in range(first, len(self.holders)):
            self.name_class(self.holders[i])
        return self.resolved(result)

    def begin(self):
        """The object that comes next, without those in it."""
        place = self.position
        if self.left() <= 0:
            raise corrupt('the stream of objects ends', self.buffer.size, 'an object')
        self.count += 1
        if self.count > MAX_OBJECTS:
            raise corrupt('more objects', place, 'no more than %d' % MAX_OBJECTS)
        type = self.unsigned(1, 'an object')
        if type == NIL:
            return self.noted(place, self.nil)
        if type == TRUE:
            return self.noted(place, self.true)
        if type == FALSE:
            return self.noted(place, self.false)
        result = StreamObject(type, place)
        if type == INTEGER:
            result.number = self.signed32('an Integer')
        elif type == SYMBOL or type == STRING:
            result.text = self.string()
        elif type == OLD_STRING:
            result.type = STRING
            result.text = self.old_string()
        elif type == BYTE_ARRAY:
            result.text = self.bytes(self.size_of(1, 'a ByteArray'), 'a ByteArray')
        elif type == REFERENCE:
            result.number = self.unsigned(4, 'a reference')
            return result
        elif type == FLOAT:
            high = self.unsigned(4, 'a Float')
            result.real = bits_to_float(intmask((high << 32) | self.unsigned(4, 'a Float')))
        elif type == RECTANGLE:
            self.rectangle(result)
        elif type == CHARACTER:
            result.number = self.unsigned(4, 'a Character')
        elif type == BITMAP:
            self.bitmap(result)
        elif type == WORD_ARRAY or type == SEGMENT_WORDS:
            self.words(result)
        elif type == CLASS or type < NIL or type > CHARACTER:
            raise corrupt('object of type %d' % type, place, 'a type from %d to %d, but not %d' % (NIL, CHARACTER, CLASS))
        return self.noted(place, result)

    def noted(self, place, result):
        self.objects[place - self.base] = result
        return result

    def parts(self, result):
        """How many objects in it come next, -1 if none do: elements, or the name of a class and what goes with that."""
        type = result.type
        if type == ARRAY:
            self.holders.append(result)
            return self.size_of(1, 'an Array')
        if type == INSTANCE or type == USER:
            self.holders.append(result)
            result.type = INSTANCE
            size = self.size_of(1, 'an instance')
            if size < 1:
                raise corrupt('an instance of size 0', result.position, 'a size from 1 on')
            return size     # one more than it has fields, and one for the class name
        if type == SHORT_INSTANCE:
            self.holders.append(result)
            result.type = INSTANCE
            size = self.unsigned(1, 'an instance')
            if size < 1:
                raise corrupt('an instance of size 0', result.position, 'a size from 1 on')
            reference = StreamObject(REFERENCE, self.position)
            reference.number = self.unsigned(2, 'an instance')
            result.items.append(reference)
            return size - 1
        if type == WORD_LIKE:
            self.holders.append(result)
            return 1
        if type == METHOD:
            self.holders.append(result)
            result.size = self.size_of(1, 'a CompiledMethod') - 1
            return 2
        return -1

    def more_parts(self, parent):
        """Parts are complete: what follows them is read, or the number of further ones is answered."""
        if parent.type == WORD_LIKE:
            self.words(parent)
        elif parent.type == METHOD and parent.start == 0:
            if len(parent.items) == 2:
                literals = (parent.items[1].number >> 9) & 0xFF
                parent.size -= 4 * (literals + 1)
                if parent.items[1].type != INTEGER or parent.size < 0:
                    raise corrupt('a CompiledMethod', parent.position,
                                  'a header and a size that holds %d literals' % literals)
                if literals > 0:
                    return literals
            self.need(parent.size, 'a CompiledMethod')
            parent.start = self.position
            self.position += parent.size
        return 0

    def string(self):
        size = self.unsigned(1, 'a String')
        if size >= LONG_STRING:
            size = ((size - LONG_STRING) << 24) | self.unsigned(3, 'a String')
        return self.bytes(size, 'a String')

    def old_string(self):
        size = self.unsigned(1, 'a String')
        if size >= LONG_STRING:
            size = ((size - LONG_STRING) << 8) | self.unsigned(1, 'a String')
        return self.bytes(size, 'a String')

    def rectangle(self, result):
        """Four signed numbers of 12 bits."""
        for _ in range(2):
            pair = self.unsigned(3, 'a Rectangle')
            for shift in range(12, -1, -12):
                number = StreamObject(INTEGER, result.position)
                number.number = (((pair >> shift) & 0xFFF) ^ 0x800) - 0x800
                result.items.append(number)

    def bitmap(self, result):
        """Words as they are or packed, with a size of negative sign (older) or a byte in front."""
        place = self.position
        if self.left() <= 0 or self.buffer.u8(place) < COMPRESSED:
            self.words(result)
        elif self.buffer.u8(place) == COMPRESSED:
            self.position += 1
            size = self.compressed_size()
            end = self.position + size
            self.need(size, 'a Bitmap')
            result.size = self.compressed_size()
            self.position = end
        else:
            result.size = -self.signed32('a Bitmap')
            run = self.unsigned(1, 'a Bitmap')
            while run != 0:
                if run < 128:
                    skipped = 1
                elif run < 192:
                    skipped = run - 127
                else:
                    skipped = 4
                self.need(skipped, 'a Bitmap')
                self.position += skipped
                run = self.unsigned(1, 'a Bitmap')

    def compressed_size(self):
        """A number of one, two or five bytes."""
        value = self.unsigned(1, 'a Bitmap')
        if value == 255:
            return self.unsigned(4, 'a Bitmap')
        if value >= 224:
            return ((value - 224) << 8) | self.unsigned(1, 'a Bitmap')
        return value

    def words(self, result):
        if self.left() > 0 and self.buffer.u8(self.position) >= COMPRESSED:
            raise corrupt('compressed words', self.position, 'words as they are')
        result.size = self.size_of(4, 'an array of words')
        result.start = self.position
        self.position += 4 * result.size

    # ---- references

    def resolved(self, item):
        """What a reference is to; other objects themselves."""
        if item.type != REFERENCE:
            return item
        if item.number == VACANT:
            return self.nil
        target = self.objects.get(item.number, None)
        if target is None:
            raise corrupt('reference to byte %d' % (self.base + item.number), item.position, 'the place of an object')
        return target

    def resolve_items(self, holder):
        items = holder.items
        for i in range(len(items)):
            items[i] = self.resolved(items[i])

    def name_class(self, holder):
        """Give the object its class's name, which is first in `items` so far."""
        if holder.type == ARRAY:
            return
        name = holder.items.pop(0)
        if not name.is_name():
            raise corrupt('class name of type %d' % name.type, holder.position, 'a Symbol')
        holder.class_name = name.text
