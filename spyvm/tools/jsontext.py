"""Writing JSON.  Byte strings are taken as Latin-1."""

HEX = '0123456789abcdef'


def quoted(text):
    parts = ['"']
    for char in text:
        code = ord(char)
        if char == '"' or char == '\\':
            parts.append('\\' + char)
        elif code < 32 or code > 126:
            parts.append('\\u00' + HEX[(code >> 4) & 15] + HEX[code & 15])
        else:
            parts.append(char)
    parts.append('"')
    return ''.join(parts)


class JsonWriter(object):
    """Call `begin`, members in turn, `end`; `text` is the whole.  A key of '' makes an array's element."""

    def __init__(self):
        self.parts = []
        self.depth = 0
        self.first = True

    def text(self):
        return ''.join(self.parts) + '\n'

    def key(self, key):
        if not self.first:
            self.parts.append(',')
        self.first = False
        if self.depth > 0:
            self.parts.append('\n' + '  ' * self.depth)
        if key != '':
            self.parts.append(quoted(key) + ': ')

    def begin(self, key, bracket):
        self.key(key)
        self.parts.append(bracket)
        self.depth += 1
        self.first = True

    def end(self, bracket):
        self.depth -= 1
        if not self.first:
            self.parts.append('\n' + '  ' * self.depth)
        self.parts.append(bracket)
        self.first = False

    def string(self, key, value):
        self.key(key)
        self.parts.append(quoted(value))

    def number(self, key, value):
        self.key(key)
        self.parts.append('%d' % value)

    def boolean(self, key, value):
        self.key(key)
        self.parts.append('true' if value else 'false')
