"""The decoder: what it makes of bytes, that it proves the stack's bounds, and that no bytes whatever harm the VM."""
import random

import pytest

from assembler import SETS, Sista
from spyvm.interpreter import decode_sista, decode_v3, decoder, opcodes as op
from spyvm.interpreter.decode_v3 import Instruction
from spyvm.interpreter.interpreter import Interpreter
from spyvm.interpreter.unwinding import FatalError
from spyvm.rpy import ticker
from spyvm.tools.backtrace import backtrace
from world import KINDS, World

ARITHMETIC = 'ADD SUB LT GT LE GE EQ NE MUL DIV MOD MAKE_POINT BIT_SHIFT IDIV BIT_AND BIT_OR'.split()
COMMON_NARGS = [1, 2, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0]
CONSTANTS = ['PUSH_SELF', 'PUSH_TRUE', 'PUSH_FALSE', 'PUSH_NIL']


def decoded(decode, code, pc=0):
    i = Instruction()
    decode(i, [chr(byte) for byte in code], pc, len(code))
    return op.NAMES[i.op], i.a, i.b, i.length


def common(n):
    if n == 0:
        return 'AT', 16, 1, 1
    if n == 1:
        return 'AT_PUT', 17, 2, 1
    if n == 6:
        return 'IDENTICAL', 22, 1, 1
    if n == 7:
        return 'CLASS', 23, 0, 1
    return 'SPECIAL_SEND', 16 + n, COMMON_NARGS[n], 1


def v3_table():
    """(bytes, instruction), after the Blue Book's table and Squeak's Interpreter class>>initializeBytecodeTable."""
    rows = []
    for i in range(16):
        rows += [([i], ('PUSH_INSTVAR', i, 0, 1)), ([16 + i], ('PUSH_TEMP', i, 0, 1))]
        rows += [([176 + i], (ARITHMETIC[i], i, 1, 1)), ([192 + i], common(i))]
        rows += [([208 + 16 * n + i], ('SEND', i, n, 1)) for n in range(3)]
    for i in range(32):
        rows += [([32 + i], ('PUSH_LITERAL', i, 0, 1)), ([64 + i], ('PUSH_LITVAR', i, 0, 1))]
    for i in range(8):
        rows += [([96 + i], ('POP_INSTVAR', i, 0, 1)), ([104 + i], ('POP_TEMP', i, 0, 1))]
        rows += [([144 + i], ('JUMP', i + 2, 0, 1)), ([152 + i], ('JUMP_FALSE', i + 2, 0, 1))]
    for i in range(4):
        rows += [([112 + i], (CONSTANTS[i], 0, 0, 1)), ([116 + i], ('PUSH_INT', op.INT_BIAS - 1 + i, 0, 1))]
    for i, name in enumerate('RETURN_SELF RETURN_TRUE RETURN_FALSE RETURN_NIL RETURN_TOP BLOCK_RETURN_TOP'.split()):
        rows.append(([120 + i], (name, 0, 0, 1)))
    rows += [([126], ('ILLEGAL', 0, 0, 1)), ([127], ('ILLEGAL', 0, 0, 1))]
    for i in (0, 17, 63):
        for kind, name in enumerate(['INSTVAR', 'TEMP', 'LITERAL', 'LITVAR']):
            rows.append(([128, kind * 64 + i], ('PUSH_' + name, i, 0, 2)))
            if kind != 2:
                rows += [([129, kind * 64 + i], ('STORE_' + name, i, 0, 2)),
                         ([130, kind * 64 + i], ('POP_' + name, i, 0, 2))]
    rows += [([131, 5 * 32 + 30], ('SEND', 30, 5, 2)), ([133, 3 * 32 + 31], ('SEND_SUPER', 31, 3, 2))]
    rows += [([134, 2 * 64 + 61], ('SEND', 61, 2, 2))]
    for kind, name in enumerate('SEND SEND_SUPER PUSH_INSTVAR PUSH_LITERAL PUSH_LITVAR STORE_INSTVAR POP_INSTVAR '
                                'STORE_LITVAR'.split()):
        rows.append(([132, kind * 32 + 9, 250], (name, 250, 9 if kind < 2 else 0, 3)))
    rows += [([135], ('POP', 0, 0, 1)), ([136], ('DUP', 0, 0, 1)), ([137], ('PUSH_CONTEXT', 0, 0, 1))]
    rows += [([138, 127], ('PUSH_NEW_ARRAY', 127, 0, 2)), ([138, 131], ('POP_NEW_ARRAY', 3, 0, 2))]
    rows += [([139, 1, 2], ('NOP', 0, 0, 3))]
    rows += [([140, 5, 6], ('PUSH_REMOTE', 5, 6, 3)), ([141, 5, 6], ('STORE_REMOTE', 5, 6, 3))]
    rows += [([142, 5, 6], ('POP_REMOTE', 5, 6, 3)), ([143, 0x32, 1, 4], ('PUSH_CLOSURE', 4 + 260, 2 | 3 << 8, 4))]
    for i in range(8):
        target = 2 + (i - 4) * 256 + 77
        rows.append(([160 + i, 77], ('JUMP' if i >= 4 else 'JUMP_BACK', target, 0, 2)))
    for i in range(4):
        target = 2 + i * 256 + 77
        rows += [([168 + i, 77], ('JUMP_TRUE', target, 0, 2)), ([172 + i, 77], ('JUMP_FALSE', target, 0, 2))]
    return rows


