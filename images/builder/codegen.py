"""The syntax tree to bytecodes.

Literals are put into the frame in the order in which the code that uses them is generated, which is that of the source; see
images.builder.literals for which of them share a place.  A named primitive's description is the first literal.

A statement's value is not computed where nobody wants it.  What ^ returns out of a conditional is returned inside it.
"""
from images.builder.encoder import Label, RETURNS, Unencodable
from images.builder.errors import CompileError
from images.builder.forms import IF, IF_ELSE
from images.builder.inlining import Inlining
from images.builder.literals import Integer, MethodClass, Outer, State, Symbol
from images.builder.nodes import LiteralNode, MessageNode, ReturnNode, VariableNode, is_super
from images.builder.record import MethodRecord
from images.builder.scope import ContextVar, InstVar, Pseudo, Shared

MAX_TEMPS = 63
STACKED_BRACES = 16     # elements of a brace array that are collected on the stack
QUICK_SELF, QUICK_CONSTANT, QUICK_INST_VAR, LAST_QUICK = 256, 257, 264, 519


class CodeGenerator(Inlining):
    def __init__(self, source, options, where):
        self.source = source
        self.options = options
        self.where = where
        self.encoder = None
        self.frame = None       # the Scope whose context the code runs in

    # ---- methods and blocks

    def generate(self, method):
        """The MethodRecord of an analyzed MethodNode."""
        try:
            return self.method(method)
        except Unencodable as e:
            line, column = self.where.position(self.source, method.start)
            raise CompileError(self.where.path, line, column, 'too many ' + e.args[0])

    def method(self, node):
        record = MethodRecord(node.selector, False)
        record.primitive = node.primitive or quick_primitive(node)
        record.num_args = len(node.arguments)
        record.pragmas = node.pragmas
        encoder = self.start(record, node.scope)
        if node.primitive_literal is not None:
            encoder.literal_index(node.primitive_literal)
        if record.primitive and self.options.is_spur:
            encoder.call_primitive(record.primitive)
            if node.error_name is not None:
                encoder.store_temp(node.error_name.variable.index)
        self.enter(node.scope)
        self.effects(node.statements)
        if not (node.statements and node.statements[-1].returns()):
            encoder.return_constant('self')
        selector = Symbol(node.selector)
        last = State(selector, node.pragmas) if node.pragmas else selector
        return self.finish(record, [last, MethodClass()])

    def start(self, record, scope):
        """Begin with an encoder of its own."""
        self.frame = scope
        self.encoder = self.options.new_encoder(record.is_block)
        record.num_temps = scope.num_slots
        self.check_temps(scope)
        self.encoder.set_depth(scope.num_slots)
        return self.encoder

    def check_temps(self, scope):
        if scope.num_slots > MAX_TEMPS:
            raise Unencodable('temporaries (%d are possible)' % MAX_TEMPS)

    def finish(self, record, last):
        encoder = self.encoder
        encoder.finish_literals(last)
        record.literals = encoder.literals
        record.bytecodes = encoder.assemble()
        record.large_frame = encoder.needs_large_frame()
        record.set_header(self.options)
        return record

    def enter(self, scope):
        """Prepare the variables of a scope that is entered."""
        encoder = self.encoder
        if scope.remotes:
            encoder.push_new_array(len(scope.remotes))
            encoder.pop_into_temp(scope.vector)
        for temp in scope.new_each_round():
            encoder.push_constant('nil')
            encoder.pop_into_temp(temp.index)

    def visit_block(self, node, value):
        """A closure."""
        if not value:
            return
        scope = node.scope
        for item in scope.copied:
            self.encoder.push_temp(self.frame.slot_of(item))
        encoder, frame = self.encoder, self.frame
        if self.options.is_sista:
            record = MethodRecord('', True)
            record.num_args = scope.num_args
            self.start(record, scope)
            self.block_body(node)
            self.finish(record, [Outer()])
            self.encoder, self.frame = encoder, frame
            encoder.push_full_closure(record, len(scope.copied))
        else:
            after = Label()
            encoder.push_closure(scope.num_args, len(scope.copied), after)
            self.check_temps(scope)
            depth = encoder.depth
            self.frame = scope
            first = scope.num_args + len(scope.copied)
            encoder.set_depth(first)
            for _ in range(first, scope.num_slots):
                encoder.push_constant('nil')
            self.block_body(node)
            encoder.place(after)
            encoder.set_depth(depth)
            self.frame = frame

    def block_body(self, node):
        self.enter(node.scope)
        self.body(node.statements, True)
        if not node.body_returns():
            self.encoder.block_return()

    def in_place(self, block, value):
        """The code of a block that is no closure."""
        self.enter(block.scope)
        self.body(block.statements, value)

    def body(self, statements, value):
        """Statements, of which the last one's value may be wanted; that of none is nil."""
        if not value:
            self.effects(statements)
        elif not statements:
            self.encoder.push_constant('nil')
        else:
            self.effects(statements[:-1])
            self.value(statements[-1])

    def effects(self, statements):
        for statement in statements:
            self.effect(statement)

    def value(self, node):
        """Generate code that leaves the node's value on the stack."""
        depth = self.encoder.depth
        node.accept(self, True)
        self.encoder.set_depth(depth + 1)

    def effect(self, node):
        """Generate code for what the node does."""
        depth = self.encoder.depth
        node.accept(self, False)
        self.encoder.set_depth(depth)

    # ---- variables

    def visit_literal(self, node, value):
        if value:
            self.encoder.push_literal(node.literal)

    def visit_variable(self, node, value):
        if value:
            self.push(node.variable)

    def push(self, variable):
        encoder = self.encoder
        if isinstance(variable, Pseudo):
            if variable.name == 'self' or variable.name == 'super':
                encoder.push_self()
            elif variable.name == 'thisContext':
                encoder.push_context()
            else:
                encoder.push_constant(variable.name)
        elif isinstance(variable, InstVar):
            encoder.push_inst_var(variable.index)
        elif isinstance(variable, ContextVar):
            encoder.push_context_var(variable.index)
        elif isinstance(variable, Shared):
            encoder.push_binding(variable.binding)
        elif variable.remote:
            encoder.push_remote(variable.index, self.frame.slot_of(variable.scope.vector_owner()))
        else:
            encoder.push_temp(self.frame.slot_of(variable))

    def store(self, variable):
        encoder = self.encoder
        if isinstance(variable, InstVar):
            encoder.store_inst_var(variable.index)
        elif isinstance(variable, ContextVar):
            encoder.store_context_var(variable.index)
        elif isinstance(variable, Shared):
            encoder.store_binding(variable.binding)
        elif variable.remote:
            encoder.store_remote(variable.index, self.frame.slot_of(variable.scope.vector_owner()))
        else:
            encoder.store_temp(self.frame.slot_of(variable))

    def pop_into(self, variable):
        encoder = self.encoder
        if isinstance(variable, InstVar):
            encoder.pop_into_inst_var(variable.index)
        elif isinstance(variable, ContextVar):
            encoder.pop_into_context_var(variable.index)
        elif isinstance(variable, Shared):
            encoder.pop_into_binding(variable.binding)
        elif variable.remote:
            encoder.pop_into_remote(variable.index, self.frame.slot_of(variable.scope.vector_owner()))
        else:
            encoder.pop_into_temp(self.frame.slot_of(variable))

    def assign(self, variable, value):
        if value:
            self.store(variable)
        else:
            self.pop_into(variable)

    def visit_assignment(self, node, value):
        self.value(node.value)
        self.assign(node.target.variable, value)

    # ---- returns

    def visit_return(self, node, value):
        self.return_value(node.value)

    def return_value(self, node):
        """Return a node's value from the method."""
        if isinstance(node, VariableNode) and node.name in RETURNS:
            self.encoder.return_constant(node.name)
        elif isinstance(node, MessageNode) and node.form is not None and node.form.kind in (IF, IF_ELSE):
            self.return_conditional(node)
        else:
            self.value(node)
            self.encoder.return_top()

    # ---- arrays

    def visit_brace(self, node, value):
        elements = node.elements
        if len(elements) <= STACKED_BRACES:
            for element in elements:
                self.value(element)
            if elements:
                self.encoder.pop_into_new_array(len(elements))
            else:
                self.encoder.push_new_array(0)
        else:
            self.push(node.array.variable)
            self.encoder.push_literal(Integer(len(elements)))
            self.encoder.send('new:', 1)
            for i in range(len(elements)):
                self.encoder.dup()
                self.encoder.push_literal(Integer(i + 1))
                self.value(elements[i])
                self.encoder.send('at:put:', 2)
                self.encoder.pop()
        if not value:
            self.encoder.pop()

    # ---- messages

    def visit_cascade(self, node, value):
        self.value(node.receiver)
        to_super = is_super(node.receiver)
        for message in node.messages[:-1]:
            self.encoder.dup()
            self.send(message, to_super)
            self.encoder.pop()
        self.send(node.messages[-1], to_super)
        if not value:
            self.encoder.pop()

    def send(self, message, to_super):
        """Send, the receiver being on the stack."""
        for argument in message.arguments:
            self.value(argument)
        if to_super and self.options.is_sista and self.frame.outer is not None:
            self.encoder.send_directed_super(message.selector, len(message.arguments), MethodClass())
        elif to_super:
            self.encoder.send_super(message.selector, len(message.arguments))
        else:
            self.encoder.send(message.selector, len(message.arguments))

    def visit_message(self, node, value):
        if node.form is not None:
            self.inlined(node, node.form, value)
            return
        self.value(node.receiver)
        self.send(node, is_super(node.receiver))
        if not value:
            self.encoder.pop()


def quick_primitive(method):
    """The number of the primitive that does what the whole method does, 0 if there is none."""
    if method.arguments or method.temporaries or method.pragmas or len(method.statements) > 1:
        return 0
    if not method.statements:
        return QUICK_SELF
    statement = method.statements[0]
    if not isinstance(statement, ReturnNode):
        return 0
    node = statement.value
    if isinstance(node, VariableNode):
        if isinstance(node.variable, InstVar) and node.variable.index <= LAST_QUICK - QUICK_INST_VAR:
            return QUICK_INST_VAR + node.variable.index
        if node.name == 'self':
            return QUICK_SELF
        if node.name in ('true', 'false', 'nil'):
            return QUICK_CONSTANT + ['true', 'false', 'nil'].index(node.name)
    elif isinstance(node, LiteralNode) and isinstance(node.literal, Integer) and -1 <= node.literal.value <= 2:
        return QUICK_CONSTANT + 4 + node.literal.value
    return 0
