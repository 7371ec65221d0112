"""Float primitives: 38 to 59, and 541 to 559, the same for receivers that are immediate floats.

Operands of arithmetic and comparisons are Floats of either kind or SmallIntegers.  Comparing with a SmallInteger is exact,
also where a double cannot hold it.  Division by zero fails, and so does the square root of a negative number; functions
elsewhere answer infinities and NaN as the C library does.
"""
import math

from spyvm.objects import integers
from spyvm.objects.errors import BAD_ARGUMENT, BAD_INDEX, BAD_RECEIVER, FAILED, NO_MODIFICATION
from spyvm.objects.model import W_Float, W_SmallInteger
from spyvm.primitives.arguments import small_int
from spyvm.primitives.integers import small_receiver
from spyvm.primitives.registry import SPUR, primitive
from spyvm.rpy.bigint import rbigint
from spyvm.rpy.floats import INFINITY, NAN, isinf, isfinite, isnan


def float_receiver(w_receiver):
    if not isinstance(w_receiver, W_Float):
        raise BAD_RECEIVER
    return w_receiver.value


# ---- access to the two words

@primitive(38, args=1)
def float_at(interp, w_receiver, w_index):
    """The more significant 32 bits of the double at 1, the others at 2."""
    float_receiver(w_receiver)
    index = small_int(w_index)
    if index < 1 or index > 2:
        raise BAD_INDEX
    return w_receiver.at0(interp.memory, index - 1)


@primitive(39, args=2)
def float_at_put(interp, w_receiver, w_index, w_value):
    """Replace a word (see float_at) of a boxed Float; answers the value."""
    memory = interp.memory
    float_receiver(w_receiver)
    index = small_int(w_index)
    memory.unsigned32_value(w_value)        # an argument that is none fails before the receiver is looked at
    if w_receiver.is_immediate(memory):
        raise BAD_RECEIVER
    if w_receiver.is_immutable():
        raise NO_MODIFICATION
    if index < 1 or index > 2:
        raise BAD_INDEX
    w_receiver.atput0(memory, index - 1, w_value)
    return w_value


# ---- conversion

@primitive(40, args=0)
def as_float(interp, w_receiver):
    return interp.memory.float_object(float(small_receiver(w_receiver)))


@primitive(51, args=0)
@primitive(551, args=0, era=SPUR)
def truncated(interp, w_receiver):
    """The Integer next to the receiver towards 0, also where it is no SmallInteger (the reference then fails); fails for
    infinities and NaN."""
    memory = interp.memory
    value = float_receiver(w_receiver)
    if -4e18 < value and value < 4e18:
        return integers.from_word(memory, int(value))
    if not isfinite(value):
        raise BAD_RECEIVER
    return integers.from_big(memory, rbigint.fromfloat(value))


# ---- arithmetic

@primitive(41, args=1)
@primitive(541, args=1, era=SPUR)
def float_add(interp, w_receiver, w_argument):
    return interp.memory.float_object(w_receiver.as_float() + w_argument.as_float())


@primitive(42, args=1)
@primitive(542, args=1, era=SPUR)
def float_subtract(interp, w_receiver, w_argument):
    return interp.memory.float_object(w_receiver.as_float() - w_argument.as_float())


@primitive(49, args=1)
@primitive(549, args=1, era=SPUR)
def float_multiply(interp, w_receiver, w_argument):
    return interp.memory.float_object(w_receiver.as_float() * w_argument.as_float())


@primitive(50, args=1)
@primitive(550, args=1, era=SPUR)
def float_divide(interp, w_receiver, w_argument):
    divisor = w_argument.as_float()
    if divisor == 0.0:
        raise BAD_ARGUMENT
    return interp.memory.float_object(w_receiver.as_float() / divisor)


# ---- comparison

def int_of(w_number, value):
    """The exact value of a Float that is an integer, or of a SmallInteger, which as a double may have been rounded."""
    if isinstance(w_number, W_SmallInteger):
        return w_number.value
    return int(value)


def either_small(w_a, w_b):
    return isinstance(w_a, W_SmallInteger) or isinstance(w_b, W_SmallInteger)


def float_less(w_a, w_b):
    """Whether a < b, exactly."""
    a = w_a.as_float()
    b = w_b.as_float()
    if a == b and either_small(w_a, w_b):
        return int_of(w_a, a) < int_of(w_b, b)
    return a < b


def float_equal(w_a, w_b):
    a = w_a.as_float()
    b = w_b.as_float()
    if a == b and either_small(w_a, w_b):
        return int_of(w_a, a) == int_of(w_b, b)
    return a == b


