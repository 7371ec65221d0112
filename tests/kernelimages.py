"""The project's own images, which `make images` builds; tests that need one are skipped where it has not been built."""
import os
import pytest

DIRECTORY = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), '.build', 'images')
NAMES = ['spur64', 'spur64-v3', 'spur32', 'spur32-v3', 'v3', 'v3-be', 'v3-64']


def kernel_image(name='spur64'):
    """The path of the kernel image of a format; with the V3 bytecodes in a Spur image, 'spur64-v3'."""
    path = os.path.join(DIRECTORY, 'kernel-%s.image' % name)
    if not os.path.exists(path):
        wanted = name.replace('-v3', '+v3')
        pytest.skip("%s is not there: make images FORMATS='%s'" % (path, wanted))
    return path
