"""become: all references to an object become references to another.

Two-way, the two exchange their references; forward, those to the first lead to the second from then on.  Identity hashes
stay with the references (two-way), or follow them (forward, if wanted).  Done by replacing references everywhere, or by
exchanging contents where that comes to the same, after everything has been checked: it happens wholly or not at all.
Definition: SpurMemoryManager become:with:twoWay:copyHash: and its helpers; ObjectMemory of older VMs does the same.
"""
from spyvm.objects import formats
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import W_Context
from spyvm.objects.errors import BAD_ARGUMENT, BAD_RECEIVER, INAPPROPRIATE, NO_MODIFICATION, NOT_LINKED, OBJECT_IS_PINNED
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_HeapObject, HASH_MASK, PINNED
from spyvm.objects.pointers import (W_AbstractPointers, W_Array, W_Pointers, W_Weak, GENERIC, unerase_generic,
                                    weak_cell)
from spyvm.objects.raw import W_Bytes
from spyvm.objects.walk import Walk

FORWARDED = 1 << 41     # in the meta of an object whose references are being replaced


class Forwarding(object):
    """Which object takes the place of which."""

    def __init__(self):
        self.table = {}

    def get(self, w_object):
        """What a reference to the object becomes.  None stays None."""
        if w_object is not None and w_object.get_meta() & FORWARDED:
            return self.table[w_object]
        return w_object

    def add(self, w_object, w_new):
        if w_object in self.table:
            raise BAD_ARGUMENT
        self.table[w_object] = w_new


def become(interp, w_sources, w_targets, two_way, copy_hash):
    """Exchange (two_way) or forward the references to the elements of two Arrays.

    Fails, changing nothing, unless both are Arrays of one size; for objects without identity, immutable or pinned ones; for
    nil, true and false; for contexts together with other objects, and the running one; and where an object occurs twice.
    """
    memory = interp.memory
    if not isinstance(w_sources, W_Array):
        raise BAD_RECEIVER
    if not isinstance(w_targets, W_Array) or w_targets.size() != w_sources.size():
        raise BAD_ARGUMENT
    forwarding = Forwarding()
    sources = []
    targets = []
    for i in range(w_sources.size()):
        w_source = w_sources.fetch(memory, i)
        w_target = w_targets.fetch(memory, i)
        if w_source is w_target:
            continue
        check(memory, w_source)
        if two_way:
            check(memory, w_target)
            forwarding.add(w_target, w_source)
        elif copy_hash and (w_target.is_immediate(memory) or w_target.is_immutable()):
            raise INAPPROPRIATE
        if isinstance(w_source, W_Context) != isinstance(w_target, W_Context):
            raise INAPPROPRIATE
        forwarding.add(w_source, w_target)
        sources.append(w_source)
        targets.append(w_target)
    if not two_way:
        for w_target in targets:
            if w_target in forwarding.table:
                raise BAD_ARGUMENT
    if len(sources) == 0:
        return
    if two_way and can_swap_contents(memory, sources, targets):
        for i in range(len(sources)):
            swap_contents(sources[i], targets[i])
        return
    if not interp.all_linked():
        raise NOT_LINKED
    roots = interp.roots()
    for w_root in roots:
        if isinstance(w_root, W_Context) and w_root in forwarding.table:
            raise INAPPROPRIATE
    replace_references(interp, forwarding, roots)
    move_hashes(sources, targets, two_way, copy_hash)


def forward(interp, w_source, w_target, roots):
    """Forward the references to one object that passes check().  `roots` is what the interpreter holds, with all contexts
    linked: for primitives that have to know that before they begin."""
    forwarding = Forwarding()
    forwarding.add(w_source, w_target)
    replace_references(interp, forwarding, roots)


def check(memory, w_object):
    """Whether references to the object may be replaced."""
    if w_object.is_immediate(memory):
        raise INAPPROPRIATE
    if w_object is memory.w_nil or w_object is memory.w_true or w_object is memory.w_false:
        raise INAPPROPRIATE
    if w_object.is_immutable():
        raise NO_MODIFICATION
    if w_object.get_meta() & PINNED:
        raise OBJECT_IS_PINNED


