import json
import os
import subprocess

import pytest
import synthetic
from imagetools import text
from shared import shared
from spyvm.image.reader import load_image
from spyvm.rpy import osio
from spyvm.tools.info import Report, info, json_text, plain_text
from spyvm.tools.jsontext import quoted


class SomeSupported(object):
    """Stands for a VM that has the primitives below 50 and one plugin."""

    def numbered(self, number):
        return number < 50

    def named(self, module, name):
        return module == 'Here'


def world_with_primitives(version):
    world = synthetic.World(version)
    spur = version in synthetic.SPUR_32 + synthetic.SPUR_64

    def method(number, literals=()):
        code = [139, number & 255, number >> 8, 0x7C] if spur else [0x7C]
        header = synthetic.method_header(len(literals), primitive=number)
        world.add(world['CompiledMethod'], synthetic.METHOD, [header] + list(literals), code)

    def names(module, name):
        items = [world.symbol(module) if module else world.nil, world.symbol(name), 0, 0]
        return [world.add(world['Array'], synthetic.INDEXABLE, items)]

    for number in (1, 1, 60, 257):
        method(number)
    method(117, names('Here', 'primitiveOne'))
    method(117, names('There', 'primitiveTwo'))
    method(117, names('There', 'primitiveTwo'))
    method(117, names('', 'primitiveThree'))
    method(117, [world.nil])
    return world


def report_of(world, version, big_endian=False):
    return Report(load_image(text(synthetic.encode(world, version, big_endian))), SomeSupported())


@pytest.mark.parametrize('version', synthetic.VERSIONS)
def test_primitives_are_counted_by_number_and_by_name(version):
    report = report_of(world_with_primitives(version), version)
    assert [(use.number, use.methods, use.supported) for use in report.numbered] == [(1, 2, True), (60, 1, False)]
    assert report.quick_methods == 1
    assert [(use.name, use.methods, use.supported) for use in report.named] == [
        ('>>', 1, False), ('>>primitiveThree', 1, False), ('Here>>primitiveOne', 1, True), ('There>>primitiveTwo', 2, False)]


@pytest.mark.parametrize('version', synthetic.VERSIONS)
@pytest.mark.parametrize('big_endian', [False, True])
def test_the_json_says_what_the_image_is(version, big_endian):
    report = report_of(world_with_primitives(version), version, big_endian)
    found = json.loads(json_text('some.image', report))
    assert found['version'] == version
    assert found['wordSize'] == (8 if version > 60000 else 4)
    assert found['byteOrder'] == ('big-endian' if big_endian else 'little-endian')
    assert found['format'] == ('Spur' if version in synthetic.SPUR_32 + synthetic.SPUR_64 else 'V3')
    assert (found['windowWidth'], found['windowHeight']) == (640, 480)
    assert found['objects'] == sum(found['headers'].values()) == len(report.memory.loaded)
    assert sum(entry['objects'] for entry in found['classes']) <= found['objects']
    assert sum(entry['methods'] for entry in found['bytecodeSets']) == 10
    assert {'number': 60, 'methods': 1, 'supported': False} in found['numberedPrimitives']
    assert {'name': 'There>>primitiveTwo', 'methods': 2, 'supported': False} in found['namedPrimitives']


def test_the_text_says_what_the_image_is():
    report = report_of(world_with_primitives(6504), 6504)
    lines = plain_text('some.image', report).splitlines()
    assert 'format         V3, version 6504' in lines
    assert 'words          32 bits, little-endian' in lines
    assert 'bytecode sets  V3 with closures: 10 methods' in lines
    assert 'numbered primitives: 2 used, 1 of them in this VM' in lines
    assert '  missing: 60' in lines
    assert '  missing: >>, >>primitiveThree, There>>primitiveTwo' in lines
    assert max(len(line) for line in lines) <= 110


def test_methods_of_the_second_bytecode_set_are_counted():
    world = synthetic.World(68533)
    world.add(world['CompiledMethod'], synthetic.METHOD, [synthetic.Raw(-(1 << 60) << 3 | 1)], [0x58])
    report = report_of(world, 68533)
    assert (report.methods, report.alternate_methods) == (2, 1)


def test_no_more_than_20_classes_the_largest_first():
    world = synthetic.World(6504)
    synthetic.add_block(world, 2)
    classes = report_of(world, 6504).classes
    assert len(classes) == 20
    counts = [count.objects for count in classes]
    assert counts == sorted(counts, reverse=True)


def test_what_is_wrong_is_said_in_one_line(tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(osio, 'write', lambda fd, text: written.append((fd, text)))
    path = str(tmp_path / 'no.image')
    with open(path, 'wb') as file:
        file.write(b'not an image' * 100)
    assert info(path, False) == 1
    assert info(str(tmp_path / 'absent.image'), True) == 1
    assert info(str(tmp_path), True) == 1
    assert [fd for fd, _ in written] == [2, 2, 2]
    for _, line in written:
        assert line.startswith('spy: ' + str(tmp_path)) and line.endswith('\n') and line.count('\n') == 1


def test_any_byte_has_a_place_in_json():
    everything = ''.join(chr(i) for i in range(256))
    found = json.loads(quoted(everything))
    assert (found.encode('latin-1') if str is bytes else found) == everything


SHARED = ['mini.image', 'mini-be.image', 'squeak2.2-be.image', 'mini-running-exit.image', 'bench-v3.image',
          'headless-spur32.image', 'headless-spur64.image', 'bench-spur32.image', 'bench-spur64.image']


def primitive_list(path):
    """The numbers in the first part of primitives-in-use.md, which were read out of squeak2.2-be.image."""
    with open(path) as file:
        part = file.read().split('```')[1]
    return [int(line.split()[0]) for line in part.strip().splitlines()]


def test_the_numbers_squeak_2_2_uses_are_those_others_found(capfd):
    assert info(shared('images/squeak2.2-be.image'), True) == 0
    found = json.loads(capfd.readouterr()[0])
    assert [use['number'] for use in found['numberedPrimitives']] == primitive_list(shared('primitives-in-use.md'))
    assert (found['version'], found['byteOrder'], found['objects']) == (6502, 'big-endian', 70200)


@pytest.mark.native
@pytest.mark.parametrize('name', SHARED)
def test_the_executable_says_the_same_as_the_source(name, capfd):
    path = shared('images/' + name)
    for options in ([], ['--json']):
        assert info(path, options != []) == 0
        expected = capfd.readouterr()[0]
        found = subprocess.check_output([os.environ['SPY'], 'info', path] + options).decode('latin-1')
        assert found == expected
