"""LargeIntegers: arithmetic on the magnitudes of Integers, by which images implement their LargeIntegers.

Definition: VMMaker's LargeIntegersPlugin 2.0; the primitives that only its version 1 had are those whose receiver is ignored
(primDigitAddWith, ...), primDigitBitShift, primNormalize and primAsLargeInteger.  Receivers and arguments are SmallIntegers
or LargeIntegers.  Every result here is normalised, also where the original leaves that to the image (a left shift, quotients
and remainders); results of unnormalised operands are those of their values.
"""
from spyvm.objects import integers
from spyvm.objects.errors import BAD_ARGUMENT, BAD_RECEIVER
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.raw import W_Bytes
from spyvm.primitives.arguments import boolean, small_int
from spyvm.primitives.registry import named
from spyvm.rpy.arith import r_uint

MODULE = 'LargeIntegers'
VERSION = 'LargeIntegers v2.0'


# ---- addition, subtraction, comparison

@named(MODULE, 'primDigitAdd', args=1)
def digit_add(interp, w_receiver, w_argument):
    """The sum of the magnitudes, with the receiver's sign."""
    negative = integers.is_negative(interp.memory, w_receiver)
    integers.is_negative(interp.memory, w_argument)
    return integers.add_signed_magnitudes(interp.memory, negative, integers.magnitude(w_receiver),
                                          negative, integers.magnitude(w_argument))


@named(MODULE, 'primDigitAddWith', args=2)
def digit_add_with(interp, w_ignored, w_a, w_b):
    return digit_add(interp, w_a, w_b)


@named(MODULE, 'primDigitSubtract', args=1)
def digit_subtract(interp, w_receiver, w_argument):
    """The difference of the magnitudes, negated if the receiver is negative."""
    negative = integers.is_negative(interp.memory, w_receiver)
    integers.is_negative(interp.memory, w_argument)
    return integers.add_signed_magnitudes(interp.memory, negative, integers.magnitude(w_receiver),
                                          not negative, integers.magnitude(w_argument))


@named(MODULE, 'primDigitSubtractWith', args=2)
def digit_subtract_with(interp, w_ignored, w_a, w_b):
    return digit_subtract(interp, w_a, w_b)


@named(MODULE, 'primDigitCompare', args=1)
def digit_compare(interp, w_receiver, w_argument):
    """1, 0 or -1, as the receiver's magnitude is greater, equal or less."""
    integers.is_negative(interp.memory, w_receiver)
    integers.is_negative(interp.memory, w_argument)
    return W_SmallInteger(integers.compare_magnitudes(integers.magnitude(w_receiver), integers.magnitude(w_argument)))


@named(MODULE, 'primDigitCompareWith', args=2)
def digit_compare_with(interp, w_ignored, w_a, w_b):
    return digit_compare(interp, w_a, w_b)


# ---- multiplication and division

@named(MODULE, 'primDigitMultiplyNegative', args=2)
def digit_multiply(interp, w_receiver, w_argument, w_negative):
    """The product of the magnitudes, negative if w_negative is true."""
    negative = boolean(interp.memory, w_negative)
    integers.is_negative(interp.memory, w_receiver)
    integers.is_negative(interp.memory, w_argument)
    digits = integers.multiply_magnitudes(integers.magnitude(w_receiver), integers.magnitude(w_argument))
    return integers.make(interp.memory, negative, digits)


@named(MODULE, 'primDigitMultiplyWithNegative', args=3)
def digit_multiply_with(interp, w_ignored, w_a, w_b, w_negative):
    return digit_multiply(interp, w_a, w_b, w_negative)


def has_leading_zero(w_integer):
    """Also true of a LargeInteger without bytes."""
    return isinstance(w_integer, W_Bytes) and (len(w_integer.bytes) == 0 or
                                               integers.significant(w_integer.bytes) < len(w_integer.bytes))


@named(MODULE, 'primDigitDivNegative', args=2)
def digit_divide(interp, w_receiver, w_argument, w_negative):
    """An Array of the quotient of the magnitudes, negative if w_negative is true, and the remainder, with the receiver's
    sign.  Fails on division by 0 and on LargeIntegers with leading zeros."""
    memory = interp.memory
    negative = boolean(interp.memory, w_negative)
    receiver_negative = integers.is_negative(memory, w_receiver)
    integers.is_negative(memory, w_argument)
    if has_leading_zero(w_receiver):
        raise BAD_RECEIVER
    if has_leading_zero(w_argument) or integers.is_zero(w_argument):
        raise BAD_ARGUMENT
    quotient, remainder = integers.divide_magnitudes(integers.magnitude(w_receiver), integers.magnitude(w_argument))
    w_quotient = integers.make(memory, negative, quotient)
    return memory.array_object([w_quotient, integers.make(memory, receiver_negative, remainder)])


