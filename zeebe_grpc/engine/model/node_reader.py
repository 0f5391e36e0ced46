"""Flow nodes, read from their XML elements: one maker for each kind."""

from __future__ import annotations

from collections.abc import Callable

from zeebe_grpc.engine.model import extensions
from zeebe_grpc.engine.model.document import child, extension, identity, text_of
from zeebe_grpc.engine.model.elements import (
    Activity,
    AdHocSubProcess,
    BusinessRuleTask,
    CallActivity,
    Container,
    ElementType,
    Event,
    EventType,
    FlowNode,
    Gateway,
    MultiInstanceBody,
    ReceiveTask,
    ScriptTask,
    UserTask,
)
from zeebe_grpc.engine.model.event_reader import EventReader
from zeebe_grpc.engine.model.expression import expression
from zeebe_grpc.engine.xml import Element, local_name

EVENT_TYPES = {
    "startEvent": ElementType.START_EVENT,
    "endEvent": ElementType.END_EVENT,
    "intermediateCatchEvent": ElementType.INTERMEDIATE_CATCH_EVENT,
    "intermediateThrowEvent": ElementType.INTERMEDIATE_THROW_EVENT,
    "boundaryEvent": ElementType.BOUNDARY_EVENT,
}
GATEWAY_TYPES = {
    "exclusiveGateway": ElementType.EXCLUSIVE_GATEWAY,
    "parallelGateway": ElementType.PARALLEL_GATEWAY,
    "inclusiveGateway": ElementType.INCLUSIVE_GATEWAY,
    "eventBasedGateway": ElementType.EVENT_BASED_GATEWAY,
}
TASK_TYPES = {
    "task": ElementType.TASK,
    "manualTask": ElementType.MANUAL_TASK,
    "serviceTask": ElementType.SERVICE_TASK,
    "sendTask": ElementType.SEND_TASK,
    "scriptTask": ElementType.SCRIPT_TASK,
    "businessRuleTask": ElementType.BUSINESS_RULE_TASK,
    "userTask": ElementType.USER_TASK,
    "receiveTask": ElementType.RECEIVE_TASK,
    "callActivity": ElementType.CALL_ACTIVITY,
}
SCOPE_TYPES = ("subProcess", "adHocSubProcess")
FLOW_NODES = (*EVENT_TYPES, *GATEWAY_TYPES, *TASK_TYPES, *SCOPE_TYPES)

_PASSING = (ElementType.TASK, ElementType.MANUAL_TASK)


