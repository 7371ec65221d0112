"""Compiled methods give the results that their sources say, in all object formats and both sets of bytecodes."""
import pytest

from compiled import CONFIGURATIONS, Compiled
from spyvm.objects.model import W_Character

WORLDS = {}

# Source of a method of class Thing, whose field fN is 1000 + N; arguments; what it answers
ALL = [
    ('m', [], 'self'),
    ('m ^3', [], 3),
    ('m ^-1', [], -1),
    ('m ^-32768', [], -32768),
    ('m ^40000', [], 40000),
    ('m ^f0', [], 1000),
    ('m ^f20', [], 1020),
    ('m ^f199', [], 1199),
    ('m ^true', [], True),
    ('m ^nil', [], None),
    ("m ^'it''s'", [], "it's"),
    ('a: a b: b c: c ^a - b - c', [10, 3, 2], 5),
    ('+ other ^other * 2', [4], 8),
    ('m | a b | a := b := 4. ^a + b', [], 8),
    ('m f3 := 7. f100 := f3 + 1. ^f100 * (f3 := 2)', [], 16),
    ('m: a ^a > 3 ifTrue: [1] ifFalse: [2]', [4], 1),
    ('m: a ^a > 3 ifTrue: [1] ifFalse: [2]', [3], 2),
    ('m: a ^a > 3 ifFalse: [1] ifTrue: [2]', [3], 1),
    ('m: a a > 3 ifFalse: [^1] ifTrue: [^2]', [4], 2),
    ('m: a ^a > 3 ifTrue: [1]', [3], None),
    ('m: a | x | x := a > 3 ifTrue: [1]. ^x', [3], None),
    ('m: a | x | x := a > 3 ifTrue: [1] ifFalse: []. ^{x}', [3], [None]),
    ('m: a | x | x := a > 3 ifFalse: [a > 1 ifTrue: [5] ifFalse: [^6]]. ^x', [3], 5),
    ('m: a | x | x := a > 3 ifFalse: [a > 1 ifTrue: [5] ifFalse: [^6]]. ^x', [0], 6),
    ('m: a | x | x := 9. a > 3 ifTrue: [] . ^x', [4], 9),
    ('m: a ^a > 3 and: [a < 6]', [5], True),
    ('m: a ^a > 3 and: [a < 6]', [1], False),
    ('m: a ^a > 3 or: [a < 0]', [1], False),
    ('m: a ^(a > 3 or: [a < 0]) ifTrue: [8] ifFalse: [9]', [-1], 8),
    ('m: a a > 3 and: [f0 := 5]. ^f0', [4], 5),
    ('m: a ^a ifNil: [3]', [None], 3),
    ('m: a ^a ifNil: [3]', [4], 4),
    ('m: a ^a ifNotNil: [3]', [None], None),
    ('m: a ^a ifNotNil: [:x | x + 1]', [4], 5),
    ('m: a ^a ifNil: [3] ifNotNil: [:x | x + 1]', [4], 5),
    ('m: a ^a ifNotNil: [:x | x + 1] ifNil: [3]', [None], 3),
    ('m: a ^a ifNotNil: [7] ifNil: [3]', [1], 7),
    ('m: a a ifNotNil: [:x | f0 := x]. ^f0', [4], 4),
    ('m: a a ifNil: [f0 := 1]. ^f0', [4], 1000),
    ('m: a | n | n := 0. [n < a] whileTrue: [n := n + 2]. ^n', [9], 10),
    ('m: a | n | n := 0. [n > a] whileFalse: [n := n + 2]. ^n', [9], 10),
    ('m: a | n | n := 0. [n := n + 1. n < a] whileTrue. ^n', [9], 9),
    ('m: a | n | n := 0. [n := n + 1. n >= a] whileFalse. ^n', [9], 9),
    ('m ^[false] whileTrue: []', [], None),
    ('m: a | n | n := 0. [n := n + 1. n = a ifTrue: [^n]] repeat', [9], 9),
    ('m: a | n | n := 0. 1 to: a do: [:i | n := n + i]. ^n', [10], 55),
    ('m: a | n | n := 0. 1 to: a + 0 do: [:i | n := n + i]. ^n', [10], 55),
    ('m: a | n | n := 0. a to: 1 by: -1 do: [:i | n := n * 2 + i]. ^n', [3], 17),
    ('m: a ^1 to: 10 by: a do: [:i | a + i]', [3], 'missing'),
    ('m ^3 to: 5 do: [:i | ]', [], 3),
    ('m: a | n | n := 0. a timesRepeat: [n := n + 3]. ^n', [4], 12),
    ('m: a | n | n := 1. 3 timesRepeat: [n := n + n]. ^n', [4], 8),
    ('m: a ^a + 1 timesRepeat: []', [4], 5),
    ('m: a ^4 timesRepeat: []', [4], 4),
    ('m ^{}', [], []),
    ('m: a ^{a. a + 1. {a}}', [1], [1, 2, [1]]),
    ('m: a ^{1. 2. 3. 4. 5. 6. 7. 8. 9. 10. 11. 12. 13. 14. 15. 16. 17. a}', [18], list(range(1, 19))),
    ('m: a ^a at: 1; at: 2; at: 3', [[4, 5, 6]], 6),
    ('m: a ^(a at: 2 put: 9; at: 1 put: 8; yourself; at: 2) + (a at: 1)', [[1, 2]], 17),
    ('m: a a at: 2 put: 9; at: 1 put: 8. ^a', [[1, 2]], [8, 9]),
    ('m ^#(1 $a foo foo:bar: #+ + (2) #(3) true nil -4)', [], 
     [1, '$a', 'foo', 'foo:bar:', '+', '+', [2], [3], True, None, -4]),
    # blocks
    ('m ^[3] value', [], 3),
    ('m ^[] value', [], None),
    ('m ^[:a :b | a - b] value: 5 value: 2', [], 3),
    ('m [^4] value. ^5', [], 4),
    ('m: a ^[:x | x > 0 ifTrue: [^a]. 3] value: 1', [7], 7),
    ('m: a ^[:x | f0 := x. self field + a] value: 1', [7], 8),
    ('m: a ^[[[a + f0] value] value] value', [7], 1007),
    ('m: a | n | n := a. [n := n + 1] value. ^n', [7], 8),
    ('m: a | n | n := a. ^[n + 1] value', [7], 8),
    ('m: a | n b | n := a. b := [n]. n := 9. ^b value', [7], 9),
    ('m: a | n b | b := [:x | n := x]. b value: a. ^n', [7], 7),
    ('m: a | b | b := [:x | x = 0 ifTrue: [0] ifFalse: [x + (b value: x - 1)]]. ^b value: a', [5], 15),
    ('m: a ^([:x | | t | t := x. [t := t + 1] value. t] value: a) + ([:x | | t | t := x * 2. [t] value] value: a)', [5], 16),
    ('m | a b | a := [:x | | t u | t := x. [:y | u := y + t. [u + t + x]]]. b := (a value: 1) value: 2. ^b value', [], 5),
    # variables of a loop's round
    ('m | bs | bs := {nil. nil. nil}. 1 to: 3 do: [:i | bs at: i put: [i]]. ^{bs first. bs second. bs third}', [],
     [1, 2, 3]),
    ('m | bs | bs := {nil. nil. nil}. 1 to: 3 do: [:i | | t | t := i. bs at: i put: [t := t + 1]]. '
     '^{bs first. bs second. bs third}', [], [2, 3, 4]),
    ('m | n r | r := {nil. nil. nil}. n := 0. [n < 3] whileTrue: [| t | n := n + 1. r at: n put: t. t := n]. ^r', [],
     [None] * 3),
    ('m | r | r := {nil. nil. nil}. 1 to: 3 do: [:i | i > 0 ifTrue: [| t | r at: i put: t. t := i]]. ^r', [], [None] * 3),
    ('m | bs t | bs := {nil. nil. nil}. 1 to: 3 do: [:i | t := i. bs at: i put: [t]]. ^{bs first. bs second. bs third}', [],
     [3, 3, 3]),
    ('m | n b | n := 0. [b ifNil: [b := [n]]. n < 3] whileTrue: [n := n + 1]. ^b value', [], 3),
    ('m | bs | bs := {nil. nil}. 1 to: 2 do: [:i | (bs at: i) ifNil: [| t | t := i. bs at: i put: [t := t * 10]]]. '
     '^{bs first. bs second}', [], [10, 20]),
    ('m: a a ifNotNil: [:x | ^[x] value]', [4], 4),
    ('m | a b | a := {1. 2}. 1 to: 2 do: [:i | b := [:k | 1 to: 2 do: [:j | a at: j put: i + j + k]]]. b value: 1. ^a', [],
     [4, 5]),
    ('m ^super field', [], 1000),
    ('m ^[super field] value', [], 1000),
    ('m ^thisContext == thisContext', [], True),
    ('m ^1 ~~ 2', [], True),
    ('m: a Foo := a. ^Foo + (Foo := 1)', [4], 5),
    ('m <primitive: 60> ^7', [], 7),
]


