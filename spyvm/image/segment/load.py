"""Loading segments: from the words of a segment to objects, for an image of its own format and, from V3, for Spur images.

The segment is walked like an image (see spyvm.image.loader); whatever it says, headers, classes, shapes, pointers, is
checked.  Nothing else in the memory refers to the objects before the primitive is done.

An instance of UndefinedObject, True or False in a segment is the running image's nil, true or false.
"""
from spyvm.image.heap import (BEHAVIOR, BLOCK_CONTEXT, CLOSURE_ROLE, FLOAT, FULL_CLOSURE, METHOD_CONTEXT, ORDINARY,
                              ClassInfo)
from spyvm.image.segment.errors import INAPPROPRIATE_CODE, refused
from spyvm.image.segment.references import INNER, OUTER, tag_of, value_of
from spyvm.objects import formats, special
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import (BLOCK_HOME, BLOCK_INITIAL_PC, BLOCK_NUM_ARGS, CLOSURE, METHOD, PC, RECEIVER, SENDER,
                                   STACKP, TEMP_START)
from spyvm.objects.model import HASH_MASK, IMMUTABLE, PINNED, W_Float, W_HeapObject
from spyvm.objects.pointers import W_Class
from spyvm.rpy import memory as host

UNKNOWN, BEING_ASKED = -1, -2
MAX_SUPERCLASSES = 200      # in a segment; views look at all of them


