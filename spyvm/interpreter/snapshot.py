"""primitiveSnapshot and primitiveSnapshotEmbedded: saving the running image.

The image in the file goes on where the primitive has answered true; here it then answers false.  What is saved is the
active process suspended in that state; afterwards everything is as it was.  If the file cannot be written, the old one is
whole and the primitive fails.
Definition: StackInterpreter snapshot: of VMMaker.

Where the VM's owner had a message performed (-c), the process that does it ends with the context that the owner waits for.
In the saved image nobody waits: the process terminates itself there, and the image's own process, whose place it took, is
ready to run.
"""
from spyvm.image.errors import ImageError
from spyvm.image.snapshot import save_live
from spyvm.interpreter import processes
from spyvm.interpreter.naming import find_symbol
from spyvm.objects import special
from spyvm.objects.context import DEAD, W_Context
from spyvm.objects.errors import PrimitiveFailed
from spyvm.objects.method import W_CompiledMethod
from spyvm.rpy import jit

# V3 bytecodes: push self; pop; push the value of literal variable 0; send literal 1, then literal 2, without arguments;
# return self.  A value that is waited for takes the place of what is pushed first.
ENDING = [chr(112), chr(135), chr(64), chr(209), chr(210), chr(120)]
ENDING_PC = 1
ENDING_LITERALS = 3


@jit.dont_look_inside
def snapshot(interp, frame, pc, next_pc, sp, nargs):
    """Save the image under its name.  `frame` is about to run the primitive with its receiver on top of the stack.  false;
    None if the primitive fails."""
    if nargs != 0 or interp.memory.header is None:
        return None
    if frame is not interp.base:
        interp.link_and_retry(frame, pc, sp)        # now all contexts know their senders
    saving = Saving(interp, frame)
    try:
        saving.prepare(next_pc, sp)
        save_live(interp.memory, interp.host.image_path)
        return interp.w_false
    except PrimitiveFailed:
        return None
    except ImageError:
        return None
    except OSError:
        return None
    except MemoryError:
        return None
    finally:
        saving.undo()


class Saving(object):
    """What is different in the running system while it is saved."""

    def __init__(self, interp, frame):
        self.interp = interp
        self.frame = frame
        self.pc = frame.pc
        self.sp = frame.sp
        self.receiver_at = -1
        self.w_receiver = interp.w_nil
        self.w_process = interp.w_nil
        self.w_suspended = interp.w_nil
        self.entry = None
        self.entry_code = None
        self.entry_pc = 0
        self.w_list = interp.w_nil          # where the replaced process was put
        self.w_former_list = interp.w_nil   # what it said before where it is

    def prepare(self, next_pc, sp):
        interp = self.interp
        frame = self.frame
        w_process = processes.active_process(interp)
        self.w_suspended = w_process.fetch(interp.memory, special.PROCESS_SUSPENDED_CONTEXT)
        w_process.store(interp.memory, special.PROCESS_SUSPENDED_CONTEXT, frame)
        self.w_process = w_process
        receiver_at = sp - 1
        assert receiver_at >= 0
        self.w_receiver = frame.stack[receiver_at]
        self.receiver_at = receiver_at
        frame.stack[receiver_at] = interp.w_true
        frame.sp = sp
        frame.pc = next_pc
        self.let_entry_end()
        self.queue_replaced()

    def undo(self):
        interp = self.interp
        if self.w_list is not interp.w_nil:
            processes.remove(interp, interp.w_replaced, self.w_list)
            interp.w_replaced.store(interp.memory, special.PROCESS_MY_LIST, self.w_former_list)
        entry = self.entry
        if entry is not None:
            entry.code = self.entry_code
            entry.pc = self.entry_pc
        at = self.receiver_at
        if at >= 0:
            frame = self.frame
            frame.stack[at] = self.w_receiver
            frame.pc = self.pc
            frame.sp = self.sp
            self.w_process.store(interp.memory, special.PROCESS_SUSPENDED_CONTEXT, self.w_suspended)

    def let_entry_end(self):
        """The context that the VM's owner waits for ends its process instead, once what it has sent returns."""
        interp = self.interp
        entry = interp.entry
        if entry is None or entry.pc == DEAD or (entry.pc == 0 and entry is not self.frame):
            return
        w_active_process = find_symbol(interp, 'activeProcess')
        w_terminate = find_symbol(interp, 'terminate')
        if w_active_process is None or w_terminate is None:
            return
        memory = interp.memory
        header = ENDING_LITERALS if memory.is_spur else ENDING_LITERALS << 9
        w_method = W_CompiledMethod(memory.view_CompiledMethod, header,
                                    [memory.special(special.SCHEDULER_ASSOCIATION), w_active_process, w_terminate],
                                    ENDING[:])
        self.entry_code = entry.code
        self.entry_pc = self.pc if entry is self.frame else entry.pc
        self.entry = entry
        entry.code = w_method.get_code(memory)
        entry.pc = ENDING_PC

    def queue_replaced(self):
        """The process whose place another took can run when that one ends."""
        interp = self.interp
        memory = interp.memory
        w_process = interp.w_replaced
        if w_process is interp.w_nil or w_process is self.w_process:
            return
        try:
            processes.check_process(w_process)
            if not isinstance(w_process.fetch(memory, special.PROCESS_SUSPENDED_CONTEXT), W_Context):
                return      # it has ended
            w_former_list = w_process.fetch(memory, special.PROCESS_MY_LIST)
            if is_in_list(memory, w_process, w_former_list):
                return
            w_list = processes.list_for(interp, processes.priority_of(interp, w_process))
            processes.add_last(interp, w_list, w_process)
            self.w_list = w_list
            self.w_former_list = w_former_list
        except PrimitiveFailed:
            pass        # it is no process that could run


def is_in_list(memory, w_process, w_list):
    """Whether a process is where its field says: a process that runs may still name the list it came from."""
    if w_list is memory.w_nil:
        return False
    processes.check_list(w_list)
    w_link = w_list.fetch(memory, special.FIRST_LINK)
    for _ in range(processes.MAX_LINKS):
        if w_link is w_process:
            return True
        if w_link is memory.w_nil:
            return False
        w_link = w_link.fetch(memory, special.PROCESS_NEXT_LINK)
    return True
