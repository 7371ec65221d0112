"""Loading: from the bytes of an image to its objects.

The heap is walked three times, so that nothing has to be kept but the objects themselves and a small table:
  scan      checks the chain of headers and notes which places are objects;
  create    makes every object, raw contents included (what its class is decides what W_ class it gets, and is read from the
            image's bytes);
  fill      gives every object its class's view and its pointers.
Contexts come last, since they need the methods they run.
"""
from spyvm.image.errors import corrupt
from spyvm.image.header import ClassCount
from spyvm.image.heap import WINDOW
from spyvm.image.making import Maker
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import (W_Context, SENDER, PC, STACKP, METHOD, CLOSURE, RECEIVER, TEMP_START, BLOCK_NUM_ARGS,
                                   BLOCK_INITIAL_PC, BLOCK_HOME)
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_HeapObject
from spyvm.objects.pointers import (W_AbstractPointers, W_Weak, W_Array, INTS, FLOATS, NO_INT, erase_ints, erase_floats,
                                    new_array, new_generic_array)
from spyvm.rpy import floats, memory as host


class Loader(Maker):
    def load(self):
        self.scan()
        self.find_specials()
        host.expect_growth(self.header.data_size * (2 if self.wide else 3))
        self.create_all()
        self.fill_all()
        self.fill_contexts()
        memory = self.memory
        header = self.header
        memory.header = header
        for info in self.indexed_infos:
            if info is not None:
                header.classes.append(ClassCount(info.view, self.is_hidden(info.key), info.objects, info.bytes))
        for info in self.infos.values():
            header.classes.append(ClassCount(info.view, False, info.objects, info.bytes))
        memory.loaded = self.objects
        memory.last_hash = header.last_hash & 0x7FFFFFFF
        if memory.last_hash == 0:
            memory.last_hash = 999
        w_specials = self.objects[self.number_at(self.specials_place)]
        memory.w_special_objects = w_specials
        memory.specials_changed()

    # ---- pointers

    def fill_all(self):
        """What has been read is given back as the objects take its place, but for contexts, which come last."""
        window_start = self.start
        window_end = window_start + WINDOW
        context = 0
        self.rewind()
        while self.step():
            info = self.class_info()
            view = info.view
            if view is None:
                view = self.new_view(info)
            self.fill(self.objects[self.number], view)
            if self.place >= window_end:
                while context < len(self.contexts) and self.contexts[context] < window_start:
                    context += 1
                if context == len(self.contexts) or self.contexts[context] >= self.place:
                    self.buffer.release(window_start, self.place)
                window_start = self.place
                window_end = window_start + WINDOW

    def new_view(self, info):
        w_class = self.objects[info.number]
        if not isinstance(w_class, W_AbstractPointers):
            raise corrupt('class of the object', self.place, 'a class')
        info.view = self.memory.view_of_class(w_class)
        return info.view

    def fill(self, w_object, view):
        """Set view and pointers of the object at which the walk is."""
        if isinstance(w_object, W_Array):
            w_object.view = view
            self.fill_array(w_object)
        elif isinstance(w_object, W_AbstractPointers):
            w_object.view = view
            size = self.size // self.word_size
            if size > 0:
                w_object.slots = self.slots(0, size)
        elif isinstance(w_object, W_CompiledMethod):
            w_object.view = view
            literals = self.memory.method_literal_count(w_object.header)
            if literals > 0:
                w_object.literals = self.slots(1, literals)
        elif isinstance(w_object, W_BlockClosure):
            w_object.view = view
            self.fill_closure(w_object)
        elif isinstance(w_object, W_Weak):
            w_object.view = view
            self.fill_weak(w_object)
        elif isinstance(w_object, W_HeapObject):
            w_object.view = view

    def slots(self, first, size):
        """A new list of `size` fields from field number `first` on."""
        slots = [self.memory.w_nil] * size
        self.fill_slots(slots, first)
        return slots

    def fill_slots(self, slots, first):
        place = self.place + self.fields + first * self.word_size
        for i in range(len(slots)):
            slots[i] = self.object_of(self.oop_at(place), place)
            place += self.word_size

    def field(self, index):
        """A field of the object at which the walk is.  The index must be in range."""
        place = self.place + self.fields + index * self.word_size
        return self.object_of(self.oop_at(place), place)

    def fill_closure(self, w_closure):
        w_closure.w_outer = self.field(0)
        w_closure.w_start = self.field(1)
        w_closure.w_num_args = self.field(2)
        if w_closure.full:
            w_closure.w_receiver = self.field(3)
        self.fill_slots(w_closure.copied, w_closure.named())

    def fill_weak(self, w_weak):
        self.fill_slots(w_weak.slots, 0)
        named = len(w_weak.slots)
        memory = self.memory
        meta = w_weak.meta
        w_weak.meta = 0     # an immutable object would refuse the store
        for i in range(len(w_weak.refs)):
            w_weak.store(memory, named + i, self.field(named + i))
        w_weak.meta = meta

    def fill_array(self, w_array):
        """In the tightest strategy that holds the elements, as array_from_items chooses, but without boxing numbers."""
        size = self.size // self.word_size
        place = self.place + self.fields
        ints = 0
        nils = 0
        small_floats = 0
        for i in range(size):
            oop = self.oop_at(place + i * self.word_size)
            if self.is_int(oop):
                ints += 1
            elif self.is_small_float(oop):
                small_floats += 1
            elif self.place_of(oop) == self.nil_place:
                nils += 1
            else:
                break
        if size > 0 and small_floats == size:
            values = [0.0] * size
            for i in range(size):
                values[i] = floats.bits_to_float(self.small_float_bits(self.oop_at(place + i * self.word_size)))
            w_array.strategy = FLOATS
            w_array.storage = erase_floats(values)
        elif nils == size:
            w_new = new_array(None, size)
            w_array.strategy = w_new.strategy
            w_array.storage = w_new.storage
        elif ints + nils == size:
            numbers = [NO_INT] * size
            for i in range(size):
                oop = self.oop_at(place + i * self.word_size)
                if self.is_int(oop):
                    numbers[i] = self.int_of(oop)
            w_array.strategy = INTS
            w_array.storage = erase_ints(numbers)
        else:
            w_new = new_generic_array(None, self.slots(0, size))
            w_array.strategy = w_new.strategy
            w_array.storage = w_new.storage

    # ---- contexts

    def fill_contexts(self):
        """Method contexts first: block contexts take receiver and code from their homes."""
        for i in range(len(self.contexts)):
            self.fill_context_at(self.contexts[i], False)
        for i in range(len(self.contexts)):
            self.fill_context_at(self.contexts[i], True)

    def fill_context_at(self, place, is_block):
        w_context = self.objects[self.number_at(place)]
        assert isinstance(w_context, W_Context)
        if w_context.is_block() == is_block:
            self.place = place
            self.size = self.size_at(place)
            self.fill_context(w_context)

    def fill_context(self, w_context):
        memory = self.memory
        slots = self.size // self.word_size - TEMP_START
        sp = self.int_of(self.slot(self.place, STACKP))
        w_sender = self.field(SENDER)
        if w_sender is not memory.w_nil and not isinstance(w_sender, W_Context):
            raise corrupt('sender of the context', self.place, 'nil or a context that is one')
        w_context.w_sender = w_sender
        block = w_context.block
        if block is not None:
            w_home = self.field(BLOCK_HOME)
            if not isinstance(w_home, W_Context):
                raise corrupt('home of the block context', self.place, 'a context that is one')
            block.home = w_home
            w_context.w_receiver = w_home.w_receiver
            if w_home.code is not None:
                w_context.set_code(w_home.code)
            block.num_args = self.int_of(self.slot(self.place, BLOCK_NUM_ARGS))
            block.initial_pc = w_context.internal_pc(memory, self.field(BLOCK_INITIAL_PC))
        else:
            w_context.w_receiver = self.field(RECEIVER)
            w_method = self.field(METHOD)
            if isinstance(w_method, W_CompiledMethod):
                w_context.set_code(w_method.get_code(memory))
            w_closure = self.field(CLOSURE)
            if isinstance(w_closure, W_BlockClosure):
                w_context.w_closure = w_closure
        w_context.pc = w_context.internal_pc(memory, self.field(PC))
        w_context.sp = sp
        if w_context.code is not None:
            slots = w_context.code.nominal_size
        w_context.grow(max(sp, slots))
        for i in range(sp):
            w_context.stack[i] = self.field(TEMP_START + i)
