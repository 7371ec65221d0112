#!/usr/bin/env python3
"""Runs benchmarks on this project's virtual machine and on others, in turn, and prints medians and ratios.  See README.md.

    python3 benchmarks/run.py --jit off
    python3 benchmarks/run.py --only 'dict*' --warm --vm cog=squeak:/usr/bin/squeak --vm 'old=./old-spy [-c {code}] {image}'
"""
import argparse
import fnmatch
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from benchmarks import images, peers, plots, programs, report, toy  # noqa: E402
from benchmarks.stats import Summary, median  # noqa: E402

FAILURES = (peers.VMError, programs.ProgramError, images.RawError)

KERNEL = os.path.join(ROOT, '.build', 'images', 'kernel-spur64.image')

# Below this share of the processor, figures are not those of the virtual machine alone.
QUIET = 0.9


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description='Runs benchmarks on this virtual machine and on others, in turn.')
    kinds = parser.add_argument_group('what to measure (all of it, if nothing is named)')
    kinds.add_argument('--warm', action='store_true', help='ms for one run of a program, in a process that has warmed up')
    kinds.add_argument('--cold', action='store_true', help='ms of a whole process that runs a program a few times')
    kinds.add_argument('--speed', action='store_true', help='bytecodes/s and sends/s of the bench images')
    kinds.add_argument('--curve', action='store_true', help='ms of each iteration in a process that warms up')
    parser.add_argument('--only', action='append', metavar='NAME', help='only these programs and images; may have * in it')
    parser.add_argument('--list', action='store_true', help='name the programs and say what they are about')
    machines = parser.add_argument_group('virtual machines (the first is what the others are compared with)')
    machines.add_argument('--spy', metavar='FILE', default=os.path.join(ROOT, 'spy'), help="this project's executable")
    machines.add_argument('--no-spy', action='store_true', help='run the other machines only')
    machines.add_argument('--jit', action='append', default=[], metavar='PARAMETERS',
                          help='run it with --jit PARAMETERS, too')
    machines.add_argument('--vm', action='append', default=[], metavar='NAME=COMMAND',
                          help='another: a command with {image} and perhaps [-c {code}] in it, or KIND:FILE with a kind of: '
                          + ' '.join(sorted(peers.KINDS)))
    machines.add_argument('--toy', metavar='FILE', help="the toy interpreter's executable, to measure it here instead of "
                          'taking the figures of the machine the targets were set on')
    parser.add_argument('--shared', metavar='FOLDER',
                        default=os.environ.get('SPY_SHARED') or os.path.join(os.path.dirname(ROOT), 'shared'),
                        help='has images/mini.image and the bench images (or $SPY_SHARED; ../shared)')
    parser.add_argument('--image', metavar='FILE', help='the image of the programs (mini.image)')
    parser.add_argument('--kernel', metavar='FILE', default=os.environ.get('SPY_IMAGE') or KERNEL,
                        help="the image of the programs that need more, the kernel image that `make images` makes")
    parser.add_argument('--iterations', type=int, default=200, metavar='N', help='runs in a curve, at most (200)')
    parser.add_argument('--curve-ms', type=int, default=5000, metavar='MS', help='length of a curve, about (5000)')
    parser.add_argument('--svg', metavar='FOLDER', help='plot ratios and curves there')
    parser.add_argument('--runs', type=int, default=3, metavar='N', help='processes for each figure (3)')
    parser.add_argument('--warm-up', type=int, default=1000, metavar='MS', help='how long a process warms up (1000)')
    parser.add_argument('--samples', type=int, default=5, metavar='N', help='samples in each warm process (5)')
    parser.add_argument('--sample', type=int, default=300, metavar='MS', help='length of a sample (300)')
    parser.add_argument('--scale', type=float, default=1.0, metavar='F', help='times the work of a cold process (1.0)')
    parser.add_argument('--timeout', type=float, default=600, metavar='SECONDS', help='the longest a process may take (600)')
    parser.add_argument('--json', metavar='FILE', help='write all figures there')
    options = parser.parse_args(argv)
    if options.runs < 1 or options.samples < 1:
        parser.error('--runs and --samples: at least 1')
    if not (options.warm or options.cold or options.speed or options.curve):
        options.warm = options.cold = options.speed = True
    options.image = options.image or os.path.join(options.shared, 'images', 'mini.image')
    return options


