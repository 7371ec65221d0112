"""FilePlugin: files and directories.  V3 images reach the older ones by number (150-162, 169).

Files are known by opaque handles (see spyvm.platform.files).  Names are byte strings as the system has them.  Everything
fails where the system refuses.  Definition: FilePlugin of VMMaker and its platform support.
"""
from spyvm.objects.errors import BAD_ARGUMENT, BAD_INDEX, BAD_NUM_ARGS, FAILED, NO_MODIFICATION, UNSUPPORTED
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.pointers import W_Class
from spyvm.objects.raw import W_Bytes, W_Longs, W_Shorts, W_Words
from spyvm.platform.clock import smalltalk_seconds
from spyvm.platform.files import entry_at
from spyvm.primitives.arguments import boolean, small_int, text
from spyvm.primitives.registry import named, primitive, ANY, OLD
from spyvm.primitives.storage import adopt_instance
from spyvm.rpy import osio
from spyvm.rpy.arith import intmask, r_uint, r_uint32

MODULE = 'FilePlugin'
DELIMITER = '/'


# ---- open files

def file_of(interp, w_handle):
    """The OpenFile a handle stands for."""
    if not isinstance(w_handle, W_Bytes):
        raise BAD_ARGUMENT
    file = interp.host.files.get(w_handle.text())
    if file is None:
        raise BAD_ARGUMENT
    return file


def offset_of(memory, w_integer):
    """A position or size in a file."""
    value = memory.int_value(w_integer)
    if value < 0:
        raise BAD_ARGUMENT
    return value


@named(MODULE, 'primitiveFileOpen', args=2)
@primitive(153, args=2, era=OLD)
def file_open(interp, w_receiver, w_name, w_writable):
    """Name, writable -> a handle.  A file to be written is made if it does not exist."""
    memory = interp.memory
    writable = boolean(memory, w_writable)
    try:
        handle = interp.host.files.open(text(w_name), writable)
    except OSError:
        raise FAILED
    return memory.bytes_object(handle)


@named(MODULE, 'primitiveFileOpenNew', args=1)
def file_open_new(interp, w_receiver, w_name):
    """Name -> a handle for writing a file that did not exist before; nil if it did."""
    memory = interp.memory
    name = text(w_name)
    try:
        handle = interp.host.files.open_exclusive(name)
    except OSError:
        if osio.exists(name):
            return memory.w_nil
        raise FAILED
    return memory.bytes_object(handle)


@named(MODULE, 'primitiveFileClose', args=1)
@primitive(151, args=1, era=OLD)
def file_close(interp, w_receiver, w_handle):
    try:
        interp.host.files.close(text(w_handle))
    except OSError:
        raise FAILED
    return w_receiver


@named(MODULE, 'primitiveFileAtEnd', args=1)
@primitive(150, args=1, era=OLD)
def file_at_end(interp, w_receiver, w_handle):
    try:
        return interp.memory.bool_object(file_of(interp, w_handle).at_end())
    except OSError:
        raise FAILED


@named(MODULE, 'primitiveFileGetPosition', args=1)
@primitive(152, args=1, era=OLD)
def file_position(interp, w_receiver, w_handle):
    return interp.memory.int_object(file_of(interp, w_handle).position)


@named(MODULE, 'primitiveFileSetPosition', args=2)
@primitive(155, args=2, era=OLD)
def file_set_position(interp, w_receiver, w_handle, w_position):
    """Handle, bytes from the start.  It may be beyond the end."""
    file = file_of(interp, w_handle)
    position = offset_of(interp.memory, w_position)
    try:
        file.seek(position)
    except OSError:
        raise FAILED
    return w_receiver


@named(MODULE, 'primitiveFileSize', args=1)
@primitive(157, args=1, era=OLD)
def file_size(interp, w_receiver, w_handle):
    try:
        return interp.memory.int_object(file_of(interp, w_handle).size())
    except OSError:
        raise FAILED


@named(MODULE, 'primitiveFileTruncate', args=2)
def file_truncate(interp, w_receiver, w_handle, w_size):
    """Handle, new size in bytes."""
    file = file_of(interp, w_handle)
    size = offset_of(interp.memory, w_size)
    try:
        file.truncate(size)
    except OSError:
        raise FAILED
    return w_receiver


@named(MODULE, 'primitiveFileFlush', args=1)
def file_flush(interp, w_receiver, w_handle):
    """Nothing is held back: what was written is the system's already."""
    file_of(interp, w_handle)
    return w_receiver


@named(MODULE, 'primitiveFileSync', args=1)
def file_sync(interp, w_receiver, w_handle):
    """Wait until what was written is on the disk."""
    file = file_of(interp, w_handle)
    try:
        osio.sync(file.fd)
    except OSError:
        raise FAILED
    return w_receiver


def element_bytes(w_buffer):
    """The bytes of an element of a raw object."""
    if isinstance(w_buffer, W_Bytes):
        return 1
    if isinstance(w_buffer, W_Shorts):
        return 2
    if isinstance(w_buffer, W_Words):
        return 4
    if isinstance(w_buffer, W_Longs):
        return 8
    raise BAD_ARGUMENT


