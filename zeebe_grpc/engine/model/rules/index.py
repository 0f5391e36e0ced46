"""Look-ups that the rules share: references between elements, event definitions, boundary events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from zeebe_grpc.engine.model.document import bpmn, children, extensions, identity, kind
from zeebe_grpc.engine.versions import Version
from zeebe_grpc.engine.xml import Element

Rule = Callable[[Element, "Index"], Iterator[str]]
"""Gives the reasons why an element is refused."""

ACTIVITIES = frozenset(
    {
        "task",
        "manualTask",
        "serviceTask",
        "sendTask",
        "scriptTask",
        "businessRuleTask",
        "userTask",
        "receiveTask",
        "callActivity",
        "subProcess",
        "adHocSubProcess",
        "transaction",
    }
)
CATCH_EVENTS = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
THROW_EVENTS = frozenset({"intermediateThrowEvent", "endEvent"})


class Index:
    """A document with its elements by id, and the release of Zeebe by whose rules it is judged."""

    def __init__(self, root: Element, version: Version) -> None:
        self.root = root
        self.version = version
        self._by_id = {identity(element): element for element in root.iter() if identity(element)}
        self._boundary_events: dict[str, list[Element]] = {}
        for event in root.iter(bpmn("boundaryEvent")):
            self._boundary_events.setdefault(_local(event.get("attachedToRef")), []).append(event)
        self.associations = list(root.iter(bpmn("association")))

    def get(self, reference: str | None) -> Element | None:
        """The element that a reference names."""
        return self._by_id.get(_local(reference))

    def flows(self, node: Element, direction: str) -> list[Element]:
        """The flows that the ``incoming`` or ``outgoing`` children of a node name; no others count."""
        named = (self.get((child.text or "").strip()) for child in children(node, direction))
        return [flow for flow in named if flow is not None and kind(flow) == "sequenceFlow"]

    def boundary_events(self, activity: Element) -> list[Element]:
        """The boundary events attached to an activity."""
        return self._boundary_events.get(identity(activity), [])

    def all(self, *kinds: str) -> Iterator[Element]:
        """All BPMN elements of these kinds in the processes."""
        for process in children(self.root, "process"):
            yield from (element for element in process.iter() if kind(element) in kinds)


def since(version: Version, rule: Rule) -> Rule:
    """A rule for what older releases do not know, and so do not look at."""
    return lambda element, index: rule(element, index) if index.version >= version else iter(())


def event_definitions(event: Element) -> list[Element]:
    """The event definitions of an event, of whatever type."""
    return [child for child in event if kind(child).endswith("EventDefinition")]


def parent_kind(element: Element) -> str:
    """The kind of the element around an element."""
    parent = element.getparent()
    return "" if parent is None else kind(parent)


def listeners(element: Element, event: str) -> bool:
    """Whether an element has an execution listener for an event."""
    return any(
        listener.get("eventType") == event
        for container in extensions(element, "executionListeners")
        for listener in container
    )


def duplicates(names: Iterable[str]) -> list[str]:
    """The names that come more than once."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return [name for name, count in seen.items() if count > 1]


def is_true(text: str | None) -> bool:
    """Whether a text is Java's idea of true."""
    return text is not None and text.lower() == "true"


def _local(reference: str | None) -> str:
    return (reference or "").rpartition(":")[2]
