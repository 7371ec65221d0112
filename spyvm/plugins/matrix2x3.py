"""Matrix2x3Plugin: transformations of the plane, six 32-bit words that are IEEE single floats a11 a12 a13 a21 a22 a23.

Images of Squeak 2 and 3 name the same primitives m23PrimitiveX, without a module.  Following the plugin, products of two
elements are single floats; points are rounded by adding a half and truncating; results that are no SmallIntegers fail.
"""
from spyvm.objects.errors import BAD_ARGUMENT, BAD_RECEIVER, FAILED, NO_MODIFICATION
from spyvm.objects.model import W_Object
from spyvm.objects.raw import W_Words
from spyvm.plugins.float_array import get, put
from spyvm.primitives.registry import named
from spyvm.rpy.floats import bits_to_single, single_to_bits

MODULE = 'Matrix2x3Plugin'


def single(value):
    """The double rounded to a single float."""
    return bits_to_single(single_to_bits(value))


class Matrix(object):
    """The elements of a Matrix2x3 object."""

    def __init__(self, w_matrix):
        if not isinstance(w_matrix, W_Words) or len(w_matrix.words) != 6:
            raise BAD_ARGUMENT
        words = w_matrix.words
        self.a11 = get(words, 0)
        self.a12 = get(words, 1)
        self.a13 = get(words, 2)
        self.a21 = get(words, 3)
        self.a22 = get(words, 4)
        self.a23 = get(words, 5)

    def is_pure_translation(self):
        return self.a11 == 1.0 and self.a12 == 0.0 and self.a21 == 0.0 and self.a22 == 1.0

    def determinant(self):
        return single(single(self.a11 * self.a22) - single(self.a12 * self.a21))

    def transform(self, x, y):
        return x * self.a11 + y * self.a12 + self.a13, x * self.a21 + y * self.a22 + self.a23

    def invert(self, x, y):
        """The point that is transformed to x, y.  The determinant must not be 0."""
        x -= self.a13
        y -= self.a23
        inverse = 1.0 / self.determinant()
        return (x * self.a22 - self.a12 * y) * inverse, (self.a11 * y - x * self.a21) * inverse


def load_matrix(w_matrix, inverting):
    matrix = Matrix(w_matrix)
    if inverting and matrix.determinant() == 0.0:
        raise BAD_RECEIVER
    return matrix


def map_point(matrix, inverting, x, y):
    if inverting:
        return matrix.invert(x, y)
    return matrix.transform(x, y)


def load_point(memory, w_point):
    """The coordinates of a Point of SmallIntegers or Floats."""
    if not isinstance(w_point, W_Object) or w_point.class_view(memory) is not memory.view_Point:
        raise BAD_ARGUMENT
    return w_point.fetch(memory, 0).as_float(), w_point.fetch(memory, 1).as_float()


def rounded(memory, value):
    """Adds a half and truncates; fails unless that is a SmallInteger."""
    value += 0.5
    if not (value >= float(memory.min_int) and value <= float(memory.max_int)):
        raise FAILED
    result = int(value)
    if result > memory.max_int:     # which as a double may be rounded upwards
        raise FAILED
    return result


def map_point_object(interp, w_matrix, w_point, inverting):
    memory = interp.memory
    x, y = load_point(memory, w_point)
    x, y = map_point(load_matrix(w_matrix, inverting), inverting, x, y)
    return memory.point_object(rounded(memory, x), rounded(memory, y))


