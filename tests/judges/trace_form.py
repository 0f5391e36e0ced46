"""Brings a record, as Zeebe writes it in JSON, into the form of a trace line: short names, keys as symbols.

Keys become symbols in the order of their first appearance, a letter for the kind: e element instance (and whatever else
is a scope), j job, v variable, i incident, t timer, s subscription, m message, u user task, c compensation
subscription. Empty fields are left out. Only the form is here: what is compared, and how, is the comparer's matter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Record = Mapping[str, Any]
Line = dict[str, Any]
Field = Callable[["Symbols", Record], Any]

_LONG_NUMBER = re.compile(r"\b\d{15,19}\b")
_MINUTE = 60_000


class Symbols:
    """The symbols given to keys so far, both ways."""

    def __init__(self) -> None:
        self._symbols: dict[int, str] = {}
        self._keys: dict[str, int] = {}
        self._counts: dict[str, int] = {}

    def of(self, letter: str, key: int) -> str | None:
        """Return the key's symbol, a new one if it has none yet; None for no key (0, -1)."""
        if key <= 0:
            return None
        if key not in self._symbols:
            number = self._counts[letter] = self._counts.get(letter, 0) + 1
            self._symbols[key] = f"{letter}{number}"
            self._keys[f"{letter}{number}"] = key
        return self._symbols[key]

    def key(self, symbol: str) -> int:
        """Return the key that has this symbol.

        Raises:
            KeyError: No record has named it yet.
        """
        return self._keys[symbol]

    def in_text(self, text: str) -> str:
        """Return the text with each key in it replaced by `<symbol>`, or `<key>` where it has none."""

        def symbol(found: re.Match[str]) -> str:
            return f"<{self._symbols.get(int(found[0]), 'key')}>"

        return _LONG_NUMBER.sub(symbol, text)


def normalise(record: Record, symbols: Symbols, cron_elements: frozenset[str] = frozenset()) -> Line | None:
    """Return the trace line of a raw record, or None for a value type or a command that traces do not hold.

    `cron_elements` are the ids of timers with a cron cycle: their due dates depend on the day of the recording.
    """
    kind = record["valueType"]
    fields = _FIELDS.get(kind)
    if fields is None or record["recordType"] == "COMMAND":
        return None
    line: Line = {"t": kind, "i": record["intent"]}
    if record["recordType"] == "COMMAND_REJECTION":
        return line | {"rejected": record["rejectionType"]}
    for name, field in fields.items():
        value = field(symbols, record)
        if not _is_empty(value) or name == "value":
            line[name] = value
    if kind == "TIMER" and record["intent"] == "CREATED":
        line.update(_due(record, line.get("el") in cron_elements))
    return line


def normalise_all(records: list[Record], cron_elements: frozenset[str] = frozenset()) -> Iterator[Line]:
    """Yield the trace lines of a whole log, with symbols of its own."""
    symbols = Symbols()
    for record in records:
        line = normalise(record, symbols, cron_elements)
        if line is not None:
            yield line


def _is_empty(value: object) -> bool:
    """Return whether a field is left out; false and zero are values."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def _due(record: Record, cron: bool) -> Line:
    """Return when a timer is due: a span in whole seconds, or the date that the model names (on a whole minute)."""
    if cron:
        return {"due": "cron"}
    due, now = int(record["value"]["dueDate"]), int(record["timestamp"])
    return {"due_at": due} if due % _MINUTE == 0 else {"due_in": round((due - now) / 1000) * 1000}


def _own(letter: str) -> Field:
    """Return the field that is the record's own key."""
    return lambda symbols, record: symbols.of(letter, record["key"])


def _key(letter: str, name: str) -> Field:
    """Return the field that is a key in the record's value."""
    return lambda symbols, record: symbols.of(letter, record["value"].get(name, -1))


def _plain(name: str) -> Field:
    return lambda _, record: record["value"].get(name)


def _text(name: str) -> Field:
    return lambda symbols, record: symbols.in_text(record["value"].get(name, ""))


def _json(name: str) -> Field:
    return lambda _, record: json.loads(record["value"].get(name) or "null")


