"""MiscPrimitivePlugin, FloatArrayPlugin and Matrix2x3Plugin by hand; test_vectors_misc.py has what the reference answers."""
import random

import pytest

import fakeimage
import vectors
from spyvm.objects.errors import PrimitiveFailed
from spyvm.objects.model import IMMUTABLE, W_Float
from spyvm.objects.raw import W_Shorts
from spyvm.plugins import float_array, matrix2x3, misc_primitive
from spyvm.primitives import registry
from spyvm.rpy.floats import bits_to_single, single_to_bits


class Image(object):
    def __init__(self, kind):
        self.memory = fakeimage.make_memory(kind)
        self.interp = fakeimage.FakeInterp(self.memory)

    def object(self, value):
        if isinstance(value, str):
            return fakeimage.string(self.memory, value)
        if isinstance(value, list):
            return fakeimage.byte_array(self.memory, value)
        if isinstance(value, float):
            return W_Float(value)
        if hasattr(value, 'class_view'):
            return value
        return fakeimage.integer(self.memory, value)

    def call(self, module, name, *values):
        w_objects = [self.object(value) for value in values]
        return vectors.call(self.interp, registry.find_named(module, name), w_objects[0], w_objects[1:])

    def misc(self, name, *values):
        w_nil = self.memory.w_nil
        return fakeimage.python_value(self.memory, self.call('MiscPrimitivePlugin', name, w_nil, *values))

    def fails(self, module, name, *values):
        try:
            self.call(module, name, *values)
        except PrimitiveFailed:
            return True
        return False

    def floats(self, *values):
        return fakeimage.words(self.memory, 'FloatArray', [single_to_bits(value) for value in values])

    def bitmap(self, *values):
        return fakeimage.words(self.memory, 'Bitmap', values)


@pytest.fixture(params=fakeimage.KINDS)
def image(request):
    return Image(request.param)


SAME = list(range(256))
FOLDED = [ord(chr(i).lower()) if i < 128 else i for i in range(256)]


def test_strings(image):
    assert image.misc('primitiveCompareString', 'abc', 'abd', SAME) == 1
    assert image.misc('primitiveCompareString', 'ABC', 'abc', SAME) == 1
    assert image.misc('primitiveCompareString', 'ABC', 'abc', FOLDED) == 2
    assert image.misc('primitiveCompareString', 'abcd', 'abc', SAME) == 3
    assert image.misc('primitiveFindSubstring', 'CD', 'abcdcd', 1, FOLDED) == 3
    assert image.misc('primitiveFindSubstring', 'CD', 'abcdcd', 4, FOLDED) == 5
    assert image.misc('primitiveFindSubstring', 'CD', 'abcdc', 4, FOLDED) == 0
    assert image.misc('primitiveFindSubstring', '', 'abc', 1, FOLDED) == 0
    assert image.misc('primitiveFindSubstring', 'abc', 'ab', 1, FOLDED) == 0
    assert image.misc('primitiveIndexOfAsciiInString', 99, 'abcabc', 4) == 6
    assert image.misc('primitiveIndexOfAsciiInString', 99, 'abcabc', 7) == 0
    assert image.misc('primitiveIndexOfAsciiInString', 300, 'abcabc', 1) == 0
    inclusion = [0] * 256
    inclusion[ord('c')] = 1
    assert image.misc('primitiveFindFirstInString', 'abcabc', inclusion, 1) == 3
    assert image.misc('primitiveFindFirstInString', 'abcabc', inclusion, 4) == 6
    assert image.misc('primitiveFindFirstInString', 'ab', inclusion, 1) == 0
    assert image.misc('primitiveFindFirstInString', 'abc', [1, 1], 1) == 0
    assert image.misc('primitiveStringHash', 'a', 0) == 161458925
    w_string = fakeimage.string(image.memory, 'ABCDEF')
    w_true = image.memory.w_true
    w_result = image.call('MiscPrimitivePlugin', 'primitiveTranslateStringWithTable', w_true, w_string, 2, 4, FOLDED)
    assert w_result is w_true and w_string.text() == 'AbcdEF'


@pytest.mark.parametrize('name, good', [
    ('primitiveCompareString', ['a', 'b', SAME]), ('primitiveFindSubstring', ['a', 'b', 1, SAME]),
    ('primitiveIndexOfAsciiInString', [1, 'a', 1]), ('primitiveFindFirstInString', ['a', SAME, 1]),
    ('primitiveStringHash', ['a', 1]), ('primitiveTranslateStringWithTable', ['a', 1, 1, SAME]),
    ('primitiveConvert8BitSigned', ['ab', None]), ('primitiveCompressToByteArray', [None, [0] * 100]),
    ('primitiveDecompressFromByteArray', [None, [], 1])])
