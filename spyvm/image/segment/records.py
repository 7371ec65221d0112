"""The objects of a segment, described without a running image: what `read_records` finds in the words of one.

Everything is checked: sizes and formats, every pointer, every class reference.  What a class looks like is not, where the
class is an out pointer.
"""
from spyvm.image.errors import ImageError, corrupt
from spyvm.image.segment.read_spur import SpurSegment
from spyvm.image.segment.read_v3 import V3Segment
from spyvm.image.segment.references import OUTER, tag_of, value_of
from spyvm.image.segment.source import open_source
from spyvm.objects import formats
from spyvm.objects.memory import ObjectMemory
from spyvm.objects.model import HASH_MASK, IMMUTABLE, PINNED
from spyvm.rpy import specialize


class Records(object):
    """The objects of a segment by their numbers, in order from 0 on; object 0 is the Array of the roots.

    format          the spyvm.image.header.Format: version, word_size, spur
    big_endian      byte order of the machine that stored the segment
    reversed        the words are in the wrong byte order
    size            bytes of the segment
    count           number of objects
    out_count       out pointers there must be at least
    places          byte offset of each base header from the beginning of the segment, at which the version word is
    kinds           shape of each: a constant of spyvm.objects.formats
    sizes           bytes of each body, without header and padding
    hashes          identity hashes; 0 for none
    flags           IMMUTABLE and PINNED (spyvm.objects.model) where set
    classes         what each one's class is: a reference (spyvm.image.segment.references) with tag INNER, OUTER or COMPACT
    pointer_counts  how many pointers each has; a method's header counts as one
    first_pointers  index into `pointers` of each one's first
    pointers        references, those of object 0 first
    contents        byte strings: of objects without pointers the body, of methods what follows the literals, in the order in
                    which the storing machine had it in memory; '' of others
    """

    def __init__(self, format, big_endian, reversed, size):
        self.format = format
        self.big_endian = big_endian
        self.reversed = reversed
        self.size = size
        self.count = 0
        self.out_count = 0
        self.places = []
        self.kinds = []
        self.sizes = []
        self.hashes = []
        self.flags = []
        self.classes = []
        self.pointer_counts = []
        self.first_pointers = []
        self.pointers = []
        self.contents = []

    def pointer(self, number, index):
        """The reference in pointer `index`, from 0 on, of an object; both must be in range."""
        return self.pointers[self.first_pointers[number] + index]

    def see(self, reference):
        """Count the out pointers."""
        if tag_of(reference) == OUTER and value_of(reference) >= self.out_count:
            self.out_count = value_of(reference) + 1


def read_records(words, out_count):
    """The Records of a segment: a list of r_uint32, its words as the image sees them (`source.words_of` makes them of bytes
    in a file).  out_count is how many out pointers come with it, -1 if that is not known.  ImageError, with a message of one
    line, if the words are no segment."""
    source = open_source(words)
    try:
        header = source.header
        records = Records(header.format, header.traits.big_endian, source.reversed, header.file_size)
        if header.format.spur:
            read_objects(SpurSegment(source.buffer, header, ObjectMemory(header.traits)), out_count, records)
        else:
            read_objects(V3Segment(source.buffer, header, ObjectMemory(header.traits)), out_count, records)
        return records
    finally:
        source.free()


@specialize.argtype(0)
def read_objects(segment, out_count, records):
    segment.out_count = out_count
    segment.scan()
    segment.rewind()
    while segment.step():
        add(segment, records)
    check_roots(records)


def check_roots(records):
    if records.count == 0:
        raise ImageError('the segment ends at byte %d: expected an Array of roots' % records.size)
    if records.kinds[0] != formats.INDEXABLE:
        raise corrupt('first object', records.places[0], 'an Array of roots')


@specialize.argtype(0)
def add(segment, records):
    """Add the object at which the walk is."""
    add_fields(records, segment.place, segment.kind, segment.size - segment.unused, segment.meta, segment.class_reference())
    count = segment.pointer_count()
    records.pointer_counts.append(count)
    for i in range(count):
        reference = segment.slot_reference(i)
        records.see(reference)
        records.pointers.append(reference)
    text = ''
    if not formats.is_pointers(segment.kind):
        start = segment.place + segment.fields
        text = segment.buffer.text(start + count * segment.word_size, start + segment.size - segment.unused)
    records.contents.append(text)


def add_fields(records, place, kind, size, meta, class_reference):
    records.count += 1
    records.places.append(place)
    records.kinds.append(kind)
    records.sizes.append(size)
    records.hashes.append(meta & HASH_MASK)
    records.flags.append(meta & (IMMUTABLE | PINNED))
    records.classes.append(class_reference)
    records.see(class_reference)
    records.first_pointers.append(len(records.pointers))
