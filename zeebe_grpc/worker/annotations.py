"""Reading the annotations of a handler, and the types in them. Pure inspection, once at registration."""

from __future__ import annotations

import builtins
import functools
import inspect
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import msgspec

from zeebe_grpc.async_client import AsyncZeebeClient
from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.variables import RawJson

Color = Literal["blocking", "async"]


def is_async(handler: Callable[..., Any]) -> bool:
    """Whether calling it gives a coroutine."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    call = getattr(type(handler), "__call__", None)  # noqa: B004 - the function behind a callable object is wanted
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(call)


def parameters(handler: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters of a handler.

    Raises:
        TypeError: It is no function that can be a handler.
    """
    if not callable(handler):
        raise TypeError(f"a handler is a function, not {type(handler).__name__}")
    if inspect.isgeneratorfunction(handler) or inspect.isasyncgenfunction(handler):
        raise TypeError(f"{name_of(handler)} yields; a handler returns its result")
    return list(inspect.signature(handler).parameters.values())


def name_of(handler: Callable[..., Any]) -> str:
    """What people call a handler."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    return getattr(handler, "__qualname__", type(handler).__qualname__)


def hints(handler: Callable[..., Any], local_names: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters' annotations as objects, postponed ones included; the return annotation is nobody's business.

    Args:
        handler: The function.
        local_names: Names of the scope in which it was defined, for types that are defined inside a function.

    Raises:
        TypeError: An annotation names something that does not exist at run time.
    """
    function = _function(handler)
    written: dict[str, Any] = dict(getattr(function, "__annotations__", {}))
    written.pop("return", None)
    holder = types.SimpleNamespace(__annotations__=written)
    try:
        return get_type_hints(holder, function.__globals__, {**local_names}, include_extras=True)
    except (NameError, AttributeError) as error:
        raise TypeError(
            f"an annotation of {name_of(handler)} cannot be resolved: {error}. "
            "Import the type at run time, not only under TYPE_CHECKING"
        ) from error


def _function(handler: Callable[..., Any]) -> types.FunctionType:
    """The function whose code says what the parameters are."""
    found: Any = handler
    while isinstance(found, functools.partial):
        found = found.func
    found = inspect.unwrap(found)
    if not inspect.isroutine(found) and not isinstance(found, builtins.type):
        found = type(found).__call__
    return cast("types.FunctionType", getattr(found, "__func__", found))


def without_none(annotation: Any) -> Any:
    """``X`` for ``X | None``, anything else as it is."""
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        if len(rest) == 1:
            return rest[0]
    return annotation


def client_color(annotation: Any) -> Color | None:
    """Which of our clients a class is; None if it is neither."""
    if not isinstance(annotation, type):
        return None
    if issubclass(annotation, AsyncZeebeClient):
        return "async"
    return "blocking" if issubclass(annotation, ZeebeClient) else None


def check_readable(annotation: Any, what: str) -> None:
    """Refuse a type into which no JSON can be read.

    Raises:
        TypeError: msgspec cannot read it, and it is no pydantic model.
    """
    if annotation is RawJson or _is_pydantic(annotation):
        return
    try:
        foreign = _foreign(msgspec.inspect.type_info(annotation))
    except TypeError as error:
        raise TypeError(f"{what}: {annotation!r} cannot be read from JSON: {error}") from error
    if foreign is not None:
        raise TypeError(f"{what}: {foreign!r} cannot be read from JSON, and is nothing that a worker provides")


def field_names(annotation: Any) -> tuple[str, ...] | None:
    """The names in JSON that a type reads; None if it may read any."""
    if _is_pydantic(annotation):
        return _pydantic_names(annotation)
    if annotation is RawJson:
        return None
    info = msgspec.inspect.type_info(annotation)
    if isinstance(info, (msgspec.inspect.StructType, msgspec.inspect.DataclassType, msgspec.inspect.TypedDictType)):
        tag = getattr(info, "tag_field", None)
        return (*(() if tag is None else (tag,)), *(field.encode_name for field in info.fields))
    return None


def _foreign(info: msgspec.inspect.Type, seen: frozenset[int] = frozenset()) -> Any:
    """The first type inside that msgspec does not know; None if it knows all."""
    if id(info) in seen:
        return None
    if isinstance(info, msgspec.inspect.CustomType):
        return None if _is_pydantic(info.cls) else info.cls
    for part in _parts(info):
        foreign = _foreign(part, seen | {id(info)})
        if foreign is not None:
            return foreign
    return None


def _parts(info: Any) -> list[msgspec.inspect.Type]:
    parts: list[Any] = [getattr(info, name, None) for name in ("item_type", "key_type", "value_type", "type")]
    parts += getattr(info, "types", ())
    parts += getattr(info, "item_types", ())
    parts += [field.type for field in getattr(info, "fields", ())]
    return [part for part in parts if isinstance(part, msgspec.inspect.Type)]


def _is_pydantic(kind: Any) -> bool:
    pydantic = sys.modules.get("pydantic")
    # Python 3.10 takes list[int] for a class, which it cannot compare with an abstract one.
    if pydantic is None or type(kind) is types.GenericAlias or not isinstance(kind, type):
        return False
    return issubclass(kind, pydantic.BaseModel)


def _pydantic_names(model: Any) -> tuple[str, ...] | None:
    if model.model_config.get("extra") == "allow":
        return None
    names: list[str] = []
    for name, field in model.model_fields.items():
        if field.validation_alias is not None and not isinstance(field.validation_alias, str):
            return None
        names.append(field.validation_alias or field.alias or name)
        if model.model_config.get("populate_by_name") or model.model_config.get("validate_by_name"):
            names.append(name)
    return tuple(dict.fromkeys(names))
