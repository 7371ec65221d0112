"""Clocks, names, parameters, and the screen that is not there."""
import time

import pytest

import fakeimage
from fakeimage import KINDS
from storage_support import Interp, call, elements, fails, new, value
from spyvm.objects import special
from spyvm.objects.model import W_Float
from spyvm.platform.host import Exit
from spyvm.primitives.registry import MODULES


@pytest.fixture(params=KINDS)
def interp(request):
    return Interp(request.param)


EPOCH = (69 * 365 + 17) * 86400


def test_clocks(interp):
    before = time.time()
    utc = value(interp, 240, None)
    assert before - 1 <= utc / 1e6 - EPOCH <= time.time() + 1
    assert abs(value(interp, 245, None) - utc) < 1000000
    offset = -(time.altzone if time.localtime().tm_isdst > 0 else time.timezone)
    assert abs(value(interp, 241, None) - offset * 1000000 - utc) < 1000000
    assert abs(value(interp, 137, None) - (utc // 1000000 + offset)) <= 1
    w_pair = call(interp, 244, None)
    assert abs(elements(interp, w_pair)[0] - utc) < 1000000 and elements(interp, w_pair)[1] == offset
    w_array = new(interp, 'Array', 2)
    assert call(interp, 244, None, w_array) is w_array
    assert elements(interp, w_array)[1] == offset
    assert fails(interp, 244, None, new(interp, 'Array', 1))
    call(interp, 243, None)


def test_millisecond_clock(interp):
    first = value(interp, 135, None)
    time.sleep(0.01)
    assert 5 <= value(interp, 135, None) - first < 5000
    assert 0 <= first < 2 ** 29


def test_quit(interp):
    for args, status in [((), 0), ((3,), 3), ((256 + 7,), 7), ((None,), 0)]:
        with pytest.raises(Exit) as info:
            call(interp, 113, None, *args)
        assert info.value.status == status
    with pytest.raises(Exit) as info:
        call(interp, 114, None)
    assert info.value.status == 1


def test_names(interp):
    assert value(interp, 121, None) == '/home/me/some.image'
    call(interp, 121, None, '/tmp/other.image')
    assert value(interp, 121, None) == '/tmp/other.image'
    assert fails(interp, 121, None, 3)
    assert value(interp, 142, None) == '/opt/spy/'


def test_system_attributes(interp):
    expected = {-1: '-v', 0: '/opt/spy/spy', 1: '/home/me/some.image', 2: 'one', 3: 'two', 1001: 'unix', 1005: 'null'}
    for index, text in expected.items():
        assert value(interp, 149, None, index) == text
    for index in [1002, 1003, 1004, 1006]:
        assert value(interp, 149, None, index) != ''
    for index in [-2, 4, 999, 1000, 2000, 2 ** 29, -2 ** 29]:
        assert fails(interp, 149, None, index)
    assert fails(interp, 149, None, None)


def test_clipboard(interp):
    assert value(interp, 141, None) == ''
    call(interp, 141, None, 'copied')
    assert value(interp, 141, None) == 'copied'
    assert fails(interp, 141, None, None)


def test_semaphores(interp):
    memory = interp.memory
    for number, index in [(124, special.LOW_SPACE_SEMAPHORE), (134, special.INTERRUPT_SEMAPHORE)]:
        w_semaphore = new(interp, 'Semaphore')
        call(interp, number, None, w_semaphore)
        assert memory.special(index) is w_semaphore
        assert fails(interp, number, None, new(interp, 'Object'))
        assert fails(interp, number, None, 3)
        assert memory.special(index) is w_semaphore
        call(interp, number, None, None)
        assert memory.special(index) is memory.w_nil
    call(interp, 125, None, 200000)
    assert interp.host.low_space_threshold == 200000
    assert fails(interp, 125, None, -1)
    call(interp, 133, None, 2094)
    assert interp.host.screen.interrupt_key == 2094


def test_parameters(interp):
    w_all = call(interp, 254, None)
    assert value(interp, 62, w_all) >= 71
    assert value(interp, 254, None, 40) == interp.memory.word_size
    assert value(interp, 254, None, 41) == interp.memory.traits.version
    assert value(interp, 254, None, 3) > value(interp, 254, None, 1) > 0
    old = value(interp, 254, None, 49)
    assert value(interp, 254, None, 49, 512) == old
    assert value(interp, 254, None, 49) == 512
    assert fails(interp, 254, None, 40, 3)
    assert fails(interp, 254, None, 49, -1)
    assert fails(interp, 254, None, 49, None)
    for index in [0, -1, 10000]:
        assert fails(interp, 254, None, index)
        assert fails(interp, 254, None, index, 1)
    assert not fails(interp, 254, None, 55, W_Float(0.5))


def test_modules(interp):
    found = []
    while value(interp, 572, None, len(found) + 1) is not None:
        found.append(value(interp, 572, None, len(found) + 1))
    assert found == MODULES and 'FilePlugin' in found
    assert value(interp, 573, None, 1) is None
    assert fails(interp, 572, None, 0)
    w_receiver = new(interp, 'Object')
    assert call(interp, 571, w_receiver, 'FilePlugin') is w_receiver
    assert call(interp, 570, w_receiver) is w_receiver


def test_profiling_primitives_of_both_kinds():
    old, spur = Interp('v3'), Interp('spur32')
    for number in (250, 251, 252, 253):
        call(old, number, None)
    assert value(spur, 251, None, True, None) == 0
    assert value(spur, 252, None) is False
    assert fails(spur, 251, None, 3, None)


# ---- no screen

def test_display(interp):
    memory = interp.memory
    w_form = new(interp, 'Form')
    assert call(interp, 102, w_form) is w_form
    assert memory.special(special.DISPLAY) is w_form
    assert fails(interp, 102, new(interp, 'Point'))
    assert memory.special(special.DISPLAY) is w_form
    assert call(interp, 101, w_form) is w_form
    assert call(interp, 101, w_form, w_form) is w_form
    assert fails(interp, 101, new(interp, 'Point'))
    assert call(interp, 127, w_form, 0, 1, 0, 1) is w_form
    assert fails(interp, 127, w_form, 0, 1, 0, None)
    assert value(interp, 126, w_form, True) is False
    assert value(interp, 126, w_form, False) is True
    assert fails(interp, 126, w_form, None)
    interp.host.screen.width = 800
    w_size = call(interp, 106, None)
    assert [value(interp, 73, w_size, i) for i in (1, 2)] == [800, 480]
    assert value(interp, 91, None, 8) is True
    assert value(interp, 91, None, 7) is False
    assert value(interp, 92, None, 8, 640, 480, False) is False


def test_input(interp):
    w_event = new(interp, 'Array', 8)
    call(interp, 61, w_event, 3, 5)
    call(interp, 94, None, w_event)
    assert elements(interp, w_event) == [0] * 8
    assert fails(interp, 94, None, new(interp, 'Array', 7))
    assert fails(interp, 94, None, 'eight...')
    call(interp, 93, None, 4)
    assert interp.host.screen.input_semaphore == 4
    assert value(interp, 107, None) == 0
    assert value(interp, 108, None) is None
    assert value(interp, 109, None) is None
    w_point = interp.memory.point_object(3, 4)
    call(interp, 91, None, w_point)
    assert [value(interp, 73, call(interp, 90, None), i) for i in (1, 2)] == [3, 4]
    call(interp, 122, None)
    w_receiver = fakeimage.string(interp.memory, 'x')
    assert call(interp, 140, w_receiver) is w_receiver
