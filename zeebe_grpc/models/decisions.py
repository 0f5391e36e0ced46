"""Decisions: what an evaluation tells.

Inputs and outputs are JSON values of any kind; each is decoded when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic

from zeebe_grpc.keys import DecisionEvaluationKey, DecisionKey, DecisionRequirementsKey
from zeebe_grpc.models.jobs import DEFAULT_TENANT
from zeebe_grpc.variables import J, decode_value


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedInput:
    """An input of a decision table, with its value."""

    id: str
    name: str
    value_json: str = field(repr=False)

    @property
    def value(self) -> Any:
        """The value that the input expression had."""
        return decode_value(self.value_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedOutput:
    """An output of a rule, with its value."""

    id: str
    name: str
    value_json: str = field(repr=False)

    @property
    def value(self) -> Any:
        """The value that the output expression had."""
        return decode_value(self.value_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedRule:
    """A rule that matched; `index` counts from 1."""

    id: str
    index: int
    outputs: tuple[EvaluatedOutput, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatedDecision:
    """One decision of an evaluation: the one asked for, or one that it requires."""

    decision_key: DecisionKey
    decision_id: str
    decision_name: str
    decision_version: int
    decision_type: str
    output_json: str = field(repr=False)
    matched_rules: tuple[MatchedRule, ...] = ()
    inputs: tuple[EvaluatedInput, ...] = ()
    tenant_id: str = DEFAULT_TENANT
    evaluation_instance_key: str | None = None
    """Names this decision within the evaluation (8.8)."""

    @property
    def output(self) -> Any:
        """What this decision gave."""
        return decode_value(self.output_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEvaluation(Generic[J]):
    """The evaluation of a decision. One that failed is an answer too: look at `failed`."""

    decision_key: DecisionKey
    decision_id: str
    decision_name: str
    decision_version: int
    decision_requirements_id: str
    decision_requirements_key: DecisionRequirementsKey
    output: J | None
    """What the decision gave; None also if it failed."""
    output_json: str = field(repr=False)
    evaluated_decisions: tuple[EvaluatedDecision, ...] = ()
    failed_decision_id: str | None = None
    """The decision that failed, this one or one that it requires."""
    failure_message: str | None = None
    evaluation_key: DecisionEvaluationKey | None = None
    tenant_id: str = DEFAULT_TENANT

    @property
    def failed(self) -> bool:
        """Whether the evaluation failed."""
        return self.failed_decision_id is not None
