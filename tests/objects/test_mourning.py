"""Ephemerons that fire, weak objects that lose elements, and how the image hears of them."""
import pytest

import fakeimage
from storage_support import Interp, call, failure, find, generic_array, new
from spyvm.interpreter import processes
from spyvm.interpreter.interpreter import Interpreter
from spyvm.interpreter.unwinding import FatalError
from spyvm.objects import formats, mourning, special
from spyvm.objects.errors import ContextNotLinked, PrimitiveFailed
from spyvm.objects.model import W_Float, W_SmallInteger, BOXED
from spyvm.objects.pointers import W_Weak
from spyvm.platform.host import Host
from spyvm.rpy import memory as host

pytestmark = pytest.mark.collects

SPUR = ['spur32', 'spur64']
NOT_FOUND = 11
QUEUEING = 16           # in VM parameter 48


class Header(object):
    def __init__(self, flags):
        self.flags = flags


@pytest.fixture(params=SPUR)
def interp(request):
    interp = Interp(request.param)
    fakeimage.new_class(interp.memory, 'Guard', 'Object', formats.EPHEMERON, 3)
    return interp


@pytest.fixture(params=fakeimage.KINDS)
def any_interp(request):
    return Interp(request.param)


def guard(interp, w_key, w_value=None):
    w_guard = fakeimage.instance(interp.memory, 'Guard')
    w_guard.slots[0] = w_key
    if w_value is not None:
        w_guard.slots[1] = w_value
    return w_guard


def weak(interp, *items):
    memory = interp.memory
    w_weak = W_Weak(memory, fakeimage.view_named(memory, 'WeakArray'), 0, len(items))
    for i in range(len(items)):
        w_weak.store(memory, i, items[i])
    return w_weak


def collect(interp, number=130):
    """How many objects the image is to hear of after a collection."""
    call(interp, number, None)
    pending = interp.memory.mourning.pending
    interp.memory.mourning.take_pending()
    return pending


def mourners(interp):
    """All that primitive 172 answers."""
    found = []
    while True:
        try:
            found.append(call(interp, 172, None))
        except PrimitiveFailed as e:
            assert e.code == NOT_FOUND
            return found


# ---- ephemerons

def test_nothing_to_mourn(interp):
    assert collect(interp) == 0
    assert failure(interp, 172, None) == NOT_FOUND


def test_no_primitive_in_old_images():
    assert find(Interp('v3'), 172) is None


def test_key_that_nothing_else_holds(interp):
    w_key = new(interp, 'Object')
    w_value = generic_array(interp, [w_key])
    w_guard = guard(interp, w_key, w_value)
    interp.keep(w_guard)
    assert collect(interp) == 1
    assert call(interp, 172, None) is w_guard
    assert failure(interp, 172, None) == NOT_FOUND
    assert w_guard.slots[:2] == [w_key, w_value]
    assert (w_key.get_meta() | w_value.get_meta()) & (mourning.AWAITED | mourning.MARK) == 0


def test_once_only(interp):
    w_guard = guard(interp, new(interp, 'Object'))
    interp.keep(w_guard)
    assert collect(interp) == 1
    assert mourners(interp) == [w_guard]
    assert collect(interp) == 0
    w_guard.slots[0] = new(interp, 'Object')
    assert collect(interp) == 0
    assert mourners(interp) == []


def test_key_that_is_held(interp):
    w_key = new(interp, 'Object')
    w_value = new(interp, 'Object')
    w_weak = weak(interp, w_value)
    w_guard = guard(interp, w_key, w_value)
    for order in [[w_weak, w_guard, w_key], [w_weak, w_key, w_guard], [w_weak, w_guard, generic_array(interp, [w_key])]]:
        interp.keep(*order)
        assert collect(interp) == 0
        assert w_weak.fetch(interp.memory, 0) is w_value
    assert mourners(interp) == []


def test_keys_without_identity(interp):
    boxed = W_Float(2.5)
    boxed.meta = BOXED
    interp.keep(guard(interp, W_SmallInteger(3)), guard(interp, interp.memory.w_nil),
                guard(interp, interp.memory.character_object(65)), boxed, guard(interp, boxed))
    assert collect(interp) == 0


