"""Rules of the Zeebe extension elements: which must be there, how often, and with which attributes."""

from __future__ import annotations

from collections.abc import Iterator

from zeebe_grpc.engine.model.document import extensions, kind, raw_text_of, zeebe
from zeebe_grpc.engine.model.node_reader import FLOW_NODES
from zeebe_grpc.engine.model.rules.index import Index, Rule, duplicates
from zeebe_grpc.engine.model.rules.structure import has_id
from zeebe_grpc.engine.xml import Element, local_name

_LISTENED_TO = frozenset({"process", *FLOW_NODES})
BINDING_TYPES = ("deployment", "latest", "versionTag")


def exactly_one(name: str) -> Rule:
    """The element must carry an extension element once."""

    def rule(element: Element, index: Index) -> Iterator[str]:
        if len(extensions(element, name)) != 1:
            yield f"Must have exactly one 'zeebe:{name}' extension element"

    return rule


def one_of(first: str, second: str) -> Rule:
    """The element must carry one of two extension elements."""

    def rule(element: Element, index: Index) -> Iterator[str]:
        yield from has_id(element, index)
        if len(extensions(element, first)) + len(extensions(element, second)) != 1:
            yield f"Must have either one 'zeebe:{first}' or one 'zeebe:{second}' extension element"

    return rule


def at_most_one(*names: str) -> Rule:
    """The element must not carry these extension elements twice."""

    def rule(element: Element, index: Index) -> Iterator[str]:
        for name in names:
            if len(extensions(element, name)) > 1:
                yield f"Must have at most one 'zeebe:{name}' extension element"

    return rule


def not_empty(*attributes: str) -> Rule:
    """The extension element must have these attributes."""

    def rule(element: Element, index: Index) -> Iterator[str]:
        for attribute in attributes:
            value = element.get(attribute, _DEFAULTS.get(attribute))
            if not value:
                yield f"Attribute '{attribute}' must be present and not empty"

    return rule


def binding_type(element: Element, index: Index) -> Iterator[str]:
    """How a definition is found when it is called."""
    found, tag = element.get("bindingType"), element.get("versionTag")
    if found and found not in BINDING_TYPES:
        yield f"Attribute 'bindingType' must be one of: {', '.join(BINDING_TYPES)}"
    elif found == "versionTag" and not tag:
        yield "Attribute 'versionTag' must be present and not empty if 'bindingType' is 'versionTag'"
    elif found != "versionTag" and tag:
        yield "Attribute 'versionTag' may only be used if 'bindingType' is 'versionTag'"


def task_headers(element: Element, index: Index) -> Iterator[str]:
    """No header twice."""
    keys = [header.get("key") or "null" for header in element.findall(zeebe("header"))]
    for key in duplicates(keys):
        yield f"Headers contain duplicate entries for key '{key}'"


def receive_task(element: Element, index: Index) -> Iterator[str]:
    """A receive task waits for a message that none of its boundary events waits for."""
    yield from has_id(element, index)
    message = index.get(element.get("messageRef"))
    if message is None:
        yield "Must reference a message"
        return
    for event in index.boundary_events(element):
        for definition in event:
            other = index.get(definition.get("messageRef"))
            if other is not None and other.get("name") and other.get("name") == message.get("name"):
                yield "Cannot reference the same message name as a boundary event"


def send_task(element: Element, index: Index) -> Iterator[str]:
    """A send task is a job."""
    yield from one_of("publishMessage", "taskDefinition")(element, index)
    if extensions(element, "publishMessage") and index.get(element.get("messageRef")) is None:
        yield "Must reference a message"


def loop(element: Element, index: Index) -> Iterator[str]:
    """A multi-instance activity has a collection to loop over, and both parts of its output or none."""
    if not element.get("inputCollection"):
        yield "Attribute 'inputCollection' must be present and not empty"
    collection, item = element.get("outputCollection"), element.get("outputElement")
    if collection and not item:
        yield "Attribute 'outputElement' must be present if the attribute 'outputCollection' is set"
    elif item and not collection:
        yield "Attribute 'outputCollection' must be present if the attribute 'outputElement' is set"


def execution_listeners(element: Element, index: Index) -> Iterator[str]:
    """No listener twice for the same moment, and none where nothing can be listened to."""
    container = element.getparent()
    holder = None if container is None else container.getparent()
    if holder is not None and kind(holder) not in _LISTENED_TO:
        yield f"Execution listeners are not supported for the '{local_name(holder)}' element"
    found = [f"{one.get('eventType')}|{one.get('type')}" for one in element.findall(zeebe("executionListener"))]
    for name in duplicates(found):
        event, job_type = name.split("|", 1)
        count = found.count(name)
        yield (
            f"Found '{count}' duplicates based on eventType[{event}] and type[{job_type}], "
            "these combinations should be unique."
        )


def task_listeners(element: Element, index: Index) -> Iterator[str]:
    """Only a native user task has task listeners."""
    holder = element.getparent()
    if len(element) and (holder is None or holder.find(zeebe("userTask")) is None):
        yield "Task listeners are only allowed on Camunda user tasks."


def form(element: Element, index: Index) -> Iterator[str]:
    """A form is named in one way."""
    holder = element.getparent()
    native = holder is not None and holder.find(zeebe("userTask")) is not None
    other = "externalReference" if native else "formKey"
    named = [bool((element.get(name) or "").strip()) for name in (other, "formId")]
    if named[0] == named[1]:
        where = " for native user tasks" if native else ""
        yield f"Exactly one of the attributes 'formId, {other}' must be present and not blank{where}"
    if named[0] and element.get("bindingType") is not None:
        yield f"Attribute '{other}' must not be used in combination with attribute 'bindingType'"


def user_task_form(element: Element, index: Index) -> Iterator[str]:
    """An embedded form is there."""
    yield from has_id(element, index)
    if not raw_text_of(element):
        yield "User task form text content has to be present and not empty"


_DEFAULTS = {"retries": "3", "bindingType": "latest"}
