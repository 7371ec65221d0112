"""`spy info`: what an image file is, and what it asks of a VM."""
from spyvm import builtins
from spyvm.image.errors import ImageError
from spyvm.image.reader import read_image_file
from spyvm.interpreter import control
from spyvm.objects.classview import class_name
from spyvm.objects.errors import PrimitiveFailed
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.pointers import W_AbstractPointers, W_Array
from spyvm.objects.raw import W_Bytes
from spyvm.primitives import registry
from spyvm.rpy import osio
from spyvm.tools.jsontext import JsonWriter
from spyvm.tools.ranking import highest

TOP_CLASSES = 20
NAMED_PRIMITIVE = 117
FIRST_QUICK, LAST_QUICK = 256, 519      # not primitives but methods that answer self, a constant or a field
COLUMNS = 100
NUMBER_WIDTH = 10


def info(path, as_json):
    """Print it; answers the exit status: 0, or 1 if the file is no image, which is said in one line."""
    try:
        memory = read_image_file(path)
    except ImageError as e:
        osio.write(osio.STDERR, 'spy: %s: %s\n' % (path, e.message))
        return 1
    report = Report(memory, Supported(memory.traits))
    if as_json:
        osio.write(osio.STDOUT, json_text(path, report))
    else:
        osio.write(osio.STDOUT, plain_text(path, report))
    return 0


class Supported(object):
    """Which primitives this VM has for images of a kind."""

    def __init__(self, traits):
        assert builtins.LOADED
        self.traits = traits

    def numbered(self, number):
        return control.handles(self.traits, number) or registry.find_numbered(number, self.traits.spur) is not None

    def named(self, module, name):
        return registry.find_named(module, name) is not None


class PrimitiveUse(object):
    """A primitive, how many methods name it, and whether the VM has it."""

    def __init__(self, number, name, supported):
        self.number = number
        self.name = name        # of a named one: 'module>>name'
        self.supported = supported
        self.methods = 0


class Report(object):
    """What there is to say of an image in memory."""

    def __init__(self, memory, supported):
        self.memory = memory
        self.header = memory.header
        self.supported = supported
        self.methods = 0
        self.alternate_methods = 0      # in the second bytecode set
        self.quick_methods = 0
        self.numbered = []              # PrimitiveUses, by number
        self.named = []                 # PrimitiveUses, by name
        self.classes = top_classes(self.header.classes)
        self.count_methods()

    def count_methods(self):
        numbered = [None] * 1024
        named = {}
        names = []
        memory = self.memory
        for w_method in memory.loaded:
            if not isinstance(w_method, W_CompiledMethod):
                continue
            self.methods += 1
            if memory.is_spur and w_method.header < 0:
                self.alternate_methods += 1
            number = memory.method_primitive(w_method)
            if FIRST_QUICK <= number and number <= LAST_QUICK:
                self.quick_methods += 1
            elif number == NAMED_PRIMITIVE:
                module, name = primitive_name(memory, w_method)
                key = module + '>>' + name
                use = named.get(key, None)
                if use is None:
                    use = PrimitiveUse(number, key, self.supported.named(module, name))
                    named[key] = use
                    names.append(key)
                use.methods += 1
            elif 0 < number and number < len(numbered):
                use = numbered[number]
                if use is None:
                    use = PrimitiveUse(number, '', self.supported.numbered(number))
                    numbered[number] = use
                use.methods += 1
        for use in numbered:
            if use is not None:
                self.numbered.append(use)
        for key in sorted_names(names):
            self.named.append(named[key])

    def format_name(self):
        return 'Spur' if self.header.format.spur else 'V3'

    def byte_order(self):
        return 'big-endian' if self.header.traits.big_endian else 'little-endian'

    def primary_set(self):
        if self.header.format.closures:
            return 'V3 with closures'
        return 'V3'

    def objects(self):
        return len(self.memory.loaded)


def primitive_name(memory, w_method):
    """Module and name from the first literal of a method with a named primitive; '' for what it does not tell."""
    if len(w_method.literals) > 0:
        w_spec = w_method.literals[0]
        if isinstance(w_spec, W_Array):
            try:
                return text_of(w_spec.fetch(memory, 0)), text_of(w_spec.fetch(memory, 1))
            except PrimitiveFailed:
                pass
    return '', ''


def text_of(w_object):
    if isinstance(w_object, W_Bytes):
        return w_object.text()
    return ''


def sorted_names(names):
    """A new list in ascending order."""
    names = names[:]
    for i in range(1, len(names)):
        name = names[i]
        j = i - 1
        while j >= 0 and names[j] > name:
            names[j + 1] = names[j]
            j -= 1
        names[j + 1] = name
    return names


def top_classes(counts):
    """The ClassCounts with the most objects, the first in the file first among equals."""
    found = [count for count in counts if count.objects > 0]
    return [found[i] for i in highest([count.objects for count in found], TOP_CLASSES)]


def name_of(count):
    w_class = count.view.w_self
    name = class_name(w_class) if isinstance(w_class, W_AbstractPointers) else '?'
    if count.hidden:
        return name + " (the VM's own)"
    return name


