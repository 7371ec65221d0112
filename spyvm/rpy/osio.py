"""The operating system's files: every call of `os` the VM makes.

File names and contents are RPython byte strings: `str` on Python 2.7, Latin-1 decoded text on Python 3, so that ord(), chr()
and slicing mean the same everywhere.  A file descriptor is an int.  Every function raises OSError when the system refuses;
none gives up because a signal (the ticker's) interrupted a call.
"""
import errno
import os
import select
import sys

from spyvm.rpy import REAL, we_are_translated

if REAL:
    from rpython.rlib import rposix, rposix_stat     # noqa: F401  (make os.* translatable)
    from rpython.rtyper.lltypesystem import lltype, rffi
    from rpython.translator.tool.cbuild import ExternalCompilationInfo

    _POLLFD = rffi.CStruct('pollfd', ('fd', rffi.INT), ('events', rffi.SHORT), ('revents', rffi.SHORT))
    _poll = rffi.llexternal('poll', [lltype.Ptr(_POLLFD), rffi.ULONG, rffi.INT], rffi.INT, releasegil=False,
                            compilation_info=ExternalCompilationInfo(includes=['poll.h']))

PY3 = sys.version_info[0] >= 3

if PY3:
    def _name(name):
        return name.encode('latin-1')

    def _bytes(text):
        return text.encode('latin-1')

    def _text(data):
        return data.decode('latin-1')
else:
    def _name(name):
        return name

    def _bytes(text):
        return text

    def _text(data):
        return data

STDIN, STDOUT, STDERR = 0, 1, 2
SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2
CHUNK = 1 << 16         # bytes that read() asks of the system at once: it makes a buffer of that size first
LARGE_CHUNK = 1 << 30   # the same where the length is known; read(2) gives no more than 2**31-4096 bytes at a time
NEW_FILE_MODE = 438     # 0666; the umask takes away from it
NEW_DIRECTORY_MODE = 511
CAN_READ, CAN_WRITE, CAN_EXECUTE, EXISTS = 4, 2, 1, 0
POLLIN = 1

_TYPE_MASK = 61440      # S_IFMT
_DIRECTORY = 16384      # S_IFDIR
_REGULAR = 32768        # S_IFREG
_LINK = 40960           # S_IFLNK
_CHARACTER_DEVICE = 8192
_FIFO = 4096


def _check_name(name):
    """A name with a NUL in it would reach the system cut short: there is no such file."""
    if '\x00' in name:
        raise OSError(errno.ENOENT, 'NUL in a file name')


class _Shown(object):
    """What the terminal shows, as far as it comes from read() and write(), for the one who edits lines there."""

    def __init__(self):
        self.count = 0              # of writes
        self.line_ended = True      # whether the next character goes to the beginning of a line
        self.has_errors = True      # whether the standard error stream is shown, too

    def note(self, fd, text):
        if text != '' and (fd == STDOUT or fd == STDERR and self.has_errors):
            self.count += 1
            self.line_ended = text.endswith('\n')

SHOWN = _Shown()


# ---- whole files

def read_file(path):
    """The contents of the file."""
    fd = open_read(path)
    try:
        return read_all(fd)
    finally:
        close(fd)


def read_all(fd):
    """What is left to be read of an open file."""
    parts = []
    expected = size(fd)
    while expected > 0:
        # a file of known length is one piece, which is not copied
        part = _read(fd, min(expected, LARGE_CHUNK))
        if len(part) == 0:
            break
        parts.append(part)
        expected -= len(part)
    while True:
        part = _read(fd, CHUNK)
        if len(part) == 0:
            break
        parts.append(part)
    if len(parts) == 1:
        return parts[0]
    return ''.join(parts)


def write_file(path, text):
    """Make or replace the file."""
    fd = open_new(path)
    try:
        write(fd, text)
    finally:
        close(fd)


# ---- opening

def open_read(path):
    """Open for reading; the file must exist."""
    return _open(path, os.O_RDONLY)


def open_update(path):
    """Open for reading and writing; made, empty, if it does not exist."""
    return _open(path, os.O_RDWR | os.O_CREAT)


