"""All objects and all instances of a class, in a lasting order, as someObject/nextObject and someInstance/nextInstance want
them.

Those that came with the image come first, in the order of the file, then the others.  Only what can be reached is there.
"""
from spyvm.objects.errors import NOT_LINKED
from spyvm.objects.walk import MARK, Walk


class Enumeration(object):
    """The objects an image is going through, and the index of the one it got last."""

    def __init__(self):
        self.items = []
        self.index = 0
        self.w_class = None     # whose instances these are; None for all objects

    def begin(self, items, w_class):
        """The first of the items; None if there are none."""
        self.items = items
        self.w_class = w_class
        self.index = 0
        if len(items) == 0:
            return None
        return items[0]

    def forget(self):
        """Let go of the objects, which could not be collected as long as they are here."""
        self.items = []
        self.index = 0
        self.w_class = None

    def find(self, w_object):
        """Make the object the one the image got last; whether it is in the list."""
        items = self.items
        if self.index < len(items) and items[self.index] is w_object:
            return True
        for i in range(len(items)):
            if items[i] is w_object:
                self.index = i
                return True
        return False

    def next(self):
        """The object after the last; None at the end, and then all are forgotten."""
        self.index += 1
        if self.index < len(self.items):
            return self.items[self.index]
        self.forget()
        return None


def all_objects(memory, roots):
    """The list of all objects reached from memory and roots (see Walk.run)."""
    walk = Walk(memory, False)
    walk.run(roots)
    items = []
    take_marked(memory.loaded, items)
    take_marked(walk.found, items)
    return items


def take_marked(candidates, items):
    """Move the marked ones of the candidates to items, unmarking them."""
    for w_object in candidates:
        if w_object is not None:
            meta = w_object.get_meta()
            if meta & MARK:
                w_object.set_meta(meta & ~MARK)
                items.append(w_object)


def all_instances(memory, roots, w_class):
    """The list of the objects of that class, subclasses left out."""
    instances = []
    for w_object in all_objects(memory, roots):
        view = w_object.class_view(memory)
        if view is not None and view.w_self is w_class:
            instances.append(w_object)
    return instances


def roots_of(interp):
    """What the interpreter holds, its contexts linked to their senders; raises ContextNotLinked where they are not yet."""
    if not interp.all_linked():
        raise NOT_LINKED
    return interp.roots()


def next_object(interp, w_object):
    """The object after that one; None after the last, and for what is not an object of the heap."""
    memory = interp.memory
    enumeration = memory.enumeration
    if enumeration.w_class is not None or not enumeration.find(w_object):
        enumeration.begin(all_objects(memory, roots_of(interp)), None)
        if not enumeration.find(w_object):
            enumeration.forget()
            return None
    return enumeration.next()


def next_instance(interp, w_object):
    """The instance of its class after that one; None after the last."""
    memory = interp.memory
    w_class = memory.class_of(w_object)
    enumeration = memory.enumeration
    if enumeration.w_class is not w_class or not enumeration.find(w_object):
        enumeration.begin(all_instances(memory, roots_of(interp), w_class), w_class)
        if not enumeration.find(w_object):
            enumeration.forget()
            return None
    return enumeration.next()


def prune_loaded(memory, roots):
    """Let go of objects that came with the image and are garbage now, and of those in an enumeration not brought to its
    end."""
    memory.enumeration.forget()
    walk = Walk(memory, False)
    walk.run(roots)
    kept = []
    for w_object in memory.loaded:
        if w_object is not None and w_object.get_meta() & MARK:
            kept.append(w_object)
    memory.loaded = kept
    walk.unmark()
