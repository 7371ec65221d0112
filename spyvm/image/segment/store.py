"""Storing segments: what V3 and Spur have in common, as a mixin for image writers.

First the objects are found that belong into the segment (inner) and, in the order in which a walk over them comes by, those
outside that they refer to (outer).  Then an image writer's layout gives each inner one its place, and its writing makes
words of them.  Until restore_all() the meta of both is that of image writers: the hash, NUMBERED, and a place; the place of
an outer one is OUTSIDE plus its index among the out pointers, in units of 4 bytes.
"""
from spyvm.image.writer import NUMBERED, PLACE_SHIFT
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import W_Context
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import HASH_MASK, W_Float, W_HeapObject
from spyvm.objects.pointers import (W_AbstractPointers, W_Array, W_Weak, GENERIC, INTS, NILS, NO_INT, new_array,
                                    new_generic_array, unerase_generic, unerase_ints)
from spyvm.objects.walk import MARK
from spyvm.rpy.arith import r_uint32
from spyvm.rpy.wordlist import WordsOutput

OUTSIDE = 1 << 37


class StorePart(object):
    """A writer whose `objects` are the inner ones, the Array of the roots first.  Objects outside carry MARK."""
    _mixin_ = True

    def begin(self, max_objects, max_outers):
        """How many inner and outer objects there may be."""
        self.max_objects = max_objects
        self.max_outers = max_outers
        self.objects = []
        self.outers = []
        self.outer_metas = []
        self.number_outers = True

    # ---- what a subclass knows

    def objects_full(self):
        """Fail since there are too many inner objects."""

    def outers_full(self):
        """Fail since there are too many outer objects."""

    # ---- finding the objects

    def visit(self, w_object):
        """The object, which may be None, is referred to from the segment: number it unless it is or is an immediate."""
        if isinstance(w_object, W_HeapObject):
            meta = w_object.meta
        elif isinstance(w_object, W_Float):
            meta = w_object.meta
            if meta & NUMBERED == 0 and w_object.is_immediate(self.memory):
                return
        else:
            return
        if meta & NUMBERED:
            return
        if meta & MARK:
            if self.number_outers:
                index = len(self.outers)
                if index >= self.max_outers:
                    self.outers_full()
                self.outers.append(w_object)
                self.outer_metas.append(meta)
                w_object.set_meta((meta & HASH_MASK) | NUMBERED | ((OUTSIDE + index) << PLACE_SHIFT))
            return
        if len(self.objects) >= self.max_objects:
            self.objects_full()
        self.objects.append(w_object)
        self.metas.append(meta)
        self.numbered += 1
        w_object.set_meta((meta & HASH_MASK) | NUMBERED)

    def visit_all(self, items):
        for i in range(len(items)):
            self.visit(items[i])

    def visit_pointers(self, w_object):
        """Visit what the object's fields refer to, in order."""
        if isinstance(w_object, W_AbstractPointers):
            self.visit_all(w_object.slots)
        elif isinstance(w_object, W_Array):
            self.visit_elements(w_object)
        elif isinstance(w_object, W_CompiledMethod):
            self.visit_all(w_object.literals)
        elif isinstance(w_object, W_BlockClosure):
            self.visit(w_object.w_outer)
            self.visit(w_object.w_start)
            self.visit(w_object.w_num_args)
            if w_object.full:
                self.visit(w_object.w_receiver)
            self.visit_all(w_object.copied)
        elif isinstance(w_object, W_Context):
            self.visit_context(w_object)
        elif isinstance(w_object, W_Weak):
            self.visit_all(w_object.slots)
            for i in range(len(w_object.refs)):
                cell = w_object.refs[i]
                if cell is not None:
                    self.visit(cell.get())
                else:
                    self.visit(self.memory.w_nil)

    def visit_elements(self, w_array):
        if w_array.strategy is GENERIC:
            self.visit_all(unerase_generic(w_array.storage))
        elif w_array.strategy is INTS:
            values = unerase_ints(w_array.storage)
            for i in range(len(values)):
                if values[i] == NO_INT:
                    self.visit(self.memory.w_nil)
                    break
        elif w_array.strategy is NILS and w_array.size() > 0:
            self.visit(self.memory.w_nil)

    def visit_context(self, w_context):
        self.visit(self.memory.w_nil)       # in fields and slots that are not set
        self.visit(w_context.w_sender)
        self.visit(w_context.home())
        if w_context.code is not None:
            self.visit(w_context.code.w_method)
        self.visit(w_context.w_closure)
        self.visit(w_context.receiver())
        for i in range(w_context.indexed_size(self.memory)):
            self.visit(w_context.temp_at(i))

    # ---- layout and writing

    def lay_out(self):
        """Give the inner objects their places; `place` is then how many bytes they take."""
        objects = self.objects
        self.place = 0
        for i in range(len(objects)):
            w_object = objects[i]
            self.number = i
            self.measure(w_object)
            place = self.place_object(w_object)
            w_object.set_meta((w_object.get_meta() & (HASH_MASK | NUMBERED)) | ((place >> 2) << PLACE_SHIFT))

    def encoded(self, version, versions):
        """A new list of r_uint32: so many version words, then the objects."""
        self.nil_oop = self.int_oop(0)      # instead of what has gone that was held weakly
        words = [r_uint32(0)] * ((self.place >> 2) + versions)
        objects = self.objects
        self.out = WordsOutput(words)
        try:
            for _ in range(versions):
                self.out.u32(version)
            self.nil_oop = self.oop(self.memory.w_nil)
            self.place = 0
            for i in range(len(objects)):
                w_object = objects[i]
                self.number = i
                self.measure(w_object)
                self.place_object(w_object)
                self.put_object(w_object, self.kept_meta(w_object, self.metas[i]))
            self.out.flush()
        finally:
            self.out.free()
            self.out = None
        return words

    def kept_meta(self, w_object, meta):
        """What goes into the header of an object whose meta was that."""
        return meta

    # ---- the end

    def restore_all(self):
        """Give all objects their meta back."""
        objects = self.objects
        for i in range(len(objects)):
            objects[i].set_meta(self.metas[i])
        outers = self.outers
        for i in range(len(outers)):
            outers[i].set_meta(self.outer_metas[i])

    def give_outers(self, w_array):
        """Let the Array consist of the out pointers."""
        count = len(self.outers)
        w_new = new_array(None, 0)
        if count > 0:
            w_new = new_generic_array(None, self.outers[:])
        w_array.strategy = w_new.strategy
        w_array.storage = w_new.storage
