"""Tokens to literals, and what parsing needs for all: the current token, errors."""
from images.builder.literals import ArrayLiteral, BytesLiteral, Constant, Integer, Symbol
from images.builder.nodes import LiteralNode
from images.builder.scanner import BINARY, END, HASH, KEYWORD, LITERAL, NAME, Scanner, is_digit, negated

CONSTANTS = ('nil', 'true', 'false')
MAX_DEPTH = 100         # of nested expressions


class LiteralParser(object):
    def __init__(self, source, where):
        self.source = source
        self.scanner = Scanner(source, where)
        self.token = None
        self.previous_stop = 0
        self.depth = 0
        self.advance()

    def advance(self):
        """Go on to the next token; answers the one before."""
        token = self.token
        if token is not None:
            self.previous_stop = token.stop
        self.token = self.scanner.next()
        return token

    def error(self, message, offset=-1):
        self.scanner.error(self.token.start if offset < 0 else offset, message)

    def split(self):
        """Go on behind the current token's first character: < and > need no blanks around them."""
        self.scanner.pos = self.token.start + 1
        self.advance()

    def match(self, text):
        """Skip that special character, if it is next."""
        if self.token.is_special(text):
            self.advance()
            return True
        return False

    def expect(self, text, what):
        if not self.match(text):
            self.expected(what)

    def expected(self, what):
        if self.token.kind == END:
            self.error('%s expected, not the end' % what)
        self.error('%s expected' % what)

    # ---- literals

    def literal_node(self):
        """A LiteralNode, if a literal is next; otherwise None."""
        token = self.token
        if token.kind == LITERAL:
            self.advance()
            return LiteralNode(token.start, token.literal)
        if token.is_binary(u'-') and is_digit(self.source[token.stop:token.stop + 1]):
            self.advance()
            return LiteralNode(token.start, negated(self.advance().literal))
        if token.kind == HASH:
            return LiteralNode(token.start, self.after_hash())
        return None

    def after_hash(self):
        """A symbol, array or byte array; the current token is its #."""
        text = self.scanner_symbol()
        if text is not None:
            return Symbol(text)
        start = self.advance().start
        if self.match(u'('):
            return self.array_items(start)
        if self.match(u'['):
            return self.byte_items(start)
        self.error('a symbol, ( or [ is expected after #', start)

    def scanner_symbol(self):
        """The text of a symbol right behind the current token, #, and go on behind it; None if there is no symbol."""
        scanner = self.scanner
        scanner.pos = self.token.stop
        text = scanner.symbol_text()
        if text is not None:
            self.token.stop = scanner.pos
            self.advance()
        return text

    def array_items(self, start):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.error('the literal is nested too deeply')
        items = []
        while not self.match(u')'):
            items.append(self.array_item(start))
        self.depth -= 1
        return ArrayLiteral(items)

    def array_item(self, start):
        token = self.token
        if token.kind == END:
            self.error('the literal array has no closing )', start)
        if token.kind == NAME:
            self.advance()
            if token.text in CONSTANTS:
                return Constant(token.text)
            return Symbol(token.text)
        if token.kind == KEYWORD:
            text = self.advance().text
            while self.token.kind == KEYWORD and self.token.start == self.previous_stop:
                text += self.advance().text
            return Symbol(text)
        if self.match(u'('):
            return self.array_items(token.start)
        if self.match(u'['):
            return self.byte_items(token.start)
        node = self.literal_node()
        if node is not None:
            return node.literal
        if token.kind == BINARY:
            return Symbol(self.advance().text)
        self.error('no literal')

    def byte_items(self, start):
        bytes = []
        while not self.match(u']'):
            literal = self.token.literal
            if not isinstance(literal, Integer) or literal.value < 0 or literal.value > 255:
                if self.token.kind == END:
                    self.error('the byte array has no closing ]', start)
                self.error('an integer from 0 to 255 is expected')
            bytes.append(self.advance().literal.value)
        return BytesLiteral(bytes)
