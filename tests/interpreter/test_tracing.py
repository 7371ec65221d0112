"""The JIT's parameters as more and more traces get too long."""
import pytest

from spyvm.interpreter import tracing
from spyvm.rpy import jit


@pytest.fixture
def parameters(monkeypatch):
    monkeypatch.setattr(tracing, 'STATE', tracing._State())
    parameters = {}

    def set_param(driver, name, value):
        parameters[name] = value
    monkeypatch.setattr(jit, 'set_param', set_param)
    return parameters


def have_given_up(monkeypatch, count):
    monkeypatch.setattr(jit, 'traces_too_long', lambda: count)
    tracing.adapt()


def test_traces_get_shorter(parameters, monkeypatch):
    limits = []
    for count, _, _ in tracing.STAGES:
        have_given_up(monkeypatch, count - 1)
        before = dict(parameters)
        have_given_up(monkeypatch, count)
        assert parameters != before
        limits.append(parameters['trace_limit'])
    assert limits == sorted(limits, reverse=True) and len(set(limits)) == len(limits)
    parameters.clear()
    have_given_up(monkeypatch, 1000000)
    assert parameters == {}


def test_what_the_user_says_stays(parameters, monkeypatch):
    tracing.fix()
    have_given_up(monkeypatch, 1000000)
    assert parameters == {}
