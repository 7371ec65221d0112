"""Processes, semaphores, priorities, the timer, the interrupt check."""
import pytest

from assembler import SETS
from spyvm.interpreter import lowspace, processes
from spyvm.interpreter.lowspace import LowSpace
from spyvm.interpreter.unwinding import FatalError
from spyvm.objects import special
from spyvm.objects.pointers import new_generic_array
from spyvm.platform.host import Exit
from spyvm.rpy import clock, ticker
from world import KINDS, World

pytestmark = pytest.mark.usefixtures('sends')


class Processes(World):
    """A World whose processes append numbers to a log."""

    def __init__(self, kind, asm):
        World.__init__(self, kind)
        self.asm = asm
        self.log = []
        for selector, number in [('signal', 85), ('wait', 86), ('resume', 87), ('suspend', 88), ('signal:at:', 136),
                                 ('relinquish:', 230), ('enter', 186), ('exit', 185), ('enterOrNil', 187)]:
            self.primitive('Object', selector, number)
        self.define('Object', 'yield', self.method([32, 124], ['failed'], primitive=167, sista=False))
        self.w_log = self.association(None)
        self.active = processes.active_process(self.interp)

    def code(self, *steps):
        """A method that does the steps in order: an int is logged, a tuple is a message."""
        a = self.asm()
        literals = []

        def literal(value):
            literals.append(self.wrap(value))
            return a.push_literal(len(literals) - 1)
        for step in steps:
            if isinstance(step, int):
                literals.append(self.w_log)
                log_at = len(literals) - 1
                a.push_variable(log_at)
                literal(step)
                literals.append(self.symbol('with:'))
                a.send(len(literals) - 1, 1).pop_variable(log_at)
            else:
                receiver, selector, args = step[0], step[1], step[2:]
                literal(receiver)
                for arg in args:
                    literal(arg)
                literals.append(self.symbol(selector))
                a.send(len(literals) - 1, len(args)).pop()
        a.push_self().return_top()
        return self.method(a, literals, large=True)

    def logged(self):
        """What was logged, in order."""
        result = []
        w_log = self.w_log.slots[1]
        while w_log is not self.memory.w_nil and w_log is not None:
            w_rest, w_number = [w_log.fetch(self.memory, i) for i in range(2)]
            result.insert(0, self.unwrap(w_number))
            w_log = w_rest
        return result

    def new_process(self, priority, *steps):
        """A process that does the steps and then suspends itself."""
        w_process = self.process(None, priority)
        w_process.slots[special.PROCESS_SUSPENDED_CONTEXT] = self.context(self.code(*(steps + ((w_process, 'suspend'),))))
        return w_process

    def main(self, *steps):
        """Run the steps in the active process; what was logged."""
        self.run(self.code(*steps))
        return self.logged()

    def cons(self):
        """with: answers an Array of receiver and argument."""
        self.primitive('Object', 'new:', 71)
        self.primitive('Object', 'at:put:', 61)
        a = self.asm().push_literal(0).push_int(2).send(1, 1).pop_temp(1)
        a.push_temp(1).push_int(1).push_self().send(2, 2).pop()
        a.push_temp(1).push_int(2).push_temp(0).send(2, 2).pop().push_temp(1).return_top()
        self.define('Object', 'with:', self.method(a, [self.memory.view_Array.w_self, self.symbol('new:'),
                                                       self.symbol('at:put:')], args=1, temps=2))


def make(kind, asm):
    w = Processes(kind, asm)
    w.cons()
    return w


@pytest.mark.parametrize('kind,asm', SETS)
def test_semaphores_count(kind, asm):
    w = make(kind, asm)
    s = w.semaphore()
    assert w.main((s, 'signal'), (s, 'signal'), 1, (s, 'wait'), (s, 'wait'), 2) == [1, 2]
    assert w.items(s)[special.EXCESS_SIGNALS] == 0
    with pytest.raises(FatalError) as e:
        w.main((s, 'wait'))
    assert e.value.message == 'all processes are waiting, and nothing can wake one up'


@pytest.mark.parametrize('kind,asm', SETS)
def test_priorities(kind, asm):
    """A process of higher priority runs at once when resumed or signalled, others when the active one waits."""
    w = make(kind, asm)
    s, t = w.semaphore(), w.semaphore()
    high = w.new_process(5, 10, (s, 'wait'), 11)
    low = w.new_process(3, 20, (t, 'signal'), 21)
    same = w.new_process(4, 30, (s, 'signal'), 31)
    result = w.main((high, 'resume'), 1, (low, 'resume'), 2, (same, 'resume'), 3, (t, 'wait'), 4)
    assert result == [10, 1, 2, 3, 30, 11, 31, 20, 4]


