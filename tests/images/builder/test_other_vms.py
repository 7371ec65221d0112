"""What the standard VMs ask of compiled code beside its meaning."""
import pytest

from images.builder.compiler import ClassScope, Options, Where, compile_method
from images.builder.literals import Block, MethodClass

CONTEXT = ['sender', 'pc', 'stackp', 'method', 'closureOrNil', 'receiver']


def compiled(source, inst_vars, bytecodes='sista'):
    scope = ClassScope('Thing', False, inst_vars, {}, {})
    return compile_method(source, scope, Options('spur64', bytecodes), Where('x.st'))


@pytest.mark.parametrize('bytecodes,push,store,pop', [
    ('sista', [226, 1], [243, 1], [240, 1]), ('v3', [132, 2 << 5, 1], [132, 5 << 5, 1], [132, 6 << 5, 1])])
def test_fields_of_contexts_have_long_instructions(bytecodes, push, store, pop):
    """A context that runs is a frame of the VM: only these look there."""
    for source, expected in [(u'm\n\t^self foo: pc', push), (u'm\n\t^pc := 3', store), (u'm\n\tpc := 3', pop)]:
        code = compiled(source, CONTEXT, bytecodes).bytecodes
        assert any(code[i:i + len(expected)] == expected for i in range(len(code)))
        assert compiled(source, ['a'] + CONTEXT, bytecodes).bytecodes != code


def test_answering_a_field_of_a_context_is_no_quick_primitive():
    assert compiled(u'pc\n\t^pc', CONTEXT).primitive == 0
    assert compiled(u'pc\n\t^pc', ['a', 'pc']).primitive == 265


def block_of(record):
    return [each.record for each in record.literals if isinstance(each, Block)][0]


def test_super_in_a_full_block_names_the_class():
    """A CompiledBlock's last literal is not a class's binding."""
    block = block_of(compiled(u'm\n\t^[super foo: 1 bar: 2]', []))
    assert isinstance(block.literals[0], MethodClass)
    assert block.bytecodes == [76, 81, 232, 2, 16, 225, 64, 235, 1 << 3 | 2, 94]


def test_super_in_a_block_with_many_literals_and_arguments():
    names = [u'a%d' % i for i in range(40)]
    arguments = u' '.join(u'k%d: 1' % i for i in range(9))
    sends = u' '.join(u'self %s.' % name for name in names)
    block = block_of(compiled(u'm\n\t^[%s super %s]' % (sends, arguments), []))
    assert block.bytecodes[-7:] == [224, 1, 225, 64 + 1, 235, (41 & 31) << 3 | 1, 94]


def test_super_elsewhere_is_an_ordinary_super_send():
    assert compiled(u'm\n\t^super foo', []).bytecodes == [76, 235, 0, 92]
    assert compiled(u'm: x\n\tx ifTrue: [super foo]', []).bytecodes[-5:] == [76, 235, 0, 216, 88]
    record = compiled(u'm\n\t^[super foo]', [], 'v3')
    assert [133, 0] == record.bytecodes[-4:-2]
