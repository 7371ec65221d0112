"""Arithmetic on the image's Integers, whatever their size: SmallIntegers and LargeIntegers mixed.

A LargeInteger is a sign (its class) and a magnitude (its bytes, the least significant first).  Images can make malformed
ones: with leading zeros, without bytes, or small enough for a SmallInteger.  Everything here takes them by their value, and
answers normalised Integers.  What is no Integer fails with BAD_ARGUMENT.

A *magnitude* is a list of one-character strings, as in W_Bytes, that may have leading zeros.  Such lists are never resized:
they become the bytes of an object.  Adding, comparing, shifting and logic work on the bytes directly, which is cheaper than
converting; multiplication and division of long numbers go through rbigint.  Numbers that fit a machine word never do.
"""
from spyvm.objects.errors import BAD_ARGUMENT, FAILED, NO_MEMORY
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.raw import W_Bytes
from spyvm.rpy.arith import intmask, ovfcheck, r_uint, MAXINT
from spyvm.rpy.bigint import rbigint, big_from_digits, digits_from_big

MAX_BITS = 1 << 30          # of a result of a shift; a longer one fails for lack of memory
SHORT_FACTOR = 1 << 54      # below it, a factor times a byte plus a carry fits a machine word


# ---- magnitudes

ONE = ['\x01']

def significant(digits):
    """The number of bytes up to the highest that is not 0."""
    size = len(digits)
    while size > 0 and digits[size - 1] == '\x00':
        size -= 1
    return size


def word_at(digits, size):
    """The unsigned word of the lowest `size` bytes, at most 8."""
    value = r_uint(0)
    for i in range(size - 1, -1, -1):
        value = (value << 8) | r_uint(ord(digits[i]))
    return value


def word_magnitude(word):
    """The magnitude with the value of an r_uint."""
    size = 0
    rest = word
    while rest:
        rest = rest >> 8
        size += 1
    digits = ['\x00'] * size
    for i in range(size):
        digits[i] = low_byte(word)
        word = word >> 8
    return digits


def low_byte(word):
    return chr(intmask(word & r_uint(255)))


def absolute(value):
    """The magnitude of a machine integer as an r_uint; right for the most negative one, too."""
    if value < 0:
        return r_uint(-(value + 1)) + r_uint(1)
    return r_uint(value)


def high_bit(digits):
    """The number of bits without leading zeros."""
    size = significant(digits)
    if size == 0:
        return 0
    bits = (size - 1) * 8
    top = ord(digits[size - 1])
    while top:
        top >>= 1
        bits += 1
    return bits


def compare_magnitudes(a, b):
    """-1, 0 or 1."""
    size = significant(a)
    other = significant(b)
    if size != other:
        return -1 if size < other else 1
    for i in range(size - 1, -1, -1):
        if a[i] != b[i]:
            return -1 if ord(a[i]) < ord(b[i]) else 1
    return 0


def add_magnitudes(a, b):
    short = significant(a)
    long = significant(b)
    if short > long:
        a, b = b, a
        short, long = long, short
    result = ['\x00'] * (long + 1)
    carry = 0
    for i in range(short):
        carry += ord(a[i]) + ord(b[i])
        result[i] = chr(carry & 255)
        carry >>= 8
    for i in range(short, long):
        carry += ord(b[i])
        result[i] = chr(carry & 255)
        carry >>= 8
    result[long] = chr(carry)
    return result


def subtract_magnitudes(a, b):
    """a - b; a must not be the smaller one."""
    short = significant(b)
    long = significant(a)
    result = ['\x00'] * long
    borrow = 0
    for i in range(short):
        borrow += ord(a[i]) - ord(b[i])
        result[i] = chr(borrow & 255)
        borrow >>= 8
    for i in range(short, long):
        borrow += ord(a[i])
        result[i] = chr(borrow & 255)
        borrow >>= 8
    return result


def multiply_magnitudes(a, b):
    short = significant(a)
    long = significant(b)
    if short > long:
        a, b = b, a
        short, long = long, short
    if short <= 7:
        factor = intmask(word_at(a, short))
        if factor < SHORT_FACTOR:
            return _multiply_short(b, long, factor)
    return digits_from_big(big_from_digits(a, short).mul(big_from_digits(b, long)))


