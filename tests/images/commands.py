"""Runs the command line as a process of its own, translated ($SPY) or not, on the kernel image."""
import os
import re
import select
import signal
import subprocess
import sys
import time

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
PATIENCE = 60       # seconds
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
            ready, _, _ = select.select([self.master], [], [], PATIENCE)
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

    def wait(self):
        """The exit status, see ended()."""
        return ended(self.process)

    def close(self):
        """The exit status, see ended(); what is still shown is read meanwhile, as a full terminal stops a process."""
        end = time.time() + PATIENCE
        try:
            while time.time() < end:
                if select.select([self.master], [], [], 1)[0] and not os.read(self.master, 4096):
                    break
        except OSError:     # the other end is closed
            pass
        try:
            return self.wait()
        finally:
            os.close(self.master)

    def hang_up(self):
        """The person is gone, with the terminal; the exit status."""
        os.close(self.master)
        return self.wait()


def ended(process):
    """The exit status; the process is killed, and the test fails, if it does not end within a minute.  (In Python 2.7, wait()
    has no limit.)"""
    end = time.time() + PATIENCE
    while process.poll() is None:
        if time.time() > end:
            process.kill()
            process.wait()
            pytest.fail('the process did not end')
        time.sleep(0.01)
    return process.returncode


def become_foreground():
    """In the new process: a session whose terminal is what it reads from, so that Ctrl-C is for it.  Signals do what they do
    by default, whatever the one who runs the tests ignores, as under nohup."""
    import fcntl
    import termios
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGTSTP):
        signal.signal(number, signal.SIG_DFL)
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
