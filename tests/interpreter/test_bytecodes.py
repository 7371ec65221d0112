"""Every bytecode of each set, its extended forms included, run by itself in a hand-made method."""
import pytest

from assembler import Classic, SETS, Sista
from spyvm.interpreter.unwinding import FatalError
from spyvm.objects.model import W_Character
from world import World

SPUR = ['spur32', 'spur64']
ALL = ['v3', 'v3closures', 'spur32', 'spur64']
CLOSURES = ['v3closures', 'spur32', 'spur64']

RETURN_TOP = {Classic: 124, Sista: 92}
VALUE = -7      # what the tests store


class Fixture(object):
    """A receiver whose field i is 1000 + i, temporaries 2000 + i, literals 3000 + i, or variables of that value."""

    def __init__(self, kind, sista=False):
        self.world = World(kind)
        self.sista = sista
        self.thing = self.world.thing()
        self.variables = [self.world.association(3000 + i) for i in range(100)]

    def run(self, code, literals=None, temps=40):
        """What the bytes answer, followed by a return of the top."""
        code = list(code) + [RETURN_TOP[Sista if self.sista else Classic]]
        w_method = self.world.method(code, literals or [], temps=temps, sista=self.sista, large=True)
        return self.world.run(w_method, self.thing, temps=[2000 + i for i in range(temps)])

    def fields(self):
        return self.world.items(self.thing)


def numbers(count):
    return [3000 + i for i in range(count)]


# ---- V3: pushes

@pytest.mark.parametrize('kind', ALL)
def test_v3_short_pushes(kind):
    f = Fixture(kind)
    for i in range(16):
        assert f.run([i]) == 1000 + i
        assert f.run([16 + i]) == 2000 + i
    for i in range(32):
        assert f.run([32 + i], numbers(32)) == 3000 + i
        assert f.run([64 + i], f.variables) == 3000 + i
    assert f.run([112]) is f.thing
    assert [f.run([b]) for b in range(113, 120)] == [True, False, None, -1, 0, 1, 2]


@pytest.mark.parametrize('kind', ALL)
def test_v3_extended_pushes(kind):
    f = Fixture(kind)
    for i in range(64):
        assert f.run([128, i]) == 1000 + i
        assert f.run([128, 128 + i], numbers(64)) == 3000 + i
        assert f.run([128, 192 + i], f.variables) == 3000 + i
    for i in range(40):
        assert f.run([128, 64 + i]) == 2000 + i


@pytest.mark.parametrize('kind', ALL)
def test_v3_double_extended_pushes(kind):
    f = Fixture(kind)
    for i in (0, 63, 64, 249):
        assert f.run([132, 0x40, i]) == 1000 + i
        assert f.run([132, 0x5F, i]) == 1000 + i
        assert f.run([132, 0x60, i], numbers(250)) == 3000 + i
    for i in (0, 40, 99):
        assert f.run([132, 0x80, i], f.variables) == 3000 + i


# ---- V3: stores

@pytest.mark.parametrize('kind', ALL)
def test_v3_pops(kind):
    for i in range(8):
        f = Fixture(kind)
        assert f.run([32, 96 + i, 115], [VALUE]) is None
        assert f.fields()[i] == VALUE and f.fields().count(VALUE) == 1
        assert f.run([32, 104 + i, 16 + i], [VALUE]) == VALUE
        assert f.run([32, 104 + i, 16 + (i + 1) % 8], [VALUE]) == 2000 + (i + 1) % 8


@pytest.mark.parametrize('kind', ALL)
@pytest.mark.parametrize('store', [129, 130])
def test_v3_extended_stores(kind, store):
    f = Fixture(kind)
    after = [] if store == 129 else [115]
    for i in (0, 7, 63):
        f.run([32, store, i] + after, [VALUE])
        assert f.fields()[i] == VALUE
        f.run([32, store, 192 + i] + after, f.variables)
        w_value = f.variables[i].slots[1]
        assert w_value is f.variables[0]
        f.variables[i].slots[1] = None
    for i in (0, 15, 39):
        assert f.run([32, store, 64 + i] + after + [128, 64 + i], [VALUE]) == VALUE
    if store == 129:
        assert f.run([32, 129, 5], [VALUE]) == VALUE       # a store leaves the value


