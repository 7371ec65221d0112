"""FilePlugin by name and by number, against the host's own files."""
import os
import stat
import time

import pytest

import fakeimage
from fakeimage import KINDS
from storage_support import Interp, call, elements, fails, new, value
from spyvm.objects import formats
from spyvm.objects.model import IMMUTABLE, W_SmallInteger
from spyvm.primitives import registry

NUMBERS = {'FileAtEnd': 150, 'FileClose': 151, 'FileGetPosition': 152, 'FileOpen': 153, 'FileRead': 154,
           'FileSetPosition': 155, 'FileDelete': 156, 'FileSize': 157, 'FileWrite': 158, 'FileRename': 159,
           'DirectoryCreate': 160,
           'DirectoryDelimitor': 161, 'DirectoryLookup': 162, 'DirectorySetMacTypeAndCreator': 169}


@pytest.fixture(params=KINDS)
def interp(request):
    return Interp(request.param)


def which(interp, name):
    """V3 images use the numbers."""
    if not interp.memory.is_spur and name in NUMBERS:
        return NUMBERS[name]
    return ('FilePlugin', 'primitive' + name)


def run(interp, name, *args):
    return call(interp, which(interp, name), new(interp, 'Object'), *args)


def answer(interp, name, *args):
    return fakeimage.python_value(interp.memory, run(interp, name, *args))


def refuses(interp, name, *args):
    return fails(interp, which(interp, name), new(interp, 'Object'), *args)


def open_file(interp, path, writable):
    return run(interp, 'FileOpen', str(path), writable)


def test_both_names_are_known():
    for name, number in NUMBERS.items():
        assert registry.find_named('FilePlugin', 'primitive' + name) is not None
        assert registry.find_numbered(number, False) is not None


def test_write_and_read(interp, tmp_path):
    path = tmp_path / 'a file'
    w_file = open_file(interp, path, True)
    assert answer(interp, 'FileWrite', w_file, 'hello world', 1, 5) == 5
    assert answer(interp, 'FileWrite', w_file, 'hello world', 6, 6) == 6
    assert answer(interp, 'FileGetPosition', w_file) == 11
    assert answer(interp, 'FileSize', w_file) == 11
    assert answer(interp, 'FileAtEnd', w_file) is True
    run(interp, 'FileSetPosition', w_file, 6)
    assert answer(interp, 'FileAtEnd', w_file) is False
    w_buffer = fakeimage.string(interp.memory, '..........')
    assert answer(interp, 'FileRead', w_file, w_buffer, 3, 8) == 5
    assert w_buffer.text() == '..world...'
    assert answer(interp, 'FileAtEnd', w_file) is True
    assert answer(interp, 'FileRead', w_file, w_buffer, 1, 4) == 0
    run(interp, 'FileClose', w_file)
    assert path.read_bytes() == b'hello world'


def test_all_bytes(interp, tmp_path):
    path = tmp_path / 'bytes'
    w_file = open_file(interp, path, True)
    w_bytes = fakeimage.byte_array(interp.memory, range(256))
    run(interp, 'FileWrite', w_file, w_bytes, 1, 256)
    run(interp, 'FileSetPosition', w_file, 0)
    w_buffer = new(interp, 'ByteArray', 256)
    assert answer(interp, 'FileRead', w_file, w_buffer, 1, 256) == 256
    assert elements(interp, w_buffer) == list(range(256))
    assert path.read_bytes() == bytes(bytearray(range(256)))


def test_words(interp, tmp_path):
    path = tmp_path / 'words'
    w_file = open_file(interp, path, True)
    assert answer(interp, 'FileWrite', w_file, fakeimage.words(interp.memory, 'Bitmap', [0x01020304, 0xFFFFFFFF]), 1, 2) == 2
    assert path.read_bytes() == b'\x04\x03\x02\x01\xff\xff\xff\xff'
    run(interp, 'FileSetPosition', w_file, 1)
    w_words = new(interp, 'Bitmap', 3)
    assert answer(interp, 'FileRead', w_file, w_words, 2, 2) == 1       # the last three bytes are no word
    assert elements(interp, w_words) == [0, 0xFF010203, 0]


