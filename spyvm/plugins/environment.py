"""The process's environment: primitiveGetenv, which images name without a module, and what UnixOSProcessPlugin has of it.

Definition: primitiveGetenv of VMMaker's InterpreterPrimitives; UnixOSProcessPlugin of OSProcess.
"""
from spyvm.objects.errors import FAILED
from spyvm.primitives.arguments import text
from spyvm.primitives.registry import named
from spyvm.rpy import osio

MODULE = 'UnixOSProcessPlugin'


@named('', 'primitiveGetenv', args=1)
@named(MODULE, 'primitiveEnvironmentAtSymbol', args=1)
def getenv(interp, w_receiver, w_name):
    """The name of a variable, bytes -> its value, bytes; nil if there is none."""
    name = text(w_name)
    value = osio.getenv(name, '')
    if value == '' and osio.getenv(name, 'x') == 'x':
        return interp.memory.w_nil
    return interp.memory.string_object(value)


@named(MODULE, 'primitiveGetCurrentWorkingDirectory', args=0)
def working_directory(interp, w_receiver):
    """The path of the directory from which the names of files are counted, bytes."""
    try:
        return interp.memory.string_object(osio.getcwd())
    except OSError:
        raise FAILED


@named(MODULE, 'primitiveGetPid', args=0)
def process_number(interp, w_receiver):
    return interp.memory.int_object(osio.getpid())
