"""What is to be finalized (172).

Definition: InterpreterPrimitives of VMMaker.
"""
from spyvm.objects.errors import NOT_FOUND
from spyvm.primitives.registry import primitive, SPUR
from spyvm.rpy import jit


@primitive(172, args=0, era=SPUR)
@jit.dont_look_inside
def fetch_next_mourner(interp, w_receiver):
    """The next ephemeron that fired or, where the image wants these queued, weak object that lost elements; fails (not
    found) if there is none."""
    w_mourner = interp.memory.mourning.fetch()
    if w_mourner is None:
        raise NOT_FOUND
    return w_mourner
