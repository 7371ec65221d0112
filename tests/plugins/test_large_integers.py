"""The LargeIntegers plugin, against Python's integers."""
import random

import pytest

import fakeimage
import operands
import vectors
from spyvm.objects.errors import PrimitiveFailed
from spyvm.plugins import large_integers     # noqa: F401: registers its primitives
from spyvm.primitives import registry


class Image(object):
    def __init__(self, kind):
        self.memory = fakeimage.make_memory(kind)
        self.interp = fakeimage.FakeInterp(self.memory)

    def object(self, value):
        if value is True or value is False:
            return self.memory.bool_object(value)
        if hasattr(value, 'class_view'):
            return value
        return fakeimage.integer(self.memory, value)

    def call(self, name, *values):
        w_objects = [self.object(value) for value in values]
        return vectors.call(self.interp, registry.find_named('LargeIntegers', name), w_objects[0], w_objects[1:])

    def value(self, name, *values):
        """What the primitive answers; checks that an Integer is normalised."""
        return self.checked(self.call(name, *values))

    def checked(self, w_result):
        value = fakeimage.python_value(self.memory, w_result)
        if not isinstance(value, bool):
            assert fakeimage.is_normalised(self.memory, w_result)
        return value

    def fails(self, name, *values):
        try:
            self.call(name, *values)
        except PrimitiveFailed:
            return True
        return False

    def large(self, value, size=0):
        return fakeimage.large(self.memory, value, size)


@pytest.fixture(params=fakeimage.KINDS)
def image(request):
    return Image(request.param)


def sign(value):
    return -1 if value < 0 else 1


MAGNITUDES = {
    'primDigitAdd': lambda a, b: sign(a) * (abs(a) + abs(b)),
    'primDigitSubtract': lambda a, b: sign(a) * (abs(a) - abs(b)),
    'primDigitCompare': lambda a, b: (abs(a) > abs(b)) - (abs(a) < abs(b)),
}
LOGIC = {
    'primDigitBitAnd': lambda a, b: a & b,
    'primDigitBitOr': lambda a, b: a | b,
    'primDigitBitXor': lambda a, b: a ^ b,
}


@pytest.mark.parametrize('name', sorted(MAGNITUDES))
def test_magnitudes(image, name):
    rng = random.Random(7)
    for a, b in operands.pairs(60):
        if a == 0:
            continue        # which may have either sign
        w_a = operands.integer(image.memory, a, rng)
        w_b = operands.integer(image.memory, b, rng)
        assert image.value(name, w_a, w_b) == MAGNITUDES[name](a, b), (a, b)
        assert image.value(name + 'With', image.memory.w_nil, w_a, w_b) == MAGNITUDES[name](a, b)
        assert fakeimage.python_value(image.memory, w_a) == a and fakeimage.python_value(image.memory, w_b) == b


@pytest.mark.parametrize('name', sorted(LOGIC))
def test_logic(image, name):
    rng = random.Random(8)
    op = sorted(LOGIC).index(name)
    for a, b in operands.pairs(60):
        w_a = operands.integer(image.memory, a, rng)
        w_b = operands.integer(image.memory, b, rng)
        if a < 0 or b < 0:
            assert image.fails(name, w_a, w_b)
        else:
            assert image.value(name, w_a, w_b) == LOGIC[name](a, b), (a, b)
            assert image.value('primDigitBitLogicWithOp', image.memory.w_nil, w_a, w_b, op) == LOGIC[name](a, b)
    assert image.fails('primDigitBitLogicWithOp', image.memory.w_nil, 1, 2, 3)
    assert image.fails('primDigitBitLogicWithOp', image.memory.w_nil, 1, 2, -1)


def test_multiply(image):
    rng = random.Random(9)
    for a, b in operands.pairs(60):
        for negative in (False, True):
            expected = -abs(a * b) if negative else abs(a * b)
            w_a = operands.integer(image.memory, a, rng)
            w_b = operands.integer(image.memory, b, rng)
            assert image.value('primDigitMultiplyNegative', w_a, w_b, negative) == expected, (a, b)
            assert image.value('primDigitMultiplyWithNegative', image.memory.w_nil, w_a, w_b, negative) == expected
    assert image.fails('primDigitMultiplyNegative', 1, 2, image.memory.w_nil)
    assert image.fails('primDigitMultiplyNegative', 1, 2, 1)


