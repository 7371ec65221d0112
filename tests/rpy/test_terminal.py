"""The untranslated terminal, where it cannot be put back; tests/images/test_repl.py has the rest."""
import errno
import os
import select
import signal

import pytest

from spyvm.rpy import lineedit, osio, terminal

termios = pytest.importorskip('termios')


@pytest.fixture
def lent(monkeypatch):
    """The terminal's modes that are set, after a line has been begun."""
    modes = []
    mode = [0, 0, 0, termios.ICANON | termios.ECHO, 0, 0, []]
    monkeypatch.setattr(termios, 'tcgetattr', lambda fd: list(mode))
    monkeypatch.setattr(termios, 'tcsetattr', lambda fd, when, mode: modes.append(mode[3]))
    monkeypatch.setattr(os, 'tcgetpgrp', lambda fd: os.getpgrp())
    # whoever runs the tests may have signals ignored, as nohup and shells do for what is in the background
    handlers = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL, signal.SIGTSTP: signal.SIG_DFL}
    before = [(number, signal.signal(number, handlers[number])) for number in handlers]
    terminal.lend()
    yield modes
    terminal.give_back()
    for number, handler in before:
        signal.signal(number, handler)


def test_lent_and_given_back(lent):
    terminal.give_back()
    terminal.give_back()
    assert lent == [0, termios.ICANON | termios.ECHO]


def test_signals_have_their_handlers_again_when_the_terminal_is_gone(lent, monkeypatch):
    def fail(fd, when, mode):
        raise termios.error(5, 'Input/output error')
    assert signal.getsignal(signal.SIGINT) == terminal._note_interrupt
    monkeypatch.setattr(termios, 'tcsetattr', fail)
    terminal.give_back()
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler
    assert signal.getsignal(signal.SIGTSTP) == signal.SIG_DFL


def test_in_the_background_the_mode_is_left_alone(lent, monkeypatch):
    monkeypatch.setattr(os, 'tcgetpgrp', lambda fd: os.getpgrp() + 1)
    assert not terminal.is_ours()
    terminal.give_back()
    assert lent == [0]
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_ctrl_z_waits_while_held(lent, monkeypatch):
    """So that what is true of the terminal when it is looked at still is when its mode is set."""
    sent = []
    monkeypatch.setattr(os, 'kill', lambda pid, number: sent.append((number, list(lent))))
    terminal.hold()
    terminal._stop(signal.SIGTSTP, None)
    assert sent == [] and not terminal.take_resumed()
    terminal.release()
    given_back = [0, termios.ICANON | termios.ECHO]
    assert sent == [(signal.SIGTSTP, given_back)]
    assert terminal.take_resumed()
    terminal.release()
    assert len(sent) == 1


def test_stopped_when_there_seems_to_be_input(lent, monkeypatch):
    """The process may go on in the background: it does not read, but lends the terminal again when it is its own."""
    monkeypatch.setattr(os, 'kill', lambda pid, number: None)
    lineedit.begin_line('st> ')
    del lent[:]

    def stopped_meanwhile(fd):
        terminal._stop(signal.SIGTSTP, None)
        return True
    monkeypatch.setattr(osio, 'input_ready', stopped_meanwhile)
    given_back = termios.ICANON | termios.ECHO
    assert lineedit.poll() == lineedit.EDITING
    assert lent == [given_back]
    monkeypatch.setattr(osio, 'input_ready', lambda fd: False)
    assert lineedit.poll() == lineedit.EDITING
    assert lent == [given_back, 0]
    lineedit.abandon_line()


def test_a_signal_is_no_input(monkeypatch):
    """Python 2.7 tells by an error that a signal came."""
    def interrupted(*descriptors):
        raise select.error(errno.EINTR, 'Interrupted system call')
    monkeypatch.setattr(select, 'select', interrupted)
    assert not osio.input_ready(0)


def test_a_signal_while_the_terminal_is_given_back(lent, monkeypatch):
    """The process ends with the second try at the latest: the signal does what it does by default."""
    sent = []
    monkeypatch.setattr(os, 'kill', lambda pid, number: sent.append((number, signal.getsignal(number))))
    terminal.UNTRANSLATED.found = None
    terminal._end(signal.SIGTERM, None)
    assert sent == [(signal.SIGTERM, signal.SIG_DFL)]
    terminal.release()
