"""Objects out of an image's bytes: what V3 and Spur have in common.

The heap is walked four times, so that nothing has to be kept but the objects themselves and a small table:
  scan      checks the chain of headers and notes which places are objects;
  create    makes every object, raw contents included (what its class is decides what W_ class it gets, and is read from the
            image's bytes);
  fill      gives every object its class's view and its pointers;
  contexts  come last, since they need the methods they run.
A subclass knows the headers (`step`), what an oop points to (`place`) and which class an object is of (`class_key`, `class_place`).

Places are byte offsets of base headers in the file; whatever the file says is checked before it is used as one.
"""
from spyvm.image.errors import ImageError, corrupt
from spyvm.image.header import ClassCount, Gap, Oddity
from spyvm.image.table import ObjectTable
from spyvm.objects import formats, special
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import (BlockPart, W_Context, SENDER, PC, STACKP, METHOD, CLOSURE, RECEIVER, TEMP_START, BLOCK_NUM_ARGS,
                                   BLOCK_INITIAL_PC, BLOCK_HOME)
from spyvm.objects.method import W_CompiledMethod, SMALL_CONTEXT, LARGE_CONTEXT
from spyvm.objects.model import (W_Object, W_SmallInteger, W_Character, W_Float, W_HeapObject, BOXED, fits_small_float)
from spyvm.objects.pointers import (W_AbstractPointers, W_Pointers, W_Class, W_Weak, W_Array, INTS, FLOATS, NO_INT,
                                    erase_ints, erase_floats, new_array, new_generic_array)
from spyvm.objects.raw import W_Bytes, W_Words, W_Shorts, W_Longs
from spyvm.rpy import floats, memory as host
from spyvm.rpy.arith import intmask, r_uint, r_uint32

# What an instance is to the VM, by its class
ORDINARY, BEHAVIOR, FLOAT, METHOD_CONTEXT, BLOCK_CONTEXT, CLOSURE_ROLE, FULL_CLOSURE = range(7)

LEAST_SPECIALS = special.INTERRUPT_SEMAPHORE + 1    # the first Squeak had this many special objects
NO_SLOTS = []           # until an object gets its own
CACHED_INTS = 1024      # small integers from -1 on that are shared by all who refer to them
MAX_SUPERCLASSES = 1000
WINDOW = 1 << 17        # bytes of the file that are given back at a time


class ClassInfo(object):
    """What the reader has to know of a class while objects are made."""

    def __init__(self, key, place, number, role, kind, inst_size):
        self.key = key
        self.place = place
        self.number = number
        self.role = role
        self.kind = kind            # of its instances, by its format field
        self.inst_size = inst_size
        self.header = 0             # base header of the class
        self.format = 0             # value of its format field
        self.view = None
        self.objects = 0            # instances, and their bytes with headers
        self.bytes = 0


