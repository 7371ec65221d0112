"""What an image is built for: its object format, byte order and set of bytecodes."""
from spyvm.objects import formats

from images.builder.failures import BuildError

SISTA, CLOSURES = 'sista', 'v3'

# name: version in the image header, bytes in a word, Spur, big-endian.  The versions are those that an OpenSmalltalk VM
# takes: it has none for images with Sista bytecodes, since each method's header says which set it uses.
OBJECT_FORMATS = {
    'spur64': (68021, 8, True, False),
    'spur32': (6521, 4, True, False),
    'v3': (6504, 4, False, False),
    'v3-be': (6504, 4, False, True),
    'v3-64': (68002, 8, False, False),
}
NAMES = ['spur64', 'spur32', 'v3', 'v3-be', 'v3-64']

# A package whose name ends in one of these belongs to some configurations only.
SUFFIXES = ['Spur', 'Spur32', 'Spur64', 'V3', 'Sista', 'Closures']


class Configuration(object):
    """name: one of NAMES; bytecodes: SISTA or CLOSURES (the V3 set with closures); None for what is usual with the format.
    BuildError where they do not go together."""

    def __init__(self, name, bytecodes=None):
        if name not in OBJECT_FORMATS:
            raise BuildError('no object format is called %s: there are %s' % (name, ', '.join(NAMES)))
        self.name = name
        self.version, self.word_size, self.spur, self.big_endian = OBJECT_FORMATS[name]
        if bytecodes is None:
            bytecodes = SISTA if self.spur else CLOSURES
        if bytecodes not in (SISTA, CLOSURES):
            raise BuildError('no bytecodes are called %s: there are %s and %s' % (bytecodes, SISTA, CLOSURES))
        if bytecodes == SISTA and not self.spur:
            raise BuildError('images of the format %s have no sista bytecodes' % name)
        self.bytecodes = bytecodes
        self.sista = bytecodes == SISTA
        self.traits = formats.Traits(self.version, self.word_size, self.spur, self.big_endian)
        self.suffixes = ['Spur', 'Spur64' if self.word_size == 8 else 'Spur32'] if self.spur else ['V3']
        self.suffixes.append('Sista' if self.sista else 'Closures')

    def takes_package(self, name):
        """Whether the package of that name belongs into the image."""
        suffix = name[name.rfind('-') + 1:]
        return suffix not in SUFFIXES or suffix in self.suffixes

    def image_name(self):
        """What the built image is called, without an extension."""
        if self.spur and not self.sista:
            return 'kernel-%s-v3' % self.name
        return 'kernel-%s' % self.name
