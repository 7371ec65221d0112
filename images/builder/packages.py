"""The Smalltalk sources: which packages an image takes, which classes they define, which methods each class has."""
import os

from images.builder import tonel
from images.builder.errors import CompileError
from images.builder.failures import BuildError

ROOT_SUPERCLASSES = (None, '', 'nil')


class Sources(object):
    """classes   ClassDefinitions (see tonel), every superclass before its subclasses, otherwise by name
    definitions  the same by name
    methods      (class name, whether of the metaclass) -> MethodDefinitions in the order of packages and files
    """

    def __init__(self, packages, problems):
        self.definitions = {}
        self.methods = {}
        self.problems = problems
        for package in packages:
            for definition in package.classes:
                self.add_class(definition)
        self.classes = self.in_order()
        for definition in self.classes:
            self.check_variables(definition)
        for package in packages:
            for method in package.methods:
                self.add_method(method)

    def add_class(self, definition):
        other = self.definitions.get(definition.name)
        if other is not None:
            raise BuildError('%s: class %s is defined in %s, too' % (definition.place, definition.name, other.place))
        self.definitions[definition.name] = definition

    def in_order(self):
        children = {}
        for name in sorted(self.definitions):
            definition = self.definitions[name]
            superclass = superclass_name(definition)
            if superclass is not None and superclass not in self.definitions:
                raise BuildError('%s: superclass %s of %s is defined nowhere' % (definition.place, superclass, name))
            children.setdefault(superclass, []).append(definition)
        ordered = []
        waiting = list(reversed(children.get(None, [])))
        while waiting:
            definition = waiting.pop()
            ordered.append(definition)
            waiting += reversed(children.get(definition.name, []))
        if len(ordered) < len(self.definitions):
            lost = [d for d in self.definitions.values() if d not in ordered]
            lost.sort(key=lambda d: d.name)
            raise BuildError('%s: class %s is its own superclass' % (lost[0].place, lost[0].name))
        return ordered

    def check_variables(self, definition):
        """No two variables that a class's methods see have one name."""
        name = definition.name
        for names in (self.all_inst_vars(name) + self.all_class_vars(name), self.all_class_inst_vars(name)):
            for variable in names:
                if names.count(variable) > 1:
                    self.problems.add('%s: class %s has two variables %s' % (definition.place, name, variable))

    def add_method(self, method):
        if method.class_name not in self.definitions:
            self.problems.add('%s: class %s is defined nowhere' % (method.place, method.class_name))
            return
        self.methods.setdefault((method.class_name, method.meta), []).append(method)

    def methods_of(self, name, meta):
        return self.methods.get((name, meta), [])

    def all_inst_vars(self, name):
        """The names of all instance variables of a class's instances, inherited ones first."""
        inherited = []
        definition = self.definitions[name]
        superclass = superclass_name(definition)
        if superclass is not None:
            inherited = self.all_inst_vars(superclass)
        return inherited + list(definition.inst_vars)

    def all_class_vars(self, name):
        """The names of the class variables that a class and its superclasses define."""
        names = []
        while name is not None:
            names += self.definitions[name].class_vars
            name = superclass_name(self.definitions[name])
        return names

    def all_class_inst_vars(self, name):
        """The same of the class itself: those of Class, then class instance variables."""
        chain = []
        while name is not None:
            definition = self.definitions[name]
            chain = list(definition.class_inst_vars) + chain
            name = superclass_name(definition)
        return self.all_inst_vars('Class') + chain

    def type_of(self, name):
        """The class's #type; a class that names none has that of its superclass."""
        while name is not None:
            definition = self.definitions[name]
            if definition.type != 'normal':
                return definition.type
            name = superclass_name(definition)
        return 'normal'


def superclass_name(definition):
    """The superclass's name, None for a class without one."""
    if definition.superclass in ROOT_SUPERCLASSES:
        return None
    return definition.superclass


def read_sources(folder, configuration, problems):
    """The Sources in the packages, folders with a package.st, below a folder that the configuration takes.

    What cannot be read, and methods of classes that are missing, are added to the Problems; BuildError if there are no
    packages, or for classes that do not fit together.
    """
    if not os.path.isdir(folder):
        raise BuildError('%s: no such folder' % folder)
    packages = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(os.path.join(path, 'package.st')) and configuration.takes_package(name):
            packages.append(read_package(path, problems))
    if not packages:
        raise BuildError('%s: no packages (folders with a package.st)' % folder)
    return Sources(packages, problems)


def read_package(path, problems):
    """The tonel Package in a folder."""
    package = tonel.Package(os.path.basename(path))
    for name in sorted(os.listdir(path)):
        if name.endswith(('.class.st', '.extension.st')):
            try:
                tonel.read_file(package, os.path.join(path, name))
            except CompileError as error:
                problems.add(str(error))
    return package
