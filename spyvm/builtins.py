"""Imports every module with primitives, so that the table is complete."""
from spyvm.plugins import (environment, files, float_array, large_integers, line_editing, machine, matrix2x3,
                           misc_primitive)
from spyvm.primitives import (contexts, enumeration, floats, identity, integers, mourning, replace, screen, segments,
                              storage, subscripts, system)

LOADED = True
