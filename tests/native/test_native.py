"""The executable ($SPY): what the VM must show, natively and without patience."""
import signal
import struct
import time

import pytest

from questions import CLASSES, CLASSES_OF, ERRORS, OLD_IMAGES, QUESTIONS, RECURSION, bench_fib, define
from driver import image, spy, start

pytestmark = pytest.mark.native


def is_one_line(err):
    return err.startswith('spy: ') and err.endswith('\n') and err.count('\n') == 1


@pytest.mark.parametrize('name', OLD_IMAGES)
@pytest.mark.parametrize('question,code,answer', QUESTIONS, ids=[question[0] for question in QUESTIONS])
def test_question(name, question, code, answer):
    assert spy('-c', code, image(name)) == (0, answer + '\n', '')


@pytest.mark.parametrize('name', OLD_IMAGES)
def test_print_all_classes(name):
    assert spy('-c', CLASSES, image(name)) == (0, CLASSES_OF[name] + '\n', '')


@pytest.mark.parametrize('name', OLD_IMAGES)
@pytest.mark.parametrize('what,code,first', ERRORS, ids=[error[0] for error in ERRORS])
def test_error(name, what, code, first):
    status, out, err = spy('-c', code, image(name))
    assert (status, out) == (1, '')
    assert err.split('\n')[0] == first
    assert all(line.startswith('    ') for line in err.split('\n')[1:-1])


def test_it_starts_fast():
    """3 + 4 in less than 0.1 s; the best of some runs, since other things run, too."""
    path = image('mini')
    best = 10.0
    for _ in range(5):
        before = time.time()
        assert spy('-c', '3+4', path) == (0, '7\n', '')
        best = min(best, time.time() - before)
    assert best < 0.1


@pytest.mark.parametrize('name', OLD_IMAGES)
def test_infinite_recursion(name):
    """It ends in the image's low space watcher, with a stack of what ran."""
    status, out, err = spy('--memory', '200', '-c', RECURSION, image(name))
    assert (status, out) == (1, '')
    lines = err.split('\n')
    assert lines[0] == 'spy: Space is low'
    assert lines.count('    Object>>forever') > 30


def test_a_stack_of_a_million_frames():
    code = define('depth:', 'depth: n ^n = 0 ifTrue: [0] ifFalse: [(self depth: n - 1) + 1]') + 'Object new depth: 1000000'
    assert spy('-c', code, image('mini')) == (0, '1000000\n', '')


def test_more_of_everything():
    """What would take long untranslated."""
    mini = image('mini')
    assert spy('-c', '1000 factorial printString size', mini) == (0, '2568\n', '')
    assert spy('-c', '| n | n := 0. 1 to: 3000000 do: [:i | n := n + (i \\\\ 7)]. n', mini) == (0, '8999997\n', '')
    assert spy('--perform', '27 benchFib', mini) == (0, '%d\n' % bench_fib(27), '')
    assert spy('--perform', '20 benchmark', mini) == (0, '1028\n', '')


@pytest.mark.parametrize('name', ['headless-spur32', 'headless-spur64', 'mini-running-exit'])
def test_images_that_start_and_quit(name, tmpdir):
    status, out, err = spy(image(name), cwd=str(tmpdir))
    assert (status, err) == (0, '')


def test_benchmark_images(tmpdir):
    """All three at a time; each writes its answers into its folder."""
    processes = []
    names = ['bench-v3', 'bench-spur32', 'bench-spur64']
    for name in names:
        processes.append(start([image(name)], cwd=str(tmpdir.mkdir(name))))
    for name, process in zip(names, processes):
        out, err = process.communicate()
        assert (process.returncode, out, err) == (0, '', '')
        numbers = struct.unpack('<4i', tmpdir.join(name, 'raw.out').read_binary())
        assert numbers[2:] == (1028, 126491971)


def interrupt(process):
    """Press Ctrl-C, more than once if need be; the exit status, and what was printed on standard error."""
    for _ in range(30):
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
    else:
        process.kill()
    err = process.communicate()[1]
    return process.returncode, err


@pytest.mark.parametrize('code', ['[true] whileTrue: []', 'Semaphore new wait', '[[true] whileTrue: [3 printString]] value'])
def test_interrupt(code):
    """Ctrl-C ends a run, also one that loops or waits for ever: the image is told, which may have something to say."""
    process = start(['-c', code, image('mini')])
    time.sleep(0.5)
    assert process.poll() is None
    status, err = interrupt(process)
    assert status == 130 or (status == 1 and 'nterrupt' in err.split('\n')[0]), err


@pytest.mark.parametrize('arguments,contains', [
    (['-c'], 'needs a value'), (['--nonsense', 'x'], '--nonsense'),
    (['no/such.image'], 'no/such.image'),
    (['/'], '/'), (['--memory', '1', 'x'], '--memory'), (['info'], 'info'), (['info', 'no.image'], 'no.image'),
])
def test_errors_for_people(arguments, contains):
    status, out, err = spy(*arguments)
    assert (status, out) == (1, '')
    assert is_one_line(err) and contains in err


def test_images_cut_off_or_overwritten(tmpdir):
    """One line, or, where the damage is not noticed, any end but a crash."""
    for name in ('mini', 'headless-spur32', 'headless-spur64'):
        with open(image(name), 'rb') as original:
            contents = original.read()
        for at in range(0, len(contents), len(contents) // 12 + 1):
            path = tmpdir.join('bad.image')
            path.write_binary(contents[:at])
            status, out, err = spy(str(path))
            assert (status, out) == (1, '') and is_one_line(err)
            path.write_binary(contents[:at] + b'\xff\x01\x55' * 5 + contents[at + 15:])
            process = start([str(path)], cwd=str(tmpdir))
            for _ in range(20):
                if process.poll() is not None:
                    break
                time.sleep(0.05)
            else:       # it runs, as far as it can; the first interrupt is for the image, the second ends the run
                for _ in range(100):
                    if process.poll() is not None:
                        break
                    process.send_signal(signal.SIGINT)
                    time.sleep(0.2)
            err = process.communicate()[1]
            assert 0 <= process.returncode < 131
            assert 'Traceback' not in err and 'RPython' not in err


def test_options():
    assert spy('--version')[:2] == (0, spy('--version')[1])
    status, out, err = spy('--help')
    assert status == 0 and out.startswith('usage: spy')
    assert spy('--perform', '3 + 4', image('headless-spur64')) == (0, '7\n', '')
    assert spy('--jit', 'off', '-c', '3+4', image('mini')) == (0, '7\n', '')
    status, out, err = spy('info', image('mini'))
    assert status == 0 and '6502' in out and err == ''