# ---- as text

def plain_text(path, report):
    header = report.header
    lines = []
    packed = ", gzip'd" if header.gzipped else ''
    if header.offset:
        packed += ', after %d bytes of something else' % header.offset
    lines.append('file           %s: %d bytes%s' % (path, header.file_size, packed))
    lines.append('format         %s, version %d' % (report.format_name(), header.format.version))
    lines.append('words          %d bits, %s' % (header.format.word_size * 8, report.byte_order()))
    sets = '%s: %d methods' % (report.primary_set(), report.methods - report.alternate_methods)
    if report.alternate_methods or header.format.two_sets:
        sets += ', Sista V1: %d methods' % report.alternate_methods
    lines.append('bytecode sets  ' + sets)
    lines.append('window         %d x %d%s' % (header.window_width(), header.window_height(),
                                              ', full screen' if header.full_screen() else ''))
    lines.append('objects        %d in %d bytes' % (report.objects(), header.heap_bytes))
    words = header.header_words
    if header.format.spur:
        lines.append('headers        8 bytes: %d, 16 bytes: %d objects' % (words[1], words[2]))
        lines.append('segments       %d' % len(header.segments))
    else:
        lines.append('headers        1 word: %d, 2 words: %d, 3 words: %d objects' % (words[1], words[2], words[3]))
    lines.append('classes with the most objects')
    for count in report.classes:
        lines.append('%s objects %s bytes  %s' % (padded(count.objects), padded(count.bytes), name_of(count)))
    missing = []
    present = []
    for use in report.numbered:
        (present if use.supported else missing).append('%d' % use.number)
    lines.append('numbered primitives: %d used, %d of them in this VM' % (len(report.numbered), len(present)))
    add_list(lines, 'here', present)
    add_list(lines, 'missing', missing)
    lines.append('quick returns: %d methods' % report.quick_methods)
    missing = []
    present = []
    for use in report.named:
        (present if use.supported else missing).append(use.name)
    lines.append('named primitives: %d used, %d of them in this VM' % (len(report.named), len(present)))
    add_list(lines, 'here', present)
    add_list(lines, 'missing', missing)
    return '\n'.join(lines) + '\n'


def padded(number):
    text = '%d' % number
    return ' ' * max(0, NUMBER_WIDTH - len(text)) + text


def add_list(lines, title, words):
    """The words with commas in lines of moderate length."""
    if len(words) == 0:
        return
    line = '  %s:' % title
    for i in range(len(words)):
        word = words[i]
        if i + 1 < len(words):
            word += ','
        if len(line) + 1 + len(word) > COLUMNS:
            lines.append(line)
            line = '   '
        line += ' ' + word
    lines.append(line)


# ---- as JSON

def json_text(path, report):
    header = report.header
    out = JsonWriter()
    out.begin('', '{')
    out.string('file', path)
    out.number('bytes', header.file_size)
    out.boolean('gzip', header.gzipped)
    out.number('headerOffset', header.offset)
    out.string('format', report.format_name())
    out.number('version', header.format.version)
    out.number('wordSize', header.format.word_size)
    out.string('byteOrder', report.byte_order())
    out.number('windowWidth', header.window_width())
    out.number('windowHeight', header.window_height())
    out.boolean('fullScreen', header.full_screen())
    out.number('headerFlags', header.flags)
    out.number('lastHash', header.last_hash)
    out.number('segments', len(header.segments) if header.format.spur else 1)
    out.begin('bytecodeSets', '[')
    json_set(out, report.primary_set(), report.methods - report.alternate_methods)
    if report.alternate_methods or header.format.two_sets:
        json_set(out, 'Sista V1', report.alternate_methods)
    out.end(']')
    out.number('objects', report.objects())
    out.number('objectBytes', header.heap_bytes)
    out.begin('headers', '{')
    words = header.header_words
    if header.format.spur:
        out.number('8 bytes', words[1])
        out.number('16 bytes', words[2])
    else:
        out.number('1 word', words[1])
        out.number('2 words', words[2])
        out.number('3 words', words[3])
    out.end('}')
    out.begin('classes', '[')
    for count in report.classes:
        out.begin('', '{')
        out.string('name', name_of(count))
        out.number('objects', count.objects)
        out.number('bytes', count.bytes)
        out.end('}')
    out.end(']')
    out.begin('numberedPrimitives', '[')
    for use in report.numbered:
        out.begin('', '{')
        out.number('number', use.number)
        out.number('methods', use.methods)
        out.boolean('supported', use.supported)
        out.end('}')
    out.end(']')
    out.number('quickReturns', report.quick_methods)
    out.begin('namedPrimitives', '[')
    for use in report.named:
        out.begin('', '{')
        out.string('name', use.name)
        out.number('methods', use.methods)
        out.boolean('supported', use.supported)
        out.end('}')
    out.end(']')
    out.end('}')
    return out.text()


def json_set(out, name, methods):
    out.begin('', '{')
    out.string('name', name)
    out.number('methods', methods)
    out.end('}')
