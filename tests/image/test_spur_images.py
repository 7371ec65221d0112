import pytest
import synthetic
from imagetools import class_name, fields, load, text
from shared import shared
from spyvm.image.errors import ImageError
from spyvm.image.flags import GREY, HIDDEN, MARKED, REMEMBERED
from spyvm.image.reader import load_image, read_image_file
from spyvm.objects import formats, special
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import W_Context
from spyvm.objects.model import BOXED, HASH_MASK, IMMUTABLE, PINNED, W_Character, W_Float, W_SmallInteger
from spyvm.objects.pointers import FLOATS, W_Weak
from spyvm.objects.raw import W_Bytes, W_Longs, W_Shorts, W_Words
from synthetic import BOTH, BYTES, Char, EPHEMERON, FIXED, INDEXABLE, LONGS, METHOD, SHORTS, SmallFloat, WEAK, WORDS

SPUR = synthetic.SPUR_32 + synthetic.SPUR_64
ALL = [(version, big_endian) for version in SPUR for big_endian in (False, True)]


def load_world(world, version, big_endian=False, segments=1):
    encoder = synthetic.encoder_for(world, version, big_endian)
    encoder.segments = segments
    return load(world, encoder)


@pytest.mark.parametrize('version, big_endian', ALL)
def test_objects_get_their_contents(version, big_endian):
    world = synthetic.World(version)
    name = world.add(world['String'], BYTES, (), b'abcdefghijk')
    point = world.add(world['Point'], FIXED, [3, -4])
    array = world.add(world['Array'], INDEXABLE, [name, point, 1, world.nil])
    method = world.add(world['CompiledMethod'], METHOD, [synthetic.method_header(2, 3, 1), name, world['Point']],
                       b'\x01\x02\x03')
    empty = world.add(world['String'], BYTES, (), b'')
    memory, at = load_world(world, version, big_endian)
    assert (at(world.nil), at(world.false), at(world.true)) == (memory.w_nil, memory.w_false, memory.w_true)
    assert at(name).text() == 'abcdefghijk' and class_name(memory, at(name)) == 'String'
    assert fields(memory, at(point)) == [3, -4]
    assert fields(memory, at(array)) == [at(name), at(point), 1, memory.w_nil]
    assert at(method).literals == [at(name), at(world['Point'])] and ''.join(at(method).bytes) == '\x01\x02\x03'
    assert at(empty).text() == ''
    assert at(world['Point']).meta & HASH_MASK == world['Point'].index


@pytest.mark.parametrize('version, big_endian', ALL)
def test_units_of_every_width_and_count(version, big_endian):
    world = synthetic.World(version)
    objects = []
    for count in range(9):
        objects.append((world.add(world['ByteArray'], BYTES, (), bytes(bytearray(range(count)))), W_Bytes))
        objects.append((world.add(world['DoubleByteArray'], SHORTS, (), [0x1234 + i for i in range(count)]), W_Shorts))
        objects.append((world.add(world['Bitmap'], WORDS, (), [0xFEDCBA98 + i for i in range(count)]), W_Words))
        longs = [0xFEDCBA9876543210 + i for i in range(count)]
        objects.append((world.add(world['DoubleWordArray'], LONGS, (), longs), W_Longs))
    memory, at = load_world(world, version, big_endian)
    for obj, w_class in objects:
        w_object = at(obj)
        assert type(w_object) is w_class
        if w_class is W_Bytes:
            assert [ord(c) for c in w_object.bytes] == list(bytearray(obj.units))
        elif w_class is W_Shorts:
            assert w_object.shorts == obj.units
        elif w_class is W_Words:
            assert [w_object.getword(i) for i in range(len(w_object.words))] == obj.units
        else:
            assert [int(n) for n in w_object.longs] == obj.units


