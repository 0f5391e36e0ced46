"""Checks of arguments that all builders share. Each error says what is wrong, where, and what would be right.

Only what the gateway surely refuses, or takes in a sense that nobody means, is refused here; what it is lenient about
(such as a blank worker name) is let through.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final, Protocol, TypeAlias

from zeebe_grpc.keys import FIRST_KEY, LAST_KEY, KeyLike, read_key

LONGEST_TENANT_ID: Final = 31
LONGEST_BUSINESS_ID: Final = 256
MOST_TAGS: Final = 10
LARGEST_INT32: Final = 2**31 - 1
LARGEST_UINT64: Final = 2**64 - 1

_TENANT_ID = re.compile(r"[\w.-]+\Z", re.ASCII)
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_\-:.]{0,99}\Z")
_RESERVED_TENANTS: Final = frozenset({"<default>", ""})


class HeldJob(Protocol):
    """A job that somebody holds: an `ActivatedJob`, or the job that a handler was given."""

    @property
    def key(self) -> int:
        """Its key."""
        ...

    @property
    def retries(self) -> int:
        """Retries left, this attempt included."""
        ...

    @property
    def lease_token(self) -> str | None:
        """Proof of this activation, if a lease was asked for."""


JobLike: TypeAlias = KeyLike | HeldJob
"""A job by its key, or the job itself, whose lease token then travels along."""


def job_key(job: JobLike) -> int:
    """The key of a job, given by key or itself."""
    if type(job) is int and FIRST_KEY <= job <= LAST_KEY:
        return job
    if isinstance(job, (int, str, float)):
        return read_key(job, "job")
    try:
        return read_key(job.key, "job.key")
    except AttributeError:
        raise TypeError(f"job: expected a job key or an activated job, got {type(job).__name__}") from None


def lease_token(job: JobLike) -> str | None:
    """The lease token that a job carries, if it does."""
    return None if isinstance(job, (int, str)) else (job.lease_token or None)


def text(value: str, name: str) -> str:
    """A text that must not be blank."""
    if not any_text(value, name).strip():
        raise ValueError(f"{name}: must not be blank")
    return value


def any_text(value: str, name: str) -> str:
    """A text, blank or not, that can be sent: half of a surrogate pair cannot."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected a string, got {type(value).__name__}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{name}: a lone surrogate is no Unicode text") from None
    return value


def message(value: str, name: str) -> str:
    """A text for people; what cannot be sent of it becomes question marks, for it matters more that they get it."""
    if not isinstance(value, str):
        raise TypeError(f"{name}: expected a string, got {type(value).__name__}")
    return value if value.isascii() else value.encode(errors="replace").decode()


def flag(value: bool, name: str) -> bool:
    """True or False, and nothing that merely counts as one of them."""
    if not isinstance(value, bool):
        raise TypeError(f"{name}: expected True or False, got {type(value).__name__}")
    return value


def correlation_key(value: str) -> str:
    """A correlation key; empty text correlates with message start events only.

    An int is refused, because only the text that the model's expression gives will correlate.
    """
    if not isinstance(value, str):
        raise TypeError(f"correlation_key: expected a string, got {type(value).__name__}; write str(...)")
    return any_text(value, "correlation_key")


def names(values: Iterable[str] | None, name: str) -> Sequence[str]:
    """A list of names; a lone string is refused, because it would be read letter by letter."""
    if values is None:
        return ()
    if isinstance(values, (str, bytes)):
        raise TypeError(f"{name}: expected a list of strings, got one string; write [{name}]")
    listed = list(values)
    for item in listed:
        text(item, name)
    return listed


def number(value: int, name: str, least: int, most: int = LARGEST_INT32) -> int:
    """An int within bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name}: expected an int, got {type(value).__name__}")
    if not least <= value <= most:
        raise ValueError(f"{name}: expected {least} to {most}, got {value}")
    return value


def tenant_id(value: str | None) -> str:
    """A tenant id as the gateway accepts it; empty text for None, which means the default tenant."""
    if value is None or value in _RESERVED_TENANTS:
        return value or ""
    text(value, "tenant_id")
    if len(value) > LONGEST_TENANT_ID or _TENANT_ID.match(value) is None:
        raise ValueError(
            f"tenant_id: {value!r} is none; write 1 to {LONGEST_TENANT_ID} letters, digits, '_', '.' and '-', "
            "or '<default>'"
        )
    return value


def tenant_ids(values: Iterable[str] | None) -> Sequence[str]:
    """Tenant ids, each as `tenant_id`."""
    return [tenant_id(value) for value in names(values, "tenant_ids")]


def tags(values: Collection[str] | None) -> Sequence[str]:
    """Tags of a process instance: at most 10, each once, 1 to 100 characters, starting with a letter."""
    listed = names(values, "tags")
    for tag in listed:
        if _TAG.match(tag) is None:
            raise ValueError(f"tags: {tag!r} is none; a letter, then up to 99 letters, digits, '_', '-', ':' and '.'")
    if len(listed) > MOST_TAGS or len(set(listed)) < len(listed):
        raise ValueError(f"tags: at most {MOST_TAGS}, and each only once")
    return listed


def business_id(value: str | None) -> str | None:
    """A business id: not blank, at most 256 characters; None for none."""
    if value is None:
        return None
    text(value, "business_id")
    if len(value) > LONGEST_BUSINESS_ID:
        raise ValueError(f"business_id: at most {LONGEST_BUSINESS_ID} characters, got {len(value)}")
    return value


def operation_reference(value: int | None) -> int | None:
    """A number of the caller's that shows up in the records of the command: 1 to 2^64-1."""
    return None if value is None else number(value, "operation_reference", 1, LARGEST_UINT64)


def exactly_one(**given: object) -> None:
    """Refuses none or several of arguments of which one is wanted; None counts as not given."""
    found = [name for name, value in given.items() if value is not None]
    if len(found) != 1:
        raise ValueError(f"give exactly one of {' and '.join(given)}; got {' and '.join(found) or 'none'}")
