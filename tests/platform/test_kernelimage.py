"""Which image runs when the command line names none."""
import os
import sys

import pytest

from spyvm.cli import main
from spyvm.platform import kernelimage
from spyvm.rpy.osio import from_native

sys.setrecursionlimit(20000)


@pytest.fixture
def place(tmpdir, monkeypatch):
    """A folder with an executable `spy`, nothing of the checkout, and no SPY_IMAGE."""
    monkeypatch.delenv('SPY_IMAGE', raising=False)
    folder = tmpdir.mkdir('there')
    folder.join('spy').write('')
    os.chmod(str(folder.join('spy')), 0o755)
    return folder


def find(argv0):
    return kernelimage.find(from_native(str(argv0)))


def test_nothing_there(place):
    assert find(place.join('spy')) == ''


def test_beside_the_executable(place):
    built = place.mkdir('.build').mkdir('images').join('kernel-spur64.image')
    built.write('x')
    assert find(place.join('spy')) == from_native(str(built))
    installed = place.join('kernel.image')
    installed.write('x')
    assert find(place.join('spy')) == from_native(str(installed))


def test_the_variable_comes_first(place, monkeypatch):
    place.join('kernel.image').write('x')
    monkeypatch.setenv('SPY_IMAGE', 'some/other.image')
    assert find(place.join('spy')) == 'some/other.image'


def test_an_executable_on_the_path(place, monkeypatch, tmpdir):
    place.join('kernel.image').write('x')
    monkeypatch.setenv('PATH', '/nonexistent:%s:/bin' % place)
    monkeypatch.chdir(tmpdir)
    assert find('spy') == from_native(str(place.join('kernel.image')))


def test_symbolic_links_to_the_executable(place, tmpdir):
    place.join('kernel.image').write('x')
    link = tmpdir.mkdir('bin').join('spy')
    os.symlink('../there/spy', str(link))
    assert find(link) == from_native(str(place.join('kernel.image')))


def test_untranslated_the_checkout_counts(place):
    place.join('kernel.image').write('x')
    assert find(place.join('spyvm', '__main__.py')) == from_native(str(place.join('kernel.image')))


@pytest.mark.parametrize('arguments', [[], ['-c', '3+4'], ['--headless'], ['--perform', '3 + 4'], ['script.st', 'x']])
def test_no_image_at_all(place, arguments, capfd):
    assert main([from_native(str(place.join('spy')))] + arguments) == 1
    out, err = capfd.readouterr()
    assert out == '' and err.count('\n') == 1
    assert 'no kernel image' in err and 'make images' in err and '--help' in err


def test_the_image_found_is_run(place, capfd):
    image = place.join('kernel.image')
    image.write('no image')
    assert main([from_native(str(place.join('spy'))), 'script.st']) == 1
    assert from_native(str(image)) in capfd.readouterr()[1]
