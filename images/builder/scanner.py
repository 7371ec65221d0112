"""Source text to tokens."""
from __future__ import division

from images.builder.errors import CompileError
from images.builder.literals import Char, Float, Fraction, Integer, Scaled, String

# kinds of tokens
NAME, KEYWORD, BINARY, LITERAL, HASH, SPECIAL, ASSIGN, END = range(8)

BINARY_CHARACTERS = u'+-*/\\~<>=@%|&?!,'
SPECIAL_CHARACTERS = u'()[]{}.;^:'
MAX_EXPONENT = 20000        # of an Integer: more digits than anybody writes


class Token(object):
    """kind; text; literal, of a LITERAL (number, string, character); start and stop, offsets."""

    def __init__(self, kind, text, start, stop, literal=None):
        self.kind = kind
        self.text = text
        self.start = start
        self.stop = stop
        self.literal = literal

    def is_special(self, text):
        return self.kind == SPECIAL and self.text == text

    def is_binary(self, text):
        return self.kind == BINARY and self.text == text


def is_digit(c):
    return u'0' <= c <= u'9'


def is_letter(c):
    return c.isalpha() or c == u'_'


def is_name_part(c):
    return is_letter(c) or is_digit(c)


def described(c):
    """A character for people, with its code unless everybody knows it: others may look alike or like nothing."""
    code = ord(c)
    if 33 <= code <= 126:
        return c
    number = '16r%X' % code
    return u'%s (%s)' % (c, number) if code > 160 else number


