"""Saving images: as they were loaded, or as they are while they run.

Both replace the file at once, or leave it as it was and raise ImageError, whose message says why, or OSError.
"""
from spyvm.image.live import live_objects
from spyvm.image.saving import Replacement
from spyvm.image.writer_spur import SpurWriter
from spyvm.image.writer_v3 import V3Writer


def save_loaded(memory, path, big_endian):
    """Write what a reader made of an image, none of which may have changed, in a byte order."""
    if memory.is_spur:
        save(SpurWriter(memory, memory.loaded, True, 0), path, big_endian)
    else:
        save(V3Writer(memory, memory.loaded, True), path, big_endian)


def save_live(memory, path):
    """Write what can be reached from the special objects, in the byte order of the image."""
    objects, own, walk = live_objects(memory)
    big_endian = memory.traits.big_endian
    try:
        if memory.is_spur:
            save(SpurWriter(memory, objects, False, own), path, big_endian)
        else:
            save(V3Writer(memory, objects, False), path, big_endian)
    finally:
        walk.finish()


def save(writer, path, big_endian):
    replacement = Replacement(path)
    try:
        writer.lay_out()
        writer.write(replacement.fd, big_endian)
        writer.restore()
        replacement.commit()
    finally:
        writer.restore()
        replacement.discard()
