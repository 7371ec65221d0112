"""The collector's sizes, set before the translation.  PYPY_GC_NURSERY, PYPY_GC_MIN and PYPY_GC_INCREMENT_STEP, in the
environment of the executable, still override them.

What is alive when the nursery is full is copied, and becomes garbage that only a major collection finds.  RPython's nursery
is half of one processor's cache, often less than a megabyte: most of what a Smalltalk program has in use for a moment
survives that, and it spends its time in the collector (Storage, of the Are-We-Fast-Yet set, six times as long).
"""

NURSERY = 32 << 20          # bytes
FIRST_MAJOR = 64 << 20      # bytes in use before the first major collection; RPython's default is 8 nurseries
STEP = 64 << 20             # bytes that a step of a major collection looks at, at most; RPython's is 4 nurseries

# The collector searches a table of its arenas that it rebuilds for each new one: with RPython's 512 KB, loading a large
# image takes time quadratic in its size.
ARENA = 8 << 20             # bytes


def install():
    """Set the sizes in the rpython that translates.  Only where that is importable."""
    from rpython.memory.gc import env
    from rpython.memory.gc.incminimark import IncrementalMiniMarkGC
    from rpython.rlib.rarithmetic import r_uint

    IncrementalMiniMarkGC.TRANSLATION_PARAMS['arena_size'] = ARENA
    read = env.read_uint_from_env

    def estimate_best_nursery_size():
        return NURSERY

    def read_uint_from_env(name):
        value = read(name)
        if value == 0:
            if name == 'PYPY_GC_MIN':
                return r_uint(FIRST_MAJOR)
            if name == 'PYPY_GC_INCREMENT_STEP':
                return r_uint(STEP)
        return value

    env.estimate_best_nursery_size = estimate_best_nursery_size
    env.read_uint_from_env = read_uint_from_env
