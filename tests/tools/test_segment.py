"""`spy segment`: what it prints of the stored segments there are, of others made here, and of damaged ones."""
import gzip
import json
import os
import random
import re
import struct

import pytest
import streamwriter as w
from imagetools import text
from shared import shared
from spyvm.image.container import refstream
from spyvm.image.container.detect import find_segment
from spyvm.image.errors import ImageError
from spyvm.rpy.buffer import buffer_of, buffer_of_file
from spyvm.rpy.osio import from_native
from spyvm.tools import dot, literals, out_pointers, segment
from spyvm.tools.segment import json_text, plain_text, view_of

ALPHABET = 'abcdefghijklmnopqrstuvwxyz'
SAMPLES = {
    '42': '{ 42 }',
    'ArrayOfArrayOf1': '{ { { { 1 } } } }',
    # The first two are one object: whoever stored them had written 0.0 and -0.0, which are equal, in one Array literal.
    'BasicFloats': '{ 0.0. 0.0. 1.0. -1.0. Float infinity. Float infinity negated. 3.141592653589793. 2.718281828459045. '
                   'Float nan }',
    'Chars': '{ %s }' % '. '.join('$' + char for char in ALPHABET + ALPHABET.upper()),
    'ColorBlue': '{ (Color r: 0.0 g: 0.0 b: 1.0) }',
    'False': '{ false }',
    'True': '{ true }',
    'Nil': '{ nil }',
    'FlexMorph': '{ a FlexMorph }',
    'HelloWorldStr': "{ 'Hello World' }",
    'IntegerArray': '{ IntegerArray { 1. 2 } }',
    'LargePositiveInteger': '{ 123456789123456789123456789 }',
    'MixedArraySmallInteger': '{ 0. { 4. 3. { 2. { 1. 5. 6 } } } }',
    'Points': '{ 0@0. 0.0@0. -1@2. (1/2)@ -0.5 }',
    'SymbolETLDummy': '{ #ETLDummy }',
}
PROJECT = 'segments/EMPTY_P4.001.pr'


def sample(name):
    return shared('segments/%s.ims.gz' % name)


def view_of_bytes(data):
    return view_of(find_segment(buffer_of(text(data))))


def as_json(view):
    return json.loads(json_text('name', 0, view))


def words_of_sample(name):
    """The words of a sample's segment, as bytes in the file's order, and its view."""
    file = find_segment(buffer_of_file(sample(name)))
    data = file.buffer.text(file.start, file.start + 4 * file.size)
    return data.encode('latin-1') if str is not bytes else data


# ---- the samples

@pytest.mark.parametrize('name', sorted(SAMPLES))
def test_the_roots_of_a_sample(name, capfd):
    assert segment.segment(from_native(sample(name)), True, '') == 0
    report = json.loads(capfd.readouterr()[0])
    assert report['roots'] == SAMPLES[name]
    assert report['foundIn'] == ["gzip'd data"]
    assert (report['format'], report['version'], report['byteOrder']) == ('V3', 6502, 'little-endian')
    assert (report['class'], report['state'], report['reversed']) == ('ImageSegment', 'imported', False)
    assert report['bytes'] == os.path.getsize(sample(name))


def test_the_text_for_a_sample(capfd):
    path = from_native(sample('Points'))
    assert segment.segment(path, False, '') == 0
    assert capfd.readouterr()[0] == '''\
file            %s: 1166 bytes
found in        gzip'd data
segment         ImageSegment, state imported, 22 words at byte 1366
format          V3, version 6502, 32-bit words, little-endian
roots           4 (4 asked for): { 0@0. 0.0@0. -1@2. (1/2)@ -0.5 }
objects         6
       4 objects       32 bytes  Point
       1 objects       16 bytes  Array
       1 objects        8 bytes  Fraction
out-pointers    3
       1  0.0
       2  -0.5
       3  Fraction (class)
contents of the objects
       1  Array  { 0@0. 0.0@0. -1@2. (1/2)@ -0.5 }
       2  Point  0@0
       3  Point  0.0@0
       4  Point  -1@2
       5  Point  (1/2)@ -0.5
       6  Fraction  (1/2)
''' % path


