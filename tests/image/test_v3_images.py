import pytest
import synthetic
from imagetools import class_name, fields, load
from shared import shared
from spyvm.image.flags import V3_SHIFT
from spyvm.image.reader import read_image_file
from spyvm.objects import special
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import W_Context, DEAD
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import HASH_MASK, W_Float
from spyvm.objects.pointers import W_Array, W_Class, W_Pointers, W_Weak, GENERIC, INTS, NILS
from spyvm.objects.raw import W_Bytes, W_Words
from synthetic import BOTH, BYTES, FIXED, INDEXABLE, METHOD, WEAK, WORDS

V3 = synthetic.V3_32 + synthetic.V3_64
ALL = [(version, big_endian) for version in V3 for big_endian in (False, True)]


def encoder_for(world, version, big_endian):
    return synthetic.encoder_for(world, version, big_endian)


@pytest.mark.parametrize('version, big_endian', ALL)
def test_nil_true_and_false_are_the_memory_s_own(version, big_endian):
    world = synthetic.World(version)
    memory, at = load(world, encoder_for(world, version, big_endian))
    assert at(world.nil) is memory.w_nil
    assert at(world.true) is memory.w_true
    assert at(world.false) is memory.w_false
    constants = [memory.w_nil, memory.w_true, memory.w_false]
    assert [class_name(memory, w) for w in constants] == ['UndefinedObject', 'True', 'False']


@pytest.mark.parametrize('version, big_endian', ALL)
def test_objects_get_their_contents(version, big_endian):
    world = synthetic.World(version)
    text = world.add(world['String'], BYTES, (), b'abcdefghijk')
    point = world.add(world['Point'], FIXED, [3, -4])
    pair = world.add(world['Association'], FIXED, [text, point])
    array = world.add(world['Array'], INDEXABLE, [pair, 1, world.nil])
    bitmap = world.add(world['Bitmap'], WORDS, (), [1, 0xFFFFFFFF, 0x12345678])
    method = world.add(world['CompiledMethod'], METHOD, [synthetic.method_header(2, 3, 1), text, world['Point']],
                       b'\x01\x02\x03')
    memory, at = load(world, encoder_for(world, version, big_endian))
    assert at(text).text() == 'abcdefghijk' and class_name(memory, at(text)) == 'String'
    assert fields(memory, at(point)) == [3, -4]
    assert fields(memory, at(pair)) == [at(text), at(point)]
    assert fields(memory, at(array)) == [at(pair), 1, memory.w_nil]
    assert [at(bitmap).getword(i) for i in range(3)] == [1, 0xFFFFFFFF, 0x12345678] and len(at(bitmap).words) == 3
    assert at(method).literals == [at(text), at(world['Point'])] and ''.join(at(method).bytes) == '\x01\x02\x03'
    assert memory.method_literal_count(at(method).header) == 2
    code = at(method).get_code(memory)
    assert (code.num_args, code.num_temps) == (1, 3)
    assert memory.header.oddities == []


@pytest.mark.parametrize('version, big_endian', ALL)
def test_strings_of_all_lengths_keep_their_bytes(version, big_endian):
    world = synthetic.World(version)
    sizes = list(range(20)) + [239, 240, 247, 248, 255, 256, 999]
    contents = [bytes(bytearray((7 * n + i) & 255 for i in range(n))) for n in sizes]
    objects = [world.add(world['ByteArray'], BYTES, (), data) for data in contents]
    memory, at = load(world, encoder_for(world, version, big_endian))
    for obj, data in zip(objects, contents):
        assert [ord(c) for c in at(obj).text()] == list(bytearray(data))


@pytest.mark.parametrize('version, big_endian', ALL)
@pytest.mark.parametrize('value', [0.1, -2.5e300, 1.0])
def test_floats_are_the_same_in_every_word_order(version, big_endian, value):
    world = synthetic.World(version)
    encoder = encoder_for(world, version, big_endian)
    w = world.add(world['Float'], WORDS, (), encoder.float_units(value))
    memory, at = load(world, encoder)
    assert isinstance(at(w), W_Float) and at(w).value == value


