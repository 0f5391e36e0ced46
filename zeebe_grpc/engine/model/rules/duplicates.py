"""Events of one scope that cannot be told apart: same message, signal, link, error or escalation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zeebe_grpc.engine.model.document import children, kind
from zeebe_grpc.engine.model.rules.index import Index, duplicates, event_definitions
from zeebe_grpc.engine.xml import Element


def same_names(definitions: Sequence[Element], index: Index) -> Iterator[str]:
    """Several messages, signals or links with the same name."""
    for name in duplicates(_names(definitions, "message", index)):
        yield f"Multiple message event definitions with the same name '{name}' are not allowed."
    for name in duplicates(_names(definitions, "signal", index)):
        yield f"Multiple signal event definitions with the same name '{name}' are not allowed."
    links = (found.get("name") for found in definitions if kind(found) == "linkEventDefinition")
    for name in duplicates(name for name in links if name):
        yield f"Multiple intermediate catch link event definitions with the same name '{name}' are not allowed."


def same_codes(definitions: Sequence[Element], index: Index) -> Iterator[str]:
    """Several catch events for the same escalation or error, or for all of them."""
    yield from _codes(definitions, "escalation", index)
    yield from _codes(definitions, "error", index)


def of_event_sub_processes(scope: Element, index: Index) -> Iterator[str]:
    """Event sub-processes of one scope that cannot be told apart."""
    triggered = [sub for sub in children(scope, "subProcess") if sub.get("triggeredByEvent") == "true"]
    definitions = [
        found for sub in triggered for start in children(sub, "startEvent") for found in event_definitions(start)
    ]
    yield from same_names(definitions, index)
    yield from same_codes(definitions, index)


def of_links(scope: Element, index: Index) -> Iterator[str]:
    """Links without a catching side in their scope, or with two."""
    catching = _links(scope, "intermediateCatchEvent")
    for sub in children(scope, "subProcess"):
        catching += _inner_links(sub)
    yield from same_names(catching, index)
    caught = {found.get("name") for found in _links(scope, "intermediateCatchEvent")}
    for name in sorted({found.get("name") or "" for found in _links(scope, "intermediateThrowEvent")} - {""}):
        if name not in caught:
            yield f"Can't find an catch link event for the throw link event with the name '{name}'."


def _inner_links(scope: Element) -> list[Element]:
    found = _links(scope, "intermediateCatchEvent")
    for sub in children(scope, "subProcess"):
        found += _inner_links(sub)
    return found


def _links(scope: Element, event_kind: str) -> list[Element]:
    events = children(scope, event_kind)
    return [found for event in events for found in event_definitions(event) if kind(found) == "linkEventDefinition"]


def _names(definitions: Iterable[Element], name: str, index: Index) -> Iterator[str]:
    for found in definitions:
        if kind(found) == f"{name}EventDefinition":
            root = index.get(found.get(f"{name}Ref"))
            if root is not None and root.get("name"):
                yield root.get("name", "")


def _codes(definitions: Iterable[Element], name: str, index: Index) -> Iterator[str]:
    catching = [found for found in definitions if kind(found) == f"{name}EventDefinition"]
    roots = [index.get(found.get(f"{name}Ref")) for found in catching]
    catch_all = (
        f"The same scope can not contain more than one {name} catch event without {name} code. "
        f"An {name} catch event without {name} code catches all {name}s."
    )
    if sum(root is None for root in roots) > 1:
        yield catch_all
    codes = [root.get(f"{name}Code") for root in roots if root is not None]
    if codes.count(None) > 1:
        yield catch_all
    for code in duplicates(code for code in codes if code is not None):
        yield f"Multiple {name} catch events with the same {name} code '{code}' are not supported on the same scope."
