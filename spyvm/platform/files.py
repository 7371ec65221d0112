"""The files an image has open, and directories.

An image knows an open file by a handle: bytes that begin with a random number made at the VM's start.  A handle of an
earlier session (kept in a saved image), of a closed file or made up by the image is recognised as such.

Every function raises OSError where the system refuses.
"""
import errno

from spyvm.rpy import osio

SESSION_BYTES = 8
HANDLE_BYTES = SESSION_BYTES + 8


class OpenFile(object):
    """An open file.  `position` is where the next byte is read or written; of a terminal or pipe, the bytes passed so
    far."""

    def __init__(self, fd, writable):
        self.fd = fd
        self.writable = writable
        self.is_regular = osio.descriptor_kind(fd) == osio.REGULAR
        self.is_standard = False
        self.at_end_seen = False
        self.position = 0
        if self.is_regular:
            self.position = osio.position(fd)

    def read(self, count):
        """Up to `count` bytes; fewer at the end of the file and where no more has arrived yet."""
        parts = []
        total = 0
        while total < count:
            part = osio.read(self.fd, count - total)
            if len(part) == 0:
                self.at_end_seen = True
                break
            parts.append(part)
            total += len(part)
            self.position += len(part)
            if not self.is_regular:
                break
        return ''.join(parts)

    def write(self, text):
        if not self.writable:
            raise OSError(errno.EBADF, 'not open for writing')
        osio.write(self.fd, text)
        self.position += len(text)

    def seek(self, position):
        if self.is_standard and not self.is_regular:
            raise OSError(errno.ESPIPE, 'not seekable')
        osio.seek(self.fd, position)
        self.position = position
        self.at_end_seen = False

    def size(self):
        return osio.size(self.fd)

    def at_end(self):
        if self.is_regular:
            return self.position >= osio.size(self.fd)
        return self.at_end_seen

    def truncate(self, size):
        """Cut the file off; what lies beyond the new end if it becomes longer is 0."""
        if not self.writable:
            raise OSError(errno.EBADF, 'not open for writing')
        osio.truncate(self.fd, size)


class FileTable(object):
    """Open files by their handles."""

    def __init__(self):
        self.session = ''
        self.last_serial = 0
        self.files = {}
        self.standard = ['', '', '']    # handles of stdin, stdout, stderr, made when first asked for

    def session_bytes(self):
        """What all handles of this session begin with."""
        if len(self.session) == 0:
            try:
                self.session = osio.random_bytes(SESSION_BYTES)
            except OSError:
                self.session = number_bytes(osio.getpid())
        return self.session

    def add(self, file):
        """A handle for the file."""
        self.last_serial += 1
        self.files[self.last_serial] = file
        return self.session_bytes() + number_bytes(self.last_serial)

    def serial_of(self, handle):
        """The number of the file with that handle; 0 if there is none."""
        session = self.session_bytes()
        if len(handle) != HANDLE_BYTES or not handle.startswith(session):
            return 0
        serial = 0
        for i in range(HANDLE_BYTES - 1, SESSION_BYTES - 1, -1):
            serial = (serial << 8) | ord(handle[i])
        if serial in self.files:
            return serial
        return 0

    def get(self, handle):
        """The OpenFile with that handle; None if there is none."""
        serial = self.serial_of(handle)
        if serial == 0:
            return None
        return self.files[serial]

    def open(self, name, writable):
        """A handle for the file of that name, which is made if it does not exist and is to be written."""
        if writable:
            return self.add_opened(osio.open_update(name), True)
        return self.add_opened(osio.open_read(name), False)

    def open_exclusive(self, name):
        """A handle for a file that did not exist before."""
        return self.add_opened(osio.open_exclusive(name), True)

    def add_opened(self, fd, writable):
        try:
            if osio.is_directory(fd):
                raise OSError(errno.EISDIR, 'a directory')
            file = OpenFile(fd, writable)
        except OSError:
            osio.close(fd)
            raise
        return self.add(file)

    def connect(self, fd, writable):
        """A handle for a file descriptor of the process."""
        return self.add(OpenFile(fd, writable))

    def standard_handle(self, fd):
        """The handle of stdin, stdout or stderr (0, 1 or 2); '' where the process has none."""
        if self.standard[fd] == '':
            try:
                file = OpenFile(fd, fd != osio.STDIN)
            except OSError:
                return ''
            file.is_standard = True
            self.standard[fd] = self.add(file)
        return self.standard[fd]

    def close(self, handle):
        """Forget the file.  The standard files stay open for the VM's own use."""
        serial = self.serial_of(handle)
        if serial == 0:
            raise OSError(errno.EBADF, 'not an open file')
        file = self.files[serial]
        del self.files[serial]
        if file.is_standard:
            if 0 <= file.fd and file.fd < 3:
                self.standard[file.fd] = ''
        else:
            osio.close(file.fd)


def number_bytes(value):
    """An int as 8 bytes, the least significant first."""
    chars = []
    for i in range(8):
        chars.append(chr((value >> (8 * i)) & 0xFF))
    return ''.join(chars)


# ---- directories

class Entry(object):
    """What a directory says of a name: times are Unix times."""

    def __init__(self, name, stat, is_link):
        self.name = name
        self.is_directory = stat.is_directory
        self.size = 0 if stat.is_directory else stat.size
        self.mtime = stat.mtime
        self.ctime = stat.ctime
        self.mode = stat.mode
        self.is_link = is_link


def entry_at(directory, name):
    """The Entry of a name in a directory; None if there is no such name.  A dangling link is described itself."""
    path = name
    if directory != '':
        path = directory + '/' + name
    try:
        stat = osio.lstat(path)
    except OSError:
        return None
    is_link = stat.is_link
    if is_link:
        try:
            stat = osio.stat(path)
        except OSError:
            pass
    return Entry(name, stat, is_link)


class Directories(object):
    """Listing a directory entry by entry, as images do: the names are read when the first is asked for."""

    def __init__(self):
        self.path = ''
        self.names = []

    def entry(self, path, index):
        """Entry number `index` (from 1) of the directory; None after the last.  Names that have vanished meanwhile are left
        out."""
        if index < 1:
            raise OSError(errno.EINVAL, 'index of a directory entry')
        if index == 1 or path != self.path:
            self.names = osio.listdir(path if path != '' else '.')
            self.path = path
        while index <= len(self.names):
            entry = entry_at(path, self.names[index - 1])
            if entry is not None:
                return entry
            del self.names[index - 1]
        self.path = ''
        self.names = []
        return None
