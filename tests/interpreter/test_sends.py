"""Sends and lookup: inheritance, super, doesNotUnderstand:, mustBeBoolean, perform:, caches that must notice changes."""
import pytest

from assembler import Classic, SETS
from spyvm.interpreter.unwinding import FatalError
from spyvm.objects import special
from spyvm.objects.model import IMMUTABLE
from world import KINDS, World

pytestmark = pytest.mark.usefixtures('sends')


def send(w, asm, receiver, selector, args=(), **kw):
    """What a method that sends one message answers."""
    code = asm().push_literal(0)
    for i in range(len(args)):
        code.push_literal(1 + i)
    code.send(1 + len(args), len(args)).return_top()
    w_selector = w.symbol(selector) if isinstance(selector, str) else selector
    return w.run(w.method(code, [receiver] + list(args) + [w_selector], **kw))


@pytest.mark.parametrize('kind,asm', SETS)
def test_inheritance_and_caches(kind, asm):
    """The same send with receivers of several classes, before and after methods change."""
    w = World(kind)
    w.define('Object', 'foo', w.method(asm().push_int(0).return_top()))
    code = asm().push_temp(0).send(0, 0).return_top()
    w_method = w.method(code, [w.symbol('foo')], args=1)

    def answers():
        return [w.run(w_method, None, [each]) for each in (w.thing(), w.thing('SubThing'), 3, 'abc', None, True, 2.5)]
    assert answers() == [0] * 7
    w.define('Thing', 'foo', w.method(asm().push_int(1).return_top()))
    assert answers() == [1, 1, 0, 0, 0, 0, 0]
    w.define('SubThing', 'foo', w.method(asm().push_int(2).return_top()))
    assert answers() == [1, 2, 0, 0, 0, 0, 0]
    w.define('Thing', 'foo', w.method(asm().push_nil().return_top()))
    assert answers() == [None, 2, 0, 0, 0, 0, 0]
    # another superclass
    w.class_named('SubThing').store(w.memory, special.METHOD_DICT, w.memory.w_nil)
    assert answers()[1] is None
    w.class_named('SubThing').store(w.memory, special.SUPERCLASS, w.class_named('Object'))
    assert answers()[1] == 0


@pytest.mark.parametrize('kind', KINDS)
def test_more_classes_at_a_send_than_its_cache_remembers(kind):
    w = World(kind)
    names = ['Object', 'Thing', 'SubThing', 'Point', 'Association', 'Semaphore', 'Process', 'LinkedList',
             'ProcessorScheduler']
    for i, name in enumerate(names):
        w.define(name, 'foo', w.method([32, 124], [i]))
    w_method = w.method([16, 208, 124], [w.symbol('foo')], args=1)
    for _ in range(3):
        assert [w.run(w_method, None, [w.new(name)]) for name in names] == list(range(len(names)))


@pytest.mark.parametrize('kind,asm', SETS)
def test_a_method_changed_in_place(kind, asm):
    w = World(kind)
    w_foo = w.define('Object', 'foo', w.method(asm().push_int(0).return_top()))
    w_method = w.method(asm().push_self().send(0, 0).return_top(), [w.symbol('foo')])
    assert w.run(w_method) == 0
    w_foo.atput0(w.memory, w_foo.byte_offset(w.memory), w.wrap(asm().push_int(1).bytes[0]))
    assert w.run(w_method) == 1


@pytest.mark.parametrize('kind,asm', SETS)
def test_does_not_understand(kind, asm):
    w = World(kind)
    with pytest.raises(FatalError) as e:
        send(w, asm, 3, 'foo:bar:', [1, 2])
    assert e.value.message == 'SmallInteger does not understand #foo:bar:, nor #doesNotUnderstand:'
    w.define('Object', 'doesNotUnderstand:', w.method(asm().push_temp(0).return_top(), args=1))
    w_message = send(w, asm, 3, 'foo:bar:', [1, 2])
    assert w_message.view is w.memory.view_Message
    fields = w.items(w_message)
    assert fields[special.MESSAGE_SELECTOR] == 'foo:bar:'
    assert w.items(fields[special.MESSAGE_ARGUMENTS]) == [1, 2]
    assert fields[special.MESSAGE_LOOKUP_CLASS] is w.class_named('SmallInteger')
    assert w.items(w.items(send(w, asm, 'abc', 'zork'))[special.MESSAGE_ARGUMENTS]) == []


