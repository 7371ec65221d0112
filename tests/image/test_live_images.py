"""Images of systems that have run: what can be reached, regular and compact."""
import os

import pytest

from graphs import differing
from imagetools import load, text
from shared import shared
from spyvm.image.errors import ImageError
from spyvm.image.flags import REMEMBERED, V3_MASK
from spyvm.image.live import live_objects
from spyvm.image.reader import load_image, read_image_file
from spyvm.image.snapshot import save_live, save_loaded
from spyvm.objects import special
from spyvm.objects.context import DEAD, W_Context
from spyvm.objects.model import HASH_MASK, IMMUTABLE, PINNED, W_Float, W_SmallInteger
from spyvm.objects.pointers import W_Class, W_Pointers, W_Weak
from synthetic import (add_block, encode, encoder_for, FIXED, INDEXABLE, method_header, METHOD, SPUR_32, SPUR_64,
                       VERSIONS, WEAK, World)

IMAGES = ['mini', 'mini-be', 'mini-running-exit', 'squeak2.2-be', 'bench-v3', 'bench-spur32', 'headless-spur64']
SPUR = SPUR_32 + SPUR_64
SOME = [6502, 6505, 68002, 6521, 68533]
HOLDER = special.LOW_SPACE_SEMAPHORE        # a special object that the tests put things into


@pytest.fixture
def path(tmpdir):
    return text(os.path.join(str(tmpdir), 'out.image').encode('utf-8'))


def contents(path):
    with open(path, 'rb') as file:
        return file.read()


def resaved(memory, path):
    save_live(memory, path)
    return read_image_file(path)


def hold(memory, items):
    """Make the objects reachable, in this order."""
    memory.w_special_objects.store(memory, HOLDER, memory.array_object(list(items)))


def held(memory):
    w_array = memory.special(HOLDER)
    return [w_array.fetch(memory, i) for i in range(w_array.size())]


def number_of(memory, w_object):
    return [n for n, w in enumerate(memory.loaded) if w is w_object][0]


def load_world(world, version, big_endian=False):
    return load(world, encoder_for(world, version, big_endian))


SHOWN = HASH_MASK | IMMUTABLE | PINNED      # of `meta`, what an image of a running system keeps


def check_saved(memory, path):
    """What is saved is what could be reached, and saved again it is the same file.  The memory read from it."""
    before = [(w, w.get_meta()) for w in memory.loaded]
    save_live(memory, path)
    for w_object, meta in before:
        assert w_object.get_meta() & ~HASH_MASK == meta & ~HASH_MASK
    data = contents(path)
    again = read_image_file(path)
    assert again.header.gaps == []
    objects, own, _ = live_objects(memory)
    expected = list(objects)
    saved = [(w, w.get_meta()) for w in objects + again.loaded]
    if own:         # the free lists are made anew each time
        del expected[3], again.loaded[3]
    for w_object, meta in saved:
        w_object.set_meta(meta & SHOWN)
    assert differing(memory, expected, again, again.loaded) == []
    for w_object, meta in saved:
        w_object.set_meta(meta)
    again = read_image_file(path)
    save_live(again, path)
    assert contents(path) == data
    again = read_image_file(path)
    save_loaded(again, path, memory.traits.big_endian)
    assert contents(path) == data
    return again


@pytest.mark.parametrize('name', IMAGES)
def test_images_that_others_made(name, path):
    memory = read_image_file(shared('images/%s.image' % name))
    again = check_saved(memory, path)
    assert again.traits.big_endian == memory.traits.big_endian
    assert again.traits.version == memory.traits.version
    assert again.header.window_size == memory.header.window_size
    assert again.header.flags == memory.header.flags


@pytest.mark.parametrize('big_endian', [False, True])
@pytest.mark.parametrize('version', VERSIONS)
def test_all_formats(version, big_endian, path):
    world = World(version)
    add_block(world, 1)
    world.specials.slots[HOLDER] = world.objects[-1]
    memory = load_image(text(encode(world, version, big_endian)))
    check_saved(memory, path)


