"""Tonel files: a package of Smalltalk source, one class or extension a file.

    "comment of the class"
    Class { #name : #Point, #superclass : #Object, #instVars : [ 'x', 'y' ], #category : #'Graphics-Primitives' }

    { #category : #accessing }
    Point >> x [
    	^x
    ]

Definition: the Tonel format as Pharo writes it, version 1 and what it leaves out of version 2.
"""
import io
import os

from images.builder.errors import CompileError, Where

TYPES = ('normal', 'variable', 'bytes', 'words', 'longs', 'shorts', 'weak', 'ephemeron', 'immediate', 'compiledMethod')
KEYS = ('name', 'superclass', 'type', 'instVars', 'classVars', 'classInstVars', 'pools', 'category', 'package', 'tag')
END = u''


class Package(object):
    """`name`; `classes`, a list of ClassDefinition; `methods`, a list of MethodDefinition, extensions among them;
    both in the order of the sorted file names and then of the file."""

    def __init__(self, name):
        self.name = name
        self.classes = []
        self.methods = []


class ClassDefinition(object):
    """What a class file's head says.  superclass is None for a root; inst_vars, class_vars, class_inst_vars and pools
    are lists of names; type is one of TYPES; comment a text, u'' if there is none; where a Where."""

    def __init__(self, name, superclass, type, inst_vars, class_vars, class_inst_vars, pools, category, comment, where):
        self.name = name
        self.superclass = superclass
        self.type = type
        self.inst_vars = inst_vars
        self.class_vars = class_vars
        self.class_inst_vars = class_inst_vars
        self.pools = pools
        self.category = category
        self.comment = comment
        self.where = where
        self.path = where.path
        self.line = where.line
        self.place = '%s:%d:%d' % (where.path, where.line, where.column)


class MethodDefinition(object):
    """A method's text: selector pattern, line end, body.  class_name is that of the class itself where meta (class
    side) is true; extension says whether it stands in an extension file; where is the place of the pattern in the
    file."""

    def __init__(self, class_name, meta, category, source, where, extension):
        self.class_name = class_name
        self.meta = meta
        self.category = category
        self.source = source
        self.where = where
        self.path = where.path
        self.line = where.line
        self.place = '%s:%d:%d' % (where.path, where.line, where.column)
        self.extension = extension


def read_package(path):
    """The Package in a folder: its name is that of the folder.  Raises CompileError."""
    package = Package(os.path.basename(os.path.normpath(path)))
    for name in sorted(os.listdir(path)):
        if name.endswith('.class.st') or name.endswith('.extension.st'):
            read_file(package, os.path.join(path, name))
    return package


def read_file(package, path):
    """Add a file's class and methods to a package."""
    with io.open(path, encoding='utf-8', newline=None) as f:
        try:
            text = f.read()
        except UnicodeDecodeError:
            raise CompileError(path, 1, 1, 'the file is not UTF-8')
    TonelReader(text, path).read_into(package)