def open_exclusive(path):
    """Make a file for reading and writing; it must not exist."""
    return _open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)


def open_new(path):
    """Open for writing; what was in the file is lost."""
    return _open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)


def _open(path, flags):
    _check_name(path)
    while True:
        try:
            return os.open(_name(path), flags, NEW_FILE_MODE)
        except OSError as e:
            if e.errno != errno.EINTR:
                raise


# ---- open files

def close(fd):
    # After EINTR the descriptor is gone (Linux) and may be another file's: never close it again.
    try:
        os.close(fd)
    except OSError as e:
        if e.errno != errno.EINTR:
            raise


def read(fd, count):
    """Up to `count` bytes, and no more than CHUNK; '' at the end of the file."""
    return _read(fd, min(count, CHUNK))


def _read(fd, count):
    if count < 0:
        raise OSError(errno.EINVAL, 'negative count')
    while True:
        try:
            text = _text(os.read(fd, count))
            if fd == STDIN and text.endswith('\n'):
                SHOWN.line_ended = True
            return text
        except OSError as e:
            if e.errno != errno.EINTR:
                raise


def write_some(fd, text):
    """Write what the system takes at once; the number of bytes written."""
    data = _bytes(text)
    while True:
        try:
            return os.write(fd, data)
        except OSError as e:
            if e.errno != errno.EINTR:
                raise


def write(fd, text):
    """Write all of it."""
    done = write_some(fd, text)
    while done < len(text):
        assert done >= 0
        text = text[done:]
        done = write_some(fd, text)
    SHOWN.note(fd, text)


def seek(fd, position):
    """Continue at `position` bytes from the file's start."""
    os.lseek(fd, position, SEEK_SET)


def position(fd):
    return int(os.lseek(fd, 0, SEEK_CUR))


def size(fd):
    """The file's length in bytes; 0 of what has none, as terminals and pipes."""
    return int(os.fstat(fd).st_size)


def truncate(fd, size):
    while True:
        try:
            os.ftruncate(fd, size)
            return
        except OSError as e:
            if e.errno != errno.EINTR:
                raise


def sync(fd):
    """Wait until the contents are on the disk."""
    while True:
        try:
            os.fsync(fd)
            return
        except OSError as e:
            if e.errno != errno.EINTR:
                raise


def sync_directory(path):
    """Wait until the names in a directory are on the disk."""
    fd = open_read(path)
    try:
        sync(fd)
    finally:
        close(fd)


def ensure_standard_descriptors():
    """Where one of the three is closed it is taken from now on: otherwise the next file to be opened would be that one, and be
    read for input, or take error messages.  It is open the wrong way round, so that its use is the error (EBADF) that it is
    when it is closed: what is written there would be lost, and nobody told."""
    for fd in range(STDERR + 1):        # the system gives the first that is free
        if not _is_open(fd):
            try:
                _open('/dev/null', os.O_WRONLY if fd == STDIN else os.O_RDONLY)
            except OSError:
                pass


def _is_open(fd):
    try:
        os.fstat(fd)
    except OSError as e:
        return e.errno != errno.EBADF
    return True


def isatty(fd):
    return os.isatty(fd)


def input_ready(fd):
    """Whether read() would not wait: there is something, the end, or an error."""
    if we_are_translated():
        with lltype.scoped_alloc(_POLLFD) as request:
            rffi.setintfield(request, 'c_fd', fd)
            rffi.setintfield(request, 'c_events', POLLIN)
            rffi.setintfield(request, 'c_revents', 0)
            return rffi.cast(lltype.Signed, _poll(request, rffi.cast(rffi.ULONG, 1), rffi.cast(rffi.INT, 0))) > 0
    try:
        return len(select.select([fd], [], [], 0)[0]) > 0
    except (OSError, ValueError, select.error) as e:
        return not e.args or e.args[0] != errno.EINTR       # Python 2.7: a signal came meanwhile


UNKNOWN, REGULAR, PIPE, CHARACTER = 0, 1, 2, 3


