"""Activations: contexts for methods and blocks, and how they end."""
from spyvm.interpreter import decoder
from spyvm.interpreter.loop import interpret
from spyvm.interpreter.unwinding import NonLocalReturn, StackUnwind
from spyvm.objects import special
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import DEAD, W_Context
from spyvm.objects.errors import PrimitiveFailed
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_SmallInteger
from spyvm.rpy import always_inline, jit, ticker


class Activation(object):
    """Making contexts, running them on the VM's own stack, returning from them."""
    _mixin_ = True

    @always_inline
    @jit.unroll_safe
    def activate(self, frame, target, next_pc, sp, nargs, depth, error):
        """Run a method's bytecodes in a context of its own.  `error` is the code of a primitive that failed, or 0."""
        w_new = W_Context(self.memory.view_MethodContext, target, target.frame_size)
        new = jit.hint(w_new, access_directly=True)
        base = sp - nargs
        receiver_at = base - 1
        assert receiver_at >= 0
        new.w_receiver = frame.stack[receiver_at]
        for i in range(nargs):
            new.stack[i] = frame.stack[receiver_at + 1 + i]
        self.finish_activation(new, target, nargs, error)
        frame.pc = next_pc
        frame.sp = receiver_at
        return self.run(frame, w_new, depth)

    @jit.unroll_safe
    def variant_for_block(self, frame, target, receiver_at, nargs):
        """The copy of a method with a loop that runs for the block among its arguments; the method itself if there is none."""
        i = nargs
        while i > 0:
            w_block = frame.stack[receiver_at + i]
            if isinstance(w_block, W_BlockClosure):
                return self.variant_for(target, w_block)
            i -= 1
        return target

    def variant_for_args(self, target, args_w):
        """The same with the arguments given."""
        for i in range(len(args_w) - 1, -1, -1):
            w_block = args_w[i]
            if isinstance(w_block, W_BlockClosure):
                return self.variant_for(target, w_block)
        return target

    def variant_for(self, target, closure):
        w_start = closure.w_start
        if closure.full:
            if not isinstance(w_start, W_CompiledMethod):
                return target
            code = w_start.code
            pc = 0
        else:
            w_outer = closure.w_outer
            if not isinstance(w_outer, W_Context) or not isinstance(w_start, W_SmallInteger):
                return target
            code = w_outer.code
            pc = w_start.value
        if jit.we_are_jitted():
            code = jit.promote(code)
            pc = jit.promote(pc)
        if code is None:
            return target
        return code.place_at(pc).variant(self.memory, target)

    @jit.unroll_safe
    def activate_with(self, frame, target, next_pc, sp, w_receiver, args_w, depth, error):
        """The same with the receiver and arguments given; sp is the stack pointer after popping what was sent."""
        w_new = W_Context(self.memory.view_MethodContext, target, target.frame_size)
        new = jit.hint(w_new, access_directly=True)
        new.w_receiver = w_receiver
        for i in range(len(args_w)):
            new.stack[i] = args_w[i]
        self.finish_activation(new, target, len(args_w), error)
        frame.pc = next_pc
        frame.sp = sp
        return self.run(frame, w_new, depth)

    @always_inline
    @jit.unroll_safe
    def finish_activation(self, new, target, nargs, error):
        i = nargs
        assert i >= 0
        while i < target.initial_sp:
            new.stack[i] = self.w_nil
            i += 1
        if error and target.wants_error:
            last = target.initial_sp - 1
            assert last >= 0
            new.stack[last] = self.error_object(error)
        new.pc = target.initial_pc
        new.sp = target.initial_sp

    @jit.dont_look_inside
    def error_object(self, code):
        w_table = self.memory.special(special.PRIMITIVE_ERROR_TABLE)
        if code >= 1 and code <= w_table.pointer_size(self.memory):
            return w_table.fetch(self.memory, code - 1)
        return W_SmallInteger(code)

    @always_inline
    def run(self, frame, new, depth):
        """Run the context `new`, called from `frame`, until it returns; answer what it returned.  `new` must not be accessed directly,
        in the JIT's sense: interpret(), which has the JIT's merge point, would exist twice."""
        if jit.we_are_jitted():
            ticker.defer()
        if depth >= ticker.limit():
            self.limit_reached(frame, new, depth)
        try:
            return interpret(self, new, depth + 1)
        except StackUnwind as e:
            e.link(frame)
            raise
        except NonLocalReturn as e:
            if self.ends_here(e, frame, new):
                return e.w_value
            raise

    @jit.dont_look_inside
    def run_apart(self, new, depth):
        """Run the context `new` until it returns, for a caller that links it to its sender where it leaves by an exception."""
        if depth >= ticker.limit():
            self.leave_at_limit(new, depth)
        try:
            return interpret(self, new, depth + 1)
        except NonLocalReturn as e:
            if self.is_home(e, new):
                return e.w_value
            raise

    def ends_here(self, e, frame, new):
        """Whether a non-local return that leaves the context `new` was to return from it; if not, it goes on through `frame`."""
        if self.is_home(e, new):
            return True
        e.link(frame)
        return False

    def is_home(self, e, new):
        """Whether a non-local return ends in `new`, which is then done with."""
        if e.home is new and not e.blocked:
            self.discard(e, new)
            return True
        if new.code.unwind_mark and new.w_closure is None:
            e.blocked = True
        return False

    @jit.unroll_safe
    def discard(self, e, home):
        """The contexts from the block that returned up to its home are done with."""
        context = e.origin
        while context is not home:
            w_next = context.w_sender
            context.pc = DEAD
            context.w_sender = None
            if not isinstance(w_next, W_Context):
                break
            context = w_next
        home.pc = DEAD

    @jit.dont_look_inside
    def limit_reached(self, frame, new, depth):
        """Too deep, or a tick: perhaps leave the VM's stack before running `new`."""
        try:
            self.leave_at_limit(new, depth)
        except StackUnwind as e:
            e.link(frame)
            raise

    def leave_at_limit(self, new, depth):
        if depth >= self.max_depth:
            if self.low_space is not None:
                self.low_space.check(self)
        elif not self.poll():
            return
        raise StackUnwind(new)

    def return_from_block(self, frame, w_value):
        """^ in a block: return from its home."""
        home = frame.home()
        if home is None:
            home = self.home_of(frame)
        raise NonLocalReturn(home, w_value, frame)

    @jit.unroll_safe
    def home_of(self, frame):
        """The method context around a closure's context; None if the chain of outer contexts ends early."""
        context = frame
        closure = frame.w_closure
        while closure is not None:
            w_outer = closure.w_outer
            if not isinstance(w_outer, W_Context):
                return None
            context = w_outer
            closure = context.w_closure
        return context

    def block_entry_is_known(self, code, pc, sp):
        """Whether a block's body may begin at byte pc with sp values on the stack."""
        if code.kind < 0:
            self.prepare(code.w_method)
        if jit.we_are_jitted():
            return self._block_entry_is_known(code, jit.promote(pc), jit.promote(sp))
        if 0 <= pc and pc < len(code.depths):
            known = code.depths[pc]
            if known and (known & (decoder.HIGH - 1)) <= sp and sp < known // decoder.HIGH:
                return True
        return self._block_entry_is_known(code, pc, sp)

    @jit.elidable
    def _block_entry_is_known(self, code, pc, sp):
        try:
            decoder.reach(self.memory, code, pc, sp)
        except PrimitiveFailed:
            return False
        return True

    def has_right_stack(self, context):
        """Whether a context has the stack that contexts of its code have."""
        if context.code.kind < 0:
            return False
        if jit.we_are_jitted():
            return len(jit.hint(context, access_directly=True).stack) == context.code.frame_size
        return context.stack_length() == context.code.frame_size

    @jit.dont_look_inside
    def fit_stack(self, context):
        """Bring the stack of a context that did not begin its life here to the length that its method's contexts have."""
        code = context.code
        if code.kind < 0:
            self.prepare(code.w_method)
        if len(context.stack) != code.frame_size:
            context.grow(code.frame_size)