@pytest.mark.parametrize('version', SPUR)
def test_every_format_number(version):
    """0 to 5 pointers, 9 to 31 raw: 6 to 8 are reserved."""
    world = synthetic.World(version)
    kinds = set()
    for kind, cls, slots, units in [
            ('empty', 'Object', [], ()), (FIXED, 'Point', [1, 2], ()), (INDEXABLE, 'Array', [1], ()),
            (BOTH, 'Array', [1], ()), (WEAK, 'WeakArray', [1], ()), (EPHEMERON, 'Ephemeron', [1, 2, 3], ()),
            (LONGS, 'DoubleWordArray', [], [1])]:
        kinds.add(synthetic.SPUR_FORMAT[kind])
        world.add(world[cls], kind, slots, units)
    for kind, cls, most in [(WORDS, 'Bitmap', 2), (SHORTS, 'DoubleByteArray', 4), (BYTES, 'ByteArray', 8)]:
        for count in range(most):
            world.add(world[cls], kind, (), [1] * count)
    for count in range(8):
        world.add(world['CompiledMethod'], METHOD, [synthetic.method_header(0)], [1] * count)
    memory, at = load_world(world, version)
    assert {at(obj).kind(memory) for obj in world.objects} >= {
        formats.EMPTY, formats.FIXED, formats.INDEXABLE, formats.WEAK, formats.EPHEMERON, formats.LONGS, formats.WORDS,
        formats.SHORTS, formats.BYTES, formats.METHOD}


@pytest.mark.parametrize('format', [6, 7, 8])
def test_reserved_formats_are_refused(format):
    world = synthetic.World(6521)
    world.add(world['Point'], 'empty', [1, 2], flags=format << 24)
    with pytest.raises(ImageError):
        load_world(world, 6521)


@pytest.mark.parametrize('version, big_endian', ALL)
def test_objects_of_255_slots_and_more_have_an_overflow_word(version, big_endian):
    world = synthetic.World(version)
    small = world.add(world['Array'], INDEXABLE, list(range(254)))
    first = world.add(world['Array'], INDEXABLE, list(range(255)))
    large = world.add(world['Array'], INDEXABLE, list(range(3000)))
    string = world.add(world['String'], BYTES, (), b'x' * 5001)
    memory, at = load_world(world, version, big_endian)
    assert fields(memory, at(small)) == list(range(254))
    assert fields(memory, at(first)) == list(range(255))
    assert fields(memory, at(large)) == list(range(3000))
    assert at(string).text() == 'x' * 5001
    assert memory.header.header_words[2] == 3 + (3 if version < 60000 else 3)


@pytest.mark.parametrize('version', SPUR)
def test_immediate_characters(version):
    world = synthetic.World(version)
    array = world.add(world['Array'], INDEXABLE, [Char(0), Char(65), Char(0x1F600), 5])
    memory, at = load_world(world, version)
    w_chars = [at(array).fetch(memory, i) for i in range(3)]
    assert all(type(w) is W_Character for w in w_chars)
    assert [w.value for w in w_chars] == [0, 65, 0x1F600]


@pytest.mark.parametrize('version', synthetic.SPUR_64)
def test_immediate_floats(version):
    values = [0.0, -0.0, 1.0, -1.0, 0.1, 1e38, -1e-38, 3.141592653589793]
    world = synthetic.World(version)
    array = world.add(world['Array'], INDEXABLE, [SmallFloat(value) for value in values])
    mixed = world.add(world['Array'], INDEXABLE, [SmallFloat(0.5), 1])
    memory, at = load_world(world, version)
    assert at(array).strategy is FLOATS
    assert [repr(at(array).fetch(memory, i).value) for i in range(len(values))] == [repr(value) for value in values]
    w_float = at(mixed).fetch(memory, 0)
    assert w_float.value == 0.5 and w_float.is_immediate(memory)
    assert class_name(memory, w_float) == 'SmallFloat64'


@pytest.mark.parametrize('version', SPUR)
def test_boxed_floats(version):
    world = synthetic.World(version)
    encoder = synthetic.encoder_for(world, version)
    fits = world.add(world['Float'], WORDS, (), encoder.float_units(0.1))
    huge = world.add(world['Float'], WORDS, (), encoder.float_units(1e300))
    memory, at = load(world, encoder)
    assert (at(fits).value, at(huge).value) == (0.1, 1e300)
    assert not at(fits).is_immediate(memory) and not at(huge).is_immediate(memory)
    assert bool(at(fits).meta & BOXED) == (version in synthetic.SPUR_64)
    assert not at(huge).meta & BOXED


