"""Imports every module with primitives, so that the table is complete."""
from spyvm.plugins import files, float_array, large_integers, machine, matrix2x3, misc_primitive
from spyvm.primitives import contexts, enumeration, floats, identity, integers, replace, screen, storage, subscripts, system

LOADED = True
