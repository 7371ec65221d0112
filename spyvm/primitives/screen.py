"""Display, mouse and keyboard (90-94, 101, 102, 106-109, 122, 126, 127, 140) on a host without any.

The Display is remembered, there is never an event, and the mouse does not move.
Definition: InterpreterPrimitives of VMMaker and, for the input registers, the Blue Book, page 650.
"""
from spyvm.objects import special
from spyvm.objects.errors import BAD_ARGUMENT, BAD_RECEIVER, FAILED
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import W_Array, W_Pointers
from spyvm.primitives.arguments import boolean, small_int
from spyvm.primitives.registry import primitive, ANY

FORM_SIZE = 4       # bits, width, height, depth; a Cursor's offset is the next
EVENT_SIZE = 8
DEPTHS = [1, 2, 4, 8, 16, 32]


def check_form(memory, w_form, size):
    """Fails unless the object has the fields of a Form."""
    if not isinstance(w_form, W_Pointers) or w_form.pointer_size(memory) < size:
        raise BAD_RECEIVER


@primitive(90, args=0)
def mouse_point(interp, w_receiver):
    """Where the mouse is."""
    screen = interp.host.screen
    return interp.memory.point_object(screen.mouse_x, screen.mouse_y)


@primitive(91, args=1)
def test_display_depth(interp, w_receiver, w_argument):
    """Whether a display may have that depth; in Squeak 2, with a Point, move the mouse there."""
    memory = interp.memory
    if isinstance(w_argument, W_SmallInteger):
        return memory.bool_object(w_argument.value in DEPTHS)
    if not isinstance(w_argument, W_Pointers) or w_argument.view is not memory.view_Point:
        raise BAD_ARGUMENT
    x = small_int(w_argument.fetch(memory, 0))
    y = small_int(w_argument.fetch(memory, 1))
    screen = interp.host.screen
    screen.mouse_x = x
    screen.mouse_y = y
    return w_receiver


@primitive(92, args=ANY)
def set_display_mode(interp, w_receiver, args_w):
    """Depth, width, height, full screen -> whether the display could be changed."""
    if len(args_w) != 4:
        raise FAILED
    memory = interp.memory
    small_int(args_w[0])
    small_int(args_w[1])
    small_int(args_w[2])
    boolean(memory, args_w[3])
    return memory.w_false


@primitive(93, args=1)
def input_semaphore(interp, w_receiver, w_index):
    """Register the index of the external semaphore to signal for an event; 0 for none.  The receiver."""
    index = small_int(w_index)
    if index < 0:
        raise BAD_ARGUMENT
    interp.host.screen.input_semaphore = index
    return w_receiver


@primitive(94, args=1)
def get_next_event(interp, w_receiver, w_event):
    """Put the next event into an Array of 8: an event of type 0 says that there is none.  The receiver."""
    memory = interp.memory
    if not isinstance(w_event, W_Array) or w_event.size() != EVENT_SIZE or w_event.is_immutable():
        raise BAD_ARGUMENT
    w_zero = W_SmallInteger(0)
    for i in range(EVENT_SIZE):
        w_event.store(memory, i, w_zero)
    return w_receiver


@primitive(101, args=0)
def be_cursor(interp, w_receiver):
    """Make a Form the cursor."""
    check_form(interp.memory, w_receiver, FORM_SIZE + 1)
    return w_receiver


@primitive(101, args=1)
def be_cursor_with_mask(interp, w_receiver, w_mask):
    check_form(interp.memory, w_receiver, FORM_SIZE + 1)
    check_form(interp.memory, w_mask, FORM_SIZE)
    return w_receiver


@primitive(102, args=0)
def be_display(interp, w_receiver):
    """Make a Form the Display: it becomes a special object."""
    memory = interp.memory
    check_form(memory, w_receiver, FORM_SIZE)
    memory.w_special_objects.store(memory, special.DISPLAY, w_receiver)
    return w_receiver


@primitive(106, args=0)
def screen_size(interp, w_receiver):
    """The screen's extent."""
    screen = interp.host.screen
    return interp.memory.point_object(screen.width, screen.height)


@primitive(107, args=0)
def mouse_buttons(interp, w_receiver):
    """The buttons and modifier keys that are down, one bit each."""
    return W_SmallInteger(0)


@primitive(108, args=0)
@primitive(109, args=0)
def keyboard(interp, w_receiver):
    """The next key, taken (108) or only looked at (109); nil for none."""
    return interp.memory.w_nil


@primitive(122, args=0)
def reverse_display(interp, w_receiver):
    """Show black as white and white as black, or no longer."""
    screen = interp.host.screen
    screen.reversed = not screen.reversed
    return w_receiver


@primitive(126, args=1)
def defer_updates(interp, w_receiver, w_flag):
    """Whether the image says itself when to show what it drew.  What held before."""
    memory = interp.memory
    flag = boolean(memory, w_flag)
    screen = interp.host.screen
    before = screen.deferring
    screen.deferring = flag
    return memory.bool_object(before)


@primitive(127, args=ANY)
def show_rectangle(interp, w_receiver, args_w):
    """Left, right, top, bottom: show that part of the Display.  The receiver."""
    if len(args_w) != 4:
        raise FAILED
    for w_bound in args_w:
        small_int(w_bound)
    return w_receiver


@primitive(140, args=0)
def beep(interp, w_receiver):
    return w_receiver
