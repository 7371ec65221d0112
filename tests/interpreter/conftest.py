"""How sends are done."""
import pytest

from spyvm.interpreter.interpreter import Interpreter


@pytest.fixture(params=['sends', 'sends to many'])
def sends(request, monkeypatch):
    """Sends as the interpreter does them, and as compiled code does those to receivers of many classes."""
    if request.param == 'sends to many':
        plain = Interpreter.send

        def send(self, frame, code, pc, next_pc, sp, w_selector, nargs, depth):
            w_result = self.send_to_many(frame, code, pc, next_pc, sp, w_selector, nargs, depth)
            if w_result is None:
                return plain(self, frame, code, pc, next_pc, sp, w_selector, nargs, depth)
            return w_result
        monkeypatch.setattr(Interpreter, 'send', send)