def check_range(memory, w_buffer, w_start, w_count):
    """(first index from 0, count) of a range of elements; fails where it is not in the object."""
    start = small_int(w_start) - 1
    count = small_int(w_count)
    if start < 0 or count < 0 or count > w_buffer.indexed_size(memory) - start:
        raise BAD_INDEX
    return start, count


@named(MODULE, 'primitiveFileRead', args=ANY)
@primitive(154, args=ANY, era=OLD)
def file_read(interp, w_receiver, args_w):
    """Handle, buffer, start, count -> how many elements were read; fewer than asked for at the end of the file."""
    if len(args_w) != 4:
        raise BAD_NUM_ARGS
    memory = interp.memory
    file = file_of(interp, args_w[0])
    w_buffer = args_w[1]
    width = element_bytes(w_buffer)
    start, count = check_range(memory, w_buffer, args_w[2], args_w[3])
    if w_buffer.is_immutable():
        raise NO_MODIFICATION
    try:
        data = file.read(count * width)
    except OSError:
        raise FAILED
    read = len(data) // width
    store_elements(w_buffer, start, data, read)
    return W_SmallInteger(read)


def store_elements(w_buffer, start, data, count):
    """Put `count` elements' worth of bytes into a raw object; the low byte of an element comes first.  All is in range."""
    if isinstance(w_buffer, W_Bytes):
        for i in range(count):
            w_buffer.bytes[start + i] = data[i]
    elif isinstance(w_buffer, W_Shorts):
        for i in range(count):
            w_buffer.shorts[start + i] = ord(data[i * 2]) | (ord(data[i * 2 + 1]) << 8)
    elif isinstance(w_buffer, W_Words):
        for i in range(count):
            w_buffer.words[start + i] = r_uint32(number_at(data, i * 4, 4))
    elif isinstance(w_buffer, W_Longs):
        for i in range(count):
            w_buffer.longs[start + i] = r_uint(number_at(data, i * 8, 8))


def number_at(data, start, width):
    value = 0
    for i in range(width - 1, -1, -1):
        value = (value << 8) | ord(data[start + i])
    return value


@named(MODULE, 'primitiveFileWrite', args=ANY)
@primitive(158, args=ANY, era=OLD)
def file_write(interp, w_receiver, args_w):
    """Handle, buffer, start, count -> how many elements were written: all of them."""
    if len(args_w) != 4:
        raise BAD_NUM_ARGS
    memory = interp.memory
    file = file_of(interp, args_w[0])
    w_buffer = args_w[1]
    element_bytes(w_buffer)
    start, count = check_range(memory, w_buffer, args_w[2], args_w[3])
    try:
        file.write(elements_text(w_buffer, start, count))
    except OSError:
        raise FAILED
    return W_SmallInteger(count)


def elements_text(w_buffer, start, count):
    """Elements of a raw object as bytes, the low byte of an element first."""
    assert start >= 0
    stop = start + count
    assert stop >= 0
    if isinstance(w_buffer, W_Bytes):
        return ''.join(w_buffer.bytes[start:stop])
    chars = []
    if isinstance(w_buffer, W_Shorts):
        for i in range(start, stop):
            append_number(chars, w_buffer.shorts[i], 2)
    elif isinstance(w_buffer, W_Words):
        for i in range(start, stop):
            append_number(chars, w_buffer.getword(i), 4)
    elif isinstance(w_buffer, W_Longs):
        for i in range(start, stop):
            append_number(chars, intmask(w_buffer.longs[i]), 8)
    return ''.join(chars)


def append_number(chars, value, width):
    for i in range(width):
        chars.append(chr((value >> (8 * i)) & 0xFF))


# ---- standard files and descriptors

@named(MODULE, 'primitiveFileStdioHandles', args=0)
def stdio_handles(interp, w_receiver):
    """An Array of the handles of stdin, stdout and stderr; nil where the process has none."""
    memory = interp.memory
    items = [memory.w_nil, memory.w_nil, memory.w_nil]
    for fd in range(3):
        handle = interp.host.files.standard_handle(fd)
        if handle != '':
            items[fd] = memory.bytes_object(handle)
    return memory.array_object(items)


# what primitiveFileDescriptorType answers
TYPE_ERROR, TYPE_TERMINAL, TYPE_PIPE, TYPE_FILE = -1, 1, 2, 3


@named(MODULE, 'primitiveFileDescriptorType', args=1)
def descriptor_type(interp, w_receiver, w_descriptor):
    """File descriptor -> 1 for a terminal, 2 for a pipe, 3 for a file, -1 otherwise."""
    fd = descriptor(w_descriptor)
    try:
        kind = osio.descriptor_kind(fd)
        if kind == osio.REGULAR:
            return W_SmallInteger(TYPE_FILE)
        if kind == osio.PIPE:
            return W_SmallInteger(TYPE_PIPE)
        if osio.isatty(fd):
            return W_SmallInteger(TYPE_TERMINAL)
    except OSError:
        pass
    return W_SmallInteger(TYPE_ERROR)