@pytest.mark.parametrize('version', SOME)
def test_what_is_dead_is_left_out_and_the_others_keep_their_order(version, path):
    world = World(version)
    kept = []
    for i in range(10):
        world.add(world['Point'], FIXED, [i, -1])
        kept.append(world.add(world['Point'], FIXED, [i, -2], hash=i + 1))
        world.add(world['Array'], INDEXABLE).free = 64
    world.specials.slots[HOLDER] = world.add(world['Array'], INDEXABLE, list(reversed(kept)))
    memory, at = load_world(world, version)
    again = check_saved(memory, path)
    points = [[w.slots[0].value, w.slots[1].value] for w in again.loaded if isinstance(w, W_Pointers) and
              w.view.w_self is again.special(special.CLASS_POINT)]
    assert points == [[i, -2] for i in range(10)]
    w_first = held(again)[9]
    assert w_first.meta & HASH_MASK == 1 and w_first.slots[0].value == 0
    if version in SPUR:
        assert len(again.header.segments) == 1
        assert again.header.free_bytes == 0


@pytest.mark.parametrize('version', SOME)
def test_new_objects(version, path):
    memory, at = load_world(World(version), version)
    wide_float = W_Float(1e300)
    items = [memory.string_object('new'), memory.point_object(3, -4), wide_float, wide_float]
    items.append(memory.instantiate(memory.view_Bitmap, 3))
    items[-1].setword(1, 0x89ABCDEF)
    items.append(memory.instantiate(memory.view_Array, 300))
    items.append(memory.int_object(memory.max_int))
    items.append(memory.int_object(memory.min_int))
    items.append(memory.character_object(200))
    boxed = memory.instantiate(memory.view_Float, 1 if memory.float_is_longs else 2)
    items.append(boxed)
    items.append(boxed)
    items.append(W_Float(0.5))
    hold(memory, items)
    again = check_saved(memory, path)
    found = held(again)
    assert found[0].text() == 'new' and found[0].view is again.view_String
    assert [each.value for each in found[1].slots] == [3, -4]
    assert found[2] is found[3] and found[2].value == 1e300
    assert [found[4].getword(i) for i in range(3)] == [0, 0x89ABCDEF, 0]
    assert found[5].size() == 300 and found[5].fetch(again, 299) is again.w_nil
    assert (found[6].value, found[7].value) == (memory.max_int, memory.min_int)
    assert again.character_value(found[8]) == 200
    assert found[9] is found[10] and found[9].value == 0.0
    assert found[11].value == 0.5


@pytest.mark.parametrize('version', SOME)
def test_hashes_and_flags(version, path):
    memory, at = load_world(World(version), version)
    w_hashed = memory.string_object('x')
    hash = memory.identity_hash(w_hashed)
    w_flagged = memory.string_object('y')
    w_flagged.meta = IMMUTABLE | PINNED | REMEMBERED if version in SPUR else V3_MASK
    hold(memory, [w_hashed, w_flagged])
    again = check_saved(memory, path)
    w_one, w_two = held(again)
    assert again.identity_hash(w_one) == hash
    assert w_two.meta == (IMMUTABLE | PINNED if version in SPUR else 0)
    assert again.new_hash() == memory.new_hash()        # hashes go on where they were


@pytest.mark.parametrize('version', SOME)
def test_weak_pointers(version, path):
    world = World(version)
    strong = world.add(world['Point'], FIXED, [1, 1])
    dead = world.add(world['Point'], FIXED, [2, 2])
    weak = world.add(world['WeakArray'], WEAK, [strong, dead, 7, world.nil])
    world.specials.slots[HOLDER] = world.add(world['Array'], INDEXABLE, [weak, strong])
    memory, at = load_world(world, version)
    again = resaved(memory, path)
    w_weak, w_strong = held(again)
    assert isinstance(w_weak, W_Weak)
    assert w_weak.fetch(again, 0) is w_strong
    assert w_weak.fetch(again, 1) is again.w_nil
    assert w_weak.fetch(again, 2).value == 7


def context_for(memory, at, method, sp):
    code = at(method).get_code(memory)
    w_context = W_Context(memory.view_MethodContext, code, 40)
    w_context.w_sender = memory.w_nil
    w_context.w_receiver = memory.w_true
    w_context.sp = sp
    for i in range(sp):
        w_context.stack[i] = W_SmallInteger(i)
    for i in range(sp, 40):
        w_context.stack[i] = memory.string_object('garbage')
    return w_context


