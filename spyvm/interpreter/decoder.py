"""From bytes to instructions: decoding a method when it is first activated, and proving that it keeps within its stack.

The decoder follows the flow of control from an entry point.  It gives every instruction it reaches its place in code.ops and
notes the least and greatest depth the stack can have before it.  An instruction that would pop too much or push too much, that
names a literal or temporary that is not there, or that jumps outside becomes ILLEGAL: so the interpreter itself need not check.
"""
from spyvm.interpreter import decode_sista, decode_v3, opcodes as op
from spyvm.objects.errors import FAILED
from spyvm.objects.method import W_CompiledMethod

# how to activate a method (MethodCode.kind)
ACTIVATE, RETURN_SELF, RETURN_CONSTANT, RETURN_INSTVAR, PRIMITIVE, CONTROL, LOOP = range(7)

MAX_STACK = 120         # more slots than any compiler may ask for (56), less than what would harm
SLACK = 1               # debuggers push one value more than the method itself would
HIGH = 1 << 16          # depths[pc] is (greatest + 1) * HIGH + least; 0 while unknown


def prepare(memory, code):
    """Decode from the method's beginning.  Must be done once before the first activation."""
    size = bytecode_limit(code)
    code.ops = [op.ILLEGAL] * (size + 1)
    code.depths = [0] * (size + 1)
    code.sites = [None] * (size + 1)
    walker = Walker(memory, code)
    walker.enter(code.initial_pc, code.initial_sp)
    walker.walk()
    if walker.has_block_copy:
        code.old_blocks = True
    if walker.has_block_copy or walker.has_closures or is_block(code):
        code.has_blocks = True
    adapt(code)
    frame_size = max(walker.max_depth, code.initial_sp) + SLACK
    if walker.has_block_copy or frame_size > MAX_STACK:
        frame_size = max(frame_size, code.nominal_size)
    code.frame_size = frame_size


def reach(memory, code, pc, sp):
    """Make sure that execution may go on at byte pc with sp slots in use; PrimitiveFailed if it may not."""
    if code.frame_size == 0:
        prepare(memory, code)
    if pc < 0 or pc >= len(code.ops) - 1 or sp > code.frame_size or sp < 0:
        raise FAILED
    known = code.depths[pc]
    if known and (known & (HIGH - 1)) <= sp and sp < known // HIGH:
        return
    walker = Walker(memory, code)
    walker.limit = code.frame_size
    walker.enter(pc, sp)
    walker.walk()
    adapt(code)


def is_block(code):
    """Whether the code is that of a CompiledBlock: its last literal is the code around it."""
    return len(code.literals) > 0 and isinstance(code.literals[-1], W_CompiledMethod)


def adapt(code):
    """Choose among the forms of instructions once it is known what blocks the method has.  Where there are none, a return is just
    that; where there are old-style ones, which run the same instructions as their home, temporaries are the home's."""
    ops = code.ops
    for pc in range(len(ops)):
        word = ops[pc]
        opcode = word & 255
        if code.has_blocks and op.RETURN_TOP <= opcode and opcode <= op.RETURN_NIL:
            ops[pc] = op.encode(op.CHECKED_RETURN, (word >> 8) & 255, opcode - op.RETURN_TOP, 0)
        elif opcode == op.PUSH_INT:
            length = (word >> 8) & 255
            following = ops[pc + length]
            if following & 255 == op.ADD or following & 255 == op.SUB:
                fused = op.ADD_CONSTANT if following & 255 == op.ADD else op.SUBTRACT_CONSTANT
                ops[pc] = op.encode(fused, length + ((following >> 8) & 255), (word >> 16) & 0xFFFFFF, length)
        elif code.old_blocks:
            if opcode == op.PUSH_TEMP:
                ops[pc] = word - opcode + op.PUSH_HOME_TEMP
            elif opcode == op.STORE_TEMP:
                ops[pc] = word - opcode + op.STORE_HOME_TEMP
            elif opcode == op.POP_TEMP:
                ops[pc] = word - opcode + op.POP_HOME_TEMP
        elif opcode == op.PUSH_TEMP:
            following = pc + ((word >> 8) & 255)
            next_word = ops[following]
            if next_word & 255 == op.PUSH_TEMP:
                ops[pc] = op.encode(op.PUSH_TEMP2, following + ((next_word >> 8) & 255) - pc, (word >> 16) & 0xFFFFFF,
                                    (next_word >> 16) & 0xFFFFFF)


def bytecode_limit(code):
    return len(code.w_method.bytes)


def next_pc(code, pc):
    return pc + ((code.ops[pc] >> 8) & 255)


