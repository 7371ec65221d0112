"""benchmarks/: programs of the kernel image, curves of iterations, plots, and programs written as chunk files."""
import io
import os
import sys
import xml.dom.minidom

import pytest

if sys.version_info[0] < 3:
    pytest.skip('the harness is Python 3', allow_module_level=True)

from kernelimages import kernel_image

from benchmarks import peers, plots, programs, run
from benchmarks.programs import ProgramError

PROGRAM = '''"About it."
answer: 42
cold: 10
image: kernel
uses: core
--- method Foo
it
	^bar! !
--- run
^1
'''
LIBRARY = '''"What programs share."
--- class Foo bar
'''
AWFY = ('bounce', 'cd', 'deltablue', 'havlak', 'json', 'list', 'mandelbrot', 'nbody', 'permute', 'queens', 'richards',
        'sieve', 'storage', 'towers')
# A virtual machine that answers with three runs of 4, 2 and 1 ms.
ANSWERING = "print(\"'samples 1000/4000 1000/2000 1000/1000 first 42 last 42 end'\")\n"


def parse(text=PROGRAM):
    return programs.parse('x', text, {'core': LIBRARY}.__getitem__)


def test_sections_of_a_library_come_first():
    program = parse()
    assert program.image == 'kernel'
    assert program.setup.index('subclass: #Foo') < program.setup.index("compile: 'it")


def test_an_unknown_image_or_header_is_refused():
    for old, new in [('image: kernel', 'image: moon'), ('image: kernel', 'picture: kernel')]:
        with pytest.raises(ProgramError):
            parse(PROGRAM.replace(old, new))


def test_the_are_we_fast_yet_set_is_complete():
    names = programs.names()
    for name in AWFY:
        assert 'awfy/' + name in names
        assert programs.load('awfy/' + name).image == 'kernel'
    for subject in 'dictionaries', 'strings', 'exceptions', 'switches', 'deep-recursion', 'large-integers':
        assert 'kernel/' + subject in names


def test_a_program_as_a_chunk_file():
    text = programs.as_chunks(parse())
    chunks = text.split('!\n\n')
    assert chunks[0] == '"About it."'
    assert chunks[1].startswith("Object subclass: #Foo instanceVariableNames: 'bar' ")
    assert "!Foo methodsFor: 'benchmarks'!\nit\n\t^bar!! !!! !\n" in text       # exclamation marks are doubled
    assert text.endswith("= '42' ifFalse: [self error: 'wrong answer']!\n")


def test_curves_count_in_microseconds_and_end():
    program = parse()
    code = program.curve_code(50, 2000)
    assert '[count < 50 and: [Time utcMicrosecondClock - start < 2000000]]' in code
    assert program.read_output("'samples 1000/4000 1000/500 first 42 last 42 end'") == [4.0, 0.5]
    mini = parse(PROGRAM.replace('image: kernel\n', ''))
    assert 'utcMicrosecondClock' not in mini.curve_code(50, 2000)


def run_curves(directory, monkeypatch, kernel):
    monkeypatch.setattr(programs, 'names', lambda: ['x'])
    monkeypatch.setattr(programs, 'load', lambda name: parse())
    script = directory / 'vm.py'
    script.write_text(ANSWERING)
    out = io.StringIO()
    err = io.StringIO()
    machines = ['--vm', "%s='%s' '%s' [-c {code}] {image}" % ('one', sys.executable, script),
                '--vm', "%s='%s' '%s' [-c {code}] {image}" % ('two', sys.executable, script)]
    status = run.main(['--no-spy', '--curve', '--runs', '1', '--kernel', str(kernel), '--svg', str(directory / 'svg')]
                      + machines, out, err)
    return status, out.getvalue(), err.getvalue()


def test_curves_from_start_to_plots(tmp_path, monkeypatch):
    kernel = tmp_path / 'kernel.image'
    kernel.write_bytes(b'an image')
    status, text, _ = run_curves(tmp_path, monkeypatch, kernel)
    assert status == 0
    assert ['x', '1.50', '1.50', '1.00'] in [line.split() for line in text.split('\n')]     # of 2 and 1 ms
    written = sorted(path.name for path in (tmp_path / 'svg').iterdir())
    assert written == ['curve-x.svg', 'ratios-curve.svg']
    for path in (tmp_path / 'svg').iterdir():
        xml.dom.minidom.parseString(path.read_text())
    assert (tmp_path / 'svg' / 'curve-x.svg').read_text().count('<polyline') == 2


def test_programs_are_left_out_where_there_is_no_kernel_image(tmp_path, monkeypatch):
    status, text, err = run_curves(tmp_path, monkeypatch, tmp_path / 'none.image')
    assert status == 0
    assert text == ''
    assert '1 programs are left out' in err


def test_scales_are_logarithmic():
    scale = plots.Scale(1.0, 100.0, 0, 200)
    assert [scale.place(value) for value in (1, 10, 100, 1000, 0.1)] == pytest.approx([0, 100, 200, 200, 0])
    assert scale.marks() == [1, 2, 5, 10, 20, 50, 100]
    assert plots.Scale(1.0, 1e6, 0, 1).marks() == [1, 10, 100, 1000, 1e4, 1e5, 1e6]
    assert plots.Scale(3.0, 3.0, 0, 1).place(3.0) == 0


def test_bars_begin_at_one_and_failures_have_none():
    text = plots.ratios('title', {'a': {'vm': 4.0}, 'b': {'vm': 0.5}, 'c': {'vm': None}}, ['vm'])
    document = xml.dom.minidom.parseString(text)
    bars = [rect for rect in document.getElementsByTagName('rect') if rect.getAttribute('height') == '8.0']
    assert len(bars) == 2
    left = [float(bar.getAttribute('x')) for bar in bars]
    width = [float(bar.getAttribute('width')) for bar in bars]
    assert left[0] == pytest.approx(left[1] + width[1], abs=0.11)
    assert width[0] == pytest.approx(2 * width[1], abs=0.11)


def test_names_are_escaped():
    text = plots.curves('a < b & c', {'<vm>': [1.0, 2.0]}, ['<vm>'])
    xml.dom.minidom.parseString(text)
    assert 'a &lt; b &amp; c' in text


def test_machines_that_take_no_code_are_left_alone():
    assert not peers.parse_vm('cog=squeak:/x/sq').takes_code


@pytest.mark.native
def test_programs_of_the_kernel_image_on_the_executable():
    out = io.StringIO()
    status = run.main(['--spy', os.environ['SPY'], '--kernel', kernel_image(), '--cold', '--only', 'awfy/*',
                       '--only', 'kernel/*', '--runs', '1', '--scale', '0.01'], out, io.StringIO())
    assert status == 0, out.getvalue()
