"""Assemblers for the three bytecode sets, with one interface, so that one test runs in all of them.

    a = Classic()
    a.push_temp(0); there = a.jump_false(); a.push_int(1); a.return_top(); a.land(there); ...

Forward jumps answer where they are, for land(); jump_back() takes a place that here() answered.
"""


class Assembler(object):
    sista = False

    def __init__(self):
        self.bytes = []

    def emit(self, *bytes):
        self.bytes.extend(bytes)
        return self

    def here(self):
        return len(self.bytes)

    def land(self, jump):
        """The forward jump leads here."""
        distance = len(self.bytes) - jump
        assert 0 <= distance < 256
        self.bytes[jump - 1] = distance

    def forward(self, first):
        self.emit(first, 0)
        return len(self.bytes)


class Classic(Assembler):
    """The V3 set: Blue Book, pages 595 to 597, and the closure bytecodes."""

    def push_inst(self, n):
        return self.emit(n) if n < 16 else self.emit(128, n)

    def push_temp(self, n):
        return self.emit(16 + n) if n < 16 else self.emit(128, 64 + n)

    def push_literal(self, n):
        return self.emit(32 + n) if n < 32 else self.emit(128, 128 + n)

    def push_variable(self, n):
        return self.emit(64 + n) if n < 32 else self.emit(128, 192 + n)

    def pop_inst(self, n):
        return self.emit(96 + n) if n < 8 else self.emit(130, n)

    def pop_temp(self, n):
        return self.emit(104 + n) if n < 8 else self.emit(130, 64 + n)

    def store_temp(self, n):
        return self.emit(129, 64 + n)

    def pop_variable(self, n):
        return self.emit(130, 192 + n)

    def push_self(self):
        return self.emit(112)

    def push_true(self):
        return self.emit(113)

    def push_false(self):
        return self.emit(114)

    def push_nil(self):
        return self.emit(115)

    def push_int(self, n):
        return self.emit(117 + n)       # -1, 0, 1, 2

    def push_context(self):
        return self.emit(137)

    def dup(self):
        return self.emit(136)

    def pop(self):
        return self.emit(135)

    def special(self, n):
        return self.emit(176 + n)

    def send(self, literal, nargs):
        if literal < 16 and nargs < 3:
            return self.emit(208 + nargs * 16 + literal)
        if literal < 32 and nargs < 8:
            return self.emit(131, nargs * 32 + literal)
        return self.emit(132, nargs, literal)

    def send_super(self, literal, nargs):
        return self.emit(133, nargs * 32 + literal)

    def jump(self):
        return self.forward(164)

    def jump_true(self):
        return self.forward(168)

    def jump_false(self):
        return self.forward(172)

    def jump_back(self, place):
        distance = place - len(self.bytes) - 2
        return self.emit(160 + 4 + (distance >> 8), distance & 255)

    def return_top(self):
        return self.emit(124)

    def return_self(self):
        return self.emit(120)

    def return_nil(self):
        return self.emit(123)

    def block_return(self):
        return self.emit(125)

    def new_array(self, n):
        return self.emit(138, n)

    def pop_array(self, n):
        return self.emit(138, 128 + n)

    def push_remote(self, n, vector):
        return self.emit(140, n, vector)

    def store_remote(self, n, vector):
        return self.emit(141, n, vector)

    def pop_remote(self, n, vector):
        return self.emit(142, n, vector)

    def closure(self, body, nargs=0, copied=0):
        """Push a closure with that body, an Assembler."""
        size = len(body.bytes)
        return self.emit(143, copied * 16 + nargs, size >> 8, size & 255, *body.bytes)

    def old_block(self, body, nargs=0):
        """Push a BlockContext: thisContext blockCopy: nargs, and a jump around the body."""
        self.push_context().push_int(nargs).special(24)
        there = self.jump()
        self.emit(*body.bytes)
        self.land(there)
        return self


class Sista(Assembler):
    """The Sista V1 set: EncoderForSistaV1."""
    sista = True

    def extend(self, n):
        """The extension A that a literal or field number from 256 on needs."""
        if n > 255:
            self.emit(224, n >> 8)
        return n & 255

    def push_inst(self, n):
        return self.emit(n) if n < 16 else self.emit(226, self.extend(n))

    def push_temp(self, n):
        return self.emit(64 + n) if n < 12 else self.emit(229, n)

    def push_literal(self, n):
        return self.emit(32 + n) if n < 32 else self.emit(228, self.extend(n))

    def push_variable(self, n):
        return self.emit(16 + n) if n < 16 else self.emit(227, self.extend(n))

    def pop_inst(self, n):
        return self.emit(200 + n) if n < 8 else self.emit(240, self.extend(n))

    def pop_temp(self, n):
        return self.emit(208 + n) if n < 8 else self.emit(242, n)

    def store_temp(self, n):
        return self.emit(245, n)

    def pop_variable(self, n):
        return self.emit(241, self.extend(n))

    def push_self(self):
        return self.emit(76)

    def push_true(self):
        return self.emit(77)

    def push_false(self):
        return self.emit(78)

    def push_nil(self):
        return self.emit(79)

    def push_int(self, n):
        if n in (0, 1):
            return self.emit(80 + n)
        if n < 0:
            self.emit(225, 255)
        return self.emit(232, n & 255)

    def push_context(self):
        return self.emit(82)

    def dup(self):
        return self.emit(83)

    def pop(self):
        return self.emit(216)

    def special(self, n):
        return self.emit(96 + n)

    def send(self, literal, nargs):
        if literal < 16 and nargs < 3:
            return self.emit(128 + nargs * 16 + literal)
        if literal > 31:
            self.emit(224, literal >> 5)
        if nargs > 7:
            self.emit(225, nargs >> 3)
        return self.emit(234, (literal & 31) << 3 | (nargs & 7))

    def send_super(self, literal, nargs):
        return self.emit(235, literal << 3 | nargs)

    def jump(self):
        return self.forward(237)

    def jump_true(self):
        return self.forward(238)

    def jump_false(self):
        return self.forward(239)

    def jump_back(self, place):
        distance = place - len(self.bytes) - 4
        return self.emit(225, (distance >> 8) & 255, 237, distance & 255)

    def return_top(self):
        return self.emit(92)

    def return_self(self):
        return self.emit(88)

    def return_nil(self):
        return self.emit(91)

    def block_return(self):
        return self.emit(94)

    def new_array(self, n):
        return self.emit(231, n)

    def pop_array(self, n):
        return self.emit(231, 128 + n)

    def push_remote(self, n, vector):
        return self.emit(251, n, vector)

    def store_remote(self, n, vector):
        return self.emit(252, n, vector)

    def pop_remote(self, n, vector):
        return self.emit(253, n, vector)

    def closure(self, body, nargs=0, copied=0):
        size = len(body.bytes)
        self.emit(224, (copied >> 3) << 4 | nargs >> 3, 225, size >> 8)
        return self.emit(250, (copied & 7) << 3 | (nargs & 7), size & 255, *body.bytes)

    def full_closure(self, literal, copied=0, flags=0):
        """Push a FullBlockClosure of the CompiledBlock that is a literal."""
        return self.emit(249, literal, flags | copied)


# what runs in which kind of image, for pytest.mark.parametrize
SETS = [('v3', Classic), ('v3closures', Classic), ('spur32', Classic), ('spur64', Classic), ('spur32', Sista),
        ('spur64', Sista)]
CLOSURE_SETS = SETS[1:]
