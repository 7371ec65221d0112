"""Telling scripts, texts in Smalltalk, from image files: by what is in the file, where the name does not say."""
from spyvm.rpy import osio

SCRIPT_SUFFIX = '.st'
IMAGE_SUFFIX = '.image'
LOOKED_AT = 1024        # bytes from the beginning
TEXT_CONTROLS = '\t\n\x0b\x0c\r'


def is_script(path):
    """Whether the file is to be run by the kernel image: it is named FILE.st, or there is text in it.  Image files,
    compressed or not, have other bytes within the first few.  '-' is the standard input."""
    if path == '-' or path.endswith(SCRIPT_SUFFIX):
        return True
    if path.endswith(IMAGE_SUFFIX):
        return False
    try:
        stat = osio.stat(path)
        if stat.is_directory:
            return False
        return not stat.is_regular or is_text(beginning(path))      # a pipe can be read once
    except OSError:
        return False


def is_image(path):
    """Whether the word is the name of an image, in a place where other words may stand."""
    if path.endswith(IMAGE_SUFFIX):
        return True
    try:
        return not osio.stat(path).is_directory and not is_script(path)
    except OSError:
        return False


def beginning(path):
    fd = osio.open_read(path)
    try:
        return osio.read(fd, LOOKED_AT)
    finally:
        osio.close(fd)


def is_text(data):
    for char in data:
        if char < ' ' and TEXT_CONTROLS.find(char) < 0:
            return False
    return True
