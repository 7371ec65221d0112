"""RPython's entry: target(), jitpolicy(). Nothing else."""
from rpython.memory.gc.incminimark import IncrementalMiniMarkGC

from spyvm.cli import main

# The collector searches a table of its arenas that it rebuilds for each new one: with the default of 512 KB loading a large image
# takes time quadratic in its size.
IncrementalMiniMarkGC.TRANSLATION_PARAMS['arena_size'] = 65536 * 8 * 16


def target(driver, args):
    driver.exe_name = 'spy'
    return main, None


def jitpolicy(driver):
    from rpython.jit.codewriter.policy import JitPolicy
    return JitPolicy()
