"""`python -m tests.judges.generate --count N --seed S --output DIR`: random models, to record and to compare.

Each is a block structure: rows of tasks and events, forks with conditions, parallel parts, sub-processes, boundary
events, multi-instance. The same seed makes the same models. What they mean is for the real engine to say: record them
(`python -m tests.judges.record`), then play the traces on ours (`python -m tests.traces`).
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

_FRAME = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  id="definitions" targetNamespace="http://example.com/random">
{roots}
<bpmn:process id="{name}" isExecutable="true">
{body}
</bpmn:process>
</bpmn:definitions>
"""
_VALUES = ("=1", "=n + 1", '="x"', "=[1, 2]", "={a: n}", "=null", "=missing", "=if n > 1 then 2 else 3", "=n * 2")
_NAMES = ("n", "a", "b", "result", "r.x")
_CONDITIONS = (
    "=n > 1",
    "=n = 1",
    "=true",
    "=false",
    '=a = "x"',
    "=is defined(b)",
    "=n < 5 and true",
    "=count([1]) = 1",
)
_ROOTS = """<bpmn:error id="error" errorCode="E"/><bpmn:signal id="signal" name="go"/>
<bpmn:escalation id="escalation" escalationCode="X"/>
<bpmn:message id="message" name="msg"><bpmn:extensionElements><zeebe:subscription correlationKey="=&quot;k&quot;"/>
</bpmn:extensionElements></bpmn:message>"""


Blocks = Sequence[Callable[[int], tuple[str, str]]]


@dataclass
class Scope:
    """The elements of one process or sub-process while it is made: flow nodes, and flows among them."""

    parts: list[str] = field(default_factory=list)


