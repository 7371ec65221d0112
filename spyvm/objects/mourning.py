"""What images are told of objects that are garbage: weak objects that lost elements, and ephemerons.

An ephemeron fires when its key, the first field, can only be reached through fields of ephemerons that have not fired.  Then
it is on the queue of mourners, key and value stay alive, and it is an ordinary object from then on.  Weak objects are queued
only where the image asks for that, by its header or later by VM parameter 48.  In any case the finalization semaphore is
to be signalled, once for all that has been noticed since the last time.
Definition: SpurMemoryManager (mourn queue, ephemerons) and StackInterpreter signalFinalization: of VMMaker.

Both are noticed by our own walk, when the image asks for a collection.  Between these the host's collector clears weak
references, too; a sentinel that it takes away says that it has run, and a registry of all weak objects says where to look.
Ephemerons are ordinary objects to the host.
"""
from spyvm.objects import formats
from spyvm.objects.pointers import W_Pointers, W_Weak
from spyvm.objects.walk import MARK, Walk
from spyvm.rpy import jit, memory as host

FIRED = 1 << 42         # in the meta of an ephemeron: it is an ordinary object now
AWAITED = 1 << 43       # in the meta of an object during a walk: ephemerons wait for it to be reached

QUEUE_WEAK = 64         # of the image header's flags: weak objects go on the queue, too
BY_HEADER, NO, YES = range(3)
INTERVAL = 500000       # microseconds between looks at the sentinel
LEAST_REGISTRY = 64     # entries before those of weak objects that are gone are dropped


class Sentinel(object):
    """Dies at the first collection after it was let go."""

    def __init__(self):
        self.age = 0


class Mourning(object):
    """`pending`: how many objects have been noticed since the finalization semaphore was signalled last."""

    def __init__(self):
        self.pending = 0
        self.queue_weak = BY_HEADER
        self.queue = []         # of W_HeapObject; those before `first` were fetched, and are kept until the queue is empty
        self.first = 0
        self.registry = []      # a host reference to every W_Weak
        self.room = LEAST_REGISTRY
        self.next_look = 0
        sentinel = Sentinel()
        self.sentinel = sentinel
        self.sentinel_ref = host.ref(sentinel)

    # ---- the queue

    def fetch(self):
        """The next mourner; None if there is none."""
        first = self.first
        if first >= len(self.queue):
            return None
        w_object = self.queue[first]
        self.first = first + 1
        if self.first == len(self.queue):
            self.queue = []
            self.first = 0
        return w_object

    def mourners(self):
        """A new list of those on the queue."""
        first = self.first
        assert first >= 0
        return self.queue[first:]

    def became(self, forwarding):
        """References were replaced everywhere."""
        for i in range(self.first, len(self.queue)):
            self.queue[i] = forwarding.get(self.queue[i])

    def take_pending(self):
        """Whether the finalization semaphore is to be signalled now; then it has been."""
        pending = self.pending
        self.pending = 0
        return pending > 0

    # ---- what is noticed

    def fire(self, w_ephemeron):
        w_ephemeron.meta |= FIRED
        self.queue.append(w_ephemeron)
        self.pending += 1

    def bereave(self, memory, w_weak):
        """The weak object has lost elements."""
        if memory.is_spur and self.queues_weak(memory):
            self.queue.append(w_weak)
        self.pending += 1

    def queues_weak(self, memory):
        """Whether weak objects go on the queue, too."""
        if self.queue_weak == BY_HEADER:
            return memory.header is not None and memory.header.flags & QUEUE_WEAK != 0
        return self.queue_weak == YES

    def set_queue_weak(self, flag):
        self.queue_weak = YES if flag else NO

    # ---- what the host's collector has done

    @jit.dont_look_inside
    def register(self, w_weak):
        """A weak object was made."""
        if len(self.registry) >= self.room:
            self.registry = self.living()
            self.room = max(LEAST_REGISTRY, 2 * len(self.registry))
        self.registry.append(host.ref(w_weak))

    def living(self):
        kept = []
        for ref in self.registry:
            if ref() is not None:
                kept.append(ref)
        return kept

    def look(self, memory, now):
        """To be called now and then, at `now` microseconds of a monotonic clock.  A collection of young objects alone, after
        which there is little to be found, does not count: the sentinel is kept from one look to the next, then let go."""
        if now < self.next_look:
            return
        self.next_look = now + INTERVAL
        if self.sentinel is not None:
            self.sentinel = None
        elif self.sentinel_ref() is None:
            self.search(memory)
            sentinel = Sentinel()
            self.sentinel = sentinel
            self.sentinel_ref = host.ref(sentinel)

    def search(self, memory):
        """Notice the weak objects whose elements the host's collector has taken."""
        for ref in self.registry:
            w_weak = ref()
            if w_weak is not None and drop_dead(w_weak):
                self.bereave(memory, w_weak)