def test_any_wrong_argument_fails(image, name, good):
    good = [image.bitmap(1, 2, 3) if value is None else value for value in good]
    image.call('MiscPrimitivePlugin', name, image.memory.w_nil, *good)
    for i in range(len(good)):
        for bad in (image.memory.w_nil, 1.5, -1, 0, 1 << 70, image.memory.max_int, 'x', image.bitmap()):
            values = list(good)
            values[i] = bad
            try:
                image.call('MiscPrimitivePlugin', name, image.memory.w_nil, *values)
            except PrimitiveFailed:
                pass
        for bad in (image.memory.w_nil, 1.5):
            values = list(good)
            values[i] = bad
            assert image.fails('MiscPrimitivePlugin', name, image.memory.w_nil, *values)
    assert image.fails('MiscPrimitivePlugin', name, image.memory.w_nil, *good[1:])
    assert image.fails('MiscPrimitivePlugin', name, image.memory.w_nil, *(good + [1, 2]))


def test_compare_with():
    image = Image('spur64')
    for args, value in [(['abc', 'abd'], -1), (['abc', 'abc'], 0), (['b', 'aaa'], 1), (['aaaa', 'a'], 3),
                        (['ABC', 'abc', FOLDED], 0), (['ABC', 'abd', FOLDED], -1)]:
        w_objects = [image.object(arg) for arg in args]
        assert vectors.call(image.interp, registry.find_numbered(158, True), w_objects[0], w_objects[1:]).value == value


def test_compression_is_undone_by_decompression(image):
    rng = random.Random(1)
    for size in [0, 1, 2, 3, 10, 60, 223, 224, 2000, 7935, 7936, 9000]:
        words = []
        while len(words) < size:
            word = rng.choice([0, 0xFFFFFFFF, 0x01010101, 0x01020304, rng.getrandbits(32)])
            words.extend([word] * min(rng.choice([1, 1, 2, 3, 100, 3000]), size - len(words)))
        w_bitmap = image.bitmap(*words)
        w_bytes = fakeimage.byte_array(image.memory, [0] * misc_primitive.compressed_limit(size))
        length = image.misc('primitiveCompressToByteArray', w_bitmap, w_bytes)
        compressed = vectors.contents(w_bytes)[:length]
        start = 1 + (1 if size <= 223 else 2 if size <= 7935 else 5)
        w_result = image.bitmap(*([7] * size))
        image.misc('primitiveDecompressFromByteArray', w_result, compressed, start)
        assert vectors.contents(w_result) == words
        if size:
            assert image.fails('MiscPrimitivePlugin', 'primitiveDecompressFromByteArray', image.memory.w_nil,
                               image.bitmap(*words[1:]), compressed, start)
            assert image.fails('MiscPrimitivePlugin', 'primitiveCompressToByteArray', image.memory.w_nil,
                               w_bitmap, vectors.contents(w_bytes)[1:])


def test_samples(image):
    w_shorts = W_Shorts(fakeimage.view_named(image.memory, 'Bitmap'), [7, 7, 7])
    image.call('MiscPrimitivePlugin', 'primitiveConvert8BitSigned', image.memory.w_nil, [1, 255], w_shorts)
    assert w_shorts.shorts == [0x100, 0xFF00, 7]
    w_words = image.bitmap(0x11112222, 0x33334444)
    image.call('MiscPrimitivePlugin', 'primitiveConvert8BitSigned', image.memory.w_nil, [1, 255, 2], w_words)
    assert vectors.contents(w_words) == [0xFF000100, 0x33330200]