class LoadPart(object):
    """A segment walker that makes objects.  `outs` is the list of the out pointers."""
    _mixin_ = True

    def begin(self, outs):
        self.outs = outs
        self.out_count = len(outs)
        self.nil_place = -2             # nil is no object of the segment
        self.out_infos = [None] * len(outs)
        self.compact_infos = [None] * 32
        self.inner_infos = {}           # number of a class in the segment -> ClassInfo
        self.heirs = {}                 # place of one -> 2 * superclasses in the segment, + 1 if Behavior is one

    # ---- what a subclass knows

    def compact_class(self, index):
        """The class with a compact class index in the segment, or something else."""
        return self.memory.w_nil

    def place_of_class(self):
        """The place of the class, which is in the segment, of the object at which the walk is."""
        return -1

    def check_foreign(self, info):
        """Where formats differ: SegmentError for an object that has no counterpart."""

    def converted(self, w_object, info):
        """The object that takes the place of one, just made, of another format."""
        return w_object

    # ---- for all

    def load_all(self):
        """The list of the objects, the Array of the roots first.  ImageError or PrimitiveFailed; nothing has changed
        then."""
        self.scan()
        host.expect_growth(self.header.data_size * 3)
        begun = self.memory.known_views.begin()
        done = False
        try:
            self.create_all()
            self.fill_all()
            self.fill_contexts()
            done = True
        finally:
            self.memory.known_views.finish(begun, done)
        return self.objects

    # ---- checks

    def check_object(self, info):
        self.check_foreign(info)
        self.check_shape(info)
        self.check_pointers()
        if self.number == 0 and self.kind != formats.INDEXABLE:
            raise refused('first object', self.place, 'an Array of roots', INAPPROPRIATE_CODE)

    def check_shape(self, info):
        self.check_built(info)

    def check_built(self, info):
        """SegmentError unless the object is built as its class says."""
        kind = self.kind
        if not formats.is_pointers(kind):
            if info.role == FLOAT:
                if (kind == formats.WORDS or kind == formats.LONGS) and self.size == 8 and self.unused == 0:
                    return
            elif kind == info.kind:
                return
        elif not self.is_immediate_class(info):
            slots = self.size // self.word_size
            if kind == formats.EMPTY or kind == formats.FIXED:
                if (info.kind == formats.EMPTY or info.kind == formats.FIXED) and slots == info.inst_size:
                    return
            elif kind == info.kind:
                if slots == info.inst_size or (slots > info.inst_size and kind != formats.EPHEMERON):
                    return
        raise refused('object of format %d and %d bytes' % (kind, self.size), self.place,
                      'format %d and %d named fields, as its class says' % (info.kind, info.inst_size), INAPPROPRIATE_CODE)

    def is_immediate_class(self, info):
        """Whether instances of the class are never objects with fields."""
        view = info.view
        memory = self.memory
        if view is None:
            return False
        if view is memory.view_Character:
            return self.header.format.spur
        return view is memory.view_SmallInteger or view is memory.view_SmallFloat

    def check_padding(self):
        pass

    # ---- classes

    def class_info(self):
        reference = self.class_reference()
        tag = tag_of(reference)
        value = value_of(reference)
        if tag == OUTER:
            info = self.out_infos[value]
            if info is None:
                info = self.info_of(self.outs[value])
                self.out_infos[value] = info
        elif tag == INNER:
            info = self.inner_infos.get(value, None)
            if info is None:
                info = self.inner_info(value)
                self.inner_infos[value] = info
        else:
            info = self.compact_infos[value]
            if info is None:
                info = self.info_of(self.compact_class(value))
                self.compact_infos[value] = info
        return info

    def info_of(self, w_class):
        """The ClassInfo of a class of the running image."""
        if not isinstance(w_class, W_Class) or len(w_class.slots) <= special.FORMAT:
            raise refused('class of the object', self.place, 'a class', INAPPROPRIATE_CODE)
        memory = self.memory
        view = memory.view_of_class(w_class)
        role = ORDINARY
        if view is memory.view_Float:
            role = FLOAT
        elif view is memory.view_MethodContext:
            role = METHOD_CONTEXT
        elif view is memory.view_BlockContext:
            role = BLOCK_CONTEXT
        elif view is memory.view_BlockClosure:
            role = CLOSURE_ROLE
        elif view is memory.view_FullBlockClosure:
            role = FULL_CLOSURE
        elif view.behavior:
            role = BEHAVIOR
        info = ClassInfo(0, -1, -1, role, view.kind, view.inst_size)
        info.view = view
        return info

    def inner_info(self, number):
        """The ClassInfo of a class in the segment.  The walk stays where it is."""
        place = self.place_of_class()
        if not self.is_class_like(place):
            raise refused('class of the object', self.place, 'a class with a format', INAPPROPRIATE_CODE)
        format = self.int_of(self.slot(place, special.FORMAT))
        traits = self.header.traits
        role = BEHAVIOR if self.inherits_from_behavior(place) else ORDINARY
        return ClassInfo(0, place, number, role, traits.inst_spec(format), traits.inst_size(format))

    def inherits_from_behavior(self, place):
        """Whether instances of the class at a place of the segment are classes."""
        places = []
        result = 0
        while True:
            known = self.heirs.get(place, UNKNOWN)
            if known == BEING_ASKED:
                raise refused('superclasses of a class', place, 'no loop', INAPPROPRIATE_CODE)
            if known != UNKNOWN:
                result = known
                break
            places.append(place)
            self.heirs[place] = BEING_ASKED
            oop = self.slot(place, special.SUPERCLASS)
            index = self.out_index(oop)
            if index >= 0 and index < self.out_count:
                if self.memory.inherits_from_behavior(self.outs[index]):
                    result = 1
                break
            place = self.place_of(oop)
            if place < 0 or not self.is_class_like(place):
                break
        if (result >> 1) + len(places) > MAX_SUPERCLASSES:
            raise refused('superclasses of a class', place, 'at most %d' % MAX_SUPERCLASSES, INAPPROPRIATE_CODE)
        for i in range(len(places) - 1, -1, -1):
            result += 2
            self.heirs[places[i]] = result
        return result & 1 == 1

    # ---- making objects

    def create_all(self):
        """Check every object, and make it."""
        if self.count == 0:
            raise refused('end', self.start, 'an Array of roots', INAPPROPRIATE_CODE)
        self.objects = [None] * self.count
        self.object_infos = [None] * self.count
        objects = self.objects
        object_infos = self.object_infos
        self.rewind()
        while self.step():
            info = self.class_info()
            self.check_object(info)
            w_object = self.make(info)
            objects[self.number] = w_object
            if not self.is_new(w_object):
                continue
            object_infos[self.number] = info
            meta = self.meta & (HASH_MASK | IMMUTABLE | PINNED)
            if isinstance(w_object, W_Class) and self.memory.is_spur:
                meta &= ~HASH_MASK      # it has no place in the class table yet
            if meta != 0:
                w_object.set_meta(w_object.get_meta() | meta)

    def is_new(self, w_object):
        memory = self.memory
        if isinstance(w_object, W_HeapObject):
            return w_object is not memory.w_nil and w_object is not memory.w_true and w_object is not memory.w_false
        return isinstance(w_object, W_Float) and not w_object.is_immediate(memory)

    def make(self, info):
        """The object at which the walk is; its pointers are missing."""
        memory = self.memory
        view = info.view
        if view is not None and self.size == 0:
            if view is memory.w_nil.view:
                return memory.w_nil
            if view is memory.w_true.view:
                return memory.w_true
            if view is memory.w_false.view:
                return memory.w_false
        if info.role == METHOD_CONTEXT or info.role == BLOCK_CONTEXT:
            self.contexts.append(self.place)
            return memory.new_context(view, self.size // self.word_size - TEMP_START)
        return self.converted(self.create(info), info)

    def fill_all(self):
        memory = self.memory
        self.rewind()
        while self.step():
            info = self.object_infos[self.number]
            if info is not None:
                view = info.view
                if view is None:
                    view = self.new_view(info)
                self.fill(self.objects[self.number], view)
        for info in self.inner_infos.values():
            if info.view is not None:
                info.view.refresh_shape(memory)

    def new_view(self, info):
        w_class = self.objects[info.number]
        if not isinstance(w_class, W_Class):
            raise refused('class of the object', self.place, 'a class', INAPPROPRIATE_CODE)
        info.view = self.memory.view_of_class(w_class)
        return info.view

    # ---- contexts

    def fill_context(self, w_context):
        """Method contexts come first, so that the home of a block context is complete."""
        memory = self.memory
        block = w_context.is_block()
        if block:
            w_context.store(memory, BLOCK_HOME, self.field(BLOCK_HOME))
            w_context.store(memory, BLOCK_NUM_ARGS, self.field(BLOCK_NUM_ARGS))
            w_context.store(memory, BLOCK_INITIAL_PC, self.field(BLOCK_INITIAL_PC))
        else:
            w_method = self.field(METHOD)
            if w_method is not memory.w_nil:
                w_context.store(memory, METHOD, w_method)
            w_closure = self.field(CLOSURE)
            if isinstance(w_closure, W_BlockClosure):
                w_context.store(memory, CLOSURE, w_closure)
            w_context.store(memory, RECEIVER, self.field(RECEIVER))
        w_context.store(memory, SENDER, self.field(SENDER))
        w_context.store(memory, PC, self.field(PC))
        slots = self.size // self.word_size - TEMP_START
        stackp = self.slot(self.place, STACKP)
        if not self.is_int(stackp) or self.int_of(stackp) > slots:
            raise refused('stack pointer of a context', self.place, 'one within its %d slots' % slots, INAPPROPRIATE_CODE)
        w_context.store(memory, STACKP, self.field(STACKP))
        for i in range(self.int_of(stackp)):
            w_context.store(memory, TEMP_START + i, self.field(TEMP_START + i))
