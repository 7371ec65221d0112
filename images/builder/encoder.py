"""What the encoders of both sets of bytecodes share: the literal frame, the depth of the stack, jumps.

An encoder collects pieces: lists of bytes, Jumps, Labels.  `assemble` decides which jumps can be short: it begins
with all of them short and lengthens those that do not reach, until all reach.
"""
from images.builder.literals import Symbol

JUMP, JUMP_TRUE, JUMP_FALSE, CLOSURE = range(4)
SMALL_FRAME = 16        # slots of a context's stack
LARGE_FRAME = 56

# what has send instructions of its own, in their order; blockCopy: is no longer sent
SPECIAL_SELECTORS = ['+', '-', '<', '>', '<=', '>=', '=', '~=', '*', '/', '\\\\', '@', 'bitShift:', '//', 'bitAnd:',
                     'bitOr:', 'at:', 'at:put:', 'size', 'next', 'nextPut:', 'atEnd', '==', 'class', None, 'value',
                     'value:', 'do:', 'new', 'new:', 'x', 'y']
SPECIAL_INDEX = dict((SPECIAL_SELECTORS[i], i) for i in range(32))

RETURNS = ['self', 'true', 'false', 'nil']      # what has a return instruction of its own, in their order
CONSTANTS = ['self', 'true', 'false', 'nil']    # and what has a push instruction


class Unencodable(Exception):
    """The set of bytecodes cannot express it: the argument says what there is too much of."""


class Label(object):
    """A place in the code; its address is known after assembling."""

    def __init__(self):
        self.address = -1


class Jump(object):
    """kind; label; head: first bytes of a CLOSURE; backward: whether the label stands before; size: in bytes."""

    def __init__(self, kind, label, head, backward):
        self.kind = kind
        self.label = label
        self.head = head
        self.backward = backward
        self.size = 1
        self.address = 0


class AbstractEncoder(object):
    """max_literals and min_jump_size are the subclasses'."""
    max_literals = 0

    def __init__(self, is_block):
        self.is_block = is_block
        self.pieces = []
        self.literals = []
        self.places = {}
        self.depth = 0
        self.max_depth = 0

    # ---- literals

    def literal_index(self, literal):
        """The literal's place in the frame, where it is put unless an equal one is there."""
        key = literal.key()
        if key is None:
            key = id(literal)       # the compiler keeps it alive
        index = self.places.get(key, -1)
        if index < 0:
            index = self.places[key] = len(self.literals)
            self.literals.append(literal)
        return index

    def finish_literals(self, last):
        """Append the literals that end the frame."""
        self.literals += last
        if len(self.literals) > self.max_literals:
            raise Unencodable('literals (%d are possible)' % self.max_literals)

    # ---- the stack

    def emit(self, bytes, effect):
        """Add an instruction, which changes the stack's depth by effect."""
        self.pieces.append(bytes)
        self.adjust(effect)

    def adjust(self, effect):
        self.set_depth(self.depth + effect)

    def set_depth(self, depth):
        self.depth = depth
        if depth > self.max_depth:
            self.max_depth = depth

    def needs_large_frame(self):
        if self.max_depth > LARGE_FRAME:
            raise Unencodable('temporaries and values on the stack (%d are possible)' % LARGE_FRAME)
        return self.max_depth > SMALL_FRAME

    # ---- sends

    def send(self, selector, num_args):
        """Send to a receiver and arguments on the stack."""
        special = SPECIAL_INDEX.get(selector, self.other_special(selector))
        if special >= 0:
            self.emit([self.first_special + special], -num_args)
        else:
            self.emit(self.send_bytes(self.literal_index(Symbol(selector)), num_args), -num_args)

    def send_super(self, selector, num_args):
        self.emit(self.super_bytes(self.literal_index(Symbol(selector)), num_args), -num_args)

    def other_special(self, selector):
        """The number of a special selector that only this set has, or -1."""
        return -1

    # ---- jumps

    def jump(self, kind, label):
        """Jump forward to a label to be placed.  Conditional jumps pop what they test."""
        self.pieces.append(Jump(kind, label, None, False))
        if kind != JUMP:
            self.adjust(-1)

    def jump_back(self, label):
        self.pieces.append(Jump(JUMP, label, None, True))

    def place(self, label):
        self.pieces.append(label)

    def assemble(self):
        """All the bytes."""
        jumps = [piece for piece in self.pieces if isinstance(piece, Jump)]
        for jump in jumps:
            jump.size = 4 if jump.kind == CLOSURE else 1
        growing = True
        while growing:
            self.assign_addresses()
            growing = False
            for jump in jumps:
                size = self.jump_size(jump, jump.label.address - jump.address - jump.size)
                if size > jump.size:
                    jump.size = size
                    growing = True
        code = []
        for piece in self.pieces:
            if isinstance(piece, Jump):
                code += self.jump_bytes(piece, piece.label.address - piece.address - piece.size)
            elif not isinstance(piece, Label):
                code += piece
        return code

    def assign_addresses(self):
        address = 0
        for piece in self.pieces:
            if isinstance(piece, Label):
                piece.address = address
            elif isinstance(piece, Jump):
                piece.address = address
                address += piece.size
            else:
                address += len(piece)