def test_long_products(image):
    """Long enough for all the algorithms there are."""
    rng = random.Random(10)
    for bits in (2000, 5000, 12000):
        a, b = rng.getrandbits(bits), rng.getrandbits(bits // 2)
        product = image.value('primDigitMultiplyNegative', a, b, False)
        assert product == a * b
        w_pair = image.call('primDigitDivNegative', product + 5, a, False)
        assert fakeimage.python_value(image.memory, w_pair.at0(image.memory, 0)) == b
        assert fakeimage.python_value(image.memory, w_pair.at0(image.memory, 1)) == 5


def test_divide(image):
    rng = random.Random(11)
    memory = image.memory
    for a, b in operands.pairs(60):
        negative = rng.random() < 0.5
        if b == 0:
            assert image.fails('primDigitDivNegative', a, b, negative)
            continue
        quotient, remainder = divmod(abs(a), abs(b))
        for w_pair in (image.call('primDigitDivNegative', a, b, negative),
                       image.call('primDigitDivWithNegative', memory.w_nil, a, b, negative)):
            assert w_pair.class_view(memory) is memory.view_Array and w_pair.pointer_size(memory) == 2
            assert image.checked(w_pair.fetch(memory, 0)) == (-quotient if negative else quotient), (a, b)
            assert image.checked(w_pair.fetch(memory, 1)) == sign(a) * remainder, (a, b)


def test_divide_fails_on_leading_zeros(image):
    big = 1 << 100
    assert image.fails('primDigitDivNegative', image.large(big, 20), 5, False)
    assert image.fails('primDigitDivNegative', big, image.large(5, 8), False)
    assert image.fails('primDigitDivNegative', big, image.large(0), False)
    assert image.fails('primDigitDivNegative', big, image.large(0, 10), False)
    assert image.fails('primDigitDivNegative', image.large(0), 5, False)
    assert image.fails('primDigitDivNegative', big, 5, 5)


@pytest.mark.parametrize('name', ['primDigitBitShiftMagnitude', 'primDigitBitShift', '_primDigitBitShift'])
def test_shift(image, name):
    rng = random.Random(12)
    for a, _ in operands.pairs(40):
        for shift in rng.sample([0, 1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 100], 3) + [rng.randrange(1000)]:
            w_a = operands.integer(image.memory, a, rng)
            assert image.value(name, w_a, shift) == sign(a) * (abs(a) << shift)
            assert image.value(name, w_a, -shift) == sign(a) * (abs(a) >> shift)
            assert fakeimage.python_value(image.memory, w_a) == a
    assert image.value(name, 1 << 100, image.memory.min_int) == 0
    assert image.value(name, 0, image.memory.max_int) == 0
    assert image.fails(name, 1, image.memory.w_nil)
    if image.memory.is_spur64:
        assert image.fails(name, 1, 10 ** 12)
        assert image.fails(name, 1, image.memory.max_int)


def test_any_bit(image):
    rng = random.Random(13)
    for a, _ in operands.pairs(40):
        for _ in range(3):
            start, stop = rng.randrange(1, 200), rng.choice([rng.randrange(1, 200), 1 << 28])
            w_a = operands.integer(image.memory, a, rng)
            mask = ((1 << (min(stop, 5000) + 1)) - 1) >> start << start
            assert image.value('primAnyBitFromTo', w_a, start, stop) == bool((abs(a) << 1) & mask), (a, start, stop)
    for start, stop in [(0, 1), (1, 0), (-1, 5), (5, -1)]:
        assert image.fails('primAnyBitFromTo', 5, start, stop)
    assert image.value('primAnyBitFromTo', image.large(0), 1, 5) is False
    assert image.value('primAnyBitFromTo', 1 << 64, image.memory.max_int, image.memory.max_int) is False


def test_normalize(image):
    memory = image.memory
    for value in operands.edge_values():
        name = 'primNormalizeNegative' if value < 0 else 'primNormalizePositive'
        other = 'primNormalizePositive' if value < 0 else 'primNormalizeNegative'
        for size in (0, 1, 8, 9, 16, 20):
            w_integer = image.large(value, size)
            w_result = image.call(name, w_integer)
            assert image.checked(w_result) == value
            assert (w_result is w_integer) == fakeimage.is_normalised(memory, w_integer)
            assert image.fails(other, w_integer)
            assert image.value('primNormalize', memory.w_nil, w_integer) == value
    w_integer = fakeimage.large(memory, 0)
    w_integer.view = memory.view_LargeNegativeInteger
    assert image.value('primNormalizeNegative', w_integer) == 0
    assert image.fails('primNormalizePositive', 5)
    assert image.fails('primNormalizeNegative', -5)
    assert image.fails('primNormalizePositive', memory.w_nil)
    assert image.fails('primNormalizePositive', fakeimage.byte_array(memory, [1, 2]))


def test_normalized_integers_do_not_share_bytes(image):
    w_integer = image.large(1 << 100, 20)
    w_result = image.call('primNormalizePositive', w_integer)
    assert w_result.bytes is not w_integer.bytes


def test_as_large_integer(image):
    memory = image.memory
    for value in [0, 1, -1, 300, memory.max_int, memory.min_int]:
        w_result = image.call('primAsLargeInteger', memory.w_nil, value)
        assert memory.is_large_integer(w_result) and len(w_result.bytes) > 0
        assert fakeimage.python_value(memory, w_result) == value
    w_integer = image.large(1 << 70)
    assert image.call('primAsLargeInteger', memory.w_nil, w_integer) is w_integer
    assert image.fails('primAsLargeInteger', memory.w_nil, memory.w_nil)


def inverse(modulus):
    """Of the negated modulus modulo 2**32."""
    result = 1
    for _ in range(6):
        result = result * (2 + modulus * result) & 0xFFFFFFFF
    assert (modulus * result + 1) & 0xFFFFFFFF == 0
    return result


def test_montgomery(image):
    assert image.value('primMontgomeryDigitLength', 5) == 32
    rng = random.Random(14)
    for bits in [2, 16, 31, 32, 33, 60, 64, 65, 128, 512, 2000]:
        for _ in range(10):
            modulus = rng.getrandbits(bits) | 1 | 1 << (bits - 1)
            a, b = rng.randrange(modulus), rng.randrange(modulus)
            digits = (bits + 31) // 32
            result = image.value('primMontgomeryTimesModulo', a, b, modulus, inverse(modulus))
            assert result < modulus
            assert ((result << (32 * digits)) - a * b) % modulus == 0
            # other operands of as many digits
            a = rng.getrandbits(32 * digits)
            image.call('primMontgomeryTimesModulo', a, a, modulus, rng.getrandbits(32))
    assert image.fails('primMontgomeryTimesModulo', 1 << 64, 1, 5, 1)
    assert image.fails('primMontgomeryTimesModulo', 1, 1 << 64, 5, 1)
    assert image.fails('primMontgomeryTimesModulo', 0, 0, 0, 1)
    assert image.fails('primMontgomeryTimesModulo', 0, 0, image.large(0, 8), 1)
    assert image.fails('primMontgomeryTimesModulo', 1, 1, 5, 1 << 32)
    assert image.fails('primMontgomeryTimesModulo', 1, 1, 5, -1)
    assert image.value('primMontgomeryTimesModulo', 0, image.large(0), 5, inverse(5)) == 0


@pytest.mark.parametrize('name', sorted(MAGNITUDES) + sorted(LOGIC))
def test_other_objects_fail(image, name):
    memory = image.memory
    for w_other in [memory.w_nil, memory.float_object(1.0), fakeimage.byte_array(memory, [1, 2, 3]), memory.w_true]:
        assert image.fails(name, 5, w_other)
        assert image.fails(name, w_other, 5)
        assert image.fails(name, 1 << 70, w_other)
        assert image.fails('primDigitMultiplyNegative', w_other, 5, False)
        assert image.fails('primDigitMultiplyNegative', 5, w_other, False)
        assert image.fails('primDigitDivNegative', w_other, 5, False)
        assert image.fails('primDigitDivNegative', 5, w_other, False)
        assert image.fails('primDigitBitShiftMagnitude', w_other, 5)
        assert image.fails('primDigitBitShiftMagnitude', 5, w_other)
        assert image.fails('primAnyBitFromTo', w_other, 1, 5)
        assert image.fails('primAnyBitFromTo', 5, w_other, 5)


def test_about_the_plugin(image):
    assert image.value('primCheckIfCModuleExists', image.memory.w_nil) is True
    w_name = image.call('primGetModuleName', image.memory.w_nil)
    assert w_name.text().startswith('LargeIntegers v2.')
