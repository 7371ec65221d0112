"""python -m spyvm: the command line, untranslated."""
import sys

from spyvm.cli import main
from spyvm.rpy.osio import from_native

if __name__ == '__main__':
    sys.setrecursionlimit(20000)
    try:
        sys.exit(main([from_native(argument) for argument in sys.argv]))
    except KeyboardInterrupt:
        sys.exit(130)
