#!/usr/bin/env python3
"""Measures storing and loading an image segment: MB/s, medians of several runs.

    python3 benchmarks/segments.py --spy ./spy
    python3 benchmarks/segments.py --spy ./spy --image ../shared/images/mini.image --objects 1000000 --runs 5

The segment is an Array of so many objects, a quarter of them Strings of 20 characters, a quarter Arrays of 10 elements, the
rest Points that refer to the Array.  One process stores and loads it several times, timed by the image's own clock.  Any
image does whose compiler knows compile:classified:notifying:, through -c.
"""
import argparse
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from benchmarks.stats import Summary  # noqa: E402

TARGET = 100.0          # MB/s
CODE = """| all words outs result start stored back |
Object compile: 'segmentOf: r into: w outs: o <primitive: 98> ^self error: ''the segment was not stored''' \
classified: 'benchmark' notifying: nil.
Object compile: 'loadSegment: w outs: o <primitive: 99> ^self error: ''the segment was not loaded''' \
classified: 'benchmark' notifying: nil.
all := Array new: %(objects)d.
1 to: %(objects)d do: [:i |
    all at: i put: (i \\\\ 4 = 0
        ifTrue: [String new: 20]
        ifFalse: [i \\\\ 4 = 1 ifTrue: [Array new: 10] ifFalse: [i @ all]])].
result := WriteStream on: (String new: 1000).
%(runs)d timesRepeat: [
    words := Bitmap new: %(objects)d * 20 + 1000.
    outs := Array new: 100.
    start := Time millisecondClockValue.
    nil segmentOf: (Array with: all) into: words outs: outs.
    stored := Time millisecondClockValue - start.
    result nextPutAll: ' bytes ' , (words size * 4) printString , ' store ' , stored printString.
    start := Time millisecondClockValue.
    back := nil loadSegment: words outs: outs.
    result nextPutAll: ' load ' , (Time millisecondClockValue - start) printString.
    (back first at: 2) y == back first ifFalse: [result nextPutAll: ' wrong'].
    words := outs := back := nil].
result contents"""
FIGURES = re.compile(r' bytes (\d+) store (\d+) load (\d+)')


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description='Measures storing and loading an image segment.')
    parser.add_argument('--spy', metavar='FILE', default=os.path.join(ROOT, 'spy'), help="this project's executable")
    parser.add_argument('--image', metavar='FILE', help='an image with a compiler (mini.image)')
    parser.add_argument('--shared', metavar='FOLDER',
                        default=os.environ.get('SPY_SHARED') or os.path.join(os.path.dirname(ROOT), 'shared'),
                        help='has images/mini.image (or $SPY_SHARED; ../shared)')
    parser.add_argument('--objects', type=int, default=1000000, metavar='N', help='objects in the segment (1000000)')
    parser.add_argument('--runs', type=int, default=5, metavar='N', help='how often it is stored and loaded (5)')
    parser.add_argument('--timeout', type=float, default=600, metavar='SECONDS', help='the longest it may take (600)')
    parser.add_argument('--json', metavar='FILE', help='write the figures there')
    options = parser.parse_args(argv)
    if options.runs < 1 or options.objects < 8:
        parser.error('--runs: at least 1, --objects: at least 8')
    options.image = options.image or os.path.join(options.shared, 'images', 'mini.image')
    return options


def code(objects, runs):
    """The code that measures."""
    return CODE % {'objects': objects, 'runs': runs}


def figures(text):
    """(bytes of the segment, MB/s of each store, MB/s of each load) from what the code answers; ValueError if that is not
    what it should be."""
    found = FIGURES.findall(text)
    if not found or 'wrong' in text:
        raise ValueError('expected figures, got %r' % text[:200])
    size = int(found[0][0])
    return size, [rate(size, row[1]) for row in found], [rate(size, row[2]) for row in found]


def rate(size, ms):
    """MB/s of so many bytes in so many ms, a string."""
    return size / 1000.0 / max(int(ms), 1)


def line(name, summary):
    return '%-6s %8.1f MB/s   (%.1f to %.1f; target %.0f)' % (name, summary.median, summary.min, summary.max, TARGET)


def main(argv):
    options = parse_arguments(argv)
    command = [os.path.abspath(options.spy), '-c', code(options.objects, options.runs), options.image]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=options.timeout)
        size, store, load = figures(done.stdout.decode('latin-1'))
    except (OSError, ValueError, subprocess.TimeoutExpired) as e:
        print('segments: %s' % e, file=sys.stderr)
        return 1
    results = [('store', Summary(store)), ('load', Summary(load))]
    print('%d objects, %d bytes' % (options.objects + 2, size))
    for name, summary in results:
        print(line(name, summary))
    if options.json:
        with open(options.json, 'w') as f:
            json.dump(dict([('objects', options.objects), ('bytes', size)] +
                           [(name, summary.as_json()) for name, summary in results]), f, indent=1)
            f.write('\n')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
