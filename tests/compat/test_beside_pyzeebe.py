"""In one process with pyzeebe, which brings a ``gateway.proto`` of its own.

Each case is a fresh interpreter, so that the order of the imports is what it says. It runs where pyzeebe is installed:
the tox environment ``peers``.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip("pyzeebe", reason="pyzeebe is installed in the tox environment 'peers' only")

OURS = """
import zeebe_grpc
from zeebe_grpc import raw
"""

THEIRS = """
import pyzeebe
from pyzeebe.proto import gateway_pb2 as theirs
"""

USE_BOTH = """
import asyncio, copy, pickle
from concurrent.futures import ThreadPoolExecutor
import grpc
from google.protobuf import descriptor_pool

ours = raw.ActivatedJob(key=1, type="t", kind=raw.ActivatedJob.TASK_LISTENER)
alien = theirs.ActivatedJob(key=1, type="t")
assert type(ours) is not type(alien)
assert theirs.ActivatedJob.FromString(ours.SerializeToString()).key == 1
assert raw.ActivatedJob.FromString(alien.SerializeToString()).key == 1
default = descriptor_pool.Default().FindMessageTypeByName("gateway_protocol.ActivatedJob")
assert default is theirs.ActivatedJob.DESCRIPTOR

for message_type in (raw.ModifyProcessInstanceRequest, theirs.ModifyProcessInstanceRequest):
    nested = message_type.ActivateInstruction(elementId="a")
    for twin in (copy.deepcopy(nested), pickle.loads(pickle.dumps(nested))):
        assert type(twin) is type(nested) and twin == nested

class Servicer(raw.GatewayServicer):
    def Topology(self, request, context):
        return raw.TopologyResponse(gatewayVersion="8.9.0", clusterSize=1, partitionsCount=1, replicationFactor=1)

server = grpc.server(ThreadPoolExecutor(2))
raw.add_GatewayServicer_to_server(Servicer(), server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
no_proxy = [("grpc.enable_http_proxy", 0)]

with grpc.insecure_channel(f"127.0.0.1:{port}", no_proxy) as channel:
    assert raw.GatewayStub(channel).Topology(raw.TopologyRequest(), timeout=10).gatewayVersion == "8.9.0"

async def ask_through_pyzeebe():
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", no_proxy) as channel:
        return await pyzeebe.ZeebeClient(channel).topology()

assert asyncio.run(ask_through_pyzeebe()).gateway_version == "8.9.0"
server.stop(None).wait()
print("both work")
"""


@pytest.mark.parametrize("implementation", ["default", "python"])
@pytest.mark.parametrize("imports", [OURS + THEIRS, THEIRS + OURS], ids=["ours first", "theirs first"])
def test_both_work(imports: str, implementation: str) -> None:
    environment = {**os.environ, "GRPC_VERBOSITY": "NONE"}  # grpc may tell that the server has said goodbye
    if implementation != "default":
        environment["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = implementation
    done = subprocess.run(
        [sys.executable, "-c", imports + USE_BOTH], check=False, capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "both work\n", "")
