"""A file that is cut off, damaged or something else gives one line, never anything worse."""
import os
import random
import subprocess
import time

import pytest
import synthetic
from imagetools import text
from shared import shared
from spyvm.image.errors import ImageError
from spyvm.image.reader import load_image
from spyvm.objects.errors import PrimitiveFailed

SECONDS_A_LOAD = 10     # of an image of some kilobytes: anything slower counts as hanging


def small_image(version, big_endian=False):
    world = synthetic.World(version)
    world.add(world['Bitmap'], synthetic.WORDS, (), list(range(300)))
    world.add(world['BlockContext'], synthetic.BOTH, [world.context, 13, 0, 0, 13, world.context] + [world.nil] * 16)
    world.add(world['BlockClosure'], synthetic.BOTH, [world.context, 13, 0, 5])
    world.add(world['WeakArray'], synthetic.WEAK, [world.nil, world.process])
    return synthetic.encode(world, version, big_endian)


def attempt(data):
    """Load, and look at everything if that worked; answers the message of a refusal or None."""
    start = time.time()
    message = None
    try:
        memory = load_image(text(bytes(data)))
        for w_object in memory.loaded:
            w_object.describe()
            w_object.kind(memory)
            assert w_object.class_view(memory) is not None
            for i in range(w_object.pointer_size(memory)):
                assert w_object.fetch(memory, i) is not None
            try:
                w_object.at0(memory, 0)
            except PrimitiveFailed:
                pass
    except ImageError as error:
        message = error.message
        assert message and '\n' not in message
    assert time.time() - start < SECONDS_A_LOAD
    return message


@pytest.mark.parametrize('version', synthetic.VERSIONS)
def test_truncations_anywhere_in_the_header_and_first_objects(version):
    data = small_image(version)
    for size in list(range(0, 300)) + list(range(300, 700, 7)):
        message = attempt(data[:size])
        assert 'byte' in message and 'expected' in message


@pytest.mark.parametrize('version', synthetic.VERSIONS)
def test_truncations_with_a_header_that_does_not_notice(version):
    """The header's count of bytes is made to fit, so that the objects end at every kind of boundary."""
    data = small_image(version)
    word = 8 if version > 60000 else 4
    start = 16 * word
    sizes = list(range(start + word, start + 400, word))
    for size in sizes + list(range(len(data) - 400, len(data), word)):
        cut = bytearray(data[:size])
        fields = [8]
        if version in synthetic.SPUR_32 + synthetic.SPUR_64:
            fields.append(72 if word == 8 else 48)     # the size of the first segment
        for place in fields:
            cut[place:place + 4] = bytearray((size - start) >> shift & 255 for shift in (0, 8, 16, 24))
        message = attempt(cut)
        assert message is not None or size not in sizes    # the last objects are not needed


def flipped(data, source, limit):
    damaged = bytearray(data)
    for _ in range(source.choice([1, 1, 2, 5, 50])):
        place = source.randrange(limit)
        if source.random() < 0.5:
            damaged[place] ^= 1 << source.randrange(8)
        else:
            damaged[place] = source.choice([0, 1, 2, 3, 127, 128, 255, source.randrange(256)])
    return damaged


@pytest.mark.parametrize('version', synthetic.VERSIONS)
@pytest.mark.parametrize('big_endian', [False, True])
def test_flipped_bytes(version, big_endian):
    data = small_image(version, big_endian)
    source = random.Random(version)
    refused = 0
    for i in range(60):
        refused += attempt(flipped(data, source, len(data) if i % 3 else 1500)) is not None
    assert refused > 10


@pytest.mark.parametrize('name', ['headless-spur32.image', 'headless-spur64.image', 'mini.image', 'mini-be.image'])
def test_flipped_bytes_of_real_images(name):
    with open(shared('images/' + name), 'rb') as file:
        data = file.read()
    source = random.Random(1)
    for i in range(12):
        attempt(flipped(data, source, len(data) if i % 3 else 3000))


@pytest.mark.native
@pytest.mark.parametrize('name, runs', [
    ('headless-spur32.image', 1000), ('headless-spur64.image', 1000), ('mini.image', 700), ('mini-be.image', 700)])
def test_the_executable_says_one_line_about_each_of_thousands_of_damaged_files(name, runs, tmp_path):
    with open(shared('images/' + name), 'rb') as file:
        data = file.read()
    source = random.Random(2)
    path = str(tmp_path / 'damaged.image')
    refused = 0
    for i in range(runs):
        damaged = flipped(data, source, len(data) if i % 3 else 6000)
        if i % 4 == 0:
            del damaged[source.randrange(len(damaged)):]
        with open(path, 'wb') as file:
            file.write(damaged)
        process = subprocess.Popen([os.environ['SPY'], 'info', path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate()
        assert process.returncode in (0, 1), (i, process.returncode, err)
        if process.returncode == 1:
            refused += 1
            assert out == b'' and err.count(b'\n') == 1, (i, err)
        else:
            assert err == b'', (i, err)
    assert refused > runs // 3
