"""A small object memory made by hand, so that primitives can be tried without an image file.

`make_memory(kind)` answers an ObjectMemory for a kind of KINDS with the classes that the VM knows, true, false, nil, the
Characters and a scheduler; `FakeInterp(memory)` is what a primitive sees of an interpreter.  The rest are short ways to
make Smalltalk objects of Python values and back.
"""
from spyvm.objects import formats, special
from spyvm.objects.memory import ObjectMemory
from spyvm.objects.model import BOXED, W_Float, W_SmallInteger
from spyvm.objects.pointers import W_Class, W_Pointers, array_from_items, new_generic_array
from spyvm.objects.raw import W_Bytes, W_Words
from spyvm.rpy.arith import r_uint32

KINDS = ['v3', 'spur32', 'spur64']

TRAITS = {
    'v3': (6502, 4, False),
    'spur32': (6521, 4, True),
    'spur64': (68021, 8, True),
}

V3_KINDS = {formats.EMPTY: 0, formats.FIXED: 1, formats.INDEXABLE: 2, formats.INDEXABLE_FIXED: 3, formats.WEAK: 4,
            formats.WORDS: 6, formats.LONGS: 7, formats.BYTES: 8, formats.METHOD: 12}

# name, superclass, kind, number of all named fields
CLASSES = [
    ('Object', None, formats.EMPTY, 0),
    ('Behavior', 'Object', formats.FIXED, 3),
    ('ClassDescription', 'Behavior', formats.FIXED, 5),
    ('Class', 'ClassDescription', formats.FIXED, 7),
    ('Metaclass', 'ClassDescription', formats.FIXED, 6),
    ('UndefinedObject', 'Object', formats.EMPTY, 0),
    ('Boolean', 'Object', formats.EMPTY, 0),
    ('True', 'Boolean', formats.EMPTY, 0),
    ('False', 'Boolean', formats.EMPTY, 0),
    ('Magnitude', 'Object', formats.EMPTY, 0),
    ('Character', 'Magnitude', formats.FIXED, 1),
    ('Number', 'Magnitude', formats.EMPTY, 0),
    ('Integer', 'Number', formats.EMPTY, 0),
    ('SmallInteger', 'Integer', formats.EMPTY, 0),
    ('LargePositiveInteger', 'Integer', formats.BYTES, 0),
    ('LargeNegativeInteger', 'LargePositiveInteger', formats.BYTES, 0),
    ('Float', 'Number', formats.WORDS, 0),
    ('SmallFloat64', 'Float', formats.EMPTY, 0),
    ('Point', 'Object', formats.FIXED, 2),
    ('Association', 'Magnitude', formats.FIXED, 2),
    ('Message', 'Object', formats.FIXED, 3),
    ('Collection', 'Object', formats.EMPTY, 0),
    ('Array', 'Collection', formats.INDEXABLE, 0),
    ('ByteArray', 'Collection', formats.BYTES, 0),
    ('Bitmap', 'Collection', formats.WORDS, 0),
    ('WordArray', 'Collection', formats.WORDS, 0),
    ('FloatArray', 'Collection', formats.WORDS, 0),
    ('SoundBuffer', 'Collection', formats.WORDS, 0),
    ('String', 'Collection', formats.BYTES, 0),
    ('Symbol', 'String', formats.BYTES, 0),
    ('WeakArray', 'Collection', formats.WEAK, 0),
    ('MethodDictionary', 'Collection', formats.INDEXABLE_FIXED, 2),
    ('CompiledMethod', 'ByteArray', formats.METHOD, 0),
    ('MethodContext', 'Object', formats.INDEXABLE_FIXED, 6),
    ('BlockContext', 'Object', formats.INDEXABLE_FIXED, 6),
    ('BlockClosure', 'Object', formats.INDEXABLE_FIXED, 3),
    ('FullBlockClosure', 'BlockClosure', formats.INDEXABLE_FIXED, 4),
    ('LinkedList', 'Collection', formats.FIXED, 2),
    ('Semaphore', 'LinkedList', formats.FIXED, 3),
    ('Process', 'Object', formats.FIXED, 4),
    ('ProcessorScheduler', 'Object', formats.FIXED, 2),
    ('Form', 'Object', formats.FIXED, 5),
]

