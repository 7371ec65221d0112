"""Leaving the interpreter's own stack: to link contexts to their senders, to switch processes, to return non-locally.

While Smalltalk code runs, the chain of senders is the chain of interpret() activations.  An exception of this module passes
through them; each activation links the context it called to its own (see Interpreter.run).  When it reaches the base, the whole
chain exists as objects, and execution goes on from there.  A context is unwound at most once for each time it is entered, so
that the cost of it all is bounded by that of the sends.
"""


class Unwinding(Exception):
    """What leaves activations, and links their contexts.  `bottom` is the one linked last."""

    def __init__(self, bottom):
        self.bottom = bottom

    def link(self, caller):
        self.bottom.w_sender = caller
        self.bottom = caller


class StackUnwind(Unwinding):
    """Unwind everything.  `top` is the context that was running."""

    def __init__(self, top):
        Unwinding.__init__(self, top)
        self.top = top


class NonLocalReturn(Unwinding):
    """Return w_value from the context `home`, from inside the block context `origin`.  `blocked` once an activation marked for
    unwinding (ensure:, ifCurtailed:) has been met on the way: the image must be asked then."""

    def __init__(self, home, w_value, origin):
        Unwinding.__init__(self, origin)
        self.home = home
        self.w_value = w_value
        self.origin = origin
        self.blocked = False


class LoopGuard(object):
    """Notices that a walk along senders goes round in a loop, which an image may make (Brent's algorithm)."""

    def __init__(self):
        self.mark = None
        self.steps = 0
        self.limit = 16

    def repeats(self, context):
        """Whether the walk, which has come to this context, has been here before."""
        if context is self.mark:
            return True
        self.steps += 1
        if self.steps == self.limit:
            self.mark = context
            self.steps = 0
            self.limit *= 2
        return False


class FatalError(Exception):
    """The image asks for something that cannot be done and has no way to be told.  `message` is for people."""

    def __init__(self, message):
        self.message = message


class Finished(Exception):
    """The context that was to be run to its end has returned w_value."""

    def __init__(self, w_value):
        self.w_value = w_value
