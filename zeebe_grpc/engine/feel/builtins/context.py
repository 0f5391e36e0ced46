"""Built-in functions on contexts. No context is ever changed: each gives a new one."""

from __future__ import annotations

from collections.abc import Mapping

from zeebe_grpc.engine.feel.builtins.registry import ANYTHING, CONTEXT, LIST, CallError, builtin
from zeebe_grpc.engine.feel.ordering import context_order
from zeebe_grpc.engine.feel.run import Run
from zeebe_grpc.engine.feel.values import Value, is_context, is_list

_KEY = (str, list)


@builtin("get value", ("context", CONTEXT), ("keys", LIST))
@builtin("get value", ("context", CONTEXT), ("key", _KEY))
@builtin("get value", ("m", CONTEXT), ("key", _KEY))
def _get_value(_run: Run, context: Mapping[str, Value], key: str | list[Value]) -> Value:
    keys = [key] if isinstance(key, str) else key
    value: Value = context if keys else None
    for name in keys:
        if not is_context(value) or not isinstance(name, str):
            return None
        value = value.get(name)
    return value


@builtin("get entries", ("m", CONTEXT))
@builtin("get entries", ("context", CONTEXT))
def _get_entries(run: Run, context: Mapping[str, Value]) -> Value:
    run.step(len(context))
    return [{"key": key, "value": context[key]} for key in context_order(context)]


@builtin("context put", ("context", CONTEXT), ("keys", LIST), ("value", ANYTHING))
@builtin("context put", ("context", CONTEXT), ("key", _KEY), ("value", ANYTHING))
@builtin("put", ("context", CONTEXT), ("key", _KEY), ("value", ANYTHING))
def _context_put(run: Run, context: Mapping[str, Value], key: str | list[Value], value: Value) -> Value:
    keys = [key] if isinstance(key, str) else key
    if not all(isinstance(name, str) for name in keys):
        raise CallError
    return _put(run, context, keys, value) if keys else None


def _put(run: Run, context: Mapping[str, Value], keys: list[str], value: Value) -> Mapping[str, Value]:
    root: dict[str, Value] = dict(context)
    place = root
    for name in keys[:-1]:
        inner = place.get(name)
        run.step(len(place))
        place[name] = dict(inner) if is_context(inner) else {}
        place = place[name]
    run.step(len(place))
    place[keys[-1]] = value
    return root


@builtin("context merge", ("contexts", ANYTHING), variadic=True)
@builtin("put all", ("contexts", ANYTHING), variadic=True)
def _merge(run: Run, contexts: Value) -> Value:
    if not is_list(contexts) or not all(is_context(context) for context in contexts):
        return None
    merged: dict[str, Value] = {}
    for context in contexts:
        run.step(len(context))
        merged.update(context)
    return merged


@builtin("context", ("entries", ANYTHING))
def _context(run: Run, entries: Value) -> Value:
    if not is_list(entries):
        return None
    run.step(len(entries))
    result: dict[str, Value] = {}
    for entry in entries:
        if not is_context(entry) or not isinstance(entry.get("key"), str) or "value" not in entry:
            return None
        result[entry["key"]] = entry["value"]
    return result
