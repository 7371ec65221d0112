"""benchmarks/: programs read and turned into code, commands, statistics, raw.out, answers checked, machines run in turn.

Virtual machines are stand-ins here: scripts that print what one would, or leave its files.  One test runs the real one.
"""
import io
import json
import os
import struct
import sys

import pytest

if sys.version_info[0] < 3:
    pytest.skip('the harness is Python 3', allow_module_level=True)

from shared import shared

from benchmarks import images, peers, programs, report, run, toy
from benchmarks.programs import ProgramError
from benchmarks.stats import Summary, geometric_mean, median, ratio

PROGRAM = '''"About it,
on two lines."
answer: 42
cold: 10
--- class Foo bar baz
--- class Qux Foo
--- method Foo class
it
	^'it'
--- run
| x |
^Foo it size * 21
'''
# A virtual machine that answers as programs do: the samples and the answer of its environment, if there is a code at all.
ANSWERING = '''
import os, sys
print("'samples %s first 42 last %s end'" % (os.environ['FAKE_SAMPLES'], os.environ['FAKE_ANSWER']))
'''
# One that runs a bench image: speeds that depend on its first argument.
RUNNING = '''
import struct, sys
open('raw.out', 'wb').write(struct.pack('<4i', 1000 * int(sys.argv[1]), 2000, 1028, %d))
''' % images.SENDS


def fake(directory, name, script, arguments=''):
    """The command template of a Python script as a virtual machine."""
    path = directory / (name + '.py')
    path.write_text(script)
    return "%s='%s' '%s' %s {image}" % (name, sys.executable, path, arguments)


def fake_shared(directory, names):
    (directory / 'images').mkdir()
    for name in names:
        (directory / 'images' / (name + '.image')).write_bytes(b'an image')
    return str(directory)


def main(*arguments):
    """Exit status, and what is printed, of the harness without this project's virtual machine."""
    out = io.StringIO()
    status = run.main(['--no-spy'] + list(arguments), out, io.StringIO())
    return status, out.getvalue()


# ---- programs

def test_a_program_has_headers_classes_methods_and_one_run():
    program = programs.parse('x', PROGRAM)
    assert program.about == 'About it, on two lines.'
    assert (program.answer, program.cold) == ('42', 10)
    setup = program.setup.split('\n')
    assert setup[0].startswith("\t(Smalltalk at: #Object) subclass: #Foo instanceVariableNames: 'bar baz' ")
    assert setup[1].startswith("\t(Smalltalk at: #Foo) subclass: #Qux instanceVariableNames: '' ")
    assert "(Smalltalk at: #Foo) class compile: 'it\n\t^''it''' classified:" in program.setup
    assert "(Smalltalk at: #Object) compile: 'benchRun\n| x |" in program.setup


@pytest.mark.parametrize('old, new', [('answer: 42\n', ''), ('cold: 10', 'warm: 10'), ('--- run', '--- walk'),
                                      ('--- method Foo class', '--- run')])
def test_a_program_that_lacks_something_is_refused(old, new):
    with pytest.raises(ProgramError):
        programs.parse('x', PROGRAM.replace(old, new))


def test_every_program_can_be_read():
    names = programs.names()
    assert {'sieve', 'fib', 'while-loop', 'sends-poly', 'blocks-value', 'array-integers', 'dictionary-strings',
            'strings-stream', 'float-mandelbrot', 'large-factorial', 'allocate-list'} <= set(names)
    for name in names:
        program = programs.load(name)
        assert program.about and program.answer and program.cold > 0
        assert len(program.warm_code(1, 1, 1)) < 100000      # what a command line takes in one word


def test_cold_code_is_scaled_but_runs_at_least_once():
    program = programs.parse('x', PROGRAM)
    assert '9 timesRepeat:' in program.cold_code()
    assert '4 timesRepeat:' in program.cold_code(0.5)
    assert '0 timesRepeat:' in program.cold_code(0.001)


def test_samples_are_ms_for_one_run():
    program = programs.parse('x', PROGRAM)
    assert program.read_output("'samples 4/100 10/205 first 42 last 42 end'\n") == [25.0, 20.5]
    assert program.read_output("'samples first 42 last 42 end'\n") == []


@pytest.mark.parametrize('text', ["'samples 1/1 first 42 last 41 end'", "'samples 1/1 first nil last 42 end'", 'error', ''])
def test_a_wrong_answer_or_none_is_an_error(text):
    with pytest.raises(ProgramError):
        programs.parse('x', PROGRAM).read_output(text)


# ---- statistics

def test_medians_and_ratios():
    assert median([3, 1, 2]) == 2
    assert median([4, 1, 2, 3]) == 2.5
    assert geometric_mean([1, 4]) == pytest.approx(2)
    summary = Summary([3.0, 1.0, 2.0])
    assert (summary.median, summary.min, summary.max) == (2.0, 1.0, 3.0)
    assert ratio(summary, Summary([4.0])) == 0.5
    assert ratio(summary, Summary([0.0])) is None
    assert ratio(None, summary) is None


