"""What the system refuses, in words for people."""
import errno


def unreadable(error):
    """What to say of a file that the system does not let us read."""
    if error.errno == errno.ENOENT or error.errno == errno.ENOTDIR:
        return 'the file cannot be read: there is no such file'
    return 'the file cannot be read: ' + reason(error)


def reason(error):
    """Why the system refused, in a few words."""
    number = error.errno
    if number == errno.ENOSPC or number == errno.EDQUOT:
        return 'the disk is full'
    if number == errno.EFBIG:
        return 'the file would be larger than is allowed'
    if number == errno.EACCES or number == errno.EPERM:
        return 'permission denied'
    if number == errno.EROFS:
        return 'the disk is read-only'
    if number == errno.ENOENT or number == errno.ENOTDIR:
        return 'there is no such folder'
    if number == errno.EISDIR:
        return 'it is a folder'
    if number == errno.EINVAL:
        return 'it is no regular file'
    if number == errno.EBADF:
        return 'the stream is closed'
    if number == errno.EIO:
        return 'the device has failed, or the terminal is gone'
    if number == errno.EPIPE:
        return 'nobody reads it any more'
    return 'error %d' % number
