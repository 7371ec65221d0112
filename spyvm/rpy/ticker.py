"""The limit that every send and backward jump compares its depth with.

`limit()` is normally the greatest recursion depth the interpreter allows itself.  `start(milliseconds)` arms a timer whose
signal sets it to -1, so that the comparison the interpreter makes anyway also notices, at no further cost, that it is time to
look at clocks and events.  `reset(depth)` sets it back.  Translated, the limit is the word that RPython's signal handler
writes; the JIT knows its address, so that a hot loop pays one load and one compare.  Untranslated, every `COUNT`th call of
limit() answers -1.
"""
from spyvm.rpy import REAL, jit, we_are_translated

if REAL:
    from rpython.rlib import rsignal, rthread
    from rpython.rtyper.lltypesystem import lltype, rffi


class _Depth(object):
    """The depth last given to reset()."""

    def __init__(self):
        self.value = 0

DEPTH = _Depth()


class _Untranslated(object):
    COUNT = 20000

    def __init__(self):
        self.depth = 0
        self.remaining = self.COUNT

UNTRANSLATED = _Untranslated()


def limit():
    if we_are_translated():
        return rsignal.pypysig_getaddr_occurred().c_value
    state = UNTRANSLATED
    state.remaining -= 1
    if state.remaining <= 0:
        state.remaining = state.COUNT
        return -1
    return state.depth


def reset(depth):
    """Allow `depth` nested activations until the next tick."""
    DEPTH.value = depth
    if we_are_translated():
        rsignal.pypysig_getaddr_occurred().c_value = depth
    else:
        UNTRANSLATED.depth = depth


@jit.elidable
def defer():
    """Put a tick that is due off until the next; answer 0.  Only for code that the JIT looks at, right before limit().

    A tick that fell into the tracing of a loop would be traced as the usual case: every iteration would then leave the compiled
    code to poll.  As an elidable function without arguments this one runs while the loop is traced and leaves nothing in
    the trace."""
    if we_are_translated():
        if rsignal.pypysig_getaddr_occurred().c_value < 0:
            rsignal.pypysig_getaddr_occurred().c_value = DEPTH.value
    return 0


def trip():
    """Make the next comparison notice, as a tick would."""
    if we_are_translated():
        rsignal.pypysig_getaddr_occurred().c_value = -1
    else:
        UNTRANSLATED.remaining = 0


def start(milliseconds):
    """Tick every `milliseconds` of real time; 0 stops the ticks."""
    if we_are_translated():
        rsignal.pypysig_setflag(rsignal.SIGALRM)
        rsignal.pypysig_setflag(rsignal.SIGINT)
        with lltype.scoped_alloc(rsignal.itimervalP.TO, 1) as timer:
            micros = milliseconds * 1000
            timer[0].c_it_value.c_tv_sec = 0
            timer[0].c_it_value.c_tv_usec = micros
            timer[0].c_it_interval.c_tv_sec = 0
            timer[0].c_it_interval.c_tv_usec = micros
            rsignal.c_setitimer(rsignal.ITIMER_REAL, timer, lltype.nullptr(rsignal.itimervalP.TO))


def poll_interrupt_key():
    """True once after the user has pressed Ctrl-C (SIGINT) since the last call.  Drains the pending signals."""
    if we_are_translated():
        seen = False
        while True:
            n = rffi.cast(lltype.Signed, rsignal.pypysig_poll())
            if n < 0:
                return seen
            if n == rsignal.SIGINT:
                seen = True
    return False
