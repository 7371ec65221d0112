# coding: utf-8
"""Literals: what the scanner and parser make of them, and which share a place in the frame."""
from fractions import Fraction as Exact

import pytest

from compiled import CODES, Options, compiled
from images.builder import literals
from images.builder.literals import (ArrayLiteral, Binding, Block, BytesLiteral, Char, Constant, Float, Integer, MethodClass,
                                     Outer, Scaled, State, String, Symbol)

V3 = Options('v3', 'v3')


def value(literal):
    """A literal as Python values that can be compared."""
    if isinstance(literal, ArrayLiteral):
        return [value(each) for each in literal.items]
    if isinstance(literal, BytesLiteral):
        return ('bytes', literal.bytes)
    if isinstance(literal, String):
        return ('string', literal.text)
    if isinstance(literal, literals.Fraction):
        return Exact(literal.numerator, literal.denominator)
    return literal.key()


def literal_of(source):
    """The value of what a method answers; V3, since Sista has instructions for Characters and small integers."""
    return value(compiled('m ^%s' % source, V3).literals[0])


NUMBERS = [
    ('100', 100), ('16rFF', 255), ('-16rFF', -255), ('16r-FF', -255), ('2r1010', 10), ('36rZZ', 1295), ('1e10', 10 ** 10),
    ('5e2', 500), ('16r1F', 31), ('16rff', 255), ('36rSqueak', 1738141148), ('16r1e3', 0x1E3),
    ('2r11e4', 48), ('1_000_000', 1000000),
    ('123456789012345678901234567890', 123456789012345678901234567890), ('-5', -5), ('1000e-2', 10),
]


@pytest.mark.parametrize('source,expected', NUMBERS)
def test_integers(source, expected):
    assert literal_of(source) == ('integer', expected)


@pytest.mark.parametrize('source', ['1.5', '0.1', '1.0e10', '1.5e-5', '1.0e100', '123.456', '4.9e-324',
                                    '1.7976931348623157e308'])
def test_floats(source):
    assert literal_of(source) == Float(float(source)).key()
    assert literal_of('-' + source) == Float(-float(source)).key()


@pytest.mark.parametrize('source,expected', [('2r1.1', 1.5), ('16rA.C', 10.75), ('-2r1.01e3', -10.0), ('16r-1.8', -1.5),
                                             ('2r0.1e-1073', 5e-324), ('10r0.1', 0.1), ('2r-0.0', -0.0)])
def test_floats_with_a_radix(source, expected):
    assert literal_of(source) == Float(expected).key()


def test_a_capital_letter_behind_a_period_may_begin_a_statement():
    record = compiled('m | a | ^{16rF1000. 16rF2000.Array. 16rF3000.a}', V3)
    assert [value(record.literals[index]) for index in (0, 1, 3)] == [('integer', each) for each in (0xF1000, 0xF2000, 0xF3000)]


def test_other_numbers():
    assert literal_of('2.5d3') == literal_of('2.5q3') == Float(2500.0).key()
    assert literal_of('-0.0') == Float(-0.0).key() != literal_of('0.0')
    assert literal_of('1e-3') == Exact(1, 1000) and literal_of('-6e-1') == Exact(-3, 5)
    assert literal_of('3.14s2') == Scaled(157, 50, 2).key()
    assert literal_of('3.140s') == Scaled(157, 50, 3).key()
    assert literal_of('-1.5s4') == Scaled(-3, 2, 4).key()
    assert literal_of('3s') == Scaled(3, 1, 0).key() and literal_of('3s2') == Scaled(3, 1, 2).key()


def test_what_is_no_number():
    """A period, an e or an s that something else follows is not part of the number."""
    record = compiled('m 100. ^100 e', V3)
    assert [each.key() for each in record.literals[:2]] == [('integer', 100), ('symbol', 'e')]
    assert [each.key() for each in compiled('m ^100sin', V3).literals[:2]] == [('integer', 100), ('symbol', 'sin')]
    assert compiled('m ^100factorial', V3).literals[1].text == 'factorial'
    assert compiled('m ^f0-100', V3).literals[0].value == 100
    assert compiled('m ^f0 - -100', V3).literals[0].value == -100
    assert compiled('m ^f0--100', V3).literals[0].value == -100
    assert compiled('m ^f0 -100', V3).literals[0].value == 100
    assert compiled('m ^f0 --> 100', V3).literals[1].text == '-->'


def test_texts():
    assert literal_of("'it''s'") == ('string', "it's")
    assert literal_of("''") == ('string', '')
    assert literal_of(u"'\u20ac\u00e9'") == ('string', u'\u20ac\u00e9')
    assert literal_of('$a') == ('char', 97) and literal_of("$'") == ('char', 39) and literal_of('$ ') == ('char', 32)
    assert literal_of(u'$\U0001F600') == ('char', 0x1F600)


@pytest.mark.parametrize('source,text', [('#foo', 'foo'), ('#foo:', 'foo:'), ('#foo:bar:', 'foo:bar:'), ('#+', '+'),
                                         ('#->', '->'),
                                         ("#'hello world'", 'hello world'), ("#'it''s'", "it's"), ('#foo_bar2', 'foo_bar2'),
                                         ('#|', '|'), ('#nil', 'nil')])
def test_symbols(source, text):
    assert literal_of(source) == ('symbol', text)


