"""The kernel image's numbers against Python's: printing and reading of Floats, and arithmetic on Integers of all sizes."""
import math
import random
import re
import struct
import sys

import pytest

from kernelimages import kernel_image
from spyvm.platform.host import Host
from spyvm.image.reader import read_image_file
from spyvm.rpy.osio import from_native
from spyvm.vm import VM

sys.setrecursionlimit(20000)

SIZES = (5, 20, 30, 31, 32, 60, 61, 62, 63, 64, 65, 100, 300)
ARITHMETIC = ('a + b', 'a - b', 'a * b', 'a // b', 'a \\\\ b', 'a quo: b', 'a rem: b', 'a gcd: b', 'a bitAnd: b',
              'a bitOr: b', 'a bitXor: b', 'a bitShift: b \\\\ 200 - 100', 'a abs sqrtFloor', 'a asFloat asTrueFraction',
              '(a slowDigitDiv: b neg: false) first', '(a slowDigitDiv: b neg: false) last',
              'a slowDigitMultiply: b neg: false')


@pytest.fixture(scope='module', params=['spur64', 'v3'])
def image(request):
    return kernel_image(request.param)


def evaluate(image, code):
    """The printString of the code's value, a String without quotes in it, by a machine of its own."""
    vm = VM(read_image_file(from_native(image)), Host('/spy', [], from_native(image), []))
    return vm.evaluate(code).strip("'")


def bits_of(value):
    return struct.unpack('>Q', struct.pack('>d', value))[0]


def float_of(bits):
    return struct.unpack('>d', struct.pack('>Q', bits))[0]


def squeak_form(value):
    """The shortest digits as Squeak puts them: plain for numbers from 0.0001 up to 1000000, otherwise with an exponent."""
    sign, integer, fraction, exponent = re.match(r'(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$', repr(value)).groups()
    digits = integer + (fraction or '')
    point = len(integer) + int(exponent or 0) - (len(digits) - len(digits.lstrip('0')))
    digits = digits.strip('0')
    if not digits:
        return sign + '0.0'
    if not -3 <= point <= 6:
        return '%s%s.%se%d' % (sign, digits[0], digits[1:] or '0', point - 1)
    if point <= 0:
        return '%s0.%s%s' % (sign, '0' * -point, digits)
    return '%s%s.%s' % (sign, digits[:point].ljust(point, '0'), digits[point:] or '0')


def some_floats():
    """Finite Floats: of all magnitudes, denormal ones, powers of two, with few digits."""
    generator = random.Random(7)
    found = [generator.getrandbits(64) for _ in range(25)] + [generator.getrandbits(52) for _ in range(5)]
    found += [generator.getrandbits(11) << 52 for _ in range(10)]
    found += [bits_of(generator.randint(-10 ** 6, 10 ** 6) / 10.0 ** generator.randint(0, 9)) for _ in range(20)]
    return [bits for bits in found if (bits >> 52) & 0x7FF != 0x7FF]


def test_floats_print_with_the_fewest_digits_and_read_back():
    image = kernel_image('spur64')
    words = some_floats()
    answer = evaluate(image, '''
        | out |
        out := WriteStream on: (String new: 100).
        #(%s) do: [:each |
            | float text |
            float := Float fromIEEE64Bit: each.
            text := float printString.
            out nextPutAll: text; space; print: (Number readFrom: text) asIEEE64BitWord; space].
        ^out contents''' % ' '.join('%d' % word for word in words)).split()
    assert answer[0::2] == [squeak_form(float_of(word)) for word in words]
    assert [int(word) for word in answer[1::2]] == words


def halfway_texts():
    """Decimals in the middle between two Floats, with all their digits, and one more."""
    generator = random.Random(3)
    texts = []
    for _ in range(5):
        bits = generator.getrandbits(62)
        low, high = float_of(bits).as_integer_ratio(), float_of(bits + 1).as_integer_ratio()
        numerator = low[0] * high[1] + high[0] * low[1]
        twos = (2 * low[1] * high[1]).bit_length() - 1
        texts += ['%d.0e%d' % (numerator * 5 ** twos, -twos), '%d.1e%d' % (numerator * 5 ** twos, -twos)]
    return texts


def test_decimals_are_read_as_the_nearest_float():
    image = kernel_image('spur32')
    generator = random.Random(5)
    texts = halfway_texts()
    for _ in range(25):
        digits = str(generator.randint(1, 10 ** generator.randint(1, 30)))
        texts.append('%s.%se%d' % (digits[0], digits[1:] or '0', generator.randint(-340, 310)))
    answer = evaluate(image, '''
        | out |
        out := WriteStream on: (String new: 100).
        #(%s) do: [:each | out print: (Number readFrom: each) asIEEE64BitWord; space].
        ^out contents''' % ' '.join("'%s'" % text for text in texts)).split()
    assert [int(word) for word in answer] == [bits_of(float(text)) for text in texts]


def square_root(number):
    """Without its fraction."""
    root = 1 << (number.bit_length() + 1) // 2
    while root * root > number:
        root = (root + number // root) // 2
    return root


def greatest_divisor(a, b):
    while b:
        a, b = b, a % b
    return abs(a)


def expected(a, b):
    quotient = abs(a) // abs(b) if (a < 0) == (b < 0) else -(abs(a) // abs(b))
    shift = b % 200 - 100
    return [a + b, a - b, a * b, a // b, a % b, quotient, a - b * quotient, greatest_divisor(a, b), a & b, a | b, a ^ b,
            a << shift if shift >= 0 else a >> -shift, square_root(abs(a)), int(float(a)), abs(a) // abs(b),
            a - b * quotient, abs(a) * abs(b)]


def test_integers_of_all_sizes(image):
    generator = random.Random(9)
    pairs = []
    for _ in range(20):
        pairs.append([generator.choice((1, -1)) * (generator.getrandbits(generator.choice(SIZES)) or 7) for _ in range(2)])
    answer = evaluate(image, '''
        | out |
        out := WriteStream on: (String new: 100).
        #(%s) do: [:pair |
            | a b |
            a := pair first.
            b := pair last.
            %s].
        ^out contents''' % (' '.join('(%d %d)' % tuple(pair) for pair in pairs),
                            ' '.join('out print: (%s); space.' % text for text in ARITHMETIC))).split()
    count = len(ARITHMETIC)
    for i, (a, b) in enumerate(pairs):
        found = [int(text) for text in answer[i * count:(i + 1) * count]]
        assert list(zip(ARITHMETIC, found)) == list(zip(ARITHMETIC, expected(a, b))), (a, b)


FUNCTIONS = [('sin', math.sin), ('cos', math.cos), ('tan', math.tan), ('arcTan', math.atan), ('exp', math.exp),
             ('sinh', math.sinh), ('cosh', math.cosh), ('tanh', math.tanh), ('arSinh', math.asinh)]


def test_functions_agree_to_nearly_all_digits():
    image = kernel_image('spur64')
    values = [0.001, -0.001, 0.05, 0.3, -0.7, 1.0, 1.5, -2.5, 3.0, 5.5, 10.0, -20.0]
    names = [name for name, _ in FUNCTIONS]
    answer = evaluate(image, '''
        | out |
        out := WriteStream on: (String new: 100).
        #(%s) do: [:each | #(%s) do: [:name | out print: (each perform: name); space]].
        ^out contents''' % (' '.join(repr(value) for value in values), ' '.join(names))).split()
    found = [float(text) for text in answer]
    wanted = [function(value) for value in values for _, function in FUNCTIONS]
    assert found == pytest.approx(wanted, rel=4e-15)
