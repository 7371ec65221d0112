"""Small plugins that images ask about the machine, or talk to it with: SecurityPlugin, LocalePlugin, UUIDPlugin,
ConsolePlugin.

Definition: the plugins of these names in VMMaker and their platform support for Unix; ConsolePlugin is SqueakJS's.
"""
from spyvm.objects.errors import BAD_ARGUMENT, BAD_RECEIVER, FAILED, NO_MODIFICATION, UNSUPPORTED
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.raw import W_Bytes
from spyvm.primitives.arguments import text
from spyvm.primitives.registry import named
from spyvm.rpy import osio

# ---- SecurityPlugin: nothing is forbidden, and so nothing can be switched off, either


@named('SecurityPlugin', 'primitiveCanWriteImage', args=0)
def can_write_image(interp, w_receiver):
    return interp.memory.w_true


@named('SecurityPlugin', 'primitiveDisableImageWrite', args=0)
def disable_image_write(interp, w_receiver):
    raise UNSUPPORTED


@named('FilePlugin', 'primitiveDisableFileAccess', args=0)
def disable_file_access(interp, w_receiver):
    raise UNSUPPORTED


@named('SecurityPlugin', 'primitiveGetSecureUserDirectory', args=0)
def secure_user_directory(interp, w_receiver):
    """Where an image may keep what others must not touch."""
    return home_directory(interp)


@named('SecurityPlugin', 'primitiveGetUntrustedUserDirectory', args=0)
def untrusted_user_directory(interp, w_receiver):
    """Where untrusted code may work."""
    return home_directory(interp)


def home_directory(interp):
    home = osio.getenv('HOME', '')
    if home == '':
        raise FAILED
    return interp.memory.string_object(home)


# ---- LocalePlugin: what LC_ALL, LC_MESSAGES or LANG say, as in de_CH.UTF-8

def locale_name():
    for variable in ['LC_ALL', 'LC_MESSAGES', 'LANG']:
        name = osio.getenv(variable, '')
        if name != '':
            return name
    return ''


def is_letters(text):
    for char in text:
        if not ('a' <= char and char <= 'z' or 'A' <= char and char <= 'Z'):
            return False
    return True


@named('LocalePlugin', 'primitiveLanguage', args=0)
def language(interp, w_receiver):
    """The ISO 639 code of the user's language, as 'de'."""
    name = locale_name()
    if len(name) < 2 or not is_letters(name[:2]) or (len(name) > 2 and is_letters(name[2])):
        return interp.memory.string_object('en')
    return interp.memory.string_object(name[:2].lower())


@named('LocalePlugin', 'primitiveCountry', args=0)
def country(interp, w_receiver):
    """The ISO 3166 code of the user's country, as 'CH'."""
    name = locale_name()
    if len(name) < 5 or name[2] != '_' or not is_letters(name[3:5]):
        return interp.memory.string_object('US')
    return interp.memory.string_object(name[3:5].upper())


@named('LocalePlugin', 'primitiveDecimalSymbol', args=0)
def decimal_symbol(interp, w_receiver):
    return interp.memory.string_object('.')


@named('LocalePlugin', 'primitiveDigitGroupingSymbol', args=0)
def digit_grouping_symbol(interp, w_receiver):
    return interp.memory.string_object(',')


@named('LocalePlugin', 'primitiveMeasurementMetric', args=0)
def measurement_metric(interp, w_receiver):
    """Whether the country measures in metres."""
    return interp.memory.w_true


@named('LocalePlugin', 'primitiveTimezoneOffset', args=0)
def timezone_offset(interp, w_receiver):
    """Minutes local time is ahead of UTC."""
    return W_SmallInteger(interp.host.clock.local_offset() // 60)


@named('LocalePlugin', 'primitiveVMOffsetToUTC', args=0)
def vm_offset_to_utc(interp, w_receiver):
    """Minutes the VM's clock is ahead of UTC: it shows local time."""
    return W_SmallInteger(interp.host.clock.local_offset() // 60)


@named('LocalePlugin', 'primitiveDaylightSavings', args=0)
def daylight_savings(interp, w_receiver):
    """Unknown here: the offset to UTC tells."""
    raise UNSUPPORTED


# ---- UUIDPlugin

UUID_SIZE = 16


@named('UUIDPlugin', 'primitiveMakeUUID', args=0)
def make_uuid(interp, w_receiver):
    """Fill a UUID, 16 bytes, with a random one (version 4, RFC 4122).  The receiver."""
    if not isinstance(w_receiver, W_Bytes) or len(w_receiver.bytes) != UUID_SIZE:
        raise BAD_RECEIVER
    if w_receiver.is_immutable():
        raise NO_MODIFICATION
    try:
        random = osio.random_bytes(UUID_SIZE)
    except OSError:
        raise FAILED
    for i in range(UUID_SIZE):
        w_receiver.bytes[i] = random[i]
    w_receiver.bytes[6] = chr(ord(random[6]) & 0x0F | 0x40)
    w_receiver.bytes[8] = chr(ord(random[8]) & 0x3F | 0x80)
    return w_receiver


# ---- ConsolePlugin

@named('ConsolePlugin', 'primitiveLog:level:', args=2)
def log(interp, w_receiver, w_message, w_level):
    """A message for people, and 'log', 'info', 'warn' or 'error': the former two go to stdout, the others to stderr."""
    message = text(w_message)
    level = text(w_level)
    if level == 'log' or level == 'info':
        fd = osio.STDOUT
    elif level == 'warn' or level == 'error':
        fd = osio.STDERR
    else:
        raise BAD_ARGUMENT
    try:
        osio.write(fd, message + '\n')
    except OSError:
        raise FAILED
    return w_receiver
