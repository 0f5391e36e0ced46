"""PublishMessage: correlation, buffering, message ids, start events, what a new version does to them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contract.bpmn import catch_message, chain, message, service
from tests.contract.helpers import Awaited, Name, expect_nothing, start, take, take_one
from tests.contract.targets import Target
from zeebe_grpc import DuplicateMessageError, Resource, ZeebeClient, partition_of

pytestmark = pytest.mark.process

HOUR = timedelta(hours=1)
MESSAGE_START = '<bpmn:messageEventDefinition id="by_message" messageRef="m"/>'


def waiting(process_id: str, message_name: str, job_type: str = "") -> Resource:
    """A process that waits for a message with the key in its variable `order`, then works."""
    after = [service("work", job_type)] if job_type else []
    return chain(process_id, catch_message("paid", "m"), *after, roots=message("m", message_name, "=order"))


def started_by(process_id: str, message_name: str, job_type: str) -> Resource:
    return chain(process_id, service("work", job_type), roots=message("m", message_name), start=MESSAGE_START)


def test_a_message_reaches_the_instance_that_waits_for_it(client: ZeebeClient, target: Target, name: Name) -> None:
    p, m = name("p"), name("m")
    client.deploy_resources([waiting(p, m)])
    one = Awaited(client, p, variables={"order": "1"})
    other = Awaited(client, p, variables={"order": "2"})
    for key in ("2", "1"):
        published = client.publish_message(m, correlation_key=key, variables={"paid": key}, time_to_live=60)
        assert partition_of(published.message_key or 0) == 1
        assert not published.duplicate
    assert one.variables() == {"order": "1", "paid": "1"}
    assert other.variables() == {"order": "2", "paid": "2"}


def test_a_message_waits_for_its_instance(client: ZeebeClient, name: Name) -> None:
    p, m = name("p"), name("m")
    client.deploy_resources([waiting(p, m)])
    client.publish_message(m, correlation_key="1", variables={"first": True}, time_to_live=HOUR)
    client.publish_message(m, correlation_key="1", variables={"second": True}, time_to_live=HOUR)
    results = [client.create_process_instance_with_result(p, variables={"order": "1"}) for _ in range(2)]
    assert [result.variables for result in results] == [{"order": "1", "first": True}, {"order": "1", "second": True}]


def test_a_message_without_time_to_live_does_not_wait(client: ZeebeClient, name: Name) -> None:
    p, m, t = name("p"), name("m"), name("t")
    client.deploy_resources([waiting(p, m, t)])
    client.publish_message(m, correlation_key="1", time_to_live=0)
    client.create_process_instance(p, variables={"order": "1"})
    expect_nothing(client, t)


def test_a_message_waits_no_longer_than_its_time_to_live(client: ZeebeClient, target: Target, name: Name) -> None:
    p, m, t = name("p"), name("m"), name("t")
    client.deploy_resources([waiting(p, m, t)])
    published = client.publish_message(m, correlation_key="1", time_to_live=600)
    target.advance(HOUR)
    target.find("MESSAGE", "EXPIRED", published.message_key)
    client.create_process_instance(p, variables={"order": "1"})
    expect_nothing(client, t)


def test_a_message_id_is_taken_once_while_the_message_is_kept(client: ZeebeClient, target: Target, name: Name) -> None:
    m = name("m")
    first = client.publish_message(m, correlation_key="1", message_id="i", time_to_live=600)
    with pytest.raises(DuplicateMessageError):
        client.publish_message(m, correlation_key="1", message_id="i", time_to_live=600)
    again = client.publish_message(m, correlation_key="1", message_id="i", time_to_live=600, on_duplicate="ignore")
    assert again.duplicate
    for other in (
        client.publish_message(m, correlation_key="2", message_id="i", time_to_live=600),
        client.publish_message(m + "_other", correlation_key="1", message_id="i", time_to_live=600),
        client.publish_message(m, correlation_key="1", message_id="j", time_to_live=600),
    ):
        assert other.message_key != first.message_key
    target.advance(HOUR)
    target.find("MESSAGE", "EXPIRED", first.message_key)
    assert not client.publish_message(m, correlation_key="1", message_id="i").duplicate


def test_a_message_id_means_nothing_without_time_to_live(client: ZeebeClient, name: Name) -> None:
    m = name("m")
    for _ in range(2):
        client.publish_message(m, correlation_key="1", message_id="i", time_to_live=0)


def test_a_message_is_taken_by_one_instance_of_each_process(client: ZeebeClient, name: Name) -> None:
    p, q, m, t = name("p"), name("q"), name("m"), name("t")
    client.deploy_resources([waiting(p, m, t), waiting(q, m, t)])
    for process_id in (p, p, q):
        client.create_process_instance(process_id, variables={"order": "1"})
    client.publish_message(m, correlation_key="1", time_to_live=HOUR)
    assert sorted(job.bpmn_process_id for job in take(client, t, 2)) == [p, q]
    expect_nothing(client, t)
    client.publish_message(m, correlation_key="1", time_to_live=HOUR)
    assert take_one(client, t).bpmn_process_id == p


def test_a_start_message_makes_an_instance(client: ZeebeClient, name: Name) -> None:
    p, m, t = name("p"), name("m"), name("t")
    client.deploy_resources([started_by(p, m, t)])
    client.publish_message(m, correlation_key="1", variables={"a": 1}, time_to_live=0)
    job = take_one(client, t)
    assert (job.bpmn_process_id, job.variables) == (p, {"a": 1})


def test_a_start_message_with_a_key_waits_until_the_instance_of_that_key_is_over(
    client: ZeebeClient, name: Name
) -> None:
    p, m, t = name("p"), name("m"), name("t")
    client.deploy_resources([started_by(p, m, t)])
    for number in (1, 2):
        client.publish_message(m, correlation_key="same", variables={"n": number}, time_to_live=HOUR)
    client.publish_message(m, correlation_key="other", variables={"n": 3}, time_to_live=HOUR)
    jobs = sorted(take(client, t, 2), key=lambda job: int(job.key))
    assert [job.variables["n"] for job in jobs] == [1, 3]
    expect_nothing(client, t)
    client.complete_job(jobs[0])
    assert take_one(client, t).variables == {"n": 2}


def test_start_messages_without_a_key_do_not_wait_for_each_other(client: ZeebeClient, name: Name) -> None:
    p, m, t = name("p"), name("m"), name("t")
    client.deploy_resources([started_by(p, m, t)])
    for number in (1, 2):
        client.publish_message(m, correlation_key="", variables={"n": number}, time_to_live=HOUR)
    assert sorted(job.variables["n"] for job in take(client, t, 2)) == [1, 2]


def test_a_new_version_takes_over_the_start_message(client: ZeebeClient, name: Name) -> None:
    p, m, old, new = name("p"), name("m"), name("old"), name("new")
    client.deploy_resources([started_by(p, m, old)])
    client.deploy_resources([started_by(p, m, new)])
    client.publish_message(m, correlation_key="1", time_to_live=0)
    assert take_one(client, new).process_definition_version == 2
    expect_nothing(client, old)


def test_instances_of_an_old_version_keep_their_subscription(client: ZeebeClient, name: Name) -> None:
    p, m, t = name("p"), name("m"), name("t")
    start(client, waiting(p, m, t), p, order="1")
    client.deploy_resources([chain(p)])
    client.publish_message(m, correlation_key="1", time_to_live=HOUR)
    assert take_one(client, t).process_definition_version == 1
