"""The built-in functions of FEEL, by subject. Importing this package fills the table that `find` and `find_named` look in."""

from zeebe_grpc.engine.feel.builtins import (  # noqa: F401
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

__all__ = ["Builtin", "CallError", "CallFailureError", "find", "find_named", "names", "signatures"]
