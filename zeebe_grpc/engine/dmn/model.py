"""A decision model after reading: decisions, knowledge models and the logic in them, all immutable.

Says what there is, not how it is read (`reader`) or decided (`evaluation`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from zeebe_grpc.engine.feel import Expression, UnaryTests


@dataclass(frozen=True)
class InputClause:
    """A column of a decision table that is tested. `name` is its label, or the expression's text without one."""

    id: str
    name: str
    expression: Expression


@dataclass(frozen=True)
class OutputClause:
    """A column of a decision table that is given out.

    Attributes:
        id: The clause's id; empty if it has none.
        name: The key of the output in a result of several; None if it has none.
        label: What a person calls it; None if it has none.
        values: The output values in their order of priority, as text without quotes; empty if none are listed.
        default: What the column gives if no rule matches; None for nothing.
    """

    id: str
    name: str | None
    label: str | None
    values: tuple[str, ...]
    default: Expression | None


@dataclass(frozen=True)
class Rule:
    """A row of a decision table. `tests` has None where any input fits; `number` counts from 1.

    Rows that are alike in everything, their ids included, have the number of the first of them.
    """

    id: str
    number: int
    tests: tuple[UnaryTests | None, ...]
    outputs: tuple[Expression, ...]


@dataclass(frozen=True)
class DecisionTable:
    """A decision table. `hit_policy` and `aggregation` are DMN's words; `aggregation` is empty without one."""

    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    hit_policy: str
    aggregation: str


@dataclass(frozen=True)
class LiteralExpression:
    """A FEEL expression."""

    expression: Expression


@dataclass(frozen=True)
class ContextEntries:
    """A boxed context. Each entry sees those before it; with a `result`, only that is given out."""

    entries: tuple[tuple[str, Logic], ...]
    result: Logic | None


@dataclass(frozen=True)
class ListItems:
    """A boxed list."""

    items: tuple[Logic, ...]


@dataclass(frozen=True)
class Relation:
    """A boxed relation: a list of contexts, each row as pairs of column and logic."""

    rows: tuple[tuple[tuple[str, Logic], ...], ...]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function and the type its argument must have; an empty or unknown type takes anything."""

    name: str
    type_ref: str


@dataclass(frozen=True)
class FunctionDefinition:
    """A boxed function with a FEEL body."""

    parameters: tuple[Parameter, ...]
    body: Expression


@dataclass(frozen=True)
class NoLogic:
    """What a knowledge model without logic has: it gives null."""


@dataclass(frozen=True, eq=False)
class KnowledgeModel:
    """A business knowledge model: a function under its name, for the decisions and models that require it."""

    id: str
    name: str
    parameters: tuple[Parameter, ...]
    logic: Logic
    required: tuple[KnowledgeModel, ...] = field(repr=False)


@dataclass(frozen=True)
class Invocation:
    """A boxed invocation of a knowledge model."""

    model: KnowledgeModel
    bindings: tuple[tuple[str, Expression], ...]


Boxed: TypeAlias = "ContextEntries | ListItems | Relation | Invocation | FunctionDefinition"
Logic: TypeAlias = "DecisionTable | LiteralExpression | Boxed | NoLogic"
"""How something is decided."""


@dataclass(frozen=True, eq=False)
class Decision:
    """One decision.

    Attributes:
        id: Its id, by which it is deployed and evaluated.
        name: Its name.
        result_name: The variable in which a decision that requires this one finds the result; None for none.
        result_type: The type the result must have; empty or unknown for any.
        logic: How it is decided.
        version_tag: The tag of this version, from Zeebe's extension element; empty for none.
        required_decisions: What is decided before it, in this order.
        required_knowledge: The functions its logic may call.
    """

    id: str
    name: str
    result_name: str | None
    result_type: str
    logic: Logic
    version_tag: str
    required_decisions: tuple[Decision, ...] = field(repr=False)
    required_knowledge: tuple[KnowledgeModel, ...] = field(repr=False)


@dataclass(frozen=True, eq=False)
class DecisionRequirements:
    """A decision requirements graph: what one DMN file deploys.

    Attributes:
        id: The id of its ``<definitions>``.
        name: Its name.
        namespace: Its namespace, as the file gives it.
        decisions: The decisions by id, in the order in which Zeebe deploys them.
    """

    id: str
    name: str
    namespace: str
    decisions: Mapping[str, Decision]
