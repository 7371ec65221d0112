"""Texts as people type and read them, in UTF-8, and the strings of an image.

A ByteString has Latin-1 codes, a WideString (MultiString in Squeak 3.8) those of Unicode, below a tag for the language.
Images from before there were such have the codes of the Macintosh, on which Squeak began.
"""
from spyvm.objects.classview import find_class
from spyvm.objects.raw import W_Bytes, W_Words
from spyvm.rpy.arith import intmask, r_uint32

WIDE_CLASSES = ['WideString', 'MultiString']
CODE_BITS = 0x1FFFFF        # of a character in a WideString: without the tag
REPLACEMENT = 0xFFFD

MAC_ROMAN = [               # the Unicode characters for codes 128 to 255
    0xC4, 0xC5, 0xC7, 0xC9, 0xD1, 0xD6, 0xDC, 0xE1, 0xE0, 0xE2, 0xE4, 0xE3, 0xE5, 0xE7, 0xE9, 0xE8, 0xEA, 0xEB,
    0xED, 0xEC, 0xEE, 0xEF, 0xF1, 0xF3, 0xF2, 0xF4, 0xF6, 0xF5, 0xFA, 0xF9, 0xFB, 0xFC, 0x2020, 0xB0, 0xA2, 0xA3,
    0xA7, 0x2022, 0xB6, 0xDF, 0xAE, 0xA9, 0x2122, 0xB4, 0xA8, 0x2260, 0xC6, 0xD8, 0x221E, 0xB1, 0x2264, 0x2265,
    0xA5, 0xB5, 0x2202, 0x2211, 0x220F, 0x3C0, 0x222B, 0xAA, 0xBA, 0x3A9, 0xE6, 0xF8, 0xBF, 0xA1, 0xAC, 0x221A,
    0x192, 0x2248, 0x2206, 0xAB, 0xBB, 0x2026, 0xA0, 0xC0, 0xC3, 0xD5, 0x152, 0x153, 0x2013, 0x2014, 0x201C, 0x201D,
    0x2018, 0x2019, 0xF7, 0x25CA, 0xFF, 0x178, 0x2044, 0x20AC, 0x2039, 0x203A, 0xFB01, 0xFB02, 0x2021, 0xB7, 0x201A,
    0x201E, 0x2030, 0xC2, 0xCA, 0xC1, 0xCB, 0xC8, 0xCD, 0xCE, 0xCF, 0xCC, 0xD3, 0xD4, 0xF8FF, 0xD2, 0xDA, 0xDB,
    0xD9, 0x131, 0x2C6, 0x2DC, 0xAF, 0x2D8, 0x2D9, 0x2DA, 0xB8, 0x2DD, 0x2DB, 0x2C7]


class Texts(object):
    """The strings of one image.  Its WideString is looked for when a text is not ASCII."""

    def __init__(self, memory):
        self.memory = memory
        self.looked = False
        self.found = None

    def wide_view(self):
        """The class view of WideString; None if the image has none."""
        if not self.looked:
            self.looked = True
            for name in WIDE_CLASSES:
                w_class = find_class(self.memory, name)
                if w_class is not None:
                    self.found = self.memory.view_of_class(w_class)
                    break
        return self.found

    def string_object(self, text):
        """A string of the image with the characters of a UTF-8 text; None if the image cannot have them.  What is not UTF-8
        is taken byte by byte."""
        codes = decode_utf8(text)
        if codes is None:
            return self.memory.string_object(text)
        bytes = []
        for code in codes:
            if code > 127 and self.wide_view() is None:
                code = mac_code(code)
            if code < 0 or code > 255:
                return self.wide_object(codes)
            bytes.append(chr(code))
        return self.memory.string_object(''.join(bytes))

    def wide_object(self, codes):
        view = self.wide_view()
        if view is None:
            return None
        return W_Words(view, [r_uint32(code) for code in codes])

    def text_of(self, w_string):
        """The text, in UTF-8, of an object that may be a string; None if it is none."""
        if isinstance(w_string, W_Bytes):
            return self.from_bytes(w_string.text())
        if isinstance(w_string, W_Words) and w_string.view is not None and w_string.view is self.wide_view():
            return ''.join([encode_utf8(intmask(word) & CODE_BITS) for word in w_string.words])
        return None

    def from_bytes(self, text):
        """UTF-8 for the bytes of a string."""
        parts = []
        for c in text:
            code = ord(c)
            if code > 127 and self.wide_view() is None:
                code = MAC_ROMAN[code - 128]
            parts.append(encode_utf8(code))
        return ''.join(parts)


def mac_code(code):
    """The Macintosh's code for a Unicode character; -1 if it had none."""
    for i in range(len(MAC_ROMAN)):
        if MAC_ROMAN[i] == code:
            return i + 128
    return -1


def encode_utf8(code):
    """A Unicode code point in UTF-8; the replacement character for what is none."""
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        code = REPLACEMENT
    if code < 0x80:
        return chr(code)
    if code < 0x800:
        return chr(0xC0 | code >> 6) + chr(0x80 | code & 63)
    if code < 0x10000:
        return chr(0xE0 | code >> 12) + chr(0x80 | code >> 6 & 63) + chr(0x80 | code & 63)
    return chr(0xF0 | code >> 18) + chr(0x80 | code >> 12 & 63) + chr(0x80 | code >> 6 & 63) + chr(0x80 | code & 63)


def decode_utf8(text):
    """The code points of a UTF-8 text; None if it is not UTF-8."""
    codes = []
    i = 0
    while i < len(text):
        code = ord(text[i])
        i += 1
        if code >= 0x80:
            if 0xC2 <= code < 0xE0:
                more, least = 1, 0x80
            elif 0xE0 <= code < 0xF0:
                more, least = 2, 0x800
            elif 0xF0 <= code < 0xF5:
                more, least = 3, 0x10000
            else:
                return None
            code &= 0x3F >> more
            for _ in range(more):
                if i >= len(text) or ord(text[i]) & 0xC0 != 0x80:
                    return None
                code = code << 6 | ord(text[i]) & 63
                i += 1
            if code < least or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
                return None
        codes.append(code)
    return codes
