"""What can go wrong in FEEL: text that does not parse, an evaluation that fails, and the warnings of one that does not.

Every error this package raises for bad input derives from `FeelError`; nothing else escapes from its public functions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FeelWarning:
    """Something an evaluation met and answered with null instead of failing.

    Attributes:
        type: Zeebe's name of it: ``INVALID_TYPE``, ``NOT_COMPARABLE``, ``NO_VARIABLE_FOUND``,
            ``NO_CONTEXT_ENTRY_FOUND``, ``NO_PROPERTY_FOUND``, ``NO_FUNCTION_FOUND``, ``FUNCTION_INVOCATION_FAILURE``
            or ``ASSERT_FAILURE``.
        message: What was met, in words of our own.
    """

    type: str
    message: str


class FeelError(ValueError):
    """Base of every error that FEEL text or its evaluation can cause."""

    message: str


class FeelSyntaxError(FeelError):
    """The text is no FEEL expression (or no unary tests).

    Attributes:
        message: The whole complaint, position included.
        line: Line of the place, from 1.
        column: Column of the place in that line, from 1, counted in characters.
        expected: What could have stood there, in the order of the grammar; may be empty.
        offset: The same place as an offset into the text, from 0.
    """

    def __init__(self, problem: str, *, text: str, offset: int, expected: tuple[str, ...] = ()) -> None:
        before = text[:offset]
        self.line = before.count("\n") + 1
        self.column = offset - (before.rfind("\n") + 1) + 1
        self.offset = offset
        self.expected = expected
        self.message = f"{problem} at line {self.line}, column {self.column}"
        if expected:
            self.message += f": expected {_any_of(expected)}"
        super().__init__(self.message)


class FeelEvaluationError(FeelError):
    """The evaluation failed: not a null with a warning, but no result at all (in the engine: an incident).

    Attributes:
        message: Why.
        warnings: What had been noted until then, in order.
    """

    def __init__(self, message: str, warnings: tuple[FeelWarning, ...] = ()) -> None:
        self.message = message
        self.warnings = warnings
        super().__init__(message)


class FeelLimitError(FeelEvaluationError):
    """The evaluation was stopped because it would have taken too long, nested too deeply or grown too large."""


def _any_of(choices: tuple[str, ...]) -> str:
    if len(choices) == 1:
        return choices[0]
    return f"{', '.join(choices[:-1])} or {choices[-1]}"
