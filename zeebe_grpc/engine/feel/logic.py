"""FEEL's logic of true, false and null: and, or, not, and the two ways of asking many.

Operands come as functions, for one that decides ends the asking. Anything that is no boolean counts as null and is
warned about, once where the engine does so. A fatal value goes through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from zeebe_grpc.engine.feel.rendering import brief
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.values import ErrorValue, FatalValue, Value

Operand = Callable[[], Value]


def boolean(run: Run, value: Value) -> bool | None:
    """The value if it is a boolean, else None and a warning."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, ErrorValue):
        run.warn("INVALID_TYPE", f"expected a boolean but found {brief(value)}")
    return None


def negated(run: Run, value: Value) -> Value:
    """The opposite of a boolean, null of anything else."""
    if isinstance(value, FatalValue):
        return value
    answer = boolean(run, value)
    return None if answer is None else not answer


def chain(run: Run, operands: Iterable[Operand], *, decisive: bool) -> Value:
    """``a or b or c`` (true is decisive) or ``a and b and c`` (false is), from left to right, two at a time."""
    result: Value = None
    for position, operand in enumerate(operands):
        if position == 0:
            result = operand()
        elif result is decisive or isinstance(result, FatalValue):
            break
        else:
            result = _joined(run, result, operand, decisive=decisive)
    return result


def _joined(run: Run, left: Value, operand: Operand, *, decisive: bool) -> Value:
    known = boolean(run, left)
    right = operand()
    if isinstance(right, FatalValue):
        return right
    if known is None:
        return decisive if right is decisive else None
    return boolean(run, right)


def survey(run: Run, operands: Iterable[Operand], *, decisive: bool) -> Value:
    """Ask all until one decides: true for "is there any", false for "are there all".

    Only the first answer that is no boolean is warned about.
    """
    unknown = False
    for operand in operands:
        answer = operand()
        if answer is decisive or isinstance(answer, FatalValue):
            return answer
        if not isinstance(answer, bool) and not unknown:
            boolean(run, answer)
            unknown = True
    return None if unknown else not decisive
