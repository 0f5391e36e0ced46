"""Process instances that begin before any element, or end after one; what their jobs tell of them."""

from __future__ import annotations

import pytest

from tests.unit.engine.models import Situation, flow, process, sub_process, task, timer
from zeebe_grpc.engine import commands
from zeebe_grpc.engine.answers import RejectionType

_INNER = sub_process(
    "inner", f'<bpmn:startEvent id="s2"/>{flow("s2", "c")}{task("c")}{flow("c", "e2")}<bpmn:endEvent id="e2"/>'
)
_LATE = (
    '<bpmn:subProcess id="late" triggeredByEvent="true">'
    f'<bpmn:startEvent id="s3" isInterrupting="false">{timer("s3", "PT3H")}</bpmn:startEvent></bpmn:subProcess>'
)
NESTED = process(
    "nested",
    f'<bpmn:startEvent id="s"/>{flow("s", "a")}{task("a")}{flow("a", "outer")}'
    + sub_process("outer", f'<bpmn:startEvent id="s1"/>{flow("s1", "b")}{task("b")}{flow("b", "inner")}{_INNER}{_LATE}')
    + f'<bpmn:boundaryEvent id="bt" attachedToRef="outer">{timer("bt", "PT2H")}</bpmn:boundaryEvent>'
    + f"{flow('outer', 'd')}{task('d')}",
)
_LOOP = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
    '<zeebe:loopCharacteristics inputCollection="=[1]"/></bpmn:extensionElements>'
    "</bpmn:multiInstanceLoopCharacteristics>"
)
AWKWARD = process(
    "awkward",
    sub_process("looped", f'{_LOOP}<bpmn:startEvent id="s1"/>{flow("s1", "within")}{task("within")}')
    + '<bpmn:startEvent id="s"><bpmn:messageEventDefinition id="m" messageRef="message"/></bpmn:startEvent>'
    + f'{flow("s", "gateway")}<bpmn:eventBasedGateway id="gateway">'
    + "<bpmn:outgoing>gateway_one</bpmn:outgoing><bpmn:outgoing>gateway_two</bpmn:outgoing></bpmn:eventBasedGateway>"
    + "".join(
        f'{flow("gateway", name)}<bpmn:intermediateCatchEvent id="{name}">{timer(name, "PT1H")}'
        "</bpmn:intermediateCatchEvent>"
        for name in ("one", "two")
    )
    + '<bpmn:adHocSubProcess id="ad_hoc"><bpmn:task id="chosen"/></bpmn:adHocSubProcess>'
    + f'{flow("one", "join")}{flow("two", "join")}<bpmn:parallelGateway id="join"/>',
    '<bpmn:message id="message" name="go"/>',
)


def test_the_scopes_around_are_created_without_their_start_events() -> None:
    here = Situation(NESTED)
    here.create("nested", start_elements=["c"], variables={"x": 1})
    assert here.steps("VARIABLE", "TIMER", "PROCESS_INSTANCE_CREATION") == [
        "VARIABLE CREATED x",
        *("ACTIVATING nested", "ACTIVATED nested"),
        *("ACTIVATING outer", "ACTIVATED outer", "TIMER CREATED s3", "TIMER CREATED bt"),
        *("ACTIVATING inner", "ACTIVATED inner"),
        "PROCESS_INSTANCE_CREATION CREATED",
        *("ACTIVATING c", "ACTIVATED c"),
    ]
    (job,) = here.jobs("c")
    here.apply(commands.CompleteJob(job.key))
    assert [step for step in here.steps() if step.startswith("COMPLETED")] == [
        *("COMPLETED c", "COMPLETED e2", "COMPLETED inner", "COMPLETED outer")
    ]
    (last,) = here.jobs("d")
    here.apply(commands.CompleteJob(last.key))
    assert here.steps()[-1] == "COMPLETED nested"


