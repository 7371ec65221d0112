"""Golden vectors from the reference's plugins: which file they are in, and their values as objects of an image.

The files (*.jsonl.gz) are in ../shared/vectors or where SPY_VECTORS says, and are described by a README.md there.
"""
import gzip
import json
import os

import pytest

import fakeimage
import shared
from spyvm.objects import formats
from spyvm.objects.model import W_Float, W_SmallInteger
from spyvm.objects.pointers import W_Pointers
from spyvm.objects.raw import W_Bytes, W_Longs, W_Words
from spyvm.primitives import registry
from spyvm.objects.errors import PrimitiveFailed
from spyvm.rpy.arith import r_uint
from spyvm.rpy.floats import float_to_bits

FOLDER = os.environ.get('SPY_VECTORS') or os.path.join(shared.DIRECTORY, 'vectors')


def load(name, plugins=None):
    """The cases of one file, of those plugins; skips the test where there is no such file."""
    path = os.path.join(FOLDER, name + '.jsonl.gz')
    if not os.path.exists(path):
        pytest.skip('no test vectors: %s (SPY_VECTORS=FOLDER)' % path)
    with gzip.open(path) as lines:
        cases = [json.loads(line.decode('ascii')) for line in lines]
    return [case for case in cases if plugins is None or case['plugin'] in plugins]


def unhex(text, digits):
    """The numbers of a string of hexadecimal numbers that have so many digits each."""
    return [int(text[i:i + digits], 16) for i in range(0, len(text), digits)]


def pair_samples(samples):
    """32-bit words of 16-bit samples, the first in the low half."""
    return [samples[i] | samples[i + 1] << 16 for i in range(0, len(samples), 2)]


class World(object):
    """The objects of one case of the generic layout (sound, misc) in an image."""

    def __init__(self, memory, case):
        self.memory = memory
        self.specs = case['objects']
        self.made = {}
        for name in sorted(self.specs):
            self.ref(name)

    def ref(self, name):
        if name not in self.made:
            self.make_named(name, self.specs[name])
        return self.made[name]

    def make_named(self, name, spec):
        kind = spec['type']
        if kind == 'object' or kind == 'array':
            slots = [self.memory.w_nil] * len(spec['slots'])
            if kind == 'object':
                w_object = W_Pointers(self.pointers_view(spec.get('class', 'Object'), len(slots)), slots)
            else:
                w_object = fakeimage.new_generic_array(self.memory.view_Array, slots)
            self.made[name] = w_object
            slots[:] = [self.value(slot) for slot in spec['slots']]
            return
        if kind == 'words':
            if 'hex' in spec:
                values = unhex(spec['hex'], 8)
            else:
                values = [spec.get('fill', 0)] * spec['size']
                for index, value in spec.get('diff', []):
                    values[index] = value
            w_object = fakeimage.words(self.memory, 'Bitmap', values)
        elif kind == 'bytes':
            w_object = fakeimage.byte_array(self.memory, unhex(spec['hex'], 2))
        elif kind == 'sound':
            w_object = fakeimage.words(self.memory, 'SoundBuffer', pair_samples(unhex(spec['hex'], 4)))
        elif kind == 'float64s':
            w_object = W_Longs(fakeimage.view_named(self.memory, 'Bitmap'), [r_uint(v) for v in unhex(spec['hex'], 16)])
        else:
            raise ValueError(kind)
        self.made[name] = w_object

    def pointers_view(self, name, size):
        try:
            return fakeimage.view_named(self.memory, name)
        except KeyError:
            return fakeimage.new_class(self.memory, name, 'Object', formats.FIXED, size)

    def value(self, value):
        """The object that a value of the vectors stands for."""
        memory = self.memory
        if value is None:
            return memory.w_nil
        if value is True or value is False:
            return memory.bool_object(value)
        if isinstance(value, int) or not isinstance(value, dict):
            return fakeimage.integer(memory, value)
        (key, what), = value.items()
        if key == 'ref':
            return self.ref(what)
        if key == 'float':
            return W_Float(float(what))
        if key == 'string':
            return fakeimage.string(memory, what)
        if key == 'bytes':
            return fakeimage.byte_array(memory, unhex(what, 2))
        if key == 'words':
            return fakeimage.words(memory, 'Bitmap', unhex(what, 8))
        if key == 'array':
            return fakeimage.array(memory, [self.value(item) for item in what])
        if key == 'object':
            return W_Pointers(self.pointers_view('Object', len(what)), [self.value(item) for item in what])
        if key == 'point':
            return memory.point_object(what[0], what[1])
        raise ValueError(key)

    def same(self, w_object, value):
        """Whether an object is the one, or has the value, that the vectors say."""
        memory = self.memory
        if isinstance(value, dict):
            (key, what), = value.items()
            if key == 'ref':
                return w_object is self.ref(what)
            if key == 'point':
                return (w_object.view is memory.view_Point and
                        [fakeimage.python_value(memory, w) for w in w_object.slots] == what)
            if key == 'float':
                return isinstance(w_object, W_Float) and float_to_bits(w_object.value) == float_to_bits(float(what))
            return contents(w_object) == contents(self.value(value))
        if isinstance(value, bool) or value is None:
            return w_object is self.value(value)
        return isinstance(w_object, W_SmallInteger) and w_object.value == value

    def snapshot(self):
        return dict((name, contents(w_object)) for name, w_object in self.made.items())

    def expected(self, name, before, after):
        """What `contents` is to answer of an object, from its contents before the call and what the vectors say of it."""
        spec = self.specs[name]
        if 'hex' in after:
            if spec['type'] == 'sound':
                return pair_samples(unhex(after['hex'], 4))
            return unhex(after['hex'], {'words': 8, 'bytes': 2, 'float64s': 16}[spec['type']])
        if 'diff' in after:
            result = list(before)
            for index, value in after['diff']:
                result[index] = value
            return result
        return after['slots']


