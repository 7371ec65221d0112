"""Blocks of all three kinds: BlockContexts, BlockClosures, FullBlockClosures; non-local returns to homes alive and dead and
through unwind marks."""
import pytest

from assembler import Classic, CLOSURE_SETS, Sista
from spyvm.interpreter.unwinding import FatalError
from spyvm.objects.context import W_Context
from spyvm.objects.model import W_SmallInteger
from world import CLOSURE_KINDS, World

pytestmark = pytest.mark.usefixtures('sends')

OLD_KINDS = ['v3', 'v3closures']      # Spur images have closures only

SENDER, CLOSURE = 1, 5      # of a MethodContext, as instVarAt: counts
OUTER = 1                   # of a closure


class Blocks(World):
    """A World whose objects understand what blocks are sent."""

    def __init__(self, kind):
        World.__init__(self, kind)
        for selector, number in [('blockCopy:', 80), ('value', 81), ('value:', 81), ('value:value:', 81),
                                 ('valueWithArguments:', 82), ('instVarAt:', 73), ('instVarAt:put:', 74),
                                 ('terminateTo:', 196)]:
            self.primitive('Object', selector, number)
        if kind != 'v3':
            for selector, number in [('value', 201), ('value:', 202), ('value:value:', 203), ('value:value:value:', 204),
                                     ('value:value:value:value:', 205), ('valueWithArguments:', 206)]:
                self.primitive('BlockClosure', selector, number)
                full = 208 if number == 206 else 207
                if kind != 'v3closures':
                    self.primitive('FullBlockClosure', selector, full)
            self.primitive('BlockClosure', 'valueNoContextSwitch', 221)
            self.primitive('BlockClosure', 'valueNoContextSwitch:', 222)
        self.log = self.association(None)

    def logged(self):
        return self.unwrap(self.log.slots[1])

    def full_block(self, code, outer=None, args=0, temps=0, literals=()):
        """A CompiledBlock; its last literal is the method around it, which close() sets."""
        return self.method(code, literals, args=args, temps=temps, last=self.method([88], sista=True))

    def close(self, w_block, w_method):
        w_block.literals[-1] = w_method
        return w_method


# ---- BlockContexts

@pytest.mark.parametrize('kind', OLD_KINDS)
def test_old_block(kind):
    w = Blocks(kind)
    body = Classic().pop_temp(0).push_temp(0).push_temp(1).special(0).block_return()
    code = Classic().old_block(body, 1).push_int(2).special(26).return_top()
    assert w.run(w.method(code, temps=2), temps=[None, 5]) == 7
    # what it stores into its home's temporaries stays there
    code = Classic().old_block(body, 1).push_int(2).special(26).pop().push_temp(0).return_top()
    assert w.run(w.method(code, temps=2), temps=[None, 5]) == 2
    # its fields
    code = Classic().old_block(body, 1).return_top()
    w_method = w.method(code, temps=2)
    w_block = w.run(w_method, w.thing())
    assert w_block.view is w.memory.view_BlockContext
    fields = w.items(w_block)
    assert fields[0] is None and fields[3] == 1
    assert fields[1] == fields[4] == w_method.get_code(w.memory).pc_base + 5
    assert fields[5].view is w.memory.view_MethodContext


@pytest.mark.parametrize('kind', OLD_KINDS)
def test_old_block_with_wrong_arguments_or_active(kind):
    w = Blocks(kind)
    body = Classic().pop_temp(0).push_temp(0).block_return()
    for nargs, selector in ((0, 25), (1, 26)):
        code = Classic().old_block(body, 1)
        if nargs:
            code.push_int(2)
        code.special(selector).return_top()
        assert w.run(w.method(code, temps=1)) == (2 if nargs else 'failed')
    # [:x | block value: x], being evaluated
    body = Classic().pop_temp(0).push_temp(1).push_temp(0).special(26).block_return()
    code = Classic().old_block(body, 1).pop_temp(1).push_temp(1).push_int(2).special(26).return_top()
    assert w.run(w.method(code, temps=2)) == 'failed'
    # the same below a context that linked all senders
    w.define('Object', 'again:', w.method(Classic().push_context().push_int(1).send(0, 1).pop()
                                          .push_temp(0).push_int(1).special(26).return_top(),
                                          [w.symbol('instVarAt:')], args=1))
    body = Classic().pop_temp(0).push_self().push_temp(1).send(0, 1).block_return()
    code = Classic().old_block(body, 1).pop_temp(1).push_temp(1).push_int(2).special(26).return_top()
    assert w.run(w.method(code, [w.symbol('again:')], temps=2)) == 'failed'


