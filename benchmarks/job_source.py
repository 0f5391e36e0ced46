"""A process of its own that has jobs to give: the in-process gateway, and a REST stand-in before the same engine.

Started by `benchmarks/worker.py` and `benchmarks/soak.py`, and spoken to in lines of JSON over its standard streams. A
process definition is a chain of service tasks of one job type, so that each completed job makes the next one, whether
it is then polled or pushed. With ``faults`` as its argument the gateway can be told to fail.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import grpc

from zeebe_grpc import Resource, ZeebeClient, raw
from zeebe_grpc.gateway import FaultScript, Gateway
from zeebe_grpc.gateway.faults import (
    CancelAfterSilence,
    CleanEnd,
    CutConnection,
    Delay,
    DropReply,
    Refuse,
    TruncateActivation,
)

VARIABLES = {"order": "7", "amount": 5, "lines": [{"sku": "A0", "quantity": 1, "price": 1.5}], "paid": True}
FETCHED = ("order", "amount", "lines")
RECORDS_KEPT = 1000

FAULTS = (
    ("ActivateJobs", Refuse(grpc.StatusCode.UNAVAILABLE)),
    ("CompleteJob", Refuse(grpc.StatusCode.UNAVAILABLE)),
    ("StreamActivatedJobs", CleanEnd()),
    ("CompleteJob", Refuse(grpc.StatusCode.INTERNAL, after_effect=True)),
    ("ActivateJobs", Refuse(grpc.StatusCode.RESOURCE_EXHAUSTED)),
    ("CompleteJob", CutConnection(after_effect=True)),
    ("ActivateJobs", TruncateActivation(1)),
    ("StreamActivatedJobs", CancelAfterSilence(2.0)),
    ("FailJob", Refuse(grpc.StatusCode.DEADLINE_EXCEEDED)),
    ("CompleteJob", DropReply()),
    ("StreamActivatedJobs", Refuse(grpc.StatusCode.UNAVAILABLE)),
    ("ActivateJobs", CutConnection()),
    ("CompleteJob", Delay(3.0)),
)
"""What can be ordered, by its place here."""


def chain(job_type: str, length: int) -> bytes:
    """A process named like its job type, with that many service tasks one after another."""
    tasks = "".join(
        f'<serviceTask id="t{place}"><extensionElements><zeebe:taskDefinition type="{job_type}"/></extensionElements>'
        f'</serviceTask><sequenceFlow id="f{place}" sourceRef="t{place}" targetRef="t{place + 1}"/>'
        for place in range(length)
    )
    return (
        '<?xml version="1.0"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="benchmark">'
        f'<process id="{job_type}" isExecutable="true"><startEvent id="s"/>'
        f'<sequenceFlow id="f" sourceRef="s" targetRef="t0"/>{tasks}<endEvent id="t{length}"/></process></definitions>'
    ).encode()


class JobSource:
    """The other process, as whoever started it sees it.

    Attributes:
        address: Its gateway.
        rest_address: The base URL of its stand-in for the REST API.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        told = self._read()
        self.address: str = told["address"]
        self.rest_address: str = told["rest_address"]

    def deploy(self, job_type: str, length: int) -> None:
        """Deploy a chain of that many jobs."""
        self._ask({"deploy": job_type, "length": length})

    def create(self, job_type: str, instances: int) -> None:
        """Start instances of it."""
        self._ask({"create": job_type, "instances": instances})

    def fail(self, place: int) -> None:
        """Order one of `FAULTS`, three times."""
        self._ask({"fault": place % len(FAULTS)})

    def jobs(self) -> dict[str, int]:
        """How many jobs were created, completed and so on, since the beginning."""
        return self._ask({"count": True})

    def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        print(json.dumps(command), file=self._process.stdin, flush=True)
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


