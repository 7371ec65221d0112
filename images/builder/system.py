"""What a VM finds an image's objects by: the special objects array, the scheduler and, in Spur, the class table."""
from spyvm.image.flags import HIDDEN
from spyvm.objects import special
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import new_array, new_generic_array
from spyvm.objects.raw import W_Longs, W_Words
from spyvm.rpy.arith import r_uint, r_uint32

from images.builder.classes import COMPACT_CLASSES, COMPACT_SIZE
from images.builder.failures import BuildError

SPECIAL_SIZE = 60
EXTERNAL_OBJECTS_SIZE = 20
PRIORITIES = 80         # Squeak's: the run queues of priorities 1 to 80
START_PRIORITY = 40

# index: name of a class that has to be there
SPECIAL_CLASSES = [
    (special.CLASS_BITMAP, 'Bitmap'), (special.CLASS_SMALL_INTEGER, 'SmallInteger'), (special.CLASS_STRING, 'ByteString'),
    (special.CLASS_ARRAY, 'Array'), (special.CLASS_FLOAT, 'BoxedFloat64'), (special.CLASS_METHOD_CONTEXT, 'Context'),
    (special.CLASS_POINT, 'Point'), (special.CLASS_LARGE_POSITIVE_INTEGER, 'LargePositiveInteger'),
    (special.CLASS_MESSAGE, 'Message'), (special.CLASS_COMPILED_METHOD, 'CompiledMethod'),
    (special.CLASS_SEMAPHORE, 'Semaphore'), (special.CLASS_CHARACTER, 'Character'), (special.CLASS_BYTE_ARRAY, 'ByteArray'),
    (special.CLASS_PROCESS, 'Process'), (special.CLASS_BLOCK_CLOSURE, 'BlockClosure'),
    (special.CLASS_LARGE_NEGATIVE_INTEGER, 'LargeNegativeInteger'),
]
# the same of classes that an image may do without
OPTIONAL_CLASSES = [
    (31, 'DoubleByteArray'), (32, 'WordArray'), (33, 'DoubleWordArray'), (special.CLASS_MUTEX, 'Mutex'),
    (special.CLASS_EXTERNAL_ADDRESS, 'ExternalAddress'), (44, 'ExternalStructure'), (45, 'ExternalData'),
    (46, 'ExternalFunction'), (47, 'ExternalLibrary'), (special.CLASS_ALIEN, 'Alien'), (54, 'UnsafeAlien'),
    (special.CLASS_WEAK_FINALIZER, 'WeakFinalizer'),
]
SELECTORS = [
    (special.SELECTOR_DOES_NOT_UNDERSTAND, 'doesNotUnderstand:'), (special.SELECTOR_CANNOT_RETURN, 'cannotReturn:'),
    (special.SELECTOR_MUST_BE_BOOLEAN, 'mustBeBoolean'), (special.SELECTOR_CANNOT_INTERPRET, 'cannotInterpret:'),
    (special.SELECTOR_ABOUT_TO_RETURN, 'aboutToReturn:through:'), (special.SELECTOR_RUN_WITH_IN, 'run:with:in:'),
    (special.SELECTOR_ATTEMPT_TO_ASSIGN, 'attemptToAssign:withIndex:'), (53, 'invokeCallbackContext:'),
    (57, 'unusedBytecode'), (58, 'conditionalBranchCounterTrippedOn:'), (59, 'classTrapFor:'),
]
# The selectors of the bytecodes that send without a literal, and their numbers of arguments.  The V3 set has blockCopy: in
# the place of Sista's ~~.
SPECIAL_SELECTORS = [('+', 1), ('-', 1), ('<', 1), ('>', 1), ('<=', 1), ('>=', 1), ('=', 1), ('~=', 1), ('*', 1), ('/', 1),
                     ('\\\\', 1), ('@', 1), ('bitShift:', 1), ('//', 1), ('bitAnd:', 1), ('bitOr:', 1), ('at:', 1),
                     ('at:put:', 2), ('size', 0), ('next', 0), ('nextPut:', 1), ('atEnd', 0), ('==', 1), ('class', 0),
                     ('~~', 1), ('value', 0), ('value:', 1), ('do:', 1), ('new', 0), ('new:', 1), ('x', 0), ('y', 0)]
BLOCK_COPY_INDEX = 24
# What a failed primitive says, by error code from 1 on.
PRIMITIVE_ERRORS = [None, 'bad receiver', 'bad argument', 'bad index', 'bad number of arguments', 'inappropriate operation',
                    'unsupported operation', 'no modification', 'insufficient object memory', 'insufficient C memory',
                    'not found', 'bad method', 'internal error in named primitive machinery', 'object may move',
                    'resource limit exceeded', 'object is pinned', 'primitive write beyond end of object', 'object moved',
                    'object not pinned', 'callback error', 'operating system error', 'ffi call exception',
                    'heap compaction needed', 'operation failed']

# Spur's class table
PAGE_SIZE = 1024
PAGES = 4096
EXTRA_ROOTS = 8
LEAST_PAGES = 2         # VMs look at two without asking


