"""The shortest decimal text that reads back as the same float."""
from spyvm.rpy import REAL, we_are_translated

if REAL:
    from rpython.rlib.rfloat import formatd


def shortest(value):
    """As Python's repr: '0.1', '-0.0', '1e+100', '1e-07', 'inf', '-inf', 'nan'."""
    if we_are_translated():
        return formatd(value, 'r', 0)
    return repr(value)