def test_immutable_objects_are_not_changed(image):
    for module, name, w_target, others in [
            ('MiscPrimitivePlugin', 'primitiveConvert8BitSigned', image.bitmap(1, 2), lambda w: ['abc', w]),
            ('MiscPrimitivePlugin', 'primitiveDecompressFromByteArray', image.bitmap(1, 2), lambda w: [w, [5, 1], 1]),
            ('MiscPrimitivePlugin', 'primitiveCompressToByteArray', image.object([0] * 100), lambda w: [image.bitmap(1), w]),
            ('MiscPrimitivePlugin', 'primitiveTranslateStringWithTable', image.object('ABC'), lambda w: [w, 1, 3, FOLDED])]:
        w_target.set_meta(IMMUTABLE)
        before = vectors.contents(w_target)
        assert image.fails(module, name, image.memory.w_nil, *others(w_target))
        assert vectors.contents(w_target) == before
    w_floats = image.floats(1.0, 2.0)
    w_floats.set_meta(IMMUTABLE)
    before = vectors.contents(w_floats)
    for name in ['Add', 'Sub', 'Mul', 'Div']:
        assert image.fails(float_array.MODULE, 'primitive%sScalar' % name, w_floats, 2.0)
        assert image.fails(float_array.MODULE, 'primitive%sFloatArray' % name, w_floats, image.floats(1.0, 2.0))
    assert image.fails(float_array.MODULE, 'primitiveAtPut', w_floats, 1, 2.0)
    assert image.fails(float_array.MODULE, 'primitiveNormalize', w_floats)
    assert vectors.contents(w_floats) == before


def test_float_arrays(image):
    def values(w_floats):
        return [bits_to_single(word) for word in vectors.contents(w_floats)]
    module = float_array.MODULE
    w_floats = image.floats(1.0, 2.0, -4.5)
    assert image.call(module, 'primitiveAddScalar', w_floats, 0.5) is w_floats and values(w_floats) == [1.5, 2.5, -4.0]
    assert image.call(module, 'primitiveDivFloatArray', w_floats, w_floats) is w_floats and values(w_floats) == [1.0] * 3
    assert image.call(module, 'primitiveSum', w_floats).value == 3.0
    assert image.call(module, 'primitiveDotProduct', w_floats, w_floats).value == 3.0
    assert image.call(module, 'primitiveAtPut', w_floats, 2, 7).value == 7 and values(w_floats) == [1.0, 7.0, 1.0]
    assert image.call('', 'primitiveFloatArrayAt', w_floats, 2).value == 7.0
    for index in (0, 4, -1, 1.0, 1 << 70):
        assert image.fails(module, 'primitiveAt', w_floats, index)
        assert image.fails(module, 'primitiveAtPut', w_floats, index, 1.0)
    assert image.call('', 'primitiveFloatArrayEqual', image.floats(0.0), image.floats(-0.0)) is image.memory.w_true
    nan = image.bitmap(0x7FC00000)
    assert image.call(module, 'primitiveEqual', nan, nan) is image.memory.w_false
    assert image.fails(module, 'primitiveDivFloatArray', w_floats, image.floats(1.0, 0.0, 1.0))
    assert image.fails(module, 'primitiveAddFloatArray', w_floats, image.floats(1.0))
    assert image.fails(module, 'primitiveAddScalar', w_floats, 1)
    assert values(w_floats) == [1.0, 7.0, 1.0]


def test_matrices(image):
    module = matrix2x3.MODULE
    memory = image.memory
    w_matrix = image.floats(2.0, 0.0, 10.0, 0.0, 3.0, -5.0)
    w_point = image.call(module, 'primitiveTransformPoint', w_matrix, memory.point_object(3, 4))
    assert [w.value for w in w_point.slots] == [16, 7]
    w_point = image.call('', 'm23PrimitiveInvertPoint', w_matrix, w_point)
    assert [w.value for w in w_point.slots] == [3, 4]
    singular = image.floats(1.0, 1.0, 0.0, 1.0, 1.0, 0.0)
    assert image.fails(module, 'primitiveInvertPoint', singular, w_point)
    huge = image.floats(1e30, 0.0, 0.0, 0.0, 1.0, 0.0)
    assert image.fails(module, 'primitiveTransformPoint', huge, w_point)
    assert image.fails(module, 'primitiveTransformPoint', image.floats(1.0), w_point)
    for w_bad in (memory.w_nil, image.object(3), image.object('ab'), fakeimage.array(memory, [image.object(1)])):
        assert image.fails(module, 'primitiveTransformPoint', w_matrix, w_bad)
        assert image.fails(module, 'primitiveTransformRectInto', w_matrix, w_bad, w_bad)
        assert image.fails(module, 'primitiveComposeMatrix', w_matrix, w_matrix, w_bad)
        assert image.fails(module, 'primitiveIsIdentity', w_bad)
    assert image.call(module, 'primitiveIsIdentity', image.floats(1.0, 0.0, 0.0, 0.0, 1.0, 0.0)) is memory.w_true
    assert image.call(module, 'primitiveIsPureTranslation', w_matrix) is memory.w_false
