"""The Sista V1 set of bytecodes, with full blocks: each block is a CompiledBlock, encoded on its own."""
from images.builder.encoder import CONSTANTS, JUMP, JUMP_FALSE, JUMP_TRUE, AbstractEncoder, RETURNS, Unencodable
from images.builder.literals import Block, Char, Integer, Symbol

SHORT_JUMPS = {JUMP: 176, JUMP_TRUE: 184, JUMP_FALSE: 192}
LONG_JUMPS = {JUMP: 237, JUMP_TRUE: 238, JUMP_FALSE: 239}
DIRECTED = 64           # among the bits above the number of arguments of a send to super: the class is on the stack


class Encoder(AbstractEncoder):
    max_literals = 8000
    first_special = 96

    def __init__(self, options, is_block):
        AbstractEncoder.__init__(self, is_block)

    def call_primitive(self, number):
        self.emit([248, number & 255, number >> 8], 0)

    def indexed(self, code, index):
        """A bytecode with an index that may need an extension."""
        if index > 255:
            return [224, index >> 8, code, index & 255]
        return [code, index]

    # ---- pushes

    def push_self(self):
        self.emit([76], 1)

    def push_context(self):
        self.emit([82], 1)

    def push_constant(self, name):
        self.emit([76 + CONSTANTS.index(name)], 1)

    def push_inst_var(self, index):
        self.emit([index] if index < 16 else self.indexed(226, index), 1)

    def push_context_var(self, index):
        self.emit([226, index], 1)

    def push_temp(self, index):
        self.emit([64 + index] if index < 12 else [229, index], 1)

    def push_literal(self, literal):
        if isinstance(literal, Integer) and -32768 <= literal.value <= 32767:
            self.push_integer(literal.value)
        elif isinstance(literal, Char) and literal.code <= 32767:
            code = literal.code
            self.emit([233, code] if code < 256 else [225, code >> 8, 233, code & 255], 1)
        else:
            index = self.literal_index(literal)
            self.emit([32 + index] if index < 32 else self.indexed(228, index), 1)

    def push_integer(self, value):
        if value == 0 or value == 1:
            self.emit([80 + value], 1)
        elif 0 <= value <= 255:
            self.emit([232, value], 1)
        else:
            self.emit([225, (value >> 8) & 255, 232, value & 255], 1)

    def push_binding(self, binding):
        index = self.literal_index(binding)
        self.emit([16 + index] if index < 16 else self.indexed(227, index), 1)

    def push_remote(self, index, vector):
        self.emit([251, index, vector], 1)

    def push_new_array(self, size):
        self.emit([231, size], 1)

    def pop_into_new_array(self, size):
        self.emit([231, 128 + size], 1 - size)

    # ---- stores

    def store_inst_var(self, index):
        self.emit(self.indexed(243, index), 0)

    def store_context_var(self, index):
        self.emit([243, index], 0)

    def store_temp(self, index):
        self.emit([245, index], 0)

    def store_binding(self, binding):
        self.emit(self.indexed(244, self.literal_index(binding)), 0)

    def store_remote(self, index, vector):
        self.emit([252, index, vector], 0)

    def pop_into_inst_var(self, index):
        self.emit([200 + index] if index < 8 else self.indexed(240, index), -1)

    def pop_into_context_var(self, index):
        self.emit([240, index], -1)

    def pop_into_temp(self, index):
        self.emit([208 + index] if index < 8 else [242, index], -1)

    def pop_into_binding(self, binding):
        self.emit(self.indexed(241, self.literal_index(binding)), -1)

    def pop_into_remote(self, index, vector):
        self.emit([253, index, vector], -1)

    def pop(self):
        self.emit([216], -1)

    def dup(self):
        self.emit([83], 1)

    # ---- sends, returns

    def other_special(self, selector):
        return 24 if selector == '~~' else -1

    def send_bytes(self, index, num_args):
        if index < 16 and num_args < 3:
            return [128 + num_args * 16 + index]
        return self.extended_send(234, index, num_args)

    def super_bytes(self, index, num_args):
        return self.extended_send(235, index, num_args)

    def send_directed_super(self, selector, num_args, binding):
        """A send to super in a block, which unlike its method does not know the class: the class is pushed, and the lookup
        begins above it."""
        self.push_binding(binding)
        self.emit(self.extended_send(235, self.literal_index(Symbol(selector)), num_args, DIRECTED), -1 - num_args)

    def extended_send(self, code, index, num_args, flags=0):
        result = []
        if index > 31:
            result += [224, index >> 5]
        if num_args > 7 or flags:
            result += [225, flags | num_args >> 3]
        return result + [code, (index & 31) << 3 | (num_args & 7)]

    def return_constant(self, name):
        """Return self, nil, true or false from the method."""
        self.emit([88 + RETURNS.index(name)], 0)

    def return_top(self):
        self.emit([92], -1)

    def block_return(self):
        self.emit([94], -1)

    # ---- closures

    def push_full_closure(self, record, num_copied):
        """Make a closure of a CompiledBlock; the copied values are on the stack."""
        if num_copied > 63:
            raise Unencodable('variables that a block takes from outside (63 are possible)')
        self.emit(self.indexed(249, self.literal_index(Block(record))) + [num_copied], 1 - num_copied)

    # ---- jumps

    def jump_size(self, jump, distance):
        """The least size of a jump over a distance."""
        if jump.backward:
            return 4
        if 1 <= distance <= 8:
            return 1
        return 2 if distance <= 255 else 4

    def jump_bytes(self, jump, distance):
        if jump.size == 1:
            return [SHORT_JUMPS[jump.kind] + distance - 1]
        if jump.size == 2:
            return [LONG_JUMPS[jump.kind], distance]
        if distance > 32767 or distance < -32768:
            raise Unencodable('bytes between a jump and its target (32767 are possible)')
        return [225, (distance >> 8) & 255, LONG_JUMPS[jump.kind], distance & 255]
