"""Processes, semaphores and the scheduler, as the Blue Book and Squeak define them.

The state lives in the image's own objects (ProcessorScheduler, LinkedLists, Semaphores).  A switch is only noted here
(interp.pending_switch); it happens when the interpreter has unwound its stack, so that the old process's context is complete.
"""
from spyvm.objects import special
from spyvm.objects.errors import FAILED, PrimitiveFailed
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import GENERIC, unerase_generic, W_AbstractPointers, W_Array


def scheduler(interp):
    """The ProcessorScheduler."""
    w_scheduler = interp.memory.special(special.SCHEDULER_ASSOCIATION).fetch(interp.memory, special.VALUE)
    if not isinstance(w_scheduler, W_AbstractPointers) or len(w_scheduler.slots) < 2:
        raise FAILED
    return w_scheduler


def active_process(interp):
    return scheduler(interp).slots[special.ACTIVE_PROCESS]


def priority_of(interp, w_process):
    w_priority = w_process.fetch(interp.memory, special.PROCESS_PRIORITY)
    if not isinstance(w_priority, W_SmallInteger):
        raise FAILED
    return w_priority.value


def list_for(interp, priority):
    """The run queue of a priority, counted from 1."""
    w_lists = scheduler(interp).slots[special.PROCESS_LISTS]
    w_list = w_lists.fetch(interp.memory, priority - 1)
    check_list(w_list)
    return w_list


def check_list(w_list):
    if not isinstance(w_list, W_AbstractPointers) or len(w_list.slots) < 2:
        raise FAILED


def check_semaphore(w_semaphore):
    """Fails unless the object has the shape of a Semaphore."""
    if not isinstance(w_semaphore, W_AbstractPointers) or len(w_semaphore.slots) < 3:
        raise FAILED
    if not isinstance(w_semaphore.slots[special.EXCESS_SIGNALS], W_SmallInteger):
        raise FAILED


def check_process(w_process):
    if not isinstance(w_process, W_AbstractPointers) or len(w_process.slots) < 4:
        raise FAILED


def is_empty(interp, w_list):
    return w_list.fetch(interp.memory, special.FIRST_LINK) is interp.w_nil


def add_last(interp, w_list, w_process):
    memory = interp.memory
    check_list(w_list)
    check_process(w_process)
    w_process.store(memory, special.PROCESS_NEXT_LINK, interp.w_nil)
    if is_empty(interp, w_list):
        w_list.store(memory, special.FIRST_LINK, w_process)
    else:
        w_list.fetch(memory, special.LAST_LINK).store(memory, special.PROCESS_NEXT_LINK, w_process)
    w_list.store(memory, special.LAST_LINK, w_process)
    w_process.store(memory, special.PROCESS_MY_LIST, w_list)


def add_first(interp, w_list, w_process):
    memory = interp.memory
    check_list(w_list)
    check_process(w_process)
    w_first = w_list.fetch(memory, special.FIRST_LINK)
    w_process.store(memory, special.PROCESS_NEXT_LINK, w_first)
    w_list.store(memory, special.FIRST_LINK, w_process)
    if w_first is interp.w_nil:
        w_list.store(memory, special.LAST_LINK, w_process)
    w_process.store(memory, special.PROCESS_MY_LIST, w_list)


def remove_first(interp, w_list):
    memory = interp.memory
    check_list(w_list)
    w_first = w_list.fetch(memory, special.FIRST_LINK)
    check_process(w_first)
    w_last = w_list.fetch(memory, special.LAST_LINK)
    if w_first is w_last:
        w_list.store(memory, special.FIRST_LINK, interp.w_nil)
        w_list.store(memory, special.LAST_LINK, interp.w_nil)
    else:
        w_list.store(memory, special.FIRST_LINK, w_first.fetch(memory, special.PROCESS_NEXT_LINK))
    w_first.store(memory, special.PROCESS_NEXT_LINK, interp.w_nil)
    w_first.store(memory, special.PROCESS_MY_LIST, interp.w_nil)
    return w_first


MAX_LINKS = 1000000     # a longer list of processes is a loop


def remove(interp, w_process, w_list):
    """Take a process out of a list; fails if it is not there."""
    memory = interp.memory
    check_list(w_list)
    w_link = w_list.fetch(memory, special.FIRST_LINK)
    if w_link is w_process:
        remove_first(interp, w_list)
        return
    for _ in range(MAX_LINKS):
        check_process(w_link)
        w_next = w_link.fetch(memory, special.PROCESS_NEXT_LINK)
        if w_next is w_process:
            w_link.store(memory, special.PROCESS_NEXT_LINK, w_next.fetch(memory, special.PROCESS_NEXT_LINK))
            if w_list.fetch(memory, special.LAST_LINK) is w_process:
                w_list.store(memory, special.LAST_LINK, w_link)
            w_process.store(memory, special.PROCESS_NEXT_LINK, interp.w_nil)
            w_process.store(memory, special.PROCESS_MY_LIST, interp.w_nil)
            return
        if w_next is interp.w_nil:
            break
        w_link = w_next
    raise FAILED


