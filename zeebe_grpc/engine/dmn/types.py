"""Whether a value has the type that a variable or a parameter names.

Only simple types are checked, in the spelling of DMN 1.1; every other name lets any value pass, as in Zeebe.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from zeebe_grpc.engine.dmn.errors import EvaluationFailure
from zeebe_grpc.engine.feel.rendering import as_source
from zeebe_grpc.engine.feel.temporal import Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from zeebe_grpc.engine.feel.values import Value

_TYPES: Mapping[str, type] = {
    "string": str,
    "number": Decimal,
    "boolean": bool,
    "time": Time,
    "date": Date,
    "dateTime": DateTime,
    "dayTimeDuration": DayTimeDuration,
    "yearMonthDuration": YearMonthDuration,
}


def checked(value: Value, type_ref: str) -> Value:
    """The value, if it is null or of this type.

    Raises:
        EvaluationFailure: It is of another.
    """
    wanted = _TYPES.get(type_ref.replace("feel:", ""))
    if value is None or wanted is None or isinstance(value, wanted):
        return value
    raise EvaluationFailure(f"expected a value of type '{type_ref}' but found {as_source(value)}")
