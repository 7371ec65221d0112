"""Classes and metaclasses as objects: formats, class table indices, names, variables."""
from spyvm.objects import formats, special
from spyvm.objects.model import HASH_MASK, W_SmallInteger
from spyvm.objects.pointers import W_Class

from images.builder.failures import BuildError
from images.builder.packages import superclass_name

# Class indices that Spur VMs rely on, at the same time the identity hashes of these classes.  Two more entries of the table
# lead to classes of other indices: a SmallInteger may have the tags 1 and 3; 16 is the class index of the VM's own Arrays.
KNOWN_INDICES = {
    'SmallInteger': 1, 'Character': 2, 'SmallFloat64': 4,
    'LargeNegativeInteger': 32, 'LargePositiveInteger': 33, 'BoxedFloat64': 34, 'Message': 35, 'Context': 36,
    'BlockClosure': 37, 'FullBlockClosure': 38, 'Semaphore': 48, 'Mutex': 49, 'ByteArray': 50, 'Array': 51, 'ByteString': 52,
    'Bitmap': 53, 'Point': 54,
}
OTHER_ENTRIES = [(3, 'SmallInteger'), (16, 'Array')]
FIRST_INDEX = 1024      # of the other classes: the first page is the VM's

# V3: the compact classes by index, from 1 on.
COMPACT_CLASSES = ['CompiledMethod', None, 'Array', 'LargeNegativeInteger', 'LargePositiveInteger', 'BoxedFloat64',
                   'MethodDictionary', 'Association', 'Point', 'Rectangle', 'ByteString', 'BlockClosure', None, 'Context',
                   None, 'Bitmap']
COMPACT_SIZE = 31

POINTERS = ('normal', 'variable', 'weak', 'ephemeron')
SPUR_SPECS = {'weak': formats.WEAK, 'ephemeron': formats.EPHEMERON, 'immediate': 7, 'longs': formats.LONGS,
              'words': formats.WORDS, 'shorts': formats.SHORTS, 'bytes': formats.BYTES, 'compiledMethod': formats.METHOD}
V3_SPECS = {'weak': 4, 'words': 6, 'bytes': 8, 'compiledMethod': 12}


def class_format(configuration, type, size, compact):
    """The value of a class's format field: for a #type, the number of instance variables, a compact class index or 0."""
    if configuration.spur:
        return spec_of(SPUR_SPECS, type, size) << 16 | size
    size += 1
    return compact << 11 | spec_of(V3_SPECS, type, size - 1) << 7 | (size & 0x3F) << 1 | (size & 0xC0) << 10


def spec_of(specs, type, size):
    """The instance specification.  Types that an object format does not have are ordinary ones there: immediates and
    ephemerons in V3; 16-bit elements have no stand-in."""
    if type in specs:
        return specs[type]
    if type == 'variable':
        return formats.INDEXABLE_FIXED if size else formats.INDEXABLE
    if type in ('normal', 'immediate', 'ephemeron'):
        return formats.FIXED if size else formats.EMPTY
    raise BuildError('classes of type #%s are not possible in this object format' % type)


