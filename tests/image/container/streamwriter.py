"""Makes streams of objects as SmartRefStream writes them, archives and wrappers, for tests.  All results are bytes."""
import gzip
import io
import struct
import zipfile

HEADER = b"'From some system'!\r\r!ObjectScanner new initialize!\r\r\r\r!self smartRefStream!"
NIL, TRUE, FALSE = b'\x01', b'\x02', b'\x03'


def byte(value):
    return struct.pack('>B', value)


def u32(value):
    return struct.pack('>I', value & 0xFFFFFFFF)


def integer(value):
    return byte(4) + u32(value)


def counted(data):
    if len(data) < 192:
        return byte(len(data)) + data
    return u32(192 << 24 | len(data)) + data


def symbol(data):
    return byte(6) + counted(data)


def string(data):
    return byte(17) + counted(data)


def array(items):
    return byte(8) + u32(len(items)) + b''.join(items)


def instance(class_name, items):
    return byte(9) + u32(len(items) + 1) + symbol(class_name) + b''.join(items)


def reference(position):
    return byte(10) + u32(position)


def words(data, type=19):
    assert len(data) % 4 == 0
    return byte(type) + u32(len(data) // 4) + data


def association(key, value):
    return instance(b'Association', [key, value])


def structures(classes):
    """`classes`: (name, [names of fields]) each."""
    associations = [association(symbol(name), array([integer(0)] + [string(field) for field in fields]))
                    for name, fields in classes]
    return array([string(b'class structure'), instance(b'Dictionary', [integer(len(classes)), array([NIL] + associations)]),
                  string(b'superclasses'), NIL])


def proxy(name, pre_selector=NIL, selector=None, arguments=()):
    return instance(b'DiskProxy', [symbol(name), pre_selector, NIL if selector is None else symbol(selector),
                                   array(list(arguments))])


def class_proxy(name):
    return proxy(name, NIL, b'withClassVersion:', [integer(0)])


def image_segment(data, out_pointers=(), name=NIL, class_name=b'ImageSegment'):
    """The instance, with the usual fields: `data` are the words, `out_pointers` encoded objects."""
    return instance(class_name, [NIL, words(data), array(list(out_pointers)), symbol(b'imported'), name, NIL, NIL,
                                 integer(1), NIL])


def stream(root, header=HEADER, classes=()):
    return header + integer(4) + structures(list(classes)) + root + b'!\r\r'


def gzipped(data):
    out = io.BytesIO()
    writer = gzip.GzipFile(filename='', mode='wb', compresslevel=9, fileobj=out, mtime=0)
    writer.write(data)
    writer.close()
    return out.getvalue()


def signed(data):
    return b'SPRJ' + b'\x11' * 40 + data


def zipped(members, method=zipfile.ZIP_DEFLATED, comment=b''):
    """`members`: (name, contents) each."""
    out = io.BytesIO()
    archive = zipfile.ZipFile(out, 'w', method)
    for name, contents in members:
        archive.writestr(name, contents)
    archive.comment = comment
    archive.close()
    return out.getvalue()
