"""Process instances whose elements are activated, terminated and moved from outside."""

from __future__ import annotations

import pytest

from tests.unit.engine.models import Situation, flow, process, task
from tests.unit.engine.test_start_instructions import AWKWARD, NESTED
from zeebe_grpc.engine import answers
from zeebe_grpc.engine.answers import RejectionType
from zeebe_grpc.engine.commands import ActivateElement, ModifyInstance, MoveElement, ScopeVariables, TerminateElement

UNKNOWN_KEY = (1 << 51) + 999_999
CALLING = process(
    "calling",
    f'<bpmn:startEvent id="s"/>{flow("s", "call")}<bpmn:callActivity id="call"><bpmn:extensionElements>'
    '<zeebe:calledElement processId="called"/></bpmn:extensionElements></bpmn:callActivity>',
)
CALLED = process("called", f'<bpmn:startEvent id="s"/>{flow("s", "a")}{task("a")}')


class Modified(Situation):
    """An instance of a process that began at certain elements."""

    def __init__(self, model: bytes, process_id: str, *elements: str) -> None:
        super().__init__(model)
        self.key = self.create(process_id, start_elements=elements)
        self.keys: dict[str, int] = {}
        for record in self.records:
            if record.intent == "ELEMENT_ACTIVATED":
                self.keys[f"{record.value['elementId']} {record.value['bpmnElementType']}"] = record.key
                self.keys.setdefault(record.value["elementId"], record.key)
        self.steps()

    def modify(self, *activate: ActivateElement, terminate: tuple[str, ...] = ()) -> None:
        """Modify the instance."""
        leaving = [TerminateElement(self.keys[name]) for name in terminate]
        self.ask(ModifyInstance(self.key, activate, leaving), answers.Accepted)

    def refused(self, *activate: ActivateElement) -> RejectionType:
        """Try to modify the instance, which changes nothing."""
        refusal = self.refusal(ModifyInstance(self.key, activate))
        assert self.steps() == []
        return refusal.type


def test_missing_scopes_come_first_then_terminations_then_the_element() -> None:
    here = Modified(NESTED, "nested", "a")
    variables = [ScopeVariables({"g": 1}), ScopeVariables({"l": 2}, "outer"), ScopeVariables({"x": 3}, "c")]
    here.modify(ActivateElement("c", variables=variables), terminate=("a",))
    assert here.steps("VARIABLE", "TIMER", "JOB", "PROCESS_INSTANCE_MODIFICATION") == [
        "VARIABLE CREATED g",
        *("ACTIVATING outer", "VARIABLE CREATED l", "ACTIVATED outer", "TIMER CREATED s3", "TIMER CREATED bt"),
        *("ACTIVATING inner", "ACTIVATED inner", "VARIABLE CREATED x"),
        *("TERMINATING a", "JOB CANCELED a", "TERMINATED a"),
        "PROCESS_INSTANCE_MODIFICATION MODIFIED",
        *("ACTIVATING c", "JOB CREATED c", "ACTIVATED c"),
    ]
    (job,) = here.jobs("c")
    assert job.variables == {"x": 3, "l": 2, "g": 1}


def test_the_only_instance_of_a_scope_is_used() -> None:
    here = Modified(NESTED, "nested", "c")
    here.modify(ActivateElement("b", 0), ActivateElement("d"), ActivateElement("b", -1))
    assert [step for step in here.steps() if "ACTIVATED" in step] == ["ACTIVATED b", "ACTIVATED d", "ACTIVATED b"]


def test_a_chosen_ancestor_gets_scopes_of_its_own() -> None:
    here = Modified(NESTED, "nested", "c")
    here.modify(ActivateElement("c", here.keys["outer"]))
    assert here.steps()[:2] == ["ACTIVATING inner", "ACTIVATED inner"]


def test_several_instances_of_a_scope_need_a_choice() -> None:
    here = Modified(NESTED, "nested", "c")
    here.modify(ActivateElement("b", here.key))
    here.steps()
    assert here.refused(ActivateElement("b")) is RejectionType.INVALID_ARGUMENT
    here.modify(ActivateElement("b", here.keys["outer"]))
    assert here.steps() == ["ACTIVATING b", "ACTIVATED b"]


def test_terminating_nests_and_ends_empty_scopes() -> None:
    here = Modified(NESTED, "nested", "c", "b")
    here.modify(terminate=("c",))
    assert here.steps("JOB") == [
        *("TERMINATING c", "JOB CANCELED c", "TERMINATED c", "TERMINATING inner", "TERMINATED inner")
    ]
    here.modify(terminate=("nested",))
    assert here.steps("JOB") == [
        *("TERMINATING nested", "TERMINATING outer", "TERMINATING b", "JOB CANCELED b"),
        *("TERMINATED b", "TERMINATED outer", "TERMINATED nested"),
    ]