def _multiply_short(digits, size, factor):
    result = ['\x00'] * (size + 7)
    carry = 0
    for i in range(size):
        carry += ord(digits[i]) * factor
        result[i] = chr(carry & 255)
        carry >>= 8
    for i in range(size, size + 7):
        result[i] = chr(carry & 255)
        carry >>= 8
    return result


def shift_magnitude_left(digits, shift):
    """Fails with NO_MEMORY where the result would be absurdly long."""
    size = significant(digits)
    if size == 0:
        return []
    if shift > MAX_BITS:
        raise NO_MEMORY
    whole = shift >> 3
    shift &= 7
    result = ['\x00'] * (size + whole + 1)
    carry = 0
    for i in range(size):
        carry |= ord(digits[i]) << shift
        result[i + whole] = chr(carry & 255)
        carry >>= 8
    result[size + whole] = chr(carry)
    return result


def shift_magnitude_right(digits, shift):
    """Bits shifted out are lost."""
    size = significant(digits)
    whole = shift >> 3
    if whole >= size:
        return []
    shift &= 7
    size -= whole
    result = ['\x00'] * size
    carry = ord(digits[whole]) >> shift
    for i in range(1, size):
        carry |= ord(digits[i + whole]) << (8 - shift)
        result[i - 1] = chr(carry & 255)
        carry >>= 8
    result[size - 1] = chr(carry)
    return result


def any_bit(digits, start, stop):
    """Whether one of the bits number `start` to `stop`, counted from 0, is set."""
    stop = min(stop, len(digits) * 8 - 1)
    if start > stop:
        return False
    first = start >> 3
    last = stop >> 3
    for i in range(first, last + 1):
        byte = ord(digits[i])
        if i == first:
            byte &= 255 << (start & 7)
        if i == last:
            byte &= 255 >> (7 - (stop & 7))
        if byte:
            return True
    return False


AND = 0
OR = 1
XOR = 2


def logic_magnitudes(op, a, b):
    """Bitwise AND, OR or XOR."""
    short = significant(a)
    long = significant(b)
    if short > long:
        a, b = b, a
        short, long = long, short
    result = ['\x00'] * (short if op == AND else long)
    for i in range(short):
        x = ord(a[i])
        y = ord(b[i])
        if op == AND:
            x &= y
        elif op == OR:
            x |= y
        else:
            x ^= y
        result[i] = chr(x)
    if op != AND:
        for i in range(short, long):
            result[i] = b[i]
    return result