def test_a_graph_of_objects_of_differing_layout():
    view = view_of(find_segment(buffer_of_file(sample('FlexMorph'))))
    report = as_json(view)
    assert [(each['name'], each['objects']) for each in report['classes']] == [
        ('Point', 5), ('Float', 2), ('Array', 1), ('FlexMorph', 1), ('Rectangle', 1), ('Form', 1), ('ByteArray', 1)]
    assert [each['value'] for each in report['outPointers']] == [
        'FlexMorph (class)', "a StringMorph 'a PasteUpMorph<world>(773) [world] that was not counted'", '{ }',
        '(Color r: 0.0 g: 0.0 b: 1.0)', 'nil', '#normal', '(Color r: 0.0 g: 0.0 b: 0.0)', 'Form (class)',
        'ByteArray (class)']
    morph = report['objects'][1]
    assert morph['class'] == 'FlexMorph' and 'value' not in morph
    assert [(each['name'], each.get('object'), each.get('outPointer'), each.get('integer')) for each in morph['fields']] == [
        ('bounds', 3, None, None), ('owner', None, 2, None), ('submorphs', None, 3, None), ('fullBounds', 3, None, None),
        ('color', None, 4, None), ('extension', None, 5, None), ('originalForm', 4, None, None),
        ('rotationStyle', None, 6, None),
        ('scalePoint', 5, None, None), ('framesToDwell', None, None, 1), ('rotatedForm', 4, None, None),
        ('originalMorph', None, 5, None), ('borderWidth', 6, None, None), ('borderColor', None, 7, None)]
    lines = plain_text('name', 0, view).split('\n')
    form = [line for line in lines if line.startswith('       4  Form  ')][0]
    assert form.startswith('       4  Form  bits: #[228 68 113 0 ') and form.endswith(
        ' width: 41. height: 52. depth: 16. offset: 0@0')


def test_a_project_file():
    view = view_of(find_segment(buffer_of_file(shared(PROJECT))))
    report = as_json(view)
    assert report['foundIn'] == ['zip member EMPTY_P4.001.pr', 'signed project', "gzip'd data"]
    assert (report['rootCount'], report['userRoots'], report['objectCount'], len(report['objects'])) == (112, 112, 134, 134)
    assert report['roots'].startswith('{ a Project. a PasteUpMorph. a TranscriptStream. a ChangeSet. ')
    pointers = [each['value'] for each in report['outPointers']]
    assert len(pointers) == 81
    assert pointers[1] == 'Project (class)' and report['outPointers'][1]['class'] == 'Project'
    assert pointers[3] == "DiskProxy Smalltalk at: #Project, namedUrl: { 'Home.006.pr' }"
    assert pointers[16] == '#World' and pointers[79] == '1717'
    # the table of compact classes is the last out-pointer
    assert pointers[80].startswith('{ CompiledMethod (class). nil. Array (class). ')
    by_class = dict((each['name'], each['objects']) for each in report['classes'])
    assert by_class['Association'] == 28 and by_class['BlockContext'] == 2 and by_class['CompiledMethod'] == 2
    change_set = report['objects'][4]
    assert change_set['class'] == 'ChangeSet' and change_set['fields'][0]['name'] == 'name'
    assert report['objects'][change_set['fields'][0]['object'] - 1]['value'] == "'EMPTY_P4'"


@pytest.mark.parametrize('name', sorted(SAMPLES))
def test_the_words_alone_in_either_order(name):
    """As a .seg file: without out-pointers, so that only the objects of compact classes are known."""
    data = words_of_sample(name)
    swapped = b''.join(data[i:i + 4][::-1] for i in range(0, len(data), 4))
    reports = [as_json(view_of_bytes(each)) for each in (data, swapped)]
    assert [report['reversed'] for report in reports] == [False, True]
    assert reports[0]['roots'] == reports[1]['roots'] and not reports[0]['hasOutPointers']
    assert reports[0]['outPointers'] == []
    if reports[0]['outPointerCount'] == 0:
        assert reports[0]['roots'] == SAMPLES[name]


# ---- segments made here