def _unless(ordinary: str, name: str) -> Field:
    """Return the field that is left out while it has its ordinary value."""
    return lambda _, record: None if record["value"].get(name) in (ordinary, None) else record["value"][name]


def _only(intent: str, field: Field) -> Field:
    return lambda symbols, record: field(symbols, record) if record["intent"] == intent else None


def _except(intent: str, field: Field) -> Field:
    return lambda symbols, record: field(symbols, record) if record["intent"] != intent else None


def _flow_has_none(symbols: Symbols, record: Record) -> str | None:
    """Return the symbol of an element instance; a taken flow has a key that nothing refers to."""
    return None if record["intent"] == "SEQUENCE_FLOW_TAKEN" else symbols.of("e", record["key"])


def _process_of_root(_: Symbols, record: Record) -> str | None:
    value = record["value"]
    return str(value["bpmnProcessId"]) if value["bpmnElementType"] == "PROCESS" else None


def _event_type(_: Symbols, record: Record) -> str | None:
    kind = record["value"].get("bpmnEventType")
    return None if kind in (None, "UNSPECIFIED", "NONE") else str(kind)


def _variable_value(_: Symbols, record: Record) -> Any:
    return json.loads(record["value"]["value"])


def _evaluated_decisions(_: Symbols, record: Record) -> list[Line]:
    return [_evaluated(each) for each in record["value"]["evaluatedDecisions"]]


def _evaluated(decision: Record) -> Line:
    output = json.loads(decision["decisionOutput"] or "null")
    inputs = [[each["inputId"], json.loads(each["inputValue"])] for each in decision["evaluatedInputs"]]
    rules = [
        [rule["ruleIndex"], [[o["outputId"], json.loads(o["outputValue"])] for o in rule["evaluatedOutputs"]]]
        for rule in decision["matchedRules"]
    ]
    line: Line = {"decision": decision["decisionId"], "type": decision["decisionType"]}
    optional = {"output": output, "inputs": inputs, "rules": rules}
    return line | {name: value for name, value in optional.items() if not _is_empty(value)}


