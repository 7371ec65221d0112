"""What the out-pointers of a stored segment stand for, as text.  They are objects of a stream (StreamObjects): classes and
other globals are DiskProxies, which name them; the rest is there itself."""
from spyvm.image.container import refstream
from spyvm.tools import literals
from spyvm.tools.literals import LiteralWriter, visible

PROXY = 'DiskProxy'
CLASS_SELECTOR = 'withClassVersion:'    # what proxies for classes send, with the version as argument
GLOBAL, PRE_SELECTOR, SELECTOR, ARGUMENTS = range(4)    # fields of a DiskProxy
MAX_DEPTH = 6
MAX_ELEMENTS = 100


def description(item, limit):
    """A line of no more than `limit` characters."""
    writer = LiteralWriter(limit)
    write_item(writer, item, 0)
    return writer.text()


def is_proxy(item):
    """A DiskProxy with all its fields."""
    return item.is_instance_of(PROXY) and len(item.items) >= 4 and item.items[GLOBAL].is_name()


def selector_of(item, field):
    """What a field of a proxy has for a selector; '' for none."""
    value = item.items[field]
    return value.text if value.is_name() else ''


def proxied_class(item):
    """The name of the class that a proxy stands for, 'Point' or 'Point class'; '' for all else."""
    if is_proxy(item) and selector_of(item, SELECTOR) == CLASS_SELECTOR:
        pre_selector = selector_of(item, PRE_SELECTOR)
        if pre_selector == '':
            return item.items[GLOBAL].text
        if pre_selector == 'class':
            return item.items[GLOBAL].text + ' class'
    return ''


def write_item(writer, item, depth):
    if writer.full:
        return
    type = item.type
    if type == refstream.NIL:
        writer.write('nil')
    elif type == refstream.TRUE:
        writer.write('true')
    elif type == refstream.FALSE:
        writer.write('false')
    elif type == refstream.INTEGER:
        writer.write('%d' % item.number)
    elif type == refstream.STRING:
        writer.write(literals.string_literal(first(item.text, writer.limit)))
    elif type == refstream.SYMBOL:
        writer.write(literals.symbol_literal(first(item.text, writer.limit)))
    elif type == refstream.BYTE_ARRAY:
        writer.write(literals.byte_array_literal(item.text, MAX_ELEMENTS))
    elif type == refstream.FLOAT:
        writer.write(literals.float_literal(item.real))
    elif type == refstream.CHARACTER:
        writer.write(literals.character_literal(item.number))
    elif type == refstream.ARRAY:
        write_array(writer, item, depth)
    elif type == refstream.RECTANGLE:
        sides = item.items
        writer.write('%d@%d corner: %d@%d' % (sides[0].number, sides[1].number, sides[2].number, sides[3].number))
    elif type == refstream.INSTANCE:
        write_instance(writer, item, depth)
    elif type == refstream.METHOD:
        writer.write(literals.with_article(item.class_name))
    else:
        writer.write('%s of %d words' % (literals.with_article(words_class(item)), item.size))


def first(text, limit):
    """As much of the text as can be of use."""
    if len(text) > limit:
        assert limit >= 0
        return text[0:limit]
    return text


def words_class(item):
    if item.type == refstream.BITMAP:
        return 'Bitmap'
    if item.type == refstream.WORD_ARRAY:
        return 'WordArray'
    if item.type == refstream.SEGMENT_WORDS:
        return 'WordArrayForSegment'
    return item.class_name


def write_array(writer, item, depth):
    items = item.items
    if depth == MAX_DEPTH and len(items) > 0:
        writer.write('{ ... }')
        return
    writer.write('{ ')
    for i in range(len(items)):
        if i == MAX_ELEMENTS:
            writer.write('... ')
            break
        write_item(writer, items[i], depth + 1)
        writer.write('. ' if i + 1 < len(items) else ' ')
        if writer.full:
            break
    writer.write('}')


def write_instance(writer, item, depth):
    name = proxied_class(item)
    if name != '':
        writer.write(visible(name) + ' (class)')
    elif is_proxy(item):
        write_proxy(writer, item, depth)
    elif item.class_name == 'Point' and len(item.items) == 2 and depth < MAX_DEPTH:
        write_item(writer, item.items[0], depth + 1)
        writer.write('@')
        write_item(writer, item.items[1], depth + 1)
    elif item.class_name == 'Color' and len(item.items) > 0 and item.items[0].type == refstream.INTEGER:
        writer.write(literals.color_literal(item.items[0].number))
    else:
        writer.write(literals.with_article(item.class_name))
        for part in item.items:
            if part.type == refstream.STRING:       # of a StringMorph: what the writer left out and why
                writer.write(' ' + literals.string_literal(first(part.text, writer.limit)))
                break


def write_proxy(writer, item, depth):
    """A global, or what a message to it answers."""
    writer.write('%s Smalltalk at: %s' % (PROXY, literals.symbol_literal(item.items[GLOBAL].text)))
    pre_selector = selector_of(item, PRE_SELECTOR)
    if pre_selector != '':
        writer.write(', ' + visible(pre_selector))
    selector = selector_of(item, SELECTOR)
    if selector != '' and selector != 'yourself':
        writer.write(', ' + visible(selector))
        arguments = item.items[ARGUMENTS]
        if arguments.type == refstream.ARRAY and len(arguments.items) > 0:
            writer.write(' ')
            write_array(writer, arguments, depth + 1)
