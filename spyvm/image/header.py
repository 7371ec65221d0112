"""The header in front of the objects: which format, which byte order, which word size, and what images remember about
windows and memory sizes.

The header is `header_size` bytes: version and header_size as 32-bit words (old 64-bit V3 images: as 64-bit words), then
words of the image's word size, then 32-bit and 16-bit ones; ImageHeader names the fields in order.  `raw` keeps it whole,
fields nobody knows included.
"""
from spyvm.image.errors import ImageError, corrupt
from spyvm.objects.formats import Traits

PREFIX = 512            # what Macintosh file transfers put in front
MULTIPLE_BYTECODE_SETS = 512
MAX_ADDRESS = 1 << 60
MAX_HEADER = 4096
MIN_HEADER = 40         # bytes up to and with the header flags of a 32-bit image


class Format(object):
    """What a version number stands for."""
    _immutable_fields_ = ['version', 'word_size', 'spur', 'closures', 'platform_floats', 'two_sets']

    def __init__(self, version, word_size, spur, closures, platform_floats, two_sets):
        self.version = version
        self.word_size = word_size
        self.spur = spur
        self.closures = closures                # may hold BlockClosures
        self.platform_floats = platform_floats  # Floats' words are in the image's byte order; else the high word is first
        self.two_sets = two_sets                # methods say which of two bytecode sets they use


FORMATS = [
    Format(6502, 4, False, False, False, False),
    Format(6504, 4, False, True, False, False),
    Format(6505, 4, False, True, True, False),
    Format(68000, 8, False, False, False, False),
    Format(68002, 8, False, True, False, False),
    Format(68003, 8, False, True, True, False),
    Format(6521, 4, True, True, True, False),
    Format(6521 + MULTIPLE_BYTECODE_SETS, 4, True, True, True, True),
    Format(68021, 8, True, True, True, False),
    Format(68021 + MULTIPLE_BYTECODE_SETS, 8, True, True, True, True),
]


def find_format(version):
    for format in FORMATS:
        if format.version == version:
            return format
    return None


class Gap(object):
    """Bytes between objects that belong to none: free chunks, forwarders.

    before   the number of the object they precede
    place    the offset of the first in the file
    """

    def __init__(self, before, place, bytes):
        self.before = before
        self.place = place
        self.bytes = bytes


class Oddity(object):
    """An object whose header or tail does not follow from its class and contents, by its number in heap order.

    header   its base header as found; -1 if that one is regular
    extra    V3: the type (0 to 3) of the header as found
    tail     the bytes behind the contents (padding, the unused stack of a context) where they are not what a VM would write
    slots    how many pointer slots a context has, where not as many as its method asks for; -1 otherwise
    pad      Spur: the bytes behind its last slot, up to a multiple of 8, where they are not 0
    """

    def __init__(self, number):
        self.number = number
        self.header = -1
        self.extra = 0
        self.tail = ''
        self.slots = -1
        self.pad = ''


class ClassCount(object):
    """How many objects of a class the file has, and their bytes, headers included.  `hidden`: images do not see them."""

    def __init__(self, view, hidden, objects, bytes):
        self.view = view
        self.hidden = hidden
        self.objects = objects
        self.bytes = bytes


class ImageHeader(object):
    """What a header says, and all else that a writer needs in order to give the same file back."""

    def __init__(self, format, traits):
        self.format = format
        self.traits = traits
        self.offset = 0             # of the header in the (uncompressed) file: 0 or 512
        self.prefix = ''            # what is in front of it
        self.gzipped = False
        self.file_size = 0          # of the uncompressed file
        self.raw = ''               # the header, header_size bytes
        self.trailer = ''           # what comes after the objects
        self.wide = False           # version and header_size are 64-bit words
        self.header_size = 0
        self.data_size = 0          # bytes of objects
        self.base_address = 0       # where they were in memory
        self.specials_oop = 0       # the special objects array
        self.last_hash = 0
        self.window_size = 0        # width << 16 | height
        self.flags = 0
        self.extra_memory = 0
        self.stack_pages = 0
        self.code_size = 0
        self.eden_bytes = 0
        self.semaphores = 0
        self.image_version = 0
        self.first_segment = 0      # Spur: bytes of the first segment
        self.free_bytes = 0         # Spur: bytes in free chunks
        # found while loading
        self.segments = []          # Spur: Segments in order
        self.gaps = []              # Gaps in order
        self.oddities = []          # Oddities in order
        self.header_words = [0, 0, 0, 0]    # how many objects have headers of 1, 2, 3 words (Spur: 64-bit words); [0] unused
        self.heap_bytes = 0         # bytes of objects, headers included
        self.w_hidden_roots = None  # Spur: the class table and what else the VM keeps in the heap
        self.classes = []           # ClassCounts

    def window_width(self):
        return (self.window_size >> 16) & 0xFFFF

    def window_height(self):
        return self.window_size & 0xFFFF

    def full_screen(self):
        return (self.flags & 1) != 0


