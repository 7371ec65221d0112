"""Going through all objects (77, 78, 138, 139, 177, 178) and garbage collection (130, 131).

The variants with one more argument are mirror primitives.  What is running must be known for it all: see
spyvm.objects.enumeration.
"""
from spyvm.objects.enumeration import (all_instances, all_objects, next_instance, next_object, prune_loaded,
                                       roots_of)
from spyvm.objects.errors import FAILED
from spyvm.objects.model import W_SmallInteger
from spyvm.primitives.registry import primitive
from spyvm.primitives.storage import BYTES_LEFT
from spyvm.rpy import jit, memory as host_memory, ticker


@primitive(77, args=0)
@jit.dont_look_inside
def some_instance(interp, w_receiver):
    """The first instance of a class; fails if there is none."""
    memory = interp.memory
    instances = all_instances(memory, roots_of(interp), w_receiver)
    w_first = memory.enumerations.begin(instances, w_receiver)
    if w_first is None:
        raise FAILED
    return w_first


@primitive(77, args=1)
def mirror_some_instance(interp, w_mirror, w_class):
    return some_instance(interp, w_class)


@primitive(78, args=0)
@jit.dont_look_inside
def instance_after(interp, w_receiver):
    """The next instance of the receiver's class; fails after the last and on immediates."""
    memory = interp.memory
    if w_receiver.is_immediate(memory):
        raise FAILED
    w_next = next_instance(interp, w_receiver)
    if w_next is None:
        raise FAILED
    return w_next


@primitive(78, args=1)
def mirror_instance_after(interp, w_mirror, w_object):
    return instance_after(interp, w_object)


@primitive(138, args=0)
@jit.dont_look_inside
def some_object(interp, w_receiver):
    """The first of all objects."""
    memory = interp.memory
    return memory.enumerations.begin(all_objects(memory, roots_of(interp)), None)


@primitive(138, args=1)
def mirror_some_object(interp, w_mirror, w_object):
    return some_object(interp, w_object)


@primitive(139, args=0)
@jit.dont_look_inside
def object_after(interp, w_receiver):
    """The next object; 0 after the last."""
    memory = interp.memory
    if w_receiver.is_immediate(memory):
        raise FAILED
    w_next = next_object(interp, w_receiver)
    if w_next is None:
        return W_SmallInteger(0)
    return w_next


@primitive(139, args=1)
def mirror_object_after(interp, w_mirror, w_object):
    return object_after(interp, w_object)


@primitive(177, args=0)
@jit.dont_look_inside
def all_instances_of(interp, w_receiver):
    """An Array of all instances of a class."""
    memory = interp.memory
    return memory.array_object(all_instances(memory, roots_of(interp), w_receiver)[:])


@primitive(177, args=1)
def mirror_all_instances_of(interp, w_mirror, w_class):
    return all_instances_of(interp, w_class)


@primitive(178, args=0)
@jit.dont_look_inside
def every_object(interp, w_receiver):
    """An Array of all objects."""
    memory = interp.memory
    return memory.array_object(all_objects(memory, roots_of(interp))[:])


@primitive(178, args=1)
def mirror_every_object(interp, w_mirror, w_object):
    return every_object(interp, w_object)


@primitive(130, args=0)
@jit.dont_look_inside
def full_collection(interp, w_receiver):
    """Collect all garbage.  The number of free bytes."""
    prune(interp)
    host_memory.collect()
    return W_SmallInteger(BYTES_LEFT)


def prune(interp):
    """Find out what is garbage.  The finalization semaphore is signalled soon if that is of interest to the image."""
    prune_loaded(interp.memory, roots_of(interp))
    if interp.memory.mourning.pending > 0:
        ticker.trip()


@primitive(131, args=0)
@jit.dont_look_inside
def incremental_collection(interp, w_receiver):
    """Collect what can be had quickly, which the host does anyway; only look for what is to be finalized.  The number
    of free bytes."""
    prune(interp)
    return W_SmallInteger(BYTES_LEFT)
