"""Statuses, their texts and their trailers."""

from __future__ import annotations

import grpc
import pytest
from google.rpc.status_pb2 import Status

from zeebe_grpc.engine.answers import Rejection, RejectionType
from zeebe_grpc.gateway.statuses import DETAILS_KEY, StatusError, from_rejection, status_message


@pytest.mark.parametrize(
    ("rejection", "code"),
    [
        (RejectionType.INVALID_ARGUMENT, grpc.StatusCode.INVALID_ARGUMENT),
        (RejectionType.NOT_FOUND, grpc.StatusCode.NOT_FOUND),
        (RejectionType.ALREADY_EXISTS, grpc.StatusCode.ALREADY_EXISTS),
        (RejectionType.INVALID_STATE, grpc.StatusCode.FAILED_PRECONDITION),
        (RejectionType.PROCESSING_ERROR, grpc.StatusCode.INTERNAL),
        (RejectionType.EXCEEDED_BATCH_RECORD_SIZE, grpc.StatusCode.UNKNOWN),
        (RejectionType.UNSUPPORTED, grpc.StatusCode.UNIMPLEMENTED),
    ],
)
def test_every_rejection_has_its_status(rejection: RejectionType, code: grpc.StatusCode) -> None:
    error = from_rejection(Rejection("COMPLETE", rejection, "no such job"))
    assert error.code is code
    assert error.message == f"Command 'COMPLETE' rejected with code '{rejection.value}': no such job"


def test_all_rejections_are_in_the_table() -> None:
    assert len(RejectionType) == 7


def test_reason_that_is_the_whole_text_already_is_not_wrapped_again() -> None:
    text = "Command 'FAIL' rejected with code 'NOT_FOUND': gone"
    assert from_rejection(Rejection("FAIL", RejectionType.NOT_FOUND, text)).message == text


def test_trailer_has_code_text_and_nested_statuses() -> None:
    nested = status_message(grpc.StatusCode.RESOURCE_EXHAUSTED, "partition 1")
    error = StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED, "all partitions", nested=[nested])
    ((key, value),) = error.trailers()
    assert key == DETAILS_KEY
    status = Status.FromString(value)
    assert (status.code, status.message) == (8, "all partitions")
    inner = Status()
    assert status.details[0].Unpack(inner)
    assert inner == nested


def test_plain_status_has_no_trailer() -> None:
    assert StatusError(grpc.StatusCode.CANCELLED, "gone", plain=True).trailers() == ()


@pytest.mark.parametrize("letter", ["x", "ö", "\n", "😀"])
def test_trailers_never_outgrow_what_a_client_reads(letter: str) -> None:
    """8 KiB, of which the text is percent-encoded and the trailer in base 64."""
    for length in (10, 500, 3_000, 5_000, 50_000):
        error = StatusError(grpc.StatusCode.INVALID_ARGUMENT, letter * length)
        size = len(error.message.encode()) * (1 if letter == "x" else 3) + sum(
            len(value) * 4 // 3 for _, value in error.trailers()
        )
        assert size < 8_000
        assert error.message.startswith(letter * 10)
        if length > 7_000:
            assert error.message.endswith(" more characters)")


def test_error_prints_code_and_text() -> None:
    assert str(StatusError(grpc.StatusCode.NOT_FOUND, "gone")) == "NOT_FOUND: gone"
