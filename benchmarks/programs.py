"""The benchmark programs in smalltalk/*.st: reading them, turning one into an expression for `-c`, reading what it prints.

A program's work is one method, run as often as there is time for; each run gives the same answer, whatever runs it.  The
format of the files is described in README.md.
"""
import os
import re

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'smalltalk')
CATEGORY = 'benchmarks'
RUN = 'benchRun'
HEADERS = ('answer', 'cold')
RESULT = re.compile(r'samples((?: \d+/\d+)*) first (.*?) last (.*?) end')


class ProgramError(Exception):
    """A program, or what a virtual machine printed when it ran one, is not as it should be."""


class Program(object):
    """One benchmark: its name, what it is about, the answer expected of each run as text, how many runs make a cold
    measurement, and Smalltalk statements that define its classes and methods."""

    def __init__(self, name, about, answer, cold, setup):
        self.name = name
        self.about = about
        self.answer = answer
        self.cold = cold
        self.setup = setup

    def warm_code(self, warm_up_ms, samples, sample_ms):
        """Runs the program for warm_up_ms, at least once, then takes samples: how many runs in how many ms >= sample_ms."""
        return self.code('''\
	start := Time millisecondClockValue.
	[Time millisecondClockValue - start < %d] whileTrue: [last := nil perform: #%s].
	%d timesRepeat: [
		count := ms := 0.
		start := Time millisecondClockValue.
		[ms < %d] whileTrue: [
			last := nil perform: #%s.
			count := count + 1.
			ms := Time millisecondClockValue - start].
		out print: count; nextPut: $/; print: ms; space].
''' % (warm_up_ms, RUN, samples, sample_ms, RUN))

    def cold_code(self, scale=1.0):
        """Runs the program a few times: what is measured is the whole process."""
        more = max(1, int(round(self.cold * scale))) - 1
        return self.code('\t%d timesRepeat: [last := nil perform: #%s].\n' % (more, RUN))

    def code(self, measure):
        """The method body both kinds have in common; its value is a String that `read_output` understands."""
        return '''\
	| out first last start count ms |
%s	out := WriteStream on: (String new: 100).
	first := last := nil perform: #%s.
%s	^'samples ' , out contents , 'first ' , first printString , ' last ' , last printString , ' end'
''' % (self.setup, RUN, measure)

    def read_output(self, text):
        """The samples, as ms for one run, in what a virtual machine printed.  A wrong answer is a ProgramError."""
        match = RESULT.search(text)
        if match is None:
            raise ProgramError('no result, but %r' % text.strip()[-200:])
        for answer in match.group(2), match.group(3):
            if answer != self.answer:
                raise ProgramError('wrong answer %s, expected %s' % (answer, self.answer))
        pairs = [pair.split('/') for pair in match.group(1).split()]
        return [int(ms) / float(count) for count, ms in pairs]


def quoted(text):
    """A Smalltalk String literal."""
    return "'" + text.replace("'", "''") + "'"


def class_named(words):
    """A Smalltalk expression for a class that may not exist when the expression is compiled: 'Foo' or 'Foo class'."""
    return '(Smalltalk at: #%s)%s' % (words[0], ' class' if words[1:] == ['class'] else '')


def define_class(words):
    """`--- class NAME [SUPERCLASS] instance variables`: a capitalised second word is the superclass."""
    words = list(words)
    name = words.pop(0)
    superclass = words.pop(0) if words and words[0][0].isupper() else 'Object'
    return ("\t%s subclass: #%s instanceVariableNames: %s classVariableNames: '' poolDictionaries: '' category: %s.\n"
            % (class_named([superclass]), name, quoted(' '.join(words)), quoted(CATEGORY)))


def define_method(words, source):
    return "\t%s compile: %s classified: %s notifying: nil.\n" % (class_named(words), quoted(source), quoted(CATEGORY))


def parse(name, text):
    """The Program in the text of a file."""
    parts = re.split(r'^---[ \t]*(.*)$', text, flags=re.MULTILINE)
    about, _, rest = parts[0].strip().lstrip('"').partition('"')
    headers = {}
    for line in rest.split('\n'):
        if line.strip():
            key, _, value = line.partition(':')
            headers[key.strip()] = value.strip()
    if sorted(headers) != sorted(HEADERS):
        raise ProgramError('%s: has to have %s, has %s'
                           % (name, ' and '.join(HEADERS), ' '.join(sorted(headers)) or 'neither'))
    setup = []
    runs = 0
    for title, source in zip(parts[1::2], parts[2::2]):
        words = title.split()
        if words[:1] == ['class'] and len(words) > 1:
            setup.append(define_class(words[1:]))
        elif words[:1] == ['method'] and len(words) > 1:
            setup.append(define_method(words[1:], source.strip('\n')))
        elif words == ['run']:
            runs += 1
            setup.append(define_method(['Object'], RUN + '\n' + source.strip('\n')))
        else:
            raise ProgramError('%s: unknown section: --- %s' % (name, title))
    if runs != 1:
        raise ProgramError('%s: has to have one section --- run' % name)
    return Program(name, ' '.join(about.split()), headers['answer'], int(headers['cold']), ''.join(setup))


def load(name, folder=FOLDER):
    with open(os.path.join(folder, name + '.st')) as source:
        return parse(name, source.read())


def names(folder=FOLDER):
    return sorted(name[:-3] for name in os.listdir(folder) if name.endswith('.st'))
