"""Builders about jobs: exactly what they send, what they refuse, and how they read jobs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.unit.travel import travel
from zeebe_grpc import commands
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.commands.jobs import hand_back_job
from zeebe_grpc.errors import JobFailure, VariablesError
from zeebe_grpc.models import (
    ActivatedJob,
    ActivateElement,
    AdHocSubProcessResult,
    JobKind,
    ListenerEventType,
    TenantFilter,
    UserTaskCorrections,
    UserTaskProperties,
    UserTaskResult,
)
from zeebe_grpc.rpc import RetryClass

KEY = 2251799813685249


def read_one(message: pb.ActivatedJob, as_type: Any = None) -> ActivatedJob[Any]:
    (job,) = commands.stream_activated_jobs("t", as_type=as_type).read(message)
    return job


def job(**fields: Any) -> ActivatedJob[Any]:
    return read_one(pb.ActivatedJob(**{"key": KEY, "type": "t", "retries": 3, **fields}))


# ---- activate


def test_activate_sends_what_it_is_told() -> None:
    made = commands.activate_jobs(
        "t",
        max_jobs_to_activate=5,
        job_timeout=timedelta(minutes=2),
        request_timeout=7,
        worker_name="w",
        fetch_variables=["a", "b"],
        tenant_ids=["red"],
        tenant_filter=TenantFilter.ASSIGNED,
        with_lease=True,
    )
    assert made.request == pb.ActivateJobsRequest(
        type="t",
        worker="w",
        timeout=120_000,
        maxJobsToActivate=5,
        fetchVariable=["a", "b"],
        requestTimeout=7_000,
        tenantIds=["red"],
        tenantFilter=pb.ASSIGNED,
        withLease=True,
    )
    assert made.timeout == 17.0
    assert not made.ends_at_deadline


def test_activate_by_default_leaves_out_what_older_gateways_do_not_know() -> None:
    made = commands.activate_jobs("t")
    assert made.request == pb.ActivateJobsRequest(
        type="t", timeout=300_000, maxJobsToActivate=32, requestTimeout=10_000
    )
    assert made.timeout == 20.0


def test_not_waiting_is_not_the_wires_zero() -> None:
    made = commands.activate_jobs("t", request_timeout=0)
    assert made.request.requestTimeout == -1  # type: ignore[attr-defined]
    assert made.timeout == 10.0


@pytest.mark.parametrize(
    "arguments",
    [
        {"job_type": ""},
        {"job_type": " "},
        {"max_jobs_to_activate": 0},
        {"job_timeout": 0},
        {"job_timeout": timedelta(days=4000)},
        {"job_timeout": 300_000},
        {"request_timeout": -1},
        {"fetch_variables": [""]},
        {"tenant_ids": ["a b"]},
    ],
    ids=str,
)
def test_activate_and_stream_refuse_before_any_call(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        commands.activate_jobs(**{"job_type": "t", **arguments})
    shared = {
        name: value for name, value in arguments.items() if name not in ("max_jobs_to_activate", "request_timeout")
    }
    if shared:
        with pytest.raises(ValueError):
            commands.stream_activated_jobs(**{"job_type": "t", **shared})


@pytest.mark.parametrize(
    ("build", "problem"),
    [
        (lambda: commands.activate_jobs("t", worker_name=5), r"^worker_name: expected a string, got int"),  # type: ignore[arg-type]
        (lambda: commands.activate_jobs("t", with_lease="yes"), r"^with_lease: expected True or False, got str"),  # type: ignore[arg-type]
        (lambda: commands.stream_activated_jobs("t", tenant_filter="ASSIGNED"), r"^tenant_filter: expected a TenantF"),  # type: ignore[arg-type]
        (lambda: commands.fail_job(KEY, retries=1, error_message=5), r"^error_message: expected a string, got int"),  # type: ignore[arg-type]
        (lambda: commands.throw_error(KEY, "E", error_message=None), r"^error_message: expected a string, got None"),  # type: ignore[arg-type]
        (lambda: commands.set_variables(KEY, variables={}, local=1), r"^local: expected True or False, got int"),  # type: ignore[arg-type]
        (lambda: commands.delete_resource(KEY, delete_history="no"), r"^delete_history: expected True or False"),  # type: ignore[arg-type]
        (
            lambda: commands.complete_job(KEY, result=UserTaskResult(corrections=UserTaskCorrections(assignee=5))),  # type: ignore[arg-type]
            r"^assignee: expected a string, got int",
        ),
    ],
)
def test_an_argument_of_another_type_is_named(build: Any, problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        build()


def test_a_type_that_cannot_be_read_is_refused_before_any_job_is_taken() -> None:
    for build in (commands.activate_jobs, commands.stream_activated_jobs):
        with pytest.raises(TypeError, match="as_type"):
            build("t", as_type=object)


def test_a_response_brings_all_its_jobs() -> None:
    response = pb.ActivateJobsResponse(jobs=[pb.ActivatedJob(key=KEY), pb.ActivatedJob(key=KEY + 1)])
    assert [job.key for job in commands.activate_jobs("t").read(response)] == [KEY, KEY + 1]


# ---- stream


def test_stream_sends_what_it_is_told() -> None:
    made = commands.stream_activated_jobs(
        "t",
        job_timeout=1.5,
        worker_name="w",
        fetch_variables=["a"],
        tenant_ids=["red"],
        tenant_filter=TenantFilter.ASSIGNED,
        with_lease=True,
        timeout=timedelta(hours=2),
    )
    assert made.request == pb.StreamActivatedJobsRequest(
        type="t",
        worker="w",
        timeout=1_500,
        fetchVariable=["a"],
        tenantIds=["red"],
        tenantFilter=pb.ASSIGNED,
        withLease=True,
    )
    assert made.timeout == 7200.0
    assert made.ends_at_deadline


def test_a_stream_lives_an_hour_by_default() -> None:
    assert commands.stream_activated_jobs("t").timeout == 3600.0


# ---- reading a job


def test_a_whole_job() -> None:
    message = pb.ActivatedJob(
        key=KEY,
        type="t",
        processInstanceKey=KEY + 1,
        bpmnProcessId="p",
        processDefinitionVersion=2,
        processDefinitionKey=KEY + 2,
        elementId="e",
        elementInstanceKey=KEY + 3,
        customHeaders='{"h":"v"}',
        worker="w",
        retries=3,
        deadline=1_700_000_000_123,
        variables='{"a":1}',
        tenantId="red",
        userTask=pb.UserTaskProperties(
            action="complete",
            assignee="me",
            candidateGroups=["g"],
            candidateUsers=["u"],
            changedAttributes=["assignee"],
            dueDate="2026-01-01T00:00:00Z",
            formKey=KEY + 4,
            priority=0,
            userTaskKey=KEY + 5,
        ),
        kind=pb.ActivatedJob.TASK_LISTENER,
        listenerEventType=pb.ActivatedJob.COMPLETING,
        tags=["x"],
        priority=7,
        businessId="b",
        jobLeaseToken="token",
    )
    read = read_one(message)
    assert read == ActivatedJob(
        key=KEY,  # type: ignore[arg-type]
        type="t",
        process_instance_key=KEY + 1,  # type: ignore[arg-type]
        bpmn_process_id="p",
        process_definition_version=2,
        process_definition_key=KEY + 2,  # type: ignore[arg-type]
        element_id="e",
        element_instance_key=KEY + 3,  # type: ignore[arg-type]
        worker="w",
        retries=3,
        deadline=datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=timezone.utc),
        tenant_id="red",
        kind=JobKind.TASK_LISTENER,
        listener_event_type=ListenerEventType.COMPLETING,
        user_task=UserTaskProperties(
            user_task_key=KEY + 5,  # type: ignore[arg-type]
            action="complete",
            assignee="me",
            candidate_groups=("g",),
            candidate_users=("u",),
            changed_attributes=("assignee",),
            due_date="2026-01-01T00:00:00Z",
            form_key=KEY + 4,  # type: ignore[arg-type]
            priority=0,
        ),
        tags=("x",),
        priority=7,
        business_id="b",
        lease_token="token",
        custom_headers_json='{"h":"v"}',
        variables_json='{"a":1}',
    )
    assert read.variables == {"a": 1}
    assert read.custom_headers == {"h": "v"}


def test_a_job_of_an_old_gateway() -> None:
    read = job(variables="", customHeaders="")
    assert (read.kind, read.listener_event_type) == (JobKind.BPMN_ELEMENT, ListenerEventType.UNSPECIFIED)
    assert (read.tenant_id, read.user_task, read.tags, read.priority) == ("<default>", None, (), 0)
    assert (read.business_id, read.lease_token) == (None, None)
    assert read.variables == read.custom_headers == {}


def test_a_job_of_a_newer_gateway() -> None:
    message = pb.ActivatedJob.FromString(bytes([0x80, 0x01, 99, 0x88, 0x01, 98]))
    assert (message.kind, message.listenerEventType) == (99, 98)
    read = read_one(message)
    assert (read.kind, read.listener_event_type) == (JobKind.UNRECOGNIZED, ListenerEventType.UNRECOGNIZED)


def test_every_kind_and_event_of_the_wire_has_a_name() -> None:
    for name, number in pb.ActivatedJob.JobKind.items():
        assert job(kind=number).kind.name == name
    for name, number in pb.ActivatedJob.ListenerEventType.items():
        assert job(kind=pb.ActivatedJob.TASK_LISTENER, listenerEventType=number).listener_event_type.name == name


def test_a_deadline_beyond_the_calendar_is_its_end() -> None:
    assert job(deadline=2**62).deadline == datetime.max.replace(tzinfo=timezone.utc)


def test_variables_are_decoded_when_read_and_only_once() -> None:
    read = read_one(pb.ActivatedJob(key=KEY, variables='{"a":"x"}'), as_type=dict[str, int])
    with pytest.raises(VariablesError, match=r"^\$"):
        _ = read.variables
    plain = job(variables='{"a":[]}')
    plain.variables["a"].append(1)
    assert plain.variables == {"a": [1]}


def test_a_job_travels_without_what_it_decoded() -> None:
    read = job(variables='{"a":1}', customHeaders='{"h":"v"}')
    read.variables["a"] = 2
    _ = read.custom_headers
    arrived = travel(read)
    assert arrived == read
    assert arrived.variables == {"a": 1}


def test_a_job_shows_neither_variables_nor_its_lease() -> None:
    shown = repr(job(variables='{"a":"secret"}', jobLeaseToken="secret", customHeaders='{"h":"secret"}'))
    assert "secret" not in shown


# ---- answers


def test_complete_sends_what_it_is_told() -> None:
    made = commands.complete_job(KEY, variables={"a": 1}, business_id="b")
    assert made.request == pb.CompleteJobRequest(jobKey=KEY, variables='{"a":1}', businessId="b")
    assert commands.complete_job(str(KEY)).request == pb.CompleteJobRequest(jobKey=KEY)
    assert made.retry is RetryClass.SELF_ABSORBING


@pytest.mark.parametrize(
    "build",
    [
        commands.complete_job,
        commands.fail_job,
        lambda job: commands.throw_error(job, "E"),
        lambda job: commands.update_job_retries(job, retries=1),
        lambda job: commands.update_job_timeout(job, job_timeout=1),
        lambda job: commands.update_job_priority(job, priority=1),
    ],
)
def test_the_lease_token_travels_with_the_job_itself(build: Any) -> None:
    assert build(job(jobLeaseToken="token")).request.jobLeaseToken == "token"
    assert not build(job()).request.HasField("jobLeaseToken")


def test_a_user_task_result() -> None:
    corrections = UserTaskCorrections(
        assignee="",
        due_date=datetime(2026, 1, 2, tzinfo=timezone.utc),
        follow_up_date="2026-01-03T00:00:00Z",
        candidate_users=[],
        candidate_groups=["g"],
        priority=0,
    )
    sent = commands.complete_job(KEY, result=UserTaskResult(corrections=corrections)).request.result  # type: ignore[attr-defined]
    assert sent == pb.JobResult(
        type="userTask",
        denied=False,
        corrections=pb.JobResultCorrections(
            assignee="",
            dueDate="2026-01-02T00:00:00+00:00",
            followUpDate="2026-01-03T00:00:00Z",
            candidateUsers=pb.StringList(),
            candidateGroups=pb.StringList(values=["g"]),
            priority=0,
        ),
    )
    assert sent.corrections.HasField("assignee")
    assert sent.corrections.HasField("candidateUsers")


def test_what_is_not_corrected_is_not_sent() -> None:
    sent = commands.complete_job(KEY, result=UserTaskResult(corrections=UserTaskCorrections())).request
    assert not sent.result.corrections.ListFields()  # type: ignore[attr-defined]


def test_a_denial() -> None:
    sent = commands.complete_job(KEY, result=UserTaskResult(denied=True, denied_reason="no")).request.result  # type: ignore[attr-defined]
    assert (sent.denied, sent.deniedReason, sent.HasField("corrections")) == (True, "no", False)


def test_an_ad_hoc_result() -> None:
    result = AdHocSubProcessResult(
        activate_elements=[ActivateElement("a", {"x": 1}), ActivateElement("b")],
        is_completion_condition_fulfilled=True,
        is_cancel_remaining_instances=True,
    )
    assert commands.complete_job(KEY, result=result).request.result == pb.JobResult(  # type: ignore[attr-defined]
        type="adHocSubProcess",
        activateElements=[
            pb.JobResultActivateElement(elementId="a", variables='{"x":1}'),
            pb.JobResultActivateElement(elementId="b"),
        ],
        isCompletionConditionFulfilled=True,
        isCancelRemainingInstances=True,
    )


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        (UserTaskResult(denied=True, corrections=UserTaskCorrections()), "a denied transition takes no corrections"),
        (UserTaskResult(denied_reason="no"), "denied_reason needs denied=True"),
        (UserTaskResult(corrections=UserTaskCorrections(priority=101)), "priority: expected 0 to 100"),
        (
            UserTaskResult(corrections=UserTaskCorrections(due_date=datetime(2026, 1, 1))),  # noqa: DTZ001
            "due_date: a datetime without",
        ),
        (AdHocSubProcessResult(activate_elements=[ActivateElement("")]), "element_id: must not be blank"),
    ],
)
def test_a_result_that_would_be_refused(result: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        commands.complete_job(KEY, result=result)


@pytest.mark.parametrize(
    "result", [{"denied": True}, UserTaskResult(corrections=UserTaskCorrections(candidate_users="me"))]
)
def test_a_result_of_another_type(result: Any) -> None:
    with pytest.raises(TypeError):
        commands.complete_job(KEY, result=result)


def test_fail_sends_what_it_is_told() -> None:
    made = commands.fail_job(KEY, retries=2, error_message="no", backoff=timedelta(seconds=1.5), variables={"a": 1})
    assert made.request == pb.FailJobRequest(
        jobKey=KEY, retries=2, errorMessage="no", retryBackOff=1500, variables='{"a":1}'
    )
    assert made.retry is RetryClass.DOUBLE_EFFECT


def test_fail_never_raises_an_incident_by_forgetting() -> None:
    with pytest.raises(TypeError, match=r"^retries: say how many are left"):
        commands.fail_job(KEY)
    assert commands.fail_job(KEY, retries=0).request.retries == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(("has", "left"), [(3, 2), (1, 0), (0, 0)])
def test_fail_with_the_job_itself_takes_one_retry(has: int, left: int) -> None:
    assert commands.fail_job(job(retries=has)).request.retries == left  # type: ignore[attr-defined]


def test_fail_refuses_negative_retries() -> None:
    with pytest.raises(ValueError, match=r"^retries: expected 0 to"):
        commands.fail_job(KEY, retries=-1)


def test_throw_sends_what_it_is_told() -> None:
    made = commands.throw_error(KEY, "E", error_message="no", variables={"a": 1})
    assert made.request == pb.ThrowErrorRequest(jobKey=KEY, errorCode="E", errorMessage="no", variables='{"a":1}')
    with pytest.raises(ValueError, match=r"^error_code: must not be blank$"):
        commands.throw_error(KEY, "")


def test_update_retries() -> None:
    made = commands.update_job_retries(KEY, retries=3, operation_reference=9)
    assert made.request == pb.UpdateJobRetriesRequest(jobKey=KEY, retries=3, operationReference=9)
    with pytest.raises(ValueError, match=r"^retries: expected 1 to"):
        commands.update_job_retries(KEY, retries=0)


def test_update_timeout() -> None:
    made = commands.update_job_timeout(KEY, job_timeout=timedelta(hours=2), operation_reference=9)
    assert made.request == pb.UpdateJobTimeoutRequest(jobKey=KEY, timeout=7_200_000, operationReference=9)
    assert commands.update_job_timeout(KEY, job_timeout=0).request.timeout == 0  # type: ignore[attr-defined]


def test_update_priority_sends_a_zero_too() -> None:
    made = commands.update_job_priority(KEY, priority=0)
    assert made.request.HasField("priority")
    assert commands.update_job_priority(KEY, priority=-5).request.priority == -5  # type: ignore[attr-defined]


def test_a_job_is_handed_back_with_its_retries() -> None:
    handed = hand_back_job(job(retries=3, jobLeaseToken="token")).request
    assert (handed.retries, handed.retryBackOff, handed.jobLeaseToken) == (3, 0, "token")  # type: ignore[attr-defined]


def test_a_job_without_retries_is_handed_back_without_an_incident() -> None:
    made = hand_back_job(job(retries=0))
    assert made.rpc.name == "UpdateJobTimeout"
    assert made.request == pb.UpdateJobTimeoutRequest(jobKey=KEY)


@pytest.mark.parametrize("word", ["retry_back_off", "retry_back_off_ms", "retry_backoff"])
def test_another_clients_word_is_refused_with_ours(word: str) -> None:
    foreign: Any = {word: 5000}
    for build in (lambda: commands.fail_job(KEY, retries=1, **foreign), lambda: JobFailure("no", **foreign)):
        with pytest.raises(TypeError, match=rf"has no argument '{word}'; here it is backoff, in seconds"):
            build()


def test_an_unknown_word_is_refused_as_python_does() -> None:
    foreign: Any = {"nonsense": 1}
    with pytest.raises(TypeError, match=r"fail_job has no argument 'nonsense'$"):
        commands.fail_job(KEY, retries=1, **foreign)
