"""Python values to JSON documents, exactly or not at all.

First everything is given to msgspec's compiled encoder. Only where its text shows that a value may have been changed is
the value walked through in Python, which finds out, and knows the path.
"""

from __future__ import annotations

import dataclasses
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import Any, Final, cast

import msgspec

from zeebe_grpc.errors import VariablesError
from zeebe_grpc.variables.common import EMPTY, DecimalForm, EncodedJson, RawJson, Variables, is_pydantic, without_values

SMALLEST_INT: Final = -(2**63)
LARGEST_INT: Final = 2**64 - 1

_LONG_NUMBER = re.compile(rb"[0-9](?:[eE]|[0-9.]{15})")


def encode(variables: Variables, *, decimal: DecimalForm = "number") -> RawJson:
    """The JSON document for variables.

    Args:
        variables: What the module's page says; None is the empty document.
        decimal: `"number"` sends a `Decimal` as a JSON number and refuses one that a double cannot hold, because the
            engine would change it; `"string"` sends its digits as a JSON string.

    Raises:
        VariablesError: Something in it has no JSON form, or would not arrive as it is; `.path` says where.
    """
    if type(variables) is EncodedJson:
        return variables
    if variables is None:
        return EncodedJson(EMPTY)
    if isinstance(variables, RawJson):
        return _checked(variables)
    text = _encode_value(variables, decimal)
    if not text.startswith("{"):
        raise VariablesError("$", f"variables must be a JSON object, {type(variables).__name__} is not one")
    return EncodedJson(text)


def encode_text(variables: Variables) -> str:
    """The document for variables as the wire wants it: empty text for none, which the gateway reads as `{}`."""
    if variables is None:
        return ""
    return variables if type(variables) is EncodedJson else encode(variables)


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
        raise VariablesError("$", f"RawJson must be the text of a JSON object: {without_values(error)}") from None
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
    kind = cast("type[object]", type(value))
    read = _KINDS.get(kind)
    if read is not None:
        return read(value, decimal)
    if kind in _CONSTANTS:
        return value
    if isinstance(value, Mapping):
        return _plain_mapping(cast("Mapping[object, object]", value), decimal)
    if isinstance(value, (list, tuple, AbstractSet)):
        return _plain_items(cast("Iterable[object]", value), decimal)
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
    kind: Any = cast("type[object]", type(value))
    attributes = getattr(kind, "__attrs_attrs__", None)
    if attributes is not None:
        names = [attribute.name for attribute in attributes if not attribute.name.startswith("_")]
        return _set_only({name: getattr(value, name) for name in names})
    if is_pydantic(kind):
        return cast("dict[str, Any]", cast("Any", value).model_dump(by_alias=True, warnings=False))
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
        return dict(cast("Mapping[object, object]", value))
    kind = cast("type[object]", type(value))
    if is_pydantic(kind):
        return value.model_dump(by_alias=True, warnings=False)
    # The URLs of older releases of pydantic say nothing of themselves but where they are from.
    if hasattr(kind, "__get_pydantic_core_schema__") or kind.__module__.startswith("pydantic_core."):
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
