# -*- coding: utf-8 -*-
"""-c, scripts and spy test on the kernel image: what is printed where, exit statuses, places of errors."""
from __future__ import unicode_literals

import os
import re
import subprocess
import xml.dom.minidom

import pytest

from commands import BOTH, NATIVE, ROOT, Spy

CHUNKS = '''Object subclass: #Foo instanceVariableNames: '' classVariableNames: '' package: 'Demo'!
!Foo methodsFor: 'x'!
bar
	"really!!"
	^self baz! !
Transcript showln: 'begins'!
Foo new bar!
'''
TWO_TESTS = '''TestCase subclass: #TwoTests instanceVariableNames: '' classVariableNames: '' package: 'Demo'.
TwoTests compile: 'testGood self assert: true'; compile: 'testBad self assert: 3 equals: 4'.
Smalltalk quit: (TextTestRunner new junitName: 'report.xml'; runMatching: 'TwoTests')
'''


@pytest.fixture(params=BOTH)
def spy(request, tmpdir):
    return Spy(request.param, tmpdir)


@pytest.fixture(params=NATIVE)
def native(request, tmpdir):
    return Spy(request.param, tmpdir)


def test_code(spy):
    assert spy('-c', "(1 to: 3) asArray printString , Smalltalk arguments printString", 'ä', '-x') == (
        0, "'#(1 2 3)#(''ä'' ''-x'')'\n", '')


def test_error_in_code(spy):
    status, out, err = spy('-c', 'Transcript showln: 1. #(1 2) zork')
    assert (status, out) == (1, '1\n')
    lines = err.splitlines()
    assert lines[0] == 'spy: MessageNotUnderstood: Array>>zork'
    assert lines[-1].startswith('    UndefinedObject>>DoIt') and 'Traceback' not in err


@pytest.mark.parametrize('code,out', [
    ('3 + 4', '7'), ('nil', 'nil'), ('a := 3. a * a', '9'), ('^5. ', '5'), ("'it''s'", "'it''s'"), ('', 'nil'),
    ('(Delay forMilliseconds: 10) wait. 1', '1'), ("FileStream stdout nextPutAll: 'x'. 2", 'x2'),
    ('[3 / 0] on: ZeroDivide do: [:ex | ex return: 4]', '4'),
    ('fib := [:n | n < 2 ifTrue: [n] ifFalse: [(fib value: n - 1) + (fib value: n - 2)]]. fib value: 15', '610'),
])
def test_values(native, code, out):
    assert native('-c', code) == (0, out + '\n', '')


@pytest.mark.parametrize('code,err', [
    ('3 + ', 'spy: 1:5: an expression expected, not the end\n'), ('3 )', None), ('Zork', None),
])
def test_wrong_code(native, code, err):
    status, out, seen = native('-c', code)
    assert (status, out) == (1, '') and seen.startswith('spy: 1:') and seen.count('\n') == 1
    assert err is None or seen == err


def test_script(spy):
    spy.write('a.st', '''#!/usr/bin/env spy
| sum |
sum := Smalltalk arguments inject: 0 into: [:all :each | all + each asNumber].
Transcript showln: 'Σ ' , sum printString.
sum > 100 ifTrue: [Smalltalk quit: 7].
sum > 50 ifTrue: [^nil].
sum foo: [:x | x]
''')
    assert spy('a.st', '100', '1') == (7, 'Σ 101\n', '')
    assert spy('a.st', '60') == (0, 'Σ 60\n', '')
    status, out, err = spy('a.st', '1')
    assert (status, out) == (1, 'Σ 1\n')
    assert err.splitlines()[0] == 'a.st:7:5: MessageNotUnderstood: SmallInteger>>foo:'
    assert err.splitlines()[-1] == '    UndefinedObject>>DoIt (a.st:7:5)'


def test_chunks(native):
    native.write('a.st', CHUNKS)
    status, out, err = native('a.st')
    assert (status, out) == (1, 'begins\n')
    lines = err.splitlines()
    assert lines[0] == 'a.st:5:8: MessageNotUnderstood: Foo>>baz'
    assert '    Foo>>bar (a.st:5:8)' in lines and lines[-1] == '    UndefinedObject>>DoIt (a.st:7:9)'