@pytest.mark.parametrize('version, big_endian', ALL)
def test_headers_of_one_two_and_three_words(version, big_endian):
    world = synthetic.World(version)
    before = load(world, encoder_for(world, version, big_endian))[0].header.header_words[:]
    one = world.add(world['Point'], FIXED, [1, 2])
    two = world.add(world['OrderedCollection'], FIXED, [1, 2, 3])
    three = world.add(world['Array'], INDEXABLE, list(range(100)))
    large = world.add(world['Bitmap'], WORDS, (), list(range(5000)))
    memory, at = load(world, encoder_for(world, version, big_endian))
    words = memory.header.header_words
    assert [words[i] - before[i] for i in range(4)] == [0, 1, 1, 2]
    assert fields(memory, at(one)) == [1, 2] and fields(memory, at(two)) == [1, 2, 3]
    assert fields(memory, at(three)) == list(range(100))
    assert [at(large).getword(i) for i in (0, 4999)] == [0, 4999]
    assert memory.header.oddities == []
    assert memory.header.heap_bytes == memory.header.data_size


def test_hashes_and_header_flags_are_kept():
    world = synthetic.World(6504)
    point = world.add(world['Point'], FIXED, [1, 2], hash=0xABC, flags=5)
    memory, at = load(world, encoder_for(world, 6504, False))
    assert at(point).meta & HASH_MASK == 0xABC
    assert at(point).meta >> V3_SHIFT == 5
    assert memory.identity_hash(at(point)) == 0xABC


def test_free_chunks_are_no_objects_and_are_kept_as_gaps():
    world = synthetic.World(6504)
    chunk = world.add(world['Array'], INDEXABLE)
    chunk.free = 40
    point = world.add(world['Point'], FIXED, [1, 2])
    last = world.add(world['Array'], INDEXABLE)
    last.free = 8
    memory, at = load(world, encoder_for(world, 6504, False))
    assert fields(memory, at(point)) == [1, 2]
    count = len(memory.loaded)
    assert [(gap.before, len(gap.bytes)) for gap in memory.header.gaps] == [(count - 1, 40), (count, 8)]


def test_arrays_take_the_tightest_strategy():
    world = synthetic.World(6504)
    nils = world.add(world['Array'], INDEXABLE, [world.nil] * 3)
    ints = world.add(world['Array'], INDEXABLE, [1, world.nil, -1])
    mixed = world.add(world['Array'], INDEXABLE, [1, world.true])
    memory, at = load(world, encoder_for(world, 6504, False))
    assert [at(obj).strategy for obj in (nils, ints, mixed)] == [NILS, INTS, GENERIC]
    assert fields(memory, at(ints)) == [1, memory.w_nil, -1]


def test_small_integers_reach_their_limits():
    world = synthetic.World(6504)
    array = world.add(world['Array'], INDEXABLE, [2 ** 30 - 1, -2 ** 30, world.true])
    memory, at = load(world, encoder_for(world, 6504, True))
    assert fields(memory, at(array))[:2] == [2 ** 30 - 1, -2 ** 30]


def test_weak_arrays_hold_what_the_file_says():
    world = synthetic.World(6504)
    point = world.add(world['Point'], FIXED, [1, 2])
    weak = world.add(world['WeakArray'], WEAK, [point, 5, world.nil])
    memory, at = load(world, encoder_for(world, 6504, False))
    assert isinstance(at(weak), W_Weak)
    assert fields(memory, at(weak)) == [at(point), 5, memory.w_nil]


@pytest.mark.parametrize('version', V3)
def test_classes_and_metaclasses_are_W_Class(version):
    world = synthetic.World(version)
    memory, at = load(world, encoder_for(world, version, False))
    for name in ('Object', 'Point', 'Metaclass'):
        assert isinstance(at(world[name]), W_Class) and isinstance(at(world[name].meta), W_Class)
    assert class_name(memory, at(world['Point'])) == 'Point class'
    assert isinstance(at(world.specials), W_Array)
    assert memory.w_behavior is at(world['Behavior'])
    assert memory.view_Point.inst_size == 2
    assert not memory.view_Point.behavior and at(world['Point']).view.behavior


