"""Client CPU per call, beside the raw stub: what the typed clients cost on top of grpc.

    python benchmarks/calls.py [calls] [runs]

A raw gRPC server in another process answers CompleteJob at once. Raw stub and client take turns in short blocks within
one process, each first as often as second, so that a busy machine disturbs both alike; the variables are encoded
beforehand on both sides. Printed are the medians of the ratios of neighbouring blocks, run by run, and their median.
"""

from __future__ import annotations

import asyncio
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version

import grpc
import grpc.aio

from zeebe_grpc import AsyncZeebeClient, ZeebeClient, raw
from zeebe_grpc.variables import encode

KEY = 2251799813685249
VARIABLES = encode({"orderId": "7", "amount": 5, "lines": [{"sku": "A0", "quantity": 1, "price": 1.5}], "ok": True})
BLOCK = 50

SERVER = """
import asyncio, grpc.aio
from zeebe_grpc import raw
class Gateway(raw.GatewayServicer):
    async def CompleteJob(self, request, context):
        return raw.CompleteJobResponse()
async def main():
    server = grpc.aio.server()
    raw.add_GatewayServicer_to_server(Gateway(), server)
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    await server.start()
    await server.wait_for_termination()
asyncio.run(main())
"""


def blocking(address: str, blocks: int) -> dict[str, list[float]]:
    """Microseconds of CPU per call, by block."""
    with grpc.insecure_channel(address) as channel, ZeebeClient(address) as client:
        stub = raw.GatewayStub(channel).CompleteJob

        def raw_call() -> None:
            stub(raw.CompleteJobRequest(jobKey=KEY, variables=VARIABLES), timeout=20)

        def typed_call() -> None:
            client.complete_job(KEY, variables=VARIABLES)

        calls: dict[str, Callable[[], None]] = {"raw stub": raw_call, "ZeebeClient": typed_call}
        taken: dict[str, list[float]] = {name: [] for name in calls}
        for block in range(blocks):
            for name, call in list(calls.items())[:: 1 if block % 2 else -1]:
                began = time.process_time()
                for _ in range(BLOCK):
                    call()
                taken[name].append((time.process_time() - began) / BLOCK * 1e6)
        return taken


async def on_asyncio(address: str, blocks: int) -> dict[str, list[float]]:
    """The same for asyncio."""
    async with grpc.aio.insecure_channel(address) as channel, AsyncZeebeClient(address) as client:
        stub = raw.GatewayStub(channel).CompleteJob

        async def raw_call() -> None:
            await stub(raw.CompleteJobRequest(jobKey=KEY, variables=VARIABLES), timeout=20)

        async def typed_call() -> None:
            await client.complete_job(KEY, variables=VARIABLES)

        calls: dict[str, Callable[[], Awaitable[None]]] = {"raw aio stub": raw_call, "AsyncZeebeClient": typed_call}
        taken: dict[str, list[float]] = {name: [] for name in calls}
        for block in range(blocks):
            for name, call in list(calls.items())[:: 1 if block % 2 else -1]:
                began = time.process_time()
                for _ in range(BLOCK):
                    await call()
                taken[name].append((time.process_time() - began) / BLOCK * 1e6)
        return taken


def report(runs: list[dict[str, list[float]]]) -> None:
    """Print the ratios, without the first blocks, which pay for connecting."""
    (plain, typed) = runs[0]
    ratios = [
        statistics.median(ours / raw for raw, ours in zip(run[plain][2:], run[typed][2:], strict=True)) for run in runs
    ]
    told = ", ".join(f"{ratio:.3f}" for ratio in ratios)
    print(f"{typed:16} / {plain:14} {statistics.median(ratios):6.3f}   ({told})", flush=True)


def main() -> None:
    """Run both comparisons."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    libraries = ", ".join(f"{name} {version(name)}" for name in ("zeebe-grpc-client", "grpcio", "protobuf"))
    print(f"{libraries}, Python {platform.python_version()}, {platform.system()}")
    print(f"CPU time per complete_job; {runs} runs, {calls} calls on each side in each")
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    address = f"127.0.0.1:{server.stdout.readline().strip()}"
    try:
        report([blocking(address, calls // BLOCK) for _ in range(runs)])
        report([asyncio.run(on_asyncio(address, calls // BLOCK)) for _ in range(runs)])
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