@pytest.mark.parametrize('kind', ALL)
def test_v3_double_extended_stores(kind):
    f = Fixture(kind)
    assert f.run([32, 132, 0xA0, 200], [VALUE]) == VALUE
    assert f.fields()[200] == VALUE
    assert f.run([33, 32, 132, 0xC0, 201], [VALUE, 8]) == 8
    assert f.fields()[201] == VALUE
    assert f.run([32, 132, 0xE0, 50], [VALUE] + f.variables) == VALUE
    assert f.world.items(f.variables[49])[1] == VALUE


@pytest.mark.parametrize('kind', ALL)
@pytest.mark.parametrize('code', [[32, 130, 192, 115], [32, 129, 192], [32, 132, 0xE0, 0]])
def test_v3_store_into_a_variable_that_is_none(kind, code):
    f = Fixture(kind)
    with pytest.raises(FatalError) as e:
        f.run(code, ['no variable'])
    assert 'no field 1' in e.value.message and '\n' not in e.value.message


# ---- V3: the rest

@pytest.mark.parametrize('kind', ALL)
def test_v3_returns(kind):
    f = Fixture(kind)
    w = f.world
    assert w.run(w.method([120]), f.thing) is f.thing
    assert [w.run(w.method([b])) for b in (121, 122, 123)] == [True, False, None]
    assert w.run(w.method([118, 124])) == 1
    assert w.run(w.method([118, 125])) == 1      # a block's return, also where there is no block


@pytest.mark.parametrize('kind', ALL)
def test_v3_pop_dup_context(kind):
    f = Fixture(kind)
    assert f.run([118, 119, 135]) == 1
    assert f.run([118, 136, 176]) == 2
    w_context = f.run([137])
    assert w_context.view is f.world.memory.view_MethodContext


@pytest.mark.parametrize('kind', ALL)
def test_v3_jumps(kind):
    f = Fixture(kind)
    tail = [135, 118] * 4 + [135, 119]      # 2 at the end, wherever one lands on an even offset
    for i in range(8):
        assert f.run([118, 144 + i] + tail) == 2
        assert f.run([118, 114, 152 + i] + tail) == 2
        assert f.run([118, 113, 152 + i, 124] + tail) == 1
    assert f.run([144, 118, 119]) == 2          # over one byte
    assert f.run([114, 152, 118, 119]) == 2
    assert f.run([118, 119, 145, 135, 124]) == 2
    assert f.run([164, 2, 118, 124, 119]) == 2          # forward, long
    assert f.run([164, 0, 119]) == 2
    for value, taken, not_taken in ((113, 168, 172), (114, 172, 168)):
        assert f.run([value, taken, 2, 118, 124, 119]) == 2
        assert f.run([value, not_taken, 2, 118, 124, 119]) == 1
    far = [135, 118] * 130
    assert f.run([118, 164 + 1, 4] + far + [135, 119]) == 2                  # 260 bytes on
    assert f.run([118, 113, 168 + 1, 4] + far + [135, 119]) == 2
    assert f.run([118, 114, 172 + 1, 4] + far + [135, 119]) == 2


@pytest.mark.parametrize('kind,asm', SETS)
def test_loop(kind, asm):
    """temp 0 counts down from 40, temp 1 adds up; also backwards over more than 256 bytes."""
    for filler in (0, 100):
        w = World(kind)
        a = asm()
        start = a.here()
        a.push_temp(0).push_int(0).special(3)      # >
        done = a.jump_false()
        a.push_temp(1).push_temp(0).special(0).pop_temp(1)
        a.push_temp(0).push_int(1).special(1).pop_temp(0)
        for _ in range(filler):
            a.push_int(0).pop()
        a.jump_back(start)
        a.land(done)
        a.push_temp(1).return_top()
        assert w.run(w.method(a, temps=2), temps=[40, 0]) == 820


