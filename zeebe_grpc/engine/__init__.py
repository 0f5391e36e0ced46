"""The process engine: executes BPMN in memory, deterministically, with the clock passed in.

Here lives everything that knows processes. Nothing here knows gRPC, threads or the time of day; commands come in as
`commands`, what happened goes out as `records`. `Engine` is loaded when it is first asked for, so that FEEL and DMN can
be used without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zeebe_grpc.engine.engine import Engine

__all__ = ["Engine"]


def __getattr__(name: str) -> Any:
    if name != "Engine":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from zeebe_grpc.engine.engine import Engine

    return Engine
