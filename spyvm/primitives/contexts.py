"""Contexts as objects (76, 210-212, 214, 215).  The variants with one more argument are mirror primitives.

Definition: StackInterpreterPrimitives of VMMaker.
"""
from spyvm.objects.context import W_Context, STACKP
from spyvm.objects.errors import BAD_RECEIVER
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_SmallInteger
from spyvm.primitives.arguments import small_int
from spyvm.primitives.registry import primitive


def context_of(w_object):
    if not isinstance(w_object, W_Context):
        raise BAD_RECEIVER
    return w_object


@primitive(76, args=1)
def store_stackp(interp, w_receiver, w_stackp):
    """ContextPart stackp: anInteger.  Slots that come into use are nil.  The receiver."""
    context_of(w_receiver).store(interp.memory, STACKP, w_stackp)
    return w_receiver


@primitive(210, args=1)
def context_at(interp, w_receiver, w_index):
    """Context at: anInteger, of a temporary or what is on the stack."""
    return context_of(w_receiver).at0(interp.memory, small_int(w_index) - 1)


@primitive(210, args=2)
def mirror_context_at(interp, w_mirror, w_context, w_index):
    return context_at(interp, w_context, w_index)


@primitive(211, args=2)
def context_at_put(interp, w_receiver, w_index, w_value):
    """Context at: anInteger put: anObject.  The object."""
    context_of(w_receiver).atput0(interp.memory, small_int(w_index) - 1, w_value)
    return w_value


@primitive(211, args=3)
def mirror_context_at_put(interp, w_mirror, w_context, w_index, w_value):
    return context_at_put(interp, w_context, w_index, w_value)


@primitive(212, args=0)
def context_size(interp, w_receiver):
    """Context size: how much of its stack is in use."""
    return W_SmallInteger(context_of(w_receiver).indexed_size(interp.memory))


@primitive(212, args=1)
def mirror_context_size(interp, w_mirror, w_context):
    return context_size(interp, w_context)


@primitive(214, args=0)
def void_vm_state(interp, w_receiver):
    """Forget all that was derived from the image, which is kept up to date anyway.  The receiver."""
    interp.memory.flush_methods()
    return w_receiver


@primitive(215, args=0)
def void_vm_state_for_method(interp, w_receiver):
    """The same for one method."""
    if not isinstance(w_receiver, W_CompiledMethod):
        raise BAD_RECEIVER
    w_receiver.changed(interp.memory)
    interp.memory.method_changed(w_receiver)
    return w_receiver
