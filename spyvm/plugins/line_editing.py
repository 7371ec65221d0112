"""SpyLinePlugin, a plugin of this VM: lines that the user edits at the terminal, for the prompt of the kernel image.

None of the primitives waits: the image asks again after a while, and other processes run meanwhile."""
from spyvm.objects.errors import BAD_ARGUMENT, UNSUPPORTED
from spyvm.primitives.arguments import text
from spyvm.primitives.registry import named
from spyvm.rpy import lineedit, osio

MODULE = 'SpyLinePlugin'


def c_string(w_text):
    """The argument as a string that C can take."""
    string = text(w_text)
    if string.find('\x00') >= 0:
        raise BAD_ARGUMENT
    return string


@named(MODULE, 'primitiveStart', args=1)
def line_start(interp, w_receiver, w_history):
    """File name, '' for none -> whether lines can be edited: input and output are a terminal, and there is a library for
    it.  The lines in the file are remembered."""
    memory = interp.memory
    path = c_string(w_history)
    if not osio.isatty(osio.STDIN) or not osio.isatty(osio.STDOUT) or not lineedit.start():
        return memory.w_false
    if path != '':
        lineedit.read_history(path)
    return memory.w_true


@named(MODULE, 'primitiveBeginLine', args=1)
def line_begin(interp, w_receiver, w_prompt):
    """Prompt: show it, and let the user edit a line.  Fails before primitiveStart has answered true.  The image has asked for
    the user's attention: an earlier Ctrl-C is forgotten."""
    prompt = c_string(w_prompt)
    interp.forget_interrupt()
    if not lineedit.is_started():
        raise UNSUPPORTED
    lineedit.begin_line(prompt)
    return w_receiver


@named(MODULE, 'primitivePollLine', args=0)
def line_poll(interp, w_receiver):
    """-> the line without its end, as bytes, when the user has finished it; nil at the end of the input; false as long as it is
    being edited.  Fails if none is."""
    memory = interp.memory
    phase = lineedit.poll()
    if phase == lineedit.EDITING:
        return memory.w_false
    if phase == lineedit.COMPLETE:
        return memory.string_object(lineedit.take_line())
    lineedit.abandon_line()
    if phase == lineedit.ENDED:
        return memory.w_nil
    raise UNSUPPORTED


@named(MODULE, 'primitiveAbandonLine', args=0)
def line_abandon(interp, w_receiver):
    """The line, if one is being edited, is given up; an earlier Ctrl-C is forgotten."""
    interp.forget_interrupt()
    lineedit.abandon_line()
    return w_receiver


@named(MODULE, 'primitiveFreshLine', args=0)
def line_fresh(interp, w_receiver):
    """What is written next begins a line of the terminal."""
    if not lineedit.is_started():
        raise UNSUPPORTED
    lineedit.fresh_line()
    return w_receiver


@named(MODULE, 'primitiveInputReady', args=0)
def line_input_ready(interp, w_receiver):
    """-> whether the standard input has something to be read, or has ended."""
    return interp.memory.bool_object(osio.input_ready(osio.STDIN))


@named(MODULE, 'primitiveSaveHistory', args=1)
def line_save_history(interp, w_receiver, w_history):
    """File name, '' for none: write the lines there."""
    path = c_string(w_history)
    if not lineedit.is_started():
        raise UNSUPPORTED
    if path != '':
        lineedit.write_history(path)
    return w_receiver
