"""Float primitives."""
import math
import struct

import pytest

import fakeimage
import vectors
from spyvm.objects.errors import PrimitiveFailed
from spyvm.objects.model import W_Float, W_SmallInteger
from spyvm.primitives import floats, registry
from spyvm.rpy.floats import INFINITY, NAN, isnan

VALUES = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -2.75, 3.999999, 1e10, -1e10, 1e18, 1e19, -1e19, 1e100, -1e100, 1e300,
          -1e-300, 5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1, math.pi, 2.0 ** 53, 2.0 ** 60,
          -2.0 ** 60, 2.0 ** 62, 2.0 ** 63, -2.0 ** 63, 2.0 ** 64, INFINITY, -INFINITY, NAN]


class Image(object):
    def __init__(self, kind):
        self.memory = fakeimage.make_memory(kind)
        self.interp = fakeimage.FakeInterp(self.memory)

    def object(self, value):
        if isinstance(value, float):
            return W_Float(value)
        if hasattr(value, 'class_view'):
            return value
        return fakeimage.integer(self.memory, value)

    def call(self, number, *values):
        """The result object."""
        w_objects = [self.object(value) for value in values]
        return vectors.call(self.interp, registry.find_numbered(number, self.memory.is_spur), w_objects[0], w_objects[1:])

    def value(self, number, *values):
        return fakeimage.python_value(self.memory, self.call(number, *values))

    def fails(self, number, *values):
        try:
            self.call(number, *values)
        except PrimitiveFailed:
            return True
        return False


def same(a, b):
    """Whether two doubles are, also in the sign of a zero."""
    return struct.pack('<d', a) == struct.pack('<d', b) or (isnan(a) and isnan(b))


@pytest.fixture(params=fakeimage.KINDS)
def image(request):
    return Image(request.param)


def divide(a, b):
    return a / b


ARITHMETIC = {41: lambda a, b: a + b, 42: lambda a, b: a - b, 49: lambda a, b: a * b, 50: divide}
COMPARISON = {43: lambda a, b: a < b, 44: lambda a, b: a > b, 45: lambda a, b: a <= b, 46: lambda a, b: a >= b,
              47: lambda a, b: a == b, 48: lambda a, b: a != b}


@pytest.mark.parametrize('number', sorted(ARITHMETIC))
def test_arithmetic(image, number):
    operation = ARITHMETIC[number]
    for a in VALUES + [3, -7]:
        for b in VALUES + [3, -7, 0]:
            if number == 50 and b == 0:
                assert image.fails(50, a, b)
            elif isinstance(a, float) or isinstance(b, float):
                assert same(image.value(number, a, b), operation(float(a), float(b))), (a, b)


@pytest.mark.parametrize('number', sorted(COMPARISON))
def test_comparison(image, number):
    """With integers it is exact: Python's is, too."""
    most = image.memory.max_int
    numbers = [0, 3, -7, most, -most, most - 1, image.memory.min_int]
    if most > 2 ** 53:
        numbers += [2 ** 53, 2 ** 53 + 1, 2 ** 53 - 1, -2 ** 53 - 1]
    for a in VALUES + [float(most), float(most - 1)] + numbers:
        for b in VALUES + [float(most), float(most - 1)] + numbers:
            assert image.value(number, a, b) == COMPARISON[number](a, b), (a, b)


@pytest.mark.parametrize('number', sorted(ARITHMETIC) + sorted(COMPARISON))
def test_other_operands_fail(image, number):
    memory = image.memory
    for w_other in [memory.w_nil, memory.w_true, fakeimage.string(memory, 'abc'), fakeimage.large(memory, 1 << 64),
                    fakeimage.large(memory, -1), fakeimage.words(memory, 'Bitmap', [1, 2])]:
        assert image.fails(number, 1.0, w_other)
        assert image.fails(number, w_other, 1.0)


@pytest.mark.parametrize('number', [51, 52, 53, 55, 56, 57, 58, 59])
def test_other_receivers_fail(image, number):
    memory = image.memory
    for w_other in [memory.w_nil, W_SmallInteger(3), fakeimage.large(memory, 1 << 64),
                    fakeimage.words(memory, 'Bitmap', [1, 2])]:
        assert image.fails(number, w_other)


def test_as_float(image):
    assert image.value(40, 5) == 5.0
    assert image.value(40, image.memory.min_int) == float(image.memory.min_int)
    assert image.fails(40, 1.5)
    assert image.fails(40, 1 << 70)


