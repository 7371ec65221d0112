"""Methods: compiled, as objects, in method dictionaries, their sources in a file."""
import io

from spyvm.objects import special
from spyvm.objects.method import W_CompiledMethod

from images.builder import literals
from images.builder.compiler import CompileError, Options, compile_method
from images.builder.failures import BuildError

SOURCES_FILE = 0x1000000    # a source pointer's offset for places in the .sources file
MAX_SOURCES = 0x1000000
TRAILER_BASE = 251
NO_TRAILER = [0]            # VMs expect that a byte follows the last bytecode


class SourcesFile(object):
    """The text of all methods, in chunks that end with `!`, as UTF-8."""

    def __init__(self, title):
        self.parts = []
        self.size = 0
        self.heading = None
        self.write(u"'%s'!\n" % title)

    def write(self, text):
        data = text.encode('utf-8')
        self.parts.append(data)
        self.size += len(data)

    def add(self, class_name, category, source):
        """Append a method; answer the position of its text."""
        if self.heading != (class_name, category):
            if self.heading is not None:
                self.write(u' !\n')
            self.heading = (class_name, category)
            self.write(u"\n!%s methodsFor: '%s'!\n" % (class_name, category.replace(u"'", u"''").replace(u'!', u'!!')))
        position = self.size
        self.write(source.replace(u'!', u'!!'))
        self.write(u'!\n')
        if position >= MAX_SOURCES:
            raise BuildError('the sources have more than %d bytes, which source pointers cannot tell' % MAX_SOURCES)
        return position

    def save(self, path):
        if self.heading is not None:
            self.write(u' !\n')
            self.heading = None
        with io.open(path, 'wb') as out:
            out.write(b''.join(self.parts))


def trailer(position):
    """The bytes behind a method's bytecodes that say where its source is."""
    pointer = SOURCES_FILE + position
    return [pointer & 255, pointer >> 8 & 255, pointer >> 16 & 255, TRAILER_BASE + (pointer >> 24)]


class Methods(object):
    """Makes the methods of all classes.  `count` says how many."""

    def __init__(self, factory, sources, classes, variables, sources_file):
        self.factory = factory
        self.sources = sources
        self.classes = classes
        self.variables = variables
        self.sources_file = sources_file
        configuration = factory.configuration
        self.options = Options(configuration.name, configuration.bytecodes)
        self.meta_bindings = {}
        self.count = 0
        self.problems = sources.problems

    def make(self):
        """Fill the method dictionaries and organizations.  Errors are added to the Problems."""
        for definition in self.sources.classes:
            for meta in (False, True):
                self.make_class(definition, meta)

    def make_class(self, definition, meta):
        name = definition.name
        scope = self.variables.scope(name, meta)
        entries = []
        protocols = []
        places = {}
        for method in self.sources.methods_of(name, meta):
            try:
                record = compile_method(method.source, scope, self.options, method.where)
            except CompileError as error:
                self.problems.add(str(error))
                continue
            if record.selector in places:
                other = places[record.selector]
                self.problems.add('%s: %s is defined in %s, too' % (method.place, record.selector, other.place))
                continue
            places[record.selector] = method
            position = self.sources_file.add(name + (' class' if meta else ''), method.category, method.source)
            w_method = self.method(record, name, meta, None, trailer(position))
            entries.append((self.factory.symbol(record.selector), w_method))
            protocols.append((record.selector, method.category))
            self.count += 1
        w_class = (self.classes.metas if meta else self.classes.classes)[name]
        w_class.slots[special.METHOD_DICT] = self.factory.method_dictionary(entries)
        self.organize(w_class, definition, meta, protocols)

    # ---- methods and blocks

    def method(self, record, class_name, meta, w_outer, trailer):
        """The CompiledMethod, or CompiledBlock, for a record."""
        factory = self.factory
        view = factory.views['CompiledBlock' if record.is_block else 'CompiledMethod']
        nil = factory.memory.w_nil
        literals_w = [nil] * len(record.literals)
        bytes = [chr(byte) for byte in record.bytecodes + trailer]
        w_method = factory.add(W_CompiledMethod(view, record.header, literals_w, bytes))
        for i, literal in enumerate(record.literals):
            literals_w[i] = self.method_literal(literal, w_method, class_name, meta, w_outer)
        return w_method

    def method_literal(self, literal, w_method, class_name, meta, w_outer):
        if isinstance(literal, literals.Binding):
            return self.variables.association(literal)
        if isinstance(literal, literals.MethodClass):
            return self.class_binding(class_name, meta)
        if isinstance(literal, literals.Block):
            return self.method(literal.record, class_name, meta, w_method, NO_TRAILER)
        if isinstance(literal, literals.Outer):
            return w_outer
        if isinstance(literal, literals.State):
            return self.state(literal, w_method)
        return self.factory.literal(literal)

    def class_binding(self, class_name, meta):
        if not meta:
            return self.variables.association(self.variables.globals[class_name])
        w_binding = self.meta_bindings.get(class_name)
        if w_binding is None:
            w_binding = self.factory.association(self.factory.memory.w_nil, self.classes.metas[class_name])
            self.meta_bindings[class_name] = w_binding
        return w_binding

    def state(self, state, w_method):
        factory = self.factory
        pragmas_w = []
        for pragma in state.pragmas:
            w_arguments = factory.array([factory.literal(each) for each in pragma.arguments])
            pragmas_w.append(factory.instance('Pragma', method=w_method, keyword=factory.literal(pragma.selector),
                                              arguments=w_arguments))
        return factory.instance('AdditionalMethodState', *pragmas_w, method=w_method,
                                selector=factory.literal(state.selector))

    # ---- protocols and comments

    def organize(self, w_class, definition, meta, protocols):
        """Give a class its organization: comment and (selector, protocol) pairs; none where there is nothing to say."""
        comment = None if meta else definition.comment
        if not comment and not protocols:
            return
        factory = self.factory
        w_organizer = factory.instance('ClassOrganizer',
                                       selectors=factory.array([factory.symbol(selector) for selector, _ in protocols]),
                                       protocols=factory.array([factory.symbol(protocol) for _, protocol in protocols]))
        if comment:
            factory.set(w_organizer, 'ClassOrganizer', 'comment', factory.string(comment))
        factory.set(w_class, 'Metaclass' if meta else 'Class', 'organization', w_organizer)
