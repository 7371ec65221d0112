"""What is stored, how it is encoded, and what is too small."""
import pytest

import fakeimage
import segmentkit as kit
from heapcheck import check_heap
from samples import sample
from spyvm.image.segment.records import read_records
from spyvm.image.segment.references import INNER, reference, tag_of, value_of
from spyvm.objects import formats
from spyvm.objects.errors import ContextNotLinked
from spyvm.objects.model import IMMUTABLE, PINNED, W_Float, W_SmallInteger
from spyvm.objects.pointers import new_array
from spyvm.primitives import segments

SPUR = ['spur32', 'spur64']


@pytest.fixture(params=kit.KINDS)
def interp(request):
    return kit.make_interp(request.param)


def array(interp, *items):
    return fakeimage.array(interp.memory, items)


def read(w_words, w_outs):
    return read_records(w_words.words, w_outs.size())


# ---- which objects

def test_only_what_the_roots_alone_reach(interp):
    memory = interp.memory
    w_shared = fakeimage.string(memory, 'shared')
    w_own = fakeimage.string(memory, 'own')
    interp.held.append(array(interp, w_shared))
    w_words, w_outs = kit.store(interp, array(interp, array(interp, w_own, w_shared)))
    records = read(w_words, w_outs)
    assert records.contents.count('own') == 1 and 'shared' not in records.contents
    assert w_shared in kit.elements(memory, w_outs) and w_own not in kit.elements(memory, w_outs)


def test_roots_are_inner_even_where_others_reach_them(interp):
    w_root = fakeimage.string(interp.memory, 'root')
    interp.held.append(array(interp, w_root))
    w_words, w_outs = kit.store(interp, array(interp, w_root, W_SmallInteger(1), interp.memory.w_nil))
    records = read(w_words, w_outs)
    assert 'root' in records.contents
    assert [tag_of(records.pointer(0, i)) for i in range(3)] == [INNER, 0, INNER]
    assert interp.memory.w_nil not in kit.elements(interp.memory, w_outs)


def test_what_is_reached_only_through_a_root_is_inner(interp):
    w_inner = fakeimage.string(interp.memory, 'inner')
    w_root = array(interp, w_inner)
    w_other = array(interp, w_root)
    interp.held.append(w_other)
    w_words, w_outs = kit.store(interp, array(interp, w_root))
    assert 'inner' in read(w_words, w_outs).contents


def test_the_arguments_are_outside(interp):
    memory = interp.memory
    w_words, w_outs = kit.new_words(memory, 1000), new_array(memory.view_Array, 100)
    w_receiver = array(interp, fakeimage.string(memory, 'known to the receiver'))
    w_roots = array(interp, array(interp, w_words, w_outs, w_receiver.fetch(memory, 0)))
    assert segments.store_image_segment(interp, w_receiver, w_roots, w_words, w_outs) is w_receiver
    outs = kit.elements(memory, w_outs)
    assert w_words in outs and w_outs in outs and w_receiver.fetch(memory, 0) in outs


def test_what_only_weak_pointers_outside_hold_is_inner(interp):
    memory = interp.memory
    w_weak = fakeimage.instance(memory, 'WeakArray', 1)
    w_string = fakeimage.string(memory, 'weakly')
    w_weak.store(memory, 0, w_string)
    interp.held.append(w_weak)
    assert 'weakly' in read(*kit.store(interp, array(interp, array(interp, w_string)))).contents


def test_a_class_brings_its_metaclass(interp):
    memory = interp.memory
    w_class = fakeimage.new_class(memory, 'Sample', 'Object', formats.FIXED, 1).w_self
    w_instance = fakeimage.instance(memory, 'Sample')
    w_words, w_outs = kit.store(interp, array(interp, w_class, w_instance))
    records = read(w_words, w_outs)
    number = value_of(records.pointer(0, 0))
    assert records.classes[value_of(records.pointer(0, 1))] == reference(INNER, number)
    assert tag_of(records.classes[number]) == INNER
    assert w_class.view.w_self not in kit.elements(memory, w_outs)


def test_every_out_pointer_is_there_once(interp):
    memory = interp.memory
    w_words, w_outs = kit.store(interp, array(interp, kit.rich_graph(memory)))
    outs = kit.elements(memory, w_outs)
    assert len(set(id(w_out) for w_out in outs)) == len(outs)
    assert read_records(w_words.words, -1).out_count == len(outs)


# ---- the encoding

HASH_FIELD = 0xFFF << 17