def test_wide_units(tmp_path):
    spur = Interp('spur64')
    for kind, size in [(formats.SHORTS, 2), (formats.LONGS, 8)]:
        w_units = spur.memory.instantiate(fakeimage.new_class(spur.memory, 'Units', 'Object', kind, 0), 2)
        call(spur, 61, w_units, 2, 0x0102)
        path = tmp_path / str(size)
        w_file = open_file(spur, path, True)
        assert answer(spur, 'FileWrite', w_file, w_units, 1, 2) == 2
        assert path.read_bytes() == b'\0' * size + b'\x02\x01' + b'\0' * (size - 2)
        run(spur, 'FileSetPosition', w_file, 0)
        w_copy = spur.memory.instantiate(w_units.view, 2)
        assert answer(spur, 'FileRead', w_file, w_copy, 1, 2) == 2
        assert elements(spur, w_copy) == [0, 0x0102]


def test_large_file(interp, tmp_path):
    path = tmp_path / 'large'
    path.write_bytes(b'x' * 200000)
    w_file = open_file(interp, path, False)
    w_buffer = new(interp, 'ByteArray', 300000)
    assert answer(interp, 'FileRead', w_file, w_buffer, 1, 300000) == 200000
    assert interp.memory and w_buffer.bytes[199999] == 'x' and w_buffer.bytes[200000] == '\0'


def test_reading_needs_a_file_and_writing_makes_one(interp, tmp_path):
    assert refuses(interp, 'FileOpen', str(tmp_path / 'none'), False)
    run(interp, 'FileClose', open_file(interp, tmp_path / 'made', True))
    assert (tmp_path / 'made').exists()
    (tmp_path / 'made').write_bytes(b'kept')
    w_file = open_file(interp, tmp_path / 'made', True)
    assert answer(interp, 'FileSize', w_file) == 4
    assert refuses(interp, 'FileOpen', str(tmp_path), False)        # a directory
    assert refuses(interp, 'FileOpen', str(tmp_path), True)
    assert refuses(interp, 'FileOpen', str(tmp_path / 'x\0y'), True)
    assert not (tmp_path / 'x').exists()
    assert refuses(interp, 'FileOpen', 3, True)
    assert refuses(interp, 'FileOpen', str(tmp_path / 'y'), None)
    assert not (tmp_path / 'y').exists()


def test_reading_only(interp, tmp_path):
    (tmp_path / 'f').write_bytes(b'abc')
    w_file = open_file(interp, tmp_path / 'f', False)
    assert refuses(interp, 'FileWrite', w_file, 'x', 1, 1)
    assert refuses(interp, 'FileTruncate', w_file, 1)
    assert (tmp_path / 'f').read_bytes() == b'abc'


@pytest.mark.parametrize('start, count', [(0, 1), (1, 4), (4, 1), (-1, 1), (1, -1), (2 ** 29, 1), (1, 2 ** 29)])
def test_ranges(interp, tmp_path, start, count):
    (tmp_path / 'f').write_bytes(b'abc')
    w_file = open_file(interp, tmp_path / 'f', True)
    w_buffer = fakeimage.string(interp.memory, '...')
    assert refuses(interp, 'FileRead', w_file, w_buffer, start, count)
    assert refuses(interp, 'FileWrite', w_file, w_buffer, start, count)
    assert w_buffer.text() == '...' and answer(interp, 'FileGetPosition', w_file) == 0


def test_buffers(interp, tmp_path):
    (tmp_path / 'f').write_bytes(b'abc')
    w_file = open_file(interp, tmp_path / 'f', True)
    for bad in [new(interp, 'Array', 3), W_SmallInteger(3), interp.memory.w_nil]:
        assert refuses(interp, 'FileRead', w_file, bad, 1, 1)
        assert refuses(interp, 'FileWrite', w_file, bad, 1, 1)
    w_buffer = fakeimage.string(interp.memory, '...')
    w_buffer.set_meta(IMMUTABLE)
    assert refuses(interp, 'FileRead', w_file, w_buffer, 1, 1)
    assert answer(interp, 'FileGetPosition', w_file) == 0


