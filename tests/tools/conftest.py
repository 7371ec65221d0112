"""Puts the makers of images for tests, which live next to the tests of the readers, on the path."""
import os
import sys

IMAGE_TESTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'image')
if IMAGE_TESTS not in sys.path:
    sys.path.insert(0, IMAGE_TESTS)
CONTAINER_TESTS = os.path.join(IMAGE_TESTS, 'container')
if CONTAINER_TESTS not in sys.path:
    sys.path.insert(0, CONTAINER_TESTS)
