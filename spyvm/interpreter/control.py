"""Primitives that touch contexts, processes or the stack: blocks, perform, semaphores, unwinding.

run() answers the result, or None where the primitive fails.  Those that switch processes or must see the whole chain of senders
leave by StackUnwind, after bringing the context to the state after the send (or, to be done again, before it).
"""
from spyvm.interpreter import processes
from spyvm.interpreter.snapshot import snapshot
from spyvm.interpreter.unwinding import LoopGuard, StackUnwind
from spyvm.objects import special
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import BlockPart, W_Context, DEAD
from spyvm.objects.errors import PrimitiveFailed
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import W_AbstractPointers, W_Array
from spyvm.platform.clock import MILLISECOND_MASK
from spyvm.rpy import jit, clock

CONTROL_NUMBERS = {
    19: 'fails always: marks methods that simulation must treat with care',
    80: 'ContextPart>>blockCopy:',
    81: 'BlockContext>>value and value: to value:value:value:value:',
    82: 'BlockContext>>valueWithArguments:',
    83: 'Object>>perform: and perform:with: ...',
    84: 'Object>>perform:withArguments:',
    85: 'Semaphore>>signal',
    86: 'Semaphore>>wait',
    87: 'Process>>resume',
    88: 'Process>>suspend',
    97: 'SystemDictionary>>snapshotPrimitive: save the image',
    100: 'Object>>perform:withArguments:inSuperclass:',
    118: 'Object>>tryPrimitive:withArgs:',
    136: 'Delay class>>primSignal:atMilliseconds:',
    167: 'ProcessorScheduler>>yield',
    185: 'Mutex>>primitiveExitCriticalSection',
    186: 'Mutex>>primitiveEnterCriticalSection',
    187: 'Mutex>>primitiveTestAndSetOwnershipOfCriticalSection',
    188: 'Object>>withArgs:executeMethod:',
    189: 'Object>>with:...executeMethod:',
    195: 'ContextPart>>findNextUnwindContextUpTo:',
    196: 'ContextPart>>terminateTo:',
    197: 'ContextPart>>findNextHandlerOrSignalingContext',
    198: 'fails always: marks BlockClosure>>ensure: and ifCurtailed:',
    199: 'fails always: marks BlockClosure>>on:do:',
    200: 'ContextPart>>closureCopy:copiedValues:',
    201: 'BlockClosure>>value',
    202: 'BlockClosure>>value:',
    203: 'BlockClosure>>value:value:',
    204: 'BlockClosure>>value:value:value:',
    205: 'BlockClosure>>value:value:value:value:',
    206: 'BlockClosure>>valueWithArguments:',
    207: 'FullBlockClosure>>value and value: to value:value:value:value:',
    208: 'FullBlockClosure>>valueWithArguments:',
    209: 'FullBlockClosure>>valueNoContextSwitch',
    221: 'BlockClosure>>valueNoContextSwitch',
    222: 'BlockClosure>>valueNoContextSwitch:',
    230: 'ProcessorScheduler>>relinquishProcessorForMicroseconds:',
    242: 'Delay class>>primSignal:atUTCMicroseconds:',
    247: 'SystemDictionary>>snapshotEmbeddedPrimitive: the same',
    578: 'Process>>suspend, leaving the process on no list',
}

SPUR_ONLY = [185, 186, 187, 207, 208, 209, 242]
CLOSURES_ONLY = [200, 201, 202, 203, 204, 205, 206, 221, 222]

FIRST_HOOK = 10000      # operands from here on are hooks that the VM's owner sets on methods (see Interpreter.hooks)


def handles(traits, number):
    """Whether the interpreter itself implements that primitive in images of this kind."""
    if number not in CONTROL_NUMBERS:
        return False
    if traits.spur:
        return True
    if number in SPUR_ONLY:
        return False
    if number in CLOSURES_ONLY:     # in images without closures these numbers are sockets
        return traits.version != 6502 and traits.version != 68000
    return True


def under_top(frame, sp, n):
    """The value n below the stack pointer: 1 is the last argument."""
    at = sp - n
    assert at >= 0
    return frame.stack[at]


