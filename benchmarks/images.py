"""The bench images: images whose active process runs tinyBenchmarks' two loops, writes ./raw.out and quits.

raw.out is four 32-bit little-endian integers: the ms of `4000 benchmark`, the ms of `38 benchFib`, and the two answers.
"""
import struct

NAMES = ('bench-v3', 'bench-spur32', 'bench-spur64')
BYTECODES = 4000 * 500000       # as tinyBenchmarks counts them
SENDS = 126491971               # benchFib's answer is the number of its sends
ANSWERS = (1028, SENDS)

# Bytecodes and sends a second, by whether the JIT is used.  The targets hold for one 32-bit and one 64-bit image.
TARGETS = {'jit': (1e10, 4e8), 'off': (3e8, 1.5e7)}
WITH_TARGETS = ('bench-v3', 'bench-spur64')

# What an RPython interpreter of ten bytecodes that is no Smalltalk at all reached on the machine the targets were set on.
TOY = {'jit': (3.6e10, 4.3e8), 'off': (6.2e8, 2.9e7)}


class RawError(Exception):
    """raw.out is missing, or not what it should be."""


def speeds(files):
    """Bytecodes and sends a second, of the files a run left."""
    raw = files.get('raw.out')
    if raw is None:
        raise RawError('no raw.out was written')
    if len(raw) != 16:
        raise RawError('raw.out has %d bytes, expected 16' % len(raw))
    loop_ms, fib_ms, loop_answer, fib_answer = struct.unpack('<4i', raw)
    if (loop_answer, fib_answer) != ANSWERS:
        raise RawError('wrong answers %d and %d, expected %d and %d' % ((loop_answer, fib_answer) + ANSWERS))
    if loop_ms <= 0 or fib_ms <= 0:
        raise RawError('no time passed: %d and %d ms' % (loop_ms, fib_ms))
    return BYTECODES * 1000.0 / loop_ms, SENDS * 1000.0 / fib_ms
