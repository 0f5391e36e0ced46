"""Which rules concern which elements, and their application to a whole document."""

from __future__ import annotations

from zeebe_grpc.engine.model.document import Problem, kind, problem
from zeebe_grpc.engine.model.node_reader import FLOW_NODES
from zeebe_grpc.engine.model.process_reader import PRIORITIZED
from zeebe_grpc.engine.model.rules import carried, events, expressions, structure, timers
from zeebe_grpc.engine.model.rules.index import ACTIVITIES, THROW_EVENTS, Index, Rule, since
from zeebe_grpc.engine.versions import JOB_PRIORITIES, Version
from zeebe_grpc.engine.xml import Element, local_name, namespace

_GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway")
_EVENT_DEFINITIONS = (
    "message",
    "timer",
    "error",
    "signal",
    "escalation",
    "link",
    "compensate",
    "terminate",
    "conditional",
    "cancel",
)
_TIMED = ("startEvent", "intermediateCatchEvent", "boundaryEvent")
_DATE = "be a valid DateTime String, e.g. '2023-03-02T15:35+02:00'"
_LIST = "be a list of comma-separated values, e.g. 'a,b,c'"

_BPMN: dict[str, list[Rule]] = {
    "definitions": [structure.definitions],
    "process": [structure.process, carried.at_most_one("versionTag")],
    "subProcess": [structure.sub_process],
    "adHocSubProcess": [structure.sub_process, structure.ad_hoc, carried.at_most_one("adHoc")],
    "exclusiveGateway": [structure.default_flow],
    "inclusiveGateway": [structure.default_flow],
    "eventBasedGateway": [structure.event_gateway],
    "sequenceFlow": [structure.sequence_flow],
    "startEvent": [events.start_event],
    "boundaryEvent": [events.boundary_event],
    "intermediateCatchEvent": [events.catch_event],
    "intermediateThrowEvent": [events.throw_event, carried.at_most_one("taskDefinition")],
    "endEvent": [events.end_event, carried.at_most_one("taskDefinition")],
    "message": [events.message, expressions.attribute("name")],
    "signal": [events.signal, expressions.attribute("name")],
    "escalation": [events.escalation],
    "messageEventDefinition": [events.message_definition],
    "signalEventDefinition": [events.signal_definition],
    "errorEventDefinition": [events.error_definition],
    "escalationEventDefinition": [events.escalation_definition],
    "linkEventDefinition": [events.link_definition],
    "compensateEventDefinition": [events.compensation_definition],
    "timerEventDefinition": [
        events.timer_definition,
        expressions.text_in("timeDate"),
        expressions.text_in("timeDuration"),
        expressions.text_in("timeCycle"),
    ],
    "serviceTask": [
        structure.has_id,
        carried.exactly_one("taskDefinition"),
        carried.at_most_one("taskHeaders", "linkedResources"),
    ],
    "sendTask": [carried.send_task, carried.at_most_one("taskHeaders", "linkedResources")],
    "scriptTask": [carried.one_of("script", "taskDefinition"), carried.at_most_one("taskHeaders")],
    "businessRuleTask": [carried.one_of("calledDecision", "taskDefinition"), carried.at_most_one("taskHeaders")],
    "receiveTask": [carried.receive_task],
    "callActivity": [structure.has_id, carried.exactly_one("calledElement")],
    "userTask": [
        carried.at_most_one(
            "userTask",
            "assignmentDefinition",
            "formDefinition",
            "taskHeaders",
            "taskSchedule",
            "priorityDefinition",
            "taskListeners",
        )
    ],
    "multiInstanceLoopCharacteristics": [
        carried.exactly_one("loopCharacteristics"),
        expressions.text_in("completionCondition"),
    ],
    "conditionExpression": [expressions.text(mandatory=True, feel=True)],
    "condition": [expressions.text(mandatory=True, feel=True)],
}
_ZEEBE: dict[str, list[Rule]] = {
    "taskHeaders": [carried.task_headers],
    "taskDefinition": [
        carried.not_empty("type"),
        expressions.attribute("type", mandatory=True),
        expressions.attribute("retries"),
    ],
    "calledElement": [
        carried.not_empty("processId"),
        carried.binding_type,
        expressions.attribute("processId", mandatory=True),
    ],
    "calledDecision": [
        carried.not_empty("decisionId", "resultVariable"),
        carried.binding_type,
        expressions.attribute("decisionId", mandatory=True),
    ],
    "script": [
        carried.not_empty("expression", "resultVariable"),
        expressions.attribute("expression", mandatory=True, feel=True),
    ],
    "loopCharacteristics": [
        carried.loop,
        expressions.attribute("inputCollection", mandatory=True, feel=True),
        expressions.attribute("outputElement", feel=True),
    ],
    "subscription": [
        carried.not_empty("correlationKey"),
        expressions.attribute("correlationKey", mandatory=True, feel=True),
    ],
    "input": [expressions.attribute("source"), expressions.path("target")],
    "output": [expressions.attribute("source", mandatory=True, feel=True), expressions.path("target")],
    "executionListener": [carried.not_empty("eventType", "type", "retries")],
    "executionListeners": [carried.execution_listeners],
    "taskListener": [carried.not_empty("eventType", "type", "retries")],
    "taskListeners": [carried.task_listeners],
    "formDefinition": [carried.form, carried.binding_type],
    "userTaskForm": [carried.user_task_form],
    "linkedResource": [carried.not_empty("resourceId", "bindingType", "resourceType")],
    "priorityDefinition": [
        expressions.static_attribute("priority", timers.is_priority, "be a valid Number between 0 and 100"),
    ],
    "jobPriorityDefinition": [
        since(
            JOB_PRIORITIES,
            expressions.static_attribute("priority", timers.is_job_priority, "be an integer of 32 bits"),
        )
    ],
    "assignmentDefinition": [
        expressions.attribute("assignee"),
        expressions.static_attribute("candidateGroups", expressions.is_list_of_values, _LIST),
        expressions.static_attribute("candidateUsers", expressions.is_list_of_values, _LIST),
    ],
    "taskSchedule": [
        expressions.static_attribute("dueDate", timers.is_date, _DATE),
        expressions.static_attribute("followUpDate", timers.is_date, _DATE),
    ],
    "adHoc": [expressions.filled_attribute("activeElementsCollection")],
}


