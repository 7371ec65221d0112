"""Places in sources, and what goes wrong there."""


class Where(object):
    """Where a text begins: path of the file, line and column there, both from 1."""

    def __init__(self, path, line=1, column=1):
        self.path = path
        self.line = line
        self.column = column

    def position(self, text, offset):
        """Line and column, in the file, of the character at an offset of the text."""
        line = text.count('\n', 0, offset)
        if line == 0:
            return self.line, self.column + offset
        return self.line + line, offset - text.rfind('\n', 0, offset)


class CompileError(Exception):
    """An error in a source: path, line and column (from 1) and a message of one line.  str() is `path:line:column:
    message`, on Python 2 in UTF-8."""

    def __init__(self, path, line, column, message):
        text = '%s:%d:%d: %s' % (path, line, column, message)
        Exception.__init__(self, text if isinstance(text, str) else text.encode('utf-8'))
        self.path = path
        self.line = line
        self.column = column
        self.message = message