def test_nothing_runs_after_a_syntax_error(native):
    native.write('a.st', "Transcript showln: 'begins'.\n3 + ) foo")
    assert native('a.st') == (1, '', 'a.st:2:5: an expression expected\n')


def test_scripts_are_told_by_what_is_in_them(native):
    native.write('script', "Transcript showln: 'here'")
    assert native('script') == (0, 'here\n', '')
    assert native('-', input="Transcript showln: 'stdin'") == (0, 'stdin\n', '')
    assert native('--memory', '500', 'script') == (0, 'here\n', '')
    assert native('none.st') == (1, '', 'spy: none.st: there is no such file\n')
    assert native('none') == (1, '', 'spy: none: the file cannot be read: there is no such file\n')
    os.mkdir(os.path.join(str(native.directory), 'folder.st'))
    assert native('folder.st') == (1, '', 'spy: folder.st: a folder is no script\n')


@pytest.mark.parametrize('text,out,err', [
    (b'', '', ''), (b'\n \n', '', ''), (b'"comment"', '', ''), (b'#!/bin/spy', '', ''), (b'Transcript show: 1', '1', ''),
    (b'Transcript showln: 1.\r\nTranscript showln: 2.\r\n3 zork\r\n', '1\n2\n', 'a.st:3:3: Message'),
    (b'\xef\xbb\xbf#!/bin/spy\nTranscript showln: 1.\n3 zork', '1\n', 'a.st:3:3: Message'),
    (b"Transcript showln: 'gr\xfcn'. 'gr\xfcn' zork", 'gr\xfcn\n', 'a.st:1:35: Message'),
    (b'\x00\x01\x02', '', 'a.st:1:1: '), (b"Transcript showln: 'abc", '', 'a.st:1:20: '), (b'3 + (4', '', 'a.st:1:7: '),
    (b"[Transcript showln: 1. 3 zork] ensure: [Transcript showln: 2]", '1\n2\n', 'a.st:1:26: Message'),
    (b"[3 zork] ensure: [4 pork]", '', 'a.st:1:4: Message'), (b'^3. 4', '', 'a.st:1:5: '),
    (b"Transcript showln: 1.\n#(1 2) do: [:x |\n  x zork]", '1\n', 'a.st:3:5: Message'),
    (b"Processor activeProcess terminate", '', 'spy: the process '), (b"Smalltalk quit: nil", '', 'a.st:1:11: Error: an exit'),
])
def test_all_kinds_of_scripts(native, text, out, err):
    native.write('a.st', text)
    status, seen_out, seen_err = native('a.st')
    assert (status, seen_out) == (1 if err else 0, out)
    assert seen_err.startswith(err) and bool(seen_err) == bool(err)


def test_a_script_that_is_executable(native):
    """The shell finds it by #!, what is behind it is its own, whatever it looks like."""
    path = os.path.join(str(native.directory), native.write('hello', '#!%s\nTranscript showln: Smalltalk arguments printString'
                                                            % native.command[0]))
    os.chmod(path, 0o755)
    process = subprocess.Popen([path, '-c', '--help', 'a b', ''], env=native.environ, stdout=subprocess.PIPE)
    assert process.communicate()[0] == b"#('-c' '--help' 'a b' '')\n" and process.returncode == 0


def test_words_that_are_not_utf_8(native):
    """Their bytes are the codes of characters, as in files."""
    assert native.shell("spy -c 'Smalltalk arguments first size' -- $(printf '\\377\\376')") == (0, '2\n', '')
    assert native.shell("spy -c \"$(printf \"'\\377\\376' size\")\"") == (0, '2\n', '')


def test_undeclared_names_are_told_after_an_error(native):
    """They are the likely cause of it."""
    native.write('a.st', """Object subclass: #Foo instanceVariableNames: '' classVariableNames: '' package: 'X'!
!Foo methodsFor: 'x'!
bar ^Zork new! !
Foo new bar!
""")
    status, out, err = native('a.st')
    assert (status, out) == (1, '') and err.startswith('a.st:3:11: MessageNotUnderstood')
    assert err.endswith('a.st:3:6: warning: Zork is not declared\n')


