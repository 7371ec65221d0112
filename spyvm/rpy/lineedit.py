"""Lines that the user edits at the terminal, and can have again: GNU readline or libedit, whichever the machine has.

Translated, the library is loaded when first asked for (dlopen); nothing is linked with it, and where there is none
`start` says so.  It is given what has been typed whenever someone calls `poll`, so that the VM goes on while the user
thinks: the library's callback interface.  Untranslated, it is Python's module `readline`: from the first key to the end
of the line, `poll` waits.  There is one terminal and so one editor: the state is the module's.
"""
import errno
import sys

from spyvm.rpy import REAL, osio, terminal, ticker, we_are_translated

if REAL:
    from rpython.rlib import rdynload, rposix
    from rpython.rtyper.annlowlevel import llhelper
    from rpython.rtyper.lltypesystem import lltype, rffi
    from rpython.rtyper.tool import rffi_platform
    from rpython.translator.tool.cbuild import ExternalCompilationInfo

    _WITH_NAME = rffi.CCallback([rffi.CCHARP], rffi.INT)
    _WITH_COUNT = rffi.CCallback([rffi.INT], lltype.Void)
    _LINE_HANDLER = rffi.CCallback([rffi.CCHARP], lltype.Void)
    _WITH_HANDLER = rffi.CCallback([rffi.CCHARP, _LINE_HANDLER], lltype.Void)
    _WITH_NOTHING = rffi.CCallback([], lltype.Void)
    _BINDING = rffi.CCallback([rffi.INT, rffi.VOIDP], rffi.INT)
    _WITH_STRINGS = rffi.CCallback([rffi.CCHARP, rffi.CCHARP], rffi.INT)
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
    _NO_LINE = lltype.nullptr(rffi.CCHARP.TO)
    _NO_FUNCTION = lltype.nullptr(_WITH_NOTHING.TO)
else:
    _NO_LIBRARY = _NO_LINE = _NO_FUNCTION = None

LIBRARIES = ['libreadline.so.8', 'libreadline.so.7', 'libreadline.so.6', 'libreadline.so', 'libedit.so.2', 'libedit.so.0',
             'libedit.so']
MOST_REMEMBERED = 1000      # lines
MOST_AT_ONCE = 10000        # bytes; what is pasted must not keep the VM from looking at the clock
NEEDED = ['rl_callback_handler_install', 'rl_callback_handler_remove', 'rl_callback_read_char', 'rl_getc_function',
          'add_history']
TAB = 9
IDLE, EDITING, COMPLETE, ENDED = 0, 1, 2, 3     # whether there is a line and what has become of it


class _State(object):
    def __init__(self):
        self.library = _NO_LIBRARY
        self.started = False
        self.interrupted = False
        self.at_end = False
        self.is_libedit = False
        self.phase = IDLE
        self.seen = 0                       # what had been shown, osio.SHOWN.count, when the line was
        self.has_begun = False              # whether the terminal shows the line
        self.prompt = ''                    # untranslated, later the line
        self.c_line = _NO_LINE              # translated: a complete line, which is to be freed
        self.remove_handler = _NO_FUNCTION
        self.handler_left = False           # translated: the library still edits a line that has been given up
        self.read_char = _NO_FUNCTION

STATE = _State()


def start():
    """Make the editor ready; whether there is one."""
    if not STATE.started:
        if we_are_translated():
            _load()
        else:
            STATE.started = _import_readline() is not None
        osio.SHOWN.has_errors = osio.isatty(osio.STDERR)
    return STATE.started


def is_started():
    return STATE.started


def begin_line(prompt):
    """Show the prompt, which has no NUL, and let the user edit a line; one that was being edited is given up.
    In the background the prompt comes when the process is in the foreground again: setting the terminal's mode would stop it."""
    abandon_line()
    STATE.interrupted = False
    STATE.at_end = False
    STATE.phase = EDITING
    STATE.prompt = prompt
    terminal.hold()
    if terminal.is_ours():
        _begin()
    terminal.release()


