"""Loading V3 segments into V3 images and into Spur images (see spyvm.image.segment.legacy)."""
from spyvm.image.heap import BEHAVIOR, BLOCK_CONTEXT, CLOSURE_ROLE, FULL_CLOSURE, METHOD_CONTEXT
from spyvm.image.segment.errors import INAPPROPRIATE_CODE, UNSUPPORTED_CODE, refused
from spyvm.image.segment.legacy import normalised, spur_class
from spyvm.image.segment.load import LoadPart
from spyvm.image.segment.read_spur import MAX_CHARACTER
from spyvm.image.segment.read_v3 import V3Segment
from spyvm.image.segment.references import INNER, tag_of
from spyvm.objects import formats, special
from spyvm.objects.model import W_Character, W_Float
from spyvm.objects.raw import W_Bytes


class V3Load(LoadPart, V3Segment):
    def immediate(self, oop):
        index = self.out_index(oop)
        if index >= 0 and index < self.out_count:
            return self.outs[index]
        return None

    def place_of_class(self):
        return self.place_of(-1 - self.key)

    def compact_class(self, index):
        memory = self.memory
        if memory.is_spur:
            w_class = spur_class(memory, index)
            if w_class is memory.w_nil:
                raise refused('compact class %d' % index, self.place, 'one that the running image has', UNSUPPORTED_CODE)
            return w_class
        w_classes = memory.special(special.COMPACT_CLASSES)
        if index > w_classes.pointer_size(memory):
            return memory.w_nil
        return w_classes.fetch(memory, index - 1)

    # ---- in Spur images

    def check_foreign(self, info):
        if not self.memory.is_spur:
            return
        role = info.role
        if (self.kind == formats.METHOD or role == BEHAVIOR or role == METHOD_CONTEXT or role == BLOCK_CONTEXT or
                role == CLOSURE_ROLE or role == FULL_CLOSURE or tag_of(self.class_reference()) == INNER):
            raise refused('method, context, block, class or instance of a class of the segment', self.place,
                          'objects that are the same in Spur images', UNSUPPORTED_CODE)
        if info.view is self.memory.view_Character:
            if self.size == self.word_size:
                oop = self.slot(self.place, 0)
                if self.is_int(oop) and self.int_of(oop) >= 0 and self.int_of(oop) <= MAX_CHARACTER:
                    return
            raise refused('Character', self.place, 'its code point', INAPPROPRIATE_CODE)

    def check_shape(self, info):
        if self.memory.is_spur and info.view is self.memory.view_Character:
            return      # it becomes an immediate
        self.check_built(info)

    def converted(self, w_object, info):
        memory = self.memory
        if memory.is_spur:
            if isinstance(w_object, W_Float):
                w_object.meta = 0       # not boxed if it fits an immediate
            elif isinstance(w_object, W_Bytes):
                w_object.view = info.view
                if memory.is_large_integer(w_object):
                    return normalised(memory, w_object)
            elif info.view is memory.view_Character:
                return W_Character(self.int_of(self.slot(self.place, 0)))
        return w_object
