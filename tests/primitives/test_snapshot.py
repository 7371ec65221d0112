"""Primitives 97 and 247: saving the running image, and going on in it."""
import math
import os
import sys

import pytest

from questions import define
from shared import shared
from spyvm.image.reader import read_image_file
from spyvm.image.snapshot import save_live
from spyvm.interpreter import control, processes
from spyvm.interpreter import snapshot as snapshot_module
from spyvm.objects import special
from spyvm.objects.context import W_Context
from spyvm.objects.formats import Traits
from spyvm.platform.host import Exit, make_host
from spyvm.rpy.osio import from_native
from spyvm.vm import open_image

sys.setrecursionlimit(20000)

TELL = 'Smalltalk imageName: (%s). '       # a way to say something that needs no files


def image(name):
    return shared('images/%s.image' % name)


def open_vm(path):
    return open_image(from_native(str(path)), make_host('spy', from_native(str(path))))


def run(path):
    """Resume the image until it quits: the name it gave itself.  Errors are raised here; so is it if it does not quit."""
    vm = open_vm(path)
    vm.hook_errors()
    interp = vm.interp
    poll = interp.poll
    polls = []

    def watch():
        polls.append(None)
        assert len(polls) < 200, 'the image does not quit'
        return poll()
    interp.poll = watch
    with pytest.raises(Exit) as info:
        vm.run()
    assert info.value.status == 0
    return vm.host.image_path


def saving(target, code, primitive='Smalltalk snapshotPrimitive'):
    """Smalltalk code that saves the image as `target` and has the primitive's answer in `saved` then."""
    return "| saved n | n := 0. 1 to: 10 do: [:i | n := n + i]. Smalltalk imageName: '%s'. saved := %s. %s" % (
        target, primitive, code)


@pytest.mark.parametrize('name', ['mini', 'mini-be', 'mini-running-exit'])
def test_the_computation_goes_on_in_the_saved_image(name, tmpdir):
    target = tmpdir.join('saved.image')
    code = 'saved == true ifTrue: [%s Smalltalk quitPrimitive]. saved' % (TELL % 'n printString')
    vm = open_vm(image(name))
    assert vm.evaluate(saving(target, code)) == 'false'
    assert vm.host.image_path == str(target)
    assert run(target) == '55'
    memory = read_image_file(from_native(str(target)))
    before = vm.memory
    assert memory.traits.big_endian == before.traits.big_endian and memory.traits.version == before.traits.version
    assert memory.header.window_size == before.header.window_size


def test_deep_in_blocks_and_unwinding(tmpdir):
    """Blocks, ensure-like blocks of old images, a stack of some depth, and another process that waits."""
    target = tmpdir.join('saved.image')
    code = '''| log semaphore deep |
        log := WriteStream on: String new.
        semaphore := Semaphore new.
        [semaphore wait. log nextPutAll: ' woken'] fork.
        Processor yield.
        Smalltalk imageName: '%s'.
        deep := nil.
        deep := #(1 2 3) collect: [:each | #(10 20) inject: each into: [:sum :more |
            (sum = 12 and: [Smalltalk snapshotPrimitive]) ifTrue: [log nextPutAll: 'resumed']. sum + more]].
        semaphore signal. Processor yield.
        log contents isEmpty ifFalse: [log nextPutAll: deep printString].
        (log contents beginsWith: 'resumed') ifTrue: [%s Smalltalk quitPrimitive].
        log contents''' % (target, TELL % 'log contents')
    code = code.replace('sum = 12', 'sum = 12 | (sum = 11)')
    assert open_vm(image('mini')).evaluate(' '.join(code.split())) == "' woken(31 32 33 )'"
    assert run(target) == 'resumed woken(31 32 33 )'


def test_the_state_of_the_running_vm_is_as_before(tmpdir):
    """Saving twice, with the same work between, and going on."""
    first, second = tmpdir.join('first.image'), tmpdir.join('second.image')
    vm = open_vm(image('mini'))
    scheduler = processes.scheduler(vm.interp)
    lists = [w.slots[:2] for w in list_objects(vm, scheduler)]
    code = saving(first, "Smalltalk imageName: '%s'. Smalltalk snapshotPrimitive printString , saved printString , "
                  "n printString" % second)
    assert vm.evaluate(code) == "'falsefalse55'"
    assert [w.slots[:2] for w in list_objects(vm, scheduler)] == lists
    w_process = processes.active_process(vm.interp)
    assert w_process.slots[special.PROCESS_SUSPENDED_CONTEXT] is vm.memory.w_nil
    assert vm.interp.entry.code.w_method.bytes[0] == chr(132)
    assert abs(first.size() - second.size()) < 4000


def list_objects(vm, scheduler):
    w_lists = scheduler.slots[special.PROCESS_LISTS]
    return [w_lists.fetch(vm.memory, i) for i in range(w_lists.size())]


def test_the_saved_process_is_suspended_where_the_primitive_has_answered_true(tmpdir):
    target = tmpdir.join('saved.image')
    open_vm(image('mini')).evaluate(saving(target, 'saved'))
    vm = open_vm(target)
    w_context = processes.active_process(vm.interp).slots[special.PROCESS_SUSPENDED_CONTEXT]
    assert isinstance(w_context, W_Context)
    assert w_context.stack[w_context.sp - 1] is vm.memory.w_true


def test_when_what_was_to_be_done_is_done_the_image_s_own_process_goes_on(tmpdir):
    """mini-running-exit's own process quits."""
    target = tmpdir.join('saved.image')
    code = 'saved == true ifTrue: [%s]. saved' % (TELL % "'went on'")
    assert open_vm(image('mini-running-exit')).evaluate(saving(target, code)) == 'false'
    with tmpdir.as_cwd():
        assert run(target) == 'went on'


