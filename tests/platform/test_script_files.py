"""Telling scripts from images, and what the command line makes of its words."""
import pytest

from spyvm import cli
from spyvm.platform import scripts
from spyvm.rpy.osio import from_native


def name(path):
    return from_native(str(path))


@pytest.mark.parametrize('contents', [
    b'', b'3 + 4', b'#!/usr/bin/env spy\n3', b'\xef\xbb\xbf3', b"'\xc3\xa4'\r\n\t\x0c", b'x' * 5000,
])
def test_scripts(tmpdir, contents):
    path = tmpdir.join('file')
    path.write_binary(contents)
    assert scripts.is_script(name(path)) and not scripts.is_image(name(path))


@pytest.mark.parametrize('contents', [
    b'\x66\x19\0\0', b'\0\0\x19\x66', b'\x79\x19\0\0', b'\xb5\x09\x01\0', b'\x1f\x8b\x08', b'PK\3\4',
])
def test_images(tmpdir, contents):
    path = tmpdir.join('file')
    path.write_binary(contents + b'text')
    assert scripts.is_image(name(path)) and not scripts.is_script(name(path))


def test_names(tmpdir):
    text = tmpdir.join('bad.image')
    text.write('text')
    binary = tmpdir.join('odd.st')
    binary.write_binary(b'\0\0')
    assert scripts.is_image(name(text)) and scripts.is_script(name(binary)) and scripts.is_script('-')
    assert scripts.is_script('none.st') and not scripts.is_image('none.st')
    assert scripts.is_image('none.image') and not scripts.is_script('none.image')
    assert not scripts.is_image('none') and not scripts.is_script('none')
    assert not scripts.is_script(name(tmpdir)) and not scripts.is_image(name(tmpdir))


@pytest.fixture
def words(tmpdir, monkeypatch):
    """A function from a command line to (image, has code, the words for the image)."""
    monkeypatch.chdir(tmpdir)
    monkeypatch.setenv('SPY_IMAGE', 'kernel')
    tmpdir.join('script').write('3')
    tmpdir.join('binary').write_binary(b'\0\0')

    def parse(line):
        argv = ['spy'] + line.split()
        options = cli.parse_test(argv) if argv[1:2] == ['test'] else cli.parse(argv)
        return options.image, options.has_code, ' '.join(options.arguments)
    return parse


@pytest.mark.parametrize('line,expected', [
    ('', ('kernel', False, '')),
    ('script a -b', ('kernel', False, 'script a -b')),
    ('none.st --help', ('kernel', False, 'none.st --help')),
    ('- x', ('kernel', False, '- x')),
    ('binary a', ('binary', False, 'a')),
    ('none a', ('none', False, 'a')),
    ('--memory 100 script', ('kernel', False, 'script')),
    ('-c 3', ('kernel', False, '-c 3')),
    ('-c 3 a b', ('kernel', False, '-c 3 a b')),
    ('-c 3 script', ('kernel', False, '-c 3 script')),
    ('-c 3 binary a', ('binary', True, 'a')),
    ('-c 3 none.image', ('none.image', True, '')),
    ('--perform x script', ('script', False, '')),
    ('test', ('kernel', False, '--test')),
    ('test Foo*', ('kernel', False, '--test Foo*')),
    ('test --junit r.xml Foo', ('kernel', False, '--test --junit r.xml Foo')),
    ('test binary Foo --junit r.xml', ('binary', False, '--test Foo --junit r.xml')),
    ('test --memory 100 Foo', ('kernel', False, '--test Foo')),
    ('test none.image', ('none.image', False, '--test')),
    ('test -- Foo', ('kernel', False, '--test Foo')),
    ('test --junit r.xml -- Foo', ('kernel', False, '--test --junit r.xml Foo')),
    ('test --memory 100 -- -x.image Foo', ('-x.image', False, '--test Foo')),
])
def test_command_lines(words, line, expected):
    assert words(line) == expected


@pytest.mark.parametrize('line', [
    '--junit x', 'test --junit', 'test --zork', 'test -c 3', 'test Foo --perform x', 'test -- --junit r.xml', 'test -- -x',
    'test -- Foo --help', 'test -- Foo --',
])
def test_wrong_command_lines(words, line):
    with pytest.raises(cli.UsageError):
        words(line)
