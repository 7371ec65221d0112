"""The interpreter of one running image: sends, activations, and the base loop that resumes contexts."""
from spyvm.interpreter import arithmetic, control, decoder, opcodes as op, processes
from spyvm.interpreter.decoder import ACTIVATE, RETURN_SELF, RETURN_CONSTANT, RETURN_INSTVAR, PRIMITIVE, CONTROL
from spyvm.interpreter.loop import interpret
from spyvm.interpreter.unwinding import FatalError, Finished, LoopGuard, NonLocalReturn, StackUnwind
from spyvm.objects import special
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import W_Context, DEAD
from spyvm.objects.errors import PrimitiveFailed, ContextNotLinked, FAILED
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_Object, W_SmallInteger, W_HeapObject, W_Float, W_Character, same_object, IMMUTABLE
from spyvm.objects.pointers import (W_Pointers, W_AbstractPointers, W_Array, GENERIC, INTS, NO_INT, unerase_generic,
                                    unerase_ints, new_generic_array)
from spyvm.objects.raw import W_Bytes
from spyvm.primitives import registry
from spyvm.rpy.arith import r_uint
from spyvm.rpy import always_inline, jit, ticker, we_are_translated, clock

MAX_DEPTH = 600             # nested activations on the VM's own stack; deeper ones go to the heap
MAX_DEPTH_UNTRANSLATED = 100
MAX_CACHES = 4              # classes an inline cache remembers at one send
TICK_MILLISECONDS = 2
LARGE_CONTEXT_FLAG = 1 << 17     # in a method's header


SMALL_INTEGERS = [W_SmallInteger(i - 1) for i in range(257)]


class InlineCache(object):
    """What a send found for one class, as long as the class's version stays."""
    _immutable_fields_ = ['view', 'version', 'target', 'next']

    def __init__(self, view, version, target, next):
        self.view = view
        self.version = version
        self.target = target
        self.next = next


class HookHandler(object):
    """Called instead of a hooked method (see Interpreter.set_hook); does not return."""

    def run(self, interp, number, top, w_receiver, args_w):
        raise FatalError('a hook without a handler')


