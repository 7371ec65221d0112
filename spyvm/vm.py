"""One running image: object memory, interpreter and host, wired together; and what the command line can ask of it."""
from spyvm import builtins
from spyvm.image.reader import read_image_file
from spyvm.interpreter import processes
from spyvm.interpreter.interpreter import HookHandler, Interpreter
from spyvm.interpreter.lowspace import LowSpace
from spyvm.interpreter.naming import argument_count, find_symbol
from spyvm.interpreter.unwinding import FatalError, Finished, LoopGuard
from spyvm.objects import special
from spyvm.objects.classview import find_class
from spyvm.objects.context import W_Context
from spyvm.objects.pointers import W_AbstractPointers, W_Class
from spyvm.objects.text import Texts
from spyvm.rpy import memory as host_memory
from spyvm.tools.backtrace import backtrace

# Where images open a window on an error.  A run without anybody to look at it ends there instead.  Class, selector, and which
# argument is the context (-2: none, -3: that of the process that used up the memory) and which one says what went wrong (-1: none).
ERROR_ENTRIES = [
    ('Debugger class', 'openContext:label:contents:', 0, 1),
    ('Debugger class', 'openOn:context:label:contents:fullView:', 1, 2),
    ('Debugger class', 'openInterrupt:onProcess:', -2, 0),
    ('ControlManager', 'interruptName:', -3, 0),
    ('SyntaxError class', 'errorInClass:withCode:', -2, 1),
    ('SyntaxError class', 'errorInClass:withCode:doitFlag:', -2, 1),
    ('SyntaxError class', 'errorInClass:withCode:errorString:', -2, 1),
    ('UnhandledError', 'defaultAction', -2, -1),
]


COMPILERS = ['Compiler', 'OpalCompiler']


class UnhandledError(Exception):
    """The image met an error that nobody handles.  `report` says which, with a Smalltalk stack, for people."""

    def __init__(self, report):
        self.report = report


class VM(object):
    def __init__(self, memory, host):
        assert builtins.LOADED
        self.memory = memory
        self.host = host
        self.interp = Interpreter(memory, host)
        self.interp.low_space = LowSpace(host.memory_limit)
        self.texts = Texts(memory)
        self.interp.hook_handler = ErrorReporter(self.texts)
        # what was loaded leaves the nursery: compiled code then stores nil, true and false without telling the collector
        host_memory.settle()

    def run(self):
        """Go on with the process that was active when the image was saved.  Ends with Exit, or FatalError."""
        w_process = processes.active_process(self.interp)
        w_context = w_process.fetch(self.memory, special.PROCESS_SUSPENDED_CONTEXT)
        if not isinstance(w_context, W_Context):
            raise FatalError('the image has no active process to resume')
        w_process.store(self.memory, special.PROCESS_SUSPENDED_CONTEXT, self.memory.w_nil)
        self.start(w_context)

    def start(self, w_context):
        self.interp.start_ticking()
        try:
            self.interp.resume_context(w_context)
        finally:
            self.interp.stop_ticking()

    def perform(self, w_receiver, selector, args_w):
        """Send a message in a process of its own and answer the result.  UnhandledError, Exit and FatalError pass through."""
        w_selector = self.find_symbol(selector)
        if w_selector is None:
            raise FatalError('the image has no symbol #%s' % selector)
        interp = self.interp
        context = interp.trampoline(self.memory.w_nil, w_receiver, w_selector, args_w)
        interp.entry = context
        try:
            self.start(context)
        except Finished as e:
            return e.w_value
        return self.memory.w_nil

    def prepare_for_perform(self):
        """Make a process the active one in place of that of the image, and do of the image's start-up what others rely on."""
        memory = self.memory
        self.hook_errors()
        w_scheduler = processes.scheduler(self.interp)
        w_active = processes.active_process(self.interp)
        w_process = memory.instantiate(w_active.class_view(memory), 0)
        w_process.store(memory, special.PROCESS_PRIORITY, w_active.fetch(memory, special.PROCESS_PRIORITY))
        w_scheduler.store(memory, special.ACTIVE_PROCESS, w_process)
        self.interp.w_replaced = w_active
        if not memory.is_spur:
            # these images stop their clock and their watch on memory when they are saved
            self.send_if_understood(self.find_class('Delay'), 'startUp')
            self.send_if_understood(memory.special(special.SMALLTALK), 'installLowSpaceWatcher')

    def hook_errors(self):
        for i in range(len(ERROR_ENTRIES)):
            name, selector, _, _ = ERROR_ENTRIES[i]
            w_class = self.find_class(name)
            if w_class is None:
                continue
            w_selector = self.find_symbol(selector)
            if w_selector is None:
                continue
            w_method = self.memory.view_of_class(w_class).lookup(self.memory, w_selector)
            self.interp.set_hook(w_method, i + 1)

    def send_if_understood(self, w_object, selector):
        if w_object is not None and self.understands(w_object, selector):
            self.perform(w_object, selector, [])

    def evaluate(self, code):
        """Compile and run `code` with the image's own compiler; answer the result's printString."""
        memory = self.memory
        for name in COMPILERS:
            w_compiler = self.find_class(name)
            if w_compiler is None:
                continue
            self.prepare_for_perform()
            if self.understands(w_compiler, 'evaluate:for:logged:'):
                w_result = self.perform(w_compiler, 'evaluate:for:logged:',
                                        [self.read_string(code), memory.w_nil, memory.w_false])
            else:
                w_result = self.perform(w_compiler, 'evaluate:', [self.read_string(code)])
            return self.print_string(w_result)
        raise FatalError('the image has no compiler; --perform works without one')

    def understands(self, w_object, selector):
        w_selector = self.find_symbol(selector)
        view = w_object.class_view(self.memory)
        return w_selector is not None and view is not None and view.lookup(self.memory, w_selector) is not None

    def print_string(self, w_object):
        w_text = self.perform(w_object, 'printString', [])
        text = self.texts.text_of(w_text)
        return text if text is not None else w_text.describe()

    def read_string(self, text):
        """A string of the image with a text from the command line."""
        w_string = self.texts.string_object(text)
        if w_string is None:
            raise FatalError('the image has no characters but those of ASCII and of the Macintosh: the text needs others')
        return w_string

    def perform_text(self, text):
        """The command line's RECEIVER SELECTOR ARGS: the receiver and arguments are integers, 'strings', #symbols, true, false,
        nil or names of classes."""
        words = split_words(text)
        if len(words) < 2:
            raise FatalError('--perform takes RECEIVER SELECTOR ARGUMENTS, for example "Smalltalk version" or "3 + 4"')
        w_receiver = self.read_object(words[0])
        args_w = []
        for i in range(2, len(words)):
            args_w.append(self.read_object(words[i]))
        if argument_count(words[1]) != len(args_w):
            raise FatalError('#%s takes %d arguments, not %d' % (words[1], argument_count(words[1]), len(args_w)))
        self.prepare_for_perform()
        return self.print_string(self.perform(w_receiver, words[1], args_w))

    def read_object(self, word):
        memory = self.memory
        if word == 'nil':
            return memory.w_nil
        if word == 'true':
            return memory.w_true
        if word == 'false':
            return memory.w_false
        if word == 'Smalltalk':
            return memory.special(special.SMALLTALK)
        if word.startswith("'"):
            end = len(word) - 1
            assert end >= 0
            return self.read_string(word[1:end])
        if word.startswith('#'):
            w_symbol = self.find_symbol(word[1:])
            if w_symbol is None:
                raise FatalError('the image has no symbol %s' % word)
            return w_symbol
        w_class = self.find_class(word)
        if w_class is not None:
            return w_class
        try:
            return memory.int_object(int(word))
        except ValueError:
            raise FatalError('%s is no integer, string, symbol or class of the image' % word)

    # ---- finding things by name

    def find_class(self, name):
        """The class with that name ('Foo class' for a metaclass) among the loaded objects; None if there is none."""
        return find_class(self.memory, name)

    def find_symbol(self, text):
        """The Symbol with that text; None if there is none."""
        return find_symbol(self.interp, text)


