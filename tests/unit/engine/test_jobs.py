"""The life of a job: activation, timeout, failure, backoff, retries, errors, incidents."""

from __future__ import annotations

from tests.unit.engine.engines import ONE_JOB, Lab, process
from zeebe_grpc.engine.answers import Accepted, JobsActivated, RejectionType
from zeebe_grpc.engine.commands import (
    ActivateJobs,
    CancelInstance,
    CompleteJob,
    CreateInstance,
    FailJob,
    ResolveIncident,
    ThrowError,
    UpdateJobPriority,
    UpdateJobRetries,
    UpdateJobTimeout,
    YieldJob,
)


def _lab(instances: int = 1) -> Lab:
    lab = Lab(process(ONE_JOB))
    for _ in range(instances):
        lab.create()
    return lab


def test_jobs_come_in_the_order_of_their_keys_and_only_once() -> None:
    lab = _lab(3)
    first = lab.jobs(limit=2)
    assert [found.key for found in first] == sorted(found.key for found in first)
    assert len(first) == 2
    assert len(lab.jobs()) == 1
    assert lab.jobs() == []


def test_after_its_timeout_a_job_may_be_had_again() -> None:
    lab = _lab()
    (held,) = lab.jobs(timeout=500)
    assert lab.engine.next_due() == lab.now + 500
    lab.wait(499)
    assert lab.jobs() == []
    lab.wait(1)
    assert lab.intents("JOB")[-1] == "TIMED_OUT"
    assert [again.key for again in lab.jobs()] == [held.key]
    lab.complete(held.key)


def test_the_timeout_can_be_moved() -> None:
    lab = _lab()
    (held,) = lab.jobs(timeout=500)
    lab.do(UpdateJobTimeout(held.key, 2000), Accepted)
    lab.wait(1999)
    assert lab.jobs() == []
    lab.wait(1)
    assert len(lab.jobs()) == 1


def test_only_an_activated_job_has_a_timeout() -> None:
    lab = _lab()
    key = lab.of("JOB")[0].key
    assert lab.refused(UpdateJobTimeout(key, 10)).type is RejectionType.INVALID_STATE


def test_a_failed_job_comes_back_at_once_or_after_its_backoff() -> None:
    lab = _lab()
    (held,) = lab.jobs()
    lab.do(FailJob(held.key, 2, "first"), Accepted)
    (held,) = lab.jobs()
    assert held.retries == 2
    lab.do(FailJob(held.key, 1, "second", backoff=300), Accepted)
    assert lab.jobs() == []
    assert lab.engine.next_due() == lab.now + 300
    lab.wait(300)
    assert lab.intents("JOB")[-1] == "RECURRED_AFTER_BACKOFF"
    assert [again.retries for again in lab.jobs()] == [1]


def test_a_job_in_backoff_cannot_be_completed() -> None:
    lab = _lab()
    (held,) = lab.jobs()
    lab.do(FailJob(held.key, 1, backoff=300), Accepted)
    assert lab.refused(CompleteJob(held.key)).type is RejectionType.INVALID_STATE


def test_without_retries_an_incident_waits_for_mending() -> None:
    lab = _lab()
    (held,) = lab.jobs()
    lab.do(FailJob(held.key, 0, "broken", variables={"why": 1}), Accepted)
    (incident,) = lab.of("INCIDENT")
    assert (incident.value["errorType"], incident.value["errorMessage"]) == ("JOB_NO_RETRIES", "broken")
    assert lab.refused(CompleteJob(held.key)).type is RejectionType.INVALID_STATE
    assert lab.refused(ResolveIncident(incident.key)).type is RejectionType.INVALID_STATE
    lab.do(UpdateJobRetries(held.key, 1), Accepted)
    assert lab.jobs() == []
    lab.do(ResolveIncident(incident.key), Accepted)
    (again,) = lab.jobs()
    assert dict(again.variables) == {"why": 1}
    lab.complete(again.key)


def test_retries_must_be_positive() -> None:
    lab = _lab()
    key = lab.of("JOB")[0].key
    assert lab.refused(UpdateJobRetries(key, 0)).type is RejectionType.INVALID_ARGUMENT


def test_an_error_that_nobody_catches() -> None:
    lab = _lab()
    (held,) = lab.jobs()
    lab.do(ThrowError(held.key, "CODE", "why"), Accepted)
    (incident,) = lab.of("INCIDENT")
    assert incident.value["errorType"] == "UNHANDLED_ERROR_EVENT"
    assert lab.refused(CompleteJob(held.key)).type is RejectionType.INVALID_STATE
    lab.do(ResolveIncident(incident.key), Accepted)
    lab.complete(lab.jobs()[0].key)


