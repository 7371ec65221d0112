"""Finding the segment in a file, whatever it is wrapped in.

What people have are project files (.pr), .extSeg and other files with a stream of objects, one of which is an ImageSegment.
The stream comes after Smalltalk source text that ends with `!self smartRefStream!`.  The file may be gzip'd, signed (`SPRJ`
and forty bytes in front) and a member of a zip archive, in this order or more than once.  A file (.seg) may also be nothing
but the words of a segment, without its out-pointers.
"""
from spyvm.image.container.refstream import (ObjectStream, ARRAY, INSTANCE, INTEGER, SEGMENT_WORDS, STRING, SYMBOL,
                                             WORD_ARRAY)
from spyvm.image.container.zip import is_zip, unzip, zip_members
from spyvm.image.errors import ImageError, corrupt
from spyvm.image.gunzip import gunzip_part, is_gzipped_at, little_endian
from spyvm.image.segment.source import find_version
from spyvm.rpy.buffer import swapped32

LARGEST = 1 << 27           # bytes, unpacked: looking at so many takes up to 2.5 GB
DEEPEST = 8                 # wrappers in wrappers
MARKER = '!self smartRefStream!'
SIGNATURE = 'SPRJ'
SIGNATURE_SIZE = 44
SUFFIXES = ['.pr', '.extseg', '.ims', '.seg', '.obj', '.morph', '.sp']     # of files with a segment, the likeliest first
CLASS_SUFFIX = 'ImageSegment'       # NativeImageSegment and LegacyImageSegment are others
FIELDS = ['arrayOfRoots', 'segment', 'outPointers', 'state', 'segmentName', 'fileName', 'endMarker', 'userRootCnt',
          'renamedClasses']
COMPACT_CLASSES_MARK = 1717         # last but one among the out-pointers: the compact classes are last
CR, LF, SPACE = 13, 10, 32


class SegmentFile(object):
    """A segment and what its file says of it.  Whoever has one calls `free` in the end.

    wrappers        what the segment was found in, the outermost first
    buffer          the unpacked file
    start           the offset in it of the segment's first word
    size            how many 32-bit words the segment has
    out_pointers    StreamObjects; [] for a file of words only
    has_stream      whether there is more than words
    class_name      of the ImageSegment
    state, name     what the ImageSegment says; '' if nothing
    user_roots      how many of the roots the user asked for; -1 if it does not say
    compact_classes StreamObjects, the system's table of compact classes; [] if it is not in the file
    fields          class name -> the names of the instances' fields, for classes whose structure is in the file
    """

    def __init__(self, buffer):
        self.wrappers = []
        self.buffer = buffer
        self.start = 0
        self.size = 0
        self.out_pointers = []
        self.has_stream = False
        self.class_name = ''
        self.state = ''
        self.name = ''
        self.user_roots = -1
        self.compact_classes = []
        self.fields = {}

    def free(self):
        self.buffer.free()


def find_segment(buffer):
    """The SegmentFile of the file in a Buffer, which is freed with it, or at once if there is an ImageError."""
    return find_within(buffer, LARGEST)


def find_within(buffer, limit):
    """The same with another limit to the size of what is unpacked."""
    wrappers = []
    result = SegmentFile(buffer)
    done = False
    try:
        try:
            position = signature_size(result.buffer, wrappers)
            while unwrap(result, wrappers, position, limit):
                if len(wrappers) > DEEPEST:
                    raise ImageError('more than %d archives in one another' % DEEPEST)
                position = signature_size(result.buffer, wrappers)
            result.wrappers = wrappers
            locate(result, position)
            done = True
            return result
        finally:
            if not done:
                result.free()
    except ImageError as e:
        raise ImageError(within(wrappers, e.message))


def within(wrappers, message):
    """A message about what is in the innermost wrapper."""
    if len(wrappers) == 0:
        return message
    return 'in the %s: %s' % (wrappers[len(wrappers) - 1], message)


def unwrap(result, wrappers, position, limit):
    """Replace `result.buffer` by what is packed in it from `position` on; False if nothing is."""
    buffer = result.buffer
    if is_gzipped_at(buffer, position):
        wrapper = "gzip'd data"
        unpacked = gunzip_part(buffer, position, limit)
    elif position == 0 and is_zip(buffer):
        member = likeliest(zip_members(buffer))
        wrapper = 'zip member %s' % printable(member.name)
        unpacked = unzip(buffer, member, limit)
    else:
        return False
    result.buffer = unpacked
    buffer.free()
    wrappers.append(wrapper)
    return True


def likeliest(members):
    """The member that has the segment, by its name."""
    for suffix in SUFFIXES:
        for member in members:
            if has_suffix(member.name, suffix):
                return member
    raise corrupt('zip archive with %d members' % len(members), 0, 'one with a name that ends with .pr, .extSeg or .ims')


