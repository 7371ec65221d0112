"""benchmarks/segments.py: figures out of what the image answers, and the code run by the real thing, untranslated."""
import sys

import pytest

if sys.version_info[0] < 3:
    pytest.skip('the harness is Python 3', allow_module_level=True)

from benchmarks import segments  # noqa: E402
from shared import shared  # noqa: E402
from spyvm.platform.host import Host  # noqa: E402
from spyvm.vm import open_image  # noqa: E402


def test_figures():
    size, store, load = segments.figures("' bytes 2000000 store 10 load 20 bytes 2000000 store 5 load 0'")
    assert (size, store, load) == (2000000, [200.0, 400.0], [100.0, 2000000 / 1000.0])


@pytest.mark.parametrize('text', ['', 'error', ' bytes 2000000 store 10 load 20 wrong'])
def test_no_figures(text):
    with pytest.raises(ValueError):
        segments.figures(text)


def test_the_code_runs():
    path = shared('images/mini.image')
    vm = open_image(path, Host('/opt/spy/spy', [], path, []))
    size, store, load = segments.figures(vm.evaluate(segments.code(200, 2)))
    assert size > 200 * 16 and len(store) == len(load) == 2
