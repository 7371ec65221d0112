"""Code for the messages that are not sent: conditionals and loops, with their blocks' code in place.

A jump over the second part of a conditional is left out if the first part ends with a return.
"""
from images.builder.encoder import JUMP, JUMP_FALSE, JUMP_TRUE, Label
from images.builder.forms import AND_OR, IF, IF_ELSE, IF_NIL, IF_NOT_NIL, NIL_ELSE, REPEAT, TO_DO, WHILE, step_sign
from images.builder.literals import Integer
from images.builder.nodes import LiteralNode, ReturnNode


class Inlining(object):
    """A part of CodeGenerator."""

    def inlined(self, node, form, value):
        """Generate the code for a MessageNode with that Form."""
        if form.kind == IF or form.kind == IF_ELSE:
            self.conditional(node, form, value)
        elif form.kind == AND_OR:
            self.and_or(node, form, value)
        elif form.kind == IF_NIL or form.kind == IF_NOT_NIL:
            self.if_nil(node, form, value)
        elif form.kind == NIL_ELSE:
            self.nil_else(node, form, value)
        elif form.kind == WHILE:
            self.while_loop(node, form, value)
        elif form.kind == REPEAT:
            self.repeat(node, value)
        else:
            self.counting_loop(node, form, value)

    def conditional(self, node, form, value):
        self.value(node.receiver)
        second = node.arguments[1] if form.has_two_arms else None
        self.two_arms(opposite(form.sense), node.arguments[0], second, value)

    def two_arms(self, jump, first, second, value):
        """Jump to the second block, or else run the first.  The second may be None."""
        encoder = self.encoder
        otherwise, end = Label(), Label()
        encoder.jump(jump, otherwise)
        depth = encoder.depth
        self.in_place(first, value)
        has_end = (second is not None or value) and not first.body_returns()
        if has_end:
            encoder.jump(JUMP, end)
        encoder.place(otherwise)
        encoder.set_depth(depth)
        if second is not None:
            self.in_place(second, value)
        elif value:
            encoder.push_constant('nil')
        if has_end:
            encoder.place(end)

    def and_or(self, node, form, value):
        encoder = self.encoder
        otherwise, end = Label(), Label()
        self.value(node.receiver)
        encoder.jump(opposite(form.sense), otherwise)
        depth = encoder.depth
        block = node.arguments[0]
        self.in_place(block, value)
        if value:
            if not block.body_returns():
                encoder.jump(JUMP, end)
            encoder.place(otherwise)
            encoder.set_depth(depth)
            encoder.push_constant('false' if form.sense else 'true')
            encoder.place(end)
        else:
            encoder.place(otherwise)

    def if_nil(self, node, form, value):
        """The value is the receiver where the block is not run."""
        encoder = self.encoder
        block = node.arguments[0]
        end = Label()
        self.value(node.receiver)
        if value:
            encoder.dup()
        elif block.arguments:
            self.store(block.arguments[0].variable)
        encoder.push_constant('nil')
        encoder.send('==', 1)
        encoder.jump(opposite(form.sense), end)
        if value:
            if block.arguments:
                self.pop_into(block.arguments[0].variable)
            else:
                encoder.pop()
        self.in_place(block, value)
        encoder.place(end)

    def nil_else(self, node, form, value):
        self.value(node.receiver)
        block = node.arguments[1 if form.sense else 0]
        if block.arguments:
            self.store(block.arguments[0].variable)
        self.encoder.push_constant('nil')
        self.encoder.send('==', 1)
        self.two_arms(opposite(form.sense), node.arguments[0], node.arguments[1], value)

    def return_conditional(self, node):
        """^ a ifTrue: [b] ifFalse: [c] is a ifTrue: [^b] ifFalse: [^c]."""
        otherwise = Label()
        self.value(node.receiver)
        depth = self.encoder.depth - 1
        self.encoder.jump(opposite(node.form.sense), otherwise)
        self.return_body(node.arguments[0])
        self.encoder.place(otherwise)
        self.encoder.set_depth(depth)
        if len(node.arguments) == 2:
            self.return_body(node.arguments[1])
        else:
            self.encoder.return_constant('nil')

    def return_body(self, block):
        self.enter(block.scope)
        statements = block.statements
        if not statements:
            self.encoder.return_constant('nil')
            return
        self.effects(statements[:-1])
        last = statements[-1]
        if isinstance(last, ReturnNode):
            self.return_value(last.value)
        else:
            self.return_value(last)

    # ---- loops

    def while_loop(self, node, form, value):
        encoder = self.encoder
        begin, end = Label(), Label()
        encoder.place(begin)
        self.in_place(node.receiver, True)
        encoder.jump(opposite(form.sense), end)
        for block in node.arguments:
            self.in_place(block, False)
        encoder.jump_back(begin)
        encoder.place(end)
        if value:
            encoder.push_constant('nil')

    def repeat(self, node, value):
        begin = Label()
        self.encoder.place(begin)
        self.in_place(node.receiver, False)
        self.encoder.jump_back(begin)
        if value:
            self.encoder.push_constant('nil')

    def counting_loop(self, node, form, value):
        """to:do:, to:by:do: and timesRepeat:.  The value is the receiver."""
        encoder = self.encoder
        block = node.arguments[-1]
        one = LiteralNode(0, Integer(1))
        if form.kind == TO_DO:
            self.value(node.receiver)
            self.assign(node.counter, value)
            limit = node.arguments[0]
            if node.limit is not None:
                self.value(limit)
                self.pop_into(node.limit)
        else:
            limit = node.receiver
            if node.limit is not None or value:
                self.value(limit)
            if node.limit is not None:
                self.assign(node.limit, value)
            self.value(one)
            self.pop_into(node.counter)
        step = node.arguments[1] if len(node.arguments) == 3 else one
        begin, end = Label(), Label()
        encoder.place(begin)
        self.push(node.counter)
        if node.limit is not None:
            self.push(node.limit)
        else:
            self.value(limit)
        encoder.send('<=' if step_sign(step) > 0 else '>=', 1)
        encoder.jump(JUMP_FALSE, end)
        if block.arguments and node.counter is not block.arguments[0].variable:
            self.push(node.counter)
            self.pop_into(block.arguments[0].variable)
        self.in_place(block, False)
        self.push(node.counter)
        self.value(step)
        encoder.send('+', 1)
        self.pop_into(node.counter)
        encoder.jump_back(begin)
        encoder.place(end)


def opposite(sense):
    """The jump that leads away where the condition is not as wanted."""
    return JUMP_FALSE if sense else JUMP_TRUE
