"""The image builder: a tiny kernel in every format, loaded, looked at and run; errors in its sources."""
import io
import os
import sys

import pytest

import tinykernel
from images import build
from images.builder.classes import KNOWN_INDICES
from images.builder.configuration import Configuration
from images.builder.failures import BuildError, Problems
from images.builder.imagefile import sources_path
from images.builder.packages import read_sources
from spyvm.image.reader import read_image_file
from spyvm.objects import formats, special
from spyvm.objects.context import W_Context
from spyvm.objects.method import W_CompiledMethod
from spyvm.objects.model import HASH_MASK, W_SmallInteger
from spyvm.objects.pointers import W_Class
from spyvm.platform.host import Exit, Host
from spyvm.rpy.osio import from_native
from spyvm.vm import VM

sys.setrecursionlimit(20000)

CONFIGURATIONS = [('spur64', 'sista'), ('spur64', 'v3'), ('spur32', 'sista'), ('spur32', 'v3'), ('v3', 'v3'),
                  ('v3-be', 'v3'), ('v3-64', 'v3')]


@pytest.fixture(scope='module')
def kernel(tmpdir_factory):
    return tinykernel.write(tmpdir_factory.mktemp('kernel'))


class Built(object):
    def __init__(self, path, format):
        self.path = path
        self.format = format
        self.memory = read_image_file(from_native(path))
        self.vm = VM(self.memory, Host('/spy', [], from_native(path), []))

    def class_named(self, name):
        return self.vm.find_class(name)

    def field(self, w_object, index):
        return w_object.fetch(self.memory, index)

    def items(self, w_array):
        return [self.field(w_array, i) for i in range(w_array.pointer_size(self.memory))]

    def method(self, class_name, selector):
        return self.memory.view_of_class(self.class_named(class_name)).lookup(self.memory, self.vm.find_symbol(selector))


@pytest.fixture(scope='module', params=CONFIGURATIONS, ids=lambda c: '+'.join(c))
def built(request, kernel, tmpdir_factory):
    format, bytecodes = request.param
    path = str(tmpdir_factory.mktemp('image').join('tiny.image'))
    build.build(kernel, Configuration(format, bytecodes), path)
    return Built(path, format)


# ---- what is in the image

def test_it_starts_in_start_up(built):
    """Class variables, class-side instance variables and blocks work: the status is computed with them."""
    with pytest.raises(Exit) as exit:
        Built(built.path, built.format).vm.run()
    assert exit.value.status == 42


def test_initializers_have_run_and_are_not_run_again(built):
    assert built.vm.perform(built.class_named('Tiny'), 'status', []).value == 42
    assert built.vm.perform(built.class_named('Tiny'), 'count', []).value == 7


def test_first_objects(built):
    memory = built.memory
    assert memory.loaded[:3] == [memory.w_nil, memory.w_false, memory.w_true]
    assert [memory.class_of(w).instances.name() for w in memory.loaded[:3]] == ['UndefinedObject', 'False', 'True']


def test_special_objects(built):
    memory = built.memory
    assert memory.w_special_objects.size() == 60
    names = dict((index, memory.view_of_class(memory.special(index)).name()) for index in (
        special.CLASS_STRING, special.CLASS_FLOAT, special.CLASS_METHOD_CONTEXT, special.CLASS_BLOCK_CLOSURE))
    assert sorted(names.values()) == ['BlockClosure', 'BoxedFloat64', 'ByteString', 'Context']
    selectors = built.items(memory.special(special.SPECIAL_SELECTORS))
    assert len(selectors) == 64 and selectors[0].text() == '+' and selectors[63].value == 0
    errors = built.items(memory.special(special.PRIMITIVE_ERROR_TABLE))
    assert errors[0] is memory.w_nil and errors[1].text() == 'bad receiver' and errors[15].text() == 'object is pinned'
    w_processor = built.field(memory.special(special.SCHEDULER_ASSOCIATION), special.VALUE)
    assert len(built.items(built.field(w_processor, special.PROCESS_LISTS))) == 80