class TonelReader(object):
    def __init__(self, text, path):
        self.text = text
        self.where = Where(path)
        self.pos = 0

    def error(self, message, pos=-1):
        line, column = self.where.position(self.text, self.pos if pos < 0 else pos)
        raise CompileError(self.where.path, line, column, message)

    def here(self):
        line, column = self.where.position(self.text, self.pos)
        return Where(self.where.path, line, column)

    def read_into(self, package):
        self.skip_blanks()
        comment = u''
        if self.peek() == u'"':
            comment = self.comment()
        self.skip_blanks()
        where = self.here()
        kind = self.identifier()
        if kind not in ('Class', 'Extension'):
            self.error('Class or Extension expected', self.pos - len(kind))
        head = self.map()
        name = head.get('name')
        if not isinstance(name, Name):
            self.error('#name : of the class is missing')
        name = name.text
        if kind == 'Class':
            package.classes.append(self.class_definition(package, name, head, comment, where))
        self.methods(package, name, kind == 'Extension')

    def class_definition(self, package, name, head, comment, where):
        for key in sorted(head):
            if key not in KEYS:
                self.error('%s : is no part of a class definition' % key)
        type = self.text_of(head, 'type', 'normal')
        if type not in TYPES:
            self.error('%s is no type of class' % type)
        superclass = self.text_of(head, 'superclass', '')
        if not superclass:
            self.error('#superclass : is missing')
        return ClassDefinition(name, None if superclass == 'nil' else superclass, type, self.names(head, 'instVars'),
                               self.names(head, 'classVars'), self.names(head, 'classInstVars'), self.names(head, 'pools'),
                               self.text_of(head, 'category', package.name), comment, where)

    def text_of(self, head, key, default):
        value = head.get(key)
        if value is None:
            return default
        if not isinstance(value, Name):
            self.error('a name is expected for %s' % key)
        return value.text

    def names(self, head, key):
        value = head.get(key, [])
        if not isinstance(value, list):
            self.error('a list is expected for %s' % key)
        result = []
        for item in value:
            if not isinstance(item, Name):
                self.error('names are expected for %s' % key)
            result.append(item.text)
        return result

    # ---- methods

    def methods(self, package, class_name, extension):
        while True:
            self.skip_blanks()
            if self.peek() == END:
                return
            category = u'as yet unclassified'
            if self.peek() == u'{':
                category = self.text_of(self.map(), 'category', category)
                self.skip_blanks()
            package.methods.append(self.method(class_name, category, extension))

    def method(self, class_name, category, extension):
        found = self.identifier()
        if found != class_name:
            self.error('the class is %s, not %s' % (class_name, found), self.pos - len(found))
        self.skip_blanks()
        meta = False
        if self.text.startswith(u'class', self.pos) and self.text[self.pos + 5:self.pos + 6].isspace():
            meta = True
            self.pos += 5
            self.skip_blanks()
        if not self.text.startswith(u'>>', self.pos):
            self.error('>> expected')
        self.pos += 2
        self.skip_blanks()
        where = self.here()
        pattern = self.pattern()
        start = self.pos
        self.skip_body()
        body = trimmed(self.text[start:self.pos - 1])
        if body[:1] not in (u'', u'\n'):
            body = u'\n\t' + body.lstrip(u' \t')
        return MethodDefinition(class_name, meta, category, pattern + body, where, extension)

    def pattern(self):
        """The text up to the bracket that opens the body, which is skipped."""
        end = self.text.find(u'[', self.pos)
        if end < 0:
            self.error('[ expected')
        pattern = self.text[self.pos:end].strip(u' \t')
        if not pattern or u'\n' in pattern:
            self.error('a method is: selector, [ on the same line, body, ]')
        self.pos = end + 1
        return pattern

    def skip_body(self):
        """Move behind the bracket that closes the body; those in strings, comments and characters do not count."""
        start = self.pos
        depth = 1
        while depth:
            c = self.next()
            if c == END:
                self.error('the method has no closing ]', start)
            elif c == u'[':
                depth += 1
            elif c == u']':
                depth -= 1
            elif c == u'$':
                self.next()
            elif c == u"'" or c == u'"':
                end = self.text.find(c, self.pos)
                if end < 0:
                    self.error('unmatched %s' % c, self.pos - 1)
                self.pos = end + 1

    # ---- STON, as far as Tonel uses it

    def peek(self):
        return self.text[self.pos:self.pos + 1]

    def next(self):
        c = self.peek()
        self.pos += 1
        return c

    def skip_blanks(self):
        while self.peek().isspace():
            self.pos += 1

    def expect(self, c):
        self.skip_blanks()
        if self.peek() != c:
            self.error('%s expected' % c)
        self.pos += 1

    def comment(self):
        """A comment's text; doubled quotes stand for one."""
        return self.quoted()

    def quoted(self):
        start = self.pos
        quote = self.next()
        parts = []
        while True:
            end = self.text.find(quote, self.pos)
            if end < 0:
                self.error('unmatched %s' % quote, start)
            parts.append(self.text[self.pos:end])
            self.pos = end + 1
            if self.peek() != quote:
                return u''.join(parts)
            parts.append(quote)
            self.pos += 1

    def identifier(self):
        start = self.pos
        while self.peek().isalnum() or self.peek() == u'_':
            self.pos += 1
        if start == self.pos:
            self.error('a name is expected')
        return self.text[start:self.pos]

    def map(self):
        """{ #key : value, ... } as a dictionary; a name's value is a Name, a list's a list."""
        self.expect(u'{')
        result = {}
        while True:
            self.skip_blanks()
            if self.peek() == u'}':
                self.pos += 1
                return result
            key = self.value()
            if not isinstance(key, Name):
                self.error('a name is expected')
            self.expect(u':')
            result[key.text] = self.value()
            self.skip_blanks()
            if self.peek() == u',':
                self.pos += 1
            elif self.peek() != u'}':
                self.error('} expected')

    def value(self):
        self.skip_blanks()
        c = self.peek()
        if c == u'#':
            self.pos += 1
            c = self.peek()
        if c == u"'":
            return Name(self.quoted())
        if c == u'[':
            return self.list()
        if c == u'{':
            return self.map()
        return Name(self.identifier())

    def list(self):
        self.expect(u'[')
        result = []
        while True:
            self.skip_blanks()
            if self.peek() == u']':
                self.pos += 1
                return result
            result.append(self.value())
            self.skip_blanks()
            if self.peek() == u',':
                self.pos += 1
            elif self.peek() != u']':
                self.error('] expected')


class Name(object):
    """A symbol, string or bare word in the head of a class."""

    def __init__(self, text):
        self.text = text


def trimmed(body):
    """A body without the white space at its end, but for the character literal of a blank."""
    result = body.rstrip()
    if result.endswith(u'$') and not result.endswith(u'$$'):
        return body[:len(result) + 1]
    return result
