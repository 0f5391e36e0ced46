"""Element instances: who is where in a process instance, and which events reached them.

An `ElementInstance` is made when its activation is asked for and is entered into the table when it begins to activate;
after it has ended it is taken out, and the object still tells where it belonged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from zeebe_grpc.engine.commands import Document
from zeebe_grpc.engine.model.elements import ElementType, FlowNode
from zeebe_grpc.engine.state.definitions import ProcessDefinition


class Phase(Enum):
    """The state of an element instance; the values are the intents that lead into it."""

    NEW = "NEW"
    ACTIVATING = "ELEMENT_ACTIVATING"
    ACTIVATED = "ELEMENT_ACTIVATED"
    COMPLETING = "ELEMENT_COMPLETING"
    COMPLETED = "ELEMENT_COMPLETED"
    TERMINATING = "ELEMENT_TERMINATING"
    TERMINATED = "ELEMENT_TERMINATED"


TERMINABLE = frozenset({Phase.ACTIVATING, Phase.ACTIVATED, Phase.COMPLETING})


@dataclass(frozen=True)
class EventTrigger:
    """An event that reached an element instance and has not been taken up yet."""

    key: int
    element_id: str
    variables: Document
    process_instance_key: int = -1


@dataclass
class EventScope:
    """Which events an element instance still takes.

    After an interrupting event it takes only boundary events, after an interrupting boundary event none.
    """

    interrupting: Collection[str]
    boundary: Collection[str]
    accepting: bool = True
    interrupted: bool = False
    triggers: list[EventTrigger] = field(default_factory=list[EventTrigger])

    def accepts(self, element_id: str) -> bool:
        """Whether an event for this element would be taken."""
        return self.accepting and (not self.interrupted or element_id in self.boundary)

    def trigger(self, trigger: EventTrigger) -> None:
        """Take an event if it is accepted."""
        if not self.accepts(trigger.element_id):
            return
        if trigger.element_id in self.interrupting:
            self.interrupted = True
            if trigger.element_id in self.boundary:
                self.accepting = False
        self.triggers.append(trigger)
        self.triggers.sort(key=lambda pending: pending.key)


@dataclass(eq=False)
class ElementInstance:
    """One instance of an element. The keys of what it does not have are -1."""

    key: int
    definition: ProcessDefinition
    element: FlowNode
    process_instance_key: int
    scope_key: int = -1
    parent_process_instance_key: int = -1
    parent_element_instance_key: int = -1
    root_process_instance_key: int = -1
    phase: Phase = Phase.NEW
    children: dict[int, ElementInstance] = field(default_factory=dict[int, "ElementInstance"])
    active_flows: int = 0
    taken_flows: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    active_flow_ids: list[str] = field(default_factory=list[str])
    job_key: int = -1
    user_task_key: int = -1
    interrupting_element: str | None = None
    loop_counter: int = 0
    completed_children: int = 0
    terminated_children: int = 0
    items: list[Any] | None = None
    condition_fulfilled: bool = False
    called_child_key: int = -1
    listener_index: int = 0
    depth: int = 1
    event_scope: EventScope | None = None

    @property
    def type(self) -> ElementType:
        """The type of the element."""
        return self.element.type

    @property
    def tenant_id(self) -> str:
        """The tenant of the process instance."""
        return self.definition.tenant_id

    @property
    def is_active(self) -> bool:
        """Whether it has activated and neither completes nor terminates."""
        return self.phase is Phase.ACTIVATED

    @property
    def is_terminating(self) -> bool:
        """Whether it is being terminated."""
        return self.phase is Phase.TERMINATING

    @property
    def can_terminate(self) -> bool:
        """Whether it may still be told to terminate."""
        return self.phase in TERMINABLE

    @property
    def is_interrupted(self) -> bool:
        """Whether an interrupting event of its scope has happened."""
        return self.interrupting_element is not None

    @property
    def has_active_paths(self) -> bool:
        """Whether anything is still under way inside."""
        return bool(self.children) or self.active_flows > 0

    def value(self, element: FlowNode | None = None) -> dict[str, Any]:
        """The record of this instance, or of another element at its place."""
        shown = element or self.element
        return {
            "bpmnProcessId": self.definition.id,
            "version": self.definition.version,
            "processDefinitionKey": self.definition.key,
            "processInstanceKey": self.process_instance_key,
            "elementId": shown.id,
            "flowScopeKey": self.scope_key,
            "bpmnElementType": shown.type.value,
            "bpmnEventType": shown.event_type.value,
            "parentProcessInstanceKey": self.parent_process_instance_key,
            "parentElementInstanceKey": self.parent_element_instance_key,
            "rootProcessInstanceKey": self.root_process_instance_key,
            "tenantId": self.tenant_id,
        }

    def at(self, element: FlowNode, key: int = -1, scope_key: int | None = None) -> ElementInstance:
        """A new instance of an element of the same process instance, by default in the same scope."""
        return ElementInstance(
            key=key,
            definition=self.definition,
            element=element,
            process_instance_key=self.process_instance_key,
            scope_key=self.scope_key if scope_key is None else scope_key,
            parent_process_instance_key=self.parent_process_instance_key,
            parent_element_instance_key=self.parent_element_instance_key,
            root_process_instance_key=self.root_process_instance_key,
        )


class ElementInstances:
    """All element instances that have begun and not ended.

    Also the start events that wait for their process instance.
    """

    def __init__(self) -> None:
        self._instances: dict[int, ElementInstance] = {}
        self._running: Counter[int] = Counter()
        self.start_triggers: dict[int, list[EventTrigger]] = {}

    def get(self, key: int) -> ElementInstance | None:
        """The instance with this key."""
        return self._instances.get(key)

    def __getitem__(self, key: int) -> ElementInstance:
        """The instance with this key, which must be there."""
        return self._instances[key]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._instances)

    def add(self, instance: ElementInstance) -> None:
        """Enter an instance, and make it a child of its scope."""
        self._instances[instance.key] = instance
        if instance.type is ElementType.PROCESS:
            self._running[instance.definition.key] += 1
        scope = self._instances.get(instance.scope_key)
        if scope is not None:
            scope.children[instance.key] = instance

    def remove(self, instance: ElementInstance) -> None:
        """Take an instance out."""
        if self._instances.pop(instance.key, None) is not None and instance.type is ElementType.PROCESS:
            self._running[instance.definition.key] -= 1
        scope = self._instances.get(instance.scope_key)
        if scope is not None:
            scope.children.pop(instance.key, None)

    def scope_of(self, instance: ElementInstance) -> ElementInstance | None:
        """The instance of the flow scope."""
        return self._instances.get(instance.scope_key)

    def children(self, key: int, first: int = -1) -> list[ElementInstance]:
        """The children in the order of their keys, from a key on."""
        instance = self._instances.get(key)
        if instance is None:
            return []
        return [instance.children[child] for child in sorted(instance.children) if child >= first]

    def has_instances_of(self, definition_key: int) -> bool:
        """Whether instances of a process definition run."""
        return self._running[definition_key] > 0

    def all(self) -> Iterable[ElementInstance]:
        """Every instance."""
        return self._instances.values()


def event_scope_of(element: FlowNode) -> EventScope | None:
    """The event scope that an instance of an element begins with; None if no event can reach it."""
    if element.type is ElementType.PARALLEL_GATEWAY:
        return None
    # an event that the element itself waits for ends it, which is no interruption
    events = [event for event in element.subscriptions if event.id != element.id]
    interrupting = {event.id for event in events if event.interrupting}
    if element.scope is not None and element.scope.type is ElementType.MULTI_INSTANCE_BODY:
        interrupting.clear()  # Zeebe forgets them when it moves the boundary events to the body
    boundary = {event.id for event in events if event.type is ElementType.BOUNDARY_EVENT}
    return EventScope(interrupting, boundary)
