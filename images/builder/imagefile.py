"""Saving what was built: a header for the image's writer, then both files, the sources first."""
import os
import struct

from spyvm.image.errors import ImageError
from spyvm.image.header import ImageHeader, find_format
from spyvm.image.snapshot import save_live
from spyvm.rpy.osio import from_native

from images.builder.failures import BuildError

WINDOW_SIZE = 1024 << 16 | 768
BASE_ADDRESS = 0x100000     # where the objects would be in memory; any VM moves them
LITTLE_FLOATS = 2           # flag: Spur's Floats are those of a little-endian machine
HEADER_WORDS = 16


def new_header(configuration):
    """The ImageHeader of an image that no VM has saved yet."""
    header = ImageHeader(find_format(configuration.version), configuration.traits)
    header.wide = configuration.word_size == 8 and not configuration.spur
    header.header_size = HEADER_WORDS * configuration.word_size
    header.base_address = BASE_ADDRESS
    header.window_size = WINDOW_SIZE
    header.flags = LITTLE_FLOATS if configuration.spur else 0
    order = '>' if configuration.big_endian else '<'
    first = struct.pack(order + ('QQ' if header.wide else 'II'), configuration.version, header.header_size)
    words = [0, header.base_address, 0, 0, header.window_size, header.flags]
    data = first + struct.pack(order + ('6Q' if configuration.word_size == 8 else '6I'), *words)
    header.raw = ''.join([chr(byte) for byte in bytearray(data.ljust(header.header_size, b'\0'))])
    return header


def save_image(bootstrap, path):
    """Write the image of a Bootstrap to `path`, which ends in .image or not, and its sources beside it."""
    bootstrap.memory.header = new_header(bootstrap.configuration)
    bootstrap.memory.header.w_hidden_roots = bootstrap.system.w_hidden_roots
    directory = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(directory):
        os.makedirs(directory)
    bootstrap.sources_file.save(sources_path(path))
    try:
        save_live(bootstrap.memory, from_native(path))
    except ImageError as error:
        raise BuildError('%s: %s' % (path, error.message))


def sources_path(path):
    """The name of the sources file beside an image."""
    if path.endswith('.image'):
        path = path[:-len('.image')]
    return path + '.sources'