def test_an_incident_goes_with_its_instance() -> None:
    lab = _lab()
    (held,) = lab.jobs()
    lab.do(FailJob(held.key, 0), Accepted)
    lab.do(CancelInstance(held.process_instance_key), Accepted)
    assert lab.intents("INCIDENT") == ["CREATED", "RESOLVED"]


def test_a_job_that_could_not_be_delivered_is_given_back() -> None:
    lab = _lab()
    (held,) = lab.jobs()
    lab.do(YieldJob(held.key), Accepted)
    (again,) = lab.jobs()
    assert again.retries == held.retries


def test_new_jobs_are_announced_and_pushed_by_key() -> None:
    lab = Lab(process(ONE_JOB))
    step = lab.engine.apply(CreateInstance(bpmn_process_id="p"), lab.now)
    (notice,) = step.activatable
    assert (notice.type, notice.push) == ("work", True)
    found = lab.do(ActivateJobs("work", "w", 1000, 10, only=[notice.job_key]), JobsActivated)
    assert [each.key for each in found.jobs] == [notice.job_key]
    assert lab.do(ActivateJobs("work", "w", 1000, 10, only=[notice.job_key]), JobsActivated).jobs == []


def test_a_given_back_job_is_not_for_streams() -> None:
    lab = _lab()
    (held,) = lab.jobs()
    (notice,) = lab.engine.apply(YieldJob(held.key), lab.now).activatable
    assert notice.push is False


def test_jobs_too_large_for_an_answer() -> None:
    lab = Lab(process(ONE_JOB))
    lab.create({"small": 1})
    lab.create({"large": "x" * 10_000})
    answer = lab.do(ActivateJobs("work", "w", 1000, 10, max_bytes=5000), JobsActivated)
    assert (len(answer.jobs), answer.truncated) == (1, True)
    answer = lab.do(ActivateJobs("work", "w", 1000, 10, max_bytes=5000), JobsActivated)
    assert (len(answer.jobs), answer.truncated) == (0, True)
    assert lab.of("INCIDENT")[0].value["errorType"] == "MESSAGE_SIZE_EXCEEDED"


def test_higher_priority_is_handed_out_first() -> None:
    lab = _lab(4)
    first, second, third, fourth = sorted(record.key for record in lab.of("JOB"))
    lab.do(UpdateJobPriority(third, 50), Accepted)
    lab.do(UpdateJobPriority(first, -1), Accepted)
    assert lab.intents("JOB")[-1] == "PRIORITY_UPDATED"
    taken = [lab.jobs(limit=1)[0] for _ in range(4)]
    assert [(job.key, job.priority) for job in taken] == [(third, 50), (second, 0), (fourth, 0), (first, -1)]


def test_a_priority_is_for_activations_to_come() -> None:
    """An activated or failed job takes it for later; one whose error was thrown will not be handed out again."""
    lab = _lab()
    (held,) = lab.jobs(timeout=500)
    lab.do(UpdateJobPriority(held.key, 7), Accepted)
    lab.wait(500)
    (held,) = lab.jobs()
    assert held.priority == 7
    lab.do(FailJob(held.key, 0), Accepted)
    lab.do(UpdateJobPriority(held.key, 8), Accepted)
    assert lab.refused(UpdateJobPriority(held.key + 1000, 8)).type is RejectionType.NOT_FOUND
    lab = _lab()
    (held,) = lab.jobs()
    lab.do(ThrowError(held.key, "CODE"), Accepted)
    assert lab.refused(UpdateJobPriority(held.key, 8)).type is RejectionType.INVALID_STATE


def test_who_looks_sees_the_open_jobs_as_they_stand() -> None:
    lab = _lab(4)
    taken, failed, dead, thrown = lab.jobs(timeout=500)
    lab.do(FailJob(failed.key, 2, "again", backoff=300), Accepted)
    lab.do(FailJob(dead.key, 0, "for good"), Accepted)
    lab.do(ThrowError(thrown.key, "NOBODY", "catches it"), Accepted)
    free = lab.create()
    seen = lab.engine.open_jobs()
    assert [(job.key, job.phase.name, job.retries, job.workable) for job in seen[:4]] == [
        (taken.key, "ACTIVATED", 3, True),
        (failed.key, "FAILED", 2, False),
        (dead.key, "FAILED", 0, False),
        (thrown.key, "ERROR_THROWN", 3, False),
    ]
    assert [(job.deadline, job.due) for job in seen] == [
        (lab.now + 500, -1), (-1, lab.now + 300), (-1, -1), (-1, -1), (-1, -1),
    ]  # fmt: skip
    last = seen[4]
    assert (last.process_instance_key, last.phase.name, last.workable) == (free, "ACTIVATABLE", True)
    assert {(job.type, job.element_id) for job in seen} == {("work", "task")}
    lab.complete(taken.key)
    assert taken.key not in {job.key for job in lab.engine.open_jobs()}