SPECIALS = [
    (special.CLASS_BITMAP, 'Bitmap'), (special.CLASS_SMALL_INTEGER, 'SmallInteger'), (special.CLASS_STRING, 'String'),
    (special.CLASS_ARRAY, 'Array'), (special.CLASS_FLOAT, 'Float'), (special.CLASS_METHOD_CONTEXT, 'MethodContext'),
    (special.CLASS_BLOCK_CONTEXT, 'BlockContext'), (special.CLASS_POINT, 'Point'),
    (special.CLASS_LARGE_POSITIVE_INTEGER, 'LargePositiveInteger'), (special.CLASS_MESSAGE, 'Message'),
    (special.CLASS_COMPILED_METHOD, 'CompiledMethod'), (special.CLASS_SEMAPHORE, 'Semaphore'),
    (special.CLASS_CHARACTER, 'Character'), (special.CLASS_BYTE_ARRAY, 'ByteArray'), (special.CLASS_PROCESS, 'Process'),
    (special.CLASS_BLOCK_CLOSURE, 'BlockClosure'), (special.CLASS_LARGE_NEGATIVE_INTEGER, 'LargeNegativeInteger'),
]

PRIORITIES = 8
CLASS_SIZE = 7          # superclass, methodDict, format, instanceVariables, organization, subclasses, name
META_SIZE = 6           # ..., thisClass
META_THIS_CLASS = 5


class FakeInterp(object):
    """What a primitive sees of an interpreter."""

    def __init__(self, memory, host=None):
        self.memory = memory
        self.host = host


def make_memory(kind):
    """A new ObjectMemory for 'v3', 'spur32' or 'spur64'."""
    version, word_size, spur = TRAITS[kind]
    memory = ObjectMemory(formats.Traits(version, word_size, spur, False))
    _add_classes(memory)
    memory.classes_of_the_image = memory.known_views.all()      # what an image's dictionary of classes does: keep them
    w_specials = _add_specials(memory)
    memory.w_special_objects = w_specials
    memory.specials_changed()
    if memory.has_immediate_floats:
        memory.view_SmallFloat = view_named(memory, 'SmallFloat64')
    if not spur:
        view = view_named(memory, 'Character')
        table = [W_Pointers(view, [W_SmallInteger(i)]) for i in range(256)]
        w_specials.store(memory, special.CHARACTER_TABLE, new_generic_array(memory.view_Array, table))
    _add_scheduler(memory)
    memory.specials_changed()
    return memory


def make_interp(kind):
    return FakeInterp(make_memory(kind))


def class_format(memory, kind, inst_size):
    """The value of a Behavior's format field."""
    if memory.is_spur:
        return (kind << 16) | inst_size
    size = inst_size + 1
    return (V3_KINDS[kind] << 7) | ((size & 0x3F) << 1) | ((size & 0xC0) << 10)


def new_class(memory, name, superclass, kind, inst_size):
    """A class of that name (its metaclass, too); `superclass` is None or a name.  Answers its view."""
    w_super = w_meta_super = memory.w_nil
    if superclass is not None:
        w_super = class_named(memory, superclass)
        w_meta_super = w_super.view.w_self
    w_meta = W_Class(view_named(memory, 'Metaclass'), [memory.w_nil] * META_SIZE)
    _fill_class(memory, w_meta, w_meta_super, formats.FIXED, CLASS_SIZE)
    w_class = W_Class(memory.view_of_class(w_meta), [memory.w_nil] * CLASS_SIZE)
    _fill_class(memory, w_class, w_super, kind, inst_size)
    w_meta.slots[META_THIS_CLASS] = w_class
    w_class.slots[special.CLASS_NAME] = W_Bytes(memory.view_String, list(name))
    memory.view_of_class(w_meta).refresh_shape(memory)
    view = memory.view_of_class(w_class)
    memory.classes_of_the_image.append(view)
    return view


def _fill_class(memory, w_class, w_super, kind, inst_size):
    w_class.slots[special.SUPERCLASS] = w_super
    w_class.slots[special.FORMAT] = W_SmallInteger(class_format(memory, kind, inst_size))


def _add_classes(memory):
    metas = {}
    for name, _, _, _ in CLASSES:
        w_meta = W_Class(None, [memory.w_nil] * META_SIZE)
        w_meta.slots[META_THIS_CLASS] = W_Class(memory.view_of_class(w_meta), [memory.w_nil] * CLASS_SIZE)
        metas[name] = w_meta
    w_class_class = metas['Class'].slots[META_THIS_CLASS]
    view_metaclass = memory.view_of_class(metas['Metaclass'].slots[META_THIS_CLASS])
    view_string = memory.view_of_class(metas['String'].slots[META_THIS_CLASS])
    for name, superclass, kind, inst_size in CLASSES:
        w_meta = metas[name]
        w_class = w_meta.slots[META_THIS_CLASS]
        w_meta.view = view_metaclass
        w_super, w_meta_super = memory.w_nil, w_class_class
        if superclass is not None:
            w_meta_super = metas[superclass]
            w_super = w_meta_super.slots[META_THIS_CLASS]
        _fill_class(memory, w_meta, w_meta_super, formats.FIXED, CLASS_SIZE)
        _fill_class(memory, w_class, w_super, kind, inst_size)
        w_class.slots[special.CLASS_NAME] = W_Bytes(view_string, list(name))
        memory.view_of_class(w_class)
    for view in memory.known_views.all():
        view.refresh_shape(memory)
    memory.w_nil.view = view_named(memory, 'UndefinedObject')
    memory.w_true.view = view_named(memory, 'True')
    memory.w_false.view = view_named(memory, 'False')