def run(interp, frame, target, pc, next_pc, sp, nargs, depth):
    number = target.operand
    receiver_at = sp - 1 - nargs
    assert receiver_at >= 0
    w_receiver = frame.stack[receiver_at]
    if number == 81:
        return value_of_block(interp, frame, w_receiver, next_pc, sp, nargs, depth)
    if (201 <= number and number <= 205) or number == 207 or number == 209 or number == 221 or number == 222:
        return value_of_closure(interp, frame, w_receiver, next_pc, sp, nargs, depth)
    if number == 80:
        return block_copy(interp, w_receiver, under_top(frame, sp, 1), next_pc)
    if number == 200:
        return closure_copy(interp, w_receiver, under_top(frame, sp, 2), under_top(frame, sp, 1), next_pc)
    if number == 83:
        return perform(interp, frame, w_receiver, pc, next_pc, sp, nargs, depth)
    if number == 84 or number == 100:
        return perform_with_array(interp, frame, w_receiver, number == 100, pc, next_pc, sp, nargs, depth)
    if number == 82 or number == 206 or number == 208:
        return value_with_array(interp, frame, w_receiver, number == 82, under_top(frame, sp, 1), next_pc, receiver_at, depth)
    if number == 188 or number == 189:
        return execute_method(interp, frame, w_receiver, number == 188, pc, next_pc, sp, nargs, depth)
    if number == 118:
        if nargs != 2:
            return None
        return try_primitive(interp, w_receiver, under_top(frame, sp, 2), under_top(frame, sp, 1))
    if number == 195 or number == 196 or number == 197:
        if nargs != (0 if number == 197 else 1):
            return None
        return search_contexts(interp, number, w_receiver, under_top(frame, sp, 1))
    if number == 97 or number == 247:
        return snapshot(interp, frame, pc, next_pc, sp, nargs)
    if number == 19 or number == 198 or number == 199:
        return None
    if number >= FIRST_HOOK:
        args_w = interp.args_from_stack(frame, sp, nargs)
        frame.pc = pc
        frame.sp = sp
        interp.pending_hook = number - FIRST_HOOK
        interp.w_pending_receiver = w_receiver
        interp.pending_args_w = args_w
        raise StackUnwind(frame)
    return schedule(interp, number, frame, w_receiver, next_pc, sp, nargs)


# ---- blocks

def block_copy(interp, w_context, w_num_args, next_pc):
    """A BlockContext of the method of w_context, which is the running context."""
    if not isinstance(w_context, W_Context) or not isinstance(w_num_args, W_SmallInteger):
        return None
    if interp.memory.view_BlockContext is None or w_context.code is None:
        return None
    code = w_context.code
    home = w_context.home()
    if home is None:
        home = w_context
    w_block = W_Context(interp.memory.view_BlockContext, code, code.frame_size)
    block = jit.hint(w_block, access_directly=True)
    block.block = BlockPart(home, w_num_args.value, next_pc + 2)    # the body is behind the jump around it
    block.w_receiver = receiver_of(w_context)
    block.pc = next_pc + 2
    block.w_sender = interp.w_nil
    return w_block


def receiver_of(w_context):
    """The receiver of any context (see Interpreter.home_temp on why there are two ways)."""
    if jit.we_are_jitted():
        return jit.hint(w_context, access_directly=True).w_receiver
    return w_context.receiver()


def enter_block(interp, block, args_w):
    """Make a BlockContext ready to run with its arguments; False where it cannot be evaluated now."""
    part = block.block
    nargs = len(args_w)
    if part is None or part.num_args != nargs or block.code is None:
        return False
    if block.w_sender is None:
        if not block.has_returned():
            return False        # it is being evaluated
    elif block is interp.base or isinstance(block.w_sender, W_Context):
        return False            # so it is here, below contexts that know their senders
    code = block.code
    if not interp.has_right_stack(block):
        interp.fit_stack(block)
    if not code.old_blocks or nargs > code.frame_size:
        return False
    if not interp.block_entry_is_known(code, part.initial_pc, nargs):
        return False
    block.w_sender = None
    if jit.we_are_jitted():
        start_directly(block, part.initial_pc, args_w)
    else:
        block.start_at(part.initial_pc, args_w)
    return True


@jit.unroll_safe
def start_directly(block, pc, args_w):
    """W_Context.start_at for compiled code."""
    block = jit.hint(block, access_directly=True)
    block.pc = pc
    for i in range(len(args_w)):
        block.stack[i] = args_w[i]
    block.sp = len(args_w)


def value_of_block(interp, frame, w_block, next_pc, sp, nargs, depth):
    if isinstance(w_block, W_BlockClosure):
        return value_of_closure(interp, frame, w_block, next_pc, sp, nargs, depth)
    if not isinstance(w_block, W_Context) or not enter_block(interp, w_block, interp.args_from_stack(frame, sp, nargs)):
        return None
    frame.pc = next_pc
    frame.sp = sp - nargs - 1
    return interp.run(frame, w_block, depth)


