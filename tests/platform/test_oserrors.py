"""The words for what the system refuses."""
import errno

import pytest

from spyvm.platform.oserrors import reason, unreadable


@pytest.mark.parametrize('name', [
    'ENOSPC', 'EDQUOT', 'EFBIG', 'EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EISDIR', 'EINVAL', 'EBADF', 'EIO', 'EPIPE',
])
def test_errors_with_words(name):
    error = OSError(getattr(errno, name), 'x')
    assert not reason(error).startswith('error')
    assert unreadable(error).startswith('the file cannot be read: ')


def test_other_errors():
    assert reason(OSError(errno.ELOOP, 'x')) == 'error %d' % errno.ELOOP


def test_a_file_that_is_not_there():
    assert unreadable(OSError(errno.ENOENT, 'x')) == 'the file cannot be read: there is no such file'