def v3_segment(objects):
    """The words of a little-endian V3 segment.  `objects`: (compact class index, format, body) each; pointers to objects of
    the segment are offsets the caller knows."""
    parts = [struct.pack('<I', 6502 | 0x73 << 24)]
    for index, format, body in objects:
        padding = -len(body) % 4
        parts.append(struct.pack('<I', 3 | (len(body) + padding + 4) | format << 8 | index << 12 | padding << 8))
        parts.append(body + b'\0' * padding)
    return b''.join(parts)


def pointers(*oops):
    return struct.pack('<%dI' % len(oops), *[oop & 0xFFFFFFFF for oop in oops])


def small_int(value):
    return value << 1 | 1


def out(number):
    """The pointer to an out-pointer, from 1 on."""
    return 0x80000000 + 4 * number


ARRAY_INDEX, LARGE_INDEX, FLOAT_INDEX, POINT_INDEX, STRING_INDEX = 3, 5, 6, 9, 11
FIRST = 8       # the pointer to the first object if that has a one-word header


def test_cycles_are_cut():
    view = view_of_bytes(v3_segment([(ARRAY_INDEX, 2, pointers(FIRST, small_int(-7)))]))
    assert view.object_text(0, 1000) == '{ { ... }. -7 }'
    points = view_of_bytes(v3_segment([(ARRAY_INDEX, 2, pointers(FIRST + 8)),
                                       (POINT_INDEX, 1, pointers(FIRST + 8, small_int(1)))]))
    assert points.object_text(0, 1000) == '{ a Point@1 }'


def test_depth_and_number_of_elements_are_limited():
    arrays = [(ARRAY_INDEX, 2, pointers(FIRST + 8 * (i + 1))) for i in range(30)]
    arrays.append((ARRAY_INDEX, 2, pointers(small_int(1))))
    assert view_of_bytes(v3_segment(arrays)).object_text(0, 1000) == '{ ' * 10 + '{ ... }' + ' }' * 10
    wide = w.image_segment(v3_segment([(ARRAY_INDEX, 2, pointers(*[small_int(5)] * 50)), (ARRAY_INDEX, 2, b'')]))
    assert view_of_bytes(w.stream(wide)).object_text(0, 1000) == '{ %s }' % '. '.join('5' * 50)


def test_an_array_that_refers_to_itself_many_times_stays_small():
    view = view_of_bytes(v3_segment([(ARRAY_INDEX, 2, pointers(*[FIRST + 200] * 49)),
                                     (ARRAY_INDEX, 2, pointers(*[FIRST] * 49))]))
    for render in (plain_text, json_text):
        assert len(render('name', 0, view)) < 50000


@pytest.mark.parametrize('index,format,body,expected', [
    (STRING_INDEX, 8, b"it's", "'it''s'"), (STRING_INDEX, 8, b'', "''"),
    (STRING_INDEX, 8, b'a\r\x1b\xe9"', "'a\\x0D\\x1B\\xE9\"'"),
    (LARGE_INDEX, 8, b'\0\0\0\x40', '1073741824'), (4, 8, b'\xff\xff\xff\xff\x01', '-8589934591'),
    (FLOAT_INDEX, 6, struct.pack('<II', 0x80000000, 0), '-0.0'),
    (FLOAT_INDEX, 6, struct.pack('<II', 0x54B249AD, 0x2594C37D), '1.0e100'),
    (FLOAT_INDEX, 6, struct.pack('<II', 0x3E7AD7F2, 0x9ABCAF48), '1.0e-7'),
    (16, 6, struct.pack('<I', 0xFFFFFFFF), 'Bitmap { 4294967295 }'),
    (2, 8, b'at:put:', '#at:put:'), (2, 8, b'<=', '#<='), (2, 8, b'two words', "#'two words'"), (2, 8, b'', "#''"),
])
def test_values_in_v3_segments(index, format, body, expected):
    data = v3_segment([(ARRAY_INDEX, 2, pointers(FIRST + 8)), (index, format, body)])
    assert view_of_bytes(data).object_text(0, 1000) == '{ %s }' % expected


def test_long_values_are_cut():
    big = v3_segment([(ARRAY_INDEX, 2, pointers(FIRST + 8)), (LARGE_INDEX, 8, b'\x01' * 240)])
    assert view_of_bytes(big).object_text(0, 2000) == '{ %d }' % sum(1 << 8 * i for i in range(240))
    assert view_of_bytes(big).object_text(0, 20) == view_of_bytes(big).object_text(0, 2000)[:20] + '...'
    assert literals.large_integer_literal('\x01' * 5000, False) == ''