class Classes(object):
    """Makes the classes of Sources, with everything that needs no other objects than classes, integers and strings.

    classes, metas   class name -> W_Class
    """

    def __init__(self, factory, sources):
        self.factory = factory
        self.memory = factory.memory
        self.configuration = factory.configuration
        self.sources = sources
        self.classes = {}
        self.metas = {}

    def make(self):
        """The class objects and their formats; nothing can be instantiated before."""
        nil = self.memory.w_nil
        sources = self.sources
        for definition in sources.classes:
            self.factory.inst_vars[definition.name] = sources.all_inst_vars(definition.name)
        for name in ('Class', 'Metaclass'):
            if name not in sources.definitions:
                raise BuildError('there is no class %s' % name)
        meta_size = len(self.factory.inst_vars['Metaclass'])
        for definition in sources.classes:
            name = definition.name
            w_meta = self.metas[name] = self.factory.add(W_Class(None, [nil] * meta_size))
            self.classes[name] = self.factory.add(W_Class(None, [nil] * len(sources.all_class_inst_vars(name))))
            w_meta.slots[self.field('Metaclass', 'thisClass')] = self.classes[name]
        for definition in sources.classes:
            self.set_behavior(definition)
        if self.configuration.spur:
            self.number_classes()
        self.make_views()

    def field(self, class_name, field):
        return self.factory.field_index(class_name, field)

    def set_behavior(self, definition):
        """Superclasses and formats of a class and its metaclass."""
        name = definition.name
        superclass = superclass_name(definition)
        w_class, w_meta = self.classes[name], self.metas[name]
        if superclass is None:
            w_meta.slots[special.SUPERCLASS] = self.classes['Class']
        else:
            w_class.slots[special.SUPERCLASS] = self.classes[superclass]
            w_meta.slots[special.SUPERCLASS] = self.metas[superclass]
        type = self.sources.type_of(name)
        size = len(self.factory.inst_vars[name])
        if type not in POINTERS and size and type != 'immediate':
            raise BuildError('%s: class %s of type #%s has instance variables' % (definition.place, name, type))
        if superclass is not None and self.sources.type_of(superclass) == 'immediate':
            raise BuildError('%s: %s has immediate instances, and so cannot have the subclass %s' % (definition.place,
                                                                                                   superclass, name))
        compact = 0
        if not self.configuration.spur and name in COMPACT_CLASSES:
            compact = COMPACT_CLASSES.index(name) + 1
        try:
            format = class_format(self.configuration, type, size, compact)
        except BuildError as error:
            raise BuildError('%s: class %s: %s' % (definition.place, name, error.args[0]))
        w_class.slots[special.FORMAT] = W_SmallInteger(format)
        w_meta.slots[special.FORMAT] = W_SmallInteger(class_format(self.configuration, 'normal', len(w_class.slots), 0))

    def number_classes(self):
        """Give every class its index in the class table, which is its identity hash."""
        index = FIRST_INDEX
        for definition in self.sources.classes:
            for w_class in (self.classes[definition.name], self.metas[definition.name]):
                known = KNOWN_INDICES.get(definition.name, 0)
                if known and w_class is self.classes[definition.name]:
                    w_class.meta |= known
                else:
                    w_class.meta |= index
                    index += 1
        self.memory.last_class_hash = index - 1

    def table_size(self):
        """How many entries the class table has, at most."""
        return FIRST_INDEX + 2 * len(self.sources.classes)

    def class_table(self):
        """The entries of the class table, a list of classes and Nones."""
        table = [None] * (self.memory.last_class_hash + 1)
        for name in sorted(self.classes):
            for w_class in (self.classes[name], self.metas[name]):
                table[w_class.meta & HASH_MASK] = w_class
        for index, name in OTHER_ENTRIES:
            table[index] = self.classes[name]
        return table

    def make_views(self):
        memory = self.memory
        for definition in self.sources.classes:
            self.factory.views[definition.name] = memory.view_of_class(self.classes[definition.name])
        view_of_metaclasses = self.factory.views['Metaclass']
        for definition in self.sources.classes:
            self.metas[definition.name].view = view_of_metaclasses
            self.classes[definition.name].view = memory.view_of_class(self.metas[definition.name])

    def describe(self, w_environment):
        """Names, variables, categories, subclasses."""
        factory = self.factory
        subclasses = {}
        for definition in self.sources.classes:
            subclasses.setdefault(superclass_name(definition), []).append(self.classes[definition.name])
        for definition in self.sources.classes:
            name = definition.name
            w_class, w_meta = self.classes[name], self.metas[name]
            factory.set(w_class, 'Class', 'name', factory.symbol(name))
            factory.set(w_class, 'Class', 'instanceVariables', factory.strings(definition.inst_vars))
            factory.set(w_class, 'Class', 'environment', w_environment)
            factory.set(w_class, 'Class', 'category', factory.symbol(definition.category))
            if name in subclasses:
                factory.set(w_class, 'Class', 'subclasses', factory.array(subclasses[name]))
            factory.set(w_meta, 'Metaclass', 'instanceVariables', factory.strings(definition.class_inst_vars))
            if definition.pools:
                raise BuildError('%s: class %s has pools, which the image builder does not make' % (definition.place, name))
