"""`spy segment`: what is in a stored image segment."""
from spyvm.image.container.detect import LARGEST, find_segment, printable
from spyvm.image.errors import ImageError
from spyvm.image.segment.records import read_records
from spyvm.image.segment.references import CHARACTER, INNER, OUTER, SMALL_FLOAT, SMALL_INTEGER, tag_of, value_of
from spyvm.image.segment.source import words_of
from spyvm.platform.oserrors import reason, unreadable
from spyvm.rpy import osio
from spyvm.rpy.buffer import Buffer
from spyvm.tools import literals, out_pointers
from spyvm.tools.dot import segment_graph
from spyvm.tools.jsontext import JsonWriter
from spyvm.tools.literals import LiteralWriter, visible
from spyvm.tools.ranking import highest
from spyvm.tools.segment_view import SegmentView, small_float

ROOTS_WIDTH = 2000          # characters
LINE_WIDTH = 300
FIELD_WIDTH = 80
MAX_CLASSES = 200           # with the most objects
MAX_LINES = 1000            # objects or out-pointers in a text
MAX_JSON = 100000           # objects or out-pointers in JSON
MAX_JSON_FIELDS = 500000    # of all objects
NUMBER_WIDTH = 8


def segment(path, as_json, dot_path):
    """Print what is in the file at `path`, and write a graph of the objects to `dot_path` unless that is ''.  Answers the
    exit status, 0; ImageError if there is no sound segment in the file, or the graph cannot be written."""
    buffer = read_file(path)
    size = buffer.size
    file = find_segment(buffer)
    try:
        view = view_of(file)
        if dot_path != '':
            write_graph(path, dot_path, segment_graph(view))
        if as_json:
            osio.write(osio.STDOUT, json_text(path, size, view))
        else:
            osio.write(osio.STDOUT, plain_text(path, size, view))
        return 0
    finally:
        file.free()


def read_file(path):
    """A Buffer with the contents of a file of no more than LARGEST bytes."""
    buffer = Buffer(0)
    done = False
    try:
        fd = osio.open_read(path)
        try:
            while buffer.append_from_file(fd, osio.CHUNK) > 0:
                if buffer.size > LARGEST:
                    raise ImageError('more than %d bytes' % LARGEST)
                if buffer.capacity - buffer.size < osio.CHUNK:
                    buffer.reserve(buffer.capacity * 2)
        finally:
            osio.close(fd)
        done = True
        return buffer
    except OSError as e:
        raise ImageError(unreadable(e))
    except MemoryError:
        raise ImageError('the file is larger than the memory')
    finally:
        if not done:
            buffer.free()


def view_of(file):
    """The SegmentView of a SegmentFile."""
    out_count = len(file.out_pointers) if file.has_stream else -1
    words = words_of(file.buffer.text(file.start, file.start + 4 * file.size))
    return SegmentView(file, read_records(words, out_count))


def write_graph(path, dot_path, text):
    if osio.abspath(path) == osio.abspath(dot_path):
        raise ImageError('--dot would overwrite the file')
    try:
        fd = osio.open_new(dot_path)
        try:
            osio.write(fd, text)
        finally:
            osio.close(fd)
    except OSError as e:
        raise ImageError('%s cannot be written: %s' % (dot_path, reason(e)))


class ClassTotal(object):
    """The objects of a class in the segment; `bytes` without headers and padding."""

    def __init__(self, name):
        self.name = name
        self.objects = 0
        self.bytes = 0


def class_totals(view):
    """The ClassTotals with the most objects, those first that come first in the segment among equals."""
    found = {}
    totals = []
    for number in range(view.records.count):
        name = view.class_name(number)
        total = found.get(name, None)
        if total is None:
            total = ClassTotal(name)
            found[name] = total
            totals.append(total)
        total.objects += 1
        total.bytes += view.records.sizes[number]
    return [totals[i] for i in highest([total.objects for total in totals], MAX_CLASSES)]


def format_name(records):
    return 'Spur' if records.format.spur else 'V3'


def byte_order(records):
    return 'big-endian' if records.big_endian else 'little-endian'


# ---- as text

def plain_text(path, size, view):
    file = view.file
    records = view.records
    lines = []
    lines.append('file            %s: %d bytes' % (path, size))
    for wrapper in file.wrappers:
        lines.append('found in        %s' % wrapper)
    lines.append('segment         %s' % origin(file))
    lines.append('format          %s, version %d, %d-bit words, %s%s' % (
        format_name(records), records.format.version, records.format.word_size * 8, byte_order(records),
        ', words reversed' if records.reversed else ''))
    lines.append('roots           %d%s: %s' % (
        records.pointer_counts[0], ' (%d asked for)' % file.user_roots if file.user_roots >= 0 else '',
        view.object_text(0, ROOTS_WIDTH)))
    lines.append('objects         %d' % records.count)
    for total in class_totals(view):
        lines.append('%s objects %s bytes  %s' % (padded(total.objects), padded(total.bytes), visible(total.name)))
    if file.has_stream:
        add_out_pointers(lines, file)
    else:
        lines.append('out-pointers    not in the file; there must be %d' % records.out_count)
    lines.append('contents of the objects')
    for number in range(min(records.count, MAX_LINES)):
        lines.append('%s  %s  %s' % (padded(number + 1), visible(view.class_name(number)), contents(view, number)))
    add_more(lines, records.count)
    return '\n'.join(lines) + '\n'


