"""Two events of one element instance that wait for the same signal."""

from __future__ import annotations

from tests.unit.engine.models import Situation, flow, process, sub_process, task
from zeebe_grpc.engine import commands

_SIGNAL = '<bpmn:signalEventDefinition id="{}_signal" signalRef="go"/>'
_LATE = (
    '<bpmn:subProcess id="late" triggeredByEvent="true"><bpmn:startEvent id="s2" isInterrupting="false">'
    f"{_SIGNAL.format('s2')}</bpmn:startEvent></bpmn:subProcess>"
)
TWICE = process(
    "twice",
    f'<bpmn:startEvent id="s"/>{flow("s", "outer")}'
    + sub_process("outer", f'<bpmn:startEvent id="s1"/>{flow("s1", "a")}{task("a")}{_LATE}')
    + f'<bpmn:boundaryEvent id="b" attachedToRef="outer" cancelActivity="false">{_SIGNAL.format("b")}'
    "</bpmn:boundaryEvent>",
    '<bpmn:signal id="go" name="go"/>',
)


def test_only_the_later_subscription_holds() -> None:
    here = Situation(TWICE)
    here.create("twice")
    here.apply(commands.BroadcastSignal("go"))
    steps = here.steps()
    assert "ACTIVATED b" in steps
    assert "ACTIVATED late" not in steps


def test_only_the_later_subscription_is_closed() -> None:
    here = Situation(TWICE)
    here.create("twice")
    (job,) = here.jobs("a")
    here.apply(commands.CompleteJob(job.key))
    written = [
        (record.intent, record.value["catchEventId"])
        for record in here.records
        if record.value_type == "SIGNAL_SUBSCRIPTION"
    ]
    assert written == [("CREATED", "s2"), ("CREATED", "b"), ("DELETED", "b")]
