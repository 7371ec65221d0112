"""build/kernel.py: which kernel images are built anew, and which are kept."""
import os
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'build'))

import kernel
from toolchain import BuildError


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A list of the commands run in place of images/build.py; each writes its image unless runs.status is another than 0."""
    class Runs(list):
        status = 0
    commands = Runs()

    def call(command, **options):
        commands.append(command[2:])
        if commands.status == 0:
            with open(command[command.index('-o') + 1], 'w') as out:
                out.write('image')
        return commands.status
    monkeypatch.setattr(kernel, 'IMAGES_DIR', str(tmp_path))
    monkeypatch.setattr(kernel.subprocess, 'call', call)
    return commands


def test_an_image_is_built_once(runs):
    for _ in range(2):
        kernel.build('spur64', 'key')
    assert len(runs) == 1
    assert runs[0] == ['--format', 'spur64', '-o', kernel.image_path('spur64')]


def test_it_is_built_again_for_other_sources_or_if_somebody_changed_it(runs):
    kernel.build('v3', 'key')
    kernel.build('v3', 'other key')
    with open(kernel.image_path('v3'), 'a') as out:
        out.write('!')
    kernel.build('v3', 'other key')
    os.unlink(kernel.image_path('v3'))
    kernel.build('v3', 'other key')
    assert len(runs) == 4


def test_other_bytecodes_are_another_image(runs):
    kernel.build('spur32+v3', 'key')
    kernel.build('spur32', 'key')
    assert runs[0][-2:] == ['--bytecodes', 'v3'] and len(runs) == 2
    assert os.path.basename(kernel.image_path('spur32+v3')) == 'kernel-spur32-v3.image'


def test_a_build_that_fails(runs):
    runs.status = 1
    with pytest.raises(BuildError):
        kernel.build('spur64', 'key')
    runs.status = 0
    kernel.build('spur64', 'key')
    assert len(runs) == 2


def test_the_key_depends_on_all_that_makes_the_image(tmp_path):
    for name in ('images/kernel/A/B.class.st', 'images/builder/x.py', 'images/kernel/order.txt', 'spyvm/vm.py'):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(u'')
    (tmp_path / 'images' / 'kernel' / 'notes.md').write_text(u'')
    assert sorted(kernel.input_files(str(tmp_path))) == [
        'images/builder/x.py', 'images/kernel/A/B.class.st', 'images/kernel/order.txt', 'spyvm/vm.py']
