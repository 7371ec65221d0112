"""Which places in an image are objects: from an object's place to its number in heap order.

One 64-bit word for every 32 units of the image: a bit for each unit at which an object is, and, above, how many objects come
before.  That is a sixteenth of the size of a 32-bit image; a list of objects by place would be twice that size.
"""
from spyvm.rpy.words import bits_set


class ObjectTable(object):
    """`add` every object in ascending order, then `freeze`, then ask."""
    _immutable_fields_ = ['entries']

    def __init__(self, units):
        """For places from 0 up to `units`."""
        self.entries = [0] * ((units >> 5) + 1)
        self.count = 0

    def add(self, unit):
        self.entries[unit >> 5] |= 1 << (unit & 31)
        self.count += 1

    def freeze(self):
        entries = self.entries
        total = 0
        for i in range(len(entries)):
            bits = entries[i]
            entries[i] = bits | (total << 32)
            total += bits_set(bits)

    def number(self, unit):
        """The number of the object at a unit; -1 if none is there.  The unit may be any integer."""
        if unit < 0:
            return -1
        entry_index = unit >> 5
        if entry_index >= len(self.entries):
            return -1
        entry = self.entries[entry_index]
        bit = 1 << (unit & 31)
        if entry & bit == 0:
            return -1
        return (entry >> 32) + bits_set(entry & (bit - 1))