def test_a_scope_that_is_needed_stays() -> None:
    here = Modified(NESTED, "nested", "c")
    here.modify(ActivateElement("b"), terminate=("c",))
    assert here.steps() == [
        *("TERMINATING c", "TERMINATED c", "TERMINATING inner", "TERMINATED inner", "ACTIVATING b", "ACTIVATED b")
    ]


def test_a_scope_and_what_is_in_it_terminate_once() -> None:
    here = Modified(NESTED, "nested", "c")
    here.modify(terminate=("outer", "c"))
    assert here.steps().count("TERMINATED c") == 1
    refusal = here.refusal(ModifyInstance(here.key))
    assert refusal.type is RejectionType.NOT_FOUND


def test_an_element_moves_with_the_scope_of_its_source() -> None:
    here = Modified(NESTED, "nested", "b")
    here.modify(ActivateElement("b", here.key))
    here.steps()
    here.ask(ModifyInstance(here.key, move=[MoveElement("c", source_id="b", infer_ancestor=True)]), answers.Accepted)
    steps = here.steps()
    assert steps.count("TERMINATED b") == 2
    assert steps.count("ACTIVATED c") == 2
    assert "TERMINATED outer" not in steps


def test_an_element_moves_beside_its_source() -> None:
    here = Modified(NESTED, "nested", "a")
    move = MoveElement("d", source_key=here.keys["a"], use_source_parent=True)
    here.ask(ModifyInstance(here.key, move=[move]), answers.Accepted)
    assert here.steps() == ["TERMINATING a", "TERMINATED a", "ACTIVATING d", "ACTIVATED d"]


def test_inside_a_multi_instance_activity_an_inner_instance_is_chosen() -> None:
    here = Modified(AWKWARD, "awkward", "looped")
    body, inner = here.keys["looped MULTI_INSTANCE_BODY"], here.keys["looped SUB_PROCESS"]
    assert here.refused(ActivateElement("within", body)) is RejectionType.INVALID_ARGUMENT
    here.modify(ActivateElement("within", inner))
    assert here.steps() == ["ACTIVATING within", "ACTIVATED within"]


def test_an_ad_hoc_sub_process_gets_an_inner_instance() -> None:
    here = Modified(AWKWARD, "awkward", "ad_hoc")
    here.modify(ActivateElement("chosen"))
    steps = here.steps()
    assert steps[:3] == ["ACTIVATING ad_hoc#innerInstance", "ACTIVATED ad_hoc#innerInstance", "ACTIVATING chosen"]
    assert steps[-1] == "COMPLETED awkward"


@pytest.mark.parametrize("element", ["nowhere", "s", "bt"])
def test_what_cannot_be_activated_is_refused(element: str) -> None:
    here = Modified(NESTED, "nested", "a")
    assert here.refused(ActivateElement(element)) is RejectionType.INVALID_ARGUMENT


def test_what_does_not_fit_is_refused() -> None:
    here = Modified(NESTED, "nested", "c")
    for activation in (
        ActivateElement("d", here.keys["outer"]),
        ActivateElement("c", UNKNOWN_KEY),
        ActivateElement("c", variables=[ScopeVariables({}, "a")]),
        ActivateElement("c", variables=[ScopeVariables({}, "nowhere")]),
    ):
        assert here.refused(activation) is RejectionType.INVALID_ARGUMENT
    unknown = here.refusal(ModifyInstance(here.key, terminate=[TerminateElement(UNKNOWN_KEY)]))
    assert unknown.type is RejectionType.INVALID_ARGUMENT


def test_a_scope_that_cannot_wait_for_its_events_is_taken_back() -> None:
    here = Modified(NESTED.replace(b">PT2H<", b">=missing<"), "nested", "a")
    refusal = here.refusal(ModifyInstance(here.key, [ActivateElement("d"), ActivateElement("c")]))
    assert refusal.type is RejectionType.INVALID_STATE
    assert here.steps()[-1] == "TERMINATED outer"
    here.modify(terminate=("a",))
    assert here.steps()[-1] == "TERMINATED nested"


def test_a_called_process_is_not_terminated_as_a_whole_but_with_its_caller() -> None:
    here = Situation(CALLED, CALLING)
    root = here.create("calling")
    (job,) = here.jobs("a")
    leaving = [TerminateElement(job.element_instance_key)]
    refusal = here.refusal(ModifyInstance(job.process_instance_key, terminate=leaving))
    assert refusal.type is RejectionType.INVALID_ARGUMENT
    here.steps()
    here.ask(ModifyInstance(root, terminate=[TerminateElement(element_id="call")]), answers.Accepted)
    assert here.steps() == [
        *("TERMINATING call", "TERMINATING called", "TERMINATING a"),
        *("TERMINATED a", "TERMINATED called", "TERMINATED call", "TERMINATING calling", "TERMINATED calling"),
    ]
