"""become: (72, 128, 248, 249).  See spyvm.objects.become."""
from spyvm.objects.become import become
from spyvm.primitives.arguments import boolean
from spyvm.primitives.registry import primitive
from spyvm.rpy import jit


@primitive(128, args=1)
@jit.dont_look_inside
def exchange_identity(interp, w_receiver, w_others):
    """Array elementsExchangeIdentityWith: anArray.  The receiver."""
    become(interp, w_receiver, w_others, True, False)
    return w_receiver


@primitive(72, args=1)
@jit.dont_look_inside
def forward_identity(interp, w_receiver, w_others):
    """Array elementsForwardIdentityTo: anArray; the others take over the identity hashes, too.  The receiver."""
    become(interp, w_receiver, w_others, False, True)
    return w_receiver


@primitive(248, args=1)
@jit.dont_look_inside
def forward_identity_only(interp, w_receiver, w_others):
    """The same, the others keeping their identity hashes.  The receiver."""
    become(interp, w_receiver, w_others, False, False)
    return w_receiver


@primitive(249, args=2)
@jit.dont_look_inside
def forward_identity_copying(interp, w_receiver, w_others, w_copy_hash):
    """Array elementsForwardIdentityTo: anArray copyHash: aBoolean.  The receiver."""
    become(interp, w_receiver, w_others, False, boolean(interp.memory, w_copy_hash))
    return w_receiver
