"""Image segments: storing a part of the object memory as words (98) and making objects of such words again (99).

Formats, and the conditions under which both fail, are in docs/segments.md.
"""
from spyvm.image.errors import ImageError
from spyvm.image.header import ImageHeader, find_format
from spyvm.image.segment.errors import BAD_ARGUMENT_CODE, INAPPROPRIATE_CODE, SegmentError, refused
from spyvm.image.segment.load_spur import SpurLoad
from spyvm.image.segment.load_v3 import V3Load
from spyvm.image.segment.mark import Outside
from spyvm.image.segment.source import open_source
from spyvm.image.segment.store_spur import store_spur
from spyvm.image.segment.store_v3 import store_v3
from spyvm.objects.become import check, forward
from spyvm.objects.enumeration import roots_of
from spyvm.objects.errors import FAILED, NO_MEMORY, PrimitiveFailed, UNSUPPORTED
from spyvm.objects.pointers import W_Array, new_array, new_generic_array
from spyvm.objects.raw import W_Words
from spyvm.primitives.registry import primitive
from spyvm.rpy import jit


def ensure_header(memory):
    """A memory that was not read from a file has no header, from which the writers take the format."""
    if memory.header is None:
        memory.header = ImageHeader(find_format(memory.traits.version), memory.traits)


@primitive(98, args=3)
@jit.dont_look_inside
def store_image_segment(interp, w_receiver, w_roots, w_words, w_outers):
    """Store what can be reached only through an Array of roots in a word array.

    Another Array gets the objects outside that these refer to, the out pointers.  Both are cut to what is used.  Answers the
    receiver."""
    memory = interp.memory
    if not isinstance(w_roots, W_Array) or not isinstance(w_outers, W_Array) or not isinstance(w_words, W_Words):
        raise FAILED
    if w_roots is w_outers:
        raise FAILED
    if not memory.is_spur and memory.word_size != 4:
        raise UNSUPPORTED
    held = roots_of(interp) + [w_receiver, w_words, w_outers]
    ensure_header(memory)
    outside = Outside(memory, w_roots)
    try:
        outside.mark(held)
        if memory.is_spur:
            store_spur(memory, w_roots, w_words, w_outers)
        else:
            store_v3(memory, w_roots, w_words, w_outers)
    except ImageError:
        raise UNSUPPORTED       # an object of a kind that the format has not
    except MemoryError:
        raise NO_MEMORY
    finally:
        outside.unmark()
    return w_receiver


@primitive(99, args=2)
@jit.dont_look_inside
def load_image_segment(interp, w_receiver, w_words, w_outers):
    """The Array of the roots of the segment in a word array; the last argument has its out pointers.

    In V3 images the word array is cut to the version word, and nextObject from it on goes through the loaded objects; in
    Spur images an Array of the loaded objects takes its place.
    """
    memory = interp.memory
    if not isinstance(w_outers, W_Array) or not isinstance(w_words, W_Words):
        raise FAILED
    roots = roots_of(interp)
    check(memory, w_words)
    w_loaded = new_array(memory.view_Array, 0)
    outs = [memory.w_nil] * w_outers.size()
    for i in range(len(outs)):
        w_out = w_outers.fetch(memory, i)
        outs[i] = w_loaded if memory.is_spur and w_out is w_words else w_out
    try:
        source = open_source(w_words.words)
        try:
            objects = loaded_objects(memory, source, outs)
        finally:
            source.free()
    except SegmentError as e:
        raise PrimitiveFailed(e.code)
    except ImageError:
        raise PrimitiveFailed(INAPPROPRIATE_CODE)
    except MemoryError:
        raise NO_MEMORY
    if memory.is_spur:
        w_new = new_generic_array(None, objects[:])
        w_loaded.strategy = w_new.strategy
        w_loaded.storage = w_new.storage
        forward(interp, w_words, w_loaded, roots)
    else:
        w_words.words = [source.version]
        memory.enumerations.insert_after(w_words, new_objects(memory, objects))
    return objects[0]


def loaded_objects(memory, source, outs):
    header = source.header
    if header.format.spur:
        if not memory.is_spur or memory.word_size != header.format.word_size:
            raise refused('version %d' % header.format.version, 0, 'that of the running image or an older one',
                          BAD_ARGUMENT_CODE)
        segment = SpurLoad(source.buffer, header, memory)
        segment.begin(outs)
        return segment.load_all()
    if memory.word_size != 4 and not memory.is_spur:
        raise UNSUPPORTED
    old_segment = V3Load(source.buffer, header, memory)
    old_segment.begin(outs)
    return old_segment.load_all()


def new_objects(memory, objects):
    """Those of the objects that were not there before."""
    new = []
    for w_object in objects:
        if w_object is not memory.w_nil and w_object is not memory.w_true and w_object is not memory.w_false:
            new.append(w_object)
    return new
