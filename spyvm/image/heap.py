"""Walking the bytes of an image's heap, and what classes are in it: what V3 and Spur have in common.

Places are byte offsets of base headers in the file; whatever the file says is checked before it is used as one.  A subclass
knows the headers (`step`), what an oop points to (`place_of`) and which class an object is of (`class_place_at`).
"""
from spyvm.image.errors import corrupt
from spyvm.image.table import ObjectTable
from spyvm.objects import formats, special
from spyvm.objects.model import W_SmallInteger

# What an instance is to the VM, by its class
ORDINARY, BEHAVIOR, FLOAT, METHOD_CONTEXT, BLOCK_CONTEXT, CLOSURE_ROLE, FULL_CLOSURE = range(7)

LEAST_SPECIALS = special.INTERRUPT_SEMAPHORE + 1    # the first Squeak had this many special objects
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


class Heap(object):
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
        self.gap_bounds = []        # where the gaps before it begin and end
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
        """Go to the next object, setting the fields from `next_place` to `gap_bounds`; False at the end of the heap."""
        return False

    def add_gap(self, start, end):
        """There is no object here."""
        bounds = self.gap_bounds
        last = len(bounds) - 1
        if last > 0 and bounds[last] == start:
            bounds[last] = end
        else:
            bounds.append(start)
            bounds.append(end)

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

    # ---- the first walk

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