def _complete() -> None:
    for name in ("process", *PRIORITIZED):
        _BPMN[name].append(since(JOB_PRIORITIES, carried.at_most_one("jobPriorityDefinition")))
    for name in _GATEWAYS:
        _BPMN.setdefault(name, []).append(structure.gateway)
    for name in ACTIVITIES:
        _BPMN.setdefault(name, []).append(structure.activity)
    for name in ACTIVITIES - {"callActivity", "subProcess", "adHocSubProcess", "transaction"}:
        _BPMN[name].append(structure.compensation_handler)
    for name in _EVENT_DEFINITIONS:
        _BPMN.setdefault(f"{name}EventDefinition", []).append(events.event_definition)
    for name in THROW_EVENTS:
        _BPMN[name].append(events.message_throw)
    for name in _TIMED:
        _BPMN[name].append(timers.static_timer)
    for name in structure.UNKNOWN_ELEMENTS:
        _BPMN.setdefault(name, []).append(structure.unknown_element)
    for name in FLOW_NODES:
        _BPMN.setdefault(name, []).append(carried.at_most_one("ioMapping", "executionListeners"))
        if name not in ("exclusiveGateway", "inclusiveGateway"):
            _BPMN[name].append(structure.unconditional)


_complete()


def check(root: Element, version: Version) -> list[Problem]:
    """Every problem of a document, in document order. Processes that are not executable are not looked into."""
    index = Index(root, version)
    found: list[Problem] = []
    pending = [root]
    while pending:
        element = pending.pop()
        if kind(element) == "process" and element.get("isExecutable") != "true":
            continue
        table = (
            _BPMN
            if kind(element)
            else _ZEEBE
            if namespace(element).startswith("http://camunda.org/schema/zeebe")
            else {}
        )
        for rule in table.get(local_name(element), ()):
            found += [problem(element, reason) for reason in rule(element, index)]
        pending.extend(reversed(element))
    return found