class Walker(object):
    def __init__(self, memory, code):
        self.memory = memory
        self.code = code
        self.bytes = code.w_method.bytes
        self.limit = MAX_STACK
        self.pending = []
        self.max_depth = code.initial_sp
        self.has_block_copy = False
        self.has_closures = False
        self.sista = memory.is_spur and code.alternate
        self.instruction = decode_v3.Instruction()

    def enter(self, pc, depth):
        """Control may reach byte pc with that depth, and be different from what was known before."""
        self.reach(pc, depth, depth)

    def reach(self, pc, low, high):
        known = self.code.depths[pc]
        if known:
            old_low = known & (HIGH - 1)
            old_high = known // HIGH - 1
            if old_low <= low and high <= old_high:
                return
            low = min(low, old_low)
            high = max(high, old_high)
        self.code.depths[pc] = (high + 1) * HIGH + low
        self.pending.append(pc)

    def walk(self):
        while self.pending:
            self.visit(self.pending.pop())

    def decode(self, pc):
        size = len(self.bytes)
        if self.sista:
            decode_sista.decode(self.instruction, self.bytes, pc, size)
        else:
            decode_v3.decode(self.instruction, self.bytes, pc, size)

    def visit(self, pc):
        code = self.code
        if pc >= len(self.bytes):
            return
        self.decode(pc)
        i = self.instruction
        opcode, a, b, length = i.op, i.a, i.b, i.length
        known = code.depths[pc]
        low = known & (HIGH - 1)
        high = known // HIGH - 1
        pops, pushes = self.effect(opcode, a, b)
        if not self.is_valid(opcode, a, b, low) or low < pops or high - pops + pushes > self.limit or length > 255:
            code.ops[pc] = op.encode(op.ILLEGAL, 1, 0, 0)
            return
        if high - pops + pushes > self.max_depth:
            self.max_depth = high - pops + pushes
        following = pc + length
        low += pushes - pops
        high += pushes - pops
        word = op.encode(opcode, length, a, b)
        if opcode == op.JUMP or opcode == op.JUMP_BACK:
            if opcode == op.JUMP_BACK:
                code.has_loop = True
            if not self.is_target(a):
                word = op.ILLEGAL
            else:
                self.reach(a, low, high)
        elif opcode == op.JUMP_TRUE or opcode == op.JUMP_FALSE:
            if a <= pc or not self.is_target(a):    # loops go back by unconditional jumps, where interrupts are polled
                word = op.ILLEGAL
            else:
                self.reach(a, low, high)
                self.reach(following, low, high)
        elif op.RETURN_TOP <= opcode and opcode <= op.BLOCK_RETURN_NIL:
            pass
        elif opcode == op.PUSH_CLOSURE:
            self.has_closures = True
            if not self.is_target(a) or following >= a:
                word = op.ILLEGAL
            else:
                self.reach(a, low, high)
                entry = (b & 255) + (b >> 8)
                self.reach(following, entry, entry)
        else:
            if opcode == op.SPECIAL_SEND and a == 24:
                self.has_block_copy = True
            self.reach(following, low, high)
            word = self.fuse(word, opcode, following)
        code.ops[pc] = word

    def fuse(self, word, opcode, following):
        """A comparison whose result is only tested becomes one instruction with the two targets."""
        fused = -1
        if op.LT <= opcode and opcode <= op.NE:
            fused = opcode - op.LT + op.LT_JUMP
        elif opcode == op.IDENTICAL:
            fused = op.IDENTICAL_JUMP
        if fused < 0 or following >= len(self.bytes):
            return word
        self.decode(following)
        i = self.instruction
        after = following + i.length
        if i.a <= following:
            return word
        if i.op == op.JUMP_FALSE and self.is_target(i.a) and after < len(self.bytes):
            return op.encode(fused, 1, after, i.a)
        if i.op == op.JUMP_TRUE and self.is_target(i.a) and after < len(self.bytes):
            return op.encode(fused, 1, i.a, after)
        return word

    def is_target(self, pc):
        return pc >= 0 and pc < len(self.bytes)

    def is_valid(self, opcode, a, b, low):
        code = self.code
        if opcode == op.ILLEGAL:
            return False
        if opcode == op.PUSH_TEMP or opcode == op.STORE_TEMP or opcode == op.POP_TEMP:
            # a block of the old style uses its home's temporaries, not its own stack
            return a < low or (not self.memory.is_spur and a < code.initial_sp and a < code.nominal_size)
        if opcode == op.PUSH_REMOTE or opcode == op.STORE_REMOTE or opcode == op.POP_REMOTE:
            return b < low
        if (opcode == op.PUSH_LITERAL or opcode == op.PUSH_LITVAR or opcode == op.STORE_LITVAR or
                opcode == op.POP_LITVAR or opcode == op.SEND or opcode == op.SEND_SUPER or
                opcode == op.SEND_DIRECTED_SUPER or opcode == op.PUSH_FULL_CLOSURE):
            return a < len(code.literals) and b < 256
        return True

    def effect(self, opcode, a, b):
        """How many values the instruction pops, and how many it then pushes."""
        if op.PUSH_TEMP <= opcode and opcode <= op.PUSH_CONTEXT:
            return 0, 1
        if opcode == op.DUP:
            return 1, 2
        if opcode == op.POP or opcode == op.POP_TEMP or opcode == op.POP_INSTVAR or opcode == op.POP_LITVAR:
            return 1, 0
        if opcode == op.STORE_TEMP or opcode == op.STORE_INSTVAR or opcode == op.STORE_LITVAR or opcode == op.STORE_REMOTE:
            return 1, 1
        if opcode == op.POP_REMOTE or opcode == op.JUMP_TRUE or opcode == op.JUMP_FALSE:
            return 1, 0
        if opcode == op.RETURN_TOP or opcode == op.BLOCK_RETURN_TOP:
            return 1, 0
        if opcode == op.SEND or opcode == op.SEND_SUPER:
            return b + 1, 1
        if opcode == op.SEND_DIRECTED_SUPER:
            return b + 2, 1
        if op.ADD <= opcode and opcode <= op.CLASS:
            return b + 1, 1
        if opcode == op.PUSH_NEW_ARRAY:
            return 0, 1
        if opcode == op.POP_NEW_ARRAY:
            return a, 1
        if opcode == op.PUSH_REMOTE:
            return 0, 1
        if opcode == op.PUSH_CLOSURE:
            return b >> 8, 1
        if opcode == op.PUSH_FULL_CLOSURE:
            return (b & 63) + (b >> 7), 1
        return 0, 0
