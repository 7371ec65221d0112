"""Names and variables, and the variables' places: in the stack of a context, or in an Array (a vector) that blocks share.

A block that is a closure has a context of its own; blocks that are put in place (see images.builder.forms) use the
context around them, their frame.  A variable that a closure uses is copied into the closure when that is made, if it
cannot change any more; otherwise it is remote: it lives in a vector, and the vector is copied.

The temporaries of a block that is put in place inside a loop are new ones in each round: they are set to nil at its
beginning, and have a vector of their own.
"""

CONTEXT_FIELDS = ['sender', 'pc', 'stackp']
PSEUDO = ('self', 'super', 'thisContext', 'nil', 'true', 'false')


class ClassScope(object):
    """The names a method of one class can use beside its own.

    class_name: of the class itself, also where meta is true (method of the class side).
    inst_vars: list of names, inherited ones first, so that the index is the field's.
    bindings: dictionary, name to literals.Binding: class variables, its superclasses' among them, and pool variables.
    globals: dictionary, name to literals.Binding (all classes and other globals), or anything with get(name).
    """

    def __init__(self, class_name, meta, inst_vars, bindings, globals):
        self.class_name = class_name
        self.meta = meta
        self.inst_vars = inst_vars
        self.bindings = bindings
        self.globals = globals

    def is_context(self):
        """Whether the instances are contexts: these begin with the fields that VMs want there."""
        return list(self.inst_vars[:3]) == CONTEXT_FIELDS

    def inst_var(self, name):
        """The field's index from 0, or -1."""
        if name in self.inst_vars:
            return len(self.inst_vars) - 1 - self.inst_vars[::-1].index(name)
        return -1

    def binding(self, name):
        """The Binding, or None."""
        found = self.bindings.get(name)
        if found is None:
            found = self.globals.get(name)
        return found


class Pseudo(object):
    """self, super, thisContext, nil, true, false."""

    def __init__(self, name):
        self.name = name


class InstVar(object):
    def __init__(self, name, index):
        self.name = name
        self.index = index


class ContextVar(object):
    """An instance variable of a Context.  A VM may keep contexts that run in a form of its own; then only its longest
    instructions for instance variables know where to look."""

    def __init__(self, name, index):
        self.name = name
        self.index = index


class Shared(object):
    """A class variable, pool variable or global."""

    def __init__(self, name, binding):
        self.name = name
        self.binding = binding


class Temp(object):
    """An argument or temporary.

    scope: the Scope that declares it.  is_arg: it gets its value where the scope is entered, and cannot be assigned to.
    hidden: the compiler's own.  remote: it lives in its scope's vector.  index: its place in the frame's stack, or in
    the vector.
    """

    def __init__(self, name, scope, is_arg, hidden):
        self.name = name
        self.scope = scope
        self.is_arg = is_arg
        self.hidden = hidden
        self.remote = False
        self.index = -1
        self.captured_at = -1       # number of the first closure that uses it, -1 if none does
        self.writes = []            # Event, one for each assignment
        self.first_is_write = False     # the first thing done to it is an assignment, by its own scope's statements
        self.is_used = False


class Event(object):
    """An assignment: its number, and the outermost Loop around it inside the variable's scope (None if there is none)."""

    def __init__(self, number, loop):
        self.number = number
        self.loop = loop


class Loop(object):
    """The extent of a loop: the number behind its last event."""

    def __init__(self):
        self.end = -1


class Scope(object):
    """The names of a method or block.

    outer: the Scope around it, None for a method.  frame: the Scope whose context it uses, itself unless it is put in place.
    loop: the Loop whose round it is part of, or None.  number: when its closure is made.
    """

    def __init__(self, outer, in_place, loop, number):
        self.outer = outer
        self.frame = outer.frame if in_place else self
        self.loop = loop
        self.number = number
        self.in_loop = in_place and (loop is not None or outer.in_loop)
        self.names = {}
        self.temps = []         # arguments, then temporaries, then hidden variables
        self.inner = []         # the scopes put in place directly inside, in order
        self.remotes = []       # what is in its vector
        self.vector = -1        # the vector's place in the frame's stack
        self.copied = []        # of a frame: the Temps, and Scopes for their vectors, that its closure copies
        self.num_args = 0
        self.num_slots = 0      # of a frame: arguments, copied values and temporaries
        if in_place:
            outer.inner.append(self)

    def declare(self, name, is_arg, hidden):
        temp = Temp(name, self, is_arg, hidden)
        self.temps.append(temp)
        if not hidden:
            self.names[name] = temp
        return temp

    def vector_owner(self):
        """The scope whose vector has this scope's remote variables."""
        scope = self
        while scope.frame is not scope and not scope.in_loop:
            scope = scope.outer
        return scope

    def new_each_round(self):
        """The temporaries that have to be set to nil where the scope is entered."""
        if not self.in_loop:
            return []
        return [temp for temp in self.temps if not temp.is_arg and not temp.hidden and not temp.remote and temp.is_used
                and not temp.first_is_write]

    # ---- places

    def allot(self):
        """Of a frame: give all its variables their places."""
        first = self.num_args
        for i in range(first):
            self.temps[i].index = i
        self.num_slots = first + len(self.copied)
        self.allot_inside(self)

    def allot_inside(self, frame):
        if self.remotes:
            self.vector = frame.new_slot()
            for i in range(len(self.remotes)):
                self.remotes[i].index = i
        for temp in self.temps:
            if temp.index < 0 and not temp.remote:
                temp.index = frame.new_slot()
        for scope in self.inner:
            scope.allot_inside(frame)

    def new_slot(self):
        self.num_slots += 1
        return self.num_slots - 1

    def slot_of(self, item):
        """Of a frame: where in the stack a Temp that is not remote, or a Scope's vector, is."""
        if isinstance(item, Scope):
            if item.frame is self:
                return item.vector
        elif item.scope.frame is self:
            return item.index
        return self.num_args + self.copied.index(item)
