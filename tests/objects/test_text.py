"""UTF-8 outside, Latin-1, Unicode or the Macintosh's codes inside."""
import pytest

import fakeimage
from spyvm.objects import formats
from spyvm.objects.text import MAC_ROMAN, Texts, decode_utf8, encode_utf8

CODES = [0, 0x41, 0x7F, 0x80, 0xE9, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF]


def utf8(text):
    """The UTF-8 of a unicode text, a char a byte, as Python does it."""
    data = text.encode('utf-8')
    return data if str is bytes else data.decode('latin-1')


def character(code):
    return utf8((b'\\U' + ('%08x' % code).encode('latin-1')).decode('unicode_escape'))


@pytest.mark.parametrize('code', CODES)
def test_utf8(code):
    assert encode_utf8(code) == character(code)
    assert decode_utf8('a' + character(code) + character(code)) == [ord('a'), code, code]


@pytest.mark.parametrize('text', [
    '\x80', 'a\xbf', '\xc0\x80', '\xc1\xbf', '\xc3', '\xc3(', '\xe0\x80\x80', '\xe2\x82', '\xed\xa0\x80', '\xf0\x80\x80\x80',
    '\xf4\x90\x80\x80', '\xf5\x80\x80\x80', '\xff', '\xf0\x9f\x98'])
def test_what_is_not_utf8(text):
    assert decode_utf8(text) is None


def test_codes_that_are_no_characters():
    for code in (0xD800, 0xDFFF, 0x110000, 0x1FFFFF):
        assert encode_utf8(code) == encode_utf8(0xFFFD)


def test_the_codes_of_the_macintosh():
    for i in range(128):
        assert utf8(bytearray([i + 128]).decode('mac_roman')) == encode_utf8(MAC_ROMAN[i])


def texts_of(kind, wide):
    memory = fakeimage.make_memory(kind)
    if wide:
        memory.loaded = memory.loaded + [fakeimage.new_class(memory, 'WideString', 'Object', formats.WORDS, 0).w_self]
    return Texts(memory)


@pytest.mark.parametrize('kind', fakeimage.KINDS)
def test_strings_of_an_image_with_wide_strings(kind):
    texts = texts_of(kind, True)
    narrow = texts.string_object(character(0xE9) + 'a')
    assert narrow.text() == '\xe9a' and texts.text_of(narrow) == character(0xE9) + 'a'
    wide = texts.string_object('a' + character(0x65E5) + character(0x1F600))
    assert wide.view is texts.wide_view() and [int(word) for word in wide.words] == [ord('a'), 0x65E5, 0x1F600]
    assert texts.text_of(wide) == 'a' + character(0x65E5) + character(0x1F600)
    assert texts.string_object('\xff').text() == '\xff'


@pytest.mark.parametrize('kind', fakeimage.KINDS)
def test_strings_of_an_old_image(kind):
    texts = texts_of(kind, False)
    string = texts.string_object('a' + character(0xE9))
    assert string.text() == 'a\x8e' and texts.text_of(string) == 'a' + character(0xE9)
    assert texts.string_object(character(0x65E5)) is None


def test_what_is_no_string():
    texts = texts_of('spur64', True)
    assert texts.text_of(texts.memory.w_nil) is None
    assert texts.text_of(fakeimage.words(texts.memory, 'Bitmap', [0x41])) is None
