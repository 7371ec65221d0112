"""From the source of a method to its literals and bytecodes: the compiler's face to the rest of the builder.

    scope = ClassScope('Point', False, ['x', 'y'], bindings, global_names)
    record = compile_method(u'x\n\t^x', scope, Options('spur64', 'sista'), Where('Point.class.st', 12))

The result does not depend on anything but the arguments.  The image's own compiler (images/kernel/Compiler) follows
the same rules, so that it makes the same bytes.
"""
from images.builder import encode_sista, encode_v3
from images.builder.analyzer import Analyzer
from images.builder.codegen import CodeGenerator
from images.builder.errors import CompileError, Where
from images.builder.parser import Parser
from images.builder.record import MethodRecord
from images.builder.scope import ClassScope

__all__ = ['ClassScope', 'CompileError', 'MethodRecord', 'Options', 'Where', 'compile_method', 'compile_expression']

FORMATS = {'spur64': 61, 'spur32': 31, 'v3': 31, 'v3-be': 31, 'v3-64': 61}     # bits of a SmallInteger


class Options(object):
    """What the code is for.

    format: 'spur64', 'spur32', 'v3', 'v3-be' or 'v3-64'.
    bytecodes: 'sista', or 'v3' (with closures), the only set for the V3 formats.
    """

    def __init__(self, format='spur64', bytecodes='sista'):
        if format not in FORMATS or bytecodes not in ('sista', 'v3') or (bytecodes == 'sista' and format.startswith('v3')):
            raise ValueError('no such format: %s with bytecodes %s' % (format, bytecodes))
        self.format = format
        self.bytecodes = bytecodes
        self.is_spur = format.startswith('spur')
        self.is_sista = bytecodes == 'sista'
        self.int_bits = FORMATS[format]

    def new_encoder(self, is_block):
        if self.is_sista:
            return encode_sista.Encoder(self, is_block)
        return encode_v3.Encoder(self, is_block)


def compile_method(source, scope, options, where):
    """Compile a method.

    source: its text, from the pattern on.  scope: a ClassScope.  options: Options.  where: a Where, the place of the text's
    first character in its file.  Answers a MethodRecord; raises CompileError.
    """
    return _generate(Parser(source, where).parse_method(), source, scope, options, where)


def compile_expression(source, scope, options, where):
    """Compile statements, perhaps after declarations of temporaries, as a method DoIt that answers the last one's value."""
    return _generate(Parser(source, where).parse_expression(), source, scope, options, where)


def _generate(method, source, scope, options, where):
    try:
        Analyzer(source, scope, where).analyze(method)
        return CodeGenerator(source, options, where).generate(method)
    except RuntimeError:    # of Python's stack: hundreds of messages in one expression
        raise CompileError(where.path, where.line, where.column, 'the method is nested too deeply')
