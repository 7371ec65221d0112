"""What hot loops compile to.  Each test runs a loop natively with PYPYLOG and looks at the operations of the compiled loop."""
import os
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import jitlog
from shared import shared

pytestmark = pytest.mark.native


def loops_of(tmp_path, code, image='mini.image', jit='threshold=200'):
    """The traces that loop, of a run of `code`, the longest-running first is not known: in order of compilation."""
    answer, traces = traces_of(tmp_path, code, image, jit)
    return answer, [trace for trace in traces if trace.loop]


def traces_of(tmp_path, code, image='mini.image', jit='threshold=200'):
    """All traces."""
    spy = os.environ.get('SPY')
    if not spy:
        pytest.skip('no native executable: SPY is not set')
    log = str(tmp_path / 'jit.log')
    environ = dict(os.environ, PYPYLOG='jit-log-opt:' + log)
    done = subprocess.run([spy, '--jit', jit, '-c', code, shared('images/' + image)], env=environ, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode('latin-1').strip(), jitlog.read(log)


def hottest(traces, text):
    """The last compiled loop whose bytecodes include those of a method."""
    found = [trace for trace in traces if trace.mentions(text)]
    assert found, [trace.debug[:1] for trace in traces]
    return found[-1]


def assert_tight(trace, allocations=0, calls=0):
    assert trace.count(*jitlog.ALLOCATIONS) <= allocations, '\n'.join(trace.lines)
    assert trace.count(*jitlog.CALLS) <= calls, '\n'.join(trace.lines)


def test_an_integer_loop_neither_boxes_nor_calls(tmp_path):
    answer, traces = loops_of(tmp_path, '| i | i := 0. [i < 3000000] whileTrue: [i := i + 1]. i')
    assert answer == '3000000'
    trace = hottest(traces, 'DoIt')
    assert_tight(trace)
    assert len(trace.loop) < 20


def test_a_send_in_a_loop_is_inlined_without_lookup(tmp_path):
    answer, traces = loops_of(tmp_path, "Object compile: 'plus: x and: y ^x + y' classified: 'bench' notifying: nil. "
                              "Object compile: 'sendLoop | i | i := 0. [i < 3000000] whileTrue: [i := self plus: i and: 1]. ^i' "
                              "classified: 'bench' notifying: nil. ^Object new sendLoop")
    assert answer == '3000000'
    trace = hottest(traces, 'sendLoop')
    assert_tight(trace)
    assert trace.count('getfield_gc_r') <= 1, '\n'.join(trace.lines)


def test_an_array_of_small_integers_is_summed_unboxed(tmp_path):
    answer, traces = loops_of(tmp_path, '| a s i k | a := Array new: 1000. 1 to: 1000 do: [:j | a at: j put: j]. k := 0. '
                              '[k < 1000] whileTrue: [s := 0. i := 1. '
                              '[i <= 1000] whileTrue: [s := s + (a at: i). i := i + 1]. k := k + 1]. s')
    assert answer == '500500'
    summing = [trace for trace in traces if 'getarrayitem_gc_i' in trace.loop]
    assert summing
    assert_tight(summing[0])


def test_float_arithmetic_stays_in_registers(tmp_path):
    answer, traces = loops_of(tmp_path, '| x i | x := 0.0. i := 0. [i < 1000000] whileTrue: [x := x * 0.5 + 1.0. i := i + 1]. x')
    assert answer == '2.0'
    trace = [trace for trace in traces if 'float_mul' in trace.loop][-1]
    assert_tight(trace)


def test_a_block_in_do_is_inlined_without_lookup(tmp_path):
    """A block of the old style keeps its argument in its home's context: one box for each number is left, nothing else."""
    answer, traces = loops_of(tmp_path, '| n | n := 0. (1 to: 1000000) do: [:each | each == nil ifTrue: [n := n + 1]]. n')
    assert answer == '0'
    trace = hottest(traces, 'do:')
    assert_tight(trace, allocations=1)


def test_a_send_to_many_classes_is_called(tmp_path):
    """There is neither a guard for each class nor a bridge, whatever the VM's own classes for the receivers are."""
    answer, traces = traces_of(tmp_path, "| a n i | a := Array new: 8. a at: 1 put: 3; at: 2 put: 'abc'; at: 3 put: #foo; "
                               "at: 4 put: (Array new: 2); at: 5 put: nil; at: 6 put: Object; at: 7 put: 3.5; at: 8 put: Object new. "
                               "n := 0. i := 0. [i < 300000] whileTrue: [((a at: i \\\\ 8 + 1) respondsTo: #size) "
                               "ifTrue: [n := n + 1]. i := i + 1]. n")
    assert answer == '300000'
    trace = hottest([trace for trace in traces if trace.loop], 'DoIt')
    assert trace.count('call_may_force_r') == 1, '\n'.join(trace.lines)
    assert trace.count('guard_nonnull_class', 'guard_class', 'guard_value') == 0, '\n'.join(trace.lines)
    assert not [trace for trace in traces if trace.kind == 'bridge' and trace.mentions('DoIt pc')]
