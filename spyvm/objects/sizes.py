"""How many bytes objects take in the image's own format."""
from spyvm.objects import formats
from spyvm.objects.model import W_Float

SPUR_HEADER = 8
SPUR_LARGE = 255        # so many words and the size needs a header of its own


def body_bytes(memory, kind, size, named):
    """The bytes of a body of `size` indexed elements behind `named` fields; `size` counts all bytes of a method."""
    if kind == formats.BYTES or kind == formats.METHOD:
        return size
    if kind == formats.SHORTS:
        return size * 2
    if kind == formats.WORDS:
        return size * 4
    if kind == formats.LONGS:
        return size * 8
    return (named + size) * memory.word_size


def object_bytes(memory, bytes):
    """The bytes of an object with a body of so many bytes, header and padding included."""
    word_size = memory.word_size
    words = (bytes + word_size - 1) // word_size
    if not memory.is_spur:
        return (words + 1) * word_size
    header = SPUR_HEADER if words < SPUR_LARGE else 2 * SPUR_HEADER
    if words == 0:
        words = 1       # there is always room for a forwarding pointer
    return header + (words * word_size + 7) // 8 * 8


def size_in_bytes(memory, w_object):
    """The bytes a heap object takes; 0 for an immediate."""
    if w_object.is_immediate(memory):
        return 0
    if isinstance(w_object, W_Float):
        return object_bytes(memory, 8)
    kind = w_object.kind(memory)
    if formats.is_pointers(kind):
        return object_bytes(memory, w_object.pointer_size(memory) * memory.word_size)
    return object_bytes(memory, body_bytes(memory, kind, w_object.indexed_size(memory), 0))
