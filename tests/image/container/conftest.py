"""Puts the helpers of the image tests on the path."""
import os
import sys

IMAGE_TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if IMAGE_TESTS not in sys.path:
    sys.path.insert(0, IMAGE_TESTS)