@pytest.mark.parametrize('kind,asm', SETS)
def test_waiting_processes_go_on_in_order(kind, asm):
    w = make(kind, asm)
    s = w.semaphore()
    for_all = [w.new_process(5, (s, 'wait'), i) for i in range(5)]
    steps = [(each, 'resume') for each in for_all] + [9] + [(s, 'signal')] * 5
    assert w.main(*steps) == [9, 0, 1, 2, 3, 4]


@pytest.mark.parametrize('kind,asm', SETS)
def test_yield(kind, asm):
    """Processes of the same priority take turns."""
    w = make(kind, asm)
    a = w.new_process(4, 10, (None, 'yield'), 11)
    b = w.new_process(4, 20, (None, 'yield'), 21)
    lower = w.new_process(3, 30)
    steps = [(a, 'resume'), (b, 'resume'), (lower, 'resume'), 1, (None, 'yield'), 2, (None, 'yield'), 3, (None, 'yield'), 4]
    assert w.main(*steps) == [1, 10, 20, 2, 11, 21, 3, 4]


@pytest.mark.parametrize('kind,asm', SETS)
@pytest.mark.parametrize('yields,expected', [(True, [10, 20, 21, 11, 1]), (False, [10, 20, 11, 21, 1])])
def test_preemption(kind, asm, yields, expected):
    """A preempted process goes to the back of its queue, unless the image says that it does not."""
    w = make(kind, asm)
    w.interp.preemption_yields = yields
    done = w.semaphore()
    s = w.semaphore()
    b = w.new_process(4, 21)
    high = w.new_process(5, (s, 'wait'), 20)
    a = w.new_process(4, 10, (b, 'resume'), (s, 'signal'), 11, (done, 'signal'))
    assert w.main((high, 'resume'), (a, 'resume'), (done, 'wait'), 1) == expected


@pytest.mark.parametrize('kind,asm', SETS)
def test_suspend_and_resume(kind, asm):
    w = make(kind, asm)
    a = w.new_process(3, 10)
    s = w.semaphore()
    b = w.new_process(5, (s, 'wait'), 20)
    steps = [(a, 'resume'), (a, 'suspend'), (b, 'resume'), (b, 'suspend'), (s, 'signal'), 1, (b, 'resume'), 2]
    assert w.main(*steps) == [1, 20, 2]
    assert w.items(s)[special.EXCESS_SIGNALS] == 1
    assert w.items(a)[special.PROCESS_MY_LIST] is None


@pytest.mark.parametrize('kind,asm', SETS)
def test_results_of_primitives(kind, asm):
    w = make(kind, asm)

    def send(receiver, selector, *args):
        a = asm().push_literal(0)
        for i in range(len(args)):
            a.push_literal(i + 1)
        a.send(len(args) + 1, len(args)).return_top()
        return w.run(w.method(a, [receiver] + list(args) + [w.symbol(selector)]))
    for receiver in (3, None, 'abc', w.new('Process'), w.new('LinkedList')):
        for selector in ('resume', 'suspend', 'signal', 'wait'):
            assert send(receiver, selector) == 'failed'
        assert send(receiver, 'signal:at:', receiver, 3) == ('failed' if receiver is not None else None)
    assert send(None, 'relinquish:', -1) == 'failed'
    assert send(None, 'relinquish:', 'x') == 'failed'
    assert send(None, 'relinquish:', 0) is None
    assert send(None, 'yield') is None
    w_ready = w.new_process(4, 1)
    assert send(w_ready, 'resume') is w_ready
    assert send(w_ready, 'resume') == 'failed'      # it is in a queue already
    assert w.items(w_ready)[special.PROCESS_MY_LIST] is send(w_ready, 'suspend')
    w_odd = w.new_process(4, 1)
    w_odd.slots[special.PROCESS_PRIORITY] = w.wrap('x')
    assert send(w_odd, 'resume') == 'failed'
    for priority in (0, -1, 100):
        w_odd.slots[special.PROCESS_PRIORITY] = w.wrap(priority)
        try:
            assert send(w_odd, 'resume') in ('failed', w_odd)
        except FatalError as e:
            assert '\n' not in e.message


