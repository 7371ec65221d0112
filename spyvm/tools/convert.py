"""`spy convert`: an image file written anew without being run, in either byte order."""
from spyvm.image.errors import ImageError
from spyvm.image.reader import read_image_file
from spyvm.image.snapshot import save_loaded
from spyvm.platform.oserrors import reason

AS_IT_IS, BIG, LITTLE = 0, 1, 2


def convert(source, target, order):
    """Load the image file `source` and write it to `target`, which may be the same file, in the byte order AS_IT_IS, BIG or
    LITTLE.  Raises ImageError, its message naming the file."""
    try:
        memory = read_image_file(source)
    except ImageError as e:
        raise ImageError('%s: %s' % (source, e.message))
    big_endian = memory.traits.big_endian
    if order != AS_IT_IS:
        big_endian = order == BIG
    try:
        save_loaded(memory, target, big_endian)
    except ImageError as e:
        raise ImageError('%s: %s' % (source, e.message))
    except OSError as e:
        raise ImageError('%s: the file cannot be written: %s' % (target, reason(e)))
