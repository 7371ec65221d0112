"""Reading image files of all formats."""
from spyvm.image.errors import ImageError
from spyvm.image.gunzip import gunzip, is_gzipped
from spyvm.image.header import read_header
from spyvm.image.spur import SpurLoader
from spyvm.image.v3 import V3Loader
from spyvm.objects.memory import ObjectMemory
from spyvm.platform.oserrors import unreadable
from spyvm.rpy.buffer import buffer_of, buffer_of_file


def read_image_file(path):
    """The ObjectMemory of the image in a file.  ImageError, with a one-line message, if that is not possible."""
    try:
        buffer = buffer_of_file(path)
    except OSError as e:
        raise ImageError(unreadable(e))
    except MemoryError:
        raise ImageError('the file is larger than the memory')
    return load_buffer(buffer)


def load_image(data):
    """The ObjectMemory of the image with these bytes, gzip'd or not.  ImageError if they are none this VM can load."""
    return load_buffer(buffer_of(data))


def load_buffer(buffer):
    """The same for a Buffer, which is freed."""
    gzipped = is_gzipped(buffer)
    try:
        if gzipped:
            packed = buffer
            buffer = gunzip(packed)
            packed.free()
        header = read_header(buffer)
        header.gzipped = gzipped
        memory = ObjectMemory(header.traits)
        if header.format.spur:
            SpurLoader(buffer, header, memory).load()
        else:
            V3Loader(buffer, header, memory).load()
        return memory
    finally:
        buffer.free()
