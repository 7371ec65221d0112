"""Whether two loaded images are the same, object by object."""
from spyvm.objects.context import W_Context
from spyvm.objects.model import W_Character, W_Float, W_SmallInteger
from spyvm.rpy.floats import float_to_bits


def differences(a, b):
    """What is different in two memories, in a few words each: objects in their order, classes, hashes and flags, contents."""
    if len(a.loaded) != len(b.loaded):
        return ['%d and %d objects' % (len(a.loaded), len(b.loaded))]
    return differing(a, a.loaded, b, b.loaded)


def differing(a, objects_a, b, objects_b):
    numbers_a = dict((id(w), n) for n, w in enumerate(objects_a))
    numbers_b = dict((id(w), n) for n, w in enumerate(objects_b))
    result = []
    for n, (w_a, w_b) in enumerate(zip(objects_a, objects_b)):
        seen_a = facts(a, w_a, numbers_a)
        seen_b = facts(b, w_b, numbers_b)
        if seen_a != seen_b:
            result.append('object %d: %s is not %s' % (n, seen_a, seen_b))
    return result


def facts(memory, w_object, numbers):
    w_class = memory.class_of(w_object)
    found = [type(w_object).__name__, numbers[id(w_class)], w_object.get_meta()]
    if isinstance(w_object, W_Float):
        return found + [float_to_bits(w_object.value)]
    for i in range(w_object.pointer_size(memory)):
        found.append(reference(memory, w_object.fetch(memory, i), numbers))
    for name in ('bytes', 'words', 'longs', 'shorts'):
        if hasattr(w_object, name):
            found.append(list(getattr(w_object, name)))
    if isinstance(w_object, W_Context):
        found.append(w_object.sp)
    return found


def reference(memory, w_object, numbers):
    if isinstance(w_object, (W_SmallInteger, W_Character)):
        return type(w_object).__name__, w_object.value
    if isinstance(w_object, W_Float) and w_object.is_immediate(memory):
        return 'immediate', float_to_bits(w_object.value)
    return numbers[id(w_object)]
