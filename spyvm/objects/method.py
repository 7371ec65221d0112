"""CompiledMethods and CompiledBlocks: a header, literals, bytecodes; and MethodCode, the VM's view of one."""
from spyvm.objects import formats
from spyvm.objects.errors import BAD_INDEX, BAD_ARGUMENT, NO_MODIFICATION
from spyvm.objects.model import W_HeapObject, W_SmallInteger, IMMUTABLE
from spyvm.rpy import jit

SMALL_CONTEXT = 16      # stack slots of a context whose method does not ask for a large one
LARGE_CONTEXT = 56


class W_CompiledMethod(W_HeapObject):
    """`header` is the header's value as an int; `literals` a list of W_ objects; `bytes` a list of one-character strings (the
    bytecodes and what the compiler put behind them).  Replacing a part drops the cached MethodCode, so that the next activation
    sees the change."""
    _attrs_ = ['header', 'literals', 'bytes', 'code']
    _immutable_fields_ = ['code?']

    def __init__(self, view, header, literals, bytes):
        W_HeapObject.__init__(self, view)
        self.header = header
        self.literals = literals
        self.bytes = bytes
        self.code = None

    def get_code(self, memory):
        """The MethodCode, made on first use.  Its bytecodes are decoded by the interpreter."""
        code = self.code
        if code is None:
            code = MethodCode(memory, self)
            self.code = code
        return code

    def kind(self, memory):
        return formats.METHOD

    def pointer_size(self, memory):
        return len(self.literals) + 1

    def fetch(self, memory, n0):
        """Pointer 0 is the header, then come the literals."""
        if n0 == 0:
            return memory.int_object(self.header)
        n0 -= 1
        if n0 < 0 or n0 >= len(self.literals):
            raise BAD_INDEX
        return self.literals[n0]

    def store(self, memory, n0, w_value):
        if self.meta & IMMUTABLE:
            raise NO_MODIFICATION
        if n0 == 0:
            if not isinstance(w_value, W_SmallInteger):
                raise BAD_ARGUMENT
            if memory.method_literal_count(w_value.value) != len(self.literals):
                raise BAD_ARGUMENT
            self.header = w_value.value
        else:
            n0 -= 1
            if n0 < 0 or n0 >= len(self.literals):
                raise BAD_INDEX
            self.literals[n0] = w_value
        self.changed(memory)

    def changed(self, memory):
        """Header, literals or bytes were replaced."""
        if self.code is not None:
            self.code = None
            memory.method_changed(self)

    def byte_offset(self, memory):
        """Where the bytecodes begin, in bytes from the start of the object's body."""
        return (len(self.literals) + 1) * memory.word_size

    def indexed_size(self, memory):
        return self.byte_offset(memory) + len(self.bytes)

    def at0(self, memory, n0):
        if n0 >= 0 and n0 < memory.word_size and not memory.is_spur:
            return W_SmallInteger(self.header_byte(memory, n0))
        n0 -= self.byte_offset(memory)
        if n0 < 0 or n0 >= len(self.bytes):
            raise BAD_INDEX
        return W_SmallInteger(ord(self.bytes[n0]))

    def header_byte(self, memory, n0):
        """Byte n0 of the header as it lies in the image's memory.  Squeak 2 looks for the end of the bytecodes from behind, and
        finds its way into the header where there are none."""
        shift = 8 * n0
        if memory.traits.big_endian:
            shift = 8 * (memory.word_size - 1 - n0)
        return (((self.header << 1) | 1) >> shift) & 255

    def atput0(self, memory, n0, w_value):
        n0 -= self.byte_offset(memory)
        if n0 < 0 or n0 >= len(self.bytes):
            raise BAD_INDEX
        if not isinstance(w_value, W_SmallInteger) or w_value.value < 0 or w_value.value > 255:
            raise BAD_ARGUMENT
        if self.meta & IMMUTABLE:
            raise NO_MODIFICATION
        self.bytes[n0] = chr(w_value.value)
        self.changed(memory)

    def describe(self):
        return 'a CompiledMethod'


