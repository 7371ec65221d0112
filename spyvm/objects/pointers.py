"""Objects made of pointers: plain ones, Arrays with storage strategies, classes, weak objects."""
from spyvm.objects import formats
from spyvm.objects.errors import BAD_INDEX, NO_MODIFICATION
from spyvm.objects.model import W_HeapObject, W_SmallInteger, W_Float, IMMUTABLE
from spyvm.rpy import erased, memory as host


class W_AbstractPointers(W_HeapObject):
    """Pointers in one list: the named fields, then the indexed ones."""
    _attrs_ = ['slots']
    _immutable_fields_ = ['slots']

    def __init__(self, view, slots):
        self.view = view
        self.meta = 0
        self.slots = slots

    def kind(self, memory):
        kind = self.view.kind
        return kind if kind != formats.IMMEDIATE else formats.FIXED     # the class was changed since

    def pointer_size(self, memory):
        return len(self.slots)

    def fetch(self, memory, n0):
        slots = self.slots
        if n0 < 0 or n0 >= len(slots):
            raise BAD_INDEX
        return slots[n0]

    def store(self, memory, n0, w_value):
        slots = self.slots
        if n0 < 0 or n0 >= len(slots):
            raise BAD_INDEX
        if self.meta & IMMUTABLE:
            raise NO_MODIFICATION
        slots[n0] = w_value

    def indexed_size(self, memory):
        if not formats.is_indexable(self.view.kind):
            return 0
        size = len(self.slots) - self.view.inst_size
        return size if size > 0 else 0

    def at0(self, memory, n0):
        if n0 < 0 or not formats.is_indexable(self.view.kind):
            raise BAD_INDEX
        return self.fetch(memory, n0 + self.view.inst_size)

    def atput0(self, memory, n0, w_value):
        if n0 < 0 or not formats.is_indexable(self.view.kind):
            raise BAD_INDEX
        self.store(memory, n0 + self.view.inst_size, w_value)

    def describe(self):
        return 'a ' + self.view.name()


class W_Pointers(W_AbstractPointers):
    """The ordinary object."""


class W_Class(W_AbstractPointers):
    """An object that serves as a class.  `instances` is the VM's view of it, made when first asked for.
    Storing into its first fields (superclass, method dictionary, format) invalidates the view."""
    _attrs_ = ['instances']

    def __init__(self, view, slots):
        W_AbstractPointers.__init__(self, view, slots)
        self.instances = None

    def store(self, memory, n0, w_value):
        W_AbstractPointers.store(self, memory, n0, w_value)
        if n0 <= 2 and self.instances is not None:
            memory.class_changed(self)


class W_Weak(W_HeapObject):
    """Named fields, then indexed weak pointers, which become nil when nothing else holds what they point to."""
    _attrs_ = ['slots', 'refs']
    _immutable_fields_ = ['slots', 'refs']

    def __init__(self, memory, view, named, indexed):
        W_HeapObject.__init__(self, view)
        self.slots = [memory.w_nil] * named
        self.refs = [None] * indexed
        memory.mourning.register(self)

    def kind(self, memory):
        return formats.WEAK

    def pointer_size(self, memory):
        return len(self.slots) + len(self.refs)

    def fetch(self, memory, n0):
        if n0 < 0:
            raise BAD_INDEX
        if n0 < len(self.slots):
            return self.slots[n0]
        n0 -= len(self.slots)
        if n0 >= len(self.refs):
            raise BAD_INDEX
        cell = self.refs[n0]
        if cell is None:
            return memory.w_nil
        w_value = cell.get()
        if w_value is None:
            return memory.w_nil     # the cell stays: spyvm.objects.mourning has to notice it
        return w_value

    def store(self, memory, n0, w_value):
        if n0 < 0:
            raise BAD_INDEX
        if self.meta & IMMUTABLE:
            raise NO_MODIFICATION
        if n0 < len(self.slots):
            self.slots[n0] = w_value
            return
        n0 -= len(self.slots)
        if n0 >= len(self.refs):
            raise BAD_INDEX
        self.refs[n0] = weak_cell(memory, w_value)

    def indexed_size(self, memory):
        return len(self.refs)

    def at0(self, memory, n0):
        if n0 < 0:
            raise BAD_INDEX
        return self.fetch(memory, n0 + len(self.slots))

    def atput0(self, memory, n0, w_value):
        if n0 < 0:
            raise BAD_INDEX
        self.store(memory, n0 + len(self.slots), w_value)

    def describe(self):
        return 'a weak ' + self.view.name()