def sista_table():
    """After the class comment of EncoderForSistaV1."""
    rows = []
    for i in range(16):
        rows += [([i], ('PUSH_INSTVAR', i, 0, 1)), ([16 + i], ('PUSH_LITVAR', i, 0, 1))]
        rows += [([96 + i], (ARITHMETIC[i], i, 1, 1))]
        rows += [([112 + i], common(i) if i != 8 else ('NOT_IDENTICAL', 24, 1, 1))]
        rows += [([128 + 16 * n + i], ('SEND', i, n, 1)) for n in range(3)]
    for i in range(32):
        rows.append(([32 + i], ('PUSH_LITERAL', i, 0, 1)))
    for i in range(12):
        rows.append(([64 + i], ('PUSH_TEMP', i, 0, 1)))
    for i in range(4):
        rows.append(([76 + i], (CONSTANTS[i], 0, 0, 1)))
    for i in range(8):
        rows += [([176 + i], ('JUMP', 2 + i, 0, 1)), ([184 + i], ('JUMP_TRUE', 2 + i, 0, 1))]
        rows += [([192 + i], ('JUMP_FALSE', 2 + i, 0, 1)), ([200 + i], ('POP_INSTVAR', i, 0, 1)),
                 ([208 + i], ('POP_TEMP', i, 0, 1))]
    for i, name in enumerate('RETURN_SELF RETURN_TRUE RETURN_FALSE RETURN_NIL RETURN_TOP BLOCK_RETURN_NIL '
                             'BLOCK_RETURN_TOP NOP'.split()):
        rows.append(([88 + i], (name, 0, 0, 1)))
    rows += [([80], ('PUSH_INT', op.INT_BIAS, 0, 1)), ([81], ('PUSH_INT', op.INT_BIAS + 1, 0, 1))]
    rows += [([82], ('PUSH_CONTEXT', 0, 0, 1)), ([83], ('DUP', 0, 0, 1)), ([216], ('POP', 0, 0, 1))]
    rows += [([b], ('ILLEGAL', 0, 0, 1)) for b in [84, 85, 86, 87] + list(range(217, 224))]
    for b, name in [(226, 'PUSH_INSTVAR'), (227, 'PUSH_LITVAR'), (228, 'PUSH_LITERAL'), (240, 'POP_INSTVAR'),
                    (241, 'POP_LITVAR'), (243, 'STORE_INSTVAR'), (244, 'STORE_LITVAR')]:
        rows += [([b, 200], (name, 200, 0, 2)), ([224, 2, b, 200], (name, 712, 0, 4))]
    for b, name in [(229, 'PUSH_TEMP'), (242, 'POP_TEMP'), (245, 'STORE_TEMP')]:
        rows.append(([b, 60], (name, 60, 0, 2)))
    rows += [([231, 100], ('PUSH_NEW_ARRAY', 100, 0, 2)), ([231, 228], ('POP_NEW_ARRAY', 100, 0, 2))]
    rows += [([232, 200], ('PUSH_INT', op.INT_BIAS + 200, 0, 2))]
    rows += [([225, 255, 232, 200], ('PUSH_INT', op.INT_BIAS - 56, 0, 4))]
    rows += [([225, 1, 225, 2, 232, 3], ('PUSH_INT', op.INT_BIAS + 0x10203, 0, 6))]
    rows += [([233, 200], ('PUSH_CHAR', 200, 0, 2)), ([225, 1, 225, 246, 233, 0], ('PUSH_CHAR', 0x1F600, 0, 6))]
    rows += [([234, 31 * 8 + 5], ('SEND', 31, 5, 2)), ([224, 2, 225, 1, 234, 31 * 8 + 5], ('SEND', 95, 13, 6))]
    rows += [([235, 31 * 8 + 5], ('SEND_SUPER', 31, 5, 2)), ([225, 65, 235, 8], ('SEND_DIRECTED_SUPER', 1, 8, 4))]
    for b, name in [(237, 'JUMP'), (238, 'JUMP_TRUE'), (239, 'JUMP_FALSE')]:
        rows += [([b, 77], (name, 79, 0, 2)), ([225, 1, b, 77], (name, 4 + 256 + 77, 0, 4))]
    rows += [([225, 255, 237, 252], ('JUMP_BACK', 0, 0, 4))]
    rows += [([248, 0, 0], ('NOP', 0, 0, 3)), ([249, 7, 0x43], ('PUSH_FULL_CLOSURE', 7, 0x43, 3))]
    rows += [([224, 1, 249, 7, 0xC0], ('PUSH_FULL_CLOSURE', 263, 0xC0, 5))]
    rows += [([250, 3 * 8 + 2, 9], ('PUSH_CLOSURE', 12, 2 | 3 << 8, 3))]
    rows += [([224, 0x11, 225, 1, 250, 3 * 8 + 2, 9], ('PUSH_CLOSURE', 7 + 265, 10 | 11 << 8, 7))]
    rows += [([251, 5, 6], ('PUSH_REMOTE', 5, 6, 3)), ([252, 5, 6], ('STORE_REMOTE', 5, 6, 3)),
             ([253, 5, 6], ('POP_REMOTE', 5, 6, 3))]
    return rows


