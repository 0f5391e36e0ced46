"""Process instances that become instances of another definition."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.unit.engine.models import Situation, flow, process, task
from tests.unit.engine.test_start_instructions import AWKWARD, NESTED
from zeebe_grpc.engine import answers, commands
from zeebe_grpc.engine.answers import RejectionType
from zeebe_grpc.engine.commands import MigrateInstance

OTHER = NESTED.replace(b'id="nested"', b'id="other"').replace(b'id="b"', b'id="bb"').replace(b'"b"', b'"bb"')
KEPT = [("outer", "outer"), ("b", "bb")]
EVENTS = [("bt", "bt"), ("late", "late"), ("s3", "s3")]
ORDINARY_LOOP = AWKWARD.replace(b'id="awkward"', b'id="newer"')


class Migrating(Situation):
    """An instance that waits at `b`, and the definition that it may become one of."""

    def __init__(self) -> None:
        super().__init__(NESTED)
        self.other = self.deploy(OTHER, "other.bpmn")
        self.key = self.create("nested", start_elements=["b"], variables={"x": 1})
        self.steps()

    def migrate(self, mapping: Sequence[tuple[str, str]]) -> None:
        """Migrate the instance."""
        self.ask(MigrateInstance(self.key, self.other, mapping), answers.Accepted)


def test_events_that_are_not_mapped_are_closed_and_opened_anew() -> None:
    here = Migrating()
    here.migrate(KEPT)
    assert here.steps("VARIABLE", "TIMER", "JOB", "PROCESS_INSTANCE_MIGRATION") == [
        *("MIGRATED other", "VARIABLE MIGRATED x"),
        *("MIGRATED outer", "TIMER CANCELED s3", "TIMER CANCELED bt", "TIMER CREATED s3", "TIMER CREATED bt"),
        *("MIGRATED bb", "JOB MIGRATED bb"),
        "PROCESS_INSTANCE_MIGRATION MIGRATED",
    ]


def test_mapped_events_are_kept() -> None:
    here = Migrating()
    due = here.engine.next_due()
    here.migrate([*KEPT, *EVENTS])
    assert here.steps("TIMER")[1:4] == ["MIGRATED outer", "TIMER MIGRATED s3", "TIMER MIGRATED bt"]
    assert here.engine.next_due() == due


def test_the_instance_goes_on_in_the_other_definition() -> None:
    here = Migrating()
    here.migrate(KEPT)
    (job,) = here.jobs("b")
    assert (job.bpmn_process_id, job.element_id, job.process_definition_key) == ("other", "bb", here.other)
    here.apply(commands.CompleteJob(job.key))
    for each in [*here.jobs("c"), *here.jobs("d")]:
        here.apply(commands.CompleteJob(each.key))
    for each in here.jobs("d"):
        here.apply(commands.CompleteJob(each.key))
    assert here.steps()[-1] == "COMPLETED other"
    here.ask(commands.DeleteResource(here.other), answers.Accepted)


def test_a_multi_instance_activity_is_mapped_once_for_body_and_instances() -> None:
    here = Situation(AWKWARD)
    newer = here.deploy(ORDINARY_LOOP, "newer.bpmn")
    key = here.create("awkward", start_elements=["looped"])
    here.steps()
    mapping = [("looped", "looped"), ("within", "within")]
    here.ask(MigrateInstance(key, newer, mapping), answers.Accepted)
    assert here.steps() == ["MIGRATED newer", "MIGRATED looped", "MIGRATED looped", "MIGRATED within"]
    (job,) = here.jobs("within")
    here.apply(commands.CompleteJob(job.key))
    assert here.steps()[-1] == "COMPLETED newer"


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        ([], RejectionType.INVALID_STATE),
        ([("b", "bb")], RejectionType.INVALID_STATE),
        ([*KEPT, ("nowhere", "bb")], RejectionType.INVALID_ARGUMENT),
        ([("outer", "outer"), ("b", "nowhere")], RejectionType.INVALID_ARGUMENT),
        ([*KEPT, ("b", "bb")], RejectionType.INVALID_ARGUMENT),
        ([("outer", "outer"), ("b", "outer")], RejectionType.INVALID_STATE),
        ([("outer", "outer"), ("b", "d")], RejectionType.INVALID_STATE),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(mapping: list[tuple[str, str]], expected: RejectionType) -> None:
    here = Migrating()
    assert here.refusal(MigrateInstance(here.key, here.other, mapping)).type is expected
    assert here.steps() == []


def test_what_is_not_there_is_refused() -> None:
    here = Migrating()
    assert here.refusal(MigrateInstance(here.key, 5, KEPT)).type is RejectionType.NOT_FOUND
    assert here.refusal(MigrateInstance(5, here.other, KEPT)).type is RejectionType.NOT_FOUND


def test_a_called_process_is_not_migrated() -> None:
    call = '<bpmn:extensionElements><zeebe:calledElement processId="nested"/></bpmn:extensionElements>'
    calling = f'<bpmn:startEvent id="s"/>{flow("s", "call")}<bpmn:callActivity id="call">{call}</bpmn:callActivity>'
    here = Situation(NESTED, process("calling", calling + task("apart")))
    here.create("calling")
    (job,) = here.jobs("a")
    mapping = MigrateInstance(job.process_instance_key, job.process_definition_key, [("a", "a")])
    assert here.refusal(mapping).type is RejectionType.INVALID_STATE
