"""Time: moved by hand, held, and what it sets free; and who is told of the engine's records."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from tests.wire.gateway.support import Client, service, straight, until
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.engine.answers import InstanceCreated
from zeebe_grpc.engine.commands import CreateInstance
from zeebe_grpc.engine.records import Record
from zeebe_grpc.gateway import Gateway, HeldClock

_START = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(clock=HeldClock(_START)) as gateway:
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> Iterator[Client]:
    with Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        yield client


def test_held_clock_gives_exact_deadlines(client: Client, gateway: Gateway) -> None:
    client.create("p")
    (job,) = client.jobs("p", timeout=60_000)
    assert job.deadline == int(_START.timestamp() * 1000) + 60_000
    assert gateway.now() == int(_START.timestamp() * 1000)


def test_held_clock_does_not_move_by_itself(client: Client) -> None:
    client.create("p")
    assert len(client.jobs("p", timeout=1)) == 1
    time.sleep(0.05)
    assert client.jobs("p") == []


def test_advancing_times_jobs_out_and_wakes_polls(client: Client, gateway: Gateway) -> None:
    client.create("p")
    (job,) = client.jobs("p", timeout=86_400_000)
    poll = client.poll("p")
    until(lambda: gateway.parked_polls("p") == 1)
    gateway.advance_clock(timedelta(hours=23))
    assert gateway.parked_polls("p") == 1
    gateway.advance_clock(3600)
    assert [again.key for response in poll for again in response.jobs] == [job.key]


def test_advancing_ends_backoffs_and_feeds_streams(client: Client, gateway: Gateway) -> None:
    stream = client.stream("p")
    until(lambda: gateway.open_streams("p") == 1)
    client.create("p")
    job = next(stream)
    client.stub.FailJob(pb.FailJobRequest(jobKey=job.key, retries=1, retryBackOff=3_600_000))
    gateway.advance_clock(timedelta(hours=1))
    assert (next(stream).retries, gateway.now()) == (1, int(_START.timestamp() * 1000) + 3_600_000)
    stream.cancel()


def test_running_clock_moves_by_itself_and_by_hand() -> None:
    with Gateway() as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        client.create("p")
        (job,) = client.jobs("p", timeout=100)
        assert [again.key for response in client.poll("p", timeout=86_400_000) for again in response.jobs] == [job.key]
        before = gateway.now()
        gateway.advance_clock(timedelta(days=1))
        assert gateway.now() - before >= 86_400_000
        assert [again.key for again in client.jobs("p")] == [job.key]


def test_clock_does_not_go_back(gateway: Gateway) -> None:
    with pytest.raises(ValueError, match="only goes forward"):
        gateway.advance_clock(-1)


def test_records_are_told_in_order_before_the_reply(client: Client, gateway: Gateway) -> None:
    heard: list[Record] = []
    stop = gateway.add_record_listener(heard.append)
    before = len(gateway.records)
    key = client.create("p")
    assert tuple(heard) == gateway.records[before:]
    assert [record.position for record in heard] == sorted(record.position for record in heard)
    assert ("PROCESS_INSTANCE", "ELEMENT_ACTIVATED", key) in [(r.value_type, r.intent, r.key) for r in heard]
    stop()
    client.create("p")
    assert len(heard) == len(gateway.records[before:]) // 2


def test_steps_are_told_whole(client: Client, gateway: Gateway) -> None:
    steps: list[int] = []
    gateway.add_step_listener(lambda records: steps.append(len(records)))
    before = len(gateway.records)
    for _ in range(3):
        client.create("p")
    assert len(steps) == 3
    assert sum(steps) == len(gateway.records) - before


def test_listener_may_move_the_clock(client: Client, gateway: Gateway) -> None:
    """As the command line does: what would only be a wait is skipped."""
    intents: list[str] = []

    def skip(record: Record) -> None:
        intents.append(record.intent)
        if record.value_type == "JOB" and record.intent == "FAILED":
            gateway.advance_clock(10)

    gateway.add_record_listener(skip)
    client.create("p")
    (job,) = client.jobs("p")
    client.stub.FailJob(pb.FailJobRequest(jobKey=job.key, retries=1, retryBackOff=10_000))
    assert intents[-2:] == ["FAILED", "RECURRED_AFTER_BACKOFF"]


def test_listener_that_fails_is_logged_and_hurts_nobody(
    client: Client, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(record: Record) -> None:
        raise LookupError("no such screen")

    gateway.add_record_listener(fail)
    with caplog.at_level(logging.ERROR):
        client.create("p")
    assert "no such screen" in caplog.text


def test_listeners_hear_all_of_many_threads_in_order(client: Client, gateway: Gateway) -> None:
    heard: list[int] = []
    gateway.add_record_listener(lambda record: heard.append(record.position))
    start = len(gateway.records)

    def create() -> None:
        with Client.of(gateway) as mine:
            for _ in range(20):
                mine.create("p")

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [record.position for record in gateway.records[start:]]


def test_only_the_latest_records_are_kept_where_asked() -> None:
    with Gateway(record_limit=5) as gateway, Client.of(gateway) as client:
        client.deploy(straight("pass"))
        client.create("pass")
        assert len(gateway.records) == 5


def test_engine_at_hand(client: Client, gateway: Gateway) -> None:
    answer = gateway.execute(CreateInstance(bpmn_process_id="p"))
    assert isinstance(answer, InstanceCreated)
    assert [job.processInstanceKey for job in client.jobs("p")] == [answer.process_instance_key]
    with gateway.engine_access() as engine:
        assert engine.next_due() == gateway.now() + 60_000
