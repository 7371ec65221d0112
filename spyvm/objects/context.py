"""Contexts: the activations of methods and blocks, at the same time the interpreter's frames and real Smalltalk objects.

A context that the interpreter is running does not know its sender: w_sender is None then, and only the VM's own stack knows.
Whoever needs it raises ContextNotLinked; the interpreter then unwinds its stack, linking every context to its sender, and does
the operation again (see spyvm.interpreter.unwinding).  So sends cost nothing for senders nobody looks at.
"""
from spyvm.objects import formats
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.errors import BAD_INDEX, BAD_ARGUMENT, NOT_LINKED
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_HeapObject, W_SmallInteger
from spyvm.rpy import jit

SENDER, PC, STACKP, METHOD, CLOSURE, RECEIVER, TEMP_START = range(7)
BLOCK_NUM_ARGS, BLOCK_INITIAL_PC, BLOCK_HOME = 3, 4, 5

DEAD = -1       # pc of a context that has returned


class BlockPart(object):
    """What a BlockContext has beyond other contexts: the method context it was made in, whose temporaries it uses, how many
    arguments it takes, and the pc at which it begins."""

    def __init__(self, home, num_args, initial_pc):
        self.home = home
        self.num_args = num_args
        self.initial_pc = initial_pc


class W_Context(W_HeapObject):
    """A MethodContext (Context), or, in images with old-style blocks, a BlockContext.

    code       the MethodCode being run; None in a context under construction
    pc         byte offset of the next instruction in the bytecodes; DEAD after the context has returned
    sp         number of stack slots in use: arguments, temporaries, then what was pushed
    stack      list of code.frame_size W_ objects; None stands for nil in slots not yet used
    w_sender   the sender, nil for none; None while it is known to the interpreter only
    w_closure  the closure this context runs, or None
    block      of a BlockContext: what only these have; otherwise None
    """
    _virtualizable_ = ['pc', 'sp', 'w_receiver', 'stack[*]']
    _attrs_ = ['pc', 'sp', 'w_receiver', 'w_closure', 'block', 'stack', 'w_sender', 'code']

    def __init__(self, view, code, size):
        self = jit.hint(self, access_directly=True, fresh_virtualizable=True)
        self.view = view
        self.meta = 0
        self.code = code
        self.pc = 0
        self.sp = 0
        self.w_sender = None
        self.w_receiver = None
        self.w_closure = None
        self.block = None
        self.stack = [None] * size

    # ---- the fields, as the image sees them

    def kind(self, memory):
        return formats.INDEXABLE_FIXED

    @jit.dont_look_inside
    def nominal_stack_size(self):
        if self.code is not None:
            return self.code.nominal_size
        return len(self.stack)

    @jit.dont_look_inside
    def pointer_size(self, memory):
        return TEMP_START + self.nominal_stack_size()

    def sender(self, memory):
        """The sender; raises ContextNotLinked if only the interpreter knows it."""
        w_sender = self.w_sender
        if w_sender is None:
            if self.pc == DEAD or self.code is None:
                return memory.w_nil
            raise NOT_LINKED
        return w_sender

    def is_block(self):
        """Whether this is a BlockContext."""
        return self.block is not None

    def home(self):
        """The home of a BlockContext; None for other contexts."""
        block = self.block
        if block is None:
            return None
        return block.home

    @jit.dont_look_inside
    def temp_at(self, n):
        """Slot n of the stack; None if it is not there or not set."""
        if n < 0 or n >= len(self.stack):
            return None
        return self.stack[n]

    @jit.dont_look_inside
    def temp_at_put(self, n, w_value):
        if n >= 0 and n < len(self.stack):
            self.stack[n] = w_value

    @jit.dont_look_inside
    def start_at(self, pc, args_w):
        """Begin anew at a pc with the arguments on the stack."""
        self.pc = pc
        for i in range(len(args_w)):
            self.stack[i] = args_w[i]
        self.sp = len(args_w)

    @jit.dont_look_inside
    def stack_length(self):
        return len(self.stack)

    def has_returned(self):
        if jit.we_are_jitted():
            return jit.hint(self, access_directly=True).pc == DEAD
        return self.plain_pc() == DEAD

    @jit.dont_look_inside
    def plain_pc(self):
        return self.pc

    @jit.dont_look_inside
    def receiver(self):
        return self.w_receiver

    def is_running_unlinked(self):
        return self.w_sender is None and self.pc != DEAD and self.code is not None

    def image_pc(self, memory, pc):
        if pc == DEAD or self.code is None:
            return memory.w_nil
        return W_SmallInteger(pc + self.code.pc_base)

    @jit.dont_look_inside
    def fetch(self, memory, n0):
        if n0 >= TEMP_START:
            n0 -= TEMP_START
            if n0 < len(self.stack):
                w_value = self.stack[n0]
                if w_value is not None and n0 < self.sp:
                    return w_value
                return memory.w_nil
            if n0 < self.nominal_stack_size():
                return memory.w_nil
            raise BAD_INDEX
        if n0 == SENDER:
            return self.sender(memory)
        if n0 == PC:
            return self.image_pc(memory, self.pc)
        if n0 == STACKP:
            return W_SmallInteger(self.sp)
        block = self.block
        if block is not None:
            if n0 == BLOCK_NUM_ARGS:
                return W_SmallInteger(block.num_args)
            if n0 == BLOCK_INITIAL_PC:
                return self.image_pc(memory, block.initial_pc)
            if n0 == BLOCK_HOME:
                return block.home if block.home is not None else memory.w_nil
        elif n0 == METHOD:
            return self.code.w_method if self.code is not None else memory.w_nil
        elif n0 == CLOSURE:
            return self.w_closure if self.w_closure is not None else memory.w_nil
        elif n0 == RECEIVER:
            return self.w_receiver if self.w_receiver is not None else memory.w_nil
        raise BAD_INDEX

    @jit.dont_look_inside
    def store(self, memory, n0, w_value):
        if n0 >= TEMP_START:
            n0 -= TEMP_START
            if n0 >= self.nominal_stack_size():
                raise BAD_INDEX
            if n0 < len(self.stack):
                self.stack[n0] = w_value
            elif w_value is not memory.w_nil:
                raise BAD_INDEX
            return
        if n0 < 0:
            raise BAD_INDEX
        if n0 == STACKP:
            self.store_stackp(w_value)
        elif n0 == SENDER:
            if self.is_running_unlinked():
                raise NOT_LINKED
            if w_value is not memory.w_nil and not isinstance(w_value, W_Context):
                raise BAD_ARGUMENT
            self.w_sender = w_value
        elif n0 == PC:
            if self.is_running_unlinked():
                raise NOT_LINKED
            self.pc = self.internal_pc(memory, w_value)
        elif self.block is not None:
            self.store_block_field(memory, n0, w_value)
        elif n0 == METHOD:
            if not isinstance(w_value, W_CompiledMethod):
                raise BAD_ARGUMENT
            if self.is_running_unlinked():
                raise NOT_LINKED
            self.set_code(w_value.get_code(memory))
        elif n0 == CLOSURE:
            if w_value is memory.w_nil:
                self.w_closure = None
            elif isinstance(w_value, W_BlockClosure):
                self.w_closure = w_value
            else:
                raise BAD_ARGUMENT
        else:
            self.w_receiver = w_value

    @jit.dont_look_inside
    def store_stackp(self, w_value):
        if not isinstance(w_value, W_SmallInteger):
            raise BAD_ARGUMENT
        sp = w_value.value
        if sp < 0 or sp > self.nominal_stack_size():
            raise BAD_ARGUMENT
        if self.is_running_unlinked():
            raise NOT_LINKED
        if sp > len(self.stack):
            self.grow(sp)
        for i in range(self.sp, sp):
            self.stack[i] = None
        self.sp = sp

    def store_block_field(self, memory, n0, w_value):
        if n0 == BLOCK_HOME:
            if not isinstance(w_value, W_Context) or w_value.is_block():
                raise BAD_ARGUMENT
            self.block.home = w_value
            self.w_receiver = w_value.w_receiver
            if w_value.code is not None:
                self.set_code(w_value.code)
        elif n0 == BLOCK_NUM_ARGS:
            if not isinstance(w_value, W_SmallInteger):
                raise BAD_ARGUMENT
            self.block.num_args = w_value.value
        else:
            self.block.initial_pc = self.internal_pc(memory, w_value)

    def internal_pc(self, memory, w_value):
        if w_value is memory.w_nil:
            return DEAD
        if not isinstance(w_value, W_SmallInteger) or self.code is None:
            raise BAD_ARGUMENT
        pc = w_value.value - self.code.pc_base
        if pc < 0 or pc >= len(self.code.w_method.bytes):
            raise BAD_ARGUMENT
        return pc

    def set_code(self, code):
        """Run `code` when resumed.  The interpreter brings the stack to its length before it does."""
        self.code = code

    @jit.dont_look_inside
    def grow(self, size):
        """A stack of `size` slots, the contents kept."""
        stack = [None] * size
        old = self.stack
        for i in range(min(len(old), size)):
            stack[i] = old[i]
        self.stack = stack

    @jit.dont_look_inside
    def indexed_size(self, memory):
        """Context size is the stack pointer."""
        return self.sp

    def reachable(self, memory):
        """How far at: reaches: up to the stack pointer; in V3 images the whole stack, since Squeak 2 first lowers the stack pointer
        and then takes what it popped."""
        if memory.is_spur:
            return self.sp
        return len(self.stack)

    @jit.dont_look_inside
    def at0(self, memory, n0):
        if n0 < 0 or n0 >= self.reachable(memory):
            raise BAD_INDEX
        w_value = self.stack[n0]
        if w_value is None:
            return memory.w_nil
        return w_value

    @jit.dont_look_inside
    def atput0(self, memory, n0, w_value):
        if n0 < 0 or n0 >= self.reachable(memory):
            raise BAD_INDEX
        self.store(memory, n0 + TEMP_START, w_value)

    def describe(self):
        return 'a context'