def drop_dead(w_weak):
    """Forget the elements that are gone; whether there were any."""
    lost = False
    refs = w_weak.refs
    for i in range(len(refs)):
        cell = refs[i]
        if cell is not None and cell.get() is None:
            refs[i] = None
            lost = True
    return lost


class MourningWalk(Walk):
    """Reaches what weak references and unfired ephemerons do not keep.  `run` fires and clears these."""

    def __init__(self, memory):
        Walk.__init__(self, memory, False)
        self.weak = []
        self.waiting = {}       # key -> W_Pointers, the ephemerons whose other fields are not visited before the key is
        self.ephemerons = []    # those that had to wait, in the order reached

    def run(self, roots):
        Walk.run(self, roots)
        mourning = self.memory.mourning
        while len(self.waiting) > 0:
            ephemerons = self.ephemerons
            self.ephemerons = []
            fired = []
            for w_ephemeron in ephemerons:
                if not self.is_reached(w_ephemeron.slots[0]):
                    fired.append(w_ephemeron)
            for w_key in self.waiting:
                w_key.set_meta(w_key.get_meta() & ~AWAITED)
            self.waiting = {}
            for w_ephemeron in fired:
                mourning.fire(w_ephemeron)
                self.visit_all(w_ephemeron.slots)
            self.drain()
        for w_weak in self.weak:
            if self.clear(w_weak):
                mourning.bereave(self.memory, w_weak)

    def trace(self, w_object):
        meta = w_object.get_meta()
        if meta & AWAITED:
            w_object.set_meta(meta & ~AWAITED)
            waiting = self.waiting[w_object]
            del self.waiting[w_object]
            for w_ephemeron in waiting:
                self.visit_all(w_ephemeron.slots)
        if isinstance(w_object, W_Weak):
            self.weak.append(w_object)
        elif isinstance(w_object, W_Pointers) and is_ephemeron(w_object):
            w_key = w_object.slots[0]
            if not self.is_reached(w_key):
                self.visit_view(w_object.view)
                self.wait_for(w_key, w_object)
                return
        Walk.trace(self, w_object)

    def is_reached(self, w_object):
        return w_object.is_immediate(self.memory) or w_object.get_meta() & MARK != 0

    def wait_for(self, w_key, w_ephemeron):
        meta = w_key.get_meta()
        if meta & AWAITED:
            self.waiting[w_key].append(w_ephemeron)
        else:
            w_key.set_meta(meta | AWAITED)
            self.waiting[w_key] = [w_ephemeron]
        self.ephemerons.append(w_ephemeron)

    def clear(self, w_weak):
        """Forget the elements not reached; whether there were any."""
        lost = False
        refs = w_weak.refs
        for i in range(len(refs)):
            cell = refs[i]
            if cell is not None:
                w_value = cell.get()
                if w_value is None or not self.is_reached(w_value):
                    refs[i] = None
                    lost = True
        return lost


def is_ephemeron(w_object):
    """Whether the object is an ephemeron that has not fired."""
    if w_object.meta & FIRED or len(w_object.slots) == 0:
        return False
    view = w_object.view
    return view is not None and view.kind == formats.EPHEMERON