def descriptor(w_integer):
    """A file descriptor: a C int."""
    fd = small_int(w_integer)
    if fd < 0 or fd > 0x7FFFFFFF:
        raise BAD_ARGUMENT
    return fd


@named(MODULE, 'primitiveConnectToFileDescriptor', args=2)
def connect_to_descriptor(interp, w_receiver, w_descriptor, w_writable):
    """File descriptor of the process, writable -> a handle."""
    memory = interp.memory
    fd = descriptor(w_descriptor)
    writable = boolean(memory, w_writable)
    try:
        return memory.bytes_object(interp.host.files.connect(fd, writable))
    except OSError:
        raise FAILED


@named(MODULE, 'primitiveConnectToFile', args=2)
def connect_to_file(interp, w_receiver, w_pointer, w_writable):
    """A C library's FILE: there are none here."""
    raise UNSUPPORTED


# ---- files by name

@named(MODULE, 'primitiveFileDelete', args=1)
@primitive(156, args=1, era=OLD)
def file_delete(interp, w_receiver, w_name):
    try:
        osio.unlink(text(w_name))
    except OSError:
        raise FAILED
    return w_receiver


@named(MODULE, 'primitiveFileRename', args=2)
@primitive(159, args=2, era=OLD)
def file_rename(interp, w_receiver, w_old, w_new):
    try:
        osio.rename(text(w_old), text(w_new))
    except OSError:
        raise FAILED
    return w_receiver


@named(MODULE, 'primitiveHasFileAccess', args=0)
def has_file_access(interp, w_receiver):
    return interp.memory.w_true


# ---- directories

@named(MODULE, 'primitiveDirectoryCreate', args=1)
def directory_create(interp, w_receiver, w_name):
    try:
        osio.mkdir(text(w_name))
    except OSError:
        raise FAILED
    return w_receiver


@named(MODULE, 'primitiveDirectoryDelete', args=1)
def directory_delete(interp, w_receiver, w_name):
    """The directory must be empty."""
    try:
        osio.rmdir(text(w_name))
    except OSError:
        raise FAILED
    return w_receiver


@named(MODULE, 'primitiveDirectoryDelimitor', args=0)
@primitive(161, args=0, era=OLD)
def directory_delimiter(interp, w_receiver):
    """The Character between the parts of a path."""
    return interp.memory.character_object(ord(DELIMITER))


@named(MODULE, 'primitiveDirectoryLookup', args=2)
@primitive(162, args=2, era=OLD)
def directory_lookup(interp, w_receiver, w_path, w_index):
    """Path, index from 1 -> an Array that describes an entry (see entry_object); nil after the last.  '' is the working
    directory.  Fails where there is no such directory."""
    memory = interp.memory
    index = small_int(w_index)
    try:
        entry = interp.host.directories.entry(text(w_path), index)
    except OSError:
        raise FAILED
    if entry is None:
        return memory.w_nil
    return entry_object(memory, entry)


@named(MODULE, 'primitiveDirectoryEntry', args=2)
def directory_entry(interp, w_receiver, w_path, w_name):
    """Path, simple name -> the same Array; nil where the directory has no such name, a failure where there is none."""
    memory = interp.memory
    path = text(w_path)
    name = text(w_name)
    entry = entry_at(path, name)
    if entry is None:
        if not osio.access(path if path != '' else '.', osio.CAN_READ):
            raise FAILED
        return memory.w_nil
    return entry_object(memory, entry)


def entry_object(memory, entry):
    """An Array of name, creation and modification time in seconds since 1901, whether it is a directory, size; in Spur
    images also of the permission bits and whether it is a symbolic link."""
    items = [memory.string_object(entry.name),
             memory.int_object(smalltalk_seconds(entry.ctime)),
             memory.int_object(smalltalk_seconds(entry.mtime)),
             memory.bool_object(entry.is_directory),
             memory.int_object(entry.size)]
    if memory.is_spur:
        items = items + [W_SmallInteger(entry.mode), memory.bool_object(entry.is_link)]
    return memory.array_object(items)


@named(MODULE, 'primitiveDirectorySetMacTypeAndCreator', args=3)
@primitive(169, args=3, era=OLD)
def set_mac_type(interp, w_receiver, w_name, w_type, w_creator):
    """Mac file types: a file has none here, which is no failure."""
    text(w_name)
    if len(text(w_type)) != 4 or len(text(w_creator)) != 4:
        raise BAD_ARGUMENT
    return w_receiver


@named(MODULE, 'primitiveDirectoryGetMacTypeAndCreator', args=3)
def get_mac_type(interp, w_receiver, w_name, w_type, w_creator):
    raise UNSUPPORTED


@primitive(160, args=1, era=OLD)
def create_directory_or_adopt(interp, w_receiver, w_argument):
    """Number 160 of V3 images: FileDirectory primCreateDirectory: in Squeak 2, Behavior adoptInstance: from Squeak 4 on."""
    if isinstance(w_receiver, W_Class):
        return adopt_instance(interp, w_receiver, w_argument)
    return directory_create(interp, w_receiver, w_argument)