def highest_runnable(interp):
    """Take the first process out of the run queue of highest priority; None if all are empty."""
    w_lists = scheduler(interp).slots[special.PROCESS_LISTS]
    if isinstance(w_lists, W_Array) and w_lists.strategy is GENERIC:
        items = unerase_generic(w_lists.storage)
        for i in range(len(items) - 1, -1, -1):
            w_list = items[i]
            if not isinstance(w_list, W_AbstractPointers) or len(w_list.slots) < 2:
                raise FAILED
            if w_list.slots[special.FIRST_LINK] is not interp.w_nil:
                return remove_first(interp, w_list)
        return None
    raise FAILED


def transfer_to(interp, w_process):
    """Make a process the active one.  The switch itself happens when the stack is unwound."""
    w_scheduler = scheduler(interp)
    if interp.pending_switch:
        # a second switch before the first took place: the process in between has not run, its context is where it was
        pass
    else:
        interp.pending_switch = True
        interp.w_switching_from = w_scheduler.slots[special.ACTIVE_PROCESS]
    w_scheduler.store(interp.memory, special.ACTIVE_PROCESS, w_process)


def put_to_sleep(interp, w_process, first):
    """Queue a process that could run: at the front if it was only preempted and the image asks for that."""
    w_list = list_for(interp, priority_of(interp, w_process))
    if first:
        add_first(interp, w_list, w_process)
    else:
        add_last(interp, w_list, w_process)


def resume(interp, w_process):
    """Make a process runnable; it becomes active at once if its priority is higher than the active one's."""
    check_process(w_process)
    if interp.idle:     # there is no active process to compare with
        put_to_sleep(interp, w_process, False)
        return
    w_active = active_process(interp)
    if priority_of(interp, w_process) > priority_of(interp, w_active):
        put_to_sleep(interp, w_active, not interp.preemption_yields)
        transfer_to(interp, w_process)
    else:
        put_to_sleep(interp, w_process, False)


def signal(interp, w_semaphore):
    """Semaphore signal."""
    check_semaphore(w_semaphore)
    if is_empty(interp, w_semaphore):
        w_excess = w_semaphore.fetch(interp.memory, special.EXCESS_SIGNALS)
        if isinstance(w_excess, W_SmallInteger):
            w_semaphore.store(interp.memory, special.EXCESS_SIGNALS, W_SmallInteger(w_excess.value + 1))
    else:
        resume(interp, remove_first(interp, w_semaphore))


def signal_if_semaphore(interp, w_semaphore):
    """For asynchronous events: signal the semaphore that the image gave, if it gave one."""
    if w_semaphore is interp.w_nil:
        return
    try:
        signal(interp, w_semaphore)
    except PrimitiveFailed:
        pass


def wait(interp, w_semaphore):
    """Semaphore wait by the active process."""
    check_semaphore(w_semaphore)
    w_excess = w_semaphore.fetch(interp.memory, special.EXCESS_SIGNALS)
    if isinstance(w_excess, W_SmallInteger) and w_excess.value > 0:
        w_semaphore.store(interp.memory, special.EXCESS_SIGNALS, W_SmallInteger(w_excess.value - 1))
        return
    add_last(interp, w_semaphore, active_process(interp))
    transfer_to(interp, interp.next_to_run())


def suspend(interp, w_process):
    """Process suspend: answer the list it was on (nil for the active process)."""
    check_process(w_process)
    if w_process is active_process(interp):
        transfer_to(interp, interp.next_to_run())
        return interp.w_nil
    w_list = w_process.fetch(interp.memory, special.PROCESS_MY_LIST)
    if w_list is interp.w_nil:
        raise FAILED
    remove(interp, w_process, w_list)
    w_process.store(interp.memory, special.PROCESS_MY_LIST, interp.w_nil)
    return w_list


def yield_active(interp):
    """Let others of the same priority run first."""
    w_active = active_process(interp)
    w_list = list_for(interp, priority_of(interp, w_active))
    if is_empty(interp, w_list):
        return
    add_last(interp, w_list, w_active)
    transfer_to(interp, remove_first(interp, w_list))
