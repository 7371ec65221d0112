"""Integer primitives, against Python's integers."""
import random

import pytest

import fakeimage
import operands
import vectors
from spyvm.objects import integers
from spyvm.objects.errors import PrimitiveFailed
from spyvm.primitives import floats      # noqa: F401: registers primitives
from spyvm.primitives import integers as integer_primitives
from spyvm.primitives import registry


def truncating(a, b):
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


ARITHMETIC = {
    21: lambda a, b: a + b, 22: lambda a, b: a - b, 29: lambda a, b: a * b,
    34: lambda a, b: a & b, 35: lambda a, b: a | b, 36: lambda a, b: a ^ b,
    14: lambda a, b: a & b, 15: lambda a, b: a | b, 16: lambda a, b: a ^ b,
}
DIVISION = {
    31: lambda a, b: a % b, 32: lambda a, b: a // b, 33: truncating, 20: lambda a, b: a - truncating(a, b) * b,
}
COMPARISON = {
    23: lambda a, b: a < b, 24: lambda a, b: a > b, 25: lambda a, b: a <= b, 26: lambda a, b: a >= b,
    27: lambda a, b: a == b, 28: lambda a, b: a != b, 7: lambda a, b: a == b, 8: lambda a, b: a != b,
}
SMALL = {
    1: lambda a, b: a + b, 2: lambda a, b: a - b, 9: lambda a, b: a * b, 3: lambda a, b: a < b, 4: lambda a, b: a > b,
    5: lambda a, b: a <= b, 6: lambda a, b: a >= b,
}
SMALL_DIVISION = {11: lambda a, b: a % b, 12: lambda a, b: a // b, 13: truncating}


class Image(object):
    def __init__(self, kind):
        self.memory = fakeimage.make_memory(kind)
        self.interp = fakeimage.FakeInterp(self.memory)

    def call(self, number, w_receiver, *args_w):
        return vectors.call(self.interp, registry.find_numbered(number, self.memory.is_spur), w_receiver, list(args_w))

    def int(self, value):
        return fakeimage.integer(self.memory, value)

    def compute(self, number, a, b):
        """The value that a primitive answers for two values; checks that it is normalised."""
        w_result = self.call(number, self.int(a), self.int(b))
        value = fakeimage.python_value(self.memory, w_result)
        if not isinstance(value, bool):
            assert fakeimage.is_normalised(self.memory, w_result)
        return value

    def fails(self, number, w_receiver, *args_w):
        try:
            self.call(number, w_receiver, *args_w)
        except PrimitiveFailed:
            return True
        return False


@pytest.fixture(params=fakeimage.KINDS)
def image(request):
    return Image(request.param)


@pytest.mark.parametrize('number', sorted(ARITHMETIC) + sorted(COMPARISON))
def test_of_any_size(image, number):
    operation = ARITHMETIC.get(number) or COMPARISON[number]
    rng = random.Random(number)
    for a, b in operands.pairs(60, number):
        w_a = operands.integer(image.memory, a, rng)
        w_b = operands.integer(image.memory, b, rng)
        w_result = image.call(number, w_a, w_b)
        assert fakeimage.python_value(image.memory, w_result) == operation(a, b), (a, b)
        assert number in COMPARISON or fakeimage.is_normalised(image.memory, w_result), (a, b)
        assert fakeimage.python_value(image.memory, w_a) == a and fakeimage.python_value(image.memory, w_b) == b


@pytest.mark.parametrize('number', sorted(DIVISION))
def test_division_of_any_size(image, number):
    rng = random.Random(number)
    for a, b in operands.pairs(60, number):
        w_a = operands.integer(image.memory, a, rng)
        w_b = operands.integer(image.memory, b, rng)
        if b == 0:
            assert image.fails(number, w_a, w_b)
            continue
        w_result = image.call(number, w_a, w_b)
        assert fakeimage.python_value(image.memory, w_result) == DIVISION[number](a, b), (a, b)
        assert fakeimage.is_normalised(image.memory, w_result)


def test_a_remainder_does_not_share_its_bytes_with_the_dividend(image):
    w_a = fakeimage.large(image.memory, 1 << 100)
    w_result = image.call(20, w_a, fakeimage.large(image.memory, 1 << 200))
    assert w_result.bytes == w_a.bytes and w_result.bytes is not w_a.bytes


def test_exact_division(image):
    rng = random.Random(30)
    for a, b in operands.pairs(40, 30):
        w_b = operands.integer(image.memory, b, rng)
        if b == 0 or a % b:
            assert image.fails(30, image.int(a), w_b)
        else:
            assert image.compute(30, a, b) == a // b
        if b:
            assert image.compute(30, a * b, b) == a


@pytest.mark.parametrize('number', [17, 37])
def test_shift(image, number):
    rng = random.Random(number)
    shifts = [0, 1, 7, 8, 9, 29, 30, 31, 32, 33, 60, 61, 62, 63, 64, 65, 127, 128, 500, 5000]
    for a, _ in operands.pairs(20, number):
        for bits in rng.sample(shifts, 3):
            for count in (bits, -bits):
                if number == 17 and a < 0 and image.memory.word_size == 4:
                    assert image.fails(17, image.int(a), image.int(count))
                    continue
                w_result = image.call(number, operands.integer(image.memory, a, rng), image.int(count))
                expected = a << count if count >= 0 else a >> -count
                assert fakeimage.python_value(image.memory, w_result) == expected, (a, count)
                assert fakeimage.is_normalised(image.memory, w_result)


def test_shifts_by_absurd_numbers(image):
    most, least = image.memory.max_int, image.memory.min_int
    if most > integers.MAX_BITS:
        assert image.fails(37, image.int(1), image.int(most))
        assert image.fails(37, image.int(-1), image.int(10 ** 12))
        assert image.fails(17, image.int(1), image.int(10 ** 12))
    assert image.compute(37, 0, most) == 0
    assert image.compute(37, 1 << 100, least) == 0
    assert image.compute(37, -1 << 100, least) == -1
    assert image.compute(37, -1, least) == -1
    assert image.fails(37, image.int(1), fakeimage.large(image.memory, 1 << 64))


@pytest.mark.parametrize('number', sorted(SMALL) + sorted(SMALL_DIVISION))
def test_of_small_integers(image, number):
    operation = SMALL.get(number) or SMALL_DIVISION[number]
    least, most = image.memory.min_int, image.memory.max_int
    rng = random.Random(number)
    for a, b in operands.pairs(60, number):
        if least <= a <= most and least <= b <= most:
            if b == 0 and number in SMALL_DIVISION:
                assert image.fails(number, image.int(a), image.int(b))
            else:
                assert image.compute(number, a, b) == operation(a, b), (a, b)
        else:       # the reference takes no LargeIntegers here
            assert image.fails(number, image.int(a), image.int(b))
        assert image.fails(number, fakeimage.large(image.memory, abs(a)), operands.integer(image.memory, 5, rng))


def test_overflow_of_small_integers(image):
    least, most = image.memory.min_int, image.memory.max_int
    assert image.compute(1, most, most) == 2 * most
    assert image.compute(1, least, least) == 2 * least
    assert image.compute(2, least, most) == least - most
    assert image.compute(9, least, least) == least * least
    assert image.compute(9, least, -1) == most + 1
    assert image.compute(9, most, least) == most * least
    assert image.compute(10, least, -1) == most + 1
    assert image.compute(12, least, -1) == most + 1
    assert image.compute(13, least, -1) == most + 1


def test_division_of_small_integers(image):
    assert image.compute(10, -12, 4) == -3
    assert image.fails(10, image.int(7), image.int(2))
    assert image.fails(10, image.int(7), image.int(0))
    assert image.compute(13, -7, 2) == -3
    assert image.compute(12, -7, 2) == -4
    assert image.compute(11, -7, 2) == 1
    assert image.compute(11, 7, -2) == -1


@pytest.mark.parametrize('number', list(range(1, 18)) + list(range(20, 38)))
def test_other_objects_fail(image, number):
    memory = image.memory
    others = [memory.w_nil, memory.w_true, memory.float_object(1.0), fakeimage.string(memory, 'abc'),
              fakeimage.byte_array(memory, [1, 2, 3, 4, 5, 6, 7, 8, 9]), fakeimage.array(memory, []),
              memory.character_object(65)]
    for w_other in others:
        for w_good in (image.int(5), image.int(1 << 70)):
            assert image.fails(number, w_good, w_other)
            assert image.fails(number, w_other, w_good)
        assert image.fails(number, w_other, w_other)


def test_point(image):
    memory = image.memory
    for w_y in (image.int(4), memory.float_object(1.5)):
        w_point = image.call(18, image.int(3), w_y)
        assert w_point.view is memory.view_Point and w_point.slots == [w_point.slots[0], w_y]
        assert w_point.slots[0].value == 3
    for w_y in (memory.w_nil, image.int(1 << 80), fakeimage.string(memory, 'x')):
        assert image.fails(18, image.int(3), w_y)


def test_without_large_negative_integers():
    """Images of Squeak 2 do not tell the VM which class that is."""
    image = Image('v3')
    memory = image.memory
    w_negative = fakeimage.large(memory, -1 << 70)
    memory.view_LargeNegativeInteger = None
    big = 1 << 70
    assert image.compute(21, big, 5) == big + 5
    assert image.compute(22, big, big - 5) == 5
    assert image.compute(22, big, big + 5) == -5
    assert image.fails(22, image.int(5), image.int(big))
    assert image.fails(21, w_negative, image.int(5))
    assert image.fails(21, image.int(5), w_negative)
    assert image.fails(29, image.int(big), image.int(-1))
    assert image.compute(31, big, 1000) == big % 1000


@pytest.mark.parametrize('kind', ['spur32', 'spur64'])
def test_high_bit_and_hash_multiply(kind):
    image = Image(kind)
    for value in [0, 1, 2, 255, 256, image.memory.max_int]:
        assert image.call(575, image.int(value)).value == value.bit_length()
    assert image.fails(575, image.int(-1))
    assert image.fails(575, image.int(1 << 80))
    for value in [0, 1, -1, 12345, -12345, image.memory.max_int, image.memory.min_int, (1 << 64) - 1, 1 << 100]:
        assert image.call(159, image.int(value)).value == ((value & 0xFFFFFFFF) * 1664525) & 0xFFFFFFF
    assert image.fails(159, image.memory.w_nil)
    assert image.fails(159, fakeimage.large(image.memory, -1 << 90))


def test_factorial(image):
    w_result = image.int(1)
    expected = 1
    for n in range(1, 200):
        w_result = image.call(29, w_result, image.int(n))
        expected *= n
        assert fakeimage.python_value(image.memory, w_result) == expected
    for n in range(1, 200):
        w_result = image.call(32, w_result, image.int(n))
    assert w_result.value == 1


def test_memory_converts(image):
    memory = image.memory
    for value in operands.edge_values():
        w_value = image.int(value)
        assert fakeimage.python_value(memory, memory.big_object(memory.big_value(w_value))) == value
        assert memory.big_value(w_value).str() == str(value)
        if -2 ** 63 <= value < 2 ** 63:
            assert memory.int_value(w_value) == value
            assert fakeimage.python_value(memory, memory.int_object(int(value))) == value
        else:
            with pytest.raises(PrimitiveFailed):
                memory.int_value(w_value)
        if 0 <= value < 2 ** 64:
            assert fakeimage.python_value(memory, memory.unsigned64_object(memory.unsigned64_value(w_value))) == value
        else:
            with pytest.raises(PrimitiveFailed):
                memory.unsigned64_value(w_value)


def test_numbers_are_registered():
    for number in list(range(1, 19)) + list(range(20, 60)):
        for spur in (False, True):
            assert registry.find_numbered(number, spur) is not None, number
    for number in range(541, 560):
        assert registry.find_numbered(number, True) is not None, number
    assert integer_primitives.add is not None