@pytest.mark.parametrize('kind', OLD_KINDS)
def test_old_block_many_times(kind):
    """A block is a context that can be evaluated again when it has returned."""
    w = Blocks(kind)
    body = Classic().push_temp(1).push_temp(0).special(0).pop_temp(1).push_nil().block_return()
    code = Classic().old_block(body).pop_temp(2)
    loop = code.here()
    code.push_temp(2).special(25).pop().push_temp(0).push_int(1).special(1).pop_temp(0)
    code.push_temp(0).push_int(0).special(3)
    there = code.jump_false()
    code.jump_back(loop)
    code.land(there)
    code.push_temp(1).return_top()
    assert w.run(w.method(code, temps=3), temps=[300, 0]) == 300 * 301 // 2


@pytest.mark.parametrize('kind', OLD_KINDS)
def test_old_block_with_array_of_arguments(kind):
    w = Blocks(kind)
    body = Classic().pop_temp(1).pop_temp(0).push_temp(0).push_temp(1).special(1).block_return()
    code = Classic().old_block(body, 2).push_literal(0).send(1, 1).return_top()
    for args, expected in (([5, 3], 2), ([5], 'failed'), ([1, 2, 3], 'failed')):
        assert w.run(w.method(code, [args, w.symbol('valueWithArguments:')], temps=2)) == expected
    assert w.run(w.method(code, [None, w.symbol('valueWithArguments:')], temps=2)) == 'failed'


@pytest.mark.parametrize('kind', OLD_KINDS)
def test_old_block_returns_from_home(kind):
    w = Blocks(kind)
    w.define('Object', 'run:', w.method(Classic().push_temp(0).special(25).pop().push_int(0).return_top(), args=1))
    body = Classic().push_int(1).return_top()
    w.define('Object', 'outer', w.method(Classic().push_self().old_block(body).send(0, 1).pop().push_int(0).return_top(),
                                         [w.symbol('run:')]))
    assert w.run(w.method(Classic().push_self().send(0, 0).return_top(), [w.symbol('outer')])) == 1
    # straight from the entry
    assert w.run(w.method(Classic().old_block(body).special(25).pop().push_int(0).return_top())) == 1


@pytest.mark.parametrize('kind', OLD_KINDS)
def test_old_block_whose_home_has_returned(kind):
    w = Blocks(kind)
    w.define('Object', 'block', w.method(Classic().old_block(Classic().push_int(1).return_top()).return_top()))
    w.define('Object', 'cannotReturn:', w.method(Classic().push_self().pop_variable(0).push_temp(0).push_int(1).special(0)
                                                 .return_top(), [w.log], args=1))
    # what cannotReturn: answers goes to the block, which has nothing to do with it but to return, again
    w.define('Object', 'cannotReturn:', w.method(
        Classic().push_self().pop_variable(0).push_context().push_self().push_int(SENDER).send(1, 1).send(2, 1).pop()
        .push_literal(3).return_top(),
        [w.log, w.symbol('instVarAt:'), w.symbol('terminateTo:'), 'cannot return'], args=1))
    code = Classic().push_self().send(0, 0).special(25).return_top()
    assert w.run(w.method(code, [w.symbol('block')])) == 'cannot return'
    assert w.logged().view is w.memory.view_BlockContext


# ---- closures

