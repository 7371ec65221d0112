"""All objects and all instances of a class, in a lasting order, as someObject/nextObject and someInstance/nextInstance want
them.

Those that came with the image come first, in the order of the file, then the others.  Only what can be reached is there.
"""
from spyvm.objects.errors import NOT_LINKED
from spyvm.objects.mourning import MourningWalk
from spyvm.objects.walk import MARK, Walk


MAX_ENUMERATIONS = 8    # loops within loops that go on without starting over


class Enumeration(object):
    """The objects an image is going through, and the index of the one it got last.

    w_class: whose instances these are; None for all objects.
    """

    def __init__(self, items, w_class):
        self.items = items
        self.w_class = w_class
        self.index = 0

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


class Enumerations(object):
    """Those under way, the one used last at the end.  They keep their objects from being collected until they come to their
    end or are forgotten."""

    def __init__(self):
        self.active = []

    def forget(self):
        self.active = []

    def begin(self, items, w_class):
        """The first of the items; None if there are none."""
        self.drop(w_class)
        if len(items) == 0:
            return None
        if len(self.active) >= MAX_ENUMERATIONS:
            del self.active[0]
        self.active.append(Enumeration(items, w_class))
        return items[0]

    def drop(self, w_class):
        for i in range(len(self.active)):
            if self.active[i].w_class is w_class:
                del self.active[i]
                return

    def finds(self, w_class, w_object):
        """Whether next() is to go on from that object."""
        for i in range(len(self.active)):
            enumeration = self.active[i]
            if enumeration.w_class is w_class:
                if not enumeration.find(w_object):
                    return False
                if i + 1 < len(self.active):
                    del self.active[i]
                    self.active.append(enumeration)
                return True
        return False

    def insert_after(self, w_object, new):
        """Let a list of new objects come after that one, for images that go through all objects."""
        for enumeration in self.active:
            if enumeration.w_class is None and enumeration.find(w_object):
                after = enumeration.index + 1
                items = enumeration.items
                assert after >= 0
                enumeration.items = items[:after] + new + items[after:]

    def next(self):
        """The object after the one that finds() has found; None at the end."""
        enumeration = self.active[-1]
        enumeration.index += 1
        if enumeration.index < len(enumeration.items):
            return enumeration.items[enumeration.index]
        self.active.pop()
        return None


def all_objects(memory, roots):
    """The list of all objects reached from memory and roots (see Walk.run)."""
    walk = Walk(memory, False)
    walk.run(roots)
    items = []
    take_marked(memory.loaded, items)
    take_marked(walk.found, items)
    walk.finish()
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
    enumerations = interp.memory.enumerations
    if not enumerations.finds(None, w_object):
        enumerations.begin(all_objects(interp.memory, roots_of(interp)), None)
        if not enumerations.finds(None, w_object):
            enumerations.drop(None)
            return None
    return enumerations.next()


def next_instance(interp, w_object):
    """The instance of its class after that one; None after the last."""
    memory = interp.memory
    w_class = memory.class_of(w_object)
    enumerations = memory.enumerations
    if not enumerations.finds(w_class, w_object):
        enumerations.begin(all_instances(memory, roots_of(interp), w_class), w_class)
        if not enumerations.finds(w_class, w_object):
            enumerations.drop(w_class)
            return None
    return enumerations.next()


def prune_loaded(memory, roots):
    """Let go of objects that came with the image and are garbage now, and of those in an enumeration not brought to its
    end.  Ephemerons fire, and weak references to garbage are cleared."""
    memory.enumerations.forget()
    walk = MourningWalk(memory)
    walk.run(roots)
    kept = []
    for w_object in memory.loaded:
        if w_object is not None and w_object.get_meta() & MARK:
            kept.append(w_object)
    memory.loaded = kept
    walk.unmark()
