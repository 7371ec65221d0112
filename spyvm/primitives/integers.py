"""Integer primitives: 1 to 18 of SmallIntegers, 20 to 37 of LargeIntegers, and the few later ones.

The reference VMs fail where a result is no SmallInteger (1 to 17) or needs more than 64 bits (20 to 37); the image's own
code then computes it.  Here they answer the Integer that code would, whatever its size.  Operands are those the reference
takes: SmallIntegers only for 1 to 6 and 9 to 13, any Integers for the others.
"""
from spyvm.objects import integers
from spyvm.objects.errors import BAD_ARGUMENT, BAD_RECEIVER, FAILED
from spyvm.objects.model import W_Float, W_SmallInteger
from spyvm.objects.pointers import W_Pointers
from spyvm.primitives.arguments import small_int
from spyvm.primitives.registry import SPUR, named, primitive
from spyvm.rpy.arith import intmask, ovfcheck


def small_receiver(w_receiver):
    if not isinstance(w_receiver, W_SmallInteger):
        raise BAD_RECEIVER
    return w_receiver.value


def divisor(w_argument):
    value = small_int(w_argument)
    if value == 0:
        raise BAD_ARGUMENT
    return value


# ---- SmallIntegers

@primitive(1, args=1)
def small_add(interp, w_receiver, w_argument):
    """receiver + argument.  (A sum of two SmallIntegers of at most 63 bits always fits a machine word.)"""
    return integers.from_word(interp.memory, small_receiver(w_receiver) + small_int(w_argument))


@primitive(2, args=1)
def small_subtract(interp, w_receiver, w_argument):
    return integers.from_word(interp.memory, small_receiver(w_receiver) - small_int(w_argument))


@primitive(3, args=1)
def small_less(interp, w_receiver, w_argument):
    return interp.memory.bool_object(small_receiver(w_receiver) < small_int(w_argument))


@primitive(4, args=1)
def small_greater(interp, w_receiver, w_argument):
    return interp.memory.bool_object(small_receiver(w_receiver) > small_int(w_argument))


@primitive(5, args=1)
def small_less_or_equal(interp, w_receiver, w_argument):
    return interp.memory.bool_object(small_receiver(w_receiver) <= small_int(w_argument))


@primitive(6, args=1)
def small_greater_or_equal(interp, w_receiver, w_argument):
    return interp.memory.bool_object(small_receiver(w_receiver) >= small_int(w_argument))


@primitive(9, args=1)
def small_multiply(interp, w_receiver, w_argument):
    a = small_receiver(w_receiver)
    b = small_int(w_argument)
    try:
        product = ovfcheck(a * b)
    except OverflowError:
        return integers.multiply(interp.memory, w_receiver, w_argument)
    return integers.from_word(interp.memory, product)


