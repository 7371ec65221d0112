"""Runs the executable ($SPY)."""
import os
import subprocess

import pytest

from shared import shared


def executable():
    spy = os.environ.get('SPY')
    if not spy:
        pytest.skip('SPY does not name the executable')
    return os.path.abspath(spy)


def start(arguments, **kw):
    return subprocess.Popen([executable()] + [str(each) for each in arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, universal_newlines=True, **kw)


def spy(*arguments, **kw):
    """(exit status, standard output, standard error)."""
    process = start(arguments, **kw)
    out, err = process.communicate()
    return process.returncode, out, err


def image(name):
    return shared('images/%s.image' % name)
