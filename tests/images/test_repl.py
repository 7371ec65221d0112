# -*- coding: utf-8 -*-
"""The prompt of the kernel image, fed from a pipe and typed at a terminal."""
from __future__ import unicode_literals

import os
import shutil
import signal
import subprocess
import sys

import pytest

import commands
from commands import BOTH, ended, NATIVE, quote, Spy, Terminal

SESSION = '''3 + 4
x := 6.

"a statement on several lines"
#(1 2 3) inject: 0 into: [:sum :each |
  sum + each ]
x foo: 3
x * x
Transcript showln: 'größer'.
'it''s
two lines'
3 + )
Object subclass: #Greeter instanceVariableNames: '' classVariableNames: '' package: 'Demo'
!Greeter methodsFor: 'x'!
greet
	^'hello!!'! !
Greeter new greet
!quit
unreached
'''


PASTED = '''Object subclass: #Counter
	instanceVariableNames: 'count'
	classVariableNames: ''
	package: 'Demo'

!Counter methodsFor: 'counting' stamp: 'me 1/1/2026 12:00'!
next
	"Blank lines


	and an exclamation mark!! are nothing special here."
	^count := (count ifNil: [0]) + 1! !
!Counter commentStamp: '' prior: 0!
I count!! That
is all.!
c := Counter new!
c next; next
Counter comment
c next > 2
	ifTrue: ['yes']
	ifFalse: ['no']
'''


@pytest.fixture(params=BOTH)
def spy(request, tmpdir):
    return Spy(request.param, tmpdir)


@pytest.fixture(params=NATIVE)
def native(request, tmpdir):
    return Spy(request.param, tmpdir)


def test_a_session(spy):
    status, out, err = spy(input=SESSION)
    assert status == 0
    assert out.splitlines() == ['7', '6', '6', '36', 'größer', 'Transcript', "'it''s", "two lines'", 'Greeter', "'hello!'"]
    errors = err.splitlines()
    assert errors[0] == 'MessageNotUnderstood: SmallInteger>>foo:'
    assert errors[1] == '    SmallInteger(ProtoObject)>>doesNotUnderstand:'
    assert errors[-1] == '1:5: an expression expected'
    assert 'st>' not in out     # nobody sits there


def test_what_is_pasted(spy):
    """Indented lines belong to the statement before them; methods and comments come in chunks."""
    status, out, err = spy(input=PASTED)
    assert (status, err) == (0, '')
    assert out.splitlines() == ['Counter', 'a Counter', '2', "'I count! That", "is all.'", "'yes'"]


