"""How fast images are written, and how much memory that takes beside the objects.

    python3 benchmarks/saving.py --spy ./spy [--mb 500] [--image ../shared/images/mini.image] [--directory DIR]

For one image of each word size and object format it prints the megabytes a second of `spy convert`, as a whole and less the
time that `spy info` takes to read the same file; then, if the image is there, those of a snapshot that mini.image makes of
itself with so many megabytes of objects in it.  Files are written to the directory and synced: a disk shows what it can do
itself, /dev/shm what the VM does.  Where other things run at the same time, megabytes per second of processor time say more.
Peak memory is that of the process, relative to that of one that has the same objects and writes nothing.
"""
import argparse
import os
import re
import shutil
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'image'))
from synthetic import write_big     # noqa: E402

FORMATS = [(6505, '32-bit V3'), (6521, '32-bit Spur'), (68021, '64-bit Spur')]
MAKE = '''| all text block size |
    text := String new: %d withAll: $a. size := %d. all := Array new: size.
    1 to: size do: [:i | all at: i put: (Array with: i with: text copy with: (i @ 7) with: (i + 0.5))].
    Smalltalk imageName: '%s'. '''
SAVE = 'Time millisecondsToRun: [Smalltalk snapshotPrimitive == true ifTrue: [Smalltalk quitPrimitive]]'
# Bytes of the strings, and of all four objects made for an element. Objects of Squeak 2.2 have 41 to 51 bytes on average.
SIZES = [(110, 160), (34, 84)]


def timed(arguments):
    """Seconds of a run as a clock and as the processor counts them, its most memory in megabytes, what it prints."""
    end, beginning = os.pipe()
    start = time.time()
    child = os.fork()
    if child == 0:
        os.dup2(beginning, 1)
        os.execv(arguments[0], arguments)
    os.close(beginning)
    with os.fdopen(end) as file:
        output = file.read()
    status, usage = os.wait4(child, 0)[1:]
    if status != 0:
        sys.exit('%s ended with status %d' % (' '.join(arguments)[:100], status))
    return time.time() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024.0, output


def best(arguments, runs):
    results = [timed(arguments) for _ in range(runs)]
    return tuple(min(each) for each in zip(*results))[:3] + (results[-1][3],)


def main():
    parser = argparse.ArgumentParser(description='Speed of writing images.')
    parser.add_argument('--spy', default='./spy')
    parser.add_argument('--mb', type=int, default=500)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--image', default=os.path.join(ROOT, '..', 'shared', 'images', 'mini.image'))
    parser.add_argument('--directory', default=None)
    options = parser.parse_args()
    spy = os.path.abspath(options.spy)
    folder = tempfile.mkdtemp(dir=options.directory)
    try:
        source, target = os.path.join(folder, 'in.image'), os.path.join(folder, 'out.image')
        for version, name in FORMATS:
            size = write_big(source, version, options.mb) / 1e6
            for order in 'little', 'big':
                reading, reading_cpu, reading_memory, _ = best([spy, 'info', source], options.runs)
                whole, cpu, memory, _ = best([spy, 'convert', source, target, '--byte-order', order], options.runs)
                print('convert, %-12s %4d MB, to %-7s %4.0f MB/s, writing alone %4.0f MB/s, of processor time %4.0f MB/s; '
                      'peak memory %.2f of reading\'s %d MB' %
                      (name, size, order + ':', size / whole, size / max(whole - reading, 0.001),
                       size / max(cpu - reading_cpu, 0.001), memory / reading_memory, reading_memory))
        os.remove(source)
        if os.path.exists(options.image):
            for length, each in SIZES:
                code = ' '.join((MAKE % (length, options.mb * 1000000 // each, target)).split())
                limit = ['--memory', '16000', '-c']
                _, without_cpu, without, _ = best([spy] + limit + [code + ' 0', options.image], options.runs)
                _, cpu, memory, output = best([spy] + limit + [code + SAVE, options.image], options.runs)
                size = os.path.getsize(target) / 1e6
                milliseconds = int(re.search(r'\d+', output).group())
                print('snapshot, mini.image, %d MB, %d bytes an object: %4.0f MB/s, of processor time %4.0f MB/s; '
                      'peak memory %.2f of %d MB' %
                      (size, each // 4, size * 1000 / milliseconds, size / max(cpu - without_cpu, 0.001), memory / without,
                       without))
    finally:
        shutil.rmtree(folder)


if __name__ == '__main__':
    main()
