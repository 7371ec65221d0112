"""Making an object an instance of another class (adoptInstance:, primitiveChangeClassTo:)."""
from spyvm.objects import formats
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import W_Context
from spyvm.objects.errors import BAD_RECEIVER, INAPPROPRIATE, NO_MODIFICATION
from spyvm.objects.model import W_HeapObject, IMMUTABLE
from spyvm.objects.pointers import W_AbstractPointers, W_Weak

CONTEXT_NAMED = 6


def change_class(memory, w_object, view):
    """Make a heap object an instance of the view's class.  Fails, changing nothing, where the class's instances are not
    built like the object: other kind of body, or fewer or, in a class without indexed fields, more fields."""
    if not isinstance(w_object, W_HeapObject):
        raise BAD_RECEIVER
    if w_object.meta & IMMUTABLE:
        raise NO_MODIFICATION
    kind = view.kind
    if isinstance(w_object, W_AbstractPointers):
        check_pointers(len(w_object.slots), view)
    elif isinstance(w_object, W_Context):
        if (kind != formats.INDEXABLE_FIXED or view.inst_size != CONTEXT_NAMED or
                w_object.is_block() != (view is memory.view_BlockContext)):
            raise INAPPROPRIATE
    elif isinstance(w_object, W_BlockClosure):
        if kind != formats.INDEXABLE_FIXED or view.inst_size != w_object.named():
            raise INAPPROPRIATE
    elif isinstance(w_object, W_Weak):
        if kind != formats.WEAK or view.inst_size != len(w_object.slots):
            raise INAPPROPRIATE
    elif kind != w_object.kind(memory) or view is memory.view_Float:
        raise INAPPROPRIATE
    w_object.view = view


def check_pointers(size, view):
    kind = view.kind
    if kind == formats.INDEXABLE_FIXED:
        if size < view.inst_size:
            raise BAD_RECEIVER
    elif kind == formats.FIXED or kind == formats.EMPTY or kind == formats.EPHEMERON:
        if size != view.inst_size:
            raise BAD_RECEIVER
    else:
        raise INAPPROPRIATE