@pytest.mark.parametrize('kind,asm', SETS)
def test_special_sends_that_are_not_understood(kind, asm):
    w = World(kind)
    w.define('Object', 'doesNotUnderstand:', w.method(asm().push_temp(0).return_top(), args=1))
    for n in range(32):
        if n in (22, 23) or (n == 24 and asm is not Classic) or (n == 11):
            continue        # == and class need no method; @ of integers makes a Point
        code = asm().push_true().push_true().push_true()
        code.special(n).return_top()
        fields = w.items(w.run(w.method(code)))
        assert fields[0] == 'blockCopy:' if n == 24 else fields[0] is not None


@pytest.mark.parametrize('kind,asm', SETS)
def test_arithmetic_falls_back_to_sends(kind, asm):
    """On other classes, on overflow, on division by zero and on division with a remainder the image's method runs."""
    w = World(kind)
    most = w.memory.max_int
    least = w.memory.min_int
    for n, selector in enumerate('+ - < > <= >= = ~= * / \\\\ @ bitShift: // bitAnd: bitOr:'.split()):
        w.define('Object', selector, w.method(asm().push_literal(0).return_top(), ['sent ' + selector], args=1))

    def binary(n, a, b):
        return w.run(w.method(asm().push_literal(0).push_literal(1).special(n).return_top(), [a, b]))
    assert binary(0, 3, 4) == 7 and binary(0, most, 1) == 'sent +' and binary(0, most - 1, 1) == most
    assert binary(1, 3, 4) == -1 and binary(1, least, 1) == 'sent -' and binary(1, least + 1, 1) == least
    assert binary(8, -3, 4) == -12 and binary(8, most, 2) == 'sent *' and binary(8, most, most) == 'sent *'
    assert binary(8, least, -1) == 'sent *'
    assert binary(9, 12, 4) == 3 and binary(9, 13, 4) == 'sent /' and binary(9, 1, 0) == 'sent /'
    assert binary(9, least, -1) == 'sent /' and binary(9, 12, -4) == -3
    assert binary(10, -7, 2) == 1 and binary(10, 7, -2) == -1 and binary(10, 7, 0) == 'sent \\\\'
    assert binary(13, -7, 2) == -4 and binary(13, 7, -2) == -4 and binary(13, 7, 0) == 'sent //'
    assert binary(13, least, -1) == 'sent //' and binary(10, least, -1) == 0
    assert binary(12, 1, 4) == 16 and binary(12, -1, 4) == -16 and binary(12, -16, -2) == -4
    assert binary(12, 1, 100) == 'sent bitShift:' and binary(12, most, 1) == 'sent bitShift:'
    assert binary(12, -1, -1000) == -1 and binary(12, 1, -1000) == 0 and binary(12, 0, 60) in (0, 'sent bitShift:')
    assert binary(14, 12, 10) == 8 and binary(15, 12, 10) == 14 and binary(14, -1, 7) == 7
    assert [binary(n, 1, 2) for n in range(2, 8)] == [True, False, True, False, False, True]
    assert [binary(n, 1.5, 2.5) for n in range(2, 8)] == [True, False, True, False, False, True]
    assert binary(0, 1.5, 2) == 3.5 and binary(0, 2, 1.5) == 3.5 and binary(9, 1.0, 0.0) == 'sent /'
    assert binary(9, 1.0, 4.0) == 0.25 and binary(8, 1.5, 2.0) == 3.0 and binary(1, 1.5, 2.0) == -0.5
    w_point = binary(11, 3, 4)
    assert w_point.view is w.memory.view_Point and w.items(w_point) == [3, 4]
    for n in range(16):
        assert str(binary(n, None, 4)).startswith('sent ')
        assert str(binary(n, 'abc', 4)).startswith('sent ')
        if n != 11:
            assert str(binary(n, 4, 'abc')).startswith('sent ')


@pytest.mark.parametrize('kind,asm', SETS)
def test_comparisons_with_floats_do_not_round(kind, asm):
    """An integer that is no Float is compared by the image's methods, on either side; arithmetic rounds."""
    w = World(kind)
    selectors = '+ - < > <= >= = ~='.split()
    for selector in selectors:
        w.define('Object', selector, w.method(asm().push_literal(0).return_top(), ['sent ' + selector], args=1))

    def binary(n, a, b):
        return w.run(w.method(asm().push_literal(0).push_literal(1).special(n).return_top(), [a, b]))
    exact = min(1 << 53, w.memory.max_int)
    for n in range(2, 8):
        assert binary(n, exact, 1.0) in (True, False) and binary(n, 1.0, -exact) in (True, False)
    if w.memory.max_int > 1 << 53:
        for n in range(2, 8):
            for integer in (exact + 1, -exact - 1):
                assert binary(n, integer, 1.0) == binary(n, 1.0, integer) == 'sent ' + selectors[n]
        assert binary(0, exact + 1, 1.0) == 2.0 ** 53


