"""The kernel as it is in images/kernel: it builds without a complaint, the same each time, and starts."""
import os
import shutil
import subprocess
import sys

import pytest

from images import build
from images.builder.configuration import Configuration
from images.builder.imagefile import sources_path
from spyvm.platform.host import Host
from spyvm.rpy.osio import from_native
from spyvm.vm import open_image

sys.setrecursionlimit(20000)

LARGEST = 3000000   # bytes of an image


@pytest.fixture(scope='module')
def kernel(tmpdir_factory):
    """A copy of the sources, so that somebody who works on them does not disturb the tests."""
    folder = str(tmpdir_factory.mktemp('copy').join('kernel'))
    shutil.copytree(build.KERNEL, folder)
    return folder


@pytest.fixture(scope='module')
def image(kernel, tmpdir_factory):
    path = str(tmpdir_factory.mktemp('kernel').join('kernel.image'))
    bootstrap = build.build(kernel, Configuration('spur64'), path)
    assert bootstrap.problems.lines == []
    return path


def evaluate(path, code):
    host = Host('/spy', [], from_native(path), [])
    return open_image(from_native(path), host).evaluate(code)


def test_it_evaluates(image):
    assert evaluate(image, '3+4') == '7'


def test_letters_outside_of_ascii(image):
    """UTF-8 on the command line, Unicode in the image."""
    code = "'\xc3\xa9\xe6\x97\xa5' size printString , '\xc3\xa9\xe6\x97\xa5'"
    assert evaluate(image, code) == "'2\xc3\xa9\xe6\x97\xa5'"
    assert evaluate(image, "'\xc3\xa9' class") == 'ByteString'


def test_it_is_small(image):
    assert os.path.getsize(image) < LARGEST


def test_it_finds_its_sources(image):
    assert evaluate(image, '(Object >> #yourself) getSource') == "'yourself\n\t^self'"


@pytest.mark.skipif(sys.version_info[0] == 2, reason='a second build takes long here, and Python 3 does it')
def test_another_python_process_makes_the_same_bytes(kernel, image, tmpdir):
    """Whatever order that one's dictionaries have."""
    other = str(tmpdir.join('other.image'))
    environ = dict(os.environ, PYTHONHASHSEED='7', PYTHONDONTWRITEBYTECODE='1')
    command = [sys.executable, os.path.join(build.ROOT, 'images', 'build.py'), '--kernel', kernel, '-o', other]
    assert subprocess.call(command, env=environ, stdout=subprocess.PIPE) == 0
    for name in (lambda path: path), sources_path:
        with open(name(image), 'rb') as one:
            with open(name(other), 'rb') as two:
                assert one.read() == two.read()
