"""Walking Spur segments, 32-bit and 64-bit (SpurMemoryManager of VMMaker, storeImageSegmentInto:outPointers:roots:).

Objects have the headers that Spur images have (see spyvm.image.spur), the first one is an Array of the roots, then come the
classes, with the remembered bit set and no identity hash.  A pointer to an object of the segment is the distance of its base
header from the first object's chunk; one to an out pointer has the most significant bit of the word set and below it the
distance from the first one, a multiple of the word size.  A class index is 16 plus the distance, in units of 8 bytes, of a
class in the segment, or 2**21 plus the index of the class among the out pointers, from 0 on.
"""
from spyvm.image.flags import MARKED, REMEMBERED
from spyvm.image.segment.errors import BAD_INDEX_CODE, INAPPROPRIATE_CODE, refused
from spyvm.image.segment.part import SegmentPart
from spyvm.image.segment.references import CHARACTER, INNER, NO_REFERENCE, OUTER, SMALL_FLOAT, reference
from spyvm.image.spur import FIRST_INDEX, SpurLoader
from spyvm.objects.model import HASH_MASK, IMMUTABLE, PINNED

OUT_32 = 0x80000000
OUT_64 = -0x8000000000000000
OUT_CLASS = 0x200000
MAX_CHARACTER = 0x3FFFFFFF


class SpurSegment(SegmentPart, SpurLoader):
    def step(self):
        more = SpurLoader.step(self)
        self.no_gap()
        if more:
            if self.meta & MARKED:
                raise refused('marked object', self.place, 'one that is not', INAPPROPRIATE_CODE)
            self.meta &= HASH_MASK | IMMUTABLE | PINNED | REMEMBERED
        return more

    def is_class_in_table(self):
        """Whether the object at which the walk is was in the class table of the VM that stored it."""
        return self.meta & REMEMBERED != 0

    def out_index(self, oop):
        if self.wide:
            if oop & 7 != 0 or oop >= 0:
                return -1
            return (oop - OUT_64) >> 3
        if oop & 3 != 0 or oop & OUT_32 == 0:
            return -1
        return (oop & (OUT_32 - 1)) >> 2

    def immediate_reference(self, oop):
        if self.wide:
            tag = oop & 7
            if tag == 2:
                return self.character_reference(oop >> 3)
            if tag == 4:
                return reference(SMALL_FLOAT, oop >> 3)
        elif oop & 3 == 2:
            return self.character_reference(oop >> 2)
        return NO_REFERENCE

    def character_reference(self, code):
        if code < 0 or code > MAX_CHARACTER:
            return NO_REFERENCE
        return reference(CHARACTER, code)

    def class_reference(self):
        key = self.key
        if key & OUT_CLASS:
            index = key - OUT_CLASS
            if self.out_count >= 0 and index >= self.out_count:
                raise refused('class index %d' % key, self.place, 'one of %d out pointers' % self.out_count, BAD_INDEX_CODE)
            return reference(OUTER, index)
        number = self.number_at(self.place_of((key - FIRST_INDEX) << 3))
        if number < 0:
            raise refused('class index %d' % key, self.place, 'the place of a class in the segment', BAD_INDEX_CODE)
        return reference(INNER, number)

    def method_literals(self, header):
        return header & 0x7FFF
