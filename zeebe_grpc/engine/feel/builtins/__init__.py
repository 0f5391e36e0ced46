"""The built-in functions of FEEL, by subject. Importing this package fills the table that `find` looks in."""

from zeebe_grpc.engine.feel.builtins import (
    context,
    conversion,
    general,
    lists,
    numeric,
    ranges,
    statistics,
    strings,
    temporals,
)
from zeebe_grpc.engine.feel.builtins.registry import (
    Builtin,
    CallError,
    CallFailureError,
    find,
    find_named,
    names,
    signatures,
)

SUBJECTS = (context, conversion, general, lists, numeric, ranges, statistics, strings, temporals)
"""The modules that the functions lie in."""

__all__ = ["SUBJECTS", "Builtin", "CallError", "CallFailureError", "find", "find_named", "names", "signatures"]
