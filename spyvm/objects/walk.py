"""Walking over all objects that can be reached.

The walk is a loop over a list that grows at its end, so that depth costs no stack.  What has been found carries MARK in its
meta until unmark().
"""
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import W_Context
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_Float, W_HeapObject
from spyvm.objects.pointers import W_AbstractPointers, W_Array, W_Weak, GENERIC, unerase_generic
from spyvm.rpy import memory as host

LEAST_ROOM = 10000
SLOT = 8            # bytes of a list's element
MARK = 1 << 40      # in meta, above everything that readers and writers keep there


class Walk(object):
    """`found` lists the objects reached, in breadth-first order.  Immediates are not among them.

    through_weak: whether what only weak pointers hold counts, too.
    """

    def __init__(self, memory, through_weak):
        self.memory = memory
        self.through_weak = through_weak
        self.found = []
        self.next = 0           # index in `found` of the first object not traced yet
        self.room = LEAST_ROOM
        self.expected = 0       # bytes the collector was told to expect

    def run(self, roots):
        """Find everything that can be reached from the objects the VM knows and those in the list `roots`."""
        self.visit_memory()
        for w_root in roots:        # not by visit_all(): this list may have grown, those it gets never do
            self.visit(w_root)
        self.drain()

    def drain(self):
        """Trace all that has been found, and what is found by that."""
        i = self.next
        found = self.found
        room = self.room
        while i < len(found):
            if len(found) > room:
                # a list that grows as it likes leaves many times its size to the garbage collector
                room = len(found) * 2
                self.expect(room)
                host.resizelist_hint(found, room)
            self.trace(found[i])
            i += 1
        self.next = i
        self.room = room

    def expect(self, slots):
        """The lists made here are no reason for a full collection, which would mark all that is being walked over."""
        self.expected += slots * SLOT
        host.expect_growth(slots * SLOT)

    def finish(self):
        """Collections may begin again as they would have."""
        host.expect_growth(-self.expected)
        self.expected = 0

    def unmark(self):
        for w_object in self.found:
            w_object.set_meta(w_object.get_meta() & ~MARK)
        self.finish()

    def visit_memory(self):
        memory = self.memory
        self.visit(memory.w_special_objects)
        self.visit(memory.w_nil)
        self.visit(memory.w_true)
        self.visit(memory.w_false)
        self.visit_view(memory.view_SmallInteger)
        self.visit_view(memory.view_Character)
        self.visit_view(memory.view_SmallFloat)
        for w_mourner in memory.mourning.mourners():
            self.visit(w_mourner)

    def visit(self, w_object):
        """The object is reached.  None is allowed."""
        if isinstance(w_object, W_HeapObject):
            meta = w_object.meta
            if meta & MARK == 0:
                w_object.meta = meta | MARK
                self.found.append(w_object)
        elif isinstance(w_object, W_Float):
            if w_object.meta & MARK == 0 and not w_object.is_immediate(self.memory):
                w_object.meta |= MARK
                self.found.append(w_object)

    def visit_view(self, view):
        if view is not None:
            self.visit(view.w_self)

    def visit_all(self, items):
        for w_item in items:
            self.visit(w_item)

    def trace(self, w_object):
        """Visit what the object points to, its class first."""
        if not isinstance(w_object, W_HeapObject):
            self.visit_view(w_object.class_view(self.memory))
            return
        self.visit_view(w_object.view)
        if isinstance(w_object, W_AbstractPointers):
            self.visit_all(w_object.slots)
        elif isinstance(w_object, W_Array):
            if w_object.strategy is GENERIC:
                self.visit_all(unerase_generic(w_object.storage))
        elif isinstance(w_object, W_CompiledMethod):
            self.visit_all(w_object.literals)
        elif isinstance(w_object, W_BlockClosure):
            self.visit(w_object.w_outer)
            self.visit(w_object.w_start)
            self.visit(w_object.w_num_args)
            self.visit(w_object.w_receiver)
            self.visit_all(w_object.copied)
        elif isinstance(w_object, W_Context):
            self.trace_context(w_object)
        elif isinstance(w_object, W_Weak):
            self.visit_all(w_object.slots)
            if self.through_weak:
                for cell in w_object.refs:
                    if cell is not None:
                        self.visit(cell.get())

    def trace_context(self, w_context):
        self.visit(w_context.w_sender)
        self.visit(w_context.w_receiver)
        self.visit(w_context.w_closure)
        self.visit(w_context.home())
        if w_context.code is not None:
            self.visit(w_context.code.w_method)
        for i in range(min(w_context.sp, len(w_context.stack))):
            self.visit(w_context.stack[i])