@pytest.mark.parametrize('version', V3)
def test_the_active_process_has_a_context_that_can_run(version):
    world = synthetic.World(version)
    world.context.slots[1] = (3 * (8 if version > 60000 else 4)) + 1 + 2
    memory, at = load(world, encoder_for(world, version, False))
    w_context = at(world.context)
    assert isinstance(w_context, W_Context) and not w_context.is_block()
    assert w_context.code is at(world.method).get_code(memory)
    assert (w_context.pc, w_context.sp) == (2, 1)
    assert w_context.w_sender is memory.w_nil
    assert w_context.w_receiver.value == 42 and w_context.stack[0].value == 7
    assert len(w_context.stack) == 16


def context(world, **fields):
    slots = [world.nil, 13, 0, world.method, world.nil, 42] + [world.nil] * 16
    for name, value in fields.items():
        slots[['sender', 'pc', 'stackp', 'method', 'closure', 'receiver'].index(name)] = value
    return world.add(world['MethodContext'], BOTH, slots)


def test_a_context_without_a_pc_is_dead():
    world = synthetic.World(6504)
    dead = context(world, pc=world.nil)
    memory, at = load(world, encoder_for(world, 6504, False))
    assert at(dead).pc == DEAD and at(dead).sender(memory) is memory.w_nil


def test_block_contexts_share_their_home_s_code_and_receiver():
    world = synthetic.World(6502)
    home = context(world, pc=13)
    block = world.add(world['BlockContext'], BOTH, [home, 14, 1, 1, 13, home, 99] + [world.nil] * 15)
    memory, at = load(world, encoder_for(world, 6502, True))
    w_block = at(block)
    assert w_block.is_block() and w_block.home() is at(home) and w_block.w_sender is at(home)
    assert w_block.w_receiver.value == 42 and w_block.code is at(home).code
    assert (w_block.pc, w_block.block.initial_pc, w_block.block.num_args, w_block.sp) == (1, 0, 1, 1)
    assert fields(memory, w_block)[:7] == [at(home), 14, 1, 1, 13, at(home), 99]


@pytest.mark.parametrize('changes', [
    {'stackp': 17}, {'stackp': -1}, {'pc': 12}, {'pc': 18}, {'pc': 1000000}, {'method': 3}, {'sender': 12},
    {'sender': 'point'}, {'method': 'point'}, {'closure': 'point'}, {'stackp': 'nil'}])
def test_a_context_that_cannot_run_stays_an_ordinary_object(changes):
    world = synthetic.World(6504)
    point = world.add(world['Point'], FIXED, [1, 2])
    names = {'point': point, 'nil': world.nil}
    odd = context(world, **{key: names.get(value, value) for key, value in changes.items()})
    memory, at = load(world, encoder_for(world, 6504, False))
    assert type(at(odd)) is W_Pointers and at(odd).view is memory.view_MethodContext
    expected = [obj if isinstance(obj, int) else at(obj) for obj in odd.slots]
    assert fields(memory, at(odd)) == expected


def test_what_is_above_the_stack_pointer_is_not_looked_at_but_kept():
    world = synthetic.World(6504)
    odd = context(world)
    odd.slots[10] = synthetic.Raw(0x00000004)       # the address of nothing
    memory, at = load(world, encoder_for(world, 6504, False))
    assert isinstance(at(odd), W_Context)
    assert fields(memory, at(odd))[10] is memory.w_nil
    oddity, = memory.header.oddities
    assert memory.loaded[oddity.number] is at(odd) and len(oddity.tail) == 64
    assert oddity.tail[16:20] == '\x04\0\0\0'


def test_contexts_of_another_size_than_their_method_asks_for_are_noted():
    world = synthetic.World(6504)
    odd = world.add(world['MethodContext'], BOTH, [world.nil, 13, 1, world.method, world.nil, 42, 7] + [world.nil] * 11)
    memory, at = load(world, encoder_for(world, 6504, False))
    oddity, = memory.header.oddities
    assert oddity.slots == 12 and memory.loaded[oddity.number] is at(odd)