@pytest.mark.parametrize('kind,asm', SETS)
def test_many_classes_at_a_send(kind, asm):
    """What a send has met is told by place; methods that are only defined anew are no more classes."""
    w = World(kind)
    code = asm().push_temp(0).send(0, 0).return_top()
    w_method = w.method(code, [w.symbol('foo')], args=1)
    receivers = [w.thing(), w.thing('SubThing'), 3, 'abc', None]
    for i in range(20):
        w.define('Object', 'foo', w.method(asm().push_int(0).return_top()))
        w.run(w_method, None, [receivers[i % 4]])
    sites = [pc for pc, site in enumerate(w_method.code.sites) if site is not None]
    assert len(sites) == 1 and not w.interp.has_many_classes(w_method.code, sites[0])
    for each in receivers:
        w.run(w_method, None, [each])
    assert w.interp.has_many_classes(w_method.code, sites[0])
    for each in receivers + [True, 2.5]:
        assert w.run(w_method, None, [each]) == 0
        assert w.interp.has_many_classes(w_method.code, sites[0])


@pytest.mark.parametrize('kind,asm', SETS)
def test_at_of_arrays(kind, asm):
    w = World(kind)
    w.define('Object', 'at:', w.method(asm().push_literal(0).return_top(), ['at: sent'], args=1))
    w.define('Object', 'at:put:', w.method(asm().push_literal(0).return_top(), ['at:put: sent'], args=2))

    def at(w_array, index):
        return w.run(w.method(asm().push_literal(0).push_literal(1).special(16).return_top(), [w_array, index]))

    def put(w_array, index, value):
        code = asm().push_literal(0).push_literal(1).push_literal(2).special(17).return_top()
        return w.run(w.method(code, [w_array, index, value]))
    for w_array in (w.wrap([1, 'two', 3]), w.memory.instantiate(w.memory.view_Array, 3)):
        assert [at(w_array, i) for i in (0, 4, -1, 'x', None)] == ['at: sent'] * 5
        assert [put(w_array, i, 7) for i in (0, 4, -1, 'x', None)] == ['at:put: sent'] * 5
        assert put(w_array, 2, 17) == 17 and at(w_array, 2) == 17
        assert put(w_array, 2, None) is None and at(w_array, 2) is None
        assert put(w_array, 3, 'abc') == 'abc' and at(w_array, 3) == 'abc' and at(w_array, 2) is None
        w_array.set_meta(w_array.get_meta() | IMMUTABLE)
        assert put(w_array, 2, 18) == 'at:put: sent' and at(w_array, 2) is None
    assert at('abc', 1) == 'at: sent'
    assert at(None, 1) == 'at: sent'


@pytest.mark.parametrize('kind,asm', SETS)
@pytest.mark.parametrize('jump', ['jump_true', 'jump_false'])
def test_must_be_boolean(kind, asm, jump):
    """It is sent to what was tested.  Execution goes on behind the jump."""
    w = World(kind)
    w_log = w.association(None)
    w.define('Object', 'mustBeBoolean', w.method(asm().push_self().pop_variable(0).push_true().return_top(), [w_log]))
    for value in ('no Boolean', None, 3):
        code = asm().push_literal(0)
        there = getattr(code, jump)()
        code.push_int(0).return_top()
        code.land(there)
        code.push_int(1).return_top()
        assert w.run(w.method(code, [value])) == 0
        assert w.items(w_log)[1] == value
    # of a comparison, fused with the jump
    w.define('Object', '<', w.method(asm().push_literal(0).return_top(), ['maybe'], args=1))
    code = asm().push_literal(0).push_literal(0).special(2)
    there = getattr(code, jump)()
    code.push_int(0).return_top()
    code.land(there)
    code.push_int(1).return_top()
    assert w.run(w.method(code, ['abc'])) == 0
    assert w.items(w_log)[1] == 'maybe'