@pytest.mark.parametrize('version, limit', [(6521, 2 ** 30), (68021, 2 ** 60)])
def test_small_integers_reach_their_limits(version, limit):
    world = synthetic.World(version)
    array = world.add(world['Array'], INDEXABLE, [limit - 1, -limit, -1])
    memory, at = load_world(world, version)
    assert fields(memory, at(array)) == [limit - 1, -limit, -1]


@pytest.mark.parametrize('version, big_endian', ALL)
@pytest.mark.parametrize('segments', [2, 5])
def test_segments_are_joined_over_their_bridges(version, big_endian, segments):
    world = synthetic.World(version)
    synthetic.add_block(world, 2)
    one = load_world(world, version, big_endian)[0]
    memory, at = load_world(world, version, big_endian, segments)
    assert len(memory.header.segments) == segments
    assert memory.header.segments[1].address - memory.header.segments[0].address > 0x100000
    assert len(memory.loaded) == len(one.loaded)
    for obj in world.objects:
        if obj.kind == BYTES:
            assert [ord(c) for c in at(obj).bytes] == list(bytearray(obj.units))
        elif obj.kind in (FIXED, INDEXABLE):
            for i, item in enumerate(obj.slots):
                if isinstance(item, synthetic.Obj):
                    assert at(obj).fetch(memory, i) is at(item)


@pytest.mark.parametrize('version', SPUR)
def test_forwarders_are_followed_and_are_no_objects(version):
    world = synthetic.World(version)
    point = world.add(world['Point'], FIXED, [1, 2])
    first = world.add(world['Point'], FIXED, [0, 0])
    second = world.add(world['Point'], FIXED, [0, 0])
    second.forward_to = first
    first.forward_to = point
    array = world.add(world['Array'], INDEXABLE, [second, first, point])
    memory, at = load_world(world, version)
    assert fields(memory, at(array)) == [at(point)] * 3
    assert memory.header.gaps[0].before == len(memory.loaded) - 1


@pytest.mark.parametrize('version', SPUR)
def test_forwarders_in_a_circle_are_refused(version):
    world = synthetic.World(version)
    first = world.add(world['Point'], FIXED, [0, 0])
    second = world.add(world['Point'], FIXED, [0, 0])
    first.forward_to = second
    second.forward_to = first
    world.add(world['Array'], INDEXABLE, [first])
    with pytest.raises(ImageError) as info:
        load_world(world, version)
    assert 'expected' in info.value.message


@pytest.mark.parametrize('version', SPUR)
def test_free_chunks_are_kept_as_gaps(version):
    world = synthetic.World(version)
    chunk = world.add(world['Array'], INDEXABLE)
    chunk.free = 48
    point = world.add(world['Point'], FIXED, [1, 2])
    memory, at = load_world(world, version)
    assert fields(memory, at(point)) == [1, 2]
    gap, = memory.header.gaps
    assert (gap.before, len(gap.bytes)) == (len(memory.loaded) - 1, 48)


def test_header_flags_and_hashes_are_kept():
    world = synthetic.World(68021)
    point = world.add(world['Point'], FIXED, [1, 2], hash=0x2ABCDE, flags=1 << 23 | 1 << 29 | 1 << 30 | 1 << 31 | 1 << 55)
    memory, at = load_world(world, 68021)
    assert at(point).meta == 0x2ABCDE | IMMUTABLE | REMEMBERED | PINNED | GREY | MARKED
    assert at(point).is_immutable()


@pytest.mark.parametrize('version', SPUR)
def test_the_class_table_is_kept_but_hidden(version):
    world = synthetic.World(version)
    memory, at = load_world(world, version)
    hidden = [w for w in memory.loaded if w.get_meta() & HIDDEN]
    assert len(hidden) == 3 and memory.header.w_hidden_roots is hidden[1]
    assert hidden[2].fetch(memory, world['Point'].index) is at(world['Point'])
    assert len(memory.header.oddities) == 3