# ---- exchanging contents: what two objects of one build need instead of exchanging the references to them

def can_swap_contents(memory, sources, targets):
    """Whether all pairs are so alike, and nothing that the VM keeps beside the heap depends on what is in them."""
    for i in range(len(sources)):
        if not are_alike(memory, sources[i], targets[i]):
            return False
    return True


def are_alike(memory, w_a, w_b):
    if isinstance(w_a, W_Array):
        return (isinstance(w_b, W_Array) and w_a is not memory.w_special_objects and w_b is not memory.w_special_objects and
                not has_method(w_a) and not has_method(w_b))
    if isinstance(w_a, W_Bytes):
        return isinstance(w_b, W_Bytes) and len(w_a.bytes) == len(w_b.bytes)
    if isinstance(w_a, W_Pointers) and isinstance(w_b, W_Pointers):
        # method dictionaries have indexed fields; anything may serve as a class
        return (len(w_a.slots) == len(w_b.slots) and w_a.view.kind == formats.FIXED and w_b.view.kind == formats.FIXED and
                w_a not in memory.odd_views and w_b not in memory.odd_views)
    return False


def has_method(w_array):
    """Whether the Array may be a part of a method dictionary."""
    if w_array.strategy is GENERIC:
        for w_item in unerase_generic(w_array.storage):
            if isinstance(w_item, W_CompiledMethod):
                return True
    return False


def swap_contents(w_a, w_b):
    """Exchange all but the identity hashes, which stay with the references."""
    assert isinstance(w_a, W_HeapObject)
    assert isinstance(w_b, W_HeapObject)
    view = w_a.view
    w_a.view = w_b.view
    w_b.view = view
    meta = w_a.meta
    other = w_b.meta
    w_a.meta = (other & ~HASH_MASK) | (meta & HASH_MASK)
    w_b.meta = (meta & ~HASH_MASK) | (other & HASH_MASK)
    if isinstance(w_a, W_Array):
        assert isinstance(w_b, W_Array)
        strategy = w_a.strategy
        storage = w_a.storage
        w_a.strategy = w_b.strategy
        w_a.storage = w_b.storage
        w_b.strategy = strategy
        w_b.storage = storage
    elif isinstance(w_a, W_Bytes):
        assert isinstance(w_b, W_Bytes)
        for i in range(len(w_a.bytes)):
            char = w_a.bytes[i]
            w_a.bytes[i] = w_b.bytes[i]
            w_b.bytes[i] = char
    else:
        assert isinstance(w_a, W_Pointers)
        assert isinstance(w_b, W_Pointers)
        for i in range(len(w_a.slots)):
            w_slot = w_a.slots[i]
            w_a.slots[i] = w_b.slots[i]
            w_b.slots[i] = w_slot


# ---- exchanging or replacing references

def move_hashes(sources, targets, two_way, copy_hash):
    for i in range(len(sources)):
        w_source = sources[i]
        w_target = targets[i]
        meta = w_source.get_meta()
        other = w_target.get_meta()
        if two_way:
            w_source.set_meta((meta & ~HASH_MASK) | (other & HASH_MASK))
            w_target.set_meta((other & ~HASH_MASK) | (meta & HASH_MASK))
        elif copy_hash and meta & HASH_MASK:
            w_target.set_meta((other & ~HASH_MASK) | (meta & HASH_MASK))


def replace_references(interp, forwarding, roots):
    memory = interp.memory
    walk = Walk(memory, True)
    walk.run(roots)
    walk.unmark()
    for w_object in forwarding.table:
        w_object.set_meta(w_object.get_meta() | FORWARDED)
    replacer = Replacer(memory, forwarding, roots)
    for w_object in walk.found:
        replacer.replace_in(w_object)
    memory.w_special_objects = forwarding.get(memory.w_special_objects)
    memory.specials_changed()
    for view in memory.known_views.all():
        view.refresh_shape(memory)
        view.flush(memory)
    memory.enumerations.forget()
    memory.mourning.became(forwarding)
    interp.became(forwarding)
    for w_object in forwarding.table:
        w_object.set_meta(w_object.get_meta() & ~FORWARDED)


