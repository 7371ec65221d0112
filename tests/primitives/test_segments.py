"""Primitives 98 and 99 as images call them: from compiled methods in mini.image, and on the objects of Spur images."""
import pytest

import fakeimage
import segmentkit as kit
from heapcheck import check_heap
from shared import shared
from spyvm.image.reader import read_image_file
from spyvm.objects.errors import PrimitiveFailed
from spyvm.objects.pointers import W_Class, new_array
from spyvm.objects.raw import W_Words
from spyvm.platform.host import Host
from spyvm.primitives import registry
from spyvm.rpy.arith import r_uint32
from spyvm.vm import open_image

METHODS = """Object compile: 'storeRoots: r into: w outs: o <primitive: 98> ^#failed' classified: 'x' notifying: nil.
Object compile: 'load: w outs: o <primitive: 99> ^#failed' classified: 'x' notifying: nil. """


OPENED = []     # the image, until something goes wrong with it


@pytest.fixture
def mini():
    if not OPENED:
        path = shared('images/mini.image')
        OPENED.append(open_image(path, Host('/opt/spy/spy', [], path, [])))
        OPENED[0].evaluate(METHODS + '3')
    return OPENED[0]


QUESTIONS = [
    ('round trip', "a := Array with: (Array with: 3 with: 'abc' copy with: $x with: 2.5). "
     "self storeRoots: a into: w outs: o. b := self load: w outs: o. ^b printString , ' ', (b first == a first) printString",
     "((3 'abc' $x 2.5 ) ) false"),
    ('outer objects', "a := OrderedCollection with: 5 with: Smalltalk. self storeRoots: (Array with: a) into: w outs: o. "
     "b := 0. o do: [:each | each == Smalltalk ifTrue: [b := b + 1]]. "
     "^b printString, (((self load: w outs: o) first at: 2) == Smalltalk) printString", '1true'),
    ('cut to size', "self storeRoots: (Array with: 1) into: w outs: o. ^w size printString, ' ', o size printString", '3 0'),
    ('the version', "self storeRoots: (Array with: 1) into: w outs: o. ^w first printString", str(6502 | 0x73 << 24)),
    ('the word array afterwards', "self storeRoots: (Array with: 1) into: w outs: o. self load: w outs: o. "
     "^w size printString", '1'),
    ('too small', "^(self storeRoots: (Array with: 1) into: (Bitmap new: 62) outs: o) printString , o size printString",
     'failed200'),
    ('no segment', "^(self load: w outs: o) printString", 'failed'),
    ('the next objects', "| e n | self storeRoots: (Array with: (Array with: 7) with: 'abc' copy) into: w outs: o. "
     "e := w nextObject. self load: w outs: o. n := 0. b := w. [(b := b nextObject) == e] "
     "whileFalse: [n := n + 1]. ^n printString", '3'),
    ('a method and its class', "a := Object subclass: #SegmentSample instanceVariableNames: 'x' classVariableNames: '' "
     "poolDictionaries: '' category: 'x'. a compile: 'answer ^6 * 7' classified: 'x' notifying: nil. "
     "b := self storeRoots: (Array with: a) into: w outs: o. a := (self load: w outs: o) first. "
     "^(a == (Smalltalk at: #SegmentSample)) printString, a name, "
     "(a class == (Smalltalk at: #SegmentSample) class) printString, a new answer printString", 'falseSegmentSamplefalse42'),
    ('a suspended process', "a := [w size. 3 + 4] newProcess. self storeRoots: (Array with: a) into: w outs: o. "
     "^(self load: w outs: o) first class printString", 'Process'),
]


@pytest.mark.parametrize('what,code,answer', QUESTIONS, ids=[question[0] for question in QUESTIONS])
def test_in_an_image(mini, what, code, answer):
    declared = '| a b w o | w := Bitmap new: 20000. o := Array new: 200. '
    rest = code
    if code.startswith('| '):
        more, rest = code[2:].split('|', 1)
        declared = declared.replace('| a b w o |', '| a b w o %s|' % more)
    del OPENED[:]
    assert mini.evaluate(declared + rest).replace("''", "'").strip("'") == answer
    check_heap(mini.memory)
    OPENED.append(mini)


@pytest.mark.parametrize('name', ['headless-spur32', 'headless-spur64'])
def test_classes_of_a_spur_image(name):
    """Every class with its methods, one after the other: away and back."""
    memory = read_image_file(shared('images/%s.image' % name))
    interp = kit.Interp(memory)
    classes = [w for w in memory.loaded if isinstance(w, W_Class)][::7]
    before = check_heap(memory)
    for w_class in classes:
        w_words, w_outs = W_Words(memory.view_Bitmap, [r_uint32(0)] * 50000), new_array(memory.view_Array, 2000)
        w_roots = fakeimage.array(memory, [w_class])
        kit.segments.store_image_segment(interp, memory.w_nil, w_roots, w_words, w_outs)
        outs = kit.elements(memory, w_outs)
        w_back = kit.segments.load_image_segment(interp, memory.w_nil, w_words, w_outs)
        assert kit.picture(memory, w_back, outs) == kit.picture(memory, w_roots, outs)
        check_heap(memory, [w_back])
    assert check_heap(memory) == before


@pytest.mark.parametrize('spur', [False, True])
def test_registered(spur):
    interp = kit.make_interp('spur64' if spur else 'v3')
    nil = interp.memory.w_nil
    for number, count in ((98, 3), (99, 2)):
        entry = registry.find_numbered(number, spur)
        with pytest.raises(PrimitiveFailed):
            (entry.call3 if count == 3 else entry.call2)(*[interp] + [nil] * (count + 1))