@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_closure(kind, asm):
    w = Blocks(kind)
    selectors = ['value', 'value:', 'value:value:', 'value:value:value:', 'value:value:value:value:']
    for nargs in range(5):
        for copied in range(4):
            body = asm()
            for i in range(nargs + copied):
                body.push_temp(i)
            body.push_self()
            body.pop_array(nargs + copied + 1).block_return()
            code = asm()
            for i in range(copied):
                code.push_literal(10 + i)
            code.closure(body, nargs, copied)
            for i in range(nargs):
                code.push_literal(i)
            code.send(8, nargs).return_top()
            literals = [100, 101, 102, 103, 0, 0, 0, 0, w.symbol(selectors[nargs]), 0, 200, 201, 202]
            thing = w.thing()
            expected = [100, 101, 102, 103][:nargs] + [200, 201, 202][:copied] + [thing]
            assert w.items(w.run(w.method(code, literals), thing)) == expected
            wrong = selectors[(nargs + 1) % 5]
            code = asm().closure(asm().push_nil().block_return(), nargs)
            for i in range((nargs + 1) % 5):
                code.push_int(1)
            code.send(0, (nargs + 1) % 5).return_top()
            assert w.run(w.method(code, [w.symbol(wrong)])) == 'failed'


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_closure_fields(kind, asm):
    w = Blocks(kind)
    code = asm().push_literal(0).closure(asm().push_nil().block_return(), 2, 1).return_top()
    w_method = w.method(code, [55])
    w_closure = w.run(w_method)
    assert w_closure.view is w.memory.view_BlockClosure
    fields = w.items(w_closure)
    start = code.here() - 1 - 2
    assert fields[1:] == [w_method.get_code(w.memory).pc_base + start, 2, 55]
    assert fields[0].view is w.memory.view_MethodContext


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_closures_share_a_vector(kind, asm):
    w = Blocks(kind)
    body = asm().push_remote(0, 0).push_int(1).special(0).pop_remote(0, 0).push_nil().block_return()
    code = asm().new_array(1).pop_temp(0).push_int(1).pop_remote(0, 0)
    code.push_temp(0).closure(body, 0, 1).pop_temp(1)
    for _ in range(3):
        code.push_temp(1).send(0, 0).pop()
    code.push_remote(0, 0).return_top()
    assert w.run(w.method(code, [w.symbol('value')], temps=2)) == 4


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_closure_value_with_arguments(kind, asm):
    w = Blocks(kind)
    body = asm().push_temp(0).push_temp(1).special(1).block_return()
    code = asm().closure(body, 2).push_literal(0).send(1, 1).return_top()
    for args, expected in (([5, 3], 2), ([5], 'failed'), ([1, 2, 3], 'failed')):
        assert w.run(w.method(code, [args, w.symbol('valueWithArguments:')])) == expected
    assert w.run(w.method(code, ['ab', w.symbol('valueWithArguments:')])) == 'failed'


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_nested_closures_and_non_local_return(kind, asm):
    w = Blocks(kind)
    for depth in (1, 2, 5):
        body = asm().push_int(1).return_top()
        for _ in range(depth - 1):
            body = asm().closure(body).send(0, 0).pop().push_int(0).block_return()
        w.define('Object', 'outer', w.method(asm().closure(body).send(0, 0).pop().push_int(0).return_top(),
                                             [w.symbol('value')]))
        assert w.run(w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('outer')])) == 1
        assert w.run(w.method(asm().closure(body).send(0, 0).pop().push_int(0).return_top(), [w.symbol('value')])) == 1
    # out of many activations, so that part of them is in the heap
    for n in (50, 99, 100, 101, 500):
        deep = asm().push_temp(0).push_int(0).special(6)
        there = deep.jump_false()
        deep.push_temp(1).send(0, 0).return_top()
        deep.land(there)
        deep.push_self().push_temp(0).push_int(1).special(1).push_temp(1).send(1, 2).return_top()
        w.define('Object', 'deep:run:', w.method(deep, [w.symbol('value'), w.symbol('deep:run:')], args=2))
        code = asm().push_self().push_literal(0).closure(asm().push_int(1).return_top()).send(1, 2).pop()
        code.push_int(0).return_top()
        w.define('Object', 'outer', w.method(code, [n, w.symbol('deep:run:')]))
        assert w.run(w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('outer')])) == 1


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_return_from_a_dead_home(kind, asm):
    w = Blocks(kind)
    w.define('Object', 'block', w.method(asm().closure(asm().push_int(1).return_top()).return_top()))
    code = asm().push_self().pop_variable(0).push_temp(0).return_top()
    w.define('Object', 'cannotReturn:', w.method(
        asm().push_self().pop_variable(0).push_context().push_self().push_int(SENDER).send(1, 1).send(2, 1).pop()
        .push_temp(0).return_top(), [w.log, w.symbol('instVarAt:'), w.symbol('terminateTo:')], args=1))
    code = asm().push_self().send(0, 0).send(1, 0).pop().push_int(0).return_top()
    assert w.run(w.method(code, [w.symbol('block'), w.symbol('value')])) == 0
    w_origin = w.logged()
    assert isinstance(w_origin, W_Context) and w_origin.w_closure is not None


