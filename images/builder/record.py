"""MethodRecord: a compiled method or block, before it becomes an object."""


class MethodRecord(object):
    """A CompiledMethod, or CompiledBlock, to be.

    selector: text, '' for a block.  is_block.
    num_args: int.  num_temps: int, arguments included; of a block also the copied values, which follow the arguments.
    literals: the whole frame, a list of images.builder.literals objects.  Of a method the last is a MethodClass, the last
        but one the selector's Symbol or a State.  Of a block the last is Outer.  Blocks (Sista only) are among the literals.
    bytecodes: list of ints 0 to 255, without a trailer.
    primitive: int, 0 for none.  In the Spur formats the bytecodes begin with the instruction that calls it.
    large_frame: whether the context needs the large stack.
    pragmas: list of literals.Pragma, the primitive's not among them.
    header: int, value of the SmallInteger that is the method's header.
    """

    def __init__(self, selector, is_block):
        self.selector = selector
        self.is_block = is_block
        self.num_args = 0
        self.num_temps = 0
        self.literals = []
        self.bytecodes = []
        self.primitive = 0
        self.large_frame = False
        self.pragmas = []
        self.header = 0

    def set_header(self, options):
        """Compute the header for that format: spyvm.objects.method reads it the same way."""
        header = self.num_args << 24 | self.num_temps << 18 | (1 << 17 if self.large_frame else 0)
        if options.is_spur:
            header |= len(self.literals) | (1 << 16 if self.primitive else 0)
            if options.is_sista:
                header -= 1 << (options.int_bits - 1)
        else:
            header |= len(self.literals) << 9 | self.primitive & 0x1FF | (self.primitive & 0x200) << 19
        self.header = header
