"""Walking V3 segments (ObjectMemory and NewObjectMemory of VMMaker, storeImageSegmentInto:outPointers:roots:).

Objects have the headers that V3 images have (see spyvm.image.v3), the first one is an Array of the roots.  A pointer, in
a field or in the header word for the class, is
  an object of the segment: the distance of its base header from the base header of the word array, 4 for the version word,
  an out pointer: 2**31 plus 4 for the first one, 8 for the second, ...;
objects of compact classes have the class's index in the header, and no pointer to it.  A context's slots above its stack
pointer hold anything.
"""
from spyvm.image.errors import corrupt
from spyvm.image.segment.compact import COMPACT_BLOCK_CONTEXT, COMPACT_METHOD_CONTEXT
from spyvm.image.segment.errors import BAD_INDEX_CODE, refused
from spyvm.image.segment.part import SegmentPart
from spyvm.image.segment.references import COMPACT, INNER, OUTER, reference, tag_of
from spyvm.image.v3 import V3Loader
from spyvm.objects import formats
from spyvm.objects.context import STACKP, TEMP_START
from spyvm.objects.model import HASH_MASK

OUT = 0x80000000


class V3Segment(SegmentPart, V3Loader):
    def step(self):
        more = V3Loader.step(self)
        self.no_gap()
        if more:
            self.meta &= HASH_MASK
        return more

    def out_index(self, oop):
        if oop & OUT == 0:
            return -1
        offset = oop & (OUT - 1)
        if offset & 3 != 0 or offset == 0:
            return -2
        return (offset >> 2) - 1

    def class_reference(self):
        if self.key > 0:
            return reference(COMPACT, self.key)
        where = self.place - self.word_size
        found = self.reference_of(-1 - self.key, where)
        if tag_of(found) != INNER and tag_of(found) != OUTER:
            raise refused('class of the object', where, 'a class', BAD_INDEX_CODE)
        return found

    def is_context_key(self):
        return self.key == COMPACT_METHOD_CONTEXT or self.key == COMPACT_BLOCK_CONTEXT

    def unmapped_tail(self):
        if self.kind != formats.INDEXABLE_FIXED or not self.is_context_key():
            return 0
        slots = self.size // self.word_size
        if slots < TEMP_START:
            raise corrupt('context of %d slots' % slots, self.place, 'at least %d' % TEMP_START)
        stackp = self.slot(self.place, STACKP)
        used = TEMP_START
        if self.is_int(stackp):
            used += self.int_of(stackp)
        if used < TEMP_START or used > slots:
            raise corrupt('stack pointer of a context', self.place, 'one within its %d slots' % slots)
        return slots - used

    def method_literals(self, header):
        return (header >> 9) & 0xFF
