"""Marking what is to stay outside of a segment: all that can be reached without going through the roots."""
from spyvm.objects.model import W_Float, W_HeapObject
from spyvm.objects.walk import MARK, Walk


class Outside(object):
    """After mark(), and until unmark(), the objects outside carry MARK in their meta.

    memory      the ObjectMemory
    w_roots     the Array of the roots; it and the objects in it are never outside
    """

    def __init__(self, memory, w_roots):
        self.memory = memory
        self.w_roots = w_roots
        self.walk = Walk(memory, False)
        self.closed = []        # the roots, which the walk finds marked and so does not enter

    def mark(self, held):
        """`held` lists what the interpreter holds, its contexts linked to their senders, and what else counts as
        reached."""
        self.close(self.w_roots)
        for i in range(self.w_roots.size()):
            self.close(self.w_roots.fetch(self.memory, i))
        self.walk.run(held)
        for w_object in self.closed:
            w_object.set_meta(w_object.get_meta() & ~MARK)
        self.closed = []

    def close(self, w_object):
        if isinstance(w_object, W_HeapObject) or (isinstance(w_object, W_Float) and not w_object.is_immediate(self.memory)):
            meta = w_object.get_meta()
            if meta & MARK == 0:
                w_object.set_meta(meta | MARK)
                self.closed.append(w_object)

    def unmark(self):
        self.walk.unmark()
        for w_object in self.closed:
            w_object.set_meta(w_object.get_meta() & ~MARK)
        self.closed = []
