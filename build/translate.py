"""Translate the VM: targetsqueak.py -> ./spy (or, --nojit, ./spy-nojit), unless that was done before.

A build is known by a key, a hash of all that goes into it: sources, options, and the versions of RPython, Python and the C
compiler. An executable with the right key is left alone, or, with the JIT, copied from a cache that a user's clones share
($SPY_BUILD_CACHE, else ~/.cache/spy-builds; empty for none); else RPython runs, its output in .build/NAME.log.
"""
import argparse
import fcntl
import hashlib
import io
import multiprocessing
import os
import platform
import re
import shutil
import subprocess
import sys
import time

import environments
import toolchain
from toolchain import BUILD_DIR, ROOT, BuildError

OPTIONS = ['--batch', '--gcrootfinder=shadowstack']
KEPT_IN_CACHE = 6
# Variables that reach the C compiler by way of RPython.
C_VARIABLES = ('CC', 'CFLAGS', 'LDFLAGS', 'CPATH', 'C_INCLUDE_PATH', 'LIBRARY_PATH')
SOURCES = ('.py', '.c', '.h')
# gcc 12's vectoriser keeps the bytecode loop's program counter and stack pointer together in one vector register: half the speed
C_FLAGS = '-fno-tree-vectorize'


class Build(object):
    """One executable to make: from which target, with which options, to which path."""

    def __init__(self, target, output, jit):
        self.target = os.path.abspath(target)
        self.output = os.path.abspath(output)
        self.name = os.path.basename(output)
        self.options = ['-Ojit' if jit else '-O2'] + OPTIONS

    def state(self, suffix):
        return os.path.join(toolchain.ensure_directory(BUILD_DIR), self.name + suffix)


# ---- the key

def source_files(root, target):
    """The files a translation reads, as {name inside the snapshot: path}: the target, the package, RPython's starter."""
    files = {os.path.basename(target): target,
             'build/rpython_main.py': os.path.join(root, 'build', 'rpython_main.py')}
    for folder, folders, names in os.walk(os.path.join(root, 'spyvm')):
        folders[:] = [f for f in folders if not f.startswith(('.', '__pycache__'))]
        for name in names:
            if name.endswith(SOURCES) and not name.startswith('.'):
                path = os.path.join(folder, name)
                files[os.path.relpath(path, root)] = path
    return files


def content_key(files, facts):
    """A hash of files, as source_files answers them, with their contents, and of facts, a dictionary of texts."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(('%s\0%s\0' % (name, file_hash(files[name]))).encode('utf-8'))
    for name in sorted(facts):
        digest.update(('%s=%s\0' % (name, facts[name])).encode('utf-8'))
    return digest.hexdigest()


def build_facts(build, python27, rpython, compiler_version, environ):
    """All that goes into a build besides its sources."""
    facts = dict((name, environ.get(name, '')) for name in C_VARIABLES)
    facts.update(c_flags=C_FLAGS, options=' '.join(build.options), python=python27.name, rpython=rpython.identity,
                 compiler=compiler_version, machine=platform.machine())
    return facts


def snapshot(files, directory):
    """Copy files into directory, and answer them there: what is hashed is then what is translated, and people can edit on."""
    shutil.rmtree(directory, ignore_errors=True)
    copies = {}
    for name, path in files.items():
        copies[name] = os.path.join(directory, name)
        toolchain.ensure_directory(os.path.dirname(copies[name]))
        shutil.copyfile(path, copies[name])
    return copies


def file_hash(path):
    with open(path, 'rb') as source:
        return hashlib.sha256(source.read()).hexdigest()


# ---- executables made earlier

def cache_directory(environ):
    """The cache's directory, made if need be, or None: a build must not fail for want of a home directory."""
    named = environ.get('SPY_BUILD_CACHE')
    if named is None:
        base = environ.get('XDG_CACHE_HOME') or (environ.get('HOME') and os.path.join(environ['HOME'], '.cache'))
        named = base and os.path.join(base, 'spy-builds')
    if not named:
        return None
    try:
        return toolchain.ensure_directory(os.path.abspath(named))
    except OSError:
        return None


