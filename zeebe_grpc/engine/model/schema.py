"""The form of a BPMN document, as far as Zeebe refuses a file for it before it looks at any element.

This is not the whole schema: what is checked is what real files get wrong. A file refused here has one problem without
an element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from zeebe_grpc.engine.model.child_order import ANY_RANKS, CHILD_RANKS
from zeebe_grpc.engine.model.document import Problem, children, kind, zeebe
from zeebe_grpc.engine.xml import Element, local_name, namespace

_NAME = re.compile(r"[^\W\d][\w.\-·]*")
_WITHOUT_TEXT_EXCEPT = frozenset(
    {
        "documentation",
        "incoming",
        "outgoing",
        "text",
        "script",
        "conditionExpression",
        "completionCondition",
        "condition",
        "timeDate",
        "timeDuration",
        "timeCycle",
        "flowNodeRef",
        "loopCardinality",
        "loopCondition",
        "eventDefinitionRef",
        "dataPath",
        "from",
        "to",
        "formalExpression",
        "expression",
        "sourceRef",
        "targetRef",
        "messageRef",
        "supportedInterfaceRef",
        "interfaceRef",
        "innerParticipantRef",
        "outerParticipantRef",
        "participantRef",
        "inMessageRef",
        "outMessageRef",
        "errorRef",
        "dataInputRefs",
        "dataOutputRefs",
        "optionalInputRefs",
        "whileExecutingInputRefs",
        "optionalOutputRefs",
        "whileExecutingOutputRefs",
        "inputSetRefs",
        "outputSetRefs",
        "resourceRef",
        "categoryValueRef",
        "supports",
        "transformation",
        "choreographyRef",
        "messageFlowRef",
        "correlationPropertyRef",
        "messagePath",
        "operationRef",
    }
)
_LISTENER_EVENTS = frozenset({"start", "end"})
_TASK_LISTENER_EVENTS = frozenset({"creating", "assigning", "updating", "completing", "canceling"})
_REQUIRED = {
    "sequenceFlow": ("sourceRef", "targetRef"),
    "boundaryEvent": ("attachedToRef",),
    "association": ("sourceRef", "targetRef"),
}
_ID_REFERENCES = {"sequenceFlow": ("sourceRef", "targetRef")}


def broken_form(root: Element) -> list[Problem]:
    """The first thing that is wrong with the form of a document, as a list of at most one."""
    for element, reason in _complaints(root):
        line = f" (line {element.sourceline})" if element.sourceline else ""
        return [Problem("", local_name(element), f"{local_name(element)}: {reason}{line}")]
    return []


def _complaints(root: Element) -> Iterator[tuple[Element, str]]:
    if not root.get("targetNamespace"):
        yield root, "the attribute 'targetNamespace' is missing"
    ids: set[str] = set()
    for element in root.iter():
        identifier = element.get("id")
        if kind(element) and identifier is not None:
            if _NAME.fullmatch(identifier) is None:
                yield element, f"'{identifier}' is no valid id"
            if identifier in ids:
                yield element, f"the id '{identifier}' is used more than once"
            ids.add(identifier)
    for element in root.iter():
        if kind(element):
            for reason in _of_element(element, ids):
                yield element, reason
        elif namespace(element).startswith("http://camunda.org/schema/zeebe"):
            for reason in _of_extension(element):
                yield element, reason


def _of_element(element: Element, ids: set[str]) -> Iterator[str]:
    name = kind(element)
    if name not in _WITHOUT_TEXT_EXCEPT and _has_text(element):
        yield "text is not allowed here"
    for attribute in _REQUIRED.get(name, ()):
        if element.get(attribute) is None:
            yield f"the attribute '{attribute}' is missing"
    for attribute in _ID_REFERENCES.get(name, ()):
        if element.get(attribute) not in ids:
            yield f"there is no id '{element.get(attribute)}' for '{attribute}'"
    if name == "conditionalEventDefinition" and not children(element, "condition"):
        yield "a condition is missing"
    yield from _order(element, name)


def _order(element: Element, name: str) -> Iterator[str]:
    ranks = CHILD_RANKS.get(name, ANY_RANKS)
    position = 0
    before = ""
    for child in element:
        rank = ranks.get(kind(child))
        if rank is None:
            continue
        if rank < position:
            yield f"'{kind(child)}' must not stand after '{before}'"
        if rank >= position:
            position, before = rank, kind(child)


def _of_extension(element: Element) -> Iterator[str]:
    event = element.get("eventType")
    if element.tag == zeebe("taskListener") and event is not None and event not in _TASK_LISTENER_EVENTS:
        yield f"'{event}' is no event of a task listener"
    if element.tag == zeebe("executionListener") and event is not None and event not in _LISTENER_EVENTS:
        yield f"'{event}' is no event of an execution listener"


def _has_text(element: Element) -> bool:
    pieces = [element.text, *(child.tail for child in element)]
    return any(piece and piece.strip() for piece in pieces)
