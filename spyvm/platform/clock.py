"""Time as Smalltalk counts it."""
from spyvm.rpy import clock

SECONDS_1901_TO_1970 = (69 * 365 + 17) * 24 * 3600      # between the epochs of Smalltalk and of Unix
MILLISECOND_MASK = 0x1FFFFFFF                           # the millisecond clock starts over at 2**29


class Clock(object):
    def __init__(self):
        self.start = clock.monotonic_microseconds()

    def elapsed_microseconds(self):
        """Microseconds since the VM started."""
        return clock.monotonic_microseconds() - self.start

    def milliseconds(self):
        """Milliseconds since the VM started, starting over at 2**29."""
        return (self.elapsed_microseconds() // 1000) & MILLISECOND_MASK

    def utc_microseconds(self):
        """Microseconds since 1901-01-01 00:00 UTC."""
        return clock.wall_microseconds() + SECONDS_1901_TO_1970 * 1000000

    def local_microseconds(self):
        """Microseconds since 1901-01-01 00:00, local time."""
        now = clock.wall_microseconds()
        offset = clock.local_offset(now // 1000000)
        return now + (SECONDS_1901_TO_1970 + offset) * 1000000

    def local_seconds(self):
        """Seconds since 1901-01-01 00:00, local time."""
        return self.local_microseconds() // 1000000

    def local_offset(self):
        """How many seconds local time is ahead of UTC now."""
        return clock.local_offset(clock.wall_microseconds() // 1000000)


def smalltalk_seconds(unix_seconds):
    """Seconds since 1901-01-01 00:00, local time, of a Unix time."""
    return unix_seconds + clock.local_offset(unix_seconds) + SECONDS_1901_TO_1970
