"""Every status on every call that a worker makes, before its effect and after it: it recovers, and no job is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import grpc
import pytest
from google.protobuf.message import Message

from tests.wire.test_worker_faults import FINAL, GONE, STATUSES, TRANSIENT, times
from tests.wire.worker_support import Site, eventually, fault, faulty, process, serving
from zeebe_grpc.errors import BpmnError, StatusCode
from zeebe_grpc.gateway.faults import FaultScript, Refuse, Stage
from zeebe_grpc.gateway.statuses import StatusError
from zeebe_grpc.worker import Backoff, Job, RunningWorker, Worker

RPCS = ["ActivateJobs", "StreamActivatedJobs", "CompleteJob", "FailJob", "ThrowError", "UpdateJobTimeout"]
CAUGHT = (
    '<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/><bpmn:serviceTask id="t">'
    '<bpmn:extensionElements><zeebe:taskDefinition type="throws" retries="{retries}"/></bpmn:extensionElements>'
    '</bpmn:serviceTask><bpmn:boundaryEvent id="b" attachedToRef="t"><bpmn:errorEventDefinition id="caught"/>'
    "</bpmn:boundaryEvent>"
)
every_status = pytest.mark.parametrize("status", STATUSES, ids=lambda status: status.name)
refused_or_lost = pytest.mark.parametrize("how", ["refuse", "lose"])


@pytest.fixture
def site(script: FaultScript) -> Iterator[Site]:
    with serving(faults=script) as site:
        site.deploy("work", retries="9")
        site.client.deploy_resources({"throws.bpmn": process("throws", CAUGHT.format(retries=9))})
        site.deployed.add("throws")
        yield site


def ends(site: Site) -> Counter[int]:
    """How often each job came to its end."""
    records = [record for record in site.gateway.records if record.value_type == "JOB"]
    return Counter(record.key for record in records if record.intent in ("COMPLETED", "ERROR_THROWN"))


def worker_of_all_trades() -> Worker:
    """One that makes every call: its jobs fail, are extended and complete, or throw."""
    worker = Worker(job_timeout=2, request_timeout=0.5, stream=True, retry=Backoff(first=0.01))
    tries: Counter[int] = Counter()

    @worker.job("work")
    async def work(job: Job[None]) -> None:
        tries[job.key] += 1
        if tries[job.key] == 1:
            raise RuntimeError("the first try fails")
        if tries[job.key] == 2:
            job.extend(3)
            await asyncio.sleep(0.05)  # asked for meanwhile

    @worker.job("throws")
    async def throws() -> None:
        raise BpmnError("C")

    return worker


@dataclass(frozen=True)
class AfterAMessage:
    """A stream ends with a status once it has brought something."""

    code: grpc.StatusCode

    def play(self, stage: Stage) -> None:
        def end(message: Message) -> Message:
            stage.call.end(StatusError(self.code, "a scripted fault"))
            return message

        stage.call.rewrite(end, lambda error: error)
        stage.go()


def spared(status: StatusCode) -> set[str]:
    """Calls that a worker makes only once if they end so."""
    if status is StatusCode.UNIMPLEMENTED:
        return {"StreamActivatedJobs", "UpdateJobTimeout"}
    return {"UpdateJobTimeout"} if status is StatusCode.PERMISSION_DENIED else set()


@every_status
async def test_every_status_on_every_call_before_its_effect_and_after_it(
    site: Site, script: FaultScript, status: StatusCode
) -> None:
    code = grpc.StatusCode[status.name]
    for rpc in RPCS:
        script.on(rpc, Refuse(code))
        if rpc not in spared(status):
            streamed = rpc == "StreamActivatedJobs"
            script.on(rpc, AfterAMessage(code) if streamed else Refuse(code, after_effect=True))
    count = 0
    async with worker_of_all_trades().running(site.client) as running:
        while tuple(script):
            site.create("work", 3)
            site.create("throws", 3)
            count += 6
            assert count < 60, f"only {Counter(rpc for rpc, _ in script.played)} were hit"
            await eventually(lambda: len(ends(site)) == count or not tuple(script), 60)  # noqa: B023
        await eventually(lambda: len(ends(site)) == count, 60)
        site.create("work")
        await eventually(lambda: len(ends(site)) == count + 1, 60)
        await eventually(lambda: running.health().ready and free(running), 60)
        assert not [health for health in running.health().job_types if health.counts.get("stalled")]
    assert {rpc for rpc, _ in script.played} == set(RPCS)
    assert set(ends(site).values()) == {1}
    assert not site.incidents()


def free(running: RunningWorker) -> bool:
    return all(health.held == 0 for health in running.health().job_types)


# Failures and errors


def answering(job_type: str) -> Worker:
    """A worker whose jobs fail and then complete, or throw."""
    worker = Worker(retry=Backoff(first=0))
    tries: Counter[int] = Counter()

    @worker.job(job_type)
    async def work(job: Job[None]) -> None:
        tries[job.key] += 1
        if job_type == "throws":
            raise BpmnError("C")
        if tries[job.key] == 1:
            raise ValueError

    return worker


@every_status
@refused_or_lost
@pytest.mark.parametrize(("job_type", "rpc"), [("work", "FailJob"), ("throws", "ThrowError")], ids=["fail", "throw"])
async def test_an_answer_that_must_not_be_repeated_in_doubt(
    site: Site, status: StatusCode, how: str, job_type: str, rpc: str
) -> None:
    running, port = faulty(answering(job_type), site.client)
    setattr(port, how, times(rpc, status, 1))
    site.create(job_type)
    async with running:
        await eventually(lambda: port.calls[rpc] > 0 and free(running))
        calls, counts = port.calls[rpc], running.health().job_types[0].counts
        in_doubt = status in TRANSIENT and fault(rpc, status).outcome == "unknown"
        if in_doubt:
            assert (calls, counts["ambiguous"]) == (1, 1)
        elif status in GONE:
            assert (calls, counts["lost"]) == (1, 1)
        elif how == "refuse":
            await eventually(lambda: bool(ends(site)))
            assert (calls if status in TRANSIENT else counts["refused"]) == (2 if status in TRANSIENT else 1)
        site.gateway.advance_clock(301)  # what nobody could know is settled by the job's timeout at the latest
        await eventually(lambda: bool(ends(site)) and free(running))
    assert list(ends(site).values()) == [1]
    told = [failed["errorMessage"] for failed in site.jobs("FAILED")]
    refusal = f"the answer was refused: {status.name}: a fault of the test"
    if how == "refuse":  # a refusal after the effect is a lie
        assert told.count(refusal) == (status in FINAL)
    assert site.intents()["TIMED_OUT"] <= (in_doubt or status in GONE)


# Jobs given back


@every_status
@refused_or_lost
@pytest.mark.parametrize("retries", ["3", "0"])
async def test_a_job_that_is_given_back_is_not_lost(site: Site, status: StatusCode, how: str, retries: str) -> None:
    worker, rpc = Worker(), "FailJob" if retries == "3" else "UpdateJobTimeout"

    @worker.job("idle")
    async def idle() -> None:
        await asyncio.Event().wait()

    running, port = faulty(worker, site.client)
    setattr(port, how, times(rpc, status, 1))
    site.create("idle", retries=retries)
    async with running:
        await eventually(lambda: not free(running))
        report = await running.stop(grace=0)
    at_once = len(site.client.activate_jobs("idle", request_timeout=0, job_timeout=1))
    site.gateway.advance_clock(301)
    found = site.client.activate_jobs("idle", request_timeout=0)
    assert [job.retries for job in found] == [int(retries)]
    assert not site.incidents()
    in_doubt = fault(rpc, status).outcome == "unknown"
    if status in FINAL:
        assert (report.abandoned, port.calls[rpc]) == ((found[0].key,), 1)
        assert not report.clean
    elif status in GONE:
        assert (report.returned, port.calls[rpc]) == (0, 1)
    elif not in_doubt or retries == "0":  # a timeout may be set to 0 as often as one likes
        assert port.calls[rpc] == 2
        if how == "refuse":
            assert (report.returned, report.clean) == (1, True)
    else:  # a second failure could hit somebody else's activation
        assert port.calls[rpc] == 1
    if retries == "3":  # a timeout of 0 waits for the broker's next look
        assert at_once == (how == "lose" or (report.returned and not in_doubt))
