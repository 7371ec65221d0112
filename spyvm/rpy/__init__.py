"""The seam to RPython: nobody else imports rpython.

The VM is written in the common subset of RPython (Python 2.7) and Python >= 3.9.  Where rpython is importable the modules of
this package hand out the real thing; where it is not (a stock CPython 3) they hand out small plain stand-ins with the same
meaning.  `REAL` says which it is.

Bytes from files travel as `str`: RPython's byte strings on Python 2.7, Latin-1 decoded text on Python 3, so that ord(),
chr() and slicing mean the same everywhere (see spyvm.rpy.osio).
"""
import sys

REAL = False
if sys.version_info[0] == 2:
    try:
        import rpython.rlib.jit     # noqa: F401
        REAL = True
    except ImportError:
        pass

if sys.version_info[0] >= 3:
    def prebuilt(exception, *args):
        """What `raise` takes for an exception made once.  Here a class that makes a new one each time: an instance that is
        raised again and again would collect all tracebacks, and with them all frames, for ever."""
        fields = dict(vars(exception(*args)))
        fields['__init__'] = lambda self: exception.__init__(self, *args)
        return type(exception.__name__, (exception,), fields)
else:
    def prebuilt(exception, *args):
        """An exception made once, so that raising it costs no allocation."""
        return exception(*args)

if REAL:
    from rpython.rlib.objectmodel import we_are_translated, specialize, always_inline, not_rpython
    from rpython.rlib.unroll import unrolling_iterable
else:
    def we_are_translated():
        return False

    def unrolling_iterable(items):
        return list(items)

    def always_inline(function):
        return function

    def not_rpython(function):
        return function

    class _Specialize(object):
        """Annotator hints, without meaning here."""

        def __getattr__(self, name):
            def decorator(*args):
                def wrap(function):
                    return function
                return wrap
            return decorator

    specialize = _Specialize()
