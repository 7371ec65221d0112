"""FloatArrayPlugin: arithmetic on FloatArrays, 32-bit words that are IEEE single floats.

Elements are computed as doubles and rounded to singles.  Scalars must be Floats; at:put: takes SmallIntegers, too.  Images
of Squeak 2 and 3 name the same primitives primitiveFloatArrayX, without a module.
"""
import math

from spyvm.objects.errors import BAD_ARGUMENT, BAD_INDEX, BAD_RECEIVER, FAILED, NO_MODIFICATION
from spyvm.objects.model import W_Float, W_SmallInteger
from spyvm.objects.raw import W_Longs, W_Words
from spyvm.primitives.registry import named
from spyvm.rpy.arith import intmask, r_uint32
from spyvm.rpy.floats import INFINITY, bits_to_float, bits_to_single, float_to_bits, single_to_bits

MODULE = 'FloatArrayPlugin'


def floats_receiver(w_receiver):
    if not isinstance(w_receiver, W_Words):
        raise BAD_RECEIVER
    return w_receiver.words


def result_receiver(w_receiver):
    """The words of a receiver that is going to be changed."""
    words = floats_receiver(w_receiver)
    if w_receiver.is_immutable():
        raise NO_MODIFICATION
    return words


def floats_argument(w_argument, size):
    """The words of a FloatArray of that size."""
    if not isinstance(w_argument, W_Words) or len(w_argument.words) != size:
        raise BAD_ARGUMENT
    return w_argument.words


def scalar_argument(w_argument):
    if not isinstance(w_argument, W_Float):
        raise BAD_ARGUMENT
    return w_argument.value


def get(words, i):
    return bits_to_single(intmask(words[i]))


def put(words, i, value):
    words[i] = r_uint32(single_to_bits(value))


def element_index(words, w_index):
    """The index from 0 of an element that exists."""
    if not isinstance(w_index, W_SmallInteger):
        raise BAD_ARGUMENT
    index = w_index.value - 1
    if index < 0 or index >= len(words):
        raise BAD_INDEX
    return index


@named(MODULE, 'primitiveAt', args=1)
@named('', 'primitiveFloatArrayAt', args=1)
def float_array_at(interp, w_receiver, w_index):
    words = floats_receiver(w_receiver)
    return interp.memory.float_object(get(words, element_index(words, w_index)))


@named(MODULE, 'primitiveAtPut', args=2)
@named('', 'primitiveFloatArrayAtPut', args=2)
def float_array_at_put(interp, w_receiver, w_index, w_value):
    words = result_receiver(w_receiver)
    value = w_value.as_float()
    put(words, element_index(words, w_index), value)
    return w_value


# ---- with another FloatArray, in place

@named(MODULE, 'primitiveAddFloatArray', args=1)
@named('', 'primitiveFloatArrayAddFloatArray', args=1)
def add_float_array(interp, w_receiver, w_argument):
    words = result_receiver(w_receiver)
    others = floats_argument(w_argument, len(words))
    for i in range(len(words)):
        put(words, i, get(words, i) + get(others, i))
    return w_receiver


@named(MODULE, 'primitiveSubFloatArray', args=1)
@named('', 'primitiveFloatArraySubFloatArray', args=1)
def subtract_float_array(interp, w_receiver, w_argument):
    words = result_receiver(w_receiver)
    others = floats_argument(w_argument, len(words))
    for i in range(len(words)):
        put(words, i, get(words, i) - get(others, i))
    return w_receiver


@named(MODULE, 'primitiveMulFloatArray', args=1)
@named('', 'primitiveFloatArrayMulFloatArray', args=1)
def multiply_float_array(interp, w_receiver, w_argument):
    words = result_receiver(w_receiver)
    others = floats_argument(w_argument, len(words))
    for i in range(len(words)):
        put(words, i, get(words, i) * get(others, i))
    return w_receiver


@named(MODULE, 'primitiveDivFloatArray', args=1)
@named('', 'primitiveFloatArrayDivFloatArray', args=1)
def divide_float_array(interp, w_receiver, w_argument):
    """Fails if an element of the argument is zero."""
    words = result_receiver(w_receiver)
    others = floats_argument(w_argument, len(words))
    for i in range(len(words)):
        if get(others, i) == 0.0:
            raise BAD_ARGUMENT
    if w_receiver is w_argument:
        others = words[:]       # x / x must not see quotients
    for i in range(len(words)):
        put(words, i, get(words, i) / get(others, i))
    return w_receiver


# ---- with a scalar, in place

