"""Contexts as objects: what their fields say, sender chains walked and edited, contexts resumed, deep stacks."""
import pytest

from assembler import CLOSURE_SETS, SETS
from spyvm.interpreter import interpreter
from spyvm.interpreter.unwinding import FatalError
from spyvm.objects.context import W_Context
from spyvm.objects.errors import PrimitiveFailed
from spyvm.rpy import ticker
from world import KINDS, World

pytestmark = pytest.mark.usefixtures('sends')

SENDER, PC, STACKP, METHOD, CLOSURE, RECEIVER, TEMP = range(7)


class Contexts(World):
    def __init__(self, kind):
        World.__init__(self, kind)
        for selector, number in [('instVarAt:', 73), ('instVarAt:put:', 74), ('terminateTo:', 196), ('nextHandler', 197),
                                 ('nextUnwindUpTo:', 195), ('at:', 210), ('at:put:', 211), ('size', 212)]:
            self.primitive('Object', selector, number)

    def push_field(self, a, n, get):
        """Push the named field n of the object on top; `get` is the literal #instVarAt:."""
        return a.push_int(n + 1).send(get, 1)


def count_senders(w, asm, get):
    """Code that counts the senders of the running context in temporary 1, with the context in temporary 0."""
    a = asm().push_context().pop_temp(0).push_int(0).pop_temp(1)
    loop = a.here()
    a.push_temp(0).push_nil()
    a.emit(118 if asm.sista else 198)       # ==
    done = a.jump_true()
    a.push_temp(0).push_int(1).send(get, 1).pop_temp(0)
    a.push_temp(1).push_int(1).special(0).pop_temp(1)
    a.jump_back(loop)
    a.land(done)
    return a.push_temp(1).return_top()


def define_recursion(w, asm, at_end):
    """deep: n sends itself n times, then `at_end` to self; a frame's answer is that of the one it called plus 1."""
    a = asm().push_temp(0).push_int(0).special(6)
    there = a.jump_false()
    a.push_self().send(1, 0).return_top()
    a.land(there)
    a.push_self().push_temp(0).push_int(1).special(1).send(0, 1).push_int(1).special(0).return_top()
    w.define('Object', 'deep:', w.method(a, [w.symbol('deep:'), w.symbol(at_end)], args=1))
    return w.method(asm().push_self().push_literal(0).send(1, 1).return_top(), [0, w.symbol('deep:')])


@pytest.mark.parametrize('kind,asm', SETS)
def test_fields(kind, asm):
    w = Contexts(kind)
    a = asm().push_int(1).push_context().return_top()
    w_method = w.method(a, args=2, temps=3)
    thing = w.thing()
    w_context = w.run(w_method, thing, [7, 8])
    fields = w.items(w_context)
    assert len(fields) == 6 + 16
    assert fields[SENDER] is None and fields[PC] is None        # it has returned
    assert fields[METHOD] is w_method and fields[CLOSURE] is None and fields[RECEIVER] is thing
    assert fields[TEMP:TEMP + 4] == [7, 8, None, 1]
    w_context = w.run(w.method([137, 124], large=True))
    assert w_context.pointer_size(w.memory) == 6 + 56


@pytest.mark.parametrize('kind,asm', SETS)
def test_a_running_context_tells_of_itself(kind, asm):
    """Its fields as its accessors answer them while it runs."""
    for n in (PC, STACKP, SENDER, RECEIVER):
        w = Contexts(kind)
        w.define('MethodContext', 'field', w.method([], primitive=264 + n, sista=asm.sista))
        a = asm().push_context().send(0, 0)
        pc = len(a.bytes)
        w_method = w.method(a.return_top(), [w.symbol('field')], temps=2)
        w.define('Object', 'tell', w_method)
        result = w.run(w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('tell')]), 33)
        if n == PC:
            assert result == w_method.get_code(w.memory).pc_base + pc
        elif n == STACKP:
            assert result in (2, 3)     # the receiver of the send may count or not
        elif n == RECEIVER:
            assert result == 33
        else:
            assert isinstance(result, W_Context)