@pytest.fixture(params=CONFIGURATIONS, ids='-'.join)
def world(request):
    if request.param not in WORLDS:
        w = WORLDS[request.param] = Compiled(request.param)
        w.method_from('Object', 'first', 'first ^(self at: 1) value')
        w.method_from('Object', 'second', 'second ^(self at: 2) value')
        w.method_from('Object', 'third', 'third ^(self at: 3) value')
        w.method_from('Object', 'field', 'field ^f0')
        w.method_from('Object', 'to:by:do:', 'to: a by: b do: c ^#missing')
        w.method_from('Object', 'yourself', 'yourself')
        w.method_from('Object', '~~', '~~ other ^self == other ifTrue: [false] ifFalse: [true]')
        w.primitive('Object', 'at:', 60)
        w.primitive('Object', 'at:put:', 61)
    return WORLDS[request.param]


def test_results(world):
    for source, args, expected in ALL:
        w_self = world.thing()
        result = plain(world, world.answer(source, w_self, args))
        if expected == 'self':
            assert result is w_self
        else:
            assert (source, args, result) == (source, args, expected)


def plain(w, value):
    """What a method answered, as Python values."""
    if getattr(value, 'view', None) is not None and value.view is w.memory.view_Array:
        return [plain(w, w.unwrap(value.fetch(w.memory, i))) for i in range(value.pointer_size(w.memory))]
    if isinstance(value, list):
        return [plain(w, each) for each in value]
    if getattr(value, "view", None) is w.memory.view_Character or isinstance(value, W_Character):
        return '$' + chr(w.memory.character_value(value))
    return value


