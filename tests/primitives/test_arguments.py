"""No arguments, however odd, make a primitive end in another way than by a result, a failure or the VM's own exceptions; and
one that fails has changed nothing that can be seen."""
import random

import pytest

import fakeimage
from fakeimage import KINDS
from storage_support import Interp, context, generic_array, method
from spyvm.objects.errors import ContextNotLinked, PrimitiveFailed
from spyvm.objects.model import IMMUTABLE, W_Character, W_Float, W_HeapObject, W_SmallInteger
from spyvm.objects.pointers import W_Array
from spyvm.platform.host import Exit
from spyvm.primitives import registry

OURS = ['spyvm.primitives.subscripts', 'spyvm.primitives.storage', 'spyvm.primitives.replace', 'spyvm.primitives.identity',
        'spyvm.primitives.contexts', 'spyvm.primitives.enumeration', 'spyvm.primitives.system', 'spyvm.primitives.screen']
ROUNDS = 120


def functions(spur):
    """(number, args, function) of the primitives of our modules."""
    table = registry.NUMBERED_SPUR if spur else registry.NUMBERED_OLD
    found = []
    for number, entry in enumerate(table):
        if entry is not None:
            for args, function in [(0, entry.call0), (1, entry.call1), (2, entry.call2), (3, entry.call3), (4, entry.calln)]:
                if function.__module__ in OURS:
                    found.append((number, args, function))
    return found


def objects(interp, rng):
    memory = interp.memory
    found = [memory.w_nil, memory.w_true, memory.w_false, interp.active, memory.w_special_objects]
    numbers = [0, 1, 2, 3, 4, 5, 7, 40, 65, 255, 256, -1, 65535, 65536, 2 ** 30 - 1, 2 ** 31, 2 ** 32, 2 ** 63, 2 ** 64,
               -2 ** 63, 10 ** 30]
    found += [fakeimage.integer(memory, number) for number in numbers]
    found += [W_Float(1.5), W_Float(1e300), fakeimage.boxed_float(memory, 2.5), fakeimage.string(memory, 'some text'),
              fakeimage.symbol(memory, 'sym')]
    if memory.is_spur:
        found += [W_Character(65), W_Character(0x1F600)]
    else:
        found += [memory.character_object(65)]
    for view in list(memory.known_views.all()):
        found.append(view.w_self)
        for size in (0, 3):
            try:
                found.append(memory.instantiate(view, size))
            except PrimitiveFailed:
                pass
    found += [generic_array(interp, [rng.choice(found) for _ in range(2)]) for _ in range(4)]
    found += [method(memory, [memory.w_nil]), context(memory, method(memory))]
    frozen = generic_array(interp, [memory.w_nil] * 3)
    frozen.set_meta(IMMUTABLE)
    found.append(frozen)
    return found


def picture(memory, items):
    """What can be seen of the objects without asking for a sender."""
    seen = []
    for w_item in items:
        fields = []
        if isinstance(w_item, W_HeapObject):
            fields.append(id(w_item.view))
            fields.append(w_item.meta)
            for i in range(min(w_item.pointer_size(memory), 20)):
                w_field = w_item.fetch(memory, i)
                fields.append(w_field.value if isinstance(w_field, (W_SmallInteger, W_Float)) else id(w_field))
            if not isinstance(w_item, W_Array):
                for i in range(min(w_item.indexed_size(memory), 20)):
                    try:
                        w_field = w_item.at0(memory, i)
                    except PrimitiveFailed:
                        continue
                    fields.append(w_field.value if isinstance(w_field, (W_SmallInteger, W_Float)) else None)
        elif isinstance(w_item, W_Float):
            fields.append(w_item.value)
        seen.append(fields)
    return seen


@pytest.mark.parametrize('kind', KINDS)
def test_odd_arguments(kind):
    rng = random.Random(1)
    interp = Interp(kind)
    memory = interp.memory
    items = objects(interp, rng)
    interp.keep(*items)
    small = [w for w in items if isinstance(w, W_SmallInteger) and -1 <= w.value <= 7]
    for number, args, function in functions(memory.is_spur):
        rounds = ROUNDS if args else 20
        if number in (77, 78, 138, 139, 177, 178, 128, 72, 248, 249, 130):      # these walk over everything
            rounds = 12
        for _ in range(rounds):
            chosen = [rng.choice(small if rng.random() < 0.4 else items) for _ in range(args + 1)]
            before = picture(memory, chosen)
            try:
                if args == 4:
                    w_result = function(interp, chosen[0], chosen[1:])
                else:
                    w_result = function(interp, *chosen)
                assert w_result is not None, number
                w_result.class_view(memory)
            except PrimitiveFailed:
                assert picture(memory, chosen) == before, number
            except (ContextNotLinked, Exit):
                pass
            except Exception:
                print(number, args, [w.describe() for w in chosen])
                raise


@pytest.mark.parametrize('spur', [False, True])
def test_wrong_numbers_of_arguments_fail(spur):
    interp = Interp('spur32' if spur else 'v3')
    table = registry.NUMBERED_SPUR if spur else registry.NUMBERED_OLD
    w_nil = interp.memory.w_nil
    for entry in table:
        if entry is not None and entry.calln.__module__ in OURS + ['spyvm.primitives.registry']:
            with pytest.raises(PrimitiveFailed):
                entry.calln(interp, w_nil, [w_nil] * 9)
