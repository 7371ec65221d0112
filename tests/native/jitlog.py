"""Reading PYPYLOG's jit-log-opt sections: the loops that the JIT made, as lists of operations."""
import re


class Trace(object):
    """One compiled loop or bridge.  `ops` are the operations' names in order; `loop` those between the last label and the jump back to
    it (empty where the trace does not loop); `debug` the bytecodes it came from."""

    def __init__(self, kind, lines):
        self.kind = kind
        self.lines = lines
        self.ops = []
        self.debug = []
        label_at = -1
        for line in lines:
            debug = re.match(r"^(?:\+\d+: )?debug_merge_point\((.*)\)$", line)
            if debug:
                self.debug.append(debug.group(1))
                continue
            found = re.match(r'^(?:\+\d+: )?(?:[a-z]\d+ = )?([a-z_0-9]+)\(', line)
            if not found:
                continue
            name = found.group(1)
            if name == 'label':
                label_at = len(self.ops)
            self.ops.append(name)
        self.loop = []
        if label_at >= 0 and self.ops and self.ops[-1] == 'jump':
            self.loop = self.ops[label_at + 1:-1]

    def count(self, *names):
        return sum(1 for op in self.loop if op in names)

    def mentions(self, text):
        return any(text in each for each in self.debug)


def read(path):
    """All traces in a log written with PYPYLOG=jit-log-opt:path, in order."""
    traces = []
    kind = None
    lines = []
    with open(path) as log:
        for line in log:
            begin = re.match(r'^\[[0-9a-f]+\] \{jit-log-opt-(loop|bridge)', line)
            if begin:
                kind = begin.group(1)
                lines = []
            elif kind and re.match(r'^\[[0-9a-f]+\] jit-log-opt-', line):
                traces.append(Trace(kind, lines))
                kind = None
            elif kind:
                lines.append(line.rstrip('\n'))
    return traces


ALLOCATIONS = ('new', 'new_with_vtable', 'new_array', 'new_array_clear', 'newstr')
# a cond_call is a test beside the path, as for a context that other compiled code may hold in registers
CALLS = ('call_i', 'call_r', 'call_f', 'call_n', 'call_may_force_i', 'call_may_force_r', 'call_may_force_n',
         'call_assembler_r')
