"""Makes image files of every format, independently of spyvm: for tests of the readers, and big ones for measurements.

A World is a small system: the classes the VM knows, special objects, a scheduler with one process whose context is about to
run a method.  Tests add objects of their own, and `encode(world, version, big_endian)` answers the file's bytes.

    python3 tests/image/synthetic.py VERSION MEGABYTES FILE [big]

writes a big image: the World followed by as many copies as needed of a block of objects mixed as in images people use (by
number: a third strings and symbols, a quarter fixed-size objects, a fifth methods, the others arrays, floats, words).

Facts: the format comments of VMMaker's ObjectMemory (V3) and SpurMemoryManager (Spur), checked against images others made.
"""
import array
import struct
import sys

V3_32, V3_64, SPUR_32, SPUR_64 = (6502, 6504, 6505), (68000, 68002, 68003), (6521, 7033), (68021, 68533)
VERSIONS = V3_32 + V3_64 + SPUR_32 + SPUR_64

FIXED, INDEXABLE, BOTH, WEAK, EPHEMERON, LONGS, WORDS, SHORTS, BYTES, METHOD, EMPTY = (
    'fixed', 'indexable', 'both', 'weak', 'ephemeron', 'longs', 'words', 'shorts', 'bytes', 'method', 'empty')
SPUR_FORMAT = {EMPTY: 0, FIXED: 1, INDEXABLE: 2, BOTH: 3, WEAK: 4, EPHEMERON: 5, LONGS: 9, WORDS: 10, SHORTS: 12, BYTES: 16,
               METHOD: 24}
V3_FORMAT = {EMPTY: 0, FIXED: 1, INDEXABLE: 2, BOTH: 3, WEAK: 4, WORDS: 6, BYTES: 8, METHOD: 12}


class Char(object):
    """An immediate Character of Spur images."""

    def __init__(self, code):
        self.code = code


class SmallFloat(object):
    """An immediate float of 64-bit Spur images."""

    def __init__(self, value):
        self.value = value


class Raw(object):
    """A word as it is."""

    def __init__(self, word):
        self.word = word


class Obj(object):
    """One object: pointers (of a method: header and literals) in `slots`, then raw units.

    slots: ints (SmallIntegers), Objs, Chars, SmallFloats, Raws.  units: a list of ints of the kind's width, or of bytes.
    """

    def __init__(self, cls, kind, slots=(), units=(), hash=0, flags=0):
        self.cls = cls
        self.kind = kind
        self.slots = list(slots)
        self.units = units
        self.hash = hash
        self.flags = flags          # Spur: header bits; V3: the three bits above the hash
        self.forward_to = None      # Spur: this is a forwarder
        self.free = 0               # this is a free chunk of so many bytes with its header
        self.oop = 0


