"""Ways an operation on objects can end other than by its result."""
from spyvm.rpy import prebuilt


class PrimitiveFailed(Exception):
    """The operation is not defined on these objects.  A primitive that raises it fails, having changed nothing."""

    def __init__(self, code=1):
        self.code = code


class ContextNotLinked(Exception):
    """The sender of a running context was asked for.  Senders of running contexts are known only to the interpreter's own
    stack; it links them and then does the operation again."""


# Prebuilt, so that failing costs no allocation.  Numbers follow the primitive error table of Spur images.
FAILED = prebuilt(PrimitiveFailed, 1)
BAD_RECEIVER = prebuilt(PrimitiveFailed, 2)
BAD_ARGUMENT = prebuilt(PrimitiveFailed, 3)
BAD_INDEX = prebuilt(PrimitiveFailed, 4)
BAD_NUM_ARGS = prebuilt(PrimitiveFailed, 5)
INAPPROPRIATE = prebuilt(PrimitiveFailed, 6)
UNSUPPORTED = prebuilt(PrimitiveFailed, 7)
NO_MODIFICATION = prebuilt(PrimitiveFailed, 8)
NO_MEMORY = prebuilt(PrimitiveFailed, 9)
NOT_FOUND = prebuilt(PrimitiveFailed, 11)
OBJECT_IS_PINNED = prebuilt(PrimitiveFailed, 16)
NOT_LINKED = prebuilt(ContextNotLinked)
