"""The command line, untranslated: options, what is printed where, exit statuses, errors in one line."""
import os
import sys

import pytest

from kernelimages import kernel_image
from shared import shared
from spyvm.cli import main
from spyvm.platform.host import VERSION
from spyvm.rpy.osio import from_native

sys.setrecursionlimit(20000)


@pytest.fixture
def spy(capfd):
    """Runs the command line in this process: (exit status, standard output, standard error)."""
    def run(*arguments):
        capfd.readouterr()
        status = main([from_native(str(each)) for each in ('spy',) + arguments])
        out, err = capfd.readouterr()
        return status, out, err
    return run


def is_one_line(err):
    return err.startswith('spy: ') and err.endswith('\n') and err.count('\n') == 1 and 'Traceback' not in err


def test_help_and_version(spy):
    for arguments in (['--help'], ['-h'], ['-c', '3', '--help'], ['test', '--help'], ['info', '-h'], ['convert', 'a', '--help']):
        status, out, err = spy(*arguments)
        assert status == 0 and out.startswith('usage: spy ') and err == ''
        for word in ('-c CODE', '--perform', '--headless', '--memory', '--jit', '--version', '--help', 'info', 'convert'):
            assert word in out
        assert max(len(line) for line in out.split('\n')) <= 125
    assert spy('--version') == spy('--memory', '100', '--version') == (0, VERSION + '\n', '')


@pytest.mark.parametrize('arguments', [
    ['-c'], ['--perform'], ['--memory'], ['--jit'], ['--nonsense', 'x.image'], ['-x'], ['--memory', 'x', 'y.image'],
    ['--memory', '3', 'y.image'], ['--memory', '99999999999999999999', 'y.image'], ['info'], ['info', 'a.image', 'b.image'],
    ['info', '--nonsense'], [''], ['--', ''],
])
def test_usage_errors(spy, arguments):
    status, out, err = spy(*arguments)
    assert (status, out) == (1, '')
    assert is_one_line(err) and '--help' in err


def test_a_file_that_is_not_there(spy, tmpdir):
    for arguments in ([], ['-c', '3'], ['--perform', '3 + 4']):
        status, out, err = spy(*(arguments + [tmpdir.join('no.image')]))
        assert (status, out) == (1, '') and is_one_line(err)
        assert err.endswith('no.image: the file cannot be read: there is no such file\n')


def test_files_that_are_no_images(spy, tmpdir):
    for contents in (b'', b'x', b'no image at all', b'\0' * 1000, b'\x66\x19\0\0', b'\x66\x19\0\0' + b'\xff' * 200,
                     b'\x79\x19\0\0' + b'\0' * 100, b'\xb5\x09\x01\0' + b'\x40' * 1000):
        path = tmpdir.join('bad.image')
        path.write_binary(contents)
        for arguments in ([], ['-c', '3'], ['info']):
            status, out, err = spy(*(arguments + [path]))
            assert (status, out) == (1, '') and is_one_line(err)
            assert 'bad.image: ' in err


def test_a_folder(spy, tmpdir):
    status, out, err = spy(tmpdir)
    assert (status, out) == (1, '') and is_one_line(err) and err.endswith('it is a folder\n')


def test_a_kernel_image_that_is_not_there(spy, monkeypatch):
    """It is told who has named it."""
    monkeypatch.setenv('SPY_IMAGE', 'no.image')
    assert spy('-c', '3') == (1, '', 'spy: SPY_IMAGE: no.image: the file cannot be read: there is no such file\n')


def test_words_after_the_options(spy, monkeypatch):
    """Behind -- nothing is an option, and with -c nothing an image."""
    monkeypatch.setenv('SPY_IMAGE', kernel_image())
    assert spy('-c', 'Smalltalk arguments', '--', '-x', '--', 'y.image') == (0, "#('-x' '--' 'y.image')\n", '')
    status, out, err = spy('--', '-x')
    assert (status, out) == (1, '') and err.startswith('spy: -x: ')


