"""BlockClosures and FullBlockClosures."""
from spyvm.objects import formats
from spyvm.objects.errors import BAD_INDEX, NO_MODIFICATION
from spyvm.objects.model import W_HeapObject, IMMUTABLE


class W_BlockClosure(W_HeapObject):
    """Fields: outerContext, startpc (of a full closure: the CompiledBlock), numArgs, for a full closure the receiver, then
    the copied values.  An image may build closures by hand, so that any field may hold any object until it is evaluated."""
    _attrs_ = ['full', 'w_outer', 'w_start', 'w_num_args', 'w_receiver', 'copied']
    _immutable_fields_ = ['full', 'copied']

    def __init__(self, view, full, w_outer, w_start, w_num_args, w_receiver, copied):
        self.view = view
        self.meta = 0
        self.full = full
        self.w_outer = w_outer
        self.w_start = w_start
        self.w_num_args = w_num_args
        self.w_receiver = w_receiver    # only of a full closure; otherwise unused
        self.copied = copied            # list of W_ objects

    def kind(self, memory):
        return formats.INDEXABLE_FIXED

    def named(self):
        return 4 if self.full else 3

    def pointer_size(self, memory):
        return self.named() + len(self.copied)

    def fetch(self, memory, n0):
        if n0 == 0:
            return self.w_outer
        if n0 == 1:
            return self.w_start
        if n0 == 2:
            return self.w_num_args
        if n0 == 3 and self.full:
            return self.w_receiver
        n0 -= self.named()
        if n0 < 0 or n0 >= len(self.copied):
            raise BAD_INDEX
        return self.copied[n0]

    def store(self, memory, n0, w_value):
        if self.meta & IMMUTABLE:
            raise NO_MODIFICATION
        if n0 == 0:
            self.w_outer = w_value
        elif n0 == 1:
            self.w_start = w_value
        elif n0 == 2:
            self.w_num_args = w_value
        elif n0 == 3 and self.full:
            self.w_receiver = w_value
        else:
            n0 -= self.named()
            if n0 < 0 or n0 >= len(self.copied):
                raise BAD_INDEX
            self.copied[n0] = w_value

    def indexed_size(self, memory):
        return len(self.copied)

    def at0(self, memory, n0):
        if n0 < 0:
            raise BAD_INDEX
        return self.fetch(memory, n0 + self.named())

    def atput0(self, memory, n0, w_value):
        if n0 < 0:
            raise BAD_INDEX
        self.store(memory, n0 + self.named(), w_value)

    def describe(self):
        return 'a block closure'