class System(object):
    """w_specials: the special objects array; w_hidden_roots: in Spur, the Array of the class table's pages."""

    def __init__(self, factory, classes):
        self.factory = factory
        self.memory = factory.memory
        self.classes = classes
        self.w_specials = None
        self.w_hidden_roots = None

    def make_first_objects(self, class_count):
        """The objects that an image begins with; in Spur with the VM's own ones, for a table of so many classes."""
        memory = self.memory
        add = self.factory.add
        for w_object in (memory.w_nil, memory.w_false, memory.w_true):
            add(w_object)
        if memory.is_spur:
            if memory.word_size == 8:
                add(W_Longs(None, [r_uint(0)] * 64))    # heads of the lists of free chunks, by size
            else:
                add(W_Words(None, [r_uint32(0)] * 32))
            self.w_hidden_roots = add(new_array(None, PAGES + EXTRA_ROOTS))
            pages = max(LEAST_PAGES, (class_count + PAGE_SIZE - 1) // PAGE_SIZE)
            self.pages_w = [add(new_array(None, PAGE_SIZE)) for _ in range(pages)]
            for w_object in self.factory.objects[3:]:
                w_object.set_meta(HIDDEN)
        self.w_specials = add(new_generic_array(None, [memory.w_nil] * SPECIAL_SIZE))
        memory.w_special_objects = self.w_specials

    def install_classes(self):
        """Enter the classes where a VM looks for them; objects of all kinds can be made from now on."""
        memory = self.memory
        classes = self.classes
        put = self.put
        put(special.FALSE, memory.w_false)
        put(special.TRUE, memory.w_true)
        wanted = SPECIAL_CLASSES
        if memory.is_spur:
            wanted = wanted + [(special.CLASS_FULL_BLOCK_CLOSURE, 'FullBlockClosure')]
        for index, name in wanted:
            if name not in classes.classes:
                raise BuildError('there is no class %s, which VMs need to know' % name)
            put(index, classes.classes[name])
        for index, name in OPTIONAL_CLASSES:
            if name in classes.classes:
                put(index, classes.classes[name])
        views = self.factory.views
        for w_object, name in [(memory.w_nil, 'UndefinedObject'), (memory.w_true, 'True'), (memory.w_false, 'False'),
                               (self.w_specials, 'Array')]:
            w_object.view = views[name]
        memory.specials_changed()
        if memory.is_spur:
            for w_object in self.factory.objects[3:5 + len(self.pages_w)]:
                w_object.view = views['Array']
            if memory.has_immediate_floats:
                memory.view_SmallFloat = views['SmallFloat64']
            self.fill_class_table()

    def fill_class_table(self):
        for i, w_page in enumerate(self.pages_w):
            self.w_hidden_roots.store(self.memory, i, w_page)
        for index, w_class in enumerate(self.classes.class_table()):
            if w_class is not None:
                self.pages_w[index // PAGE_SIZE].store(self.memory, index % PAGE_SIZE, w_class)

    def put(self, index, w_object):
        self.w_specials.store(self.memory, index, w_object)

    def install_others(self, variables):
        """Selectors, characters, Smalltalk, the scheduler and what else is no class."""
        factory = self.factory
        memory = self.memory
        for index, selector in SELECTORS:
            self.put(index, factory.symbol(selector))
        items_w = []
        for i, (selector, num_args) in enumerate(SPECIAL_SELECTORS):
            if i == BLOCK_COPY_INDEX and not factory.configuration.sista:
                selector = 'blockCopy:'
            items_w += [factory.symbol(selector), W_SmallInteger(num_args)]
        self.put(special.SPECIAL_SELECTORS, factory.array(items_w))
        self.put(special.PRIMITIVE_ERROR_TABLE,
                 factory.array([memory.w_nil if text is None else factory.symbol(text) for text in PRIMITIVE_ERRORS]))
        self.put(special.EXTERNAL_OBJECTS, factory.array([memory.w_nil] * EXTERNAL_OBJECTS_SIZE))
        self.put(special.SMALLTALK, variables.w_smalltalk)
        if memory.is_spur:
            self.put(special.COMPACT_CLASSES, factory.array([]))
        else:
            compact_w = [self.classes.classes.get(name, memory.w_nil) for name in COMPACT_CLASSES]
            self.put(special.COMPACT_CLASSES, factory.array(compact_w + [memory.w_nil] * (COMPACT_SIZE - len(compact_w))))
            self.put(special.CHARACTER_TABLE, factory.make_character_table())
        lists_w = [factory.instance('LinkedList') for _ in range(PRIORITIES)]
        w_scheduler = factory.instance('ProcessorScheduler', quiescentProcessLists=factory.array(lists_w))
        variables.set_global('Processor', w_scheduler)
        self.put(special.SCHEDULER_ASSOCIATION, variables.association(variables.globals['Processor']))
        self.set_active_process(self.new_process())
        memory.specials_changed()

    # ---- processes

    def new_process(self):
        return self.factory.instance('Process', priority=W_SmallInteger(START_PRIORITY))

    def set_active_process(self, w_process):
        w_scheduler = self.memory.special(special.SCHEDULER_ASSOCIATION).fetch(self.memory, special.VALUE)
        w_scheduler.store(self.memory, special.ACTIVE_PROCESS, w_process)

    def start_with(self, interp, w_method, w_receiver):
        """Make a process about to run the method, which takes no arguments, the one that a VM resumes."""
        target = interp.prepare(w_method)
        w_context = interp.new_context_for(target, self.memory.w_nil, w_receiver, [])
        w_process = self.new_process()
        w_process.store(self.memory, special.PROCESS_SUSPENDED_CONTEXT, self.factory.add(w_context))
        self.set_active_process(w_process)