class MethodCode(object):
    """A method as the interpreter runs it: header fields unpacked, bytecodes decoded.

    `ops[pc]` is the instruction that starts at byte pc of the bytecodes (0 while not decoded), `depths[pc]` how deep the stack
    is before it (temporaries included; -1 while not known); see spyvm.interpreter.decoder.  The length of a context's stack,
    `frame_size`, never changes once the method has been activated: the JIT relies on it.
    """
    _immutable_fields_ = ['w_method', 'num_args', 'num_temps', 'primitive', 'alternate', 'literals[*]', 'nominal_size',
                          'pc_base', 'frame_size?', 'ops?[*]', 'kind?', 'operand?', 'initial_pc',
                          'initial_sp', 'unwind_mark', 'function?', 'wants_error?', 'has_blocks?',
                          'old_blocks?', 'base']

    def __init__(self, memory, w_method, base=None):
        header = w_method.header
        self.w_method = w_method
        self.base = base            # of a variant: what it is a copy of
        self.num_args = (header >> 24) & 15
        self.num_temps = (header >> 18) & 63
        self.nominal_size = LARGE_CONTEXT if header & (1 << 17) else SMALL_CONTEXT
        self.primitive = memory.method_primitive(w_method)
        self.unwind_mark = self.primitive == 198
        self.alternate = header < 0
        self.literals = w_method.literals[:]
        self.pc_base = w_method.byte_offset(memory) + 1
        self.initial_pc = 0
        self.initial_sp = self.num_temps if self.num_temps >= self.num_args else self.num_args
        self.name = ''          # for people: receiver's class and selector of the first send that found it
        self.frame_size = 0
        self.ops = []
        self.depths = []
        self.sites = []
        self.kind = -1          # how to activate it: see spyvm.interpreter.decoder; -1 while not decoded
        self.operand = 0
        self.has_blocks = False     # ^ may be that of a block
        self.old_blocks = False     # BlockContexts run these instructions, too
        self.function = None    # of a primitive: the PrimitiveFunction
        self.wants_error = False    # the method takes a failed primitive's error code
        self.has_loop = False
        self.places = None      # BlockPlaces by the byte where the block begins; {} once there is one
        self.last_place = None  # the one that was asked for last

    @jit.elidable
    def place_at(self, pc):
        """The BlockPlace of the block that begins at byte pc."""
        code = self if self.base is None else self.base
        place = code.last_place
        if place is not None and place.pc == pc:
            return place
        if code.places is None:
            code.places = {}
        place = code.places.get(pc, None)
        if place is None:
            place = BlockPlace(pc)
            code.places[pc] = place
        code.last_place = place
        return place

    def variants(self):
        """The variants of other methods that are kept for this one's blocks."""
        found = []
        if self.places is not None:
            for place in self.places.values():
                for variant in place.variants.values():
                    found.append(variant)
        return found


class BlockPlace(object):
    """A block as it stands in the source, and the variants of methods with loops that run it.

    All senders of `do:` share its loop, which to a tracing JIT would be one loop that runs many blocks, with a chain of guards to
    find out which.  So a method that has a loop and is given a block runs as a copy of itself, one for each block in the source
    that it was ever given.
    """
    MOST = 16       # variants; methods that come then run as themselves

    def __init__(self, pc):
        self.pc = pc
        self.variants = {}
        self.last_target = None
        self.last_variant = None

    @jit.elidable
    def variant(self, memory, target):
        """A copy of the MethodCode `target`, which is ready to be activated, for this block only."""
        if self.last_target is target:
            return self.last_variant
        variant = self.variants.get(target, None)
        if variant is None:
            if len(self.variants) >= self.MOST:
                self.forget_changed_methods()
            if len(self.variants) >= self.MOST:
                return target
            variant = MethodCode(memory, target.w_method, target)
            variant.ops = target.ops[:]
            variant.depths = target.depths[:]
            variant.sites = [None] * len(target.sites)
            variant.frame_size = target.frame_size
            variant.has_blocks = target.has_blocks
            variant.old_blocks = target.old_blocks
            variant.wants_error = target.wants_error
            variant.operand = target.operand
            variant.kind = target.kind
            variant.name = target.name
            self.variants[target] = variant
        self.last_target = target
        self.last_variant = variant
        return variant

    def forget_changed_methods(self):
        kept = {}
        for target, variant in self.variants.items():
            if target.w_method.code is target:
                kept[target] = variant
        self.variants = kept
