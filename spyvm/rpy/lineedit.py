"""Lines that the user edits at the terminal, and can have again: GNU readline or libedit, whichever the machine has.

Translated, the library is loaded when first asked for (dlopen); nothing is linked with it, and where there is none
`start` says so.  Untranslated, it is Python's module `readline`.  There is one terminal and so one editor: the state is
the module's.
"""
import errno
import sys

from spyvm.rpy import REAL, osio, ticker, we_are_translated

if REAL:
    from rpython.rlib import rdynload, rposix
    from rpython.rtyper.annlowlevel import llhelper
    from rpython.rtyper.lltypesystem import lltype, rffi
    from rpython.rtyper.tool import rffi_platform
    from rpython.translator.tool.cbuild import ExternalCompilationInfo

    _READLINE = rffi.CCallback([rffi.CCHARP], rffi.CCHARP)
    _WITH_NAME = rffi.CCallback([rffi.CCHARP], rffi.INT)
    _WITH_COUNT = rffi.CCallback([rffi.INT], lltype.Void)
    _GETC = rffi.CCallback([rffi.VOIDP], rffi.INT)
    _GETC_VARIABLE = rffi.CArrayPtr(_GETC)
    _NO_LIBRARY = lltype.nullptr(rffi.VOIDP.TO)
    _read = rffi.llexternal('read', [rffi.INT, rffi.CCHARP, rffi.SIZE_T], rffi.SSIZE_T, releasegil=False,
                            save_err=rffi.RFFI_SAVE_ERRNO)
    _LC_CTYPE = rffi_platform.getconstantinteger('LC_CTYPE', '#include <locale.h>')
    _free = rffi.llexternal('free', [rffi.CCHARP], lltype.Void, releasegil=False)
    _setlocale = rffi.llexternal('setlocale', [rffi.INT, rffi.CCHARP], rffi.CCHARP, releasegil=False,
                                 compilation_info=ExternalCompilationInfo(includes=['locale.h']))
    _BYTE = lltype.malloc(rffi.CCHARP.TO, 1, flavor='raw', immortal=True, zero=True)
else:
    _NO_LIBRARY = None

LIBRARIES = ['libreadline.so.8', 'libreadline.so.7', 'libreadline.so.6', 'libreadline.so', 'libedit.so.2', 'libedit.so.0',
             'libedit.so']
MOST_REMEMBERED = 1000      # lines


class _State(object):
    def __init__(self):
        self.library = _NO_LIBRARY
        self.started = False
        self.interrupted = False

STATE = _State()


def start():
    """Make the editor ready; whether there is one."""
    if not STATE.started:
        if we_are_translated():
            _load()
        else:
            STATE.started = _import_readline() is not None
    return STATE.started


def is_started():
    return STATE.started


def read_line(prompt):
    """The line, without its end; None at the end of the input.  Ctrl-C gives the line up and makes it an empty one.

    `prompt` has no NUL.  Nothing else that is interrupted by signals many times a second may go on meanwhile."""
    STATE.interrupted = False
    if we_are_translated():
        line = _edit(prompt)
    else:
        line = _input(prompt)
    if STATE.interrupted and line is not None:
        return ''
    return line


def read_history(path):
    """Remember the lines that are in a file, if it is there."""
    if we_are_translated():
        _call_with_name('read_history', path)
    else:
        try:
            _import_readline().read_history_file(path)
        except (IOError, OSError):
            pass


def write_history(path):
    """Write what is remembered to a file; nothing if that is not possible."""
    if we_are_translated():
        _call_with_count('stifle_history', MOST_REMEMBERED)
        _call_with_name('write_history', path)
    else:
        try:
            _import_readline().set_history_length(MOST_REMEMBERED)
            _import_readline().write_history_file(path)
        except (IOError, OSError):
            pass


# ---- untranslated

def _import_readline():
    try:
        import readline
    except ImportError:
        return None
    return readline


def _input(prompt):
    try:
        if sys.version_info[0] >= 3:
            return osio.from_native(input(prompt))
        return raw_input(prompt)        # noqa: F821  (Python 2)
    except EOFError:
        return None
    except KeyboardInterrupt:
        osio.write(osio.STDOUT, '\n')
        STATE.interrupted = True
        return ''


# ---- translated

def _load():
    for name in LIBRARIES:
        try:
            with rffi.scoped_str2charp(name) as c_name:
                STATE.library = rdynload.dlopen(c_name)
        except rdynload.DLOpenError:
            continue
        STATE.started = _set_up()
        if STATE.started:
            return


def _symbol(name):
    """The address of a name in the library; null if it has none."""
    try:
        return rffi.cast(rffi.VOIDP, rdynload.dlsym(STATE.library, name))
    except KeyError:
        return lltype.nullptr(rffi.VOIDP.TO)


def _set_up():
    """Signals stay the VM's affair: the library does not catch them, and _getc notices the one of Ctrl-C."""
    getc = _symbol('rl_getc_function')
    if not _symbol('readline') or not _symbol('add_history') or not getc:
        return False
    rffi.cast(_GETC_VARIABLE, getc)[0] = llhelper(_GETC, _getc)
    catch = _symbol('rl_catch_signals')
    if catch:
        rffi.cast(rffi.INTP, catch)[0] = rffi.cast(rffi.INT, 0)
    with rffi.scoped_str2charp('') as from_environment:
        _setlocale(rffi.cast(rffi.INT, _LC_CTYPE), from_environment)    # which bytes make a character
    return True


def _getc(stream):
    """What the library reads a byte with: -1 at the end.  Ctrl-C ends the line."""
    while True:
        count = rffi.cast(lltype.Signed, _read(rffi.cast(rffi.INT, 0), _BYTE, rffi.cast(rffi.SIZE_T, 1)))
        if count == 1:
            return rffi.cast(rffi.INT, ord(_BYTE[0]))
        if count == 0 or rposix.get_saved_errno() != errno.EINTR:
            return rffi.cast(rffi.INT, -1)
        if ticker.poll_interrupt_key():
            STATE.interrupted = True
            return rffi.cast(rffi.INT, 10)


def _edit(prompt):
    edit = rffi.cast(_READLINE, _symbol('readline'))
    with rffi.scoped_str2charp(prompt) as c_prompt:
        c_line = edit(c_prompt)
    if not c_line:
        return None
    line = rffi.charp2str(c_line)
    if line != '' and not STATE.interrupted:
        rffi.cast(_WITH_NAME, _symbol('add_history'))(c_line)
    _free(c_line)
    return line


def _call_with_name(function, path):
    address = _symbol(function)
    if address:
        with rffi.scoped_str2charp(path) as c_path:
            rffi.cast(_WITH_NAME, address)(c_path)


def _call_with_count(function, count):
    address = _symbol(function)
    if address:
        rffi.cast(_WITH_COUNT, address)(rffi.cast(rffi.INT, count))
