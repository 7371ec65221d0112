"""Storing Spur segments, which read_spur describes: SpurMemoryManager storeImageSegmentInto:outPointers:roots: of
VMMaker."""
from spyvm.image.flags import REMEMBERED
from spyvm.image.segment.errors import LIMIT_EXCEEDED, WRITE_PAST_OBJECT
from spyvm.image.segment.source import SPUR_START, segment_version
from spyvm.image.segment.store import OUTSIDE, StorePart
from spyvm.image.spur import FIRST_CLASS_INDEX, FIRST_INDEX
from spyvm.image.writer import NUMBERED, PLACE_SHIFT
from spyvm.image.writer_spur import SpurWriter
from spyvm.objects.errors import BAD_INDEX, NO_MODIFICATION, OBJECT_IS_PINNED
from spyvm.objects.model import HASH_MASK, IMMUTABLE, PINNED
from spyvm.objects.pointers import W_Class

OUT_32 = 0x80000000
OUT_64 = -0x8000000000000000
OUT_CLASS = 0x200000
LEAST_OBJECT = 16       # bytes
LEAST_REST = 16         # bytes that a word array which is not quite filled must have left


class SpurStore(StorePart, SpurWriter):
    def objects_full(self):
        raise WRITE_PAST_OBJECT

    def outers_full(self):
        raise BAD_INDEX

    def address_of(self, place):
        if place >= OUTSIDE << 2:
            index = (place >> 2) - OUTSIDE
            if self.wide:
                return OUT_64 + (index << 3)
            return OUT_32 | (index << 2)
        return place

    def class_index(self, w_object):
        place = (self.view_of(w_object).w_self.get_meta() >> PLACE_SHIFT) << 2
        if place >= OUTSIDE << 2:
            return OUT_CLASS + (place >> 2) - OUTSIDE
        return FIRST_INDEX + (place >> 3)

    def is_in_class_table(self, w_object, meta):
        """Whether a VM with a class table would have the object, whose meta was that, in it: a class that has, or had,
        instances."""
        return isinstance(w_object, W_Class) and (w_object.instances is not None or meta & HASH_MASK >= FIRST_CLASS_INDEX)

    def kept_meta(self, w_object, meta):
        """Classes get a new hash where the segment is loaded; those to be entered into the class table are remembered."""
        in_table = self.is_in_class_table(w_object, meta)
        meta &= HASH_MASK | IMMUTABLE | PINNED
        if in_table:
            meta = (meta & ~HASH_MASK) | REMEMBERED
        return meta

    def find(self, w_roots):
        """Depth first, what is found last first, then the classes moved behind the roots; then the objects outside, by a
        walk over the others in that order."""
        self.number_outers = False
        self.visit(w_roots)
        stack = [0]
        order = []
        while len(stack) > 0:
            at = stack.pop()
            order.append(at)
            found = len(self.objects)
            w_object = self.objects[at]
            self.visit(self.view_of(w_object).w_self)
            self.visit_pointers(w_object)
            for i in range(found, len(self.objects)):
                stack.append(i)
        self.reorder(self.classes_first(order))
        self.number_outers = True
        for i in range(len(self.objects)):
            w_object = self.objects[i]
            self.visit(self.view_of(w_object).w_self)
            self.visit_pointers(w_object)

    def classes_first(self, order):
        there = 0
        for here in range(1, len(order)):
            at = order[here]
            if self.is_in_class_table(self.objects[at], self.metas[at]):
                if there > 0:
                    order[here] = order[there]
                    order[there] = at
                    there += 1
            elif there == 0:
                there = here
        return order

    def reorder(self, order):
        objects = []
        metas = []
        for at in order:
            objects.append(self.objects[at])
            metas.append(self.metas[at])
        self.objects = objects
        self.metas = metas

    def check_class_places(self):
        """Fails unless class indices can say where the classes are."""
        if len(self.outers) > OUT_CLASS:
            raise LIMIT_EXCEEDED
        for i in range(len(self.objects)):
            w_class = self.view_of(self.objects[i]).w_self
            meta = w_class.get_meta()
            assert meta & NUMBERED
            place = (meta >> PLACE_SHIFT) << 2
            if place < OUTSIDE << 2 and FIRST_INDEX + (place >> 3) >= OUT_CLASS:
                raise LIMIT_EXCEEDED


def store_spur(memory, w_roots, w_words, w_outers):
    """Store a segment whose objects outside carry MARK.  Fails, changing nothing, where the word array or the Array for the
    out pointers is too short, immutable or pinned."""
    if w_words.is_immutable() or w_outers.is_immutable():
        raise NO_MODIFICATION
    if w_words.meta & PINNED or w_outers.meta & PINNED:
        raise OBJECT_IS_PINNED
    if w_outers.size() > HASH_MASK:
        raise LIMIT_EXCEEDED
    room = ((len(w_words.words) << 2) + 7) & ~7
    if room == 0:
        room = 8
    store = SpurStore(memory, [], True, 0)
    store.begin(room // LEAST_OBJECT, w_outers.size())
    done = False
    try:
        store.find(w_roots)
        store.lay_out()
        if SPUR_START + store.place + LEAST_REST > room:
            raise WRITE_PAST_OBJECT
        store.check_class_places()
        words = store.encoded(segment_version(memory.traits.version), 2)
        done = True
    finally:
        store.restore_all()
    if done:
        w_words.words = words
        store.give_outers(w_outers)