@pytest.mark.parametrize('kind,asm', SETS)
@pytest.mark.parametrize('depth', [0, 10, 98, 99, 100, 101, 200, 2500])
def test_senders_after_recursion(kind, asm, depth):
    w = Contexts(kind)
    w.define('Object', 'count', w.method(count_senders(w, asm, 0), [w.symbol('instVarAt:')], temps=2))
    w_method = define_recursion(w, asm, 'count')
    w_method.literals[0] = w.wrap(depth)
    w_method.changed(w.memory)
    # count, deep: depth + 1 times, the entry; and each deep: that called another adds 1
    assert w.run(w_method) == depth + 3 + depth


@pytest.mark.parametrize('kind,asm', [SETS[0], SETS[-1]])
def test_very_deep_recursion(kind, asm):
    """The depth is limited by memory alone."""
    w = Contexts(kind)
    w.define('Object', 'zero', w.method(asm().push_int(0).return_top()))
    w_method = define_recursion(w, asm, 'zero')
    w_method.literals[0] = w.wrap(120000)
    w_method.changed(w.memory)
    assert w.run(w_method) == 120000


@pytest.mark.parametrize('kind,asm', SETS)
def test_changing_the_sender(kind, asm):
    """A method sets its own sender to its sender's sender: the method between never goes on."""
    w = Contexts(kind)
    get, put = w.symbol('instVarAt:'), w.symbol('instVarAt:put:')
    a = asm().push_context().push_int(1)
    a.push_context().push_int(1).send(0, 1).push_int(1).send(0, 1)
    a.send(1, 2).pop().push_literal(2).return_top()
    w.define('Object', 'skip', w.method(a, [get, put, 77]))
    w.define('Object', 'between', w.method(asm().push_self().send(0, 0).pop().push_int(0).return_top(), [w.symbol('skip')]))
    assert w.run(w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('between')])) == 77


@pytest.mark.parametrize('kind,asm', SETS)
def test_terminate_to(kind, asm):
    w = Contexts(kind)
    get = w.symbol('instVarAt:')
    a = asm().push_context().push_context().push_int(1).send(0, 1).push_int(1).send(0, 1).send(1, 1)
    a.pop().push_literal(2).return_top()
    w.define('Object', 'skip', w.method(a, [get, w.symbol('terminateTo:'), 77]))
    w_log = w.association(None)
    a = asm().push_context().pop_variable(1).push_self().send(0, 0).pop().push_int(0).return_top()
    w.define('Object', 'between', w.method(a, [w.symbol('skip'), w_log]))
    assert w.run(w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('between')])) == 77
    w_between = w_log.slots[1]
    assert w.items(w_between)[SENDER] is None and w.items(w_between)[PC] is None


@pytest.mark.parametrize('kind,asm', SETS)
def test_storing_into_the_stack_of_a_sender(kind, asm):
    w = Contexts(kind)
    a = asm().push_context().push_int(1).send(0, 1)                 # the sender
    a.push_int(1).push_literal(2).send(1, 2).return_top()           # at: 1 put: 55
    w.define('Object', 'poke', w.method(a, [w.symbol('instVarAt:'), w.symbol('at:put:'), 55]))
    a = asm().push_self().send(0, 0).pop().push_temp(0).return_top()
    assert w.run(w.method(a, [w.symbol('poke')], temps=1)) == 55


@pytest.mark.parametrize('kind,asm', SETS)
def test_context_at_and_size(kind, asm):
    w = Contexts(kind)
    a = asm().push_context().send(0, 0).return_top()
    assert w.run(w.method(a, [w.symbol('size')], temps=3)) in (3, 4)       # the receiver of the send may count or not
    a = asm().push_context().push_int(2).send(0, 1).return_top()
    assert w.run(w.method(a, [w.symbol('at:')], temps=3), temps=[5, 6, 7]) == 6
    a = asm().push_context().push_literal(1).send(0, 1).return_top()
    for index in (0, -1, 100, 'x'):
        assert w.run(w.method(a, [w.symbol('at:'), index], temps=3)) == 'failed'