def test_arrays():
    constants = [Constant(name).key() for name in ('nil', 'true', 'false')]
    assert literal_of('#(nil true false)') == constants
    assert literal_of("#(foo #bar foo:bar: at: put: + #+ - -3 3 'x' $x #(1) (2) #[3] [4] () | )") == [
        Symbol('foo').key(), Symbol('bar').key(), Symbol('foo:bar:').key(), Symbol('at:').key(), Symbol('put:').key(),
        Symbol('+').key(), Symbol('+').key(), Symbol('-').key(), Integer(-3).key(), Integer(3).key(), ('string', 'x'),
        Char(120).key(), [Integer(1).key()], [Integer(2).key()], ('bytes', [3]), ('bytes', [4]), [], Symbol('|').key()]
    assert literal_of('#[1 2 16rFF]') == ('bytes', [1, 2, 255])
    assert literal_of('#()') == []
    assert literal_of('#("comment" 1 "2" )') == [Integer(1).key()]


@pytest.mark.parametrize('code', CODES, ids='-'.join)
def test_sharing(code):
    """Equal symbols, numbers of one class, Characters and variables share a place; strings and arrays do not."""
    options = Options(*code)
    record = compiled("m ^{#foo. #foo. 100000. 100000. 1.5. 1.5. 'a'. 'a'. #(1). #(1). Foo. Foo. self foo. 100000.0. -0.0. "
                      "0.0}",
                      options)
    assert [value(each) for each in record.literals[:-2]] == [
        ('symbol', 'foo'), ('integer', 100000), Float(1.5).key(), ('string', 'a'), ('string', 'a'), [('integer', 1)],
        [('integer', 1)], Binding('global', None, 'Foo').key(), Float(100000.0).key(), Float(-0.0).key(), Float(0.0).key()]
    assert record.literals[-2].key() == ('symbol', 'm') and isinstance(record.literals[-1], MethodClass)


def test_a_literal_pushed_twice():
    """The receiver of timesRepeat: is the loop's limit and its value."""
    assert len(compiled("m ^#(1) timesRepeat: ['a' zork]", V3).literals) == 2 + 3


def test_blocks_have_frames_of_their_own_with_sista():
    record = compiled("m ^[self foo: 'x'. [self bar]]")
    block = record.literals[0]
    assert isinstance(block, Block) and block.record.is_block and len(record.literals) == 3
    inner = block.record.literals
    assert [value(each) for each in inner[:1]] == [('string', 'x')] and inner[1].text == 'foo:'
    assert isinstance(inner[2], Block) and isinstance(inner[3], Outer)
    assert [each.text for each in inner[2].record.literals[:-1]] == ['bar']
    record = compiled("m ^[self foo: 'x'. [self bar]]", V3)
    assert len(record.literals) == 5 and not [each for each in record.literals if isinstance(each, Block)]


def test_pragmas():
    record = compiled("m: a <foo> <bar: 3 baz: #(x)> <+ 1><true: nil> ^a")
    state = record.literals[-2]
    assert isinstance(state, State) and state.selector.text == 'm:' and state.pragmas == record.pragmas
    assert [(each.selector.text, [value(arg) for arg in each.arguments]) for each in state.pragmas] == [
        ('foo', []), ('bar:baz:', [Integer(3).key(), [Symbol('x').key()]]), ('+', [Integer(1).key()]),
        ('true:', [Constant('nil').key()])]
    # before or after the temporaries
    for source in ('m | a | <foo> ^a', 'm <foo> | a | ^a'):
        assert len(compiled(source).pragmas) == 1
    # a primitive is none
    assert compiled('m <primitive: 1> ^3').pragmas == []


def test_named_primitives():
    for source, expected in [("<primitive: 'primX' module: 'Mod'>", [('symbol', 'Mod'), ('symbol', 'primX')]),
                             ("<primitive: 'primX'>", [('constant', 'nil'), ('symbol', 'primX')]),
                             ("<primitive: #primX module: #Mod error: ec>", [('symbol', 'Mod'), ('symbol', 'primX')])]:
        for options in (Options(), V3):
            record = compiled('m %s ^#foo' % source, options)
            assert record.primitive == 117
            assert value(record.literals[0]) == expected + [('integer', 0), ('integer', 0)]


def test_expressions():
    record = compiled('| a | a := 3. a + 1', expression=True)
    assert record.selector == 'DoIt' and record.num_temps == 1 and record.bytecodes[-1] == 92
    assert compiled('', expression=True).bytecodes[-1] == compiled('m ^nil').bytecodes[-1]
    assert compiled('^4', expression=True).bytecodes == compiled('4', expression=True).bytecodes


def test_syntax_with_little_blank():
    for source in ('m^[:a||t|t:=a]', 'm ^[ :a | | t | t := a ]', 'm ^[:a||t|t:=a.]', 'm ^[:a |"x"|t"y"| t:=a..]'):
        assert compiled(source, V3).bytecodes == compiled('m ^[:a | | t | t := a]', V3).bytecodes
    assert compiled('m ||^3').bytecodes == compiled('m | | ^3').bytecodes == compiled('m ^3').bytecodes
    assert compiled('m .. f0:=3.. ^f0 .').bytecodes == compiled('m f0 := 3. ^f0').bytecodes
    assert compiled('m ^[:x |] value').literals[0].record.num_args == 1
    assert compiled('m ^f0|f1', V3).literals[0].text == '|'
