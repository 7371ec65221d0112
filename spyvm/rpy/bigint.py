"""Integers of any size: rpython.rlib.rbigint, or a class of the same protocol around Python's int.

Only what the stand-in has may be used by the VM; `sign` is -1, 0 or 1.  floordiv and mod round towards minus infinity, as
Smalltalk's // and \\\\ do; rshift is arithmetic.

`big_from_digits(chars, size)` answers the number whose little-endian bytes are the first `size` of a list of one-character
strings, `digits_from_big(big)` the bytes of a number's magnitude as such a list, without leading zeros.  Both are linear.
"""
from spyvm.rpy import REAL

if REAL:
    from rpython.rlib.rbigint import rbigint, InvalidEndiannessError, InvalidSignednessError, SHIFT, NULLDIGIT, _store_digit
    from rpython.rlib.rarithmetic import intmask, r_uint

    BIG_DIGIT = r_uint((1 << SHIFT) - 1)

    def big_from_digits(chars, size):
        while size > 0 and chars[size - 1] == '\x00':
            size -= 1
        if size == 0:
            return rbigint.fromint(0)
        digits = [NULLDIGIT] * ((size * 8 + SHIFT - 1) // SHIFT)
        accum = r_uint(0)
        bits = 0
        n = 0
        for i in range(size):
            byte = r_uint(ord(chars[i]))
            accum |= byte << bits
            bits += 8
            if bits >= SHIFT:
                digits[n] = _store_digit(intmask(accum & BIG_DIGIT))
                n += 1
                bits -= SHIFT
                accum = byte >> (8 - bits)
        if n < len(digits):
            digits[n] = _store_digit(intmask(accum))
            n += 1
        while n > 1 and digits[n - 1] == NULLDIGIT:
            n -= 1
        return rbigint(digits, 1, n)

    def digits_from_big(big):
        size = (big.bit_length() + 7) >> 3
        chars = ['\x00'] * size
        accum = r_uint(0)
        bits = 0            # that accum still holds
        n = 0
        for i in range(size):
            if bits < 8 and n < big.numdigits():
                digit = big.udigit(n)
                n += 1
                accum |= digit << bits
                chars[i] = chr(intmask(accum & r_uint(255)))
                accum = digit >> (8 - bits)
                bits += SHIFT - 8
            else:
                chars[i] = chr(intmask(accum & r_uint(255)))
                accum >>= 8
                bits -= 8
        return chars
else:
    import sys

    if hasattr(sys, 'set_int_max_str_digits'):
        sys.set_int_max_str_digits(0)       # newer Pythons refuse to print long numbers

    def big_from_digits(chars, size):
        return rbigint(int.from_bytes(''.join(chars[:size]).encode('latin-1'), 'little'))

    def digits_from_big(big):
        size = (big.bit_length() + 7) >> 3
        return list(abs(big.v).to_bytes(size, 'little').decode('latin-1'))

    class rbigint(object):
        __slots__ = ['v']

        def __init__(self, v):
            self.v = v

        @staticmethod
        def fromint(value):
            return rbigint(int(value))

        @staticmethod
        def fromfloat(value):
            return rbigint(int(value))      # OverflowError for infinities, ValueError for NaN, as rbigint

        @staticmethod
        def fromdecimalstr(text):
            return rbigint(int(text))

        @staticmethod
        def fromrarith_int(value):
            return rbigint(int(value))

        @staticmethod
        def frombytes(text, byteorder, signed):
            return rbigint(int.from_bytes(text.encode('latin-1'), byteorder, signed=signed))

        def tobytes(self, nbytes, byteorder, signed):
            return self.v.to_bytes(nbytes, byteorder, signed=signed).decode('latin-1')

        def toint(self):
            if -2 ** 63 <= self.v < 2 ** 63:
                return self.v
            raise OverflowError

        def tofloat(self):
            return float(self.v)

        def str(self):
            return str(self.v)

        @property
        def sign(self):
            return (self.v > 0) - (self.v < 0)

        def bit_length(self):
            return self.v.bit_length()

        def tobool(self):
            return self.v != 0

        def neg(self):
            return rbigint(-self.v)

        def abs(self):
            return rbigint(abs(self.v))

        def invert(self):
            return rbigint(~self.v)

        def add(self, other):
            return rbigint(self.v + other.v)

        def sub(self, other):
            return rbigint(self.v - other.v)

        def mul(self, other):
            return rbigint(self.v * other.v)

        def floordiv(self, other):
            return rbigint(self.v // other.v)

        def mod(self, other):
            return rbigint(self.v % other.v)

        def divmod(self, other):
            q, r = divmod(self.v, other.v)
            return rbigint(q), rbigint(r)

        def lshift(self, n):
            return rbigint(self.v << n)

        def rshift(self, n):
            return rbigint(self.v >> n)

        def and_(self, other):
            return rbigint(self.v & other.v)

        def or_(self, other):
            return rbigint(self.v | other.v)

        def xor(self, other):
            return rbigint(self.v ^ other.v)

        def eq(self, other):
            return self.v == other.v

        def ne(self, other):
            return self.v != other.v

        def lt(self, other):
            return self.v < other.v

        def le(self, other):
            return self.v <= other.v

        def gt(self, other):
            return self.v > other.v

        def ge(self, other):
            return self.v >= other.v
