"""V3 segments in Spur images: what becomes of Floats, Characters, LargeIntegers and objects of compact classes."""
import pytest

import fakeimage
import segmentkit as kit
from heapcheck import check_heap
from samples import reversed_words, sample
from shared import shared
from spyvm.image.reader import read_image_file
from spyvm.objects import formats
from spyvm.objects.model import W_Character, W_Float, W_SmallInteger
from spyvm.objects.raw import W_Bytes, W_Words
from spyvm.rpy.arith import r_uint32

SPUR = kit.KINDS[1:]


@pytest.fixture(params=SPUR)
def interp(request):
    interp = kit.make_interp(request.param)
    fakeimage.new_class(interp.memory, 'Fraction', 'Number', formats.FIXED, 2)
    return interp


def load(interp, name, *outs):
    """The roots of a sample; `outs` are names of classes or objects."""
    memory = interp.memory
    w_outs = fakeimage.array(memory, [fakeimage.class_named(memory, out) if isinstance(out, str) else out for out in outs])
    w_roots, w_loaded = kit.load(interp, sample(name), w_outs)
    check_heap(memory, interp.held + [w_roots, w_loaded])
    assert w_loaded.view is memory.view_Array and w_loaded.fetch(memory, 0) is w_roots
    return kit.elements(memory, w_roots)


def value(memory, w_object):
    if w_object.class_view(memory) is memory.view_Array:
        return [value(memory, w_element) for w_element in kit.elements(memory, w_object)]
    return fakeimage.python_value(memory, w_object)


def test_integers_and_arrays(interp):
    memory = interp.memory
    assert [value(memory, w) for w in load(interp, '42')] == [42]
    assert [value(memory, w) for w in load(interp, 'ArrayOfArrayOf1')] == [[[[1]]]]
    assert [value(memory, w) for w in load(interp, 'MixedArraySmallInteger')] == [0, [4, 3, [2, [1, 5, 6]]]]


def test_a_string(interp):
    w_string, = load(interp, 'HelloWorldStr')
    assert w_string.view is interp.memory.view_String and w_string.text() == 'Hello World'
    assert w_string.meta == 2615        # its hash


def test_reversed_words(interp):
    w_roots, _ = kit.load(interp, reversed_words(sample('HelloWorldStr')), fakeimage.array(interp.memory, []))
    assert w_roots.fetch(interp.memory, 0).text() == 'Hello World'


def test_large_integers(interp):
    w_large, = load(interp, 'LargePositiveInteger')
    assert w_large.view is interp.memory.view_LargePositiveInteger
    assert fakeimage.python_value(interp.memory, w_large) == 123456789123456789123456789


def test_floats(interp):
    memory = interp.memory
    floats = load(interp, 'BasicFloats')
    expected = ['0.0', '0.0', '1.0', '-1.0', 'inf', '-inf', '3.141592653589793', '2.718281828459045', 'nan']
    assert [repr(w_float.value) for w_float in floats] == expected
    immediate = [memory.has_immediate_floats and text[-2:] not in ('nf', 'an') for text in expected]
    assert [w_float.is_immediate(memory) for w_float in floats] == immediate
    assert all(isinstance(w_float, W_Float) for w_float in floats)


def test_characters(interp):
    characters = load(interp, 'Chars', 'Character')
    assert all(isinstance(w_character, W_Character) for w_character in characters)
    assert ''.join(chr(w.value) for w in characters) == 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'


@pytest.mark.parametrize('name,of', [('True', 'True'), ('False', 'False'), ('Nil', 'UndefinedObject')])
def test_constants(interp, name, of):
    memory = interp.memory
    expected = {'True': memory.w_true, 'False': memory.w_false, 'Nil': memory.w_nil}[name]
    assert load(interp, name, of) == [expected]


def test_points(interp):
    memory = interp.memory
    points = load(interp, 'Points', W_Float(0.0), W_Float(-0.5), 'Fraction')
    assert all(w_point.view is memory.view_Point for w_point in points)
    values = [[getattr(w, 'value', w) for w in w_point.slots] for w_point in points]
    assert values[:3] == [[0, 0], [0.0, 0], [-1, 2]]
    w_fraction, half = values[3]
    assert half == -0.5 and [w.value for w in w_fraction.slots] == [1, 2]


def test_words(interp):
    w_words, = load(interp, 'IntegerArray', 'WordArray')
    assert isinstance(w_words, W_Words) and [int(word) for word in w_words.words] == [1, 2]
    w_color, = load(interp, 'ColorBlue', 'Message')
    assert w_color.slots[2].view is interp.memory.view_Bitmap


def test_a_symbol(interp):
    w_symbol, = load(interp, 'SymbolETLDummy', 'Symbol')
    assert isinstance(w_symbol, W_Bytes) and w_symbol.text() == 'ETLDummy' and w_symbol.view.name() == 'Symbol'


