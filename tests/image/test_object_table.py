import random

from spyvm.image.table import ObjectTable


def test_numbers_follow_the_order_of_places():
    source = random.Random(5)
    places = sorted(source.sample(range(5000), 900))
    table = ObjectTable(5000)
    for place in places:
        table.add(place)
    table.freeze()
    assert [table.number(place) for place in places] == list(range(900))
    others = set(range(-40, 6000)) - set(places)
    assert {table.number(place) for place in others} == {-1}
    assert table.number(10 ** 15) == -1


def test_full_words():
    table = ObjectTable(128)
    for place in range(128):
        table.add(place)
    table.freeze()
    assert [table.number(place) for place in range(128)] == list(range(128))
