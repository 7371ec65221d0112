"""The object memory of one running image: what it knows of the image, and making objects of every kind."""
from spyvm.objects import formats, integers, special
from spyvm.objects.classview import ClassView
from spyvm.objects.closure import W_BlockClosure
from spyvm.objects.context import BlockPart, W_Context
from spyvm.objects.enumeration import Enumerations
from spyvm.objects.errors import BAD_ARGUMENT, BAD_RECEIVER, FAILED, NO_MEMORY
from spyvm.objects.model import W_SmallInteger, W_Character, W_Float, W_HeapObject, BOXED, HASH_MASK
from spyvm.objects.mourning import Mourning
from spyvm.objects.pointers import W_Pointers, W_AbstractPointers, W_Class, W_Weak, new_array, new_generic_array
from spyvm.objects.raw import W_Bytes, W_Words, W_Shorts, W_Longs
from spyvm.objects.views import Views
from spyvm.rpy.arith import intmask, r_uint, r_uint32


class ObjectMemory(object):
    """Made by an image reader, which sets w_special_objects and then calls specials_changed().

    Fields with views of well known classes are named view_X; selectors the VM sends are w_x.
    """
    _immutable_fields_ = ['traits', 'word_size', 'is_spur', 'is_spur64', 'has_immediate_floats', 'max_int', 'min_int',
                          'w_nil', 'w_true', 'w_false', 'float_is_longs?',
                          'view_SmallInteger?', 'view_Character?', 'view_SmallFloat?', 'view_Float?', 'view_MethodContext?',
                          'view_BlockContext?', 'view_BlockClosure?', 'view_FullBlockClosure?', 'view_Array?', 'view_String?',
                          'view_Point?', 'view_LargePositiveInteger?', 'view_LargeNegativeInteger?', 'view_Message?',
                          'view_CompiledMethod?', 'view_Semaphore?', 'view_Process?', 'view_ByteArray?', 'view_Bitmap?',
                          'w_special_objects?', 'w_character_table?', 'w_behavior?']

    def __init__(self, traits):
        self.traits = traits
        self.word_size = traits.word_size
        self.is_spur = traits.spur
        self.is_spur64 = traits.spur and traits.word_size == 8
        self.has_immediate_floats = traits.has_immediate_floats()
        self.max_int = traits.max_small_int()
        self.min_int = -self.max_int - 1
        self.w_nil = W_Pointers(None, [])
        self.w_true = W_Pointers(None, [])
        self.w_false = W_Pointers(None, [])
        self.w_special_objects = None
        self.w_character_table = None
        self.w_behavior = None          # class Behavior: its subclasses' instances are classes
        self.float_is_longs = False
        self.known_views = Views()
        self.odd_views = {}             # views of objects that serve as classes without being a W_Class
        self.last_hash = 0x2D25
        self.last_class_hash = 0        # the greatest that a class has; 0 while not known
        self.loaded = []                # what the reader made, in the order of the file
        self.enumerations = Enumerations()
        self.mourning = Mourning()
        # what the reader found in the header and a writer gives back; see spyvm.image.header
        self.header = None
        self.view_SmallInteger = None
        self.view_Character = None
        self.view_SmallFloat = None
        self.view_Float = None
        self.view_MethodContext = None
        self.view_BlockContext = None
        self.view_BlockClosure = None
        self.view_FullBlockClosure = None
        self.view_Array = None
        self.view_String = None
        self.view_Point = None
        self.view_LargePositiveInteger = None
        self.view_LargeNegativeInteger = None
        self.view_Message = None
        self.view_CompiledMethod = None
        self.view_Semaphore = None
        self.view_Process = None
        self.view_ByteArray = None
        self.view_Bitmap = None

    # ---- what the image says

    def special(self, index):
        """Entry `index` of the special objects array (see spyvm.objects.special); nil where the array is too short."""
        w_array = self.w_special_objects
        if w_array is None or index >= w_array.pointer_size(self):
            return self.w_nil
        return w_array.fetch(self, index)

    def specials_changed(self):
        """Read the special objects array again."""
        self.find_behavior()
        self.view_SmallInteger = self.special_view(special.CLASS_SMALL_INTEGER)
        self.view_Character = self.special_view(special.CLASS_CHARACTER)
        self.view_Float = self.special_view(special.CLASS_FLOAT)
        self.view_MethodContext = self.special_view(special.CLASS_METHOD_CONTEXT)
        self.view_BlockContext = self.special_view(special.CLASS_BLOCK_CONTEXT)
        self.view_BlockClosure = self.special_view(special.CLASS_BLOCK_CLOSURE)
        if self.is_spur:
            self.view_FullBlockClosure = self.special_view(special.CLASS_FULL_BLOCK_CLOSURE)
        self.view_Array = self.special_view(special.CLASS_ARRAY)
        self.view_String = self.special_view(special.CLASS_STRING)
        self.view_Point = self.special_view(special.CLASS_POINT)
        self.view_LargePositiveInteger = self.special_view(special.CLASS_LARGE_POSITIVE_INTEGER)
        self.view_LargeNegativeInteger = self.special_view(special.CLASS_LARGE_NEGATIVE_INTEGER)
        self.view_Message = self.special_view(special.CLASS_MESSAGE)
        self.view_CompiledMethod = self.special_view(special.CLASS_COMPILED_METHOD)
        self.view_Semaphore = self.special_view(special.CLASS_SEMAPHORE)
        self.view_Process = self.special_view(special.CLASS_PROCESS)
        self.view_ByteArray = self.special_view(special.CLASS_BYTE_ARRAY)
        self.view_Bitmap = self.special_view(special.CLASS_BITMAP)
        self.w_character_table = self.special(special.CHARACTER_TABLE)
        if self.view_Float is not None:
            self.float_is_longs = self.view_Float.kind == formats.LONGS

    def special_view(self, index):
        w_class = self.special(index)
        if isinstance(w_class, W_AbstractPointers) and w_class is not self.w_nil:
            return self.view_of_class(w_class)
        return None

    def find_behavior(self):
        """Behavior is the superclass of Metaclass's that comes just below Object; Metaclass is SmallInteger class class."""
        w_class = self.special(special.CLASS_SMALL_INTEGER)
        for _ in range(2):
            if not isinstance(w_class, W_HeapObject) or w_class.view is None:
                return
            w_class = w_class.view.w_self
        w_behavior = w_class
        for _ in range(100):
            if not isinstance(w_class, W_AbstractPointers) or len(w_class.slots) <= special.FORMAT:
                break
            w_format = w_class.slots[special.FORMAT]
            if not isinstance(w_format, W_SmallInteger) or self.traits.inst_size(w_format.value) <= special.FORMAT:
                break
            w_behavior = w_class
            w_class = w_class.slots[special.SUPERCLASS]
        self.w_behavior = w_behavior
        for view in self.known_views.all():
            view.refresh_shape(self)

    def inherits_from_behavior(self, w_class):
        w_behavior = self.w_behavior
        if w_behavior is None:
            return False
        for _ in range(1000):
            if w_class is w_behavior:
                return True
            if not isinstance(w_class, W_AbstractPointers) or len(w_class.slots) <= special.SUPERCLASS:
                return False
            w_class = w_class.slots[special.SUPERCLASS]
        return False

    # ---- classes

    def view_of_class(self, w_class):
        """The view of an object that serves as a class, made when first asked for."""
        if isinstance(w_class, W_Class):
            view = w_class.instances
            if view is None:
                view = ClassView(self, w_class)
                w_class.instances = view
                self.known_views.add(view)
            return view
        return self.odd_view(w_class)

    def odd_view(self, w_class):
        view = self.odd_views.get(w_class, None)
        if view is None:
            view = ClassView(self, w_class)
            self.odd_views[w_class] = view
            self.known_views.add(view)
        return view

    def class_of(self, w_object):
        """The class object."""
        view = w_object.class_view(self)
        if view is None:
            raise FAILED
        return view.w_self

    def class_changed(self, w_class):
        """A class's superclass, method dictionary or format was replaced: subclasses see other methods, too."""
        if isinstance(w_class, W_Class) and w_class.instances is not None:
            w_class.instances.refresh_shape(self)
        self.flush_methods()

    def flush_methods(self):
        """Methods may have been added, replaced or removed anywhere (primitive 89)."""
        for view in self.known_views.all():
            view.flush(self)

    def flush_selector(self, w_selector):
        """The same for one selector (primitive 119)."""
        for view in self.known_views.all():
            view.flush_selector(self, w_selector)

    def method_changed(self, w_method):
        """A method's own contents changed (or primitive 116): forget where it was found."""
        for view in self.known_views.all():
            for w_selector, w_found in view.methods.items():
                if w_found is w_method:
                    view.invalidate()
                    break

    # ---- making objects

    def instantiate(self, view, size):
        """A new instance with `size` indexed elements, all nil or 0.  Fails where the class takes none, or cannot be instantiated
        so (immediates)."""
        kind = view.kind
        if size < 0:
            raise BAD_ARGUMENT
        if kind == formats.IMMEDIATE:
            raise BAD_RECEIVER
        if kind == formats.FIXED or kind == formats.EMPTY or kind == formats.EPHEMERON:
            if size != 0:
                raise BAD_RECEIVER
            if view is self.view_SmallInteger or view is self.view_SmallFloat:
                raise BAD_RECEIVER
            if view is self.view_Character and self.is_spur:
                raise BAD_RECEIVER
            return self.new_pointers(view, view.inst_size)
        check_size(kind, size)
        if kind == formats.INDEXABLE:
            return new_array(view, size)
        if kind == formats.INDEXABLE_FIXED:
            if view is self.view_MethodContext or view is self.view_BlockContext:
                return self.new_context(view, size)
            if view is self.view_BlockClosure and view is not None:
                return W_BlockClosure(view, False, self.w_nil, self.w_nil, self.w_nil, self.w_nil, [self.w_nil] * size)
            if view is self.view_FullBlockClosure and view is not None:
                return W_BlockClosure(view, True, self.w_nil, self.w_nil, self.w_nil, self.w_nil, [self.w_nil] * size)
            return self.new_pointers(view, view.inst_size + size)
        if kind == formats.WEAK:
            return W_Weak(self, view, view.inst_size, size)
        if kind == formats.BYTES:
            return W_Bytes(view, ['\x00'] * size)
        if kind == formats.WORDS or kind == formats.LONGS:
            if view is self.view_Float:
                if size != (2 if kind == formats.WORDS else 1):
                    raise BAD_ARGUMENT
                w_float = W_Float(0.0)
                w_float.meta = BOXED
                return w_float
            if kind == formats.WORDS:
                return W_Words(view, [r_uint32(0)] * size)
            return W_Longs(view, [r_uint(0)] * size)
        if kind == formats.SHORTS:
            return W_Shorts(view, [0] * size)
        raise BAD_RECEIVER

    def new_pointers(self, view, size):
        if view.behavior:
            return W_Class(view, [self.w_nil] * size)
        return W_Pointers(view, [self.w_nil] * size)

    def new_context(self, view, size):
        w_context = W_Context(view, None, size)
        w_context.w_sender = self.w_nil
        w_context.w_receiver = self.w_nil
        if view is self.view_BlockContext:
            w_context.block = BlockPart(None, 0, 0)
        return w_context

    def bool_object(self, value):
        return self.w_true if value else self.w_false

    def string_object(self, text):
        """A String with the bytes of `text`."""
        return W_Bytes(self.view_String, list(text))

    def bytes_object(self, text):
        """A ByteArray with the bytes of `text`."""
        return W_Bytes(self.view_ByteArray, list(text))

    def array_object(self, items):
        """An Array that owns the list `items`."""
        return new_generic_array(self.view_Array, items)

    def float_object(self, value):
        return W_Float(value)

    def point_object(self, x, y):
        """A Point of two ints."""
        return W_Pointers(self.view_Point, [self.int_object(x), self.int_object(y)])

    def character_object(self, code):
        """The Character with that code point; fails where the image has none."""
        if self.is_spur:
            if code < 0 or code > 0x3FFFFFFF:
                raise BAD_ARGUMENT
            return W_Character(code)
        if code < 0 or code > 255:
            raise BAD_ARGUMENT
        return self.w_character_table.fetch(self, code)

    def character_value(self, w_char):
        """The code point of a Character; fails on anything else."""
        if isinstance(w_char, W_Character):
            return w_char.value
        if isinstance(w_char, W_Pointers) and w_char.view is self.view_Character and len(w_char.slots) > 0:
            w_value = w_char.slots[0]
            if isinstance(w_value, W_SmallInteger):
                return w_value.value
        raise BAD_ARGUMENT

    # ---- integers

    def int_object(self, value):
        """The Integer with the value of a 64-bit signed int."""
        if self.min_int <= value and value <= self.max_int:
            return W_SmallInteger(value)
        return integers.from_word(self, value)

    def big_object(self, big):
        """The Integer with the value of an rbigint, normalised."""
        return integers.from_big(self, big)

    def is_large_integer(self, w_object):
        return isinstance(w_object, W_Bytes) and (w_object.view is self.view_LargePositiveInteger or
                                                  (w_object.view is self.view_LargeNegativeInteger and
                                                   w_object.view is not None))

    def big_value(self, w_integer):
        """The rbigint with the value of an Integer of any size; fails on anything else."""
        return integers.to_big(self, w_integer)

    def int_value(self, w_integer):
        """The value of an Integer that fits a 64-bit signed int; fails on anything else."""
        if isinstance(w_integer, W_SmallInteger):
            return w_integer.value
        if integers.fits_word(w_integer):
            return integers.word_value(self, w_integer)
        try:
            return self.big_value(w_integer).toint()
        except OverflowError:
            raise BAD_ARGUMENT

    def unsigned32_value(self, w_integer):
        """The value of an Integer from 0 to 2**32-1 as an int; fails on anything else."""
        value = self.int_value(w_integer)
        if value < 0 or value > 0xFFFFFFFF:
            raise BAD_ARGUMENT
        return value

    def unsigned64_value(self, w_integer):
        """The value of an Integer from 0 to 2**64-1 as an r_uint; fails on anything else."""
        if isinstance(w_integer, W_SmallInteger):
            if w_integer.value < 0:
                raise BAD_ARGUMENT
            return r_uint(w_integer.value)
        if not isinstance(w_integer, W_Bytes) or w_integer.view is not self.view_LargePositiveInteger:
            raise BAD_ARGUMENT
        value = r_uint(0)
        for i in range(len(w_integer.bytes) - 1, -1, -1):
            if i >= 8:
                if w_integer.bytes[i] != '\x00':
                    raise BAD_ARGUMENT
            else:
                value = (value << 8) | r_uint(ord(w_integer.bytes[i]))
        return value

    def unsigned64_object(self, value):
        """The Integer with the value of an r_uint."""
        if value <= r_uint(self.max_int):
            return W_SmallInteger(intmask(value))
        return integers.make(self, False, integers.word_magnitude(value))

    # ---- methods

    def method_literal_count(self, header):
        """The number of literals, from the value of a method header."""
        if self.is_spur:
            return header & 0x7FFF
        return (header >> 9) & 0xFF

    def method_primitive(self, w_method):
        """The number of the method's primitive; 0 for none."""
        header = w_method.header
        if not self.is_spur:
            return (header & 0x1FF) | ((header >> 19) & 0x200)
        bytes = w_method.bytes
        if not header & 0x10000 or len(bytes) < 3:
            return 0
        call_primitive = 248 if header < 0 else 139
        if ord(bytes[0]) != call_primitive:
            return 0
        return ord(bytes[1]) | (ord(bytes[2]) << 8)

    # ---- identity

    def identity_hash(self, w_object):
        """The identity hash as an int, assigned when first asked for."""
        if isinstance(w_object, W_SmallInteger):
            return w_object.value
        if isinstance(w_object, W_Character):
            return w_object.value
        meta = w_object.get_meta()
        hash = meta & HASH_MASK
        if hash == 0:
            if self.is_spur and isinstance(w_object, W_Class):
                hash = self.new_class_hash()
            else:
                hash = self.new_hash()
            w_object.set_meta(meta | hash)
        return hash

    def new_class_hash(self):
        """Of a class of a Spur image: its index in the class table, which no other class has."""
        if self.last_class_hash == 0:
            highest = FIRST_CLASS_HASH - 1
            for w_object in self.loaded:
                if isinstance(w_object, W_Class) and w_object.meta & HASH_MASK > highest:
                    highest = w_object.meta & HASH_MASK
            self.last_class_hash = highest
        if self.last_class_hash >= HASH_MASK:
            return self.new_hash()
        self.last_class_hash += 1
        return self.last_class_hash

    def new_hash(self):
        """A fresh identity hash: 12 bits in V3 images, 22 in Spur, never 0."""
        mask = 0x3FFFFF if self.is_spur else 0xFFF
        while True:
            self.last_hash = (self.last_hash * 16807) & 0x7FFFFFFF
            hash = (self.last_hash + (self.last_hash >> 4)) & mask
            if hash:
                return hash


FIRST_CLASS_HASH = 1024     # the first page of the class table is for classes that the VM knows
MAX_BODY = 1 << 30      # bytes; a larger object fails for lack of memory, before the host is asked for it


def check_size(kind, size):
    """Fails unless an object of the kind with so many elements stays below MAX_BODY."""
    unit = 8
    if kind == formats.BYTES:
        unit = 1
    elif kind == formats.WORDS:
        unit = 4
    if size > MAX_BODY // unit:
        raise NO_MEMORY
