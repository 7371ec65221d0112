"""What the arithmetic special sends do without a send: SmallIntegers and Floats among themselves."""
from spyvm.interpreter import opcodes as op
from spyvm.objects.model import W_SmallInteger, W_Float
from spyvm.rpy.arith import ovfcheck

MOST_EXACT = 1 << 53     # all integers up to this are Floats


def binary(interp, opcode, w_a, w_b):
    """The result of opcode ADD to BIT_OR; None where it takes a send (other classes, results that are not SmallIntegers)."""
    if isinstance(w_a, W_SmallInteger):
        if isinstance(w_b, W_SmallInteger):
            return integers(interp, opcode, w_a, w_b)
        if isinstance(w_b, W_Float) and is_exact(opcode, w_a.value):
            return floats(interp, opcode, float(w_a.value), w_b.value)
    elif isinstance(w_a, W_Float):
        if isinstance(w_b, W_Float):
            return floats(interp, opcode, w_a.value, w_b.value)
        if isinstance(w_b, W_SmallInteger) and is_exact(opcode, w_b.value):
            return floats(interp, opcode, w_a.value, float(w_b.value))
    return None


def is_exact(opcode, value):
    """Whether an operation on an integer and a Float may take the integer as a Float: comparisons must not round it."""
    return opcode < op.LT or opcode > op.NE or -MOST_EXACT <= value and value <= MOST_EXACT


def integers(interp, opcode, w_a, w_b):
    x = w_a.value
    y = w_b.value
    if opcode == op.ADD:
        return in_range(interp, x + y)
    if opcode == op.SUB:
        return in_range(interp, x - y)
    if op.LT <= opcode and opcode <= op.NE:
        return interp.w_true if compare_integers(opcode, x, y) else interp.w_false
    if opcode == op.MUL:
        try:
            z = ovfcheck(x * y)
        except OverflowError:
            return None
        return in_range(interp, z)
    if opcode == op.BIT_AND:
        return W_SmallInteger(x & y)
    if opcode == op.BIT_OR:
        return W_SmallInteger(x | y)
    if opcode == op.BIT_SHIFT:
        return shift(interp, x, y)
    if opcode == op.MAKE_POINT:
        return interp.make_point(w_a, w_b)
    if y == 0:
        return None
    if opcode == op.MOD:
        return W_SmallInteger(x % y)
    if y == -1:         # the least SmallInteger has no SmallInteger as its negative
        return in_range(interp, -x)
    if opcode == op.IDIV or x % y == 0:
        return W_SmallInteger(x // y)
    return None


def in_range(interp, value):
    if interp.min_int <= value and value <= interp.max_int:
        return W_SmallInteger(value)
    return None


def shift(interp, x, y):
    if y <= 0:
        if y < -62:
            y = -62
        return W_SmallInteger(x >> -y)
    if y > 61:
        return None
    limit = interp.max_int >> y
    if x > limit or x < -limit - 1:
        return None
    return in_range(interp, x << y)


def compare_integers(opcode, x, y):
    if opcode == op.LT:
        return x < y
    if opcode == op.GT:
        return x > y
    if opcode == op.LE:
        return x <= y
    if opcode == op.GE:
        return x >= y
    if opcode == op.EQ:
        return x == y
    return x != y


def floats(interp, opcode, u, v):
    if opcode == op.ADD:
        return W_Float(u + v)
    if opcode == op.SUB:
        return W_Float(u - v)
    if opcode == op.MUL:
        return W_Float(u * v)
    if opcode == op.DIV:
        if v == 0.0:
            return None
        return W_Float(u / v)
    if op.LT <= opcode and opcode <= op.NE:
        return interp.w_true if compare_floats(opcode, u, v) else interp.w_false
    return None


def compare_floats(opcode, u, v):
    if opcode == op.LT:
        return u < v
    if opcode == op.GT:
        return u > v
    if opcode == op.LE:
        return u <= v
    if opcode == op.GE:
        return u >= v
    if opcode == op.EQ:
        return u == v
    return u != v
