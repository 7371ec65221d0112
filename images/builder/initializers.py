"""Running the image's own code while it is built: the symbol table, dictionaries, class-side initialize methods."""
import io
import os

from spyvm.interpreter.lowspace import LowSpace
from spyvm.interpreter.unwinding import FatalError, Finished
from spyvm.platform.host import Exit, Host
from spyvm.vm import UnhandledError, VM

from images.builder.failures import BuildError

ORDER_FILE = 'initialization.txt'
START_SELECTOR = 'startUp'
MEMORY = 2 << 30    # bytes
MOST_POLLS = 100    # of one initializer; the untranslated interpreter polls after some ten thousand sends


class Bounds(LowSpace):
    """Initializers that go on for ever are ended.  Counted, not timed, so that a build succeeds or fails on all machines."""

    def __init__(self, limit):
        LowSpace.__init__(self, limit)
        self.polls = 0

    def check(self, interp):
        self.polls += 1
        if self.polls > MOST_POLLS:
            raise FatalError('it has not ended after some millions of messages')
        LowSpace.check(self, interp)


class Initializers(object):
    """Runs messages in the untranslated interpreter, each to its end."""

    def __init__(self, factory, sources, classes, variables):
        self.factory = factory
        self.memory = factory.memory
        self.sources = sources
        self.classes = classes
        self.variables = variables
        self.memory.loaded = factory.objects    # where the VM looks for classes and selectors by name
        self.vm = VM(self.memory, Host('/spy', [], '/kernel.image', []))
        self.vm.hook_errors()
        self.bounds = self.vm.interp.low_space = Bounds(MEMORY)

    def run(self, folder):
        """Everything that has to be run.  The order of classes is that of a file in the folder."""
        self.install_symbols()
        self.rehash()
        for name in self.initialized_classes(folder):
            method = [method for method in self.sources.methods_of(name, True) if is_initialize(method)][0]
            self.send(self.classes.classes[name], 'initialize', '%s: %s class >> initialize' % (method.place, name))

    def install_symbols(self):
        w_symbols = self.factory.array(self.factory.symbol_order)
        self.send(self.classes.classes['Symbol'], 'installSymbols:', 'Symbol class >> installSymbols:', [w_symbols])

    def rehash(self):
        for w_dictionary in self.variables.dictionaries:
            self.send(w_dictionary, 'rehash', 'rehash of the dictionaries')

    def initialized_classes(self, folder):
        """The names of the classes that define initialize on their class side: first those listed in the file, then the
        others."""
        methods = self.sources.methods
        waiting = [name for name in sorted(self.sources.definitions)
                   if any(is_initialize(method) for method in methods.get((name, True), []))]
        ordered = []
        path = os.path.join(folder, ORDER_FILE)
        if os.path.exists(path):
            with io.open(path, encoding='utf-8') as lines:
                for number, line in enumerate(lines, 1):
                    name = line.split('#')[0].strip()
                    if name in waiting:
                        waiting.remove(name)
                        ordered.append(name)
                    elif name in ordered:
                        raise BuildError('%s:%d:1: %s is named twice' % (path, number, name))
        return ordered + waiting

    def send(self, w_receiver, selector, what, args_w=()):
        """Send a message.  BuildError, with the Smalltalk stack, if it fails; `what` is for people."""
        interp = self.vm.interp
        context = interp.trampoline(self.memory.w_nil, w_receiver, self.factory.symbol(selector), list(args_w))
        interp.entry = context
        self.bounds.polls = 0
        try:
            self.vm.start(context)
        except Finished as e:
            return e.w_value
        except UnhandledError as e:
            raise BuildError('%s: %s' % (what, e.report))
        except FatalError as e:
            raise BuildError('%s: %s' % (what, e.message))
        except Exit as e:
            raise BuildError('%s: the image quit with status %d' % (what, e.status))
        raise BuildError('%s: came to no end' % what)

    def start_method(self):
        """The method that a start of the image runs, SystemDictionary >> startUp."""
        view = self.factory.views['SystemDictionary']
        w_method = view.lookup(self.memory, self.factory.symbol(START_SELECTOR))
        if w_method is None:
            raise BuildError('SystemDictionary does not understand %s' % START_SELECTOR)
        return w_method


def is_initialize(method):
    return method.source.split()[0] == 'initialize'