def chosen(names, options):
    return [name for name in names if not options.only or any(fnmatch.fnmatch(name, pattern) for pattern in options.only)]


def machines(options):
    vms = []
    if not options.no_spy:
        vms = [peers.spy(options.spy)] + [peers.spy(options.spy, jit) for jit in options.jit]
    vms += [peers.parse_vm(text) for text in options.vm]
    if not vms:
        raise peers.VMError('no virtual machine to run')
    if len(set(vm.name for vm in vms)) < len(vms):
        raise peers.VMError('two virtual machines have the same name')
    return vms


def interleave(vms, runs, measure, progress):
    """Calls measure(vm) `runs` times for each machine, the machines in turn, so that whatever else the computer does meets
    all.  Answers, by name, a list of what measure answered, or the text of its first failure."""
    results = dict((vm.name, []) for vm in vms)
    for _ in range(runs):
        for vm in vms:
            if isinstance(results[vm.name], str):
                continue
            progress(vm.name)
            try:
                results[vm.name].append(measure(vm))
            except FAILURES as e:
                results[vm.name] = str(e)
    return results


def summaries(results, summarize=Summary):
    return dict((vm, result if isinstance(result, str) else summarize(result)) for vm, result in results.items())


class Harness(object):
    def __init__(self, options, vms, out, err):
        self.options = options
        self.vms = vms
        self.out = out
        self.err = err
        self.tables = {}
        self.curves = {}
        self.ms = self.processor_ms = 0.0

    def progress(self, what):
        def tell(vm):
            self.err.write('%s on %s\n' % (what, vm))
            self.err.flush()
        return tell

    def run(self, vm, image, code=None):
        done = peers.run(vm, image, code, self.options.timeout)
        self.ms += done.ms
        self.processor_ms += done.processor_ms
        return done

    def processor_share(self):
        """For how much of the time the processes had a processor: all of it, on a computer that has nothing else to do."""
        return self.processor_ms / self.ms if self.ms else 1.0

    def show(self, kind, table):
        self.tables[kind] = table
        self.out.write(table.text() + '\n')
        for name, vm, failure in table.failures():
            self.out.write('%s on %s: %s\n' % (name, vm, failure))
        self.out.write('\n')
        self.out.flush()

    def image_of(self, program):
        return self.options.kernel if program.image == 'kernel' else self.options.image

    def chosen_programs(self):
        """The programs that are asked for.  Without a kernel image, those that need it are left out, and a line says so."""
        found = [programs.load(name) for name in chosen(programs.names(), self.options)]
        if not os.path.exists(self.options.kernel):
            left_out = [program for program in found if program.image == 'kernel']
            if left_out:
                self.err.write('%d programs are left out: there is no kernel image %s (make images)\n'
                               % (len(left_out), self.options.kernel))
            found = [program for program in found if program.image != 'kernel']
        return found

    def run_programs(self, kind, title, measure):
        """measure(vm, program) is one figure in ms."""
        vms = [vm for vm in self.vms if vm.takes_code]
        found = self.chosen_programs()
        if not vms or not found:
            return
        table = report.Table(title, [vm.name for vm in vms])
        for program in found:
            name = program.name
            table.add(name, summaries(interleave(vms, self.options.runs, lambda vm: measure(vm, program),
                                                 self.progress('%s %s' % (kind, name)))))
        self.show(kind, table)

    def warm(self):
        options = self.options

        def measure(vm, program):
            code = program.warm_code(options.warm_up, options.samples, options.sample)
            return median(program.read_output(self.run(vm, self.image_of(program), code).output))
        self.run_programs('warm', 'warm: ms for one run, after %d ms' % options.warm_up, measure)

    def cold(self):
        options = self.options

        def measure(vm, program):
            done = self.run(vm, self.image_of(program), program.cold_code(options.scale))
            program.read_output(done.output)
            return done.ms
        self.run_programs('cold', 'cold: ms of a whole process', measure)

    def curve(self):
        """The table has the median of the last half of a process's runs, when it has warmed up."""
        options = self.options

        def measure(vm, program):
            code = program.curve_code(options.iterations, options.curve_ms)
            times = program.read_output(self.run(vm, self.image_of(program), code).output)
            self.curves.setdefault(program.name, {})[vm.name] = times
            return median(times[len(times) // 2:])
        self.run_programs('curve', 'curve: ms for one run, the later half of up to %d' % options.iterations, measure)

    def plot(self, folder):
        """Ratios to the first machine, of each table of times there is, and the curves: one file each."""
        if not os.path.isdir(folder):
            os.makedirs(folder)
        for kind in 'warm', 'cold', 'curve':
            table = self.tables.get(kind)
            if table is not None and len(table.vms) > 1:
                by_benchmark = dict((name, dict((vm, table.ratio(name, vm)) for vm in table.vms[1:]))
                                    for name in table.summaries)
                self.write_plot(folder, 'ratios-' + kind, plots.ratios(
                    '%s: time as a multiple of that of %s' % (kind, table.vms[0]), by_benchmark, table.vms[1:]))
        for name, times in self.curves.items():
            self.write_plot(folder, 'curve-' + name.replace('/', '-'),
                            plots.curves('%s: ms of each iteration' % name, times, self.tables['curve'].vms))

    def write_plot(self, folder, name, text):
        with open(os.path.join(folder, name + '.svg'), 'w') as out:
            out.write(text)

    def speed(self, compared_with):
        names = chosen(images.NAMES, self.options)
        if not names:
            return
        table = report.SpeedTable('speed: bench images', [vm.name for vm in self.vms],
                                  dict((vm.name, vm.targets) for vm in self.vms), compared_with)
        for name in names:
            path = os.path.join(self.options.shared, 'images', name + '.image')
            results = interleave(self.vms, self.options.runs, lambda vm: images.speeds(self.run(vm, path).files),
                                 self.progress('speed %s' % name))
            table.add(name, summaries(results, lambda pairs: tuple(Summary(each) for each in zip(*pairs))))
        self.show('speed', table)

    def failed(self):
        return any(table.failures() for table in self.tables.values())


def main(argv=None, out=None, err=None):
    """Answers the exit status: 1 if anything failed or gave a wrong answer."""
    out = out or sys.stdout
    err = err or sys.stderr
    options = parse_arguments(argv)
    if options.list:
        for name in programs.names():
            out.write('%-24s %s\n' % (name, programs.load(name).about))
        return 0
    if not chosen(programs.names() + list(images.NAMES), options):
        err.write('benchmarks: nothing is named %s (--list names the programs)\n' % ' or '.join(options.only))
        return 2
    made_on = report.machine()
    try:
        harness = Harness(options, machines(options), out, err)
        compared_with = toy.measure(options.toy, options.runs) if options.toy and options.speed else images.TOY
        if options.speed:
            harness.speed(compared_with)
        if options.warm:
            harness.warm()
        if options.cold:
            harness.cold()
        if options.curve:
            harness.curve()
        if options.svg:
            harness.plot(options.svg)
    except (peers.VMError, programs.ProgramError, OSError) as e:
        err.write('benchmarks: %s\n' % e)
        return 2
    if harness.processor_share() < QUIET:
        out.write('A busy computer: these processes had a processor for %.0f%% of their time; all speeds are too low.\n'
                  % (100 * harness.processor_share()))
    if options.json:
        made_on['processor share'] = round(harness.processor_share(), 3)
        report.write_json(options.json, made_on, {'runs': options.runs, 'warm-up ms': options.warm_up,
                                                  'samples': options.samples, 'sample ms': options.sample,
                                                  'scale': options.scale}, harness.tables, compared_with)
    return 1 if harness.failed() else 0


if __name__ == '__main__':
    sys.exit(main())
