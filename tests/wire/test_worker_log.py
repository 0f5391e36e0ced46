"""The `logger=` of a client also governs what its workers say, and where the loggers of their jobs go."""

from __future__ import annotations

import logging

import pytest

from tests.sink import Sink
from tests.wire import worker_processes as handlers
from tests.wire.worker_support import Site, eventually
from zeebe_grpc import NullLogger, ZeebeClient
from zeebe_grpc.gateway import Gateway, Security
from zeebe_grpc.logs import LoggerLike
from zeebe_grpc.worker import Backoff, ExecutionStrategy, Job, Worker, WorkerEvent
from zeebe_grpc.worker.job import JobLogger


def client_of(site: Site, logger: LoggerLike | None = None, level: str = "") -> ZeebeClient:
    return ZeebeClient(site.gateway.address, logger=logger, environment={"CAMUNDA_SDK_LOG_LEVEL": level})


async def work_of(site: Site, client: ZeebeClient, strategy: ExecutionStrategy = "auto") -> None:
    """A worker whose handler logs and fails, and whose listener raises."""
    worker = Worker(execution_strategy=strategy, retry=Backoff(first=3600))

    @worker.listen
    def listen(_event: WorkerEvent) -> None:
        raise RuntimeError("a listener, broken {}")

    worker.job("work")(handlers.log_and_raise)
    site.create("work")
    async with worker.running(client):
        await eventually(lambda: site.intents()["FAILED"] >= 1, 20)


@pytest.mark.parametrize("strategy", ["thread", "process"])
async def test_all_that_a_worker_says_goes_to_the_logger_of_its_client(
    site: Site, strategy: ExecutionStrategy, caplog: pytest.LogCaptureFixture
) -> None:
    sink = Sink()
    caplog.set_level(1, "zeebe_grpc")
    with client_of(site, sink) as client:
        await work_of(site, client, strategy)
    assert [record for record in caplog.records if record.name.startswith("zeebe_grpc.worker")] == []
    key = next(record.key for record in site.gateway.records if record.value_type == "JOB")
    assert ("info", f"job {key} of work: " + 'about to fail: {"a": {}}') in sink.told
    errors = [text for level, text in sink.told if level == "error"]
    raised = next(text for text in errors if text.startswith(f"job {key} of work: the handler raised ValueError\n"))
    assert "log_and_raise" in raised
    assert 'ValueError: {"b": {}}' in raised
    assert any(text.startswith("a listener of the worker has failed\n") for text in errors)
    infos = [text for level, text in sink.told if level == "info"]
    assert infos[0] == f"worker runs at grpc://{site.gateway.address} for work"
    assert infos[-1].startswith("worker stopped: ")


@pytest.mark.parametrize("strategy", ["thread", "process"])
async def test_the_level_withholds_our_lines_and_not_those_of_handlers(site: Site, strategy: ExecutionStrategy) -> None:
    sink = Sink()
    with client_of(site, sink, "silent") as client:
        await work_of(site, client, strategy)
    assert [text.partition(": ")[2] for _, text in sink.told] == ['about to fail: {"a": {}}']


async def test_the_level_holds_for_standard_loggers_too(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1, "zeebe_grpc")
    with client_of(site, level="error") as client:
        await work_of(site, client)
    records = [record for record in caplog.records if record.name.startswith("zeebe_grpc.worker")]
    assert {record.levelname for record in records if record.name == "zeebe_grpc.worker"} == {"ERROR"}
    assert [record.levelname for record in records if record.name == "zeebe_grpc.worker.job"] == ["INFO"]
    assert all("job_key" in vars(record) for record in records if "handler raised" in record.getMessage())


async def test_a_logger_of_the_standard_library_gets_records_with_the_keys(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    mine = logging.getLogger("mine")
    caplog.set_level(logging.INFO, "mine")
    with client_of(site, mine) as client:
        await work_of(site, client, "process")
    by_text = {record.getMessage(): record for record in caplog.records if record.name == "mine"}
    told = by_text['about to fail: {"a": {}}']
    assert vars(told)["element_id"] == "t"
    assert any("handler raised" in text for text in by_text)


async def test_a_silent_logger_is_silent(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(1)
    with client_of(site, NullLogger()) as client:
        await work_of(site, client)
    assert [record for record in caplog.records if record.name.startswith("zeebe_grpc.worker")] == []


async def test_a_handler_is_given_the_logger_of_its_job(site: Site) -> None:
    sink = Sink()
    worker = Worker()

    @worker.job("work")
    async def work(log: JobLogger, job: Job) -> None:
        assert log.isEnabledFor(logging.DEBUG)
        log.debug("here")
        job.log.warning("there")

    site.create("work")
    with client_of(site, sink) as client:
        async with worker.running(client):
            await site.completed(1)
    told = [(level, text.partition(": ")[2]) for level, text in sink.told if text.startswith("job ")]
    assert told == [("debug", "here"), ("warning", "there")]


@pytest.mark.parametrize("served", [True, False])
async def test_what_keeps_a_worker_from_its_gateway_is_said_with_the_setting(served: bool) -> None:
    sink = Sink()
    worker = Worker(stream=True)

    @worker.job("work")
    async def work() -> None: ...

    with Gateway(security=Security(users={"demo": "demo"})) as gateway:
        if not served:
            gateway.stop()
        with ZeebeClient(f"grpc://{gateway.address}", logger=sink, environment={}) as client:
            async with worker.running(client):
                await eventually(lambda: sum("failed" in text for _, text in sink.told) >= 2)
    warnings = sorted(text for level, text in sink.told if level == "warning")
    assert [text.partition(" failed: ")[0] for text in warnings] == ["job type work: poll", "job type work: stream"]
    told = "no credentials are configured; set CAMUNDA_CLIENT_ID" if served else "check the address, CAMUNDA_GRPC_ADD"
    assert all(told in text for text in warnings)