def spur64_segment(objects):
    """The same for 64-bit Spur; `objects`: (class: an out-pointer from 1 on, format, body) each."""
    parts = [struct.pack('<II', 68021 | 0x73 << 24, 68021 | 0x73 << 24)]
    for number, format, body in objects:
        slots = (len(body) + 7) // 8
        padding = slots * 8 - len(body)
        format += padding if format >= 16 else 0
        parts.append(struct.pack('<Q', (0x200000 + number - 1) | format << 24 | slots << 56))
        parts.append(body + b'\0' * (padding if slots else 8))
    return b''.join(parts)


def spur_pointers(*oops):
    return struct.pack('<%dQ' % len(oops), *[oop & 0xFFFFFFFFFFFFFFFF for oop in oops])


def small_float_oop(value):
    bits = struct.unpack('<Q', struct.pack('<d', value))[0]
    rotated = (bits << 1 | bits >> 63) & 0xFFFFFFFFFFFFFFFF
    return (rotated - (896 << 53 if rotated > 1 else 0)) << 3 | 4


def test_values_in_spur_segments():
    roots = spur_pointers(-5 << 3 | 1, ord('a') << 3 | 2, 0x1F600 << 3 | 2, small_float_oop(2.5), small_float_oop(-0.0),
                          small_float_oop(1e-30), 80, 96, (1 << 63) + 8 * 3)
    data = spur64_segment([(1, 2, roots), (2, 16, b'bytes'), (3, 10, struct.pack('<d', 1e300))])
    proxies = [w.class_proxy(b'Array'), w.class_proxy(b'ByteString'), w.class_proxy(b'BoxedFloat64'), w.symbol(b'out')]
    view = view_of_bytes(w.stream(w.image_segment(data, proxies, class_name=b'NativeImageSegment')))
    assert view.object_text(0, 1000) == (
        "{ -5. $a. (Character value: 128512). 2.5. -0.0. 1.0e-30. 'bytes'. 1.0e300. #out }")
    report = as_json(view)
    assert (report['format'], report['version'], report['wordSize']) == ('Spur', 68021, 8)
    assert [sorted(each.items())[0] for each in report['objects'][0]['fields']] == [
        ('integer', -5), ('character', 97), ('character', 0x1F600), ('float', '2.5'), ('float', '-0.0'),
        ('float', '1.0e-30'), ('object', 2), ('object', 3), ('outPointer', 4)]


def test_classes_without_names():
    data = spur64_segment([(1, 2, spur_pointers(16)), (2, 16, b'bytes')])
    assert view_of_bytes(data).object_text(0, 1000) == '{ class at out-pointer 2 #[98 121 116 101 115] }'
    data = v3_segment([(ARRAY_INDEX, 2, pointers(FIRST + 8)), (20, 1, pointers(small_int(1)))])
    assert view_of_bytes(data).object_text(0, 1000) == '{ a compact class 20 }'