@pytest.mark.parametrize('kind', ALL)
def test_v3_sends(kind):
    f = Fixture(kind)
    w = f.world
    for nargs in range(16):
        selector = 'a' * 3 + 'b:' * nargs
        # answers an Array of receiver and arguments, so the order shows
        code = [112] + [16 + i for i in range(nargs)]
        if kind == 'v3':
            answer = [16 + nargs - 1] if nargs else [112]
        else:
            answer = code + [138, 128 + nargs + 1]
        w.define('Thing', selector, w.method(answer + [124], args=nargs))
        arguments = [128 + 4] * 0
        for i in range(nargs):
            arguments += [128, 64 + i]
        expected = [f.thing] + [2000 + i for i in range(nargs)]
        forms = [[132, nargs, 0]]
        if nargs < 3:
            forms.append([208 + nargs * 16])
        if nargs < 8:
            forms.append([131, nargs * 32])
        if nargs < 4:
            forms.append([134, nargs * 64])
        for form in forms:
            result = f.run([112] + arguments + form, [w.symbol(selector)])
            if kind == 'v3':
                assert result == expected[-1] or result is expected[-1]
            else:
                assert w.items(result) == expected
    # literals further on
    for i in range(16):
        assert f.run([112, 208 + i], [None] * i + [w.symbol('aaa')]) is not None
    assert f.run([112, 131, 31], [None] * 31 + [w.symbol('aaa')]) is not None
    assert f.run([112, 134, 63], [None] * 63 + [w.symbol('aaa')]) is not None
    assert f.run([112, 132, 0, 200], [None] * 200 + [w.symbol('aaa')]) is not None


@pytest.mark.parametrize('kind', ALL)
def test_v3_super_sends(kind):
    w = World(kind)
    w.define('Object', 'foo:', w.method([16, 124], args=1))
    w.define('Thing', 'foo:', w.method([118, 124], args=1, owner='Thing'))
    thing = w.thing('SubThing')
    for form in ([133, 32], [132, 32 + 1, 0]):
        # up from Thing, not from the receiver's class
        assert w.run(w.method([112, 119] + form + [124], [w.symbol('foo:')], owner='Thing'), thing) == 2
        assert w.run(w.method([112, 119] + form + [124], [w.symbol('foo:')], owner='SubThing'), thing) == 1


# ---- Sista

@pytest.mark.parametrize('kind', SPUR)
def test_sista_short_pushes(kind):
    f = Fixture(kind, sista=True)
    for i in range(16):
        assert f.run([i]) == 1000 + i
        assert f.run([16 + i], f.variables) == 3000 + i
    for i in range(32):
        assert f.run([32 + i], numbers(32)) == 3000 + i
    for i in range(12):
        assert f.run([64 + i]) == 2000 + i
    assert f.run([76]) is f.thing
    assert [f.run([b]) for b in range(77, 82)] == [True, False, None, 0, 1]
    assert f.run([82]).view is f.world.memory.view_MethodContext
    assert f.run([81, 83, 96]) == 2
    assert f.run([80, 81, 216]) == 0
    assert f.run([80, 95, 95]) == 0


@pytest.mark.parametrize('kind', SPUR)
def test_sista_long_pushes(kind):
    f = Fixture(kind, sista=True)
    for i in (0, 15, 100, 249):
        assert f.run([226, i]) == 1000 + i
    for i in (0, 99):
        assert f.run([227, i], f.variables) == 3000 + i
    many = numbers(300)
    for i in (0, 255, 256, 299):
        assert f.run([224, i >> 8, 228, i & 255], many) == 3000 + i
    variables = [f.world.association(i) for i in range(300)]
    assert f.run([224, 1, 227, 43], variables) == 299
    for i in (0, 39):
        assert f.run([229, i]) == 2000 + i


