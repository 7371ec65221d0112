"""The terminal while a line is edited, and the signals that end or stop the process meanwhile: the shell gets the terminal
back as it was.

Translated, terminal.c does it, in the signals' handlers.  Untranslated, Python's handlers do, and the terminal is not edited
yet but waits for the first key, which it neither shows nor keeps until the line's end.  Where Python has no module termios
nothing is done."""
import os
import signal

from spyvm.rpy import REAL, we_are_translated

if REAL:
    from rpython.rtyper.lltypesystem import lltype, rffi
    from rpython.translator.tool.cbuild import ExternalCompilationInfo

    _HERE = os.path.dirname(os.path.abspath(__file__))
    _C = ExternalCompilationInfo(includes=['terminal.h'], include_dirs=[_HERE],
                                 separate_module_files=[os.path.join(_HERE, 'terminal.c')])
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

UNTRANSLATED = _Untranslated()


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
    return True


def take_resumed():
    """True once after the process was stopped and goes on; what mode the terminal has is not known then."""
    if we_are_translated():
        return rffi.cast(lltype.Signed, _take_resumed()) != 0
    return False


# ---- untranslated

def take_interrupted():
    """True once after Ctrl-C while the first key was waited for."""
    was_interrupted = UNTRANSLATED.interrupted
    UNTRANSLATED.interrupted = False
    return was_interrupted


def _lend_untranslated():
    state = UNTRANSLATED
    state.interrupted = False
    try:
        state.found = termios.tcgetattr(STDIN)
    except termios.error:       # no terminal
        return
    mode = termios.tcgetattr(STDIN)
    mode[3] &= ~(termios.ICANON | termios.ECHO)
    termios.tcsetattr(STDIN, termios.TCSANOW, mode)
    for name in FATAL:
        number = getattr(signal, name)
        if signal.getsignal(number) == signal.SIG_DFL:
            state.handlers[number] = signal.signal(number, _end)
    state.handlers[signal.SIGINT] = signal.signal(signal.SIGINT, _note_interrupt)


def _give_back_untranslated():
    state = UNTRANSLATED
    if state.found is None:
        return
    termios.tcsetattr(STDIN, termios.TCSANOW, state.found)
    state.found = None
    for number in state.handlers:
        signal.signal(number, state.handlers[number])
    state.handlers.clear()


def _end(number, frame):
    _give_back_untranslated()
    os.kill(os.getpid(), number)


def _note_interrupt(number, frame):
    UNTRANSLATED.interrupted = True