def test_handles_cannot_be_made_up(interp, tmp_path):
    w_file = open_file(interp, tmp_path / 'f', True)
    good = w_file.text()
    other = good[:-1] + chr(ord(good[-1]) ^ 1)
    for handle in ['', 'x', good[:-1], good + 'x', other, '\0' * len(good), chr(ord(good[0]) ^ 1) + good[1:]]:
        for name in ['FileClose', 'FileSize', 'FileAtEnd', 'FileGetPosition', 'FileFlush', 'FileSync']:
            assert refuses(interp, name, handle)
    assert refuses(interp, 'FileSize', 3)
    assert refuses(interp, 'FileSize', None)
    stranger = Interp('v3')
    assert refuses(stranger, 'FileSize', good)
    run(interp, 'FileClose', w_file)
    for name in ['FileClose', 'FileSize']:
        assert refuses(interp, name, w_file)


def test_positions(interp, tmp_path):
    w_file = open_file(interp, tmp_path / 'f', True)
    run(interp, 'FileSetPosition', w_file, 5)
    run(interp, 'FileWrite', w_file, 'x', 1, 1)
    assert (tmp_path / 'f').read_bytes() == b'\0\0\0\0\0x'
    for bad in [-1, None]:
        assert refuses(interp, 'FileSetPosition', w_file, bad)
    run(interp, 'FileSetPosition', w_file, 2 ** 33)
    assert answer(interp, 'FileGetPosition', w_file) == 2 ** 33
    assert answer(interp, 'FileAtEnd', w_file) is True


def test_truncate_flush_sync(interp, tmp_path):
    w_file = open_file(interp, tmp_path / 'f', True)
    run(interp, 'FileWrite', w_file, 'abcdef', 1, 6)
    run(interp, 'FileTruncate', w_file, 2)
    run(interp, 'FileFlush', w_file)
    run(interp, 'FileSync', w_file)
    assert (tmp_path / 'f').read_bytes() == b'ab'
    assert refuses(interp, 'FileTruncate', w_file, -1)


def test_delete_and_rename(interp, tmp_path):
    (tmp_path / 'a').write_bytes(b'a')
    run(interp, 'FileRename', str(tmp_path / 'a'), str(tmp_path / 'b'))
    assert os.listdir(str(tmp_path)) == ['b']
    assert refuses(interp, 'FileRename', str(tmp_path / 'a'), str(tmp_path / 'b'))
    assert refuses(interp, 'FileDelete', str(tmp_path / 'a'))
    run(interp, 'FileDelete', str(tmp_path / 'b'))
    assert os.listdir(str(tmp_path)) == []
    assert refuses(interp, 'FileDelete', None)


def test_open_new(interp, tmp_path):
    w_file = run(interp, 'FileOpenNew', str(tmp_path / 'a'))
    run(interp, 'FileWrite', w_file, 'x', 1, 1)
    assert answer(interp, 'FileOpenNew', str(tmp_path / 'a')) is None
    assert (tmp_path / 'a').read_bytes() == b'x'
    assert refuses(interp, 'FileOpenNew', str(tmp_path / 'no' / 'a'))


def test_standard_files(interp):
    handles = elements(interp, run(interp, 'FileStdioHandles'))
    assert len(handles) == 3
    w_handles = run(interp, 'FileStdioHandles')
    for i in (1, 2):
        w_handle = w_handles.fetch(interp.memory, i)
        if w_handle is not interp.memory.w_nil:
            assert answer(interp, 'FileWrite', w_handle, '', 1, 0) == 0
    assert refuses(interp, 'FileDescriptorType', None)
    assert answer(interp, 'FileDescriptorType', 9999) == -1


