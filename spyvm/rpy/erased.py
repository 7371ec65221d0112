"""Erased storage (rpython.rlib.rerased): one field that holds lists of different element types, told apart by a strategy."""
from spyvm.rpy import REAL

if REAL:
    from rpython.rlib.rerased import new_static_erasing_pair, new_erasing_pair
else:
    def new_erasing_pair(name):
        def identity(x):
            return x
        return identity, identity

    def new_static_erasing_pair(name):
        erase, unerase = new_erasing_pair(name)
        return staticmethod(erase), staticmethod(unerase)
