"""Objects out of the bytes of an image, their pointers still missing; which W_ class each gets."""
from spyvm.image.errors import corrupt
from spyvm.image.header import Gap, Oddity
from spyvm.image.heap import (Heap, BEHAVIOR, BLOCK_CONTEXT, CLOSURE_ROLE, FLOAT, FULL_CLOSURE, METHOD_CONTEXT, WINDOW)
from spyvm.objects import formats, special
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import (BlockPart, W_Context, SENDER, PC, STACKP, METHOD, CLOSURE, TEMP_START, BLOCK_NUM_ARGS,
                                   BLOCK_INITIAL_PC, BLOCK_HOME)
from spyvm.objects.method import W_CompiledMethod, SMALL_CONTEXT, LARGE_CONTEXT
from spyvm.objects.model import W_Float, BOXED, fits_small_float
from spyvm.objects.pointers import W_Pointers, W_Class, W_Weak, new_array
from spyvm.objects.raw import W_Bytes, W_Words, W_Shorts, W_Longs
from spyvm.rpy import floats
from spyvm.rpy.arith import intmask, r_uint, r_uint32

NO_SLOTS = []           # until an object gets its own


class Maker(Heap):
    def create_all(self):
        memory = self.memory
        self.objects = [None] * self.count
        objects = self.objects
        nil_number = self.number_at(self.nil_place)
        false_number = self.number_at(self.special_place(special.FALSE))
        true_number = self.number_at(self.special_place(special.TRUE))
        window_end = self.start + WINDOW
        self.rewind()
        while self.step():
            if len(self.gap_bounds) > 0:
                self.note_gaps(self.number)
            info = self.class_info()
            info.objects += 1
            info.bytes += self.next_place - self.chunk
            self.check_regular(info)
            number = self.number
            if number == nil_number:
                w_object = memory.w_nil
            elif number == false_number:
                w_object = memory.w_false
            elif number == true_number:
                w_object = memory.w_true
            else:
                w_object = self.create(info)
            if self.meta:
                w_object.set_meta(w_object.get_meta() | self.meta)
            objects[number] = w_object
            if self.place >= window_end:
                self.buffer.forget(window_end - WINDOW, self.place)
                window_end = self.place + WINDOW
        self.note_gaps(self.count)

    def note_gaps(self, before):
        bounds = self.gap_bounds
        for i in range(0, len(bounds), 2):
            start = bounds[i]
            self.header.gaps.append(Gap(before, start, self.buffer.text(start, bounds[i + 1])))

    def create(self, info):
        """The object at which the walk is; its pointers are nil."""
        kind = self.kind
        if kind == formats.BYTES:
            self.check_padding()
            return W_Bytes(None, self.buffer.chars(self.place + self.fields, self.size - self.unused))
        if kind == formats.METHOD:
            return self.create_method()
        if kind == formats.INDEXABLE:
            return new_array(None, 0)
        if formats.is_pointers(kind):
            return self.create_pointers(info)
        self.check_padding()
        if info.role == FLOAT and self.size == 8 and self.unused == 0 and (kind == formats.WORDS or kind == formats.LONGS):
            return self.create_float()
        if kind == formats.WORDS:
            return self.create_words()
        if kind == formats.LONGS:
            return self.create_longs()
        if kind == formats.SHORTS:
            return self.create_shorts()
        raise corrupt('object of an unknown format', self.place, 'a format that is defined')

    def create_pointers(self, info):
        w_nil = self.memory.w_nil
        size = self.size // self.word_size
        role = info.role
        if self.kind == formats.WEAK:
            named = min(info.inst_size, size)
            return W_Weak(self.memory, None, named, size - named)
        if role == BEHAVIOR:
            return W_Class(None, NO_SLOTS)
        if role == METHOD_CONTEXT:
            if self.is_context(self.place, False):
                return self.create_context(False)
        elif role == BLOCK_CONTEXT:
            if self.is_context(self.place, True):
                return self.create_context(True)
        elif role == CLOSURE_ROLE:
            if size >= 3:
                return W_BlockClosure(None, False, w_nil, w_nil, w_nil, w_nil, [w_nil] * (size - 3))
        elif role == FULL_CLOSURE:
            if size >= 4:
                return W_BlockClosure(None, True, w_nil, w_nil, w_nil, w_nil, [w_nil] * (size - 4))
        return W_Pointers(None, NO_SLOTS)

    def create_method(self):
        literals = self.literal_count(self.place)
        if literals < 0:
            raise corrupt('method', self.place, 'a header with the number of its literals, and as many')
        offset = (literals + 1) * self.word_size
        self.check_padding()
        header = self.int_of(self.slot(self.place, 0))
        return W_CompiledMethod(None, header, NO_SLOTS,
                                self.buffer.chars(self.place + self.fields + offset, self.size - self.unused - offset))

    def literal_count(self, place):
        """The number of literals of the method at a place; -1 if its header is none or there is no room for them."""
        size = self.size_at(place)
        if size < self.word_size:
            return -1
        header = self.slot(place, 0)
        if not self.is_int(header):
            return -1
        literals = self.memory.method_literal_count(self.int_of(header))
        if (literals + 1) * self.word_size > size - self.unused_at(place):
            return -1
        return literals

    def unused_at(self, place):
        """Bytes of padding of the object at a place."""
        return 0

    def create_float(self):
        place = self.place + self.fields
        buffer = self.buffer
        if not self.header.format.platform_floats:
            bits = intmask((buffer.u32(place) << 32) | buffer.u32(place + 4))
        elif self.header.traits.big_endian:
            bits = intmask((buffer.u32(place) << 32) | buffer.u32(place + 4))
        else:
            bits = intmask((buffer.u32(place + 4) << 32) | buffer.u32(place))
        w_float = W_Float(floats.bits_to_float(bits))
        if self.memory.has_immediate_floats and fits_small_float(w_float.value):
            w_float.meta = BOXED
        return w_float

    def create_words(self):
        place = self.place + self.fields
        size = (self.size - self.unused) >> 2
        result = [r_uint32(0)] * size
        buffer = self.buffer
        for i in range(size):
            result[i] = r_uint32(buffer.u32(place + (i << 2)))
        return W_Words(None, result)

    def create_longs(self):
        place = self.place + self.fields
        size = (self.size - self.unused) >> 3
        result = [r_uint(0)] * size
        for i in range(size):
            result[i] = r_uint(self.long_at(place + (i << 3)))
        return W_Longs(None, result)

    def long_at(self, place):
        """A signed 64-bit word at a multiple of 4 bytes."""
        a = self.buffer.u32(place)
        b = self.buffer.u32(place + 4)
        if self.header.traits.big_endian:
            return intmask((a << 32) | b)
        return intmask((b << 32) | a)

    def create_shorts(self):
        place = self.place + self.fields
        size = (self.size - self.unused) >> 1
        result = [0] * size
        buffer = self.buffer
        big_endian = buffer.big_endian()
        for i in range(size):
            a = buffer.u8(place + (i << 1))
            b = buffer.u8(place + (i << 1) + 1)
            result[i] = ((a << 8) | b) if big_endian else ((b << 8) | a)
        return W_Shorts(None, result)

    def check_padding(self):
        """Note an Oddity if there is something in the padding."""
        if self.unused == 0:
            return
        end = self.place + self.fields + self.size
        if not self.buffer.is_zero(end - self.unused, end):
            self.keep_tail(end - self.unused)

    def keep_tail(self, start):
        self.oddity().tail = self.buffer.text(start, self.place + self.fields + self.size)

    def oddity(self):
        """The Oddity of the object at which the walk is, a new one unless it has one already."""
        oddities = self.header.oddities
        if len(oddities) > 0:
            last = oddities[len(oddities) - 1]
            if last.number == self.number:
                return last
        last = Oddity(self.number)
        oddities.append(last)
        return last

    # ---- contexts

    def is_context(self, place, is_block):
        """Whether the fields of an instance of a context class make it a context the VM can run or look at.  Others, which
        images make by hand, stay ordinary objects."""
        slots = self.slots_at(place)
        if slots < TEMP_START:
            return False
        stackp = self.slot(place, STACKP)
        if not self.is_int(stackp):
            return False
        sp = self.int_of(stackp)
        if sp < 0 or sp > slots - TEMP_START:
            return False
        sender = self.place_of(self.slot(place, SENDER))
        if sender != self.nil_place:
            if sender < 0:
                return False
            sender_class = self.class_place_at(sender)
            if sender_class != self.method_context_place and (sender_class != self.block_context_place or sender_class < 0):
                return False
        if is_block:
            home = self.place_of(self.slot(place, BLOCK_HOME))
            if home < 0 or self.class_place_at(home) != self.method_context_place or not self.is_context(home, False):
                return False
            if not self.is_int(self.slot(place, BLOCK_NUM_ARGS)) or not self.is_int(self.slot(place, BLOCK_INITIAL_PC)):
                return False
            method = self.place_of(self.slot(home, METHOD))
            if not self.is_pc(self.slot(place, BLOCK_INITIAL_PC), method):
                return False
        else:
            method = self.place_of(self.slot(place, METHOD))
            if self.closure_place >= 0 and not self.is_closure(self.place_of(self.slot(place, CLOSURE))):
                return False
        if method < 0:
            return False
        if method != self.nil_place and (self.kind_at(method) != formats.METHOD or self.literal_count(method) < 0):
            return False
        return self.is_pc(self.slot(place, PC), method)

    def is_closure(self, place):
        if place == self.nil_place:
            return True
        if place < 0:
            return False
        class_place = self.class_place_at(place)
        if class_place < 0:
            return False
        if class_place == self.closure_place:
            return self.slots_at(place) >= 3
        return class_place == self.full_closure_place and self.slots_at(place) >= 4

    def is_pc(self, oop, method):
        """Whether the oop is nil or a program counter within the bytecodes of the method at a place."""
        if not self.is_int(oop):
            return self.place_of(oop) == self.nil_place
        if method == self.nil_place:
            return False
        pc = self.int_of(oop) - 1
        return self.literal_count(method) >= 0 and \
            (self.literal_count(method) + 1) * self.word_size <= pc and pc < self.size_at(method) - self.unused_at(method)

    def create_context(self, is_block):
        place = self.place
        method_place = place
        if is_block:
            method_place = self.place_of(self.slot(place, BLOCK_HOME))
        method = self.place_of(self.slot(method_place, METHOD))
        slots = self.size // self.word_size - TEMP_START
        if method != self.nil_place:
            large = self.int_of(self.slot(method, 0)) & (1 << 17)
            if slots != (LARGE_CONTEXT if large else SMALL_CONTEXT):
                self.oddity().slots = slots
        unused_start = TEMP_START + self.int_of(self.slot(place, STACKP))
        for i in range(unused_start, slots + TEMP_START):
            if self.place_of(self.slot(place, i)) != self.nil_place:
                self.keep_tail(place + self.fields + unused_start * self.word_size)
                break
        w_context = W_Context(None, None, 0)
        if is_block:
            w_context.block = BlockPart(None, 0, 0)
        w_context.w_sender = self.memory.w_nil
        self.contexts.append(self.place)
        return w_context
