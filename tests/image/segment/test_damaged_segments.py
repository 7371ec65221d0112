"""Segments with thousands of changes, made by a generator with a seed: loading them fails or makes a heap that is in
order."""
import pytest

import fakeimage
import segmentkit as kit
from heapcheck import check_heap
from samples import sample
from spyvm.image.errors import ImageError
from spyvm.image.segment.records import read_records
from spyvm.objects import formats
from spyvm.objects.model import W_SmallInteger
from spyvm.rpy import REAL
from spyvm.rpy.arith import r_uint32

ROUNDS = 150 if REAL else 800


def small_graph(memory):
    """A little of all that the readers look at."""
    f = fakeimage
    w_class = f.new_class(memory, 'Sample', 'Object', formats.INDEXABLE_FIXED, 1).w_self
    w_rich = kit.rich_graph(memory)
    wanted = [w_item for w_item in kit.elements(memory, w_rich)
              if type(w_item).__name__ in ('W_CompiledMethod', 'W_Context', 'W_BlockClosure', 'W_Weak', 'W_Float')]
    return f.array(memory, wanted + [w_class, memory.instantiate(memory.view_of_class(w_class), 2), f.string(memory, 'abc'),
                                     f.words(memory, 'Bitmap', [1, 2, 3]),
                                     f.array(memory, [W_SmallInteger(4), memory.w_nil]), f.array(memory, [memory.w_true])])


def try_to_load(interp, values, w_outs, expected_outs, live):
    memory = interp.memory
    views = memory.known_views.all()
    try:
        w_roots, w_loaded = kit.load(interp, values, w_outs)
    except kit.PrimitiveFailed as e:
        assert 1 <= e.code <= 17
        assert set(memory.known_views.all()) <= set(views)
        return 0
    finally:
        assert kit.elements(memory, w_outs) == expected_outs
    assert check_heap(memory, interp.held + [w_roots, w_loaded]) >= live
    return 1


@pytest.mark.parametrize('seed', [1, 2])
@pytest.mark.parametrize('kind', kit.KINDS)
def test_changed_at_random(kind, seed):
    interp = kit.make_interp(kind)
    memory = interp.memory
    w_words, w_outs = kit.store(interp, fakeimage.array(memory, [small_graph(memory)]), 3000, 100)
    values = [int(word) for word in w_words.words]
    outs = kit.elements(memory, w_outs)
    interp.held += outs
    live = check_heap(memory, interp.held)
    rng = kit.Random(seed)
    loaded = sum(try_to_load(interp, kit.mutated(rng, values), w_outs, outs, live) for _ in range(ROUNDS))
    assert 0 < loaded < ROUNDS / 2
    assert check_heap(memory, interp.held) == live


@pytest.mark.parametrize('kind', kit.KINDS[1:])
def test_v3_segments_changed_at_random_in_spur_images(kind):
    interp = kit.make_interp(kind)
    memory = interp.memory
    rng = kit.Random(7)
    live = check_heap(memory, interp.held)
    for name in ('Points', 'FlexMorph', 'LargePositiveInteger', 'BasicFloats', 'Chars'):
        values = [int(word) for word in sample(name)]
        outs = [fakeimage.class_named(memory, rng.choice(['Character', 'Point', 'Form', 'Rectangle', 'Association']))
                for _ in range(read_records(sample(name), -1).out_count)]
        for _ in range(ROUNDS // 5):
            try_to_load(interp, kit.mutated(rng, values), fakeimage.array(memory, outs), outs, live)
    assert check_heap(memory, interp.held) == live


@pytest.mark.parametrize('kind', kit.KINDS)
def test_every_beginning_of_a_segment(kind):
    interp = kit.make_interp(kind)
    memory = interp.memory
    w_words, w_outs = kit.store(interp, fakeimage.array(memory, [small_graph(memory)]), 3000, 100)
    values = [int(word) for word in w_words.words]
    outs = kit.elements(memory, w_outs)
    for size in range(len(values)):
        try_to_load(interp, values[:size], w_outs, outs, 0)


@pytest.mark.parametrize('kind', kit.KINDS)
def test_the_parsers_alone(kind):
    """What the primitive refuses, or not, has nothing to do with exceptions that nobody expects."""
    interp = kit.make_interp(kind)
    memory = interp.memory
    w_words, w_outs = kit.store(interp, fakeimage.array(memory, [small_graph(memory)]), 3000, 100)
    rng = kit.Random(3)
    refused = 0
    for _ in range(ROUNDS):
        try:
            read_records([r_uint32(value) for value in kit.mutated(rng, w_words.words)], w_outs.size())
        except ImageError as e:
            refused += 1
            assert '\n' not in e.message
    assert refused > ROUNDS / 2


def test_many_headers_of_one_word():
    """The most objects that words can hold: one each."""
    interp = kit.make_interp('v3')
    count = 20000
    values = [6502 | 0x73 << 24, 3 << 12 | 2 << 8 | 8 | 3, 3] + [3 << 12 | 2 << 8 | 4 | 3] * count
    w_roots, w_words = kit.load(interp, values, fakeimage.array(interp.memory, []))
    assert w_roots.size() == 1
    values[-1] = 0
    assert kit.failure(kit.load, interp, values, fakeimage.array(interp.memory, [])) == 6