def has_suffix(name, suffix):
    start = len(name) - len(suffix)
    if start < 0:
        return False
    for i in range(len(suffix)):
        char = name[start + i]
        if 'A' <= char <= 'Z':
            char = chr(ord(char) + 32)
        if char != suffix[i]:
            return False
    return True


def printable(text):
    """Text of a file that is safe to print in a line of a message."""
    parts = []
    for i in range(min(len(text), 60)):
        char = text[i]
        parts.append(char if ' ' <= char <= '~' else '?')
    return ''.join(parts)


def signature_size(buffer, wrappers):
    """How many bytes a signature takes in front of the contents, 0 if there is none."""
    if buffer.size > SIGNATURE_SIZE and buffer.text(0, len(SIGNATURE)) == SIGNATURE:
        wrappers.append('signed project')
        return SIGNATURE_SIZE
    return 0


# ---- in the unpacked file

def locate(result, position):
    """Find the words of the segment and what comes with them."""
    buffer = result.buffer
    base = stream_start(buffer)
    if base >= 0:
        read_stream(result, ObjectStream(buffer, base))
    elif position == 0 and looks_like_words(buffer):
        result.size = buffer.size >> 2
    else:
        raise corrupt('no segment', 0,
                      "an object stream after '%s', a segment's version, a zip archive or gzip'd data" % MARKER)


def stream_start(buffer):
    """The offset of the stream of objects; -1 if there is none."""
    size = buffer.size
    first = ord(MARKER[0])
    count = len(MARKER)
    i = 0
    while i + count <= size:
        if buffer.u8(i) == first and buffer.text(i, i + count) == MARKER:
            i += count
            while i < size and is_separator(buffer.u8(i)):
                i += 1
            return i
        i += 1
    if size >= 6 and buffer.u8(0) == INTEGER and buffer.u8(5) == ARRAY:
        return 0        # a version and a class structure without source text
    return -1


def is_separator(byte):
    """A TAB is none: it is the type of an instance."""
    return byte == CR or byte == LF or byte == SPACE


def looks_like_words(buffer):
    """Whether the file begins with a segment's version, in either byte order."""
    if buffer.size < 4:
        return False
    word = little_endian(buffer, 0)
    return find_version(word) is not None or find_version(swapped32(word)) is not None


def read_stream(result, stream):
    """What a stream of objects says: a version, the structure of classes, an object that is or holds the ImageSegment."""
    place = stream.position
    root = stream.next()
    if root.type == INTEGER:
        read_structures(result, stream.next())
        root = stream.next()
    holder = find_holder(stream, root)
    if holder is None:
        raise corrupt('stream of objects', place, 'an ImageSegment in it')
    result.has_stream = True
    result.class_name = holder.class_name
    names = result.fields.get(holder.class_name, FIELDS)
    words = field(holder, names, 'segment')
    if words is None or (words.type != SEGMENT_WORDS and words.type != WORD_ARRAY):
        raise corrupt('%s without a segment' % printable(holder.class_name), holder.position, 'a WordArrayForSegment')
    result.start = words.start
    result.size = words.size
    out_pointers = field(holder, names, 'outPointers')
    if out_pointers is not None and out_pointers.type == ARRAY:
        result.out_pointers = out_pointers.items
        find_compact_classes(result)
    result.state = text_of(field(holder, names, 'state'))
    result.name = text_of(field(holder, names, 'segmentName'))
    count = field(holder, names, 'userRootCnt')
    if count is not None and count.type == INTEGER:
        result.user_roots = count.number


def find_holder(stream, root):
    """The ImageSegment among the objects read, the root if that is one."""
    if is_segment(root):
        return root
    for holder in stream.holders:
        if is_segment(holder):
            return holder
    return None


def is_segment(item):
    return item.type == INSTANCE and item.class_name.endswith(CLASS_SUFFIX)


def text_of(item):
    if item is None or (item.type != SYMBOL and item.type != STRING):
        return ''
    return item.text


def field(holder, names, name):
    """A named field of an instance, None if it has none of that name."""
    for i in range(len(names)):
        if names[i] == name:
            if i < len(holder.items):
                return holder.items[i]
            break
    return None


def read_structures(result, structures):
    """Take the fields' names from the stream's class structure, { 'class structure'. Dictionary. ... }, where each class has
    an Array of its version and the names."""
    if structures.type == ARRAY and len(structures.items) > 1 and len(structures.items[1].items) > 1:
        for association in structures.items[1].items[1].items:
            if association.is_instance_of('Association') and len(association.items) == 2:
                name = text_of(association.items[0])
                value = association.items[1]
                if name != '' and value.type == ARRAY and name not in result.fields:
                    result.fields[name] = [text_of(value.items[i]) for i in range(1, len(value.items))]


def find_compact_classes(result):
    items = result.out_pointers
    last = len(items) - 1
    if last > 0 and items[last].type == ARRAY:
        mark = items[last - 1]
        if mark.type == INTEGER and mark.number == COMPACT_CLASSES_MARK:
            result.compact_classes = items[last].items