def read_header(buffer):
    """The ImageHeader of an uncompressed image in a Buffer, whose byte order is set.  ImageError if it is none."""
    if buffer.size < 8:
        raise corrupt('the file of %d bytes is too short for an image' % buffer.size, 0,
                      'a version number and a header size')
    header = detect(buffer, 0)
    if header is None and buffer.size >= PREFIX + 8:
        header = detect(buffer, PREFIX)
    if header is None:
        raise corrupt('no Squeak image', 0, 'a version number such as 6502, 6504, 6505, 6521, 68000, 68002, 68003, 68021')
    header.file_size = buffer.size
    header.prefix = buffer.text(0, header.offset)
    read_fields(header, buffer)
    return header


def detect(buffer, offset):
    """The header at the offset with nothing but its format and byte order, or None."""
    for i in range(2):
        big_endian = i == 1
        buffer.set_order(big_endian)
        version = buffer.u32(offset)
        size = buffer.u32(offset + 4)
        wide = False
        if version == 0 and big_endian:
            version = size
            wide = True
        elif size == 0 and not big_endian:
            wide = True
        format = find_format(version)
        if format is not None and (not wide or (format.word_size == 8 and not format.spur)):
            header = ImageHeader(format, Traits(version, format.word_size, format.spur, big_endian))
            header.offset = offset
            header.wide = wide
            return header
    return None


class FieldReader(object):
    """Takes one field after the other from `position` on; those behind `limit` are 0."""

    def __init__(self, buffer, position):
        self.buffer = buffer
        self.position = position
        self.limit = buffer.size & ~7

    def u32(self):
        position = self.position
        self.position = position + 4
        if position + 4 > self.limit:
            return 0
        return self.buffer.u32(position)

    def u16(self):
        """Of a pair in a 32-bit word, the first in the file first."""
        position = self.position
        self.position = position + 2
        if position + 2 > self.limit:
            return 0
        word = self.buffer.u32(position & ~3)
        if self.buffer.big_endian() == ((position & 2) == 0):
            return word >> 16
        return word & 0xFFFF

    def long(self, width):
        if width == 4:
            return self.u32()
        position = self.position
        self.position = position + 8
        if position + 8 > self.limit:
            return 0
        return self.buffer.s64(position)


def read_fields(header, buffer):
    reader = FieldReader(buffer, header.offset)
    size = header.format.word_size
    width = 8 if header.wide else 4
    reader.long(width)
    header.header_size = reader.long(width)
    least = MIN_HEADER if size == 4 else 2 * MIN_HEADER - 8
    here = header.offset
    unit = 8 if header.format.spur else size    # what objects are aligned to
    if header.header_size < least or header.header_size > MAX_HEADER or header.header_size % unit != 0:
        raise corrupt('header size %d' % header.header_size, here + width,
                      'a multiple of %d from %d to %d' % (unit, least, MAX_HEADER))
    start = here + header.header_size
    if buffer.size < start:
        raise corrupt('the file ends in its header', buffer.size, '%d bytes of header' % header.header_size)
    reader.limit = min(reader.limit, start)
    header.raw = buffer.text(here, start)
    place = reader.position
    header.data_size = reader.long(size)
    header.base_address = reader.long(size)
    header.specials_oop = reader.long(size)
    header.last_hash = reader.long(size)
    header.window_size = reader.long(size)
    header.flags = reader.long(size)
    if header.format.spur or not header.wide:
        header.extra_memory = reader.u32()
    else:
        header.extra_memory = reader.long(size)
    header.stack_pages = reader.u16()
    header.code_size = reader.u16()
    header.eden_bytes = reader.u32()
    header.semaphores = reader.u16()
    header.image_version = reader.u16()
    if header.format.spur:
        header.first_segment = reader.long(size)
        header.free_bytes = reader.long(size)
    if header.data_size <= 0 or header.data_size % unit != 0:
        raise corrupt('%d bytes of objects' % header.data_size, place, 'a positive multiple of %d' % unit)
    if header.data_size > buffer.size - start:
        raise ImageError('the file ends at byte %d: expected %d bytes of objects from byte %d on' %
                         (buffer.size, header.data_size, start))
    if header.base_address < 0 or header.base_address > MAX_ADDRESS or header.base_address % unit != 0:
        raise corrupt('base address %d' % header.base_address, place + size, 'a positive multiple of %d' % unit)
    header.trailer = buffer.text(start + header.data_size, buffer.size)