def guarded(w, asm, body):
    """Define outer, which runs the block `body` under a method with an unwind mark."""
    code = asm().push_temp(0).send(0, 0).return_top()
    w.define('Object', 'guarded:', w.method(code, [w.symbol('value')], args=1, primitive=198))
    code = asm().push_self().closure(body).send(0, 1).pop().push_int(0).return_top()
    w.define('Object', 'outer', w.method(code, [w.symbol('guarded:'), w.symbol('value')]))


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_return_through_an_unwind_mark(kind, asm):
    """The image is asked (aboutToReturn:through:), with the value and the innermost marked context."""
    w = Blocks(kind)
    guarded(w, asm, asm().push_int(1).return_top())
    # origin closure outerContext sender: then back there
    about = asm().push_temp(1).pop_variable(0).push_context()
    about.push_self().push_literal(5).send(1, 1).push_int(OUTER).send(1, 1).push_int(SENDER).send(1, 1).send(2, 1).pop()
    about.push_temp(0).push_literal(4).special(0).return_top()
    w.define('Object', 'aboutToReturn:through:',
             w.method(about, [w.log, w.symbol('instVarAt:'), w.symbol('terminateTo:'), 0, 10, CLOSURE], args=2))
    assert w.run(w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('outer')])) == 11
    w_marked = w.logged()
    assert w_marked.code.primitive == 198


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_local_returns_need_no_unwinding(kind, asm):
    w = Blocks(kind)
    guarded(w, asm, asm().push_int(1).block_return())
    assert w.run(w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('outer')])) == 0
    # nor does a return whose home lies within the mark
    code = asm().closure(asm().push_int(1).return_top()).send(0, 0).pop().push_int(0).return_top()
    w.define('Object', 'inner', w.method(code, [w.symbol('value')]))
    guarded(w, asm, asm().push_self().send(2, 0).block_return())
    code = asm().push_self().closure(asm().push_self().send(2, 0).block_return()).send(0, 1).return_top()
    w.define('Object', 'outer', w.method(code, [w.symbol('guarded:'), w.symbol('value'), w.symbol('inner')]))
    assert w.run(w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('outer')])) == 1


# ---- full closures

def full(w, body, nargs=0, copied=0, flags=0, before=None, arguments=(), temps=0):
    """A method that evaluates a full block."""
    w_block = w.full_block(body, args=nargs, temps=max(temps, nargs + copied), literals=[w.symbol('value')])
    code = before or Sista()
    code.full_closure(0, copied, flags)
    for each in arguments:
        code.push_int(each)
    selector = 'value' if nargs == 0 else ':'.join(['value'] * nargs) + ':'
    code.send(1, nargs).return_top()
    return w.close(w_block, w.method(code, [w_block, w.symbol(selector), 200, 201]))


@pytest.mark.parametrize('kind', ['spur32', 'spur64'])
def test_full_closure(kind):
    w = Blocks(kind)
    thing = w.thing()
    assert w.run(full(w, Sista().push_self().block_return()), thing) is thing
    body = Sista().push_temp(0).push_temp(1).push_temp(2).push_self().pop_array(4).block_return()
    w_method = full(w, body, 2, 1, 0, Sista().push_literal(2), [1, 0])
    assert w.items(w.run(w_method, thing)) == [1, 0, 200, thing]
    # the receiver from the stack
    w_method = full(w, body, 2, 1, 128, Sista().push_literal(3).push_literal(2), [1, 0])
    assert w.items(w.run(w_method, thing)) == [1, 0, 200, 201]
    # no outer context
    w_method = full(w, Sista().push_context().block_return(), 0, 0, 64)
    w_context = w.run(w_method, thing)
    w_closure = w_context.w_closure
    assert w.items(w_closure) == [None, w_method.literals[0], 0, thing]
    # temporaries of its own
    body = Sista().push_temp(1).block_return()
    assert w.run(full(w, body, 1, 0, 0, None, [1], temps=2)) is None
    # a wrong number of arguments
    w_method = full(w, Sista().push_self().block_return())
    w_method.literals[1] = w.symbol('value:')
    assert w.run(w.method(Sista().full_closure(0).push_int(1).send(1, 1).return_top(), w_method.literals[:2])) == 'failed'


