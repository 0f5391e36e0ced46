"""When a timer is due: evaluation of its definition, and the next time of one that repeats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import TimerDefinition, TimerKind
from zeebe_grpc.engine.processing.expressions import Expressions
from zeebe_grpc.engine.processing.failure import EXTRACT_VALUE_ERROR, Failure
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.definitions import ProcessDefinition
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.timers import Timer
from zeebe_grpc.engine.timing.cron import Cron, CronError, parse_cron
from zeebe_grpc.engine.timing.spans import (
    INFINITE,
    Repeating,
    SpanError,
    parse_date,
    parse_repeating,
    parse_span,
)


@dataclass(frozen=True)
class DueDate:
    """When a timer fires, and how often: 1 for once, -1 for ever."""

    due: int
    repetitions: int


class TimerClock:
    """Reads timer definitions and writes TIMER records."""

    def __init__(self, log: Log, state: State, expressions: Expressions) -> None:
        self._log = log
        self._state = state
        self._expressions = expressions

    def evaluate(self, definition: TimerDefinition, scope: int) -> DueDate:
        """When the timer fires, reckoned from now."""
        return self._guarded(definition, scope, self._first)

    def create(
        self, due: DueDate, element_id: str, definition: ProcessDefinition, instance: ElementInstance | None = None
    ) -> None:
        """Start a timer."""
        timer = Timer(self._log.next_key(), element_id, definition, due.due, due.repetitions, instance)
        self._state.timers.add(timer)
        self._log.event("TIMER", "CREATED", timer.key, timer.value())

    def cancel(self, timer: Timer) -> None:
        """Stop a timer."""
        self._state.timers.remove(timer)
        self._log.event("TIMER", "CANCELED", timer.key, timer.value())

    def repeat(self, timer: Timer, definition: TimerDefinition) -> None:
        """Start a timer again that has just fired, if it repeats."""
        if timer.repetitions != INFINITE and timer.repetitions <= 1:
            return
        scope = timer.instance.key if timer.instance else -1
        kept = timer.repetitions if timer.repetitions == INFINITE else timer.repetitions - 1

        def following(repeating: Repeating | Cron | int) -> DueDate:
            if isinstance(repeating, Repeating):
                span = repeating.span.repeated_after(timer.due, self._expressions.zone)
                # a span of no length must not fire for ever within one moment
                return DueDate(max(span.after(self._log.now, self._expressions.zone), timer.due + 1), kept)
            return self._first(repeating)

        self.create(self._guarded(definition, scope, following), timer.element_id, timer.definition, timer.instance)

    def _guarded(
        self, definition: TimerDefinition, scope: int, reckon: Callable[[Repeating | Cron | int], DueDate]
    ) -> DueDate:
        try:
            return reckon(self._read(definition, scope))
        except (SpanError, CronError) as error:
            raise Failure(str(error), EXTRACT_VALUE_ERROR, scope) from None

    def _read(self, definition: TimerDefinition, scope: int) -> Repeating | Cron | int:
        expression = definition.expression
        if definition.kind is TimerKind.DURATION:
            result = self._expressions.typed(expression, scope, "DURATION", "PERIOD", "STRING")
            return Repeating(1, parse_span(str(result.value)))
        if definition.kind is TimerKind.DATE:
            result = self._expressions.typed(expression, scope, "DATE_TIME", "STRING")
            return parse_date(str(result.value), self._expressions.zone if result.type == "DATE_TIME" else None)
        text = self._expressions.text(expression, scope)
        return parse_repeating(text) if text.startswith("R") else parse_cron(text)

    def _first(self, read: Repeating | Cron | int) -> DueDate:
        now, zone = self._log.now, self._expressions.zone
        if isinstance(read, int):
            return DueDate(read, 1)
        if isinstance(read, Repeating):
            return DueDate(read.span.after(now, zone), read.repetitions)
        following = read.after(now, zone)
        return DueDate(now, 0) if following is None else DueDate(following, INFINITE)
