"""Primitives on the VM as a whole: clocks, quitting, names, parameters (113, 114, 121, 124, 125, 133-135, 137, 141, 142,
149, 240, 241, 243-246, 250-254, 570-573).

Definition: InterpreterPrimitives and StackInterpreterPrimitives of VMMaker.
"""
from spyvm.objects import special
from spyvm.objects.errors import BAD_ARGUMENT, BAD_INDEX, FAILED, INAPPROPRIATE
from spyvm.objects.model import W_Float, W_HeapObject, W_SmallInteger
from spyvm.objects.pointers import array_from_items
from spyvm.platform import parameters
from spyvm.platform.host import Exit
from spyvm.primitives.arguments import boolean, small_int, text
from spyvm.primitives.registry import primitive, MODULES, OLD, SPUR
from spyvm.primitives.storage import BYTES_LEFT

# ---- clocks


@primitive(135, args=0)
def millisecond_clock(interp, w_receiver):
    """Milliseconds since the VM started, starting over at 2**29."""
    return W_SmallInteger(interp.host.clock.milliseconds())


@primitive(137, args=0)
def seconds_clock(interp, w_receiver):
    """Seconds since 1901-01-01 00:00 local time, 32 bits of it."""
    return interp.memory.int_object(interp.host.clock.local_seconds() & 0xFFFFFFFF)


@primitive(240, args=0)
@primitive(245, args=0)
def utc_microsecond_clock(interp, w_receiver):
    """Microseconds since 1901-01-01 00:00 UTC."""
    return interp.memory.int_object(interp.host.clock.utc_microseconds())


@primitive(241, args=0)
@primitive(246, args=0)
def local_microsecond_clock(interp, w_receiver):
    """Microseconds since 1901-01-01 00:00 local time."""
    return interp.memory.int_object(interp.host.clock.local_microseconds())


@primitive(243, args=0)
def update_timezone(interp, w_receiver):
    """The zone is looked up whenever local time is asked for."""
    return w_receiver


@primitive(244, args=0)
def utc_and_offset(interp, w_receiver):
    """An Array of the microseconds since 1901 UTC and the seconds local time is ahead."""
    memory = interp.memory
    return array_from_items(memory, memory.view_Array, [memory.int_object(interp.host.clock.utc_microseconds()),
                                                        W_SmallInteger(interp.host.clock.local_offset())])


@primitive(244, args=1)
def utc_and_offset_into(interp, w_receiver, w_result):
    """The same in the first two fields of the argument, which it answers."""
    memory = interp.memory
    if not isinstance(w_result, W_HeapObject) or w_result.pointer_size(memory) < 2 or w_result.is_immutable():
        raise BAD_ARGUMENT
    w_result.store(memory, 0, memory.int_object(interp.host.clock.utc_microseconds()))
    w_result.store(memory, 1, W_SmallInteger(interp.host.clock.local_offset()))
    return w_result


# ---- the end

@primitive(113, args=0)
def quit(interp, w_receiver):
    """Leave the VM."""
    raise Exit(0)


@primitive(113, args=1)
def quit_with_status(interp, w_receiver, w_status):
    """Leave the VM with an exit status."""
    if not isinstance(w_status, W_SmallInteger):
        raise Exit(0)
    raise Exit(w_status.value & 0xFF)


@primitive(114, args=0)
def exit_to_debugger(interp, w_receiver):
    """There is no machine debugger to exit to."""
    raise Exit(1)


# ---- names

@primitive(121, args=0)
def image_name(interp, w_receiver):
    """The image file's name."""
    return interp.memory.string_object(interp.host.image_path)


@primitive(121, args=1)
def set_image_name(interp, w_receiver, w_name):
    """Name the file that the next snapshot makes.  The receiver."""
    interp.host.image_path = text(w_name)
    return w_receiver


@primitive(142, args=0)
def vm_path(interp, w_receiver):
    """The directory the VM is in, ending in a delimiter."""
    return interp.memory.string_object(interp.host.vm_directory())


@primitive(149, args=1)
def system_attribute(interp, w_receiver, w_index):
    """getSystemAttribute: anInteger.  A String; fails where there is no such attribute."""
    try:
        value = interp.host.attribute(small_int(w_index))
    except IndexError:
        raise FAILED
    return interp.memory.string_object(value)


@primitive(141, args=0)
def clipboard_text(interp, w_receiver):
    """What was put on the clipboard last."""
    return interp.memory.string_object(interp.host.clipboard)


@primitive(141, args=1)
def set_clipboard_text(interp, w_receiver, w_text):
    """Put a String on the clipboard.  The receiver."""
    interp.host.clipboard = text(w_text)
    return w_receiver


# ---- semaphores the VM signals

@primitive(124, args=1)
def low_space_semaphore(interp, w_receiver, w_semaphore):
    """Register the Semaphore to signal when memory runs out, or nil.  The receiver."""
    set_special_semaphore(interp.memory, special.LOW_SPACE_SEMAPHORE, w_semaphore)
    return w_receiver


@primitive(125, args=1)
def signal_at_bytes_left(interp, w_receiver, w_bytes):
    """Signal that Semaphore when fewer bytes are left.  The receiver."""
    bytes = small_int(w_bytes)
    if bytes < 0:
        raise BAD_ARGUMENT
    interp.host.low_space_threshold = bytes
    return w_receiver


