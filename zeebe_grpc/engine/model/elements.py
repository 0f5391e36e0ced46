"""The elements of an executable process and the definitions of events, as plain linked objects.

Here live data and the few questions that can be answered from the model alone. Behaviour lives in ``engine.elements``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from zeebe_grpc.engine.model.expression import Expression


class ElementType(Enum):
    """Zeebe's names of the element types."""

    PROCESS = "PROCESS"
    SUB_PROCESS = "SUB_PROCESS"
    EVENT_SUB_PROCESS = "EVENT_SUB_PROCESS"
    AD_HOC_SUB_PROCESS = "AD_HOC_SUB_PROCESS"
    AD_HOC_SUB_PROCESS_INNER_INSTANCE = "AD_HOC_SUB_PROCESS_INNER_INSTANCE"
    MULTI_INSTANCE_BODY = "MULTI_INSTANCE_BODY"
    START_EVENT = "START_EVENT"
    INTERMEDIATE_CATCH_EVENT = "INTERMEDIATE_CATCH_EVENT"
    INTERMEDIATE_THROW_EVENT = "INTERMEDIATE_THROW_EVENT"
    BOUNDARY_EVENT = "BOUNDARY_EVENT"
    END_EVENT = "END_EVENT"
    TASK = "TASK"
    MANUAL_TASK = "MANUAL_TASK"
    SERVICE_TASK = "SERVICE_TASK"
    SEND_TASK = "SEND_TASK"
    SCRIPT_TASK = "SCRIPT_TASK"
    BUSINESS_RULE_TASK = "BUSINESS_RULE_TASK"
    USER_TASK = "USER_TASK"
    RECEIVE_TASK = "RECEIVE_TASK"
    CALL_ACTIVITY = "CALL_ACTIVITY"
    EXCLUSIVE_GATEWAY = "EXCLUSIVE_GATEWAY"
    PARALLEL_GATEWAY = "PARALLEL_GATEWAY"
    INCLUSIVE_GATEWAY = "INCLUSIVE_GATEWAY"
    EVENT_BASED_GATEWAY = "EVENT_BASED_GATEWAY"
    SEQUENCE_FLOW = "SEQUENCE_FLOW"


class EventType(Enum):
    """Zeebe's names of the event types."""

    UNSPECIFIED = "UNSPECIFIED"
    NONE = "NONE"
    MESSAGE = "MESSAGE"
    TIMER = "TIMER"
    SIGNAL = "SIGNAL"
    ERROR = "ERROR"
    ESCALATION = "ESCALATION"
    LINK = "LINK"
    COMPENSATION = "COMPENSATION"
    TERMINATE = "TERMINATE"
    CONDITIONAL = "CONDITIONAL"


# What an event waits for or throws


@dataclass(frozen=True)
class MessageDefinition:
    """A message; the correlation key is None where none is needed (start events)."""

    name: Expression
    correlation_key: Expression | None = None


class TimerKind(Enum):
    """The three ways to write a timer."""

    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


@dataclass(frozen=True)
class TimerDefinition:
    """When a timer fires."""

    kind: TimerKind
    expression: Expression


@dataclass(frozen=True)
class SignalDefinition:
    """A signal by name."""

    name: Expression


@dataclass(frozen=True)
class ErrorDefinition:
    """An error code; an empty or missing one catches every error."""

    code: Expression | None


@dataclass(frozen=True)
class EscalationDefinition:
    """An escalation code; an empty or missing one catches every escalation."""

    code: Expression | None


@dataclass(frozen=True)
class ConditionalDefinition:
    """What has to become true."""

    condition: Expression


@dataclass(frozen=True)
class LinkDefinition:
    """A link by name."""

    name: str


@dataclass(frozen=True)
class CompensationDefinition:
    """Compensation, of one activity or of all that completed."""

    activity_id: str | None = None


@dataclass(frozen=True)
class TerminateDefinition:
    """Ends its scope."""