@pytest.mark.parametrize('name', ['42', 'ArrayOfArrayOf1', 'HelloWorldStr', 'LargePositiveInteger', 'MixedArraySmallInteger',
                                  'True', 'Nil', 'Chars'])
def test_v3_samples_are_stored_as_the_standard_vm_stored_them(name):
    interp = kit.make_interp('v3')
    memory = interp.memory
    w_expected = array(interp, *{
        '42': lambda: [W_SmallInteger(42)],
        'ArrayOfArrayOf1': lambda: [array(interp, array(interp, array(interp, W_SmallInteger(1))))],
        'HelloWorldStr': lambda: [fakeimage.string(memory, 'Hello World')],
        'LargePositiveInteger': lambda: [fakeimage.large(memory, 123456789123456789123456789)],
        'MixedArraySmallInteger': lambda: [W_SmallInteger(0), array(
            interp, W_SmallInteger(4), W_SmallInteger(3), array(interp, W_SmallInteger(2), array(
                interp, W_SmallInteger(1), W_SmallInteger(5), W_SmallInteger(6))))],
        'True': lambda: [memory.w_true],
        'Nil': lambda: [memory.w_nil],
        'Chars': lambda: [memory.character_object(ord(c))
                          for c in 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    }[name]())
    w_words, w_outs = kit.store(interp, w_expected)
    records = read(w_words, w_outs)
    theirs = [int(word) for word in sample(name)]
    ours = [int(word) for word in w_words.words]
    for place in records.places:
        theirs[place // 4] &= ~HASH_FIELD
        ours[place // 4] &= ~HASH_FIELD
    assert ours == theirs


def test_spur_words_by_hand():
    interp = kit.make_interp('spur64')
    memory = interp.memory
    w_string = fakeimage.string(memory, 'abcdef')
    w_string.meta |= IMMUTABLE | 5
    w_items = array(interp, w_string, W_SmallInteger(16), memory.w_true, W_Float(1.0))
    w_words, w_outs = kit.store(interp, array(interp, w_items))
    version = 68021 | 0x73 << 24
    assert [int(word) for word in w_words.words] == [
        version, version,
        0x200000 | 2 << 24, 1 << 24, 16, 0,
        0x200000 | 2 << 24, 4 << 24, 56, 0, 16 << 3 | 1, 0, 8, 0x80000000, 4, 0x7F000000,
        0x200002 | 18 << 24 | 1 << 23, 1 << 24 | 5, 0x64636261, 0x6665]
    assert kit.elements(memory, w_outs) == [fakeimage.class_named(memory, name) if name else memory.w_true
                                            for name in ('Array', None, 'String')]


def test_spur_classes_come_first_and_have_no_hash():
    for kind in SPUR:
        interp = kit.make_interp(kind)
        memory = interp.memory
        views = [fakeimage.new_class(memory, 'Sample%d' % i, 'Object', formats.FIXED, 0) for i in range(3)]
        items = []
        for view in views:
            memory.identity_hash(view.w_self)
            items += [fakeimage.string(memory, 'x'), memory.instantiate(view, 0), view.w_self]
        w_words, w_outs = kit.store(interp, array(interp, *items))
        remembered = 1 << 29
        flags = [int(w_words.words[place >> 2]) & remembered for place in read(w_words, w_outs).places]
        assert flags == [0] + [remembered] * 6 + [0] * (len(flags) - 7)
        records = read(w_words, w_outs)
        assert records.hashes[1:7] == [0] * 6


def test_large_objects_have_longer_headers(interp):
    memory = interp.memory
    w_words, w_outs = kit.store(interp, array(interp, array(interp, *[W_SmallInteger(i) for i in range(300)]),
                                              fakeimage.string(memory, 'y' * 5000)))
    records = read(w_words, w_outs)
    assert sorted(records.sizes)[-1] == 5000 and records.count == 3


def test_what_is_stored_is_cut_to_size(interp):
    w_words, w_outs = kit.store(interp, array(interp, array(interp, interp.memory.w_true)))
    records = read_records(w_words.words, -1)
    assert records.out_count == w_outs.size()
    assert records.size == 4 * len(w_words.words)
    end = records.places[-1] + records.sizes[-1] + (8 if interp.memory.is_spur else 4)
    assert end <= records.size < end + 8


# ---- failures

def snapshot(interp, w_roots, w_words, w_outs):
    memory = interp.memory
    check_heap(memory, [w_roots, w_words, w_outs])
    return (kit.picture(memory, w_roots, interp.held), [int(word) for word in w_words.words],
            [id(w_out) for w_out in kit.elements(memory, w_outs)])


def tries(interp, w_roots, words, outs):
    """The code of the failure, or None; nothing may have changed if there is one."""
    memory = interp.memory
    w_words, w_outs = kit.new_words(memory, words), fakeimage.array(memory, [memory.w_true] * outs)
    before = snapshot(interp, w_roots, w_words, w_outs)
    code = kit.failure(segments.store_image_segment, interp, memory.w_nil, w_roots, w_words, w_outs)
    if code is not None:
        assert snapshot(interp, w_roots, w_words, w_outs) == before
    else:
        check_heap(memory, [w_roots, w_words, w_outs])
    return code


def test_v3_room():
    """Of a word array of n words, with its header s = 4n + 4 bytes, s/8 are for a table with one entry for each object in
    its lower half; the other bytes are for the objects and the version word.  Of the out pointers half are."""
    interp = kit.make_interp('v3')
    w_roots = array(interp, *[fakeimage.string(interp.memory, 'abcd') for i in range(30)])
    needed = 1 + 31 + 30 * 2
    least = [n for n in range(480, 520) if tries(interp, w_roots, n, 63) is None][0]
    size = 4 * least + 4
    assert needed * 4 < size - 8 - size // 32 * 4 + 4 and 31 <= size // 64
    size -= 4
    assert not (needed * 4 < size - 8 - size // 32 * 4 + 4 and 31 <= size // 64)
    assert tries(interp, w_roots, 62, 63) == 1 and tries(interp, w_roots, 5000, 62) == 1
    assert tries(interp, w_roots, 5000, 63) is None


def test_v3_out_pointers():
    interp = kit.make_interp('v3')
    memory = interp.memory
    symbols = [fakeimage.symbol(memory, 's%d' % i) for i in range(35)]
    interp.held.extend(symbols)
    w_roots = array(interp, *symbols[:1] + [array(interp, *symbols)])
    assert [n for n in range(63, 100) if tries(interp, w_roots, 5000, n) is None][0] == 2 * (34 + 1)


def test_spur_room():
    for kind in SPUR:
        interp = kit.make_interp(kind)
        w_roots = array(interp, *[fakeimage.string(interp.memory, 'abcdefgh') for i in range(10)])
        w_words, w_outs = kit.store(interp, w_roots)
        used = len(w_words.words)
        codes = [tries(interp, w_roots, n, 10) for n in range(0, used + 8)]
        assert codes == [17] * (used + 3) + [None] * 5
        assert [tries(interp, w_roots, used + 4, n) for n in range(4)] == [4, 4, None, None][:4]


def test_arguments(interp):
    memory = interp.memory
    w_roots, w_words = array(interp, W_SmallInteger(1)), kit.new_words(memory, 100)
    w_outs = array(interp, *[memory.w_nil] * 70)
    bad = [memory.w_nil, W_SmallInteger(3), fakeimage.string(memory, 'x' * 400), fakeimage.instance(memory, 'Point'),
           fakeimage.boxed_float(memory, 1.0)]
    for w_bad in bad + [w_words]:
        assert kit.failure(segments.store_image_segment, interp, memory.w_nil, w_bad, w_words, w_outs) == 1
        assert kit.failure(segments.store_image_segment, interp, memory.w_nil, w_roots, w_words, w_bad) == 1
    for w_bad in bad + [w_outs]:
        assert kit.failure(segments.store_image_segment, interp, memory.w_nil, w_roots, w_bad, w_outs) == 1
    assert kit.failure(segments.store_image_segment, interp, memory.w_nil, w_roots, w_words, w_roots) == 1
    check_heap(memory, [w_roots, w_words, w_outs])


def test_spur_arguments_that_may_not_change():
    for kind in SPUR:
        interp = kit.make_interp(kind)
        memory = interp.memory
        for flag, code in ((IMMUTABLE, 8), (PINNED, 16)):
            w_roots, w_words = array(interp, W_SmallInteger(1)), kit.new_words(memory, 100)
            w_outs = array(interp, memory.w_nil)
            w_words.meta |= flag
            assert kit.failure(segments.store_image_segment, interp, memory.w_nil, w_roots, w_words, w_outs) == code
            w_words.meta = 0
            w_outs.meta |= flag
            assert kit.failure(segments.store_image_segment, interp, memory.w_nil, w_roots, w_words, w_outs) == code


def test_running_contexts_must_be_linked(interp):
    interp.linked = False
    with pytest.raises(ContextNotLinked):
        kit.store(interp, array(interp))
