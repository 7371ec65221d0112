"""What the walks over V3 and Spur segments have in common, as a mixin for image loaders.

A segment is walked like an image's heap; but pointers count from its beginning or name out pointers, and nothing is known of
the classes that are out pointers.
"""
from spyvm.image.segment.errors import BAD_INDEX_CODE, INAPPROPRIATE_CODE, refused
from spyvm.image.segment.references import INNER, NO_REFERENCE, OUTER, SMALL_INTEGER, reference
from spyvm.objects import formats


class SegmentPart(object):
    """`out_count` is the number of out pointers; -1 where that is not known."""
    _mixin_ = True

    out_count = -1

    # ---- what a subclass knows

    def out_index(self, oop):
        """The index of the out pointer an oop names, from 0 on; -1 if it names none, -2 if it is malformed."""
        return -1

    def immediate_reference(self, oop):
        """The reference for an immediate that is no SmallInteger; NO_REFERENCE if the oop is none."""
        return NO_REFERENCE

    def class_reference(self):
        """The reference to the class of the object at which the walk is.  SegmentError."""
        return NO_REFERENCE

    def unmapped_tail(self):
        """How many slots at the end of the pointers object at which the walk is are no pointers."""
        return 0

    def method_literals(self, header):
        """The number of literals by the value of a method's header."""
        return 0

    # ---- for all

    def no_gap(self):
        """Between the objects of a segment there is nothing."""
        if len(self.gap_bounds) > 0:
            raise refused('unused bytes', self.gap_bounds[0], 'an object', INAPPROPRIATE_CODE)

    def reference_of(self, oop, where):
        """What an oop, found at a byte offset, refers to: see spyvm.image.segment.references.  SegmentError if nothing."""
        if self.is_int(oop):
            return reference(SMALL_INTEGER, self.int_of(oop))
        index = self.out_index(oop)
        if index >= 0:
            if self.out_count >= 0 and index >= self.out_count:
                raise refused('out pointer %d' % index, where, 'one of %d out pointers' % self.out_count, BAD_INDEX_CODE)
            return reference(OUTER, index)
        if index == -1:
            found = self.immediate_reference(oop)
            if found != NO_REFERENCE:
                return found
            number = self.number_at(self.place_of(oop))
            if number >= 0:
                return reference(INNER, number)
        raise refused('pointer %d' % oop, where, 'the place of an object of the segment, or an out pointer', BAD_INDEX_CODE)

    def pointer_count(self):
        """How many pointers the object at which the walk is has; a method's header counts.  SegmentError if it is
        malformed."""
        if formats.is_pointers(self.kind):
            return self.size // self.word_size - self.unmapped_tail()
        if self.kind == formats.METHOD:
            if self.size >= self.word_size:
                header = self.slot(self.place, 0)
                if self.is_int(header):
                    count = self.method_literals(self.int_of(header)) + 1
                    if count * self.word_size <= self.size - self.unused:
                        return count
            raise refused('method', self.place, 'a header with the number of its literals, and as many', INAPPROPRIATE_CODE)
        return 0

    def slot_reference(self, index):
        """The reference in a pointer field of the object at which the walk is; the index must be in range."""
        where = self.place + self.fields + index * self.word_size
        return self.reference_of(self.oop_at(where), where)

    def check_pointers(self):
        """SegmentError unless every pointer of the object at which the walk is refers to something."""
        place = self.place + self.fields
        for i in range(self.pointer_count()):
            oop = self.oop_at(place)
            if not self.is_int(oop) and self.place_of(oop) < 0:
                self.reference_of(oop, place)
            place += self.word_size
