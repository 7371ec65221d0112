"""Writing images: from objects to the bytes of a file, in the format they were read from.

The objects are walked twice: lay_out() gives each its place, write() writes it.  In between an object's `meta` holds its
identity hash and its place; what it held before is in a list, and restore() puts it back.  So a reference costs one look at
the object it leads to, and nothing else is kept of each object.  While that lasts nothing may run that looks at flags.

An `exact` writer gives back everything that a reader found, the bytes between objects and irregular headers (see
spyvm.image.header) included: for images that have not run.  Otherwise headers follow from the objects.
"""
from spyvm.image.bodies import BodyWriter, NUMBERED, PLACE_SHIFT
from spyvm.image.errors import ImageError
from spyvm.image.fields import header_text
from spyvm.objects import special
from spyvm.objects.model import HASH_MASK
from spyvm.objects.pointers import W_Array
from spyvm.rpy.output import Output

MAX_PLACE = 1 << 41
MAX_ADDRESS_32 = 0xFFFFFFFF
LOW_BASE = 0x100000         # where a 32-bit image begins that is too large for where it was


class Writer(BodyWriter):
    """`objects` in the order of the file; memory.header says what the file is like."""

    def __init__(self, memory, objects, exact):
        BodyWriter.__init__(self, memory)
        self.objects = objects
        self.exact = exact
        self.last_hash = memory.last_hash
        self.metas = []
        self.numbered = 0           # objects whose meta is a place
        self.data_size = 0
        self.place = 0              # where the next chunk begins, in bytes from the first object
        self.next_gap = 0
        self.next_oddity = 0

    # ---- what a subclass knows

    def place_object(self, w_object):
        """Advance `place` behind the object; answer where its base header is."""
        return self.place

    def put_object(self, w_object, meta):
        """Write the object, whose meta was that before."""

    def begin_chunk(self):
        """Something follows at `place`."""

    def end_heap(self):
        """The objects are at their end."""

    def put_gap(self, text):
        """Write the bytes of a Gap in the byte order asked for."""

    # ---- the walks

    def rewind(self):
        self.number = -1
        self.place = 0
        self.next_gap = 0
        self.next_oddity = 0

    def step(self):
        """Go to the next object, over the gaps before it; None after the last."""
        self.number += 1
        number = self.number
        self.odd = None
        if self.exact:
            gaps = self.header.gaps
            while self.next_gap < len(gaps) and gaps[self.next_gap].before <= number:
                text = gaps[self.next_gap].bytes
                self.begin_chunk()
                if self.out is not None:
                    self.put_gap(text)
                self.place += len(text)
                self.next_gap += 1
        if number >= len(self.objects):
            self.end_heap()
            return None
        if self.exact:
            oddities = self.header.oddities
            if self.next_oddity < len(oddities) and oddities[self.next_oddity].number == number:
                self.odd = oddities[self.next_oddity]
                self.next_oddity += 1
            self.begin_chunk()
        w_object = self.objects[number]
        self.measure(w_object)
        return w_object

    def lay_out(self):
        """Give every object its place.  ImageError if that cannot be done.  restore() must follow."""
        self.metas = [0] * len(self.objects)
        self.rewind()
        while True:
            w_object = self.step()
            if w_object is None:
                break
            place = self.place_object(w_object)
            meta = w_object.get_meta()
            self.metas[self.number] = meta
            w_object.set_meta((meta & HASH_MASK) | NUMBERED | ((place >> 2) << PLACE_SHIFT))
            self.numbered += 1
        self.data_size = self.place
        if self.place > MAX_PLACE or (self.exact and self.place != self.header.data_size):
            raise ImageError('%d bytes of objects cannot be written' % self.place)
        if not self.wide and self.base + self.place > MAX_ADDRESS_32:
            if self.exact or LOW_BASE + self.place > MAX_ADDRESS_32:
                raise ImageError('%d bytes of objects are too many for a 32-bit image' % self.place)
            self.base = LOW_BASE
        self.nil_oop = self.oop(self.memory.w_nil)

    def write(self, fd, big_endian):
        """Write header and objects to a file descriptor.  OSError if the system refuses."""
        self.big_endian = big_endian
        self.out = Output(fd, big_endian)
        try:
            self.put_text(self.header.prefix)
            self.put_text(header_text(self))
            self.put_all_objects()
            if self.exact:
                self.put_text(self.header.trailer)
            self.out.flush()
        finally:
            self.out.free()
            self.out = None

    def put_all_objects(self):
        self.rewind()
        while True:
            w_object = self.step()
            if w_object is None:
                break
            self.place_object(w_object)
            self.put_object(w_object, self.metas[self.number])

    def restore(self):
        """Give the objects their `meta` back."""
        objects = self.objects
        metas = self.metas
        for i in range(self.numbered):
            objects[i].set_meta(metas[i])
        self.numbered = 0


def compact_classes(memory):
    """The classes that V3 headers can name by a number from 1 on."""
    w_classes = memory.special(special.COMPACT_CLASSES)
    classes = []
    if isinstance(w_classes, W_Array):
        for i in range(min(w_classes.size(), 31)):
            classes.append(w_classes.fetch(memory, i))
    return classes
