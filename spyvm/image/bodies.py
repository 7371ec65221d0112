"""Writing the bodies of objects: how large they are, the pointers and raw units in them, and what refers to an object."""
from spyvm.image.errors import ImageError
from spyvm.objects import formats
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import DEAD, TEMP_START, W_Context
from spyvm.objects.method import LARGE_CONTEXT, W_CompiledMethod
from spyvm.objects.model import W_Character, W_Float, W_HeapObject, W_SmallInteger
from spyvm.objects.pointers import (FLOATS, GENERIC, INTS, NO_INT, unerase_floats, unerase_generic, unerase_ints,
                                    W_AbstractPointers, W_Array, W_Weak)
from spyvm.objects.raw import W_Bytes, W_Longs, W_Shorts, W_Words
from spyvm.rpy import floats
from spyvm.rpy.arith import intmask

# `meta` between lay_out() and restore(): the hash, NUMBERED, and the place in units of 4 bytes
NUMBERED = 1 << 22
PLACE_SHIFT = 23


class BodyWriter(object):
    """What a Writer knows of one object at a time.  Objects that have a place in the file say it in their meta."""

    def __init__(self, memory):
        self.memory = memory
        self.header = memory.header
        self.word_size = memory.word_size
        self.wide = memory.word_size == 8
        self.base = self.header.base_address
        self.nil_oop = 0
        self.out = None
        self.big_endian = False
        # the object at which a walk is
        self.number = 0
        self.size = 0               # bytes from the first field on, without padding
        self.kind = 0
        self.odd = None             # its Oddity

    # ---- what a subclass knows

    def address_of(self, place):
        return self.base + place

    def int_oop(self, value):
        return (value << 1) | 1

    def immediate_oop(self, w_object):
        """The oop of a Character or immediate float."""
        return self.nil_oop

    # ---- shapes

    def view_of(self, w_object):
        """The ClassView of an object that is no immediate."""
        if isinstance(w_object, W_HeapObject):
            return w_object.view
        return self.memory.view_Float

    def measure(self, w_object):
        """Set size and kind."""
        word_size = self.word_size
        if isinstance(w_object, W_AbstractPointers):
            self.size = len(w_object.slots) * word_size
            kind = formats.FIXED
        elif isinstance(w_object, W_Bytes):
            self.size = len(w_object.bytes)
            kind = formats.BYTES
        elif isinstance(w_object, W_Array):
            if w_object.strategy is GENERIC:
                self.size = len(unerase_generic(w_object.storage)) * word_size
            else:
                self.size = w_object.size() * word_size
            kind = formats.INDEXABLE
        elif isinstance(w_object, W_CompiledMethod):
            self.size = (1 + len(w_object.literals)) * word_size + len(w_object.bytes)
            kind = formats.METHOD
        elif isinstance(w_object, W_Float):
            self.size = 8
            kind = formats.LONGS if self.memory.float_is_longs else formats.WORDS
        elif isinstance(w_object, W_Context):
            self.size = (TEMP_START + self.context_slots(w_object)) * word_size
            kind = formats.INDEXABLE_FIXED
        elif isinstance(w_object, W_BlockClosure):
            self.size = (w_object.named() + len(w_object.copied)) * word_size
            kind = formats.INDEXABLE_FIXED
        elif isinstance(w_object, W_Words):
            self.size = len(w_object.words) << 2
            kind = formats.WORDS
        elif isinstance(w_object, W_Weak):
            self.size = (len(w_object.slots) + len(w_object.refs)) * word_size
            kind = formats.WEAK
        elif isinstance(w_object, W_Longs):
            self.size = len(w_object.longs) << 3
            kind = formats.LONGS
        elif isinstance(w_object, W_Shorts):
            self.size = len(w_object.shorts) << 1
            kind = formats.SHORTS
        else:
            raise ImageError('object number %d is of no kind that can be written' % self.number)
        # pointers are what the class says of its instances
        if formats.is_pointers(kind):
            view = self.view_of(w_object)
            if view is not None and formats.is_pointers(view.kind):
                kind = view.kind
        self.kind = kind

    def context_slots(self, w_context):
        """How many stack slots a context has in the file: 16 or 56 as its method asks for, more only if they are in use."""
        odd = self.odd
        if odd is not None and odd.slots >= 0:
            return odd.slots
        slots = w_context.nominal_stack_size()
        sp = w_context.sp
        if sp > slots:
            slots = sp if sp > LARGE_CONTEXT else LARGE_CONTEXT
        return slots

    # ---- pointers

    def oop(self, w_object):
        """What refers to the object in the file.  What has no place there, as what only weak pointers hold, is nil."""
        if isinstance(w_object, W_HeapObject):
            meta = w_object.meta
            if meta & NUMBERED:
                return self.address_of((meta >> PLACE_SHIFT) << 2)
            return self.nil_oop
        if isinstance(w_object, W_SmallInteger):
            return self.int_oop(w_object.value)
        if isinstance(w_object, W_Float):
            if w_object.meta & NUMBERED:
                return self.address_of((w_object.meta >> PLACE_SHIFT) << 2)
            if w_object.is_immediate(self.memory):
                return self.immediate_oop(w_object)
        elif isinstance(w_object, W_Character):
            return self.immediate_oop(w_object)
        return self.nil_oop

    def put_word(self, word):
        if self.wide:
            self.out.s64(word)
        else:
            self.out.u32(word)

    def put(self, w_object):
        self.put_word(self.oop(w_object))

    def put_int(self, value):
        self.put_word(self.int_oop(value))

    def put_all(self, items):
        if self.wide:
            for i in range(len(items)):
                self.out.s64(self.oop(items[i]))
        else:
            for i in range(len(items)):
                self.out.u32(self.oop(items[i]))

    # ---- bodies

    def put_body(self, w_object):
        """Everything but header and padding."""
        out = self.out
        if isinstance(w_object, W_AbstractPointers):
            self.put_all(w_object.slots)
        elif isinstance(w_object, W_Bytes):
            out.chars(w_object.bytes)
        elif isinstance(w_object, W_Array):
            self.put_array(w_object)
        elif isinstance(w_object, W_CompiledMethod):
            self.put_int(w_object.header)
            self.put_all(w_object.literals)
            out.chars(w_object.bytes)
        elif isinstance(w_object, W_Float):
            self.put_float(w_object)
        elif isinstance(w_object, W_Context):
            self.put_context(w_object)
        elif isinstance(w_object, W_BlockClosure):
            self.put(w_object.w_outer)
            self.put(w_object.w_start)
            self.put(w_object.w_num_args)
            if w_object.full:
                self.put(w_object.w_receiver)
            self.put_all(w_object.copied)
        elif isinstance(w_object, W_Words):
            words = w_object.words
            for i in range(len(words)):
                out.u32(intmask(words[i]))
        elif isinstance(w_object, W_Weak):
            self.put_weak(w_object)
        elif isinstance(w_object, W_Longs):
            longs = w_object.longs
            for i in range(len(longs)):
                self.put_long(intmask(longs[i]))
        elif isinstance(w_object, W_Shorts):
            shorts = w_object.shorts
            for i in range(len(shorts)):
                out.u16(shorts[i])

    def put_long(self, value):
        """A 64-bit word, which may be at any multiple of 4 bytes."""
        if self.big_endian:
            self.out.u32(value >> 32)
            self.out.u32(value)
        else:
            self.out.u32(value)
            self.out.u32(value >> 32)

    def put_float(self, w_float):
        bits = floats.float_to_bits(w_float.value)
        if self.big_endian or not self.header.format.platform_floats:
            self.out.u32(bits >> 32)
            self.out.u32(bits)
        else:
            self.out.u32(bits)
            self.out.u32(bits >> 32)

    def put_array(self, w_array):
        if w_array.strategy is GENERIC:
            self.put_all(unerase_generic(w_array.storage))
        elif w_array.strategy is INTS:
            values = unerase_ints(w_array.storage)
            for i in range(len(values)):
                value = values[i]
                if value == NO_INT:
                    self.put_word(self.nil_oop)
                else:
                    self.put_int(value)
        elif w_array.strategy is FLOATS:
            numbers = unerase_floats(w_array.storage)
            for i in range(len(numbers)):
                self.put_word(self.immediate_oop(W_Float(numbers[i])))
        else:
            self.put_nils(w_array.size())

    def put_nils(self, count):
        for _ in range(count):
            self.put_word(self.nil_oop)

    def put_weak(self, w_weak):
        self.put_all(w_weak.slots)
        for i in range(len(w_weak.refs)):
            cell = w_weak.refs[i]
            if cell is None:
                self.put_word(self.nil_oop)
            else:
                self.put(cell.get())

    def put_context(self, w_context):
        """Slots above the stack pointer are nil."""
        self.put(w_context.w_sender)
        self.put_pc(w_context, w_context.pc)
        sp = w_context.sp
        self.put_int(sp)
        block = w_context.block
        if block is not None:
            self.put_int(block.num_args)
            self.put_pc(w_context, block.initial_pc)
            self.put(block.home)
        else:
            if w_context.code is not None:
                self.put(w_context.code.w_method)
            else:
                self.put_word(self.nil_oop)
            self.put(w_context.w_closure)
            self.put(w_context.w_receiver)
        for i in range(sp):
            self.put(w_context.temp_at(i))
        odd = self.odd
        if odd is not None and odd.tail != '':
            self.put_units(odd.tail, self.word_size)
        else:
            self.put_nils(self.size // self.word_size - TEMP_START - sp)

    def put_pc(self, w_context, pc):
        if pc == DEAD or w_context.code is None:
            self.put_word(self.nil_oop)
        else:
            self.put_int(pc + w_context.code.pc_base)

    # ---- bytes

    def put_text(self, text):
        self.out.text(text)

    def put_units(self, text, width):
        """Bytes as they were in the file, units of so many bytes in the byte order asked for."""
        if self.big_endian != self.memory.traits.big_endian:
            text = swapped(text, width)
        self.out.text(text)

    def put_padding(self, count):
        """So many bytes behind a body of raw units: 0 unless something was found there."""
        odd = self.odd
        if odd is not None and len(odd.tail) == count and self.kind >= formats.LONGS:
            width = 1
            if self.kind < formats.SHORTS:
                width = 4
            elif self.kind < formats.BYTES:
                width = 2
            self.put_units(odd.tail, width)
        else:
            self.out.zeros(count)


def swapped(text, width):
    """The bytes of each unit of `width` in reverse; what is left over at the end as it is."""
    if width == 1:
        return text
    chars = [c for c in text]
    start = 0
    while start + width <= len(chars):
        for i in range(width // 2):
            j = start + width - 1 - i
            char = chars[start + i]
            chars[start + i] = chars[j]
            chars[j] = char
        start += width
    return ''.join(chars)