class Interpreter(object):
    """`memory` is the ObjectMemory, `host` the outside world."""
    _immutable_fields_ = ['memory', 'host', 'w_nil', 'w_true', 'w_false', 'min_int', 'max_int', 'view_plain_array?',
                          'max_depth', 'special_selectors?[*]']

    def __init__(self, memory, host):
        self.memory = memory
        self.host = host
        self.w_nil = memory.w_nil
        self.w_true = memory.w_true
        self.w_false = memory.w_false
        self.min_int = memory.min_int
        self.max_int = memory.max_int
        self.view_plain_array = memory.view_Array
        self.max_depth = MAX_DEPTH if we_are_translated() else MAX_DEPTH_UNTRANSLATED
        self.special_selectors = []
        self.read_special_selectors()
        # the context that interpret() was entered with at the base; it knows its sender
        self.base = None
        self.entry = None           # the context whose return ends the run; None while the image runs as itself
        # scheduling
        self.pending_switch = False
        self.w_switching_from = memory.w_nil
        self.preemption_yields = True
        self.idle = False
        self.ticking = False
        self.was_interrupted = False
        self.linked_for_primitive = False
        self.wakeup_microseconds = 0    # when the timer semaphore is to be signalled, in clock.monotonic_microseconds(); 0: never
        self.w_timer_semaphore = memory.w_nil
        # a message for the base loop to send to pending_receiver from the context on top
        self.w_pending_selector = None
        self.w_pending_receiver = memory.w_nil
        self.pending_args_w = []
        self.pending_trampoline = False     # send it with its primitive, if it has one
        # methods at which the owner of the VM wants to be called instead, with all contexts linked
        self.hooks = {}             # W_CompiledMethod -> number from 1
        self.hook_handler = HookHandler()
        self.pending_hook = 0
        self.low_space = None       # watches memory use; see spyvm.interpreter.lowspace

    # ---- what the loop asks for

    def small_integer(self, value):
        """A constant; the commonest exist already."""
        index = value + 1
        if 0 <= index and index < len(SMALL_INTEGERS):
            return SMALL_INTEGERS[index]
        return W_SmallInteger(value)

    def add_constant(self, value, constant):
        """The sum as a SmallInteger, None if it is none.  Only one end of the range needs a look."""
        z = value + constant
        if constant >= 0:
            if z > self.max_int:
                return None
        elif z < self.min_int:
            return None
        return W_SmallInteger(z)

    def arithmetic(self, frame, code, pc, next_pc, sp, opcode, depth):
        """The special send of opcode ADD to BIT_OR: on SmallIntegers and Floats done here, otherwise a send."""
        left = sp - 2
        right = sp - 1
        assert left >= 0
        assert right >= 0
        w_result = arithmetic.binary(self, opcode, frame.stack[left], frame.stack[right])
        if w_result is None:
            w_result = self.send_special(frame, code, pc, next_pc, sp, opcode - op.ADD, 1, depth)
        return w_result

    def compare(self, frame, code, pc, next_pc, sp, opcode, word, depth):
        """A comparison, of other than SmallIntegers, whose result is tested: the pc to go to; -1 if the result of a send is on the
        stack and remains to be tested."""
        left = sp - 2
        right = sp - 1
        assert left >= 0
        assert right >= 0
        w_a = frame.stack[left]
        w_b = frame.stack[right]
        if isinstance(w_a, W_Float) and isinstance(w_b, W_Float):
            if arithmetic.compare_floats(opcode, w_a.value, w_b.value):
                return (word >> 16) & 0xFFFFFF
            return word >> 40
        frame.stack[left] = self.send_special(frame, code, pc, next_pc, sp, opcode - op.ADD, 1, depth)
        return -1

    def view_of(self, w_object):
        if isinstance(w_object, W_HeapObject):
            return w_object.view
        if isinstance(w_object, W_SmallInteger):
            return self.memory.view_SmallInteger
        return w_object.class_view(self.memory)

    def identical(self, w_a, w_b):
        if w_a is w_b:
            return True
        if isinstance(w_a, W_HeapObject):
            return False
        return same_object(self.memory, w_a, w_b)

    # A context other than the running one may be kept in registers by compiled code.  Compiled code itself knows how to find out
    # when it reads one directly; the interpreter must not, its ordinary accesses bring the context to memory first.

    def home_temp(self, home, n):
        """Temporary n of a block's home context."""
        if jit.we_are_jitted():
            home = jit.hint(home, access_directly=True)
            w_value = None
            if n < len(home.stack):
                w_value = home.stack[n]
        else:
            w_value = home.temp_at(n)
        if w_value is None:
            return self.w_nil
        return w_value

    def set_home_temp(self, home, n, w_value):
        if jit.we_are_jitted():
            home = jit.hint(home, access_directly=True)
            if n < len(home.stack):
                home.stack[n] = w_value
        else:
            home.temp_at_put(n, w_value)

    def array_at(self, w_array, n0):
        """Element n0 of a plain Array; None where the index is out of range.  One unsigned comparison checks both ends."""
        if w_array.strategy is GENERIC:
            items = unerase_generic(w_array.storage)
            if r_uint(n0) >= r_uint(len(items)):
                return None
            assert n0 >= 0
            return items[n0]
        if w_array.strategy is INTS:
            ints = unerase_ints(w_array.storage)
            if r_uint(n0) >= r_uint(len(ints)):
                return None
            assert n0 >= 0
            value = ints[n0]
            if value == NO_INT:
                return self.w_nil
            return W_SmallInteger(value)
        if n0 < 0 or n0 >= w_array.size():
            return None
        return w_array.strategy.fetch(self.memory, w_array, n0)

    def array_at_put(self, w_array, n0, w_value):
        """Replace element n0 of a plain Array; False where that cannot be done."""
        if w_array.meta & IMMUTABLE:
            return False
        if w_array.strategy is GENERIC:
            items = unerase_generic(w_array.storage)
            if r_uint(n0) >= r_uint(len(items)):
                return False
            assert n0 >= 0
            items[n0] = w_value
            return True
        if w_array.strategy is INTS and isinstance(w_value, W_SmallInteger):
            ints = unerase_ints(w_array.storage)
            if r_uint(n0) >= r_uint(len(ints)):
                return False
            assert n0 >= 0
            ints[n0] = w_value.value
            return True
        if n0 < 0 or n0 >= w_array.size():
            return False
        w_array.strategy.store(self.memory, w_array, n0, w_value)
        return True

    def make_point(self, w_x, w_y):
        view = self.memory.view_Point
        if view is None or view.inst_size != 2:
            return None
        return W_Pointers(view, [w_x, w_y])

    def new_vector(self, size):
        return new_generic_array(self.memory.view_Array, [self.w_nil] * size)

    @jit.unroll_safe
    def pop_into_array(self, frame, sp, count):
        """Make an Array of the topmost values, deepest first; answers the new stack pointer."""
        items = [self.w_nil] * count
        base = sp - count
        assert base >= 0
        assert count >= 0
        for i in range(count):
            items[i] = frame.stack[base + i]
            if jit.we_are_jitted():
                frame.stack[base + i] = None
        frame.stack[base] = new_generic_array(self.memory.view_Array, items)
        return base + 1

    @jit.unroll_safe
    def pop_copied(self, frame, sp, count):
        copied = [self.w_nil] * count
        base = sp - count
        assert base >= 0
        assert count >= 0
        for i in range(count):
            copied[i] = frame.stack[base + i]
            if jit.we_are_jitted():
                frame.stack[base + i] = None
        return copied

    def push_closure(self, frame, sp, start_pc, num_args, num_copied):
        copied = self.pop_copied(frame, sp, num_copied)
        sp -= num_copied
        assert sp >= 0
        frame.stack[sp] = W_BlockClosure(self.memory.view_BlockClosure, False, frame,
                                         W_SmallInteger(start_pc + frame.code.pc_base), W_SmallInteger(num_args),
                                         frame.w_receiver, copied)
        return sp + 1

    def push_full_closure(self, frame, sp, w_block, flags):
        """flags: the number of copied values in bits 0-5, bit 6: no outer context, bit 7: the receiver is on the stack."""
        num_copied = flags & 63
        copied = self.pop_copied(frame, sp, num_copied)
        sp -= num_copied
        w_receiver = frame.w_receiver
        if flags & 128:
            sp -= 1
            assert sp >= 0
            w_receiver = frame.stack[sp]
        assert sp >= 0
        num_args = 0
        if isinstance(w_block, W_CompiledMethod):
            num_args = w_block.get_code(self.memory).num_args
        w_outer = self.w_nil
        if not flags & 64:
            w_outer = frame
        frame.stack[sp] = W_BlockClosure(self.memory.view_FullBlockClosure, True, w_outer, w_block,
                                         W_SmallInteger(num_args), w_receiver, copied)
        return sp + 1

    @jit.unroll_safe
    def clear_args(self, frame, sp, nargs):
        """Forget popped arguments, so that compiled code need not keep them alive."""
        for i in range(nargs):
            at = sp - 1 - i
            assert at >= 0
            frame.stack[at] = None

    def fetch_field(self, frame, w_object, n):
        """Named field n of any object."""
        try:
            return w_object.fetch(self.memory, n)
        except PrimitiveFailed:
            raise FatalError('no field %d in %s, in %s' % (n, w_object.describe(), self.method_name(frame)))
        except ContextNotLinked:
            raise StackUnwind(frame)

    def store_field(self, frame, w_object, n, w_value):
        try:
            w_object.store(self.memory, n, w_value)
        except PrimitiveFailed:
            if w_object.is_immutable():
                w_selector = self.memory.special(special.SELECTOR_ATTEMPT_TO_ASSIGN)
                opcode = frame.code.ops[frame.pc] & 255
                if opcode == op.POP_INSTVAR or opcode == op.POP_LITVAR or opcode == op.POP_REMOTE:
                    frame.sp -= 1
                frame.pc = decoder.next_pc(frame.code, frame.pc)
                self.unwind_and_send(frame, w_object, w_selector, [w_value, W_SmallInteger(n + 1)])
            raise FatalError('no field %d to store into in %s, in %s' % (n, w_object.describe(), self.method_name(frame)))
        except ContextNotLinked:
            raise StackUnwind(frame)

    def must_be_boolean(self, frame, pc, sp):
        """A value that is no Boolean was tested (and popped)."""
        w_value = frame.stack[sp]
        frame.pc = decoder.next_pc(frame.code, pc)
        frame.sp = sp
        self.unwind_and_send(frame, w_value, self.memory.special(special.SELECTOR_MUST_BE_BOOLEAN), [])

    def unwind_and_send(self, frame, w_receiver, w_selector, args_w):
        """Link all contexts, then send a message from `frame`, whose pc and sp are already those after the send."""
        self.w_pending_selector = w_selector
        self.w_pending_receiver = w_receiver
        self.pending_args_w = args_w
        raise StackUnwind(frame)

    # ---- sends

    def send(self, frame, code, pc, next_pc, sp, w_selector, nargs, depth):
        """Send to the receiver under nargs arguments on the stack; answer the result.  The stack is left as it is."""
        receiver_at = sp - 1 - nargs
        assert receiver_at >= 0
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

    def send_special(self, frame, code, pc, next_pc, sp, number, nargs, depth):
        """A send whose selector is entry `number` of the special selectors array."""
        return self.send(frame, code, pc, next_pc, sp, self.special_selector(number), nargs, depth)

    def special_selector(self, number):
        assert number >= 0
        return self.special_selectors[number]

    def read_special_selectors(self):
        w_selectors = self.memory.special(special.SPECIAL_SELECTORS)
        selectors = [self.w_nil] * 32
        for i in range(min(32, w_selectors.pointer_size(self.memory) // 2)):
            selectors[i] = w_selectors.fetch(self.memory, i * 2)
        self.special_selectors = selectors

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

    def superclass_view(self, w_class):
        view = self.memory.view_of_class(w_class)
        return self._superclass_view(view, view.version)

    @jit.elidable
    def _superclass_view(self, view, version):
        return view.superclass_view(self.memory)

    @jit.elidable
    def method_class(self, code):
        """The class a method was compiled for: the value of its last literal."""
        for _ in range(100):
            if len(code.literals) == 0:
                return self.w_nil
            w_last = code.literals[len(code.literals) - 1]
            if isinstance(w_last, W_CompiledMethod):    # a block: its last literal is the method or block around it
                code = w_last.get_code(self.memory)
                continue
            if isinstance(w_last, W_AbstractPointers) and len(w_last.slots) > special.VALUE:
                return w_last.slots[special.VALUE]
            break
        return self.w_nil

    def find_target(self, view, w_selector):
        """The MethodCode to run for the selector, ready to be activated; None if there is no such method."""
        w_method = view.lookup(self.memory, w_selector)
        if isinstance(w_method, W_CompiledMethod):
            code = w_method.code
            if code is None or code.kind < 0:
                code = self.prepare_found(w_method, view, w_selector)
            return code
        return None

    @jit.dont_look_inside
    def prepare_found(self, w_method, view, w_selector):
        code = self.prepare(w_method)
        code.name = view.name() + '>>' + symbol_text(w_selector)
        return code

    @jit.dont_look_inside
    def cached_target(self, code, pc, view, w_selector):
        cache = code.sites[pc]
        count = 0
        while cache is not None:
            if cache.view is view and cache.version is view.version:
                return cache.target
            cache = cache.next
            count += 1
        target = self.find_target(view, w_selector)
        if target is not None:
            code.sites[pc] = InlineCache(view, view.version, target, code.sites[pc] if count < MAX_CACHES else None)
        return target

    @jit.dont_look_inside
    def prepare(self, w_method):
        """Decode a method and decide how it is activated."""
        memory = self.memory
        code = w_method.get_code(memory)
        if code.kind >= 0:
            return code
        decoder.prepare(memory, code)
        number = code.primitive
        kind = ACTIVATE
        if 256 <= number and number <= 519 and code.num_args == 0:
            if number == 256:
                kind = RETURN_SELF
            elif number < 264:
                kind = RETURN_CONSTANT
                code.operand = number - 257
            else:
                kind = RETURN_INSTVAR
                code.operand = number - 264
        elif number == 117:
            function = self.named_function(code)
            if function is not None:
                code.function = function
                kind = PRIMITIVE
        elif number > 0:
            if control.handles(memory.traits, number):
                kind = CONTROL
                code.operand = number
            else:
                function = registry.find_numbered(number, memory.is_spur)
                if function is not None:
                    code.function = function
                    kind = PRIMITIVE
        if number > 0 and memory.is_spur:
            bytes = w_method.bytes
            if len(bytes) > 4:
                store_temp = 245 if code.alternate else 129
                code.wants_error = ord(bytes[3]) == store_temp and code.initial_sp > code.num_args
        hook = self.hooks.get(w_method, 0)
        if hook:
            kind = CONTROL
            code.operand = control.FIRST_HOOK + hook
        code.kind = kind
        return code

    @jit.dont_look_inside
    def set_hook(self, w_method, number):
        """Call hook_handler instead of running the method."""
        if isinstance(w_method, W_CompiledMethod):
            self.hooks[w_method] = number
            w_method.changed(self.memory)

    def named_function(self, code):
        """The function a method's first literal names; None if the VM has none."""
        if len(code.literals) == 0:
            return None
        w_spec = code.literals[0]
        memory = self.memory
        if not isinstance(w_spec, W_Array) or w_spec.size() < 2:
            return None
        w_module = w_spec.fetch(memory, 0)
        w_name = w_spec.fetch(memory, 1)
        module = ''
        if isinstance(w_module, W_Bytes):
            module = w_module.text()
        if not isinstance(w_name, W_Bytes):
            return None
        return registry.find_named(module, w_name.text())

    def execute(self, frame, target, pc, next_pc, sp, nargs, depth):
        """Run a method with the receiver and arguments on the stack; answer the result."""
        kind = target.kind
        if kind == ACTIVATE:
            return self.activate(frame, target, next_pc, sp, nargs, depth, 0)
        receiver_at = sp - 1 - nargs
        assert receiver_at >= 0
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
            frame.pc = next_pc
            frame.sp = sp
            try:
                return w_receiver.fetch(self.memory, target.operand)
            except PrimitiveFailed:
                raise FatalError('no field %d in %s' % (target.operand, w_receiver.describe()))
            except ContextNotLinked:
                self.link_and_retry(frame, pc, sp)
        else:
            return self.constant(target.operand)
        return self.activate(frame, target, next_pc, sp, nargs, depth, error)

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

    def ends_here(self, e, frame, new):
        """Whether a non-local return that leaves the context `new` was to return from it; if not, it goes on through `frame`."""
        if e.home is new and not e.blocked:
            self.discard(e, new)
            return True
        if new.code.unwind_mark and new.w_closure is None:
            e.blocked = True
        e.link(frame)
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
        if depth >= self.max_depth:
            if self.low_space is not None:
                self.low_space.check(self)
        elif not self.poll():
            return
        e = StackUnwind(new)
        e.link(frame)
        raise e

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

    @jit.dont_look_inside
    def relinquish(self, microseconds):
        """The idle process gives the time back: sleep until something may happen, at most that long."""
        until = clock.monotonic_microseconds() + microseconds
        if self.wakeup_microseconds != 0 and self.wakeup_microseconds < until:
            until = self.wakeup_microseconds
        self.sleep_until(until)
        self.poll()

    # ---- sends that are not to a method of the right shape

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
            frame.pc = next_pc
            frame.sp = sp
            try:
                return w_receiver.fetch(self.memory, target.operand)
            except PrimitiveFailed:
                raise FatalError('no field %d in %s' % (target.operand, w_receiver.describe()))
            except ContextNotLinked:
                self.link_and_retry(frame, pc, sp)
        return self.activate_with(frame, target, next_pc, base, w_receiver, args_w, depth, error)

    # ---- the base: resuming contexts

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
    def fit_stack(self, context):
        """Bring the stack of a context that did not begin its life here to the length that its method's contexts have."""
        code = context.code
        if code.kind < 0:
            self.prepare(code.w_method)
        if len(context.stack) != code.frame_size:
            context.grow(code.frame_size)

    def has_right_stack(self, context):
        """Whether a context has the stack that contexts of its code have."""
        if context.code.kind < 0:
            return False
        if jit.we_are_jitted():
            return len(jit.hint(context, access_directly=True).stack) == context.code.frame_size
        return context.stack_length() == context.code.frame_size

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
    def new_context_for(self, target, w_sender, w_receiver, args_w):
        """A context ready to run a method."""
        new = W_Context(self.memory.view_MethodContext, target, target.frame_size)
        new.w_receiver = w_receiver
        for i in range(len(args_w)):
            new.stack[i] = args_w[i]
        self.finish_activation(new, target, len(args_w), 0)
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

    # ---- processes and time

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

    @jit.dont_look_inside
    def poll(self):
        """Look at the clock and at what else may have happened; True if another process is to run now."""
        ticker.reset(self.max_depth)
        if ticker.poll_interrupt_key():
            self.user_interrupt()
        if self.wakeup_microseconds != 0 and clock.monotonic_microseconds() >= self.wakeup_microseconds:
            self.wakeup_microseconds = 0
            processes.signal_if_semaphore(self, self.w_timer_semaphore)
        if self.low_space is not None:
            self.low_space.check(self)
        return self.pending_switch

    def user_interrupt(self):
        """Ctrl-C: an image that runs as itself is told if it waits for that; otherwise, or at the second time, the run ends."""
        w_semaphore = self.memory.special(special.INTERRUPT_SEMAPHORE)
        if self.entry is not None or self.was_interrupted or w_semaphore is self.w_nil:
            self.host.interrupted()
        self.was_interrupted = True
        try:
            if processes.is_empty(self, w_semaphore):
                self.host.interrupted()
            processes.signal(self, w_semaphore)
        except PrimitiveFailed:
            self.host.interrupted()

    def poll_in_loop(self, frame):
        if self.poll():
            raise StackUnwind(frame)

    @jit.dont_look_inside
    def next_to_run(self):
        """The process to run when the active one cannot go on; waits for one if something can still wake one up."""
        w_process = processes.highest_runnable(self)
        if w_process is not None:
            return w_process
        self.idle = True
        try:
            while True:
                if self.wakeup_microseconds == 0:
                    raise FatalError('all processes are waiting, and nothing can wake one up')
                self.sleep_until(self.wakeup_microseconds)
                self.poll()
                w_process = processes.highest_runnable(self)
                if w_process is not None:
                    return w_process
        finally:
            self.idle = False

    def sleep_until(self, microseconds):
        """Sleep, at most until that time, at most a tenth of a second."""
        now = clock.monotonic_microseconds()
        pause = microseconds - now
        if pause > 100000:
            pause = 100000
        if pause > 0:
            if self.ticking:
                ticker.start(0)     # it would wake us up
            clock.sleep_microseconds(pause)
            if self.ticking:
                ticker.start(TICK_MILLISECONDS)

    def start_ticking(self):
        self.ticking = True
        ticker.reset(self.max_depth)
        ticker.start(TICK_MILLISECONDS)

    def stop_ticking(self):
        self.ticking = False
        ticker.start(0)

    # ---- what primitives that replace or count references need

    @jit.dont_look_inside
    def all_linked(self):
        """Whether every running context is linked to its sender.  A primitive that hears no raises NOT_LINKED; when it is done
        again, right after that, the answer is yes."""
        linked = self.linked_for_primitive
        self.linked_for_primitive = not linked
        return linked

    @jit.dont_look_inside
    def roots(self):
        """The objects that the interpreter itself holds.  All contexts must be linked."""
        roots = [self.w_timer_semaphore, self.w_switching_from, self.w_pending_receiver]
        if self.base is not None:
            roots.append(self.base)
        if self.entry is not None:
            roots.append(self.entry)
        return roots

    @jit.dont_look_inside
    def became(self, forwarding):
        """References were replaced everywhere: replace the interpreter's own."""
        self.w_timer_semaphore = forwarding.get(self.w_timer_semaphore)
        self.w_switching_from = forwarding.get(self.w_switching_from)
        self.w_pending_receiver = forwarding.get(self.w_pending_receiver)
        self.read_special_selectors()
        self.view_plain_array = self.memory.view_Array

    # ---- for people

    @jit.dont_look_inside
    def method_name(self, context):
        """Class>>selector of what a context runs, as far as the image tells."""
        if context.code is None:
            return '?'
        home = context.home()
        if home is None:
            home = self.home_of(context)
        if home is not None and home.code is not None and home.w_receiver is not None:
            # methods need not know their class: look where the receiver has it from
            view = self.view_of(home.w_receiver)
            for _ in range(1000):
                if view is None:
                    break
                w_selector = selector_of(self.memory, view.w_self, home.code.w_method)
                if w_selector is not None:
                    return view.name() + '>>' + symbol_text(w_selector)
                view = view.superclass_view(self.memory)
        return self.code_name(context.code)

    @jit.dont_look_inside
    def code_name(self, code):
        w_class = self.method_class(code)
        if isinstance(w_class, W_AbstractPointers):
            view = self.memory.view_of_class(w_class)
            w_selector = selector_of(self.memory, w_class, code.w_method)
            if w_selector is not None:
                return view.name() + '>>' + symbol_text(w_selector)
            return view.name() + '>>?'
        return '?'


def selector_of(memory, w_class, w_method):
    """The selector under which a class has a method; None if it does not have it."""
    if not isinstance(w_class, W_AbstractPointers) or len(w_class.slots) <= special.METHOD_DICT:
        return None
    w_dict = w_class.slots[special.METHOD_DICT]
    if not isinstance(w_dict, W_AbstractPointers) or len(w_dict.slots) <= special.METHOD_ARRAY:
        return None
    w_methods = w_dict.slots[special.METHOD_ARRAY]
    for i in range(min(len(w_dict.slots) - special.SELECTOR_START, w_methods.pointer_size(memory))):
        if w_methods.fetch(memory, i) is w_method:
            return w_dict.slots[i + special.SELECTOR_START]
    return None


def is_unwind_marked(context):
    return context.code is not None and context.code.unwind_mark and context.w_closure is None and not context.is_block()


def symbol_text(w_symbol):
    if isinstance(w_symbol, W_Bytes):
        return w_symbol.text()
    return w_symbol.describe()
