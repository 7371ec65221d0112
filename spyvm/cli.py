"""The command line: options and sub-commands.  The only place that knows argv."""
from spyvm.image.errors import ImageError
from spyvm.interpreter import tracing
from spyvm.interpreter.unwinding import FatalError
from spyvm.platform import kernelimage, scripts
from spyvm.platform.host import Exit, Host, VERSION
from spyvm.platform.oserrors import reason
from spyvm.rpy import jit, lineedit, osio, stack
from spyvm.tools import convert, info, segment
from spyvm.vm import UnhandledError, open_image

USAGE = '''usage: spy [options]                              evaluate what is typed, on the kernel image
       spy [options] SCRIPT [arguments]           run a script on the kernel image; - is the standard input
       spy [options] -c CODE [arguments]          evaluate CODE on the kernel image, print the result
       spy [options] IMAGE [image arguments]      resume the image where it was saved
       spy [options] -c CODE IMAGE [arguments]    evaluate CODE with the image's compiler, print the result
       spy [options] --perform 'RECEIVER SELECTOR ARGS' IMAGE
                                                  send one message, print the result
       spy test [options] [IMAGE] [PATTERN] [--junit FILE]
                                                  run the SUnit tests, of the kernel image, that match (* and #)
       spy info IMAGE [--json]                    what is in an image file
       spy segment FILE [--json] [--dot OUT]      what is in a stored image segment
       spy convert IN OUT [--byte-order big|little]
                                                  write an image anew without running it
the kernel image is $SPY_IMAGE, or kernel.image beside the executable, or what `make images` built; a file that has text in
it is a script
options:
  --headless        open no window (the default where there is no display)
  --memory MB       warn the image when more than that is in use (default 2048)
  --jit PARAMETERS  'off', or RPython's, e.g. threshold=500,trace_limit=16000
  --                the options end here; with -c, all that follows is for the code
  --version         what this is
  --help            this text
'''

# What a run begins with; spyvm.interpreter.tracing changes some of it.  A send-heavy loop gains from more unrolling of recursive
# calls than RPython's default, and needs traces long enough for that; longer ones make programs with deeply nested sends warm
# up slowly (docs/architecture.md has figures).
JIT_DEFAULTS = 'max_unroll_recursion=16,trace_limit=9000,threshold=1039,function_threshold=1619'


class UsageError(Exception):
    def __init__(self, message):
        self.message = message


class Options(object):
    def __init__(self):
        self.image = ''
        self.image_from = ''        # what people are told before the image's name
        self.ended = False          # by --
        self.arguments = []
        self.vm_arguments = []
        self.code = ''
        self.has_code = False
        self.message = ''
        self.has_message = False
        self.memory_megabytes = 2048
        self.jit = ''


def main(argv):
    """Run the command line; answers the exit status."""
    osio.ensure_standard_descriptors()
    try:
        return dispatch(argv)
    except UsageError as e:
        complain(e.message + ' (spy --help lists the options)')
    except ImageError as e:
        complain(e.message)
    except FatalError as e:
        complain(e.message)
    except UnhandledError as e:
        complain(e.report)
    except Exit as e:
        return e.status
    except OSError as e:
        complain('input or output failed: ' + reason(e))
    return 1


def complain(message):
    try:
        osio.write(2, 'spy: ' + message + '\n')
    except OSError:
        pass        # there is nobody to be told


def naming(path, error):
    """The same error, with the name of the file."""
    return ImageError('%s: %s' % (path, error.message))


def dispatch(argv):
    if len(argv) > 1:
        command = argv[1]
        if command == 'info' or command == 'segment' or command == 'convert':
            for i in range(2, len(argv)):
                if argv[i] == '--':
                    break
                answer_if_asked(argv[i])
            if command == 'info':
                return run_info(argv)
            if command == 'segment':
                return run_segment(argv)
            return run_convert(argv)
        if command == 'test':
            return run_image(argv[0], parse_test(argv))
    return run_image(argv[0], parse(argv))


def answer_if_asked(word):
    """Options that are questions are answered, and that is all."""
    if word == '--help' or word == '-h':
        osio.write(1, USAGE)
        raise Exit(0)
    if word == '--version':
        osio.write(1, VERSION + '\n')
        raise Exit(0)


def is_option(word, ended):
    """Whether it is one for info, segment and convert, -- included, after which there are none."""
    return word.startswith('-') and not ended


def run_info(argv):
    as_json = False
    ended = False
    path = ''
    for i in range(2, len(argv)):
        if is_option(argv[i], ended):
            if argv[i] == '--':
                ended = True
            elif argv[i] == '--json':
                as_json = True
            else:
                raise UsageError('unknown option %s' % argv[i])
        elif path == '':
            path = argv[i]
        else:
            raise UsageError('info takes one image')
    if path == '':
        raise UsageError('info needs an image')
    try:
        return info.info(path, as_json)
    except ImageError as e:
        raise naming(path, e)


def run_convert(argv):
    order = convert.AS_IT_IS
    ended = False
    paths = []
    i = 2
    while i < len(argv):
        if not is_option(argv[i], ended):
            paths.append(argv[i])
        elif argv[i] == '--':
            ended = True
        elif argv[i] == '--byte-order':
            i += 1
            if i < len(argv) and argv[i] == 'big':
                order = convert.BIG
            elif i < len(argv) and argv[i] == 'little':
                order = convert.LITTLE
            else:
                raise UsageError('--byte-order is big or little')
        else:
            raise UsageError('unknown option %s' % argv[i])
        i += 1
    if len(paths) != 2:
        raise UsageError('convert takes two file names')
    convert.convert(paths[0], paths[1], order)
    return 0


