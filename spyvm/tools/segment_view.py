"""Looking at the objects of a stored segment (Records) by the names of their classes, without an image.

Classes are known by their names only: from the out-pointers that came with the segment, the table of compact classes, or the
class objects in the segment.
"""
from spyvm.image.segment.references import (CHARACTER, COMPACT, INNER, OUTER, SMALL_FLOAT, SMALL_INTEGER, tag_of, value_of)
from spyvm.objects import formats, special
from spyvm.rpy import floats
from spyvm.rpy.arith import intmask
from spyvm.tools import literals, out_pointers
from spyvm.tools.literals import LiteralWriter

# V3: the classes at indices 1, 2, ... of CompactClassesArray in Squeak; '' where systems differ
COMPACT_NAMES = ['CompiledMethod', 'Symbol', 'Array', 'LargeNegativeInteger', 'LargePositiveInteger', 'Float',
                 'MethodDictionary', 'Association', 'Point', 'Rectangle', 'ByteString', 'BlockClosure', 'BlockContext',
                 'MethodContext', '', 'Bitmap']
STRINGS = ['ByteString', 'String', 'MultiString']
SYMBOLS = ['ByteSymbol', 'Symbol']
FLOATS = ['Float', 'BoxedFloat64']
SINGLETONS = [('UndefinedObject', 'nil'), ('True', 'true'), ('False', 'false')]
SIGNED_WORDS = ['IntegerArray', 'SignedWordArray']
LONG_INTEGERS = ['LargePositiveInteger', 'LargeNegativeInteger']
NO_NAMES = []
MAX_DEPTH = 10
MAX_ELEMENTS = 100
SMALL_FLOAT_OFFSET = 896 << 52