@pytest.mark.parametrize('kind,asm', SETS[2:])
def test_critical_sections(kind, asm):
    w = make(kind, asm)
    m = w.new('Mutex')
    done = w.semaphore()
    steps = [(m, 'enter'), (done, 'signal'), 10, (m, 'exit')]
    a, b = w.new_process(4, *steps), w.new_process(4, *steps)
    assert w.main((m, 'enter'), (a, 'resume'), (b, 'resume'), (None, 'yield'), 1, (m, 'exit'), 2,
                  (done, 'wait'), (done, 'wait'), 3) == [1, 2, 10, 10, 3]

    def test(selector):
        return w.run(w.method(asm().push_literal(0).send(1, 0).return_top(), [m, w.symbol(selector)]))
    m = w.new('Mutex')
    assert [test('enter'), test('enter'), test('enterOrNil'), test('exit') is m, test('enterOrNil')] == [
        False, True, True, True, False]
    m = 3
    assert [test('enter'), test('exit'), test('enterOrNil')] == ['failed'] * 3


class FakeClock(object):
    """Time that passes only when one sleeps, or a little at each look."""

    def __init__(self, monkeypatch):
        self.now = 5000000
        self.slept = []
        monkeypatch.setattr(clock, 'monotonic_microseconds', self.monotonic)
        monkeypatch.setattr(clock, 'sleep_microseconds', self.sleep)

    def monotonic(self):
        self.now += 1
        return self.now

    def sleep(self, microseconds):
        self.slept.append(microseconds)
        self.now += microseconds