@pytest.mark.parametrize('kind,asm', SETS)
def test_resuming_a_context_made_by_hand(kind, asm):
    w = Contexts(kind)
    w_method = w.method(asm().push_temp(0).push_temp(1).special(0).return_top(), args=1, temps=2)
    w_context = w.new('MethodContext', 16)
    for field, value in [(METHOD, w_method), (STACKP, 2), (PC, w_method.get_code(w.memory).pc_base), (RECEIVER, 3),
                         (TEMP, 40), (TEMP + 1, 2)]:
        w_context.store(w.memory, field, w.wrap(value))
    assert w.finish(w_context) == 42
    # from the middle, with a value on the stack
    w_context = w.new('MethodContext', 16)
    for field, value in [(METHOD, w_method), (STACKP, 4), (PC, w_method.get_code(w.memory).pc_base + 2),
                         (TEMP + 2, 30), (TEMP + 3, 5)]:
        w_context.store(w.memory, field, w.wrap(value))
    assert w.finish(w_context) == 35


@pytest.mark.parametrize('kind', KINDS)
def test_contexts_that_cannot_be_resumed(kind):
    """Whatever is in its fields: an answer, or one line that says why not."""
    w_good = World(kind).method([118, 119, 176, 124])
    for method in (w_good, None):
        for sp in (0, 1, 2, 15, 16):
            for pc in (None, 0, 1, 2, 3, 4, 100, -1):
                w = Contexts(kind)
                w_method = w.method([118, 119, 176, 124])
                w_context = w.new('MethodContext', 16)
                if method is not None:
                    w_context.store(w.memory, METHOD, w_method)
                w_context.store(w.memory, STACKP, w.wrap(sp))
                try:
                    w_context.store(w.memory, PC, w.wrap(pc if pc is None else pc + w_method.get_code(w.memory).pc_base))
                except PrimitiveFailed:
                    pass
                try:
                    assert w.finish(w_context) in (1, 2, 3, None)
                except FatalError as e:
                    assert '\n' not in e.message
    w = Contexts(kind)
    with pytest.raises(FatalError):
        w.finish(w.new('BlockContext', 16))


@pytest.mark.parametrize('kind', KINDS)
def test_what_a_context_does_not_take(kind):
    w = Contexts(kind)
    w_context = w.context(w.method([118, 124]))
    for field, value in [(SENDER, 3), (SENDER, w.thing()), (PC, 'x'), (PC, 0), (PC, 10 ** 6), (STACKP, -1), (STACKP, 17),
                         (STACKP, None), (METHOD, 3), (METHOD, None), (CLOSURE, 3), (-1, 3), (22, 3), (10 ** 6, 3)]:
        with pytest.raises(PrimitiveFailed):
            w_context.store(w.memory, field, w.wrap(value))
    for field in (-1, 22, 10 ** 6):
        with pytest.raises(PrimitiveFailed):
            w_context.fetch(w.memory, field)
    assert w.finish(w_context) == 1


@pytest.mark.parametrize('kind,asm', SETS)
def test_return_to_nobody(kind, asm):
    """A context without a sender is told that it cannot return."""
    w = Contexts(kind)
    w_log = w.association(None)
    w.define('Object', 'cannotReturn:', w.method(asm().push_self().pop_variable(0).push_temp(0).pop_variable(1)
                                                 .push_self().send(2, 0).return_top(),
                                                 [w_log, w.association(None), w.symbol('end')], args=1))
    w_context = w.context(w.method(asm().push_int(1).return_top()))
    with pytest.raises(FatalError) as e:
        w.go_on(w_context)
    assert '#end' in e.value.message
    assert w_log.slots[1] is w_context
    # the same of a sender that has returned
    w_dead = w.run(w.method(asm().push_context().return_top()))
    w_context = w.context(w.method(asm().push_int(1).return_top()), sender=w_dead)
    with pytest.raises(FatalError):
        w.go_on(w_context)
    assert w_log.slots[1] is w_context


