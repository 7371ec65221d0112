"""Unwrapping and checking the arguments of primitives.  Each function fails where the object is not what it says."""
from spyvm.objects.errors import BAD_ARGUMENT, BAD_RECEIVER
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import W_Class
from spyvm.objects.raw import W_Bytes


def small_int(w_object):
    """The value of a SmallInteger."""
    if not isinstance(w_object, W_SmallInteger):
        raise BAD_ARGUMENT
    return w_object.value


def boolean(memory, w_object):
    """The value of true or false."""
    if w_object is memory.w_true:
        return True
    if w_object is memory.w_false:
        return False
    raise BAD_ARGUMENT


def text(w_object):
    """The contents of a byte object (String, ByteArray, Symbol) as a byte string."""
    if not isinstance(w_object, W_Bytes):
        raise BAD_ARGUMENT
    return w_object.text()


def class_view(memory, w_receiver):
    """The ClassView of a receiver that is a class."""
    if not isinstance(w_receiver, W_Class):
        raise BAD_RECEIVER
    return memory.view_of_class(w_receiver)