@jit.unroll_safe
def value_of_closure(interp, frame, w_closure, next_pc, sp, nargs, depth):
    if not isinstance(w_closure, W_BlockClosure):
        return None
    w_new = new_closure_context(interp, w_closure, nargs)
    if w_new is None:
        return None
    new = jit.hint(w_new, access_directly=True)
    base = sp - nargs
    assert base >= 1
    for i in range(nargs):
        new.stack[i] = frame.stack[base + i]
    frame.pc = next_pc
    frame.sp = base - 1
    return interp.run(frame, w_new, depth)


@jit.unroll_safe
def new_closure_context(interp, closure, nargs):
    """A context for a closure, its copied values in place but not yet the arguments; None if it does not take nargs."""
    w_num_args = closure.w_num_args
    if not isinstance(w_num_args, W_SmallInteger) or w_num_args.value != nargs:
        return None
    copied = closure.copied
    num_copied = len(copied)
    w_start = closure.w_start
    if closure.full:
        if not isinstance(w_start, W_CompiledMethod):
            return None
        code = w_start.code
        if code is None or code.kind < 0:
            code = interp.prepare(w_start)
        code = jit.promote(code)
        if code.num_args != nargs or nargs + num_copied > code.initial_sp:
            return None
        pc = code.initial_pc
        sp = code.initial_sp
    else:
        w_outer = closure.w_outer
        if not isinstance(w_outer, W_Context) or not isinstance(w_start, W_SmallInteger):
            return None
        code = jit.promote(w_outer.code)
        if code is None:
            return None
        pc = jit.promote(w_start.value) - code.pc_base
        sp = nargs + num_copied
        if not interp.block_entry_is_known(code, pc, sp):
            return None
    if jit.we_are_jitted():
        num_copied = jit.promote(num_copied)
        sp = jit.promote(sp)
    w_new = W_Context(interp.memory.view_MethodContext, code, code.frame_size)
    new = jit.hint(w_new, access_directly=True)
    new.w_closure = closure
    w_receiver = closure.w_receiver
    if w_receiver is None or (not closure.full and w_receiver is interp.w_nil):
        w_receiver = outer_receiver(interp, closure)
    new.w_receiver = w_receiver
    assert nargs >= 0
    for i in range(num_copied):
        new.stack[nargs + i] = copied[i]
    i = nargs + num_copied
    assert i >= 0
    while i < sp:
        new.stack[i] = interp.w_nil
        i += 1
    new.pc = pc
    new.sp = sp
    return w_new


def outer_receiver(interp, closure):
    w_outer = closure.w_outer
    if isinstance(w_outer, W_Context):
        w_receiver = receiver_of(w_outer)
        if w_receiver is not None:
            return w_receiver
    return interp.w_nil


def closure_copy(interp, w_context, w_num_args, w_copied, next_pc):
    """The primitive behind the first closure compilers: the block's body begins after a jump, as with blockCopy:."""
    if not isinstance(w_context, W_Context) or not isinstance(w_num_args, W_SmallInteger) or w_context.code is None:
        return None
    memory = interp.memory
    if memory.view_BlockClosure is None or not isinstance(w_copied, W_Array):
        return None
    copied = [w_copied.fetch(memory, i) for i in range(w_copied.size())]
    return W_BlockClosure(memory.view_BlockClosure, False, w_context, W_SmallInteger(next_pc + 2 + w_context.code.pc_base),
                          w_num_args, None, copied)


@jit.unroll_safe
def value_with_array(interp, frame, w_block, old, w_args, next_pc, base, depth):
    """valueWithArguments: with an Array."""
    args_w = array_items(interp.memory, w_args)
    if args_w is None:
        return None
    if isinstance(w_block, W_BlockClosure):
        w_new = new_closure_context(interp, w_block, len(args_w))
        if w_new is None:
            return None
        new = jit.hint(w_new, access_directly=True)
        for i in range(len(args_w)):
            new.stack[i] = args_w[i]
        frame.pc = next_pc
        frame.sp = base
        return interp.run(frame, w_new, depth)
    if not isinstance(w_block, W_Context) or not old or not enter_block(interp, w_block, args_w):
        return None
    frame.pc = next_pc
    frame.sp = base
    return interp.run(frame, w_block, depth)


# ---- perform

@jit.unroll_safe
def perform(interp, frame, w_receiver, pc, next_pc, sp, nargs, depth):
    if nargs < 1:
        return None
    base = sp - nargs
    assert base >= 1
    w_selector = frame.stack[base]
    args_w = [interp.w_nil] * (nargs - 1)
    for i in range(nargs - 1):
        args_w[i] = frame.stack[base + 1 + i]
    return interp.perform(frame, interp.view_of(w_receiver), w_selector, w_receiver, args_w, pc, next_pc, sp, base - 1, depth)