# ---- commands

def test_words_in_brackets_go_with_the_code():
    vm = peers.parse_vm('x=exe -a [-r {code}] {image} --end')
    assert vm.takes_code
    assert vm.command('i', 'a b') == ['exe', '-a', '-r', 'a b', 'i', '--end']
    assert vm.command('i') == ['exe', '-a', 'i', '--end']


def test_kinds_of_machines():
    assert peers.parse_vm('cog=squeak:/x/sq').command('i') == ['/x/sq', '-nodisplay', '-nosound', 'i']
    assert not peers.parse_vm('cog=squeak:/x/sq').takes_code
    assert peers.parse_vm('r=rsqueak:rsq').command('i', 'c')[-3:] == ['-r', 'c', 'i']


def test_this_project_s_machine_and_the_targets_it_is_held_against():
    assert peers.spy('/x/spy').command('i', 'c') == ['/x/spy', '-c', 'c', 'i']
    off = peers.spy('/x/spy', 'off')
    assert off.command('i') == ['/x/spy', '--jit', 'off', 'i']
    assert [peers.spy('/x/spy').targets, off.targets, peers.spy('/x/spy-nojit').targets] == ['jit', 'off', 'off']
    assert peers.parse_vm('x=exe {image}').targets is None


@pytest.mark.parametrize('text', ['exe', '=exe {image}', 'x=', 'x=exe'])
def test_a_command_that_makes_no_sense_is_refused(text):
    with pytest.raises(peers.VMError):
        peers.parse_vm(text)


def test_a_run_has_a_folder_of_its_own_with_the_image(tmp_path):
    (tmp_path / 'some.image').write_bytes(b'content')
    vm = peers.parse_vm(fake(tmp_path, 'x', 'import sys\nprint(open(sys.argv[1]).read())\nopen("new", "w").write("n")\n'))
    done = peers.run(vm, str(tmp_path / 'some.image'))
    assert done.output == 'content\n'
    assert done.files == {'new': b'n'}
    assert done.ms > 0 and done.processor_ms > 0
    assert not (tmp_path / 'new').exists()


def test_the_sources_come_along(tmp_path):
    (tmp_path / 'some.image').write_text('the image')
    (tmp_path / 'some.sources').write_text('the sources')
    vm = peers.parse_vm(fake(tmp_path, 'x', 'import sys\nprint(open(sys.argv[1].replace(".image", ".sources")).read())\n'))
    done = peers.run(vm, str(tmp_path / 'some.image'))
    assert done.output.strip() == 'the sources' and done.files == {}


@pytest.mark.parametrize('script, limit, message', [('import sys\nsys.exit("no\\nnever")', 60, 'status 1: no'),
                                                    ('import time\ntime.sleep(600)', 2, 'not ready after 2 seconds')])
def test_a_run_that_fails_or_does_not_end(tmp_path, script, limit, message):
    (tmp_path / 'some.image').write_bytes(b'')
    with pytest.raises(peers.VMError) as info:
        peers.run(peers.parse_vm(fake(tmp_path, 'x', script)), str(tmp_path / 'some.image'), None, limit)
    assert str(info.value) == message


def test_a_machine_that_is_not_there(tmp_path):
    (tmp_path / 'some.image').write_bytes(b'')
    with pytest.raises(peers.VMError) as info:
        peers.run(peers.parse_vm('x=/no/such {image}'), str(tmp_path / 'some.image'))
    assert 'cannot run such' in str(info.value)


# ---- bench images and the toy

def test_raw_out_is_decoded_to_speeds():
    raw = struct.pack('<4i', 200, 1000, 1028, images.SENDS)
    assert images.speeds({'raw.out': raw}) == (1e10, images.SENDS)


@pytest.mark.parametrize('files', [{}, {'raw.out': b'short'}, {'raw.out': struct.pack('<4i', 1, 1, 1028, 7)},
                                   {'raw.out': struct.pack('>4i', 1, 1, 1028, images.SENDS)},
                                   {'raw.out': struct.pack('<4i', 0, 1, 1028, images.SENDS)}])
def test_raw_out_that_is_wrong_is_refused(files):
    with pytest.raises(images.RawError):
        images.speeds(files)


@pytest.mark.parametrize('form', ['1 0.1 s, M bytecodes/s: 36000.5\n2 0.1 s, M sends/s: 430\n',
                                  "(1, '0.1 s, M bytecodes/s:', 36000.5)\n(2, '0.1 s, M sends/s:', 430.0)\n"])
def test_what_the_toy_prints(form):
    assert toy.read_output(form) == (36000500000.0, 430000000.0)


def test_a_toy_that_prints_something_else():
    with pytest.raises(peers.VMError):
        toy.read_output('M bytecodes/s: 1')


# ---- the harness

