"""How long the JIT's traces may be, by whether the program is one for long traces.

A trace goes into the methods it sends to, so that they are compiled together: the longer, the better the code.  But where the
program leaves the usual path a bridge is traced, which goes to the end of the outermost method again.  A program with many
paths, such as a compiler that visits trees of nodes, needs one for each path through all that was traced into, and with long
traces that never comes to an end.  Such a program is known by traces that are given up because they get too long, and that is
also where most of the time for tracing goes.  From then on, methods that make traces too long are compiled by themselves, and
bridges, which are short then, sooner.
"""
from spyvm.rpy import jit

# traces given up as too long, the trace_limit from then on, the trace_eagerness
STAGES = [(4, 3000, 50), (8, 1500, 50)]


class _State(object):
    """`next` is the index of the stage that comes next; `fixed` says that none does, because the user has set the parameters."""

    def __init__(self):
        self.next = 0
        self.fixed = False

STATE = _State()


def adapt():
    """Called every now and then: go to the next stage when it is time."""
    if STATE.fixed or STATE.next == len(STAGES):
        return
    count, limit, eagerness = STAGES[STATE.next]
    if jit.traces_too_long() >= count:
        STATE.next += 1
        jit.set_param(None, 'trace_limit', limit)
        jit.set_param(None, 'trace_eagerness', eagerness)


def fix():
    """Leave the parameters as they are."""
    STATE.fixed = True