def test_warnings_are_told_and_the_script_goes_on(native):
    """Not on the standard output, which a program may read; those of other processes, too."""
    native.write('a.st', """Transcript show: 'a'.
Transcript showln: (Warning signal: 'w') printString.
[self notify: 'n'] fork. Processor yield.
Transcript showln: 'b'""")
    assert native('a.st') == (0, 'anil\nb\n', 'a.st:2:29: Warning: w\na.st:3:7: Warning: n\n')
    assert native('-c', "Warning signal: 'w'. 3") == (0, '3\n', 'Warning: w\n')


def test_what_is_not_utf_8_in_the_environment_and_in_folders(native):
    script = "spy -c \"(Smalltalk getenv: 'SPY_X') size\""
    assert native.shell("export SPY_X=$(printf '\\377\\303\\244'); " + script) == (0, '2\n', '')
    line = "mkdir sub && cd sub && touch \"$(printf 'a\\377')\" && spy -c 'FileDirectory default fileNames first last asInteger'"
    assert native.shell(line) == (0, '255\n', '')


FULL = 'spy: the standard output cannot be written\n'


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='no /dev/full')
@pytest.mark.parametrize('line,err', [
    ("spy -c 3", FULL), ("spy -c 'Transcript showln: 3'", FULL), ("spy a.st", FULL), ("echo 3 + 4 | spy", FULL),
    ("echo 'Transcript showln: 3' | spy -", FULL), ("spy test PointTest", FULL),
    ("spy --help", 'spy: input or output failed: the disk is full\n'),
    ("spy info $SPY_IMAGE", 'spy: input or output failed: the disk is full\n'),
])
def test_output_that_is_full(native, line, err):
    """Also what is found out at the end only, when a buffer is flushed."""
    native.write('a.st', "FileStream stdout nextPutAll: 'x'")
    assert native.shell(line + ' > /dev/full') == (1, '', err)


def test_output_that_is_closed(native):
    """The first file that is opened must not get what was meant for people; errors that cannot be told are no crash."""
    native.write('a.st', """| file |
file := FileStream forceNewFileNamed: 'mine.txt'.
file nextPutAll: 'mine'; nl; flush.
Transcript showln: 'shown'.
3 zork""")
    assert native.shell('spy a.st 2>&- >&- <&-') == (1, '', '')
    assert native.directory.join('mine.txt').read() == 'mine\n'
    assert native.shell('spy -z 2>&-') == (1, '', '')
    assert native.shell("(spy -c '1 to: 100000 do: [:i | Transcript showln: i]'; echo $? >&2) | head -1") == (0, '1\n', '141\n')


def test_what_a_closed_stream_is_used_for(spy):
    """Nothing is lost without a word."""
    for line in ('spy -c 3 >&-', 'spy test PointTest >&-', 'echo 3 | spy >&-'):
        assert spy.shell(line) == (1, '', FULL)
    for line in ('spy --help >&-', 'spy info $SPY_IMAGE >&-'):
        assert spy.shell(line) == (1, '', 'spy: input or output failed: the stream is closed\n')
    assert spy.shell('spy -c 3 <&-') == (0, '3\n', '')
    assert spy.shell('spy - <&-') == (1, '', 'spy: -: the script cannot be read\n')


def test_standard_streams(native):
    native.write('a.st', '''| line |
[(line := FileStream stdin nextLine) isNil] whileFalse: [FileStream stdout nextPutAll: line reversed; cr].
FileStream stderr nextPutAll: 'done'; nl''')
    assert native('a.st', input='abc\ndéf\nx') == (0, 'cba\nféd\nx\n', 'done\n')


def test_order_of_outputs(native):
    code = "| out | out := FileStream stdout. out nextPutAll: 'a'. Transcript show: 'b'. out nextPutAll: 'c'. "
    assert native('-c', code + "Transcript show: 'd'. 1") == (0, 'abcd1\n', '')