def test_v3_table():
    for code, expected in v3_table():
        if expected[1] < 0:      # before the beginning: see the tests of jumps
            code, expected = [135] * 1024 + code, (expected[0], expected[1] + 1024, expected[2], expected[3])
            assert decoded(decode_v3.decode, code, 1024) == expected
        else:
            assert decoded(decode_v3.decode, code) == expected, code


def test_sista_table():
    for code, expected in sista_table():
        assert decoded(decode_sista.decode, code) == expected, code


def test_first_bytes_are_all_in_the_tables():
    assert set(code[0] for code, _ in v3_table()) == set(range(256))
    missing = set(range(256)) - set(code[0] for code, _ in sista_table())
    assert missing == set([230, 236, 246, 247, 254, 255])
    for b in missing:
        assert decoded(decode_sista.decode, [b, 0, 0])[0] == 'ILLEGAL'


def test_cut_off_instructions_are_illegal():
    for decode, table in ((decode_v3.decode, v3_table()), (decode_sista.decode, sista_table())):
        for code, _ in table:
            for size in range(1, len(code)):
                assert decoded(decode, code[:size])[0] == 'ILLEGAL', code[:size]


def test_endless_extensions_are_illegal():
    assert decoded(decode_sista.decode, [224, 1] * 200 + [228, 0])[0] == 'ILLEGAL'
    assert decoded(decode_sista.decode, [225, 127, 225, 255, 225, 255, 232, 255])[0] == 'ILLEGAL'