class SegmentView(object):
    """`file` is the SegmentFile, `records` are the objects found in its words."""

    def __init__(self, file, records):
        self.file = file
        self.records = records
        self.class_names = {}       # class reference -> name

    # ---- classes

    def class_name(self, number):
        """The name of an object's class; never ''."""
        reference = self.records.classes[number]
        name = self.class_names.get(reference, '')
        if name == '':
            name = self.new_class_name(reference)
            self.class_names[reference] = name
        return name

    def new_class_name(self, reference):
        tag = tag_of(reference)
        value = value_of(reference)
        if tag == COMPACT:
            classes = self.file.compact_classes
            if value <= len(classes):
                name = out_pointers.proxied_class(classes[value - 1])
                if name != '':
                    return name
            if value <= len(COMPACT_NAMES) and COMPACT_NAMES[value - 1] != '':
                return COMPACT_NAMES[value - 1]
            return 'compact class %d' % value
        if tag == OUTER:
            if value < len(self.file.out_pointers):
                name = out_pointers.proxied_class(self.file.out_pointers[value])
                if name != '':
                    return name
            if self.records.classes[0] == reference:
                return 'Array'      # as the first object is
            return 'class at out-pointer %d' % (value + 1)
        name = self.inner_class_name(value)
        return name if name != '' else 'class at object %d' % (value + 1)

    def inner_class_name(self, number):
        """The name of a class among the objects, 'Foo' or 'Foo class'; '' if it is none."""
        records = self.records
        if not formats.is_pointers(records.kinds[number]):
            return ''
        count = records.pointer_counts[number]
        if count > special.CLASS_NAME:
            return self.bytes_at(records.pointer(number, special.CLASS_NAME))
        if count == special.CLASS_NAME:
            self_class = records.pointer(number, special.THIS_CLASS)
            if tag_of(self_class) == INNER and value_of(self_class) != number:
                instance = value_of(self_class)
                if records.pointer_counts[instance] > special.CLASS_NAME:
                    name = self.bytes_at(records.pointer(instance, special.CLASS_NAME))
                    if name != '':
                        return name + ' class'
        return ''

    def bytes_at(self, reference):
        """The contents of the string or symbol a reference is to; '' for all else."""
        value = value_of(reference)
        if tag_of(reference) == INNER:
            if self.records.kinds[value] == formats.BYTES:
                return self.records.contents[value]
        elif tag_of(reference) == OUTER and value < len(self.file.out_pointers):
            item = self.file.out_pointers[value]
            if item.is_name():
                return item.text
        return ''

    def field_names(self, number):
        """The names of an object's named fields, as far as the file has them; [] if not."""
        return self.file.fields.get(self.class_name(number), NO_NAMES)

    # ---- contents

    def word(self, number, index):
        """The unsigned 32-bit word `index` of an object without pointers; its contents must have it."""
        text = self.records.contents[number]
        at = index << 2
        a, b, c, d = ord(text[at]), ord(text[at + 1]), ord(text[at + 2]), ord(text[at + 3])
        if self.records.big_endian:
            return (a << 24) | (b << 16) | (c << 8) | d
        return (d << 24) | (c << 16) | (b << 8) | a

    def float_value(self, number):
        """Of an object with two words."""
        first = self.word(number, 0)
        second = self.word(number, 1)
        format = self.records.format
        if (format.spur or format.platform_floats) and not self.records.big_endian:
            return floats.bits_to_float(intmask((second << 32) | first))
        return floats.bits_to_float(intmask((first << 32) | second))

    # ---- text

    def reference_text(self, reference, limit):
        """A line of no more than `limit` characters for what a reference is to."""
        writer = LiteralWriter(limit)
        self.write_reference(writer, reference, [])
        return writer.text()

    def object_text(self, number, limit):
        writer = LiteralWriter(limit)
        self.write_object(writer, number, [])
        return writer.text()

    def is_simple(self, number):
        """Whether `object_text` says all about an object."""
        name = self.class_name(number)
        kind = self.records.kinds[number]
        if not formats.is_pointers(kind):
            return kind != formats.METHOD
        return name == 'Array' or self.has_literal(number, name)

    def has_literal(self, number, name):
        """Whether an object with pointers is of a class whose instances are written as values, and looks like one."""
        count = self.records.pointer_counts[number]
        if count == 0:
            return singleton(name) != ''
        if name == 'Character':
            return count == 1 and self.is_small_integer(number, 0)
        if name == 'Point' or name == 'Fraction' or name == 'Rectangle' or name == 'Association':
            return count == 2
        return name == 'Color' and self.is_small_integer(number, 0)

    def is_small_integer(self, number, index):
        return tag_of(self.records.pointer(number, index)) == SMALL_INTEGER

    def write_reference(self, writer, reference, path):
        if writer.full:
            return
        tag = tag_of(reference)
        value = value_of(reference)
        if tag == SMALL_INTEGER:
            writer.write('%d' % value)
        elif tag == INNER:
            self.write_object(writer, value, path)
        elif tag == OUTER:
            if value < len(self.file.out_pointers):
                writer.write(out_pointers.description(self.file.out_pointers[value], writer.limit))
            else:
                writer.write('out-pointer %d' % (value + 1))
        elif tag == CHARACTER:
            writer.write(literals.character_literal(value))
        elif tag == SMALL_FLOAT:
            writer.write(literals.float_literal(small_float(value)))

    def write_object(self, writer, number, path):
        """Write it as a value if it is one, else 'a' and its class.  `path`: the objects this one is in."""
        if writer.full:
            return
        name = self.class_name(number)
        kind = self.records.kinds[number]
        if not formats.is_pointers(kind):
            self.write_raw(writer, number, name, kind)
            return
        is_array = name == 'Array'
        if not is_array and not self.has_literal(number, name):
            writer.write(literals.with_article(name))
            return
        count = self.records.pointer_counts[number]
        if count > 0 and (len(path) >= MAX_DEPTH or number in path):
            writer.write('{ ... }' if is_array else literals.with_article(name))
            return
        path.append(number)
        if is_array:
            self.write_array(writer, number, path)
        else:
            self.write_value(writer, number, name, path)
        path.pop()

    def write_array(self, writer, number, path):
        count = self.records.pointer_counts[number]
        writer.write('{ ')
        for i in range(count):
            if i == MAX_ELEMENTS:
                writer.write('... ')
                break
            self.write_reference(writer, self.records.pointer(number, i), path)
            writer.write('. ' if i + 1 < count else ' ')
            if writer.full:
                break
        writer.write('}')

    def write_value(self, writer, number, name, path):
        """An object that has_literal."""
        if self.records.pointer_counts[number] == 0:
            writer.write(singleton(name))
            return
        first = self.records.pointer(number, 0)
        if name == 'Character':
            writer.write(literals.character_literal(value_of(first)))
        elif name == 'Color':
            writer.write(literals.color_literal(value_of(first)))
        elif name == 'Fraction':
            writer.write('(')
            self.write_pair(writer, number, '/', path)
            writer.write(')')
        elif name == 'Point':
            self.write_pair(writer, number, '@', path)
        elif name == 'Rectangle':
            self.write_pair(writer, number, ' corner: ', path)
        else:
            self.write_pair(writer, number, '->', path)

    def write_pair(self, writer, number, operator, path):
        self.write_reference(writer, self.records.pointer(number, 0), path)
        second = LiteralWriter(writer.limit - writer.size)
        self.write_reference(second, self.records.pointer(number, 1), path)
        text = second.text()
        writer.write(operator)
        if text.startswith('-') and not operator.endswith(' '):
            writer.write(' ')
        writer.write(text)

    def write_raw(self, writer, number, name, kind):
        """An object without pointers."""
        text = self.records.contents[number]
        if kind == formats.METHOD:
            writer.write(literals.with_article(name))
        elif kind == formats.BYTES:
            self.write_bytes(writer, text, name)
        elif name in FLOATS and len(text) == 8:
            writer.write(literals.float_literal(self.float_value(number)))
        elif kind == formats.WORDS:
            self.write_words(writer, number, name, len(text) >> 2)
        else:
            writer.write('%s of %d bytes' % (literals.with_article(name), len(text)))

    def write_bytes(self, writer, text, name):
        if name in STRINGS:
            writer.write(literals.string_literal(out_pointers.first(text, writer.limit)))
        elif name in SYMBOLS:
            writer.write(literals.symbol_literal(out_pointers.first(text, writer.limit)))
        elif name == 'ByteArray':
            writer.write(literals.byte_array_literal(text, MAX_ELEMENTS))
        elif name in LONG_INTEGERS:
            number = literals.large_integer_literal(text, name == 'LargeNegativeInteger')
            writer.write(number if number != '' else '%s of %d bytes' % (literals.with_article(name), len(text)))
        else:
            writer.write('%s %s' % (literals.visible(name), literals.byte_array_literal(text, MAX_ELEMENTS)))

    def write_words(self, writer, number, name, count):
        writer.write(literals.visible(name) + ' { ')
        for i in range(count):
            if i == MAX_ELEMENTS:
                writer.write('... ')
                break
            word = self.word(number, i)
            if name in SIGNED_WORDS and word & 0x80000000:
                word -= 1 << 32
            if name == 'FloatArray':
                writer.write(literals.float_literal(floats.bits_to_single(word)))
            else:
                writer.write('%d' % word)
            writer.write('. ' if i + 1 < count else ' ')
        writer.write('}')


def singleton(class_name):
    """What the only instance of a class is called; '' if the class is none of those."""
    for name, text in SINGLETONS:
        if name == class_name:
            return text
    return ''


def small_float(value):
    """The double for what is above the tag of an immediate Float: rotated left by one, the exponent's range moved."""
    rotated = value & 0x1FFFFFFFFFFFFFFF
    bits = rotated >> 1
    if bits != 0:
        bits += SMALL_FLOAT_OFFSET
    if rotated & 1:
        bits |= -0x8000000000000000
    return floats.bits_to_float(intmask(bits))