class Loader(object):
    def __init__(self, buffer, header, memory):
        self.buffer = buffer
        self.header = header
        self.memory = memory
        self.wide = header.traits.word_size == 8
        self.word_size = header.traits.word_size
        self.start = header.offset + header.header_size
        self.end = self.start + header.data_size
        self.objects = []
        self.count = 0
        self.fields = 0             # bytes from a base header to the first field
        self.unit_shift = 0         # objects are at multiples of 1 << unit_shift
        self.table = ObjectTable(0)
        self.infos = {}             # class key -> ClassInfo
        self.indexed_infos = [None] * 32    # the same for keys from 0 on
        # the object at which a walk is
        self.next_place = 0         # where the following chunk begins
        self.place = 0              # its base header
        self.size = 0               # bytes from the first field on
        self.kind = 0
        self.unused = 0             # bytes of padding in `size`
        self.key = 0                # stands for its class: from 0 on a small index, below 0 something else
        self.meta = 0               # identity hash and flags
        self.number = 0
        self.header_words = 0       # V3: 1 to 3 words; Spur: 1, or 2 with an overflow word, of 64 bits
        self.chunk = 0              # where its header begins
        self.gap_start = -1         # of the gap before it; -1 if there is none
        self.gap_end = 0
        # well known places
        self.nil_place = -1
        self.specials_place = -1
        self.behavior_place = -1
        self.float_place = -1
        self.method_context_place = -1
        self.block_context_place = -1
        self.closure_place = -1
        self.full_closure_place = -1
        self.contexts = []          # places of the W_Contexts
        self.small_ints = [W_SmallInteger(i - 1) for i in range(CACHED_INTS)]

    # ---- what a subclass knows

    def rewind(self):
        """Before the first object."""
        self.next_place = self.start
        self.number = -1

    def step(self):
        """Go to the next object, setting the fields from `next_place` to `gap_end`; False at the end of the heap."""
        return False

    def place_of(self, oop):
        """The place an oop refers to, forwarders followed; -1 for immediates and for what is no object."""
        return -1

    def is_int(self, oop):
        return (oop & 1) == 1

    def int_of(self, oop):
        """The value of an oop that is_int."""
        return oop >> 1

    def immediate(self, oop):
        """The object for an oop that is neither a SmallInteger nor a pointer; None if there is none."""
        return None

    def is_small_float(self, oop):
        return False

    def small_float_bits(self, oop):
        return 0

    def size_at(self, place):
        """Bytes from the first field on of the object at a place."""
        return 0

    def kind_at(self, place):
        return 0

    def class_place_at(self, place):
        """The place of the class of the object at a place; -1 if it is none."""
        return -1

    def class_place_of_key(self):
        """The place of the class of the object at which the walk is; ImageError if it is none."""
        return -1

    def is_hidden(self, key):
        """Whether images do not see the instances of the class with this key."""
        return False

    def check_regular(self, info):
        """Note an Oddity if the header does not follow from class and size."""

    # ---- reading

    def oop_at(self, place):
        if self.wide:
            return self.buffer.s64(place)
        return self.buffer.u32(place)

    def slot(self, place, index):
        """The oop in a field of the object at a place.  The index must be in range."""
        return self.oop_at(place + self.fields + index * self.word_size)

    def slots_at(self, place):
        """How many pointers the object at a place has; 0 if it is none of pointers."""
        if not formats.is_pointers(self.kind_at(place)):
            return 0
        return self.size_at(place) // self.word_size

    def number_at(self, place):
        if place < 0:
            return -1
        return self.table.number((place - self.start) >> self.unit_shift)

    def object_of(self, oop, where):
        """The object an oop stands for.  `where` is the offset of the oop, for the error."""
        if self.is_int(oop):
            value = self.int_of(oop)
            if -1 <= value and value < CACHED_INTS - 1:
                return self.small_ints[value + 1]
            return W_SmallInteger(value)
        place = self.place_of(oop)
        if place >= 0:
            number = self.number_at(place)
            assert number >= 0
            return self.objects[number]
        w_object = self.immediate(oop)
        if w_object is None:
            raise corrupt('pointer %d to no object' % oop, where, 'the address of an object')
        return w_object

    # ---- the walks

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

    def scan(self):
        header = self.header
        self.table = ObjectTable((header.data_size >> self.unit_shift) + 1)
        window_end = self.start + WINDOW
        self.rewind()
        while self.step():
            self.table.add((self.place - self.start) >> self.unit_shift)
            header.header_words[self.header_words] += 1
            header.heap_bytes += self.next_place - self.chunk
            if self.place >= window_end:
                self.buffer.forget(window_end - WINDOW, self.place)
                window_end = self.place + WINDOW
        self.table.freeze()
        self.count = self.table.count

    def find_specials(self):
        """Check the special objects array, and find the classes whose instances the VM has W_ classes for."""
        specials_oop = self.header.specials_oop
        place = self.place_of(specials_oop)
        if place < 0 or self.kind_at(place) != formats.INDEXABLE or self.slots_at(place) < LEAST_SPECIALS:
            raise corrupt('special objects array at address %d' % specials_oop, self.header.offset,
                          'the address of an Array of at least %d' % LEAST_SPECIALS)
        self.specials_place = place
        for i in range(3):
            constant = self.place_of(self.slot(place, i))
            if constant < 0 or not formats.is_pointers(self.kind_at(constant)) or self.slots_at(constant) != 0:
                raise corrupt('special object %d' % i, place, 'nil, false or true without fields')
        self.nil_place = self.special_place(special.NIL)
        if (self.nil_place == self.special_place(special.FALSE) or self.nil_place == self.special_place(special.TRUE) or
                self.special_place(special.FALSE) == self.special_place(special.TRUE)):
            raise corrupt('special objects 0 to 2', place, 'three different objects')
        self.required_class(special.CLASS_SMALL_INTEGER)
        self.required_class(special.CLASS_STRING)
        self.required_class(special.CLASS_ARRAY)
        self.required_class(special.CLASS_POINT)
        self.required_class(special.CLASS_LARGE_POSITIVE_INTEGER)
        self.required_class(special.CLASS_MESSAGE)
        self.required_class(special.CLASS_COMPILED_METHOD)
        self.required_class(special.CLASS_SEMAPHORE)
        self.required_class(special.CLASS_CHARACTER)
        scheduler = self.special_place(special.SCHEDULER_ASSOCIATION)
        if scheduler < 0 or self.slots_at(scheduler) <= special.VALUE:
            raise corrupt('special object %d' % special.SCHEDULER_ASSOCIATION, place, 'the association of the scheduler')
        self.find_behavior()
        self.float_place = self.required_class(special.CLASS_FLOAT)
        self.method_context_place = self.required_class(special.CLASS_METHOD_CONTEXT)
        self.block_context_place = self.optional_class(special.CLASS_BLOCK_CONTEXT)
        if self.header.format.closures:
            self.closure_place = self.optional_class(special.CLASS_BLOCK_CLOSURE)
        if self.header.format.spur:
            self.full_closure_place = self.optional_class(special.CLASS_FULL_BLOCK_CLOSURE)

    def special_place(self, index):
        """The place of a special object; -1 if it is an immediate or absent."""
        if index >= self.slots_at(self.specials_place):
            return -1
        return self.place_of(self.slot(self.specials_place, index))

    def required_class(self, index):
        place = self.special_place(index)
        if place < 0 or not self.is_class_like(place):
            raise corrupt('special object %d' % index, self.specials_place, 'a class')
        return place

    def optional_class(self, index):
        """The place of a class among the special objects; -1 if something else is there."""
        place = self.special_place(index)
        if place < 0 or not self.is_class_like(place):
            return -1
        class_place = self.class_place_at(place)
        if class_place < 0 or not self.is_behavior(class_place):
            return -1
        return place

    def is_class_like(self, place):
        """Whether the object can serve as a class: pointers, among them a format."""
        kind = self.kind_at(place)
        if kind != formats.FIXED and kind != formats.INDEXABLE_FIXED:
            return False
        return self.slots_at(place) > special.FORMAT and self.is_int(self.slot(place, special.FORMAT))

    def find_behavior(self):
        """As ObjectMemory.find_behavior."""
        place = self.special_place(special.CLASS_SMALL_INTEGER)
        for _ in range(2):
            place = self.class_place_at(place)
            if place < 0 or not self.is_class_like(place):
                raise corrupt('class of class SmallInteger', self.special_place(special.CLASS_SMALL_INTEGER), 'a metaclass')
        for _ in range(MAX_SUPERCLASSES):
            if place < 0 or not self.is_class_like(place):
                return
            format = self.int_of(self.slot(place, special.FORMAT))
            if self.header.traits.inst_size(format) <= special.FORMAT:
                return
            self.behavior_place = place
            place = self.place_of(self.slot(place, special.SUPERCLASS))

    def is_behavior(self, place):
        """Whether the class at a place is Behavior or inherits from it."""
        for _ in range(MAX_SUPERCLASSES):
            if place < 0:
                return False
            if place == self.behavior_place:
                return True
            if not self.is_class_like(place):
                return False
            place = self.place_of(self.slot(place, special.SUPERCLASS))
        return False

    def class_info(self):
        """The ClassInfo for the object at which the walk is."""
        key = self.key
        if key >= 0:
            while key >= len(self.indexed_infos):
                self.indexed_infos.append(None)
            info = self.indexed_infos[key]
            if info is None:
                info = self.new_info(self.class_place_of_key())
                self.indexed_infos[key] = info
        else:
            info = self.infos.get(key, None)
            if info is None:
                info = self.new_info(self.class_place_of_key())
                self.infos[key] = info
        return info

    def new_info(self, place):
        if place < 0 or not self.is_class_like(place):
            raise corrupt('class of the object', self.place, 'a class with a format')
        role = ORDINARY
        if place == self.float_place:
            role = FLOAT
        elif place == self.method_context_place:
            role = METHOD_CONTEXT
        elif place == self.block_context_place:
            role = BLOCK_CONTEXT
        elif place == self.closure_place:
            role = CLOSURE_ROLE
        elif place == self.full_closure_place:
            role = FULL_CLOSURE
        elif self.is_behavior(place):
            role = BEHAVIOR
        format = self.int_of(self.slot(place, special.FORMAT))
        traits = self.header.traits
        info = ClassInfo(self.key, place, self.number_at(place), role, traits.inst_spec(format), traits.inst_size(format))
        info.header = self.buffer.s64(place) if self.fields == 8 else self.buffer.u32(place)
        info.format = format
        return info

    # ---- making objects

    def create_all(self):
        memory = self.memory
        self.objects = [None] * self.count
        objects = self.objects
        nil_number = self.number_at(self.nil_place)
        false_number = self.number_at(self.special_place(special.FALSE))
        true_number = self.number_at(self.special_place(special.TRUE))
        gaps = self.header.gaps
        window_end = self.start + WINDOW
        self.rewind()
        while self.step():
            if self.gap_start >= 0:
                self.note_gap(gaps)
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
        if self.gap_start >= 0:
            self.number = self.count
            self.note_gap(gaps)

    def note_gap(self, gaps):
        gaps.append(Gap(self.number, self.buffer.text(self.gap_start, self.gap_end)))

    def create(self, info):
        """The object at which the walk is; its pointers are nil."""
        memory = self.memory
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
        buffer = self.buffer
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
        """In the tightest strategy that holds the elements, as array_from_items chooses, but without boxing numbers first."""
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
