"""The host's garbage collector: collections, weak references, identity."""
import weakref
from spyvm.rpy import REAL, we_are_translated

if REAL:
    from rpython.rlib import rgc
    from rpython.rlib.objectmodel import compute_identity_hash, current_object_addr_as_int, newlist_hint, resizelist_hint

    def collect():
        rgc.collect()

    def settle():
        rgc.collect(0)

    def expect_growth(nbytes):
        """So much will be made that stays: no full collection is due before.  Only a hint."""
        rgc.add_memory_pressure(-nbytes)
else:
    import gc

    def collect():
        gc.collect()

    def settle():
        pass

    def expect_growth(nbytes):
        pass

    def compute_identity_hash(obj):
        return id(obj) >> 4

    def current_object_addr_as_int(obj):
        return id(obj)

    def newlist_hint(size):
        return []

    def resizelist_hint(lst, size):
        pass

# RPython accepts weakref.ref on instances; so does CPython.
ref = weakref.ref