class NodeReader:
    """Makes flow nodes; links between them are the process reader's matter."""

    def __init__(self, events: EventReader) -> None:
        self._events = events
        self._makers: dict[str, Callable[[Element], FlowNode]] = {
            **dict.fromkeys(EVENT_TYPES, self._event),
            **dict.fromkeys(GATEWAY_TYPES, self._gateway),
            **dict.fromkeys(TASK_TYPES, self._job_task),
            "userTask": self._user_task,
            "scriptTask": self._script_task,
            "businessRuleTask": self._business_rule_task,
            "receiveTask": self._receive_task,
            "callActivity": self._call_activity,
            "subProcess": self._sub_process,
            "adHocSubProcess": self._ad_hoc,
        }

    def read(self, element: Element) -> FlowNode:
        """The node of an element, with what it carries itself."""
        node = self._makers[local_name(element)](element)
        node.name = element.get("name", "")
        if node.type not in _PASSING:
            node.inputs = extensions.input_mappings(element)
            node.outputs = extensions.output_mappings(element)
        node.start_listeners = extensions.execution_listeners(element, "start")
        node.end_listeners = extensions.execution_listeners(element, "end")
        return node

    def body(self, element: Element, activity: Activity) -> MultiInstanceBody | None:
        """The multi-instance body around an activity; None if it has none.

        An event sub-process never has one: Zeebe accepts the loop and activates what is inside once for each event.
        """
        loop = child(element, "multiInstanceLoopCharacteristics")
        if loop is None or activity.type is ElementType.EVENT_SUB_PROCESS:
            return None
        body = MultiInstanceBody(activity.id, ElementType.MULTI_INSTANCE_BODY, activity.name, inner=activity)
        body.sequential = loop.get("isSequential") == "true"
        settings = extension(loop, "loopCharacteristics")
        if settings is not None:
            body.input_collection = expression(settings.get("inputCollection", ""))
            body.input_element = settings.get("inputElement", "")
            body.output_collection = settings.get("outputCollection", "")
            output = settings.get("outputElement")
            body.output_element = expression(output) if output else None
        condition = child(loop, "completionCondition")
        body.completion_condition = expression(text_of(condition)) if text_of(condition) else None
        return body

    def _event(self, element: Element) -> Event:
        event = Event(identity(element), EVENT_TYPES[local_name(element)])
        event.event_type = self._events.type_of(element)
        event.definition = self._events.definition(element)
        if event.type is ElementType.BOUNDARY_EVENT:
            event.interrupting = element.get("cancelActivity", "true") != "false"
        elif event.type is ElementType.START_EVENT:
            event.interrupting = element.get("isInterrupting", "true") != "false"
        if event.event_type is EventType.MESSAGE:
            event.job = extensions.job_definition(element)
        return event

    def _gateway(self, element: Element) -> Gateway:
        return Gateway(identity(element), GATEWAY_TYPES[local_name(element)])

    def _job_task(self, element: Element) -> Activity:
        return Activity(identity(element), TASK_TYPES[local_name(element)], job=extensions.job_definition(element))

    def _user_task(self, element: Element) -> UserTask:
        task = UserTask(identity(element), ElementType.USER_TASK)
        task.native = extension(element, "userTask") is not None
        form = extension(element, "formDefinition")
        if form is not None and form.get("formId"):
            task.form_id = expression(form.get("formId", ""))
            task.form_binding = form.get("bindingType") or "latest"
            task.form_version_tag = form.get("versionTag") or ""
        if not task.native:
            task.job = extensions.user_task_job(element)
            return task
        task.assignment = extensions.user_task_properties(element)
        task.headers = extensions.headers(element)
        task.task_listeners = extensions.task_listeners(element)
        if form is not None and form.get("externalReference"):
            task.external_form = expression(form.get("externalReference", ""))
        return task

    def _script_task(self, element: Element) -> ScriptTask:
        task = ScriptTask(identity(element), ElementType.SCRIPT_TASK, job=extensions.job_definition(element))
        script = extension(element, "script")
        if script is not None:
            task.script = expression(script.get("expression", ""))
            task.result_variable = script.get("resultVariable", "")
        return task

    def _business_rule_task(self, element: Element) -> BusinessRuleTask:
        task = BusinessRuleTask(
            identity(element), ElementType.BUSINESS_RULE_TASK, job=extensions.job_definition(element)
        )
        decision = extension(element, "calledDecision")
        if decision is not None:
            task.decision_id = expression(decision.get("decisionId", ""))
            task.result_variable = decision.get("resultVariable", "")
            task.binding = decision.get("bindingType") or "latest"
            task.version_tag = decision.get("versionTag") or ""
        return task

    def _receive_task(self, element: Element) -> ReceiveTask:
        task = ReceiveTask(identity(element), ElementType.RECEIVE_TASK, event_type=EventType.MESSAGE)
        task.waiting = Event(task.id, ElementType.RECEIVE_TASK, event_type=EventType.MESSAGE)
        task.waiting.definition = self._events.message(element.get("messageRef"))
        return task

    def _call_activity(self, element: Element) -> CallActivity:
        activity = CallActivity(identity(element), ElementType.CALL_ACTIVITY)
        called = extension(element, "calledElement")
        if called is not None:
            activity.process_id = expression(called.get("processId", ""))
            activity.propagate_parent = called.get("propagateAllParentVariables", "true") != "false"
            activity.propagate_child = called.get("propagateAllChildVariables", "true") != "false"
            activity.binding = called.get("bindingType") or "latest"
            activity.version_tag = called.get("versionTag") or ""
        return activity

    def _sub_process(self, element: Element) -> Container:
        by_event = element.get("triggeredByEvent") == "true"
        return Container(identity(element), ElementType.EVENT_SUB_PROCESS if by_event else ElementType.SUB_PROCESS)

    def _ad_hoc(self, element: Element) -> AdHocSubProcess:
        node = AdHocSubProcess(
            identity(element), ElementType.AD_HOC_SUB_PROCESS, job=extensions.job_definition(element)
        )
        settings = extension(element, "adHoc")
        if settings is not None:
            active = settings.get("activeElementsCollection")
            node.active_elements = expression(active) if active else None
            node.output_collection = settings.get("outputCollection", "")
            output = settings.get("outputElement")
            node.output_element = expression(output) if output else None
        condition = child(element, "completionCondition")
        node.completion_condition = expression(text_of(condition)) if text_of(condition) else None
        node.cancel_remaining = element.get("cancelRemainingInstances", "true") != "false"
        return node
