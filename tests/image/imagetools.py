"""Ways to look at loaded images, for tests."""
from spyvm.image.reader import load_image
from spyvm.objects.model import W_SmallInteger
from spyvm.objects.raw import W_Bytes


def text(data):
    """Bytes as the VM's byte strings."""
    return data if str is bytes else data.decode('latin-1')


def load(world, encoder):
    """The memory, and a function from a world's Obj to the object that was made of it."""
    memory = load_image(text(encoder.encode()))
    objects = [obj for obj in getattr(encoder, 'objects', world.objects)]
    if hasattr(encoder, 'parts'):
        objects = [obj for part in encoder.parts for obj in part]
    numbers = {}
    for obj in objects:
        if not obj.free and obj.forward_to is None:
            numbers[id(obj)] = len(numbers)
    assert len(numbers) == len(memory.loaded)
    return memory, lambda obj: memory.loaded[numbers[id(obj)]]


def fields(memory, w_object):
    """The pointers of an object; ints for SmallIntegers."""
    result = []
    for i in range(w_object.pointer_size(memory)):
        w_field = w_object.fetch(memory, i)
        result.append(w_field.value if isinstance(w_field, W_SmallInteger) else w_field)
    return result


def class_name(memory, w_object):
    return w_object.class_view(memory).name()


def strings(memory, w_class):
    return [w.text() for w in memory.loaded if isinstance(w, W_Bytes) and w.view.w_self is w_class]
