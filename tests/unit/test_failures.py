"""The choice of the class for every (RPC, status), and what the error then knows of its outcome."""

from __future__ import annotations

import itertools

import pytest

from zeebe_grpc import errors
from zeebe_grpc.errors import AmbiguousResultError, GatewayError, MessageTooLargeError, PartitionStatus, StatusCode
from zeebe_grpc.failures import ambiguous, error_class, from_status
from zeebe_grpc.rpc import RPCS

SPECIFIC = [
    ("CompleteJob", "NOT_FOUND", errors.JobNotFoundError),
    ("FailJob", "NOT_FOUND", errors.JobNotFoundError),
    ("ThrowError", "NOT_FOUND", errors.JobNotFoundError),
    ("UpdateJobRetries", "NOT_FOUND", errors.JobNotFoundError),
    ("UpdateJobTimeout", "FAILED_PRECONDITION", errors.InvalidJobStateError),
    ("UpdateJobPriority", "FAILED_PRECONDITION", errors.InvalidJobStateError),
    ("CreateProcessInstance", "NOT_FOUND", errors.ProcessDefinitionNotFoundError),
    ("CreateProcessInstanceWithResult", "NOT_FOUND", errors.ProcessDefinitionNotFoundError),
    ("CreateProcessInstance", "ALREADY_EXISTS", errors.ProcessInstanceAlreadyExistsError),
    ("CancelProcessInstance", "NOT_FOUND", errors.ProcessInstanceNotFoundError),
    ("CancelProcessInstance", "FAILED_PRECONDITION", errors.InvalidProcessInstanceStateError),
    ("ModifyProcessInstance", "NOT_FOUND", errors.ProcessInstanceNotFoundError),
    ("MigrateProcessInstance", "NOT_FOUND", errors.NotFoundError),
    ("DeployResource", "INVALID_ARGUMENT", errors.DeploymentRejectedError),
    ("DeployProcess", "INVALID_ARGUMENT", errors.DeploymentRejectedError),
    ("PublishMessage", "ALREADY_EXISTS", errors.DuplicateMessageError),
    ("SetVariables", "NOT_FOUND", errors.ElementInstanceNotFoundError),
    ("ResolveIncident", "NOT_FOUND", errors.IncidentNotFoundError),
    ("ResolveIncident", "FAILED_PRECONDITION", errors.InvalidStateError),
    ("EvaluateDecision", "NOT_FOUND", errors.DecisionNotFoundError),
    ("EvaluateConditional", "NOT_FOUND", errors.ProcessDefinitionNotFoundError),
    ("DeleteResource", "NOT_FOUND", errors.ResourceNotFoundError),
    ("Topology", "UNAUTHENTICATED", errors.AuthenticationError),
    ("Topology", "PERMISSION_DENIED", errors.PermissionDeniedError),
    ("Topology", "UNIMPLEMENTED", errors.UnimplementedError),
    ("Topology", "OUT_OF_RANGE", errors.UnknownError),
    ("Topology", "DATA_LOSS", errors.UnknownError),
]


@pytest.mark.parametrize(("rpc", "code", "kind"), SPECIFIC)
def test_the_most_specific_class(rpc: str, code: str, kind: type[GatewayError]) -> None:
    assert error_class(rpc, StatusCode[code]) is kind


def test_every_status_of_every_rpc_has_an_error_that_says_both() -> None:
    for rpc, code in itertools.product(RPCS, set(StatusCode) - {StatusCode.OK}):
        error = from_status(rpc, code, "some text", repeatable=True)
        assert (error.rpc, error.code, error.details) == (rpc, code, "some text")
        assert not isinstance(error, AmbiguousResultError)


@pytest.mark.parametrize(
    ("code", "details", "outcome", "retryable"),
    [
        ("RESOURCE_EXHAUSTED", "busy", "not_executed", True),
        ("UNAVAILABLE", "partition 1 has no leader", "not_executed", True),
        ("UNAVAILABLE", "Socket closed", "unknown", True),
        ("DEADLINE_EXCEEDED", "", "unknown", True),
        ("INTERNAL", "", "unknown", True),
        ("NOT_FOUND", "", "not_executed", False),
        ("UNIMPLEMENTED", "", "not_executed", False),
        ("UNKNOWN", "Command 'X' rejected with code 'EXCEEDED_BATCH_RECORD_SIZE': no", "not_executed", False),
        ("RESOURCE_EXHAUSTED", "CLIENT: Received message larger than max (6 vs. 5)", "executed", False),
    ],
)
def test_what_a_repeatable_command_may_do(code: str, details: str, outcome: str, retryable: bool) -> None:
    error = from_status("CompleteJob", StatusCode[code], details, repeatable=True)
    assert (error.outcome, error.retryable) == (outcome, retryable)


@pytest.mark.parametrize("code", ["DEADLINE_EXCEEDED", "ABORTED", "INTERNAL", "CANCELLED", "UNKNOWN", "UNAVAILABLE"])
def test_an_unsafe_command_that_may_have_been_executed_is_ambiguous(code: str) -> None:
    error = from_status("CreateProcessInstance", StatusCode[code], "Stream removed")
    assert isinstance(error, AmbiguousResultError)
    assert isinstance(error, error_class("CreateProcessInstance", StatusCode[code]))
    assert (error.outcome, error.retryable) == ("unknown", False)


def test_an_unsafe_command_that_was_refused_may_be_sent_again() -> None:
    error = from_status("CreateProcessInstance", StatusCode.RESOURCE_EXHAUSTED, "busy")
    assert type(error) is errors.BackpressureError
    assert error.retryable


def test_size_is_told_apart_from_back_pressure() -> None:
    details = "Received message larger than max (9 vs. 7)"
    ours = from_status("Topology", StatusCode.RESOURCE_EXHAUSTED, details, receive_limit=7)
    theirs = from_status("Topology", StatusCode.RESOURCE_EXHAUSTED, details, receive_limit=8)
    assert type(ours) is type(theirs) is MessageTooLargeError
    assert (ours.outcome, theirs.outcome) == ("executed", "not_executed")


def test_an_unknown_rpc_knows_since_when_there_is_one() -> None:
    error = from_status("EvaluateConditional", StatusCode.UNIMPLEMENTED, "", since="8.9")
    assert isinstance(error, errors.UnimplementedError)
    assert error.since == "8.9"


def test_what_the_partitions_said_is_kept() -> None:
    said = (PartitionStatus(StatusCode.RESOURCE_EXHAUSTED, "partition 2"),)
    error = from_status("CreateProcessInstance", StatusCode.RESOURCE_EXHAUSTED, "all tried", partitions=said)
    assert error.partitions == said


def test_an_error_can_be_made_ambiguous_afterwards() -> None:
    known = from_status("CreateProcessInstance", StatusCode.ALREADY_EXISTS, "business id in use")
    known.attempts = 4
    told = ambiguous(known)
    assert type(told) is errors.AmbiguousAlreadyExistsError
    assert (told.outcome, told.attempts, told.retryable) == ("unknown", 4, False)


def test_an_error_without_an_ambiguous_form_stays_itself() -> None:
    error = from_status("CompleteJob", StatusCode.NOT_FOUND, "")
    assert ambiguous(error) is error
