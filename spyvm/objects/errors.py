"""Ways an operation on objects can end other than by its result."""


class PrimitiveFailed(Exception):
    """The operation is not defined on these objects.  A primitive that raises it fails, having changed nothing."""

    def __init__(self, code=1):
        self.code = code


class ContextNotLinked(Exception):
    """The sender of a running context was asked for.  Senders of running contexts are known only to the interpreter's own
    stack; it links them and then does the operation again."""


# Prebuilt, so that failing costs no allocation.  Numbers follow the primitive error table of Spur images.
FAILED = PrimitiveFailed(1)
BAD_RECEIVER = PrimitiveFailed(2)
BAD_ARGUMENT = PrimitiveFailed(3)
BAD_INDEX = PrimitiveFailed(4)
BAD_NUM_ARGS = PrimitiveFailed(5)
INAPPROPRIATE = PrimitiveFailed(6)
UNSUPPORTED = PrimitiveFailed(7)
NO_MODIFICATION = PrimitiveFailed(8)
NO_MEMORY = PrimitiveFailed(9)
OBJECT_IS_PINNED = PrimitiveFailed(16)
NOT_LINKED = ContextNotLinked()
