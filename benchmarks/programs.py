"""The benchmark programs in smalltalk/*.st: reading them, turning one into an expression for `-c`, reading what it prints.

A program's work is one method, run as often as there is time for; each run gives the same answer, whatever runs it.  The
format of the files is described in README.md.
"""
import os
import re
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'smalltalk')
CATEGORY = 'benchmarks'
RUN = 'benchRun'
HEADERS = ('answer', 'cold')
OPTIONAL = ('image', 'uses')
IMAGES = ('mini', 'kernel')
RESULT = re.compile(r'samples((?: \d+/\d+)*) first (.*?) last (.*?) end')


class ProgramError(Exception):
    """A program, or what a virtual machine printed when it ran one, is not as it should be."""


class Program(object):
    """One benchmark: its name, what it is about, the answer expected of each run as text, how many runs make a cold
    measurement, what defines its classes and methods, a list of Sections, and the image it needs, one of IMAGES."""

    def __init__(self, name, about, answer, cold, sections, image='mini'):
        self.name = name
        self.about = about
        self.answer = answer
        self.cold = cold
        self.sections = sections
        self.setup = ''.join(section.statement() for section in sections)
        self.image = image

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

    def curve_code(self, iterations, limit_ms):
        """Runs the program one time after the other, at most so often and for about so long; each run is a sample."""
        clock = 'Time utcMicrosecondClock' if self.image == 'kernel' else '(Time millisecondClockValue * 1000)'
        return self.code('''\
	start := %s.
	count := 0.
	[count < %d and: [%s - start < %d]] whileTrue: [
		count := count + 1.
		ms := %s.
		last := nil perform: #%s.
		out nextPutAll: '1000/'; print: %s - ms; space].
''' % (clock, iterations, clock, limit_ms * 1000, clock, RUN, clock), 'nil')

    def code(self, measure, first='nil perform: #%s' % RUN):
        """The method body all kinds have in common; its value is a String that `read_output` understands."""
        return '''\
	| out first last start count ms |
%s	out := WriteStream on: (String new: 100).
	first := last := %s.
%s	first := first ifNil: [last].
	^'samples ' , out contents , 'first ' , first printString , ' last ' , last printString , ' end'
''' % (self.setup, first, measure)

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


class ClassSection(object):
    """`--- class NAME [SUPERCLASS] instance variables`: a capitalised second word is the superclass."""

    def __init__(self, words):
        words = list(words)
        self.name = words.pop(0)
        self.superclass = words.pop(0) if words and words[0][0].isupper() else 'Object'
        self.variables = ' '.join(words)

    def definition(self, superclass):
        return ("%s subclass: #%s instanceVariableNames: %s classVariableNames: '' poolDictionaries: '' category: %s"
                % (superclass, self.name, quoted(self.variables), quoted(CATEGORY)))

    def statement(self):
        return '\t%s.\n' % self.definition(class_named([self.superclass]))

    def chunks(self):
        return '%s!\n\n' % self.definition(self.superclass)


class MethodSection(object):
    """`--- method CLASS [class]`, and the method's source on the lines below."""

    def __init__(self, words, source):
        self.words = words
        self.source = source

    def statement(self):
        return '\t%s compile: %s classified: %s notifying: nil.\n' % (class_named(self.words), quoted(self.source),
                                                                      quoted(CATEGORY))

    def chunks(self):
        return '!%s methodsFor: %s!\n%s! !\n\n' % (' '.join(self.words), quoted(CATEGORY), self.source.replace('!', '!!'))


def read_sections(name, parts):
    """The Sections in what `re.split` made of a file at its lines `--- title`."""
    sections = []
    for title, source in zip(parts[1::2], parts[2::2]):
        words = title.split()
        if words[:1] == ['class'] and len(words) > 1:
            sections.append(ClassSection(words[1:]))
        elif words[:1] == ['method'] and len(words) > 1:
            sections.append(MethodSection(words[1:], source.strip('\n')))
        elif words == ['run']:
            sections.append(MethodSection(['Object'], RUN + '\n' + source.strip('\n')))
        else:
            raise ProgramError('%s: unknown section: --- %s' % (name, title))
    return sections


def split(text):
    """What the text says of the program, in quotes; a dictionary of its headers; the sections, a list of titles and texts in
    turn after a first item that does not count."""
    parts = re.split(r'^---[ \t]*(.*)$', text, flags=re.MULTILINE)
    about, _, rest = parts[0].strip().lstrip('"').partition('"')
    headers = {}
    for line in rest.split('\n'):
        if line.strip():
            key, _, value = line.partition(':')
            headers[key.strip()] = value.strip()
    return ' '.join(about.split()), headers, parts


def parse(name, text, library=None):
    """The Program in the text of a file; library(NAME) is the text of the one it uses."""
    about, headers, parts = split(text)
    if [key for key in headers if key not in HEADERS + OPTIONAL] or [key for key in HEADERS if key not in headers]:
        raise ProgramError('%s: has to have %s, has %s'
                           % (name, ' and '.join(HEADERS), ' '.join(sorted(headers)) or 'neither'))
    image = headers.get('image', 'mini')
    if image not in IMAGES:
        raise ProgramError('%s: no such image: %s' % (name, image))
    if len([title for title in parts[1::2] if title.split() == ['run']]) != 1:
        raise ProgramError('%s: has to have one section --- run' % name)
    sections = []
    for used in headers.get('uses', '').split():
        sections += read_sections(used, split(library(used))[2])
    sections += read_sections(name, parts)
    return Program(name, about, headers['answer'], int(headers['cold']), sections, image)


def load(name, folder=FOLDER):
    """The Program of that name: a file's path in the folder, without its ending."""
    def library(used):
        return read(os.path.join(os.path.dirname(path), used + '.lib'))
    path = os.path.join(folder, *name.split('/'))
    return parse(name, read(path + '.st'), library)


def read(path):
    with open(path) as source:
        return source.read()


def names(folder=FOLDER):
    found = []
    for path, folders, files in os.walk(folder):
        folders.sort()
        inside = os.path.relpath(path, folder)
        prefix = '' if inside == '.' else inside.replace(os.sep, '/') + '/'
        found += [prefix + name[:-3] for name in files if name.endswith('.st')]
    return sorted(found)


def as_chunks(program):
    """The program as a file for any Squeak: it defines everything and then runs it once and compares the answer."""
    return ('"%s"!\n\n%s(nil perform: #%s) printString = %s ifFalse: [self error: \'wrong answer\']!\n'
            % (program.about, ''.join(section.chunks() for section in program.sections), RUN, quoted(program.answer)))


def main(argv):
    """Print programs as chunk files: programs.py NAME..."""
    for name in argv:
        sys.stdout.write(as_chunks(load(name)))


if __name__ == '__main__':
    main(sys.argv[1:])