_SUBSCRIPTION = {
    "name": _plain("messageName"),
    "key": _plain("correlationKey"),
    "ei": _key("e", "elementInstanceKey"),
    "message": _key("m", "messageKey"),
    "vars": _plain("variables"),
    "interrupting": _plain("interrupting"),
}
_FIELDS: dict[str, dict[str, Field]] = {
    "PROCESS_INSTANCE": {
        "k": _flow_has_none,
        "el": _plain("elementId"),
        "type": _plain("bpmnElementType"),
        "ev": _event_type,
        "scope": _key("e", "flowScopeKey"),
        "pi": _key("e", "processInstanceKey"),
        "parent": _key("e", "parentElementInstanceKey"),
        "process": _process_of_root,
    },
    "JOB": {
        "k": _own("j"),
        "type": _plain("type"),
        "el": _plain("elementId"),
        "ei": _key("e", "elementInstanceKey"),
        "retries": _plain("retries"),
        "kind": _unless("BPMN_ELEMENT", "jobKind"),
        "listener": _unless("UNSPECIFIED", "jobListenerEventType"),
        "headers": _only("CREATED", _plain("customHeaders")),
        "vars": _except("CREATED", _plain("variables")),
        "message": _text("errorMessage"),
        "code": _plain("errorCode"),
    },
    "VARIABLE": {
        "k": _own("v"),
        "name": _plain("name"),
        "value": _variable_value,
        "scope": _key("e", "scopeKey"),
    },
    "INCIDENT": {
        "k": _own("i"),
        "error": _plain("errorType"),
        "el": _plain("elementId"),
        "ei": _key("e", "elementInstanceKey"),
        "job": _key("j", "jobKey"),
        "varscope": _key("e", "variableScopeKey"),
    },
    "TIMER": {
        "k": _own("t"),
        "el": _plain("targetElementId"),
        "ei": _key("e", "elementInstanceKey"),
        "repetitions": _plain("repetitions"),
    },
    "PROCESS_MESSAGE_SUBSCRIPTION": {"k": _own("s"), "el": _plain("elementId"), **_SUBSCRIPTION},
    "MESSAGE_SUBSCRIPTION": _SUBSCRIPTION,
    "MESSAGE_START_EVENT_SUBSCRIPTION": {
        "k": _own("s"),
        "name": _plain("messageName"),
        "key": _plain("correlationKey"),
        "el": _plain("startEventId"),
        "message": _key("m", "messageKey"),
        "vars": _plain("variables"),
    },
    "MESSAGE": {
        "k": _own("m"),
        "name": _plain("name"),
        "key": _plain("correlationKey"),
        "id": _plain("messageId"),
        "vars": _plain("variables"),
        "ttl": _plain("timeToLive"),
    },
    "SIGNAL": {"name": _plain("signalName"), "vars": _plain("variables")},
    "SIGNAL_SUBSCRIPTION": {
        "name": _plain("signalName"),
        "el": _plain("catchEventId"),
        "ei": _key("e", "catchEventInstanceKey"),
    },
    "PROCESS_EVENT": {
        "scope": _key("e", "scopeKey"),
        "el": _plain("targetElementId"),
        "vars": _plain("variables"),
    },
    "DECISION_EVALUATION": {
        "decision": _plain("decisionId"),
        "output": _json("decisionOutput"),
        "failed": _plain("failedDecisionId"),
        "evaluated": _evaluated_decisions,
    },
    "PROCESS": {"process": _plain("bpmnProcessId"), "version": _plain("version"), "tag": _plain("versionTag")},
    "DECISION": {
        "decision": _plain("decisionId"),
        "name": _plain("decisionName"),
        "version": _plain("version"),
        "drg": _plain("decisionRequirementsId"),
    },
    "DECISION_REQUIREMENTS": {
        "drg": _plain("decisionRequirementsId"),
        "name": _plain("decisionRequirementsName"),
        "version": _plain("decisionRequirementsVersion"),
    },
    "FORM": {"form": _plain("formId"), "version": _plain("version")},
    "RESOURCE": {"resource": _plain("resourceId"), "version": _plain("version"), "tag": _plain("versionTag")},
    "PROCESS_INSTANCE_CREATION": {
        "process": _plain("bpmnProcessId"),
        "version": _plain("version"),
        "pi": _key("e", "processInstanceKey"),
        "vars": _plain("variables"),
    },
    "USER_TASK": {
        "k": _own("u"),
        "el": _plain("elementId"),
        "ei": _key("e", "elementInstanceKey"),
        "assignee": _plain("assignee"),
        "groups": _plain("candidateGroupsList"),
        "users": _plain("candidateUsersList"),
        "due": _plain("dueDate"),
        "follow_up": _plain("followUpDate"),
        "priority": _plain("priority"),
        "headers": _only("CREATED", _plain("customHeaders")),
        "action": _plain("action"),
        "changed": _plain("changedAttributes"),
        "vars": _plain("variables"),
    },
    "ESCALATION": {
        "code": _plain("escalationCode"),
        "throw": _plain("throwElementId"),
        "catch": _plain("catchElementId"),
        "pi": _key("e", "processInstanceKey"),
    },
    "COMPENSATION_SUBSCRIPTION": {
        "k": _own("c"),
        "el": _plain("compensableActivityId"),
        "handler": _plain("compensationHandlerId"),
        "throw": _plain("throwEventId"),
        "throw_ei": _key("e", "throwEventInstanceKey"),
        "scope": _key("e", "compensableActivityScopeKey"),
        "ei": _key("e", "compensableActivityInstanceKey"),
        "vars": _plain("variables"),
    },
    "PROCESS_INSTANCE_BATCH": {"scope": _key("e", "batchElementInstanceKey")},
    "MULTI_INSTANCE": {},
    "VARIABLE_DOCUMENT": {"scope": _key("e", "scopeKey"), "vars": _plain("variables")},
    "AD_HOC_SUB_PROCESS_INSTRUCTION": {"scope": _key("e", "adHocSubProcessInstanceKey")},
    "ERROR": {},
}
"""What a line of each value type holds, in the order in which its keys get their symbols."""
