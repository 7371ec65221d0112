"""All that CI checks, or the suites named: check.py [py3] [py27] [native].

py3     the tests that need no executable, on Python 3
py27    the same on Python 2.7 with the real rpython
native  translate.py, then the tests marked native, which drive $SPY, the executable

Kernel images are built first: the usual one, for the native tests all of them. The translation runs beside that and the
first two. A suite that passed with the same inputs before is skipped, but never with CI=true.
"""
import hashlib
import os
import subprocess
import sys
import time

import environments
import kernel
import toolchain
from toolchain import BUILD_DIR, ROOT, BuildError
from translate import file_hash

SUITES = ('py3', 'py27', 'native')
# What tests read of the checkout; variables named SPY_... count as well.
INPUTS = ('Makefile', 'tox.ini', 'targetsqueak.py', 'spyvm', 'tests', 'build', 'images', 'benchmarks')
EXECUTABLE = os.path.join(ROOT, 'spy')


class Suite(object):
    """One run of pytest: its interpreter, which tests, and what else than the inputs its outcome hangs on."""

    def __init__(self, name, python, marked, facts, environ):
        self.name = name
        self.command = [python, '-m', 'pytest', '-m', marked]
        self.facts = facts
        self.environ = environ
        self.stamp = os.path.join(toolchain.ensure_directory(os.path.join(BUILD_DIR, 'passed')), name)

    def check(self, inputs, always):
        """Run the suite unless its stamp says it passed with these inputs; answer the outcome in a few words."""
        state = hashlib.sha256(' '.join([inputs] + self.facts).encode('utf-8')).hexdigest()
        if not always and os.path.exists(self.stamp) and environments.read(self.stamp) == state:
            return 'unchanged since it passed'
        say('%s: %s' % (self.name, ' '.join([os.path.relpath(self.command[0])] + self.command[1:])))
        status = subprocess.call(self.command, cwd=ROOT, env=self.environ, stdin=toolchain.NO_INPUT)
        if status == 5:
            return 'FAILED: there is no such test'
        if status != 0:
            return 'FAILED'
        with open(self.stamp, 'w') as out:
            out.write(state)
        return 'passed'


def hash_inputs(root, names, environ):
    """A hash of the files and folders called names below root, and of the SPY_ variables."""
    digest = hashlib.sha256()
    for name in names:
        places = [(root, [name])]
        places += [(folder, files) for folder, _, files in sorted(os.walk(os.path.join(root, name)))]
        for folder, files in places:
            for path in sorted(os.path.join(folder, f) for f in files):
                if os.path.isfile(path) and not path.endswith('.pyc'):
                    digest.update(('%s\0%s\0' % (os.path.relpath(path, root), file_hash(path))).encode('utf-8'))
    for name in sorted(environ):
        if name.startswith('SPY_'):
            digest.update(('%s=%s\0' % (name, environ[name])).encode('utf-8'))
    return digest.hexdigest()


class Translation(object):
    """translate.py in the background. Its output waits in a file, so as not to fall into that of the tests."""

    def __init__(self):
        self.output = open(os.path.join(toolchain.ensure_directory(BUILD_DIR), 'translate.out'), 'w+b')
        self.process = subprocess.Popen([sys.executable, os.path.join(ROOT, 'build', 'translate.py')],
                                        stdin=toolchain.NO_INPUT, stdout=self.output, stderr=self.output)

    def wait(self):
        """Show what it printed and prints, to its end; answer whether there is an executable."""
        say('native: build/translate.py')
        with open(self.output.name, 'rb') as reader:
            running = True
            while running:
                running = self.process.poll() is None
                sys.stdout.write(reader.read().decode('utf-8', 'replace'))
                sys.stdout.flush()
                if running:
                    time.sleep(0.3)
        return self.process.returncode == 0

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        self.output.close()


def say(text):
    print('==== ' + text)
    sys.stdout.flush()


def main(argv):
    unknown = [name for name in argv if name not in SUITES]
    if unknown:
        raise BuildError('no suite is called %s: there are %s' % (unknown[0], ', '.join(SUITES)))
    wanted = [name for name in SUITES if name in (argv or SUITES)]
    always = os.environ.get('CI') == 'true'
    inputs = hash_inputs(ROOT, INPUTS, os.environ)

    # All that may be missing is asked for before anything long begins.
    if 'native' in wanted:
        compiler, _ = toolchain.find_compiler(os.environ)
        toolchain.check_make()
        toolchain.check_headers(compiler)
    if 'native' in wanted or 'py27' in wanted:
        python27 = toolchain.find_python27(os.environ)
        rpython = environments.find_rpython(os.environ)
        environment27 = environments.python27_environment(python27, rpython)
    environment3 = environments.python3_environment()

    environ = environments.clean_environ(os.environ)
    environ.update(PYTHONDONTWRITEBYTECODE='1',   # a .pyc of a module that is gone can still be imported on 2.7
                   PYPY_USESSION_DIR=toolchain.ensure_directory(os.path.join(BUILD_DIR, 'usession')),
                   PYPY_USESSION_BASENAME='tests')
    outcomes = []
    translation = Translation() if 'native' in wanted else None
    try:
        kernel.main(kernel.ALL if 'native' in wanted else kernel.DEFAULT)
        if 'py3' in wanted:
            suite = Suite('py3', environment3, 'not native', [sys.version], environ)
            outcomes.append(('py3', suite.check(inputs, always)))
        if 'py27' in wanted:
            suite = Suite('py27', environment27, 'not native', [python27.name, rpython.identity], environ)
            outcomes.append(('py27', suite.check(inputs, always)))
        if translation and not translation.wait():
            outcomes.append(('native', 'FAILED: no executable'))
        elif translation:
            suite = Suite('native', environment3, 'native', [sys.version, file_hash(EXECUTABLE)],
                          dict(environ, SPY=EXECUTABLE))
            outcomes.append(('native', suite.check(inputs, always)))
    finally:
        if translation:
            translation.stop()
    for outcome in outcomes:
        say('%s: %s' % outcome)
    return 1 if any('FAILED' in words for _, words in outcomes) else 0


if __name__ == '__main__':
    toolchain.main_guard(main)
