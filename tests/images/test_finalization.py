"""Finalization as scripts see it: the VM finds out, the image's finalization process does what is to be done."""
import pytest

from commands import BOTH, Spy

EPHEMERON = """| log guards | log := OrderedCollection new.
guards := Array with: (Ephemeron key: 'gone' copy finalizer: [:key | log add: key]).
%s (Delay forMilliseconds: 20) wait. log size"""
WEAK = """| log registry | log := OrderedCollection new. registry := WeakRegistry new.
registry add: Object new executor: [log add: 1]. nil.
%s (Delay forMilliseconds: 20) wait. log size"""
COLLECT = 'Smalltalk primitiveGarbageCollect.'      # unlike garbageCollect, leaves finalizing to the process


@pytest.mark.parametrize('kind', BOTH)
@pytest.mark.parametrize('code,collect,expected', [(EPHEMERON, '', '0'), (EPHEMERON, COLLECT, '1'),
                                                   (EPHEMERON, COLLECT + COLLECT, '1'), (WEAK, COLLECT, '1')])
def test_finalization_process(tmpdir, kind, code, collect, expected):
    spy = Spy(kind, tmpdir)
    assert spy('-c', code % collect) == (0, expected + '\n', '')
