"""The table of behaviours: which object acts for which type of element."""

from __future__ import annotations

from collections.abc import Callable

from zeebe_grpc.engine.elements.base import ElementBehavior, ScopeElementBehavior
from zeebe_grpc.engine.elements.containers import ProcessBehavior, SubProcessBehavior
from zeebe_grpc.engine.elements.events import NoneEndEvent, StartEvent
from zeebe_grpc.engine.elements.gateways import ExclusiveGateway, ParallelGateway
from zeebe_grpc.engine.elements.tasks import JobTask, PassThroughTask
from zeebe_grpc.engine.model.elements import ElementType
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.elements import ElementInstance


def make_behaviors(
    services: Services, process_completed: Callable[[ElementInstance], None]
) -> dict[ElementType, ElementBehavior]:
    """One behaviour for each type; those that hold others are told to the transitions."""
    passing, working = PassThroughTask(services), JobTask(services)
    behaviors: dict[ElementType, ElementBehavior] = {
        ElementType.PROCESS: ProcessBehavior(services, process_completed),
        ElementType.SUB_PROCESS: SubProcessBehavior(services),
        ElementType.START_EVENT: StartEvent(services),
        ElementType.END_EVENT: NoneEndEvent(services),
        ElementType.TASK: passing,
        ElementType.MANUAL_TASK: passing,
        ElementType.SERVICE_TASK: working,
        ElementType.SEND_TASK: working,
        ElementType.SCRIPT_TASK: working,
        ElementType.BUSINESS_RULE_TASK: working,
        ElementType.USER_TASK: working,
        ElementType.EXCLUSIVE_GATEWAY: ExclusiveGateway(services),
        ElementType.PARALLEL_GATEWAY: ParallelGateway(services),
    }
    services.transitions.scopes = {
        kind: behavior for kind, behavior in behaviors.items() if isinstance(behavior, ScopeElementBehavior)
    }
    return behaviors