class Scanner(object):
    def __init__(self, source, where):
        self.source = source
        self.where = where
        self.pos = 0

    def error(self, offset, message):
        line, column = self.where.position(self.source, offset)
        raise CompileError(self.where.path, line, column, message)

    def peek(self, ahead=0):
        """A character, or an empty text behind the end."""
        at = self.pos + ahead
        return self.source[at:at + 1]

    def skip_blanks(self):
        """Skip white space and comments."""
        while True:
            c = self.peek()
            if c == u'"':
                end = self.source.find(u'"', self.pos + 1)
                if end < 0:
                    self.error(self.pos, 'unmatched comment quote')
                self.pos = end + 1
            elif c.isspace():
                self.pos += 1
            else:
                return

    def next(self):
        """The next token; one of kind END behind the last."""
        self.skip_blanks()
        start = self.pos
        c = self.peek()
        if c == u'':
            return Token(END, u'', start, start)
        if is_letter(c):
            text = self.name()
            if self.peek() == u':' and self.peek(1) != u'=':
                self.pos += 1
                return self.token(KEYWORD, start)
            if text == u'_':
                return self.token(ASSIGN, start)    # what := was once written as
            return Token(NAME, text, start, self.pos)
        if is_digit(c):
            return self.literal(start, self.number())
        if c == u"'":
            return self.literal(start, String(self.quoted()))
        if c == u'$':
            if self.peek(1) == u'':
                self.error(start, 'a character is expected after $')
            self.pos += 2
            return self.literal(start, Char(ord(self.source[start + 1])))
        if c == u'#':
            self.pos += 1
            return self.token(HASH, start)
        if c == u':' and self.peek(1) == u'=':
            self.pos += 2
            return self.token(ASSIGN, start)
        if c in SPECIAL_CHARACTERS:
            self.pos += 1
            return self.token(SPECIAL, start)
        if c in BINARY_CHARACTERS:
            self.binary()
            return self.token(BINARY, start)
        self.error(start, 'unknown character: ' + described(c))

    def token(self, kind, start):
        return Token(kind, self.source[start:self.pos], start, self.pos)

    def literal(self, start, value):
        return Token(LITERAL, self.source[start:self.pos], start, self.pos, value)

    def name(self):
        start = self.pos
        while is_name_part(self.peek()):
            self.pos += 1
        return self.source[start:self.pos]

    def binary(self):
        """Skip a binary selector.  A minus sign before a digit belongs to the number, except as the first character;
        a bar goes with another bar only, so that it can end the arguments of a block."""
        first = self.peek()
        self.pos += 1
        if first == u'|':
            if self.peek() == u'|':
                self.pos += 1
            return
        while self.peek() != u'' and self.peek() in BINARY_CHARACTERS and self.peek() != u'|':
            if self.peek() == u'-' and is_digit(self.peek(1)):
                return
            self.pos += 1

    def quoted(self):
        """The text between single quotes; two of them stand for one."""
        start = self.pos
        parts = []
        self.pos += 1
        while True:
            end = self.source.find(u"'", self.pos)
            if end < 0:
                self.error(start, 'unmatched string quote')
            parts.append(self.source[self.pos:end])
            self.pos = end + 1
            if self.peek() != u"'":
                return u''.join(parts)
            parts.append(u"'")
            self.pos += 1

    def symbol_text(self):
        """The text of a symbol, the scanner standing behind #; None if there is none (an array, say)."""
        c = self.peek()
        if c == u"'":
            return self.quoted()
        start = self.pos
        if is_letter(c):
            while is_letter(self.peek()):
                self.name()
                if self.peek() != u':' or self.peek(1) == u'=':
                    break
                self.pos += 1
        elif c != u'' and c in BINARY_CHARACTERS:
            while self.peek() != u'' and self.peek() in BINARY_CHARACTERS:
                self.pos += 1
        if start == self.pos:
            return None
        return self.source[start:self.pos]

    # ---- numbers

    def digits(self):
        start = self.pos
        while is_digit(self.peek()) or (self.peek() == u'_' and is_digit(self.peek(1))):
            self.pos += 1
        return self.source[start:self.pos].replace(u'_', u'')

    def number(self):
        """Scan digits, radixRdigits, with a fraction, an exponent (e, d or q) or a scale (s).  A Literal."""
        start = self.pos
        text = self.digits()
        radix = 10
        if self.peek() == u'r':
            radix = int(text)
            if radix < 2 or radix > 36:
                self.error(start, 'a radix is 2 to 36')
            self.pos += 1
            negative = self.peek() == u'-'
            if negative:
                self.pos += 1
            value = self.radix_digits(radix)
            decimals = self.decimals_of_radix(radix)
            if decimals:
                self.pos += 1
                value = value * radix ** decimals + self.radix_digits(radix)
            if negative:
                value = -value
            exponent = self.exponent(radix) - decimals
            if decimals:
                return self.float_of(start, value, radix, exponent, negative)
            return self.scaled_by(start, value, radix, exponent)
        if self.peek() == u'.' and is_digit(self.peek(1)):
            self.pos += 1
            decimals = self.digits()
            if self.is_scale():
                scale = self.scale(len(decimals))
                return scaled(int(text + decimals), 10 ** len(decimals), scale)
            exponent = self.exponent(10)
            value = float('%s.%se%d' % (text, decimals, exponent))
            if value == float('inf'):
                self.error(start, 'the number is too large for a Float')
            return Float(value)
        if self.is_scale():
            return scaled(int(text), 1, self.scale(0))
        return self.scaled_by(start, int(text), 10, self.exponent(10))

    def radix_digits(self, radix):
        start = self.pos
        value = 0
        while self.digit(0) < radix:
            value = value * radix + self.digit(0)
            self.pos += 1
        if start == self.pos:
            self.error(start, 'a digit of radix %d is expected' % radix)
        return value

    def digit(self, ahead):
        """The value of the digit or letter there; 99 for anything else."""
        c = self.peek(ahead)
        if is_digit(c):
            return ord(c) - 48
        if u'A' <= c <= u'Z':
            return ord(c) - 55
        if u'a' <= c <= u'z':
            return ord(c) - 87
        return 99

    def decimals_of_radix(self, radix):
        """How many digits, behind a period, belong to the number that ends here.  Letters may be digits as well as begin
        the next statement, as in 16rFF.Array new: that they do if they are part of a name, or the first one is small."""
        if self.peek() != u'.' or self.peek(1) >= u'a':
            return 0
        count = 0
        while self.digit(count + 1) < radix:
            count += 1
        after = self.peek(count + 1)
        if after != u'' and is_name_part(after) and not self.is_exponent(count + 1):
            return 0
        return count

    def float_of(self, start, value, radix, exponent, negative):
        """The Float nearest to value * radix ** exponent; true division of integers rounds correctly."""
        try:
            number = value * radix ** max(exponent, 0) / radix ** max(-exponent, 0)
        except OverflowError:
            self.error(start, 'the number is too large for a Float')
        return Float(-0.0 if negative and value == 0 else number)

    def is_exponent(self, ahead):
        """Whether an exponent begins there."""
        if self.peek(ahead) not in (u'e', u'd', u'q'):
            return False
        return is_digit(self.peek(ahead + (2 if self.peek(ahead + 1) == u'-' else 1)))

    def exponent(self, radix):
        """The exponent that follows, 0 if there is none."""
        if not self.is_exponent(0):
            return 0
        negative = self.peek(1) == u'-'
        start = self.pos
        self.pos += 2 if negative else 1
        value = int(self.digits())
        if value > MAX_EXPONENT:
            self.error(start, 'the exponent is too large')
        return -value if negative else value

    def scaled_by(self, start, value, radix, exponent):
        if exponent >= 0:
            return Integer(value * radix ** exponent)
        numerator, denominator = reduced(value, radix ** -exponent)
        if denominator == 1:
            return Integer(numerator)
        return Fraction(numerator, denominator)

    def is_scale(self):
        """Whether s, and the decimals of a ScaledDecimal, follow."""
        return self.peek() == u's' and (is_digit(self.peek(1)) or not is_name_part(self.peek(1)))

    def scale(self, default):
        self.pos += 1
        start = self.pos
        text = self.digits()
        if text == u'':
            return default
        if int(text) > MAX_EXPONENT:
            self.error(start, 'the scale is too large')
        return int(text)


def reduced(numerator, denominator):
    a, b = abs(numerator), denominator
    while b:
        a, b = b, a % b
    return numerator // a, denominator // a


def scaled(numerator, denominator, scale):
    numerator, denominator = reduced(numerator, denominator)
    return Scaled(numerator, denominator, scale)


def negated(literal):
    """The number's negative."""
    if isinstance(literal, Integer):
        return Integer(-literal.value)
    if isinstance(literal, Float):
        return Float(-literal.value)
    if isinstance(literal, Fraction):
        return Fraction(-literal.numerator, literal.denominator)
    return Scaled(-literal.numerator, literal.denominator, literal.scale)
