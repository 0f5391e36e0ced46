"""The exception tree: its classes, what they carry, how they print and travel."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import pytest

from tests.unit.travel import travel
from zeebe_grpc import errors
from zeebe_grpc.errors import (
    AmbiguousDeadlineError,
    AmbiguousResultError,
    BpmnError,
    ConfigurationError,
    DeadlineError,
    GatewayError,
    JobFailure,
    JobNotFoundError,
    MalformedResponseError,
    MessageTooLargeError,
    NotFoundError,
    PartitionStatus,
    StatusCode,
    TokenError,
    UnimplementedError,
    VariablesError,
    WorkerError,
    ZeebeError,
)

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)]
GATEWAY_ERRORS = [kind for kind in CLASSES if issubclass(kind, GatewayError)]


def test_the_tree_is_drawn_whole_in_the_module() -> None:
    drawn = inspect.getdoc(errors) or ""
    missing = [kind.__name__ for kind in CLASSES if kind.__name__ not in drawn]
    assert missing == []


def test_everything_but_the_instructions_is_a_zeebe_error() -> None:
    outside = {kind.__name__ for kind in CLASSES if not issubclass(kind, ZeebeError)}
    assert outside == {"BpmnError", "JobFailure"}


@pytest.mark.parametrize("kind", GATEWAY_ERRORS)
def test_every_gateway_error_travels_with_all_it_carries(kind: type[GatewayError]) -> None:
    error = kind(
        "CompleteJob",
        StatusCode.NOT_FOUND,
        "Command 'COMPLETE' rejected with code 'NOT_FOUND': gone",
        outcome="unknown",
        retryable=True,
        attempts=3,
        partitions=(PartitionStatus(StatusCode.RESOURCE_EXHAUSTED, "partition 1"),),
    )
    for travelled in (travel(error), copy.copy(error), copy.deepcopy(error)):
        assert type(travelled) is kind
        assert travelled.__dict__ == error.__dict__
        assert str(travelled) == str(error)
        assert repr(travelled) == repr(error)


def test_an_ambiguous_error_is_also_the_error_that_it_came_from() -> None:
    error = AmbiguousDeadlineError("FailJob", StatusCode.DEADLINE_EXCEEDED, outcome="unknown")
    assert isinstance(error, AmbiguousResultError)
    assert isinstance(error, DeadlineError)
    assert isinstance(error, TimeoutError)


def test_every_ambiguous_class_has_both_parents() -> None:
    kinds = [kind for kind in CLASSES if issubclass(kind, AmbiguousResultError) and kind is not AmbiguousResultError]
    assert len(kinds) == 7
    for kind in kinds:
        plain = [base for base in kind.__bases__ if base is not AmbiguousResultError]
        assert len(plain) == 1
        assert issubclass(plain[0], GatewayError)


def test_the_text_says_what_happened_where_and_how_often() -> None:
    error = JobNotFoundError("CompleteJob", StatusCode.NOT_FOUND, "no job 5", attempts=2)
    assert str(error) == "CompleteJob: NOT_FOUND after 2 attempts: no job 5"
    assert str(NotFoundError("CompleteJob", StatusCode.NOT_FOUND)) == "CompleteJob: NOT_FOUND: no details"
    assert "outcome='not_executed'" in repr(error)


def test_the_engines_reason_is_told_apart_from_the_pattern_around_it() -> None:
    error = NotFoundError(
        "CompleteJob", StatusCode.NOT_FOUND, "Command 'COMPLETE' rejected with code 'NOT_FOUND': gone"
    )
    assert (error.rejection_type, error.reason) == ("NOT_FOUND", "gone")


def test_an_ambiguous_error_advises_to_look_first() -> None:
    error = AmbiguousDeadlineError("FailJob", StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", outcome="unknown")
    assert "may or may not have been executed" in str(error)


def test_the_two_ways_of_being_too_large_read_differently() -> None:
    code = StatusCode.RESOURCE_EXHAUSTED
    assert "nothing was done" in str(MessageTooLargeError("DeployResource", code))
    done = MessageTooLargeError("CreateProcessInstance", code, outcome="executed")
    assert "was executed" in str(done)
    assert "max_receive_message_size" in str(done)


def test_an_unimplemented_rpc_names_the_version_that_it_needs() -> None:
    error = UnimplementedError("EvaluateConditional", StatusCode.UNIMPLEMENTED, "Method not found")
    assert "needs a gateway" not in str(error)
    error.since = "8.9"
    assert "needs a gateway of version 8.9 or later" in str(error)
    assert travel(error).since == "8.9"


def test_variables_error_is_a_value_error_with_a_path() -> None:
    error = VariablesError("$.a", "no")
    assert isinstance(error, ValueError)
    travelled = travel(error)
    assert (travelled.path, travelled.reason, str(travelled)) == ("$.a", "no", "$.a: no")


def test_a_malformed_response_carries_what_arrived() -> None:
    error = travel(MalformedResponseError("Topology", "bad bytes", b"\xff"))
    assert (error.rpc, error.reason, error.raw) == ("Topology", "bad bytes", b"\xff")
    assert "the command was executed" in str(error)


def test_a_missing_token_says_whether_asking_again_may_help() -> None:
    assert TokenError("the endpoint is down", retryable=True).retryable
    assert str(TokenError("refused")) == "refused"


def test_plain_errors_are_plain() -> None:
    assert str(ConfigurationError("address: no")) == "address: no"
    assert isinstance(WorkerError("x"), ZeebeError)


@pytest.mark.parametrize(
    "instruction",
    [
        BpmnError("OUT_OF_STOCK", "no A", variables={"sku": "A"}),
        JobFailure("bank down", retries=2, backoff=60, variables={"a": 1}),
    ],
)
def test_instructions_travel(instruction: Any) -> None:
    travelled = travel(instruction)
    assert travelled.__dict__ == instruction.__dict__
    assert str(travelled) == str(instruction)


def test_instructions_print() -> None:
    assert str(BpmnError("OUT_OF_STOCK", "no A")) == "OUT_OF_STOCK: no A"
    assert str(BpmnError("OUT_OF_STOCK")) == "OUT_OF_STOCK"
    assert str(JobFailure("bank down")) == "bank down"