@pytest.mark.parametrize('kind', SPUR)
def test_sista_integers_and_characters(kind):
    f = Fixture(kind, sista=True)
    assert f.run([232, 0]) == 0
    assert f.run([232, 255]) == 255
    assert f.run([225, 1, 232, 0]) == 256
    assert f.run([225, 127, 232, 255]) == 32767
    assert f.run([225, 255, 232, 255]) == -1
    assert f.run([225, 128, 232, 0]) == -32768
    for code in ([233, 65], [225, 0, 233, 65]):
        w_char = f.run(code)
        assert isinstance(w_char, W_Character) and w_char.value == 65
    assert f.run([225, 1, 233, 0]).value == 256


@pytest.mark.parametrize('kind', SPUR)
def test_sista_stores(kind):
    f = Fixture(kind, sista=True)
    for i in range(8):
        f.run([32, 200 + i, 79], [VALUE + i])
        assert f.fields()[i] == VALUE + i
        assert f.run([32, 208 + i, 64 + i], [VALUE]) == VALUE
    for i in (0, 249):
        f.run([32, 240, i, 79], [8])
        assert f.fields()[i] == 8
        assert f.run([32, 243, i], [9]) == 9
        assert f.fields()[i] == 9
    for i in (0, 39):
        assert f.run([32, 242, i, 229, i], [VALUE]) == VALUE
        assert f.run([32, 245, i, 216, 229, i], [VALUE]) == VALUE
    assert f.run([32, 244, 1], [VALUE] + f.variables) == VALUE
    assert f.world.items(f.variables[0])[1] == VALUE
    f.run([32, 241, 2, 79], [VALUE] + f.variables)
    assert f.world.items(f.variables[1])[1] == VALUE
    f.run([32, 224, 1, 241, 0, 79], [VALUE] + numbers(255) + [f.variables[7]])
    assert f.world.items(f.variables[7])[1] == VALUE


@pytest.mark.parametrize('kind', SPUR)
def test_sista_returns(kind):
    w = World(kind)
    thing = w.thing()
    assert w.run(w.method([88], sista=True), thing) is thing
    assert [w.run(w.method([b], sista=True)) for b in (89, 90, 91)] == [True, False, None]
    assert w.run(w.method([81, 92], sista=True)) == 1
    assert w.run(w.method([93], sista=True)) is None
    assert w.run(w.method([81, 94], sista=True)) == 1


@pytest.mark.parametrize('kind', SPUR)
def test_sista_jumps(kind):
    f = Fixture(kind, sista=True)
    for i in range(8):
        assert f.run([80, 176 + i] + [216, 81] * 4 + [216, 80]) == 0
        tail = [216, 81] * 4 + [216, 80]
        assert f.run([81, 77, 184 + i] + tail) == 0
        assert f.run([81, 78, 192 + i] + tail) == 0
        assert f.run([81, 78, 184 + i, 92] + tail) == 1
        assert f.run([81, 77, 192 + i, 92] + tail) == 1
    far = [216, 81] * 130
    assert f.run([81, 225, 1, 237, 4] + far + [216, 80]) == 0
    assert f.run([81, 77, 225, 1, 238, 4] + far + [216, 80]) == 0
    assert f.run([81, 78, 225, 1, 239, 4] + far + [216, 80]) == 0
    assert f.run([237, 2, 81, 92, 80]) == 0


@pytest.mark.parametrize('kind', SPUR)
def test_sista_sends(kind):
    f = Fixture(kind, sista=True)
    w = f.world
    for nargs in range(16):
        selector = 'a' * 3 + 'b:' * nargs
        code = [76]
        for i in range(nargs):
            code += [229, i]
        w.define('Thing', selector, w.method(code + [231, 128 + nargs + 1, 92], args=nargs, sista=True))
        expected = [f.thing] + [2000 + i for i in range(nargs)]
        forms = [[225, nargs >> 3, 234, nargs & 7]]
        if nargs < 3:
            forms.append([128 + nargs * 16])
        if nargs < 8:
            forms.append([234, nargs])
        for form in forms:
            assert w.items(f.run(code + form, [w.symbol(selector)])) == expected
    for i in range(16):
        f.run([76, 128 + i], [None] * i + [w.symbol('aaa')])
    assert w.items(f.run([76, 224, 3, 234, 31 << 3], [None] * 127 + [w.symbol('aaa')])) == [f.thing]