def test_an_error_in_another_process_does_not_end_the_script(native):
    status, out, err = native('-c', '[3 / 0] fork. Processor yield. (Delay forMilliseconds: 5) wait. 4')
    assert (status, out) == (0, '4\n') and err.startswith('ZeroDivide')


def test_deep_recursion(native):
    native.write('a.st', 'b := nil. b := [:n | n = 0 ifTrue: [0 foo] ifFalse: [1 + (b value: n - 1)]].\nb value: 100000')
    status, out, err = native('a.st')
    assert status == 1 and err.startswith('a.st:1:39: MessageNotUnderstood: SmallInteger>>foo') and err.count('\n') < 60


def test_test_command(spy):
    status, out, err = spy('test', 'SourceTextTest', '--junit', 'report.xml')
    assert (status, err) == (0, '')
    assert out.splitlines()[0].endswith('SourceTextTest') and ' 0 failed, 0 errors' in out.splitlines()[-1]
    suites = xml.dom.minidom.parse(os.path.join(str(spy.directory), 'report.xml')).documentElement
    assert suites.tagName == 'testsuites' and suites.getAttribute('failures') == '0'
    assert len(suites.getElementsByTagName('testcase')) == int(suites.getAttribute('tests')) > 4


def test_a_quick_subset_of_the_kernel_s_tests(spy):
    """What would take minutes untranslated is left to the executable."""
    spy.write('a.st', """| result |
result := TestResult new.
#(BlockClosureTest ExceptionTest FloatTest FractionTest IntervalTest PointTest ProcessTest StringTest)
	do: [:each | (Smalltalk at: each) suite runInto: result].
Transcript showln: result printString.
result failures , result errors do: [:each | Transcript showln: each printString]
""")
    status, out, err = spy('a.st')
    assert (status, err) == (0, '')
    assert re.match(r'(\d+) run, \1 passed, 0 failed, 0 errors\n$', out), out
    assert int(out.split()[0]) >= 300


def test_an_image_segment_comes_back(spy):
    """Primitives 98 and 99, forwarding become: and the file primitives together."""
    status, out, err = spy('test', 'ImageSegmentTest>>testWriteToFile')
    assert (status, err) == (0, '') and out.splitlines()[-1].startswith('1 run, 1 passed')


def test_failing_tests(native):
    native.write('a.st', TWO_TESTS)
    status, out, err = native('a.st')
    assert status == 1
    assert 'FAILED TwoTests>>testBad\n    Got 4 instead of 3.\n' in out
    assert out.splitlines()[-1].startswith('2 run, 1 passed, 1 failed, 0 errors')
    failure = xml.dom.minidom.parse(os.path.join(str(native.directory), 'report.xml')).getElementsByTagName('failure')[0]
    assert failure.getAttribute('message') == 'Got 4 instead of 3.'


def test_tests_in_a_script(native):
    """The stack of an error is that of the test alone, with places; of a deep one the middle is left out."""
    native.write('a.st', """TestCase subclass: #MyTest instanceVariableNames: '' classVariableNames: '' package: 'Demo'!
!MyTest methodsFor: 'x'!
setUp self class == MyTest ifTrue: [^self]. nil setUpFails!
testDeep self deep: 1000!
deep: n n = 0 ifTrue: [nil zork] ifFalse: [self deep: n - 1]! !
MyTest subclass: #MyOtherTest instanceVariableNames: '' classVariableNames: '' package: 'Demo'!
!MyOtherTest methodsFor: 'x'!
testFine! !
Smalltalk quit: (TextTestRunner new junitName: 'report.xml'; runMatching: 'My*Test')!
""")
    status, out, err = native('a.st')
    assert (status, err) == (1, '')
    assert """ERROR MyOtherTest>>testFine
    MessageNotUnderstood: UndefinedObject>>setUpFails
        UndefinedObject(ProtoObject)>>doesNotUnderstand:
        MyOtherTest(MyTest)>>setUp (a.st:3:49)
ERROR MyTest>>testDeep
    MessageNotUnderstood: UndefinedObject>>zork
        UndefinedObject(ProtoObject)>>doesNotUnderstand:
        MyTest>>deep: (a.st:5:28)
        MyTest>>deep: (a.st:5:49)
""" in out
    errors = xml.dom.minidom.parse(os.path.join(str(native.directory), 'report.xml')).getElementsByTagName('error')
    deep = [each for each in errors if 'zork' in each.getAttribute('message')][0].firstChild.data.splitlines()
    assert len(deep) == 41 and '... 963 more' in deep and deep[-1] == 'MyTest>>testDeep (a.st:4:15)'