def test_a_class_in_the_segment_has_its_name_from_itself():
    """Spur: an Array of a class, its metaclass and an instance; only the class's name is an out-pointer."""
    outs = [w.class_proxy(b'Array'), w.class_proxy(b'Metaclass'), w.symbol(b'Foo'), w.NIL]
    nil = (1 << 63) + 8 * 3
    # places: the roots at 0, the class at 32, the metaclass at 96, the instance at 152
    cls, meta, instance = 32, 96, 152
    parts = [struct.pack('<II', 68021 | 0x73 << 24, 68021 | 0x73 << 24)]

    def add(class_index, format, *oops):
        parts.append(struct.pack('<Q', class_index | format << 24 | len(oops) << 56) + (spur_pointers(*oops) or b'\0' * 8))
    add(0x200000, 2, cls, meta, instance)
    add(16 + meta // 8, 1, nil, nil, 1 << 3 | 1, nil, nil, nil, (1 << 63) + 8 * 2)
    add(0x200001, 1, nil, nil, 1 << 3 | 1, nil, nil, cls)
    add(16 + cls // 8, 1)
    view = view_of_bytes(w.stream(w.image_segment(b''.join(parts), outs)))
    assert view.object_text(0, 1000) == '{ a Foo class. a Metaclass. a Foo }'


# ---- out-pointers

@pytest.mark.parametrize('data,expected', [
    (w.class_proxy(b'Point'), 'Point (class)'),
    (w.proxy(b'Point', w.symbol(b'class'), b'withClassVersion:', [w.integer(0)]), 'Point class (class)'),
    (w.proxy(b'Display', w.NIL, b'yourself'), 'DiskProxy Smalltalk at: #Display'),
    (w.proxy(b'Display'), 'DiskProxy Smalltalk at: #Display'),
    (w.proxy(b'Character', w.NIL, b'value:', [w.integer(10)]), 'DiskProxy Smalltalk at: #Character, value: { 10 }'),
    (w.proxy(b'A', w.symbol(b'b'), b'c'), 'DiskProxy Smalltalk at: #A, b, c'),
    (w.array([w.integer(1), w.NIL, w.TRUE, w.FALSE, w.string(b"a'b"), w.symbol(b'c')]),
     "{ 1. nil. true. false. 'a''b'. #c }"),
    (w.array([]), '{ }'), (w.instance(b'Point', [w.integer(1), w.integer(-2)]), '1@-2'),
    (w.instance(b'Object\x1b\n', []), 'an Object\\x1B\\x0A'), (w.words(b'abcdefgh', 18), 'a WordArray of 2 words'),
    (b'\x0f\x00\x1f\xff\x7f\xf8\x00', '1@-1 corner: 2047@-2048'), (b'\x07' + w.u32(2) + b'ab', '#[97 98]'),
    (w.array([w.reference(0)]), '{ ' * 6 + '{ ... }' + ' }' * 6), (b'\x16' + w.u32(97), '$a'),
])
def test_out_pointers_as_text(data, expected):
    item = refstream.ObjectStream(buffer_of(text(data)), 0).next()
    assert out_pointers.description(item, 200) == expected


# ---- graphs

def test_a_graph(tmpdir, capfd):
    path = tmpdir.join('graph.dot')
    assert segment.segment(from_native(sample('Points')), False, from_native(str(path))) == 0
    lines = path.read().split('\n')
    assert lines[0] == 'digraph segment {' and lines[-2:] == ['}', '']
    assert '  object1 [label="1 Array\\nroots", peripheries=2];' in lines
    assert '  object5 [label="5 Point\\n(1/2)@ -0.5"];' in lines
    assert '  object1 -> object5 [label="4"];' in lines
    assert '  object5 -> object6 [label="x"];' in lines
    assert '  outPointer2 [label="out-pointer 2\\n-0.5", shape=ellipse, style=dashed];' in lines
    assert '  object5 -> outPointer2 [label="y", style=dashed];' in lines


def test_labels_are_escaped():
    data = v3_segment([(ARRAY_INDEX, 2, pointers(FIRST + 8)), (STRING_INDEX, 8, b'"];\\ \n')])
    graph = dot.segment_graph(view_of_bytes(data))
    assert '  object2 [label="2 ByteString\\n\'\\"];\\\\ \\\\x0A\'"];' in graph.split('\n')


def test_graphs_are_bounded(monkeypatch):
    monkeypatch.setattr(dot, 'MAX_NODES', 3)
    monkeypatch.setattr(dot, 'MAX_EDGES', 4)
    targets = [FIRST, FIRST, FIRST + 64 * 4, FIRST]
    data = v3_segment([(ARRAY_INDEX, 2, pointers(*(targets + [small_int(1)] * 59)))] +
                      [(ARRAY_INDEX, 2, pointers(FIRST, FIRST + 8 + 64 * 4)) for _ in range(5)])
    with pytest.raises(ImageError):
        view_of_bytes(data)
    data = v3_segment([(ARRAY_INDEX, 2, pointers(FIRST, FIRST, FIRST + 12, FIRST)[:8])] +
                      [(ARRAY_INDEX, 2, pointers(FIRST, FIRST + 12)) for _ in range(5)])
    graph = dot.segment_graph(view_of_bytes(data))
    assert graph.count(' -> ') == 4 and 'object4' not in graph
    assert '  more [label="3 more objects\\n2 more pointers", shape=plaintext];' in graph.split('\n')


def test_a_graph_does_not_overwrite_the_segment(tmpdir):
    path = tmpdir.join('a.ims')
    data = w.stream(w.image_segment(v3_segment([(ARRAY_INDEX, 2, b'')])))
    path.write_binary(data)
    for name in (str(path), os.path.join(str(tmpdir), '.', 'a.ims')):
        with pytest.raises(ImageError) as info:
            segment.segment(from_native(str(path)), False, from_native(name))
        assert 'overwrite' in info.value.message
    assert path.read_binary() == data


def test_a_graph_that_cannot_be_written(tmpdir):
    path = tmpdir.join('a.ims')
    path.write_binary(w.stream(w.image_segment(v3_segment([(ARRAY_INDEX, 2, b'')]))))
    with pytest.raises(ImageError) as info:
        segment.segment(from_native(str(path)), False, from_native(str(tmpdir)))
    assert 'cannot be written' in info.value.message


# ---- what is refused

def test_no_file(tmpdir):
    for path in (tmpdir.join('none'), tmpdir):
        with pytest.raises(ImageError) as info:
            segment.segment(from_native(str(path)), False, '')
        assert info.value.message.startswith('the file cannot be read: ')


def test_files_beyond_the_limit(tmpdir, monkeypatch):
    monkeypatch.setattr(segment, 'LARGEST', 100000)
    path = tmpdir.join('large')
    path.write_binary(b'\0' * 100001)
    with pytest.raises(ImageError) as info:
        segment.segment(from_native(str(path)), False, '')
    assert info.value.message == 'more than 100000 bytes'


def short_sample(name):
    """A sample's stream without the rest of memory that its writer stored as the end marker."""
    with gzip.open(sample(name)) as stream:
        data = stream.read()
    start = data.index(b'imported') + len('imported')
    assert data[start:start + 3] == b'\1\1\x13'
    return data[:start + 2] + w.NIL + w.integer(1) + w.NIL


def attempt(data):
    """Whether a damaged file is taken, and all can be said about it."""
    try:
        view = view_of_bytes(data)
        for report in (plain_text('name', 0, view), json_text('name', 0, view), dot.segment_graph(view)):
            assert re.match('[ -~\n]*$', report)
        view.file.free()
        return True
    except ImageError as error:
        assert error.message and re.match('[ -~]*$', error.message)
        return False


@pytest.mark.parametrize('name', sorted(SAMPLES))
def test_damage_to_a_sample(name):
    data = short_sample(name)
    assert attempt(data)
    words = data.index(words_of_sample(name))
    source = random.Random(name)
    taken = 0
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(source.choice([1, 1, 2, 5])):
            place = source.randrange(words if source.random() < 0.7 else 0, len(data))
            damaged[place] = source.choice([damaged[place] ^ (1 << source.randrange(8)), 0, 255, source.randrange(256)])
        taken += attempt(bytes(damaged))
    assert taken < 150


@pytest.mark.parametrize('name', ['Points', '42'])
def test_truncated_samples(name):
    data = short_sample(name)
    for size in range(0, len(data), 3):
        assert not attempt(data[:size]), size


def test_damage_to_a_project():
    with open(shared(PROJECT), 'rb') as stream:
        data = stream.read()
    source = random.Random(17)
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(source.choice([1, 3])):
            damaged[source.randrange(len(data))] = source.randrange(256)
        attempt(bytes(damaged))


def test_damage_to_the_words_of_a_project():
    file = find_segment(buffer_of_file(shared(PROJECT)))
    data = file.buffer.text(0, file.buffer.size)
    data = data.encode('latin-1') if str is not bytes else data
    source = random.Random(19)
    results = []
    for _ in range(120):
        damaged = bytearray(data)
        for _ in range(source.choice([1, 3])):
            place = file.start + source.randrange(4 * file.size)
            damaged[place] = source.choice([damaged[place] ^ (1 << source.randrange(8)), source.randrange(256)])
        results.append(attempt(bytes(damaged)))
    assert True in results and False in results