def origin(file):
    """Where the words were."""
    text = '%d words at byte %d' % (file.size, file.start)
    if file.state != '':
        text = 'state %s, %s' % (printable(file.state), text)
    if file.name != '':
        text = '%s, %s' % (literals.string_literal(out_pointers.first(file.name, FIELD_WIDTH)), text)
    if file.has_stream:
        text = '%s, %s' % (printable(file.class_name), text)
    return text


def add_out_pointers(lines, file):
    items = file.out_pointers
    lines.append('out-pointers    %d' % len(items))
    for i in range(min(len(items), MAX_LINES)):
        lines.append('%s  %s' % (padded(i + 1), out_pointers.description(items[i], LINE_WIDTH)))
    add_more(lines, len(items))


def add_more(lines, count):
    if count > MAX_LINES:
        lines.append('          ... and %d more' % (count - MAX_LINES))


def contents(view, number):
    """An object's value, or its fields."""
    if view.is_simple(number):
        return view.object_text(number, LINE_WIDTH)
    records = view.records
    if records.pointer_counts[number] == 0:
        return 'no fields'
    names = view.field_names(number)
    writer = LiteralWriter(LINE_WIDTH)
    for i in range(records.pointer_counts[number]):
        if i > 0:
            writer.write('. ')
        writer.write('%s: ' % field_name(names, i))
        writer.write(pointer_text(view, records.pointer(number, i)))
        if writer.full:
            break
    return writer.text()


def field_name(names, index):
    """The name of a field, or its number from 1 on."""
    if index < len(names):
        return visible(names[index])
    return '%d' % (index + 1)


def pointer_text(view, reference):
    """What is in a field: a value, or which object."""
    if tag_of(reference) == INNER and not view.is_simple(value_of(reference)):
        return 'object %d' % (value_of(reference) + 1)
    return view.reference_text(reference, FIELD_WIDTH)


def padded(number):
    text = '%d' % number
    return ' ' * max(0, NUMBER_WIDTH - len(text)) + text


# ---- as JSON

def json_text(path, size, view):
    file = view.file
    records = view.records
    out = JsonWriter()
    out.begin('', '{')
    out.string('file', path)
    out.number('bytes', size)
    out.begin('foundIn', '[')
    for wrapper in file.wrappers:
        out.string('', wrapper)
    out.end(']')
    out.string('class', file.class_name)
    out.string('state', file.state)
    out.string('name', file.name)
    out.number('offset', file.start)
    out.number('words', file.size)
    out.string('format', format_name(records))
    out.number('version', records.format.version)
    out.number('wordSize', records.format.word_size)
    out.string('byteOrder', byte_order(records))
    out.boolean('reversed', records.reversed)
    out.number('userRoots', file.user_roots)
    out.number('rootCount', records.pointer_counts[0])
    out.string('roots', view.object_text(0, ROOTS_WIDTH))
    out.number('objectCount', records.count)
    out.begin('classes', '[')
    for total in class_totals(view):
        out.begin('', '{')
        out.string('name', total.name)
        out.number('objects', total.objects)
        out.number('bytes', total.bytes)
        out.end('}')
    out.end(']')
    out.boolean('hasOutPointers', file.has_stream)
    out.number('outPointerCount', len(file.out_pointers) if file.has_stream else records.out_count)
    out.begin('outPointers', '[')
    for i in range(min(len(file.out_pointers), MAX_JSON)):
        json_out_pointer(out, file.out_pointers[i], i)
    out.end(']')
    out.begin('objects', '[')
    room = MAX_JSON_FIELDS
    for number in range(min(records.count, MAX_JSON)):
        json_object(out, view, number, room)
        room = max(0, room - records.pointer_counts[number])
    out.end(']')
    out.end('}')
    return out.text()


def json_out_pointer(out, item, index):
    out.begin('', '{')
    out.number('number', index + 1)
    out.string('value', out_pointers.description(item, LINE_WIDTH))
    name = out_pointers.proxied_class(item)
    if name != '':
        out.string('class', name)
    out.end('}')


def json_object(out, view, number, room):
    """With no more than `room` of its fields."""
    records = view.records
    out.begin('', '{')
    out.number('number', number + 1)
    out.string('class', view.class_name(number))
    out.number('hash', records.hashes[number])
    out.number('bytes', records.sizes[number])
    if view.is_simple(number):
        out.string('value', view.object_text(number, LINE_WIDTH))
    count = records.pointer_counts[number]
    out.number('fieldCount', count)
    out.begin('fields', '[')
    names = view.field_names(number)
    for i in range(min(count, room)):
        out.begin('', '{')
        if i < len(names):
            out.string('name', names[i])
        json_reference(out, records.pointer(number, i))
        out.end('}')
    out.end(']')
    out.end('}')


def json_reference(out, reference):
    """What is in a field, by its kind."""
    tag = tag_of(reference)
    value = value_of(reference)
    if tag == SMALL_INTEGER:
        out.number('integer', value)
    elif tag == INNER:
        out.number('object', value + 1)
    elif tag == OUTER:
        out.number('outPointer', value + 1)
    elif tag == CHARACTER:
        out.number('character', value)
    elif tag == SMALL_FLOAT:
        out.string('float', literals.float_literal(small_float(value)))
