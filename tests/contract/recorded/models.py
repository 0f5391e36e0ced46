"""The models that the questions need, as small as they can be."""

from __future__ import annotations

_DEFINITIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">{}</bpmn:definitions>'
)
_START = '<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="t"/>'
_END = '<bpmn:sequenceFlow id="f2" sourceRef="t" targetRef="e"/><bpmn:endEvent id="e"/>'

DECISION = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="drg" name="DRG" namespace="n">
  <decision id="dec" name="Dec">
    <decisionTable id="dt" hitPolicy="UNIQUE">
      <input id="i1" label="x"><inputExpression id="ie" typeRef="number"><text>x</text></inputExpression></input>
      <output id="o1" label="y" name="y" typeRef="string"/>
      <rule id="r1">
        <inputEntry id="e1"><text>&lt; 5</text></inputEntry><outputEntry id="oe1"><text>"low"</text></outputEntry>
      </rule>
      <rule id="r2">
        <inputEntry id="e2"><text>&gt;= 5</text></inputEntry><outputEntry id="oe2"><text>"high"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>"""

FORM = b'{"components":[],"type":"default","id":"form1","schemaVersion":9}'


def process(process_id: str, body: str) -> bytes:
    """A file with one executable process."""
    return _DEFINITIONS.format(f'<bpmn:process id="{process_id}" isExecutable="true">{body}</bpmn:process>').encode()


def service(process_id: str, job_type: str, retries: str = "3") -> bytes:
    """Start, one service task `t` with the header h=v, end."""
    return process(
        process_id,
        f'{_START}<bpmn:serviceTask id="t"><bpmn:extensionElements>'
        f'<zeebe:taskDefinition type="{job_type}" retries="{retries}"/>'
        '<zeebe:taskHeaders><zeebe:header key="h" value="v"/></zeebe:taskHeaders>'
        f"</bpmn:extensionElements></bpmn:serviceTask>{_END}",
    )


def straight(process_id: str) -> bytes:
    """Start and end, nothing between them."""
    flow = '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/>'
    return process(process_id, f'<bpmn:startEvent id="s"/>{flow}<bpmn:endEvent id="e"/>')


def ending_in(element: str) -> bytes:
    """A process `p1` whose start event leads to one element `t`, given as XML."""
    return process("p1", f"{_START}{element}")
