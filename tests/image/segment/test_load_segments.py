"""Loading: what comes back, what is honoured, what is refused, in all formats."""
import pytest

import fakeimage
import segmentkit as kit
from heapcheck import check_heap
from samples import as_stored_big_endian, reversed_words
from spyvm.image.segment.records import read_records
from spyvm.objects import formats, special
from spyvm.objects.errors import ContextNotLinked
from spyvm.objects.model import IMMUTABLE, PINNED, W_SmallInteger
from spyvm.objects.pointers import W_Class, W_Pointers, unerase_ints, INTS
from spyvm.primitives import segments
from spyvm.rpy.arith import r_uint32

SPUR = ['spur32', 'spur64']


@pytest.fixture(params=kit.KINDS)
def interp(request):
    return kit.make_interp(request.param)


def array(interp, *items):
    return fakeimage.array(interp.memory, items)


def round_trip(interp, w_roots, change=list):
    """What comes back after `change` of the words, and the out pointers."""
    w_words, w_outs = kit.store(interp, w_roots)
    w_back, _ = kit.load(interp, change(w_words.words), w_outs)
    return w_back, kit.elements(interp.memory, w_outs)


# ---- what comes back

def test_objects_of_every_kind(interp):
    memory = interp.memory
    w_roots = array(interp, kit.rich_graph(memory))
    before = check_heap(memory, interp.held)
    w_back, outs = round_trip(interp, w_roots)
    check_heap(memory, interp.held + [w_back])
    assert kit.picture(memory, w_back, outs) == kit.picture(memory, w_roots, outs)
    assert w_back is not w_roots and w_back.fetch(memory, 0) is not w_roots.fetch(memory, 0)
    assert check_heap(memory, interp.held) == before


@pytest.mark.parametrize('seed', range(5))
def test_random_graphs(interp, seed):
    memory = interp.memory
    w_roots = array(interp, kit.random_graph(memory, kit.Random(seed), 150))
    w_back, outs = round_trip(interp, w_roots)
    check_heap(memory, interp.held + [w_back])
    assert kit.picture(memory, w_back, outs) == kit.picture(memory, w_roots, outs)


def test_again_and_again(interp):
    memory = interp.memory
    w_roots = array(interp, kit.rich_graph(memory))
    w_words, w_outs = kit.store(interp, w_roots)
    w_back, _ = kit.load(interp, w_words.words, w_outs)
    w_again, w_again_outs = kit.store(interp, w_back)
    assert len(w_again.words) == len(w_words.words)
    known = set(map(id, kit.elements(memory, w_outs) + [memory.w_nil]))
    assert set(map(id, kit.elements(memory, w_again_outs))) <= known


def test_out_pointers_are_those_given(interp):
    memory = interp.memory
    w_old, w_new = fakeimage.string(memory, 'old'), fakeimage.string(memory, 'new')
    interp.held.append(w_old)
    w_words, w_outs = kit.store(interp, array(interp, array(interp, w_old)))
    outs = [w_new if w_out is w_old else w_out for w_out in kit.elements(memory, w_outs)]
    w_back, _ = kit.load(interp, w_words.words, array(interp, *outs))
    assert w_back.fetch(memory, 0).fetch(memory, 0) is w_new


def test_a_class_and_its_instances(interp):
    memory = interp.memory
    w_class = fakeimage.new_class(memory, 'Sample', 'Point', formats.FIXED, 3).w_self
    w_instance = fakeimage.instance(memory, 'Sample')
    memory.identity_hash(w_class)
    w_back, outs = round_trip(interp, array(interp, w_class, w_instance))
    w_new_class, w_new_instance = kit.elements(memory, w_back)
    assert isinstance(w_new_class, W_Class) and w_new_class is not w_class
    assert memory.class_of(w_new_instance) is w_new_class
    w_meta = memory.class_of(w_new_class)
    assert w_meta is not memory.class_of(w_class) and isinstance(w_meta, W_Class)
    assert w_meta.slots[fakeimage.META_THIS_CLASS] is w_new_class
    assert w_new_class.slots[special.SUPERCLASS] is fakeimage.class_named(memory, 'Point')
    view = memory.view_of_class(w_new_class)
    assert (view.kind, view.inst_size, view.behavior) == (formats.FIXED, 3, False)
    assert memory.view_of_class(w_meta).behavior
    assert isinstance(memory.instantiate(memory.view_of_class(w_meta), 0), W_Class)
    if memory.is_spur:
        assert memory.identity_hash(w_new_class) != memory.identity_hash(w_class)
    check_heap(memory, interp.held + [w_back])


