"""Storing V3 segments, which read_v3 describes: ObjectMemory storeImageSegmentInto:outPointers:roots: of VMMaker."""
from spyvm.image.segment.source import V3_BASE, segment_version
from spyvm.image.segment.store import OUTSIDE, StorePart
from spyvm.image.writer_v3 import ONE_WORD, V3Writer
from spyvm.image.v3 import MAX_SHORT_SIZE
from spyvm.objects.errors import FAILED

OUT = 0x80000000
WORD = 4
LEAST_LENGTH = MAX_SHORT_SIZE // WORD       # arrays of fewer words lack the header that the primitive wants to see


class V3Store(StorePart, V3Writer):
    def objects_full(self):
        raise FAILED

    def outers_full(self):
        raise FAILED

    def address_of(self, place):
        if place >= OUTSIDE << 2:
            return OUT | (place - (OUTSIDE << 2) + WORD)
        return place + V3_BASE

    def find(self, w_roots):
        """Breadth first; a class counts before the fields, but only where the header has a pointer to it."""
        self.visit(w_roots)
        i = 0
        while i < len(self.objects):
            w_object = self.objects[i]
            self.measure(w_object)
            self.place_object(w_object)
            if self.type != ONE_WORD:
                self.visit(self.view_of(w_object).w_self)
            self.visit_pointers(w_object)
            i += 1


def store_v3(memory, w_roots, w_words, w_outers):
    """Store a segment whose objects outside carry MARK.  Fails, changing nothing, where the word array or the Array for the
    out pointers is too short.

    The definition needs room beyond what remains in the end: a table of an eighth of the word array, in bytes, in whose
    halves objects and their headers are noted, and of the Array.
    """
    length = len(w_words.words)
    out_length = w_outers.size()
    if length < LEAST_LENGTH or out_length < LEAST_LENGTH:
        raise FAILED
    size = (length + 1) * WORD
    store = V3Store(memory, [], False)
    store.begin(size // (WORD * 16), out_length // 2 - 1)
    done = False
    try:
        store.find(w_roots)
        store.lay_out()
        if store.place >= size - 2 * WORD - size // (WORD * 8) * WORD:
            raise FAILED
        words = store.encoded(segment_version(memory.traits.version), 1)
        done = True
    finally:
        store.restore_all()
    if done:
        w_words.words = words
        store.give_outers(w_outers)