@pytest.mark.parametrize('kind,asm', SETS)
def test_must_be_boolean_tests_again(kind, asm):
    """Its result is pushed: images set the sender's pc back before the jump, so that the result is what is tested."""
    w = World(kind)
    w.primitive('Object', 'instVarAt:', 73)
    w.primitive('Object', 'instVarAt:put:', 74)
    for value, expected in ((False, 1), (True, 0)):
        code = asm().push_literal(0)
        back_to = code.here()
        there = code.jump_false()
        code.push_int(0).return_top()
        code.land(there)
        code.push_int(1).return_top()
        w_method = w.method(code, ['no Boolean'])
        again = asm().push_context().push_int(1).send(0, 1)          # the sender
        again.push_literal(2).push_literal(3).send(1, 2).pop().push_literal(4).return_top()
        pc = w_method.get_code(w.memory).pc_base + back_to
        w.define('Object', 'mustBeBoolean',
                 w.method(again, [w.symbol('instVarAt:'), w.symbol('instVarAt:put:'), 2, pc, value]))
        assert w.run(w_method) == expected


@pytest.mark.parametrize('kind,asm', SETS)
def test_must_be_boolean_that_is_not_understood(kind, asm):
    w = World(kind)
    w_log = w.association(None)
    w.define('Object', 'doesNotUnderstand:', w.method(asm().push_temp(0).pop_variable(0).return_self(), [w_log], args=1))
    code = asm().push_int(1)
    there = code.jump_true()
    code.return_self()
    code.land(there)
    code.push_int(0).return_top()
    assert w.run(w.method(code)) is None
    assert w.items(w.items(w_log)[1])[0] == 'mustBeBoolean'


@pytest.mark.parametrize('kind,asm', SETS)
def test_run_with_in(kind, asm):
    """An object in a method dictionary that is no method is asked run: selector with: arguments in: receiver."""
    w = World(kind)
    a = asm().push_temp(0).pop_temp(3).push_temp(1).return_top()
    w.define('Thing', 'run:with:in:', w.method(a, args=3, temps=4))
    w.define('Object', 'foo:', w.thing())
    assert w.items(send(w, asm, 5, 'foo:', [6])) == [6]
    w.define('Thing', 'run:with:in:', w.method(asm().push_temp(0).return_top(), args=3))
    assert send(w, asm, 5, 'foo:', [6]) == 'foo:'
    w.define('Thing', 'run:with:in:', w.method(asm().push_temp(2).return_top(), args=3))
    assert send(w, asm, 5, 'foo:', [6]) == 5
    # one that does not know run:with:in:
    w.define('Object', 'bar', 'a String')
    w.define('Object', 'doesNotUnderstand:', w.method(asm().push_temp(0).return_top(), args=1))
    w.defined[w.class_named('Object')]['bar'] = w.wrap('a String')
    w.define('Object', 'baz', w.wrap('a String'))
    assert w.items(send(w, asm, 5, 'baz'))[0] == 'baz'


@pytest.mark.parametrize('kind,asm', SETS)
def test_quick_methods(kind, asm):
    """Primitives 256 to 519 need no bytecodes: self, constants, fields."""
    w = World(kind)
    thing = w.thing()
    expected = [thing, True, False, None, -1, 0, 1, 2]
    for i in range(8):
        w.define('Object', 'foo', w.method([126, 126], primitive=256 + i, sista=asm.sista))
        assert send(w, asm, thing, 'foo') in (expected[i], expected[i])
    for i in (0, 7, 200):
        w.define('Object', 'foo', w.method([126, 126], primitive=264 + i, sista=asm.sista))
        assert send(w, asm, thing, 'foo') == 1000 + i
    with pytest.raises(FatalError) as e:
        send(w, asm, 3, 'foo')
    assert 'no field 200' in e.value.message


@pytest.mark.parametrize('kind,asm', SETS)
def test_primitives_and_their_fallback(kind, asm):
    w = World(kind)
    w.define('Object', 'size', w.method(asm().push_literal(0).return_top(), ['no size'], primitive=62))
    assert send(w, asm, 'abcd', 'size') == 4
    assert send(w, asm, 4, 'size') == 'no size'
    # one that does not exist is as good as none
    w.define('Object', 'size', w.method(asm().push_int(1).return_top(), primitive=511))
    w.define('Object', 'foo', w.method(asm().push_int(1).return_top(), primitive=1000 if kind[0] == 's' else 255))
    assert send(w, asm, 4, 'foo') == 1
    w_spec = w.wrap(['NoSuchPlugin', 'primitiveNothing', 0, 0])
    w.define('Object', 'foo', w.method(asm().push_int(1).return_top(), [w_spec], primitive=117))
    assert send(w, asm, 4, 'foo') == 1
    w.define('Object', 'foo', w.method(asm().push_int(1).return_top(), [4], primitive=117))
    assert send(w, asm, 4, 'foo') == 1


