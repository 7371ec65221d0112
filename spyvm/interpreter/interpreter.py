"""The interpreter of one running image: its state, and what the bytecode loop asks for beside sends."""
from spyvm.interpreter import arithmetic, decoder, opcodes as op
from spyvm.interpreter.activation import Activation
from spyvm.interpreter.base import Base
from spyvm.interpreter.lookup import Lookup
from spyvm.interpreter.naming import Naming
from spyvm.interpreter.polling import NEVER, Polling
from spyvm.interpreter.sends import Sends
from spyvm.interpreter.unwinding import FatalError, StackUnwind
from spyvm.objects import special
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.errors import ContextNotLinked, PrimitiveFailed
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import IMMUTABLE, same_object, W_Float, W_HeapObject, W_SmallInteger
from spyvm.objects.pointers import GENERIC, INTS, new_generic_array, NO_INT, unerase_generic, unerase_ints, W_Pointers
from spyvm.rpy import jit, we_are_translated
from spyvm.rpy.arith import r_uint

MAX_DEPTH = 600             # nested activations on the VM's own stack; deeper ones go to the heap
MAX_DEPTH_UNTRANSLATED = 100

SMALL_INTEGERS = [W_SmallInteger(i - 1) for i in range(257)]


class HookHandler(object):
    """Called instead of a hooked method (see Interpreter.set_hook); does not return."""

    def run(self, interp, number, top, w_receiver, args_w):
        raise FatalError('a hook without a handler')


class Interpreter(Lookup, Sends, Activation, Base, Polling, Naming):
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
        self.w_replaced = memory.w_nil  # the image's own active process, where the VM's owner made another one the active one
        # scheduling
        self.pending_switch = False
        self.w_switching_from = memory.w_nil
        self.preemption_yields = True
        self.idle = False
        self.ticking = False
        self.interrupted_at = NEVER
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
        roots = [self.w_timer_semaphore, self.w_switching_from, self.w_pending_receiver, self.w_replaced]
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
        self.w_replaced = forwarding.get(self.w_replaced)
        self.w_pending_receiver = forwarding.get(self.w_pending_receiver)
        self.read_special_selectors()
        self.view_plain_array = self.memory.view_Array
