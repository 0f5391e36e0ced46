"""Timers that wait for their time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zeebe_grpc.engine.state.definitions import ProcessDefinition
from zeebe_grpc.engine.state.due import DueQueue
from zeebe_grpc.engine.state.elements import ElementInstance


@dataclass(frozen=True, eq=False)
class Timer:
    """A timer of an element instance, or of a start event (then without one). `due` is in epoch milliseconds."""

    key: int
    element_id: str
    definition: ProcessDefinition
    due: int
    repetitions: int
    instance: ElementInstance | None = None

    def value(self, process_instance_key: int = -1) -> dict[str, Any]:
        """The record of the timer."""
        instance = self.instance
        return {
            "elementInstanceKey": instance.key if instance else -1,
            "processInstanceKey": instance.process_instance_key if instance else process_instance_key,
            "dueDate": self.due,
            "targetElementId": self.element_id,
            "repetitions": self.repetitions,
            "processDefinitionKey": self.definition.key,
            "tenantId": self.definition.tenant_id,
        }


class Timers:
    """Timers by key and by due date."""

    def __init__(self) -> None:
        self._timers: dict[int, Timer] = {}
        self._by_element: dict[int, dict[int, Timer]] = {}
        self._due = DueQueue()

    def add(self, timer: Timer) -> None:
        """Enter a timer."""
        self._timers[timer.key] = timer
        if timer.instance is not None:
            self._by_element.setdefault(timer.instance.key, {})[timer.key] = timer
        self._due.put(timer.key, timer.due)

    def remove(self, timer: Timer) -> None:
        """Take a timer out."""
        self._timers.pop(timer.key, None)
        self._due.discard(timer.key)
        if timer.instance is not None:
            found = self._by_element.get(timer.instance.key, {})
            found.pop(timer.key, None)
            if not found:
                self._by_element.pop(timer.instance.key, None)

    def get(self, key: int) -> Timer | None:
        """The timer with this key."""
        return self._timers.get(key)

    def of_element(self, element_instance_key: int) -> list[Timer]:
        """The timers of an element instance in key order."""
        found = self._by_element.get(element_instance_key, {})
        return [found[key] for key in sorted(found)]

    def of_start_events(self, process_id: str, tenant_id: str) -> list[Timer]:
        """The timers of the start events of a process in key order."""
        fitting = (timer for timer in self._timers.values() if timer.instance is None)
        mine = [
            timer for timer in fitting if timer.definition.id == process_id and timer.definition.tenant_id == tenant_id
        ]
        return sorted(mine, key=lambda timer: timer.key)

    def due(self, now: int) -> list[Timer]:
        """The timers that are due, earliest first."""
        return [self._timers[key] for key in self._due.due(now)]

    def next_due(self) -> int | None:
        """When the next timer is due."""
        return self._due.next_due()