@pytest.mark.parametrize('command', ['info', 'segment', 'convert'])
def test_names_that_begin_like_options(spy, tmpdir, monkeypatch, command):
    monkeypatch.chdir(tmpdir)
    for name in ('-x', '--json', '--help', '--'):
        words = [name, 'out'] if command == 'convert' else [name]
        status, out, err = spy(command, '--', *words)
        assert (status, out) == (1, '') and is_one_line(err)
        assert err == 'spy: %s: the file cannot be read: there is no such file\n' % name
    status, out, err = spy(command, '--nonsense', '--', 'x')
    assert (status, out) == (1, '') and 'unknown option --nonsense' in err


@pytest.mark.parametrize('name', ['mini.image', 'headless-spur32.image', 'headless-spur64.image'])
def test_images_cut_off(spy, tmpdir, name):
    with open(shared('images/' + name), 'rb') as image:
        contents = image.read()
    for size in (10, 64, 100, len(contents) // 2, len(contents) - 4):
        path = tmpdir.join('cut.image')
        path.write_binary(contents[:size])
        status, out, err = spy(path)
        assert (status, out) == (1, '') and is_one_line(err), size


def test_evaluate(spy):
    mini = shared('images/mini.image')
    assert spy('-c', '3+4', mini) == (0, '7\n', '')
    assert spy('--headless', '--memory', '100', '-c', "'it''s', ' so'", mini) == (0, "'it''s so'\n", '')
    assert spy('--jit', 'off', '-c', 'nil', mini) == (0, 'nil\n', '')


def test_errors_of_the_code(spy):
    mini = shared('images/mini.image')
    status, out, err = spy('-c', '(Array new: 3) zork', mini)
    assert (status, out) == (1, '')
    lines = err.split('\n')
    assert lines[0] == 'spy: Message not understood: zork'
    assert lines[1] == '    Array (Object>>doesNotUnderstand:)'
    assert lines[2] == '    UndefinedObject>>DoIt'
    assert 'Traceback' not in err
    status, out, err = spy('-c', '3 + ', mini)
    assert (status, out) == (1, '')
    assert err.startswith('spy: 3 + Argument expected ->')


def test_stack_of_an_exception(spy):
    """It begins where the exception was signalled; the method made for the code has a name."""
    status, out, err = spy('-c', '#(1 2) at: 7', kernel_image())
    assert (status, out) == (1, '')
    lines = err.splitlines()
    assert lines[0] == 'spy: SubscriptOutOfBounds: subscript is out of bounds: 7'
    assert '    UndefinedObject>>DoIt' in lines and not [line for line in lines if 'signal' in line or '?' in line]


def test_perform(spy):
    mini = shared('images/mini.image')
    assert spy('--perform', '3 + 4', mini) == (0, '7\n', '')
    assert spy('--perform', '100 factorial', mini)[1].startswith('9332621544')
    assert spy('--perform', "'a b c' , ' d'", mini) == (0, "'a b c d'\n", '')
    assert spy('--perform', 'Smalltalk version', mini) == (0, "'Squeak 2.2 of Sept 23, 1998'\n", '')
    assert spy('--perform', 'Array with:with: #size nil', mini) == (0, '(size nil )\n', '')
    assert spy('--perform', 'true & false', mini) == (0, 'false\n', '')


@pytest.mark.parametrize('message,expected', [
    ('', 'RECEIVER SELECTOR'), ('3', 'RECEIVER SELECTOR'), ('3 noSuchSelectorAtAll', 'noSuchSelectorAtAll'),
    ('3 +', '1 argument'), ('3 factorial 4', '0 argument'), ('NoSuchClass new', 'NoSuchClass'),
    ('#noSuchSymbolAtAll size', 'noSuchSymbolAtAll'),
])
def test_perform_errors(spy, message, expected):
    status, out, err = spy('--perform', message, shared('images/mini.image'))
    assert (status, out) == (1, '') and is_one_line(err)
    assert expected in err


def test_images_without_a_compiler(spy):
    spur = shared('images/headless-spur64.image')
    status, out, err = spy('-c', '3+4', spur)
    assert (status, out) == (1, '') and is_one_line(err)
    assert 'no compiler' in err
    assert spy('--perform', '3 + 4', spur) == (0, '7\n', '')


def test_arguments_for_the_image(spy):
    mini = shared('images/mini.image')
    assert spy('-c', 'Smalltalk getSystemAttribute: 2', mini, 'one', '--two') == (0, "'one'\n", '')
    assert spy('-c', 'Smalltalk getSystemAttribute: 3', mini, 'one', '--two') == (0, "'--two'\n", '')
    assert spy('-c', 'Smalltalk getSystemAttribute: 1', mini)[1] == "'%s'\n" % os.path.abspath(mini)
    assert spy('--memory', '100', '-c', 'Smalltalk getSystemAttribute: -1', mini)[1] == "'--memory'\n"


def test_an_image_that_quits(spy):
    for name in ('headless-spur32', 'headless-spur64'):
        status, out, err = spy(shared('images/%s.image' % name))
        assert (status, err) == (0, '')
        assert out.endswith('3 + 4 = 7\n')
    assert spy('-c', 'Smalltalk quitPrimitive', shared('images/mini.image')) == (0, '', '')


@pytest.mark.parametrize('arguments', [
    ['segment'], ['segment', 'a', 'b'], ['segment', 'a', '--dot'], ['segment', 'a', '--dot', ''],
    ['segment', '--nonsense', 'a'],
])
def test_usage_errors_of_segment(spy, arguments):
    status, out, err = spy(*arguments)
    assert (status, out) == (1, '') and is_one_line(err) and '--help' in err


def test_segment(spy, tmpdir):
    path = shared('segments/42.ims.gz')
    status, out, err = spy('segment', path)
    assert (status, err) == (0, '')
    assert 'roots           1 (1 asked for): { 42 }\n' in out
    graph = tmpdir.join('graph.dot')
    status, out, err = spy('segment', '--json', path, '--dot', graph)
    assert (status, err) == (0, '') and '"roots": "{ 42 }"' in out
    assert graph.read().startswith('digraph ')


def test_files_that_are_no_segments(spy, tmpdir):
    for contents in (b'', b'no segment', b'\x66\x19\0s', b'\x1f\x8b\x08', b'PK\3\4' + b'\0' * 100):
        path = tmpdir.join('bad.ims')
        path.write_binary(contents)
        status, out, err = spy('segment', path, '--dot', tmpdir.join('graph.dot'))
        assert (status, out) == (1, '') and is_one_line(err) and 'bad.ims: ' in err
    assert not tmpdir.join('graph.dot').exists()
    for path in (tmpdir, tmpdir.join('none')):
        status, out, err = spy('segment', path)
        assert (status, out) == (1, '') and is_one_line(err)


def test_convert(spy, tmpdir):
    """The bytes of the same order are the same; the other order is another file that runs as well, and leads back."""
    mini = shared('images/mini.image')
    with open(mini, 'rb') as image:
        contents = image.read()
    same, big, back = tmpdir.join('same.image'), tmpdir.join('big.image'), tmpdir.join('back.image')
    assert spy('convert', mini, same) == (0, '', '')
    assert same.read_binary() == contents
    assert spy('convert', '--byte-order', 'big', mini, big) == (0, '', '')
    assert big.read_binary()[:4] == b'\0\0\x19\x66'
    assert spy('-c', '3+4', big) == (0, '7\n', '')
    assert spy('convert', big, back, '--byte-order', 'little') == (0, '', '')
    assert back.read_binary() == contents
    assert spy('convert', big, big, '--byte-order', 'little') == (0, '', '')
    assert big.read_binary() == contents


@pytest.mark.parametrize('arguments', [
    [], ['a'], ['a', 'b', 'c'], ['a', 'b', '--byte-order'], ['a', 'b', '--byte-order', 'middle'], ['--nonsense', 'a', 'b'],
])
def test_convert_usage(spy, arguments):
    status, out, err = spy('convert', *arguments)
    assert (status, out) == (1, '') and is_one_line(err) and '--help' in err


def test_convert_errors(spy, tmpdir):
    mini = shared('images/mini.image')
    bad = tmpdir.join('bad.image')
    bad.write('no image')
    for source, target, contains in [(tmpdir.join('no.image'), bad, 'no.image: '), (bad, tmpdir.join('x'), 'bad.image: '),
                                     (mini, tmpdir.join('no', 'x.image'), 'x.image: the file cannot be written'),
                                     (mini, tmpdir, 'cannot be written: it is a folder')]:
        status, out, err = spy('convert', source, target)
        assert (status, out) == (1, '') and is_one_line(err) and contains in err
    assert bad.read() == 'no image' and tmpdir.listdir() == [bad]
