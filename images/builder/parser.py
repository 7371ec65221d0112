"""Tokens to a syntax tree."""
from images.builder.literal_parser import CONSTANTS, MAX_DEPTH, LiteralParser
from images.builder.literals import ArrayLiteral, Constant, Integer, Pragma, String, Symbol
from images.builder.nodes import (AssignmentNode, BlockNode, BraceNode, CascadeNode, MessageNode, MethodNode, ReturnNode,
                                  VariableNode)
from images.builder.scanner import ASSIGN, BINARY, END, KEYWORD, NAME

NAMED_PRIMITIVE = 117


class Parser(LiteralParser):
    """For one text: parse_method or parse_expression is to be called once."""

    # ---- methods

    def parse_method(self):
        """The MethodNode of the whole text: pattern, temporaries, pragmas, statements."""
        method = self.pattern()
        self.declarations(method)
        method.statements = self.statements()
        if self.token.kind != END:
            self.expected('the end of the method')
        return method

    def parse_expression(self):
        """The same of temporaries and statements; the last one's value is returned."""
        method = MethodNode(0, u'DoIt', [])
        self.declarations(method)
        method.statements = self.statements()
        if self.token.kind != END:
            self.expected('the end')
        if not method.statements:
            method.statements = [ReturnNode(0, VariableNode(0, u'nil'))]
        elif not isinstance(method.statements[-1], ReturnNode):
            last = method.statements.pop()
            method.statements.append(ReturnNode(last.start, last))
        return method

    def pattern(self):
        start = self.token.start
        if self.token.kind == NAME:
            return MethodNode(start, self.advance().text, [])
        if self.token.kind == BINARY:
            selector = self.advance().text
            return MethodNode(start, selector, [self.declared_name('the name of the argument')])
        if self.token.kind != KEYWORD:
            self.expected('a selector')
        parts = []
        arguments = []
        while self.token.kind == KEYWORD:
            parts.append(self.advance().text)
            arguments.append(self.declared_name('the name of the argument'))
        if len(arguments) > 15:
            self.error('a method has 15 arguments at most', start)
        return MethodNode(start, u''.join(parts), arguments)

    def declared_name(self, what):
        if self.token.kind != NAME:
            self.expected(what)
        token = self.advance()
        return VariableNode(token.start, token.text)

    def declarations(self, method):
        """Temporaries and pragmas before the statements."""
        while True:
            if self.token.kind == BINARY and self.token.text[0] == u'<':
                self.pragma(method)
            elif self.token.is_binary(u'|') or self.token.is_binary(u'||'):
                method.temporaries += self.temporaries()
            else:
                return

    def temporaries(self):
        """| a b |, as VariableNodes; nothing where there are none."""
        result = []
        if self.token.is_binary(u'||'):
            self.advance()
        elif self.token.is_binary(u'|'):
            self.advance()
            while self.token.kind == NAME:
                result.append(self.declared_name('a name'))
            if not self.token.is_binary(u'|'):
                self.expected('a name or |')
            self.advance()
        return result

    # ---- pragmas

    def pragma(self, method):
        start = self.token.start
        self.split()
        names = []
        arguments = []
        if self.token.kind == NAME:
            names.append(self.advance().text)
        elif self.token.kind == BINARY and self.token.text[0] != u'>':
            names.append(self.advance().text)
            arguments.append(self.pragma_argument())
        else:
            while self.token.kind == KEYWORD:
                names.append(self.advance().text)
                if names[-1] == u'error:' and names[0] == u'primitive:':
                    method.error_name = self.declared_name('the name of the error code')
                else:
                    arguments.append(self.pragma_argument())
        if not names:
            self.expected('a selector')
        if self.token.kind != BINARY or self.token.text[0] != u'>':
            self.expected('>')
        self.split()
        if names[0] == u'primitive:':
            self.primitive(method, start, names, arguments)
        else:
            method.pragmas.append(Pragma(Symbol(u''.join(names)), arguments))

    def pragma_argument(self):
        node = self.literal_node()
        if node is None:
            if self.token.kind == NAME and self.token.text in CONSTANTS:
                return Constant(self.advance().text)
            self.expected('a literal')
        return node.literal

    def primitive(self, method, start, names, arguments):
        if names[-1] == u'error:':
            names = names[:-1]
        if method.primitive:
            self.error('the method has a primitive already', start)
        what = arguments[0]
        if names == [u'primitive:'] and isinstance(what, Integer):
            if what.value < 1 or what.value > 1023:
                self.error('primitives have numbers from 1 to 1023', start)
            method.primitive = what.value
        elif names in ([u'primitive:'], [u'primitive:', u'module:']) and is_text(what) and is_text(arguments[-1]):
            module = Constant(u'nil') if len(names) == 1 else Symbol(arguments[1].text)
            method.primitive = NAMED_PRIMITIVE
            method.primitive_literal = ArrayLiteral([module, Symbol(what.text), Integer(0), Integer(0)])
        else:
            self.error("a primitive is <primitive: 1> or <primitive: 'name' module: 'name'>, perhaps with error: name",
                       start)

    # ---- statements

    def statements(self):
        """Statements up to the end or what closes them, as a list."""
        result = []
        while True:
            while self.match(u'.'):
                pass
            if self.token.kind == END or self.token.is_special(u']') or self.token.is_special(u'}'):
                return result
            result.append(self.statement())
            if not self.token.is_special(u'.'):
                return result
            if isinstance(result[-1], ReturnNode):
                while self.match(u'.'):
                    pass
                if self.token.kind != END and not self.token.is_special(u']'):
                    self.error('nothing may follow a return')

    def statement(self):
        start = self.token.start
        if self.match(u'^'):
            return ReturnNode(start, self.expression())
        return self.expression()

    def expression(self):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.error('the expression is nested too deeply')
        start = self.token.start
        if self.token.kind == NAME:
            token = self.advance()
            node = VariableNode(start, token.text)
            if self.token.kind == ASSIGN:
                self.advance()
                node = AssignmentNode(start, node, self.expression())
                self.depth -= 1
                return node
        else:
            node = self.primary()
        node = self.cascade(node)
        self.depth -= 1
        return node

    def primary(self):
        token = self.token
        if token.kind == NAME:
            self.advance()
            return VariableNode(token.start, token.text)
        if token.is_special(u'('):
            self.advance()
            node = self.expression()
            self.expect(u')', ')')
            return node
        if token.is_special(u'['):
            return self.block()
        if token.is_special(u'{'):
            return self.brace()
        node = self.literal_node()
        if node is None:
            self.expected('an expression')
        return node

    def cascade(self, receiver):
        """What is sent to a primary, cascades included."""
        start = self.token.start
        node = self.keyword_message(receiver)
        if not self.token.is_special(u';'):
            return node
        if not isinstance(node, MessageNode) or node is receiver:
            self.error('a message is expected before ;')
        messages = [node]
        receiver = node.receiver
        node.receiver = None
        while self.match(u';'):
            message = self.message_part()
            if message is None:
                self.expected('a message')
            messages.append(message)
        return CascadeNode(start, receiver, messages)

    def message_part(self):
        """One message of a cascade, None if there is none."""
        if self.token.kind == NAME:
            token = self.advance()
            return MessageNode(token.start, None, token.text, [])
        if self.token.kind == BINARY:
            token = self.advance()
            return MessageNode(token.start, None, token.text, [self.unary_messages(self.primary())])
        if self.token.kind == KEYWORD:
            return self.keywords(None)
        return None

    def unary_messages(self, node):
        while self.token.kind == NAME:
            token = self.advance()
            node = MessageNode(token.start, node, token.text, [])
        return node

    def binary_messages(self, node):
        node = self.unary_messages(node)
        while self.token.kind == BINARY:
            token = self.advance()
            node = MessageNode(token.start, node, token.text, [self.unary_messages(self.primary())])
        return node

    def keyword_message(self, node):
        node = self.binary_messages(node)
        if self.token.kind == KEYWORD:
            node = self.keywords(node)
        return node

    def keywords(self, receiver):
        start = self.token.start
        parts = []
        arguments = []
        while self.token.kind == KEYWORD:
            parts.append(self.advance().text)
            self.depth += 1
            if self.depth > MAX_DEPTH:
                self.error('the expression is nested too deeply')
            arguments.append(self.binary_messages(self.primary()))
            self.depth -= 1
        if len(arguments) > 15:
            self.error('a message has 15 arguments at most', start)
        return MessageNode(start, receiver, u''.join(parts), arguments)

    def block(self):
        start = self.advance().start
        arguments = []
        while self.match(u':'):
            arguments.append(self.declared_name('the name of the argument'))
        temporaries = []
        if arguments:
            if self.token.is_binary(u'||'):     # the end of the arguments, and what begins the temporaries
                self.split()
            elif self.token.is_binary(u'|'):
                self.advance()
            elif not self.token.is_special(u']'):
                self.expected('|')
        while self.token.is_binary(u'|') or self.token.is_binary(u'||'):
            temporaries += self.temporaries()
        statements = self.statements()
        self.expect(u']', 'a period or ]')
        if len(arguments) > 15:
            self.error('a block has 15 arguments at most', start)
        return BlockNode(start, arguments, temporaries, statements)

    def brace(self):
        start = self.advance().start
        elements = []
        while not self.token.is_special(u'}'):
            elements.append(self.expression())
            if not self.match(u'.'):
                break
        self.expect(u'}', 'a period or }')
        node = BraceNode(start, elements)
        node.array = VariableNode(start, u'Array')
        return node


def is_text(literal):
    return isinstance(literal, (String, Symbol))
