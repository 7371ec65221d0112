"""Tables for people and JSON for programs, out of the results of run.py."""
import datetime
import json
import os
import platform

from benchmarks import images
from benchmarks.stats import geometric_mean, ratio


def number(value):
    """Three digits or so, never an exponent for what is read as milliseconds."""
    if value >= 100:
        return '%.0f' % value
    if value >= 10:
        return '%.1f' % value
    return '%.2f' % value if value >= 1 else '%.3f' % value


def spread(summary, form=number):
    if len(summary.runs) == 1:
        return form(summary.median)
    return '%s (%s-%s)' % (form(summary.median), form(summary.min), form(summary.max))


def layout(rows):
    """Columns as wide as their widest cell; the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append('  '.join(cells).rstrip())
    return '\n'.join(lines)


class Table(object):
    """The times of named benchmarks on several virtual machines.  summaries[benchmark][vm] is a Summary, or text that says
    why there is none."""

    def __init__(self, title, vms):
        self.title = title
        self.vms = vms
        self.summaries = {}

    def add(self, benchmark, by_vm):
        self.summaries[benchmark] = by_vm

    def failures(self):
        return [(benchmark, vm, result) for benchmark, by_vm in sorted(self.summaries.items())
                for vm, result in sorted(by_vm.items()) if isinstance(result, str)]

    def ratio(self, benchmark, vm):
        by_vm = self.summaries[benchmark]
        found = [None if isinstance(by_vm.get(name), str) else by_vm.get(name) for name in (vm, self.vms[0])]
        return ratio(*found)

    def text(self):
        heading = ['']
        for vm in self.vms:
            heading.append(vm)
            if vm != self.vms[0]:
                heading.append('times ' + self.vms[0])
        rows = [heading]
        for benchmark in sorted(self.summaries):
            row = [benchmark]
            for vm in self.vms:
                result = self.summaries[benchmark].get(vm)
                row.append('-' if result is None else 'failed' if isinstance(result, str) else spread(result))
                if vm != self.vms[0]:
                    times = self.ratio(benchmark, vm)
                    row.append('-' if times is None else number(times))
            rows.append(row)
        if len(self.vms) > 1:
            rows.append(['geometric mean', ''] + [cell for vm in self.vms[1:] for cell in ('', self.mean(vm))])
        return '%s\n%s' % (self.title, layout(rows))

    def mean(self, vm):
        ratios = [self.ratio(benchmark, vm) for benchmark in self.summaries]
        ratios = [each for each in ratios if each is not None]
        return number(geometric_mean(ratios)) if ratios else '-'

    def as_json(self):
        return {benchmark: {vm: {'error': result} if isinstance(result, str) else result.as_json()
                            for vm, result in by_vm.items()} for benchmark, by_vm in self.summaries.items()}


class SpeedTable(Table):
    """The bench images: a result is a pair of Summaries, bytecodes and sends a second.  Each is put beside the target and
    the toy's speed its virtual machine is to be held against; `compare` says which, by name: 'jit', 'off' or None."""

    def __init__(self, title, vms, compare, toy):
        Table.__init__(self, title, vms)
        self.compare = compare
        self.toy = toy

    def text(self):
        heading = ['', '']
        for unit in 'bytecodes/s', 'sends/s':
            heading += [unit, 'times ' + self.vms[0], 'target', 'of target', 'of toy']
        rows = [heading]
        for image in [name for name in images.NAMES if name in self.summaries]:
            for vm in self.vms:
                result = self.summaries[image].get(vm)
                if isinstance(result, str):
                    rows.append([image, vm, 'failed'] + [''] * 9)
                elif result is not None:
                    rows.append([image, vm] + self.cells(image, vm, 0) + self.cells(image, vm, 1))
        return '%s\n%s' % (self.title, layout(rows))

    def cells(self, image, vm, which):
        summary = self.summaries[image][vm][which]
        first = self.summaries[image].get(self.vms[0])
        times = None if isinstance(first, str) or first is None else ratio(summary, first[which])
        kind = self.compare.get(vm)
        target = images.TARGETS[kind][which] if kind and image in images.WITH_TARGETS else None
        return [spread(summary, '%.2e'.__mod__), number(times) if times else '-',
                '%.1e' % target if target else '', percent(summary.median, target),
                percent(summary.median, self.toy[kind][which] if kind else None)]

    def as_json(self):
        return {image: {vm: {'error': result} if isinstance(result, str) else
                        {'bytecodes/s': result[0].as_json(), 'sends/s': result[1].as_json()}
                        for vm, result in by_vm.items()} for image, by_vm in self.summaries.items()}


def percent(value, whole):
    return '%.0f%%' % (100.0 * value / whole) if whole else ''


def machine():
    """What kind of machine this is; not which."""
    return {'processor': processor(), 'cores': os.cpu_count(), 'architecture': platform.machine(),
            'system': platform.system(), 'load before': os.getloadavg()[0] if hasattr(os, 'getloadavg') else None}


def processor():
    try:
        with open('/proc/cpuinfo') as facts:
            for line in facts:
                if line.startswith('model name'):
                    return line.partition(':')[2].strip()
    except OSError:
        pass
    return platform.processor()


def write_json(path, made_on, options, tables, toy):
    """All figures of one run of the harness.  Names of virtual machines only: their commands would have paths in them."""
    content = {'date': datetime.date.today().isoformat(), 'machine': made_on, 'options': options, 'toy': toy}
    content.update((kind, table.as_json()) for kind, table in tables.items())
    with open(path, 'w') as out:
        json.dump(content, out, indent=1, sort_keys=True)
        out.write('\n')
