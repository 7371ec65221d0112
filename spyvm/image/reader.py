"""Reading image files of all formats."""
from spyvm.image.errors import ImageError
from spyvm.image.header import read_header
from spyvm.image.spur import SpurLoader
from spyvm.image.v3 import V3Loader
from spyvm.objects.memory import ObjectMemory
from spyvm.rpy import osio


def read_image_file(path):
    """The ObjectMemory of the image in a file.  ImageError, with a one-line message, if that is not possible."""
    try:
        data = osio.read_file(path)
    except OSError:
        raise ImageError('cannot read the file')
    return load_image(data)


def load_image(data):
    """The ObjectMemory of the image with these bytes, gzip'd or not.  ImageError if they are none this VM can load."""
    header = read_header(data)
    memory = ObjectMemory(header.traits)
    if header.format.spur:
        SpurLoader(data, header, memory).load()
    else:
        V3Loader(data, header, memory).load()
    return memory
