"""The bytecode loop.

interpret() runs one context until it returns; sends inside it recurse (Interpreter.run).  pc and sp are local variables here and
greens of the JIT, like the MethodCode; the context's own fields are brought up to date before anything that may look at them.
Whether a stack has room, literals exist and jumps hit was proved by the decoder.
"""
from spyvm.interpreter import opcodes as op
from spyvm.interpreter.unwinding import FatalError
from spyvm.objects.model import W_SmallInteger, IMMUTABLE
from spyvm.objects.pointers import W_Pointers, W_Array, GENERIC, unerase_generic
from spyvm.rpy import jit, ticker


def printable_location(pc, sp, code):
    return '%s pc %d: %s' % (code.name, pc, op.describe(code.ops[pc]))


driver = jit.JitDriver(greens=['pc', 'sp', 'code'], reds=['depth', 'interp', 'frame'], virtualizables=['frame'],
                       get_printable_location=printable_location, is_recursive=True)


def interpret(interp, frame, depth):
    """Run `frame` until it returns; answer what it returned.  StackUnwind and NonLocalReturn pass through."""
    frame = jit.hint(frame, access_directly=True)
    code = jit.promote(frame.code)
    pc = frame.pc
    sp = frame.sp
    while True:
        driver.jit_merge_point(pc=pc, sp=sp, code=code, depth=depth, interp=interp, frame=frame)
        interp = jit.promote(interp)    # one constant for the whole trace, and what is immutable in it
        assert pc >= 0
        word = code.ops[pc]
        opcode = word & 255
        a = (word >> 16) & 0xFFFFFF
        next_pc = pc + ((word >> 8) & 255)
        assert sp >= 0
        assert a >= 0
        assert next_pc >= 0
        if opcode == op.PUSH_TEMP:
            frame.stack[sp] = frame.stack[a]
            sp += 1
        elif opcode == op.PUSH_TEMP2:
            second = word >> 40
            assert second >= 0
            frame.stack[sp] = frame.stack[a]
            sp += 1
            frame.stack[sp] = frame.stack[second]
            sp += 1
        elif opcode == op.PUSH_INSTVAR:
            w_self = frame.w_receiver
            if isinstance(w_self, W_Pointers) and a < len(w_self.slots):
                frame.stack[sp] = w_self.slots[a]
            else:
                frame.pc = pc
                frame.sp = sp
                frame.stack[sp] = interp.fetch_field(frame, w_self, a)
            sp += 1
        elif opcode == op.PUSH_LITERAL:
            frame.stack[sp] = code.literals[a]
            sp += 1
        elif opcode == op.PUSH_SELF:
            frame.stack[sp] = frame.w_receiver
            sp += 1
        elif opcode == op.PUSH_INT:
            frame.stack[sp] = interp.small_integer(a - op.INT_BIAS)
            sp += 1
        elif opcode == op.PUSH_NIL:
            frame.stack[sp] = interp.w_nil
            sp += 1
        elif opcode == op.PUSH_TRUE:
            frame.stack[sp] = interp.w_true
            sp += 1
        elif opcode == op.PUSH_FALSE:
            frame.stack[sp] = interp.w_false
            sp += 1
        elif opcode == op.POP:
            sp -= 1
            if jit.we_are_jitted():
                assert sp >= 0
                frame.stack[sp] = None
        elif opcode == op.POP_TEMP:
            sp -= 1
            assert sp >= 0
            frame.stack[a] = frame.stack[sp]
            if jit.we_are_jitted():
                frame.stack[sp] = None
        elif opcode == op.STORE_TEMP:
            top = sp - 1
            assert top >= 0
            frame.stack[a] = frame.stack[top]
        elif opcode == op.SEND:
            nargs = word >> 40
            w_result = interp.send(frame, code, pc, next_pc, sp, code.literals[a], nargs, depth)
            if jit.we_are_jitted():
                interp.clear_args(frame, sp, nargs)
            sp -= nargs
            result_at = sp - 1
            assert result_at >= 0
            frame.stack[result_at] = w_result
        elif opcode == op.JUMP:
            next_pc = a
        elif opcode == op.JUMP_BACK:
            if jit.we_are_jitted():
                ticker.defer()
            if depth >= ticker.limit():
                frame.pc = a
                frame.sp = sp
                interp.poll_in_loop(frame)
            pc = a
            driver.can_enter_jit(pc=pc, sp=sp, code=code, depth=depth, interp=interp, frame=frame)
            continue
        elif opcode == op.JUMP_FALSE:
            sp -= 1
            assert sp >= 0
            w_value = frame.stack[sp]
            if w_value is interp.w_false:
                next_pc = a
            elif w_value is not interp.w_true:
                interp.must_be_boolean(frame, pc, sp)
            if jit.we_are_jitted():
                frame.stack[sp] = None
        elif opcode == op.JUMP_TRUE:
            sp -= 1
            assert sp >= 0
            w_value = frame.stack[sp]
            if w_value is interp.w_true:
                next_pc = a
            elif w_value is not interp.w_false:
                interp.must_be_boolean(frame, pc, sp)
            if jit.we_are_jitted():
                frame.stack[sp] = None
        elif opcode == op.LT_JUMP:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            w_a = frame.stack[left]
            w_b = frame.stack[right]
            if isinstance(w_a, W_SmallInteger) and isinstance(w_b, W_SmallInteger):
                sp = left
                next_pc = a if w_a.value < w_b.value else word >> 40
            else:
                target = interp.compare(frame, code, pc, next_pc, sp, op.LT, word, depth)
                if target < 0:
                    sp = right
                else:
                    sp = left
                    next_pc = target
            if jit.we_are_jitted():
                frame.stack[right] = None
                if sp == left:
                    frame.stack[left] = None
        elif opcode == op.GT_JUMP:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            w_a = frame.stack[left]
            w_b = frame.stack[right]
            if isinstance(w_a, W_SmallInteger) and isinstance(w_b, W_SmallInteger):
                sp = left
                next_pc = a if w_a.value > w_b.value else word >> 40
            else:
                target = interp.compare(frame, code, pc, next_pc, sp, op.GT, word, depth)
                if target < 0:
                    sp = right
                else:
                    sp = left
                    next_pc = target
            if jit.we_are_jitted():
                frame.stack[right] = None
                if sp == left:
                    frame.stack[left] = None
        elif opcode == op.LE_JUMP:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            w_a = frame.stack[left]
            w_b = frame.stack[right]
            if isinstance(w_a, W_SmallInteger) and isinstance(w_b, W_SmallInteger):
                sp = left
                next_pc = a if w_a.value <= w_b.value else word >> 40
            else:
                target = interp.compare(frame, code, pc, next_pc, sp, op.LE, word, depth)
                if target < 0:
                    sp = right
                else:
                    sp = left
                    next_pc = target
            if jit.we_are_jitted():
                frame.stack[right] = None
                if sp == left:
                    frame.stack[left] = None
        elif opcode == op.GE_JUMP:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            w_a = frame.stack[left]
            w_b = frame.stack[right]
            if isinstance(w_a, W_SmallInteger) and isinstance(w_b, W_SmallInteger):
                sp = left
                next_pc = a if w_a.value >= w_b.value else word >> 40
            else:
                target = interp.compare(frame, code, pc, next_pc, sp, op.GE, word, depth)
                if target < 0:
                    sp = right
                else:
                    sp = left
                    next_pc = target
            if jit.we_are_jitted():
                frame.stack[right] = None
                if sp == left:
                    frame.stack[left] = None
        elif opcode == op.EQ_JUMP:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            w_a = frame.stack[left]
            w_b = frame.stack[right]
            if isinstance(w_a, W_SmallInteger) and isinstance(w_b, W_SmallInteger):
                sp = left
                next_pc = a if w_a.value == w_b.value else word >> 40
            else:
                target = interp.compare(frame, code, pc, next_pc, sp, op.EQ, word, depth)
                if target < 0:
                    sp = right
                else:
                    sp = left
                    next_pc = target
            if jit.we_are_jitted():
                frame.stack[right] = None
                if sp == left:
                    frame.stack[left] = None
        elif opcode == op.NE_JUMP:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            w_a = frame.stack[left]
            w_b = frame.stack[right]
            if isinstance(w_a, W_SmallInteger) and isinstance(w_b, W_SmallInteger):
                sp = left
                next_pc = a if w_a.value != w_b.value else word >> 40
            else:
                target = interp.compare(frame, code, pc, next_pc, sp, op.NE, word, depth)
                if target < 0:
                    sp = right
                else:
                    sp = left
                    next_pc = target
            if jit.we_are_jitted():
                frame.stack[right] = None
                if sp == left:
                    frame.stack[left] = None
        elif opcode == op.IDENTICAL_JUMP:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            flag = interp.identical(frame.stack[left], frame.stack[right])
            next_pc = a if flag else word >> 40
            if jit.we_are_jitted():
                frame.stack[left] = None
                frame.stack[right] = None
            sp = left
        elif opcode == op.ADD_CONSTANT:
            top = sp - 1
            assert top >= 0
            w_a = frame.stack[top]
            w_result = None
            if isinstance(w_a, W_SmallInteger):
                w_result = interp.add_constant(w_a.value, a - op.INT_BIAS)
            if w_result is None:
                frame.stack[sp] = interp.small_integer(a - op.INT_BIAS)
                w_result = interp.arithmetic(frame, code, pc + (word >> 40), next_pc, sp + 1, op.ADD, depth)
                if jit.we_are_jitted():
                    frame.stack[sp] = None
            frame.stack[top] = w_result
        elif opcode == op.SUBTRACT_CONSTANT:
            top = sp - 1
            assert top >= 0
            w_a = frame.stack[top]
            w_result = None
            if isinstance(w_a, W_SmallInteger):
                w_result = interp.add_constant(w_a.value, op.INT_BIAS - a)
            if w_result is None:
                frame.stack[sp] = interp.small_integer(a - op.INT_BIAS)
                w_result = interp.arithmetic(frame, code, pc + (word >> 40), next_pc, sp + 1, op.SUB, depth)
                if jit.we_are_jitted():
                    frame.stack[sp] = None
            frame.stack[top] = w_result
        elif opcode == op.ADD:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            w_a = frame.stack[left]
            w_b = frame.stack[right]
            w_result = None
            if isinstance(w_a, W_SmallInteger) and isinstance(w_b, W_SmallInteger):
                z = w_a.value + w_b.value
                if interp.min_int <= z and z <= interp.max_int:
                    w_result = W_SmallInteger(z)
            if w_result is None:
                w_result = interp.arithmetic(frame, code, pc, next_pc, sp, op.ADD, depth)
            frame.stack[left] = w_result
            if jit.we_are_jitted():
                frame.stack[right] = None
            sp = right
        elif opcode == op.SUB:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            w_a = frame.stack[left]
            w_b = frame.stack[right]
            w_result = None
            if isinstance(w_a, W_SmallInteger) and isinstance(w_b, W_SmallInteger):
                z = w_a.value - w_b.value
                if interp.min_int <= z and z <= interp.max_int:
                    w_result = W_SmallInteger(z)
            if w_result is None:
                w_result = interp.arithmetic(frame, code, pc, next_pc, sp, op.SUB, depth)
            frame.stack[left] = w_result
            if jit.we_are_jitted():
                frame.stack[right] = None
            sp = right
        elif op.LT <= opcode and opcode <= op.BIT_OR:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            w_result = interp.arithmetic(frame, code, pc, next_pc, sp, opcode, depth)
            frame.stack[left] = w_result
            if jit.we_are_jitted():
                frame.stack[right] = None
            sp = right
        elif opcode == op.AT:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            w_array = frame.stack[left]
            w_index = frame.stack[right]
            w_result = None
            if isinstance(w_array, W_Array) and isinstance(w_index, W_SmallInteger):
                if w_array.view is interp.view_plain_array:
                    w_result = interp.array_at(w_array, w_index.value - 1)
            if w_result is None:
                w_result = interp.send_special(frame, code, pc, next_pc, sp, 16, 1, depth)
            frame.stack[left] = w_result
            if jit.we_are_jitted():
                frame.stack[right] = None
            sp = right
        elif opcode == op.AT_PUT:
            left = sp - 3
            assert left >= 0
            w_array = frame.stack[left]
            w_index = frame.stack[left + 1]
            w_value = frame.stack[left + 2]
            done = False
            if isinstance(w_array, W_Array) and isinstance(w_index, W_SmallInteger):
                if w_array.view is interp.view_plain_array:
                    done = interp.array_at_put(w_array, w_index.value - 1, w_value)
            if not done:
                w_value = interp.send_special(frame, code, pc, next_pc, sp, 17, 2, depth)
            frame.stack[left] = w_value
            if jit.we_are_jitted():
                frame.stack[left + 1] = None
                frame.stack[left + 2] = None
            sp = left + 1
        elif opcode == op.PUSH_LITVAR:
            w_association = code.literals[a]
            if isinstance(w_association, W_Pointers) and len(w_association.slots) > 1:
                frame.stack[sp] = w_association.slots[1]
            else:
                frame.stack[sp] = interp.fetch_field(frame, w_association, 1)
            sp += 1
        elif opcode == op.POP_INSTVAR or opcode == op.STORE_INSTVAR:
            top = sp - 1
            assert top >= 0
            w_self = frame.w_receiver
            w_value = frame.stack[top]
            if isinstance(w_self, W_Pointers) and a < len(w_self.slots) and not w_self.meta & IMMUTABLE:
                w_self.slots[a] = w_value
            else:
                frame.pc = pc
                frame.sp = sp
                interp.store_field(frame, w_self, a, w_value)
            if opcode == op.POP_INSTVAR:
                sp = top
                if jit.we_are_jitted():
                    frame.stack[top] = None
        elif opcode == op.RETURN_TOP:
            top = sp - 1
            assert top >= 0
            frame.pc = -1
            return frame.stack[top]
        elif opcode == op.BLOCK_RETURN_TOP:
            top = sp - 1
            assert top >= 0
            frame.pc = -1
            return frame.stack[top]
        elif opcode == op.RETURN_SELF:
            frame.pc = -1
            return frame.w_receiver
        elif opcode == op.RETURN_NIL:
            frame.pc = -1
            return interp.w_nil
        elif opcode == op.RETURN_TRUE:
            frame.pc = -1
            return interp.w_true
        elif opcode == op.RETURN_FALSE:
            frame.pc = -1
            return interp.w_false
        elif opcode == op.CHECKED_RETURN:
            if a == op.CHECK_TOP:
                sp -= 1
                assert sp >= 0
                w_result = frame.stack[sp]
            elif a == op.CHECK_SELF:
                w_result = frame.w_receiver
            elif a == op.CHECK_TRUE:
                w_result = interp.w_true
            elif a == op.CHECK_FALSE:
                w_result = interp.w_false
            else:
                w_result = interp.w_nil
            if frame.w_closure is None and frame.block is None:
                frame.pc = -1
                return w_result
            frame.pc = next_pc
            frame.sp = sp
            interp.return_from_block(frame, w_result)
        elif opcode == op.BLOCK_RETURN_NIL:
            frame.pc = -1
            return interp.w_nil
        elif opcode == op.DUP:
            top = sp - 1
            assert top >= 0
            frame.stack[sp] = frame.stack[top]
            sp += 1
        elif opcode == op.SPECIAL_SEND:
            nargs = word >> 40
            w_result = interp.send_special(frame, code, pc, next_pc, sp, a, nargs, depth)
            if jit.we_are_jitted():
                interp.clear_args(frame, sp, nargs)
            sp -= nargs
            result_at = sp - 1
            assert result_at >= 0
            frame.stack[result_at] = w_result
        elif opcode == op.IDENTICAL or opcode == op.NOT_IDENTICAL:
            left = sp - 2
            right = sp - 1
            assert left >= 0
            assert right >= 0
            flag = interp.identical(frame.stack[left], frame.stack[right])
            if opcode == op.NOT_IDENTICAL:
                flag = not flag
            frame.stack[left] = interp.w_true if flag else interp.w_false
            if jit.we_are_jitted():
                frame.stack[right] = None
            sp = right
        elif opcode == op.CLASS:
            top = sp - 1
            assert top >= 0
            view = interp.view_of(frame.stack[top])
            if jit.we_are_jitted():
                view = jit.promote(view)
            frame.stack[top] = view.w_self
        elif opcode == op.PUSH_REMOTE:
            vector = word >> 40
            assert vector >= 0
            w_vector = frame.stack[vector]
            w_value = None
            if isinstance(w_vector, W_Array) and w_vector.strategy is GENERIC:
                items = unerase_generic(w_vector.storage)
                if a < len(items):
                    w_value = items[a]
            if w_value is None:
                w_value = interp.fetch_field(frame, w_vector, a)
            frame.stack[sp] = w_value
            sp += 1
        elif opcode == op.STORE_REMOTE or opcode == op.POP_REMOTE:
            vector = word >> 40
            assert vector >= 0
            top = sp - 1
            assert top >= 0
            w_vector = frame.stack[vector]
            w_value = frame.stack[top]
            done = False
            if isinstance(w_vector, W_Array) and w_vector.strategy is GENERIC:
                items = unerase_generic(w_vector.storage)
                if a < len(items):
                    items[a] = w_value
                    done = True
            if not done:
                frame.pc = pc
                frame.sp = sp
                interp.store_field(frame, w_vector, a, w_value)
            if opcode == op.POP_REMOTE:
                sp = top
                if jit.we_are_jitted():
                    frame.stack[top] = None
        elif opcode == op.PUSH_NEW_ARRAY:
            frame.stack[sp] = interp.new_vector(a)
            sp += 1
        elif opcode == op.POP_NEW_ARRAY:
            sp = interp.pop_into_array(frame, sp, a)
        elif opcode == op.PUSH_CLOSURE:
            operand = word >> 40
            sp = interp.push_closure(frame, sp, next_pc, operand & 255, operand >> 8)
            next_pc = a
        elif opcode == op.PUSH_FULL_CLOSURE:
            sp = interp.push_full_closure(frame, sp, code.literals[a], word >> 40)
        elif opcode == op.SEND_SUPER:
            nargs = word >> 40
            w_result = interp.send_super(frame, code, pc, next_pc, sp, code.literals[a], nargs, depth)
            if jit.we_are_jitted():
                interp.clear_args(frame, sp, nargs)
            sp -= nargs
            result_at = sp - 1
            assert result_at >= 0
            frame.stack[result_at] = w_result
        elif opcode == op.SEND_DIRECTED_SUPER:
            nargs = word >> 40
            sp -= 1
            assert sp >= 0
            w_class = frame.stack[sp]
            w_result = interp.send_directed_super(frame, code, pc, next_pc, sp, w_class, code.literals[a], nargs, depth)
            sp -= nargs
            result_at = sp - 1
            assert result_at >= 0
            frame.stack[result_at] = w_result
        elif opcode == op.POP_LITVAR or opcode == op.STORE_LITVAR:
            top = sp - 1
            assert top >= 0
            frame.pc = pc
            frame.sp = sp
            interp.store_field(frame, code.literals[a], 1, frame.stack[top])
            if opcode == op.POP_LITVAR:
                sp = top
        elif opcode == op.PUSH_CONTEXT:
            frame.pc = next_pc
            frame.sp = sp
            frame.stack[sp] = frame
            sp += 1
        elif opcode == op.PUSH_CHAR:
            frame.stack[sp] = interp.memory.character_object(a)
            sp += 1
        elif opcode == op.PUSH_HOME_TEMP:
            block = frame.block
            if block is None:
                frame.stack[sp] = frame.stack[a]
            else:
                frame.stack[sp] = interp.home_temp(block.home, a)
            sp += 1
        elif opcode == op.POP_HOME_TEMP or opcode == op.STORE_HOME_TEMP:
            top = sp - 1
            assert top >= 0
            block = frame.block
            if block is None:
                frame.stack[a] = frame.stack[top]
            else:
                interp.set_home_temp(block.home, a, frame.stack[top])
            if opcode == op.POP_HOME_TEMP:
                sp = top
                if jit.we_are_jitted():
                    frame.stack[top] = None
        elif opcode == op.NOP:
            pass
        else:
            raise FatalError('illegal bytecode at byte %d of %s' % (pc, interp.method_name(frame)))
        pc = next_pc
