"""The models that the tests of the test kit need."""

from __future__ import annotations

import itertools

from zeebe_grpc import Resource

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="kit">'
)


def model(process_id: str, *elements: str, outside: str = "") -> Resource:
    """A file with one process."""
    body = "".join(elements)
    text = f'{_HEAD}{outside}<process id="{process_id}" isExecutable="true">{body}</process></definitions>'
    return Resource(f"{process_id}.bpmn", text.encode())


def flow(*element_ids: str) -> str:
    """Sequence flows from each element to the next."""
    pairs = itertools.pairwise(element_ids)
    return "".join(f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)


def service(element_id: str, job_type: str, retries: int = 3, more: str = "") -> str:
    """A service task with a header."""
    return (
        f'<serviceTask id="{element_id}"><extensionElements>'
        f'<zeebe:taskDefinition type="{job_type}" retries="{retries}"/>'
        f'<zeebe:taskHeaders><zeebe:header key="bank" value="north"/></zeebe:taskHeaders>{more}'
        "</extensionElements></serviceTask>"
    )


_PAYMENT = (
    '<message id="payment" name="payment-received"><extensionElements>'
    '<zeebe:subscription correlationKey="=orderId"/></extensionElements></message>'
)

ORDER = model(
    "order",
    '<startEvent id="start"/>',
    service("charge", "charge-card"),
    '<receiveTask id="payment-received" messageRef="payment"/>',
    '<boundaryEvent id="overdue" attachedToRef="payment-received" cancelActivity="false">'
    "<timerEventDefinition><timeCycle>R2/P7D</timeCycle></timerEventDefinition></boundaryEvent>",
    service("remind", "send-reminder"),
    '<endEvent id="reminded"/><endEvent id="paid"/>',
    flow("start", "charge", "payment-received", "paid"),
    flow("overdue", "remind", "reminded"),
    outside=_PAYMENT,
)
"""Charge a card; wait for the payment, and send a reminder after each of two weeks."""

CHARGE = model("charging", '<startEvent id="start"/>', service("charge", "charge-card"), '<endEvent id="end"/>',
               flow("start", "charge", "end"))  # fmt: skip

CAUGHT = model(
    "caught",
    '<startEvent id="start"/>',
    service("charge", "charge-card"),
    '<boundaryEvent id="declined" attachedToRef="charge"><errorEventDefinition errorRef="no"/></boundaryEvent>',
    '<endEvent id="end"/><endEvent id="told"/>',
    flow("start", "charge", "end"),
    flow("declined", "told"),
    outside='<error id="no" errorCode="DECLINED"/>',
)
"""A job whose BPMN error DECLINED leads elsewhere."""

APPROVAL = model(
    "approval",
    '<startEvent id="start"/>',
    '<subProcess id="inner"><startEvent id="inner-start"/>',
    '<userTask id="approve"><extensionElements><zeebe:userTask/></extensionElements></userTask>',
    flow("inner-start", "approve"),
    "</subProcess>",
    '<callActivity id="ask"><extensionElements><zeebe:calledElement processId="charging"/></extensionElements>'
    "</callActivity>",
    '<endEvent id="end"/>',
    flow("start", "inner", "ask", "end"),
)
"""A native user task in a sub-process, then a call of the process `charging`."""