def perform_with_array(interp, frame, w_receiver, in_superclass, pc, next_pc, sp, nargs, depth):
    """perform:withArguments: and perform:withArguments:inSuperclass:."""
    memory = interp.memory
    expected = 3 if in_superclass else 2
    if nargs != expected:
        return None
    base = sp - nargs
    assert base >= 1
    w_selector = frame.stack[base]
    args_w = array_items(memory, frame.stack[base + 1])
    if args_w is None:
        return None
    view = interp.view_of(w_receiver)
    if in_superclass:
        w_class = frame.stack[base + 2]
        if not isinstance(w_class, W_AbstractPointers) or not inherits(memory, view, w_class):
            return None
        view = memory.view_of_class(w_class)
    return interp.perform(frame, view, w_selector, w_receiver, args_w, pc, next_pc, sp, base - 1, depth)


@jit.dont_look_inside
def inherits(memory, view, w_class):
    for _ in range(10000):
        if view is None:
            return False
        if view.w_self is w_class:
            return True
        view = view.superclass_view(memory)
    return False


@jit.unroll_safe
def array_items(memory, w_array):
    """The elements of an Array of at most 64 elements; None for anything else."""
    if not isinstance(w_array, W_Array):
        return None
    size = jit.promote(w_array.size())
    if size > 64:
        return None
    items = [memory.w_nil] * size
    for i in range(size):
        items[i] = w_array.fetch(memory, i)
    return items


def execute_method(interp, frame, w_receiver, with_array, pc, next_pc, sp, nargs, depth):
    """withArgs:executeMethod: and with:...executeMethod:."""
    base = sp - nargs
    assert base >= 1
    if nargs < 1:
        return None
    w_method = under_top(frame, sp, 1)
    if not isinstance(w_method, W_CompiledMethod):
        return None
    if with_array:
        if nargs != 2:
            return None
        args_w = array_items(interp.memory, frame.stack[base])
        if args_w is None:
            return None
    else:
        args_w = interp.args_from_stack(frame, sp - 1, nargs - 1)
    code = interp.prepare(w_method)
    return interp.execute_with(frame, code, None, w_receiver, args_w, pc, next_pc, sp, base - 1, depth)


@jit.dont_look_inside
def try_primitive(interp, w_receiver, w_number, w_args):
    """tryPrimitive:withArgs: -- the ordinary numbered primitives."""
    args_w = array_items(interp.memory, w_args)
    if not isinstance(w_number, W_SmallInteger) or args_w is None:
        return None
    return interp.try_primitive(w_number.value, w_receiver, args_w)


# ---- looking for marked contexts

@jit.dont_look_inside
def search_contexts(interp, number, w_receiver, w_end):
    """w_end is the argument; of findNextHandler..., which has none, anything."""
    memory = interp.memory
    if not isinstance(w_receiver, W_Context):
        return None
    guard = LoopGuard()
    if number == 197:
        context = w_receiver
        while True:
            if is_marked(context, 199):
                return context
            w_sender = context.sender(memory)
            if not isinstance(w_sender, W_Context) or guard.repeats(w_sender):
                return interp.w_nil
            context = w_sender
    if number == 195:
        if w_end is not interp.w_nil and not isinstance(w_end, W_Context):
            return None
        context = w_receiver
        while True:
            w_sender = context.sender(memory)
            if w_sender is w_end or not isinstance(w_sender, W_Context) or guard.repeats(w_sender):
                return interp.w_nil
            if is_marked(w_sender, 198):
                return w_sender
            context = w_sender
    # terminateTo:
    if w_end is not interp.w_nil and not isinstance(w_end, W_Context):
        return None
    if w_receiver is w_end:
        return w_receiver
    if has_sender(memory, w_receiver, w_end):
        w_current = w_receiver.sender(memory)
        while w_current is not w_end and isinstance(w_current, W_Context):
            w_next = w_current.sender(memory)
            w_current.w_sender = interp.w_nil
            w_current.pc = DEAD
            w_current = w_next
    else:
        w_receiver.sender(memory)       # it must be known before it is replaced
    w_receiver.w_sender = w_end
    return w_receiver


def has_sender(memory, context, w_end):
    w_current = context.sender(memory)
    guard = LoopGuard()
    while isinstance(w_current, W_Context) and not guard.repeats(w_current):
        if w_current is w_end:
            return True
        w_current = w_current.sender(memory)
    return False


def is_marked(context, number):
    code = context.code
    return code is not None and code.primitive == number and context.w_closure is None and not context.is_block()


