"""become:, two-way and forward."""
import pytest

import fakeimage
from fakeimage import KINDS
from storage_support import Interp, call, context, failure, fails, generic_array, method, new, value
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.errors import ContextNotLinked, INAPPROPRIATE, NO_MODIFICATION, OBJECT_IS_PINNED
from spyvm.objects.model import IMMUTABLE, PINNED, W_SmallInteger
from spyvm.objects.walk import Walk


@pytest.fixture(params=KINDS)
def interp(request):
    return Interp(request.param)


@pytest.fixture
def spur():
    return Interp('spur64')


def swap(interp, w_a, w_b):
    return call(interp, 128, generic_array(interp, [w_a]), generic_array(interp, [w_b]))


def forward(interp, w_a, w_b):
    return call(interp, 72, generic_array(interp, [w_a]), generic_array(interp, [w_b]))


def holders(interp, w_object):
    """One object of each kind that can point to another, pointing to that one; and how to see what it points to."""
    memory = interp.memory
    w_association = new(interp, 'Association')
    w_association.store(memory, 1, w_object)
    w_weak = new(interp, 'WeakArray', 1)
    w_weak.store(memory, 0, w_object)
    w_closure = W_BlockClosure(memory.view_BlockClosure, False, w_object, W_SmallInteger(1), W_SmallInteger(0), memory.w_nil,
                               [w_object])
    w_method = method(memory, [w_object])
    w_context = context(memory, method(memory))
    w_context.stack[0] = w_object
    w_context.sp = 1
    w_context.w_receiver = w_object
    w_dict = new(interp, 'MethodDictionary', 1)
    w_dict.store(memory, 2, w_object)
    found = [w_association, w_weak, w_closure, w_method, w_context, w_dict, generic_array(interp, [w_object])]
    return found, [lambda: w_association.fetch(memory, 1), lambda: w_weak.at0(memory, 0), lambda: w_closure.fetch(memory, 0),
                   lambda: w_closure.at0(memory, 0), lambda: w_method.fetch(memory, 1), lambda: w_context.stack[0],
                   lambda: w_context.w_receiver, lambda: w_dict.at0(memory, 0), lambda: found[-1].at0(memory, 0)]


def test_two_way_replaces_references_of_all_kinds(interp):
    w_a, w_b = new(interp, 'Object'), fakeimage.string(interp.memory, 'b')
    of_a, see_a = holders(interp, w_a)
    of_b, see_b = holders(interp, w_b)
    interp.keep(*(of_a + of_b))
    swap(interp, w_a, w_b)
    assert [see() for see in see_a] == [w_b] * len(see_a)
    assert [see() for see in see_b] == [w_a] * len(see_b)


def test_forward_replaces_references_of_all_kinds(interp):
    w_a, w_b = new(interp, 'Object'), fakeimage.string(interp.memory, 'b')
    of_a, see_a = holders(interp, w_a)
    of_b, see_b = holders(interp, w_b)
    interp.keep(*(of_a + of_b))
    forward(interp, w_a, w_b)
    assert [see() for see in see_a + see_b] == [w_b] * len(see_a + see_b)


def test_the_arrays_see_it_too(interp):
    w_a, w_b = new(interp, 'Object'), new(interp, 'Point')
    w_sources, w_targets = generic_array(interp, [w_a]), generic_array(interp, [w_b])
    interp.keep(w_sources, w_targets)
    assert call(interp, 128, w_sources, w_targets) is w_sources
    assert w_sources.fetch(interp.memory, 0) is w_b and w_targets.fetch(interp.memory, 0) is w_a


def test_cycles_and_deep_structures(interp):
    memory = interp.memory
    w_a, w_b = new(interp, 'Association'), new(interp, 'Form')
    w_a.store(memory, 0, w_a)
    w_a.store(memory, 1, w_b)
    w_chain = w_a
    for _ in range(5000):
        w_next = new(interp, 'Association')
        w_next.store(memory, 0, w_chain)
        w_chain = w_next
    interp.keep(w_chain, w_a)
    swap(interp, w_a, w_b)
    assert interp.active.stack[1] is w_b
    assert w_a.fetch(memory, 0) is w_b and w_a.fetch(memory, 1) is w_a


def test_hashes_stay_with_references_two_way(interp):
    w_a, w_b = new(interp, 'Object'), new(interp, 'Point')
    interp.keep(w_a, w_b)
    hash_a, hash_b = value(interp, 75, w_a), value(interp, 75, w_b)
    swap(interp, w_a, w_b)
    assert value(interp, 75, interp.active.stack[0]) == hash_a
    assert value(interp, 75, interp.active.stack[1]) == hash_b