@named(MODULE, 'primDigitDivWithNegative', args=3)
def digit_divide_with(interp, w_ignored, w_a, w_b, w_negative):
    return digit_divide(interp, w_a, w_b, w_negative)


# ---- bits

def digit_logic(interp, op, w_a, w_b):
    """Fails if one of the Integers is negative."""
    memory = interp.memory
    if integers.is_negative(memory, w_a):
        raise BAD_RECEIVER
    if integers.is_negative(memory, w_b):
        raise BAD_ARGUMENT
    return integers.make(memory, False, integers.logic_magnitudes(op, integers.magnitude(w_a), integers.magnitude(w_b)))


@named(MODULE, 'primDigitBitAnd', args=1)
def digit_and(interp, w_receiver, w_argument):
    return digit_logic(interp, integers.AND, w_receiver, w_argument)


@named(MODULE, 'primDigitBitOr', args=1)
def digit_or(interp, w_receiver, w_argument):
    return digit_logic(interp, integers.OR, w_receiver, w_argument)


@named(MODULE, 'primDigitBitXor', args=1)
def digit_xor(interp, w_receiver, w_argument):
    return digit_logic(interp, integers.XOR, w_receiver, w_argument)


@named(MODULE, 'primDigitBitLogicWithOp', args=3)
def digit_logic_with(interp, w_ignored, w_a, w_b, w_op):
    op = small_int(w_op)
    if op < 0 or op > 2:
        raise BAD_ARGUMENT
    return digit_logic(interp, op, w_a, w_b)


@named(MODULE, 'primDigitBitShiftMagnitude', args=1)
@named(MODULE, 'primDigitBitShift', args=1)
@named(MODULE, '_primDigitBitShift', args=1)
def digit_shift(interp, w_receiver, w_shift):
    """The magnitude shifted left, or right by a negative number of bits, with the receiver's sign.  Bits shifted out are
    lost."""
    memory = interp.memory
    negative = integers.is_negative(memory, w_receiver)
    shift = small_int(w_shift)
    if shift >= 0:
        digits = integers.shift_magnitude_left(integers.magnitude(w_receiver), shift)
    else:
        digits = integers.shift_magnitude_right(integers.magnitude(w_receiver), -shift)
    return integers.make(memory, negative, digits)


@named(MODULE, 'primAnyBitFromTo', args=2)
def any_bit_from_to(interp, w_receiver, w_from, w_to):
    """Whether any of those bits of the magnitude is set, counted from 1.  Fails for indices below 1."""
    memory = interp.memory
    integers.is_negative(memory, w_receiver)
    start = small_int(w_from)
    stop = small_int(w_to)
    if start < 1 or stop < 1:
        raise BAD_ARGUMENT
    return memory.bool_object(integers.any_bit(integers.magnitude(w_receiver), start - 1, stop - 1))


# ---- form

def normalize(interp, w_integer):
    """The Integer itself if it is normalised, else a normalised one of its value."""
    memory = interp.memory
    negative = integers.is_negative(memory, w_integer)
    if not isinstance(w_integer, W_Bytes):
        return w_integer
    digits = w_integer.bytes
    w_result = integers.make(memory, negative, digits)
    if isinstance(w_result, W_Bytes) and w_result.bytes is digits:
        return w_integer
    return w_result


@named(MODULE, 'primNormalizePositive', args=0)
def normalize_positive(interp, w_receiver):
    if not isinstance(w_receiver, W_Bytes) or integers.is_negative(interp.memory, w_receiver):
        raise BAD_RECEIVER
    return normalize(interp, w_receiver)


@named(MODULE, 'primNormalizeNegative', args=0)
def normalize_negative(interp, w_receiver):
    if not isinstance(w_receiver, W_Bytes) or not integers.is_negative(interp.memory, w_receiver):
        raise BAD_RECEIVER
    return normalize(interp, w_receiver)


@named(MODULE, 'primNormalize', args=1)
def normalize_argument(interp, w_ignored, w_integer):
    return normalize(interp, w_integer)