@pytest.mark.parametrize('kind', ['spur32', 'spur64'])
def test_full_closure_returns_from_home(kind):
    w = Blocks(kind)
    w_method = full(w, Sista().push_int(1).return_top())
    w_method = w.method(Sista().full_closure(0).send(1, 0).pop().push_int(0).return_top(), w_method.literals[:2])
    assert w.run(w_method) == 1
    w.define('Object', 'outer', w_method)
    assert w.run(w.method(Sista().push_self().send(0, 0).return_top(), [w.symbol('outer')])) == 1


@pytest.mark.parametrize('kind', ['spur32', 'spur64'])
def test_full_closure_without_outer_context_cannot_return(kind):
    w = Blocks(kind)
    w.define('Object', 'cannotReturn:', w.method(
        Sista().push_context().push_self().push_int(SENDER).send(1, 1).send(2, 1).pop().push_literal(3).return_top(),
        [w.log, w.symbol('instVarAt:'), w.symbol('terminateTo:'), 'cannot'], args=1))
    assert w.run(full(w, Sista().push_int(1).return_top(), flags=64)) == 'cannot'


# ---- malformed ones

@pytest.mark.parametrize('kind', CLOSURE_KINDS)
def test_closures_with_anything_in_their_fields(kind):
    """A closure that an image made by hand is evaluated, or its evaluation fails."""
    w = Blocks(kind)
    w_good = w.run(w.method(Classic().closure(Classic().push_int(1).block_return()).return_top()))
    code = Classic().push_literal(0).send(1, 0).return_top()
    values = [None, 0, -1, 1, 10 ** 6, 'abc', w.thing(), w_good, w.items(w_good)[0], w_good.w_start.value + 1,
              w.method([120])]
    names = ['BlockClosure'] + (['FullBlockClosure'] if kind != 'v3closures' else [])
    for name in names:
        for field in range(3 if name == 'BlockClosure' else 4):
            for value in values:
                for copied in (0, 1, 60):
                    w_closure = w.new(name, copied)
                    for i in range(3):
                        w_closure.store(w.memory, i, w_good.fetch(w.memory, i))
                    w_closure.store(w.memory, field, w.wrap(value))
                    try:
                        assert w.run(w.method(code, [w_closure, w.symbol('value')])) in ('failed', 1, None)
                    except FatalError as e:
                        assert '\n' not in e.message


@pytest.mark.parametrize('kind', OLD_KINDS)
def test_block_contexts_with_anything_in_their_fields(kind):
    w = Blocks(kind)
    code = Classic().push_literal(0).send(1, 0).return_top()
    w_good = w.run(w.method(Classic().old_block(Classic().push_int(1).block_return()).return_top()))
    values = [None, 0, -1, 1, 10 ** 6, 'abc', w.thing(), w_good, w_good.fetch(w.memory, 5)]
    for field in range(6):
        for value in values:
            w_block = w.new('BlockContext', 16)
            for i in [5, 1, 2, 3, 4]:
                w_block.store(w.memory, i, w_good.fetch(w.memory, i))
            try:
                w_block.store(w.memory, field, w.wrap(value))
            except Exception as e:
                assert type(e).__name__ == 'PrimitiveFailed'
            try:
                assert w.run(w.method(code, [w_block, w.symbol('value')])) in ('failed', 1)
            except FatalError as e:
                assert '\n' not in e.message
    assert w.run(w.method(code, [w.new('BlockContext', 16), w.symbol('value')])) == 'failed'
    assert isinstance(w_good.fetch(w.memory, 4), W_SmallInteger)