# ---- the proof

def error(world, code, literals=(), temps=0, sista=False, large=False, args=0):
    """The message with which running the bytes ends."""
    with pytest.raises(FatalError) as e:
        world.run(world.method(code, literals, temps=temps, sista=sista, large=large), args=[None] * args)
    assert '\n' not in e.value.message
    return e.value.message


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('code,at', [
    ([124], 0),                 # return of the top of an empty stack
    ([135, 118, 124], 0),       # pop
    ([136, 124], 0),            # dup
    ([118, 176, 124], 1),       # + with one operand
    ([118, 208, 224, 124], 2),  # a send with one argument
    ([104, 120], 0),            # store into temporary 0
    ([129, 0, 124], 0),
    ([153, 120, 120, 120], 0),  # jump if false
    ([113, 168, 0, 135, 120], 3),       # true, jumped away, leaves nothing to pop
    ([138, 129, 124], 0),       # an array of one element
    ([118, 143, 0x20, 0, 1, 125, 124], 1),      # a closure with two copied values
])
def test_underflow(kind, code, at):
    w = World(kind)
    w.define('SmallInteger', 'foo', w.method([120]))
    assert 'illegal bytecode at byte %d' % at in error(w, code, [w.symbol('foo')])


@pytest.mark.parametrize('kind', ['spur32', 'spur64'])
@pytest.mark.parametrize('code,at', [
    ([92], 0), ([216], 0), ([83], 0), ([81, 96], 1), ([208], 0), ([242, 1], 0), ([231, 129], 0), ([250, 0x10, 1, 94, 92], 0),
    ([249, 0, 2, 92], 0), ([249, 0, 0x80, 92], 0), ([76, 225, 64, 235, 1], 1),
])
def test_sista_underflow(kind, code, at):
    w = World(kind)
    assert 'illegal bytecode at byte %d' % at in error(w, code, [w.symbol('foo')], sista=True)


@pytest.mark.parametrize('kind,asm', SETS)
def test_overflow(kind, asm):
    """A stack may get deeper than any compiler would ask for, but not without end."""
    w = World(kind)
    a = asm()
    for _ in range(100):
        a.push_int(1)
    a.return_top()
    assert w.run(w.method(a)) == 1
    a = asm()
    for _ in range(200):
        a.push_int(1)
    a.return_top()
    assert 'illegal bytecode at byte' in error(w, a.bytes, sista=asm.sista)


@pytest.mark.parametrize('kind,asm', SETS)
def test_a_loop_that_pushes(kind, asm):
    w = World(kind)
    a = asm()
    a.push_int(1)
    a.jump_back(0)
    assert 'illegal bytecode' in error(w, a.bytes, sista=asm.sista)


@pytest.mark.parametrize('kind,asm', SETS)
def test_a_loop_that_pops(kind, asm):
    w = World(kind)
    a = asm()
    for _ in range(5):
        a.push_int(1)
    loop = a.here()
    a.pop()
    a.jump_back(loop)
    assert 'illegal bytecode at byte %d' % loop in error(w, a.bytes, sista=asm.sista)


@pytest.mark.parametrize('kind,asm', SETS)
def test_temporaries(kind, asm):
    w = World(kind)
    for n in (0, 3, 11):
        assert 'illegal bytecode at byte 0' in error(w, asm().push_temp(n).return_top().bytes, temps=n, sista=asm.sista)
        code = asm().push_int(1).pop_temp(n + 1).return_self()
        assert 'illegal bytecode' in error(w, code.bytes, temps=n, sista=asm.sista)
        assert w.run(w.method(asm().push_temp(n).return_top(), temps=n + 1)) is None


