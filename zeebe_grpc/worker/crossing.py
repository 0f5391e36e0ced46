"""What crosses the border from a child process: in a form that can be read, or with a word in place of what can not.

Exceptions, outcomes and log records hold whatever people put in. Some of that can not be pickled, and some of it can be
pickled and not be read. So each is pickled by itself, and the message around it is plain: it can always be read.
"""

from __future__ import annotations

import logging
import pickle
import traceback
from dataclasses import replace
from typing import Any, Final, cast

from zeebe_grpc.variables import encode
from zeebe_grpc.worker import guard
from zeebe_grpc.worker.outcomes import Completed, ErrorThrown, Failed, Outcome

_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


def packed_outcome(outcome: Outcome) -> bytes:
    """The outcome, with its variables as JSON text.

    Raises:
        UnfitAnswerError: It has no such form.
    """
    portable = _portable(outcome)
    try:
        return pickle.dumps(portable)
    except Exception as error:
        raise guard.unfit_answer(error) from error


def unpacked_outcome(pickled: bytes) -> Outcome:
    """What `packed_outcome` has packed.

    Raises:
        UnfitAnswerError: It can not be read here.
    """
    try:
        return cast("Outcome", pickle.loads(pickled))  # noqa: S301 - comes from our own child
    except Exception as error:
        text = f"the handler's answer can not be read outside of its child process: {guard.describe(error)}"
        raise guard.UnfitAnswerError(text[: guard.LONGEST_TEXT]) from error


def packed_error(error: BaseException) -> tuple[bytes | None, str, str]:
    """The exception, what the engine is told of it, and its trace."""
    return _pickled(error), guard.describe(error), "".join(traceback.format_exception(error))


def unpacked_error(pickled: bytes | None, text: str, trace: str) -> BaseException:
    """What `packed_error` has packed; a `HandlerError` with the text where it can not be read."""
    error: Any = None
    if pickled is not None:
        try:
            error = pickle.loads(pickled)  # noqa: S301 - comes from our own child
        except Exception:
            error = None
    raised = error if isinstance(error, BaseException) else guard.HandlerError(text)
    raised.__cause__ = guard.HandlerError(f"in the child process:\n{trace}")
    return raised


def packed_record(record: logging.LogRecord) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A log record's values: the plain ones, and the others pickled; text instead of what can not be."""
    plain: dict[str, Any] = {}
    pickled: dict[str, bytes] = {}
    for name, value in record.__dict__.items():
        if type(value) in _PLAIN:
            plain[name] = value
            continue
        try:
            pickled[name] = pickle.dumps(value)
        except Exception as error:
            plain[name] = f"<{type(value).__name__}: can not leave the child process: {guard.describe(error)}>"
    return plain, pickled


def unpacked_record(plain: dict[str, Any], pickled: dict[str, bytes]) -> logging.LogRecord:
    """What `packed_record` has packed; text instead of the values that can not be read here."""
    values = dict(plain)
    for name, value in pickled.items():
        try:
            values[name] = pickle.loads(value)  # noqa: S301 - comes from our own child
        except Exception as error:
            values[name] = f"<can not be read outside of the child process: {guard.describe(error)}>"
    return logging.makeLogRecord(values)


def _portable(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Failed) and outcome.error is not None and _pickled(outcome.error) is None:
        outcome = replace(outcome, error=guard.HandlerError(guard.describe(outcome.error)))
    if not isinstance(outcome, (Completed, Failed, ErrorThrown)) or outcome.variables is None:
        return outcome
    try:
        text: Any = encode(outcome.variables)
    except (TypeError, ValueError) as error:
        raise guard.unfit_answer(error) from error
    return replace(outcome, variables=text)


def _pickled(error: BaseException) -> bytes | None:
    """The exception, if it can be read again."""
    try:
        pickled = pickle.dumps(error)
        pickle.loads(pickled)  # noqa: S301 - made in the line above
    except Exception:
        return None
    return pickled
