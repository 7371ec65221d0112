"""Machine integers: 64-bit signed arithmetic with and without overflow, unsigned words.

`intmask(x)` wraps to a signed 64-bit machine word, `ovfcheck(expression)` raises OverflowError where the 64-bit result
overflows, `r_uint(x)` and `r_uint32(x)` wrap to unsigned words.  `is_valid_int(x)` says whether x is a machine integer.
"""
from spyvm.rpy import REAL

LONG_BIT = 64
MAXINT = 2 ** 63 - 1
MININT = -2 ** 63

if REAL:
    from rpython.rlib.rarithmetic import (intmask, ovfcheck, r_uint, r_longlong, r_ulonglong, r_singlefloat,
                                          string_to_int, int_between, widen)
    from rpython.rlib.rarithmetic import r_uint32, r_int32
else:
    def intmask(x):
        x = int(x) & 0xFFFFFFFFFFFFFFFF
        if x >= 0x8000000000000000:
            return x - 0x10000000000000000
        return x

    def ovfcheck(x):
        if x > MAXINT or x < MININT:
            raise OverflowError
        return x

    def r_uint(x):
        return int(x) & 0xFFFFFFFFFFFFFFFF

    r_ulonglong = r_uint
    r_longlong = intmask

    def r_uint32(x):
        return int(x) & 0xFFFFFFFF

    def r_int32(x):
        x = int(x) & 0xFFFFFFFF
        return x - 0x100000000 if x >= 0x80000000 else x

    def int_between(low, x, high):
        return low <= x < high

    def widen(x):
        return x

    def string_to_int(text, base=10):
        return int(text, base)
