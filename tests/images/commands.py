"""Runs the command line as a process of its own, translated ($SPY) or not, on the kernel image."""
import os
import re
import select
import subprocess
import sys

import pytest

try:
    from shlex import quote
except ImportError:     # Python 2.7
    from pipes import quote

from kernelimages import kernel_image

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BOTH = ['untranslated', pytest.param('native', marks=pytest.mark.native)]
# what importing rpython says outside of its own checkout
RPYTHON_WARNING = re.compile(r'^\[version:WARNING\].*\n', re.MULTILINE)
NATIVE = [pytest.param('native', marks=pytest.mark.native)]


def command(kind):
    if kind == 'untranslated':
        return [sys.executable, '-m', 'spyvm']
    executable = os.environ.get('SPY')
    if not executable:
        pytest.skip('SPY does not name the executable')
    return [os.path.abspath(executable)]


def environment(home, image='spur64'):
    environ = dict(os.environ)
    environ['SPY_IMAGE'] = kernel_image(image)
    environ['PYTHONPATH'] = os.pathsep.join([ROOT] + [path for path in [os.environ.get('PYTHONPATH')] if path])
    environ['HOME'] = str(home)
    environ.pop('SPY_HISTORY', None)
    return environ


def native(word):
    """An argument for a process: on Python 2, bytes."""
    return word if isinstance(word, str) else word.encode('utf-8')


class Spy(object):
    """The command line in a directory of its own, where it also has its home."""

    def __init__(self, kind, directory, image='spur64'):
        self.command = command(kind)
        self.directory = directory
        self.environ = environment(directory, image)

    def __call__(self, *arguments, **options):
        """(exit status, standard output, standard error); input=text: for its standard input."""
        process = subprocess.Popen(self.command + [native(each) for each in arguments], cwd=str(self.directory),
                                   env=self.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(options.get('input', '').encode('utf-8'))
        return process.returncode, out.decode('utf-8'), RPYTHON_WARNING.sub('', err.decode('utf-8'))

    def shell(self, line):
        """The same for a line in which `spy` is the command: for what only a shell can do with streams and arguments."""
        script = 'spy() { %s "$@"; }; %s' % (' '.join(quote(each) for each in self.command), line)
        process = subprocess.Popen(['sh', '-c', native(script)], cwd=str(self.directory), env=self.environ,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(b'')
        return process.returncode, out.decode('utf-8'), RPYTHON_WARNING.sub('', err.decode('utf-8'))

    def write(self, name, text):
        """Make a file in the directory, of bytes or of text in UTF-8; its name."""
        with open(os.path.join(str(self.directory), name), 'wb') as out:
            out.write(text if isinstance(text, bytes) else text.encode('utf-8'))
        return name

    def terminal(self, *arguments):
        return Terminal(self, self.command + list(arguments))


class Terminal(object):
    """A command, of spy or a shell, at a terminal where a person sits."""

    def __init__(self, spy, command):
        pty = pytest.importorskip('pty')
        master, slave = pty.openpty()
        environ = dict(spy.environ)
        environ['TERM'] = 'dumb'
        self.process = subprocess.Popen(command, cwd=str(spy.directory), env=environ, stdin=slave,
                                        stdout=slave, stderr=slave, preexec_fn=become_foreground, close_fds=True)
        os.close(slave)
        self.master = master
        self.seen = ''

    def type(self, text):
        os.write(self.master, text if isinstance(text, bytes) else text.encode('utf-8'))

    def is_raw(self):
        """Whether what is typed goes to an editor, and is not shown and collected by the terminal."""
        import termios
        both = termios.ECHO | termios.ICANON
        return termios.tcgetattr(self.master)[3] & both != both

    def wait_for(self, text):
        """Read until the text has been shown; answer all that has been since the last time."""
        data = self.seen
        while text not in data:
            ready, _, _ = select.select([self.master], [], [], 60)
            assert ready, 'waited for %r, saw %r' % (text, data)
            try:
                part = os.read(self.master, 4096)
            except OSError:     # the other end is closed
                part = b''
            assert part, 'waited for %r, saw %r' % (text, data)
            data += part.decode('utf-8', 'replace')
        end = data.index(text) + len(text)
        self.seen = data[end:]
        return data[:end]

    def close(self):
        """The exit status; the process is killed if nothing comes of it for a minute."""
        try:
            while select.select([self.master], [], [], 60)[0]:
                if not os.read(self.master, 4096):
                    break
            else:
                self.process.kill()
        except OSError:     # the other end is closed
            pass
        status = self.process.wait()
        os.close(self.master)
        return status


def become_foreground():
    """In the new process: a session whose terminal is what it reads from, so that Ctrl-C is for it."""
    import fcntl
    import termios
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
