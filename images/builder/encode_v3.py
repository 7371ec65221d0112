"""The V3 set of bytecodes with closures.  Blocks stand in the bytes of their method."""
from images.builder.encoder import CLOSURE, CONSTANTS, JUMP, JUMP_FALSE, AbstractEncoder, Jump, RETURNS, Unencodable
from images.builder.literals import Integer

INST_VAR, TEMP, LITERAL, BINDING = range(4)


class Encoder(AbstractEncoder):
    max_literals = 255
    first_special = 176

    def __init__(self, options, is_block):
        AbstractEncoder.__init__(self, is_block)

    def call_primitive(self, number):
        self.emit([139, number & 255, number >> 8], 0)

    # ---- pushes

    def push_self(self):
        self.emit([112], 1)

    def push_context(self):
        self.emit([137], 1)

    def push_constant(self, name):
        self.emit([112 + CONSTANTS.index(name)], 1)

    def push_inst_var(self, index):
        self.push_short(index, 16, 0, INST_VAR, 2)

    def push_context_var(self, index):
        self.emit([132, 2 << 5, index], 1)

    def push_temp(self, index):
        self.push_short(index, 16, 16, TEMP, 0)

    def push_literal(self, literal):
        if isinstance(literal, Integer) and -1 <= literal.value <= 2:
            self.emit([117 + literal.value], 1)
        else:
            self.push_short(self.literal_index(literal), 32, 32, LITERAL, 3)

    def push_binding(self, binding):
        self.push_short(self.literal_index(binding), 32, 64, BINDING, 4)

    def push_short(self, index, limit, first, kind, double):
        if index < limit:
            self.emit([first + index], 1)
        elif index < 64:
            self.emit([128, kind << 6 | index], 1)
        else:
            self.emit([132, double << 5, byte(index)], 1)

    def push_remote(self, index, vector):
        self.emit([140, index, vector], 1)

    def push_new_array(self, size):
        self.emit([138, size], 1)

    def pop_into_new_array(self, size):
        self.emit([138, 128 + size], 1 - size)

    # ---- stores

    def store_inst_var(self, index):
        if index < 64:
            self.emit([129, index], 0)
        else:
            self.emit([132, 5 << 5, byte(index)], 0)

    def store_context_var(self, index):
        self.emit([132, 5 << 5, index], 0)

    def store_temp(self, index):
        self.emit([129, TEMP << 6 | index], 0)

    def store_binding(self, binding):
        index = self.literal_index(binding)
        if index < 64:
            self.emit([129, BINDING << 6 | index], 0)
        else:
            self.emit([132, 7 << 5, byte(index)], 0)

    def store_remote(self, index, vector):
        self.emit([141, index, vector], 0)

    def pop_into_inst_var(self, index):
        if index < 8:
            self.emit([96 + index], -1)
        elif index < 64:
            self.emit([130, index], -1)
        else:
            self.emit([132, 6 << 5, byte(index)], -1)

    def pop_into_context_var(self, index):
        self.emit([132, 6 << 5, index], -1)

    def pop_into_temp(self, index):
        if index < 8:
            self.emit([104 + index], -1)
        else:
            self.emit([130, TEMP << 6 | index], -1)

    def pop_into_binding(self, binding):
        index = self.literal_index(binding)
        if index < 64:
            self.emit([130, BINDING << 6 | index], -1)
        else:
            self.store_binding(binding)
            self.pop()

    def pop_into_remote(self, index, vector):
        self.emit([142, index, vector], -1)

    def pop(self):
        self.emit([135], -1)

    def dup(self):
        self.emit([136], 1)

    # ---- sends, returns

    def send_bytes(self, index, num_args):
        if index < 16 and num_args < 3:
            return [208 + num_args * 16 + index]
        if index < 32 and num_args < 8:
            return [131, num_args << 5 | index]
        if index < 64 and num_args < 4:
            return [134, num_args << 6 | index]
        return [132, num_args, byte(index)]

    def super_bytes(self, index, num_args):
        if index < 32 and num_args < 8:
            return [133, num_args << 5 | index]
        return [132, 1 << 5 | num_args, byte(index)]

    def return_constant(self, name):
        """Return self, nil, true or false from the method."""
        self.emit([120 + RETURNS.index(name)], 0)

    def return_top(self):
        self.emit([124], -1)

    def block_return(self):
        self.emit([125], -1)

    # ---- closures

    def push_closure(self, num_args, num_copied, label):
        """Make a closure of what follows, up to the label; the copied values are on the stack."""
        if num_copied > 15:
            raise Unencodable('variables that a block takes from outside (15 are possible)')
        self.pieces.append(Jump(CLOSURE, label, [143, num_copied << 4 | num_args], False))
        self.adjust(1 - num_copied)

    # ---- jumps

    def jump_size(self, jump, distance):
        """The least size of a jump over a distance."""
        if jump.kind == CLOSURE:
            return 4
        if 1 <= distance <= 8 and (jump.kind == JUMP or jump.kind == JUMP_FALSE):
            return 1
        return 2

    def jump_bytes(self, jump, distance):
        if jump.kind == CLOSURE:
            return jump.head + [distance >> 8, distance & 255]
        if jump.size == 1:
            return [(144 if jump.kind == JUMP else 152) + distance - 1]
        if distance > 1023 or distance < -1024:
            raise Unencodable('bytes between a jump and its target (1023 are possible)')
        if jump.kind == JUMP:
            return [164 + (distance >> 8), distance & 255]
        return [(172 if jump.kind == JUMP_FALSE else 168) + (distance >> 8), distance & 255]


def byte(index):
    if index > 255:
        raise Unencodable('literals (255 are possible)')
    return index
