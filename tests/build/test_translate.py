"""build/: the key of a build, the cache, what is shown of a translation, and the one line about each missing tool."""
import io
import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'build'))

import toolchain
import translate
from toolchain import BuildError

REFUSE = 'exit 127'
ACCEPT = 'exit 0'


def put(directory, name, text):
    path = os.path.join(str(directory), name)
    toolchain.ensure_directory(os.path.dirname(path))
    with io.open(path, 'w') as out:
        out.write(u'%s' % text)
    return path


def program(directory, name, script):
    path = put(directory, name, '#!/bin/sh\n%s\n' % script)
    os.chmod(path, 0o755)
    return path


def fake_python(directory, name, version='2.7.18'):
    return program(directory, name, 'echo "%s|cpython-%s|$0"' % (version[:3], version))


def complaint(function, *arguments):
    with pytest.raises(BuildError) as info:
        function(*arguments)
    text = str(info.value)
    assert '\n' not in text
    return text


# ---- the key

@pytest.fixture
def project(tmp_path):
    put(tmp_path, 'targetsqueak.py', 'entry')
    put(tmp_path, 'build/rpython_main.py', 'starter')
    put(tmp_path, 'spyvm/__init__.py', '')
    put(tmp_path, 'spyvm/image/spur.py', 'reader')
    return tmp_path


def key_of(project, **facts):
    root = str(project)
    return translate.content_key(translate.source_files(root, os.path.join(root, 'targetsqueak.py')), facts)


def test_sources_are_the_package_the_target_and_the_starter(project):
    put(project, 'spyvm/__pycache__/spur.py', 'not a source')
    put(project, 'spyvm/image/spur.pyc', 'nor this')
    put(project, 'spyvm/image/.#spur.py', 'nor what an editor leaves')
    put(project, 'tests/test_spur.py', 'nor this')
    put(project, 'spyvm/plugins/fast.c', 'but this')
    files = translate.source_files(str(project), str(project / 'targetsqueak.py'))
    assert sorted(files) == ['build/rpython_main.py', 'spyvm/__init__.py', 'spyvm/image/spur.py', 'spyvm/plugins/fast.c',
                             'targetsqueak.py']


def test_key_is_the_same_for_the_same_contents(project):
    assert key_of(project, options='-O2') == key_of(project, options='-O2')


@pytest.mark.parametrize('change', ['spyvm/image/spur.py', 'spyvm/image/v3.py', 'targetsqueak.py', 'build/rpython_main.py'])
def test_key_changes_with_any_source(project, change):
    before = key_of(project)
    put(project, change, 'changed')
    assert key_of(project) != before


def test_key_changes_with_a_name(project):
    before = key_of(project)
    os.rename(str(project / 'spyvm/image/spur.py'), str(project / 'spyvm/image/spur2.py'))
    assert key_of(project) != before


def test_key_changes_with_options_and_versions(project):
    build = translate.Build('targetsqueak.py', 'spy', jit=True)
    python = toolchain.Interpreter('/bin/python2.7', 'cpython-2.7.18')
    pypy = toolchain.Interpreter('/bin/pypy', 'pypy-2.7.18-7.3.17')
    old, new = FakeRpython('rpython-0.2.1'), FakeRpython('rpython-1234')
    nojit = translate.Build('targetsqueak.py', 'spy-nojit', jit=False)
    facts = [translate.build_facts(build, python, old, 'gcc 12', {}),
             translate.build_facts(nojit, python, old, 'gcc 12', {}),
             translate.build_facts(build, pypy, old, 'gcc 12', {}),
             translate.build_facts(build, python, new, 'gcc 12', {}),
             translate.build_facts(build, python, old, 'gcc 13', {}),
             translate.build_facts(build, python, old, 'gcc 12', {'CFLAGS': '-g'})]
    assert len(set(key_of(project, **f) for f in facts)) == len(facts)


class FakeRpython(object):
    def __init__(self, identity):
        self.identity = identity


def test_snapshot_has_the_key_of_what_it_copied(project, tmp_path):
    files = translate.source_files(str(project), str(project / 'targetsqueak.py'))
    stale = put(tmp_path, 'copy/spyvm/gone.py', 'deleted since')
    copies = translate.snapshot(files, str(tmp_path / 'copy'))
    assert translate.content_key(copies, {}) == translate.content_key(files, {})
    assert not os.path.exists(stale)


# ---- executables made earlier

@pytest.fixture
def build(tmp_path, monkeypatch):
    monkeypatch.setattr(translate, 'BUILD_DIR', str(tmp_path / 'state'))
    return translate.Build('targetsqueak.py', str(tmp_path / 'spy'), jit=True)


