"""Which of many counts are the highest."""
from spyvm.tools.ranking import highest


def test_the_highest_come_first_and_the_first_among_equals():
    assert highest([3, 9, 3, 1, 9], 4) == [1, 4, 0, 2]


def test_there_may_be_fewer_than_asked_for():
    assert highest([], 3) == []
    assert highest([0], 3) == [0]
