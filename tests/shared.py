"""The folder of images and other files that others made; tests that need one are skipped where it is not there."""
import os
import pytest

DIRECTORY = os.environ.get('SPY_SHARED') or os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), 'shared')


def shared(name):
    """The path of a file in the folder, e.g. shared('images/mini.image')."""
    path = os.path.join(DIRECTORY, name)
    if not os.path.exists(path):
        pytest.skip('%s is not there' % path)
    return path
