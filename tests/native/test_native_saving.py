"""The executable ($SPY): images written, snapshots, and what happens when it is killed or has no room."""
import os
import random
import resource
import signal
import subprocess
import sys
import time

import pytest

from driver import image, spy, start

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'image'))
from synthetic import write_big     # noqa: E402

pytestmark = pytest.mark.native

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
IMAGES = ['mini', 'mini-be', 'mini-running-exit', 'squeak2.2-be', 'bench-v3', 'bench-spur32', 'bench-spur64',
          'headless-spur32', 'headless-spur64']
SAVE_AND_GO_ON = '''| saved n | n := 0. 1 to: 10 do: [:i | n := n + i]. Smalltalk imageName: '%s'.
    saved := Smalltalk snapshotPrimitive.
    saved == true ifTrue: [(FileStream fileNamed: '%s') nextPutAll: n printString; close. Smalltalk quitPrimitive]. saved'''
SAVE_OFTEN = '''Smalltalk imageName: '%s'. 1 to: 1000000 do: [:i |
    Smalltalk snapshotPrimitive == true ifTrue: [Smalltalk quitPrimitive]]'''


def contents(path):
    with open(str(path), 'rb') as file:
        return file.read()


@pytest.mark.parametrize('name', IMAGES)
def test_convert(name, tmpdir):
    out, other, back = tmpdir.join('out'), tmpdir.join('other'), tmpdir.join('back')
    original = contents(image(name))
    assert spy('convert', image(name), out) == (0, '', '')
    assert contents(out) == original
    big = original[0:1] == b'\0'
    assert spy('convert', image(name), other, '--byte-order', 'little' if big else 'big') == (0, '', '')
    assert contents(other)[:4] != original[:4]
    assert spy('convert', other, back, '--byte-order', 'big' if big else 'little') == (0, '', '')
    assert contents(back) == original


@pytest.mark.parametrize('version, big_endian', [(6505, True), (68002, False), (6521, True), (68021, False)])
def test_convert_a_large_image(version, big_endian, tmpdir):
    source, target = tmpdir.join('big.image'), tmpdir.join('out.image')
    write_big(str(source), version, 20, big_endian)
    assert spy('convert', source, target) == (0, '', '')
    assert contents(source) == contents(target)


def test_a_saved_computation_goes_on_here_and_untranslated(tmpdir):
    target, out = tmpdir.join('saved.image'), tmpdir.join('out')
    assert spy('-c', SAVE_AND_GO_ON % (target, out), image('mini')) == (0, 'false\n', '')
    assert not out.check()
    assert spy(target) == (0, '', '')
    assert out.read() == '55'
    out.remove()
    environment = dict(os.environ, PYTHONPATH=ROOT)
    assert subprocess.call([sys.executable, '-m', 'spyvm', str(target)], env=environment) == 0
    assert out.read() == '55'


def test_saved_by_the_untranslated_vm(tmpdir):
    target, out = tmpdir.join('saved.image'), tmpdir.join('out')
    environment = dict(os.environ, PYTHONPATH=ROOT)
    assert subprocess.call([sys.executable, '-m', 'spyvm', '-c', SAVE_AND_GO_ON % (target, out), image('mini')],
                           env=environment) == 0
    assert spy(target) == (0, '', '')
    assert out.read() == '55'


def test_saving_in_hot_code(tmpdir):
    """In a loop that has been compiled, the primitive answers as ever."""
    code = '''| count | Smalltalk imageName: '%s'. count := 0. 1 to: 60 do: [:i |
        1 to: 3000 do: [:j | count := count + (j \\\\ 2)].
        Smalltalk snapshotPrimitive == true ifTrue: [count = (i * 1500) ifTrue: [Smalltalk quitPrimitive]]].
        count''' % tmpdir.join('saved.image')
    assert spy('-c', code, image('mini')) == (0, '90000\n', '')
    assert spy(tmpdir.join('saved.image')) == (0, '', '')


def test_no_room_for_the_snapshot(tmpdir):
    """The primitive fails, the old file stays, the process goes on."""
    target = tmpdir.join('saved.image')
    target.write('old')
    code = "Smalltalk imageName: '%s'. Smalltalk snapshotPrimitive. 3 + 4" % target

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (300000, 300000))
    status, out, err = spy('-c', code, image('mini'), preexec_fn=limit)
    assert (status, out) == (0, '7\n') or err.startswith('spy: ')     # the image may complain of the failure
    assert target.read() == 'old' and tmpdir.listdir() == [target]
    status, out, err = spy('convert', image('mini'), target, preexec_fn=limit)
    assert (status, out) == (1, '') and 'larger than is allowed' in err and err.count('\n') == 1
    assert target.read() == 'old' and tmpdir.listdir() == [target]


def test_a_kill_at_any_moment(tmpdir):
    """Whenever a VM that saves again and again is killed, the file is a whole image."""
    target = tmpdir.join('saved.image')
    assert spy('convert', image('mini'), target) == (0, '', '')
    dice = random.Random(2)
    sizes = set()
    for _ in range(15):
        process = start(['-c', SAVE_OFTEN % target, image('mini')])
        time.sleep(0.2 + 0.5 * dice.random())
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        sizes.add(target.size())
        assert spy('convert', target, tmpdir.join('check')) == (0, '', '')
        assert contents(tmpdir.join('check')) == contents(target)
    assert len(sizes) > 1 or sizes != set([os.path.getsize(image('mini'))])
    assert spy('-c', '3+4', target) == (0, '7\n', '')
