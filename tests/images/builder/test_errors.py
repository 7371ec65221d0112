"""Errors in sources are told with file, line and column."""
import sys

import pytest

from compiled import CODES, Options, compiled
from images.builder.compiler import CompileError

# source (its first character is at line 10, column 1), line, column, message
ERRORS = [
    ('', 10, 1, 'a selector expected, not the end'),
    ('3', 10, 1, 'a selector expected'),
    ('m ^zork', 10, 4, 'zork is not declared'),
    ('m\n\t^zork', 11, 3, 'zork is not declared'),
    ('m\n\tzork := 3', 11, 2, 'zork is not declared'),
    ('m: a\n\n a := 3', 12, 2, 'a cannot be assigned to'),
    ('m [:a | a := 3]', 10, 9, 'a cannot be assigned to'),
    ('m 1 to: 2 do: [:a | a := 3]', 10, 21, 'a cannot be assigned to'),
    ('m self := 3', 10, 3, 'self cannot be assigned to'),
    ('m true := 3', 10, 3, 'true cannot be assigned to'),
    ('m | a a | ^a', 10, 7, 'a is declared already'),
    ('m: a | a | ^a', 10, 8, 'a is declared already'),
    ('m | self |', 10, 5, 'self cannot be declared'),
    ('m ^super', 10, 4, 'super is for sending messages to'),
    ('m ^self foo: super', 10, 14, 'super is for sending messages to'),
    ('m ^(3', 10, 6, ') expected, not the end'),
    ('m ^3)', 10, 5, 'the end of the method expected'),
    ('m ^[3', 10, 6, 'a period or ] expected, not the end'),
    ('m ^{3', 10, 6, 'a period or } expected, not the end'),
    ('m ^[:a 3]', 10, 8, '| expected'),
    ('m ^[: 3]', 10, 7, 'the name of the argument expected'),
    ('m ^3. 4', 10, 7, 'nothing may follow a return'),
    ('m ^', 10, 4, 'an expression expected, not the end'),
    ('m ^3 + ', 10, 8, 'an expression expected, not the end'),
    ('m ^3 foo: ]', 10, 11, 'an expression expected'),
    ('m ^self; foo', 10, 8, 'a message is expected before ;'),
    ('m ^(self foo); foo', 10, 14, 'a message is expected before ;'),
    ('m ^self foo; ', 10, 14, 'a message expected, not the end'),
    ("m ^'abc", 10, 4, 'unmatched string quote'),
    ('m "abc', 10, 3, 'unmatched comment quote'),
    ('m ^$', 10, 4, 'a character is expected after $'),
    ('m ^3 `foo', 10, 6, 'unknown character: `'),
    ('m ^3 \x01', 10, 6, 'unknown character: 16r1'),
    (u'm ^3 \u20ac', 10, 6, u'unknown character: \u20ac (16r20AC)'),
    ('m ^#(1 2', 10, 4, 'the literal array has no closing )'),
    ('m ^#(1 .)', 10, 8, 'no literal'),
    ('m ^#[1 256]', 10, 8, 'an integer from 0 to 255 is expected'),
    ('m ^#[1 2', 10, 4, 'the byte array has no closing ]'),
    ('m ^#)', 10, 4, 'a symbol, ( or [ is expected after #'),
    ('m ^37r1', 10, 4, 'a radix is 2 to 36'),
    ('m ^16rg', 10, 7, 'a digit of radix 16 is expected'),
    ('m ^2r3', 10, 6, 'a digit of radix 2 is expected'),
    ('m ^1.0e400', 10, 4, 'the number is too large for a Float'),
    ('m ^1e99999', 10, 5, 'the exponent is too large'),
    ('m | a ^3', 10, 7, 'a name or | expected'),
    ('m <foo: bar> ^3', 10, 9, 'a literal expected'),
    ('m <foo ^3', 10, 8, '> expected'),
    ('m <3> ^3', 10, 4, 'a selector expected'),
    ('m <primitive: 60> <primitive: 61>', 10, 19, 'the method has a primitive already'),
    ('m <primitive: 0>', 10, 3, 'primitives have numbers from 1 to 1023'),
    ('m <primitive: nil>', 10, 3,
     "a primitive is <primitive: 1> or <primitive: 'name' module: 'name'>, perhaps with error: name"),
    ('m ' + '(' * 150 + '3' + ')' * 150, 10, 103, 'the expression is nested too deeply'),
    ('m ^' + '#(' + '(' * 150, 10, 105, 'the literal is nested too deeply'),
    ('m ^' + '[' * 150, 10, 104, 'the expression is nested too deeply'),
    ('m ^3' + ' foo' * 3000, 10, 1, 'the method is nested too deeply'),
    ('m ^' + ' , '.join('3' * 3000), 10, 1, 'the method is nested too deeply'),
]


@pytest.fixture(autouse=True)
def usual_stack():
    """Python's own limit of recursion: other test modules need more for the interpreter."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.parametrize('source,line,column,message', ERRORS, ids=[source[:20] for source, _, _, _ in ERRORS])
def test_errors(source, line, column, message):
    with pytest.raises(CompileError) as e:
        compiled(source)
    error = e.value
    assert (error.path, error.line, error.column, error.message) == ('Thing.class.st', line, column, message)
    text = 'Thing.class.st:%d:%d: %s' % (line, column, message)
    assert str(error) == (text if isinstance(text, str) else text.encode('utf-8'))


@pytest.mark.parametrize('code', CODES, ids='-'.join)
def test_what_the_bytecodes_cannot_express(code):
    is_sista = code[1] == 'sista'
    temps = ' '.join('t%d' % i for i in range(64))
    many = ['m | %s |' % temps, 'm ^[| %s |]' % temps, 'm ^' + 'self ' + ', (self ' * 60 + ')' * 60,
            'm ' + ' '.join("f0 := '%d'." % i for i in range(8001 if is_sista else 256)),
            'm f0 ifTrue: [%s]' % ('f0 := f1. ' * (17000 if is_sista else 600))]
    if not is_sista:
        names = ['t%d' % i for i in range(16)]
        many.append('m | %s | %s ^[%s]' % (' '.join(names), ' '.join('%s := 3.' % n for n in names), '. '.join(names)))
    for source in many:
        with pytest.raises(CompileError) as e:
            compiled(source, Options(*code))
        assert e.value.message.startswith('too many ') and (e.value.line, e.value.column) == (10, 1)


def test_options():
    for format, bytecodes in [('v3', 'sista'), ('v4', 'v3'), ('spur64', 'blue')]:
        with pytest.raises(ValueError):
            Options(format, bytecodes)