@pytest.mark.parametrize('kind,asm', SETS)
def test_literals(kind, asm):
    """One literal, the method's class, is always there."""
    w = World(kind)
    for n in (1, 15, 31, 63):
        codes = [asm().push_literal(n).return_top(), asm().push_variable(n).return_top(),
                 asm().push_int(1).pop_variable(n).return_top(), asm().push_int(1).send(n, 0).return_top()]
        if n < 32:
            codes.append(asm().push_int(1).send_super(n, 0).return_top())
        for code in codes:
            assert 'illegal bytecode' in error(w, code.bytes, [1] * (n - 1), sista=asm.sista)


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('code', [
    [151], [164, 200], [160, 0], [163, 0], [118, 159], [118, 171, 255], [113, 168, 0],
    [143, 0, 1, 0, 124], [143, 0, 0, 0, 124],
    [118], [135], [128], [132, 0], [118, 118, 178, 159], [118, 118, 178, 172, 1],
])
def test_jumps_outside_and_ends_without_return(kind, code):
    w = World(kind)
    assert 'illegal bytecode' in error(w, code)


@pytest.mark.parametrize('kind', ['spur32', 'spur64'])
@pytest.mark.parametrize('code', [
    [183], [237, 200], [225, 255, 237, 0], [81, 191], [81, 199], [225, 255, 225, 0, 237, 0],
    [250, 0, 200, 92], [250, 0, 0, 92],
    [77, 225, 255, 238, 251], [77, 225, 255, 239, 251],     # a conditional jump back
    [81, 81, 98, 199],
])
def test_sista_jumps_outside(kind, code):
    w = World(kind)
    assert 'illegal bytecode' in error(w, code, sista=True)


@pytest.mark.parametrize('kind,asm', SETS)
def test_a_jump_into_the_middle_of_an_instruction(kind, asm):
    """Bytes may be read in more than one way; each way counts by itself."""
    w = World(kind)
    one = asm().push_int(1).bytes[0]
    code = asm().push_true()
    there = code.jump_true()
    code.emit(226 if asm.sista else 128)        # a push of field number `one`, or, from the middle, of 1
    code.land(there)
    code.emit(one).return_top()
    assert w.run(w.method(code), w.thing()) == 1


@pytest.mark.parametrize('kind', KINDS)
def test_unreached_rubbish_does_no_harm(kind):
    w = World(kind)
    assert w.run(w.method([118, 124, 126, 127, 255, 151, 132])) == 1


@pytest.mark.parametrize('kind,asm', SETS)
def test_fused_comparisons(kind, asm):
    """A comparison and the jump on its result are one instruction; a jump to the second half still works."""
    results = {2: (True, False, False), 3: (False, False, True), 4: (True, True, False), 5: (False, True, True),
               6: (False, True, False), 7: (True, False, True)}
    for selector, expected in results.items():
        for jump in ('jump_true', 'jump_false'):
            for a, b, which in ((0, 1, 0), (1, 1, 1), (1, 0, 2), (0.5, 1.5, 0), (1.5, 1.5, 1), (2.5, 1.0, 2)):
                w = World(kind)
                code = asm().push_temp(0).push_temp(1).special(selector)
                there = getattr(code, jump)()
                code.push_int(1).return_top()
                code.land(there)
                code.push_int(2).return_top()
                w_method = w.method(code, temps=2)
                taken = expected[which] == (jump == 'jump_true')
                assert w.run(w_method, temps=[a, b]) == (2 if taken else 1)
                w_code = w_method.get_code(w.memory)
                assert [word & 255 for word in w_code.ops if op.LT_JUMP <= word & 255 <= op.NE_JUMP] != []
    w = World(kind)
    code = asm().push_true()
    entry = code.jump()
    code.push_int(1).push_int(1).special(2)
    code.land(entry)
    there = code.jump_true()
    code.push_int(1).return_top()
    code.land(there)
    code.push_int(2).return_top()
    assert w.run(w.method(code)) == 2


