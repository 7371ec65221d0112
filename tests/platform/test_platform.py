"""The seam to the operating system, clocks and files."""
import os
import signal
import threading
import time

import pytest

from spyvm.platform import clock as smalltalk_clock
from spyvm.platform.files import FileTable, number_bytes
from spyvm.platform.host import Host, directory_of
from spyvm.rpy import clock, osio


def test_read_and_write_file(tmp_path):
    path = str(tmp_path / 'f')
    text = ''.join([chr(i) for i in range(256)]) * 1000
    osio.write_file(path, text)
    assert osio.read_file(path) == text
    osio.write_file(path, 'short')
    assert osio.read_file(path) == 'short'
    osio.write_file(path, '')
    assert osio.read_file(path) == ''
    assert osio.stat(path).size == 0 and osio.stat(path).is_regular


def test_what_is_missing(tmp_path):
    for function in [osio.read_file, osio.stat, osio.lstat, osio.listdir, osio.unlink, osio.rmdir, osio.open_read]:
        with pytest.raises(OSError):
            function(str(tmp_path / 'none'))
        with pytest.raises(OSError):
            function(str(tmp_path) + '\0')
    assert not osio.exists(str(tmp_path / 'none'))
    assert not osio.access(str(tmp_path) + '\0', osio.EXISTS)


def test_abspath(tmp_path, monkeypatch):
    assert osio.abspath('/a/./b/../c//d') == '/a/c/d'
    assert osio.abspath('/..') == '/'
    monkeypatch.chdir(tmp_path)
    assert osio.abspath('x') == os.path.abspath('x')


def test_environment(monkeypatch):
    monkeypatch.setenv('SPY_TEST', 'value')
    assert osio.getenv('SPY_TEST', '') == 'value'
    assert osio.getenv('SPY_NONE', 'default') == 'default'
    assert osio.getenv('A=B', 'default') == 'default'


def test_random_bytes():
    assert len(osio.random_bytes(100)) == 100
    assert osio.random_bytes(16) != osio.random_bytes(16)


def test_clocks():
    assert abs(clock.wall_microseconds() / 1e6 - time.time()) < 1
    first = clock.monotonic_microseconds()
    clock.sleep_microseconds(2000)
    assert clock.monotonic_microseconds() - first >= 1500
    clock.sleep_microseconds(-5)


def test_seconds_since_1901():
    assert smalltalk_clock.SECONDS_1901_TO_1970 == 2177452800
    assert smalltalk_clock.smalltalk_seconds(0) == 2177452800 + clock.local_offset(0)


def test_signals_do_not_end_reads():
    """A ticker's signal comes while a read waits."""
    read, write = os.pipe()
    old = signal.signal(signal.SIGALRM, lambda *args: None)
    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
    writer = threading.Thread(target=lambda: (time.sleep(0.2), os.write(write, b'late')))
    writer.start()
    try:
        assert osio.read(read, 10) == 'late'
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
        writer.join()
        os.close(read)
        os.close(write)


def test_handles(tmp_path):
    table = FileTable()
    handle = table.open(str(tmp_path / 'f'), True)
    other = table.open(str(tmp_path / 'g'), True)
    assert handle != other and len(handle) == len(other) == 16
    assert table.get(handle) is not table.get(other)
    assert table.get(FileTable().session_bytes() + number_bytes(1)) is None
    table.close(handle)
    assert table.get(handle) is None
    with pytest.raises(OSError):
        table.close(handle)
    again = table.open(str(tmp_path / 'f'), True)
    assert again != handle


def test_a_directory_leaks_no_descriptor(tmp_path):
    table = FileTable()
    before = len(os.listdir('/proc/self/fd'))
    for _ in range(5):
        with pytest.raises(OSError):
            table.open(str(tmp_path), False)
    assert len(os.listdir('/proc/self/fd')) == before


def test_host():
    assert directory_of('/a/b') == '/a/' and directory_of('b') == './'
    host = Host('/bin/spy', [], '/x.image', [])
    with pytest.raises(IndexError):
        host.attribute(2)
