"""The shared images, untranslated: questions with known answers, errors, low space, images that run as themselves."""
import struct
import sys

import pytest

from questions import CLASSES, CLASSES_OF, ERRORS, OLD_IMAGES, QUESTIONS, RECURSION, bench_fib
from shared import shared
from spyvm.interpreter import lowspace
from spyvm.interpreter.unwinding import FatalError
from spyvm.platform.host import Exit, Host
from spyvm.rpy import REAL
from spyvm.vm import UnhandledError, open_image

sys.setrecursionlimit(20000)

# squeak2.2-be takes seconds to load, and more with the real rpython: there only some questions are for it
FEW = ['add', 'compiled method', 'become', 'unwinding block', 'ten processes', 'senders of a deep recursion']


def fresh(name):
    path = shared('images/%s.image' % name)
    return open_image(path, Host('/opt/spy/spy', [], path, []))


class Images(object):
    """Opened images; one that met an error is not used again."""

    def __init__(self):
        self.opened = {}

    def get(self, name):
        if name not in self.opened:
            self.opened[name] = fresh(name)
        return self.opened[name]

    def drop(self, name):
        del self.opened[name]


@pytest.fixture(scope='module')
def images():
    return Images()


@pytest.mark.parametrize('name', OLD_IMAGES)
@pytest.mark.parametrize('question,code,answer', QUESTIONS, ids=[question[0] for question in QUESTIONS])
def test_question(images, name, question, code, answer):
    if REAL and name == 'squeak2.2-be' and question not in FEW:
        pytest.skip('takes long')
    vm = images.get(name)
    try:
        assert vm.evaluate(code) == answer
    except Exception:
        images.drop(name)
        raise


@pytest.mark.parametrize('name', OLD_IMAGES)
def test_print_all_classes(images, name):
    if REAL and name == 'squeak2.2-be':
        pytest.skip('takes long')
    # other tests may have made the one or the other
    assert fresh(name).evaluate(CLASSES) == CLASSES_OF[name]


@pytest.mark.parametrize('name', OLD_IMAGES[:2])
@pytest.mark.parametrize('what,code,first', ERRORS, ids=[error[0] for error in ERRORS])
def test_error(name, what, code, first):
    vm = fresh(name)
    with pytest.raises(UnhandledError) as e:
        vm.evaluate(code)
    lines = e.value.report.split('\n')
    assert 'spy: ' + lines[0] == first
    assert len(lines) > 1 and all(line.startswith('    ') for line in lines[1:])


@pytest.mark.parametrize('name', OLD_IMAGES)
def test_letters_outside_of_ascii(name):
    """In these images, the codes of the Macintosh; on the command line, UTF-8."""
    if REAL and name == 'squeak2.2-be':
        pytest.skip('takes long')
    vm = fresh(name)
    code = "'\xc3\xa9' size printString , '\xc3\xa9' , (String with: (Character value: 142))"
    assert vm.evaluate(code) == "'1\xc3\xa9\xc3\xa9'"
    with pytest.raises(UnhandledError) as e:
        vm.evaluate("nil error: '\xc3\xa9'")
    assert e.value.report.startswith('\xc3\xa9\n')
    with pytest.raises(FatalError) as e:
        vm.evaluate("'\n\xe6\x97\xa5'")
    assert 'Macintosh' in e.value.message and '\n' not in e.value.message


@pytest.mark.parametrize('name', ['mini', 'squeak2.2-be'])
def test_infinite_recursion(name, monkeypatch):
    """It ends with the image's low space watcher, which interrupts the process."""
    if REAL and name == 'squeak2.2-be':
        pytest.skip('takes long')
    vm = fresh(name)
    start = lowspace.resident_bytes()
    vm.interp.low_space.limit = start + (40 << 20)
    monkeypatch.setattr(lowspace, 'INTERVAL', 1000)
    with pytest.raises(UnhandledError) as e:
        vm.evaluate(RECURSION)
    lines = e.value.report.split('\n')
    assert lines[0] == 'Space is low'
    assert lines.count('    Object>>forever') > 30
    assert ' more' in e.value.report
    assert 'Compiler class>>evaluate:for:logged:' in lines[-2] + lines[-1] + lines[-3]


@pytest.mark.parametrize('name', ['headless-spur32', 'headless-spur64'])
def test_headless_images_start_and_quit(name):
    with pytest.raises(Exit) as e:
        fresh(name).run()
    assert e.value.status == 0


@pytest.mark.parametrize('name', ['bench-v3', 'bench-spur32', 'bench-spur64'])
def test_benchmarks_in_small(name):
    """What the benchmark images would run, with less patience."""
    vm = fresh(name)
    assert vm.perform_text('12 benchFib') == str(bench_fib(12))
    assert vm.perform_text('1 benchmark') == '1028'
    assert bench_fib(38) == 126491971


@pytest.mark.parametrize('name', ['bench-v3', 'bench-spur32', 'bench-spur64'])
def test_benchmark_images_write_their_results(name, tmpdir, monkeypatch):
    """The image's own process, with the two long calculations replaced by their values."""
    monkeypatch.chdir(str(tmpdir))
    vm = fresh(name)
    memory = vm.memory
    for selector, value in (('benchmark', 1028), ('benchFib', 126491971)):
        w_method = memory.view_SmallInteger.lookup(memory, vm.find_symbol(selector))
        w_method.header = len(w_method.literals) << (0 if memory.is_spur else 9)
        w_method.literals[0] = memory.int_object(value)
        w_method.bytes[0:2] = [chr(32), chr(124)]       # push literal 0, return it
        w_method.changed(memory)
    with pytest.raises(Exit) as e:
        vm.run()
    assert e.value.status == 0
    numbers = struct.unpack('<4i', tmpdir.join('raw.out').read_binary())
    assert numbers[2:] == (1028, 126491971)


def test_running_image_resumes():
    with pytest.raises(Exit) as e:
        fresh('mini-running-exit').run()
    assert e.value.status == 0