@pytest.mark.parametrize('kind,asm', SETS[2:])
def test_primitive_error_codes(kind, asm):
    """A method that begins with a store into its last temporary gets the error there."""
    w = World(kind)
    w.memory.w_special_objects.store(w.memory, special.PRIMITIVE_ERROR_TABLE,
                                     w.wrap(['generic', 'bad receiver', 'bad argument', 'bad index']))
    code = asm().store_temp(1).push_temp(1).return_top()
    w.define('Object', 'at:', w.method(code, args=1, temps=2, primitive=60))
    assert send(w, asm, w.wrap([1, 2]), 'at:', [2]) == 2
    assert send(w, asm, w.wrap([1, 2]), 'at:', [3]) == 'bad index'


@pytest.mark.parametrize('kind,asm', SETS)
def test_perform(kind, asm):
    w = World(kind)
    perform = asm().push_literal(0).return_top()
    for selector in ('perform:', 'perform:with:', 'perform:with:with:', 'perform:with:with:with:'):
        w.define('Object', selector, w.method(perform, ['failed'], args=selector.count(':'), primitive=83))
    w.define('Object', 'perform:withArguments:', w.method(perform, ['failed'], args=2, primitive=84))
    w.define('Object', 'perform:withArguments:inSuperclass:', w.method(perform, ['failed'], args=3, primitive=100))
    w.define('Object', 'zero', w.method(asm().push_int(0).return_top()))
    w.define('Object', 'one:', w.method(asm().push_temp(0).return_top(), args=1))
    w.define('Object', 'two:two:', w.method(asm().push_temp(1).return_top(), args=2))
    w.define('Object', 'own', w.method(asm().push_self().return_top(), primitive=256))
    w.define('Object', 'size', w.method(asm().push_int(1).return_top(), primitive=62))
    s = w.symbol
    assert send(w, asm, 3, 'perform:', [s('zero')]) == 0
    assert send(w, asm, 3, 'perform:', [s('own')]) == 3
    assert send(w, asm, 'abc', 'perform:', [s('size')]) == 3
    assert send(w, asm, 4, 'perform:', [s('size')]) == 1
    assert send(w, asm, 3, 'perform:with:', [s('one:'), 5]) == 5
    assert send(w, asm, 3, 'perform:with:with:', [s('two:two:'), 5, 6]) == 6
    assert send(w, asm, 3, 'perform:with:', [s('zero'), 5]) == 'failed'        # a wrong number of arguments
    assert send(w, asm, 3, 'perform:', [s('one:')]) == 'failed'
    assert send(w, asm, 3, 'perform:withArguments:', [s('two:two:'), w.wrap([7, 8])]) == 8
    assert send(w, asm, 3, 'perform:withArguments:', [s('two:two:'), w.wrap([7])]) == 'failed'
    assert send(w, asm, 3, 'perform:withArguments:', [s('two:two:'), 7]) == 'failed'
    assert send(w, asm, 3, 'perform:withArguments:', [s('zero'), w.memory.instantiate(w.memory.view_Array, 70)]) == 'failed'
    w.define('Thing', 'zero', w.method(asm().push_int(1).return_top()))
    thing = w.thing('SubThing')
    in_super = 'perform:withArguments:inSuperclass:'
    none = w.wrap([])
    assert send(w, asm, thing, in_super, [s('zero'), none, w.class_named('Thing')]) == 1
    assert send(w, asm, thing, in_super, [s('zero'), none, w.class_named('Object')]) == 0
    assert send(w, asm, thing, in_super, [s('zero'), none, w.class_named('Point')]) == 'failed'
    assert send(w, asm, thing, in_super, [s('zero'), none, 3]) == 'failed'
    # of perform:, of perform of what is not understood, and of what is no symbol
    assert send(w, asm, 3, 'perform:with:', [s('perform:'), s('zero')]) == 0
    w.define('Object', 'doesNotUnderstand:', w.method(asm().push_temp(0).return_top(), args=1))
    fields = w.items(send(w, asm, 3, 'perform:with:', [s('zork:'), 5]))
    assert fields[0] == 'zork:' and w.items(fields[1]) == [5]
    assert w.items(send(w, asm, 3, 'perform:', [17]))[0] == 17