class Generator:
    """Makes one model."""

    def __init__(self, seed: int, name: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 (no secret)
        self._name = name
        self._count = 0
        self._scope = Scope()

    def model(self) -> str:
        """Return its XML."""
        self._row_with_ends(depth=0)
        return _FRAME.format(roots=_ROOTS, name=self._name, body="\n".join(self._scope.parts))

    def _id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _add(self, tag: str, element: str, inner: str = "", **attributes: str) -> str:
        text = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
        self._scope.parts.append(f'<bpmn:{tag} id="{element}"{text}>{inner}</bpmn:{tag}>')
        return element

    def _flow(self, source: str, target: str, condition: str = "") -> str:
        inner = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}'
        inner = f"{inner}</bpmn:conditionExpression>" if condition else ""
        return self._add("sequenceFlow", self._id("f"), inner, sourceRef=source, targetRef=target)

    def _row_with_ends(self, depth: int) -> None:
        start = self._add("startEvent", self._id("start"))
        first, last = self._row(depth)
        self._flow(start, first)
        self._flow(last, self._end())

    def _end(self) -> str:
        return self._add("endEvent", self._id("end"))

    def _row(self, depth: int) -> tuple[str, str]:
        """Make one to three blocks after each other; return the first and the last element."""
        blocks = [self._block(depth) for _ in range(self._random.choice((1, 1, 2, 2, 3)))]
        for (_, before), (after, _) in itertools.pairwise(blocks):
            self._flow(before, after)
        return blocks[0][0], blocks[-1][1]

    def _block(self, depth: int) -> tuple[str, str]:
        simple: Sequence[Callable[[int], tuple[str, str]]] = (
            self._task,
            self._task,
            self._script,
            self._catch,
            self._pass,
        )
        nested = (self._exclusive, self._parallel, self._inclusive, self._sub_process, self._sub_process, self._race)
        return self._random.choice((*simple, *nested) if depth < 2 else simple)(depth)

    def _task(self, depth: int) -> tuple[str, str]:
        task = self._id("task")
        retries = self._random.choice(("1", "3", "3"))
        definition = f'<zeebe:taskDefinition type="{self._random.choice(("x", "y", "z"))}" retries="{retries}"/>'
        inner = f"<bpmn:extensionElements>{definition}{self._mappings()}{self._listeners()}</bpmn:extensionElements>"
        self._add("serviceTask", task, inner + self._multi_instance())
        self._boundary(task, depth)
        return task, task

    def _script(self, _: int) -> tuple[str, str]:
        task = self._id("script")
        expression = quoteattr(self._random.choice(_VALUES))
        script = f'<zeebe:script expression={expression} resultVariable="{self._random.choice(("n", "a", "b"))}"/>'
        inner = f"<bpmn:extensionElements>{script}{self._mappings()}</bpmn:extensionElements>"
        self._add("scriptTask", task, inner + self._multi_instance())
        return task, task

    def _pass(self, _: int) -> tuple[str, str]:
        kind = self._random.choice(("manualTask", "task", "intermediateThrowEvent"))
        element = self._add(kind, self._id("pass"))
        return element, element

    def _catch(self, _: int) -> tuple[str, str]:
        element = self._id("catch")
        mappings = f"<bpmn:extensionElements>{self._mappings(inputs=False)}</bpmn:extensionElements>"
        self._add("intermediateCatchEvent", element, mappings + self._definition())
        return element, element

    def _definition(self) -> str:
        definition = self._id("d")
        return self._random.choice(
            (
                f'<bpmn:messageEventDefinition id="{definition}" messageRef="message"/>',
                f'<bpmn:signalEventDefinition id="{definition}" signalRef="signal"/>',
                f'<bpmn:timerEventDefinition id="{definition}"><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">'
                f"PT{self._random.randint(1, 9)}H</bpmn:timeDuration></bpmn:timerEventDefinition>",
            )
        )

    def _mappings(self, *, inputs: bool = True) -> str:
        """Return input and output mappings, more often none."""
        kinds = [kind for kind in ("input", "output") if self._random.random() < 0.3 and (inputs or kind == "output")]
        chosen = [(kind, self._random.choice(_VALUES), self._random.choice(_NAMES)) for kind in kinds]
        inner = "".join(f"<zeebe:{kind} source={quoteattr(value)} target={quoteattr(n)}/>" for kind, value, n in chosen)
        return f"<zeebe:ioMapping>{inner}</zeebe:ioMapping>" if inner else ""

    def _listeners(self) -> str:
        if self._random.random() > 0.1:
            return ""
        event = self._random.choice(("start", "end"))
        listener = f'<zeebe:executionListener eventType="{event}" type="listener" retries="1"/>'
        return f"<zeebe:executionListeners>{listener}</zeebe:executionListeners>"

    def _multi_instance(self) -> str:
        if self._random.random() > 0.2:
            return ""
        collection = quoteattr(self._random.choice(("=[1, 2]", "=[]", '=["p", "q", "r"]', "=missing")))
        output = self._random.choice(("", ' outputCollection="out" outputElement="=n"'))
        loop = f'<zeebe:loopCharacteristics inputCollection={collection} inputElement="item"{output}/>'
        sequential = self._random.choice(("true", "false"))
        return (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}"><bpmn:extensionElements>{loop}'
            "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
        )

    def _boundary(self, host: str, depth: int) -> None:
        """Attach up to two boundary events, each with a way of its own to an end."""
        for _ in range(self._random.choice((0, 0, 0, 1, 2))):
            event, is_error = self._id("boundary"), self._random.random() < 0.3
            error = f'<bpmn:errorEventDefinition id="{self._id("d")}" errorRef="error"/>'
            definition = error if is_error else self._definition()
            interrupting = "true" if is_error else self._random.choice(("true", "false"))
            first, last = self._task(depth + 2) if self._random.random() < 0.5 else self._pass(depth)
            out = self._flow(event, first)
            self._flow(last, self._end())
            inner = f"<bpmn:outgoing>{out}</bpmn:outgoing>{definition}"
            self._add("boundaryEvent", event, inner, attachedToRef=host, cancelActivity=interrupting)

    def _exclusive(self, depth: int) -> tuple[str, str]:
        return self._fork(depth, "exclusiveGateway", default=True)

    def _inclusive(self, depth: int) -> tuple[str, str]:
        return self._fork(depth, "inclusiveGateway", default=True)

    def _parallel(self, depth: int) -> tuple[str, str]:
        return self._fork(depth, "parallelGateway", default=False)

    def _fork(self, depth: int, kind: str, *, default: bool) -> tuple[str, str]:
        fork, join = self._id("fork"), self._add(kind, self._id("join"))
        flows = []
        for number in range(self._random.choice((2, 2, 3))):
            first, last = self._row(depth + 1)
            condition = self._random.choice(_CONDITIONS) if default and number else ""
            flows.append(self._flow(fork, first, condition))
            self._flow(last, join)
        if default:
            self._add(kind, fork, default=flows[0])
        else:
            self._add(kind, fork)
        return fork, join

    def _race(self, depth: int) -> tuple[str, str]:
        """An event-based gateway: what comes first goes on."""
        gateway, join = self._id("race"), self._add("exclusiveGateway", self._id("join"))
        definitions = {definition.split(" ")[0]: definition for definition in (self._definition() for _ in range(8))}
        outgoing = []
        for definition in list(definitions.values())[:2]:
            event = self._add("intermediateCatchEvent", self._id("catch"), definition)
            outgoing.append(self._flow(gateway, event))
            self._flow(event, join)
        inner = "".join(f"<bpmn:outgoing>{each}</bpmn:outgoing>" for each in outgoing)
        self._add("eventBasedGateway", gateway, inner)
        return gateway, join

    def _sub_process(self, depth: int) -> tuple[str, str]:
        element, outer = self._id("sub"), self._scope
        self._scope = Scope()
        self._row_with_ends(depth + 1)
        if self._random.random() < 0.3:
            self._event_sub_process()
        extensions = f"<bpmn:extensionElements>{self._mappings()}</bpmn:extensionElements>"
        inner, self._scope = "".join(self._scope.parts), outer
        self._add("subProcess", element, extensions + self._multi_instance() + inner)
        self._boundary(element, depth)
        return element, element

    def _event_sub_process(self) -> None:
        element, outer = self._id("esub"), self._scope
        self._scope = Scope()
        interrupting = self._random.choice(("true", "false"))
        start = self._add("startEvent", self._id("start"), self._definition(), isInterrupting=interrupting)
        first, last = self._pass(9)
        self._flow(start, first)
        self._flow(last, self._end())
        inner, self._scope = "".join(self._scope.parts), outer
        self._add("subProcess", element, inner, triggeredByEvent="true")


def main(arguments: list[str] | None = None) -> int:
    """Write the models."""
    parser = argparse.ArgumentParser(prog="python -m tests.judges.generate", description=__doc__)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True, help="the folder of models; they lie in DIR/random")
    options = parser.parse_args(arguments)
    folder = options.output / "random"
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(options.seed, options.seed + options.count):
        name = f"random_{seed}"
        (folder / f"{name}.bpmn").write_text(Generator(seed, name).model(), encoding="utf-8")
    print(f"{options.count} models in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
