"""References that lead nowhere, or to an element of the wrong kind: Zeebe reads no such file and names no element.

Only what Zeebe follows while it reads is looked at; a reference that it never follows may be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from zeebe_grpc.engine.model.document import Problem, child, children, descendants, identity, kind
from zeebe_grpc.engine.model.rules.index import ACTIVITIES
from zeebe_grpc.engine.xml import Element, local_name

_REFERENCES = {
    "messageRef": ("messageEventDefinition", "receiveTask", "sendTask"),
    "signalRef": ("signalEventDefinition",),
    "errorRef": ("errorEventDefinition",),
    "escalationRef": ("escalationEventDefinition",),
    "activityRef": ("compensateEventDefinition",),
    "default": ("exclusiveGateway", "inclusiveGateway"),
    "attachedToRef": ("boundaryEvent",),
}
_WANTED = {
    "messageRef": frozenset({"message"}),
    "signalRef": frozenset({"signal"}),
    "errorRef": frozenset({"error"}),
    "escalationRef": frozenset({"escalation"}),
    "activityRef": ACTIVITIES,
    "default": frozenset({"sequenceFlow"}),
    "attachedToRef": ACTIVITIES,
}
_FLOWS = frozenset({"sequenceFlow"})


def broken_links(root: Element, processes: list[Element]) -> list[Problem]:
    """The first reference in these processes that Zeebe cannot follow, as a list of at most one."""
    targets = _by_id(root)
    return _first(complaint for process in processes for complaint in _complaints(process, targets))


def broken_handlers(root: Element, processes: list[Element]) -> list[Problem]:
    """The first association of compensation that leads nowhere; Zeebe meets it only where nothing else is wrong."""
    targets = _by_id(root)
    events = (event for process in processes for event in descendants(process, "boundaryEvent"))
    compensating = (event for event in events if child(event, "compensateEventDefinition") is not None)
    return _first(complaint for event in compensating for complaint in _handler(event, targets))


def _by_id(root: Element) -> dict[str, Element]:
    return {str(found.get("id")): found for found in root.iter() if found.get("id")}


def _first(complaints: Iterator[tuple[Element, str]]) -> list[Problem]:
    for element, reason in complaints:
        line = f" (line {element.sourceline})" if element.sourceline else ""
        return [Problem("", local_name(element), f"{local_name(element)}: {reason}{line}")]
    return []


def _complaints(process: Element, targets: dict[str, Element]) -> Iterator[tuple[Element, str]]:
    for found in descendants(process, "outgoing"):
        holder = found.getparent()
        if holder is not None and kind(holder):
            yield from _named(found, targets)
    for event in descendants(process, "boundaryEvent"):
        for found in children(event, "incoming"):
            yield from _named(found, targets)
        if event.get("attachedToRef", "") not in targets:
            yield event, f"there is no element '{event.get('attachedToRef')}' to be attached to"
    for attribute, names in _REFERENCES.items():
        for found in descendants(process, *names):
            yield from _of_kind(found, attribute, targets.get(found.get(attribute, "")))


def _named(element: Element, targets: dict[str, Element]) -> Iterator[tuple[Element, str]]:
    """A flow named by the text of an element: it has to be there."""
    name = (element.text or "").strip().rpartition(":")[2]
    target = targets.get(name)
    if target is None:
        yield element, f"there is no sequence flow '{name}'"
    elif kind(target) not in _FLOWS:
        yield element, f"'{identity(target)}' is no sequence flow, but a {local_name(target)}"


def _of_kind(element: Element, attribute: str, target: Element | None) -> Iterator[tuple[Element, str]]:
    if target is not None and kind(target) not in _WANTED[attribute]:
        yield element, f"'{attribute}' leads to the {local_name(target)} '{identity(target)}', which cannot stand there"


def _handler(event: Element, targets: dict[str, Element]) -> Iterator[tuple[Element, str]]:
    """Associations are followed one by one until the one that leads from the event."""
    scope = event.getparent()
    for association in () if scope is None else children(scope, "association"):
        if association.get("sourceRef", "") not in targets:
            yield association, f"there is no element '{association.get('sourceRef')}'"
        if association.get("sourceRef", "") != identity(event):
            continue
        if association.get("targetRef", "") not in targets:
            yield association, f"there is no element '{association.get('targetRef')}'"
        return