def test_methods_of_loaded_classes_are_found(interp):
    memory = interp.memory
    w_class = fakeimage.new_class(memory, 'Sample', 'Object', formats.FIXED, 0).w_self
    w_selector, w_method = fakeimage.symbol(memory, 'foo'), fakeimage.string(memory, 'stands for a method')
    interp.held.append(w_selector)
    w_dict = fakeimage.instance(memory, 'MethodDictionary', 1)
    w_dict.slots[special.METHOD_ARRAY] = array(interp, w_method)
    w_dict.slots[special.SELECTOR_START] = w_selector
    w_class.store(memory, special.METHOD_DICT, w_dict)
    w_back, outs = round_trip(interp, array(interp, w_class, fakeimage.instance(memory, 'Sample')))
    w_found = w_back.fetch(memory, 1).class_view(memory).lookup(memory, w_selector)
    assert w_found.text() == 'stands for a method' and w_found is not w_method


def test_hashes_are_kept(interp):
    memory = interp.memory
    w_string = fakeimage.string(memory, 'x')
    hash = memory.identity_hash(w_string)
    assert hash != 0
    w_back, outs = round_trip(interp, array(interp, w_string))
    assert memory.identity_hash(w_back.fetch(memory, 0)) == hash


def test_integers_stay_unboxed(interp):
    memory = interp.memory
    w_back, outs = round_trip(interp, array(interp, array(interp, *[W_SmallInteger(i) for i in range(50)])))
    w_array = w_back.fetch(memory, 0)
    assert w_array.strategy is INTS and unerase_ints(w_array.storage) == list(range(50))


def test_nil_true_and_false_are_the_running_images(interp):
    memory = interp.memory
    w_back, outs = round_trip(interp, array(interp, memory.w_nil, memory.w_true, memory.w_false))
    assert kit.elements(memory, w_back) == [memory.w_nil, memory.w_true, memory.w_false]
    assert memory.w_nil not in outs
    check_heap(memory, interp.held + [w_back])


def test_flags_of_spur_headers():
    for kind in SPUR:
        interp = kit.make_interp(kind)
        w_string = fakeimage.string(interp.memory, 'x')
        w_string.meta |= IMMUTABLE | PINNED | 99
        w_back, outs = round_trip(interp, array(interp, w_string))
        assert w_back.fetch(interp.memory, 0).meta == IMMUTABLE | PINNED | 99


# ---- byte order

def test_reversed_words(interp):
    memory = interp.memory
    w_roots = array(interp, kit.rich_graph(memory))
    w_back, outs = round_trip(interp, w_roots, reversed_words)
    assert kit.picture(memory, w_back, outs) == kit.picture(memory, w_roots, outs)


@pytest.mark.parametrize('reverse', [False, True])
def test_segments_of_a_big_endian_machine(reverse):
    interp = kit.make_interp('v3')
    memory = interp.memory
    w_roots = array(interp, kit.rich_graph(memory))
    w_words, w_outs = kit.store(interp, w_roots)
    words = as_stored_big_endian(read_records(w_words.words, -1), w_words.words)
    if reverse:
        words = reversed_words(words)
    w_back, _ = kit.load(interp, words, w_outs)
    outs = kit.elements(memory, w_outs)
    assert kit.picture(memory, w_back, outs) == kit.picture(memory, w_roots, outs)


@pytest.mark.parametrize('version', [6502, 6504])
def test_floats_of_v3_have_their_high_word_first(version):
    interp = kit.make_interp('v3')
    w_words, w_outs = kit.store(interp, array(interp, fakeimage.boxed_float(interp.memory, 1.0)))
    words = [int(word) for word in w_words.words]
    assert words[-2:] == [0x3FF00000, 0]
    words[0] = version | 0x73 << 24
    w_back, _ = kit.load(interp, words, w_outs)
    assert w_back.fetch(interp.memory, 0).value == 1.0