def install(source, destination):
    """Copy an executable so that whoever looks sees the old one or the new one, never half of it."""
    temporary = '%s.%d.tmp' % (destination, os.getpid())
    try:
        shutil.copyfile(source, temporary)
        os.chmod(temporary, 0o755)
        os.rename(temporary, destination)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def remember(cache, key, executable):
    """Put an executable into the cache and drop the oldest; a cache that cannot be written is no failure."""
    if cache is None:
        return
    try:
        install(executable, os.path.join(cache, key))
        kept = [os.path.join(cache, name) for name in os.listdir(cache)]
        for path in sorted(kept, key=os.path.getmtime)[:-KEPT_IN_CACHE]:
            os.unlink(path)
    except (IOError, OSError) as error:
        say('not kept in the cache: %s' % error)


def mark(build, key):
    """Note what build.output is, by the hash of its contents: somebody may put another file in its place."""
    with open(build.state('.key'), 'w') as out:
        out.write('%s %s\n' % (key, file_hash(build.output)))


def is_current(build, key):
    if not (os.path.exists(build.output) and os.path.exists(build.state('.key'))):
        return False
    return environments.read(build.state('.key')).split() == [key, file_hash(build.output)]


def reuse(build, key, cache):
    """Whether build.output is the executable of that key, if need be after copying it from the cache."""
    if is_current(build, key):
        say('%s is up to date' % build.name)
        return True
    cached = cache and os.path.join(cache, key)
    if not cached or not os.path.exists(cached):
        return False
    try:
        install(cached, build.output)
        os.utime(cached, None)
    except (IOError, OSError):
        return False
    mark(build, key)
    say('%s copied from an identical build in %s' % (build.name, cache))
    return True


# ---- the translation

class Progress(object):
    """Follows RPython's log and shows where it is: one line that changes on a terminal, else a line a phase."""

    def __init__(self, name, log, out):
        self.name = name
        self.log = io.open(log, encoding='utf-8', errors='replace')
        self.out = out
        self.tty = out.isatty()
        self.start = time.time()
        self.phase = 'starting'
        self.rest = ''

    def elapsed(self):
        return '%d:%02d' % divmod(int(time.time() - self.start), 60)

    def update(self):
        lines = (self.rest + self.log.read()).split('\n')
        self.rest = lines.pop()
        for line in lines:
            phase = re.match(r'\[translation:info\] (.*\S)\.\.\.$', line)
            if phase:
                self.phase = phase.group(1)
                if not self.tty:
                    self.out.write(u'%s %5s  %s\n' % (self.name, self.elapsed(), self.phase))
        if self.tty:
            self.out.write(u'\r\033[K%s %5s  %s' % (self.name, self.elapsed(), self.phase))
        self.out.flush()

    def close(self):
        self.update()
        self.log.close()
        if self.tty:
            self.out.write(u'\r\033[K')