@pytest.mark.parametrize('kind,asm', SETS)
def test_timer(kind, asm, monkeypatch):
    """A waiting process sleeps until the semaphore's time has come, and no longer."""
    w = make(kind, asm)
    fake = FakeClock(monkeypatch)
    monkeypatch.setattr(type(w.host.clock), 'milliseconds', lambda self: fake.now // 1000)
    s = w.semaphore()
    at = fake.now // 1000 + 250
    assert w.main((None, 'signal:at:', s, at), 1, (s, 'wait'), 2) == [1, 2]
    assert 245000 < sum(fake.slept) < 260000
    assert max(fake.slept) <= 100000        # in slices, so that other events are seen
    # one that has passed is signalled at once
    del fake.slept[:]
    assert w.main((None, 'signal:at:', s, at - 10), (s, 'wait'), 3)[-1] == 3
    assert fake.slept == []
    # nil cancels
    with pytest.raises(FatalError):
        w.main((None, 'signal:at:', s, fake.now // 1000 + 100), (None, 'signal:at:', None, 0), (s, 'wait'))


@pytest.mark.parametrize('kind,asm', SETS)
def test_timer_interrupts_a_loop(kind, asm, monkeypatch):
    """A loop without sends is left when the timer wakes a process of higher priority."""
    w = make(kind, asm)
    fake = FakeClock(monkeypatch)
    monkeypatch.setattr(type(w.host.clock), 'milliseconds', lambda self: fake.now // 1000)
    s = w.semaphore()
    flag = w.association(True)
    a = asm().push_false().pop_variable(0).push_literal(1).send(2, 0).return_top()
    w_high = w.process(None, 6)
    stop = asm().push_literal(0).send(1, 0).pop().push_false().pop_variable(2).push_literal(3).send(4, 0).return_top()
    w_high.slots[special.PROCESS_SUSPENDED_CONTEXT] = w.context(
        w.method(stop, [s, w.symbol('wait'), flag, w_high, w.symbol('suspend')]))
    a = asm().push_literal(0).send(1, 0).pop().push_nil().push_literal(2).push_literal(3).send(4, 2).pop()
    loop = a.here()
    a.push_variable(5)
    end = a.jump_false()
    a.jump_back(loop)
    a.land(end)
    a.push_int(1).return_top()
    monkeypatch.setattr(ticker.UNTRANSLATED, 'COUNT', 50)
    w_method = w.method(a, [w_high, w.symbol('resume'), s, fake.now // 1000 + 1, w.symbol('signal:at:'), flag])
    assert w.run(w_method) == 1


@pytest.mark.parametrize('kind,asm', [SETS[0], SETS[-1]])
def test_interrupt_key_ends_a_loop(kind, asm, monkeypatch):
    w = make(kind, asm)
    monkeypatch.setattr(ticker, 'poll_interrupt_key', lambda: True)
    monkeypatch.setattr(ticker.UNTRANSLATED, 'COUNT', 50)
    a = asm()
    a.jump_back(0)
    with pytest.raises(Exit) as e:
        w.run(w.method(a))
    assert e.value.status == 130


def test_interrupt_key_is_for_the_image(monkeypatch):
    """An image that waits for it is told, and told again later; twice within two seconds ends the run."""
    w = make(*SETS[-1])
    fake = FakeClock(monkeypatch)
    s = w.semaphore()
    w.memory.w_special_objects.store(w.memory, special.INTERRUPT_SEMAPHORE, s)
    waiting = [w.new_process(5, (s, 'wait'), i) for i in range(4)]
    assert w.main(*[(process, 'resume') for process in waiting]) == []
    w.interp.entry = None       # an image that runs as itself
    w.interp.user_interrupt()
    fake.now += 3000000
    w.interp.user_interrupt()
    fake.now += 1000000
    w.interp.forget_interrupt()
    w.interp.user_interrupt()
    fake.now += 1000000
    with pytest.raises(Exit) as e:
        w.interp.user_interrupt()
    assert e.value.status == 130


@pytest.mark.parametrize('kind,asm', [SETS[0], SETS[-1]])
def test_relinquish_sleeps_until_the_timer(kind, asm, monkeypatch):
    w = make(kind, asm)
    fake = FakeClock(monkeypatch)
    monkeypatch.setattr(type(w.host.clock), 'milliseconds', lambda self: fake.now // 1000)
    s = w.semaphore()
    sleeper = w.new_process(5, (s, 'wait'), 10)
    steps = [(sleeper, 'resume'), (None, 'signal:at:', s, fake.now // 1000 + 20), (None, 'relinquish:', 90000), 1]
    assert w.main(*steps) == [10, 1]
    assert sum(fake.slept) < 30000


@pytest.mark.parametrize('kind', KINDS)
def test_lists_that_are_malformed(kind, monkeypatch):
    """Queues and semaphores that an image has made a mess of: a failure or one line, never a crash or a hang."""
    for mess in ('loop', 'short', 'integer', 'list'):
        w = make(kind, SETS[0][1])
        s = w.semaphore()
        p = w.new_process(5, 1)
        if mess == 'loop':
            p.slots[special.PROCESS_NEXT_LINK] = p
            s.slots[0] = p
            s.slots[1] = w.new_process(4, 2)
        elif mess == 'short':
            s.slots[0] = s.slots[1] = w.thing()
        elif mess == 'integer':
            s.slots[0] = w.wrap(3)
        else:
            scheduler = processes.scheduler(w.interp)
            scheduler.slots[special.PROCESS_LISTS] = new_generic_array(w.memory.view_Array, [w.wrap(3)] * 8)
        monkeypatch.setattr(processes, 'MAX_LINKS', 1000)
        for steps in ([(s, 'signal')], [(s, 'wait')], [(p, 'resume')], [(p, 'suspend')], [(None, 'yield')]):
            try:
                w.main(*steps)
            except FatalError as e:
                assert '\n' not in e.message


def test_low_space(monkeypatch):
    """The semaphore is signalled once when more memory is in use than allowed; far beyond that the run ends."""
    w = World('v3')
    s = w.semaphore()
    w.memory.w_special_objects.store(w.memory, special.LOW_SPACE_SEMAPHORE, s)
    low = LowSpace(100 << 20)
    w.host.low_space_threshold = 1 << 20
    used = [50 << 20]
    monkeypatch.setattr(lowspace, 'resident_bytes', lambda: used[0])

    def check():
        low.next_look = 0
        low.check(w.interp)
        return w.items(s)[special.EXCESS_SIGNALS]
    assert check() == 0
    used[0] = (99 << 20) + 1
    assert check() == 1
    assert check() == 1
    assert w.memory.special(special.PROCESS_SIGNALING_LOW_SPACE) is processes.active_process(w.interp)
    used[0] = 2000 << 20
    with pytest.raises(FatalError) as e:
        check()
    assert 'out of memory' in e.value.message and '100 MB' in e.value.message


def test_low_space_is_told_again(monkeypatch):
    """What comes after the image has freed memory is another warning, whether the process shrank at once or not."""
    w = World('v3')
    s = w.semaphore()
    w.memory.w_special_objects.store(w.memory, special.LOW_SPACE_SEMAPHORE, s)
    low = LowSpace(100 << 20)
    used = [0]
    after_collection = [1000 << 20]
    monkeypatch.setattr(lowspace, 'resident_bytes', lambda: used[0])

    def collect():
        used[0] = min(used[0], after_collection[0])
    monkeypatch.setattr(lowspace.host_memory, 'collect', collect)

    def check(megabytes):
        w.host.low_space_threshold = 1 << 20
        low.next_look = 0
        used[0] = megabytes << 20
        low.check(w.interp)
        return w.items(s)[special.EXCESS_SIGNALS]
    assert check(120) == 1
    assert check(130) == 1
    assert check(50) == 1
    assert check(120) == 2
    after_collection[0] = 50 << 20
    assert check(2000) == 2
    after_collection[0] = 1000 << 20
    assert check(120) == 3
    # what the image may use to deal with the warning is not taken from it because it needed less for a moment
    for megabytes in (90, 120, 300):
        low.next_look = 0
        used[0] = megabytes << 20
        low.check(w.interp)
    assert w.items(s)[special.EXCESS_SIGNALS] == 3
