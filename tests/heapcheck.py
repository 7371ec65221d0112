"""Walks over everything that can be reached in an object memory and asserts that each object is well formed."""
from spyvm.objects import formats
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import W_Context
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_Character, W_Float, W_HeapObject, W_Object, W_SmallInteger
from spyvm.objects.pointers import (FLOATS, GENERIC, INTS, NILS, NO_INT, W_AbstractPointers, W_Array, W_Class, W_Weak,
                                    unerase_floats, unerase_generic, unerase_ints)
from spyvm.objects.raw import W_Bytes, W_Longs, W_Shorts, W_Words
from spyvm.objects.walk import Walk

META_BITS = 33          # of those above nothing may stay behind
SPARE_BITS = 3 << 22    # nor of these


def check_heap(memory, roots=()):
    """AssertionError, with what is wrong, for a heap that is not in order.  Answers the number of objects."""
    walk = Walk(memory, False)
    walk.run(list(roots))
    walk.unmark()
    for w_object in walk.found:
        check_object(memory, w_object)
    for view in memory.known_views.all():
        w_class = view.w_self
        if isinstance(w_class, W_Class):
            assert w_class.instances is view, 'the view of a class is not its own'
        assert view.behavior == memory.inherits_from_behavior(w_class), 'the view is out of date: ' + view.name()
    return len(walk.found)


def check_object(memory, w_object):
    meta = w_object.get_meta()
    assert meta >> META_BITS == 0 and meta & SPARE_BITS == 0, 'bits left behind in the meta of ' + w_object.describe()
    if isinstance(w_object, W_Float):
        assert isinstance(w_object.value, float) and not w_object.is_immediate(memory)
        return
    assert isinstance(w_object, W_HeapObject)
    view = w_object.view
    assert view is not None, 'an object without a class'
    assert memory.view_of_class(view.w_self) is view
    for value in pointers_of(memory, w_object):
        check_value(memory, w_object, value)
    check_shape(memory, w_object, view)


def check_value(memory, w_object, w_value):
    assert isinstance(w_value, W_Object), 'no object in a field of ' + w_object.describe()
    if isinstance(w_value, W_SmallInteger):
        assert memory.min_int <= w_value.value <= memory.max_int, 'SmallInteger out of range in ' + w_object.describe()
    elif isinstance(w_value, W_Character):
        assert memory.is_spur and 0 <= w_value.value <= 0x3FFFFFFF


def pointers_of(memory, w_object):
    if isinstance(w_object, W_AbstractPointers):
        return w_object.slots
    if isinstance(w_object, W_Array):
        return elements_of(memory, w_object)
    if isinstance(w_object, W_CompiledMethod):
        return w_object.literals
    if isinstance(w_object, W_BlockClosure):
        return [w_object.w_outer, w_object.w_start, w_object.w_num_args, w_object.w_receiver] + w_object.copied
    if isinstance(w_object, W_Weak):
        return [w_object.fetch(memory, i) for i in range(w_object.pointer_size(memory))]
    return []


def elements_of(memory, w_array):
    if w_array.strategy is GENERIC:
        return unerase_generic(w_array.storage)
    if w_array.strategy is INTS:
        values = unerase_ints(w_array.storage)
        assert all(value == NO_INT or memory.min_int <= value <= memory.max_int for value in values)
    elif w_array.strategy is FLOATS:
        assert all(W_Float(value).is_immediate(memory) for value in unerase_floats(w_array.storage))
    else:
        assert w_array.strategy is NILS
    return []


def check_shape(memory, w_object, view):
    kind = view.kind
    if isinstance(w_object, W_AbstractPointers):
        if w_object in (memory.w_nil, memory.w_true, memory.w_false):
            return
        assert isinstance(w_object, W_Class) == view.behavior, 'class or not: ' + w_object.describe()
        size = len(w_object.slots)
        if kind in (formats.EMPTY, formats.FIXED, formats.EPHEMERON):
            assert size == view.inst_size, '%s has %d fields' % (w_object.describe(), size)
        else:
            assert kind == formats.INDEXABLE_FIXED and size >= view.inst_size, w_object.describe()
    elif isinstance(w_object, W_Array):
        assert kind == formats.INDEXABLE
    elif isinstance(w_object, W_Bytes):
        assert kind == formats.BYTES and all(len(char) == 1 for char in w_object.bytes)
    elif isinstance(w_object, W_Words):
        assert kind == formats.WORDS and all(0 <= word < 1 << 32 for word in w_object.words)
    elif isinstance(w_object, W_Longs):
        assert kind == formats.LONGS and all(0 <= word < 1 << 64 for word in w_object.longs)
    elif isinstance(w_object, W_Shorts):
        assert kind == formats.SHORTS and all(0 <= word < 1 << 16 for word in w_object.shorts)
    elif isinstance(w_object, W_CompiledMethod):
        assert kind == formats.METHOD
        assert memory.method_literal_count(w_object.header) == len(w_object.literals)
    elif isinstance(w_object, W_BlockClosure):
        assert kind == formats.INDEXABLE_FIXED and view.inst_size == w_object.named()
    elif isinstance(w_object, W_Weak):
        assert kind == formats.WEAK and view.inst_size == len(w_object.slots)
    else:
        assert isinstance(w_object, W_Context), w_object.describe()
        assert kind == formats.INDEXABLE_FIXED
        assert 0 <= w_object.sp <= len(w_object.stack)
        w_sender = w_object.w_sender        # None while, or after, it runs
        assert w_sender is None or w_sender is memory.w_nil or isinstance(w_sender, W_Context)
        assert w_object.code is None or -1 <= w_object.pc < len(w_object.code.w_method.bytes)