def test_several_elements_share_their_scopes() -> None:
    here = Situation(NESTED)
    here.create("nested", start_elements=["c", "b", "d", "c"])
    steps = here.steps()
    assert [step for step in steps if step.startswith("ACTIVATED")] == [
        *("ACTIVATED nested", "ACTIVATED outer", "ACTIVATED inner"),
        *("ACTIVATED c", "ACTIVATED b", "ACTIVATED d", "ACTIVATED c"),
    ]
    for job in here.jobs("d", "c", "c", "b"):
        here.apply(commands.CompleteJob(job.key))
    assert not [step for step in here.steps() if step == "COMPLETED nested"], "b goes on to the inner scope"


def test_a_joining_gateway_needs_no_tokens() -> None:
    here = Situation(AWKWARD)
    here.create("awkward", start_elements=["join"])
    assert here.steps()[-2:] == ["COMPLETING awkward", "COMPLETED awkward"]


@pytest.mark.parametrize("element", ["nowhere", "s", "within", "chosen", "one", "awkward", "s_gateway"])
def test_what_cannot_be_activated_directly_is_refused(element: str) -> None:
    here = Situation(AWKWARD)
    refusal = here.refusal(commands.CreateInstance(bpmn_process_id="awkward", start_elements=[element]))
    assert refusal.type is RejectionType.INVALID_ARGUMENT
    assert element in refusal.reason
    assert here.steps() == []


def test_without_none_start_event_a_start_element_is_needed() -> None:
    refusal = Situation(AWKWARD).refusal(commands.CreateInstance(bpmn_process_id="awkward"))
    assert refusal.type is RejectionType.INVALID_STATE


def test_an_instance_ends_after_the_element_that_it_was_told() -> None:
    here = Situation(NESTED)
    here.create("nested", terminate_after=["b"])
    for job in [*here.jobs("a"), *here.jobs("b")]:
        here.apply(commands.CompleteJob(job.key))
    for job in here.jobs("b"):
        here.apply(commands.CompleteJob(job.key))
    steps = here.steps()
    assert "COMPLETED b" in steps
    assert "ACTIVATING c" not in steps
    assert steps[-1] == "TERMINATED nested"


def test_a_scope_that_cannot_wait_for_its_events_ends_the_instance_again() -> None:
    late = _LATE.replace(">PT3H<", ">=missing<")
    here = Situation(process("failing", f'<bpmn:startEvent id="s"/>{flow("s", "a")}{task("a")}{late}'))
    refusal = here.refusal(commands.CreateInstance(bpmn_process_id="failing", start_elements=["a"]))
    assert refusal.type is RejectionType.INVALID_STATE
    assert here.steps()[-1] == "TERMINATED failing"
    assert here.jobs("a") == []


def test_the_last_element_must_exist() -> None:
    refusal = Situation(NESTED).refusal(commands.CreateInstance(bpmn_process_id="nested", terminate_after=["nowhere"]))
    assert refusal.type is RejectionType.INVALID_ARGUMENT


def test_jobs_carry_the_tags_and_the_business_id_of_their_instance() -> None:
    here = Situation(NESTED)
    here.create("nested", tags=["blue"], business_id="order-7")
    here.create("nested")
    assert [(tuple(job.tags), job.business_id) for job in here.jobs("a")] == [(("blue",), "order-7"), ((), "")]


def test_variables_come_shorter_names_first_and_inner_scopes_first() -> None:
    here = Situation(NESTED)
    key = here.create("nested", start_elements=["b"], variables={"zz": 1, "b": 2, "a": 3, "é": 4})
    (job,) = here.jobs("b")
    here.apply(commands.SetVariables(job.element_instance_key, {"local": 5, "b": 6}, local=True))
    here.apply(commands.FailJob(job.key, 1))
    (again,) = here.jobs("b")
    assert list(again.variables.items()) == [("b", 6), ("local", 5), ("a", 3), ("zz", 1), ("é", 4)]
    assert again.process_instance_key == key
