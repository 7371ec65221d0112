"""What is wrong with an image file."""


class ImageError(Exception):
    """The file is not an image this VM can load.  `message` is one line: what, where in the file, what was expected."""

    def __init__(self, message):
        self.message = message

    def __str__(self):
        return self.message


def corrupt(what, offset, expected):
    """The ImageError for something wrong at a byte offset of the (uncompressed) file."""
    return ImageError('%s at byte %d: expected %s' % (what, offset, expected))