@pytest.mark.parametrize('mark,low_first', [(0x73, True), (0x64, False)])
def test_floats_of_6505_are_in_the_order_of_their_machine(mark, low_first):
    interp = kit.make_interp('v3')
    w_words, w_outs = kit.store(interp, array(interp, fakeimage.boxed_float(interp.memory, 1.0)))
    words = [int(word) for word in w_words.words]
    words[0] = 6505 | mark << 24
    if low_first:
        words[-2:] = words[:-3:-1]
    w_back, _ = kit.load(interp, words, w_outs)
    assert w_back.fetch(interp.memory, 0).value == 1.0


# ---- what becomes of the word array

def test_v3_the_word_array_is_cut_to_the_version():
    interp = kit.make_interp('v3')
    w_words, w_outs = kit.store(interp, array(interp, fakeimage.string(interp.memory, 'x')))
    interp.held.append(w_words)
    segments.load_image_segment(interp, interp.memory.w_nil, w_words, w_outs)
    assert [int(word) for word in w_words.words] == [6502 | 0x73 << 24]
    assert interp.held[-1] is w_words


def test_v3_next_object_goes_through_the_loaded_objects():
    interp = kit.make_interp('v3')
    memory = interp.memory
    w_words, w_outs = kit.store(interp, array(interp, fakeimage.string(memory, 'x'), memory.w_nil))
    w_end = fakeimage.string(memory, 'end')
    memory.enumerations.begin([memory.w_true, w_words, w_end], None)
    assert memory.enumerations.finds(None, w_words) and memory.enumerations.next() is w_end
    w_back = segments.load_image_segment(interp, memory.w_nil, w_words, w_outs)
    found = []
    w_object = w_words
    while w_object is not w_end:
        assert memory.enumerations.finds(None, w_object)
        w_object = memory.enumerations.next()
        found.append(w_object)
    assert found == [w_back, w_back.fetch(memory, 0), w_end]


def test_spur_the_word_array_becomes_an_array_of_the_objects():
    for kind in SPUR:
        interp = kit.make_interp(kind)
        memory = interp.memory
        w_words, w_outs = kit.store(interp, array(interp, fakeimage.string(memory, 'x'), array(interp)))
        w_holder = array(interp, w_words)
        interp.held.append(w_holder)
        w_back = segments.load_image_segment(interp, memory.w_nil, w_words, w_outs)
        w_loaded = w_holder.fetch(memory, 0)
        assert w_loaded.view is memory.view_Array
        assert kit.elements(memory, w_loaded) == [w_back, w_back.fetch(memory, 1), w_back.fetch(memory, 0)]
        check_heap(memory, interp.held)


def test_spur_an_out_pointer_to_the_word_array_itself():
    for kind in SPUR:
        interp = kit.make_interp(kind)
        memory = interp.memory
        w_words, w_outs = kit.new_words(memory, 1000), array(interp, *[memory.w_nil] * 50)
        w_roots = array(interp, array(interp, w_words))
        segments.store_image_segment(interp, memory.w_nil, w_roots, w_words, w_outs)
        interp.held.append(w_words)
        w_back = segments.load_image_segment(interp, memory.w_nil, w_words, w_outs)
        assert w_back.fetch(memory, 0).fetch(memory, 0) is interp.held[-1]


# ---- failures

def test_arguments(interp):
    memory = interp.memory
    w_words, w_outs = kit.store(interp, array(interp, fakeimage.string(memory, 'x')))
    before = [int(word) for word in w_words.words]
    for w_bad in (memory.w_nil, W_SmallInteger(3), fakeimage.string(memory, 'x'), fakeimage.instance(memory, 'Point')):
        assert kit.failure(segments.load_image_segment, interp, memory.w_nil, w_bad, w_outs) == 1
        assert kit.failure(segments.load_image_segment, interp, memory.w_nil, w_words, w_bad) == 1
    assert kit.failure(segments.load_image_segment, interp, memory.w_nil, w_words, w_words) == 1
    assert [int(word) for word in w_words.words] == before