@named(MODULE, 'primAsLargeInteger', args=1)
def as_large_integer(interp, w_ignored, w_integer):
    """The LargeInteger, not normalised, of a SmallInteger; a LargeInteger itself."""
    memory = interp.memory
    negative = integers.is_negative(memory, w_integer)
    if not isinstance(w_integer, W_SmallInteger):
        return w_integer
    view = memory.view_LargeNegativeInteger if negative else memory.view_LargePositiveInteger
    if view is None:
        raise BAD_ARGUMENT
    digits = integers.magnitude(w_integer)
    if len(digits) == 0:
        digits = ['\x00']
    return W_Bytes(view, digits)


# ---- Montgomery's modular multiplication, in digits of 32 bits

DIGIT_BITS = 32
DIGIT = r_uint(0xFFFFFFFF)


@named(MODULE, 'primMontgomeryDigitLength', args=0)
def montgomery_digit_length(interp, w_receiver):
    """The number of bits of the digits that primMontgomeryTimesModulo counts."""
    integers.is_negative(interp.memory, w_receiver)
    return W_SmallInteger(DIGIT_BITS)


@named(MODULE, 'primMontgomeryTimesModulo', args=3)
def montgomery_times_modulo(interp, w_receiver, w_factor, w_modulus, w_inverse):
    """receiver * factor / 2**(32n) modulo a modulus of n digits; `inverse` is that of the negated modulus modulo 2**32.
    Signs are ignored.  Fails if a factor has more digits than the modulus, or the modulus none."""
    memory = interp.memory
    integers.is_negative(memory, w_receiver)
    integers.is_negative(memory, w_factor)
    integers.is_negative(memory, w_modulus)
    inverse = r_uint(memory.unsigned32_value(w_inverse))
    size = digit_count(w_modulus)
    if size == 0 or digit_count(w_receiver) > size or digit_count(w_factor) > size:
        raise BAD_ARGUMENT
    a = long_digits(w_receiver, size)
    b = long_digits(w_factor, size)
    m = long_digits(w_modulus, size)
    result = [r_uint(0)] * size
    overflow = r_uint(0)
    for i in range(size):
        # result := (result + a[i] * b + u * m) / 2**32, where u makes the lowest digit 0
        product = a[i] * b[0] + result[0]
        u = low_product(product & DIGIT, inverse)
        multiple = u * m[0]
        carry = ((product & DIGIT) + (multiple & DIGIT)) >> DIGIT_BITS
        carry += (product >> DIGIT_BITS) + (multiple >> DIGIT_BITS)
        for k in range(1, size):
            product = a[i] * b[k] + result[k]
            multiple = u * m[k]
            carry += (product & DIGIT) + (multiple & DIGIT)
            result[k - 1] = carry & DIGIT
            carry = (carry >> DIGIT_BITS) + (product >> DIGIT_BITS) + (multiple >> DIGIT_BITS)
        carry += overflow
        result[size - 1] = carry & DIGIT
        overflow = carry >> DIGIT_BITS
    digits = ['\x00'] * (size * 4 + 4)
    for i in range(size * 4):
        digits[i] = integers.low_byte(result[i >> 2] >> ((i & 3) * 8))
    digits[size * 4] = integers.low_byte(overflow)
    modulus = integers.magnitude(w_modulus)
    if integers.compare_magnitudes(modulus, digits) <= 0:
        digits = integers.subtract_magnitudes(digits, modulus)
    return integers.make(memory, False, digits)


def low_product(a, b):
    """The low 32 bits of the product of two numbers of 32 bits."""
    return (a * b) & DIGIT


def digit_count(w_integer):
    return (integers.significant(integers.magnitude(w_integer)) + 3) >> 2


def long_digits(w_integer, size):
    """The first `size` digits of 32 bits."""
    digits = integers.magnitude(w_integer)
    result = [r_uint(0)] * size
    for i in range(min(integers.significant(digits), size * 4)):
        result[i >> 2] |= r_uint(ord(digits[i])) << ((i & 3) * 8)
    return result


# ---- about the plugin

@named(MODULE, 'primCheckIfCModuleExists', args=0)
def check_if_module_exists(interp, w_receiver):
    return interp.memory.w_true


@named(MODULE, 'primGetModuleName', args=0)
def get_module_name(interp, w_receiver):
    return interp.memory.string_object(VERSION)