def _add_specials(memory):
    items = [memory.w_nil] * 60
    items[special.FALSE] = memory.w_false
    items[special.TRUE] = memory.w_true
    for index, name in SPECIALS:
        items[index] = class_named(memory, name)
    if memory.is_spur:
        items[special.CLASS_FULL_BLOCK_CLOSURE] = class_named(memory, 'FullBlockClosure')
    return new_generic_array(view_named(memory, 'Array'), items)


def _add_scheduler(memory):
    lists = [instance(memory, 'LinkedList', 0) for _ in range(PRIORITIES)]
    w_scheduler = instance(memory, 'ProcessorScheduler', 0)
    w_scheduler.slots[special.PROCESS_LISTS] = new_generic_array(memory.view_Array, lists)
    w_process = w_scheduler.slots[special.ACTIVE_PROCESS] = instance(memory, 'Process', 0)
    w_process.slots[special.PROCESS_PRIORITY] = W_SmallInteger(4)
    w_association = instance(memory, 'Association', 0)
    w_association.slots[special.KEY] = W_Bytes(view_named(memory, 'Symbol'), list('Processor'))
    w_association.slots[special.VALUE] = w_scheduler
    memory.w_special_objects.store(memory, special.SCHEDULER_ASSOCIATION, w_association)


# ---- Smalltalk objects from Python values and back

def view_named(memory, name):
    """The ClassView of the class of that name."""
    for view in memory.known_views.all():
        if view.name() == name:
            return view
    raise KeyError(name)


def class_named(memory, name):
    return view_named(memory, name).w_self


def instance(memory, class_name, size=0):
    return memory.instantiate(view_named(memory, class_name), size)


def integer(memory, value):
    """The Integer, normalised."""
    if memory.min_int <= value <= memory.max_int:
        return W_SmallInteger(int(value))
    return large(memory, value)


def large(memory, value, size=0):
    """A LargeInteger of at least `size` bytes, not normalised: also for small values, and with leading zeros."""
    view = memory.view_LargeNegativeInteger if value < 0 else memory.view_LargePositiveInteger
    digits = []
    rest = abs(value)
    while rest:
        digits.append(chr(rest & 255))
        rest >>= 8
    return W_Bytes(view, digits + ['\x00'] * (size - len(digits)))


def boxed_float(memory, value):
    """A Float that is no immediate."""
    w_float = W_Float(value)
    w_float.meta = BOXED
    return w_float


def string(memory, text):
    return W_Bytes(memory.view_String, list(text))


def byte_array(memory, values):
    return W_Bytes(memory.view_ByteArray, [chr(value) for value in values])


def words(memory, class_name, values):
    """32-bit words from ints."""
    return W_Words(view_named(memory, class_name), [r_uint32(value) for value in values])


def array(memory, items_w):
    """An Array in the tightest strategy."""
    return array_from_items(memory, memory.view_Array, list(items_w))


def symbol(memory, text):
    return W_Bytes(view_named(memory, 'Symbol'), list(text))


def python_value(memory, w_object):
    """An Integer's or Float's value, a boolean, None for nil, the text of a String."""
    if isinstance(w_object, (W_SmallInteger, W_Float)):
        return w_object.value
    if w_object is memory.w_nil:
        return None
    if w_object is memory.w_true:
        return True
    if w_object is memory.w_false:
        return False
    if isinstance(w_object, W_Bytes):
        if not memory.is_large_integer(w_object):
            return w_object.text()
        value = 0
        for char in reversed(w_object.bytes):
            value = (value << 8) | ord(char)
        return -value if w_object.view is memory.view_LargeNegativeInteger else value
    raise TypeError(w_object.describe())


def is_normalised(memory, w_integer):
    """Whether an Integer has the one form that the image's arithmetic expects."""
    value = python_value(memory, w_integer)
    if isinstance(w_integer, W_SmallInteger):
        return memory.min_int <= value <= memory.max_int
    return not memory.min_int <= value <= memory.max_int and w_integer.bytes[-1] != '\x00'
