import random

import pytest
import streamwriter as w
from imagetools import text
from spyvm.image.container import refstream
from spyvm.image.container.detect import find_segment, find_within
from spyvm.image.errors import ImageError
from spyvm.rpy.buffer import buffer_of

DATA = b'\x66\x19\0s' + b'contents'
STREAM = w.stream(w.image_segment(DATA, [w.symbol(b'out')]))


def found(data, limit=1 << 20):
    return find_within(buffer_of(text(data)), limit)


def words(segment):
    return segment.buffer.text(segment.start, segment.start + 4 * segment.size)


def refusal(data, limit=1 << 20):
    with pytest.raises(ImageError) as info:
        found(data, limit)
    assert 'expected' in info.value.message and '\n' not in info.value.message
    return info.value.message


WRAPPED = [
    (STREAM, []),
    (w.gzipped(STREAM), ["gzip'd data"]),
    (w.gzipped(w.gzipped(STREAM)), ["gzip'd data", "gzip'd data"]),
    (w.signed(w.gzipped(STREAM)), ['signed project', "gzip'd data"]),
    (w.signed(STREAM), ['signed project']),
    (w.zipped([('index.html', b'no'), ('a/My.001.pr', STREAM)]), ['zip member a/My.001.pr']),
    (w.zipped([('My.PR', w.signed(w.gzipped(STREAM)))]), ['zip member My.PR', 'signed project', "gzip'd data"]),
    (w.zipped([('x.ims', b''), ('x.pr', STREAM), ('y.pr', b'')]), ['zip member x.pr']),
    (w.gzipped(w.zipped([('x.extSeg', STREAM)])), ["gzip'd data", 'zip member x.extSeg']),
    (w.zipped([('x\n\x1b.pr', STREAM)]), ['zip member x??.pr']),
]


@pytest.mark.parametrize('data,wrappers', WRAPPED, ids=[str(i) for i in range(len(WRAPPED))])
def test_wrappers(data, wrappers):
    segment = found(data)
    assert segment.wrappers == wrappers
    assert words(segment) == text(DATA)
    assert [each.text for each in segment.out_pointers] == ['out']
    segment.free()


def test_what_the_stream_says_of_the_segment():
    compact = w.array([w.NIL, w.class_proxy(b'Array')])
    root = w.image_segment(DATA, [w.NIL, w.integer(1717), compact], w.string(b'my project'))
    segment = found(w.stream(root))
    assert (segment.class_name, segment.state) == ('ImageSegment', 'imported')
    assert (segment.name, segment.user_roots) == ('my project', 1)
    assert [each.type for each in segment.compact_classes] == [refstream.NIL, refstream.INSTANCE]
    assert segment.has_stream


def test_fields_are_found_by_the_names_in_the_stream():
    root = w.instance(b'NativeImageSegment', [w.array([w.NIL]), w.symbol(b'x'), w.words(DATA)])
    names = [('NativeImageSegment', ['outPointers', 'state', 'segment'])]
    segment = found(w.stream(root, classes=[(name.encode('ascii'), [each.encode('ascii') for each in fields])
                                            for name, fields in names]))
    assert (segment.class_name, segment.state, words(segment)) == ('NativeImageSegment', 'x', text(DATA))
    assert len(segment.out_pointers) == 1 and segment.user_roots == -1


def test_the_segment_may_be_inside_another_object():
    assert words(found(w.stream(w.array([w.NIL, w.image_segment(DATA)])))) == text(DATA)


def test_streams_with_source_text_or_without():
    source = (b"'From x'!\rObject subclass: #Foo!\r!Foo methodsFor: 'x'!\rbar\r\t^'!!self smart'! !\r"
              b"!self smartRefStream!\r\n")
    assert words(found(w.stream(w.image_segment(DATA), source))) == text(DATA)
    assert words(found(w.stream(w.image_segment(DATA), b''))) == text(DATA)


def test_a_stream_of_one_object():
    assert words(found(w.HEADER + w.image_segment(DATA))) == text(DATA)


@pytest.mark.parametrize('start', [b'\x66\x19\0d', b'd\0\x19\x66', b'\x66\x19\0s', b's\0\x19\x66'])
def test_files_of_words_only(start):
    segment = found(start + b'\0' * 20)
    assert (segment.start, segment.size, segment.has_stream, segment.out_pointers) == (0, 6, False, [])


REFUSED = [
    (b'', 'no segment'), (b'x', 'no segment'), (b'no segment at all, just text' * 50, 'no segment'),
    (b'\0' * 5000, 'no segment'),
    (w.zipped([]), '0 members'), (w.zipped([('readme', b'x')]), '1 members'), (b'PK\3\4' + b'\0' * 100, 'zip archive'),
    (b'\x1f\x8b\x08', 'gzip'), (w.gzipped(b'text'), "in the gzip'd data: no segment"),
    (w.zipped([('a.pr', STREAM[:-30])]), 'in the zip member a.pr: '),
    (w.stream(w.string(b'no')), 'an ImageSegment'), (w.HEADER, 'the stream of objects ends'),
    (w.stream(w.instance(b'ImageSegment', [])), 'without a segment'),
    (w.stream(w.instance(b'ImageSegment', [w.NIL] * 9)), 'a WordArrayForSegment'),
    (w.stream(w.instance(b'Evil\n\x1b[31mImageSegment', [w.NIL] * 9)), 'Evil??[31mImageSegment without'),
]


@pytest.mark.parametrize('data,expected', REFUSED, ids=[str(i) for i in range(len(REFUSED))])
def test_what_is_refused(data, expected):
    assert expected in refusal(data)


def test_nothing_is_unpacked_beyond_the_limit():
    bomb = w.gzipped(b'\0' * 3000000)
    assert len(bomb) < 4000
    assert 'more than 100000 bytes' in refusal(bomb, 100000)
    assert 'no more than 100000' in refusal(w.zipped([('a.pr', b'\0' * 3000000)]), 100000)


def test_wrappers_in_wrappers_without_end():
    data = STREAM
    for _ in range(12):
        data = w.gzipped(data)
    with pytest.raises(ImageError) as info:
        find_segment(buffer_of(text(data)))
    assert 'more than 8' in info.value.message


@pytest.mark.parametrize('data', [STREAM, w.zipped([('a.pr', w.signed(w.gzipped(STREAM)))])], ids=['stream', 'project'])
def test_damage_is_refused_or_harmless(data):
    source = random.Random(13)
    for _ in range(1000):
        damaged = bytearray(data)
        for _ in range(source.choice([1, 2, 4])):
            damaged[source.randrange(len(damaged))] = source.choice([0, 1, 8, 9, 10, 255, source.randrange(256)])
        try:
            segment = found(bytes(damaged))
            assert segment.start + 4 * segment.size <= segment.buffer.size
            segment.free()
        except ImageError as error:
            assert '\n' not in error.message
    for size in range(len(data)):
        try:
            found(data[:size]).free()
        except ImageError as error:
            assert '\n' not in error.message
