"""A correction of the JIT's optimizer as released (rpython 0.2.1), made before the translation.

When a bridge jumps to an existing loop the optimizer repeats the loop's short preamble on the bridge's values.  A field
that may hold an array or an instance, such as the storage of a W_Array, can be an array in the bridge and an instance in
the loop.  The optimizer then asks what it knows of the array for a field, and the process aborts.  Here it gives the
attempt up, with the exception made for that (InvalidLoop), and the bridge goes to another version of the loop.
"""


def install():
    """Correct the optimizer of the rpython that translates.  Only where that is importable, before any JIT code is made."""
    from rpython.jit.metainterp.optimize import InvalidLoop
    from rpython.jit.metainterp.optimizeopt import info, optimizer
    from rpython.jit.metainterp.resoperation import rop

    ensure = optimizer.Optimizer.__dict__['ensure_ptr_info_arg0']

    def ensure_ptr_info_arg0(self, op):
        found = ensure(self, op)
        opnum = op.opnum
        if isinstance(found, info.AbstractVirtualPtrInfo):
            if (rop.is_getfield(opnum) or opnum == rop.SETFIELD_GC or opnum == rop.QUASIIMMUT_FIELD or
                    opnum == rop.GUARD_CLASS):
                if not isinstance(found, info.AbstractStructPtrInfo):
                    raise InvalidLoop('an array in place of an instance')
            elif rop.is_getarrayitem(opnum) or opnum == rop.SETARRAYITEM_GC or opnum == rop.ARRAYLEN_GC:
                if not isinstance(found, info.ArrayPtrInfo):
                    raise InvalidLoop('an instance in place of an array')
        return found

    optimizer.Optimizer.ensure_ptr_info_arg0 = ensure_ptr_info_arg0
