"""What the reference's C plugins answer: misc.jsonl.gz, for the plugins named here."""
import pytest

import fakeimage
import vectors
from spyvm.plugins import float_array, matrix2x3, misc_primitive    # noqa: F401: they register their primitives
from spyvm.objects.errors import PrimitiveFailed
from spyvm.primitives import registry

PRIMITIVES = {
    'FloatArrayPlugin': ['primitiveAddFloatArray', 'primitiveAddScalar', 'primitiveAt', 'primitiveAtPut',
                         'primitiveDivFloatArray', 'primitiveDivScalar', 'primitiveDotProduct', 'primitiveEqual',
                         'primitiveHashArray', 'primitiveLength', 'primitiveMulFloatArray', 'primitiveMulScalar',
                         'primitiveNormalize', 'primitiveSubFloatArray', 'primitiveSubScalar', 'primitiveSum'],
    'Matrix2x3Plugin': ['primitiveComposeMatrix', 'primitiveInvertPoint', 'primitiveInvertRectInto', 'primitiveIsIdentity',
                        'primitiveIsPureTranslation', 'primitiveTransformPoint', 'primitiveTransformRectInto'],
    'MiscPrimitivePlugin': ['primitiveCompareString', 'primitiveCompressToByteArray', 'primitiveConvert8BitSigned',
                            'primitiveDecompressFromByteArray', 'primitiveFindFirstInString', 'primitiveFindSubstring',
                            'primitiveIndexOfAsciiInString', 'primitiveStringHash', 'primitiveTranslateStringWithTable'],
}
ALL = [(plugin, name) for plugin in sorted(PRIMITIVES) for name in PRIMITIVES[plugin]]


@pytest.fixture(scope='module')
def cases():
    return vectors.load('misc', PRIMITIVES)


@pytest.mark.parametrize('plugin, name', ALL)
def test_vectors(cases, plugin, name):
    memory = fakeimage.make_memory('spur64')
    count = 0
    for case in cases:
        if case['plugin'] == plugin and case['primitive'] == name:
            count += 1
            try:
                vectors.check(memory, case)
            except AssertionError as error:
                raise AssertionError('%s: %s' % (case['id'], error))
    assert count > 0


@pytest.mark.parametrize('kind', ['v3', 'spur32'])
def test_some_vectors_in_other_images(cases, kind):
    """32-bit images answer the same, except for a Float, which is words there, in place of a word object."""
    memory = fakeimage.make_memory(kind)
    for case in cases[::7]:
        if 'result32bitVM' not in case:
            vectors.check(memory, case)


def test_named_and_numbered_are_the_same():
    for number, name in [(234, 'primitiveDecompressFromByteArray'), (235, 'primitiveCompareString'),
                         (236, 'primitiveConvert8BitSigned'), (237, 'primitiveCompressToByteArray')]:
        module = registry.find_named('MiscPrimitivePlugin', name)
        assert registry.find_numbered(number, False).call2 is module.call2
        assert registry.find_numbered(number, False).call3 is module.call3
    for number, name in [(244, 'primitiveFindFirstInString'), (245, 'primitiveIndexOfAsciiInString')]:
        assert registry.find_numbered(number, False).call3 is registry.find_named('MiscPrimitivePlugin', name).call3


def test_decompression_of_an_incomplete_run_fails_and_changes_nothing():
    memory = fakeimage.make_memory('spur32')
    entry = registry.find_numbered(234, False)
    for bytes in ([5], [5, 7, 6, 1, 2, 3], [224], [255, 0, 0], [7, 1, 2, 3], [255, 255, 255, 255, 255, 1]):
        w_bitmap = fakeimage.words(memory, 'Bitmap', [9] * 10)
        w_bytes = fakeimage.byte_array(memory, bytes)
        with pytest.raises(PrimitiveFailed):
            entry.call3(fakeimage.FakeInterp(memory), w_bitmap, w_bitmap, w_bytes, fakeimage.integer(memory, 1))
        assert vectors.contents(w_bitmap) == [9] * 10
