"""What a gateway checks of a request before anything reaches the engine.

Checks that a broker makes (unknown keys, states, models) are the engine's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import grpc

from zeebe_grpc.engine.answers import Rejection, RejectionType
from zeebe_grpc.gateway.documents import read_document
from zeebe_grpc.gateway.statuses import StatusError, from_rejection, rejection_text

PARTITION_BITS = 51
PARTITIONS = (1,)
MAX_MESSAGE_SIZE = 4 * 1024 * 1024
"""Bytes of the largest request that a gateway takes, and of the largest batch of jobs that it sends."""

# A broker stores variables twice in one batch of records, once in the command's event and once as variables, and
# refuses batches above 4 MiB. Measured on 8.6.0: 2,090,000 bytes pass, 2,097,000 do not.
_LARGEST_VARIABLES = 2_093_000

_MOST_TAGS = 10
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_\-:.]{0,99}")
_LONGEST_BUSINESS_ID = 256


def routed(key: int) -> int:
    """A key whose partition exists.

    Raises:
        StatusError: UNAVAILABLE, as for any partition that the gateway does not know.
    """
    partition = key >> PARTITION_BITS
    if partition not in PARTITIONS:
        raise StatusError(
            grpc.StatusCode.UNAVAILABLE,
            f"The command for key {key} goes to partition {partition}, "
            "which does not exist or is not known to the gateway yet",
        )
    return key


def variables_for(intent: str, text: str) -> dict[str, object]:
    """The variables of a command.

    Raises:
        StatusError: INVALID_ARGUMENT if the text is no document; UNKNOWN with rejection type EXCEEDED_BATCH_RECORD_SIZE
            if it is too large for the broker, though not for the gateway.
    """
    document = read_document(text)
    if len(text) > _LARGEST_VARIABLES // 4 and len(text.encode("utf-8", "replace")) > _LARGEST_VARIABLES:
        reason = f"the variables make the batch of records larger than {MAX_MESSAGE_SIZE} bytes"
        raise from_rejection(Rejection(intent, RejectionType.EXCEEDED_BATCH_RECORD_SIZE, reason))
    return document


def tags(values: Sequence[str]) -> tuple[str, ...]:
    """The tags of a process instance.

    Raises:
        StatusError: INVALID_ARGUMENT for more than 10 of them, or one that is malformed.
    """
    distinct = tuple(dict.fromkeys(values))
    if len(distinct) > _MOST_TAGS:
        raise _invalid_create(f"there are {len(distinct)} tags, and at most {_MOST_TAGS} are allowed")
    for tag in distinct:
        if not _TAG.fullmatch(tag):
            raise _invalid_create(
                f"the tag '{tag[:100]}' is malformed: a letter, then at most 99 letters, digits, '_', '-', ':' or '.'"
            )
    return distinct


def business_id(value: str, intent: str = "CREATE") -> str:
    """The business id of a process instance, in a command of an intent.

    Raises:
        StatusError: INVALID_ARGUMENT if it is longer than 256 characters.
    """
    if len(value) > _LONGEST_BUSINESS_ID:
        raise _invalid(
            intent, f"the business id has {len(value)} characters, and at most {_LONGEST_BUSINESS_ID} are allowed"
        )
    return value


def not_blank(value: str, what: str) -> str:
    """A text that is not blank.

    Raises:
        StatusError: INVALID_ARGUMENT if it is.
    """
    if not value.strip():
        raise StatusError(grpc.StatusCode.INVALID_ARGUMENT, f"Expected the {what} to be present, but it was blank")
    return value


def activation(job_type: str, timeout: int) -> None:
    """Check what a broker checks of a poll.

    Raises:
        StatusError: INVALID_ARGUMENT for an empty type or a timeout below 1 ms.
    """
    if not job_type:
        raise _invalid("ACTIVATE", "the type of the job batch must be present, but it was blank")
    if timeout < 1:
        raise _invalid("ACTIVATE", f"the timeout of the job batch must be greater than zero, but it was '{timeout}'")


def streaming(job_type: str, timeout: int) -> None:
    """Check what a gateway checks of a job stream.

    Raises:
        StatusError: INVALID_ARGUMENT for a blank type or a timeout below 1 ms.
    """
    reason = None
    if not job_type.strip():
        reason = "the type of the job stream must be present, but it was blank"
    elif timeout < 1:
        reason = f"the timeout of the job stream must be greater than zero, but it was {timeout}"
    if reason is not None:
        raise StatusError(grpc.StatusCode.INVALID_ARGUMENT, f"Expected to stream activated jobs: {reason}", plain=True)


def _invalid_create(reason: str) -> StatusError:
    return _invalid("CREATE", reason)


def _invalid(intent: str, reason: str) -> StatusError:
    rejection = Rejection(intent, RejectionType.INVALID_ARGUMENT, reason)
    return StatusError(grpc.StatusCode.INVALID_ARGUMENT, rejection_text(rejection))