def test_truncated(image):
    for value in VALUES:
        if value - value != 0.0:
            assert image.fails(51, value)
        else:
            w_result = image.call(51, value)
            assert fakeimage.python_value(image.memory, w_result) == int(value), value
            assert fakeimage.is_normalised(image.memory, w_result)


def test_parts(image):
    for value in VALUES:
        if isnan(value):
            assert isnan(image.value(52, value))
        else:
            assert same(image.value(52, value), math.modf(value)[0]), value
        if value - value == 0.0:
            assert image.value(53, value) == math.frexp(value)[1] - 1
    assert same(image.value(52, INFINITY), 0.0) and same(image.value(52, -INFINITY), -0.0)
    assert image.value(53, 0.0) == image.value(53, INFINITY) == image.value(53, NAN) == -1
    assert image.value(53, 5e-324) == -1074


def test_times_two_power(image):
    for value in VALUES:
        for power in [0, 1, -1, 10, -10, 1000, -1000, 1074, -1074, 2000, -2000, 2098, 100000, -100000,
                      image.memory.max_int, image.memory.min_int]:
            result = image.value(54, value, power)
            if value - value != 0.0 or value == 0.0:
                assert same(result, value)
            else:
                try:
                    expected = math.ldexp(value, min(max(power, -5000), 5000))
                except OverflowError:
                    expected = math.copysign(INFINITY, value)
                assert same(result, expected), (value, power)
    assert image.fails(54, 1.0, 1.0)
    assert image.fails(54, 1.0, 1 << 70)


def test_functions(image):
    for value in VALUES:
        if isnan(value):
            continue
        if value >= 0.0:
            assert same(image.value(55, value), math.sqrt(value))
        else:
            assert image.fails(55, value)
        if value - value == 0.0:
            assert same(image.value(56, value), math.sin(value))
        assert same(image.value(57, value), math.atan(value))
        if value > 0.0:
            assert same(image.value(58, value), math.log(value))
        try:
            expected = math.exp(value)
        except OverflowError:
            expected = INFINITY
        assert same(image.value(59, value), expected), value
    assert image.value(58, 0.0) == image.value(58, -0.0) == -INFINITY
    for number, value in [(58, -1.0), (58, -INFINITY), (58, NAN), (56, INFINITY), (56, -INFINITY), (56, NAN), (57, NAN),
                          (59, NAN)]:
        assert isnan(image.value(number, value))
    assert image.fails(55, NAN)
    assert image.value(59, 709.7) == math.exp(709.7)
    assert image.value(59, 709.79) == INFINITY
    assert image.value(59, -745.0) == math.exp(-745.0)
    assert same(image.value(59, -746.0), 0.0)


def test_words(image):
    memory = image.memory
    assert image.value(38, 1.5, 1) == 0x3FF80000
    assert image.value(38, 1.5, 2) == 0
    assert image.value(38, -1.1, 1) == 0xBFF19999
    assert image.value(38, -1.1, 2) == 0x9999999A
    for index in (0, 3, -1, 1 << 70, 1.0, memory.w_nil):
        assert image.fails(38, 1.5, index)
    w_float = fakeimage.boxed_float(memory, 1.5)
    assert image.value(39, w_float, 1, 0xBFF19999) == 0xBFF19999
    assert image.value(39, w_float, 2, 0x9999999A) == 0x9999999A
    assert w_float.value == -1.1
    for index, value in [(0, 1), (3, 1), (1, -1), (1, 1 << 32), (1, memory.w_nil), (memory.w_nil, 1), (1, 1.0)]:
        assert image.fails(39, w_float, index, value)
    assert image.fails(39, memory.w_nil, 1, 1)
    assert image.fails(38, memory.w_nil, 1)
    assert w_float.value == -1.1


def test_words_of_an_immediate_float_cannot_be_replaced():
    image = Image('spur64')
    w_float = W_Float(1.5)
    assert image.fails(39, w_float, 1, 0)
    assert w_float.value == 1.5


def test_words_of_an_immutable_float_cannot_be_replaced(image):
    from spyvm.objects.model import IMMUTABLE
    w_float = fakeimage.boxed_float(image.memory, 1.5)
    w_float.set_meta(w_float.get_meta() | IMMUTABLE)
    assert image.fails(39, w_float, 1, 0)
    assert w_float.value == 1.5


def test_small_float_numbers_are_the_same_functions():
    for number in range(41, 60):
        boxed = registry.find_numbered(number, True)
        small = registry.find_numbered(number + 500, True)
        assert boxed.call0 is small.call0 and boxed.call1 is small.call1
    assert floats.MAX_POWER == 4096
