"""Build kernel images in .build/images, unless they are there: kernel.py [FORMAT[+BYTECODES]...], by default spur64.

An image is known by a key, a hash of all it is made from: the Smalltalk sources, the builder, and the VM, whose untranslated
interpreter runs part of the build.
"""
import fcntl
import os
import subprocess
import sys

import environments
import toolchain
from toolchain import BUILD_DIR, ROOT, BuildError
from translate import content_key, file_hash

INPUTS = ('images', 'spyvm')
DEFAULT = ['spur64']
ALL = ['spur64', 'spur64+v3', 'spur32', 'spur32+v3', 'v3', 'v3-be', 'v3-64']
IMAGES_DIR = os.path.join(BUILD_DIR, 'images')


def input_files(root):
    """What images are made from, as {name: path}."""
    files = {}
    for folder in INPUTS:
        for directory, folders, names in os.walk(os.path.join(root, folder)):
            folders[:] = [f for f in folders if not f.startswith(('.', '__pycache__'))]
            for name in names:
                if name.endswith(('.py', '.st', '.txt')) and not name.startswith('.'):
                    path = os.path.join(directory, name)
                    files[os.path.relpath(path, root)] = path
    return files


def image_path(wanted):
    """The image for 'spur64' or, with other bytecodes than usual, 'spur64+v3'."""
    format, _, bytecodes = wanted.partition('+')
    return os.path.join(IMAGES_DIR, 'kernel-%s%s.image' % (format, '-' + bytecodes if bytecodes else ''))


def is_current(path, key):
    """Whether the image is there, as built from what has that key."""
    stamp = path + '.key'
    if not (os.path.exists(path) and os.path.exists(stamp)):
        return False
    return environments.read(stamp).split() == [key, file_hash(path)]


def build(wanted, key):
    """Build an image unless it is current; BuildError if that fails."""
    path = image_path(wanted)
    with open(os.path.join(toolchain.ensure_directory(IMAGES_DIR), os.path.basename(path) + '.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current(path, key):
            return
        format, _, bytecodes = wanted.partition('+')
        command = [sys.executable, os.path.join(ROOT, 'images', 'build.py'), '--format', format, '-o', path]
        if bytecodes:
            command += ['--bytecodes', bytecodes]
        environ = dict(os.environ, PYTHONDONTWRITEBYTECODE='1')
        if subprocess.call(command, cwd=ROOT, stdin=toolchain.NO_INPUT, env=environ) != 0:
            raise BuildError('the image %s was not built' % os.path.relpath(path))
        with open(path + '.key', 'w') as out:
            out.write('%s %s\n' % (key, file_hash(path)))


def main(argv):
    key = content_key(input_files(ROOT), {})
    for wanted in argv or DEFAULT:
        build(wanted, key)
    return 0


if __name__ == '__main__':
    toolchain.main_guard(main)
