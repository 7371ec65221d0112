"""A Smalltalk stack as text."""
from spyvm.interpreter.unwinding import LoopGuard
from spyvm.objects.context import W_Context

MAX_LINES = 40


def backtrace(interp, context):
    """One line a context, the innermost first; the middle of a deep stack is left out."""
    lines = []
    tail = []
    count = 0
    w_context = context
    guard = LoopGuard()
    while isinstance(w_context, W_Context) and not guard.repeats(w_context):
        if count > 0 and is_made_up(interp, w_context):
            break       # the VM's own, which sent the first message
        if count < MAX_LINES:
            lines.append(line(interp, w_context))
        else:
            if len(tail) >= 4:
                tail.pop(0)
            tail.append(w_context)
        count += 1
        w_context = w_context.w_sender
    if count > MAX_LINES + len(tail):
        lines.append('    ... %d more' % (count - MAX_LINES - len(tail)))
    for each in tail:
        lines.append(line(interp, each))
    return '\n'.join(lines)


def is_made_up(interp, context):
    return not isinstance(context.w_sender, W_Context) and interp.method_name(context).startswith('?')


def line(interp, context):
    text = '    '
    if context.is_block() or context.w_closure is not None:
        text += '[] in '
    name = interp.method_name(context)
    w_receiver = context.w_receiver
    if w_receiver is not None:
        view = w_receiver.class_view(interp.memory)
        if view is not None and not name.startswith(view.name() + '>>'):
            text += view.name() + ' (' + name + ')'
            return text
    return text + name
