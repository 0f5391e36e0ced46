"""The built-in functions of FEEL, by subject. Importing this package fills the table that `find` and `find_named` look in."""

from zeebe_grpc.engine.feel.builtins import conversion  # noqa: F401
from zeebe_grpc.engine.feel.builtins.registry import CallError, find, find_named

__all__ = ["CallError", "find", "find_named"]
