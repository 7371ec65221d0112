import os
import subprocess

import pytest
import synthetic
from spyvm.image.reader import read_image_file

MEGABYTES = 120         # enough for the heap's own size to matter; `synthetic.py` makes 500 as easily
MIN_SPEED = 100e6       # bytes a second of a machine that does nothing else
PATIENCE = 3            # this one may have more to do


@pytest.mark.parametrize('version, big_endian', [(6502, True), (6504, False), (68003, False), (6521, False), (68021, False)])
def test_a_grown_image_has_that_many_times_the_objects(version, big_endian, tmp_path):
    path = str(tmp_path / 'big.image')
    size = synthetic.write_big(path, version, 1, big_endian)
    assert os.path.getsize(path) == size
    memory = read_image_file(path)
    assert memory.header.data_size > 400000 and len(memory.loaded) > 5000
    assert not [o for o in memory.header.oddities if o.number > 6]


@pytest.mark.native
@pytest.mark.parametrize('version, big_endian, most', [
    (6502, True, 4), (6504, False, 4), (6521, False, 4), (68003, False, 3), (68021, False, 3)])
def test_speed_and_memory(version, big_endian, most, tmp_path):
    """`spy info` of a big file: time by the clock, peak memory by the system's account of its children."""
    path = str(tmp_path / 'big.image')
    size = synthetic.write_big(path, version, MEGABYTES, big_endian)
    process = subprocess.Popen([os.environ['SPY'], 'info', path], stdout=subprocess.PIPE)
    process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    os.remove(path)
    assert status == 0
    assert usage.ru_maxrss * 1024 < most * size
    assert usage.ru_utime + usage.ru_stime < PATIENCE * size / MIN_SPEED
