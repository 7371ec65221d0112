"""The machine stack that nested activations use."""
from spyvm.rpy import REAL, we_are_translated

if REAL:
    from rpython.rlib import rstack


def allow_megabytes(megabytes):
    """Let RPython use that much of the main thread's stack (of 8 MB, as systems have it) before it raises an error.  The
    interpreter leaves the stack by itself long before (Interpreter.max_depth); primitives and the JIT need some, too."""
    if we_are_translated():
        rstack._stack_set_length_fraction(megabytes / 0.75)     # RPython counts in its own default, 768 KB
