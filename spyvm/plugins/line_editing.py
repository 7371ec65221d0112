"""SpyLinePlugin, a plugin of this VM: lines that the user edits at the terminal, for the prompt of the kernel image."""
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


@named(MODULE, 'primitiveReadLine', args=1)
def line_read(interp, w_receiver, w_prompt):
    """Prompt -> the line without its end, as bytes; nil at the end of the input.  Fails before primitiveStart has answered
    true.  The image has asked for the user's attention: an earlier Ctrl-C is forgotten."""
    memory = interp.memory
    prompt = c_string(w_prompt)
    interp.was_interrupted = False
    if not lineedit.is_started():
        raise UNSUPPORTED
    interp.stop_ticking()       # the timer's signals would interrupt the reading all the time
    try:
        line = lineedit.read_line(prompt)
    finally:
        interp.start_ticking()
    if line is None:
        return memory.w_nil
    return memory.string_object(line)


@named(MODULE, 'primitiveSaveHistory', args=1)
def line_save_history(interp, w_receiver, w_history):
    """File name, '' for none: write the lines there."""
    path = c_string(w_history)
    if not lineedit.is_started():
        raise UNSUPPORTED
    if path != '':
        lineedit.write_history(path)
    return w_receiver
