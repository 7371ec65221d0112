"""docs/primitives.md tells what the tables say."""
import os

from spyvm.tools import primitive_table

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'docs', 'primitives.md')


def test_the_page_is_up_to_date():
    with open(PAGE) as f:
        assert f.read() == primitive_table.table(), 'run python -m spyvm.tools.primitive_table > docs/primitives.md'


def test_every_number_is_there():
    rows = [line.split('|')[1].strip() for line in primitive_table.table().splitlines() if line.startswith('| ')][1:]
    numbers = []
    for row in rows:
        first, _, last = row.partition('-')
        numbers.extend(range(int(first), int(last or first) + 1))
    assert numbers == list(range(600))


def test_notes_are_about_what_is_not_done():
    for first, last, kind, state, text in primitive_table.NOTES:
        assert first <= last and kind in ('v3', 'spur', 'both') and text
        assert state in (primitive_table.FAILS, primitive_table.NOT_YET)