def run_segment(argv):
    as_json = False
    ended = False
    path = ''
    dot_path = ''
    i = 2
    while i < len(argv):
        if is_option(argv[i], ended):
            if argv[i] == '--':
                ended = True
            elif argv[i] == '--json':
                as_json = True
            elif argv[i] == '--dot':
                i += 1
                if i >= len(argv) or argv[i] == '':
                    raise UsageError('--dot needs a file to write')
                dot_path = argv[i]
            else:
                raise UsageError('unknown option %s' % argv[i])
        elif path == '':
            path = argv[i]
        else:
            raise UsageError('segment takes one file')
        i += 1
    if path == '':
        raise UsageError('segment needs a file')
    try:
        return segment.segment(path, as_json, dot_path)
    except ImageError as e:
        raise naming(path, e)


def parse(argv):
    """The options, then a script or an image, then the words for it."""
    options = Options()
    i = parse_options(argv, 1, options, '')
    if i < len(argv):
        if options.has_code and (options.ended or not scripts.is_image(argv[i])):
            pass
        elif argv[i] == '':
            raise UsageError('the name of the script or image is empty')
        elif options.has_message or not scripts.is_script(argv[i]):
            options.image = argv[i]
            i += 1
    while i < len(argv):
        options.arguments.append(argv[i])
        i += 1
    if options.image == '':
        use_kernel(argv, options)
        if options.has_code:
            options.arguments = ['-c', options.code] + options.arguments
            options.has_code = False
    return options


def parse_options(argv, i, options, stop):
    """Take the options from argv[i] on, up to `stop` ('': none); answers the index of the first other word."""
    while i < len(argv):
        word = argv[i]
        answer_if_asked(word)
        if word == stop:
            break
        elif word == '--':
            options.ended = True
            return i + 1
        elif word == '-c' or word == '--perform' or word == '--memory' or word == '--jit':
            i += 1
            if i >= len(argv):
                raise UsageError('%s needs a value' % word)
            set_option(options, word, argv[i])
        elif word == '--headless':
            options.vm_arguments.append(word)
        elif word.startswith('-') and word != '-':
            raise UsageError('unknown option %s' % word)
        else:
            break
        i += 1
    return i


def use_kernel(argv, options):
    options.image = kernelimage.find(argv[0])
    if kernelimage.is_named():
        options.image_from = kernelimage.VARIABLE + ': '
    if options.image == '':
        raise UsageError('no image given, and no kernel image found: ' + kernelimage.HOW)


TEST_TAKES = 'test takes an image, a pattern and --junit FILE'


def parse_test(argv):
    """spy test [options] [IMAGE] [PATTERN] [--junit FILE], for the image: --test and the other words."""
    options = Options()
    words = []
    i = 2
    while i < len(argv):
        if not options.ended:
            if argv[i] == '--junit':
                if i + 1 >= len(argv):
                    raise UsageError('--junit needs a file to write')
                words.append(argv[i])
                words.append(argv[i + 1])
                i += 2
                continue
            i = parse_options(argv, i, options, '--junit')
            if i >= len(argv) or argv[i] == '--junit' or options.ended:
                continue
        if options.image == '' and scripts.is_image(argv[i]):
            options.image = argv[i]
        elif is_option(argv[i], False):
            raise UsageError(TEST_TAKES)    # the image would take it for an option, and no class has such a name
        else:
            words.append(argv[i])
        i += 1
    if options.has_code or options.has_message:
        raise UsageError(TEST_TAKES)
    if options.image == '':
        use_kernel(argv, options)
    options.arguments = ['--test'] + words
    return options


def set_option(options, word, value):
    if word == '-c':
        options.code = value
        options.has_code = True
    elif word == '--perform':
        options.message = value
        options.has_message = True
    elif word == '--jit':
        options.jit = value
    else:
        try:
            options.memory_megabytes = int(value)
        except ValueError:
            options.memory_megabytes = 0
        if options.memory_megabytes < 16 or options.memory_megabytes > (1 << 24):
            raise UsageError('--memory takes megabytes, from 16 on')
    if word != '-c' and word != '--perform':
        options.vm_arguments.append(word)
        options.vm_arguments.append(value)


def set_jit(parameters):
    try:
        jit.set_user_param(None, JIT_DEFAULTS)
        if parameters:
            tracing.fix()
            jit.set_user_param(None, parameters)
    except Exception:       # each parameter has limits of its own, and RPython exceptions for them
        raise UsageError('--jit: RPython does not take %s' % parameters)


def run_image(argv0, options):
    set_jit(options.jit)
    stack.allow_megabytes(5.0)
    host = Host(osio.abspath(argv0), options.vm_arguments, osio.abspath(options.image), options.arguments)
    host.memory_limit = options.memory_megabytes << 20
    try:
        vm = open_image(options.image, host)
    except ImageError as e:
        raise naming(options.image_from + options.image, e)
    try:
        return run_vm(vm, options)
    finally:
        lineedit.abandon_line()     # the terminal is the shell's again


def run_vm(vm, options):
    if options.has_code:
        osio.write(1, vm.evaluate(options.code) + '\n')
        return 0
    if options.has_message:
        osio.write(1, vm.perform_text(options.message) + '\n')
        return 0
    vm.run()
    return 0