def _begin():
    STATE.has_begun = True
    if STATE.handler_left:
        STATE.handler_left = False
        STATE.remove_handler()
    fresh_line()
    terminal.lend()
    if we_are_translated():
        _install_handler(STATE.prompt)
    else:
        _show(STATE.prompt)
    STATE.seen = osio.SHOWN.count


def _show(text):
    try:
        osio.write(osio.STDOUT, text)
    except OSError:
        pass        # the terminal is gone; reading from it will tell


def fresh_line():
    """What is shown next begins a line."""
    if not osio.SHOWN.line_ended:
        _show('\n')


def poll():
    """Take what has been typed; IDLE if there is no line, EDITING if it goes on, COMPLETE or ENDED if it does not."""
    if STATE.phase == EDITING:
        terminal.hold()
        _go_on()
        terminal.release()
    return STATE.phase


def _go_on():
    if not terminal.is_ours():
        pass            # reading would stop the process
    elif not STATE.has_begun:
        _begin()
    elif we_are_translated():
        if terminal.take_resumed():
            _prepare_again()
            _show_again()
        elif STATE.seen != osio.SHOWN.count:
            _show_again()
        _read_what_is_typed()
    elif terminal.take_interrupted():
        _interrupted()
    elif terminal.take_resumed():
        terminal.lend()
        _show_again()
    elif osio.input_ready(osio.STDIN):
        _input()
    elif STATE.seen != osio.SHOWN.count:
        _show_again()
    if STATE.phase != EDITING:
        terminal.give_back()
        osio.SHOWN.line_ended = True


def take_line():
    """What has been edited, without the line's end, when poll() has said COMPLETE.  After Ctrl-C it is empty."""
    line = ''
    if we_are_translated():
        if STATE.c_line:
            line = rffi.charp2str(STATE.c_line)
            if line != '' and not STATE.interrupted:
                rffi.cast(_WITH_NAME, _symbol('add_history'))(STATE.c_line)
            _free(STATE.c_line)
            STATE.c_line = _NO_LINE
    else:
        line = STATE.prompt
    STATE.phase = IDLE
    if STATE.interrupted:
        return ''
    return line


def _show_again():
    """The line that is being edited is somewhere above, because another process of the image has written something."""
    fresh_line()
    if we_are_translated():
        _call('rl_forced_update_display')
    else:
        _show(STATE.prompt)
    STATE.seen = osio.SHOWN.count


def abandon_line():
    """Give up the line that is being edited; the terminal is as it was before, or as those in the foreground want it."""
    terminal.hold()
    if STATE.phase == EDITING and STATE.has_begun and we_are_translated():
        _call('rl_callback_sigcleanup')     # of a search through the history, a key sequence
        if terminal.is_ours():
            STATE.remove_handler()
        else:
            # It would set the terminal's mode, and that stops a process in the background, which may be about to end.  The
            # shell has the terminal back since then.
            STATE.handler_left = True
    terminal.give_back()
    terminal.release()
    STATE.has_begun = False
    if STATE.phase == COMPLETE:
        take_line()
    STATE.phase = IDLE


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


def _input():
    """Wait for a line, which then is in the place of the prompt."""
    prompt = STATE.prompt
    try:
        terminal.give_back()            # the library looks whether it is to show what is typed
        if terminal.release_untranslated():
            return                      # and perhaps goes on in the background
        STATE.phase = COMPLETE
        STATE.prompt = ''
        _show('\r')                     # where the prompt is already
        if sys.version_info[0] >= 3:
            STATE.prompt = osio.from_native(input(prompt))
        else:
            STATE.prompt = raw_input(prompt)        # noqa: F821  (Python 2)
    except EOFError:
        STATE.phase = ENDED
    except KeyboardInterrupt:
        _interrupted()


def _interrupted():
    _show('\n')
    STATE.prompt = ''
    STATE.interrupted = True
    STATE.phase = COMPLETE


# ---- translated