@pytest.mark.parametrize('kind,asm', SETS)
def test_fused_constants(kind, asm):
    """x + 1 is one instruction; other operands, too large results and jumps to the + itself are as if it were not."""
    w = World(kind)
    for selector in ('+', '-'):
        w.define('Object', selector, w.method(asm().push_temp(0).return_top(), args=1))
    most, least = w.memory.max_int, w.memory.min_int
    for constant in (0, 1, 2, -1):
        for which in (0, 1):
            w_method = w.method(asm().push_temp(0).push_int(constant).special(which).return_top(), args=1)
            for value in (0, 5, most, least, most - 1, least + 1):
                result = value + constant if which == 0 else value - constant
                if not least <= result <= most:
                    result = constant       # what the image's method answers
                assert w.run(w_method, None, [value]) == result
            assert w.run(w_method, None, [2.5]) == (2.5 + constant if which == 0 else 2.5 - constant)
            assert w.run(w_method, None, ['abc']) == constant
    code = asm().push_temp(0).push_temp(0).push_true()
    there = code.jump_true()
    code.push_int(1)
    code.land(there)
    code.special(0).return_top()
    assert w.run(w.method(code, args=1), None, [20]) == 40


# ---- random bytes

POLLS = 4


class Exhausted(Exception):
    """The budget for one method is used up."""


class Budget(object):
    """Ends a run after some polls, and lets polls come often."""

    def __init__(self, interp):
        self.interp = interp

    def __enter__(self):
        self.count = 0
        self.interp.poll = self.poll
        self.old = ticker.UNTRANSLATED.COUNT
        ticker.UNTRANSLATED.COUNT = 100
        ticker.UNTRANSLATED.remaining = 100
        return self

    def poll(self):
        self.count += 1
        if self.count > POLLS:
            raise Exhausted
        ticker.reset(self.interp.max_depth)
        return self.interp.pending_switch

    def __exit__(self, *args):
        ticker.UNTRANSLATED.COUNT = self.old
        ticker.UNTRANSLATED.remaining = self.old
        del self.interp.poll


def fuzz_world(kind):
    """A world with primitives of every kind that bytecodes may get at."""
    w = World(kind)
    w.define('Object', 'doesNotUnderstand:', w.method([16, 124], args=1))
    w.define('Object', 'cannotReturn:', w.method([16, 124], args=1))
    w.define('Object', 'mustBeBoolean', w.method([113, 124]))
    w.define('Object', 'aboutToReturn:through:', w.method([16, 124], args=2))
    w.define('Object', 'attemptToAssign:withIndex:', w.method([16, 124], args=2))
    w.define('Object', 'recurse', w.method([112, 208, 124], [w.symbol('recurse')]))
    w.define('Object', 'mark', w.method([112, 124], primitive=198))
    for selector, number in [('blockCopy:', 80), ('value', 81), ('value:', 81), ('valueWithArguments:', 82),
                             ('perform:', 83), ('perform:with:', 83), ('perform:withArguments:', 84), ('signal', 85),
                             ('wait', 86), ('resume', 87), ('suspend', 88), ('yield', 167), ('at:', 60),
                             ('at:put:', 61), ('size', 62), ('new', 70), ('new:', 71), ('instVarAt:', 73),
                             ('instVarAt:put:', 74), ('fieldAt:', 210),
                             ('fieldAt:put:', 211), ('class', 111), ('become:', 72), ('nextUnwind:', 195),
                             ('terminateTo:', 196), ('nextHandler', 197),
                             ('tryPrimitive:withArgs:', 118), ('valueNoSwitch', 221), ('copy', 148), ('someInstance', 77)]:
        w.primitive('Object', selector, number)
    if kind != 'v3':
        for selector, number in [('valueOf', 201), ('valueOf:', 202), ('valueOf:with:', 203), ('applyTo:', 206)]:
            w.primitive('Object', selector, number)
    return w