def test_machines_run_in_turn_and_not_again_after_a_failure():
    vms = [peers.parse_vm(name + '=exe {image}') for name in 'abc']
    order = []

    def measure(vm):
        order.append(vm.name)
        if vm.name == 'b':
            raise peers.VMError('broken')
        return len(order)
    results = run.interleave(vms, 3, measure, lambda name: None)
    assert ''.join(order) == 'abcacac'
    assert results == {'a': [1, 4, 6], 'b': 'broken', 'c': [3, 5, 7]}


def test_tables_have_medians_spreads_and_ratios():
    table = report.Table('title', ['one', 'two'])
    table.add('x', {'one': Summary([1.0, 2.0, 4.0]), 'two': Summary([8.0])})
    table.add('y', {'one': Summary([5.0]), 'two': 'broken'})
    lines = [line.split() for line in table.text().split('\n')]
    assert lines == [['title'], ['one', 'two', 'times', 'one'], ['x', '2.00', '(1.00-4.00)', '8.00', '4.00'],
                     ['y', '5.00', 'failed', '-'], ['geometric', 'mean', '4.00']]
    assert table.failures() == [('y', 'two', 'broken')]


def test_the_speed_table_has_targets_and_the_toy():
    table = report.SpeedTable('title', ['one'], {'one': 'jit'}, images.TOY)
    table.add('bench-v3', {'one': (Summary([1.8e10]), Summary([2e8]))})
    table.add('bench-spur32', {'one': (Summary([3.6e10]), Summary([4.3e8]))})
    lines = [line.split() for line in table.text().split('\n')]
    assert lines[2] == ['bench-v3', 'one', '1.80e+10', '1.00', '1.0e+10', '180%', '50%',
                        '2.00e+08', '1.00', '4.0e+08', '50%', '47%']
    assert lines[3] == ['bench-spur32', 'one', '3.60e+10', '1.00', '100%', '4.30e+08', '1.00', '100%']


def test_bench_images_of_two_machines_from_start_to_json(tmp_path):
    folder = fake_shared(tmp_path, ['bench-v3'])
    result = tmp_path / 'result.json'
    status, text = main('--shared', folder, '--speed', '--only', 'bench-v3', '--runs', '2', '--json', str(result),
                        '--vm', fake(tmp_path, 'fast', RUNNING, '1'), '--vm', fake(tmp_path, 'slow', RUNNING, '4'))
    assert status == 0
    assert '5.00e+08' in text and '0.250' in text
    written = json.loads(result.read_text())
    assert written['speed']['bench-v3']['fast']['bytecodes/s']['runs'] == [2e9, 2e9]
    assert written['speed']['bench-v3']['slow']['bytecodes/s']['median'] == 5e8
    assert str(tmp_path) not in result.read_text()


@pytest.mark.parametrize('answer, expected', [('42', 0), ('43', 1)])
def test_programs_from_start_to_table(tmp_path, monkeypatch, answer, expected):
    monkeypatch.setattr(programs, 'names', lambda: ['x', 'y'])
    monkeypatch.setattr(programs, 'load', lambda name: programs.parse(name, PROGRAM))
    monkeypatch.setenv('FAKE_SAMPLES', '2/30 2/10 2/20')
    monkeypatch.setenv('FAKE_ANSWER', answer)
    folder = fake_shared(tmp_path, ['mini'])
    status, text = main('--shared', folder, '--warm', '--cold', '--only', 'x', '--runs', '1',
                        '--vm', fake(tmp_path, 'it', ANSWERING, '[-c {code}]'),
                        '--vm', fake(tmp_path, 'images-only', 'raise SystemExit(1)'))
    assert status == expected
    lines = [line.split() for line in text.split('\n')]
    assert ['x', '10.0' if answer == '42' else 'failed'] in lines
    assert ('x on it: wrong answer 43, expected 42' in text) == (answer == '43')
    assert 'images-only' not in text


def test_a_busy_computer_is_mentioned(tmp_path):
    folder = fake_shared(tmp_path, ['bench-v3'])
    arguments = ['--shared', folder, '--speed', '--only', 'bench-v3', '--runs', '1', '--vm']
    assert 'busy' in main(*arguments + [fake(tmp_path, 'idle', 'import time\ntime.sleep(2)\n' + RUNNING, '1')])[1]


def test_no_machine_at_all_is_refused():
    assert run.main(['--no-spy', '--warm'], io.StringIO(), io.StringIO()) == 2


def test_names_of_nothing_are_refused(tmp_path):
    err = io.StringIO()
    assert run.main(['--only', 'no such'], io.StringIO(), err) == 2
    assert 'no such' in err.getvalue()


@pytest.mark.native
def test_one_program_on_the_executable():
    image = shared('images/mini.image')
    out = io.StringIO()
    status = run.main(['--spy', os.environ['SPY'], '--image', image, '--warm', '--cold', '--only', 'recursion-tak',
                       '--runs', '1', '--warm-up', '0', '--samples', '1', '--sample', '1', '--scale', '0.1'],
                      out, io.StringIO())
    assert status == 0, out.getvalue()
    assert out.getvalue().count('recursion-tak') == 2
