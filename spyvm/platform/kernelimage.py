"""Where the kernel image is that runs when the command line names no image."""
from spyvm.platform.host import directory_of, link_target
from spyvm.rpy import osio

VARIABLE = 'SPY_IMAGE'
BESIDE = 'kernel.image'
BUILT = '.build/images/kernel-spur64.image'
UNTRANSLATED = '/spyvm/__main__.py'     # what the executable is called where there is none
HOW = 'make images builds one, or name one as IMAGE or in SPY_IMAGE'


def find(argv0):
    """The path of the kernel image for a VM that was started as argv0: $SPY_IMAGE; kernel.image beside the executable; what
    the build made beside it.  '' if there is none."""
    if is_named():
        return osio.getenv(VARIABLE, '')
    directory = directory_of(executable(argv0))
    for name in [BESIDE, BUILT]:
        if osio.exists(directory + name):
            return directory + name
    return ''


def is_named():
    """Whether the environment says which it is."""
    return osio.getenv(VARIABLE, '') != ''


def executable(argv0):
    """The path of the VM's own file: argv0, looked for as a shell does, symbolic links followed; untranslated, where it
    would be in the checkout."""
    path = argv0
    if path.find('/') < 0:
        for directory in osio.getenv('PATH', '').split(':'):
            if directory != '' and osio.access(directory + '/' + argv0, osio.CAN_EXECUTE):
                path = directory + '/' + argv0
                break
    path = osio.abspath(path)
    if path.endswith(UNTRANSLATED):
        end = len(path) - len(UNTRANSLATED)
        assert end >= 0
        return path[:end] + '/spy'
    try:
        return osio.abspath(link_target(path))
    except OSError:
        return path
