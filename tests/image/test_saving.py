"""Replacing files at once or not at all."""
import errno
import os
import random
import signal
import stat
import subprocess
import sys
import tempfile
import time

import py
import pytest

from imagetools import text
from spyvm.image.saving import Replacement, TEMPORARY
from spyvm.platform.host import link_target
from spyvm.platform.oserrors import reason
from spyvm.rpy import osio
from synthetic import encode, World

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def path_of(local):
    return text(str(local).encode('utf-8'))


def replace(local, contents):
    replacement = Replacement(path_of(local))
    try:
        osio.write(replacement.fd, contents)
        replacement.commit()
    finally:
        replacement.discard()


def names(tmpdir):
    return sorted(each.basename for each in tmpdir.listdir())


def mode_of(local):
    return stat.S_IMODE(os.stat(str(local)).st_mode)


def test_a_new_file(tmpdir):
    local = tmpdir.join('a.image')
    umask = os.umask(0o027)
    try:
        replace(local, 'new')
    finally:
        os.umask(umask)
    assert local.read() == 'new' and names(tmpdir) == ['a.image']
    assert mode_of(local) == 0o640


def test_the_target_keeps_its_permissions(tmpdir):
    local = tmpdir.join('a.image')
    for mode in (0o600, 0o664, 0o755):
        local.write('old')
        os.chmod(str(local), mode)
        replace(local, 'new')
        assert local.read() == 'new' and mode_of(local) == mode


def test_what_is_discarded_leaves_nothing(tmpdir):
    local = tmpdir.join('a.image')
    local.write('old')
    replacement = Replacement(path_of(local))
    osio.write(replacement.fd, 'half of it')
    assert names(tmpdir) != ['a.image']
    replacement.discard()
    replacement.discard()
    assert local.read() == 'old' and names(tmpdir) == ['a.image']


def test_the_old_file_is_whole_until_the_end(tmpdir):
    local = tmpdir.join('a.image')
    local.write('old')
    replacement = Replacement(path_of(local))
    osio.write(replacement.fd, 'new')
    assert local.read() == 'old'
    replacement.commit()
    assert local.read() == 'new'


def test_symbolic_links_stay(tmpdir):
    folder = tmpdir.mkdir('folder')
    local = folder.join('real.image')
    local.write('old')
    relative = tmpdir.join('relative.image')
    relative.mksymlinkto('folder/real.image')
    absolute = tmpdir.join('absolute.image')
    absolute.mksymlinkto(str(relative), absolute=1)
    for link in (relative, absolute):
        replace(link, 'by way of ' + link.basename)
        assert local.read() == 'by way of ' + link.basename
        assert relative.islink() and absolute.islink()
        assert names(folder) == ['real.image']
    dangling = tmpdir.join('dangling.image')
    dangling.mksymlinkto('folder/new.image')
    replace(dangling, 'new')
    assert folder.join('new.image').read() == 'new' and dangling.islink()


def test_links_in_a_circle(tmpdir):
    tmpdir.join('a').mksymlinkto('b')
    tmpdir.join('b').mksymlinkto('a')
    with pytest.raises(OSError) as info:
        link_target(path_of(tmpdir.join('a')))
    assert info.value.errno == errno.ELOOP


def test_names_that_cannot_be_files(tmpdir):
    tmpdir.mkdir('folder')
    tmpdir.join('file').write('x')
    os.mkfifo(str(tmpdir.join('pipe')))
    for name in ('folder', 'pipe', 'no/such', 'file/in', ''):
        with pytest.raises(OSError) as info:
            Replacement(path_of(tmpdir) + '/' + name)
        assert not reason(info.value).startswith('error')
    with pytest.raises(OSError):
        Replacement('a\x00b')
    assert names(tmpdir) == ['file', 'folder', 'pipe']


def test_a_file_left_by_a_process_of_the_same_number(tmpdir):
    left = tmpdir.join('%s%d-0' % (TEMPORARY, os.getpid()))
    left.write('left')
    local = tmpdir.join('a.image')
    replace(local, 'new')
    assert local.read() == 'new' and left.read() == 'left'


def as_nobody(path):
    """Why a file cannot be replaced by a process that may not write everywhere, as root may; '' where it can."""
    end, beginning = os.pipe()
    child = os.fork()
    if child == 0:
        why = 'this test is wrong'
        try:
            if os.getuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            try:
                Replacement(path).discard()
                why = ''
            except OSError as e:
                why = reason(e)
        finally:
            os.write(beginning, why.encode('ascii'))
            os._exit(0)
    os.close(beginning)
    with os.fdopen(end, 'rb') as file:
        why = file.read().decode('ascii')
    os.waitpid(child, 0)
    return why


def test_an_unwritable_folder_or_file():
    folder = py.path.local(tempfile.mkdtemp())
    try:
        local = folder.join('a.image')
        local.write('old')
        os.chmod(str(local), 0o666)
        os.chmod(str(folder), 0o555)
        assert as_nobody(path_of(local)) == 'permission denied'
        os.chmod(str(folder), 0o777)
        assert as_nobody(path_of(local)) == ''
        os.chmod(str(local), 0o444)
        assert as_nobody(path_of(local)) == 'permission denied'
        assert local.read() == 'old' and names(folder) == ['a.image']
    finally:
        os.chmod(str(folder), 0o700)
        folder.remove()


# ---- whole programs

# the limit on the size of files is for the VM only, not for what RPython does when it is imported
CONVERT = '''
import resource, sys
from spyvm.cli import main
from spyvm.rpy.osio import from_native
if sys.argv[1] != '-':
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.exit(main(['spy', 'convert'] + [from_native(each) for each in sys.argv[2:]]))
'''


def convert(*arguments, **kw):
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join([ROOT] + sys.path), PYTHONDONTWRITEBYTECODE='1')
    command = [sys.executable, '-c', CONVERT, str(kw.get('limit', '-'))] + [str(each) for each in arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def test_no_room(tmpdir):
    """Room for less than the image: what fails is the writing, and not the process."""
    source = tmpdir.join('source.image')
    source.write_binary(encode(World(6502), 6502))
    target = tmpdir.join('target.image')
    for old in (None, b'old'):
        if old is not None:
            target.write_binary(old)
        process = convert(source, target, limit=3000)
        out, err = process.communicate()
        assert process.returncode == 1 and out == b''
        assert err.split(b'\n')[-2].startswith(b'spy: ') and b'larger than is allowed' in err
        assert target.check() == (old is not None)
        if old is not None:
            assert target.read_binary() == old
        assert not [name for name in names(tmpdir) if name.startswith(TEMPORARY)]


def test_a_kill_at_any_moment(tmpdir):
    """The target is one of the two images, never a part of one."""
    little, big = tmpdir.join('little.image'), tmpdir.join('big.image')
    little.write_binary(encode(World(6502), 6502, False))
    assert convert(little, big, '--byte-order', 'big').wait() == 0
    whole = [little.read_binary(), big.read_binary()]
    target = tmpdir.join('target.image')
    little.copy(target)
    start = time.time()
    assert convert(target, target, '--byte-order', 'big').wait() == 0
    usual = time.time() - start
    dice = random.Random(1)
    for i in range(12):
        process = convert(target, target, '--byte-order', ('little', 'big')[i & 1])
        time.sleep(usual * (0.5 + 0.6 * dice.random()))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert target.read_binary() in whole