# ---- processes

@jit.unroll_safe
def schedule(interp, number, frame, w_receiver, next_pc, sp, nargs):
    """Primitives after which another process may run."""
    base = sp - nargs
    assert base >= 1
    w_first = interp.w_nil
    w_second = interp.w_nil
    if nargs >= 1:
        w_first = frame.stack[base]
    if nargs >= 2:
        w_second = frame.stack[base + 1]
    w_result = scheduling_primitive(interp, number, w_receiver, w_first, w_second, nargs)
    if w_result is None or not interp.pending_switch:
        return w_result
    # the active process goes on later as if the send had returned
    result_at = base - 1
    assert result_at >= 0
    frame.stack[result_at] = w_result
    frame.sp = base
    frame.pc = next_pc
    raise StackUnwind(frame)


@jit.dont_look_inside
def scheduling_primitive(interp, number, w_receiver, w_first, w_second, nargs):
    """The result; None where the primitive fails."""
    try:
        if number == 85:
            processes.signal(interp, w_receiver)
        elif number == 86:
            processes.wait(interp, w_receiver)
        elif number == 87:
            return resume(interp, w_receiver)
        elif number == 88 or number == 578:
            return processes.suspend(interp, w_receiver)
        elif number == 167:
            processes.yield_active(interp)
        elif number == 136 or number == 242:
            if nargs != 2:
                return None
            return signal_at(interp, w_receiver, w_first, w_second, number == 242)
        elif number == 230:
            if nargs != 1 or not isinstance(w_first, W_SmallInteger) or w_first.value < 0:
                return None
            interp.relinquish(w_first.value)
        elif number == 185:
            return exit_critical(interp, w_receiver)
        elif number == 186 or number == 187:
            w_process = w_first if nargs == 1 else processes.active_process(interp)
            return enter_critical(interp, w_receiver, w_process, number == 187)
        else:
            return None
    except PrimitiveFailed:
        return None
    return w_receiver


def resume(interp, w_process):
    memory = interp.memory
    if not isinstance(w_process.fetch(memory, special.PROCESS_SUSPENDED_CONTEXT), W_Context):
        return None
    if w_process.fetch(memory, special.PROCESS_MY_LIST) is not interp.w_nil:
        return None
    processes.resume(interp, w_process)
    return w_process


def signal_at(interp, w_receiver, w_semaphore, w_time, utc):
    """Signal the semaphore at a time of the millisecond clock (29 bits, wrapping) or of the UTC microsecond clock; nil cancels."""
    memory = interp.memory
    if w_semaphore is interp.w_nil:
        interp.wakeup_microseconds = 0
        interp.w_timer_semaphore = interp.w_nil
        return w_receiver
    processes.check_semaphore(w_semaphore)
    value = memory.int_value(w_time)
    if utc:
        delta = value - interp.host.clock.utc_microseconds()
    else:
        delta = (value - interp.host.clock.milliseconds()) & MILLISECOND_MASK
        if delta > MILLISECOND_MASK // 2:
            delta = 0           # it is past
        delta *= 1000
    if delta > 0:
        interp.w_timer_semaphore = w_semaphore
        interp.wakeup_microseconds = clock.monotonic_microseconds() + delta
    else:
        interp.wakeup_microseconds = 0
        processes.signal_if_semaphore(interp, w_semaphore)
    return w_receiver


# a critical section (Mutex): a list of waiting processes, then the owner

OWNER = 2


def exit_critical(interp, w_mutex):
    processes.check_list(w_mutex)
    if w_mutex.pointer_size(interp.memory) <= OWNER:
        return None
    if processes.is_empty(interp, w_mutex):
        w_mutex.store(interp.memory, OWNER, interp.w_nil)
    else:
        w_process = processes.remove_first(interp, w_mutex)
        w_mutex.store(interp.memory, OWNER, w_process)
        processes.resume(interp, w_process)
    return w_mutex


def enter_critical(interp, w_mutex, w_process, only_test):
    """Answer whether the process owned it already; otherwise take it or wait for it (or, if only tested, answer nil)."""
    processes.check_list(w_mutex)
    if w_mutex.pointer_size(interp.memory) <= OWNER:
        return None
    w_owner = w_mutex.fetch(interp.memory, OWNER)
    if w_owner is interp.w_nil:
        w_mutex.store(interp.memory, OWNER, w_process)
        return interp.w_false
    if w_owner is w_process:
        return interp.w_true
    if only_test:
        return interp.w_nil
    processes.add_last(interp, w_mutex, processes.active_process(interp))
    processes.transfer_to(interp, interp.next_to_run())
    return interp.w_false
