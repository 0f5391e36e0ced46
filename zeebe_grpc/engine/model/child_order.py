"""The order in which the schema wants the children of each BPMN element.

Children that are not listed may stand anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_Groups = Sequence[tuple[str, ...]]

_BASE: _Groups = (("documentation",), ("extensionElements",))
_FLOW_ELEMENT: _Groups = (*_BASE, ("auditing",), ("monitoring",), ("categoryValueRef",))
_FLOW_NODE: _Groups = (*_FLOW_ELEMENT, ("incoming",), ("outgoing",))
_ACTIVITY: _Groups = (
    *_FLOW_NODE,
    ("ioSpecification",),
    ("property",),
    ("dataInputAssociation",),
    ("dataOutputAssociation",),
    ("resourceRole", "performer", "humanPerformer", "potentialOwner"),
    ("multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "loopCharacteristics"),
)
_TASKS = (
    "task",
    "serviceTask",
    "userTask",
    "sendTask",
    "receiveTask",
    "scriptTask",
    "businessRuleTask",
    "manualTask",
    "callActivity",
)
_SUB_PROCESSES = ("subProcess", "adHocSubProcess", "transaction")
_GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway")
_CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent")
_THROWING = ("endEvent", "intermediateThrowEvent")
_FLOW_ELEMENTS = (
    *_TASKS,
    *_SUB_PROCESSES,
    *_GATEWAYS,
    *_CATCHING,
    *_THROWING,
    "sequenceFlow",
    "dataObject",
    "dataObjectReference",
    "dataStoreReference",
    "implicitThrowEvent",
    "event",
    "callChoreography",
    "choreographyTask",
    "subChoreography",
)
_ARTIFACTS = ("association", "group", "textAnnotation", "artifact")
_EVENT_DEFINITIONS = (
    "messageEventDefinition",
    "timerEventDefinition",
    "errorEventDefinition",
    "signalEventDefinition",
    "escalationEventDefinition",
    "linkEventDefinition",
    "compensateEventDefinition",
    "terminateEventDefinition",
    "conditionalEventDefinition",
    "cancelEventDefinition",
)
_CATCH: _Groups = (
    *_FLOW_NODE,
    ("property",),
    ("dataOutput",),
    ("dataOutputAssociation",),
    ("outputSet",),
    _EVENT_DEFINITIONS,
    ("eventDefinitionRef",),
)
_THROW: _Groups = (
    *_FLOW_NODE,
    ("property",),
    ("dataInput",),
    ("dataInputAssociation",),
    ("inputSet",),
    _EVENT_DEFINITIONS,
    ("eventDefinitionRef",),
)
_PROCESS: _Groups = (
    *_BASE,
    ("supportedInterfaceRef",),
    ("ioSpecification",),
    ("ioBinding",),
    ("auditing",),
    ("monitoring",),
    ("property",),
    ("laneSet",),
    _FLOW_ELEMENTS,
    _ARTIFACTS,
    ("resourceRole", "performer", "humanPerformer", "potentialOwner"),
    ("correlationSubscription",),
    ("supports",),
)
_LOOP: _Groups = (
    *_BASE,
    ("loopCardinality",),
    ("loopDataInputRef",),
    ("loopDataOutputRef",),
    ("inputDataItem",),
    ("outputDataItem",),
    ("complexBehaviorDefinition",),
    ("completionCondition",),
)


def _ranks(groups: _Groups) -> dict[str, int]:
    return {name: rank for rank, names in enumerate(groups) for name in names}


ANY_RANKS: Mapping[str, int] = _ranks(_BASE)
"""What stands first in every element."""

CHILD_RANKS: Mapping[str, Mapping[str, int]] = {
    "process": _ranks(_PROCESS),
    "sequenceFlow": _ranks((*_FLOW_ELEMENT, ("conditionExpression",))),
    "multiInstanceLoopCharacteristics": _ranks(_LOOP),
    **dict.fromkeys(_TASKS, _ranks((*_ACTIVITY, ("script",), ("rendering",)))),
    **dict.fromkeys(
        _SUB_PROCESSES, _ranks((*_ACTIVITY, ("laneSet",), _FLOW_ELEMENTS, _ARTIFACTS, ("completionCondition",)))
    ),
    **dict.fromkeys(_GATEWAYS, _ranks((*_FLOW_NODE, ("activationCondition",)))),
    **dict.fromkeys(_CATCHING, _ranks(_CATCH)),
    **dict.fromkeys(_THROWING, _ranks(_THROW)),
}
"""The rank of each child by the kind of its parent."""
