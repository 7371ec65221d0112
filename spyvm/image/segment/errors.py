"""What is wrong with an image segment."""
from spyvm.image.errors import ImageError
from spyvm.objects.errors import PrimitiveFailed
from spyvm.rpy import prebuilt

# Codes of the primitive error table, as SpurMemoryManager's primitives answer them
GENERIC, BAD_ARGUMENT_CODE, BAD_INDEX_CODE, INAPPROPRIATE_CODE, UNSUPPORTED_CODE = 1, 3, 4, 6, 7

LIMIT_EXCEEDED = prebuilt(PrimitiveFailed, 15)
WRITE_PAST_OBJECT = prebuilt(PrimitiveFailed, 17)


class SegmentError(ImageError):
    """The words are no segment this VM can load.  `code` is what the primitive fails with."""

    def __init__(self, message, code):
        ImageError.__init__(self, message)
        self.code = code


def refused(what, place, expected, code):
    """The SegmentError for something wrong at a byte offset of the segment."""
    return SegmentError('%s at byte %d of the segment: expected %s' % (what, place, expected), code)
