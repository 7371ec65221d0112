"""The list of class views does not keep classes that nothing else refers to."""
import gc

import pytest

import fakeimage
from spyvm.objects import formats
from spyvm.objects.views import FIRST_PRUNING

pytestmark = pytest.mark.collects


def test_a_class_that_is_gone_is_not_listed():
    memory = fakeimage.make_memory('spur64')
    before = len(memory.known_views.all())
    view = fakeimage.new_class(memory, 'Passing', 'Object', formats.FIXED, 0)
    assert view in memory.known_views.all()
    for each in memory.known_views.all():
        each.refresh_shape(memory)
    memory.classes_of_the_image.remove(view)
    del view, each
    gc.collect()
    assert len(memory.known_views.all()) <= before


def test_the_references_do_not_pile_up():
    memory = fakeimage.make_memory('spur64')
    for _ in range(2 * FIRST_PRUNING):
        memory.known_views.add(memory.view_Array.__class__(memory, memory.view_Array.w_self))
    gc.collect()
    assert len(memory.known_views.references) < 2 * FIRST_PRUNING


def test_what_was_added_can_be_taken_back():
    memory = fakeimage.make_memory('spur64')
    before = memory.known_views.all()
    begun = memory.known_views.begin()
    view = fakeimage.new_class(memory, 'Passing', 'Object', formats.FIXED, 0)
    memory.known_views.finish(begun, False)
    assert view not in memory.known_views.all()
    assert memory.known_views.all() == before