@pytest.mark.parametrize('kind,asm', SETS)
def test_execute_method(kind, asm):
    w = World(kind)
    fail = asm().push_literal(0).return_top()
    w.define('Object', 'withArgs:executeMethod:', w.method(fail, ['failed'], args=2, primitive=188))
    w.define('Object', 'with:executeMethod:', w.method(fail, ['failed'], args=2, primitive=189))
    w.define('Object', 'executeMethod:', w.method(fail, ['failed'], args=1, primitive=189))
    w_method = w.method(asm().push_temp(0).return_top(), args=1)
    w_self = w.method(asm().push_self().return_top())
    assert send(w, asm, 3, 'withArgs:executeMethod:', [w.wrap([8]), w_method]) == 8
    assert send(w, asm, 3, 'with:executeMethod:', [9, w_method]) == 9
    assert send(w, asm, 3, 'executeMethod:', [w_self]) == 3
    assert send(w, asm, 3, 'executeMethod:', [w_method]) == 'failed'
    assert send(w, asm, 3, 'executeMethod:', [4]) == 'failed'
    assert send(w, asm, 3, 'withArgs:executeMethod:', [3, w_method]) == 'failed'


@pytest.mark.parametrize('kind,asm', SETS)
def test_try_primitive(kind, asm):
    w = World(kind)
    fail = asm().push_literal(0).return_top()
    w.define('Object', 'tryPrimitive:withArgs:', w.method(fail, ['failed'], args=2, primitive=118))
    assert send(w, asm, 3, 'tryPrimitive:withArgs:', [1, w.wrap([4])]) == 7
    assert send(w, asm, 3, 'tryPrimitive:withArgs:', [1, w.wrap(['x'])]) == 'failed'
    for number in (83, 87, 201, -1, 5000, 'x', 117):
        assert send(w, asm, 3, 'tryPrimitive:withArgs:', [number, w.wrap([4])]) == 'failed'


@pytest.mark.parametrize('kind,asm', SETS)
def test_super_above_the_top(kind, asm):
    w = World(kind)
    w.define('Object', 'doesNotUnderstand:', w.method(asm().push_int(1).return_top(), args=1))
    with pytest.raises(FatalError) as e:
        w.run(w.method(asm().push_self().send_super(0, 0).return_top(), [w.symbol('foo')]))
    assert 'super send' in e.value.message
    with pytest.raises(FatalError) as e:
        w.run(w.method(asm().push_self().send_super(0, 0).return_top(), [w.symbol('foo')], last=w.wrap(4)))
    assert 'super send' in e.value.message


@pytest.mark.parametrize('kind,asm', SETS)
def test_a_loop_of_superclasses_ends(kind, asm):
    w = World(kind)
    w.class_named('Object').slots[special.SUPERCLASS] = w.class_named('SubThing')
    with pytest.raises(FatalError) as e:
        send(w, asm, w.thing(), 'nothing')
    assert 'does not understand #nothing' in e.value.message


@pytest.mark.parametrize('kind,asm', SETS[2:])
def test_stores_into_immutable_objects(kind, asm):
    w = World(kind)
    w_value = w.association(None)
    w_index = w.association(None)
    code = asm().push_temp(0).pop_variable(0).push_temp(1).pop_variable(1).return_self()
    w.define('Object', 'attemptToAssign:withIndex:', w.method(code, [w_value, w_index], args=2))
    thing = w.thing()
    thing.set_meta(thing.get_meta() | IMMUTABLE)
    assert w.run(w.method(asm().push_int(1).pop_inst(3).push_int(0).return_top()), thing) == 0
    assert w.items(thing)[3] == 1003
    assert (w.items(w_value)[1], w.items(w_index)[1]) == (1, 4)
    w_association = w.association(17)
    w_association.set_meta(w_association.get_meta() | IMMUTABLE)
    assert w.run(w.method(asm().push_int(0).pop_variable(0).push_int(1).return_top(), [w_association]), thing) == 1
    assert w.items(w_association)[1] == 17
    assert (w.items(w_value)[1], w.items(w_index)[1]) == (0, 2)
