"""What status texts tell: as written by Java gateways, and by grpcio on either side."""

from __future__ import annotations

import pytest

from zeebe_grpc.statuses import effect, oversized, read_rejection

REJECTED = "Command 'COMPLETE' rejected with code 'NOT_FOUND': Expected to complete job\nwith key '5', but none found"


def test_a_rejection_is_taken_apart() -> None:
    assert read_rejection(REJECTED) == ("NOT_FOUND", "Expected to complete job\nwith key '5', but none found")


def test_a_text_without_a_rejection_is_its_own_reason() -> None:
    assert read_rejection("deadline exceeded after 5s") == (None, "deadline exceeded after 5s")


@pytest.mark.parametrize(
    ("code", "details", "expected"),
    [
        ("RESOURCE_EXHAUSTED", "CLIENT: Received message larger than max (6000000 vs. 4194304)", "reply"),
        ("RESOURCE_EXHAUSTED", "Stream removed (CLIENT: Received message larger than max (6 vs. 4))", "reply"),
        ("RESOURCE_EXHAUSTED", "SERVER: Received message larger than max (2000 vs. 1000)", "request"),
        ("RESOURCE_EXHAUSTED", "CLIENT: Sent message larger than max (2000 vs. 100)", "request"),
        ("RESOURCE_EXHAUSTED", "SERVER: Sent message larger than max (2000 vs. 100)", "reply"),
        ("RESOURCE_EXHAUSTED", "Received message larger than max (9000000 vs. 5242880)", "reply"),
        ("RESOURCE_EXHAUSTED", "Received message larger than max (9000000 vs. 4194304)", "request"),
        ("RESOURCE_EXHAUSTED", "gRPC message exceeds maximum size 4194304: 5242889", "request"),
        ("RESOURCE_EXHAUSTED", "MAX_MESSAGE_SIZE_EXCEEDED", "request"),
        ("UNKNOWN", "Command 'CREATE' rejected with code 'EXCEEDED_BATCH_RECORD_SIZE': too large", "request"),
        ("RESOURCE_EXHAUSTED", "Expected to execute command, but the broker is overloaded", None),
        ("RESOURCE_EXHAUSTED", "", None),
        ("INVALID_ARGUMENT", "Received message larger than max (2 vs. 1)", None),
    ],
)
def test_which_message_was_too_large(code: str, details: str, expected: str | None) -> None:
    assert oversized(code, details, 5 * 1024 * 1024) == expected


def test_an_old_text_is_the_servers_if_our_own_limit_is_not_known() -> None:
    assert oversized("RESOURCE_EXHAUSTED", "Received message larger than max (9 vs. 4)") == "request"


@pytest.mark.parametrize(
    "code",
    [
        "INVALID_ARGUMENT",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "FAILED_PRECONDITION",
        "RESOURCE_EXHAUSTED",
        "UNAUTHENTICATED",
        "PERMISSION_DENIED",
        "UNIMPLEMENTED",
        "OUT_OF_RANGE",
    ],
)
def test_a_refusal_means_that_nothing_was_done(code: str) -> None:
    assert effect(code, "whatever") == "not_executed"


@pytest.mark.parametrize("code", ["DEADLINE_EXCEEDED", "ABORTED", "INTERNAL", "CANCELLED", "UNKNOWN", "DATA_LOSS"])
def test_after_these_nobody_knows(code: str) -> None:
    assert effect(code, "whatever") == "unknown"


@pytest.mark.parametrize("code", ["INTERNAL", "UNKNOWN"])
def test_a_rejection_means_that_nothing_was_done_whatever_the_code(code: str) -> None:
    assert effect(code, "Command 'CREATE' rejected with code 'PROCESSING_ERROR': boom") == "not_executed"


@pytest.mark.parametrize(
    "details",
    [
        "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Connection refused",
        "errors resolving no-such-host.invalid:1: [field:hostname lookup error:Domain name not found]",
        "DNS resolution failed for no-such-host.invalid:1: C-ares status is not ARES_SUCCESS",
        "connections to all backends failing; last error: UNKNOWN: Failed to connect to remote host",
        "Expected to execute command on partition 1, but it has no leader",
        "the gateway does not have a topology yet",
    ],
)
def test_unavailable_with_a_proof_that_it_was_not_delivered(details: str) -> None:
    assert effect("UNAVAILABLE", details) == "not_executed"


@pytest.mark.parametrize(
    "details",
    ["Socket closed", "Connection reset by peer", "Stream removed", "Cancelling all calls", "", "GOAWAY received"],
)
def test_unavailable_after_sending(details: str) -> None:
    assert effect("UNAVAILABLE", details) == "unknown"


def test_a_reply_too_large_means_that_it_was_done() -> None:
    assert effect("RESOURCE_EXHAUSTED", "...", "reply") == "executed"
    assert effect("UNKNOWN", "...", "request") == "not_executed"