@named(MODULE, 'primitiveAddScalar', args=1)
@named('', 'primitiveFloatArrayAddScalar', args=1)
def add_scalar(interp, w_receiver, w_argument):
    words = result_receiver(w_receiver)
    value = scalar_argument(w_argument)
    for i in range(len(words)):
        put(words, i, get(words, i) + value)
    return w_receiver


@named(MODULE, 'primitiveSubScalar', args=1)
@named('', 'primitiveFloatArraySubScalar', args=1)
def subtract_scalar(interp, w_receiver, w_argument):
    words = result_receiver(w_receiver)
    value = scalar_argument(w_argument)
    for i in range(len(words)):
        put(words, i, get(words, i) - value)
    return w_receiver


@named(MODULE, 'primitiveMulScalar', args=1)
@named('', 'primitiveFloatArrayMulScalar', args=1)
def multiply_scalar(interp, w_receiver, w_argument):
    words = result_receiver(w_receiver)
    value = scalar_argument(w_argument)
    for i in range(len(words)):
        put(words, i, get(words, i) * value)
    return w_receiver


@named(MODULE, 'primitiveDivScalar', args=1)
@named('', 'primitiveFloatArrayDivScalar', args=1)
def divide_scalar(interp, w_receiver, w_argument):
    """Multiplies by the inverse, an infinity if the argument is 0."""
    words = result_receiver(w_receiver)
    value = scalar_argument(w_argument)
    if value == 0.0:
        inverse = -INFINITY if float_to_bits(value) < 0 else INFINITY
    else:
        inverse = 1.0 / value
    for i in range(len(words)):
        put(words, i, get(words, i) * inverse)
    return w_receiver


# ---- of the whole

@named(MODULE, 'primitiveSum', args=0)
def float_array_sum(interp, w_receiver):
    words = floats_receiver(w_receiver)
    total = 0.0
    for i in range(len(words)):
        total += get(words, i)
    return interp.memory.float_object(total)


@named(MODULE, 'primitiveDotProduct', args=1)
@named('', 'primitiveFloatArrayDotProduct', args=1)
def dot_product(interp, w_receiver, w_argument):
    words = floats_receiver(w_receiver)
    others = floats_argument(w_argument, len(words))
    total = 0.0
    for i in range(len(words)):
        total += get(words, i) * get(others, i)
    return interp.memory.float_object(total)


def length_of(words):
    """The square root of the sum of the squares; fails unless that is positive."""
    total = 0.0
    for i in range(len(words)):
        value = get(words, i)
        total += value * value
    if not total > 0.0:
        raise FAILED
    return math.sqrt(total)


@named(MODULE, 'primitiveLength', args=0)
def float_array_length(interp, w_receiver):
    return interp.memory.float_object(length_of(floats_receiver(w_receiver)))


@named(MODULE, 'primitiveNormalize', args=0)
def float_array_normalize(interp, w_receiver):
    words = result_receiver(w_receiver)
    length = length_of(words)
    for i in range(len(words)):
        put(words, i, get(words, i) / length)
    return w_receiver


@named(MODULE, 'primitiveEqual', args=1)
@named('', 'primitiveFloatArrayEqual', args=1)
def float_array_equal(interp, w_receiver, w_argument):
    """Whether all elements are; they are compared as floats, so that 0.0 and -0.0 are equal and NaN is equal to nothing."""
    words = floats_receiver(w_receiver)
    if not isinstance(w_argument, W_Words):
        raise BAD_ARGUMENT
    others = w_argument.words
    if len(others) != len(words):
        return interp.memory.w_false
    for i in range(len(words)):
        if get(words, i) != get(others, i):
            return interp.memory.w_false
    return interp.memory.w_true


@named(MODULE, 'primitiveHashArray', args=0)
@named('', 'primitiveFloatArrayHash', args=0)
def float_array_hash(interp, w_receiver):
    """The sum of the words, 29 bits of it."""
    words = floats_receiver(w_receiver)
    total = 0
    for i in range(len(words)):
        total = (total + intmask(words[i])) & 0x1FFFFFFF
    return W_SmallInteger(total)


@named(MODULE, 'primitiveFromFloat64Array', args=1)
def from_float64_array(interp, w_receiver, w_argument):
    words = result_receiver(w_receiver)
    if not isinstance(w_argument, W_Longs) or len(w_argument.longs) != len(words):
        raise BAD_ARGUMENT
    for i in range(len(words)):
        put(words, i, bits_to_float(intmask(w_argument.longs[i])))
    return w_receiver
