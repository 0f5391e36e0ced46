"""Leases of jobs: who may end an activation, and who is given a job that was leased once."""

from __future__ import annotations

import pytest

from tests.unit.engine.engines import ONE_JOB, Lab, process
from zeebe_grpc.engine.answers import Accepted, Job, JobsActivated, RejectionType
from zeebe_grpc.engine.commands import (
    ActivateJobs,
    CompleteJob,
    EngineCommand,
    FailJob,
    ResolveIncident,
    ThrowError,
    UpdateJobPriority,
    UpdateJobRetries,
    UpdateJobTimeout,
    YieldJob,
)

_ENDINGS: list[type[CompleteJob | FailJob | ThrowError]] = [CompleteJob, FailJob, ThrowError]


def _lab() -> Lab:
    lab = Lab(process(ONE_JOB))
    lab.create()
    return lab


def _lease(lab: Lab, timeout: int = 1000) -> list[Job]:
    return list(lab.do(ActivateJobs("work", "leasing", timeout, 10, with_lease=True), JobsActivated).jobs)


def _ending(kind: type[CompleteJob | FailJob | ThrowError], key: int, token: str) -> EngineCommand:
    if kind is FailJob:
        return FailJob(key, 2, lease_token=token)
    return ThrowError(key, "E", lease_token=token) if kind is ThrowError else CompleteJob(key, lease_token=token)


def test_a_token_comes_with_each_leased_activation_only() -> None:
    lab = _lab()
    (plain,) = lab.jobs(timeout=500)
    assert plain.lease_token == ""
    lab.wait(500)
    (first,) = _lease(lab, timeout=500)
    lab.wait(500)
    (second,) = _lease(lab)
    assert first.lease_token
    assert second.lease_token
    assert first.lease_token != second.lease_token


@pytest.mark.parametrize("kind", _ENDINGS)
@pytest.mark.parametrize("token", ["", "somebody else's"])
def test_an_activation_is_ended_by_its_holder_only(kind: type[CompleteJob | FailJob | ThrowError], token: str) -> None:
    lab = _lab()
    (held,) = _lease(lab)
    refused = lab.refused(_ending(kind, held.key, token))
    assert refused.type is RejectionType.INVALID_STATE
    assert "lease token" in refused.reason
    lab.do(_ending(kind, held.key, held.lease_token), Accepted)


@pytest.mark.parametrize("kind", _ENDINGS)
def test_the_token_of_an_older_activation_is_stale(kind: type[CompleteJob | FailJob | ThrowError]) -> None:
    lab = _lab()
    (late,) = _lease(lab, timeout=500)
    lab.wait(500)
    (held,) = _lease(lab)
    assert lab.refused(_ending(kind, held.key, late.lease_token)).type is RejectionType.INVALID_STATE
    lab.do(_ending(kind, held.key, held.lease_token), Accepted)


def test_a_timed_out_job_that_nobody_took_is_still_its_last_holders() -> None:
    lab = _lab()
    (held,) = _lease(lab, timeout=500)
    lab.wait(500)
    assert lab.refused(CompleteJob(held.key)).type is RejectionType.INVALID_STATE
    lab.do(CompleteJob(held.key, lease_token=held.lease_token), Accepted)


@pytest.mark.parametrize("command", [UpdateJobRetries, UpdateJobTimeout, UpdateJobPriority])
def test_an_update_needs_no_token_but_no_wrong_one(
    command: type[UpdateJobRetries | UpdateJobTimeout | UpdateJobPriority],
) -> None:
    lab = _lab()
    (held,) = _lease(lab)
    lab.do(command(held.key, 5), Accepted)
    lab.do(command(held.key, 5, lease_token=held.lease_token), Accepted)
    assert lab.refused(command(held.key, 5, lease_token="old")).type is RejectionType.INVALID_STATE


def test_a_token_for_a_job_without_lease_is_wrong() -> None:
    lab = _lab()
    (held,) = lab.jobs()
    assert lab.refused(CompleteJob(held.key, lease_token="1-1")).type is RejectionType.INVALID_STATE
    lab.complete(held.key)


def test_a_job_once_leased_is_for_leasing_workers_only() -> None:
    """However it comes back: by its timeout, given back, failed, or mended."""
    lab = _lab()
    (held,) = _lease(lab, timeout=500)
    lab.wait(500)
    assert lab.jobs() == []
    (held,) = _lease(lab)
    lab.do(YieldJob(held.key), Accepted)
    assert lab.jobs() == []
    (held,) = _lease(lab)
    lab.do(FailJob(held.key, 1, lease_token=held.lease_token), Accepted)
    assert lab.jobs() == []
    (held,) = _lease(lab)
    lab.do(FailJob(held.key, 0, lease_token=held.lease_token), Accepted)
    lab.do(UpdateJobRetries(held.key, 1), Accepted)
    lab.do(ResolveIncident(lab.of("INCIDENT")[0].key), Accepted)
    assert lab.jobs() == []
    assert [again.key for again in _lease(lab)] == [held.key]


def test_the_notice_of_a_job_says_whether_it_was_leased() -> None:
    lab = _lab()
    (held,) = lab.jobs()
    (notice,) = lab.engine.apply(YieldJob(held.key), lab.now).activatable
    assert not notice.leased
    (held,) = _lease(lab)
    (notice,) = lab.engine.apply(YieldJob(held.key), lab.now).activatable
    assert notice.leased
