"""What stands in a method's literal frame, as the compiler hands it to whoever makes the objects.

A method's literals are a list of Literals.  `key()` says which of them are one: two literals with the same key share
one place in the frame; None means that the literal shares its place with no other.  Symbols, Characters, numbers of
one class with the same value (Floats: the same bits) and variables share; every string, array and block of the source
is an object of its own.

Texts are str on Python 3 and unicode on Python 2.7; a Character or an element of a text is a code point.
"""
import struct


class Literal(object):
    def key(self):
        return None


class Integer(Literal):
    """An integer of any size: SmallInteger or LargeInteger as the image's range demands."""

    def __init__(self, value):
        self.value = value

    def key(self):
        return ('integer', self.value)


class Float(Literal):
    """`value` is a Python float, never nan or infinite."""

    def __init__(self, value):
        self.value = value

    def key(self):
        return ('float', struct.pack('>d', self.value))


class Fraction(Literal):
    """numerator / denominator, reduced, denominator > 1.  Only of numbers such as 1e-3."""

    def __init__(self, numerator, denominator):
        self.numerator = numerator
        self.denominator = denominator

    def key(self):
        return ('fraction', self.numerator, self.denominator)


class Scaled(Literal):
    """A ScaledDecimal: the reduced fraction numerator / denominator (an Integer where the denominator is 1), shown
    with `scale` decimals."""

    def __init__(self, numerator, denominator, scale):
        self.numerator = numerator
        self.denominator = denominator
        self.scale = scale

    def key(self):
        return ('scaled', self.numerator, self.denominator, self.scale)


class Char(Literal):
    """The Character with that code point."""

    def __init__(self, code):
        self.code = code

    def key(self):
        return ('char', self.code)


class String(Literal):
    """A ByteString, or a WideString where a code point is above 255."""

    def __init__(self, text):
        self.text = text


class Symbol(Literal):
    """The Symbol of that text; there is one in the image."""

    def __init__(self, text):
        self.text = text

    def key(self):
        return ('symbol', self.text)


class ArrayLiteral(Literal):
    """An Array; `items` are Literals (Constants among them)."""

    def __init__(self, items):
        self.items = items


class BytesLiteral(Literal):
    """A ByteArray; `bytes` is a list of ints 0 to 255."""

    def __init__(self, bytes):
        self.bytes = bytes


class Constant(Literal):
    """nil, true or false: `name`.  Only in arrays and in pragmas, elsewhere they have bytecodes."""

    def __init__(self, name):
        self.name = name

    def key(self):
        return ('constant', self.name)


class Binding(Literal):
    """The Association of a variable.  kind 'global': of Smalltalk, owner None; 'class': a class variable, owner is
    the name of the class that declares it; 'pool': owner is the pool's name."""

    def __init__(self, kind, owner, name):
        self.kind = kind
        self.owner = owner
        self.name = name

    def key(self):
        return ('binding', self.kind, self.owner, self.name)


class MethodClass(Literal):
    """A method's last literal: the binding of its class; for a method of a metaclass an Association of nil with the
    metaclass."""

    def key(self):
        return ('method class',)


class State(Literal):
    """A method's last literal but one where it has pragmas: an AdditionalMethodState (method, selector, then the
    Pragmas as indexed fields).  `selector` is a Symbol, `pragmas` a list of Pragma."""

    def __init__(self, selector, pragmas):
        self.selector = selector
        self.pragmas = pragmas


class Pragma(object):
    """Not a literal itself: <keyword: argument ...>.  `selector` is a Symbol, `arguments` a list of Literals.  The
    object is a Pragma (method, keyword, arguments: an Array)."""

    def __init__(self, selector, arguments):
        self.selector = selector
        self.arguments = arguments


class Block(Literal):
    """A CompiledBlock; `record` is a MethodRecord with is_block true."""

    def __init__(self, record):
        self.record = record


class Outer(Literal):
    """A CompiledBlock's last literal: the CompiledMethod or CompiledBlock that it is written in."""
