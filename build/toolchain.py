"""What a build needs of the machine: where each tool is, or one line on how to get it.

Runs on Python 2.7 and 3 with the standard library only, since it comes before any environment.
Every find_ or check_ function either answers or raises BuildError, whose text is the one line for people.
"""
import glob
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD_DIR = os.path.join(ROOT, '.build')
ENV_DIR = os.path.join(ROOT, '.env')
NO_INPUT = open(os.devnull)   # nothing here may wait for a terminal

PYTHON27_HINT = ('install the package python2.7 or run `pyenv install 2.7.18`, or name one in PYTHON27 '
                 '(a PyPy 2.7 from pypy.org will do)')

# sys.executable, not the name that was started: behind a name may be a shim that picks another Python tomorrow.
PROBE = ('import sys, platform as p; v = getattr(sys, "pypy_version_info", None); '
         'print("%d.%d|%s-%s%s|%s" % (sys.version_info[:2] + (p.python_implementation().lower(), '
         'p.python_version(), "" if v is None else "-%d.%d.%d" % v[:3], sys.executable)))')


class BuildError(Exception):
    """The build cannot go on; str() is one line that says what is wrong and, of a missing tool, what to install."""


class Interpreter(object):
    """A Python: the path of its executable, and a name that tells versions apart, e.g. cpython-2.7.18."""

    def __init__(self, executable, name):
        self.executable = executable
        self.name = name


def capture(argv, **options):
    """Run argv; answer (exit status, output and errors as one text). A program that is not there has status 127."""
    try:
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    except OSError as error:
        return 127, str(error)
    output = process.communicate()[0]
    return process.returncode, output.decode('utf-8', 'replace')


def which_all(name, path):
    """Every executable file called name in the directories of path, in their order; name may itself be a path."""
    places = [name] if os.sep in name else [os.path.join(d, name) for d in path.split(os.pathsep) if d]
    return [p for p in places if os.path.isfile(p) and os.access(p, os.X_OK)]


def probe(executable):
    """The Interpreter behind an executable if it runs and is a Python 2.7, else None."""
    status, output = capture([executable, '-c', PROBE], stdin=NO_INPUT)
    answer = re.search(r'^2\.7\|(.+)\|(.+)$', output, re.M)
    if status != 0 or answer is None:
        return None
    return Interpreter(answer.group(2).strip(), answer.group(1))


def find_python27(environ):
    """$PYTHON27 alone if it is set; else the first that works on PATH; else pyenv's newest."""
    path = environ.get('PATH', '')
    named = environ.get('PYTHON27')
    if named:
        found = [probe(p) for p in which_all(named, path)]
        if not any(found):
            raise BuildError('PYTHON27=%s is no Python 2.7: %s' % (named, PYTHON27_HINT))
    else:
        # Every place is tried, not the first only: pyenv's shim may stand before a working one and refuse.
        pyenv = environ.get('PYENV_ROOT') or os.path.join(environ.get('HOME', ''), '.pyenv')
        places = [p for name in ('python2.7', 'python2', 'python') for p in which_all(name, path)]
        places += sorted(glob.glob(os.path.join(pyenv, 'versions', '2.7*', 'bin', 'python2.7')),
                         key=lambda p: [int(n) for n in re.findall(r'\d+', p)], reverse=True)
        found = (probe(p) for p in places)
    for python in found:
        if python is not None:
            return python
    raise BuildError('Python 2.7 is missing: ' + PYTHON27_HINT)


def find_compiler(environ):
    """The C compiler as a list of words, the way RPython picks it ($CC, else gcc), and the first line of its version."""
    compiler = shlex.split(environ.get('CC') or 'gcc')
    status, output = capture(compiler + ['--version'])
    if status != 0:
        if environ.get('CC'):
            raise BuildError('CC=%s does not run: install the package gcc, or unset CC' % environ['CC'])
        raise BuildError('gcc is missing: install the package gcc')
    return compiler, output.splitlines()[0]


def check_headers(compiler):
    """The C library's and libffi's headers, and what RPython needs to see the latter."""
    status, flags = capture(['pkg-config', '--cflags', 'libffi'])
    flags = flags.split() if status == 0 else []
    if status != 0 and os.path.isdir('/usr/include/libffi'):
        flags = ['-I/usr/include/libffi']
    if not compiles(compiler, '#include <stdio.h>\n', []):
        raise BuildError('stdio.h is missing: install the package libc6-dev (Fedora: glibc-devel)')
    if not compiles(compiler, '#include <ffi.h>\n', flags):
        raise BuildError('ffi.h is missing: install the package libffi-dev (Fedora: libffi-devel)')
    if status != 0 and not flags and sys.platform.startswith('linux'):
        # RPython does not look in the compiler's own directories: it asks pkg-config, or takes that one directory.
        raise BuildError('pkg-config is missing, or does not know libffi: install the package pkg-config')


def compiles(compiler, source, flags):
    handle, path = tempfile.mkstemp(suffix='.c')
    try:
        os.write(handle, source.encode('ascii'))
        os.close(handle)
        return capture(compiler + flags + ['-fsyntax-only', path])[0] == 0
    finally:
        os.unlink(path)


def check_make():
    if capture(['make', '--version'])[0] != 0:
        raise BuildError('make is missing: install the package make')


def ensure_directory(path):
    """Make path and its parents where they do not exist; answer path."""
    try:
        os.makedirs(path)
    except OSError:
        if not os.path.isdir(path):
            raise
    return path


def main_guard(main):
    """Run main(sys.argv[1:]) as the process: what people should see of a failure is one line, not a traceback."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))   # so that what was started is ended too
    try:
        sys.exit(main(sys.argv[1:]))
    except (BuildError, EnvironmentError) as error:
        sys.stderr.write('spy: %s\n' % error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write('\nspy: interrupted\n')
        sys.exit(130)
