"""Words as sets of bits."""
from spyvm.rpy import we_are_translated


def bits_set(word):
    """How many of the low 32 bits are set.  The others must be 0."""
    if not we_are_translated():
        return bin(word).count('1')
    word = word - ((word >> 1) & 0x55555555)
    word = (word & 0x33333333) + ((word >> 2) & 0x33333333)
    word = (word + (word >> 4)) & 0x0F0F0F0F
    return ((word * 0x01010101) & 0xFFFFFFFF) >> 24
