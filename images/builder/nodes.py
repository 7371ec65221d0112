"""The syntax tree of a method.

`start` is the offset of a node's first character in the source.  `accept(visitor, value)` calls the visitor's method
for that kind of node; `value` says whether the node's value is wanted, for visitors that care.  What the Analyzer
finds out is kept in the nodes: a VariableNode's `variable`, a MessageNode's `form` (see images.builder.forms), a
BlockNode's and MethodNode's `scope`.
"""


class Node(object):
    def __init__(self, start):
        self.start = start

    def returns(self):
        """Whether control never comes out of the node, since every way through it ends with a return."""
        return False


class LiteralNode(Node):
    def __init__(self, start, literal):
        Node.__init__(self, start)
        self.literal = literal

    def accept(self, visitor, value):
        visitor.visit_literal(self, value)


class VariableNode(Node):
    """A variable where it is used or declared; pseudo-variables, too."""

    def __init__(self, start, name):
        Node.__init__(self, start)
        self.name = name
        self.variable = None

    def accept(self, visitor, value):
        visitor.visit_variable(self, value)


class AssignmentNode(Node):
    def __init__(self, start, target, value):
        Node.__init__(self, start)
        self.target = target
        self.value = value

    def accept(self, visitor, value):
        visitor.visit_assignment(self, value)


class ReturnNode(Node):
    def __init__(self, start, value):
        Node.__init__(self, start)
        self.value = value

    def accept(self, visitor, value):
        visitor.visit_return(self, value)

    def returns(self):
        return True


class BraceNode(Node):
    def __init__(self, start, elements):
        Node.__init__(self, start)
        self.elements = elements
        self.array = None       # VariableNode of Array

    def accept(self, visitor, value):
        visitor.visit_brace(self, value)


class MessageNode(Node):
    """receiver is None in a part of a cascade.  start is that of the selector."""

    def __init__(self, start, receiver, selector, arguments):
        Node.__init__(self, start)
        self.receiver = receiver
        self.selector = selector
        self.arguments = arguments
        self.form = None
        self.limit = None       # of loops that count: hidden variables
        self.counter = None

    def accept(self, visitor, value):
        visitor.visit_message(self, value)

    def returns(self):
        if self.form is None or not self.form.has_two_arms:
            return False
        return self.arguments[0].body_returns() and self.arguments[1].body_returns()


class CascadeNode(Node):
    """messages: two or more MessageNodes without receivers."""

    def __init__(self, start, receiver, messages):
        Node.__init__(self, start)
        self.receiver = receiver
        self.messages = messages

    def accept(self, visitor, value):
        visitor.visit_cascade(self, value)


class BlockNode(Node):
    """arguments and temporaries are VariableNodes, statements any Nodes."""

    def __init__(self, start, arguments, temporaries, statements):
        Node.__init__(self, start)
        self.arguments = arguments
        self.temporaries = temporaries
        self.statements = statements
        self.scope = None

    def accept(self, visitor, value):
        visitor.visit_block(self, value)

    def body_returns(self):
        return len(self.statements) > 0 and self.statements[-1].returns()


class MethodNode(Node):
    """primitive is the number or 0, primitive_literal the description of a named one or None, error_name the
    VariableNode of the primitive's error code or None, pragmas a list of literals.Pragma."""

    def __init__(self, start, selector, arguments):
        Node.__init__(self, start)
        self.selector = selector
        self.arguments = arguments
        self.temporaries = []
        self.statements = []
        self.primitive = 0
        self.primitive_literal = None
        self.error_name = None
        self.pragmas = []
        self.scope = None


def is_super(node):
    return isinstance(node, VariableNode) and node.name == 'super'
