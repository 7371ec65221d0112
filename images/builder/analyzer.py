"""What the names in a syntax tree mean, which messages are compiled in place, and which variables closures share.

Whether a variable can still change when a closure is made is decided by the order of what happens in the text: each use
has a number.  What is done in a loop happens, as seen from outside of the loop, at its end.
"""
from images.builder.errors import CompileError
from images.builder.forms import TIMES, TO_DO, form_of
from images.builder.literals import Binding
from images.builder.nodes import LiteralNode, VariableNode, is_super
from images.builder.scope import PSEUDO, ContextVar, Event, InstVar, Loop, Pseudo, Scope, Shared, Temp


class Use(object):
    """A Temp used in a frame that is not its own."""

    def __init__(self, temp, frame):
        self.temp = temp
        self.frame = frame


class Analyzer(object):
    """Visits a method's nodes in the order in which they are evaluated; analyze(method) leaves all in the nodes."""

    def __init__(self, source, class_scope, where):
        self.source = source
        self.class_scope = class_scope
        self.where = where
        self.scope = None
        self.number = 0         # of the last event
        self.uses = []
        self.frames = []
        self.temps = []

    def error(self, node, message):
        line, column = self.where.position(self.source, node.start)
        raise CompileError(self.where.path, line, column, message)

    def tick(self):
        self.number += 1
        return self.number

    def analyze(self, method):
        scope = Scope(None, False, None, 0)
        self.frames.append(scope)
        self.scope = method.scope = scope
        self.declare(method.arguments, True)
        scope.num_args = len(method.arguments)
        self.declare(method.temporaries, False)
        error_temp = None
        if method.error_name is not None:
            error_temp = self.declare_one(method.error_name, True)
            scope.temps.remove(error_temp)      # virtual machines put the code into the last slot
        self.visit_all(method.statements)
        for temp in self.temps:
            decide(temp)
        self.copy_values()
        for frame in self.frames:
            frame.allot()
        if error_temp is not None:
            error_temp.index = scope.new_slot()

    def copy_values(self):
        """For each use in a closure: what the closure, and those around it, copy."""
        for use in self.uses:
            item = use.temp
            if use.temp.remote:
                item = use.temp.scope.vector_owner()
            frame = use.frame
            while frame is not use.temp.scope.frame:
                if item not in frame.copied:
                    frame.copied.append(item)
                frame = frame.outer.frame

    # ---- declarations

    def declare(self, nodes, is_arg):
        for node in nodes:
            self.declare_one(node, is_arg)

    def declare_one(self, node, is_arg):
        if node.name in PSEUDO:
            self.error(node, '%s cannot be declared' % node.name)
        if node.name in self.scope.names:
            self.error(node, '%s is declared already' % node.name)
        node.variable = self.scope.declare(node.name, is_arg, False)
        self.temps.append(node.variable)
        return node.variable

    def hidden(self, scope):
        temp = scope.declare('', False, True)
        self.temps.append(temp)
        return temp

    # ---- uses

    def lookup(self, node):
        """The variable of that name."""
        name = node.name
        if name in PSEUDO:
            return Pseudo(name)
        scope = self.scope
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        index = self.class_scope.inst_var(name)
        if index >= 0:
            return ContextVar(name, index) if self.class_scope.is_context() else InstVar(name, index)
        binding = self.class_scope.binding(name)
        if binding is None:
            self.error(node, '%s is not declared' % name)
        return Shared(name, binding)

    def note_use(self, temp):
        """The temp is used here; closures between here and there copy it."""
        temp.is_used = True
        frame = self.scope.frame
        if frame is temp.scope.frame:
            return
        self.uses.append(Use(temp, frame))
        while frame.outer.frame is not temp.scope.frame:
            frame = frame.outer.frame
        if temp.captured_at < 0:
            temp.captured_at = frame.number

    def note_write(self, temp):
        if not temp.is_used:
            temp.first_is_write = self.scope is temp.scope
        self.note_use(temp)
        loop = None
        scope = self.scope
        while scope is not temp.scope:
            if scope.loop is not None:
                loop = scope.loop
            scope = scope.outer
        temp.writes.append(Event(self.tick(), loop))

    # ---- nodes

    def visit_all(self, nodes):
        for node in nodes:
            node.accept(self, True)

    def visit_literal(self, node, value):
        pass

    def visit_variable(self, node, value):
        if node.name == 'super':
            self.error(node, 'super is for sending messages to')
        self.use(node)

    def use(self, node):
        node.variable = self.lookup(node)
        self.tick()
        if isinstance(node.variable, Temp):
            self.note_use(node.variable)

    def visit_assignment(self, node, value):
        node.value.accept(self, True)
        target = node.target
        variable = target.variable = self.lookup(target)
        if isinstance(variable, Pseudo) or (isinstance(variable, Temp) and variable.is_arg):
            self.error(target, '%s cannot be assigned to' % target.name)
        if isinstance(variable, Temp):
            self.note_write(variable)

    def visit_return(self, node, value):
        node.value.accept(self, True)

    def visit_brace(self, node, value):
        self.visit_all(node.elements)
        node.array.variable = Shared('Array', Binding('global', None, 'Array'))

    def visit_receiver(self, node):
        if isinstance(node, VariableNode) and node.name == 'super':
            self.use(node)
        else:
            node.accept(self, True)

    def visit_cascade(self, node, value):
        self.visit_receiver(node.receiver)
        for message in node.messages:
            self.visit_all(message.arguments)

    def visit_message(self, node, value):
        if not is_super(node.receiver):
            node.form = form_of(node)
        form = node.form
        if form is None:
            self.visit_receiver(node.receiver)
            self.visit_all(node.arguments)
        elif form.is_loop:
            self.visit_loop(node, form)
        else:
            node.receiver.accept(self, True)
            for block in node.arguments:
                scope = Scope(self.scope, True, None, self.number)
                self.visit_in(block, scope)

    def visit_loop(self, node, form):
        """Loops: what is evaluated once, then the blocks."""
        loop = Loop()
        if form.receiver_is_block:
            self.visit_in(node.receiver, Scope(self.scope, True, loop, self.number))
            for block in node.arguments:
                self.visit_in(block, Scope(self.scope, True, loop, self.number))
        else:
            node.receiver.accept(self, True)
            self.visit_all(node.arguments[:-1])
            scope = Scope(self.scope, True, loop, self.number)
            limit = node.arguments[0] if form.kind == TO_DO else node.receiver
            if not is_fixed(limit):
                node.limit = self.hidden(scope)
            if form.kind == TIMES:
                node.counter = self.hidden(scope)
            self.visit_in(node.arguments[-1], scope)
            if form.kind == TO_DO:
                node.counter = node.arguments[-1].arguments[0].variable
                if node.counter.captured_at >= 0:       # closures get each round's own value
                    node.counter = self.hidden(scope)
        loop.end = self.tick()

    def visit_in(self, block, scope):
        """Visit a block that is put in place."""
        outer = self.scope
        self.scope = block.scope = scope
        self.declare(block.arguments, True)
        self.declare(block.temporaries, False)
        self.visit_all(block.statements)
        self.scope = outer

    def visit_block(self, node, value):
        """A closure."""
        scope = Scope(self.scope, False, None, self.tick())
        self.frames.append(scope)
        scope.num_args = len(node.arguments)
        self.visit_in(node, scope)


def decide(temp):
    """Whether the variable is remote: a closure that uses it is made before the last assignment."""
    if temp.captured_at < 0:
        return
    for write in temp.writes:
        at = write.number if write.loop is None else write.loop.end
        if at > temp.captured_at:
            temp.remote = True
    if temp.remote:
        temp.scope.vector_owner().remotes.append(temp)


def is_fixed(node):
    """Whether evaluating the node again gives the same: a literal or an argument."""
    if isinstance(node, VariableNode):
        return isinstance(node.variable, Temp) and node.variable.is_arg
    return isinstance(node, LiteralNode)