class World(object):
    """The classes by name (`world['Array']`), special objects, and the objects in the order they will have in the file."""

    def __init__(self, version):
        """For an image of that version: Characters are immediates in Spur, closures came with 6504."""
        self.spur = version in SPUR_32 + SPUR_64
        closures = version not in (6502, 68000)
        self.classes = {}
        self.objects = []
        self.nil = Obj(None, EMPTY)
        self.false = Obj(None, EMPTY)
        self.true = Obj(None, EMPTY)
        self.objects += [self.nil, self.false, self.true]
        self.next_index = 32
        for name, superclass, kind, size in CLASSES:
            self.define(name, superclass, kind, size)
        for obj, name in [(self.nil, 'UndefinedObject'), (self.false, 'False'), (self.true, 'True')]:
            obj.cls = self[name]
        for cls in self.classes.values():
            cls.meta.cls = self['Metaclass']
            if cls.superclass_obj is None:
                cls.meta.slots[0] = self['Class']
        for index, name in enumerate(COMPACT):
            self[name].compact = index + 1
        for name, index in SPUR_INDEX.items():
            self[name].index = index
        self.characters = self.add(self['Array'], INDEXABLE, [self.character(i) for i in range(256)])
        self.method = self.add(self['CompiledMethod'], METHOD, [HEADER, self.symbol('foo'), self['Object']],
                               b'\x10\x11\x12\x13\x7c')
        self.method.slots[0] = method_header(2)
        self.context = self.add(self['MethodContext'], BOTH,
                                [self.nil, self.nil, 1, self.method, self.nil, 42, 7] + [self.nil] * 15)
        self.process = self.add(self['Process'], FIXED, [self.nil, self.context, 40, self.nil])
        lists = self.add(self['Array'], INDEXABLE, [self.add(self['Semaphore'], FIXED, [self.nil, self.nil, 0])
                                                    for _ in range(8)])
        scheduler = self.add(self['ProcessorScheduler'], FIXED, [lists, self.process])
        association = self.add(self['Association'], FIXED, [self.symbol('Processor'), scheduler])
        nil = self.nil
        compact = self.add(self['Array'], INDEXABLE, [self[name] for name in COMPACT] + [nil] * (31 - len(COMPACT)))
        specials = [nil] * 60
        for index, item in {0: nil, 1: self.false, 2: self.true, 3: association, 4: 'Bitmap', 5: 'SmallInteger', 6: 'String',
                            7: 'Array', 8: nil, 9: 'Float', 10: 'MethodContext', 11: 'BlockContext', 12: 'Point',
                            13: 'LargePositiveInteger', 14: nil, 15: 'Message', 16: 'CompiledMethod', 17: nil,
                            18: 'Semaphore', 19: 'Character', 20: self.symbol('doesNotUnderstand:'), 23: nil,
                            24: self.characters,
                            26: 'ByteArray', 27: 'Process', 28: compact,
                            36: 'BlockClosure', 37: 'FullBlockClosure', 42: 'LargeNegativeInteger'}.items():
            specials[index] = self[item] if isinstance(item, str) else item
        if not closures:
            specials[36] = specials[37] = nil
        self.specials = self.add(self['Array'], INDEXABLE, specials)

    def __getitem__(self, name):
        return self.classes[name]

    def add(self, cls, kind, slots=(), units=(), hash=0, flags=0):
        obj = Obj(cls, kind, slots, units, hash, flags)
        self.objects.append(obj)
        return obj

    def define(self, name, superclass, kind, size):
        """A class with `size` named fields and instances of a kind."""
        superclass = self.classes.get(superclass)
        meta = Obj(None, FIXED, [superclass.meta if superclass else self.nil, self.nil, Format(FIXED, 7), 0, 0, self.nil])
        cls = Obj(meta, FIXED, [superclass or self.nil, self.nil, Format(kind, size), 0, 0, 0, self.nil])
        meta.slots[5] = cls
        cls.meta = meta
        cls.superclass_obj = superclass
        for obj in (meta, cls):
            obj.compact = 0
            obj.index = self.next_index
            self.next_index += 1
        meta.slots[3] = meta.slots[4] = self.nil
        cls.slots[3:6] = [self.nil] * 3
        self.objects += [meta, cls]
        self.classes[name] = cls
        symbol = self.symbol(name)
        cls.slots[6] = symbol
        return cls

    def character(self, code):
        return Char(code) if self.spur else self.add(self['Character'], FIXED, [code])

    def symbol(self, text):
        symbol = self.add(None, BYTES, (), text.encode('latin-1'))
        symbol.class_name = 'Symbol'
        return symbol

    def resolve(self, obj):
        """The class of an object; symbols made before there was a class Symbol find theirs here."""
        if obj.cls is None:
            return self.classes[obj.class_name]
        return obj.cls


class Format(object):
    """The value of a class's format field, which depends on the image's format."""

    def __init__(self, kind, size):
        self.kind = kind
        self.size = size


