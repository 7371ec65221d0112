"""Watching the memory: the image is told when little is left, so that a runaway recursion ends in its own handling."""
from spyvm.interpreter import processes
from spyvm.interpreter.unwinding import FatalError
from spyvm.objects import special
from spyvm.rpy import clock, memory as host_memory, osio

PAGE = 4096
INTERVAL = 50000            # microseconds between looks at the clock's leisure
DEFAULT_LIMIT = 2 << 30
RESERVE = 256 << 20         # what the image may use to deal with it, beyond the limit


class LowSpace(object):
    """`limit` is how many bytes of memory the process may have in use before the image is warned."""

    def __init__(self, limit):
        self.limit = limit
        self.next_look = 0
        self.warned = False

    def check(self, interp):
        """Called on ticks and when recursion gets deep."""
        now = clock.monotonic_microseconds()
        if now < self.next_look:
            return
        self.next_look = now + INTERVAL
        if self.is_enough(interp):
            return
        if not self.warned:
            host_memory.collect()
            if self.is_enough(interp):
                return
            self.warned = True
            w_semaphore = interp.memory.special(special.LOW_SPACE_SEMAPHORE)
            if w_semaphore is not interp.w_nil and interp.host.low_space_threshold > 0:
                interp.memory.w_special_objects.store(interp.memory, special.PROCESS_SIGNALING_LOW_SPACE,
                                                      processes.active_process(interp))
                interp.host.low_space_threshold = 0
                processes.signal_if_semaphore(interp, w_semaphore)
                return
        elif resident_bytes() < self.limit + RESERVE:
            return
        else:
            host_memory.collect()       # what the image freed since then may only have to be swept up
            if self.is_enough(interp) or resident_bytes() < self.limit + RESERVE:
                return
        raise FatalError('out of memory: more than %d MB in use (--memory MB allows more)' % (self.limit >> 20))

    def is_enough(self, interp):
        """Whether less is in use than the image is to be warned of.  Then it is warned the next time, too, if it asks for that."""
        if resident_bytes() >= self.limit - interp.host.low_space_threshold:
            return False
        if interp.host.low_space_threshold > 0:
            self.warned = False
        return True


def resident_bytes():
    """How much memory the process has; 0 where the system does not tell."""
    try:
        fields = osio.read_file('/proc/self/statm').split(' ')
        return int(fields[1]) * PAGE
    except OSError:
        return 0
    except ValueError:
        return 0
    except IndexError:
        return 0