def test_the_active_process_waits_at_the_beginning_of_start_up(built):
    w_processor = built.field(built.memory.special(special.SCHEDULER_ASSOCIATION), special.VALUE)
    w_process = built.field(w_processor, special.ACTIVE_PROCESS)
    w_context = built.field(w_process, special.PROCESS_SUSPENDED_CONTEXT)
    assert isinstance(w_context, W_Context) and w_context.sp == 0
    assert w_context.code.w_method is built.method('SystemDictionary', 'startUp')
    assert built.field(w_process, special.PROCESS_PRIORITY).value == 40
    assert w_context.w_sender is built.memory.w_nil


def test_known_classes(built):
    memory = built.memory
    if memory.is_spur:
        for name in KNOWN_INDICES:
            w_class = built.class_named(name)
            if w_class is not None:
                assert w_class.meta & HASH_MASK == KNOWN_INDICES[name]
        w_first_page = memory.header.w_hidden_roots.fetch(memory, 0)
        table = built.items(w_first_page)
        assert len(table) == 1024 and len(built.items(memory.header.w_hidden_roots)) == 4096 + 8
        assert table[3] is table[1] and table[16] is table[51] is built.class_named('Array')
    else:
        compact = built.items(memory.special(special.COMPACT_CLASSES))
        assert len(compact) == 31
        assert [memory.view_of_class(compact[i - 1]).name() for i in (1, 3, 4, 5, 6, 7, 8, 9, 11, 14, 16)] == [
            'CompiledMethod', 'Array', 'LargeNegativeInteger', 'LargePositiveInteger', 'BoxedFloat64', 'MethodDictionary',
            'Association', 'Point', 'ByteString', 'Context', 'Bitmap']
        characters = built.items(memory.special(special.CHARACTER_TABLE))
        assert [built.field(w, 0).value for w in characters] == list(range(256))


def test_every_class_has_its_own_index_and_is_in_the_table(built):
    memory = built.memory
    if not memory.is_spur:
        return
    classes = [w for w in memory.loaded if isinstance(w, W_Class)]
    indices = [w.meta & HASH_MASK for w in classes]
    assert len(set(indices)) == len(indices) and 0 not in indices
    for w_class, index in zip(classes, indices):
        w_page = memory.header.w_hidden_roots.fetch(memory, index >> 10)
        assert w_page.fetch(memory, index & 1023) is w_class


def test_shapes_of_classes(built):
    memory = built.memory
    for name, kind, size in [('Point', formats.FIXED, 2), ('Array', formats.INDEXABLE, 0), ('ByteString', formats.BYTES, 0),
                             ('BoxedFloat64', formats.WORDS, 0), ('CompiledMethod', formats.METHOD, 0),
                             ('MethodDictionary', formats.INDEXABLE_FIXED, 2), ('Context', formats.INDEXABLE_FIXED, 6),
                             ('Object', formats.EMPTY, 0)]:
        view = memory.view_of_class(built.class_named(name))
        assert (view.kind, view.inst_size) == (kind, size), name


def test_classes_know_what_the_sources_say(built):
    memory = built.memory
    w_tiny = built.class_named('Tiny')
    fields = dict(zip('superclass methodDict format instanceVariables organization subclasses name classPool sharedPools '
                      'environment category'.split(), built.items(w_tiny)))
    assert fields['superclass'] is built.class_named('Object')
    assert fields['name'] is built.vm.find_symbol('Tiny')
    assert fields['category'].text() == 'Tiny-Things'
    assert fields['environment'] is memory.special(special.SMALLTALK)
    assert len(built.items(w_tiny)) == 12
    w_meta = w_tiny.view.w_self
    assert w_meta.view.w_self is built.class_named('Metaclass')
    assert [w.text() for w in built.items(built.field(w_meta, 3))] == ['count']
    assert built.class_named('ByteSymbol') in built.items(built.field(built.class_named('Symbol'), 5))
    assert built.field(built.class_named('ProtoObject').view.w_self, 0) is built.class_named('Class')


