"""Values of simple objects as Smalltalk writes them, in printable ASCII: what is not, in a string, comes out as \\xNN."""
from spyvm.rpy.bigint import big_from_digits
from spyvm.rpy.floats import isfinite, isnan
from spyvm.rpy.floattext import shortest

HEX = '0123456789ABCDEF'
COLOR_BITS, COLOR_MASK = 10, 1023
MAX_DIGITS = 1000           # bytes of a LargeInteger: the time for more grows with their square


class LiteralWriter(object):
    """Takes pieces of text up to a limit of characters.  `full` says that there were more."""

    def __init__(self, limit):
        self.limit = limit
        self.size = 0
        self.full = False
        self.parts = []

    def write(self, text):
        room = self.limit - self.size
        if len(text) > room:
            assert room >= 0
            text = text[0:room]
            self.full = True
        self.size += len(text)
        self.parts.append(text)

    def text(self):
        if self.full:
            return ''.join(self.parts) + '...'
        return ''.join(self.parts)


def visible(text):
    """The text in printable ASCII."""
    parts = []
    for char in text:
        if ' ' <= char <= '~':
            parts.append(char)
        else:
            code = ord(char)
            parts.append('\\x' + HEX[(code >> 4) & 15] + HEX[code & 15])
    return ''.join(parts)


def string_literal(text):
    parts = ["'"]
    for char in text:
        parts.append("''" if char == "'" else visible(char))
    parts.append("'")
    return ''.join(parts)


def symbol_literal(text):
    if is_plain_symbol(text):
        return '#' + text
    return '#' + string_literal(text)


def is_plain_symbol(text):
    """Whether it needs no quotes: names, keywords, binary selectors."""
    if len(text) == 0:
        return False
    binary = True
    name = not ('0' <= text[0] <= '9') and text[0] != ':'
    for char in text:
        if char not in '+-*/\\~<>=@,%|&?!':
            binary = False
        if not ('a' <= char <= 'z' or 'A' <= char <= 'Z' or '0' <= char <= '9' or char == '_' or char == ':'):
            name = False
    return name or binary


def character_literal(code):
    if 32 < code < 127:
        return '$' + chr(code)
    return '(Character value: %d)' % code


def float_literal(value):
    if isnan(value):
        return 'Float nan'
    if not isfinite(value):
        return 'Float infinity' if value > 0.0 else 'Float infinity negated'
    text = shortest(value)
    mark = text.find('e')
    if mark < 0:
        return text if text.find('.') >= 0 else text + '.0'
    mantissa = text[0:mark]
    if mantissa.find('.') < 0:
        mantissa += '.0'
    start = mark + 1
    negative = False
    while start < len(text) and text[start] in '+-0':
        if text[start] == '-':
            negative = True
        start += 1
    assert start >= 0
    return mantissa + ('e-' if negative else 'e') + text[start:]


def large_integer_literal(digits, negative):
    """`digits`: the bytes of the magnitude, the lowest first; '' if there are too many."""
    if len(digits) > MAX_DIGITS:
        return ''
    chars = [char for char in digits]
    text = big_from_digits(chars, len(chars)).str()
    if negative and text != '0':
        return '-' + text
    return text


def byte_array_literal(data, limit):
    """#[1 2 3]: no more than `limit` of the bytes."""
    parts = []
    for i in range(min(len(data), limit)):
        parts.append('%d' % ord(data[i]))
    if len(data) > limit:
        parts.append('...')
    return '#[' + ' '.join(parts) + ']'


def with_article(class_name):
    """'a Morph', 'an Array'."""
    if len(class_name) > 0 and class_name[0] in 'AEIOUaeiou':
        return 'an ' + visible(class_name)
    return 'a ' + visible(class_name)


def color_literal(rgb):
    """From the value of a Color's first field: three components of 10 bits each."""
    return '(Color r: %s g: %s b: %s)' % (component(rgb >> (2 * COLOR_BITS)), component(rgb >> COLOR_BITS), component(rgb))


def component(value):
    """From 0.0 to 1.0, with three digits at most."""
    thousandths = ((value & COLOR_MASK) * 1000 + (COLOR_MASK >> 1)) // COLOR_MASK
    if thousandths == 1000:
        return '1.0'
    digits = '%d' % (1000 + thousandths)
    stop = 4
    while stop > 2 and digits[stop - 1] == '0':
        stop -= 1
    assert stop >= 1
    return '0.' + digits[1:stop]
