"""Graphs in the DOT language of Graphviz."""
from spyvm.image.segment.references import INNER, OUTER, tag_of, value_of
from spyvm.tools import out_pointers
from spyvm.tools.literals import visible

MAX_NODES = 1000            # Graphviz takes long for more
MAX_EDGES = 5000
LABEL_WIDTH = 40            # characters of a value


class DotWriter(object):
    """Collects a directed graph.  Node names must be identifiers; labels may be any printable text."""

    def __init__(self, name):
        self.lines = ['digraph %s {' % name]

    def default(self, what, attributes):
        """Attributes for all nodes or edges that follow."""
        self.lines.append('  %s [%s];' % (what, attributes))

    def node(self, name, label_lines, attributes):
        label = '\\n'.join([escaped(line) for line in label_lines])
        self.lines.append('  %s [label="%s"%s];' % (name, label, attributes))

    def edge(self, start, stop, label, attributes):
        self.lines.append('  %s -> %s [label="%s"%s];' % (start, stop, escaped(label), attributes))

    def text(self):
        return '\n'.join(self.lines) + '\n}\n'


def escaped(text):
    """Text for between quotes, in printable ASCII."""
    parts = []
    for char in visible(text):
        if char == '"' or char == '\\':
            parts.append('\\')
        parts.append(char)
    return ''.join(parts)


def segment_graph(view):
    """The objects of a SegmentView and the pointers between them, as text in DOT: boxes for the segment's objects with their
    number, class and value, dashed ovals for the out-pointers, edges with the name or number of the field.  Of what is
    beyond MAX_NODES and MAX_EDGES only the number is there."""
    records = view.records
    shown = min(records.count, MAX_NODES)
    writer = DotWriter('segment')
    writer.default('node', 'shape=box, fontname="Helvetica"')
    writer.default('edge', 'fontname="Helvetica", fontsize=9')
    for number in range(shown):
        add_object(writer, view, number)
    outside = {}            # out-pointer -> whether it has a node
    edges = 0
    left_out = 0
    for number in range(shown):
        names = view.field_names(number)
        for i in range(records.pointer_counts[number]):
            reference = records.pointer(number, i)
            tag = tag_of(reference)
            target = value_of(reference)
            if tag != INNER and tag != OUTER:
                continue
            if edges == MAX_EDGES or (tag == INNER and target >= shown) or (
                    tag == OUTER and target not in outside and len(outside) >= MAX_NODES):
                left_out += 1
                continue
            edges += 1
            label = names[i] if i < len(names) else '%d' % (i + 1)
            if tag == INNER:
                writer.edge(object_name(number), object_name(target), label, '')
            else:
                if target not in outside:
                    outside[target] = True
                    add_out_pointer(writer, view, target)
                writer.edge(object_name(number), out_pointer_name(target), label, ', style=dashed')
    if records.count > shown or left_out > 0:
        lines = ['%d more objects' % (records.count - shown), '%d more pointers' % left_out]
        writer.node('more', lines, ', shape=plaintext')
    return writer.text()


def object_name(number):
    return 'object%d' % (number + 1)


def out_pointer_name(index):
    return 'outPointer%d' % (index + 1)


def add_object(writer, view, number):
    lines = ['%d %s' % (number + 1, view.class_name(number))]
    if view.is_simple(number) and number > 0:
        lines.append(view.object_text(number, LABEL_WIDTH))
    if number == 0:
        lines.append('roots')
    writer.node(object_name(number), lines, ', peripheries=2' if number == 0 else '')


def add_out_pointer(writer, view, index):
    lines = ['out-pointer %d' % (index + 1)]
    items = view.file.out_pointers
    if index < len(items):
        lines.append(out_pointers.description(items[index], LABEL_WIDTH))
    writer.node(out_pointer_name(index), lines, ', shape=ellipse, style=dashed')
