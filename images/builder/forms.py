"""The messages that the compiler does not send: their blocks' code is put in place.

A Form says what kind of statement the message is; form_of(message) is that of a MessageNode, None if the message is
sent after all because an argument is no block, or a block with other arguments than the form has.
"""
from images.builder.literals import Integer, Float, Fraction, Scaled
from images.builder.nodes import BlockNode, LiteralNode

IF, IF_ELSE, AND_OR, IF_NIL, IF_NOT_NIL, NIL_ELSE, WHILE, REPEAT, TO_DO, TIMES = range(10)


class Form(object):
    """kind: one of the above.  sense: which value of the receiver leads to the first block (of a loop: to another
    round). receiver_is_block.  block_args: for each argument the number of arguments that a block there may have at
    most, -1 where there is no block."""

    def __init__(self, kind, sense, receiver_is_block, block_args):
        self.kind = kind
        self.sense = sense
        self.receiver_is_block = receiver_is_block
        self.block_args = block_args
        self.has_two_arms = kind == IF_ELSE or kind == NIL_ELSE
        self.is_loop = kind >= WHILE


FORMS = {
    'ifTrue:': Form(IF, True, False, [0]),
    'ifFalse:': Form(IF, False, False, [0]),
    'ifTrue:ifFalse:': Form(IF_ELSE, True, False, [0, 0]),
    'ifFalse:ifTrue:': Form(IF_ELSE, False, False, [0, 0]),
    'and:': Form(AND_OR, True, False, [0]),
    'or:': Form(AND_OR, False, False, [0]),
    'ifNil:': Form(IF_NIL, True, False, [0]),
    'ifNotNil:': Form(IF_NOT_NIL, False, False, [1]),
    'ifNil:ifNotNil:': Form(NIL_ELSE, True, False, [0, 1]),
    'ifNotNil:ifNil:': Form(NIL_ELSE, False, False, [1, 0]),
    'whileTrue': Form(WHILE, True, True, []),
    'whileFalse': Form(WHILE, False, True, []),
    'whileTrue:': Form(WHILE, True, True, [0]),
    'whileFalse:': Form(WHILE, False, True, [0]),
    'repeat': Form(REPEAT, True, True, []),
    'to:do:': Form(TO_DO, True, False, [-1, 1]),
    'to:by:do:': Form(TO_DO, True, False, [-1, -1, 1]),
    'timesRepeat:': Form(TIMES, True, False, [0]),
}


def form_of(message):
    form = FORMS.get(message.selector)
    if form is None:
        return None
    if form.receiver_is_block and not fits(message.receiver, 0):
        return None
    for i in range(len(form.block_args)):
        if form.block_args[i] >= 0 and not fits(message.arguments[i], form.block_args[i]):
            return None
    if form.kind == TO_DO:
        if len(message.arguments[-1].arguments) != 1:
            return None
        if len(message.arguments) == 3 and step_sign(message.arguments[1]) == 0:
            return None
    return form


def fits(node, max_args):
    return isinstance(node, BlockNode) and len(node.arguments) <= max_args


def step_sign(node):
    """The sign of a literal number; 0 if it is something else, or zero."""
    if not isinstance(node, LiteralNode):
        return 0
    literal = node.literal
    if isinstance(literal, (Integer, Float)):
        value = literal.value
    elif isinstance(literal, (Fraction, Scaled)):
        value = literal.numerator
    else:
        return 0
    if value > 0:
        return 1
    return -1 if value < 0 else 0
