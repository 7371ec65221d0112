"""What tests of image segments share: memories, a graph with objects of every kind, storing, loading, comparing."""
import fakeimage
from spyvm.image.header import ImageHeader, find_format
from spyvm.objects import formats, special
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import METHOD, PC, RECEIVER, STACKP, TEMP_START, W_Context
from spyvm.objects.errors import PrimitiveFailed
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import IMMUTABLE, W_Character, W_Float, W_SmallInteger
from spyvm.objects.pointers import W_Class, new_array
from spyvm.objects.raw import W_Bytes, W_Longs, W_Shorts, W_Words
from spyvm.primitives import segments
from spyvm.rpy.arith import r_uint, r_uint32

KINDS = fakeimage.KINDS
COMPACT = {1: 'CompiledMethod', 2: 'Symbol', 3: 'Array', 5: 'LargePositiveInteger', 6: 'Float', 7: 'MethodDictionary',
           8: 'Association', 9: 'Point', 11: 'String', 12: 'BlockClosure', 13: 'BlockContext', 14: 'MethodContext', 16:
           'Bitmap'}


class Interp(fakeimage.FakeInterp):
    """An interpreter that holds the objects in `held`."""

    def __init__(self, memory):
        fakeimage.FakeInterp.__init__(self, memory)
        self.linked = True
        self.held = []

    def all_linked(self):
        return self.linked

    def roots(self):
        return list(self.held)

    def became(self, forwarding):
        self.held = [forwarding.get(w_object) for w_object in self.held]


def make_interp(kind):
    """An Interp for a kind of KINDS that holds all classes; in V3 memories the usual ones are compact."""
    memory = fakeimage.make_memory(kind)
    memory.header = ImageHeader(find_format(memory.traits.version), memory.traits)
    fakeimage.new_class(memory, 'Rectangle', 'Object', formats.FIXED, 2)
    memory.w_special_objects.store(memory, special.SELECTOR_DOES_NOT_UNDERSTAND,
                                   fakeimage.symbol(memory, 'doesNotUnderstand:'))
    if kind == 'v3':
        w_compact = new_array(memory.view_Array, 31)
        memory.w_special_objects.store(memory, special.COMPACT_CLASSES, w_compact)
        for index, name in COMPACT.items():
            w_class = fakeimage.class_named(memory, name)
            w_compact.store(memory, index - 1, w_class)
            w_format = w_class.slots[special.FORMAT]
            w_class.store(memory, special.FORMAT, W_SmallInteger(w_format.value | (index << 11)))
    interp = Interp(memory)
    interp.held = [class_view.w_self for class_view in memory.known_views.all()]    # as a dictionary of classes does
    return interp


def view(memory, name):
    return fakeimage.view_named(memory, name)


