"""Small BPMN models, written as text: elements in a row between a start and an end event.

`chain` connects what it is given; the other functions give single elements. Ids are what the test calls them.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from zeebe_grpc import Resource

_FRAME = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="definitions" targetNamespace="http://example.com/contract">
{roots}
<bpmn:process id={process_id} isExecutable="true">
{body}
</bpmn:process>
</bpmn:definitions>
"""

Element = tuple[str, str]
"""The id of an element, and its XML."""


def resource(process_id: str, body: str, roots: str = "", *, file: str | None = None) -> Resource:
    """Return a deployable file with one process of this body."""
    text = _FRAME.format(process_id=quoteattr(process_id), body=body, roots=roots)
    return Resource(file or f"{process_id}.bpmn", text.encode())


def chain(process_id: str, *elements: Element, roots: str = "", beside: str = "", start: str = "") -> Resource:
    """Return a process that runs through the elements in turn; `beside` stands outside of the row.

    `start` goes into the start event: an event definition.
    """
    row = [
        ("start", f'<bpmn:startEvent id="start">{start}</bpmn:startEvent>'),
        *elements,
        ("end", '<bpmn:endEvent id="end"/>'),
    ]
    flows = [flow(one[0], other[0]) for one, other in itertools.pairwise(row)]
    return resource(process_id, "\n".join([*(xml for _, xml in row), *flows, beside]), roots)


def flow(source: str, target: str, condition: str = "") -> str:
    """Return a sequence flow."""
    inner = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
    return (
        f'<bpmn:sequenceFlow id="{source}_to_{target}" sourceRef="{source}" targetRef="{target}">'
        f"{inner if condition else ''}</bpmn:sequenceFlow>"
    )


def service(
    element_id: str,
    job_type: str,
    *,
    retries: str = "3",
    headers: Mapping[str, str] | None = None,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
) -> Element:
    """Return a service task; `inputs` and `outputs` map a target to its source expression."""
    header = "".join(f"<zeebe:header key={quoteattr(k)} value={quoteattr(v)}/>" for k, v in (headers or {}).items())
    mappings = "".join(
        f"<zeebe:{kind} source={quoteattr(source)} target={quoteattr(target)}/>"
        for kind, pairs in (("input", inputs), ("output", outputs))
        for target, source in (pairs or {}).items()
    )
    extensions = (
        f"<zeebe:taskDefinition type={quoteattr(job_type)} retries={quoteattr(retries)}/>"
        + (f"<zeebe:taskHeaders>{header}</zeebe:taskHeaders>" if header else "")
        + (f"<zeebe:ioMapping>{mappings}</zeebe:ioMapping>" if mappings else "")
    )
    return element_id, (
        f'<bpmn:serviceTask id="{element_id}">'
        f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements></bpmn:serviceTask>"
    )


def message(message_id: str, name: str, correlation_key: str = "") -> str:
    """Return a message, to stand before the process; a start event's has no correlation key."""
    subscription = f"<zeebe:subscription correlationKey={quoteattr(correlation_key)}/>"
    inner = f"<bpmn:extensionElements>{subscription}</bpmn:extensionElements>" if correlation_key else ""
    return f'<bpmn:message id="{message_id}" name={quoteattr(name)}>{inner}</bpmn:message>'


def catch_message(element_id: str, message_id: str) -> Element:
    """Return an intermediate catch event of a message."""
    return element_id, (
        f'<bpmn:intermediateCatchEvent id="{element_id}">'
        f'<bpmn:messageEventDefinition id="{element_id}_definition" messageRef="{message_id}"/>'
        "</bpmn:intermediateCatchEvent>"
    )


def catch_timer(element_id: str, duration: str) -> Element:
    """Return an intermediate catch event of a timer."""
    return element_id, (
        f'<bpmn:intermediateCatchEvent id="{element_id}"><bpmn:timerEventDefinition id="{element_id}_definition">'
        f'<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">{duration}</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    )


def catch_signal(element_id: str, signal_id: str) -> Element:
    """Return an intermediate catch event of a signal."""
    return element_id, (
        f'<bpmn:intermediateCatchEvent id="{element_id}">'
        f'<bpmn:signalEventDefinition id="{element_id}_definition" signalRef="{signal_id}"/>'
        "</bpmn:intermediateCatchEvent>"
    )


def boundary_error(element_id: str, attached_to: str, error_id: str, *, leads_to: str) -> str:
    """Return an error boundary event and the flow that leaves it, to stand beside the row."""
    return (
        f'<bpmn:boundaryEvent id="{element_id}" attachedToRef="{attached_to}">'
        f"<bpmn:outgoing>{element_id}_to_{leads_to}</bpmn:outgoing>"
        f'<bpmn:errorEventDefinition id="{element_id}_definition" errorRef="{error_id}"/></bpmn:boundaryEvent>'
        f"{flow(element_id, leads_to)}"
    )