def test_garbage_does_not_fire(interp):
    guard(interp, new(interp, 'Object'))
    assert collect(interp) == 0


def test_waiting_for_another_key(interp):
    """The second's key is the first's value: reached only if the first's key is."""
    w_first_key, w_second_key = new(interp, 'Object'), new(interp, 'Object')
    w_first = guard(interp, w_first_key, w_second_key)
    w_second = guard(interp, w_second_key)
    interp.keep(w_second, w_first, w_first_key)
    assert collect(interp) == 0
    interp.keep(w_second, w_first)
    assert collect(interp) == 2
    assert mourners(interp) == [w_second, w_first]


def test_own_value_holds_key_of_held_ephemeron(interp):
    """What a fired ephemeron holds lives: ephemerons found behind it are looked at, too."""
    w_inner_key = new(interp, 'Object')
    w_inner = guard(interp, w_inner_key)
    w_outer = guard(interp, new(interp, 'Object'), generic_array(interp, [w_inner]))
    interp.keep(w_outer)
    assert collect(interp) == 2
    assert mourners(interp) == [w_outer, w_inner]


def test_two_with_one_key(interp):
    w_key = new(interp, 'Object')
    guards = [guard(interp, w_key), guard(interp, w_key)]
    interp.keep(*guards)
    assert collect(interp) == 2
    assert mourners(interp) == guards


def test_long_chain_in_the_wrong_order(interp):
    keys = [new(interp, 'Object') for _ in range(3000)]
    guards = [guard(interp, keys[i], keys[i + 1]) for i in range(2999)]
    interp.keep(*(list(reversed(guards)) + [keys[0]]))
    assert collect(interp) == 0
    interp.keep(*reversed(guards))
    assert collect(interp) == 2999


def test_other_walks_take_ephemerons_for_ordinary(interp):
    w_key = new(interp, 'Point')
    interp.keep(guard(interp, w_key))
    assert call(interp, 77, fakeimage.class_named(interp.memory, 'Point')) is w_key
    assert interp.memory.mourning.pending == 0


def test_queue_keeps_objects(interp):
    w_key = new(interp, 'Object')
    w_guard = guard(interp, w_key)
    w_weak = weak(interp, w_guard, w_key)
    interp.keep(w_guard, w_weak)
    assert collect(interp) == 1
    interp.keep(w_weak)
    assert collect(interp) == 0
    assert [w_weak.fetch(interp.memory, i) for i in range(2)] == [w_guard, w_key]
    assert mourners(interp) == [w_guard]
    assert collect(interp) == 1
    assert w_weak.fetch(interp.memory, 0) is interp.memory.w_nil


def test_become_reaches_the_queue(interp):
    w_guard = guard(interp, new(interp, 'Object'))
    w_other = new(interp, 'Association')
    interp.keep(w_guard)
    assert collect(interp) == 1
    call(interp, 72, [w_guard], [w_other])
    assert mourners(interp) == [w_other]


def test_contexts_have_to_be_linked(interp):
    interp.keep(guard(interp, new(interp, 'Object')))
    interp.linked = False
    for number in [130, 131]:
        with pytest.raises(ContextNotLinked):
            call(interp, number, None)
    assert mourners(interp) == []


# ---- weak objects

@pytest.mark.parametrize('number', [130, 131])
def test_elements_that_are_garbage(any_interp, number):
    interp = any_interp
    w_nil = interp.memory.w_nil
    w_held, w_garbage = new(interp, 'Object'), new(interp, 'Object')
    w_weak = weak(interp, w_held, w_garbage, W_SmallInteger(5), w_nil)
    w_other = weak(interp, w_held)
    interp.keep(w_weak, w_other, w_held)
    assert collect(interp, number) == 1
    assert [w_weak.fetch(interp.memory, i) for i in (0, 1, 3)] == [w_held, w_nil, w_nil]
    assert w_weak.fetch(interp.memory, 2).value == 5
    assert collect(interp, number) == 0
    assert interp.memory.mourning.fetch() is None