def rich_graph(memory):
    """An Array with objects of every kind the format has, referring to each other and to others outside."""
    f = fakeimage
    w_method = W_CompiledMethod(memory.view_CompiledMethod, 0, [], list('\x70\x78\x7c\x05'))
    w_method.literals = [f.symbol(memory, 'foo'), f.class_named(memory, 'Point')]
    w_method.header = (2 if memory.is_spur else 2 << 9) | (1 << 18)
    w_context = memory.instantiate(memory.view_MethodContext, 16)
    w_context.store(memory, METHOD, w_method)
    w_context.store(memory, RECEIVER, f.integer(memory, 7))
    w_context.store(memory, PC, W_SmallInteger(w_method.byte_offset(memory) + 2))
    w_context.store(memory, STACKP, W_SmallInteger(2))
    w_closure = W_BlockClosure(memory.view_BlockClosure, False, w_context, W_SmallInteger(30), W_SmallInteger(1),
                               memory.w_nil, [f.string(memory, 'copied'), memory.w_true])
    w_context.store(memory, TEMP_START, w_closure)
    w_context.store(memory, TEMP_START + 1, W_SmallInteger(-5))
    w_weak = f.instance(memory, 'WeakArray', 3)
    w_point = f.instance(memory, 'Point')
    w_weak.store(memory, 0, w_point)
    w_weak.store(memory, 1, W_SmallInteger(3))
    w_point.slots[0] = f.boxed_float(memory, 3.25)
    w_point.slots[1] = w_weak
    w_class = f.new_class(memory, 'Sample', 'Object', formats.INDEXABLE_FIXED, 2).w_self
    w_instance = memory.instantiate(memory.view_of_class(w_class), 3)
    w_instance.slots[3] = w_instance
    items = [
        w_point, f.string(memory, ''), f.string(memory, 'hello'), f.string(memory, 'x' * 1000),
        f.array(memory, []), f.array(memory, [memory.w_nil] * 3),
        f.array(memory, [W_SmallInteger(i) for i in range(-9, 300)]),
        f.array(memory, [W_SmallInteger(1), memory.w_nil]), f.large(memory, 1 << 100), f.large(memory, -(1 << 70)),
        f.boxed_float(memory, 1e300), f.boxed_float(memory, 0.0), f.boxed_float(memory, float('inf')),
        f.words(memory, 'Bitmap', [1, 0xFFFFFFFF, 5]), f.words(memory, 'WordArray', []), f.words(memory, 'WordArray',
        range(99)), w_method, w_context, w_closure, w_weak, w_class, w_instance, W_SmallInteger(memory.max_int),
        W_SmallInteger(memory.min_int), memory.w_nil, memory.w_true, memory.w_false, f.class_named(memory, 'Array'),
        memory.w_special_objects, f.symbol(memory, 'inner')]
    if memory.is_spur:
        w_shorts = W_Shorts(f.new_class(memory, 'DoubleByteArray', 'Object', formats.SHORTS, 0), [1, 2, 0xFFFF])
        w_longs = W_Longs(f.new_class(memory, 'DoubleWordArray', 'Object', formats.LONGS, 0),
                          [r_uint(1), r_uint(2 ** 64 - 1)])
        w_fixed = f.string(memory, 'constant')
        w_fixed.meta |= IMMUTABLE
        items += [w_shorts, w_longs, W_Character(955), W_Character(0x3FFFFFFF), w_fixed]
    if memory.has_immediate_floats:
        items += [W_Float(1.5), W_Float(-0.0), W_Float(0.0), f.array(memory, [W_Float(2.5), W_Float(-1e10)])]
    for w_item in items[:20]:
        if not w_item.is_immediate(memory):
            memory.identity_hash(w_item)
    return f.array(memory, items)


def random_graph(memory, rng, count):
    """An Array of `count` objects that refer to each other at random."""
    f = fakeimage
    names = ['Point', 'Association', 'Array', 'String', 'WordArray', 'Float', 'Message']
    objects = []
    for i in range(count):
        name = rng.choice(names)
        if name == 'Array':
            objects.append(f.array(memory, [memory.w_nil] * rng.randrange(0, 6)))
        elif name == 'String':
            objects.append(f.string(memory, 'abcdefgh'[:rng.randrange(0, 9)]))
        elif name == 'WordArray':
            objects.append(f.words(memory, name, range(rng.randrange(0, 5))))
        elif name == 'Float':
            objects.append(f.boxed_float(memory, rng.random()))
        else:
            objects.append(f.instance(memory, name))
    for w_object in objects:
        for i in range(w_object.pointer_size(memory)):
            w_object.store(memory, i, rng.choice(objects + [W_SmallInteger(i), memory.w_true]))
    return f.array(memory, objects)


def new_words(memory, count):
    return W_Words(view(memory, 'WordArray'), [r_uint32(0)] * count)


def words_with(memory, values):
    return W_Words(view(memory, 'WordArray'), [r_uint32(value) for value in values])


def store(interp, w_roots, words=20000, outs=200):
    """Store; the word array and the Array of out pointers."""
    memory = interp.memory
    w_words = new_words(memory, words)
    w_outs = new_array(memory.view_Array, outs)
    segments.store_image_segment(interp, memory.w_nil, w_roots, w_words, w_outs)
    return w_words, w_outs


