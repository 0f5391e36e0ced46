"""Runs what follows from a command until nothing is left, and keeps a fault in one process instance from doing harm.

A fault of this program, or a way that never waits, ends in an ERROR record and does no further harm. The process
instance in which it happened is banned: nothing in it is carried out any more except that it terminates. All other
instances go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from zeebe_grpc.engine import followups
from zeebe_grpc.engine.followups import ElementCommand, ElementIntent, FollowUp
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.state.elements import ElementInstance

STEPS_OF_AN_INSTANCE = 50_000
"""How many inner commands of one root process instance, called ones included, may follow from one command."""

STEPS = 150_000
"""How many inner commands may follow from one command."""

_ENDING = (ElementIntent.TERMINATE, ElementIntent.CONTINUE_TERMINATING)


class Runner:
    """Carries out the commands in the queue of the log."""

    def __init__(self, log: Log, handlers: Mapping[type, Callable[[Any], None]]) -> None:
        self._log = log
        self._handlers = handlers
        self._banned: set[int] = set()

    def run(self) -> None:
        """Carry out commands until there are none."""
        steps: Counter[int] = Counter()
        total = 0
        while (command := self._log.next_command()) is not None:
            instance = _instance_of(command)
            root = instance.root_process_instance_key if instance is not None else -1
            if instance is not None and root in self._banned and not _ends(command):
                continue
            steps[root] += 1
            total += 1
            if total > STEPS or (root > 0 and steps[root] > STEPS_OF_AN_INSTANCE):
                self._ban(instance, f"stopped after {max(steps[root], total)} steps without a wait")
                if total > STEPS:
                    self._log.drop_commands()
                continue
            try:
                self._handlers[type(command)](command)
            except Exception as error:  # whatever it is, the other instances must go on
                self._ban(instance, f"{type(error).__name__}: {error}")

    def _ban(self, instance: ElementInstance | None, message: str) -> None:
        if instance is not None:
            self._banned.add(instance.root_process_instance_key)
        key = instance.process_instance_key if instance is not None else -1
        value = {"exceptionMessage": message, "stacktrace": "", "processInstanceKey": key}
        self._log.event("ERROR", "CREATED", self._log.next_key(), value)


def _ends(command: FollowUp) -> bool:
    if isinstance(command, ElementCommand):
        return command.intent in _ENDING
    return isinstance(command, followups.TerminateChildren)


def _instance_of(command: FollowUp) -> ElementInstance | None:
    """The element instance that a command is about."""
    if isinstance(command, followups.TerminateChildren):
        return command.scope
    if isinstance(command, followups.ActivateChildren):
        return command.body
    if isinstance(command, followups.BroadcastInside | followups.CompleteTaskListener | followups.DenyTaskListener):
        return None
    if isinstance(command, ElementCommand | followups.InstructAdHoc):
        return command.instance
    return command.subscription.instance