def test_hashes_forward(interp):
    for number, args, copied in [(72, (), True), (248, (), False), (249, (True,), True), (249, (False,), False)]:
        w_a, w_b = new(interp, 'Object'), new(interp, 'Point')
        interp.keep(w_a, w_b)
        hash_a, hash_b = value(interp, 75, w_a), value(interp, 75, w_b)
        call(interp, number, generic_array(interp, [w_a]), generic_array(interp, [w_b]), *args)
        assert interp.active.stack == [w_b, w_b]
        assert value(interp, 75, w_b) == (hash_a if copied else hash_b)
    assert fails(interp, 249, generic_array(interp, []), generic_array(interp, []), None)


def test_nothing_happens_if_anything_is_wrong(interp):
    memory = interp.memory
    w_a, w_b, w_c = [new(interp, 'Object') for _ in range(3)]
    w_immutable, w_pinned = new(interp, 'Object'), new(interp, 'Object')
    w_immutable.set_meta(IMMUTABLE)
    w_pinned.set_meta(PINNED)
    interp.keep(w_a, w_b, w_c, w_immutable, w_pinned)
    before = list(interp.active.stack)
    for number in (128, 72, 248):
        for bad in [W_SmallInteger(1), memory.w_nil, memory.w_true, memory.w_false, w_immutable, w_pinned, interp.active]:
            assert fails(interp, number, generic_array(interp, [w_a, bad]), generic_array(interp, [w_b, w_c]))
        for bad in [W_SmallInteger(1), memory.w_nil, w_immutable, w_pinned, interp.active]:
            if number == 128 or (number == 72 and bad not in (w_pinned, memory.w_nil)):
                assert fails(interp, number, generic_array(interp, [w_a, w_b]), generic_array(interp, [w_c, bad]))
        assert fails(interp, number, generic_array(interp, [w_a, w_a]), generic_array(interp, [w_b, w_c]))      # twice
        assert fails(interp, number, generic_array(interp, [w_a, w_b]), generic_array(interp, [w_b, w_a]))
        assert fails(interp, number, generic_array(interp, [w_a]), generic_array(interp, [w_b, w_c]))
        assert fails(interp, number, generic_array(interp, [w_a]), w_b)
        assert fails(interp, number, w_a, generic_array(interp, [w_b]))
        assert fails(interp, number, generic_array(interp, [w_a]), W_SmallInteger(3))
    assert interp.active.stack == before
    assert failure(interp, 128, generic_array(interp, [w_a]), generic_array(interp, [w_immutable])) == NO_MODIFICATION.code
    assert failure(interp, 128, generic_array(interp, [w_a]), generic_array(interp, [w_pinned])) == OBJECT_IS_PINNED.code
    w_value = W_SmallInteger(2)
    assert failure(interp, 72, generic_array(interp, [w_a]), generic_array(interp, [w_value])) == INAPPROPRIATE.code


def test_forward_to_values(interp):
    w_a = new(interp, 'Object')
    interp.keep(w_a)
    call(interp, 248, generic_array(interp, [w_a]), generic_array(interp, [W_SmallInteger(7)]))
    assert interp.active.stack[0].value == 7


def test_of_an_object_with_itself_and_of_nothing(interp):
    w_a = new(interp, 'Object')
    interp.keep(w_a)
    swap(interp, w_a, w_a)
    assert interp.active.stack == [w_a]
    assert not fails(interp, 128, generic_array(interp, []), generic_array(interp, []))


def test_needs_linked_contexts(interp):
    interp.linked = False
    w_a, w_b = new(interp, 'Object'), new(interp, 'Object')
    with pytest.raises(ContextNotLinked):
        swap(interp, w_a, w_b)
    assert fails(interp, 128, generic_array(interp, [w_a]), generic_array(interp, [W_SmallInteger(1)]))


def test_contexts_become_contexts_only(interp):
    memory = interp.memory
    w_a, w_b = context(memory, method(memory)), context(memory, method(memory))
    w_caller = context(memory, method(memory))
    w_caller.w_sender = w_a
    interp.active.w_sender = w_caller
    interp.keep(w_b)
    assert fails(interp, 72, generic_array(interp, [w_a]), generic_array(interp, [new(interp, 'Object')]))
    swap(interp, w_a, w_b)
    assert w_caller.w_sender is w_b and interp.active.stack == [w_a]


def test_running_methods_get_the_new_literals(interp):
    w_a, w_b = new(interp, 'Object'), new(interp, 'Object')
    w_method = method(interp.memory, [w_a])
    interp.active = context(interp.memory, w_method)
    interp.keep(w_b)
    code = interp.active.code
    swap(interp, w_a, w_b)
    assert interp.active.code is code
    assert code.literals == [w_b] and w_method.literals == [w_b]


def test_methods(interp):
    memory = interp.memory
    w_a, w_b, w_other = method(memory), method(memory), method(memory, [memory.w_nil], 'xy')
    interp.active = context(memory, w_a)
    interp.keep(w_a, w_b, w_other)
    forward(interp, w_a, w_b)
    assert interp.active.code.w_method is w_b
    code = interp.active.code
    forward(interp, w_b, w_other)
    assert interp.active.code is code       # runs on: in the other method its place would mean nothing
    assert interp.active.stack == [w_other] * 3