@primitive(10, args=1)
def small_divide(interp, w_receiver, w_argument):
    """receiver / argument; fails where that is a Fraction."""
    a = small_receiver(w_receiver)
    b = divisor(w_argument)
    if a % b != 0:
        raise FAILED
    return integers.from_word(interp.memory, a // b)


@primitive(11, args=1)
def small_modulo(interp, w_receiver, w_argument):
    a = small_receiver(w_receiver)
    return W_SmallInteger(a % divisor(w_argument))


@primitive(12, args=1)
def small_floor_divide(interp, w_receiver, w_argument):
    a = small_receiver(w_receiver)
    return integers.from_word(interp.memory, a // divisor(w_argument))


@primitive(13, args=1)
def small_quotient(interp, w_receiver, w_argument):
    """receiver quo: argument, rounding towards 0."""
    a = small_receiver(w_receiver)
    b = divisor(w_argument)
    value = a // b
    if value < 0 and value * b != a:
        value += 1
    return integers.from_word(interp.memory, value)


@primitive(18, args=1)
def make_point(interp, w_receiver, w_argument):
    """receiver @ argument, whatever the receiver; the argument must be a SmallInteger or Float."""
    memory = interp.memory
    if not isinstance(w_argument, W_SmallInteger) and not isinstance(w_argument, W_Float):
        raise BAD_ARGUMENT
    view = memory.view_Point
    if view is None or view.inst_size < 2:
        raise FAILED
    w_point = memory.new_pointers(view, view.inst_size)
    assert isinstance(w_point, W_Pointers)
    w_point.slots[0] = w_receiver
    w_point.slots[1] = w_argument
    return w_point


@primitive(575, args=0, era=SPUR)
def small_high_bit(interp, w_receiver):
    """The number of significant bits; fails on negative receivers."""
    if small_receiver(w_receiver) < 0:
        raise BAD_RECEIVER
    return W_SmallInteger(integers.high_bit(integers.magnitude(w_receiver)))


HASH_MULTIPLY_CONSTANT = 1664525


@primitive(159, args=0, era=SPUR)
def hash_multiply(interp, w_receiver):
    """28 bits of the product with 1664525, of the low 32 bits of a SmallInteger or LargePositiveInteger."""
    memory = interp.memory
    if isinstance(w_receiver, W_SmallInteger):
        value = w_receiver.value
    elif integers.is_integer(memory, w_receiver) and not integers.is_negative(memory, w_receiver):
        digits = integers.magnitude(w_receiver)
        value = intmask(integers.word_at(digits, min(len(digits), 4)))
    else:
        raise BAD_RECEIVER
    return W_SmallInteger(((value & 0xFFFFFFF) * HASH_MULTIPLY_CONSTANT) & 0xFFFFFFF)


# ---- SmallIntegers and LargeIntegers

@primitive(7, args=1)
@primitive(27, args=1)
@named('', 'primitiveEqualLargeIntegers', args=1)
def equal(interp, w_receiver, w_argument):
    return interp.memory.bool_object(integers.compare(interp.memory, w_receiver, w_argument) == 0)


@primitive(8, args=1)
@primitive(28, args=1)
@named('', 'primitiveNotEqualLargeIntegers', args=1)
def not_equal(interp, w_receiver, w_argument):
    return interp.memory.bool_object(integers.compare(interp.memory, w_receiver, w_argument) != 0)


@primitive(23, args=1)
@named('', 'primitiveLessThanLargeIntegers', args=1)
def less(interp, w_receiver, w_argument):
    return interp.memory.bool_object(integers.compare(interp.memory, w_receiver, w_argument) < 0)


@primitive(24, args=1)
@named('', 'primitiveGreaterThanLargeIntegers', args=1)
def greater(interp, w_receiver, w_argument):
    return interp.memory.bool_object(integers.compare(interp.memory, w_receiver, w_argument) > 0)


@primitive(25, args=1)
@named('', 'primitiveLessOrEqualLargeIntegers', args=1)
def less_or_equal(interp, w_receiver, w_argument):
    return interp.memory.bool_object(integers.compare(interp.memory, w_receiver, w_argument) <= 0)


@primitive(26, args=1)
@named('', 'primitiveGreaterOrEqualLargeIntegers', args=1)
def greater_or_equal(interp, w_receiver, w_argument):
    return interp.memory.bool_object(integers.compare(interp.memory, w_receiver, w_argument) >= 0)


@primitive(21, args=1)
@named('', 'primitiveAddLargeIntegers', args=1)
def add(interp, w_receiver, w_argument):
    return integers.add(interp.memory, w_receiver, w_argument)


@primitive(22, args=1)
@named('', 'primitiveSubtractLargeIntegers', args=1)
def subtract(interp, w_receiver, w_argument):
    return integers.subtract(interp.memory, w_receiver, w_argument)


@primitive(29, args=1)
@named('', 'primitiveMultiplyLargeIntegers', args=1)
def multiply(interp, w_receiver, w_argument):
    return integers.multiply(interp.memory, w_receiver, w_argument)


@primitive(30, args=1)
@named('', 'primitiveDivideLargeIntegers', args=1)
def divide(interp, w_receiver, w_argument):
    """receiver / argument; fails where that is a Fraction."""
    return integers.exact_divide(interp.memory, w_receiver, w_argument)


@primitive(31, args=1)
@named('', 'primitiveModLargeIntegers', args=1)
def modulo(interp, w_receiver, w_argument):
    return integers.floor_modulo(interp.memory, w_receiver, w_argument)


@primitive(32, args=1)
@named('', 'primitiveDivLargeIntegers', args=1)
def floor_divide(interp, w_receiver, w_argument):
    return integers.floor_divide(interp.memory, w_receiver, w_argument)


@primitive(33, args=1)
@named('', 'primitiveQuoLargeIntegers', args=1)
def quotient(interp, w_receiver, w_argument):
    return integers.quotient(interp.memory, w_receiver, w_argument)


@primitive(20, args=1)
@named('', 'primitiveRemLargeIntegers', args=1)
def remainder(interp, w_receiver, w_argument):
    return integers.remainder(interp.memory, w_receiver, w_argument)


# The reference's 14 to 16 and 34 to 36 fail on negative operands, for which the image's code then uses two's complement.

@primitive(14, args=1)
@primitive(34, args=1)
@named('', 'primitiveBitAndLargeIntegers', args=1)
def bit_and(interp, w_receiver, w_argument):
    return integers.logic(interp.memory, integers.AND, w_receiver, w_argument)


@primitive(15, args=1)
@primitive(35, args=1)
@named('', 'primitiveBitOrLargeIntegers', args=1)
def bit_or(interp, w_receiver, w_argument):
    return integers.logic(interp.memory, integers.OR, w_receiver, w_argument)


@primitive(16, args=1)
@primitive(36, args=1)
@named('', 'primitiveBitXorLargeIntegers', args=1)
def bit_xor(interp, w_receiver, w_argument):
    return integers.logic(interp.memory, integers.XOR, w_receiver, w_argument)


@primitive(17, args=1)
def small_bit_shift(interp, w_receiver, w_argument):
    """receiver bitShift: argument.  In 32-bit images negative receivers are left to the image, as in the reference: how they
    are shifted right has changed over the years."""
    memory = interp.memory
    if memory.word_size == 4 and integers.is_negative(memory, w_receiver):
        raise BAD_RECEIVER
    return integers.shift(memory, w_receiver, small_int(w_argument))


@primitive(37, args=1)
@named('', 'primitiveBitShiftLargeIntegers', args=1)
def bit_shift(interp, w_receiver, w_argument):
    """receiver bitShift: argument, rounding towards minus infinity."""
    return integers.shift(interp.memory, w_receiver, small_int(w_argument))