def contents(w_object):
    """What an object consists of, as Python values that can be compared."""
    if isinstance(w_object, W_Bytes):
        return [ord(char) for char in w_object.bytes]
    if isinstance(w_object, W_Words):
        return [int(word) for word in w_object.words]
    if isinstance(w_object, W_Longs):
        return [int(word) for word in w_object.longs]
    if isinstance(w_object, W_Pointers):
        return list(w_object.slots)
    return [w_object]


def call(interp, entry, w_receiver, args_w):
    """Call a registered primitive."""
    if len(args_w) == 0:
        return entry.call0(interp, w_receiver)
    if len(args_w) == 1:
        return entry.call1(interp, w_receiver, args_w[0])
    if len(args_w) == 2:
        return entry.call2(interp, w_receiver, args_w[0], args_w[1])
    if len(args_w) == 3:
        return entry.call3(interp, w_receiver, args_w[0], args_w[1], args_w[2])
    return entry.calln(interp, w_receiver, args_w)


def check(memory, case, result=None):
    """Run a case of the generic layout; AssertionError if the primitive did not do what the reference did."""
    result = result or case['result']
    world = World(memory, case)
    w_receiver = world.value(case['receiver'])
    args_w = [world.value(arg) for arg in case['args']]
    before = world.snapshot()
    entry = registry.find_named(case['plugin'], case['primitive'])
    try:
        w_result = call(fakeimage.FakeInterp(memory), entry, w_receiver, args_w)
    except PrimitiveFailed:
        assert not result['ok'], 'fails'
        assert world.snapshot() == before, 'fails, but has changed something'
        return
    assert result['ok'], 'succeeds'
    if result['ret'] == 'self':
        assert w_result is w_receiver
    else:
        assert world.same(w_result, result['ret']), w_result.describe()
    after = world.snapshot()
    for name in sorted(after):
        if name in result['after']:
            expected = world.expected(name, before[name], result['after'][name])
            if 'slots' in result['after'][name]:
                assert len(after[name]) == len(expected), name
                for w_slot, value in zip(after[name], expected):
                    assert world.same(w_slot, value), name
            else:
                assert after[name] == expected, name
        else:
            assert after[name] == before[name], name