HEADER = 0
CLASSES = [
    ('Object', None, EMPTY, 0), ('Behavior', 'Object', FIXED, 5), ('Class', 'Behavior', FIXED, 7),
    ('Metaclass', 'Behavior', FIXED, 6), ('UndefinedObject', 'Object', EMPTY, 0), ('Boolean', 'Object', EMPTY, 0),
    ('True', 'Boolean', EMPTY, 0), ('False', 'Boolean', EMPTY, 0), ('SmallInteger', 'Object', EMPTY, 0),
    ('Character', 'Object', FIXED, 1), ('Array', 'Object', INDEXABLE, 0), ('String', 'Object', BYTES, 0),
    ('Symbol', 'String', BYTES, 0), ('ByteArray', 'Object', BYTES, 0), ('Bitmap', 'Object', WORDS, 0),
    ('DoubleWordArray', 'Object', LONGS, 0), ('DoubleByteArray', 'Object', SHORTS, 0), ('Float', 'Object', WORDS, 0),
    ('SmallFloat64', 'Float', EMPTY, 0),
    ('LargePositiveInteger', 'Object', BYTES, 0), ('LargeNegativeInteger', 'LargePositiveInteger', BYTES, 0),
    ('Point', 'Object', FIXED, 2), ('Association', 'Object', FIXED, 2), ('Message', 'Object', FIXED, 3),
    ('CompiledMethod', 'ByteArray', METHOD, 0), ('MethodContext', 'Object', BOTH, 6), ('BlockContext', 'Object', BOTH, 6),
    ('BlockClosure', 'Object', BOTH, 3), ('FullBlockClosure', 'Object', BOTH, 4), ('Semaphore', 'Object', FIXED, 3),
    ('Process', 'Object', FIXED, 4), ('ProcessorScheduler', 'Object', FIXED, 2), ('WeakArray', 'Object', WEAK, 0),
    ('Ephemeron', 'Object', EPHEMERON, 3), ('OrderedCollection', 'Object', FIXED, 3),
]
COMPACT = ['CompiledMethod', 'Symbol', 'Array', 'Float', 'LargePositiveInteger', 'Point', 'String', 'BlockContext',
           'MethodContext', 'Character', 'Association']
SPUR_INDEX = {'SmallInteger': 1, 'Character': 2, 'SmallFloat64': 4}


def method_header(literals, temps=0, args=0, large=False, primitive=0, spur=False):
    """The value of a method's header; for `encode` the count is enough: it knows the two layouts."""
    return MethodHeader(literals, temps, args, large, primitive)


class MethodHeader(object):
    def __init__(self, literals, temps, args, large, primitive):
        self.literals = literals
        self.temps = temps
        self.args = args
        self.large = large
        self.primitive = primitive

    def value(self, spur):
        value = self.args << 24 | self.temps << 18 | int(self.large) << 17
        if spur:
            return value | self.literals | (0x10000 if self.primitive else 0)
        return value | self.literals << 9 | self.primitive & 511 | (self.primitive >> 9) << 28


