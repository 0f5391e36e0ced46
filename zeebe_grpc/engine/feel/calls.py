"""Calling functions: finding the one that is meant, ordering its arguments, turning a refusal into a warning.

Functions that the expression itself defines win over built-in ones. Arguments are evaluated only if there is a function
to take them, and only through the run.
"""

from __future__ import annotations

from collections.abc import Iterable

from zeebe_grpc.engine.feel import syntax
from zeebe_grpc.engine.feel.builtins import Builtin, CallError, CallFailureError, find, find_named
from zeebe_grpc.engine.feel.rendering import brief
from zeebe_grpc.engine.feel.run import Run, Scope
from zeebe_grpc.engine.feel.values import Context, ErrorValue, FatalValue, Function, Value, is_context


def invocation(run: Run, tree: syntax.Invocation, scope: Scope) -> Value:
    """``name(a, b)`` or ``context.name(a, b)``."""
    if tree.path:
        return _qualified(run, tree, scope)
    own = _taking(scope.functions(tree.name), tree)
    function = own or _builtin(tree)
    if function is None:
        _not_found(run, tree)
        return None
    arguments = tuple(run.evaluate(argument, scope) for argument in tree.arguments)
    return _called(run, tree, function, arguments)


def _qualified(run: Run, tree: syntax.Invocation, scope: Scope) -> Value:
    holder = run.evaluate(syntax.VariableRef(tree.path), scope)
    if not is_context(holder):
        message = f"expected a context but found {brief(holder)}"
        run.warn("INVALID_TYPE", message)
        return ErrorValue(message)
    functions = holder.functions.get(tree.name, ()) if isinstance(holder, Context) else ()
    function = _taking(functions, tree)
    if function is None:
        return ErrorValue(_not_found(run, tree))
    arguments = tuple(run.evaluate(argument, scope) for argument in tree.arguments)
    return _called(run, tree, function, arguments)


def _taking(functions: Iterable[Function], tree: syntax.Invocation) -> Function | None:
    """The first of the functions that takes the arguments as they are given."""
    if tree.names is None:
        count = len(tree.arguments)
        return next((function for function in functions if len(function.parameters) == count), None)
    given = set(tree.names)
    return next((function for function in functions if given <= set(function.parameters)), None)


def _builtin(tree: syntax.Invocation) -> Builtin | None:
    return find(tree.name, len(tree.arguments)) if tree.names is None else find_named(tree.name, frozenset(tree.names))


def _called(run: Run, tree: syntax.Invocation, function: Function | Builtin, arguments: tuple[Value, ...]) -> Value:
    gathered = tree.names is None and isinstance(function, Builtin) and function.variadic
    error = None if gathered else _first_error(arguments)
    if isinstance(error, FatalValue):
        return error
    if error is not None:
        return _refused(run, tree.name, error.message)
    if isinstance(function, Function):
        return function.call(_ordered(function, tree, arguments))
    try:
        if tree.names is None:
            return function.call(run, arguments)
        return function.call_named(run, dict(zip(tree.names, arguments, strict=True)))
    except CallError as refusal:
        return _refused(run, tree.name, str(refusal) or f"illegal arguments: {', '.join(map(brief, arguments))}")
    except (CallFailureError, ArithmeticError) as failure:
        raise run.failure(f"function '{tree.name}' failed: {failure}") from None


def _ordered(function: Function, tree: syntax.Invocation, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """The arguments in the order of the parameters; what is not named is null."""
    if tree.names is None:
        return arguments
    named = dict(zip(tree.names, arguments, strict=True))
    return tuple(named.get(name) for name in function.parameters)


def _first_error(arguments: tuple[Value, ...]) -> ErrorValue | None:
    errors = [argument for argument in arguments if isinstance(argument, ErrorValue)]
    return next((error for error in errors if isinstance(error, FatalValue)), errors[0] if errors else None)


def _refused(run: Run, name: str, reason: str) -> None:
    run.warn("FUNCTION_INVOCATION_FAILURE", f"failed to invoke function '{name}': {reason}")


def _not_found(run: Run, tree: syntax.Invocation) -> str:
    names = tree.names
    given = f"{len(tree.arguments)} parameters" if names is None else f"parameters: {', '.join(names)}"
    message = f"no function found with name '{tree.name}' and {given}"
    run.warn("NO_FUNCTION_FOUND", message)
    return message
