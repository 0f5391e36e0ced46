"""Timers that have come due."""

from __future__ import annotations

from zeebe_grpc.engine.answers import RejectionType
from zeebe_grpc.engine.handlers.messages import event_of
from zeebe_grpc.engine.handlers.start_events import StartEvents
from zeebe_grpc.engine.model.elements import Event, TimerDefinition
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.timers import Timer


class TimerHandler:
    """Fires timers."""

    def __init__(self, services: Services, starts: StartEvents) -> None:
        self._services = services
        self._log = services.log
        self._state = services.state
        self._timers = services.timers
        self._starts = starts

    def fire(self, timer: Timer) -> None:
        """A timer is due: its event happens, and a repeating one starts again."""
        if self._state.timers.get(timer.key) is not timer:
            self._log.reject("TIMER", "TRIGGER", timer.key, timer.value(), RejectionType.NOT_FOUND)
            return
        if timer.instance is None:
            self._start(timer)
        elif not self._services.triggers.can_trigger(timer.instance, timer.element_id):
            self._log.reject("TIMER", "TRIGGER", timer.key, timer.value(), RejectionType.INVALID_STATE)
            self._state.timers.remove(timer)
            return
        else:
            self._state.timers.remove(timer)
            self._log.event("TIMER", "TRIGGERED", timer.key, timer.value())
            self._services.triggers.publish(event_of(timer.instance, timer.element_id), timer.instance, {})
        event = timer.definition.process.elements[timer.element_id]
        if isinstance(event, Event) and isinstance(event.definition, TimerDefinition):
            self._timers.repeat(timer, event.definition)

    def _start(self, timer: Timer) -> None:
        self._state.timers.remove(timer)
        key = self._log.next_key()
        self._log.event("TIMER", "TRIGGERED", timer.key, timer.value(key))
        self._starts.start(timer.definition, timer.element_id, {}, key)