def test_weak_objects_are_queued_where_the_image_asks(interp):
    w_weak = weak(interp, new(interp, 'Object'))
    interp.memory.header = Header(mourning.QUEUE_WEAK)
    interp.keep(w_weak)
    assert call(interp, 254, None, 48).value == QUEUEING
    assert collect(interp) == 1
    assert mourners(interp) == [w_weak]
    call(interp, 254, None, 48, 0)
    w_weak.store(interp.memory, 0, new(interp, 'Object'))
    assert collect(interp) == 1
    assert mourners(interp) == []
    call(interp, 254, None, 48, QUEUEING)
    w_weak.store(interp.memory, 0, new(interp, 'Object'))
    assert collect(interp) == 1
    assert mourners(interp) == [w_weak]


def test_elements_that_the_host_has_taken(any_interp):
    memory = any_interp.memory
    w_weak = weak(any_interp, new(any_interp, 'Object'))
    now = 0
    while memory.mourning.pending == 0 and now < 10:
        host.collect()
        now += 1
        memory.mourning.look(memory, now * mourning.INTERVAL)
        assert w_weak.fetch(memory, 0) is memory.w_nil
    assert memory.mourning.take_pending()
    for _ in range(4):
        host.collect()
        now += 1
        memory.mourning.look(memory, now * mourning.INTERVAL)
    assert not memory.mourning.take_pending()


def test_registry_keeps_nothing(any_interp):
    memory = any_interp.memory
    w_kept = weak(any_interp, memory.w_true)
    for _ in range(20 * mourning.LEAST_REGISTRY):
        weak(any_interp, memory.w_true)
        if len(memory.mourning.registry) == mourning.LEAST_REGISTRY:
            host.collect()
    host.collect()
    assert len(memory.mourning.registry) <= 4 * mourning.LEAST_REGISTRY
    assert w_kept in [ref() for ref in memory.mourning.living()]


# ---- the semaphore

@pytest.mark.parametrize('kind', fakeimage.KINDS)
def test_semaphore(kind):
    small = Interp(kind)
    memory = small.memory
    w_semaphore = new(small, 'Semaphore')
    w_semaphore.slots[special.EXCESS_SIGNALS] = W_SmallInteger(0)
    memory.w_special_objects.store(memory, special.FINALIZATION_SEMAPHORE, w_semaphore)
    weaklings = [weak(small, new(small, 'Object')) for _ in range(3)]
    small.keep(*weaklings)
    call(small, 130, None)
    assert memory.mourning.pending == 3
    interp = Interpreter(memory, Host('/opt/spy/spy', [], '/home/me/some.image', []))
    interp.look_at_mourners()
    interp.look_at_mourners()
    assert w_semaphore.slots[special.EXCESS_SIGNALS].value == 1


@pytest.mark.parametrize('kind', fakeimage.KINDS)
def test_finalization_process_is_woken_when_all_others_wait(kind):
    small = Interp(kind)
    memory = small.memory
    w_semaphore = new(small, 'Semaphore')
    w_semaphore.slots[special.EXCESS_SIGNALS] = W_SmallInteger(0)
    memory.w_special_objects.store(memory, special.FINALIZATION_SEMAPHORE, w_semaphore)
    interp = Interpreter(memory, Host('/opt/spy/spy', [], '/home/me/some.image', []))
    w_process = new(small, 'Process')
    w_process.slots[special.PROCESS_PRIORITY] = W_SmallInteger(6)
    w_process.slots[special.PROCESS_SUSPENDED_CONTEXT] = small.active
    processes.add_last(interp, w_semaphore, w_process)
    memory.mourning.pending = 1
    assert interp.next_to_run() is w_process
    with pytest.raises(FatalError):
        interp.next_to_run()


def test_no_semaphore(any_interp):
    memory = any_interp.memory
    memory.mourning.pending = 1
    Interpreter(memory, Host('/opt/spy/spy', [], '/home/me/some.image', [])).look_at_mourners()
    assert memory.mourning.pending == 0