class Encoder(object):
    def __init__(self, world, version, big_endian, base=0x10000000):
        self.world = world
        self.version = version
        self.big = big_endian
        self.order = '>' if big_endian else '<'
        self.wide = version > 60000
        self.size = 8 if self.wide else 4
        self.spur = version in SPUR_32 + SPUR_64
        self.platform_floats = version not in (6502, 6504, 68000, 68002)
        self.base = base

    def word(self, value):
        return struct.pack(self.order + ('Q' if self.wide else 'I'), value & (2 ** (8 * self.size) - 1))

    def long(self, value):
        return struct.pack(self.order + 'Q', value & (2 ** 64 - 1))

    def oop(self, item):
        if isinstance(item, Obj):
            return item.oop
        if isinstance(item, MethodHeader):
            item = item.value(self.spur)
        if isinstance(item, Format):
            item = self.class_format(item)
        if isinstance(item, Char):
            return item.code << 3 | 2 if self.wide else item.code << 2 | 2
        if isinstance(item, SmallFloat):
            bits = struct.unpack('<Q', struct.pack('<d', item.value))[0]
            rotated = (bits << 1 | bits >> 63) & (2 ** 64 - 1)
            if rotated > 1:
                rotated -= 896 << 53
            return rotated << 3 | 4
        if isinstance(item, Raw):
            return item.word
        if self.spur and self.wide:
            return item << 3 | 1
        return item << 1 | 1

    def class_format(self, format):
        if self.spur:
            return SPUR_FORMAT[format.kind] << 16 | format.size
        size = format.size + 1
        return (size & 0xC0) << 10 | V3_FORMAT.get(format.kind, 1) << 7 | (size & 63) << 1

    def raw(self, obj):
        """The raw part and how many bytes at its end are padding."""
        units = obj.units
        if obj.kind in (BYTES, METHOD):
            data = bytes(bytearray(units))
        else:
            code = {LONGS: 'Q', WORDS: 'I', SHORTS: 'H'}[obj.kind]
            data = struct.pack(self.order + '%d%s' % (len(units), code), *units)
        padding = -len(data) % self.size
        return data + b'\0' * padding, padding

    def float_units(self, value):
        """Two 32-bit words of a double in the order of the format."""
        high, low = struct.unpack('>II', struct.pack('>d', value))
        if self.platform_floats and not self.big:
            return [low, high]
        return [high, low]

    def body_size(self, obj):
        """Bytes of the fields, padded to words."""
        raw = 0
        if obj.kind in (BYTES, METHOD, LONGS, WORDS, SHORTS):
            raw = len(self.raw(obj)[0])
        return len(obj.slots) * self.size + raw

    def body(self, obj):
        data = b''.join(self.word(self.oop(item)) for item in obj.slots)
        if obj.kind in (BYTES, METHOD, LONGS, WORDS, SHORTS):
            data += self.raw(obj)[0]
        return data


class V3Encoder(Encoder):
    def header_words(self, obj):
        if self.size + self.body_size(obj) > 255:
            return 3
        return 1 if self.world.resolve(obj).compact else 2

    def place_all(self):
        address = self.base
        for obj in self.world.objects:
            if obj.free:
                address += obj.free
                continue
            address += (self.header_words(obj) - 1) * self.size
            obj.oop = address
            address += self.size + self.body_size(obj)

    def chunk(self, obj):
        if obj.free:
            return self.word(obj.free | 2) + b'\0' * (obj.free - self.size)
        words = self.header_words(obj)
        type = {3: 0, 2: 1, 1: 3}[words]
        size = self.size + self.body_size(obj)
        format = V3_FORMAT[obj.kind]
        header = type | obj.hash << 17 | obj.flags << 29
        if obj.kind in (BYTES, METHOD, WORDS):
            padding = self.raw(obj)[1]
            if obj.kind != WORDS:
                format |= padding & 3
            if padding & 4:
                header |= 4
        cls = self.world.resolve(obj)
        header |= format << 8 | cls.compact << 12
        if words < 3:
            header |= size
        data = b''
        if words == 3:
            data += self.word(size | type)
        if words > 1:
            data += self.word(cls.oop | type)
        return data + self.word(header) + self.body(obj)

    def encode(self):
        self.place_all()
        data = b''.join([self.chunk(obj) for obj in self.world.objects])
        return self.header(len(data)) + data

    def header(self, size, wide=False):
        return header_bytes(self, size)

    def class_format(self, format):
        value = Encoder.class_format(self, format)
        for cls in self.world.classes.values():
            if cls.slots[2] is format:
                return value | cls.compact << 11
        return value