def test_protocols_and_comments(built):
    w_tiny = built.class_named('Tiny')
    w_comment, w_selectors, w_protocols = built.items(built.field(w_tiny, 4))
    assert w_comment.text() == 'I am here to be initialized.\nMy comment has two lines!'
    assert w_selectors.size() == w_protocols.size() == 0
    w_comment, w_selectors, w_protocols = built.items(built.field(w_tiny.view.w_self, 4))
    assert w_comment is built.memory.w_nil
    assert list(zip([w.text() for w in built.items(w_selectors)], [w.text() for w in built.items(w_protocols)])) == [
        ('initialize', 'class initialization'), ('status', 'accessing'),
        ('count', 'as yet unclassified')]
    assert built.field(built.class_named('Point'), 4) is built.memory.w_nil


def test_method_dictionaries_are_hashed_as_vms_look_them_up(built):
    memory = built.memory
    count = 0
    for w_class in memory.loaded:
        if not isinstance(w_class, W_Class):
            continue
        w_dictionary = built.field(w_class, special.METHOD_DICT)
        selectors = built.items(w_dictionary)[2:]
        methods = built.items(built.field(w_dictionary, 1))
        assert len(selectors) == len(methods) and len(selectors) & (len(selectors) - 1) == 0
        assert memory.w_nil in selectors
        for w_selector, w_method in zip(selectors, methods):
            assert (w_selector is memory.w_nil) == (w_method is memory.w_nil)
            if w_selector is memory.w_nil:
                continue
            index = w_selector.meta & HASH_MASK & (len(selectors) - 1)
            while selectors[index] is not w_selector:
                assert selectors[index] is not memory.w_nil
                index = (index + 1) % len(selectors)
            assert methods[index] is w_method
            count += 1
    assert count == len([w for w in memory.loaded if isinstance(w, W_CompiledMethod) and
                         w.view.w_self is built.class_named('CompiledMethod')])


def test_the_last_literal_is_the_class(built):
    w_tiny = built.class_named('Tiny')
    w_smalltalk = built.memory.special(special.SMALLTALK)
    w_association = built.method('SystemDictionary', 'startUp').literals[-1]
    assert built.field(w_association, 1) is w_smalltalk.view.w_self
    assert w_association in built.items(built.field(w_smalltalk, 1))
    view = built.memory.view_of_class(w_tiny.view.w_self)
    w_association = view.lookup(built.memory, built.vm.find_symbol('status')).literals[-1]
    assert built.items(w_association) == [built.memory.w_nil, w_tiny.view.w_self]


def test_pragmas(built):
    w_tiny = built.class_named('Tiny')
    view = built.memory.view_of_class(w_tiny.view.w_self)
    w_method = view.lookup(built.memory, built.vm.find_symbol('initialize'))
    w_state = w_method.literals[-2]
    assert w_state.view.name() == 'AdditionalMethodState'
    w_kept_method, w_selector, w_pragma = built.items(w_state)
    assert w_kept_method is w_method and w_selector.text() == 'initialize'
    w_kept_method, w_keyword, w_arguments = built.items(w_pragma)
    assert w_kept_method is w_method and w_keyword.text() == 'note:of:'
    w_text, w_list = built.items(w_arguments)
    assert w_text.text() == 'first' and isinstance(built.field(w_list, 0), W_SmallInteger)
    assert built.memory.character_value(built.field(w_list, 1)) == ord('a')
    assert built.field(w_list, 2).value == 2.5


def test_symbols_are_unique_and_handed_to_the_symbol_table(built):
    symbols = [w for w in built.memory.loaded if w.class_view(built.memory) is built.memory.view_of_class(
        built.class_named('ByteSymbol'))]
    texts = [w.text() for w in symbols]
    assert len(texts) == len(set(texts))
    w_table = built.vm.perform(built.class_named('Symbol'), 'table', [])
    assert set(symbols) <= set(built.items(w_table))


def test_large_integers(built):
    w_number = built.vm.perform(built.memory.special(special.SMALLTALK), 'bigNumber', [])
    assert built.memory.big_value(w_number).str() == '123456789012345678901234567890'


def test_source_pointers(built):
    w_method = built.method('SystemDictionary', 'startUp')
    low, middle, high, kind = [ord(c) for c in w_method.bytes[-4:]]
    assert kind - 251 == 1
    with io.open(sources_path(built.path), 'rb') as sources:
        text = sources.read()[low | middle << 8 | high << 16:]
    assert text.startswith(b'startUp\n\tself quit: Tiny status!\n')