def descriptor_kind(fd):
    """UNKNOWN, REGULAR, PIPE or CHARACTER (a terminal or other device)."""
    kind = os.fstat(fd).st_mode & _TYPE_MASK
    if kind == _REGULAR:
        return REGULAR
    if kind == _FIFO:
        return PIPE
    if kind == _CHARACTER_DEVICE:
        return CHARACTER
    return UNKNOWN


def is_directory(fd):
    return (os.fstat(fd).st_mode & _TYPE_MASK) == _DIRECTORY


# ---- names

class Stat(object):
    """What the system knows of a name: `mode` the permission bits, times in seconds since 1970."""
    _attrs_ = ['is_directory', 'is_link', 'is_regular', 'mode', 'size', 'mtime', 'ctime']

    def __init__(self, mode, size, mtime, ctime):
        self.is_directory = (mode & _TYPE_MASK) == _DIRECTORY
        self.is_link = (mode & _TYPE_MASK) == _LINK
        self.is_regular = (mode & _TYPE_MASK) == _REGULAR
        self.mode = mode & 4095
        self.size = size
        self.mtime = mtime
        self.ctime = ctime


def stat(path):
    """Of the file, or what a symbolic link leads to."""
    _check_name(path)
    st = os.stat(_name(path))
    return Stat(st.st_mode, int(st.st_size), int(st.st_mtime), int(st.st_ctime))


def lstat(path):
    """Of the name itself, a symbolic link's included."""
    _check_name(path)
    st = os.lstat(_name(path))
    return Stat(st.st_mode, int(st.st_size), int(st.st_mtime), int(st.st_ctime))


def exists(path):
    try:
        stat(path)
    except OSError:
        return False
    return True


def access(path, mode):
    """Whether the user may do what the sum of CAN_READ, CAN_WRITE, CAN_EXECUTE says."""
    if '\x00' in path:
        return False
    return os.access(_name(path), mode)


def listdir(path):
    """The names in the directory, without '.' and '..', in no particular order."""
    _check_name(path)
    return [_text(name) for name in os.listdir(_name(path))]


def unlink(path):
    _check_name(path)
    os.unlink(_name(path))


def rename(old, new):
    """Replaces `new` if it exists."""
    _check_name(old)
    _check_name(new)
    os.rename(_name(old), _name(new))


def readlink(path):
    """What a symbolic link says, from the root or from the directory it is in."""
    _check_name(path)
    return _text(os.readlink(_name(path)))


def chmod(path, mode):
    """Set the permission bits."""
    _check_name(path)
    os.chmod(_name(path), mode)


def mkdir(path):
    _check_name(path)
    os.mkdir(_name(path), NEW_DIRECTORY_MODE)


def rmdir(path):
    _check_name(path)
    os.rmdir(_name(path))


if PY3:
    def getcwd():
        return _text(os.getcwdb())
else:
    def getcwd():
        return os.getcwd()


def abspath(path):
    """The path from the root, without '.' and '..' parts (symbolic links are not resolved)."""
    if not path.startswith('/'):
        path = getcwd() + '/' + path
    parts = []
    for part in path.split('/'):
        if part == '..':
            if len(parts) > 0:
                parts.pop()
        elif part != '' and part != '.':
            parts.append(part)
    return '/' + '/'.join(parts)


# ---- the process

if PY3:
    def _environment(name):
        value = os.environb.get(_name(name), None)
        return None if value is None else _text(value)
else:
    def _environment(name):
        return os.environ.get(name)


def getenv(name, default):
    """The environment variable; `default` where it is not set."""
    if '\x00' in name or '=' in name:
        return default
    value = _environment(name)
    return default if value is None else value


def getpid():
    return os.getpid()


def random_bytes(count):
    """`count` unpredictable bytes."""
    fd = open_read('/dev/urandom')
    try:
        parts = []
        while count > 0:
            part = read(fd, count)
            if len(part) == 0:
                raise OSError(errno.EIO, '/dev/urandom')
            count -= len(part)
            parts.append(part)
        return ''.join(parts)
    finally:
        close(fd)


def from_native(text):
    """A Python str of the host (a command line argument) as byte string."""
    if PY3:
        return _text(os.fsencode(text))
    return text
