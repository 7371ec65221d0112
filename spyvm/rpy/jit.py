"""Hints for the tracing JIT (rpython.rlib.jit), or functions that do nothing."""
from spyvm.rpy import REAL, we_are_translated

if REAL:
    from rpython.rlib import jit_hooks
    from rpython.rlib.jit import (Counters, JitDriver, hint, promote, promote_string, elidable, elidable_promote, unroll_safe,
                                  dont_look_inside, look_inside_iff, we_are_jitted, isconstant, isvirtual,
                                  set_user_param, set_param, loop_unrolling_heuristic, loop_invariant,
                                  JitHookInterface)
else:
    class JitDriver(object):
        def __init__(self, **kwargs):
            pass

        def jit_merge_point(self, **kwargs):
            pass

        def can_enter_jit(self, **kwargs):
            pass

    class JitHookInterface(object):
        pass

    def hint(value, **kwargs):
        return value

    def promote(value):
        return value

    promote_string = promote

    def _same(function):
        return function

    elidable = unroll_safe = dont_look_inside = loop_invariant = _same

    def elidable_promote(promote_args='all'):
        return _same

    def look_inside_iff(predicate):
        return _same

    def we_are_jitted():
        return False

    def isconstant(value):
        return False

    def isvirtual(value):
        return False

    def loop_unrolling_heuristic(lst, size, cutoff=2):
        return False

    def set_user_param(driver, text):
        pass

    def set_param(driver, name, value):
        pass


class _Build(object):
    """What is translated: targetsqueak.py says whether with the JIT."""
    has_jit = False

BUILD = _Build()


def traces_too_long():
    """How many traces the JIT has given up so far because they got longer than trace_limit."""
    if we_are_translated() and BUILD.has_jit:
        # its other counters are made with the first trace
        if jit_hooks.stats_get_counter_value(None, Counters.TOTAL_COMPILED_LOOPS) > 0:
            return jit_hooks.stats_get_counter_value(None, Counters.ABORT_TOO_LONG)
    return 0