def test_gaps_at_both_sides_of_a_bridge_are_kept_apart():
    world = synthetic.World(68021)
    chunks = [world.add(world['Array'], INDEXABLE) for _ in range(2)]
    chunks[0].free, chunks[1].free = 40, 48
    world.add(world['Point'], FIXED, [1, 2])
    encoder = synthetic.encoder_for(world, 68021)
    encoder.breaks = [chunks[1]]
    memory, at = load(world, encoder)
    first, second = memory.header.gaps
    assert first.before == second.before
    assert (len(first.bytes), len(second.bytes)) == (40, 48)
    assert second.place == first.place + len(first.bytes) + 16 == memory.header.segments[1].start


@pytest.mark.parametrize('version', SPUR)
def test_weak_and_ephemeron_objects(version):
    world = synthetic.World(version)
    point = world.add(world['Point'], FIXED, [1, 2])
    weak = world.add(world['WeakArray'], WEAK, [point, 3], flags=1 << 23)
    ephemeron = world.add(world['Ephemeron'], EPHEMERON, [point, 2, 3])
    memory, at = load_world(world, version)
    assert isinstance(at(weak), W_Weak) and fields(memory, at(weak)) == [at(point), 3] and at(weak).is_immutable()
    assert fields(memory, at(ephemeron)) == [at(point), 2, 3] and at(ephemeron).kind(memory) == formats.EPHEMERON


@pytest.mark.parametrize('version', SPUR)
def test_closures_and_full_closures(version):
    world = synthetic.World(version)
    closure = world.add(world['BlockClosure'], BOTH, [world.context, 13, 0, 5])
    full = world.add(world['FullBlockClosure'], BOTH, [world.nil, world.method, 0, 42, 5])
    memory, at = load_world(world, version)
    assert isinstance(at(closure), W_BlockClosure) and not at(closure).full
    assert fields(memory, at(closure)) == [at(world.context), 13, 0, 5]
    assert isinstance(at(full), W_BlockClosure) and at(full).full
    assert fields(memory, at(full)) == [memory.w_nil, at(world.method), 0, 42, 5]


@pytest.mark.parametrize('change', ['bridge', 'first', 'span'])
def test_broken_bridges_are_refused(change):
    world = synthetic.World(68021)
    encoder = synthetic.encoder_for(world, 68021)
    encoder.segments = 2
    data = bytearray(encoder.encode())
    end = 128 + encoder.spans[0][1] - encoder.spans[0][0]
    if change == 'bridge':
        data[end - 8] ^= 0x40
    elif change == 'first':
        data[0x50 - 8] ^= 0x40
    else:
        data[end - 14] ^= 0x40
    with pytest.raises(ImageError):
        load_image(text(bytes(data)))


@pytest.mark.parametrize('name, objects', [('headless-spur32.image', 2449), ('headless-spur64.image', 2449),
                                           ('bench-spur32.image', 2486), ('bench-spur64.image', 2486)])
def test_images_that_others_made(name, objects):
    memory = read_image_file(shared('images/' + name))
    assert len(memory.loaded) == objects
    names = {view.name() for view in memory.known_views.all()}
    assert {'SmallInteger class', 'Metaclass', 'CompiledMethod', 'ProcessorScheduler', 'Float', 'Symbol'} <= names
    scheduler = memory.special(special.SCHEDULER_ASSOCIATION).fetch(memory, special.VALUE)
    w_process = scheduler.fetch(memory, special.ACTIVE_PROCESS)
    assert isinstance(w_process.fetch(memory, special.PROCESS_SUSPENDED_CONTEXT), W_Context)
    assert 3.141592653589793 in [w.value for w in memory.loaded if isinstance(w, W_Float)]
    for w_object in memory.loaded:
        assert None not in fields(memory, w_object)
        assert w_object.class_view(memory) is not None


def test_both_word_sizes_of_an_image_have_the_same_strings():
    loaded = [read_image_file(shared('images/headless-spur%d.image' % bits)) for bits in (32, 64)]

    def strings(memory):
        return sorted(w.text() for w in memory.loaded if isinstance(w, W_Bytes) and w.view.name() in ('String', 'Symbol'))

    assert strings(loaded[0]) == strings(loaded[1])
    assert isinstance(loaded[1].special(special.CLASS_ARRAY).fetch(loaded[1], special.FORMAT), W_SmallInteger)
