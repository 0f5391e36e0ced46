"""What an element of an ad-hoc sub-process asks an agent for: calls of `fromAi` in its input mappings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, cast

from zeebe_grpc.engine.feel.syntax import (
    BooleanLiteral,
    ContextLiteral,
    Expr,
    Invocation,
    ListLiteral,
    NullLiteral,
    NumberLiteral,
    Path,
    Property,
    StringLiteral,
    VariableRef,
)

_NAMES = ("value", "description", "type", "schema", "options")


class ParameterError(ValueError):
    """A call of `fromAi` cannot be understood without evaluating it."""


def agent_parameters(tree: Expr) -> list[dict[str, Any]]:
    """Name, description, type, schema and options of each call, as far as they are given, in the order of the text.

    Raises:
        ParameterError: The first argument is no reference, or another one is no constant of its type.
    """
    return [_parameter(call) for call in _calls(tree)]


def _calls(tree: Any) -> Iterator[Invocation]:
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Invocation) and node.name == "fromAi" and not node.path:
            yield node
        elif isinstance(node, (tuple, list)):
            pending.extend(reversed(cast("Sequence[object]", node)))
        elif is_dataclass(node):
            pending.extend(getattr(node, field.name) for field in reversed(fields(node)))


def _parameter(call: Invocation) -> dict[str, Any]:
    given = dict(zip(call.names or _NAMES, call.arguments, strict=False))
    parameter: dict[str, Any] = {"name": _reference(given.get("value"))}
    for name, kind in (("description", str), ("type", str), ("schema", dict), ("options", dict)):
        value = _constant(given[name]) if name in given else None
        if value is None:
            continue
        if not isinstance(value, kind):
            raise ParameterError(f"Expected fromAi() parameter '{name}' to be a constant {kind.__name__}")
        parameter[name] = value
    return parameter


def _reference(node: Expr | None) -> str:
    if isinstance(node, VariableRef):
        return ".".join(node.names)
    if isinstance(node, Path) and isinstance(node.base, VariableRef):
        steps = [step.name for step in node.steps if isinstance(step, Property)]
        if len(steps) == len(node.steps):
            return ".".join([*node.base.names, *steps])
    raise ParameterError("Expected fromAi() parameter 'value' to be a reference (e.g. 'toolCall.customParameter')")


def _constant(node: Expr) -> Any:
    if isinstance(node, StringLiteral | BooleanLiteral):
        return node.value
    if isinstance(node, NumberLiteral):
        whole = node.value == node.value.to_integral_value()
        return int(node.value) if whole else float(node.value)
    if isinstance(node, ListLiteral):
        return [_constant(item) for item in node.items]
    if isinstance(node, ContextLiteral):
        return {name: _constant(value) for name, value in node.entries}
    if isinstance(node, NullLiteral):
        return None
    raise ParameterError("Expected the parameters of fromAi() to be constants")
