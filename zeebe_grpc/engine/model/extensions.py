"""The Zeebe extension elements: job definitions, headers, mappings, listeners and the properties of user tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from zeebe_grpc.engine.model.document import extension, extensions, zeebe
from zeebe_grpc.engine.model.elements import JobDefinition, LinkedResource, Listener
from zeebe_grpc.engine.model.expression import Expression, FeelExpression, StaticExpression, expression, is_feel
from zeebe_grpc.engine.xml import Element, local_name

USER_TASK_JOB = "io.camunda.zeebe:userTask"
_DEFAULT_RETRIES = "3"


def headers(element: Element) -> dict[str, str]:
    """The task headers; those without a key or value are left out."""
    found: dict[str, str] = {}
    for container in extensions(element, "taskHeaders"):
        for header in container.findall(zeebe("header")):
            key, value = header.get("key"), header.get("value")
            if key and value:
                found[key] = value
    return found


def job_definition(element: Element) -> JobDefinition | None:
    """The task definition of an element."""
    definition = extension(element, "taskDefinition")
    if definition is None:
        return None
    retries = definition.get("retries") or _DEFAULT_RETRIES
    linked = _linked_resources(element) if local_name(element) == "serviceTask" else ()
    return JobDefinition(
        expression(definition.get("type", "")), expression(retries), headers(element), linked_resources=linked
    )


def _linked_resources(element: Element) -> tuple[LinkedResource, ...]:
    container = extension(element, "linkedResources")
    found = [] if container is None else container.findall(zeebe("linkedResource"))
    return tuple(
        LinkedResource(
            each.get("resourceId", ""),
            each.get("resourceType", ""),
            each.get("linkName"),
            each.get("bindingType") or "latest",
            each.get("versionTag") or "",
        )
        for each in found
    )


def job_priority(element: Element) -> Expression | None:
    """The priority of the jobs of a task, or of those tasks of a process that have none of their own."""
    definition = extension(element, "jobPriorityDefinition")
    return None if definition is None else expression(definition.get("priority") or "0")


def user_task_job(element: Element) -> JobDefinition:
    """The job of a user task that is not a native one."""
    found = user_task_properties(element)
    form = extension(element, "formDefinition")
    job_headers = headers(element)
    if form is not None and form.get("formKey"):
        job_headers["io.camunda.zeebe:formKey"] = form.get("formKey", "")
    return JobDefinition(StaticExpression(USER_TASK_JOB), StaticExpression("1"), job_headers, found)


def user_task_properties(element: Element) -> dict[str, Expression]:
    """Assignee, candidates, dates and priority of a user task, as far as they are given."""
    places = (
        ("assignmentDefinition", ("assignee", "candidateGroups", "candidateUsers")),
        ("taskSchedule", ("dueDate", "followUpDate")),
        ("priorityDefinition", ("priority",)),
    )
    found: dict[str, Expression] = {}
    for name, attributes in places:
        source = extension(element, name)
        for attribute in attributes:
            text = source.get(attribute) if source is not None else None
            if text is not None and text.strip():
                found[attribute] = _property(attribute, text)
    return found


def input_mappings(element: Element) -> Expression | None:
    """The input mappings as one FEEL context; None if there are none."""
    return _context(_mappings(element, "input"), merge=False)


def output_mappings(element: Element) -> Expression | None:
    """The output mappings as one FEEL context, nested targets merged into what is there; None if there are none."""
    return _context(_mappings(element, "output"), merge=True)


def execution_listeners(element: Element, event: str) -> tuple[Listener, ...]:
    """The execution listeners of an event, in document order."""
    container = extension(element, "executionListeners")
    if container is None:
        return ()
    return tuple(_listeners(container.findall(zeebe("executionListener")), event, headers(element)))


def task_listeners(element: Element) -> tuple[Listener, ...]:
    """All task listeners, in document order."""
    container = extension(element, "taskListeners")
    if container is None:
        return ()
    return tuple(_listeners(container.findall(zeebe("taskListener")), None, headers(element)))


def _listeners(elements: Iterable[Element], event: str | None, job_headers: dict[str, str]) -> Iterable[Listener]:
    for element in elements:
        moment = TASK_EVENTS.get(element.get("eventType", ""), element.get("eventType", ""))
        if event is None or moment == event:
            retries = element.get("retries") or _DEFAULT_RETRIES
            job = JobDefinition(expression(element.get("type", "")), expression(retries), job_headers)
            yield Listener(moment, job)


TASK_EVENTS = {
    "create": "creating",
    "assignment": "assigning",
    "update": "updating",
    "complete": "completing",
    "cancel": "canceling",
}
"""Moments of task listeners: the older names, and the names that they have now."""


def _property(name: str, text: str) -> Expression:
    if name == "assignee" and not is_feel(text):
        return FeelExpression(_quoted(text))
    return expression(text)


def _mappings(element: Element, name: str) -> list[tuple[str | None, str]]:
    container = extension(element, "ioMapping")
    found = [] if container is None else container.findall(zeebe(name))
    return [(mapping.get("source"), mapping.get("target", "")) for mapping in found]


def _context(mappings: list[tuple[str | None, str]], merge: bool) -> Expression | None:
    if not mappings:
        return None
    tree: dict[str, Any] = {}
    for source, target in mappings:
        level: dict[str, Any] = tree
        *outer, last = target.split(".")
        for name in outer:
            if not isinstance(level.get(name), dict):
                level[name] = {}
            level = level[name]
        level[last] = _source(source)
    return FeelExpression(_text(tree, (), merge))


def _text(tree: Mapping[str, Any], path: tuple[str, ...], merge: bool) -> str:
    entries: list[str] = []
    for name, value in tree.items():
        if isinstance(value, dict):
            here = (*path, name)
            text = _text(cast("dict[str, Any]", value), here, merge)
            if merge:
                existing = ".".join(here)
                text = f"if ({existing} != null) then context merge({existing},{text}) else {text}"
        else:
            text = str(value)
        entries.append(f"{name}:{text}")
    return "{" + ",".join(entries) + "}"


def _source(text: str | None) -> str:
    if text is None:
        return "null"
    return text.strip()[1:] if is_feel(text) else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'