@contextmanager
def job_source(*arguments: str) -> Generator[JobSource]:
    """Run one while the block lasts."""
    command = [sys.executable, __file__, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield JobSource(process)
        finally:
            process.kill()


class RestStandIn(BaseHTTPRequestHandler):
    """As much of the REST API as a job worker needs: what is asked goes on to the gateway over gRPC."""

    protocol_version = "HTTP/1.1"
    stub: raw.GatewayStub

    def do_POST(self) -> None:
        """Activate or complete."""
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        if self.path.endswith("/jobs/activation"):
            self._answer(200, {"jobs": self._activate(body)})
        else:
            key = int(self.path.split("/")[-2])
            variables = json.dumps(body.get("variables") or {})
            self.stub.CompleteJob(raw.CompleteJobRequest(jobKey=key, variables=variables), timeout=30)
            self._answer(204, None)

    def _activate(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        request = raw.ActivateJobsRequest(
            type=body["type"],
            worker=body.get("worker", ""),
            timeout=body["timeout"],
            maxJobsToActivate=body["maxJobsToActivate"],
            fetchVariable=body.get("fetchVariable") or (),
            requestTimeout=body.get("requestTimeout") or 0,
        )
        return [_as_json(job) for response in self.stub.ActivateJobs(request, timeout=60) for job in response.jobs]

    def _answer(self, status: int, body: Any) -> None:
        sent = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if body is not None:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base's
        """Nobody reads that here."""


def _as_json(job: raw.ActivatedJob) -> dict[str, Any]:
    return {
        "type": job.type,
        "processDefinitionId": job.bpmnProcessId,
        "processDefinitionVersion": job.processDefinitionVersion,
        "processDefinitionKey": str(job.processDefinitionKey),
        "processInstanceKey": str(job.processInstanceKey),
        "rootProcessInstanceKey": str(job.processInstanceKey),
        "elementId": job.elementId,
        "elementInstanceKey": str(job.elementInstanceKey),
        "customHeaders": json.loads(job.customHeaders or "{}"),
        "worker": job.worker,
        "retries": job.retries,
        "deadline": job.deadline,
        "variables": json.loads(job.variables),
        "tenantId": job.tenantId,
        "physicalTenantId": "default",
        "jobKey": str(job.key),
        "kind": "BPMN_ELEMENT",
        "listenerEventType": "UNSPECIFIED",
        "userTask": None,
        "tags": [],
        "businessId": None,
        "priority": 0,
        "jobLeaseToken": None,
    }


class Servant:
    """Does what the other process asks for.

    Args:
        gateway: What it is asked about.
        script: Where faults are ordered.
    """

    def __init__(self, gateway: Gateway, client: ZeebeClient, script: FaultScript) -> None:
        self._client = client
        self._script = script
        self._jobs: Counter[str] = Counter()
        gateway.add_record_listener(self._count)

    def _count(self, record: Any) -> None:
        if record.value_type == "JOB":
            self._jobs[record.intent] += 1

    def obey(self, command: dict[str, Any]) -> dict[str, Any]:
        """Carry out one command."""
        if "deploy" in command:
            job_type = command["deploy"]
            self._client.deploy_resources([Resource(f"{job_type}.bpmn", chain(job_type, command["length"]))])
        elif "create" in command:
            for _ in range(command["instances"]):
                self._client.create_process_instance(command["create"], variables=VARIABLES)
        elif "fault" in command:
            rpc, fault = FAULTS[command["fault"]]
            self._script.on(rpc, fault, times=3)
        else:
            return dict(self._jobs)
        return {}


def main() -> None:
    """Serve until killed, or until nobody asks any more."""
    script = FaultScript()
    faults = script if "faults" in sys.argv else None
    with Gateway(record_limit=RECORDS_KEPT, faults=faults) as gateway, ZeebeClient(gateway.address) as client:
        RestStandIn.stub = raw.GatewayStub(grpc.insecure_channel(gateway.address))
        rest = ThreadingHTTPServer(("127.0.0.1", 0), RestStandIn)
        rest.daemon_threads = True
        threading.Thread(target=rest.serve_forever, daemon=True).start()
        rest_address = f"http://127.0.0.1:{rest.server_address[1]}"
        print(json.dumps({"address": gateway.address, "rest_address": rest_address}), flush=True)
        servant = Servant(gateway, client, script)
        for line in sys.stdin:
            print(json.dumps(servant.obey(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