class SpurEncoder(Encoder):
    segments = 1        # how many, with about as many objects in each
    breaks = ()         # or the objects at which segments after the first begin

    def slots_of(self, obj):
        return self.body_size(obj) // self.size

    def chunk_size(self, obj):
        if obj.free:
            return obj.free
        body = max(8, (self.body_size(obj) + 7) // 8 * 8)
        return body + (16 if self.slots_of(obj) >= 255 else 8)

    def prepare(self):
        """The VM's own objects, which are the fourth and fifth, and the pages of the class table."""
        world = self.world
        array_class = world['Array']
        pages = []
        entries = {}
        for cls in world.classes.values():
            for obj in (cls, cls.meta):
                entries[obj.index] = obj
                obj.hash = obj.index
        entries[16] = array_class
        last = max(entries) >> 10
        for page in range(last + 1):
            slots = [entries.get(page << 10 | i, world.nil) for i in range(1024)]
            pages.append(self.hidden(16, INDEXABLE, slots))
        free_lists = self.hidden(19 if self.wide else 18, LONGS if self.wide else WORDS, (), [0] * (64 if self.wide else 32))
        roots = self.hidden(16, INDEXABLE, pages + [world.nil] * (4096 + 8 - len(pages)))
        self.objects = world.objects[:3] + [free_lists, roots] + pages + world.objects[3:]

    def hidden(self, index, kind, slots, units=()):
        obj = Obj(self.world['Array'], kind, slots, units)
        obj.class_index = index
        return obj

    def place_all(self):
        """Addresses; the segments are a megabyte apart in memory."""
        self.parts = []
        count = len(self.objects)
        bounds = [count * i // self.segments for i in range(self.segments + 1)]
        if self.breaks:
            bounds = [0] + [self.objects.index(obj) for obj in self.breaks] + [count]
        for i in range(len(bounds) - 1):
            self.parts.append(self.objects[bounds[i]:bounds[i + 1]])
        address = self.base
        self.spans = []
        for part in self.parts:
            start = address
            for obj in part:
                obj.oop = address + (8 if not obj.free and self.slots_of(obj) >= 255 else 0)
                address += self.chunk_size(obj)
            address += 16
            self.spans.append((start, address))
            address += 0x100000

    def chunk(self, obj):
        if obj.free:
            return self.long((obj.free - 8) // self.size << 56) + b'\0' * (obj.free - 8)
        slots = self.slots_of(obj)
        format = SPUR_FORMAT[obj.kind]
        body = self.body(obj)
        if obj.kind in (BYTES, METHOD, SHORTS, WORDS):
            format |= self.raw(obj)[1] // {BYTES: 1, METHOD: 1, SHORTS: 2, WORDS: 4}[obj.kind]
        cls = self.world.resolve(obj)
        index = getattr(obj, 'class_index', cls.index)
        if obj.forward_to is not None:
            index, format = 8, 7
            body = self.word(self.oop(obj.forward_to)) + body[self.size:]
        header = index | format << 24 | obj.hash << 32 | obj.flags
        data = b''
        if slots >= 255:
            data = self.long(255 << 56 | slots)
        data += self.long(header | min(slots, 255) << 56)
        return data + body + b'\0' * (max(8, (len(body) + 7) // 8 * 8) - len(body))

    def encode(self):
        self.prepare()
        self.place_all()
        data = []
        sizes = [end - start for start, end in self.spans]
        for i, part in enumerate(self.parts):
            data += [self.chunk(obj) for obj in part]
            if i + 1 < len(self.parts):
                span = (self.spans[i + 1][0] - self.spans[i][1]) // self.size
                data += [self.long(255 << 56 | span), self.long(sizes[i + 1])]
            else:
                data += [self.long(0), self.long(0)]
        heap = b''.join(data)
        return header_bytes(self, len(heap), sizes[0]) + heap


def header_bytes(encoder, size, first_segment=0, wide=False):
    """A header of 64 or 128 bytes.  `wide`: as the first 64-bit images had it, all of 64-bit words."""
    word = encoder.word
    o = encoder.order
    length = 16 * encoder.size
    data = struct.pack(o + ('QQ' if wide else 'II'), encoder.version, length)
    for value in (size, encoder.base, encoder.world.specials.oop, 0x1234, 640 << 16 | 480, 0):
        data += word(value)
    if wide:
        data += word(0)
    else:
        data += struct.pack(o + 'IHHIHH', 0x77, 3, 5, 0x20000, 16, 9)
        if encoder.spur:
            data += word(first_segment) + word(0)
    return data + b'\xA5' * (length - len(data))


def encoder_for(world, version, big_endian=False):
    return (SpurEncoder if version in SPUR_32 + SPUR_64 else V3Encoder)(world, version, big_endian)


def encode(world, version, big_endian=False):
    """The bytes of the image file."""
    return encoder_for(world, version, big_endian).encode()


def add_block(world, scale):
    """Add a block of objects mixed as in images people use, `scale` times a dozen kilobytes; answer how many."""
    before = len(world.objects)
    nil = world.nil
    point = world['Point']
    array_class = world['Array']
    link = nil
    for i in range(scale):
        for j in range(80):
            text = bytes(bytearray((33 + (i * 7 + j * 13 + k) % 90 for k in range(3 + j % 23))))
            symbol = world.add(world['Symbol' if j & 1 else 'String'], BYTES, (), text, hash=1 + (i * 80 + j) % 4095)
            if j % 4 == 0:
                link = world.add(world['OrderedCollection'], FIXED, [link, symbol, i * 1000 + j], hash=j + 1)
            if j % 3 == 0:
                world.add(point, FIXED, [j, i * 5000 + j])
            if j % 5 == 0:
                world.add(world['Association'], FIXED, [symbol, link], hash=j + 7)
            if j % 2 == 0:
                literals = [symbol, link, world['Object'], j][:1 + j % 4]
                world.add(world['CompiledMethod'], METHOD, [method_header(len(literals), 2, 1)] + literals,
                          bytes(bytearray((k * 5 + j) & 255 for k in range(30 + j % 67))))
            if j % 4 == 1:
                items = [link, symbol, nil, nil, j, link][:1 + j % 6] + [nil] * (j % 23)
                world.add(array_class, INDEXABLE, items)
            if j % 20 == 0:
                world.add(array_class, INDEXABLE, list(range(j, j + 10)))
                world.add(world['Float'], WORDS, (), [0x40000000 + j, i])
                world.add(world['Bitmap'], WORDS, (), list(range(200)))
        world.add(array_class, INDEXABLE, [link, symbol, nil] * 30)
    return len(world.objects) - before


def write_big(path, version, megabytes, big_endian=False):
    """A big image: a World, then copies of one block, the pointers within the block relocated.  Answers its size."""
    world = World(version)
    encoder = encoder_for(world, version, big_endian)
    size = encoder.size
    spur = encoder.spur
    fixed = len(world.objects)
    add_block(world, 40)
    data = encoder.encode()
    block_objects = world.objects[fixed:]
    start = block_objects[0].oop - encoder.base
    if not spur:
        start -= (encoder.header_words(block_objects[0]) - 1) * size
    header_size = 16 * size
    tail = 16 if spur else 0
    head, block = data[header_size:header_size + start], data[header_size + start:len(data) - tail]
    count = max(1, (megabytes * 1000000 - len(head)) // len(block))
    # which words of the block point into it
    inside = {obj.oop for obj in block_objects}
    words = array.array('L' if size == 8 else 'I', block)
    swap = big_endian != (sys.byteorder == 'big')
    if swap:
        words.byteswap()
    relocated = []
    for obj in block_objects:
        first = (obj.oop - encoder.base - start) // size + (8 if spur else size) // size
        for i, item in enumerate(obj.slots):
            if isinstance(item, Obj) and item.oop in inside:
                relocated.append(first + i)
    heap_size = len(head) + count * len(block) + tail
    with open(path, 'wb') as file:
        file.write(header_bytes(encoder, heap_size, heap_size))
        file.write(head)
        for copy in range(count):
            if copy:
                for i in relocated:
                    words[i] += len(block)
            if swap:
                words.byteswap()
                file.write(in_bytes(words))
                words.byteswap()
            else:
                file.write(in_bytes(words))
        file.write(b'\0' * tail)
    return header_size + heap_size


def in_bytes(words):
    return words.tobytes() if hasattr(words, 'tobytes') else words.tostring()


if __name__ == '__main__':
    print(write_big(sys.argv[3], int(sys.argv[1]), int(sys.argv[2]), sys.argv[4:] == ['big']))
