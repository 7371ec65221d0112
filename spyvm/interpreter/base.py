"""The base of the VM's stack: resuming contexts out of the heap, and what happens when everything has been unwound."""
from spyvm.interpreter import decoder, processes
from spyvm.interpreter.loop import interpret
from spyvm.interpreter.naming import symbol_text
from spyvm.interpreter.unwinding import FatalError, Finished, LoopGuard, NonLocalReturn, StackUnwind
from spyvm.objects import special
from spyvm.objects.context import DEAD, W_Context
from spyvm.objects.errors import PrimitiveFailed
from spyvm.objects.method import W_CompiledMethod
from spyvm.rpy import jit, ticker

LARGE_CONTEXT_FLAG = 1 << 17     # in a method's header


class Base(object):
    """The loop under all activations."""
    _mixin_ = True

    @jit.dont_look_inside
    def resume_context(self, context):
        """Run from a context until the entry context returns (Finished) or the host is left (Exit)."""
        while True:
            try:
                self.make_ready(context)
                self.base = context
                w_result = interpret(self, context, 0)
                context = self.return_to_sender(context, w_result)
            except StackUnwind as e:
                context = self.after_unwind(e.top)
            except NonLocalReturn as e:
                context = self.finish_nonlocal_return(e)
            if ticker.limit() < 0 and self.poll():      # contexts may come and go here without a send or a loop
                context = self.switch_process(context)

    @jit.dont_look_inside
    def make_ready(self, context):
        """Check that a context out of the heap can be run, and bring its stack into the interpreter's shape."""
        code = context.code
        if code is None:
            raise FatalError('a context without a method was resumed')
        if code.kind < 0:
            self.prepare(code.w_method)
        if context.is_block() and (not code.old_blocks or context.home() is None):
            raise FatalError('a block context of %s was resumed, which has no blocks' % self.method_name(context))
        if len(context.stack) != code.frame_size:
            if context.sp > code.frame_size:
                raise FatalError('a context of %s has too deep a stack' % self.method_name(context))
            self.fit_stack(context)
        for i in range(context.sp):
            if context.stack[i] is None:
                context.stack[i] = self.w_nil
        if context.w_receiver is None:
            context.w_receiver = self.w_nil
        if context.w_sender is None:
            context.w_sender = self.w_nil
        try:
            decoder.reach(self.memory, code, context.pc, context.sp)
        except PrimitiveFailed:
            raise FatalError('a context of %s was resumed at an impossible place' % self.method_name(context))

    @jit.dont_look_inside
    def push_on(self, context, w_value):
        """Push a result onto a context that is about to be resumed."""
        sp = context.sp
        if sp >= len(context.stack):
            context.grow(sp + 1)
        context.stack[sp] = w_value
        context.sp = sp + 1

    @jit.dont_look_inside
    def return_to_sender(self, context, w_result):
        """`context` has returned; answer the context to resume."""
        w_sender = context.w_sender
        context.w_sender = None
        context.pc = DEAD
        if context is self.entry:
            raise Finished(w_result)
        if isinstance(w_sender, W_Context) and w_sender.pc != DEAD:
            self.push_on(w_sender, w_result)
            return w_sender
        return self.cannot_return(context, w_result)

    @jit.dont_look_inside
    def cannot_return(self, context, w_result):
        context.w_sender = self.w_nil
        return self.send_from(context, context, self.memory.special(special.SELECTOR_CANNOT_RETURN), [w_result])

    @jit.dont_look_inside
    def after_unwind(self, top):
        """Everything is linked.  Answer the context to go on with."""
        if self.pending_switch:
            return self.switch_process(top)
        if self.pending_hook:
            number = self.pending_hook
            self.pending_hook = 0
            self.hook_handler.run(self, number, top, self.w_pending_receiver, self.pending_args_w)
        w_selector = self.w_pending_selector
        if w_selector is not None:
            self.w_pending_selector = None
            args_w = self.pending_args_w
            self.pending_args_w = []
            if self.pending_trampoline:
                self.pending_trampoline = False
                return self.trampoline(top, self.w_pending_receiver, w_selector, args_w)
            return self.send_from(top, self.w_pending_receiver, w_selector, args_w)
        return top

    @jit.dont_look_inside
    def send_from(self, context, w_receiver, w_selector, args_w):
        """Make the context that runs a message sent from a linked context (primitives are not tried)."""
        view = self.view_of(w_receiver)
        target = self.find_target(view, w_selector)
        if target is None or target.num_args != len(args_w):
            w_message = self.make_message(view, w_selector, args_w)
            target = self.find_target(view, self.memory.special(special.SELECTOR_DOES_NOT_UNDERSTAND))
            args_w = [w_message]
            if target is None or target.num_args != 1:
                raise FatalError('%s does not understand #%s' % (view.name(), symbol_text(w_selector)))
        return self.new_context_for(target, context, w_receiver, args_w)

    @jit.dont_look_inside
    def new_context_for(self, target, w_sender, w_receiver, args_w, error=0):
        """A context ready to run a method.  `error` is the code of its primitive, which failed, or 0."""
        new = W_Context(self.memory.view_MethodContext, target, target.frame_size)
        new.w_receiver = w_receiver
        for i in range(len(args_w)):
            new.stack[i] = args_w[i]
        self.finish_activation(new, target, len(args_w), error)
        new.w_sender = w_sender
        return new

    @jit.dont_look_inside
    def trampoline(self, w_sender, w_receiver, w_selector, args_w):
        """A context about to send a message with everything that belongs to a send, and to return the result to w_sender.  Its
        method is made for it: the double extended send of the V3 bytecode set, then a return of the top."""
        nargs = len(args_w)
        assert nargs < 32
        memory = self.memory
        header = LARGE_CONTEXT_FLAG
        header |= 1 if memory.is_spur else 1 << 9       # one literal
        w_method = W_CompiledMethod(memory.view_CompiledMethod, header, [w_selector], [chr(132), chr(nargs), chr(0), chr(124)])
        code = w_method.get_code(memory)
        code.initial_sp = nargs + 1
        self.prepare(w_method)
        context = W_Context(memory.view_MethodContext, code, code.frame_size)
        context.w_receiver = w_receiver
        context.stack[0] = w_receiver
        for i in range(nargs):
            context.stack[i + 1] = args_w[i]
        context.sp = nargs + 1
        context.w_sender = w_sender
        return context

    @jit.dont_look_inside
    def finish_nonlocal_return(self, e):
        """A ^ whose home is not on the VM's stack, or that has to ask the image first.  All contexts are linked."""
        origin = e.origin
        home = e.home
        context = origin
        w_unwind = None
        found = False
        guard = LoopGuard()
        while True:
            if context is home:
                found = True
                break
            w_sender = context.w_sender
            if not isinstance(w_sender, W_Context) or guard.repeats(w_sender):
                break
            context = w_sender
            if w_unwind is None and context is not home and is_unwind_marked(context):
                w_unwind = context
        if not found or home is None or home.pc == DEAD:
            return self.send_from(origin, origin, self.memory.special(special.SELECTOR_CANNOT_RETURN), [e.w_value])
        if w_unwind is not None:
            w_selector = self.memory.special(special.SELECTOR_ABOUT_TO_RETURN)
            return self.send_from(origin, origin, w_selector, [e.w_value, w_unwind])
        w_sender = home.w_sender
        self.discard(e, home)
        home.w_sender = None
        if home is self.entry:
            raise Finished(e.w_value)
        if isinstance(w_sender, W_Context) and w_sender.pc != DEAD:
            self.push_on(w_sender, e.w_value)
            return w_sender
        return self.send_from(origin, origin, self.memory.special(special.SELECTOR_CANNOT_RETURN), [e.w_value])

    @jit.dont_look_inside
    def switch_process(self, top):
        memory = self.memory
        w_old = self.w_switching_from
        self.pending_switch = False
        self.linked_for_primitive = False       # whoever runs next has not been linked
        self.w_switching_from = self.w_nil
        w_new = processes.active_process(self)
        if w_old is not w_new:
            w_old.store(memory, special.PROCESS_SUSPENDED_CONTEXT, top)
            w_context = w_new.fetch(memory, special.PROCESS_SUSPENDED_CONTEXT)
            if not isinstance(w_context, W_Context):
                raise FatalError('a process without a context was resumed')
            w_new.store(memory, special.PROCESS_SUSPENDED_CONTEXT, self.w_nil)
            if w_new.pointer_size(memory) > special.PROCESS_MY_LIST:
                w_new.store(memory, special.PROCESS_MY_LIST, self.w_nil)
            return w_context
        return top


def is_unwind_marked(context):
    return context.code is not None and context.code.unwind_mark and context.w_closure is None and not context.is_block()
