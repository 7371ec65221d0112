"""The terminal while a line is edited, and the signals that end or stop the process meanwhile: the shell gets the terminal
back as it was.

Translated, terminal.c does it, in the signals' handlers.  Untranslated, Python's handlers do, and the terminal is not edited
yet but waits for the first key, which it neither shows nor keeps until the line's end.  From that key on Python's module
readline has the terminal, and a signal leaves it in the library's mode.  Where Python has no module termios nothing is
done."""
import os
import signal

from spyvm.rpy import REAL, we_are_translated

if REAL:
    from rpython.rtyper.lltypesystem import lltype, rffi
    from rpython.translator.tool.cbuild import ExternalCompilationInfo

    _HERE = os.path.dirname(os.path.abspath(__file__))
    _C = ExternalCompilationInfo(includes=['terminal.h'], include_dirs=[_HERE],
                                 separate_module_files=[os.path.join(_HERE, 'terminal.c')])
    _hold = rffi.llexternal('spy_terminal_hold', [], lltype.Void, compilation_info=_C, releasegil=False)
    _release = rffi.llexternal('spy_terminal_release', [], lltype.Void, compilation_info=_C, releasegil=False)
    _lend = rffi.llexternal('spy_terminal_lend', [], lltype.Void, compilation_info=_C, releasegil=False)
    _give_back = rffi.llexternal('spy_terminal_give_back', [], lltype.Void, compilation_info=_C, releasegil=False)
    _is_ours = rffi.llexternal('spy_terminal_is_ours', [], rffi.INT, compilation_info=_C, releasegil=False)
    _take_resumed = rffi.llexternal('spy_terminal_take_resumed', [], rffi.INT, compilation_info=_C, releasegil=False)

try:
    import termios
except ImportError:
    termios = None

STDIN = 0
FATAL = ['SIGHUP', 'SIGTERM', 'SIGQUIT']


class _Untranslated(object):
    def __init__(self):
        self.found = None           # the terminal's mode before, while a line is edited
        self.handlers = {}          # what the signals did before
        self.interrupted = False
        self.resumed = False
        self.is_held = False
        self.stop_wanted = False

UNTRANSLATED = _Untranslated()


def hold():
    """Ctrl-Z waits until release().  A process that is stopped after is_ours() was true, and goes on in the background, would
    set the mode of somebody else's terminal, and be stopped for that."""
    if we_are_translated():
        _hold()
    else:
        UNTRANSLATED.is_held = True


def release():
    """Ctrl-Z stops the process again, now if it was typed meanwhile."""
    if we_are_translated():
        _release()
    else:
        release_untranslated()


def lend():
    """A line is going to be edited."""
    if we_are_translated():
        _lend()
    elif termios is not None:
        _lend_untranslated()


def give_back():
    """The line is not edited any more."""
    if we_are_translated():
        _give_back()
    else:
        _give_back_untranslated()


def is_ours():
    """Whether the process may read from the terminal: it is in the foreground, or the terminal is none that controls it."""
    if we_are_translated():
        return rffi.cast(lltype.Signed, _is_ours()) != 0
    try:
        return os.tcgetpgrp(STDIN) == os.getpgrp()
    except (AttributeError, OSError):
        return True


def take_resumed():
    """True once after the process was stopped and goes on.  Translated, what mode the terminal has is not known then;
    untranslated, it has been given back."""
    if we_are_translated():
        return rffi.cast(lltype.Signed, _take_resumed()) != 0
    was_resumed = UNTRANSLATED.resumed
    UNTRANSLATED.resumed = False
    return was_resumed


# ---- untranslated

def take_interrupted():
    """True once after Ctrl-C while the first key was waited for."""
    was_interrupted = UNTRANSLATED.interrupted
    UNTRANSLATED.interrupted = False
    return was_interrupted


def release_untranslated():
    """The same; whether the process was stopped."""
    UNTRANSLATED.is_held = False
    if not UNTRANSLATED.stop_wanted:
        return False
    _stop(signal.SIGTSTP, None)
    return True


def _lend_untranslated():
    state = UNTRANSLATED
    state.interrupted = False
    state.resumed = False
    try:
        state.found = termios.tcgetattr(STDIN)
        mode = termios.tcgetattr(STDIN)
    except termios.error:       # no terminal
        state.found = None
        return
    mode[3] &= ~(termios.ICANON | termios.ECHO)
    _set_mode(mode)
    for name in FATAL:
        _handle_unless_ignored(getattr(signal, name), _end)
    _handle_unless_ignored(signal.SIGTSTP, _stop)
    state.handlers[signal.SIGINT] = signal.signal(signal.SIGINT, _note_interrupt)


def _handle_unless_ignored(number, handler):
    if signal.getsignal(number) == signal.SIG_DFL:
        UNTRANSLATED.handlers[number] = signal.signal(number, handler)


def _give_back_untranslated():
    state = UNTRANSLATED
    if state.found is None:
        return
    mode = state.found
    state.found = None
    if is_ours():       # in the background it is in somebody else's mode already, and setting it would stop the process
        _set_mode(mode)
    for number in state.handlers:
        signal.signal(number, state.handlers[number])
    state.handlers.clear()


def _set_mode(mode):
    try:
        termios.tcsetattr(STDIN, termios.TCSANOW, mode)
    except termios.error:
        pass        # the terminal is gone; reading from it will tell


def _end(number, frame):
    UNTRANSLATED.is_held = True
    _give_back_untranslated()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _stop(number, frame):
    """It is lent again when the process is in the foreground, and the line shown: see take_resumed."""
    state = UNTRANSLATED
    state.stop_wanted = state.is_held
    if not state.is_held:
        state.is_held = True
        _give_back_untranslated()
        state.is_held = False
        os.kill(os.getpid(), number)
        state.resumed = True


def _note_interrupt(number, frame):
    UNTRANSLATED.interrupted = True
