"""What becomes of objects of V3 segments in Spur images.

Formats and identity hashes are kept (12 bits of 22).  Floats are those of the running image, immediate where they can be;
LargeIntegers become SmallIntegers where the running image has them; Characters become immediate.  Objects of compact classes
are instances of the classes that take their place: the ones among the special objects, the class of symbols, and classes of
the same name.  Methods, contexts, blocks and classes are refused: bytecodes, headers and program counters mean other things.
"""
from spyvm.image.segment.compact import (COMPACT_ARRAY, COMPACT_ASSOCIATION, COMPACT_BITMAP, COMPACT_FLOAT,
                                         COMPACT_LARGE_NEGATIVE, COMPACT_LARGE_POSITIVE, COMPACT_METHOD,
                                         COMPACT_METHOD_CONTEXT, COMPACT_METHOD_DICTIONARY, COMPACT_POINT,
                                         COMPACT_RECTANGLE, COMPACT_STRING, COMPACT_SYMBOL)
from spyvm.objects import special
from spyvm.objects.classview import class_name
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import W_AbstractPointers, W_Class

MAX_DIGITS = 8          # bytes of a LargeInteger that may fit a SmallInteger

# compact class index -> index among the special objects; -1 if the class is not there
SPECIAL_CLASSES = [-1] * 32
SPECIAL_CLASSES[COMPACT_METHOD] = special.CLASS_COMPILED_METHOD
SPECIAL_CLASSES[COMPACT_ARRAY] = special.CLASS_ARRAY
SPECIAL_CLASSES[COMPACT_LARGE_NEGATIVE] = special.CLASS_LARGE_NEGATIVE_INTEGER
SPECIAL_CLASSES[COMPACT_LARGE_POSITIVE] = special.CLASS_LARGE_POSITIVE_INTEGER
SPECIAL_CLASSES[COMPACT_FLOAT] = special.CLASS_FLOAT
SPECIAL_CLASSES[COMPACT_POINT] = special.CLASS_POINT
SPECIAL_CLASSES[COMPACT_STRING] = special.CLASS_STRING
SPECIAL_CLASSES[COMPACT_METHOD_CONTEXT] = special.CLASS_METHOD_CONTEXT
SPECIAL_CLASSES[COMPACT_BITMAP] = special.CLASS_BITMAP


def spur_class(memory, index):
    """The class of a Spur image that takes the place of a V3 compact class; nil if there is none."""
    if index < len(SPECIAL_CLASSES) and SPECIAL_CLASSES[index] >= 0:
        return memory.special(SPECIAL_CLASSES[index])
    if index == COMPACT_SYMBOL:
        return memory.class_of(memory.special(special.SELECTOR_DOES_NOT_UNDERSTAND))
    if index == COMPACT_METHOD_DICTIONARY:
        return class_named(memory, 'MethodDictionary')
    if index == COMPACT_ASSOCIATION:
        return class_named(memory, 'Association')
    if index == COMPACT_RECTANGLE:
        return class_named(memory, 'Rectangle')
    return memory.w_nil


def class_named(memory, name):
    """A class of that name; nil if there is none.  Every metaclass has a view, since it has an instance."""
    for view in memory.known_views.all():
        w_class = view.w_self
        if isinstance(w_class, W_Class):
            if class_name(w_class) == name:
                return w_class
            w_sole = sole_instance(w_class)
            if w_sole is not None and class_name(w_sole) == name:
                return w_sole
    return memory.w_nil


def sole_instance(w_meta):
    """The class whose metaclass an object is; None if it is none."""
    for i in range(special.FORMAT + 1, min(len(w_meta.slots), 12)):
        w_this = w_meta.slots[i]
        if isinstance(w_this, W_AbstractPointers) and w_this.view is not None and w_this.view.w_self is w_meta:
            return w_this
    return None


def normalised(memory, w_integer):
    """The SmallInteger with the value of a LargeInteger where there is one, or the LargeInteger."""
    chars = w_integer.bytes
    size = len(chars)
    while size > 0 and chars[size - 1] == '\x00':
        size -= 1
    if size > MAX_DIGITS or (size == MAX_DIGITS and ord(chars[size - 1]) >= 128):
        return w_integer
    value = 0
    for i in range(size):
        value |= ord(chars[i]) << (8 * i)
    if w_integer.view is memory.view_LargeNegativeInteger:
        value = -value
    if memory.min_int <= value and value <= memory.max_int:
        return W_SmallInteger(value)
    return w_integer
