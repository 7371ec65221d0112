"""The Sista V1 bytecode set (Squeak 5.3 and 6, Pharo 7 and later): one instruction, its extensions included, at a time."""
from spyvm.interpreter import opcodes as op
from spyvm.interpreter.decode_v3 import ARITHMETIC, common_send


def decode(instruction, bytes, pc, limit):
    """Decode the instruction at byte pc, as spyvm.interpreter.decode_v3.decode does."""
    instruction.set(op.ILLEGAL, 0, 0, 1)
    start = pc
    ext_a = 0
    ext_b = 0
    has_b = False
    b = ord(bytes[pc])
    while b == 224 or b == 225:
        if pc + 2 >= limit or pc - start > 8:
            return
        value = ord(bytes[pc + 1])
        if b == 224:
            ext_a = (ext_a << 8) + value
        elif has_b:
            ext_b = (ext_b << 8) + value
        else:
            ext_b = value - 256 if value > 127 else value
            has_b = True
        if ext_a > 0xFFFF or ext_b > 0xFFFF or ext_b < -0x10000:
            return
        pc += 2
        b = ord(bytes[pc])
    if b < 224:
        _decode_short(instruction, b, pc, ext_a, ext_b)
    else:
        length = 2 if b < 248 else 3
        if b == 254 or b == 255 or pc + length > limit:
            return
        _decode_long(instruction, bytes, b, pc, ext_a, ext_b)
    instruction.length = pc - start + instruction.length
    if instruction.a < 0 or instruction.a > 0xFFFFFF or instruction.b < 0 or instruction.b > 0x7FFFFF:
        instruction.op = op.ILLEGAL


_CONSTANTS = [op.PUSH_SELF, op.PUSH_TRUE, op.PUSH_FALSE, op.PUSH_NIL]
_RETURNS = [op.RETURN_SELF, op.RETURN_TRUE, op.RETURN_FALSE, op.RETURN_NIL, op.RETURN_TOP, op.BLOCK_RETURN_NIL,
            op.BLOCK_RETURN_TOP, op.NOP]


def _decode_short(instruction, b, pc, ext_a, ext_b):
    if b < 16:
        instruction.set(op.PUSH_INSTVAR, b, 0, 1)
    elif b < 32:
        instruction.set(op.PUSH_LITVAR, b - 16, 0, 1)
    elif b < 64:
        instruction.set(op.PUSH_LITERAL, b - 32, 0, 1)
    elif b < 76:
        instruction.set(op.PUSH_TEMP, b - 64, 0, 1)
    elif b < 80:
        instruction.set(_CONSTANTS[b - 76], 0, 0, 1)
    elif b < 82:
        instruction.set(op.PUSH_INT, b - 80 + op.INT_BIAS, 0, 1)
    elif b == 82:
        if ext_b == 0:
            instruction.set(op.PUSH_CONTEXT, 0, 0, 1)
    elif b == 83:
        instruction.set(op.DUP, 0, 0, 1)
    elif b < 88:
        pass
    elif b < 96:
        if b == 94 and ext_a != 0:      # return from an enclosing block further out: no compiler emits it
            return
        instruction.set(_RETURNS[b - 88], 0, 0, 1)
    elif b < 112:
        instruction.set(ARITHMETIC[b - 96], b - 96, 1, 1)
    elif b == 120:
        instruction.set(op.NOT_IDENTICAL, 24, 1, 1)
    elif b < 128:
        common_send(instruction, b - 112)
    elif b < 176:
        instruction.set(op.SEND, b & 15, (b - 128) >> 4, 1)
    elif b < 200:
        kind = op.JUMP
        if b >= 192:
            kind = op.JUMP_FALSE
        elif b >= 184:
            kind = op.JUMP_TRUE
        instruction.set(kind, pc + 2 + (b & 7), 0, 1)
    elif b < 208:
        instruction.set(op.POP_INSTVAR, b - 200, 0, 1)
    elif b < 216:
        instruction.set(op.POP_TEMP, b - 208, 0, 1)
    elif b == 216:
        instruction.set(op.POP, 0, 0, 1)


def _decode_long(instruction, bytes, b, pc, ext_a, ext_b):
    second = ord(bytes[pc + 1])
    if b == 226:
        instruction.set(op.PUSH_INSTVAR, second + ext_a * 256, 0, 2)
    elif b == 227:
        instruction.set(op.PUSH_LITVAR, second + ext_a * 256, 0, 2)
    elif b == 228:
        instruction.set(op.PUSH_LITERAL, second + ext_a * 256, 0, 2)
    elif b == 229:
        instruction.set(op.PUSH_TEMP, second, 0, 2)
    elif b == 231:
        instruction.set(op.POP_NEW_ARRAY if second > 127 else op.PUSH_NEW_ARRAY, second & 127, 0, 2)
    elif b == 232:
        instruction.set(op.PUSH_INT, second + ext_b * 256 + op.INT_BIAS, 0, 2)
    elif b == 233:
        instruction.set(op.PUSH_CHAR, second + ext_b * 256, 0, 2)
    elif b == 234:
        instruction.set(op.SEND, (second >> 3) + ext_a * 32, (second & 7) + ext_b * 8, 2)
    elif b == 235:
        if ext_b >= 64:
            instruction.set(op.SEND_DIRECTED_SUPER, (second >> 3) + ext_a * 32, (second & 7) + (ext_b - 64) * 8, 2)
        else:
            instruction.set(op.SEND_SUPER, (second >> 3) + ext_a * 32, (second & 7) + ext_b * 8, 2)
    elif b == 237:
        target = pc + 2 + second + ext_b * 256
        instruction.set(op.JUMP if target > pc else op.JUMP_BACK, target, 0, 2)
    elif b == 238:
        instruction.set(op.JUMP_TRUE, pc + 2 + second + ext_b * 256, 0, 2)
    elif b == 239:
        instruction.set(op.JUMP_FALSE, pc + 2 + second + ext_b * 256, 0, 2)
    elif b == 240:
        instruction.set(op.POP_INSTVAR, second + ext_a * 256, 0, 2)
    elif b == 241:
        instruction.set(op.POP_LITVAR, second + ext_a * 256, 0, 2)
    elif b == 242:
        instruction.set(op.POP_TEMP, second, 0, 2)
    elif b == 243:
        instruction.set(op.STORE_INSTVAR, second + ext_a * 256, 0, 2)
    elif b == 244:
        instruction.set(op.STORE_LITVAR, second + ext_a * 256, 0, 2)
    elif b == 245:
        instruction.set(op.STORE_TEMP, second, 0, 2)
    elif b >= 248:
        third = ord(bytes[pc + 2])
        if b == 248:
            if third < 128:         # the others are the inlined primitives of the Sista optimiser
                instruction.set(op.NOP, 0, 0, 3)
        elif b == 249:
            instruction.set(op.PUSH_FULL_CLOSURE, second + ext_a * 256, third, 3)
        elif b == 250:
            num_args = (second & 7) + (ext_a & 15) * 8
            num_copied = ((second >> 3) & 7) + (ext_a >> 4) * 8
            if num_args < 128 and num_copied < 128:
                instruction.set(op.PUSH_CLOSURE, pc + 3 + third + ext_b * 256, num_args | (num_copied << 8), 3)
        elif b == 251:
            instruction.set(op.PUSH_REMOTE, second, third, 3)
        elif b == 252:
            instruction.set(op.STORE_REMOTE, second, third, 3)
        elif b == 253:
            instruction.set(op.POP_REMOTE, second, third, 3)
