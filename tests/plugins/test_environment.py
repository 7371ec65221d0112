"""The process's environment, and SpyLinePlugin as far as it goes without a terminal."""
import os

import pytest

import fakeimage
from spyvm import builtins
from spyvm.objects.errors import PrimitiveFailed
from spyvm.primitives import registry
from spyvm.rpy import lineedit, osio

assert builtins.LOADED

NAMES = [('', 'primitiveGetenv'), ('UnixOSProcessPlugin', 'primitiveEnvironmentAtSymbol')]


@pytest.fixture(params=['v3', 'spur64'])
def interp(request):
    interp = fakeimage.make_interp(request.param)
    interp.forgotten = 0

    def forget_interrupt():
        interp.forgotten += 1
    interp.forget_interrupt = forget_interrupt
    return interp


def call(interp, module, name, *texts):
    memory = interp.memory
    entry = registry.find_named(module, name)
    objects = [memory.string_object(text) for text in texts]
    function = entry.call1 if objects else entry.call0
    return function(interp, memory.w_nil, *objects)


@pytest.mark.parametrize('module,name', NAMES)
def test_getenv(interp, monkeypatch, module, name):
    monkeypatch.setenv('SPY_TEST_VALUE', 'a b')
    monkeypatch.setenv('SPY_TEST_EMPTY', '')
    monkeypatch.delenv('SPY_TEST_NONE', raising=False)
    assert call(interp, module, name, 'SPY_TEST_VALUE').text() == 'a b'
    assert call(interp, module, name, 'SPY_TEST_EMPTY').text() == ''
    for unset in ('SPY_TEST_NONE', '', 'A=B', 'A\0B', '=', 'x' * 10000):
        assert call(interp, module, name, unset) is interp.memory.w_nil


def test_wrong_names(interp):
    entry = registry.find_named('', 'primitiveGetenv')
    for w_name in (interp.memory.w_nil, fakeimage.integer(interp.memory, 3), fakeimage.array(interp.memory, [])):
        with pytest.raises(PrimitiveFailed):
            entry.call1(interp, interp.memory.w_nil, w_name)


def test_working_directory(interp, monkeypatch, tmpdir):
    monkeypatch.chdir(tmpdir)
    directory = call(interp, 'UnixOSProcessPlugin', 'primitiveGetCurrentWorkingDirectory').text()
    assert os.path.samefile(directory, str(tmpdir)) and directory.startswith('/')


def test_process_number(interp):
    w_pid = call(interp, 'UnixOSProcessPlugin', 'primitiveGetPid')
    assert interp.memory.int_value(w_pid) == os.getpid()


def test_lines_are_edited_at_terminals_only(interp, monkeypatch):
    monkeypatch.setattr(osio, 'isatty', lambda fd: fd == 0)
    assert call(interp, 'SpyLinePlugin', 'primitiveStart', '') is interp.memory.w_false
    monkeypatch.setattr(lineedit.STATE, 'started', False)
    for name in ('primitiveBeginLine', 'primitiveSaveHistory'):
        with pytest.raises(PrimitiveFailed):
            call(interp, 'SpyLinePlugin', name, 'x')


def test_lines_come_when_they_are_complete(interp, monkeypatch):
    """A line that is edited, one that is given up, the end of the input, a poll without a line."""
    def typed(phase, text):
        def take():
            lineedit.STATE.phase = phase
            lineedit.STATE.prompt = text
        return take
    monkeypatch.setattr(lineedit.STATE, 'started', True)
    memory = interp.memory
    call(interp, 'SpyLinePlugin', 'primitiveBeginLine', 'st> ')
    assert interp.forgotten == 1
    monkeypatch.setattr(lineedit, '_input', typed(lineedit.EDITING, ''))
    assert call(interp, 'SpyLinePlugin', 'primitivePollLine') is memory.w_false
    monkeypatch.setattr(lineedit, '_input', typed(lineedit.COMPLETE, '3 + 4'))
    assert call(interp, 'SpyLinePlugin', 'primitivePollLine').text() == '3 + 4'
    with pytest.raises(PrimitiveFailed):
        call(interp, 'SpyLinePlugin', 'primitivePollLine')
    call(interp, 'SpyLinePlugin', 'primitiveBeginLine', 'st> ')
    call(interp, 'SpyLinePlugin', 'primitiveAbandonLine')
    assert interp.forgotten == 3
    with pytest.raises(PrimitiveFailed):
        call(interp, 'SpyLinePlugin', 'primitivePollLine')
    call(interp, 'SpyLinePlugin', 'primitiveBeginLine', 'st> ')
    monkeypatch.setattr(lineedit, '_input', typed(lineedit.ENDED, ''))
    assert call(interp, 'SpyLinePlugin', 'primitivePollLine') is memory.w_nil


def test_a_fresh_line(interp, monkeypatch):
    """Nothing is written if what has been written last has ended a line, or where lines are not edited."""
    written = []
    monkeypatch.setattr(osio, 'write_some', lambda fd, data: written.append((fd, data)) or len(data))
    monkeypatch.setattr(osio, 'SHOWN', osio._Shown())
    monkeypatch.setattr(lineedit.STATE, 'started', True)
    call(interp, 'SpyLinePlugin', 'primitiveFreshLine')
    assert written == []
    osio.write(osio.STDOUT, 'ab')
    call(interp, 'SpyLinePlugin', 'primitiveFreshLine')
    call(interp, 'SpyLinePlugin', 'primitiveFreshLine')
    assert written == [(osio.STDOUT, 'ab'), (osio.STDOUT, '\n')]
    monkeypatch.setattr(lineedit.STATE, 'started', False)
    with pytest.raises(PrimitiveFailed):
        call(interp, 'SpyLinePlugin', 'primitiveFreshLine')


def test_whether_there_is_input():
    reading, writing = os.pipe()
    assert not osio.input_ready(reading)
    os.write(writing, b'x')
    assert osio.input_ready(reading)
    os.read(reading, 1)
    assert not osio.input_ready(reading)
    os.close(writing)
    assert osio.input_ready(reading)        # the end
    os.close(reading)
    assert osio.input_ready(reading)        # an error


def test_nul_in_what_c_is_given(interp, monkeypatch):
    monkeypatch.setattr(lineedit.STATE, 'started', True)
    for name in ('primitiveStart', 'primitiveBeginLine', 'primitiveSaveHistory'):
        with pytest.raises(PrimitiveFailed):
            call(interp, 'SpyLinePlugin', name, 'a\0b')