def test_running_contexts_must_be_linked(interp):
    interp.linked = False
    with pytest.raises(ContextNotLinked):
        segments.load_image_segment(interp, interp.memory.w_nil, kit.new_words(interp.memory, 5), array(interp))


def test_other_formats():
    for here in kit.KINDS:
        for there in kit.KINDS:
            storing = kit.make_interp(there)
            w_words, w_outs = kit.store(storing, array(storing))
            interp = kit.make_interp(here)
            outs = array(interp, *[fakeimage.class_named(interp.memory, 'Array')] * w_outs.size())
            code = kit.failure(kit.load, interp, w_words.words, outs)
            assert code == (None if here == there or there == 'v3' else 3), (here, there)


def test_instances_must_be_built_as_their_class_says(interp):
    """A class with other fields than when the segment was stored."""
    memory = interp.memory
    w_point = fakeimage.instance(memory, 'Association')
    w_words, w_outs = kit.store(interp, array(interp, fakeimage.instance(memory, 'Form'), w_point))
    outs = kit.elements(memory, w_outs)
    at = outs.index(fakeimage.class_named(memory, 'Form'))
    for name, code in (('Form', None), ('Message', 6), ('Array', 6), ('String', 6), ('WordArray', 6), ('SmallInteger', 6),
                       ('MethodContext', 6), ('Float', 6), ('Process', 6), ('WeakArray', 6), ('Metaclass', 6)):
        outs[at] = fakeimage.class_named(memory, name)
        assert kit.failure(kit.load, interp, w_words.words, array(interp, *outs)) == code, name
    for w_bad in (memory.w_nil, W_SmallInteger(4), w_point, array(interp)):
        outs[at] = w_bad
        assert kit.failure(kit.load, interp, w_words.words, array(interp, *outs)) == 6
    assert kit.failure(kit.load, interp, w_words.words, array(interp, *outs[:at])) == 4
    check_heap(memory, interp.held)


def test_a_loop_of_superclasses(interp):
    memory = interp.memory
    w_class = fakeimage.new_class(memory, 'Sample', 'Object', formats.FIXED, 0).w_self
    w_instance = fakeimage.instance(memory, 'Sample')
    w_class.slots[special.SUPERCLASS] = w_class
    assert kit.failure(round_trip, interp, array(interp, w_class, w_instance)) == 6


@pytest.mark.parametrize('count,code', [(190, None), (210, 6)])
def test_a_long_chain_of_superclasses(interp, count, code):
    memory = interp.memory
    name = 'Object'
    for i in range(count):
        fakeimage.new_class(memory, 'Sample%d' % i, name, formats.FIXED, 0)
        name = 'Sample%d' % i
    w_roots = array(interp, fakeimage.instance(memory, name))
    w_words, w_outs = kit.store(interp, w_roots, 100000)
    assert kit.failure(kit.load, interp, w_words.words, w_outs) == code


def test_a_class_that_is_no_class(interp):
    """An instance whose class, in the segment, has the shape of one but is an instance of Message."""
    memory = interp.memory
    w_class = fakeimage.new_class(memory, 'Sample', 'Object', formats.FIXED, 0).w_self
    w_message = fakeimage.instance(memory, 'Message')
    w_message.slots[special.FORMAT] = w_class.slots[special.FORMAT]
    w_odd = W_Pointers(memory.odd_view(w_message), [])
    views = memory.known_views.all()
    assert kit.failure(round_trip, interp, array(interp, w_message, w_odd)) == 6
    assert set(memory.known_views.all()) <= set(views)


def test_words_are_not_changed_by_a_failure(interp):
    memory = interp.memory
    w_words, w_outs = kit.store(interp, array(interp, kit.rich_graph(memory)))
    words = [r_uint32(word) for word in w_words.words[:-1]]
    w_words.words = words[:]
    outs = kit.elements(memory, w_outs)
    assert kit.failure(segments.load_image_segment, interp, memory.w_nil, w_words, w_outs) is not None
    assert w_words.words == words and kit.elements(memory, w_outs) == outs