@pytest.mark.parametrize('version', SOME)
def test_contexts_are_as_long_as_their_methods_ask_for(version, path):
    world = World(version)
    small = world.add(world['CompiledMethod'], METHOD, [method_header(1, 2, 1), world.nil], b'\x70\x71\x7c')
    large = world.add(world['CompiledMethod'], METHOD, [method_header(1, 2, 1, True), world.nil], b'\x70\x71\x7c')
    memory, at = load_world(world, version)
    cases = [(small, 0, 16), (small, 16, 16), (small, 17, 56), (large, 3, 56)]
    contexts = [context_for(memory, at, method, sp) for method, sp, _ in cases]
    contexts[1].pc = 2
    dead = context_for(memory, at, small, 2)
    dead.pc = DEAD
    dead.w_sender = None
    strange = memory.new_context(memory.view_MethodContext, 30)
    hold(memory, contexts + [dead, strange])
    save_live(memory, path)
    again = read_image_file(path)
    found = held(again)
    sizes = dict((odd.number, odd.slots) for odd in again.header.oddities if odd.slots >= 0)
    for w_context, (method, sp, slots) in zip(found, cases):
        assert w_context.sp == sp
        assert [w.value for w in w_context.stack[:sp]] == list(range(sp))
        assert sizes.get(number_of(again, w_context), 56 if method is large else 16) == slots
        assert w_context.w_receiver is again.w_true
    assert all(odd.tail == '' for odd in again.header.oddities)
    assert [w.pc for w in found[:4]] == [0, 2, 0, 0]
    assert found[4].pc == DEAD and found[4].w_sender is again.w_nil
    assert found[5].code is None


def new_class(memory, name):
    w_like = memory.special(special.CLASS_POINT)
    w_class = W_Class(w_like.view, list(w_like.slots))
    w_class.slots[6] = memory.string_object(name)
    if not memory.is_spur:
        w_class.slots[special.FORMAT] = W_SmallInteger(w_class.slots[special.FORMAT].value & ~(31 << 11))
    return w_class


@pytest.mark.parametrize('version', SOME)
def test_new_classes(version, path):
    memory, at = load_world(World(version), version)
    classes = [new_class(memory, 'New%d' % i) for i in range(3)]
    instances = [memory.instantiate(memory.view_of_class(w), 0) for w in classes[:2]]
    hold(memory, instances + [classes[2]])
    again = check_saved(memory, path)
    found = held(again)
    assert [w.view.name() for w in found[:2]] == ['New0', 'New1']
    assert found[2].view is again.special(special.CLASS_POINT).view
    if version in SPUR:
        hashes = [w.view.w_self.meta & HASH_MASK for w in found[:2]]
        assert 0 not in hashes and hashes[0] != hashes[1]
        assert all(class_in_table(again, hash) is w.view.w_self for hash, w in zip(hashes, found))
        assert found[2].meta & HASH_MASK == 0


def class_in_table(memory, index):
    return memory.header.w_hidden_roots.fetch(memory, index >> 10).fetch(memory, index & 1023)


@pytest.mark.parametrize('version', SPUR)
def test_the_class_table_grows(version, path):
    memory, at = load_world(World(version), version)
    instances = [memory.instantiate(memory.view_of_class(new_class(memory, 'C%d' % i)), 0) for i in range(2500)]
    for w_object in instances[::2]:
        memory.identity_hash(w_object.view.w_self)
    hold(memory, instances)
    again = check_saved(memory, path)
    hashes = [w.view.w_self.meta & HASH_MASK for w in held(again)]
    assert len(set(hashes)) == 2500 and min(hashes) >= 1024
    assert [class_in_table(again, hash) for hash in hashes] == [w.view.w_self for w in held(again)]
    assert [w.view.name() for w in held(again)] == ['C%d' % i for i in range(2500)]