def random_literals(w, rng):
    choices = [w.symbol(each) for each in w.symbols] + [None, True, False, 0, 1, -1, 3.5, 'text', w.thing(), w.semaphore(1)]
    literals = [rng.choice(choices) for _ in range(rng.randrange(8, 12))]
    if rng.random() < 0.5:
        literals.append(w.association(rng.choice(choices)))
    if rng.random() < 0.5:
        body = [rng.randrange(256) for _ in range(10)] + [92]
        w_block = w.method(body, [1, 2], args=rng.randrange(2), temps=rng.randrange(4), sista=rng.random() < 0.7)
        literals.insert(rng.randrange(8), w_block)
    return literals


def random_code(rng, asm):
    """Some quite random, some of instructions that find on the stack what they need."""
    size = rng.randrange(1, 60)
    if rng.random() < 0.2:
        return [rng.randrange(256) for _ in range(size)]
    a = asm()
    depth = 0
    for _ in range(size):
        choice = rng.randrange(24)
        if choice < 3:
            a.push_temp(rng.randrange(3))
        elif choice < 7:
            a.push_literal(rng.randrange(8))
        elif choice < 9:
            a.push_context()
        elif choice == 9:
            a.push_self()
        elif choice == 10:
            a.push_int(rng.randrange(3))
        elif choice == 11 and asm is Sista:
            a.full_closure(rng.randrange(8), 0, rng.choice([0, 64]))
        elif choice < 13:
            body = asm().push_self().return_top() if rng.random() < 0.5 else asm().push_context().block_return()
            a.closure(body)
        elif choice < 14 and asm is not Sista:
            a.old_block(asm().push_context().block_return())
        elif choice < 18:
            nargs = rng.randrange(3)
            if depth <= nargs:
                continue
            a.send(rng.randrange(8), nargs)
            depth -= nargs + 1
        elif choice < 20:
            if depth < 3:
                continue
            n = rng.randrange(32)
            a.special(n)
            depth -= 1 + (1 if n < 16 else COMMON_NARGS[n - 16])
        elif choice < 22:
            if depth < 1:
                continue
            a.pop_temp(rng.randrange(3))
            depth -= 2
        elif rng.random() < 0.1:
            a.emit(rng.randrange(256), rng.randrange(20))
        else:
            continue
        depth += 1
    if depth < 1:
        a.push_self()
    a.return_top()
    return a.bytes


@pytest.mark.parametrize('kind,asm', SETS)
@pytest.mark.parametrize('seed', range(6))
def test_random_methods(kind, asm, seed):
    """Any bytes end with an answer, a FatalError or the end of the budget."""
    rng = random.Random(seed * 7919 + SETS.index((kind, asm)))
    answers = 0
    for n in range(100):
        if n % 20 == 0:
            w = fuzz_world(kind)
        code = random_code(rng, asm)
        args = rng.randrange(3)
        w_method = w.method(code, random_literals(w, rng), args=args, temps=3 + rng.randrange(4), sista=asm.sista,
                            large=rng.random() < 0.3, primitive=198 if rng.random() < 0.1 else 0)
        with Budget(w.interp):
            try:
                w.run(w_method, rng.choice([w.thing(), 3, w.semaphore(), None]), [rng.choice([1, True, None])] * args)
                answers += 1
                continue
            except FatalError as e:
                assert '\n' not in e.message
            except Exhausted:
                pass
        w.interp = Interpreter(w.memory, w.host)        # one that has ended is not used again
    assert answers > 10      # or the test tests little


def test_backtrace_of_anything():
    """The error report for people copes with contexts that do not make sense."""
    w = World('spur32')
    context = w.context(w.method([118, 124]))
    context.w_receiver = None
    context.code = None
    assert backtrace(w.interp, context) != ''
    assert decoder.MAX_STACK > 56