def test_many_fields_literals_and_arguments(world):
    """What needs the long forms of instructions."""
    w = world
    assert w.answer('m ' + ''.join('f%d := %d. ' % (i, i + 1) for i in range(200)) + ' ^f199 + f150 + f3') == 200 + 151 + 4
    pushes = ' '.join("f0 := '%d'." % i for i in range(100))
    assert w.answer('m ' + pushes + " f1 := f0. ^f1") == '99'
    assert w.answer('m ' + pushes + " Foo := 8. ^Foo + 1") == 9
    for count in (10, 40, 100):
        pushes = ' '.join("f0 := '%d'." % i for i in range(count))
        assert w.answer('m ' + pushes + " ^super field") == '%d' % (count - 1)
        assert w.answer('m ' + pushes + " ^self field") == '%d' % (count - 1)
    names = ['a%d' % i for i in range(15)]
    selector = ''.join('x%d:' % i for i in range(15))
    pattern = ' '.join('x%d: a%d' % (i, i) for i in range(15))
    w.method_from('Object', selector, pattern + ' ^{' + '. '.join(names) + '}')
    call = ' '.join('x%d: %d' % (i, i) for i in range(15))
    for target in ('self', 'super'):
        assert plain(w, w.answer('m ^%s %s' % (target, call))) == list(range(15))
    temps = ' '.join('t%d' % i for i in range(50))
    sets = ' '.join('t%d := %d.' % (i, i) for i in range(50))
    assert w.answer('m | %s | %s ^t3 + t49' % (temps, sets)) == 52


def test_long_jumps(world):
    """Every distance around the limits of short and extended jumps."""
    for count in [0, 1, 2, 3, 4, 5, 100, 127, 128, 129, 250, 255, 256, 300]:
        body = 'f0 := f1. ' * count
        for condition, expected in ((True, 1), (False, 2)):
            source = 'm: a ^a ifTrue: [%s 1] ifFalse: [%s 2]' % (body, body)
            assert world.answer(source, args=[condition]) == expected
        assert world.answer('m: a | n | n := 0. [n < a] whileTrue: [%s n := n + 1]. ^n' % body, args=[3]) == 3
        assert world.answer('m: a a ifFalse: [%s ^3]. ^4' % body, args=[True]) == 4
        assert world.answer('m: a a ifNil: [%s ^3]. ^4' % body, args=[True]) == 4


def test_large_frames(world):
    nested = '0' + ''.join(' + (%d' % i for i in range(1, 40)) + ')' * 39
    assert world.answer('m ^' + nested) == sum(range(40))
    assert world.answer('m ^[' + nested + '] value') == sum(range(40))


def test_primitives(world):
    w = world
    w.method_from('Object', 'item:', 'item: n <primitive: 60> ^#none')
    assert w.answer('m: a ^{a item: 1. a item: 5}', args=[[7, 8]]).fetch(w.memory, 0).value == 7
    assert plain(w, w.answer('m: a ^{a item: 1. a item: 5}', args=[[7, 8]])) == [7, 'none']
    w.method_from('Object', 'code:', 'code: n | t | <primitive: 60 error: ec> t := 3. ^{n. t. [ec] value}')
    result = plain(w, w.answer('m: a ^a code: 5', args=[[7, 8]]))
    assert result[:2] == [5, 3]
    assert (result[2] is None) == (not w.memory.is_spur)


def test_quick_methods_run_without_a_context(world):
    for source, primitive in [('m', 256), ('m ^self', 256), ('m ^true', 257), ('m ^false', 258), ('m ^nil', 259),
                              ('m ^-1', 260), ('m ^2', 263), ('m ^f0', 264), ('m ^f199', 463)]:
        assert world.compiled(source).primitive == primitive
    for source in ('m ^3', 'm: a ^self', 'm ^Foo', 'm f0', 'm self'):
        assert world.compiled(source).primitive == 0
