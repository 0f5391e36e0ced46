"""JSON documents to Python values, leniently."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, cast

import msgspec
import msgspec.inspect

from zeebe_grpc.errors import VariablesError
from zeebe_grpc.variables.common import EMPTY, J, RawJson, V, is_pydantic, without_values


def decode(text: str, as_type: type[V] | None = None) -> V:
    """The value of a JSON document.

    Args:
        text: The document; empty, blank and `null` mean `{}`.
        as_type: A dataclass, `TypedDict`, `msgspec.Struct`, attrs class, pydantic model, `dict[str, int]` or any other
            type that msgspec reads; `RawJson` for the text itself; None for plain `dict`.

    Raises:
        VariablesError: The document is no JSON, or does not fit the type; the text names the path and no value.
    """
    if not text or text == "null" or text.isspace():
        text = EMPTY
    return decode_value(text, as_type)


def decode_value(text: str, as_type: type[J] | None = None) -> J:
    """The value of any JSON text, an object or not. Otherwise as `decode`."""
    if as_type is None:
        return cast("J", _decode_loosely(text))
    if as_type is RawJson:
        return cast("J", RawJson(text))
    if is_pydantic(as_type):
        return cast("J", _decode_pydantic(text, as_type))
    try:
        return cast("J", _decoder(as_type).decode(str(text)))
    except (msgspec.DecodeError, UnicodeEncodeError):
        return cast("J", _decode_leniently(text, as_type))


def check_type(as_type: type[Any] | None) -> None:
    """Refuse a type that no JSON can be read into, before any I/O.

    Raises:
        TypeError: msgspec cannot read this type, and it is no pydantic model.
    """
    if as_type is not None and as_type is not RawJson and not is_pydantic(as_type):
        _decoder(as_type)


def _decode_loosely(text: str) -> Any:
    try:
        return _ANYTHING.decode(str(text))
    except (msgspec.DecodeError, UnicodeEncodeError):
        pass
    try:
        return json.loads(text)
    except ValueError as error:
        raise VariablesError("$", f"not JSON: {error}") from None


def _decode_leniently(text: str, as_type: Any) -> Any:
    """A second try with whole floats as ints: FEEL has one kind of number, so 2 may come back as 2.0."""
    loose = _whole_numbers(_decode_loosely(text))
    try:
        return msgspec.convert(loose, as_type, str_keys=True, dec_hook=_pydantic_part)
    except msgspec.ValidationError as error:
        raise _misfit(error) from None


def _whole_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _whole_numbers(item) for name, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in cast("list[object]", value)]
    return value


def _misfit(error: msgspec.ValidationError) -> VariablesError:
    reason, _, path = without_values(error).partition(" - at `")
    return VariablesError(path.rstrip("`") or "$", reason)


def _decode_pydantic(text: str, model: Any) -> Any:
    try:
        return model.model_validate_json(text)
    except sys.modules["pydantic"].ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
        raise VariablesError(f"${path}", first["msg"]) from None


def _pydantic_part(kind: Any, value: Any) -> Any:
    """Reads a pydantic model inside another type; called by msgspec for types that it does not know."""
    try:
        return kind.model_validate(value)
    except sys.modules["pydantic"].ValidationError as error:
        raise ValueError(error.errors(include_input=False, include_url=False)[0]["msg"]) from None


def _new_decoder(as_type: Any) -> msgspec.json.Decoder[Any]:
    try:
        _refuse_foreign(_type_info(as_type), set())
        return msgspec.json.Decoder(as_type, dec_hook=_pydantic_part)
    except TypeError as error:
        raise TypeError(f"as_type: {as_type!r} cannot be read from JSON: {error}") from None


def _type_info(as_type: Any) -> msgspec.inspect.Type | None:
    try:
        return msgspec.inspect.type_info(as_type)
    except TypeError as error:
        if "unhashable" in str(error):
            # older releases of msgspec can read into such a type, but not look into it
            return None  # pragma: no cover - reached with the oldest dependencies only
        raise


def _refuse_foreign(part: Any, seen: set[int]) -> None:
    """Refuse a type with a part that neither msgspec nor pydantic knows; msgspec would say so at the first value."""
    if isinstance(part, msgspec.inspect.CustomType) and not is_pydantic(part.cls):
        raise TypeError(f"nobody knows how to read a {part.cls.__name__}")
    if isinstance(part, (list, tuple)):
        for item in cast("Sequence[object]", part):
            _refuse_foreign(item, seen)
    elif isinstance(part, (msgspec.inspect.Type, msgspec.inspect.Field)) and id(part) not in seen:
        seen.add(id(part))
        for name in part.__struct_fields__:
            _refuse_foreign(getattr(part, name), seen)


_cached_decoder = lru_cache(maxsize=512)(_new_decoder)


def _decoder(as_type: Any) -> msgspec.json.Decoder[Any]:
    try:
        return _cached_decoder(as_type)
    except TypeError:
        return _new_decoder(as_type)


_ANYTHING: Final = msgspec.json.Decoder[Any](Any)
