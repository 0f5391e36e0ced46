"""Keys: what Zeebe calls each thing that it made, as distinct types over `int`.

Here live the key types, the reading of a key given as an int or as decimal text, and the refusal of keys that no
partition can have made. Nothing here knows a request or does any I/O.

A key carries its partition: the upper bits are the partition id, the lower 51 bits count. The protocol keeps 13 bits
for the id, but a key is a signed 64-bit number on the wire and a negative one names no partition, so ids go up to 4095.
Keys exceed 2^53: they must never pass through a float, or through a JSON number read by JavaScript.
"""

from __future__ import annotations

import re
from typing import Final, NewType, TypeAlias

BatchOperationKey = NewType("BatchOperationKey", int)
"""Names a batch operation, such as the deletion of a resource's history."""
ConditionalEvaluationKey = NewType("ConditionalEvaluationKey", int)
"""Names one evaluation of conditional start events."""
DecisionEvaluationKey = NewType("DecisionEvaluationKey", int)
"""Names one evaluation of a decision."""
DecisionKey = NewType("DecisionKey", int)
"""Names one version of a decision."""
DecisionRequirementsKey = NewType("DecisionRequirementsKey", int)
"""Names one version of a decision requirements graph (a DMN file)."""
DeploymentKey = NewType("DeploymentKey", int)
"""Names one deployment."""
ElementInstanceKey = NewType("ElementInstanceKey", int)
"""Names one instance of an element; a process instance is one too."""
FormKey = NewType("FormKey", int)
"""Names one version of a form."""
IncidentKey = NewType("IncidentKey", int)
"""Names an incident."""
JobKey = NewType("JobKey", int)
"""Names a job."""
MessageKey = NewType("MessageKey", int)
"""Names a published message."""
ProcessDefinitionKey = NewType("ProcessDefinitionKey", int)
"""Names one version of a process definition."""
ProcessInstanceKey = NewType("ProcessInstanceKey", int)
"""Names a process instance."""
ResourceKey = NewType("ResourceKey", int)
"""Names any deployed resource: a process definition, decision requirements, a form."""
SetVariablesKey = NewType("SetVariablesKey", int)
"""Names one accepted command that set variables."""
SignalKey = NewType("SignalKey", int)
"""Names a broadcast signal."""
UserTaskKey = NewType("UserTaskKey", int)
"""Names a user task."""

KeyLike: TypeAlias = int | str
"""How a key may be given: an int, or its decimal text (as a database, a URL or a JSON document carries it)."""

KEY_BITS: Final = 51
FIRST_PARTITION: Final = 1
LAST_PARTITION: Final = 4095
FIRST_KEY: Final = FIRST_PARTITION << KEY_BITS
LAST_KEY: Final = ((LAST_PARTITION + 1) << KEY_BITS) - 1

_DECIMAL = re.compile(r"[0-9]{1,19}\Z")


def partition_of(key: int) -> int:
    """The id of the partition that made a key: 1 to 4095 for every key that can exist."""
    return key >> KEY_BITS


def read_key(key: KeyLike, name: str) -> int:
    """A key given as an int or as decimal text, as an int that some partition can have made.

    The gateway routes a command by the partition in its key and answers UNAVAILABLE for a partition that does not
    exist, which looks like an outage; so such keys are refused here.

    Args:
        key: An int, or a string of 1 to 19 decimal digits.
        name: What the caller calls the key, for the error's text.

    Raises:
        TypeError: It is neither an int nor a string; a float has already lost digits.
        ValueError: It is no decimal text, or its partition is not 1 to 4095.
    """
    number = key if type(key) is int else _as_int(key, name)
    if not FIRST_KEY <= number <= LAST_KEY:
        raise ValueError(
            f"{name}: no partition can have made the key {number}; "
            f"keys start at {FIRST_KEY} and carry a partition of 1 to {LAST_PARTITION}"
        )
    return number


def _as_int(key: object, name: str) -> int:
    if isinstance(key, str):
        if _DECIMAL.match(key) is None:
            raise ValueError(f"{name}: expected a key in decimal digits, got text of {len(key)} characters")
        return int(key)
    if isinstance(key, float):
        raise TypeError(f"{name}: a float cannot hold a key exactly; pass the int or its decimal text")
    if isinstance(key, bool) or not isinstance(key, int):
        raise TypeError(f"{name}: expected a key as an int or its decimal text, got {type(key).__name__}")
    return int(key)
