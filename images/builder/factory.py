"""Making objects of Python values in a fresh object memory."""
from spyvm.objects.model import W_Character, W_Float, W_SmallInteger
from spyvm.objects.pointers import array_from_items, new_array
from spyvm.objects.raw import W_Bytes, W_Words
from spyvm.rpy.arith import r_uint32

from images.builder import literals
from images.builder.failures import BuildError

LEAST_CAPACITY = 2      # of a MethodDictionary
CHARACTER_TABLE_SIZE = 256


class Factory(object):
    """memory       the ObjectMemory
    objects      every object made so far, in the order of their making
    inst_vars    class name -> names of all instance variables
    views        class name -> ClassView
    symbols      text -> Symbol
    """

    def __init__(self, memory, configuration):
        self.memory = memory
        self.configuration = configuration
        self.objects = []
        self.inst_vars = {}
        self.views = {}
        self.symbols = {}
        self.symbol_order = []
        self.character_table = []

    def add(self, w_object):
        self.objects.append(w_object)
        return w_object

    # ---- numbers and characters

    def integer(self, value):
        memory = self.memory
        if memory.min_int <= value <= memory.max_int:
            return W_SmallInteger(int(value))
        digits = []
        rest = abs(value)
        while rest:
            digits.append(chr(rest & 255))
            rest >>= 8
        name = 'LargeNegativeInteger' if value < 0 else 'LargePositiveInteger'
        return self.add(W_Bytes(self.views[name], digits))

    def float(self, value):
        w_float = W_Float(value)
        if w_float.is_immediate(self.memory):
            return w_float
        return self.add(w_float)

    def fraction(self, numerator, denominator):
        if denominator == 1:
            return self.integer(numerator)
        return self.instance('Fraction', numerator=self.integer(numerator), denominator=self.integer(denominator))

    def character(self, code):
        if self.memory.is_spur:
            return W_Character(code)
        if code < len(self.character_table):
            return self.character_table[code]
        return self.instance('Character', value=W_SmallInteger(code))

    def make_character_table(self):
        """The Array of Characters of an image whose Characters are objects."""
        self.character_table = [self.instance('Character', value=W_SmallInteger(i)) for i in range(CHARACTER_TABLE_SIZE)]
        return self.array(self.character_table)

    # ---- texts

    def text(self, text, narrow, wide):
        codes = [ord(char) for char in text]
        if codes and max(codes) > 255:
            return self.add(W_Words(self.views[wide], [r_uint32(code) for code in codes]))
        return self.add(W_Bytes(self.views[narrow], [chr(code) for code in codes]))

    def string(self, text):
        return self.text(text, 'ByteString', 'WideString')

    def symbol(self, text):
        w_symbol = self.symbols.get(text)
        if w_symbol is None:
            w_symbol = self.symbols[text] = self.text(text, 'ByteSymbol', 'WideSymbol')
            self.symbol_order.append(w_symbol)
        return w_symbol

    def bytes(self, values):
        return self.add(W_Bytes(self.views['ByteArray'], [chr(value) for value in values]))

    # ---- pointers

    def array(self, items_w):
        return self.add(array_from_items(self.memory, self.views['Array'], list(items_w)))

    def strings(self, texts):
        """An Array of Strings; nil if there are none."""
        if not texts:
            return self.memory.w_nil
        return self.array([self.string(text) for text in texts])

    def instance(self, class_name, *indexed_w, **named_w):
        """A new instance of a class with those indexed fields, and fields set by name; the others are nil."""
        memory = self.memory
        view = self.views[class_name]
        w_object = self.add(memory.instantiate(view, len(indexed_w)))
        for i, w_item in enumerate(indexed_w):
            w_object.store(memory, view.inst_size + i, w_item)
        for name in named_w:
            self.set(w_object, class_name, name, named_w[name])
        return w_object

    def set(self, w_object, class_name, field, w_value):
        """Store into the field of that name.  BuildError where the class has none."""
        w_object.store(self.memory, self.field_index(class_name, field), w_value)

    def get(self, w_object, class_name, field):
        return w_object.fetch(self.memory, self.field_index(class_name, field))

    def field_index(self, class_name, field):
        if field not in self.inst_vars[class_name]:
            raise BuildError('class %s has no instance variable %s, which the image builder needs' % (class_name, field))
        return self.inst_vars[class_name].index(field)

    def association(self, w_key, w_value):
        return self.instance('Association', key=w_key, value=w_value)

    def method_dictionary(self, entries):
        """A MethodDictionary of (selector, method) pairs of objects: hashed by the selectors' identity hashes, linear
        probing, capacity a power of two with room to spare."""
        memory = self.memory
        capacity = LEAST_CAPACITY
        while len(entries) * 4 > capacity * 3:
            capacity *= 2
        w_methods = self.add(new_array(self.views['Array'], capacity))
        slots = [memory.w_nil] * capacity
        for w_selector, w_method in entries:
            index = memory.identity_hash(w_selector) & (capacity - 1)
            while slots[index] is not memory.w_nil:
                index = (index + 1) & (capacity - 1)
            slots[index] = w_selector
            w_methods.store(memory, index, w_method)
        return self.instance('MethodDictionary', *slots, tally=W_SmallInteger(len(entries)), array=w_methods)

    # ---- literals

    def literal(self, literal):
        """The object for a literal that means the same in every method (see images.builder.literals)."""
        if isinstance(literal, literals.Integer):
            return self.integer(literal.value)
        if isinstance(literal, literals.Float):
            return self.float(literal.value)
        if isinstance(literal, literals.Fraction):
            return self.fraction(literal.numerator, literal.denominator)
        if isinstance(literal, literals.Scaled):
            return self.instance('ScaledDecimal', fraction=self.fraction(literal.numerator, literal.denominator),
                                 scale=self.integer(literal.scale))
        if isinstance(literal, literals.Char):
            return self.character(literal.code)
        if isinstance(literal, literals.String):
            return self.string(literal.text)
        if isinstance(literal, literals.Symbol):
            return self.symbol(literal.text)
        if isinstance(literal, literals.ArrayLiteral):
            return self.array([self.literal(item) for item in literal.items])
        if isinstance(literal, literals.BytesLiteral):
            return self.bytes(literal.bytes)
        if isinstance(literal, literals.Constant):
            return self.constant(literal.name)
        raise TypeError(literal)

    def constant(self, name):
        memory = self.memory
        return {'nil': memory.w_nil, 'true': memory.w_true, 'false': memory.w_false}[name]