def test_a_morph(interp):
    memory = interp.memory
    f = fakeimage
    f.new_class(memory, 'FlexMorph', 'Object', formats.FIXED, 14)
    f.new_class(memory, 'TransformMorph', 'Object', formats.FIXED, 5)
    names = ['FlexMorph', 'Object', 'Object', 'Object', 'Object', 'Object', 'Object', 'TransformMorph', 'ByteArray']
    roots = load(interp, 'FlexMorph', *names)
    assert len(roots) == 1 and roots[0].slots[0].view.name() == 'Rectangle'


def v3_segment(*words):
    return [r_uint32(word) for word in (6504 | 0x73 << 24, 3 << 12 | 2 << 8 | 8 | 3) + words]


@pytest.mark.parametrize('number', [5, 2 ** 30, 2 ** 30 - 1, 2 ** 60 - 1, 2 ** 60, 2 ** 63, 2 ** 64])
@pytest.mark.parametrize('negative', [False, True])
def test_large_integers_become_small_where_they_can(interp, number, negative):
    memory = interp.memory
    words = []
    rest = number
    while rest:
        words.append(rest & 0xFFFFFFFF)
        rest >>= 32
    index = 4 if negative else 5
    w_roots, _ = kit.load(interp, v3_segment(16, index << 12 | 8 << 8 | 4 * len(words) + 4 | 3, *words),
                          fakeimage.array(memory, []))
    w_integer = w_roots.fetch(memory, 0)
    number = -number if negative else number
    assert fakeimage.python_value(memory, w_integer) == number
    assert isinstance(w_integer, W_SmallInteger) == (memory.min_int <= number <= memory.max_int)


@pytest.mark.parametrize('index,name,slots', [(8, 'Association', 2), (10, 'Rectangle', 2), (9, 'Point', 2),
                                              (7, 'MethodDictionary', 2)])
def test_compact_classes(interp, index, name, slots):
    kind = 3 if name == 'MethodDictionary' else 1
    words = v3_segment(16, index << 12 | kind << 8 | 4 * slots + 4 | 3, *[2 * i + 1 for i in range(slots)])
    w_roots, _ = kit.load(interp, words, fakeimage.array(interp.memory, []))
    w_object = w_roots.fetch(interp.memory, 0)
    assert w_object.view.name() == name and [w.value for w in w_object.slots] == list(range(slots))


REFUSED = {
    'a method': [1 << 12 | 12 << 8 | 12 | 3, 1, 0x7C7C7C7C],
    'a method context': [14 << 12 | 3 << 8 | 28 | 3] + [3] * 6,
    'a block context': [13 << 12 | 3 << 8 | 28 | 3] + [3] * 6,
    'a block': [12 << 12 | 3 << 8 | 16 | 3] + [3] * 3,
    'of an unknown compact class': [30 << 12 | 1 << 8 | 4 | 3],
    'a class': [0x80000004 | 1, 1 << 8 | 32 | 1] + [3] * 7,
    'of a class of the segment': [20 | 1, 1 << 8 | 16 | 1, 1, 1, 1],
}


@pytest.mark.parametrize('what', sorted(REFUSED))
def test_refused(interp, what):
    memory = interp.memory
    words = v3_segment(*[1] + REFUSED[what])
    w_meta = fakeimage.class_named(memory, 'Form').view.w_self
    assert kit.failure(kit.load, interp, words, fakeimage.array(memory, [w_meta])) in (6, 7)
    check_heap(memory, interp.held)


@pytest.mark.parametrize('words', [[-1 & 0xFFFFFFFF], [2 * 0x40000000 - 1 + 1], []])
def test_characters_that_are_none(interp, words):
    memory = interp.memory
    segment = v3_segment(20, 0x80000004 | 1, 1 << 8 | 4 * len(words) + 4 | 1, *words)
    assert kit.failure(kit.load, interp, segment, fakeimage.array(memory, [fakeimage.class_named(memory, 'Character')])) == 6


@pytest.mark.parametrize('image', ['headless-spur32', 'headless-spur64'])
def test_in_images_that_others_made(image):
    memory = read_image_file(shared('images/%s.image' % image))
    interp = kit.Interp(memory)
    for name, expected in (('42', [42]), ('HelloWorldStr', ['Hello World']), ('LargePositiveInteger',
                                                                            [123456789123456789123456789])):
        w_words = W_Words(memory.view_Bitmap, sample(name))
        interp.held = [w_words]
        w_roots = kit.segments.load_image_segment(interp, memory.w_nil, w_words, fakeimage.array(memory, []))
        assert [fakeimage.python_value(memory, w) for w in kit.elements(memory, w_roots)] == expected
        check_heap(memory, interp.held + [w_roots])
