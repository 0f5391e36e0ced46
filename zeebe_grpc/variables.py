"""Variables: Python values to JSON documents and back, exactly.

Here live the encoding of what callers pass as `variables=` and the decoding into what they ask for with `as_type=`. No
request, no protobuf, no I/O.

What goes out: mappings, dataclasses, `TypedDict`, `msgspec.Struct`, attrs classes, pydantic models; inside them also
lists, tuples, sets, `datetime`, `date` and `time` (RFC 3339), `timedelta` (ISO 8601), `UUID`, `Enum` (its value) and
`Decimal`. Integers travel exactly from -2^63 to 2^64-1, which is what Zeebe keeps; beyond that, and for NaN and
infinity, encoding fails and names the path.

What comes in is read leniently: an empty or `null` document is `{}`, a float without a fraction fits an int, unknown
fields are ignored.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from types import NoneType
from typing import Any, Final, Literal, TypeAlias, cast

import msgspec
from typing_extensions import TypeVar

from zeebe_grpc.errors import VariablesError

V = TypeVar("V", default=dict[str, Any])
"""What variables are decoded into."""

Variables: TypeAlias = Any
"""What callers may pass: a mapping, a dataclass, a `TypedDict`, a `msgspec.Struct`, an attrs class, a pydantic model,
`RawJson`, or None for the empty document."""

DecimalForm: TypeAlias = Literal["number", "string"]
"""How a `Decimal` goes out: as a JSON number, which must survive a double, or as a string of its digits."""

SMALLEST_INT: Final = -(2**63)
LARGEST_INT: Final = 2**64 - 1

_EMPTY: Final = "{}"

_LONG_NUMBER = re.compile(rb"[0-9](?:[eE]|[0-9.]{15})")

_QUOTED_VALUE = re.compile(r"^(Invalid (?:enum )?value) '.*'(?= - at|$)", re.DOTALL)


class RawJson(str):
    """The text of a JSON object: sent as it is, or received and not decoded (`as_type=RawJson`)."""

    __slots__ = ()


def encode(variables: Variables, *, decimal: DecimalForm = "number") -> RawJson:
    """The JSON document for variables.

    Args:
        variables: What the module's page says; None is the empty document.
        decimal: `"number"` sends a `Decimal` as a JSON number and refuses one that a double cannot hold, because the
            engine would change it; `"string"` sends its digits as a JSON string.

    Raises:
        VariablesError: Something in it has no JSON form, or would not arrive as it is; `.path` says where.
    """
    if variables is None:
        return RawJson(_EMPTY)
    if isinstance(variables, RawJson):
        return _checked(variables)
    text = _encode_value(variables, decimal)
    if not text.startswith("{"):
        raise VariablesError("$", f"variables must be a JSON object, {type(variables).__name__} is not one")
    return RawJson(text)


def encode_text(variables: Variables) -> str:
    """The document for variables as the wire wants it: empty text for none, which the gateway reads as `{}`."""
    return "" if variables is None else encode(variables)


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
        text = _EMPTY
    return decode_value(text, as_type)


def decode_value(text: str, as_type: type[V] | None = None) -> V:
    """The value of any JSON text, an object or not. Otherwise as `decode`."""
    if as_type is None:
        return cast("V", _decode_loosely(text))
    if as_type is RawJson:
        return cast("V", RawJson(text))
    if _is_pydantic(as_type):
        return cast("V", _decode_pydantic(text, as_type))
    try:
        return cast("V", _decoder(as_type).decode(str(text)))
    except (msgspec.DecodeError, UnicodeEncodeError):
        return cast("V", _decode_leniently(text, as_type))


def check_type(as_type: type[Any] | None) -> None:
    """Refuse a type that no JSON can be read into, before any I/O.

    Raises:
        TypeError: msgspec cannot read this type, and it is no pydantic model.
    """
    if as_type is not None and as_type is not RawJson and not _is_pydantic(as_type):
        _decoder(as_type)


# Going out


class _UnfitError(Exception):
    """A value without a JSON form, on its way up from where it is: each container adds its step to the path."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.steps: list[str] = []


def _checked(document: RawJson) -> RawJson:
    try:
        _OBJECT.decode(str(document))
    except msgspec.DecodeError as error:
        raise VariablesError("$", f"RawJson must be the text of a JSON object: {_without_values(error)}") from None
    except UnicodeEncodeError:
        raise VariablesError("$", _SURROGATE) from None
    return document