@pytest.mark.parametrize('version', SPUR)
def test_classes_that_are_dead_or_have_another_hash_leave_the_table(version, path):
    world = World(version)
    doomed = world.define('Doomed', 'Object', FIXED, 1)
    doomed.index = 1030
    moved = world.define('Moved', 'Object', FIXED, 1)
    moved.index = 1040
    for cls in (doomed, moved):
        cls.meta.index = cls.index + 1      # the first page is for classes that stay
        cls.meta.cls = world['Metaclass']
    world.specials.slots[HOLDER] = world.add(world['Array'], INDEXABLE, [world.add(moved, FIXED, [1])])
    memory, at = load_world(world, version)
    assert class_in_table(memory, 1030) is at(doomed)
    at(moved).meta = at(moved).meta & ~HASH_MASK | 1050
    again = check_saved(memory, path)
    assert class_in_table(again, 1030) is again.w_nil and class_in_table(again, 1040) is again.w_nil
    assert held(again)[0].view.name() == 'Moved'
    assert class_in_table(again, 1050) is held(again)[0].view.w_self


@pytest.mark.parametrize('version', SPUR)
def test_classes_that_cannot_be_where_their_hash_says_get_another(version, path):
    memory, at = load_world(World(version), version)
    taken = memory.special(special.CLASS_POINT).meta & HASH_MASK
    classes = [new_class(memory, 'A'), new_class(memory, 'B'), new_class(memory, 'C')]
    for w_class, hash in zip(classes, (taken, 5, 0x3FFFFF)):
        w_class.meta = hash
    hold(memory, [memory.instantiate(memory.view_of_class(w), 0) for w in classes])
    again = check_saved(memory, path)
    assert [w.view.name() for w in held(again)] == ['A', 'B', 'C']
    assert again.special(special.CLASS_POINT).meta & HASH_MASK == taken


@pytest.mark.parametrize('version', SPUR)
def test_an_object_that_is_no_class_but_serves_as_one(version, path):
    memory, at = load_world(World(version), version)
    w_class = new_class(memory, 'Odd')
    w_odd = W_Pointers(memory.special(special.CLASS_POINT).view, w_class.slots)
    hold(memory, [memory.instantiate(memory.view_of_class(w_odd), 0)])
    again = resaved(memory, path)
    w_found = held(again)[0]
    assert class_in_table(again, w_found.view.w_self.meta & HASH_MASK) is w_found.view.w_self


@pytest.mark.parametrize('version', [6502, 68002])
def test_compact_classes(version, path):
    """A class is named by its compact index only where the table of compact classes has it."""
    memory, at = load_world(World(version), version)
    w_compact = memory.special(special.COMPACT_CLASSES)
    compact, lying = new_class(memory, 'Compact'), new_class(memory, 'Lying')
    for w_class in (compact, lying):
        w_format = w_class.slots[special.FORMAT]
        w_class.store(memory, special.FORMAT, W_SmallInteger(w_format.value | 20 << 11))
    w_compact.store(memory, 19, compact)
    instances = [memory.instantiate(memory.view_of_class(w), 0) for w in (compact, lying)]
    hold(memory, instances)
    again = resaved(memory, path)
    w_one, w_two = held(again)
    assert (w_one.view.name(), w_two.view.name()) == ('Compact', 'Lying')
    words = memory.header.header_words
    assert [odd.number for odd in again.header.oddities if odd.header != -1] == [number_of(again, w_two)]
    assert words[1] > 0


def test_an_image_without_a_class_table(path):
    memory, at = load_world(World(68021), 68021)
    memory.header.w_hidden_roots = None
    with pytest.raises(ImageError):
        save_live(memory, path)
    assert not os.path.exists(path)


def test_what_stood_behind_the_image_is_not_kept_but_what_stood_before_it(path):
    data = b'#!/usr/bin/squeak\n'.ljust(512) + encode(World(6502), 6502) + b'behind'
    again = resaved(load_image(text(data)), path)
    assert again.header.prefix.startswith('#!/usr/bin/squeak\n') and again.header.trailer == ''


def test_objects_let_go_before(path):
    """Numbers of objects that a reader noted mean nothing once garbage has been collected."""
    world = World(6502)
    for i in range(20):
        world.add(world['Point'], FIXED, [i, i], flags=i & 7)
        world.add(world['Array'], INDEXABLE).free = 32
    memory, at = load_world(world, 6502)
    save_live(memory, path)
    data = contents(path)
    memory.loaded = [w for w in memory.loaded if not (isinstance(w, W_Pointers) and w.view is memory.view_Point)]
    save_live(memory, path)
    assert contents(path) == data