class Cell(object):
    def get(self):
        return None


class WeakCell(Cell):
    def __init__(self, w_value):
        self.ref = host.ref(w_value)

    def get(self):
        return self.ref()


class StrongCell(Cell):
    """Immediate values cannot be collected."""

    def __init__(self, w_value):
        self.w_value = w_value

    def get(self):
        return self.w_value


def weak_cell(memory, w_value):
    """What holds a value weakly; None for nil."""
    if w_value is memory.w_nil:
        return None
    if isinstance(w_value, W_HeapObject):
        return WeakCell(w_value)
    return StrongCell(w_value)


# ---- Arrays ---------------------------------------------------------------------------------------------------------------

class W_Array(W_HeapObject):
    """Indexed pointers without named fields.  What is stored decides the strategy: all nil, SmallIntegers, immediate floats, or
    anything.  Numbers are then kept unboxed; the strategy only ever changes towards the generic one."""
    _attrs_ = ['strategy', 'storage']

    def __init__(self, view, strategy, storage):
        self.view = view
        self.meta = 0
        self.strategy = strategy
        self.storage = storage

    def kind(self, memory):
        return formats.INDEXABLE

    def size(self):
        return self.strategy.size(self)

    def pointer_size(self, memory):
        return self.strategy.size(self)

    def indexed_size(self, memory):
        return self.strategy.size(self)

    def fetch(self, memory, n0):
        return self.strategy.fetch(memory, self, n0)

    def store(self, memory, n0, w_value):
        if self.meta & IMMUTABLE:
            raise NO_MODIFICATION
        self.strategy.store(memory, self, n0, w_value)

    def at0(self, memory, n0):
        return self.strategy.fetch(memory, self, n0)

    def atput0(self, memory, n0, w_value):
        self.store(memory, n0, w_value)

    def describe(self):
        return 'a %s of size %d' % (self.view.name(), self.size())


class Strategy(object):
    """How an Array keeps its elements."""

    def size(self, w_array):
        return 0

    def fetch(self, memory, w_array, n0):
        raise BAD_INDEX

    def store(self, memory, w_array, n0, w_value):
        raise BAD_INDEX

    def become_generic(self, memory, w_array):
        items = [memory.w_nil] * self.size(w_array)
        for i in range(len(items)):
            items[i] = self.fetch(memory, w_array, i)
        w_array.strategy = GENERIC
        w_array.storage = erase_generic(items)


erase_generic, unerase_generic = erased.new_erasing_pair('generic')
erase_ints, unerase_ints = erased.new_erasing_pair('ints')
erase_floats, unerase_floats = erased.new_erasing_pair('floats')
erase_nils, unerase_nils = erased.new_erasing_pair('nils')


class GenericStrategy(Strategy):
    def size(self, w_array):
        return len(unerase_generic(w_array.storage))

    def fetch(self, memory, w_array, n0):
        items = unerase_generic(w_array.storage)
        if n0 < 0 or n0 >= len(items):
            raise BAD_INDEX
        return items[n0]

    def store(self, memory, w_array, n0, w_value):
        items = unerase_generic(w_array.storage)
        if n0 < 0 or n0 >= len(items):
            raise BAD_INDEX
        items[n0] = w_value


class NilCount(object):
    _immutable_fields_ = ['count']

    def __init__(self, count):
        self.count = count


