"""The project's own Python environments, made under .env/ when first needed.

.env/py3                        this Python 3, with pytest (and virtualenv, which makes the next)
.env/cpython-2.7.18-rpython...  a Python 2.7 with RPython and pytest

An environment is complete when it holds a stamp that says what it was made from; a stamp that says something else, or none,
means making it again. Prints the interpreter's path when run: environments.py [py3 | py27].
"""
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

import toolchain
from toolchain import BUILD_DIR, ENV_DIR, BuildError

REQUIREMENTS_3 = os.path.join(toolchain.ROOT, 'build', 'requirements-py3.txt')
REQUIREMENTS_27 = os.path.join(toolchain.ROOT, 'build', 'requirements-py27.txt')
# The last virtualenv that makes environments for 2.7. It brings pip for them, which many a 2.7 lacks today.
VIRTUALENV = 'virtualenv<20.22'
RPYTHON_VERSION = '0.2.1'


class Rpython(object):
    """Which RPython: the released one (directory is None) or a checkout's; name and identity tell them apart."""

    def __init__(self, directory):
        self.directory = directory
        if directory is None:
            self.name = self.identity = 'rpython-' + RPYTHON_VERSION
        else:
            self.name = 'rpython-' + hashlib.sha256(directory.encode('utf-8')).hexdigest()[:8]
            self.identity = self.name + '-' + tree_hash(os.path.join(directory, 'rpython'))


def find_rpython(environ):
    """The checkout $RPYTHON names, else the released version."""
    named = environ.get('RPYTHON')
    if not named:
        return Rpython(None)
    directory = os.path.realpath(named)
    if not os.path.isfile(os.path.join(directory, 'rpython', 'translator', 'driver.py')):
        raise BuildError('RPYTHON=%s is no RPython: it should be a checkout of PyPy, holding rpython/translator/driver.py' % named)
    return Rpython(directory)


def tree_hash(directory):
    """A hash of the sources below directory: a checkout's commit would not tell of changes in its work tree."""
    digest = hashlib.sha256()
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(f for f in folders if f not in ('_cache', '__pycache__', 'test'))
        for name in sorted(names):
            if name.endswith(('.py', '.c', '.h', '.S', '.s')):
                path = os.path.join(folder, name)
                with open(path, 'rb') as source:
                    digest.update(os.path.relpath(path, directory).encode('utf-8') + b'\0'
                                  + hashlib.sha256(source.read()).digest())
    return digest.hexdigest()[:16]


def clean_environ(environ):
    """environ without what would lead an environment's Python to packages outside of it."""
    return dict((k, v) for k, v in environ.items()
                if k not in ('PYTHONPATH', 'PYTHONHOME', 'PIP_TARGET', 'PIP_PREFIX', 'PIP_USER', 'VIRTUAL_ENV'))


def python3_environment():
    """The interpreter of the Python 3 environment, made if need be."""
    if sys.version_info < (3, 9):
        raise BuildError('Python >= 3.9 is missing: install the package python3, or name one in PYTHON3')
    stamp = '%s %s\n%s\n%s' % (sys.version, sys.base_prefix, VIRTUALENV, read(REQUIREMENTS_3))

    def make(home, python):
        step([sys.executable, '-m', 'venv', '--clear', home], home,
             'python3 -m venv failed: install the package python3-venv')
        step([python, '-m', 'pip', 'install', '--disable-pip-version-check', VIRTUALENV, '-r', REQUIREMENTS_3], home,
             'pip could not install pytest and virtualenv')
    return ensure('py3', stamp, make)


def python27_environment(python27, rpython):
    """The interpreter of an environment where python27 can import rpython and pytest, made if need be."""
    stamp = '%s %s\n%s\n%s' % (python27.name, python27.executable, rpython.directory, read(REQUIREMENTS_27))

    def make(home, python):
        virtualenv = [python3, '-m', 'virtualenv', '--quiet', '--clear', '--no-periodic-update',
                      '--app-data', os.path.join(BUILD_DIR, 'virtualenv'), '-p', python27.executable, home]
        step(virtualenv, home, 'virtualenv could not make an environment for %s' % python27.executable)
        requirements = os.path.join(home, 'requirements.txt')
        with open(requirements, 'w') as out:
            out.writelines(line for line in read(REQUIREMENTS_27).splitlines(True)
                           if rpython.directory is None or not line.startswith('rpython=='))
        step([python, '-m', 'pip', 'install', '--disable-pip-version-check', '--no-deps', '-r', requirements], home,
             'pip could not install rpython and pytest for Python 2.7')
        if rpython.directory is not None:
            # A link to the one package, not the checkout on sys.path: that holds an old pytest of its own.
            site = subprocess.check_output([python, '-c', 'import py, os; print(os.path.dirname(os.path.dirname(py.__file__)))'])
            os.symlink(os.path.join(rpython.directory, 'rpython'),
                       os.path.join(site.decode('utf-8').strip(), 'rpython'))
    name = '%s-%s' % (python27.name, rpython.name)
    if is_current(name, stamp):
        return interpreter(name)
    python3 = python3_environment()
    return ensure(name, stamp, make)


def ensure(name, stamp, make):
    """Make environment name with make(home, python) unless it is there with that stamp; answer its interpreter."""
    if is_current(name, stamp):
        return interpreter(name)
    home = os.path.join(ENV_DIR, name)
    with open(os.path.join(toolchain.ensure_directory(ENV_DIR), name + '.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(name, stamp):
            sys.stderr.write('spy: making the environment .env/%s\n' % name)
            shutil.rmtree(home, ignore_errors=True)
            open(log_path(home), 'w').close()
            make(home, interpreter(name))
            with open(os.path.join(home, 'stamp'), 'w') as out:
                out.write(stamp)
    return interpreter(name)


def interpreter(name):
    return os.path.join(ENV_DIR, name, 'bin', 'python')


def is_current(name, stamp):
    path = os.path.join(ENV_DIR, name, 'stamp')
    return os.path.exists(interpreter(name)) and os.path.exists(path) and read(path) == stamp


def log_path(home):
    return os.path.join(toolchain.ensure_directory(BUILD_DIR), 'env-%s.log' % os.path.basename(home))


def step(argv, home, complaint):
    """Run one command of the making; its output goes to a log, of which a failure shows the last line that says why."""
    with open(log_path(home), 'ab') as log:
        status = subprocess.call(argv, stdin=toolchain.NO_INPUT, stdout=log, stderr=log, env=clean_environ(os.environ))
    if status != 0:
        lines = [line.strip() for line in read(log_path(home)).splitlines() if line.strip()]
        errors = [line for line in lines if line.lower().startswith('error')] or lines
        raise BuildError('%s (%s; all of it in %s)' % (
            complaint, errors[-1] if errors else 'no output', os.path.relpath(log_path(home), toolchain.ROOT)))


def read(path):
    with open(path, 'rb') as source:
        return source.read().decode('utf-8', 'replace')


def main(argv):
    if argv == ['py3']:
        print(python3_environment())
    elif argv == ['py27']:
        print(python27_environment(toolchain.find_python27(os.environ), find_rpython(os.environ)))
    else:
        raise BuildError('usage: environments.py py3 | py27')


if __name__ == '__main__':
    toolchain.main_guard(main)