@pytest.mark.parametrize('kind', SPUR)
def test_sista_super_sends(kind):
    w = World(kind)
    w.define('Object', 'foo:', w.method([64, 92], args=1, sista=True))
    w.define('Thing', 'foo:', w.method([80, 92], args=1, owner='Thing', sista=True))
    thing = w.thing('SubThing')
    foo = w.symbol('foo:')
    assert w.run(w.method([76, 81, 235, 1, 92], [foo], owner='Thing', sista=True), thing) == 1
    assert w.run(w.method([76, 81, 235, 1, 92], [foo], owner='SubThing', sista=True), thing) == 0
    # directed: the class is on the stack
    code = [76, 81, 33, 225, 64, 235, 1, 92]
    assert w.run(w.method(code, [foo, w.class_named('Thing')], sista=True), thing) == 1
    assert w.run(w.method(code, [foo, w.class_named('SubThing')], sista=True), thing) == 0


# ---- arrays and vectors

@pytest.mark.parametrize('kind,asm', SETS[1:])
def test_new_arrays(kind, asm):
    w = World(kind)
    assert w.items(w.run(w.method(asm().new_array(5).return_top()))) == [None] * 5
    assert w.items(w.run(w.method(asm().new_array(0).return_top()))) == []
    assert w.items(w.run(w.method(asm().new_array(127).return_top()))) == [None] * 127
    code = asm().push_int(1).push_int(2).push_int(0).pop_array(2).pop_array(2).return_top()
    w_array = w.run(w.method(code))
    assert w.items(w_array)[0] == 1
    assert w.items(w.items(w_array)[1]) == [2, 0]
    assert w.items(w.run(w.method(asm().pop_array(0).return_top()))) == []


@pytest.mark.parametrize('kind,asm', SETS[1:])
def test_remote_temporaries(kind, asm):
    for field in (0, 2, 120):
        w = World(kind)
        code = asm().new_array(field + 1).pop_temp(1).push_int(1).store_remote(field, 1).push_remote(field, 1).special(0)
        code.pop_remote(field, 1).push_remote(field, 1).return_top()
        assert w.run(w.method(code, temps=2)) == 2


@pytest.mark.parametrize('kind,asm', SETS[1:])
@pytest.mark.parametrize('vector', [None, 3, 'abc', []])
def test_remote_temporaries_of_no_vector(kind, asm, vector):
    for code in (asm().push_remote(0, 0), asm().push_int(1).store_remote(0, 0)):
        w = World(kind)
        with pytest.raises(FatalError) as e:
            w.run(w.method(code.return_top(), temps=1), temps=[vector])
        assert 'no field 0' in e.value.message or 'attemptToAssign' in e.value.message
        assert '\n' not in e.value.message


# ---- what is no bytecode

V3_UNUSED = [126, 127]


@pytest.mark.parametrize('kind,code', [(kind, [b]) for kind in ALL for b in V3_UNUSED] +
                         [(kind, [129, 128]) for kind in ALL] + [(kind, [130, 128]) for kind in ALL])
def test_v3_unused_bytecodes(kind, code):
    w = World(kind)
    with pytest.raises(FatalError) as e:
        w.run(w.method([118] + code + [118, 124], [1, 2, 3]))
    assert 'illegal bytecode at byte 1' in e.value.message


@pytest.mark.parametrize('kind', SPUR)
@pytest.mark.parametrize('code', [[84], [85], [86], [87], [217], [218], [223], [230, 0], [236, 0], [246, 0], [247, 0],
                                  [254, 0, 0], [255, 0, 0], [248, 0, 128], [225, 1, 82]])
def test_sista_unused_bytecodes(kind, code):
    w = World(kind)
    with pytest.raises(FatalError) as e:
        w.run(w.method([81] + code + [81, 92], [1, 2, 3], sista=True))
    assert 'illegal bytecode at byte 1' in e.value.message