def test_executable_is_current_until_it_or_its_key_changes(build, tmp_path):
    assert not translate.is_current(build, 'key')
    put(tmp_path, 'spy', 'machine code')
    assert not translate.is_current(build, 'key')
    translate.mark(build, 'key')
    assert translate.is_current(build, 'key')
    assert not translate.is_current(build, 'another')
    put(tmp_path, 'spy', 'something else')
    assert not translate.is_current(build, 'key')


def test_identical_build_comes_from_the_cache(build, tmp_path):
    cache = translate.cache_directory({'SPY_BUILD_CACHE': str(tmp_path / 'cache')})
    assert not translate.reuse(build, 'key', cache)
    translate.remember(cache, 'key', put(tmp_path, 'made', 'machine code'))
    assert translate.reuse(build, 'key', cache)
    assert (tmp_path / 'spy').read_text() == 'machine code'
    assert os.access(build.output, os.X_OK)


def test_cache_keeps_the_newest(tmp_path):
    cache = translate.cache_directory({'XDG_CACHE_HOME': str(tmp_path)})
    assert cache == str(tmp_path / 'spy-builds')
    made = put(tmp_path, 'made', 'machine code')
    for number in range(translate.KEPT_IN_CACHE + 3):
        translate.remember(cache, 'key%d' % number, made)
        os.utime(os.path.join(cache, 'key%d' % number), (number, number))
    translate.remember(cache, 'last', made)
    kept = os.listdir(cache)
    assert len(kept) == translate.KEPT_IN_CACHE
    assert 'last' in kept and 'key0' not in kept


@pytest.mark.parametrize('environ', [{'SPY_BUILD_CACHE': '', 'HOME': '/'}, {}, {'SPY_BUILD_CACHE': os.path.join(__file__, 'x')}])
def test_build_goes_on_without_a_cache(environ):
    assert translate.cache_directory(environ) is None


# ---- what is shown of a translation

def test_progress_is_a_line_a_phase(tmp_path):
    log = put(tmp_path, 'log', '[translation:info] Annotating&simplifying...\n[rtyper] specializing: 1 / 2 blocks   (50%)\n'
                               '[translation:info] RTyping...\n[translation:info] with policy: x\n[translation:in')
    out = io.StringIO()
    progress = translate.Progress('spy', log, out)
    progress.update()
    with io.open(log, 'a') as more:
        more.write(u'fo] Compiling c source...\n')
    progress.close()
    assert out.getvalue().splitlines() == ['spy  0:00  Annotating&simplifying', 'spy  0:00  RTyping',
                                           'spy  0:00  Compiling c source']


def test_failure_is_rpythons_account():
    log = ['[translation:info] Error:', '   File "/x/rpython/annotator/annrpython.py", line 90, in f', '     self.complete()',
           '   File "spyvm/vm.py", line 7, in run', '     go()',
           '[translation:ERROR] UnionError: ', '', 'Offending annotations:', '[Timer] Timings:', '[Timer] Total:']
    assert translate.failure(log) == ['   File "spyvm/vm.py", line 7, in run', '     go()', 'UnionError: ', '',
                                      'Offending annotations:']


def test_failure_before_the_translation_is_a_traceback_or_the_end_of_the_log():
    assert translate.failure(['[translation:info] x', 'Traceback (most recent call last):', '  ...', 'SyntaxError: no']) == [
        'Traceback (most recent call last):', '  ...', 'SyntaxError: no']
    assert translate.failure(['line %d' % n for n in range(50)]) == ['line %d' % n for n in range(30, 50)]


def test_another_target_does_not_pass_for_the_vm():
    assert '--output' in complaint(translate.main, ['--target', 'toy.py'])


# ---- a Python 2.7

def test_no_python27_names_the_package(tmp_path):
    text = complaint(toolchain.find_python27, {'PATH': str(tmp_path), 'HOME': str(tmp_path)})
    assert 'install the package python2.7' in text and 'pyenv install 2.7' in text


def test_python27_variable_comes_first_and_stands_alone(tmp_path):
    fake_python(tmp_path, 'bin/python2.7')
    environ = {'PATH': str(tmp_path / 'bin'), 'HOME': str(tmp_path)}
    named = fake_python(tmp_path, 'opt/pypy')
    assert toolchain.find_python27(dict(environ, PYTHON27=named)).executable == named
    wrong = fake_python(tmp_path, 'opt/python3', '3.11.7')
    for name in (wrong, str(tmp_path / 'nothing'), 'nothing'):
        assert complaint(toolchain.find_python27, dict(environ, PYTHON27=name)).startswith('PYTHON27=%s is no Python 2.7' % name)