def _encode_value(value: Any, decimal: DecimalForm) -> str:
    try:
        fast: bytes = _ENCODERS[decimal].encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError, NotImplementedError):
        pass
    else:
        if not _doubtful(fast):
            return fast.decode()
    try:
        plain = _plain(value, decimal)
    except _UnfitError as unfit:
        raise VariablesError("$" + "".join(reversed(unfit.steps)), unfit.reason) from unfit.__cause__
    except RecursionError:
        raise VariablesError("$", "nested too deep, or a value that contains itself") from None
    return _ENCODERS[decimal].encode(plain).decode()


def _doubtful(document: bytes) -> bool:
    """Whether it may hide a value that JSON or Zeebe would change.

    msgspec writes a float that is NaN as null, a `Decimal` that is NaN as it is, and any number of digits.
    """
    return (
        b"null" in document
        or b"NaN" in document
        or b"Infinity" in document
        or _LONG_NUMBER.search(document) is not None
    )


def _plain(value: Any, decimal: DecimalForm) -> Any:
    """The same value in JSON's own types."""
    kind = type(value)
    read = _KINDS.get(kind)
    if read is not None:
        return read(value, decimal)
    if kind in _CONSTANTS:
        return value
    if isinstance(value, Mapping):
        return _plain_mapping(value, decimal)
    if isinstance(value, (list, tuple, AbstractSet)):
        return _plain_items(value, decimal)
    return _plain(_opened(value), decimal)


def _plain_mapping(value: Mapping[Any, Any], decimal: DecimalForm) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, item in value.items():
        name = _name(key)
        if type(item) in _CONSTANTS:
            plain[name] = item
            continue
        try:
            plain[name] = _plain(item, decimal)
        except _UnfitError as unfit:
            unfit.steps.append(f".{name}" if name.isidentifier() else f"[{name!r}]")
            raise
    return plain


def _plain_items(value: Iterable[Any], decimal: DecimalForm) -> list[Any]:
    plain: list[Any] = []
    for item in value:
        try:
            plain.append(_plain(item, decimal))
        except _UnfitError as unfit:
            unfit.steps.append(f"[{len(plain)}]")
            raise
    return plain


def _plain_int(value: int, _decimal: DecimalForm) -> int:
    if not SMALLEST_INT <= value <= LARGEST_INT:
        raise _UnfitError("an integer beyond -2^63 to 2^64-1 is refused by Zeebe; send it as a string")
    return value


def _plain_float(value: float, _decimal: DecimalForm) -> float:
    if not math.isfinite(value):
        raise _UnfitError("JSON has no NaN and no infinity; send None or a string")
    return value


def _plain_str(value: str, _decimal: DecimalForm) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _UnfitError(_SURROGATE) from None
    return value


def _plain_decimal(value: Decimal, decimal: DecimalForm) -> str | int | float:
    if decimal == "string":
        return str(value)
    as_double = float(value) if value.is_finite() else math.inf
    if not math.isfinite(as_double) or Decimal(repr(as_double)) != value:
        raise _UnfitError('this Decimal does not survive a double; send a string, or use decimal="string"')
    whole = "." not in str(value) and SMALLEST_INT <= as_double <= LARGEST_INT
    return int(value) if whole else as_double


def _opened(value: Any) -> Any:
    """One step from a value that JSON does not know towards one that it does."""
    if isinstance(value, Enum):
        return value.value
    for kind, simpler in _SIMPLER:
        if isinstance(value, kind):
            return simpler(value)
    fields = _fields(value)
    if fields is not None:
        return fields
    reason = f"a value of type {type(value).__name__} has no JSON form"
    try:
        simple = msgspec.to_builtins(value, builtin_types=(Decimal,), str_keys=True, enc_hook=_foreign)
    except (TypeError, ValueError, OverflowError, NotImplementedError) as error:
        raise _UnfitError(reason) from error
    return simple


