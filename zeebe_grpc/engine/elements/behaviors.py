"""The table of behaviours: which object acts for which type of element."""

from __future__ import annotations

from zeebe_grpc.engine.elements.ad_hoc import AdHocBehavior, InnerInstanceBehavior
from zeebe_grpc.engine.elements.base import ElementBehavior, ScopeElementBehavior
from zeebe_grpc.engine.elements.calls import CallActivityBehavior
from zeebe_grpc.engine.elements.containers import (
    EventSubProcessBehavior,
    InstanceWatch,
    ProcessBehavior,
    SubProcessBehavior,
)
from zeebe_grpc.engine.elements.delegating import EngineOrWorker
from zeebe_grpc.engine.elements.events import BoundaryEvent, CatchEvent, EventBasedGateway, ReceiveTask, StartEvent
from zeebe_grpc.engine.elements.gateways import ExclusiveGateway, InclusiveGateway, ParallelGateway
from zeebe_grpc.engine.elements.multi_instance import MultiInstanceBehavior
from zeebe_grpc.engine.elements.tasks import CalledDecision, DecisionCaller, FeelScript, JobTask, PassThroughTask
from zeebe_grpc.engine.elements.throwing import (
    CompensationThrow,
    ErrorEnd,
    EscalationThrow,
    LinkThrow,
    MessageThrow,
    NoneThrow,
    SignalThrow,
    TerminateEnd,
    ThrowEvent,
)
from zeebe_grpc.engine.elements.user_tasks import NativeUserTask
from zeebe_grpc.engine.model.elements import ElementType, EventType
from zeebe_grpc.engine.processing.publication import Publication
from zeebe_grpc.engine.processing.services import Services


def make_behaviors(
    services: Services,
    publication: Publication,
    watch: InstanceWatch,
    ad_hoc: AdHocBehavior,
    decisions: DecisionCaller,
) -> dict[ElementType, ElementBehavior]:
    """One behaviour for each type; those that hold others are told to the transitions."""
    passing, working = PassThroughTask(services), JobTask(services)
    throwing = _throwing(services, publication)
    behaviors: dict[ElementType, ElementBehavior] = {
        ElementType.PROCESS: ProcessBehavior(services, watch),
        ElementType.SUB_PROCESS: SubProcessBehavior(services),
        ElementType.EVENT_SUB_PROCESS: EventSubProcessBehavior(services),
        ElementType.MULTI_INSTANCE_BODY: MultiInstanceBehavior(services),
        ElementType.START_EVENT: StartEvent(services),
        ElementType.INTERMEDIATE_CATCH_EVENT: CatchEvent(services),
        ElementType.BOUNDARY_EVENT: BoundaryEvent(services),
        ElementType.INTERMEDIATE_THROW_EVENT: throwing,
        ElementType.END_EVENT: throwing,
        ElementType.TASK: passing,
        ElementType.MANUAL_TASK: passing,
        ElementType.SERVICE_TASK: working,
        ElementType.SEND_TASK: working,
        ElementType.SCRIPT_TASK: EngineOrWorker(services, FeelScript(services), working),
        ElementType.BUSINESS_RULE_TASK: EngineOrWorker(services, CalledDecision(services, decisions), working),
        ElementType.USER_TASK: EngineOrWorker(services, NativeUserTask(services), working),
        ElementType.RECEIVE_TASK: ReceiveTask(services),
        ElementType.AD_HOC_SUB_PROCESS: ad_hoc,
        ElementType.AD_HOC_SUB_PROCESS_INNER_INSTANCE: InnerInstanceBehavior(services),
        ElementType.CALL_ACTIVITY: CallActivityBehavior(services),
        ElementType.EXCLUSIVE_GATEWAY: ExclusiveGateway(services),
        ElementType.PARALLEL_GATEWAY: ParallelGateway(services),
        ElementType.INCLUSIVE_GATEWAY: InclusiveGateway(services),
        ElementType.EVENT_BASED_GATEWAY: EventBasedGateway(services),
    }
    services.transitions.scopes = {
        kind: behavior for kind, behavior in behaviors.items() if isinstance(behavior, ScopeElementBehavior)
    }
    return behaviors


def _throwing(services: Services, publication: Publication) -> ThrowEvent:
    by_type: dict[EventType, ElementBehavior] = {
        EventType.NONE: NoneThrow(services),
        EventType.MESSAGE: MessageThrow(services),
        EventType.SIGNAL: SignalThrow(services),
        EventType.LINK: LinkThrow(services),
        EventType.ESCALATION: EscalationThrow(services, publication),
        EventType.ERROR: ErrorEnd(services, publication),
        EventType.COMPENSATION: CompensationThrow(services),
        EventType.TERMINATE: TerminateEnd(services),
    }
    return ThrowEvent(services, by_type)