class Enough(Exception):
    pass


@pytest.mark.parametrize('kind,asm', SETS)
def test_cannot_return_that_returns(kind, asm):
    """It has nowhere to return to either.  That goes on for ever, but not deaf to the clock and the interrupt key."""
    w = Contexts(kind)
    w.define('Object', 'cannotReturn:', w.method(asm().push_int(1).return_top(), args=1))

    def poll():
        raise Enough
    w.interp.poll = poll
    old = ticker.UNTRANSLATED.COUNT
    ticker.UNTRANSLATED.COUNT = ticker.UNTRANSLATED.remaining = 50
    try:
        with pytest.raises(Enough):
            w.go_on(w.context(w.method(asm().push_int(1).return_top())))
    finally:
        ticker.UNTRANSLATED.COUNT = ticker.UNTRANSLATED.remaining = old


@pytest.mark.parametrize('kind,asm', SETS)
def test_searches_for_marked_contexts(kind, asm):
    w = Contexts(kind)
    w.define('Object', 'find', w.method(asm().push_context().send(0, 0).return_top(), [w.symbol('nextHandler')]))
    w.define('Object', 'handled', w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('find')], primitive=199))
    w.define('Object', 'ensured', w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('find')], primitive=198))
    for selector, expected in (('handled', 199), ('ensured', None)):
        result = w.run(w.method(asm().push_self().send(0, 0).return_top(), [w.symbol(selector)]))
        assert (result and result.code.primitive) == expected
    code = asm().push_context().push_nil().send(0, 1).return_top()
    w.define('Object', 'find', w.method(code, [w.symbol('nextUnwindUpTo:')]))
    for selector, expected in (('handled', None), ('ensured', 198)):
        result = w.run(w.method(asm().push_self().send(0, 0).return_top(), [w.symbol(selector)]))
        assert (result and result.code.primitive) == expected


@pytest.mark.parametrize('kind,asm', SETS)
@pytest.mark.parametrize('selector', ['nextHandler', 'nextUnwindUpTo:', 'terminateTo:'])
def test_searches_in_a_loop_of_senders_end(kind, asm, selector):
    w = Contexts(kind)
    ring = [w.context(w.method(asm().push_int(1).return_top())) for _ in range(5)]
    for i in range(5):
        ring[i].store(w.memory, SENDER, ring[(i + 1) % 5])
    lead_in = w.context(w.method(asm().push_int(1).return_top()), sender=ring[2])
    for start in (ring[0], lead_in):
        for argument in (None, w.context(w.method(asm().push_int(1).return_top()))):
            a = asm().push_literal(0)
            if selector != 'nextHandler':
                a.push_literal(1)
            a.send(2, 0 if selector == 'nextHandler' else 1).return_top()
            result = w.run(w.method(a, [start, argument, w.symbol(selector)]))
            assert result is None or result is start or result == 'failed'


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_non_local_return_in_a_loop_of_senders(kind, asm):
    """The home is not among the senders, which have no end."""
    w = Contexts(kind)
    w.primitive('BlockClosure', 'value', 201)
    w.define('Object', 'cannotReturn:', w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('end')], args=1))
    w.define('Object', 'block', w.method(asm().closure(asm().push_int(1).return_top()).return_top()))
    ring = [w.context(w.method(asm().push_int(1).return_top())) for _ in range(3)]
    for i in range(3):
        ring[i].store(w.memory, SENDER, ring[(i + 1) % 3])
    a = asm().push_self().send(0, 0).send(1, 0).return_top()
    w_context = w.context(w.method(a, [w.symbol('block'), w.symbol('value')]), sender=ring[0])
    with pytest.raises(FatalError) as e:
        w.go_on(w_context)
    assert '#end' in e.value.message


def test_depth_is_bounded_here():
    """What the tests above suppose of the VM's own stack, untranslated."""
    assert 10 < interpreter.MAX_DEPTH_UNTRANSLATED <= 200