def divide_magnitudes(a, b):
    """(quotient, remainder); the divisor must not be 0."""
    if compare_magnitudes(a, b) < 0:
        return [], a[:]
    size_a = significant(a)
    size_b = significant(b)
    if size_a <= 8:
        x = word_at(a, size_a)
        y = word_at(b, size_b)
        return word_magnitude(x // y), word_magnitude(x % y)
    quotient, remainder = big_from_digits(a, size_a).divmod(big_from_digits(b, size_b))
    return digits_from_big(quotient), digits_from_big(remainder)


# ---- Integers to signs and magnitudes, and back

def is_integer(memory, w_object):
    return isinstance(w_object, W_SmallInteger) or memory.is_large_integer(w_object)


def is_negative(memory, w_integer):
    """Whether the Integer's sign is minus, which it is of any LargeNegativeInteger; checks that it is an Integer."""
    if isinstance(w_integer, W_SmallInteger):
        return w_integer.value < 0
    if isinstance(w_integer, W_Bytes):
        if w_integer.view is memory.view_LargePositiveInteger:
            return False
        if w_integer.view is memory.view_LargeNegativeInteger:
            return True
    raise BAD_ARGUMENT


def magnitude(w_integer):
    """The magnitude of an Integer, not to be modified."""
    if isinstance(w_integer, W_SmallInteger):
        return word_magnitude(absolute(w_integer.value))
    if isinstance(w_integer, W_Bytes):
        return w_integer.bytes
    raise BAD_ARGUMENT


def is_zero(w_integer):
    if isinstance(w_integer, W_SmallInteger):
        return w_integer.value == 0
    return isinstance(w_integer, W_Bytes) and significant(w_integer.bytes) == 0


def fits_word(w_integer):
    """Whether a signed machine word holds the Integer, -2**63 excepted."""
    if isinstance(w_integer, W_SmallInteger):
        return True
    if not isinstance(w_integer, W_Bytes):
        return False
    digits = w_integer.bytes
    size = len(digits)
    if size < 8 or (size == 8 and ord(digits[7]) < 128):
        return True
    size = significant(digits)
    return size < 8 or (size == 8 and ord(digits[7]) < 128)


def word_value(memory, w_integer):
    """The value of an Integer that fits_word."""
    if isinstance(w_integer, W_SmallInteger):
        return w_integer.value
    if not isinstance(w_integer, W_Bytes):
        raise BAD_ARGUMENT
    value = intmask(word_at(w_integer.bytes, min(len(w_integer.bytes), 8)))
    return -value if is_negative(memory, w_integer) else value


def make(memory, negative, digits):
    """The normalised Integer of a sign and a magnitude; may keep the list."""
    size = significant(digits)
    if size <= 8:
        word = word_at(digits, size)
        limit = r_uint(memory.max_int)
        if word <= limit:
            value = intmask(word)
            return W_SmallInteger(-value if negative else value)
        if negative and word == limit + r_uint(1):
            return W_SmallInteger(memory.min_int)
    view = memory.view_LargeNegativeInteger if negative else memory.view_LargePositiveInteger
    if view is None:            # images of Squeak 2 do not tell where LargeNegativeInteger is
        raise FAILED
    if size < len(digits):
        assert size >= 0
        digits = digits[:size]
    return W_Bytes(view, digits)


def from_word(memory, value):
    """The Integer with the value of a machine integer."""
    if memory.min_int <= value and value <= memory.max_int:
        return W_SmallInteger(value)
    return make(memory, value < 0, word_magnitude(absolute(value)))


def from_big(memory, big):
    """The Integer with the value of an rbigint."""
    return make(memory, big.sign < 0, digits_from_big(big))


def to_big(memory, w_integer):
    """The value as an rbigint."""
    if isinstance(w_integer, W_SmallInteger):
        return rbigint.fromint(w_integer.value)
    negative = is_negative(memory, w_integer)
    digits = magnitude(w_integer)
    big = big_from_digits(digits, len(digits))
    return big.neg() if negative else big


# ---- arithmetic

def compare(memory, w_a, w_b):
    """-1, 0 or 1."""
    a_negative = is_negative(memory, w_a)
    b_negative = is_negative(memory, w_b)
    if fits_word(w_a) and fits_word(w_b):
        a = word_value(memory, w_a)
        b = word_value(memory, w_b)
        return (1 if a > b else 0) - (1 if a < b else 0)
    if a_negative != b_negative:        # not both 0, or both would fit a word
        return -1 if a_negative else 1
    order = compare_magnitudes(magnitude(w_a), magnitude(w_b))
    return -order if a_negative else order


def add(memory, w_a, w_b):
    a_negative = is_negative(memory, w_a)
    b_negative = is_negative(memory, w_b)
    if fits_word(w_a) and fits_word(w_b):
        a = word_value(memory, w_a)
        b = word_value(memory, w_b)
        try:
            return from_word(memory, ovfcheck(a + b))
        except OverflowError:
            pass
    return add_signed_magnitudes(memory, a_negative, magnitude(w_a), b_negative, magnitude(w_b))


def subtract(memory, w_a, w_b):
    a_negative = is_negative(memory, w_a)
    b_negative = is_negative(memory, w_b)
    if fits_word(w_a) and fits_word(w_b):
        a = word_value(memory, w_a)
        b = word_value(memory, w_b)
        try:
            return from_word(memory, ovfcheck(a - b))
        except OverflowError:
            pass
    return add_signed_magnitudes(memory, a_negative, magnitude(w_a), not b_negative, magnitude(w_b))


def add_signed_magnitudes(memory, a_negative, a, b_negative, b):
    if a_negative == b_negative:
        return make(memory, a_negative, add_magnitudes(a, b))
    if compare_magnitudes(a, b) >= 0:
        return make(memory, a_negative, subtract_magnitudes(a, b))
    return make(memory, b_negative, subtract_magnitudes(b, a))


def multiply(memory, w_a, w_b):
    negative = is_negative(memory, w_a) != is_negative(memory, w_b)
    if fits_word(w_a) and fits_word(w_b):
        a = word_value(memory, w_a)
        b = word_value(memory, w_b)
        try:
            return from_word(memory, ovfcheck(a * b))
        except OverflowError:
            pass
    return make(memory, negative, multiply_magnitudes(magnitude(w_a), magnitude(w_b)))


def floor_divide(memory, w_a, w_b):
    """Rounding towards minus infinity (//).  Fails on division by 0."""
    w_quotient, _ = _floor_divmod(memory, w_a, w_b)
    return w_quotient


def floor_modulo(memory, w_a, w_b):
    """The remainder of //, which has the sign of the divisor.  Fails on division by 0."""
    _, w_remainder = _floor_divmod(memory, w_a, w_b)
    return w_remainder


def exact_divide(memory, w_a, w_b):
    """The quotient; fails if there is a remainder."""
    w_quotient, w_remainder = _floor_divmod(memory, w_a, w_b)
    if not is_zero(w_remainder):
        raise FAILED
    return w_quotient


def _floor_divmod(memory, w_a, w_b):
    a_negative = is_negative(memory, w_a)
    b_negative = is_negative(memory, w_b)
    if is_zero(w_b):
        raise BAD_ARGUMENT
    if fits_word(w_a) and fits_word(w_b):
        a = word_value(memory, w_a)
        b = word_value(memory, w_b)
        floor = a // b
        return from_word(memory, floor), from_word(memory, a - floor * b)
    divisor = magnitude(w_b)
    digits, rest = divide_magnitudes(magnitude(w_a), divisor)
    if a_negative != b_negative and significant(rest) > 0:
        digits = add_magnitudes(digits, ONE)
        rest = subtract_magnitudes(divisor, rest)
    return make(memory, a_negative != b_negative, digits), make(memory, b_negative, rest)


def quotient(memory, w_a, w_b):
    """Rounding towards 0 (quo:).  Fails on division by 0."""
    negative = is_negative(memory, w_a) != is_negative(memory, w_b)
    if is_zero(w_b):
        raise BAD_ARGUMENT
    digits, _ = divide_magnitudes(magnitude(w_a), magnitude(w_b))
    return make(memory, negative, digits)


def remainder(memory, w_a, w_b):
    """The remainder of quo:, which has the sign of the dividend (rem:).  Fails on division by 0."""
    negative = is_negative(memory, w_a)
    is_negative(memory, w_b)        # an Integer at all?
    if is_zero(w_b):
        raise BAD_ARGUMENT
    _, rest = divide_magnitudes(magnitude(w_a), magnitude(w_b))
    return make(memory, negative, rest)


def logic(memory, op, w_a, w_b):
    """Bitwise AND, OR or XOR of two's complements of infinite length."""
    negative = is_negative(memory, w_a)
    negative = is_negative(memory, w_b) or negative
    if fits_word(w_a) and fits_word(w_b):
        a = word_value(memory, w_a)
        b = word_value(memory, w_b)
        if op == AND:
            return from_word(memory, a & b)
        if op == OR:
            return from_word(memory, a | b)
        return from_word(memory, a ^ b)
    if not negative:
        return make(memory, False, logic_magnitudes(op, magnitude(w_a), magnitude(w_b)))
    a = to_big(memory, w_a)
    b = to_big(memory, w_b)
    if op == AND:
        return from_big(memory, a.and_(b))
    if op == OR:
        return from_big(memory, a.or_(b))
    return from_big(memory, a.xor(b))


def shift(memory, w_integer, bits):
    """Left by `bits` if positive, else right, rounding towards minus infinity as two's complement does."""
    negative = is_negative(memory, w_integer)
    if bits >= 0:
        if fits_word(w_integer) and bits < 63:
            value = word_value(memory, w_integer)
            if value >= -(MAXINT >> bits) and value <= (MAXINT >> bits):
                return from_word(memory, value << bits)
        return make(memory, negative, shift_magnitude_left(magnitude(w_integer), bits))
    if bits < -MAX_BITS * 8:
        bits = -MAX_BITS * 8    # more than any object has
    bits = -bits
    if fits_word(w_integer):
        return from_word(memory, word_value(memory, w_integer) >> min(bits, 63))
    digits = magnitude(w_integer)
    result = shift_magnitude_right(digits, bits)
    if negative and any_bit(digits, 0, bits - 1):
        result = add_magnitudes(result, ONE)
    return make(memory, negative, result)
