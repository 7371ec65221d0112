"""Puts the VM's sources and the suites' shared helpers (fakeimage, ...) on the path."""
import os
import sys

TESTS = os.path.dirname(os.path.abspath(__file__))
for directory in (TESTS, os.path.dirname(TESTS)):
    if directory not in sys.path:
        sys.path.insert(0, directory)


def pytest_collection_modifyitems(items):
    """Tests marked `collects` come first: a full collection by the host takes the longer the more other tests have left behind."""
    items.sort(key=lambda item: item.get_closest_marker('collects') is None)
