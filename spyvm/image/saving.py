"""Replacing a file at once or not at all.

What is to be in the file is written to a new one in the same directory, which takes its place when all of it is on the
disk.  Whatever goes wrong before, the power included, leaves the old file as it was; what it may leave beside it is a file
whose name begins with TEMPORARY.  A symbolic link stays one: what it leads to is replaced.
"""
import errno
from spyvm.platform.host import directory_of, link_target
from spyvm.rpy import osio
from spyvm.rpy.output import survive_size_limit

TEMPORARY = '.spy-saving-'
PERMISSIONS = 4095
ATTEMPTS = 100


class Replacement(object):
    """A new file for `path`; OSError if it cannot be made.  Write to the descriptor `fd`, then `commit`; on any failure
    `discard`, which may also follow a `commit`."""

    def __init__(self, path):
        survive_size_limit()
        if '\x00' in path:
            raise OSError(errno.ENOENT, 'NUL in a file name')
        self.fd = -1
        self.temporary = ''
        self.path = link_target(path)
        mode = -1
        if osio.exists(self.path):
            stat = osio.stat(self.path)
            if not stat.is_regular:
                raise OSError(errno.EISDIR if stat.is_directory else errno.EINVAL, 'no regular file')
            if not osio.access(self.path, osio.CAN_WRITE):
                raise OSError(errno.EACCES, 'not to be written')
            mode = stat.mode
        self.make_temporary()
        if mode >= 0:
            done = False
            try:
                osio.chmod(self.temporary, mode & PERMISSIONS)
                done = True
            finally:
                if not done:
                    self.discard()

    def make_temporary(self):
        directory = directory_of(self.path)
        for i in range(ATTEMPTS):
            name = '%s%s%d-%d' % (directory, TEMPORARY, osio.getpid(), i)
            try:
                self.fd = osio.open_exclusive(name)
            except OSError as e:
                if e.errno != errno.EEXIST:
                    raise
            else:
                self.temporary = name
                return
        raise OSError(errno.EEXIST, 'no name for a new file')

    def commit(self):
        """Put the new file in the place of the old one.  OSError if that is not possible; the old one is then unharmed."""
        osio.sync(self.fd)
        fd = self.fd
        self.fd = -1
        osio.close(fd)
        osio.rename(self.temporary, self.path)
        self.temporary = ''
        try:
            osio.sync_directory(directory_of(self.path))
        except OSError:
            pass        # the file is complete; whether the new name outlives a crash is the file system's affair

    def discard(self):
        """Leave nothing behind that was not committed."""
        if self.fd >= 0:
            fd = self.fd
            self.fd = -1
            try:
                osio.close(fd)
            except OSError:
                pass
        if self.temporary != '':
            name = self.temporary
            self.temporary = ''
            try:
                osio.unlink(name)
            except OSError:
                pass