def test_closures_are_block_closures_from_6504_on():
    world = synthetic.World(6504)
    closure = world.add(world['BlockClosure'], BOTH, [world.context, 13, 0, 5, 6])
    memory, at = load(world, encoder_for(world, 6504, False))
    assert isinstance(at(closure), W_BlockClosure)
    assert fields(memory, at(closure)) == [at(world.context), 13, 0, 5, 6]


def test_bytes_in_the_padding_are_kept():
    world = synthetic.World(6504)
    text = world.add(world['String'], BYTES, (), b'abcde')
    encoder = encoder_for(world, 6504, False)
    data = bytearray(encoder.encode())
    data[64 + text.oop - encoder.base + 4 + 6] = 0x99
    encoder.encode = lambda: bytes(data)
    memory, at = load(world, encoder)
    assert at(text).text() == 'abcde'
    oddity, = memory.header.oddities
    assert oddity.tail == '\0\x99\0' and memory.loaded[oddity.number] is at(text)


def test_a_header_longer_than_needed_is_noted():
    world = synthetic.World(6504)
    point = world.add(world['Point'], FIXED, [1, 2])
    encoder = encoder_for(world, 6504, False)
    words = encoder.header_words
    encoder.header_words = lambda obj: 3 if obj is point else words(obj)
    memory, at = load(world, encoder)
    oddity, = memory.header.oddities
    assert memory.loaded[oddity.number] is at(point) and oddity.extra == 0


@pytest.mark.parametrize('name, objects, headers', [
    ('mini.image', 17692, [12625, 4781, 286]), ('mini-be.image', 15311, [11481, 3553, 277]),
    ('squeak2.2-be.image', 70200, [44654, 24185, 1361]), ('mini-running-exit.image', 16181, [11983, 3915, 283]),
    ('bench-v3.image', 17717, [12631, 4797, 289])])
def test_images_that_others_made(name, objects, headers):
    memory = read_image_file(shared('images/' + name))
    assert len(memory.loaded) == objects
    assert memory.header.header_words[1:] == headers
    assert memory.header.heap_bytes == memory.header.data_size
    names = {view.name() for view in memory.known_views.all()}
    assert {'SmallInteger class', 'Metaclass', 'CompiledMethod', 'ProcessorScheduler', 'Float', 'Symbol'} <= names
    scheduler = memory.special(special.SCHEDULER_ASSOCIATION).fetch(memory, special.VALUE)
    w_process = scheduler.fetch(memory, special.ACTIVE_PROCESS)
    assert class_name(memory, w_process) == 'Process'
    assert isinstance(w_process.fetch(memory, special.PROCESS_SUSPENDED_CONTEXT), W_Context)
    assert 16807.0 in [w.value for w in memory.loaded if isinstance(w, W_Float)]
    for w_object in memory.loaded:
        assert None not in fields(memory, w_object)
        assert w_object.class_view(memory) is not None


def test_both_byte_orders_of_an_image_have_the_same_symbols_and_methods():
    little = read_image_file(shared('images/mini.image'))
    big = read_image_file(shared('images/mini-be.image'))

    def symbols(memory):
        return {w.text() for w in memory.loaded if isinstance(w, W_Bytes) and w.view.name() == 'Symbol'}

    def codes(memory):
        return {''.join(w.bytes) for w in memory.loaded if isinstance(w, W_CompiledMethod)}

    assert symbols(big) <= symbols(little)
    assert len(symbols(little) - symbols(big)) < 30
    assert len(codes(little) ^ codes(big)) < 60


def test_words_of_bitmaps_are_in_the_image_s_order():
    little = read_image_file(shared('images/mini.image'))
    big = read_image_file(shared('images/mini-be.image'))

    def forms(memory):
        return sorted(tuple(w.getword(i) for i in range(len(w.words))) for w in memory.loaded
                      if isinstance(w, W_Words) and 10 < len(w.words) < 40)

    assert len(set(forms(little)) & set(forms(big))) > 15
