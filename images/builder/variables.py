"""Globals and class variables: the Associations that methods refer to, and the dictionaries they are in.

Dictionaries are filled without regard to hashes, which are the image's own affair: initializers have it rehash them.
"""
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import new_array

from images.builder.failures import BuildError
from images.builder.literals import Binding
from images.builder.packages import superclass_name
from images.builder.scope import ClassScope

GLOBALS = ['Display', 'Processor', 'Sensor', 'Smalltalk', 'SourceFiles', 'SystemOrganization', 'Transcript',
           'Undeclared']
ROOM = 2        # dictionaries have room for that many times what is in them


class LenientGlobals(dict):
    """Globals of an incomplete kernel: names that begin with a capital are some, too."""

    def __init__(self, problems):
        dict.__init__(self)
        self.problems = problems

    def get(self, name, default=None):
        if name in self or not name[0].isupper():
            return dict.get(self, name, default)
        self.problems.add('%s is defined nowhere' % name)
        return Binding('global', None, name)


class Variables(object):
    """associations: key of a literals.Binding -> Association; dictionaries: the Dictionaries made."""

    def __init__(self, factory, sources, classes):
        self.factory = factory
        self.sources = sources
        self.classes = classes
        self.associations = {}
        self.dictionaries = []
        self.globals = LenientGlobals(sources.problems) if sources.problems.lenient else {}
        for name in GLOBALS + sorted(sources.definitions):
            if name in self.globals:
                definition = sources.definitions[name]
                raise BuildError('%s: %s is a global variable, too' % (definition.place, name))
            self.globals[name] = Binding('global', None, name)

    def make(self):
        """Associations for all variables, Smalltalk and the classes' class pools."""
        factory = self.factory
        for name in sorted(self.globals):
            w_value = factory.memory.w_nil
            if name in self.sources.definitions:
                w_value = self.classes.classes[name]
            self.associate(self.globals[name], w_value)
        for definition in self.sources.classes:
            if definition.class_vars:
                keys = [self.associate(Binding('class', definition.name, name), factory.memory.w_nil)
                        for name in sorted(definition.class_vars)]
                w_pool = self.dictionary('Dictionary', keys)
                factory.set(self.classes.classes[definition.name], 'Class', 'classPool', w_pool)
        self.w_smalltalk = self.dictionary('SystemDictionary',
                                           [self.association(self.globals[name]) for name in sorted(self.globals)])
        self.set_global('Smalltalk', self.w_smalltalk)

    def associate(self, binding, w_value):
        w_association = self.factory.association(self.factory.symbol(binding.name), w_value)
        self.associations[binding.key()] = w_association
        return w_association

    def association(self, binding):
        w_association = self.associations.get(binding.key())
        if w_association is None:
            w_association = self.associate(binding, self.factory.memory.w_nil)
        return w_association

    def set_global(self, name, w_value):
        self.factory.set(self.association(self.globals[name]), 'Association', 'value', w_value)

    def dictionary(self, class_name, associations_w):
        factory = self.factory
        w_array = factory.add(new_array(factory.views['Array'], ROOM * len(associations_w) + 1))
        for i, w_association in enumerate(associations_w):
            w_array.store(factory.memory, i, w_association)
        w_dictionary = factory.instance(class_name, tally=W_SmallInteger(len(associations_w)), array=w_array)
        self.dictionaries.append(w_dictionary)
        return w_dictionary

    def scope(self, class_name, meta):
        """The ClassScope of a class's, or its metaclass's, methods."""
        inst_vars = self.sources.all_inst_vars(class_name)
        if meta:
            inst_vars = self.sources.all_class_inst_vars(class_name)
        bindings = {}
        name = class_name
        while name is not None:
            definition = self.sources.definitions[name]
            for each in definition.class_vars:
                bindings.setdefault(each, Binding('class', name, each))
            name = superclass_name(definition)
        return ClassScope(class_name, meta, inst_vars, bindings, self.globals)
