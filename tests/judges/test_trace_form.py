"""How raw records become trace lines, without an engine: symbols, empty fields, due dates, rejections."""

from __future__ import annotations

from typing import Any

from tests.judges.trace_form import Symbols, normalise

KEY = 2251799813685249


def record(kind: str, intent: str, key: int = KEY, /, **value: Any) -> dict[str, Any]:
    head = {"recordType": "EVENT", "valueType": kind, "intent": intent, "key": key, "timestamp": 1_000_000_000_123}
    return {**head, "value": value}


def test_a_key_keeps_its_symbol_and_each_letter_counts_for_itself() -> None:
    symbols = Symbols()
    assert [symbols.of("e", KEY), symbols.of("j", KEY + 1), symbols.of("e", KEY + 2)] == ["e1", "j1", "e2"]
    assert symbols.of("e", KEY) == "e1"
    assert symbols.key("e2") == KEY + 2
    assert symbols.of("e", -1) is None
    assert symbols.in_text(f"job {KEY + 1} of {KEY + 9}") == "job <j1> of <key>"


def test_empty_fields_are_left_out_but_false_zero_and_null_values_stay() -> None:
    line = normalise(record("VARIABLE", "CREATED", KEY, name="x", value="null", scopeKey=KEY + 1), Symbols())
    assert line == {"t": "VARIABLE", "i": "CREATED", "k": "v1", "name": "x", "value": None, "scope": "e1"}
    subscription = record(
        "MESSAGE_SUBSCRIPTION", "CREATED", KEY, messageName="m", correlationKey="", interrupting=False
    )
    line = normalise(subscription, Symbols())
    assert line == {"t": "MESSAGE_SUBSCRIPTION", "i": "CREATED", "name": "m", "interrupting": False}


def test_a_due_date_is_a_span_a_date_or_only_a_word() -> None:
    def due(date: int) -> dict[str, Any]:
        timer = record("TIMER", "CREATED", KEY, targetElementId="t", repetitions=1, dueDate=date)
        line = normalise(timer, Symbols(), frozenset({"cron"} if date == 7 else ()))
        assert line is not None
        return {name: value for name, value in line.items() if name.startswith("due")}

    assert due(1_000_000_060_130) == {"due_in": 60_000}
    assert due(1_917_864_000_000) == {"due_at": 1_917_864_000_000}
    timer = record("TIMER", "CREATED", KEY, targetElementId="daily", repetitions=-1, dueDate=1_000_000_090_000)
    assert (normalise(timer, Symbols(), frozenset({"daily"})) or {})["due"] == "cron"


def test_a_rejection_says_only_what_was_refused_and_why() -> None:
    rejected = {**record("JOB", "COMPLETE"), "recordType": "COMMAND_REJECTION", "rejectionType": "NOT_FOUND"}
    assert normalise(rejected, Symbols()) == {"t": "JOB", "i": "COMPLETE", "rejected": "NOT_FOUND"}


def test_commands_and_upkeep_are_no_lines() -> None:
    assert normalise({**record("JOB", "COMPLETE"), "recordType": "COMMAND"}, Symbols()) is None
    assert normalise(record("JOB_BATCH", "ACTIVATED"), Symbols()) is None