def test_sources_double_their_exclamation_marks(kernel, tmpdir):
    folder = tinykernel.write(tmpdir.join('kernel'))
    tinykernel.add(folder, 'More', 'Point.extension.st', POINT % u"Point >> shout [\n\t^'oh! \u00e9'\n]")
    path = str(tmpdir.join('x.image'))
    build.build(folder, Configuration('spur64'), path)
    with io.open(sources_path(path), encoding='utf-8') as sources:
        assert u"shout\n\t^'oh!! \u00e9'!\n" in sources.read()


# ---- the same again

@pytest.mark.parametrize('format', ['spur64', 'v3'])
def test_building_again_gives_the_same_bytes(kernel, tmpdir, format):
    contents = []
    for name in ('one', 'two'):
        path = str(tmpdir.join(name + '.image'))
        build.build(kernel, Configuration(format), path)
        for each in (path, sources_path(path)):
            with open(each, 'rb') as f:
                contents.append(f.read())
    assert contents[:2] == contents[2:]


# ---- configurations

def test_packages_of_other_formats_stay_out(kernel):
    def classes(*configuration):
        return read_sources(kernel, Configuration(*configuration), Problems()).definitions
    assert 'SmallFloat64' in classes('spur64') and 'SmallFloat64' not in classes('spur32')
    assert 'FullBlockClosure' not in classes('v3') and classes('v3')['Character'].inst_vars == ['value']
    assert classes('spur32', 'v3')['Character'].inst_vars == []


def test_formats_and_bytecodes_that_do_not_go_together():
    for arguments in [('v3', 'sista'), ('spur128',), ('spur64', 'v4')]:
        with pytest.raises(BuildError):
            Configuration(*arguments)


# ---- errors

POINT = u'Extension { #name : #Point }\n\n%s\n'
ERRORS = [
    ('a syntax error', 'Point.extension.st', POINT % u'Point >> foo [\n\t^(3\n]', 'Point.extension.st:4:'),
    ('an unknown variable', 'Point.extension.st', POINT % u'Point >> foo [\n\t^Nowhere\n]', 'Point.extension.st:4:3: '),
    ('a method twice', 'Point.extension.st', POINT % u'Point >> foo [\n]\n\nPoint >> foo [\n]', 'Point.extension.st:6:10: '),
    ('a method of no class', 'Nix.extension.st', u'Extension { #name : #Nix }\n\nNix >> foo [\n]\n', 'Nix.extension.st:3:8: '),
    ('a class twice', 'Point.class.st', tinykernel.class_text('Point', 'Object', 'normal', ''), 'Point.class.st:1:1: '),
    ('an unknown superclass', 'A.class.st', tinykernel.class_text('A', 'Nix', 'normal', ''), 'A.class.st:1:1: '),
    ('a loop of classes', 'A.class.st', tinykernel.class_text('A', 'A', 'normal', ''), 'A.class.st:1:1: '),
    ('fields in bytes', 'A.class.st', tinykernel.class_text('A', 'Object', 'bytes', 'x'), 'A.class.st:1:1: '),
    ('an unknown type', 'A.class.st', tinykernel.class_text('A', 'Object', 'strange', 'x'), 'A.class.st:'),
    ('a global of that name', 'A.class.st', tinykernel.class_text('Transcript', 'Object', 'normal', ''), 'A.class.st:1:1: '),
    ('an initializer that fails', 'Point.extension.st', POINT % u'Point class >> initialize [\n\tself nix\n]',
     'Point class >> initialize: '),
    ('an initializer that quits', 'Point.extension.st', POINT % u'Point class >> initialize [\n\tSmalltalk quit: 3\n]',
     'Wrong/Point.extension.st:3:16: Point class >> initialize: '),
    ('an initializer without end', 'Point.extension.st', POINT % u'Point class >> initialize [\n\t[true] whileTrue\n]',
     'Point class >> initialize: it has not ended'),
    ('a variable twice', 'A.class.st', tinykernel.class_text('A', 'Object', 'normal', 'x y x'), 'A.class.st:1:1: '),
    ('an inherited variable again', 'A.class.st', tinykernel.class_text('A', 'Point', 'normal', 'x'), 'A.class.st:1:1: '),
    ('a subclass of immediate objects', 'A.class.st', tinykernel.class_text('A', 'SmallInteger', 'normal', ''),
     'A.class.st:1:1: '),
]


