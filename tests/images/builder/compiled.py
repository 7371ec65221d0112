"""Runs methods that the builder's compiler made, on the untranslated interpreter.

CONFIGURATIONS are the kinds of image; Compiled(configuration) is a World (see tests/interpreter) with a compiler:
`answer(source, receiver, args)` compiles a method of class Thing and answers what it answers.
"""
import os
import sys

import fakeimage
sys.path.insert(0, os.path.join(os.path.dirname(fakeimage.__file__), 'interpreter'))
from images.builder import literals                                                                 # noqa: E402
from images.builder.compiler import ClassScope, Options, Where, compile_expression, compile_method  # noqa: E402
from spyvm.objects.method import W_CompiledMethod                                                   # noqa: E402
from world import World                                                                             # noqa: E402

CONFIGURATIONS = [('v3', 'v3'), ('spur32', 'v3'), ('spur32', 'sista'), ('spur64', 'v3'), ('spur64', 'sista')]
CODES = [('spur64', 'v3'), ('spur64', 'sista')]         # one of each set, for what does not depend on the object format

FIELDS = ['f%d' % i for i in range(200)]


def compiled(source, options=None, expression=False, bindings=None):
    """The MethodRecord of a method, or of statements, in a class with the FIELDS."""
    names = {'Array': literals.Binding('global', None, 'Array'), 'Foo': literals.Binding('global', None, 'Foo')}
    scope = ClassScope('Thing', False, FIELDS, bindings or {}, names)
    compiler = compile_expression if expression else compile_method
    return compiler(as_text(source), scope, options or Options(), Where('Thing.class.st', 10))


def as_text(source):
    return source if not isinstance(source, bytes) else source.decode('utf-8')


class Compiled(World):
    def __init__(self, configuration):
        format, bytecodes = configuration
        self.options = Options(format, bytecodes)
        World.__init__(self, 'v3closures' if format == 'v3' else format)
        self.bindings = {}
        for selector, number in [('value', 201), ('value:', 202), ('value:value:', 203), ('value:value:value:', 204)]:
            self.primitive('BlockClosure', selector, number)
            if self.memory.is_spur:
                self.primitive('FullBlockClosure', selector, 207)
        self.primitive('Behavior', 'new:', 71)
        self.primitive('Array', 'size', 62)

    def compiled(self, source):
        return compiled(source, self.options)

    def method_from(self, class_name, selector, source):
        """Compile a method and put it into a class."""
        return self.define(class_name, selector, self.make(self.compiled(source), None))

    def answer(self, source, receiver=None, args=()):
        """Compile a method and run it."""
        w_method = self.make(self.compiled(source), None)
        return self.run(w_method, self.thing() if receiver is None else receiver, args)

    def make(self, record, w_outer):
        """The CompiledMethod or CompiledBlock of a record."""
        memory = self.memory
        w_method = W_CompiledMethod(memory.view_CompiledMethod, record.header, [], [chr(b) for b in record.bytecodes])
        w_method.literals = [self.literal(each, w_method, w_outer) for each in record.literals]
        return w_method

    def literal(self, literal, w_method, w_outer):
        if isinstance(literal, (literals.Integer, literals.Float)):
            return self.wrap(literal.value)
        if isinstance(literal, literals.String):
            return self.wrap(str(literal.text))
        if isinstance(literal, literals.Symbol):
            return self.symbol(str(literal.text))
        if isinstance(literal, literals.ArrayLiteral):
            return self.wrap([self.literal(each, w_method, w_outer) for each in literal.items])
        if isinstance(literal, literals.Constant):
            return self.wrap({'nil': None, 'true': True, 'false': False}[literal.name])
        if isinstance(literal, literals.Char):
            return self.memory.character_object(literal.code)
        if isinstance(literal, literals.Binding):
            if literal.key() not in self.bindings:
                known = literal.kind == 'global' and literal.name == 'Array'
                self.bindings[literal.key()] = self.association(self.class_named('Array') if known else None)
            return self.bindings[literal.key()]
        if isinstance(literal, literals.Block):
            return self.make(literal.record, w_method)
        if isinstance(literal, literals.Outer):
            return w_outer
        if isinstance(literal, literals.MethodClass):
            return self.association(self.class_named('Thing'))
        return self.memory.w_nil