def test_test_command_without_tests(native):
    assert native('test', 'NoSuchTest') == (1, '', 'spy: no test matches NoSuchTest\n')
    status, out, err = native('test', 'a', 'b')
    assert (status, out) == (1, '') and err.count('\n') == 1


def test_a_report_that_cannot_be_written(native):
    """Is told before the tests run, if that can be found out."""
    for path in ('none/report.xml', '.', ''):
        assert native('test', 'PointTest', '--junit', path) == (
            1, '', 'spy: %s: the report cannot be written there\n' % path)
    if os.path.exists('/dev/full'):
        status, out, err = native('test', 'PointTest', '--junit', '/dev/full')
        assert (status, err) == (1, 'spy: /dev/full: the report cannot be written there\n') and ' 0 failed' in out


def test_the_same_words_behind_the_image(native):
    image = native.environ['SPY_IMAGE']
    assert native(image, '-c', '3 + 4') == (0, '7\n', '')
    status, out, err = native('test', image, 'SourceTextTest')
    assert (status, err) == (0, '')
    status, out, err = native(image, '-z')
    assert (status, out, err) == (1, '', 'spy: unknown option -z\n')


def test_a_saved_image_goes_on(native):
    native.write('a.st', '''Object subclass: #Kept instanceVariableNames: '' classVariableNames: '' package: 'Demo'.
Kept compile: 'answer ^42'.
Smalltalk imageName: 'saved.image'.
(Smalltalk snapshot: true andQuit: true)
	ifTrue: [Transcript showln: 'resumed ' , Kept new answer printString]
''')
    assert native('a.st')[0] == 0
    assert native('saved.image') == (0, 'resumed 42\n', '')
    assert native('saved.image', '-c', 'Kept new answer') == (0, '42\n', '')


@pytest.mark.parametrize('name,words,expected', [
    ('hello.st', ['Ann'], 'Hello, Ann!\n'), ('primes.st', ['30'], '2 3 5 7 11 13 17 19 23 29 \n10 primes up to 30\n'),
    ('wordcount.st', ['words.txt'], 'words.txt: 2 lines, 3 words, 13 characters\n    one 2\n    two 1\n'),
    ('mandelbrot.st', ['12'], '@@@@@'),
])
def test_demos(native, name, words, expected):
    native.write('words.txt', 'one two\nOne, 4\n')
    status, out, err = native(os.path.join(ROOT, 'images', 'demos', name), *words)
    assert (status, err) == (0, '') and expected in out


def test_sound_demo(native):
    """A WAVE file of 16 bits in stereo that is not silent."""
    status, out, err = native(os.path.join(ROOT, 'images', 'demos', 'sound.st'), 'tune.wav')
    assert (status, err) == (0, '') and 'tune.wav' in out
    wave = native.directory.join('tune.wav').read_binary()
    assert wave[:4] == b'RIFF' and wave[8:16] == b'WAVEfmt ' and len(wave) > 100000
    assert len(set(wave[44:])) > 100


@pytest.mark.parametrize('image', ['spur64', 'spur64-v3', 'spur32', 'spur32-v3', 'v3', 'v3-be', 'v3-64'])
@pytest.mark.native
def test_all_formats(tmpdir, image):
    spy = Spy('native', tmpdir, image)
    assert spy('-c', "(1 to: 3) asArray printString") == (0, "'#(1 2 3)'\n", '')
    spy.write('a.st', CHUNKS)
    status, out, err = spy('a.st')
    assert (status, out) == (1, 'begins\n')
    assert err.splitlines()[0] == 'a.st:5:8: MessageNotUnderstood: Foo>>baz'
    status, out, err = spy('test', '*Test')
    assert (status, err) == (0, '') and ' 0 failed, 0 errors' in out.splitlines()[-1]
