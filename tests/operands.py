"""Integers to try arithmetic with: seeded, of many sizes, at the edges of formats and words."""
import random

import fakeimage

EDGES = [0, 1, 2, 3, 7, 8, 255, 256, 257, 65535, 65536]
BITS = [29, 30, 31, 32, 53, 54, 56, 59, 60, 61, 62, 63, 64, 65, 126, 128]


def edge_values():
    values = set(EDGES)
    for bits in BITS:
        values.update([(1 << bits) - 1, 1 << bits, (1 << bits) + 1])
    return sorted(values | set(-value for value in values))


def random_value(rng):
    """An integer of up to 600 bits, more often short than long, some with long runs of equal bits."""
    bits = rng.choice([8, 30, 31, 32, 60, 61, 64, 65, 128, 200, 600])
    value = rng.getrandbits(bits)
    if rng.random() < 0.2:
        value = (value >> (bits // 2)) << (bits // 2)
    if rng.random() < 0.2:
        value |= (1 << (bits // 2)) - 1
    return -value if rng.random() < 0.5 else value


def pairs(count, seed=1):
    """Pairs of all edges, and random ones."""
    rng = random.Random(seed)
    edges = edge_values()
    for a in edges:
        for b in rng.sample(edges, 2) + [rng.choice([a, -a])]:
            yield a, b
    for _ in range(count):
        a = random_value(rng)
        yield a, rng.choice([random_value(rng), random_value(rng), a, -a, a + 1, rng.choice(edges)])


def integer(memory, value, rng):
    """The Integer in some form: normalised, or now and then with leading zeros or large without need."""
    if rng.random() < 0.1:
        return fakeimage.large(memory, value, rng.choice([0, 1, 8, 9, 50]))
    return fakeimage.integer(memory, value)