EventDefinition = (
    MessageDefinition
    | TimerDefinition
    | SignalDefinition
    | ErrorDefinition
    | EscalationDefinition
    | ConditionalDefinition
    | LinkDefinition
    | CompensationDefinition
    | TerminateDefinition
)


# What an element carries


@dataclass(frozen=True)
class LinkedResource:
    """A deployed resource that a job is handed the key of."""

    resource_id: str
    resource_type: str
    link_name: str | None = None
    binding: str = "latest"
    version_tag: str = ""


@dataclass(frozen=True)
class JobDefinition:
    """How the job of an element is made.

    The expressions of `properties` become headers, by the name that they have there. Without `priority` it is 0.
    """

    type: Expression
    retries: Expression
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    properties: Mapping[str, Expression] = field(default_factory=dict[str, Expression])
    priority: Expression | None = None
    linked_resources: tuple[LinkedResource, ...] = ()


@dataclass(frozen=True)
class Listener:
    """An execution or task listener: a job at a moment of the element's life."""

    event: str
    job: JobDefinition


@dataclass(eq=False)
class SequenceFlow:
    """A sequence flow with its condition, if it has one."""

    id: str
    source: FlowNode
    target: FlowNode
    condition: Expression | None = None
    name: str = ""


@dataclass(eq=False)
class FlowNode:
    """An element that tokens reach.

    `incoming` and `outgoing` are in the order in which the engine takes them, the reverse of the document's.
    """

    id: str
    type: ElementType
    name: str = ""
    scope: Container | MultiInstanceBody | None = None
    event_type: EventType = EventType.UNSPECIFIED
    incoming: list[SequenceFlow] = field(default_factory=list[SequenceFlow])
    outgoing: list[SequenceFlow] = field(default_factory=list[SequenceFlow])
    inputs: Expression | None = None
    outputs: Expression | None = None
    job: JobDefinition | None = None
    start_listeners: Sequence[Listener] = ()
    end_listeners: Sequence[Listener] = ()

    @property
    def has_listeners(self) -> bool:
        """Whether an execution listener may have a job of its own on this element."""
        return bool(self.start_listeners or self.end_listeners)

    @property
    def subscriptions(self) -> Sequence[Event]:
        """The events that an instance of this element waits for, in the order of subscribing."""
        return ()


@dataclass(eq=False)
class Gateway(FlowNode):
    """Any gateway; `default` is taken when no condition holds."""

    default: SequenceFlow | None = None

    @property
    def subscriptions(self) -> Sequence[Event]:
        """The events behind an event-based gateway."""
        if self.type is not ElementType.EVENT_BASED_GATEWAY:
            return ()
        return [flow.target for flow in self.outgoing if isinstance(flow.target, Event)]


@dataclass(eq=False)
class Event(FlowNode):
    """Any event. `attached_to` is set for a boundary event, `compensation_handler` for a compensating one."""

    definition: EventDefinition | None = None
    interrupting: bool = True
    attached_to: FlowNode | None = None
    behind_event_gateway: bool = False
    compensation_handler: FlowNode | None = None
    link_target: FlowNode | None = None

    @property
    def subscriptions(self) -> Sequence[Event]:
        """A catching event waits for itself."""
        return (self,) if self.type is ElementType.INTERMEDIATE_CATCH_EVENT else ()


@dataclass(eq=False)
class Activity(FlowNode):
    """A task, sub-process or call activity, with the boundary events attached to it."""

    boundary_events: list[Event] = field(default_factory=list["Event"])

    @property
    def subscriptions(self) -> Sequence[Event]:
        """The boundary events."""
        return self.boundary_events

    @property
    def compensation_boundary(self) -> Event | None:
        """The compensation boundary event, if there is one."""
        return next((event for event in self.boundary_events if event.event_type is EventType.COMPENSATION), None)


@dataclass(eq=False)
class ReceiveTask(Activity):
    """A task that waits for a message."""

    waiting: Event | None = None

    @property
    def subscriptions(self) -> Sequence[Event]:
        """Its own message, then its boundary events."""
        return [*([self.waiting] if self.waiting else ()), *self.boundary_events]


