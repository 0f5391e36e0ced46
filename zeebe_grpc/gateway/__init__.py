"""The in-process gateway: a real gRPC server on a loopback port, over the engine that executes BPMN in memory.

Here lives what a Zeebe gateway does: it reads and refuses requests, parks long polls, pushes jobs to streams and
tells statuses. Processes are the engine's matter; nothing of the client is known here.
"""

try:
    import grpc_health.v1  # noqa: F401  # pyright: ignore[reportUnusedImport] - only whether it is there
    import lxml.etree  # noqa: F401  # pyright: ignore
except ImportError as _error:
    raise ImportError(
        f"zeebe_grpc.gateway needs {_error.name!r}: pip install 'zeebe-grpc-client[gateway]'", name=_error.name
    ) from _error

from zeebe_grpc.gateway.backpressure import BackpressureLimit
from zeebe_grpc.gateway.clock import Clock, HeldClock, SystemClock
from zeebe_grpc.gateway.faults import FaultScript
from zeebe_grpc.gateway.security import Security
from zeebe_grpc.gateway.server import Gateway

__all__ = ["BackpressureLimit", "Clock", "FaultScript", "Gateway", "HeldClock", "Security", "SystemClock"]
