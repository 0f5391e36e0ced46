"""Decisions in the engine: evaluated on command, called by business rule tasks, deleted with their requirements."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from zeebe_grpc.engine.answers import Answer, DecisionEvaluated, RejectionType
from zeebe_grpc.engine.commands import EvaluateDecision, JsonValue
from zeebe_grpc.engine.dmn import DecisionEvaluation, evaluate
from zeebe_grpc.engine.dmn.report import KNOWLEDGE_VERSION, with_rule_ids
from zeebe_grpc.engine.handlers.decision_records import (
    Caller,
    decision_record,
    evaluation_record,
    requirements_record,
)
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.model.elements import BusinessRuleTask
from zeebe_grpc.engine.processing.failure import CALLED_DECISION_ERROR, DECISION_EVALUATION_ERROR, Failure
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.decisions import DeployedDecision
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.versions import numbers

_KNOWLEDGE = (-1, KNOWLEDGE_VERSION)
"""Key and version of a knowledge model, which is deployed with decisions but not as one."""


class DecisionHandler:
    """Handles `EvaluateDecision`, is the `DecisionCaller` of business rule tasks and the `Deletable` of requirements.

    Args:
        services: The mechanisms of the engine.
        version: The minor version of Zeebe whose answers are given.
    """

    def __init__(self, services: Services, version: str) -> None:
        self._log = services.log
        self._decisions = services.state.decisions
        self._expressions = services.expressions
        self._variables = services.state.variables
        # uuid() and random number() differ within a run and are the same in each run
        self._random = Random(0)  # noqa: S311 (draws nothing secret)
        # from 8.8 on a decision that is not there is not found, before it was an invalid argument
        known = numbers(version) >= (8, 8)
        self._missing = RejectionType.NOT_FOUND if known else RejectionType.INVALID_ARGUMENT

    def evaluate(self, command: EvaluateDecision, request: int) -> Answer:
        """Evaluate a decision; one that fails is an answer too."""
        entry = self._find(command)
        evaluation = self._evaluated(entry, command.variables)
        if not _all_identified(evaluation):
            reason = f"Expected to evaluate decision '{entry.id}', but an input or output column has no id"
            raise _rejected(RejectionType.PROCESSING_ERROR, reason)
        identities = self._identities(entry, evaluation)
        key = self._write(entry, evaluation, identities, Caller())
        return DecisionEvaluated(
            decision_id=entry.id,
            decision_name=entry.decision.name,
            decision_version=entry.version,
            decision_key=entry.key,
            requirements_id=entry.requirements.id,
            requirements_key=entry.requirements.key,
            evaluation_key=key,
            evaluation=evaluation,
            tenant_id=entry.tenant_id,
            identities=identities,
        )

    def call(self, task: BusinessRuleTask, instance: ElementInstance) -> JsonValue:
        """Find the decision that a task names, evaluate it with what the task sees, and give its output."""
        entry = self._called(task, instance)
        evaluation = self._evaluated(entry, self._variables.view(instance.key))
        caller = Caller(
            bpmn_process_id=instance.definition.id,
            process_definition_key=instance.definition.key,
            process_instance_key=instance.process_instance_key,
            element_id=task.id,
            element_instance_key=instance.key,
        )
        self._write(entry, evaluation, self._identities(entry, evaluation), caller)
        if evaluation.failed_decision_id:
            raise Failure(evaluation.failure_message, DECISION_EVALUATION_ERROR)
        return evaluation.output

    def tenant_of(self, key: int) -> str | None:
        """The tenant of decision requirements."""
        requirements = self._decisions.requirements.by_key(key)
        return None if requirements is None else requirements.tenant_id

    def delete(self, key: int) -> None:
        """Delete decision requirements and the decisions that came with them."""
        requirements = self._decisions.requirements.by_key(key)
        if requirements is None:
            return
        for entry in self._decisions.of(requirements).values():
            self._decisions.decisions.remove(entry)
            self._log.event("DECISION", "DELETED", self._log.next_key(), decision_record(entry))
        self._decisions.requirements.remove(requirements)
        record = requirements_record(requirements, namespace="")
        self._log.event("DECISION_REQUIREMENTS", "DELETED", self._log.next_key(), record)

    def _find(self, command: EvaluateDecision) -> DeployedDecision:
        if command.decision_id:
            entry = self._decisions.decisions.latest(command.decision_id, command.tenant_id)
            shown, kind = command.decision_id, "id"
        elif command.decision_key > 0:
            entry = self._decisions.decisions.by_key(command.decision_key)
            shown, kind = str(command.decision_key), "key"
        else:
            reason = "Expected either a decision id or a valid decision key, but none provided"
            raise _rejected(RejectionType.INVALID_ARGUMENT, reason)
        if entry is None or entry.tenant_id != command.tenant_id:
            raise _rejected(
                self._missing, f"Expected to evaluate decision '{shown}', but no decision found for {kind} '{shown}'"
            )
        return entry

    def _called(self, task: BusinessRuleTask, instance: ElementInstance) -> DeployedDecision:
        if task.decision_id is None:
            raise Failure(f"Expected element '{task.id}' to call a decision, but it names none.", CALLED_DECISION_ERROR)
        decision_id = self._expressions.text(task.decision_id, instance.key)
        expected = f"Expected to evaluate decision '{decision_id}'"
        tenant = instance.tenant_id
        if task.binding == "deployment":
            key = instance.definition.deployment_key
            entry = self._decisions.in_deployment(decision_id, key, tenant)
            missing = f"{expected} with binding type 'deployment', but deployment {key} of the process has none"
        elif task.binding == "versionTag":
            entry = self._decisions.tagged(decision_id, task.version_tag, tenant)
            missing = f"{expected} with version tag '{task.version_tag}', but no such decision found"
        else:
            entry = self._decisions.decisions.latest(decision_id, tenant)
            missing = f"{expected}, but no decision found for id '{decision_id}'"
        if entry is None:
            raise Failure(missing, CALLED_DECISION_ERROR)
        return entry

    def _evaluated(self, entry: DeployedDecision, variables: Mapping[str, Any]) -> DecisionEvaluation:
        evaluation = evaluate(
            entry.requirements.model,
            entry.id,
            variables,
            now=self._expressions.now,
            zone=self._expressions.zone,
            random=self._random,
        )
        versions = {name: found.version for name, found in self._decisions.of(entry.requirements).items()}
        return with_rule_ids(evaluation, versions)

    def _identities(self, entry: DeployedDecision, evaluation: DecisionEvaluation) -> list[tuple[int, int]]:
        deployed = {name: (found.key, found.version) for name, found in self._decisions.of(entry.requirements).items()}
        return [deployed.get(decision.id, _KNOWLEDGE) for decision in evaluation.decisions]

    def _write(
        self,
        entry: DeployedDecision,
        evaluation: DecisionEvaluation,
        identities: list[tuple[int, int]],
        caller: Caller,
    ) -> int:
        key = self._log.next_key()
        intent = "FAILED" if evaluation.failed_decision_id else "EVALUATED"
        self._log.event("DECISION_EVALUATION", intent, key, evaluation_record(entry, evaluation, identities, caller))
        return key


def _rejected(rejection: RejectionType, reason: str) -> RejectedError:
    return RejectedError("DECISION_EVALUATION", "EVALUATE", rejection, reason)


def _all_identified(evaluation: DecisionEvaluation) -> bool:
    """Zeebe cannot write down the value of a column without an id."""
    inputs = [clause.id for decision in evaluation.decisions for clause in decision.inputs]
    rules = [rule for decision in evaluation.decisions for rule in decision.rules]
    return all(inputs) and all(clause.id for rule in rules for clause in rule.outputs)