def _fields(value: Any) -> dict[str, Any] | None:
    """The fields of an object that has some, under their names in JSON and with their values as they are."""
    if isinstance(value, msgspec.Struct):
        return _struct_fields(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _set_only({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    attributes = getattr(type(value), "__attrs_attrs__", None)
    if attributes is not None:
        names = [attribute.name for attribute in attributes if not attribute.name.startswith("_")]
        return _set_only({name: getattr(value, name) for name in names})
    if _is_pydantic(type(value)):
        return cast("dict[str, Any]", value.model_dump(by_alias=True))
    return None


def _struct_fields(value: msgspec.Struct) -> dict[str, Any] | None:
    config = value.__struct_config__
    if config.array_like or config.omit_defaults:
        return None
    names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
    tag = {} if config.tag is None else {config.tag_field or "type": config.tag}
    return _set_only({**tag, **{name: getattr(value, field) for name, field in names}})


def _set_only(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: item for name, item in fields.items() if item is not msgspec.UNSET}


def _foreign(value: Any) -> Any:
    """What msgspec asks for when it meets a type that it does not know."""
    if isinstance(value, Mapping):
        return dict(value)
    if _is_pydantic(type(value)):
        return value.model_dump(by_alias=True)
    if hasattr(type(value), "__get_pydantic_core_schema__"):
        return sys.modules["pydantic_core"].to_jsonable_python(value)
    raise NotImplementedError


def _name(key: Any) -> str:
    if type(key) is str:
        return _plain_str(key, "number")
    try:
        (name,) = msgspec.to_builtins({key: None}, str_keys=True)
    except (TypeError, ValueError, NotImplementedError):
        raise _UnfitError(f"a name in a JSON object must be a string, not {type(key).__name__}") from None
    return cast("str", name)


_SURROGATE: Final = "text with a lone surrogate is no Unicode text; encode it otherwise"

_SIMPLER: Final[tuple[tuple[type, Callable[[Any], Any]], ...]] = (
    (str, lambda value: str.__str__(value)),
    (int, int.__int__),
    (float, float.__float__),
    (Decimal, Decimal),
)
"""Subclasses of JSON's own types, and how each becomes the type itself."""

_CONSTANTS: Final = frozenset({bool, NoneType})

_KINDS: Final[Mapping[type, Callable[[Any, DecimalForm], Any]]] = {
    int: _plain_int,
    float: _plain_float,
    str: _plain_str,
    dict: _plain_mapping,
    list: _plain_items,
    tuple: _plain_items,
    Decimal: _plain_decimal,
}

_ENCODERS: Final[Mapping[DecimalForm, msgspec.json.Encoder]] = {
    "number": msgspec.json.Encoder(enc_hook=_foreign, decimal_format="number"),
    "string": msgspec.json.Encoder(enc_hook=_foreign, decimal_format="string"),
}

_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


# Coming in


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
        return {name: _whole_numbers(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return value


def _misfit(error: msgspec.ValidationError) -> VariablesError:
    reason, _, path = _without_values(error).partition(" - at `")
    return VariablesError(path.rstrip("`") or "$", reason)


def _without_values(error: Exception) -> str:
    return _QUOTED_VALUE.sub(r"\1", str(error))


def _is_pydantic(kind: Any) -> bool:
    """Whether it is a pydantic model, without importing pydantic: a model exists only where it is imported."""
    pydantic = sys.modules.get("pydantic")
    return pydantic is not None and isinstance(kind, type) and issubclass(kind, pydantic.BaseModel)


def _decode_pydantic(text: str, model: Any) -> Any:
    try:
        return model.model_validate_json(text)
    except sys.modules["pydantic"].ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
        raise VariablesError(f"${path}", first["msg"]) from None


def _pydantic_part(kind: Any, value: Any) -> Any:
    """Reads a pydantic model inside another type; called by msgspec for types that it does not know."""
    if not _is_pydantic(kind):
        raise NotImplementedError
    try:
        return kind.model_validate(value)
    except sys.modules["pydantic"].ValidationError as error:
        raise ValueError(error.errors(include_input=False, include_url=False)[0]["msg"]) from None


def _new_decoder(as_type: Any) -> msgspec.json.Decoder[Any]:
    try:
        return msgspec.json.Decoder(as_type, dec_hook=_pydantic_part)
    except TypeError as error:
        raise TypeError(f"as_type: {as_type!r} cannot be read from JSON: {error}") from error


_cached_decoder = lru_cache(maxsize=512)(_new_decoder)


def _decoder(as_type: Any) -> msgspec.json.Decoder[Any]:
    try:
        return _cached_decoder(as_type)
    except TypeError:
        return _new_decoder(as_type)


_ANYTHING: Final = msgspec.json.Decoder[Any](Any)
