"""Puts the VM's sources and the suites' shared helpers (fakeimage, ...) on the path."""
import os
import sys

TESTS = os.path.dirname(os.path.abspath(__file__))
for directory in (TESTS, os.path.dirname(TESTS)):
    if directory not in sys.path:
        sys.path.insert(0, directory)