def float_less_or_equal(w_a, w_b):
    """Not the negation of b < a: nothing is less than or equal to NaN."""
    return w_a.as_float() <= w_b.as_float() and not float_less(w_b, w_a)


@primitive(43, args=1)
@primitive(543, args=1, era=SPUR)
def float_less_than(interp, w_receiver, w_argument):
    return interp.memory.bool_object(float_less(w_receiver, w_argument))


@primitive(44, args=1)
@primitive(544, args=1, era=SPUR)
def float_greater_than(interp, w_receiver, w_argument):
    return interp.memory.bool_object(float_less(w_argument, w_receiver))


@primitive(45, args=1)
@primitive(545, args=1, era=SPUR)
def float_at_most(interp, w_receiver, w_argument):
    return interp.memory.bool_object(float_less_or_equal(w_receiver, w_argument))


@primitive(46, args=1)
@primitive(546, args=1, era=SPUR)
def float_at_least(interp, w_receiver, w_argument):
    return interp.memory.bool_object(float_less_or_equal(w_argument, w_receiver))


@primitive(47, args=1)
@primitive(547, args=1, era=SPUR)
def float_equals(interp, w_receiver, w_argument):
    return interp.memory.bool_object(float_equal(w_receiver, w_argument))


@primitive(48, args=1)
@primitive(548, args=1, era=SPUR)
def float_differs(interp, w_receiver, w_argument):
    return interp.memory.bool_object(not float_equal(w_receiver, w_argument))


# ---- parts

@primitive(52, args=0)
@primitive(552, args=0, era=SPUR)
def fraction_part(interp, w_receiver):
    """With the receiver's sign; 0 for infinities."""
    value = float_receiver(w_receiver)
    if isfinite(value):
        value, _ = math.modf(value)
    elif isinf(value):
        value = 0.0 if value > 0.0 else -0.0
    return interp.memory.float_object(value)


@primitive(53, args=0)
@primitive(553, args=0, era=SPUR)
def exponent(interp, w_receiver):
    """The exponent of the greatest power of two not above the magnitude; -1 for 0, infinities and NaN, as in glibc."""
    value = float_receiver(w_receiver)
    if not isfinite(value):
        return W_SmallInteger(-1)
    _, power = math.frexp(value)
    return W_SmallInteger(power - 1)


MAX_POWER = 4096        # twice the range of exponents


def times_two_power(value, power):
    """value * 2**power, infinite if too large."""
    if not isfinite(value) or value == 0.0:
        return value
    try:
        return math.ldexp(value, min(max(power, -MAX_POWER), MAX_POWER))
    except OverflowError:
        return INFINITY if value > 0.0 else -INFINITY


@primitive(54, args=1)
@primitive(554, args=1, era=SPUR)
def float_times_two_power(interp, w_receiver, w_argument):
    value = float_receiver(w_receiver)
    return interp.memory.float_object(times_two_power(value, small_int(w_argument)))


# ---- functions

@primitive(55, args=0)
@primitive(555, args=0, era=SPUR)
def square_root(interp, w_receiver):
    value = float_receiver(w_receiver)
    if not value >= 0.0:
        raise FAILED
    if isfinite(value):
        value = math.sqrt(value)
    return interp.memory.float_object(value)


@primitive(56, args=0)
@primitive(556, args=0, era=SPUR)
def sine(interp, w_receiver):
    value = float_receiver(w_receiver)
    return interp.memory.float_object(math.sin(value) if isfinite(value) else NAN)


@primitive(57, args=0)
@primitive(557, args=0, era=SPUR)
def arc_tangent(interp, w_receiver):
    value = float_receiver(w_receiver)
    return interp.memory.float_object(value if isnan(value) else math.atan(value))


@primitive(58, args=0)
@primitive(558, args=0, era=SPUR)
def natural_logarithm(interp, w_receiver):
    value = float_receiver(w_receiver)
    if value > 0.0:
        result = math.log(value) if isfinite(value) else value
    elif value == 0.0:
        result = -INFINITY
    else:
        result = NAN
    return interp.memory.float_object(result)


@primitive(59, args=0)
@primitive(559, args=0, era=SPUR)
def exponential(interp, w_receiver):
    value = float_receiver(w_receiver)
    if isnan(value):
        result = value
    elif value > 710.0:
        result = INFINITY
    elif value < -750.0:
        result = 0.0
    else:
        try:
            result = math.exp(value)
        except OverflowError:
            result = INFINITY
    return interp.memory.float_object(result)
