"""The element families of a model, for the rows of the table."""

from __future__ import annotations

import re

_BY_TAG = {
    "userTask": "user task",
    "serviceTask": "service task",
    "sendTask": "send task",
    "scriptTask": "script task",
    "businessRuleTask": "business rule task",
    "receiveTask": "receive task",
    "manualTask": "manual task",
    "task": "undefined task",
    "callActivity": "call activity",
    "adHocSubProcess": "ad-hoc sub-process",
    "subProcess": "sub-process",
    "exclusiveGateway": "exclusive gateway",
    "parallelGateway": "parallel gateway",
    "inclusiveGateway": "inclusive gateway",
    "eventBasedGateway": "event-based gateway",
    "complexGateway": "complex gateway",
    "boundaryEvent": "boundary event",
    "messageEventDefinition": "message event",
    "timerEventDefinition": "timer event",
    "signalEventDefinition": "signal event",
    "errorEventDefinition": "error event",
    "escalationEventDefinition": "escalation event",
    "linkEventDefinition": "link event",
    "compensateEventDefinition": "compensation",
    "terminateEventDefinition": "terminate event",
    "conditionalEventDefinition": "conditional event",
    "multiInstanceLoopCharacteristics": "multi-instance",
    "ioMapping": "mappings",
    "executionListener": "execution listener",
    "taskListener": "task listener",
    "formDefinition": "form",
    "calledDecision": "called decision",
    "conditionExpression": "condition",
    "decision": "decision (DMN)",
}
_TAG = re.compile(rb"<(?:[\w.-]+:)?(\w+)")


def families(content: bytes) -> list[str]:
    """The families in a file; one that has none is plain."""
    found = {_BY_TAG[tag.decode()] for tag in _TAG.findall(content) if tag.decode() in _BY_TAG}
    if b'triggeredByEvent="true"' in content:
        found.add("event sub-process")
    return sorted(found) or ["plain"]