def test_python27_on_path_may_stand_behind_a_shim_that_refuses(tmp_path):
    program(tmp_path, 'shims/python2.7', REFUSE)
    fake_python(tmp_path, 'shims/python', '3.11.7')
    working = fake_python(tmp_path, 'bin/python2')
    environ = {'PATH': os.pathsep.join([str(tmp_path / 'shims'), str(tmp_path / 'bin')]), 'HOME': str(tmp_path)}
    found = toolchain.find_python27(environ)
    assert (found.executable, found.name) == (working, 'cpython-2.7.18')


@pytest.mark.parametrize('variables, root', [({}, '.pyenv'), ({'PYENV_ROOT': 'elsewhere'}, 'elsewhere')])
def test_python27_is_the_newest_of_pyenv(tmp_path, variables, root):
    environ = {'PATH': '', 'HOME': str(tmp_path)}
    environ.update((name, str(tmp_path / value)) for name, value in variables.items())
    fake_python(tmp_path, root + '/versions/2.7.9/bin/python2.7', '2.7.9')
    fake_python(tmp_path, root + '/versions/2.7.18/bin/python2.7', '2.7.18')
    assert toolchain.find_python27(environ).name == 'cpython-2.7.18'


# ---- the C compiler, its headers and make

@pytest.fixture
def tools(tmp_path, monkeypatch):
    """An empty directory that is all of PATH."""
    directory = tmp_path / 'tools'
    directory.mkdir()
    monkeypatch.setenv('PATH', str(directory))
    return directory


def compiler_without(directory, header):
    program(directory, 'gcc', 'for f in "$@"; do :; done; while read -r line; do case "$line" in *%s*) exit 1;; esac; done <"$f"'
            % header)


def test_no_gcc_names_the_package(tools):
    assert 'install the package gcc' in complaint(toolchain.find_compiler, {})
    assert complaint(toolchain.find_compiler, {'CC': 'mycc'}).startswith('CC=mycc does not run')


def test_compiler_is_rpythons_choice(tools):
    program(tools, 'gcc', 'echo gcc 12; echo more')
    program(tools, 'mycc', 'echo mine $1')
    assert toolchain.find_compiler({}) == (['gcc'], 'gcc 12')
    assert toolchain.find_compiler({'CC': 'mycc -m64'}) == (['mycc', '-m64'], 'mine -m64')


@pytest.mark.parametrize('header, package', [('stdio.h', 'libc6-dev'), ('ffi.h', 'libffi-dev')])
def test_no_header_names_the_package(tools, header, package):
    program(tools, 'pkg-config', ACCEPT)
    compiler_without(tools, header)
    text = complaint(toolchain.check_headers, ['gcc'])
    assert text.startswith(header) and 'install the package ' + package in text


@pytest.mark.skipif(not sys.platform.startswith('linux') or os.path.isdir('/usr/include/libffi'),
                    reason='only where RPython needs pkg-config')
def test_no_pkg_config_names_the_package(tools):
    program(tools, 'gcc', ACCEPT)
    assert 'install the package pkg-config' in complaint(toolchain.check_headers, ['gcc'])
    program(tools, 'pkg-config', ACCEPT)
    toolchain.check_headers(['gcc'])


def test_no_make_names_the_package(tools):
    assert 'install the package make' in complaint(toolchain.check_make)


# ---- as people see it

def run_without_tools(tmp_path, argv, **variables):
    process = subprocess.Popen(argv, env=dict(variables, PATH=str(tmp_path), HOME=str(tmp_path), PYTHONDONTWRITEBYTECODE='1'),
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return process.returncode or process.communicate()[0].decode('utf-8'), process.wait()


@pytest.mark.parametrize('variables, words', [({}, 'install the package python2.7'),
                                              ({'PYTHON27': sys.executable}, 'no Python 2.7'),
                                              ({'RPYTHON': '/nowhere'}, 'install the package python2.7')])
def test_translate_fails_with_one_line(tmp_path, variables, words):
    if sys.version_info < (3,) and 'PYTHON27' in variables:
        words = 'install the package gcc'
    output, status = run_without_tools(tmp_path, [sys.executable, os.path.join(ROOT, 'build', 'translate.py')], **variables)
    assert status == 1
    assert output.count('\n') == 1 and output.startswith('spy: ') and words in output


def test_no_python3_is_one_line(tmp_path):
    output, status = run_without_tools(tmp_path, ['/bin/sh', os.path.join(ROOT, 'build', 'python3'), 'x.py'])
    assert status == 1
    assert output == 'spy: Python >= 3.9 is missing: install the package python3, or name one in PYTHON3\n'