@pytest.mark.parametrize('what,file,text,message', ERRORS, ids=[e[0] for e in ERRORS])
def test_errors(tmpdir, capfd, what, file, text, message):
    folder = tinykernel.write(tmpdir.join('kernel'))
    tinykernel.add(folder, 'Wrong', file, text)
    image = tmpdir.join('x.image')
    assert build.main(['--kernel', folder, '-o', str(image)]) == 1
    out, err = capfd.readouterr()
    assert out == '' and message in err and 'Traceback' not in err
    assert not image.exists()


def test_all_compile_errors_are_told(tmpdir, capfd):
    folder = tinykernel.write(tmpdir.join('kernel'))
    tinykernel.add(folder, 'Wrong', 'Point.extension.st', POINT % u'Point >> a [\n\t^Nix\n]\n\nPoint >> b [\n\t^Nix\n]')
    assert build.main(['--kernel', folder, '-o', str(tmpdir.join('x.image'))]) == 1
    lines = capfd.readouterr()[1].splitlines()
    assert len(lines) == 2 and ':4:3: ' in lines[0] and ':8:3: ' in lines[1]


def test_a_lenient_build_leaves_out_what_has_errors(tmpdir, capfd):
    folder = tinykernel.write(tmpdir.join('kernel'))
    tinykernel.add(folder, 'Wrong', 'A.class.st', u'Class { #name : #A, #superclass : #Object, nonsense')
    tinykernel.add(folder, 'Wrong', 'Nix.extension.st', u'Extension { #name : #Nix }\n\nNix >> foo [\n]\n')
    tinykernel.add(folder, 'Wrong', 'Point.extension.st', POINT % u'Point >> a [\n\t^3 +\n]\n\nPoint class >> b [\n\t^A\n]')
    path = str(tmpdir.join('x.image'))
    assert build.main(['--lenient', '--kernel', folder, '-o', path]) == 0
    err = capfd.readouterr()[1]
    assert 'A.class.st:' in err and 'class Nix' in err and 'Point.extension.st:' in err and 'A is defined nowhere' in err
    image = Built(path, 'spur64')
    assert image.vm.perform(image.class_named('Point'), 'b', []) is image.memory.w_nil
    with pytest.raises(Exit) as exit:
        image.vm.run()
    assert exit.value.status == 42


def test_classes_that_are_missing(tmpdir, capfd):
    folder = tinykernel.write(tmpdir.join('kernel'))
    os.unlink(os.path.join(folder, 'Tiny', 'Semaphore.class.st'))
    assert build.main(['--kernel', folder, '-o', str(tmpdir.join('x.image'))]) == 1
    assert 'Semaphore' in capfd.readouterr()[1]


def test_the_order_of_initializers(tmpdir):
    folder = tinykernel.write(tmpdir.join('kernel'))
    with io.open(os.path.join(folder, 'initialization.txt'), 'w') as out:
        out.write(u'# a comment\nTiny\n\n')
    add = u'Extension { #name : #%s }\n\n%s class >> initialize [\n\tTiny order: self\n]\n'
    for name in ('Array', 'Point'):
        tinykernel.add(folder, 'More', name + '.extension.st', add % (name, name))
    tinykernel.add(folder, 'More', 'Tiny.extension.st', u"""Extension { #name : #Tiny }

Tiny class >> order: aClass [
	Status := count == nil ifTrue: [ 0 ] ifFalse: [ Status * 2 + (aClass == Array ifTrue: [ 0 ] ifFalse: [ 1 ]) ]
]
""")
    path = str(tmpdir.join('x.image'))
    build.build(folder, Configuration('spur64'), path)
    image = Built(path, 'spur64')
    assert image.vm.perform(image.class_named('Tiny'), 'status', []).value == 42 * 4 + 1
