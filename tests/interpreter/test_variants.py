"""Methods with loops run as a copy of themselves for each block that they are given, and nobody notices."""
import pytest

from assembler import CLOSURE_SETS, Sista
from spyvm.objects.become import Forwarding, replace_references
from spyvm.objects.method import BlockPlace
from test_blocks import Blocks


def count_down(w, asm):
    """Object >> times: n do: aBlock: evaluates the block with n, n - 1 ... 1; answers a literal."""
    a = asm()
    start = a.here()
    a.push_temp(0).push_int(0).special(3)
    done = a.jump_false()
    a.push_temp(1).push_temp(0).send(0, 1).pop()
    a.push_temp(0).push_int(1).special(1).pop_temp(0)
    a.jump_back(start)
    a.land(done)
    a.push_literal(1).return_top()
    w_method = w.method(a, [w.symbol('value:'), 'done'], args=2)
    w.define('Object', 'times:do:', w_method)
    return w_method


def adding(w, asm, places=2):
    """A method that has `places` blocks in its source, each of which adds its argument to the global."""
    def make_body():
        return asm().push_variable(0).push_temp(0).special(0).pop_variable(0).push_nil().block_return()
    a = asm()
    literals = [w.log, w.symbol('times:do:')]
    blocks = []
    for i in range(places):
        a.push_self().push_int(1 + i)
        if asm is Sista:
            blocks.append(w.full_block(make_body(), args=1, literals=[w.log]))
            literals.append(blocks[-1])
            a.full_closure(2 + i)
        else:
            a.closure(make_body(), 1)
        a.send(1, 2).pop()
    a.push_nil().return_top()
    w_method = w.method(a, literals)
    for w_block in blocks:
        w.close(w_block, w_method)
    return w_method, [each.get_code(w.memory) for each in blocks or [w_method]]


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_each_block_has_its_own(kind, asm):
    w = Blocks(kind)
    w_loop = count_down(w, asm)
    w_method, codes = adding(w, asm)
    for i in range(3):
        w.log.slots[1] = w.wrap(0)
        w.run(w_method)
        assert w.logged() == 1 + 3
    variants = [variant for code in codes for variant in code.variants()]
    assert len(variants) == 2
    assert all(each.w_method is w_loop and each.base is w_loop.code for each in variants)


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_a_changed_method_is_copied_anew(kind, asm):
    w = Blocks(kind)
    count_down(w, asm)
    w_method, codes = adding(w, asm)
    for i in range(40):
        w.log.slots[1] = w.wrap(0)
        w.run(w_method)
        assert w.logged() == 4
        count_down(w, asm)
    assert sum(len(code.variants()) for code in codes) <= 32


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_when_there_are_many_methods_run_as_themselves(kind, asm, monkeypatch):
    monkeypatch.setattr(BlockPlace, 'MOST', 0)
    w = Blocks(kind)
    count_down(w, asm)
    w_method, codes = adding(w, asm)
    w.log.slots[1] = w.wrap(0)
    w.run(w_method)
    assert w.logged() == 4
    assert [code.variants() for code in codes] == [[]] * len(codes)


@pytest.mark.parametrize('kind,asm', CLOSURE_SETS)
def test_become_reaches_the_literals(kind, asm):
    w = Blocks(kind)
    w_loop = count_down(w, asm)
    w_method, codes = adding(w, asm)
    w.log.slots[1] = w.wrap(0)
    w.run(w_method)
    w_old = w_loop.literals[1]
    w_new = w.wrap('changed')
    forwarding = Forwarding()
    forwarding.add(w_old, w_new)
    replace_references(w.interp, forwarding, [w_loop, w_method] + [code.w_method for code in codes])
    for code in codes:
        for variant in code.variants():
            assert variant.literals[1] is w_new
    assert w_loop.literals[1] is w_loop.code.literals[1] is w_new
