"""The V3 bytecode set (Blue Book, Squeak 1 to 4), with the closure bytecodes of 2008: one instruction at a time."""
from spyvm.interpreter import opcodes as op

# the sixteen arithmetic and sixteen common special sends, in the order of the special selectors array; shared with Sista V1
ARITHMETIC = [op.ADD, op.SUB, op.LT, op.GT, op.LE, op.GE, op.EQ, op.NE, op.MUL, op.DIV, op.MOD, op.MAKE_POINT,
              op.BIT_SHIFT, op.IDIV, op.BIT_AND, op.BIT_OR]


class Instruction(object):
    """What a decoder found: opcode, operands a and b, length in bytes.  nargs for sends."""

    def __init__(self):
        self.op = op.ILLEGAL
        self.a = 0
        self.b = 0
        self.length = 1

    def set(self, opcode, a, b, length):
        self.op = opcode
        self.a = a
        self.b = b
        self.length = length


def common_send(instruction, n):
    """Special send number 16 + n: at: and so on."""
    if n == 0:
        instruction.set(op.AT, 16, 1, 1)
    elif n == 1:
        instruction.set(op.AT_PUT, 17, 2, 1)
    elif n == 6:
        instruction.set(op.IDENTICAL, 22, 1, 1)
    elif n == 7:
        instruction.set(op.CLASS, 23, 0, 1)
    else:
        instruction.set(op.SPECIAL_SEND, 16 + n, COMMON_NARGS[n], 1)

COMMON_NARGS = [1, 2, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 0]


def decode(instruction, bytes, pc, limit):
    """Decode the instruction at byte pc of the list `bytes`, of which the first `limit` are bytecodes.  Operand a of jumps is the
    target.  Leaves ILLEGAL where there is none."""
    instruction.set(op.ILLEGAL, 0, 0, 1)
    b = ord(bytes[pc])
    if b < 128:
        _decode_short(instruction, b)
    elif b < 144:
        if b < 135 or b > 137:
            if pc + _LENGTHS[b - 128] > limit:
                return
        _decode_extended(instruction, bytes, pc, b)
    elif b < 160:
        instruction.set(op.JUMP if b < 152 else op.JUMP_FALSE, pc + 2 + (b & 7), 0, 1)
    elif b < 176:
        if pc + 1 >= limit:
            return
        second = ord(bytes[pc + 1])
        if b < 168:
            target = pc + 2 + ((b & 7) - 4) * 256 + second
            instruction.set(op.JUMP if target > pc else op.JUMP_BACK, target, 0, 2)
        else:
            instruction.set(op.JUMP_TRUE if b < 172 else op.JUMP_FALSE, pc + 2 + (b & 3) * 256 + second, 0, 2)
    elif b < 192:
        instruction.set(ARITHMETIC[b - 176], b - 176, 1, 1)
    elif b < 208:
        common_send(instruction, b - 192)
    else:
        instruction.set(op.SEND, b & 15, (b - 208) >> 4, 1)


_LENGTHS = [2, 2, 2, 2, 3, 2, 2, 1, 1, 1, 2, 3, 3, 3, 3, 4]


def _decode_short(instruction, b):
    if b < 16:
        instruction.set(op.PUSH_INSTVAR, b, 0, 1)
    elif b < 32:
        instruction.set(op.PUSH_TEMP, b - 16, 0, 1)
    elif b < 64:
        instruction.set(op.PUSH_LITERAL, b - 32, 0, 1)
    elif b < 96:
        instruction.set(op.PUSH_LITVAR, b - 64, 0, 1)
    elif b < 104:
        instruction.set(op.POP_INSTVAR, b - 96, 0, 1)
    elif b < 112:
        instruction.set(op.POP_TEMP, b - 104, 0, 1)
    elif b < 116:
        instruction.set(_PUSH_CONSTANT[b - 112], 0, 0, 1)
    elif b < 120:
        instruction.set(op.PUSH_INT, b - 117 + op.INT_BIAS, 0, 1)
    elif b < 126:
        instruction.set(_RETURNS[b - 120], 0, 0, 1)


_PUSH_CONSTANT = [op.PUSH_SELF, op.PUSH_TRUE, op.PUSH_FALSE, op.PUSH_NIL]
_RETURNS = [op.RETURN_SELF, op.RETURN_TRUE, op.RETURN_FALSE, op.RETURN_NIL, op.RETURN_TOP, op.BLOCK_RETURN_TOP]
_EXTENDED_PUSH = [op.PUSH_INSTVAR, op.PUSH_TEMP, op.PUSH_LITERAL, op.PUSH_LITVAR]
_EXTENDED_STORE = [op.STORE_INSTVAR, op.STORE_TEMP, op.ILLEGAL, op.STORE_LITVAR]
_EXTENDED_POP = [op.POP_INSTVAR, op.POP_TEMP, op.ILLEGAL, op.POP_LITVAR]
_DOUBLE = [op.SEND, op.SEND_SUPER, op.PUSH_INSTVAR, op.PUSH_LITERAL, op.PUSH_LITVAR, op.STORE_INSTVAR, op.POP_INSTVAR,
           op.STORE_LITVAR]


def _decode_extended(instruction, bytes, pc, b):
    if b == 135:
        instruction.set(op.POP, 0, 0, 1)
        return
    if b == 136:
        instruction.set(op.DUP, 0, 0, 1)
        return
    if b == 137:
        instruction.set(op.PUSH_CONTEXT, 0, 0, 1)
        return
    second = ord(bytes[pc + 1])
    if b == 128:
        instruction.set(_EXTENDED_PUSH[second >> 6], second & 63, 0, 2)
    elif b == 129:
        instruction.set(_EXTENDED_STORE[second >> 6], second & 63, 0, 2)
    elif b == 130:
        instruction.set(_EXTENDED_POP[second >> 6], second & 63, 0, 2)
    elif b == 131:
        instruction.set(op.SEND, second & 31, second >> 5, 2)
    elif b == 132:
        kind = second >> 5
        instruction.set(_DOUBLE[kind], ord(bytes[pc + 2]), (second & 31) if kind < 2 else 0, 3)
    elif b == 133:
        instruction.set(op.SEND_SUPER, second & 31, second >> 5, 2)
    elif b == 134:
        instruction.set(op.SEND, second & 63, second >> 6, 2)
    elif b == 138:
        instruction.set(op.POP_NEW_ARRAY if second > 127 else op.PUSH_NEW_ARRAY, second & 127, 0, 2)
    elif b == 139:
        instruction.set(op.NOP, 0, 0, 3)
    elif b == 143:
        block_size = ord(bytes[pc + 2]) * 256 + ord(bytes[pc + 3])
        instruction.set(op.PUSH_CLOSURE, pc + 4 + block_size, (second & 15) | ((second >> 4) << 8), 4)
    else:
        vector = ord(bytes[pc + 2])
        if b == 140:
            instruction.set(op.PUSH_REMOTE, second, vector, 3)
        elif b == 141:
            instruction.set(op.STORE_REMOTE, second, vector, 3)
        else:
            instruction.set(op.POP_REMOTE, second, vector, 3)
