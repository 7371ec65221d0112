"""The toy: an RPython interpreter of ten bytecodes, the yardstick of what RPython can do.  Runs it, reads what it prints.

Run as `toy LOOPS FIB [JIT PARAMETERS]`, it prints one line for a loop and one for a recursion; each ends with millions a
second.
"""
import re

from benchmarks.peers import VMError, absolute, timed
from benchmarks.stats import median

LOOPS = '200000000'
FIB = '36'
RATE = re.compile(r'M (bytecodes|sends)/s: *([0-9.e+-]+)')


def read_output(text):
    """Bytecodes and sends a second."""
    rates = dict((unit, float(value) * 1e6) for unit, value in RATE.findall(text.replace("'", ' ').replace(',', ' ')))
    if sorted(rates) != ['bytecodes', 'sends']:
        raise VMError('the toy printed %r' % text[:200])
    return rates['bytecodes'], rates['sends']


def measure(executable, runs):
    """Medians with and without the JIT, in the form of images.TOY; the two are run in turn."""
    found = {'jit': [], 'off': []}
    for _ in range(runs):
        for kind, parameters in ('jit', []), ('off', ['off']):
            _, _, status, output, complaint = timed(absolute([executable]) + [LOOPS, FIB] + parameters, None, 600)
            if status != 0:
                raise VMError('the toy ended with status %d: %s' % (status, complaint.strip()[:160]))
            found[kind].append(read_output(output))
    return dict((kind, tuple(median(each) for each in zip(*pairs))) for kind, pairs in found.items())
