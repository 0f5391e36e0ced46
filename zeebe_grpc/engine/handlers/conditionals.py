"""Conditions of start events, evaluated when somebody asks for it."""

from __future__ import annotations

from zeebe_grpc.engine.answers import Answer, ConditionalEvaluated, RejectionType
from zeebe_grpc.engine.commands import Document, EvaluateConditional
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.handlers.start_events import StartEvents
from zeebe_grpc.engine.processing.failure import Failure
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.conditionals import ConditionalSubscription


class ConditionalHandler:
    """Handles `EvaluateConditional`."""

    def __init__(self, services: Services, starts: StartEvents) -> None:
        self._services = services
        self._log = services.log
        self._starts = starts

    def evaluate(self, command: EvaluateConditional, request: int) -> Answer:
        """Start an instance for each condition that holds; all are evaluated before the first one starts."""
        holding = [found for found in self._asked(command) if self._holds(found, command.variables)]
        started: list[tuple[int, int]] = []
        for subscription in holding:
            key = self._log.next_key()
            self._starts.start(subscription.definition, subscription.element_id, command.variables, key)
            started.append((subscription.definition.key, key))
        evaluation_key = self._log.next_key()
        record = {
            "processDefinitionKey": command.process_definition_key if command.process_definition_key > 0 else -1,
            "startedProcessInstances": [
                {"processDefinitionKey": definition, "processInstanceKey": instance} for definition, instance in started
            ],
            "variables": dict(command.variables),
            "tenantId": command.tenant_id,
        }
        self._log.event("CONDITIONAL_EVALUATION", "EVALUATED", evaluation_key, record)
        return ConditionalEvaluated(evaluation_key, started, command.tenant_id)

    def _asked(self, command: EvaluateConditional) -> list[ConditionalSubscription]:
        state, key = self._services.state, command.process_definition_key
        if key <= 0:
            return state.conditionals.of_tenant(command.tenant_id)
        definition = state.definitions.by_key(key)
        if definition is None or definition.tenant_id != command.tenant_id:
            reason = f"Expected to evaluate the conditions of process definition '{key}', but it does not exist"
            raise RejectedError("CONDITIONAL_EVALUATION", "EVALUATE", RejectionType.NOT_FOUND, reason)
        return state.conditionals.of_definition(definition)

    def _holds(self, subscription: ConditionalSubscription, variables: Document) -> bool:
        """Whether the condition is true; what cannot be evaluated, or is no boolean, is not."""
        if not subscription.concerns(frozenset(variables)):
            return False
        try:
            return self._services.expressions.truth(subscription.condition, -1, variables)
        except Failure:
            return False