@dataclass(eq=False)
class ScriptTask(Activity):
    """A script task; with an expression it runs in the engine, with a job definition in a worker."""

    script: Expression | None = None
    result_variable: str = ""


@dataclass(eq=False)
class BusinessRuleTask(Activity):
    """A business rule task; with a decision it runs in the engine, with a job definition in a worker."""

    decision_id: Expression | None = None
    result_variable: str = ""
    binding: str = "latest"
    version_tag: str = ""


@dataclass(eq=False)
class CallActivity(Activity):
    """Starts an instance of another process and waits for it."""

    process_id: Expression | None = None
    propagate_parent: bool = True
    propagate_child: bool = True
    binding: str = "latest"
    version_tag: str = ""


@dataclass(eq=False)
class UserTask(Activity):
    """A native user task (one without a job)."""

    native: bool = False
    assignment: Mapping[str, Expression] = field(default_factory=dict[str, Expression])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    external_form: Expression | None = None
    form_id: Expression | None = None
    form_binding: str = "latest"
    form_version_tag: str = ""
    task_listeners: Sequence[Listener] = ()


@dataclass(eq=False)
class MultiInstanceBody(Activity):
    """The body around a multi-instance activity; it has the id, the flows and the boundary events of the activity."""

    inner: Activity = field(default_factory=lambda: Activity("", ElementType.TASK))
    sequential: bool = False
    input_collection: Expression | None = None
    input_element: str = ""
    output_collection: str = ""
    output_element: Expression | None = None
    completion_condition: Expression | None = None


@dataclass(eq=False)
class Container(Activity):
    """A process or sub-process: a scope of flow nodes.

    `nodes` holds what stands directly in it (multi-instance activities as their bodies), in document order.
    """

    nodes: dict[str, FlowNode] = field(default_factory=dict[str, FlowNode])
    flows: dict[str, SequenceFlow] = field(default_factory=dict[str, SequenceFlow])
    event_sub_processes: list[Container] = field(default_factory=list["Container"])

    @property
    def start_events(self) -> Sequence[Event]:
        """All start events, in document order."""
        return [
            node for node in self.nodes.values() if isinstance(node, Event) and node.type is ElementType.START_EVENT
        ]

    @property
    def none_start_event(self) -> Event | None:
        """The start event without a trigger; of several, some with definitions that do not count, the last."""
        return next((event for event in reversed(self.start_events) if event.definition is None), None)

    @property
    def subscriptions(self) -> Sequence[Event]:
        """The start events of the event sub-processes, then the boundary events."""
        return [*(start for sub in self.event_sub_processes for start in sub.start_events), *self.boundary_events]

    def walk(self) -> Iterator[FlowNode]:
        """All nodes at any depth, activities inside their multi-instance bodies too."""
        for node in self.nodes.values():
            yield node
            inner = node.inner if isinstance(node, MultiInstanceBody) else node
            if inner is not node:
                yield inner
            if isinstance(inner, Container):
                yield from inner.walk()


@dataclass(eq=False)
class AdHocSubProcess(Container):
    """A sub-process whose elements are activated on demand.

    All of them but event sub-processes stand in `inner`; `activities` are those that can be chosen, and `descriptions`
    tell of them.
    """

    inner: Container = field(default_factory=lambda: Container("", ElementType.AD_HOC_SUB_PROCESS_INNER_INSTANCE))
    activities: dict[str, FlowNode] = field(default_factory=dict[str, FlowNode])
    descriptions: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    active_elements: Expression | None = None
    completion_condition: Expression | None = None
    cancel_remaining: bool = True
    output_collection: str = ""
    output_element: Expression | None = None


@dataclass(eq=False)
class Process(Container):
    """An executable process of a file."""

    version_tag: str = ""
    elements: dict[str, FlowNode] = field(default_factory=dict[str, FlowNode])

    def index(self) -> None:
        """Fill `elements`: every node by id, the body of a multi-instance activity winning over the activity."""
        self.elements = {self.id: self}
        for node in self.walk():
            self.elements.setdefault(node.id, node)