class ErrorReporter(HookHandler):
    """Turns the opening of a debugger into the end of the run."""

    def __init__(self, texts):
        self.texts = texts

    def run(self, interp, number, top, w_receiver, args_w):
        _, selector, context_at, label_at = ERROR_ENTRIES[number - 1]
        context = top
        if context_at >= 0 and context_at < len(args_w):
            w_context = args_w[context_at]
            if isinstance(w_context, W_Context):
                context = w_context
        if context_at == -3:
            w_process = interp.memory.special(special.PROCESS_SIGNALING_LOW_SPACE)
            if w_process.pointer_size(interp.memory) > special.PROCESS_SUSPENDED_CONTEXT:
                w_context = w_process.fetch(interp.memory, special.PROCESS_SUSPENDED_CONTEXT)
                if isinstance(w_context, W_Context):
                    context = w_context
        message = ''
        if label_at >= 0 and label_at < len(args_w):
            label = self.texts.text_of(args_w[label_at])
            if label is not None:
                message = label
        elif selector == 'defaultAction':
            message = describe_exception(interp, self.texts, w_receiver)
            context = signaller(interp, w_receiver, context)
        raise UnhandledError(message + '\n' + self.texts.from_bytes(backtrace(interp, context)))


def wrapped_exception(interp, w_unhandled):
    """The exception that an UnhandledError (a Smalltalk object) wraps, by its shape; None if it has none."""
    for i in range(w_unhandled.pointer_size(interp.memory)):
        w_field = w_unhandled.fetch(interp.memory, i)
        if isinstance(w_field, W_AbstractPointers) and not isinstance(w_field, W_Class) and len(w_field.slots) > 1:
            return w_field
    return None


def describe_exception(interp, texts, w_unhandled):
    """Class and message text of the exception that nobody handles."""
    w_exception = wrapped_exception(interp, w_unhandled)
    if w_exception is None:
        return 'an error'
    name = texts.from_bytes(w_exception.view.name())
    for w_slot in w_exception.slots:
        text = texts.text_of(w_slot)
        if text is not None:
            return name + ': ' + text
    return name


def signaller(interp, w_unhandled, context):
    """The context where the exception was signalled, to which its first field that is a context leads: those of the
    exception's own methods are left out.  `context` if the exception does not tell."""
    w_exception = wrapped_exception(interp, w_unhandled)
    if w_exception is None:
        return context
    w_context = interp.memory.w_nil
    for w_slot in w_exception.slots:
        if isinstance(w_slot, W_Context):
            w_context = w_slot
            break
    w_class = w_exception.view.w_self
    guard = LoopGuard()
    while isinstance(w_context, W_Context) and not guard.repeats(w_context):
        if w_context.w_receiver is not w_exception and w_context.w_receiver is not w_class:
            return w_context
        w_context = w_context.w_sender
    return context


def split_words(text):
    """Words separated by blanks; a 'string' is one word, blanks and all."""
    words = []
    current = ''
    quoted = False
    for c in text:
        if c == "'":
            quoted = not quoted
        if c == ' ' and not quoted:
            if current:
                words.append(current)
            current = ''
        else:
            current += c
    if current:
        words.append(current)
    return words


def open_image(path, host):
    """A VM for the image in a file.  ImageError if it cannot be loaded."""
    return VM(read_image_file(path), host)