def load(interp, values, w_outs):
    """Load a segment with these words; the Array of roots and what became of the word array."""
    w_words = words_with(interp.memory, values)
    interp.held.append(w_words)
    try:
        w_roots = segments.load_image_segment(interp, interp.memory.w_nil, w_words, w_outs)
        return w_roots, interp.held[-1]
    finally:
        interp.held.pop()


def failure(function, *args):
    """The code with which a call fails as a primitive; None if it does not."""
    try:
        function(*args)
    except PrimitiveFailed as e:
        return e.code
    return None


def elements(memory, w_array):
    return [w_array.fetch(memory, i) for i in range(w_array.pointer_size(memory))]


# ---- comparing graphs

def picture(memory, w_root, outers):
    """A graph as a list of descriptions, one for each object in the order in which they are reached; equal for graphs of the
    same shape.  Objects in `outers` count by their identity."""
    outside = dict((id(w_object), i) for i, w_object in enumerate(outers))
    numbers = {id(w_root): 0}
    found = [w_root]
    result = []

    def name(w_value):
        if isinstance(w_value, W_SmallInteger):
            return w_value.value
        if isinstance(w_value, W_Character):
            return 'character %d' % w_value.value
        if isinstance(w_value, W_Float) and w_value.is_immediate(memory):
            return 'float %r' % w_value.value
        if id(w_value) in outside:
            return 'out %d' % outside[id(w_value)]
        if id(w_value) not in numbers:
            numbers[id(w_value)] = len(found)
            found.append(w_value)
        return 'object %d' % numbers[id(w_value)]

    for w_object in found:
        meta = w_object.get_meta()
        line = [type(w_object).__name__, name(w_object.class_view(memory).w_self), meta & IMMUTABLE]
        if not isinstance(w_object, W_Class):
            line.append(meta & 0x3FFFFF)
        line.append([name(w_field) for w_field in fields(memory, w_object)])
        if isinstance(w_object, (W_Bytes, W_CompiledMethod)):
            line.append(''.join(w_object.bytes))
        elif isinstance(w_object, W_Words):
            line.append([int(word) for word in w_object.words])
        elif isinstance(w_object, W_Shorts):
            line.append(w_object.shorts)
        elif isinstance(w_object, W_Longs):
            line.append([int(word) for word in w_object.longs])
        elif isinstance(w_object, W_Float):
            line.append(repr(w_object.value))
        result.append(line)
    return result


def fields(memory, w_object):
    if isinstance(w_object, W_Context):
        return [w_object.fetch(memory, i) for i in range(TEMP_START + w_object.sp)]
    return [w_object.fetch(memory, i) for i in range(w_object.pointer_size(memory))]


def mutated(rng, values):
    """The words with one to three changes of the kinds that find weak spots: bits, bytes, words, lengths."""
    values = [int(value) for value in values]
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(values)) if rng.random() < 0.5 else rng.randrange(min(len(values), 40))
        what = rng.randrange(7)
        if what == 0:
            values[at] ^= 1 << rng.randrange(32)
        elif what == 1:
            values[at] = rng.choice([0, 1, 2, 3, 4, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0xFF000000, 0x80000004])
        elif what == 2:
            values[at] = (values[at] + rng.choice([-16, -8, -4, -1, 1, 4, 8, 16, 256, 65536])) & 0xFFFFFFFF
        elif what == 3:
            values[at] = rng.randrange(1 << 32)
        elif what == 4:
            values[at] = values[rng.randrange(len(values))]
        elif what == 5:
            del values[at + 1:]
        else:
            values.insert(at, rng.randrange(1 << 32))
    return values


class Random(object):
    """A generator whose numbers do not depend on the version of Python."""

    def __init__(self, seed):
        self.state = (seed * 2654435761 + 12345) & 0xFFFFFFFFFFFFFFFF

    def bits(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return self.state >> 32

    def randrange(self, start, stop=None):
        if stop is None:
            start, stop = 0, start
        return start + self.bits() % (stop - start)

    def random(self):
        return self.bits() / 4294967296.0

    def choice(self, items):
        return items[self.randrange(len(items))]
