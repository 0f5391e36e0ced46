"""What the engine tells itself: the commands that wait in its queue while a step runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from zeebe_grpc.engine.commands import Document, JsonValue
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.messages import MessageSubscription


class ElementIntent(Enum):
    """What an element instance is told."""

    ACTIVATE = "ACTIVATE_ELEMENT"
    COMPLETE = "COMPLETE_ELEMENT"
    TERMINATE = "TERMINATE_ELEMENT"
    CONTINUE_TERMINATING = "CONTINUE_TERMINATING_ELEMENT"
    COMPLETE_LISTENER = "COMPLETE_EXECUTION_LISTENER"


@dataclass(frozen=True)
class ElementCommand:
    """Move an element instance on."""

    intent: ElementIntent
    instance: ElementInstance


@dataclass(frozen=True)
class TerminateChildren:
    """Terminate the children of a scope, one after another; `rest` has the keys of those that are known to be left."""

    scope: ElementInstance
    first: int = -1
    rest: deque[int] = field(default_factory=deque[int])

    def left(self) -> deque[int]:
        """The keys of the children that are there, in order, from the first key on."""
        children, rest = self.scope.children, self.rest
        while rest and rest[0] not in children:
            rest.popleft()
        while len(rest) > 1 and rest[1] not in children:
            del rest[1]
        # when it comes to the last, others may have begun since
        return rest if len(rest) > 1 else deque(sorted(key for key in children if key >= self.first))


@dataclass(frozen=True)
class ActivateChildren:
    """Activate the instances inside a multi-instance body."""

    body: ElementInstance
    amount: int


@dataclass(frozen=True)
class InstructAdHoc:
    """An ad-hoc sub-process is told to activate elements, or that its completion condition is fulfilled."""

    instance: ElementInstance
    elements: Sequence[Mapping[str, Any]] = ()
    completes: bool = False
    cancel_remaining: bool = False


@dataclass(frozen=True)
class CompleteTaskListener:
    """A listener of a user task agrees, and corrects some of its attributes."""

    user_task_key: int
    corrections: Document = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True)
class DenyTaskListener:
    """A listener of a user task disagrees."""

    user_task_key: int
    reason: str = ""


# The conversation between the side of a process instance and the side where messages arrive


@dataclass(frozen=True)
class OpenMessageSubscription:
    """The process instance waits for a message."""

    subscription: MessageSubscription


@dataclass(frozen=True)
class ConfirmMessageSubscription:
    """The subscription is open."""

    subscription: MessageSubscription


@dataclass(frozen=True)
class CorrelateMessage:
    """A message has arrived for the process instance."""

    subscription: MessageSubscription
    message_key: int
    variables: Document = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True)
class AcknowledgeCorrelation:
    """The process instance has taken the message."""

    subscription: MessageSubscription
    message_key: int


@dataclass(frozen=True)
class RejectCorrelation:
    """The process instance cannot take the message."""

    subscription: MessageSubscription
    message_key: int


@dataclass(frozen=True)
class CloseMessageSubscription:
    """The process instance waits no more."""

    subscription: MessageSubscription


@dataclass(frozen=True)
class ConfirmClosedSubscription:
    """The subscription is closed."""

    subscription: MessageSubscription


@dataclass(frozen=True)
class BroadcastInside:
    """A process instance broadcasts a signal."""

    name: str
    variables: Document
    tenant_id: str


FollowUp = (
    ElementCommand
    | TerminateChildren
    | ActivateChildren
    | OpenMessageSubscription
    | ConfirmMessageSubscription
    | CorrelateMessage
    | AcknowledgeCorrelation
    | RejectCorrelation
    | CloseMessageSubscription
    | ConfirmClosedSubscription
    | BroadcastInside
    | InstructAdHoc
    | CompleteTaskListener
    | DenyTaskListener
)