def _load():
    for name in LIBRARIES:
        try:
            with rffi.scoped_str2charp(name) as c_name:
                STATE.library = rdynload.dlopen(c_name)
        except rdynload.DLOpenError:
            continue
        STATE.is_libedit = name.startswith('libedit')
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
    for name in NEEDED:
        if not _symbol(name):
            return False
    STATE.remove_handler = rffi.cast(_WITH_NOTHING, _symbol('rl_callback_handler_remove'))
    STATE.read_char = rffi.cast(_WITH_NOTHING, _symbol('rl_callback_read_char'))
    rffi.cast(_GETC_VARIABLE, _symbol('rl_getc_function'))[0] = llhelper(_GETC, _getc)
    catch = _symbol('rl_catch_signals')
    if catch:
        rffi.cast(rffi.INTP, catch)[0] = rffi.cast(rffi.INT, 0)
    with rffi.scoped_str2charp('') as from_environment:
        _setlocale(rffi.cast(rffi.INT, _LC_CTYPE), from_environment)    # which bytes make a character
    # What is pasted is taken line by line, and its tabs are tabs.
    _call_with_strings('rl_variable_bind', 'enable-bracketed-paste', 'off')
    insert = _symbol('rl_insert')
    bind = _symbol('rl_bind_key')
    if insert and bind:
        rffi.cast(_BINDING, bind)(rffi.cast(rffi.INT, TAB), insert)
    return True


def _read_what_is_typed():
    for _ in range(MOST_AT_ONCE):
        if STATE.phase != EDITING or not osio.input_ready(osio.STDIN):
            break
        STATE.read_char()
        if STATE.at_end and STATE.phase == EDITING:     # libedit does not tell
            STATE.remove_handler()
            STATE.phase = ENDED


def _prepare_again():
    """The process was stopped and goes on: the terminal is in the shell's mode, while the library takes it for prepared."""
    _call('rl_deprep_terminal')
    _call_with_count('rl_prep_terminal', 1)


def _line_done(c_line):
    """What the library calls with a line, or null at the end of the input.  The line is the VM's now."""
    STATE.c_line = c_line
    STATE.remove_handler()
    if c_line:
        STATE.phase = COMPLETE
    else:
        STATE.phase = ENDED


def _install_handler(prompt):
    with rffi.scoped_str2charp(prompt) as c_prompt:
        rffi.cast(_WITH_HANDLER, _symbol('rl_callback_handler_install'))(c_prompt, llhelper(_LINE_HANDLER, _line_done))


def _getc(stream):
    """What the library reads a byte with, and libedit a character: -1 at the end.  Ctrl-C ends the line."""
    code = _next_byte()
    if STATE.is_libedit and code >= 0xC2:
        more = 1 if code < 0xE0 else (2 if code < 0xF0 else 3)
        code &= 0x3F >> more
        for _ in range(more):
            following = _next_byte()
            if following < 0:
                break
            code = code << 6 | following & 63
    return rffi.cast(rffi.INT, code)


def _next_byte():
    if not osio.input_ready(osio.STDIN):    # the rest of a character: waited for, so Ctrl-Z does not wait
        terminal.release()
    while True:
        count = rffi.cast(lltype.Signed, _read(rffi.cast(rffi.INT, 0), _BYTE, rffi.cast(rffi.SIZE_T, 1)))
        if count == 1:
            return ord(_BYTE[0])
        if count == 0 or rposix.get_saved_errno() != errno.EINTR:
            STATE.at_end = True
            return -1
        if ticker.poll_interrupt_key():
            STATE.interrupted = True
            return 10


def _call(function):
    address = _symbol(function)
    if address:
        rffi.cast(_WITH_NOTHING, address)()


def _call_with_name(function, path):
    address = _symbol(function)
    if address:
        with rffi.scoped_str2charp(path) as c_path:
            rffi.cast(_WITH_NAME, address)(c_path)


def _call_with_count(function, count):
    address = _symbol(function)
    if address:
        rffi.cast(_WITH_COUNT, address)(rffi.cast(rffi.INT, count))


def _call_with_strings(function, first, second):
    address = _symbol(function)
    if address:
        with rffi.scoped_str2charp(first) as c_first:
            with rffi.scoped_str2charp(second) as c_second:
                rffi.cast(_WITH_STRINGS, address)(c_first, c_second)