def test_other_processes_run_while_a_script_reads(spy):
    """What is written to its input only when another process has done something would never be, otherwise."""
    script = spy.write('reader.st', '''[(Delay forMilliseconds: 50) wait. Transcript showln: 'awake'; flush] fork.
Transcript showln: FileStream stdin nextLine reversed.
Transcript showln: FileStream stdin nextLine printString.
''')
    process = subprocess.Popen(spy.command + [script], cwd=str(spy.directory), env=spy.environ, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    assert process.stdout.readline() == b'awake\n'
    process.stdin.write(b'abc\n')
    process.stdin.flush()
    assert process.stdout.readline() == b'cba\n'
    process.stdin.close()
    assert process.stdout.read() == b'nil\n'
    assert ended(process) == 0


@pytest.mark.parametrize('typed,out,err', [
    ('', '', ''), ('3', '3\n', ''), ('(3', '', '1:3: '), ('(3\n\n\n4', '4\n', '3:1: '),
    ('!nonsense', 'the commands are', ''), ('\n\n7\n\n', '7\n', ''), ('"only a comment"', '', ''), ('^3', '3\n', ''),
    ('Zork', '', '1:1: '), ('Smalltalk quit: 3', '', ''), ('thisContext sender printString size > 3', 'true\n', ''),
    ('quit', 'the commands are', ''), ('help', 'the commands are', ''), ('exit := 5', '5\n', ''),
    ('count := [:n | n = 0 ifTrue: [0] ifFalse: [1 + (count value: n - 1)]]. count value: 7', '7\n', ''),
    ('count := [nonsense]\ncount', '', '1:11: nonsense is not declared\n1:1: count is not'), ('a := a + 1', '', '1:6: a is not declared'),
    ('#(1 2\n!quit\n3)', '', ''), ('Error signal: 17\n3 + 4', '7\n', 'Error: 17\n'),
    ('Processor activeProcess terminate', '', 'spy: the process'), ("Smalltalk quit: 'a'", '', 'Error: an exit status'),
])
def test_inputs(native, typed, out, err):
    status, seen_out, seen_err = native(input=typed)
    assert status == (3 if 'quit: 3' in typed else 1 if 'terminate' in typed else 0)
    assert seen_out.startswith(out) and seen_err.startswith(err)
    assert bool(seen_err) == bool(err)


def at_prompt(spy):
    terminal = spy.terminal()
    terminal.wait_for('st> ')
    return terminal


def leave(terminal):
    """By Ctrl-D, at the prompt."""
    terminal.type('\x04')
    assert terminal.close() == 0


def test_at_a_terminal(spy):
    """A prompt, another one for what is not complete, an error after which it goes on, Ctrl-D."""
    terminal = spy.terminal()
    assert 'leaves' in terminal.wait_for('st> ')
    terminal.type('3 + 4\n')
    terminal.wait_for('\n7\r\nst> ')
    terminal.type('(3 +\n')
    terminal.wait_for('\n..> ')
    terminal.type('5)\n')
    terminal.wait_for('\n8\r\nst> ')
    terminal.type('nil zork\n')
    terminal.wait_for('MessageNotUnderstood: UndefinedObject>>zork')
    terminal.wait_for('(1:5)\r\nst> ')
    leave(terminal)


def test_editing_and_history(native):
    """Ctrl-A goes to the beginning of the line, Ctrl-P to the line before; the next session remembers."""
    terminal = at_prompt(native)
    terminal.type('+ 4\x013 \n')
    assert '7' in terminal.wait_for('st> ').split('\n')[-2]
    terminal.type('\x10 * 2\n')
    assert '14' in terminal.wait_for('st> ').split('\n')[-2]
    terminal.type('!quit\n')
    assert terminal.close() == 0
    with open(os.path.join(str(native.directory), '.spy_history')) as history:
        assert '3 + 4 * 2' in history.read()
    terminal = at_prompt(native)
    terminal.type('\x10\x10\n')
    assert '14' in terminal.wait_for('st> ').split('\n')[-2]
    leave(terminal)


def test_interrupts(native):
    """Ctrl-C gives up a line, and stops what runs; the prompt stays, however often."""
    terminal = at_prompt(native)
    terminal.type('half a line\x03')
    terminal.wait_for('st> ')
    for _ in range(3):
        terminal.type("Transcript showln: 'r' , 'uns'. [true] whileTrue\n")
        terminal.wait_for('runs')
        terminal.type('\x03')
        assert 'interrupted by the user' in terminal.wait_for('st> ')
    terminal.type('3 + 4\n')
    assert '7' in terminal.wait_for('st> ').split('\n')[-2]
    leave(terminal)


def test_a_search_is_given_up(native):
    """Ctrl-C in the search through the history, Ctrl-R: the next line is an ordinary one."""
    terminal = at_prompt(native)
    terminal.type('3 + 4\n')
    terminal.wait_for('7\r\nst> ')
    terminal.type('\x12+')
    terminal.wait_for('3 + 4')
    terminal.type('\x03')
    terminal.wait_for('\nst> ')
    terminal.type('20 * 5\n')
    terminal.wait_for('20 * 5\r\n100\r\nst> ')
    leave(terminal)


def test_other_processes_run_while_the_prompt_waits(spy):
    """What they write is followed by the prompt, on a line of its own."""
    terminal = at_prompt(spy)
    terminal.type("[3 timesRepeat: [(Delay forMilliseconds: 20) wait]. Transcript show: 'a' , 'wake'; flush] fork\n")
    terminal.wait_for('awake\r\nst> ')
    terminal.type('3 + 4\n')
    terminal.wait_for('7\r\nst> ')
    terminal.type('[nil zork] fork\n')
    terminal.wait_for('UndefinedObject>>zork')
    terminal.wait_for(')\r\nst> ')
    terminal.type('!quit\n')
    assert terminal.close() == 0


def test_what_is_printed_begins_a_line(spy):
    terminal = at_prompt(spy)
    terminal.type("Transcript show: 'a' , 'b'. 3 + 4\n")
    terminal.wait_for('ab\r\n7\r\nst> ')
    terminal.type("Transcript show: 'a' , 'b'. 3 zork\n")
    terminal.wait_for('ab\r\nMessageNotUnderstood')
    terminal.wait_for('st> ')
    terminal.type("FileStream stdout nextPutAll: 'name? '; flush. FileStream stdin nextLine\n")
    terminal.wait_for('\r\nname? ')
    terminal.type('Ann\n')
    terminal.wait_for("Ann\r\n'Ann'\r\nst> ")
    leave(terminal)


def test_bytes_that_are_not_utf_8(native):
    """They are characters as in files; the session goes on."""
    terminal = at_prompt(native)
    terminal.type(b"'x\xff\xfe' size + 40\n")
    terminal.wait_for('43\r\nst> ')
    leave(terminal)


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_signals_end_it(spy, number):
    """The shell gets the terminal as it was, and the exit status of a signal."""
    terminal = at_prompt(spy)
    assert terminal.is_raw()
    terminal.process.send_signal(number)
    assert terminal.wait() == -number
    assert not terminal.is_raw()
    terminal.close()


def test_signals_that_the_one_who_runs_the_tests_ignores(spy):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        terminal = Terminal(spy, ['sleep', '100'])
    finally:
        signal.signal(signal.SIGHUP, before)
    terminal.process.send_signal(signal.SIGHUP)
    assert terminal.close() == -signal.SIGHUP


def test_tests_do_not_wait_for_ever(spy, monkeypatch):
    monkeypatch.setattr(commands, 'PATIENCE', 0.2)
    for wait in (Terminal.wait, Terminal.close):
        terminal = Terminal(spy, ['sleep', '100'])
        with pytest.raises(pytest.fail.Exception):
            wait(terminal)
        assert terminal.process.returncode == -signal.SIGKILL


def test_a_terminal_that_is_gone(spy):
    """The prompt ends with it, and has nobody to tell."""
    errors = str(spy.directory.join('errors'))
    line = ' '.join(quote(each) for each in spy.command) + ' 2> ' + quote(errors)
    terminal = Terminal(spy, ['sh', '-c', 'exec ' + line])
    terminal.wait_for('st> ')
    assert terminal.hang_up() == -signal.SIGHUP
    with open(errors) as file:
        assert 'Traceback' not in file.read()


def test_what_was_typed_is_remembered_at_once(native):
    terminal = at_prompt(native)
    terminal.type('3 + 4\n')
    terminal.wait_for('7\r\nst> ')
    terminal.type('half a line')
    terminal.wait_for('half a line')
    terminal.process.send_signal(signal.SIGHUP)
    assert terminal.wait() == -signal.SIGHUP
    assert not terminal.is_raw()
    terminal.close()
    with open(os.path.join(str(native.directory), '.spy_history')) as history:
        assert history.read() == '3 + 4\n'


@pytest.mark.parametrize('words,shown', [
    (['-c', "Transcript showln: 'r' , 'uns'. FileStream stdin upToEnd"], 'runs'),      # as a script named - is read
    (['-c', "Transcript showln: 'r' , 'uns'. [true] whileTrue"], 'runs'),
    (['test'], 'Test'),
])
def test_interrupted_runs(native, words, shown):
    """Without a prompt, Ctrl-C ends them."""
    terminal = native.terminal(*words)
    terminal.wait_for(shown)        # before it begins, Ctrl-C ends it without a word
    terminal.type('\x03')
    terminal.wait_for('UserInterrupt: interrupted by the user\r\n    ')
    assert terminal.close() == 130


def test_signals_that_are_ignored(native):
    """As with nohup."""
    terminal = Terminal(native, ['sh', '-c', "trap '' HUP; exec " + quote(native.command[0])])
    terminal.wait_for('st> ')
    terminal.process.send_signal(signal.SIGHUP)
    terminal.type('3 + 4\n')
    terminal.wait_for('7\r\nst> ')
    leave(terminal)


def test_stopped_before_a_line_is_begun(spy):
    """Untranslated, too, where that is with the first key: the shell has its terminal, and after fg there is a prompt."""
    terminal = at_prompt_in_shell(spy)
    for _ in range(2):
        assert terminal.is_raw()
        terminal.type('\x1a')
        terminal.wait_for('shell> ')
        assert not terminal.is_raw()
        terminal.type('fg\n')
        terminal.wait_for('st> ')
    terminal.type('3 + 4\n')
    terminal.wait_for('7\r\nst> ')
    leave_shell(terminal)


STOPPED_WHEN_IT_HAS_LOOKED = """
import os, signal, time
from spyvm.rpy import lineedit, terminal
is_ours = terminal.is_ours
stops = [None]

def stop_after():
    was_ours = is_ours()
    if was_ours and stops:
        stops.pop()
        os.kill(os.getpid(), signal.SIGTSTP)
    return was_ours

lineedit.start()
lineedit.begin_line('st> ')
terminal.is_ours = stop_after
while lineedit.poll() == lineedit.EDITING:
    if not is_ours() and not os.path.exists('seen'):
        open('seen', 'w').close()
    time.sleep(0.01)
"""


def test_stopped_when_it_has_seen_that_the_terminal_is_its_own(tmp_path):
    """In the background the process goes on, and leaves the terminal alone."""
    spy = Spy('untranslated', tmp_path)
    spy.command = [sys.executable, spy.write('stopped.py', STOPPED_WHEN_IT_HAS_LOOKED)]
    terminal = at_prompt_in_shell(spy)
    terminal.wait_for('shell> ')
    terminal.type('bg\n')
    terminal.wait_for('shell> ')
    terminal.type('until test -e seen; do sleep 0.1; done; echo so it \'is\'\n')
    terminal.wait_for('so it is\r\n')
    assert not terminal.is_raw()
    terminal.type('fg\n')
    terminal.wait_for('st> ')
    assert terminal.is_raw()
    terminal.type('\n')
    terminal.wait_for('shell> ')
    terminal.type('exit 6\n')
    assert terminal.close() == 6


@pytest.mark.parametrize('what', ['Smalltalk quit: 5', 'TERM'])
def test_ended_in_the_background(spy, what):
    """The terminal is the shell's then: setting its mode would stop the process."""
    terminal = at_prompt_in_shell(spy)
    if what != 'TERM':
        terminal.type("[[FileDirectory default fileExists: 'go'] whileFalse: [(Delay forMilliseconds: 20) wait]. "
                      + what + '] fork\n')
        terminal.wait_for('\nst> ')
    terminal.type('\x1a')
    terminal.wait_for('shell> ')
    terminal.type('bg\n')
    terminal.wait_for('shell> ')
    # in one line: a shell that shows its prompt forgets jobs that have ended
    terminal.type(('kill %1' if what == 'TERM' else 'echo > go') + '; wait %1; echo ended $?\n')
    terminal.wait_for('ended %d\r\n' % (128 + signal.SIGTERM if what == 'TERM' else 5))
    assert not terminal.is_raw()
    terminal.type('exit 6\n')
    assert terminal.close() == 6


def test_a_line_that_is_given_up_in_the_background(native):
    """By another process of the image, which saves; the prompt comes again in the foreground only."""
    shutil.copy(native.environ['SPY_IMAGE'], str(native.directory.join('copy.image')))      # which is saved over
    native.environ['SPY_IMAGE'] = 'copy.image'
    terminal = at_prompt_in_shell(native)
    terminal.type("[[FileDirectory default fileExists: 'go'] whileFalse: [(Delay forMilliseconds: 20) wait]. "
                  "Smalltalk snapshot: true andQuit: false. Transcript showln: 's' , 'aved'] fork\n")
    terminal.wait_for('\nst> ')
    terminal.type('\x1a')
    terminal.wait_for('shell> ')
    terminal.type('bg\n')
    terminal.wait_for('shell> ')
    terminal.type('echo > go\n')
    terminal.wait_for('saved')
    terminal.type('fg\n')
    terminal.wait_for('st> ')
    terminal.type('3 + 4\n')
    terminal.wait_for('7\r\nst> ')
    leave_shell(terminal)


def test_stopped_and_continued(native):
    """With Ctrl-Z and fg: the line is shown again and can be edited; in between the shell has its terminal."""
    terminal = at_prompt_in_shell(native)
    terminal.type('+ 4')
    terminal.wait_for('+ 4')
    terminal.type('\x1a')
    terminal.wait_for('shell> ')
    assert not terminal.is_raw()
    terminal.type('fg\n')
    terminal.wait_for('st> + 4')
    assert terminal.is_raw()
    terminal.type('\x013 \n')
    assert '7' in terminal.wait_for('st> ')
    leave_shell(terminal)


def test_in_the_background(native):
    """Other processes of the image go on; the prompt waits to be in the foreground."""
    terminal = at_prompt_in_shell(native)
    terminal.type("[(Delay forMilliseconds: 500) wait. Transcript showln: 'a' , 'wake'] fork\n")
    terminal.wait_for('st> ')
    terminal.type('\x1a')
    terminal.wait_for('shell> ')
    terminal.type('bg\n')
    terminal.wait_for('awake')
    terminal.type('fg\n')
    terminal.wait_for('st> ')
    terminal.type('3 + 4\n')
    assert '7' in terminal.wait_for('st> ')
    leave_shell(terminal)


def at_prompt_in_shell(spy):
    """Of a shell with job control."""
    terminal = Terminal(spy, ['env', 'PS1=shell> ', 'sh', '-i'])
    terminal.wait_for('shell> ')
    terminal.type(' '.join(quote(each) for each in spy.command) + '\n')
    terminal.wait_for('st> ')
    return terminal


def leave_shell(terminal):
    terminal.type('!quit\n')
    terminal.wait_for('shell> ')
    terminal.type('exit 6\n')
    assert terminal.close() == 6


def test_the_terminal_is_left_as_it_was(native):
    """Also when another process ends the VM while a line is being edited."""
    terminal = at_prompt(native)
    terminal.type('[(Delay forMilliseconds: 200) wait. Smalltalk quit: 5] fork\n')
    terminal.wait_for('st> ')
    terminal.wait()
    assert not terminal.is_raw()
    assert terminal.close() == 5


def test_tabs_and_lines_that_are_pasted(native):
    """Tabs complete nothing, and what is incomplete when an indented line follows is not evaluated before it."""
    terminal = at_prompt(native)
    terminal.type("Object subclass: #Pasted\n\tinstanceVariableNames: 'one two'\n\tclassVariableNames: ''\n\tpackage: 'Demo'\n")
    terminal.wait_for("package: 'Demo'\r\n")
    terminal.wait_for('Pasted\r\nst> ')
    terminal.type('Pasted instVarNames size + 40\n')
    terminal.wait_for('42\r\nst> ')
    leave(terminal)