@primitive(134, args=1)
def interrupt_semaphore(interp, w_receiver, w_semaphore):
    """Register the Semaphore to signal when the user interrupts, or nil.  The receiver."""
    set_special_semaphore(interp.memory, special.INTERRUPT_SEMAPHORE, w_semaphore)
    return w_receiver


@primitive(133, args=1)
def interrupt_key(interp, w_receiver, w_key):
    """Set the key that interrupts: a character's code and, shifted left by 8, modifiers.  The receiver."""
    interp.host.screen.interrupt_key = small_int(w_key)
    return w_receiver


def set_special_semaphore(memory, index, w_semaphore):
    """A special object that may be a Semaphore or nil."""
    if w_semaphore is not memory.w_nil and w_semaphore.class_view(memory) is not memory.view_Semaphore:
        raise BAD_ARGUMENT
    memory.w_special_objects.store(memory, index, w_semaphore)


# ---- parameters

@primitive(254, args=0)
def vm_parameters(interp, w_receiver):
    """An Array of all parameters."""
    memory = interp.memory
    items = [memory.w_nil] * parameters.COUNT
    for i in range(parameters.COUNT):
        items[i] = parameter(interp, i + 1)
    return array_from_items(memory, memory.view_Array, items)


@primitive(254, args=1)
def vm_parameter_at(interp, w_receiver, w_index):
    """vmParameterAt: anInteger.  Fails for an index out of range."""
    index = small_int(w_index)
    if not interp.host.parameters.is_valid(index):
        raise BAD_INDEX
    return parameter(interp, index)


@primitive(254, args=2)
def vm_parameter_at_put(interp, w_receiver, w_index, w_value):
    """vmParameterAt: anInteger put: anInteger.  The former value.  Fails for parameters that images may not set."""
    index = small_int(w_index)
    host_parameters = interp.host.parameters
    if not host_parameters.is_valid(index):
        raise BAD_INDEX
    if index == parameters.GROWTH_RATIO and isinstance(w_value, W_Float):
        return W_SmallInteger(host_parameters.values[index])
    value = small_int(w_value)
    if value < 0:
        raise BAD_ARGUMENT
    if not host_parameters.is_writable(index):
        raise INAPPROPRIATE
    w_old = parameter(interp, index)
    if index == parameters.FLAGS:
        interp.memory.mourning.set_queue_weak(value & parameters.QUEUE_WEAK != 0)
    host_parameters.values[index] = value
    return w_old


def parameter(interp, index):
    """Parameter number `index`, which must be valid, as an object."""
    memory = interp.memory
    clock = interp.host.clock
    if index == parameters.WORD_SIZE:
        return W_SmallInteger(memory.word_size)
    if index == parameters.IMAGE_FORMAT:
        return memory.int_object(memory.traits.version)
    if index == parameters.START_TIME:
        return memory.int_object(clock.utc_microseconds() - clock.elapsed_microseconds())
    if index == parameters.FREE_BYTES:
        return W_SmallInteger(BYTES_LEFT)
    value = interp.host.parameters.values[index]
    if index == parameters.FLAGS and memory.mourning.queues_weak(memory):
        value |= parameters.QUEUE_WEAK
    return memory.int_object(value)


# ---- profiling: there is none to be had by these means

@primitive(250, args=0)
def clear_profile(interp, w_receiver):
    return w_receiver


@primitive(251, args=0, era=OLD)
@primitive(252, args=0, era=OLD)
@primitive(253, args=0, era=OLD)
def dump_profile(interp, w_receiver):
    """dumpProfile, startProfiling, stopProfiling."""
    return w_receiver


@primitive(251, args=2, era=SPUR)
def control_profiling(interp, w_receiver, w_on, w_size):
    """Turn profiling on or off.  The number of samples there is room for: none."""
    memory = interp.memory
    boolean(memory, w_on)
    if w_size is not memory.w_nil and small_int(w_size) <= 0:
        raise BAD_ARGUMENT
    return W_SmallInteger(0)


@primitive(252, args=0, era=SPUR)
def is_profiling(interp, w_receiver):
    return interp.memory.w_false


@primitive(252, args=1, era=SPUR)
def profile_samples_into(interp, w_receiver, w_buffer):
    """The number of samples stored into the buffer: none."""
    return W_SmallInteger(0)


# ---- modules

@primitive(570, args=0)
def flush_external_primitives(interp, w_receiver):
    """Look named primitives up again: ours never change."""
    return w_receiver


@primitive(571, args=1)
def unload_module(interp, w_receiver, w_name):
    """Ours cannot be unloaded; the receiver, as where it could."""
    text(w_name)
    return w_receiver


@primitive(572, args=1)
def list_builtin_module(interp, w_receiver, w_index):
    """The name of module number anInteger; nil after the last."""
    memory = interp.memory
    index = small_int(w_index)
    if index <= 0:
        raise FAILED
    if index > len(MODULES):
        return memory.w_nil
    return memory.string_object(MODULES[index - 1])


@primitive(573, args=1)
def list_loaded_module(interp, w_receiver, w_index):
    """The name of loaded external module number anInteger; nil after the last: there are none."""
    if small_int(w_index) <= 0:
        raise FAILED
    return interp.memory.w_nil