class Replacer(object):
    """Replaces the references in one object after the other, each once."""

    def __init__(self, memory, forwarding, roots):
        self.memory = memory
        self.forwarding = forwarding
        self.roots = roots
        self.codes = {}     # MethodCodes done

    def replace_in(self, w_object):
        if not isinstance(w_object, W_HeapObject):
            return
        memory = self.memory
        get = self.forwarding
        view = w_object.view
        if view is not None:
            w_class = get.get(view.w_self)
            if w_class is not view.w_self:
                w_object.view = memory.view_of_class(w_class)
        if isinstance(w_object, W_AbstractPointers):
            self.replace_all(w_object.slots)
        elif isinstance(w_object, W_Array):
            if w_object.strategy is GENERIC:
                self.replace_all(unerase_generic(w_object.storage))
        elif isinstance(w_object, W_CompiledMethod):
            self.replace_all(w_object.literals)
            if w_object.code is not None:
                self.replace_in_code(w_object.code)
        elif isinstance(w_object, W_BlockClosure):
            w_object.w_outer = get.get(w_object.w_outer)
            w_object.w_start = get.get(w_object.w_start)
            w_object.w_num_args = get.get(w_object.w_num_args)
            w_object.w_receiver = get.get(w_object.w_receiver)
            self.replace_all(w_object.copied)
        elif isinstance(w_object, W_Context):
            self.replace_in_context(w_object)
        elif isinstance(w_object, W_Weak):
            self.replace_all(w_object.slots)
            self.replace_in_cells(w_object)

    def replace_all(self, items):
        forwarding = self.forwarding
        for i in range(len(items)):
            w_item = items[i]
            if w_item is not None and w_item.get_meta() & FORWARDED:
                items[i] = forwarding.table[w_item]

    def replace_in_cells(self, w_weak):
        memory = self.memory
        for i in range(len(w_weak.refs)):
            cell = w_weak.refs[i]
            if cell is not None:
                w_value = cell.get()
                w_new = self.forwarding.get(w_value)
                if w_new is not w_value:
                    w_weak.refs[i] = weak_cell(memory, w_new)

    def replace_in_code(self, code):
        """The copy of its literals that a running method has."""
        if code in self.codes:
            return
        self.codes[code] = None
        if code.base is not None:
            self.replace_in_code(code.base)
        for variant in code.variants():
            self.replace_in_code(variant)
        changed = False
        for w_literal in code.literals:
            if w_literal.get_meta() & FORWARDED:
                changed = True
        if changed:
            self.replace_all(code.literals)
            code.ops = code.ops     # compiled code that has the old literals in it must not run on

    def replace_in_context(self, w_context):
        get = self.forwarding
        w_context.w_sender = get.get(w_context.w_sender)
        w_context.w_receiver = get.get(w_context.w_receiver)
        w_closure = get.get(w_context.w_closure)
        if isinstance(w_closure, W_BlockClosure):
            w_context.w_closure = w_closure
        block = w_context.block
        if block is not None:
            w_home = get.get(block.home)
            if isinstance(w_home, W_Context):
                block.home = w_home
        code = w_context.code
        if code is not None:
            self.replace_in_code(code)
            w_method = get.get(code.w_method)
            if w_method is not code.w_method and isinstance(w_method, W_CompiledMethod):
                # an activation goes on with the other method only where it may be at any place in it
                if w_method.header == code.w_method.header and w_method.bytes == code.w_method.bytes:
                    w_context.set_code(w_method.get_code(self.memory))
        for i in range(len(w_context.stack)):
            w_context.stack[i] = get.get(w_context.stack[i])
