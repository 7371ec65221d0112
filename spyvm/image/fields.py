"""The header of an image file that is written: the one that was read, with what has changed."""

DATA_SIZE, BASE, SPECIALS, LAST_HASH, WINDOW, FLAGS = range(2, 8)      # numbers of fields
FIRST_SEGMENT, FREE_BYTES = 14, 15
LITTLE_FLOATS = 2       # in the flags: the image's Floats are those of a little-endian machine


def header_text(writer):
    """The bytes of the header for what a Writer has laid out."""
    header = writer.header
    fields = Fields(header, writer.big_endian)
    swapping = writer.big_endian != header.traits.big_endian
    while fields.next():
        if swapping:
            fields.swap()
        number = fields.number
        if number == DATA_SIZE:
            fields.put(writer.data_size)
        elif number == BASE:
            fields.put(writer.base)
        elif number == SPECIALS:
            fields.put(writer.oop(writer.memory.w_special_objects))
        elif number == FLAGS and swapping and header.format.platform_floats:
            fields.put(header.flags ^ LITTLE_FLOATS)
        elif not writer.exact:
            if number == LAST_HASH:
                fields.put(writer.last_hash)
            elif header.format.spur and number == FIRST_SEGMENT:
                fields.put(writer.data_size)
            elif header.format.spur and number == FREE_BYTES:
                fields.put(0)
    return fields.text()


class Fields(object):
    """Goes through the fields of header.raw, whose sizes spyvm.image.header tells; those nobody knows are words."""

    def __init__(self, header, big_endian):
        self.header = header
        self.big_endian = big_endian
        self.chars = [c for c in header.raw]
        self.number = -1
        self.place = 0
        self.width = 0

    def next(self):
        """Go to the next field; False if no other is complete."""
        self.place += self.width
        self.number += 1
        self.width = self.width_of(self.number)
        return self.place + self.width <= len(self.chars)

    def width_of(self, number):
        word = self.header.format.word_size
        if number < DATA_SIZE:
            return 8 if self.header.wide else 4
        if number == 8 and not self.header.wide:
            return 4
        if number == 9 or number == 10 or number == 12 or number == 13:
            return 2
        if number == 11:
            return 4
        return word

    def swap(self):
        chars = self.chars
        last = self.place + self.width - 1
        for i in range(self.width // 2):
            char = chars[self.place + i]
            chars[self.place + i] = chars[last - i]
            chars[last - i] = char

    def put(self, value):
        for i in range(self.width):
            at = self.place + i
            if self.big_endian:
                at = self.place + self.width - 1 - i
            self.chars[at] = chr(value & 255)
            value >>= 8

    def text(self):
        return ''.join(self.chars)