def test_descriptors(interp, tmp_path):
    read, write = os.pipe()
    try:
        assert answer(interp, 'FileDescriptorType', read) == 2
        w_out = run(interp, 'ConnectToFileDescriptor', write, True)
        w_in = run(interp, 'ConnectToFileDescriptor', read, False)
        run(interp, 'FileWrite', w_out, 'through', 1, 7)
        w_buffer = fakeimage.string(interp.memory, '.' * 20)
        assert answer(interp, 'FileRead', w_in, w_buffer, 1, 20) == 7       # what is there, without waiting for more
        assert answer(interp, 'FileAtEnd', w_in) is False
        run(interp, 'FileClose', w_out)
        assert answer(interp, 'FileRead', w_in, w_buffer, 1, 20) == 0
        assert answer(interp, 'FileAtEnd', w_in) is True
    finally:
        os.close(read)
    assert refuses(interp, 'ConnectToFileDescriptor', 9999, True)
    assert refuses(interp, 'ConnectToFileDescriptor', -1, True)
    assert refuses(interp, 'ConnectToFile', 'pointer', True)


# ---- directories

def test_directories(interp, tmp_path):
    path = str(tmp_path / 'sub')
    run(interp, 'DirectoryCreate', path)
    assert (tmp_path / 'sub').is_dir()
    assert refuses(interp, 'DirectoryCreate', path)
    assert refuses(interp, 'DirectoryCreate', 3)
    (tmp_path / 'sub' / 'f').write_bytes(b'')
    assert refuses(interp, 'DirectoryDelete', path)
    run(interp, 'FileDelete', path + '/f')
    run(interp, 'DirectoryDelete', path)
    assert not (tmp_path / 'sub').exists()
    w_char = run(interp, 'DirectoryDelimitor')
    assert interp.memory.character_value(w_char) == ord('/')


def entries(interp, path):
    found = []
    index = 1
    while True:
        w_entry = run(interp, 'DirectoryLookup', path, index)
        if w_entry is interp.memory.w_nil:
            return found
        found.append(elements(interp, w_entry))
        index += 1


def test_lookup(interp, tmp_path):
    (tmp_path / 'sub').mkdir()
    (tmp_path / 'file').write_bytes(b'12345')
    os.symlink(str(tmp_path / 'file'), str(tmp_path / 'link'))
    os.symlink('nowhere', str(tmp_path / 'dangling'))
    now = time.time() + (69 * 365 + 17) * 86400 - (time.altzone if time.localtime().tm_isdst > 0 else time.timezone)
    found = dict((entry[0], entry) for entry in entries(interp, str(tmp_path)))
    assert sorted(found) == ['dangling', 'file', 'link', 'sub']
    assert [found[name][3] for name in sorted(found)] == [False, False, False, True]
    assert [found['file'][4], found['link'][4], found['sub'][4]] == [5, 5, 0]
    assert abs(found['file'][2] - now) < 10 and abs(found['file'][1] - now) < 10
    if interp.memory.is_spur:
        mode = stat.S_IMODE((tmp_path / 'file').stat().st_mode)
        assert found['file'][5:] == [mode, False] and found['link'][5:] == [mode, True]
    else:
        assert len(found['file']) == 5
    assert refuses(interp, 'DirectoryLookup', str(tmp_path / 'none'), 1)
    assert refuses(interp, 'DirectoryLookup', str(tmp_path), 0)
    assert refuses(interp, 'DirectoryLookup', str(tmp_path), None)
    assert entries(interp, str(tmp_path / 'sub')) == []


def test_lookup_while_others_look_up_and_delete(interp, tmp_path):
    for name in ['a', 'b']:
        (tmp_path / name).mkdir()
        for i in range(4):
            (tmp_path / name / str(i)).write_bytes(b'')
    first, second = str(tmp_path / 'a'), str(tmp_path / 'b')
    names = [elements(interp, run(interp, 'DirectoryLookup', path, i + 1))[0] for i in range(4) for path in (first, second)]
    assert sorted(names) == sorted(list('0123') * 2)
    name = elements(interp, run(interp, 'DirectoryLookup', first, 1))[0]
    for other in '0123':
        if other != name:
            os.unlink(os.path.join(first, other))
    assert run(interp, 'DirectoryLookup', first, 2) is interp.memory.w_nil


def test_lookup_in_the_working_directory(interp, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'here').write_bytes(b'')
    assert [entry[0] for entry in entries(interp, '')] == ['here']
    assert elements(interp, run(interp, 'DirectoryEntry', '', 'here'))[0] == 'here'