def translate(build, sources, python, environ):
    """Run RPython on the sources, a directory; answer the path of the new executable. A failure is shown from the log."""
    new = os.path.join(toolchain.ensure_directory(os.path.join(BUILD_DIR, 'new')), build.name)
    if os.path.exists(new):
        os.unlink(new)
    log = build.state('.log')
    argv = [python, os.path.join(sources, 'build', 'rpython_main.py')] + build.options + [
        '--make-jobs=%d' % max(2, multiprocessing.cpu_count()), '--output=' + build.name,
        os.path.join(sources, os.path.basename(build.target))]
    environ = environments.clean_environ(environ)
    for name in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL'):   # RPython runs a make of its own
        environ.pop(name, None)
    environ['CFLAGS'] = (environ.get('CFLAGS', '') + ' ' + C_FLAGS).strip()
    environ.update(PYTHONPATH=sources, PYTHONDONTWRITEBYTECODE='1',
                   SPY_RPYTHON_CACHE=build.state('.rpython-cache'),
                   PYPY_USESSION_DIR=toolchain.ensure_directory(os.path.join(BUILD_DIR, 'usession')),
                   PYPY_USESSION_BASENAME=build.name, PYPY_USESSION_KEEP='1')
    with open(log, 'wb') as out:
        process = subprocess.Popen(argv, cwd=os.path.dirname(new), env=environ, stdin=toolchain.NO_INPUT, stdout=out, stderr=out)
    progress = Progress(build.name, log, sys.stdout)
    try:
        while process.poll() is None:
            progress.update()
            time.sleep(0.5)
    finally:
        if process.poll() is None:
            process.terminate()
        progress.close()
    shown_log = os.path.relpath(log)
    if process.returncode != 0 or not os.path.exists(new):
        text = environments.read(log).replace(sources + os.sep, '')
        sys.stderr.write('%s\n' % '\n'.join(failure(text.splitlines())))
        raise BuildError('the translation of %s failed after %s, see %s' % (build.name, progress.elapsed(), shown_log))
    say('%s translated in %s, log in %s' % (build.name, progress.elapsed(), shown_log))
    return new


def failure(lines):
    """Of a failed translation's log, the lines that say what was wrong: RPython's own account, or a traceback, or the end."""
    account = []
    ours = []
    head = ''
    for number, line in enumerate(lines):
        start = re.match(r'\[[\w:]+\] ', line)   # what has no such start belongs to the message before
        head = start.group() if start else head
        if head == '[translation:ERROR] ':
            account.append(line[len(head):] if start else line)
        elif re.match(r' +File "(spyvm/|targetsqueak)', line):
            ours += lines[number:number + 2]
    if account:
        return ours[-6:] + account[:60]
    tracebacks = [number for number, line in enumerate(lines) if line.startswith('Traceback ')]
    return lines[tracebacks[-1]:] if tracebacks else lines[-20:]


def say(text):
    print('spy: ' + text)
    sys.stdout.flush()


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--nojit', action='store_true', help='without the JIT (-O2): quick, to try the types')
    parser.add_argument('--target', help='another target file; needs --output')
    parser.add_argument('--output', help='the executable to make')
    parser.add_argument('--key', action='store_true', help='print the key and stop')
    options = parser.parse_args(argv)
    if options.target and not options.output:
        raise BuildError('--target needs --output, so as not to pass for the VM')
    build = Build(options.target or os.path.join(ROOT, 'targetsqueak.py'),
                  options.output or os.path.join(ROOT, 'spy-nojit' if options.nojit else 'spy'), not options.nojit)
    if not os.path.exists(build.target):
        raise BuildError('%s is missing' % build.target)

    environ = os.environ
    python27 = toolchain.find_python27(environ)
    rpython = environments.find_rpython(environ)
    compiler, compiler_version = toolchain.find_compiler(environ)
    facts = build_facts(build, python27, rpython, compiler_version, environ)
    key = content_key(source_files(ROOT, build.target), facts)
    if options.key:
        print(key)
        return 0
    # What takes a minute would only push out of the cache what takes many.
    cache = None if options.nojit or options.target else cache_directory(environ)
    if reuse(build, key, cache):
        return 0
    toolchain.check_make()
    toolchain.check_headers(compiler)
    python = environments.python27_environment(python27, rpython)
    with open(build.state('.lock'), 'w') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (IOError, OSError):
            say('waiting for another translation of %s' % build.name)
            fcntl.flock(lock, fcntl.LOCK_EX)
        sources = os.path.join(BUILD_DIR, 'src', build.name)
        key = content_key(snapshot(source_files(ROOT, build.target), sources), facts)
        if reuse(build, key, cache):   # made by the one waited for
            return 0
        install(translate(build, sources, python, environ), build.output)
        mark(build, key)
        remember(cache, key, build.output)
    return 0


if __name__ == '__main__':
    toolchain.main_guard(main)
