"""Plots as SVG files: ratios of virtual machines for each benchmark, and the time of each iteration while a process warms up.

Everything is drawn with plain shapes and text, so that a browser or any viewer shows the same.  Scales are logarithmic: what
matters in ratios and in times that fall by orders of magnitude is the factor.
"""
import math
from xml.sax.saxutils import escape

COLORS = ('#3465a4', '#cc0000', '#4e9a06', '#f57900', '#75507b', '#555753')
FONT = 'font-family="sans-serif" font-size="%d"'
SMALL = 11
LABEL = 13


class Drawing(object):
    """Shapes of a picture of a size in pixels; y goes down."""

    def __init__(self, width, height):
        self.width = width
        self.height = height
        self.shapes = ['<rect width="%d" height="%d" fill="white"/>' % (width, height)]

    def line(self, x1, y1, x2, y2, color='#bbbbbb', width=1):
        self.shapes.append('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="%s"/>'
                           % (x1, y1, x2, y2, color, width))

    def bar(self, x, y, width, height, color):
        self.shapes.append('<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>' % (x, y, width, height, color))

    def path(self, points, color):
        self.shapes.append('<polyline points="%s" fill="none" stroke="%s" stroke-width="1.2"/>'
                           % (' '.join('%.1f,%.1f' % point for point in points), color))

    def text(self, x, y, text, anchor='start', size=SMALL, color='black'):
        self.shapes.append('<text x="%.1f" y="%.1f" text-anchor="%s" fill="%s" %s>%s</text>'
                           % (x, y, anchor, color, FONT % size, escape(text)))

    def svg(self):
        return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">\n%s\n</svg>\n'
                % (self.width, self.height, self.width, self.height, '\n'.join(self.shapes)))


class Scale(object):
    """Values from low to high, both positive, on the pixels from start to end, logarithmically."""

    def __init__(self, low, high, start, end):
        self.low = low
        self.high = high if high > low else low * 1.1
        self.start = start
        self.end = end

    def place(self, value):
        value = min(max(value, self.low), self.high)
        part = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + part * (self.end - self.start)

    def marks(self):
        """1, 2 and 5 times powers of ten in the range; only the powers, where those would be too many."""
        marks = []
        for power in range(int(math.floor(math.log10(self.low))), int(math.ceil(math.log10(self.high))) + 1):
            marks += [digit * 10.0 ** power for digit in (1, 2, 5)]
        marks = [mark for mark in marks if self.low * 0.999 <= mark <= self.high * 1.001]
        powers = [mark for mark in marks if math.log10(mark) == round(math.log10(mark))]
        return powers if len(marks) > 8 and len(powers) > 1 else marks


def legend(drawing, names, x, y):
    for i, name in enumerate(names):
        drawing.bar(x, y - 9, 10, 10, COLORS[i % len(COLORS)])
        drawing.text(x + 15, y, name)
        x += 30 + 7 * len(name)


def ratios(title, ratios_by_benchmark, vms):
    """Bars to the right of the line at 1 are slower than the first of the machines.

    ratios_by_benchmark: {benchmark: {vm: ratio or None}}; vms: the names of the others, in order.
    """
    names = sorted(ratios_by_benchmark)
    values = [value for by_vm in ratios_by_benchmark.values() for value in by_vm.values() if value]
    row = 6 + 10 * len(vms)
    left = 30 + 7 * max([len(name) for name in names] + [4])
    drawing = Drawing(left + 480, 70 + row * len(names) + 30)
    scale = Scale(min(values + [0.5]), max(values + [2.0]), left, left + 440)
    bottom = 60 + row * len(names)
    drawing.text(10, 20, title, size=LABEL)
    legend(drawing, vms, left, 40)
    for mark in scale.marks():
        drawing.line(scale.place(mark), 52, scale.place(mark), bottom)
        drawing.text(scale.place(mark), bottom + 15, '%g' % mark, 'middle')
    for i, name in enumerate(names):
        y = 58 + row * i
        drawing.text(left - 8, y + row / 2 + 2, name, 'end')
        for k, vm in enumerate(vms):
            value = ratios_by_benchmark[name].get(vm)
            if value:
                ends = sorted((scale.place(1.0), scale.place(value)))
                drawing.bar(ends[0], y + 10 * k, max(ends[1] - ends[0], 1), 8, COLORS[k % len(COLORS)])
    drawing.line(scale.place(1.0), 52, scale.place(1.0), bottom, 'black')
    return drawing.svg()


def curves(title, times_by_vm, vms):
    """Times in ms of one iteration after the other.  times_by_vm: {vm: list of ms}."""
    times = [ms for vm in vms for ms in times_by_vm.get(vm, []) if ms > 0]
    drawing = Drawing(640, 320)
    drawing.text(10, 20, title, size=LABEL)
    legend(drawing, vms, 70, 40)
    if not times:
        return drawing.svg()
    count = max(len(times_by_vm.get(vm, [])) for vm in vms)
    across = Scale(1, max(count, 2), 70, 620)
    up = Scale(min(times), max(times), 280, 60)
    for mark in up.marks():
        drawing.line(70, up.place(mark), 620, up.place(mark))
        drawing.text(64, up.place(mark) + 4, '%g' % mark, 'end')
    for mark in across.marks():
        drawing.line(across.place(mark), 60, across.place(mark), 280)
        drawing.text(across.place(mark), 296, '%g' % mark, 'middle')
    drawing.text(345, 313, 'iteration', 'middle')
    drawing.text(10, 54, 'ms')
    for k, vm in enumerate(vms):
        points = [(across.place(i + 1), up.place(max(ms, up.low))) for i, ms in enumerate(times_by_vm.get(vm, []))]
        if points:
            drawing.path(points, COLORS[k % len(COLORS)])
    return drawing.svg()
