"""What the engine tells itself: the commands that wait in its queue while a step runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from zeebe_grpc.engine.state.elements import ElementInstance


class ElementIntent(Enum):
    """What an element instance is told."""

    ACTIVATE = "ACTIVATE_ELEMENT"
    COMPLETE = "COMPLETE_ELEMENT"
    TERMINATE = "TERMINATE_ELEMENT"
    COMPLETE_LISTENER = "COMPLETE_EXECUTION_LISTENER"


@dataclass(frozen=True)
class ElementCommand:
    """Move an element instance on."""

    intent: ElementIntent
    instance: ElementInstance


@dataclass(frozen=True)
class TerminateChildren:
    """Terminate the children of a scope, one after another, from a key on."""

    scope: ElementInstance
    first: int = -1


@dataclass(frozen=True)
class ActivateChildren:
    """Activate the instances inside a multi-instance body."""

    body: ElementInstance
    amount: int


FollowUp = ElementCommand | TerminateChildren | ActivateChildren
