"""The VM's parameters as images number them (vmParameterAt:, primitive 254; StackInterpreterPrimitives of VMMaker says what
each is).

Those that tune another VM's memory have plausible values, are kept as the image sets them, and have no effect.  What depends
on the image or the moment (word size, format, times) is the primitive's to answer.
"""

COUNT = 72

OLD_SPACE, YOUNG_SPACE, MEMORY = 1, 2, 3
TENURING_THRESHOLD = 6
FULL_COLLECTIONS = 7
START_TIME = 20
SHRINK_THRESHOLD = 24
GROW_HEADROOM = 25
HEARTBEAT = 26
WORD_SIZE = 40
IMAGE_FORMAT = 41
DESIRED_STACK_PAGES = 43
EDEN_BYTES = 44
DESIRED_EDEN_BYTES = 45
FLAGS = 48
MAX_SEMAPHORES = 49
FREE_BYTES = 54
GROWTH_RATIO = 55
MAX_OLD_SPACE = 67
PROXY_MAJOR, PROXY_MINOR = 70, 71

QUEUE_WEAK = 16         # in FLAGS: weak objects that lost elements are queued for finalization

MEGABYTE = 1 << 20
WRITABLE = [5, 6, 11, 17, 23, 24, 25, 26, 34, 43, 45, 47, 48, 49, 55, 67, 68, 69]


class Parameters(object):
    """`values[n]` is parameter n, an int; 0 for those that mean nothing here."""

    def __init__(self):
        values = [0] * (COUNT + 1)
        values[OLD_SPACE] = 64 * MEGABYTE
        values[YOUNG_SPACE] = 4 * MEGABYTE
        values[MEMORY] = 68 * MEGABYTE
        values[SHRINK_THRESHOLD] = 8 * MEGABYTE
        values[GROW_HEADROOM] = 4 * MEGABYTE
        values[HEARTBEAT] = 2
        values[EDEN_BYTES] = 4 * MEGABYTE
        values[DESIRED_EDEN_BYTES] = 4 * MEGABYTE
        values[MAX_SEMAPHORES] = 65535
        values[PROXY_MAJOR] = 1
        values[PROXY_MINOR] = 16
        self.values = values

    def is_valid(self, index):
        return 1 <= index and index <= COUNT

    def is_writable(self, index):
        for writable in WRITABLE:
            if index == writable:
                return True
        return False
