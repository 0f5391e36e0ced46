"""Calling functions: finding the one that is meant, putting arguments in order, and turning what it refuses into null and a warning.

Functions of the expression itself (variables that hold one) win over built-in ones. Evaluates arguments only through the run it is given.
"""

from __future__ import annotations

from collections.abc import Mapping

from zeebe_grpc.engine.feel import syntax
from zeebe_grpc.engine.feel.builtins import CallError, find, find_named
from zeebe_grpc.engine.feel.rendering import as_source
from zeebe_grpc.engine.feel.run import MISSING, Run, Scope
from zeebe_grpc.engine.feel.values import ErrorValue, Function, Value


def invocation(run: Run, tree: syntax.Invocation, scope: Scope) -> Value:
    """``name(a, b)`` or ``context.name(a, b)``."""
    if tree.path:
        return _qualified(run, tree, scope)
    own = scope.find(tree.name)
    arguments = tuple(run.evaluate(argument, scope) for argument in tree.arguments)
    ordered = _ordered(own, tree, arguments)
    if ordered is not None:
        error = _first_error(ordered)
        return _refused(run, tree.name, error.message) if error else own.call(ordered)
    return _builtin(run, tree, arguments)


def _qualified(run: Run, tree: syntax.Invocation, scope: Scope) -> Value:
    holder = run.evaluate(syntax.VariableRef(tree.path), scope)
    if not isinstance(holder, Mapping):
        message = f"expected a context but found {as_source(holder)}"
        run.warn("INVALID_TYPE", message)
        return ErrorValue(message)
    arguments = tuple(run.evaluate(argument, scope) for argument in tree.arguments)
    own = holder.get(tree.name, MISSING)
    ordered = _ordered(own, tree, arguments)
    if ordered is None:
        return ErrorValue(_not_found(run, tree))
    return own.call(ordered)


def _ordered(function: Value, tree: syntax.Invocation, arguments: tuple[Value, ...]) -> tuple[Value, ...] | None:
    """The arguments in the order of the parameters, what is not named as null; None if the function takes no such arguments."""
    if not isinstance(function, Function):
        return None
    if tree.names is None:
        return arguments if len(arguments) == len(function.parameters) else None
    named = dict(zip(tree.names, arguments, strict=True))
    if not named.keys() <= set(function.parameters):
        return None
    return tuple(named.get(name) for name in function.parameters)


def _builtin(run: Run, tree: syntax.Invocation, arguments: tuple[Value, ...]) -> Value:
    if tree.names is None:
        function = find(tree.name, len(arguments))
    else:
        function = find_named(tree.name, frozenset(tree.names))
    if function is None:
        _not_found(run, tree)
        return None
    error = _first_error(arguments)
    if error:
        return _refused(run, tree.name, error.message)
    try:
        return function.call_named(run, tree.names, arguments) if tree.names else function.call(run, arguments)
    except CallError as refusal:
        return _refused(run, tree.name, str(refusal) or f"illegal arguments: {', '.join(map(as_source, arguments))}")


def _first_error(arguments: tuple[Value, ...]) -> ErrorValue | None:
    return next((argument for argument in arguments if isinstance(argument, ErrorValue)), None)


def _refused(run: Run, name: str, reason: str) -> None:
    run.warn("FUNCTION_INVOCATION_FAILURE", f"failed to invoke function '{name}': {reason}")


def _not_found(run: Run, tree: syntax.Invocation) -> str:
    given = f"{len(tree.arguments)} parameters" if tree.names is None else f"parameters: {', '.join(tree.names)}"
    message = f"no function found with name '{tree.name}' and {given}"
    run.warn("NO_FUNCTION_FOUND", message)
    return message