class NilStrategy(Strategy):
    def size(self, w_array):
        return unerase_nils(w_array.storage).count

    def fetch(self, memory, w_array, n0):
        if n0 < 0 or n0 >= self.size(w_array):
            raise BAD_INDEX
        return memory.w_nil

    def become_generic(self, memory, w_array):
        # every Array of objects goes through here once: no call for each element
        items = [memory.w_nil] * self.size(w_array)
        w_array.strategy = GENERIC
        w_array.storage = erase_generic(items)

    def store(self, memory, w_array, n0, w_value):
        size = self.size(w_array)
        if n0 < 0 or n0 >= size:
            raise BAD_INDEX
        if w_value is memory.w_nil:
            return
        if isinstance(w_value, W_SmallInteger):
            w_array.strategy = INTS
            w_array.storage = erase_ints([NO_INT] * size)
        else:
            self.become_generic(memory, w_array)
        w_array.strategy.store(memory, w_array, n0, w_value)


NO_INT = -2 ** 63       # stands for nil among SmallIntegers


class IntStrategy(Strategy):
    def size(self, w_array):
        return len(unerase_ints(w_array.storage))

    def fetch(self, memory, w_array, n0):
        items = unerase_ints(w_array.storage)
        if n0 < 0 or n0 >= len(items):
            raise BAD_INDEX
        value = items[n0]
        if value == NO_INT:
            return memory.w_nil
        return W_SmallInteger(value)

    def store(self, memory, w_array, n0, w_value):
        items = unerase_ints(w_array.storage)
        if n0 < 0 or n0 >= len(items):
            raise BAD_INDEX
        if isinstance(w_value, W_SmallInteger):
            items[n0] = w_value.value
        elif w_value is memory.w_nil:
            items[n0] = NO_INT
        else:
            self.become_generic(memory, w_array)
            w_array.strategy.store(memory, w_array, n0, w_value)


class FloatStrategy(Strategy):
    """Only for floats that are immediates in this image: a boxed Float has an identity to keep."""

    def size(self, w_array):
        return len(unerase_floats(w_array.storage))

    def fetch(self, memory, w_array, n0):
        items = unerase_floats(w_array.storage)
        if n0 < 0 or n0 >= len(items):
            raise BAD_INDEX
        return W_Float(items[n0])

    def store(self, memory, w_array, n0, w_value):
        items = unerase_floats(w_array.storage)
        if n0 < 0 or n0 >= len(items):
            raise BAD_INDEX
        if isinstance(w_value, W_Float) and w_value.is_immediate(memory):
            items[n0] = w_value.value
        else:
            self.become_generic(memory, w_array)
            w_array.strategy.store(memory, w_array, n0, w_value)


GENERIC = GenericStrategy()
NILS = NilStrategy()
INTS = IntStrategy()
FLOATS = FloatStrategy()


def new_array(view, size):
    """An Array of `size` nils."""
    return W_Array(view, NILS, erase_nils(NilCount(size)))


def new_generic_array(view, items):
    """An Array that owns the list `items` of W_ objects."""
    return W_Array(view, GENERIC, erase_generic(items))


def array_from_items(memory, view, items):
    """An Array with the elements of `items` in the tightest strategy that holds them; may keep the list."""
    ints = 0
    nils = 0
    floats = 0
    for w in items:
        if isinstance(w, W_SmallInteger):
            ints += 1
        elif w is memory.w_nil:
            nils += 1
        elif isinstance(w, W_Float) and w.is_immediate(memory):
            floats += 1
    size = len(items)
    if size > 0 and floats == size:
        return W_Array(view, FLOATS, erase_floats([_float_of(w) for w in items]))
    if nils == size:
        return new_array(view, size)
    if ints + nils == size:
        return W_Array(view, INTS, erase_ints([_int_of(w) for w in items]))
    return new_generic_array(view, items)


def _float_of(w):
    return w.value if isinstance(w, W_Float) else 0.0


def _int_of(w):
    return w.value if isinstance(w, W_SmallInteger) else NO_INT
