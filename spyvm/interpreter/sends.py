"""Sends: from a selector and a receiver to a result."""
from spyvm.interpreter import control
from spyvm.interpreter.decoder import ACTIVATE, CONTROL, LOOP, PRIMITIVE, RETURN_CONSTANT, RETURN_INSTVAR, RETURN_SELF
from spyvm.interpreter.naming import symbol_text
from spyvm.interpreter.unwinding import FatalError, StackUnwind, Unwinding
from spyvm.objects import special
from spyvm.objects.errors import ContextNotLinked, PrimitiveFailed
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import W_AbstractPointers, W_Pointers
from spyvm.primitives import registry
from spyvm.rpy import jit


class Sends(object):
    """Sends of all kinds; what is sent is on the stack of the context that sends, and stays there."""
    _mixin_ = True

    def send(self, frame, code, pc, next_pc, sp, w_selector, nargs, depth):
        """Send to the receiver under nargs arguments on the stack; answer the result.  The stack is left as it is."""
        receiver_at = sp - 1 - nargs
        assert receiver_at >= 0
        if jit.we_are_jitted() and self.has_many_classes(code, pc):
            w_result = self.send_to_many(frame, code, pc, next_pc, sp, w_selector, nargs, depth)
            if w_result is not None:
                return w_result
        view = self.view_of(frame.stack[receiver_at])
        if jit.we_are_jitted():
            view = jit.promote(view)
            target = self.find_target(view, w_selector)
        else:
            cache = code.sites[pc]
            if cache is not None and cache.view is view and cache.version is view.version:
                target = cache.target
            else:
                target = self.cached_target(code, pc, view, w_selector)
        if target is None or target.num_args != nargs:
            return self.send_unusual(frame, view, w_selector, pc, next_pc, sp, nargs, depth)
        if target.kind == ACTIVATE:
            return self.activate(frame, target, next_pc, sp, nargs, depth, 0)
        return self.execute(frame, target, pc, next_pc, sp, nargs, depth)

    def send_to_many(self, frame, code, pc, next_pc, sp, w_selector, nargs, depth):
        """A send in compiled code to receivers of many classes: the method is not traced into.  None where that cannot be done."""
        receiver_at = sp - 1 - nargs
        assert receiver_at >= 0
        w_receiver = frame.stack[receiver_at]
        args_w = self.args_from_stack(frame, sp, nargs)
        frame.pc = next_pc
        frame.sp = receiver_at
        try:
            return self.send_apart(code, pc, w_selector, w_receiver, args_w, depth)
        except Unwinding as e:
            e.link(frame)
            raise
        except ContextNotLinked:
            self.link_and_retry(frame, pc, sp)

    @jit.dont_look_inside
    def send_apart(self, code, pc, w_selector, w_receiver, args_w, depth):
        """Send without the context that sends, which the caller links.  None where the method cannot be run without it."""
        target = self.cached_target(code, pc, self.view_of(w_receiver), w_selector)
        nargs = len(args_w)
        if target is None or target.num_args != nargs:
            return None
        kind = target.kind
        error = 0
        if kind == LOOP:
            target = self.variant_for_args(target, args_w)
        elif kind == RETURN_SELF:
            return w_receiver
        elif kind == RETURN_CONSTANT:
            return self.constant(target.operand)
        elif kind == RETURN_INSTVAR:
            if isinstance(w_receiver, W_Pointers) and target.operand < len(w_receiver.slots):
                return w_receiver.slots[target.operand]
            return None
        elif kind == PRIMITIVE:
            try:
                return self.call_primitive_with(target.function, w_receiver, args_w)
            except PrimitiveFailed as e:
                error = e.code
        elif kind != ACTIVATE:
            return None
        return self.run_apart(self.new_context_for(target, None, w_receiver, args_w, error), depth)

    def send_special(self, frame, code, pc, next_pc, sp, number, nargs, depth):
        """A send whose selector is entry `number` of the special selectors array."""
        return self.send(frame, code, pc, next_pc, sp, self.special_selector(number), nargs, depth)

    def send_super(self, frame, code, pc, next_pc, sp, w_selector, nargs, depth):
        return self.send_above(frame, self.method_class(code), w_selector, pc, next_pc, sp, nargs, depth)

    def send_directed_super(self, frame, code, pc, next_pc, sp, w_class, w_selector, nargs, depth):
        return self.send_above(frame, w_class, w_selector, pc, next_pc, sp, nargs, depth)

    def send_above(self, frame, w_class, w_selector, pc, next_pc, sp, nargs, depth):
        """Send with the lookup beginning above w_class."""
        view = None
        if isinstance(w_class, W_AbstractPointers):
            if jit.we_are_jitted():
                w_class = jit.promote(w_class)
            view = self.superclass_view(w_class)
        if view is None:
            raise FatalError('super send to nothing in %s' % self.method_name(frame))
        target = self.find_target(view, w_selector)
        if target is None or target.num_args != nargs:
            return self.send_unusual(frame, view, w_selector, pc, next_pc, sp, nargs, depth)
        return self.execute(frame, target, pc, next_pc, sp, nargs, depth)

    def execute(self, frame, target, pc, next_pc, sp, nargs, depth):
        """Run a method with the receiver and arguments on the stack; answer the result."""
        kind = target.kind
        if kind == ACTIVATE:
            return self.activate(frame, target, next_pc, sp, nargs, depth, 0)
        receiver_at = sp - 1 - nargs
        assert receiver_at >= 0
        if kind == LOOP:
            target = self.variant_for_block(frame, target, receiver_at, nargs)
            return self.activate(frame, target, next_pc, sp, nargs, depth, 0)
        if kind == RETURN_SELF:
            return frame.stack[receiver_at]
        error = 1
        if kind == PRIMITIVE:
            try:
                return self.call_primitive(target.function, frame, receiver_at, nargs)
            except PrimitiveFailed as e:
                error = e.code
            except ContextNotLinked:
                self.link_and_retry(frame, pc, sp)
        elif kind == CONTROL:
            try:
                w_result = control.run(self, frame, target, pc, next_pc, sp, nargs, depth)
            except ContextNotLinked:
                w_result = None
                self.link_and_retry(frame, pc, sp)
            if w_result is not None:
                return w_result
        elif kind == RETURN_INSTVAR:
            w_receiver = frame.stack[receiver_at]
            if isinstance(w_receiver, W_Pointers) and target.operand < len(w_receiver.slots):
                return w_receiver.slots[target.operand]
            return self.answer_field(frame, w_receiver, target.operand, pc, next_pc, sp)
        else:
            return self.constant(target.operand)
        return self.activate(frame, target, next_pc, sp, nargs, depth, error)

    def answer_field(self, frame, w_receiver, index, pc, next_pc, sp):
        """What the quick primitives from 264 answer."""
        frame.pc = next_pc
        frame.sp = sp
        try:
            return w_receiver.fetch(self.memory, index)
        except PrimitiveFailed:
            raise FatalError('no field %d in %s' % (index, w_receiver.describe()))
        except ContextNotLinked:
            self.link_and_retry(frame, pc, sp)

    def link_and_retry(self, frame, pc, sp):
        """A primitive needs to know senders: link them all, then run the send at pc again."""
        frame.pc = pc
        frame.sp = sp
        raise StackUnwind(frame)

    def constant(self, number):
        """What the quick primitives 257 to 263 answer."""
        if number == 0:
            return self.w_true
        if number == 1:
            return self.w_false
        if number == 2:
            return self.w_nil
        return W_SmallInteger(number - 4)

    @jit.unroll_safe
    def call_primitive(self, function, frame, receiver_at, nargs):
        w_receiver = frame.stack[receiver_at]
        if nargs == 0:
            return function.call0(self, w_receiver)
        if nargs == 1:
            return function.call1(self, w_receiver, frame.stack[receiver_at + 1])
        if nargs == 2:
            return function.call2(self, w_receiver, frame.stack[receiver_at + 1], frame.stack[receiver_at + 2])
        if nargs == 3:
            return function.call3(self, w_receiver, frame.stack[receiver_at + 1], frame.stack[receiver_at + 2],
                                  frame.stack[receiver_at + 3])
        args_w = [frame.stack[receiver_at + 1 + i] for i in range(nargs)]
        return function.calln(self, w_receiver, args_w)

    def call_primitive_with(self, function, w_receiver, args_w):
        nargs = len(args_w)
        if nargs == 0:
            return function.call0(self, w_receiver)
        if nargs == 1:
            return function.call1(self, w_receiver, args_w[0])
        if nargs == 2:
            return function.call2(self, w_receiver, args_w[0], args_w[1])
        if nargs == 3:
            return function.call3(self, w_receiver, args_w[0], args_w[1], args_w[2])
        return function.calln(self, w_receiver, args_w)

    @jit.dont_look_inside
    def try_primitive(self, number, w_receiver, args_w):
        """Run a numbered primitive; None if it fails, or is one of the interpreter's own."""
        function = registry.find_numbered(number, self.memory.is_spur)
        if function is None or control.handles(self.memory.traits, number):
            return None
        try:
            return self.call_primitive_with(function, w_receiver, args_w)
        except PrimitiveFailed:
            return None

    def send_unusual(self, frame, view, w_selector, pc, next_pc, sp, nargs, depth):
        args_w = self.args_from_stack(frame, sp, nargs)
        receiver_at = sp - 1 - nargs
        assert receiver_at >= 0
        return self.send_args_unusual(frame, view, w_selector, next_pc, receiver_at, frame.stack[receiver_at], args_w, depth)

    @jit.unroll_safe
    def args_from_stack(self, frame, sp, nargs):
        args_w = [self.w_nil] * nargs
        base = sp - nargs
        assert base >= 0
        for i in range(nargs):
            args_w[i] = frame.stack[base + i]
        return args_w

    def send_args_unusual(self, frame, view, w_selector, next_pc, sp, w_receiver, args_w, depth):
        """There is no method for the selector: doesNotUnderstand:, or an object in a method's place (run:with:in:)."""
        memory = self.memory
        w_found = view.lookup(memory, w_selector)
        if isinstance(w_found, W_CompiledMethod):
            raise FatalError('wrong number of arguments for #%s in %s' % (symbol_text(w_selector), self.method_name(frame)))
        if w_found is not None:
            w_selector_run = memory.special(special.SELECTOR_RUN_WITH_IN)
            w_args = memory.array_object(args_w)
            target = self.find_target(self.view_of(w_found), w_selector_run)
            if target is not None and target.num_args == 3:
                return self.activate_with(frame, target, next_pc, sp, w_found, [w_selector, w_args, w_receiver], depth, 0)
        w_dnu = memory.special(special.SELECTOR_DOES_NOT_UNDERSTAND)
        target = self.find_target(view, w_dnu)
        if target is None or target.num_args != 1:
            raise FatalError('%s does not understand #%s, nor #doesNotUnderstand:'
                             % (view.name(), symbol_text(w_selector)))
        w_message = self.make_message(view, w_selector, args_w)
        return self.activate_with(frame, target, next_pc, sp, w_receiver, [w_message], depth, 0)

    @jit.dont_look_inside
    def make_message(self, view, w_selector, args_w):
        memory = self.memory
        w_message = memory.instantiate(memory.view_Message, 0)
        w_message.store(memory, special.MESSAGE_SELECTOR, w_selector)
        w_message.store(memory, special.MESSAGE_ARGUMENTS, memory.array_object(args_w))
        if w_message.pointer_size(memory) > special.MESSAGE_LOOKUP_CLASS:
            w_message.store(memory, special.MESSAGE_LOOKUP_CLASS, view.w_self)
        return w_message

    def perform(self, frame, view, w_selector, w_receiver, args_w, pc, next_pc, sp, base, depth):
        """Send with receiver and arguments given.  sp is the stack pointer as it is, base the one after the send has popped what
        it takes.  Answers the result; None if the method takes another number of arguments."""
        if jit.we_are_jitted():
            view = jit.promote(view)
            w_selector = jit.promote(w_selector)
        target = self.find_target(view, w_selector)
        if target is None:
            w_found = view.lookup(self.memory, w_selector)
            if isinstance(w_found, W_CompiledMethod):
                return None
            return self.send_args_unusual(frame, view, w_selector, next_pc, base, w_receiver, args_w, depth)
        return self.execute_with(frame, target, w_selector, w_receiver, args_w, pc, next_pc, sp, base, depth)

    def execute_with(self, frame, target, w_selector, w_receiver, args_w, pc, next_pc, sp, base, depth):
        """Run a method with receiver and arguments given; None if it takes another number of arguments.  w_selector may be None
        if the method was not looked up."""
        if target.num_args != len(args_w):
            return None
        kind = target.kind
        error = 0
        if kind == RETURN_SELF:
            return w_receiver
        if kind == RETURN_CONSTANT:
            return self.constant(target.operand)
        if kind == PRIMITIVE:
            try:
                return self.call_primitive_with(target.function, w_receiver, args_w)
            except PrimitiveFailed as e:
                error = e.code
            except ContextNotLinked:
                self.link_and_retry(frame, pc, sp)
        elif kind == CONTROL:
            # these work on the stack: send the message anew from a context that has receiver and arguments there
            if w_selector is None:
                return None
            frame.pc = next_pc
            frame.sp = base
            self.pending_trampoline = True
            self.unwind_and_send(frame, w_receiver, w_selector, args_w)
        elif kind == RETURN_INSTVAR:
            return self.answer_field(frame, w_receiver, target.operand, pc, next_pc, sp)
        return self.activate_with(frame, target, next_pc, base, w_receiver, args_w, depth, error)
