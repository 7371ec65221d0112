"""Looking at the clock and at what else may have happened; waiting when there is nothing to run."""
from spyvm.interpreter import processes, tracing
from spyvm.interpreter.unwinding import FatalError, StackUnwind
from spyvm.objects import special
from spyvm.objects.errors import PrimitiveFailed
from spyvm.rpy import clock, jit, ticker

TICK_MILLISECONDS = 2
NEVER = -1
INTERRUPT_AGAIN = 2000000     # microseconds


class Polling(object):
    """Ticks, the timer, the interrupt key, idling."""
    _mixin_ = True

    @jit.dont_look_inside
    def relinquish(self, microseconds):
        """The idle process gives the time back: sleep until something may happen, at most that long."""
        until = clock.monotonic_microseconds() + microseconds
        if self.wakeup_microseconds != 0 and self.wakeup_microseconds < until:
            until = self.wakeup_microseconds
        self.sleep_until(until)
        self.poll()

    def forget_interrupt(self):
        """The image has asked for the user's attention: the next Ctrl-C is the first again."""
        self.interrupted_at = NEVER

    @jit.dont_look_inside
    def poll(self):
        """Look at the clock and at what else may have happened; True if another process is to run now."""
        ticker.reset(self.max_depth)
        if ticker.poll_interrupt_key():
            self.user_interrupt()
        if self.wakeup_microseconds != 0 and clock.monotonic_microseconds() >= self.wakeup_microseconds:
            self.wakeup_microseconds = 0
            processes.signal_if_semaphore(self, self.w_timer_semaphore)
        if self.low_space is not None:
            self.low_space.check(self)
        self.look_at_mourners()
        tracing.adapt()
        return self.pending_switch

    def look_at_mourners(self):
        """Signal the finalization semaphore if there is something to be finalized."""
        mourning = self.memory.mourning
        mourning.look(self.memory, clock.monotonic_microseconds())
        if mourning.take_pending():
            processes.signal_if_semaphore(self, self.memory.special(special.FINALIZATION_SEMAPHORE))

    def user_interrupt(self):
        """Ctrl-C: an image that runs as itself is told if it waits for that; otherwise, or at the second time
        within INTERRUPT_AGAIN, the run ends."""
        w_semaphore = self.memory.special(special.INTERRUPT_SEMAPHORE)
        now = clock.monotonic_microseconds()
        again = self.interrupted_at != NEVER and now - self.interrupted_at < INTERRUPT_AGAIN
        if self.entry is not None or again or w_semaphore is self.w_nil:
            self.host.interrupted()
        self.interrupted_at = now
        try:
            if processes.is_empty(self, w_semaphore):
                self.host.interrupted()
            processes.signal(self, w_semaphore)
        except PrimitiveFailed:
            self.host.interrupted()

    def poll_in_loop(self, frame):
        if self.poll():
            raise StackUnwind(frame)

    @jit.dont_look_inside
    def next_to_run(self):
        """The process to run when the active one cannot go on; waits for one if something can still wake one up."""
        w_process = processes.highest_runnable(self)
        if w_process is not None:
            return w_process
        self.idle = True
        try:
            while True:
                if self.memory.mourning.pending == 0:
                    if self.wakeup_microseconds == 0:
                        raise FatalError('all processes are waiting, and nothing can wake one up')
                    self.sleep_until(self.wakeup_microseconds)
                self.poll()
                w_process = processes.highest_runnable(self)
                if w_process is not None:
                    return w_process
        finally:
            self.idle = False

    def sleep_until(self, microseconds):
        """Sleep, at most until that time, at most a tenth of a second."""
        now = clock.monotonic_microseconds()
        pause = microseconds - now
        if pause > 100000:
            pause = 100000
        if pause > 0:
            if self.ticking:
                ticker.start(0)     # it would wake us up
            clock.sleep_microseconds(pause)
            if self.ticking:
                ticker.start(TICK_MILLISECONDS)

    def start_ticking(self):
        self.ticking = True
        ticker.reset(self.max_depth)
        ticker.start(TICK_MILLISECONDS)

    def stop_ticking(self):
        self.ticking = False
        ticker.start(0)