def test_instances_follow_their_class(interp):
    memory = interp.memory
    view_a, view_b = [fakeimage.new_class(memory, name, 'Object', 1, 2) for name in 'AB']
    w_class_a, w_class_b = view_a.w_self, view_b.w_self
    w_a, w_b = memory.instantiate(view_a, 0), memory.instantiate(view_b, 0)
    interp.keep(w_a, w_b, w_class_a)
    swap(interp, w_class_a, w_class_b)
    assert call(interp, 111, w_a) is w_class_b and call(interp, 111, w_b) is w_class_a
    assert interp.active.stack[2] is w_class_b
    assert memory.view_of_class(w_class_a).w_self is w_class_a
    forward(interp, w_class_a, w_class_b)
    assert call(interp, 111, w_a) is w_class_b and call(interp, 111, w_b) is w_class_b
    assert w_a.view is w_b.view


def test_methods_are_looked_up_again(interp):
    memory = interp.memory
    w_selector, w_other = fakeimage.symbol(memory, 'a'), fakeimage.symbol(memory, 'bc')
    view = fakeimage.new_class(memory, 'A', 'Object', 1, 0)
    w_method = method(memory)
    w_dict = new(interp, 'MethodDictionary', 2)
    w_dict.store(memory, 2, w_selector)
    w_dict.store(memory, 1, generic_array(interp, [w_method, memory.w_nil]))
    view.w_self.store(memory, 1, w_dict)
    assert view.lookup(memory, w_selector) is w_method and view.lookup(memory, w_other) is None
    version = view.version
    interp.keep(view.w_self)
    swap(interp, w_selector, w_other)
    assert view.version is not version
    assert view.lookup(memory, w_other) is w_method and view.lookup(memory, w_selector) is None


def test_special_objects_array(spur):
    memory = spur.memory
    w_old = memory.w_special_objects
    w_new = call(spur, 148, w_old)
    forward(spur, w_old, w_new)
    assert memory.w_special_objects is w_new
    w_point = memory.view_Point.w_self
    w_copy = call(spur, 148, w_point)
    spur.keep(w_copy)
    forward(spur, w_point, w_copy)
    assert memory.view_Point.w_self is w_copy


def test_marks_are_gone_afterwards(interp):
    w_a, w_b = new(interp, 'Object'), new(interp, 'Object')
    interp.keep(w_a, w_b)
    metas = [w_a.meta, w_b.meta]
    swap(interp, w_a, w_b)
    assert [w_a.meta, w_b.meta] == metas
    walk = Walk(interp.memory, True)
    walk.run(interp.roots())
    walk.unmark()
    assert all(w.get_meta() < 1 << 40 for w in walk.found)


def test_boxed_floats_have_an_identity(interp):
    w_a, w_b = fakeimage.boxed_float(interp.memory, 1.5), new(interp, 'Object')
    interp.keep(w_a, w_b)
    swap(interp, w_a, w_b)
    assert interp.active.stack == [w_b, w_a]


def test_alike_objects_need_no_walk(interp):
    memory = interp.memory
    interp.linked = False           # or this would raise
    w_a, w_b = fakeimage.array(memory, [W_SmallInteger(1)]), generic_array(interp, [memory.w_true, memory.w_false])
    hash_a, hash_b = value(interp, 75, w_a), value(interp, 75, w_b)
    swap(interp, w_a, w_b)
    assert w_a.fetch(memory, 1) is memory.w_false and w_b.fetch(memory, 0).value == 1
    assert [value(interp, 75, w_a), value(interp, 75, w_b)] == [hash_a, hash_b]
    w_point, w_association = new(interp, 'Point'), new(interp, 'Association')
    w_point.store(memory, 0, w_a)
    swap(interp, w_point, w_association)
    assert w_association.fetch(memory, 0) is w_a and w_point.fetch(memory, 0) is memory.w_nil
    assert call(interp, 111, w_point) is fakeimage.class_named(memory, 'Association')
    w_string, w_bytes = fakeimage.string(memory, 'abc'), new(interp, 'ByteArray', 3)
    swap(interp, w_string, w_bytes)
    assert w_bytes.text() == 'abc' and call(interp, 111, w_bytes) is fakeimage.class_named(memory, 'String')


def test_what_only_looks_alike(interp):
    memory = interp.memory
    w_method = method(memory)
    pairs = [(memory.w_special_objects, new(interp, 'Array', 3)),
             (generic_array(interp, [w_method]), new(interp, 'Array', 1)),
             (new(interp, 'MethodDictionary', 2), new(interp, 'MethodDictionary', 2)),
             (new(interp, 'Point'), new(interp, 'Form')),
             (fakeimage.string(memory, 'ab'), fakeimage.string(memory, 'abc'))]
    interp.linked = False
    for w_a, w_b in pairs:
        with pytest.raises(ContextNotLinked):
            swap(interp, w_a, w_b)
