"""The outside world as primitives see it: clock, files, the screen's state, what the image may ask about the machine it is
on."""
import errno

from spyvm.platform.clock import Clock
from spyvm.platform.files import Directories, FileTable
from spyvm.platform.parameters import Parameters
from spyvm.rpy import osio

VERSION = 'spy 0.1'
PLATFORM = 'unix'
SYSTEM = 'linux-gnu'
PROCESSOR = 'x86_64'
MAX_LINKS = 40          # symbolic links that lead to one another


class Exit(Exception):
    """The image quits.  `status` is the process's exit status."""

    def __init__(self, status):
        self.status = status


class Screen(object):
    """What the VM keeps of a screen whether there is one or not.

    `width` and `height` in pixels; `deferring` says that the image will tell itself when to show what it drew.
    """

    def __init__(self, width, height):
        self.width = width
        self.height = height
        self.deferring = False
        self.reversed = False
        self.mouse_x = 0
        self.mouse_y = 0
        self.input_semaphore = 0        # index of the external semaphore to signal for an event; 0: none
        self.interrupt_key = 0x0800 + ord('.')      # modifiers << 8 | character
        self.full_screen = False


class Host(object):
    """One per VM.

    vm_path: the executable; vm_arguments: the options meant for the VM; image_path: the image file as an absolute path;
    image_arguments: what follows it on the command line, for the image.  All are byte strings.
    """

    def __init__(self, vm_path, vm_arguments, image_path, image_arguments):
        self.vm_path = vm_path
        self.vm_arguments = vm_arguments
        self.image_path = image_path
        self.image_arguments = image_arguments
        self.clock = Clock()
        self.files = FileTable()
        self.directories = Directories()
        self.screen = Screen(640, 480)
        self.clipboard = ''
        self.low_space_threshold = 0
        self.memory_limit = 2 << 30     # bytes the process may use before the image is warned
        self.parameters = Parameters()

    def interrupted(self):
        """The user pressed Ctrl-C; without a screen that ends the run."""
        raise Exit(130)

    def vm_directory(self):
        """Where the executable is, with a slash at its end."""
        return directory_of(self.vm_path)

    def attribute(self, index):
        """What getSystemAttribute: answers: 0 the VM, 1 the image, 2 and up the image's arguments, negative the VM's; from
        1001 on what the machine is.  IndexError where there is none."""
        if index < 0:
            if -index <= len(self.vm_arguments):
                i = -index - 1
                assert i >= 0
                return self.vm_arguments[i]
            raise IndexError
        if index == 0:
            return self.vm_path
        if index == 1:
            return self.image_path
        if index < 1000:
            i = index - 2
            if i < len(self.image_arguments):
                return self.image_arguments[i]
            raise IndexError
        if index == 1001:
            return PLATFORM
        if index == 1002:
            return SYSTEM
        if index == 1003:
            return PROCESSOR
        if index == 1004:
            return VERSION
        if index == 1005:
            return 'null'
        if index == 1006 or index == 1007 or index == 1009:
            return VERSION
        raise IndexError


def directory_of(path):
    """The path up to and including its last slash; './' where it has none."""
    end = path.rfind('/') + 1
    if end <= 0:
        return './'
    return path[:end]


def link_target(path):
    """What a file name leads to, symbolic links followed; the name itself where nothing is there.  OSError if the system
    refuses, or for a loop."""
    for _ in range(MAX_LINKS):
        try:
            if not osio.lstat(path).is_link:
                return path
        except OSError as e:
            if e.errno == errno.ENOENT:
                return path
            raise
        link = osio.readlink(path)
        if link.startswith('/'):
            path = link
        else:
            path = directory_of(path) + link
    raise OSError(errno.ELOOP, 'too many symbolic links')


def make_host(argv0, image_path):
    """A Host without arguments for VM or image."""
    return Host(osio.abspath(argv0), [], osio.abspath(image_path), [])