def map_rectangle(interp, w_matrix, w_source, w_destination, inverting):
    """Store the bounds of the source's four corners in the destination and answer it.  They are of one class of 2 fields."""
    memory = interp.memory
    if (w_source.class_view(memory) is not w_destination.class_view(memory) or w_source.pointer_size(memory) != 2 or
            w_destination.pointer_size(memory) != 2):
        raise BAD_ARGUMENT
    if w_destination.is_immutable():
        raise NO_MODIFICATION
    matrix = load_matrix(w_matrix, inverting)
    left, top = load_point(memory, w_source.fetch(memory, 0))
    right, bottom = load_point(memory, w_source.fetch(memory, 1))
    x, y = map_point(matrix, inverting, left, top)
    min_x = max_x = x
    min_y = max_y = y
    for corner in range(3):
        if corner == 0:
            x, y = map_point(matrix, inverting, right, bottom)
        elif corner == 1:
            x, y = map_point(matrix, inverting, right, top)
        else:
            x, y = map_point(matrix, inverting, left, bottom)
        min_x = min_x if min_x < x else x
        max_x = x if max_x < x else max_x
        min_y = min_y if min_y < y else y
        max_y = y if max_y < y else max_y
    w_origin = memory.point_object(rounded(memory, min_x), rounded(memory, min_y))
    w_corner = memory.point_object(rounded(memory, max_x), rounded(memory, max_y))
    w_destination.store(memory, 0, w_origin)
    w_destination.store(memory, 1, w_corner)
    return w_destination


@named(MODULE, 'primitiveIsIdentity', args=0)
@named('', 'm23PrimitiveIsIdentity', args=0)
def is_identity(interp, w_receiver):
    matrix = Matrix(w_receiver)
    return interp.memory.bool_object(matrix.is_pure_translation() and matrix.a13 == 0.0 and matrix.a23 == 0.0)


@named(MODULE, 'primitiveIsPureTranslation', args=0)
@named('', 'm23PrimitiveIsPureTranslation', args=0)
def is_pure_translation(interp, w_receiver):
    return interp.memory.bool_object(Matrix(w_receiver).is_pure_translation())


@named(MODULE, 'primitiveTransformPoint', args=1)
@named('', 'm23PrimitiveTransformPoint', args=1)
def transform_point(interp, w_receiver, w_point):
    return map_point_object(interp, w_receiver, w_point, False)


@named(MODULE, 'primitiveInvertPoint', args=1)
@named('', 'm23PrimitiveInvertPoint', args=1)
def invert_point(interp, w_receiver, w_point):
    return map_point_object(interp, w_receiver, w_point, True)


@named(MODULE, 'primitiveTransformRectInto', args=2)
@named('', 'm23PrimitiveTransformRectInto', args=2)
def transform_rectangle(interp, w_receiver, w_source, w_destination):
    return map_rectangle(interp, w_receiver, w_source, w_destination, False)


@named(MODULE, 'primitiveInvertRectInto', args=2)
@named('', 'm23PrimitiveInvertRectInto', args=2)
def invert_rectangle(interp, w_receiver, w_source, w_destination):
    return map_rectangle(interp, w_receiver, w_source, w_destination, True)


@named(MODULE, 'primitiveComposeMatrix', args=2)
@named('', 'm23PrimitiveComposeMatrix', args=2)
def compose_matrix(interp, w_receiver, w_matrix, w_result):
    """Store the product of the receiver and the matrix in the result and answer that."""
    a = Matrix(w_receiver)
    b = Matrix(w_matrix)
    Matrix(w_result)        # is it one?
    assert isinstance(w_result, W_Words)
    if w_result.is_immutable():
        raise NO_MODIFICATION
    words = w_result.words
    put(words, 0, single(a.a11 * b.a11) + single(a.a12 * b.a21))
    put(words, 1, single(a.a11 * b.a12) + single(a.a12 * b.a22))
    put(words, 2, single(single(a.a11 * b.a13) + single(a.a12 * b.a23)) + a.a13)
    put(words, 3, single(a.a21 * b.a11) + single(a.a22 * b.a21))
    put(words, 4, single(a.a21 * b.a12) + single(a.a22 * b.a22))
    put(words, 5, single(single(a.a21 * b.a13) + single(a.a22 * b.a23)) + a.a23)
    return w_result
