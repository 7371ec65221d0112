"""Virtual machines: how each takes an image and an expression, and one run of one of them.

A command is a template of words: {image} is the image file, {code} a Smalltalk method body whose value is to be printed.
Words in [ ] are left out when an image runs by itself.  A virtual machine whose template has no {code} runs the bench images
only.
"""
import os
import re
import resource
import shlex
import shutil
import subprocess
import tempfile
import time

# How machines one may want to compare with are run, as --vm NAME=KIND:EXECUTABLE, and which of the project's targets they
# are held against: those with the JIT, those without, or none.
KINDS = {
    'spy': ('{exe} [-c {code}] {image}', 'jit'),
    'spy-nojit': ('{exe} [-c {code}] {image}', 'off'),
    'squeak': ('{exe} -nodisplay -nosound {image}', None),      # the classic interpreter, Cog, OpenSmalltalk
    'rsqueak': ('{exe} --silent --no-display [-r {code}] {image}', None),
    'squeakjs': ('node {exe} {image}', None),
}


class VMError(Exception):
    """A virtual machine cannot be run, did not end, or ended badly."""


class VM(object):
    def __init__(self, name, template, targets=None):
        self.name = name
        self.template = template
        self.targets = targets
        if not any('{image}' in word for word in template):
            raise VMError('the command of %s has no {image}' % name)

    @property
    def takes_code(self):
        return any('{code}' in word for word in self.template)

    def command(self, image, code=None):
        """The words to run: with `code` the image's compiler is to evaluate it, without the image runs by itself."""
        words = []
        optional = False
        for word in self.template:
            opens, closes = word.startswith('['), word.endswith(']')
            optional = optional or opens
            if code is not None or not optional:
                word = word[1 if opens else 0:len(word) - (1 if closes else 0)]
                words.append(word.replace('{image}', image).replace('{code}', code or ''))
            optional = optional and not closes
        return words


def parse_vm(text):
    """A VM of NAME=COMMAND, a template in the shell's quoting, or NAME=KIND:EXECUTABLE."""
    name, equals, command = text.partition('=')
    if not equals or not name or not command:
        raise VMError('--vm takes NAME=COMMAND or NAME=KIND:EXECUTABLE, not %s' % text)
    match = re.match(r'([a-z-]+):(.*)$', command)
    if match and match.group(1) in KINDS:
        return of_kind(name, match.group(1), match.group(2))
    return VM(name, absolute(shlex.split(command)))


def of_kind(name, kind, executable, options=()):
    template, targets = KINDS[kind]
    words = shlex.split(template)
    at = words.index('{exe}')
    words[at:at + 1] = absolute([executable]) + list(options)
    return VM(name, words, targets)


def spy(executable, jit=None):
    """This project's virtual machine; its kind is seen by the name `make nojit` gives one.  jit: the parameters of --jit."""
    kind = 'spy-nojit' if executable.endswith('-nojit') else 'spy'
    if jit is None:
        return of_kind(kind, kind, executable)
    vm = of_kind('%s --jit %s' % (kind, jit), kind, executable, ['--jit', jit])
    vm.targets = 'off' if jit == 'off' else vm.targets
    return vm


def absolute(words):
    """Runs have a folder of their own: names of files given relative to this one have to be made absolute."""
    return [os.path.abspath(word) if os.sep in word and os.path.exists(word) else word for word in words]


class Run(object):
    """How one process went: what it printed, its files by name, how long it took from start to end, and for how much of that
    it had a processor, in ms."""

    def __init__(self, output, files, ms, processor_ms):
        self.output = output
        self.files = files
        self.ms = ms
        self.processor_ms = processor_ms


def run(vm, image, code=None, timeout=600):
    """Runs a virtual machine in a new folder, which has a copy of the image and its sources in it: some write beside their
    image, some into the current folder.  VMError if it does not end well."""
    folder = tempfile.mkdtemp(prefix='bench-')
    try:
        copy = os.path.join(folder, os.path.basename(image))
        brought = [name for name in (image, os.path.splitext(image)[0] + '.sources') if os.path.exists(name)]
        for name in brought:
            shutil.copyfile(name, os.path.join(folder, os.path.basename(name)))
        ms, processor_ms, status, output, complaint = timed(vm.command(copy, code), folder, timeout)
        if status != 0:
            raise VMError('status %d%s' % (status, ': ' + first_line(complaint or output) if complaint or output else ''))
        return Run(output, read_files(folder, [os.path.basename(name) for name in brought]), ms, processor_ms)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def timed(command, folder, timeout):
    before = processor_seconds()
    start = time.perf_counter()
    try:
        process = subprocess.run(command, cwd=folder, timeout=timeout, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired:
        raise VMError('not ready after %g seconds' % timeout)
    except OSError as e:
        raise VMError('cannot run %s: %s' % (os.path.basename(command[0]), e.strerror))
    ms = (time.perf_counter() - start) * 1000.0
    processor_ms = (processor_seconds() - before) * 1000.0
    return ms, processor_ms, process.returncode, process.stdout.decode('latin-1'), process.stderr.decode('latin-1')


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def read_files(folder, besides):
    files = {}
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name not in besides and os.path.isfile(path):
            with open(path, 'rb') as content:
                files[name] = content.read()
    return files


def first_line(text):
    return text.strip().split('\n')[0][:160]