@pytest.mark.parametrize('call', ['Smalltalk perform: #snapshotPrimitive',
                                  'Smalltalk perform: #snapshotPrimitive withArguments: #()'])
def test_by_perform(call, tmpdir):
    target = tmpdir.join('saved.image')
    code = 'saved == true ifTrue: [Smalltalk quitPrimitive]. saved'
    assert open_vm(image('mini')).evaluate(saving(target, code, call)) == 'false'
    run(target)


def test_as_the_only_message(tmpdir):
    """--perform: the context that is saved is the VM's own."""
    target = tmpdir.join('saved.image')
    vm = open_vm(image('mini-running-exit'))
    vm.host.image_path = from_native(str(target))
    assert vm.perform_text('Smalltalk snapshotPrimitive') == 'false'
    with tmpdir.as_cwd():
        run(target)


def test_saving_what_was_saved(tmpdir):
    target = tmpdir.join('saved.image')
    code = "saved == true ifTrue: [Smalltalk imageName: '%s'. Smalltalk snapshotPrimitive == true ifTrue: [%s]. " \
        "Smalltalk quitPrimitive]" % (tmpdir.join('again.image'), TELL % "'twice'")
    open_vm(image('mini')).evaluate(saving(target, code))
    assert run(target) == tmpdir.join('again.image')
    assert run(tmpdir.join('again.image')) == 'twice'


def test_what_the_image_made_is_there(tmpdir):
    target = tmpdir.join('saved.image')
    code = saving(target, 'saved', '[' + define('newMethodOfTest', 'newMethodOfTest ^6 * 7') +
                  "Smalltalk at: #Kept put: (Array with: 3 / 4 with: 100 factorial with: 'text' -> #newSymbolOfTest "
                  "with: $x). Smalltalk snapshotPrimitive] value")
    open_vm(image('mini')).evaluate(code)
    assert open_vm(target).evaluate('(Smalltalk at: #Kept) at: 2') == str(math.factorial(100))
    assert open_vm(target).evaluate('3 newMethodOfTest') == '42'
    assert open_vm(target).evaluate('(Smalltalk at: #Kept) first + (Smalltalk at: #Kept) last asciiValue') == '(483/4)'


def test_identity_hashes_last(tmpdir):
    target = tmpdir.join('saved.image')
    code = saving(target, 'saved', "[Smalltalk at: #Kept put: ((1 to: 20) collect: [:i | Object new]). "
                  "Smalltalk at: #Hashes put: ((Smalltalk at: #Kept) collect: [:each | each identityHash]). "
                  "Smalltalk snapshotPrimitive] value")
    open_vm(image('mini')).evaluate(code)
    code = '((Smalltalk at: #Kept) collect: [:each | each identityHash]) = (Smalltalk at: #Hashes)'
    assert open_vm(target).evaluate(code) == 'true'


ANSWER_7 = define('saveOrSeven', 'saveOrSeven <primitive: 97> ^7')


@pytest.mark.parametrize('name', ['no/such/folder/x.image', ''])
def test_where_the_file_cannot_be_written_the_primitive_fails(name, tmpdir):
    code = ANSWER_7 + "Smalltalk imageName: '%s'. Object new saveOrSeven" % tmpdir.join(name)
    assert open_vm(image('mini')).evaluate(code) == '7'
    assert tmpdir.listdir() == []


def test_with_arguments_it_fails(tmpdir):
    for number in (97, 247):
        code = define('saveOr:', 'saveOr: n <primitive: %d> ^n' % number)
        code += "Smalltalk imageName: '%s'. Object new saveOr: 8" % tmpdir.join('x.image')
        assert open_vm(image('mini')).evaluate(code) == '8'
    assert tmpdir.listdir() == []


@pytest.mark.parametrize('error', [OSError(28, 'full'), MemoryError()])
def test_an_error_in_the_middle(error, tmpdir, monkeypatch):
    """The old file is whole, the image goes on, and another attempt succeeds."""
    target = tmpdir.join('saved.image')
    target.write('old')
    vm = open_vm(image('mini'))

    def fail(memory, path):
        if fail.error is not None:
            error, fail.error = fail.error, None
            raise error
        save_live(memory, path)
    fail.error = error
    monkeypatch.setattr(snapshot_module, 'save_live', fail)
    code = ANSWER_7
    code += "Smalltalk imageName: '%s'. ((1 to: 2) collect: [:i | Object new saveOrSeven]) printString" % target
    assert vm.evaluate(code) == "'(7 false )'"
    assert target.size() > 100000
    target.write('old')
    fail.error = OSError(5, 'broken')
    assert vm.perform_text('Smalltalk version').startswith("'Squeak")
    assert target.read() == 'old'


def test_the_numbers_are_the_interpreter_s_in_all_images():
    for traits in (Traits(6502, 4, False, True), Traits(6505, 4, False, False), Traits(68021, 8, True, False)):
        assert control.handles(traits, 97) and control.handles(traits, 247)


@pytest.mark.parametrize('name', ['headless-spur32', 'headless-spur64'])
def test_spur_images(name, tmpdir):
    """Saved before it has done anything, the image does what it does; and after some work."""
    target = tmpdir.join('saved.image')
    vm = open_vm(image(name))
    for _ in range(2):
        vm.host.image_path = from_native(str(target))
        assert vm.perform_text('3 + 4') == '7'
        before = len(vm.memory.loaded)
        save_live(vm.memory, vm.host.image_path)
        assert len(read_image_file(vm.host.image_path).loaded) > before // 2
        vm = open_vm(target)
    assert os.path.getsize(str(target)) > 100000
