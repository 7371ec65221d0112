"""build/check.py: which suites run, and which are skipped because nothing they read has changed."""
import os
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'build'))

import check


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A list of the commands a suite ran; each ends with the status at runs.status."""
    class Runs(list):
        status = 0
    commands = Runs()

    def call(command, **options):
        commands.append(command)
        return commands.status
    monkeypatch.setattr(check, 'BUILD_DIR', str(tmp_path))
    monkeypatch.setattr(check.subprocess, 'call', call)
    return commands


def suite(facts=('3.11',)):
    return check.Suite('py3', 'python', 'not native', list(facts), {})


def test_suite_that_passed_is_skipped_until_something_changes(runs):
    assert suite().check('inputs', False) == 'passed'
    assert suite().check('inputs', False) == 'unchanged since it passed'
    assert len(runs) == 1
    assert suite().check('other inputs', False) == 'passed'
    assert suite(facts=['3.12']).check('other inputs', False) == 'passed'
    assert len(runs) == 3


def test_suite_is_never_skipped_if_always_asked_for(runs):
    suite().check('inputs', True)
    suite().check('inputs', True)
    assert len(runs) == 2


@pytest.mark.parametrize('status', [1, 5])
def test_suite_that_failed_or_was_empty_runs_again(runs, status):
    runs.status = status
    assert suite().check('inputs', False).startswith('FAILED')
    assert suite().check('inputs', False).startswith('FAILED')
    assert len(runs) == 2


def test_inputs_are_files_folders_and_variables(tmp_path):
    def now(environ=()):
        return check.hash_inputs(str(tmp_path), ['tox.ini', 'spyvm', 'not there'], dict(environ))
    seen = [now()]
    (tmp_path / 'tox.ini').write_text(u'options')
    seen.append(now())
    (tmp_path / 'spyvm').mkdir()
    (tmp_path / 'spyvm' / 'vm.py').write_text(u'source')
    seen.append(now())
    seen.append(now({'SPY_IMAGES': 'here'}))
    assert len(set(seen)) == 4
    (tmp_path / 'spyvm' / 'vm.pyc').write_text(u'made from it')
    (tmp_path / 'notes').write_text(u'not asked for')
    assert now({'HOME': 'x'}) == seen[2]


def test_suites_are_known_by_name():
    with pytest.raises(check.BuildError, match='no suite is called py4'):
        check.main(['py4'])
