"""The process engine: executes BPMN in memory, deterministically, with the clock passed in.

Here lives everything that knows processes. Nothing here knows gRPC, threads or the time of day; commands come in as
`commands`, what happened goes out as `records`.
"""

from zeebe_grpc.engine.engine import Engine

__all__ = ["Engine"]
