"""IEEE floats and their bit patterns.

`float_to_bits(f)` answers the 64 bits of a double as a signed 64-bit integer, `bits_to_float(n)` the reverse;
`single_to_bits(f)` rounds a double to single precision and answers its 32 bits (0 .. 2**32-1), `bits_to_single(n)` the reverse.
"""
from spyvm.rpy import REAL

if REAL:
    from rpython.rlib.longlong2float import (float2longlong, longlong2float, singlefloat2uint, uint2singlefloat)
    from rpython.rlib.rarithmetic import r_singlefloat, r_uint, intmask
    from rpython.rlib.rfloat import isinf, isnan, isfinite, NAN, INFINITY, formatd, round_double
    from rpython.rtyper.lltypesystem import rffi

    def float_to_bits(value):
        return intmask(float2longlong(value))

    def bits_to_float(bits):
        return longlong2float(rffi.cast(rffi.LONGLONG, bits))

    def single_to_bits(value):
        return intmask(rffi.cast(rffi.LONG, singlefloat2uint(r_singlefloat(value))))

    def bits_to_single(bits):
        return float(uint2singlefloat(rffi.cast(rffi.UINT, bits)))
else:
    import struct
    from math import isinf, isnan
    NAN = float('nan')
    INFINITY = float('inf')

    def isfinite(value):
        return not (isinf(value) or isnan(value))

    def float_to_bits(value):
        return struct.unpack('<q', struct.pack('<d', value))[0]

    def bits_to_float(bits):
        return struct.unpack('<d', struct.pack('<q', bits))[0]

    def single_to_bits(value):
        try:
            return struct.unpack('<I', struct.pack('<f', value))[0]
        except OverflowError:
            return 0x7F800000 if value > 0 else 0xFF800000

    def bits_to_single(bits):
        return struct.unpack('<f', struct.pack('<I', bits & 0xFFFFFFFF))[0]
