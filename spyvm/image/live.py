"""What goes into the image of a running system: the objects that can be reached, those that were loaded first, in their
order, then the new ones as they are reached.

In Spur images the VM's own objects stand between nil, false and true and the others: the free lists, empty; the hidden
roots; the pages of the class table.  The table is brought up to date: an object's header names its class by the class's
identity hash, and the table must have the class there.
"""
from spyvm.image.errors import ImageError
from spyvm.objects.enumeration import take_marked
from spyvm.objects.model import HASH_MASK
from spyvm.objects.pointers import new_array, W_Array, W_Class
from spyvm.objects.raw import W_Longs, W_Words
from spyvm.objects.walk import MARK, Walk
from spyvm.rpy import memory as host
from spyvm.rpy.arith import r_uint, r_uint32

PAGE_SHIFT = 10
PAGE_SIZE = 1 << PAGE_SHIFT
PAGES = 4096            # hidden roots before those that are not class table pages
FIRST_CLASS = 32        # class indices below are not of classes, but in the first page all the same
MAX_PAGES = 4095


def live_objects(memory):
    """(objects in the order of the file, how many of the first belong to the VM or are nil, false, true, the Walk that found
    them, to be finished when the list is no longer needed).  The identity hash of a class may be set.  ImageError if there
    are too many classes for the table."""
    w_roots = None
    pages = []
    kept = []
    if memory.is_spur:
        w_roots = memory.header.w_hidden_roots
        if not isinstance(w_roots, W_Array):
            raise ImageError('the image has no class table')
        pages = table_pages(memory, w_roots)
        for i in range(PAGE_SIZE):
            kept.append(pages[0].fetch(memory, i))
    walk = Walk(memory, False)
    walk.run(kept)
    walk.expect(len(walk.found) + PAGES)
    items = host.newlist_hint(len(walk.found) + PAGES)
    own = 0
    done = False
    try:
        if memory.is_spur:
            assert w_roots is not None
            for w_object in [memory.w_nil, memory.w_false, memory.w_true]:
                items.append(w_object)
            ClassTable(memory, pages).update(walk.found)
            for w_object in [memory.w_nil, memory.w_false, memory.w_true]:
                w_object.set_meta(w_object.get_meta() & ~MARK)
            add_hidden(memory, w_roots, pages, items)
            own = len(items)
        take_marked(memory.loaded, items)
        take_marked(walk.found, items)
        done = True
    finally:
        if not done:
            walk.unmark()
    walk.found = []
    return items, own, walk


def add_hidden(memory, w_roots, pages, items):
    """Add what images do not see to the items, the class table with these pages."""
    if memory.word_size == 8:
        items.append(W_Longs(memory.view_Array, [r_uint(0)] * 64))
    else:
        items.append(W_Words(memory.view_Array, [r_uint32(0)] * 32))
    items.append(w_roots)
    for i in range(w_roots.size()):
        if i < len(pages):
            w_roots.store(memory, i, pages[i])
            items.append(pages[i])
        else:
            w_roots.store(memory, i, memory.w_nil)


def table_pages(memory, w_roots):
    """The class table's pages, up to the first that is missing."""
    pages = []
    for i in range(PAGES):
        w_page = w_roots.fetch(memory, i)
        if not isinstance(w_page, W_Array) or w_page.size() != PAGE_SIZE:
            break
        pages.append(w_page)
    if len(pages) == 0:
        pages.append(new_array(memory.view_Array, PAGE_SIZE))
    return pages


class ClassTable(object):
    """`pages` is a list of Arrays, which may get longer."""

    def __init__(self, memory, pages):
        self.memory = memory
        self.pages = pages

    def at(self, index):
        return self.pages[index >> PAGE_SHIFT].fetch(self.memory, index & (PAGE_SIZE - 1))

    def put(self, index, w_class):
        if index >> PAGE_SHIFT == len(self.pages):
            if len(self.pages) >= MAX_PAGES:
                raise ImageError('there are too many classes')
            self.pages.append(new_array(self.memory.view_Array, PAGE_SIZE))
        w_page = self.pages[index >> PAGE_SHIFT]
        w_page.strategy.store(self.memory, w_page, index & (PAGE_SIZE - 1), w_class)

    def update(self, found):
        """Have exactly those classes in the table that are live: that have their mark set."""
        memory = self.memory
        for index in range(FIRST_CLASS, len(self.pages) << PAGE_SHIFT):
            w_class = self.at(index)
            if w_class is not memory.w_nil:
                meta = w_class.get_meta()
                if not meta & MARK or meta & HASH_MASK != index:
                    self.put(index, memory.w_nil)
        for w_object in found:
            if isinstance(w_object, W_Class) and w_object.meta & HASH_MASK:
                self.enter(w_object)
        for view in memory.known_views.all():
            w_class = view.w_self
            if w_class.get_meta() & MARK and not self.enter(w_class):
                self.enter_anywhere(w_class)

    def enter(self, w_class):
        """Put the class where its hash says; False if there is no such place, or another class is there."""
        index = w_class.get_meta() & HASH_MASK
        if index == 0 or index >> PAGE_SHIFT > len(self.pages) or index >> PAGE_SHIFT >= MAX_PAGES:
            return False
        if index >> PAGE_SHIFT < len(self.pages):
            w_there = self.at(index)
            if w_there is w_class:
                return True
            if index < FIRST_CLASS or w_there is not self.memory.w_nil:
                return False
        self.put(index, w_class)
        return True

    def enter_anywhere(self, w_class):
        """Give the class a hash where there is room for it."""
        memory = self.memory
        index = PAGE_SIZE
        while index >> PAGE_SHIFT < len(self.pages) and self.at(index) is not memory.w_nil:
            index += 1
        self.put(index, w_class)
        w_class.set_meta((w_class.get_meta() & ~HASH_MASK) | index)
