#!/usr/bin/env python
"""Build a kernel image from the Smalltalk sources in images/kernel: build.py [--format FORMAT] [--bytecodes SET] [-o FILE].

FORMAT is spur64 (the default), spur32, v3, v3-be (big-endian) or v3-64; SET is sista (the default for Spur) or v3 (with
closures).  Beside FILE.image, by default .build/images/kernel-FORMAT.image, a FILE.sources holds the methods' sources.  The
result depends on the sources and on nothing else.  Errors are printed as file:line:column: message, and end the build with
status 1.
"""
import argparse
import os
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from images.builder.bootstrap import Bootstrap  # noqa: E402
from images.builder.configuration import NAMES, CLOSURES, SISTA, Configuration  # noqa: E402
from images.builder.failures import BuildError  # noqa: E402
from images.builder.imagefile import save_image  # noqa: E402

KERNEL = os.path.join(ROOT, 'images', 'kernel')
OUTPUT = os.path.join(ROOT, '.build', 'images')


def build(kernel, configuration, path, lenient=False):
    """Build an image from the packages in the folder `kernel`; `path` is that of the .image; lenient: leave out what has
    errors.  Answers the Bootstrap.  Raises BuildError, or OSError where a file cannot be read or written."""
    bootstrap = Bootstrap(kernel, configuration, lenient)
    bootstrap.make()
    save_image(bootstrap, path)
    return bootstrap


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--format', default=NAMES[0], choices=NAMES, help='of the objects (default %(default)s)')
    parser.add_argument('--bytecodes', choices=[SISTA, CLOSURES], help='default: sista for Spur, v3 for the others')
    parser.add_argument('-o', '--output', help='the image (default .build/images/kernel-FORMAT.image)')
    parser.add_argument('--kernel', default=KERNEL, help='the folder with the packages (default images/kernel)')
    parser.add_argument('--lenient', action='store_true', help='build without the files and methods that have errors')
    options = parser.parse_args(argv)
    start = time.time()
    try:
        configuration = Configuration(options.format, options.bytecodes)
        path = options.output or os.path.join(OUTPUT, configuration.image_name() + '.image')
        bootstrap = build(options.kernel, configuration, path, options.lenient)
    except BuildError as error:
        sys.stderr.write('%s\n' % error)
        return 1
    except EnvironmentError as error:
        sys.stderr.write('%s: %s\n' % (error.filename or path, error.strerror))
        return 1
    if bootstrap.problems.lines:
        sys.stderr.write(bootstrap.problems.text() + '\n')
    sys.stdout.write('%s: %d bytes, %d classes, %d methods, in %d s\n' % (
        os.path.relpath(path), os.path.getsize(path), len(bootstrap.sources.classes), bootstrap.methods.count,
        time.time() - start))
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
