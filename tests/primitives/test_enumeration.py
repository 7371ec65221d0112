"""someInstance, nextObject and relatives; garbage collection."""
import pytest

import fakeimage
from fakeimage import KINDS
from storage_support import Interp, call, elements, fails, generic_array, new, value
from spyvm.objects.errors import ContextNotLinked, PrimitiveFailed
from spyvm.objects.model import W_SmallInteger


@pytest.fixture(params=KINDS)
def interp(request):
    return Interp(request.param)


def walk_instances(interp, w_class):
    found = []
    try:
        w_instance = call(interp, 77, w_class)
        while True:
            found.append(w_instance)
            w_instance = call(interp, 78, w_instance)
    except PrimitiveFailed:
        return found


def walk_objects(interp):
    found = []
    w_object = call(interp, 138, None)
    while not isinstance(w_object, W_SmallInteger):
        found.append(w_object)
        w_object = call(interp, 139, w_object)
    return found


def test_instances(interp):
    view = fakeimage.new_class(interp.memory, 'Thing', 'Object', 1, 0)
    assert fails(interp, 77, view.w_self)
    things = [interp.memory.instantiate(view, 0) for _ in range(3)]
    interp.keep(*things[:2])
    assert walk_instances(interp, view.w_self) == things[:2]
    assert elements(interp, call(interp, 177, view.w_self)) == things[:2]
    assert interp.memory.enumerations.active == []
    assert fails(interp, 78, things[1])
    assert call(interp, 78, things[0]) is things[1]
    assert fails(interp, 78, 3)


def test_classes_are_instances_of_their_metaclass(interp):
    w_class = fakeimage.class_named(interp.memory, 'Point')
    assert walk_instances(interp, call(interp, 111, w_class)) == [w_class]


def test_all_objects(interp):
    w_a = new(interp, 'Object')
    w_b = generic_array(interp, [w_a, interp.memory.w_true])
    w_garbage = new(interp, 'Object')
    interp.keep(w_b)
    found = walk_objects(interp)
    assert len(found) == len(set(id(w) for w in found))
    for w_object in [w_a, w_b, interp.active, interp.memory.w_nil, interp.memory.w_special_objects,
                     fakeimage.class_named(interp.memory, 'Point')]:
        assert w_object in found
    assert w_garbage not in found
    assert elements(interp, call(interp, 178, None)) == elements(interp, generic_array(interp, found))


def test_loaded_objects_come_first_in_their_order(interp):
    items = [new(interp, 'Object') for _ in range(4)]
    interp.memory.loaded = [items[2], items[0], items[3]]
    interp.keep(items[0], items[1], items[2])
    assert walk_objects(interp)[:2] == [items[2], items[0]]


def test_going_on_from_any_object(interp):
    interp.keep(new(interp, 'Object'), new(interp, 'Object'))
    found = walk_objects(interp)
    assert call(interp, 139, found[3]) is found[4]
    assert call(interp, 139, found[1]) is found[2]
    assert call(interp, 139, found[2]) is found[3]
    assert value(interp, 139, found[-1]) == 0
    assert value(interp, 139, new(interp, 'Object')) == 0


def test_instances_within_objects(interp):
    interp.keep(new(interp, 'Object'))
    found = walk_objects(interp)
    w_class = fakeimage.class_named(interp.memory, 'Object')
    w_object = call(interp, 138, None)
    count = 1
    while True:
        walk_instances(interp, w_class)
        w_object = call(interp, 139, w_object)
        if isinstance(w_object, W_SmallInteger):
            break
        count += 1
    assert count == len(found)


def test_loops_within_loops_do_not_start_over(interp):
    w_class = fakeimage.class_named(interp.memory, 'Point')
    interp.keep(*[new(interp, 'Point') for _ in range(5)])
    w_object = call(interp, 138, None)
    w_point = call(interp, 77, w_class)
    w_other = call(interp, 77, fakeimage.class_named(interp.memory, 'LinkedList'))
    interp.linked = False       # starting over would raise
    for _ in range(4):
        w_object = call(interp, 139, w_object)
        w_point = call(interp, 78, w_point)
        w_other = call(interp, 78, w_other)


def test_many_loops_at_once_are_bounded(interp):
    interp.keep(*[new(interp, 'Object')])
    for view in interp.memory.known_views.all():
        fails(interp, 77, view.w_self)
    assert len(interp.memory.enumerations.active) <= 8


def test_objects_made_on_the_way_do_not_matter(interp):
    interp.keep()
    count = len(walk_objects(interp))
    w_object = call(interp, 138, None)
    seen = 1
    while True:
        interp.keep(new(interp, 'Object'), *interp.active.stack)
        w_object = call(interp, 139, w_object)
        if isinstance(w_object, W_SmallInteger):
            break
        seen += 1
    assert seen == count


def test_needs_linked_contexts(interp):
    interp.linked = False
    for number in (77, 138, 177, 178, 130):
        with pytest.raises(ContextNotLinked):
            call(interp, number, fakeimage.class_named(interp.memory, 'Point'))


def test_weak_pointers_do_not_count(interp):
    w_weak = new(interp, 'WeakArray', 1)
    w_thing = new(interp, 'Object')
    call(interp, 61, w_weak, 1, w_thing)
    interp.keep(w_weak)
    assert w_thing not in walk_objects(interp)


def test_collection_lets_go_of_loaded_objects(interp):
    w_kept, w_garbage = new(interp, 'Object'), new(interp, 'Object')
    interp.memory.loaded = [w_kept, w_garbage]
    interp.keep(w_kept)
    assert value(interp, 130, None) > 0
    assert interp.memory.loaded == [w_kept]
    assert value(interp, 131, None) > 0


def test_collection_clears_weak_pointers(interp):
    w_weak = new(interp, 'WeakArray', 1)
    call(interp, 61, w_weak, 1, new(interp, 'Object'))
    interp.memory.loaded = [w_weak.at0(interp.memory, 0)]
    interp.keep(w_weak)
    call(interp, 130, None)
    assert value(interp, 60, w_weak, 1) is None


def test_mirrors(interp):
    view = fakeimage.new_class(interp.memory, 'Thing', 'Object', 1, 0)
    things = [interp.memory.instantiate(view, 0) for _ in range(2)]
    interp.keep(*things)
    assert call(interp, 77, None, view.w_self) is things[0]
    assert call(interp, 78, None, things[0]) is things[1]