def test_entry(interp, tmp_path):
    (tmp_path / 'file').write_bytes(b'12345')
    assert elements(interp, run(interp, 'DirectoryEntry', str(tmp_path), 'file'))[4] == 5
    assert answer(interp, 'DirectoryEntry', str(tmp_path), 'none') is None
    assert refuses(interp, 'DirectoryEntry', str(tmp_path / 'none'), 'file')
    assert refuses(interp, 'DirectoryEntry', str(tmp_path), 3)


def test_names_are_bytes(interp, tmp_path):
    name = 'caf\xc3\xa9'        # UTF-8, as the system has it
    run(interp, 'FileClose', open_file(interp, str(tmp_path) + '/' + name, True))
    assert os.listdir(str(tmp_path).encode('ascii')) == [b'caf\xc3\xa9']
    assert [entry[0] for entry in entries(interp, str(tmp_path))] == [name]


def test_mac_types(interp):
    w_receiver = new(interp, 'Object')
    assert call(interp, which(interp, 'DirectorySetMacTypeAndCreator'), w_receiver, 'f', 'TEXT', 'R*ch') is w_receiver
    assert refuses(interp, 'DirectorySetMacTypeAndCreator', 'f', 'TEX', 'R*ch')
    assert refuses(interp, 'DirectoryGetMacTypeAndCreator', 'f', 'TEXT', 'R*ch')
    assert answer(interp, 'HasFileAccess') is True


def test_number_160_of_old_images_is_adopt_instance_on_classes():
    old = Interp('v3')
    w_class = fakeimage.class_named(old.memory, 'ByteArray')
    w_string = fakeimage.string(old.memory, 'abc')
    call(old, 160, w_class, w_string)
    assert w_string.view.w_self is w_class


# ---- the small plugins about the machine

def test_security_locale_uuid(interp, monkeypatch):
    memory = interp.memory
    monkeypatch.setenv('LC_ALL', 'de_CH.UTF-8')
    monkeypatch.setenv('HOME', '/home/me')
    assert value(interp, ('LocalePlugin', 'primitiveLanguage'), None) == 'de'
    assert value(interp, ('LocalePlugin', 'primitiveCountry'), None) == 'CH'
    monkeypatch.setenv('LC_ALL', 'C')
    assert value(interp, ('LocalePlugin', 'primitiveLanguage'), None) == 'en'
    assert value(interp, ('LocalePlugin', 'primitiveCountry'), None) == 'US'
    assert value(interp, ('SecurityPlugin', 'primitiveCanWriteImage'), None) is True
    assert value(interp, ('SecurityPlugin', 'primitiveGetSecureUserDirectory'), None) == '/home/me'
    assert fails(interp, ('SecurityPlugin', 'primitiveDisableImageWrite'), None)
    w_uuid, w_other = new(interp, 'ByteArray', 16), new(interp, 'ByteArray', 16)
    call(interp, ('UUIDPlugin', 'primitiveMakeUUID'), w_uuid)
    call(interp, ('UUIDPlugin', 'primitiveMakeUUID'), w_other)
    assert w_uuid.text() != w_other.text()
    assert elements(interp, w_uuid)[6] >> 4 == 4 and elements(interp, w_uuid)[8] >> 6 == 2
    assert fails(interp, ('UUIDPlugin', 'primitiveMakeUUID'), new(interp, 'ByteArray', 15))
    assert fails(interp, ('UUIDPlugin', 'primitiveMakeUUID'), memory.w_nil)


def test_console(interp, capfd):
    log = ('ConsolePlugin', 'primitiveLog:level:')
    w_receiver = new(interp, 'Object')
    for level in ['log', 'info', 'warn', 'error']:
        assert call(interp, log, w_receiver, 'this is ' + level, level) is w_receiver
    assert fails(interp, log, w_receiver, 'x', 'shout')
    assert fails(interp, log, w_receiver, None, 'log')
    out, err = capfd.readouterr()
    assert out == 'this is log\nthis is info\n' and err == 'this is warn\nthis is error\n'
