"""The path of an instance, read from the records of a real engine: what moves, closes, and belongs to others."""

from __future__ import annotations

from tests.unit.engine.engines import END, START, Lab, flows, job, process
from tests.unit.engine.test_migrations import KEPT, Migrating
from zeebe_grpc.engine.answers import Accepted
from zeebe_grpc.engine.commands import CompleteJob, FailJob, PublishMessage
from zeebe_grpc.testing.paths import AwaitedMessage, InstancePath, in_words, path_of

_MESSAGE = (
    '<bpmn:message id="m" name="paid"><bpmn:extensionElements><zeebe:subscription correlationKey="=id"/>'
    "</bpmn:extensionElements></bpmn:message>"
)
_TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"


def boundary(element_id: str, definition: str, *, interrupts: bool) -> str:
    return (
        f'<bpmn:boundaryEvent id="{element_id}" attachedToRef="task" cancelActivity="{str(interrupts).lower()}">'
        f"{definition}</bpmn:boundaryEvent>"
    )


def path(lab: Lab, key: int) -> InstancePath:
    return path_of(key, lab.records, lab.engine.open_jobs())


def with_message(*, interrupts: bool) -> tuple[Lab, int]:
    event = boundary("note", '<bpmn:messageEventDefinition messageRef="m"/>', interrupts=interrupts)
    lab = Lab(process(START + job("task") + event + END + flows("start>task", "task>end"), roots=_MESSAGE))
    return lab, lab.create({"id": "7"})


def test_a_message_that_interrupts_is_awaited_no_longer() -> None:
    lab, key = with_message(interrupts=True)
    assert list(path(lab, key).messages.values()) == [AwaitedMessage("note", "paid", "7")]
    lab.ask(PublishMessage("paid", "7", 1000))
    assert path(lab, key).messages == {}
    assert (path(lab, key).terminated, path(lab, key).state) == (["task"], "completed")


def test_a_message_that_does_not_interrupt_is_still_awaited() -> None:
    lab, key = with_message(interrupts=False)
    lab.ask(PublishMessage("paid", "7", 1000))
    assert [message.name for message in path(lab, key).messages.values()] == ["paid"]
    assert path(lab, key).passed == ["start", "note"]
    [task] = lab.jobs()
    lab.complete(task.key)
    assert (path(lab, key).messages, path(lab, key).state) == ({}, "completed")


def test_timers_end_when_they_ring_and_when_nobody_needs_them() -> None:
    lab = Lab(process(START + job("task") + boundary("late", _TIMER, interrupts=False) + flows("start>task")))
    rung, left = lab.create(), lab.create()
    [first, second] = [each.key for each in lab.jobs(timeout=10_000_000)]
    assert [timer.element_id for timer in path(lab, rung).timers.values()] == ["late"]
    lab.complete(second)
    assert path(lab, left).timers == {}
    lab.wait(3_600_000)
    assert path(lab, rung).timers == {}
    assert path(lab, rung).leaves == ["task"]
    lab.complete(first)
    assert path(lab, rung).steps == ["start", "f_start_task", "late", "task"]


def test_other_instances_do_not_show() -> None:
    lab = Lab(process(START + job("task") + END + flows("start>task", "task>end")))
    mine, other = lab.create({"a": 1}), lab.create({"b": 2})
    [first, second] = lab.jobs()
    lab.do(FailJob(second.key, 0, "broken"), Accepted)
    lab.complete(first.key, {"c": 3})
    seen = path(lab, mine)
    assert (seen.variables, seen.incidents, list(seen.jobs)) == ({"a": 1, "c": 3}, {}, [])
    assert (seen.state, seen.leaves, seen.passed) == ("completed", [], ["start", "task", "end"])
    assert [incident.message for incident in path(lab, other).incidents.values()] == ["broken"]
    assert path(lab, 999).state == ""


def test_what_is_refused_leaves_no_trace() -> None:
    lab = Lab(process(START + job("task") + END + flows("start>task", "task>end")))
    key = lab.create()
    before = path(lab, key)
    lab.refused(CompleteJob(key))
    assert path(lab, key) == before


def test_a_migrated_instance_is_at_its_new_elements() -> None:
    here = Migrating()
    here.records = []
    again = here.create("nested", start_elements=["b"], variables={"x": 1})
    [taken] = [each for each in here.jobs("b") if each.process_instance_key == again]
    here.apply(FailJob(taken.key, 0, "broken"))
    here.key = again
    here.migrate(KEPT)
    seen = path_of(again, here.records, here.engine.open_jobs())
    assert (seen.bpmn_process_id, seen.state, seen.leaves, seen.variables) == ("other", "active", ["bb"], {"x": 1})
    assert [(incident.element_id, incident.message) for incident in seen.incidents.values()] == [("bb", "broken")]
    assert [one.element_id for one in seen.jobs] == ["bb"]


def test_words_show_names_of_variables_and_no_values() -> None:
    lab = Lab(process(START + job("task") + END + flows("start>task", "task>end")))
    key = lab.create({"card": "secret-number"})
    lab.jobs()
    words = in_words(path(lab, key), lab.now, ["work"])
    assert "secret-number" not in words
    assert "  variables:  card\n" in words
    assert "  job:        'work' at task, 3 retries left: in work\n" in words
    lab.create({})
    waiting = in_words(path(lab, lab.create()), lab.now, ["work"])
    assert "  job:        'work' at task, 3 retries left: waits for a worker\n" in waiting
