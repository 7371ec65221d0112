"""What goes wrong while an image is built."""

MAX_SHOWN = 50


class BuildError(Exception):
    """`args[0]` is a line for people, or several: where (file:line, as far as known), what, what was expected."""


class Problems(object):
    """Errors in single files and methods, collected so that all are told at once.

    lenient: the image is built all the same, without the files and methods concerned; names of globals that are missing then
    stand for nil.  That is for trying parts of a kernel on which others work.
    """

    def __init__(self, lenient=False):
        self.lenient = lenient
        self.lines = []

    def add(self, line):
        if line not in self.lines:
            self.lines.append(line)

    def check(self):
        """BuildError if there are problems that count."""
        if self.lines and not self.lenient:
            raise BuildError(self.text())

    def text(self):
        shown = self.lines[:MAX_SHOWN]
        if len(self.lines) > MAX_SHOWN:
            shown.append('and %d more errors' % (len(self.lines) - MAX_SHOWN))
        return '\n'.join(shown)
