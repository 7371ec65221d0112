"""From Smalltalk sources to an object memory with everything that belongs into an image."""
from spyvm.objects.memory import ObjectMemory

from images.builder.classes import Classes
from images.builder.factory import Factory
from images.builder.failures import Problems
from images.builder.initializers import Initializers
from images.builder.methods import Methods, SourcesFile
from images.builder.packages import read_sources
from images.builder.system import System
from images.builder.variables import Variables


class Bootstrap(object):
    """Makes the image for the packages in a folder.

    configuration: a Configuration.  lenient: see Problems.  After make() there are
    memory         the ObjectMemory; `memory.loaded` has its objects in the order of the file to be
    sources_file   a SourcesFile
    system         a System
    problems       what was left out of a lenient build
    """

    def __init__(self, folder, configuration, lenient=False):
        self.folder = folder
        self.problems = Problems(lenient)
        self.configuration = configuration
        self.memory = ObjectMemory(configuration.traits)
        self.sources_file = SourcesFile('Sources of the kernel image, format %s' % configuration.name)
        self.factory = Factory(self.memory, configuration)

    def make(self):
        """Make all objects and run the initializers.  BuildError, or CompileError of the compiler."""
        self.make_objects()
        initializers = Initializers(self.factory, self.sources, self.classes, self.variables)
        initializers.run(self.folder)
        self.system.start_with(initializers.vm.interp, initializers.start_method(), self.variables.w_smalltalk)

    def make_objects(self):
        """All objects, before any Smalltalk code has run."""
        factory = self.factory
        self.sources = read_sources(self.folder, self.configuration, self.problems)
        self.classes = Classes(factory, self.sources)
        self.system = System(factory, self.classes)
        self.system.make_first_objects(self.classes.table_size())
        self.classes.make()
        self.system.install_classes()
        self.variables = Variables(factory, self.sources, self.classes)
        self.variables.make()
        self.classes.describe(self.variables.w_smalltalk)
        self.system.install_others(self.variables)
        self.methods = Methods(factory, self.sources, self.classes, self.variables, self.sources_file)
        self.methods.make()
        self.problems.check()
