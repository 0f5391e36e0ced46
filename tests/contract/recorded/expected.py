"""What each question should be answered by the recorded release and by the newest one, and what our engine lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RECORDED: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("answers.json").read_text(encoding="utf-8"))

_TOPOLOGY_8_9 = {"gatewayVersion": "8.9.0", "partitions": 1, "brokers": 1, "replication": 1, "clusterSize": 1}

NEWEST: dict[str, dict[str, Any]] = {
    "topology": {"status": "OK", "reply": _TOPOLOGY_8_9},
    "create.bad_tag": {"status": "INVALID_ARGUMENT"},  # tags came with 8.8
    "jobs.shape": {"status": "OK", "reply": {**RECORDED["jobs.shape"]["reply"], "listener": 6}},  # UNSPECIFIED, 8.8
    "publish.no_name": {"status": "INVALID_ARGUMENT"},  # checked by newer gateways
}
"""Answers of 8.9 that differ from those of 8.6 and come from the protocol's documents, not from a recording."""

MISSING_IN_ENGINE: dict[str, str] = {}
"""Questions that our gateway answers otherwise, and the part of its engine that is not built yet."""

MISSING_IN_NEWEST = {case: reason for case, reason in MISSING_IN_ENGINE.items() if case not in NEWEST}


def expected_of_newest(case: str) -> dict[str, Any]:
    """The answer of the newest release to a question."""
    if case in NEWEST:
        return NEWEST[case]
    recorded = RECORDED[case]
    return {**recorded, "status": recorded.get("status_8_8", recorded["status"])}


def same(case: str, expected: dict[str, Any], status: str, reply: Any) -> bool:
    """Whether an answer is the expected one. Only statuses and reply facts count, not texts."""
    if status != expected["status"]:
        return False
    if "reply" not in expected:
        return True
    if case == "activate.none_default":  # a wait of 10 s, told in whole seconds: a broker's own round comes on top
        return bool(reply[0] == expected["reply"][0] and abs(reply[1] - expected["reply"][1]) <= 1)
    return bool(reply == expected["reply"])
