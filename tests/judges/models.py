"""What the recorder must know of a model file before it can act on it: ids, names to publish, variables to guess.

A rough reader for choosing inputs only. What a model means is for the engine to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_NAME = re.compile(r"(?<![\w.\"])([A-Za-z_]\w*)(?![\w(\"])")
_STRING = re.compile(r'"[^"]*"')
_COMPARED = re.compile(r'\b([A-Za-z_]\w*)\s*(?:=|!=)\s*"([^"]*)"')
_NUMBER = re.compile(r"\b([A-Za-z_]\w*)\s*(?:<=?|>=?|=|\+|-|\*|/)\s*-?\d")
_FEEL_WORDS = {"and", "or", "not", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "true"}
_FEEL_WORDS |= {"false", "null", "between", "instance", "of", "function", "date", "time", "duration", "item", "partial"}
_EXPRESSIONS = ("source", "correlationKey", "expression", "inputCollection", "retries", "type", "target", "text")


@dataclass
class Model:
    """What was found in one file; everything is empty for a file that is not XML."""

    processes: list[str] = field(default_factory=list)
    """Ids of the executable processes, in document order."""
    started_by_none: set[str] = field(default_factory=set)
    """Those that have a none start event."""
    cron_elements: set[str] = field(default_factory=set)
    start_messages: list[str] = field(default_factory=list)
    start_signals: list[str] = field(default_factory=list)
    has_start_timer: bool = False
    error_catchers: list[tuple[str, str, str]] = field(default_factory=list)
    """For each error catch event: its id, the id of the activity or scope it watches, the code it catches or ANY."""
    decisions: list[str] = field(default_factory=list)
    guesses: dict[str, Any] = field(default_factory=dict)
    """A value for each variable that an expression names."""


def read_model(path: Path) -> Model:
    """Read a BPMN or DMN file."""
    model = Model()
    try:
        root = etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return model
    elements = [each for each in root.iter() if isinstance(each.tag, str)]
    ids = {each.get("id"): each for each in elements}
    model.decisions = [each.get("id", "") for each in elements if _local(each) == "decision"]
    for process in root.iter(f"{_BPMN}process"):
        if process.get("isExecutable") == "true":
            model.processes.append(process.get("id", ""))
            _read_starts(process, ids, model)
    for definition in root.iter(f"{_BPMN}errorEventDefinition"):
        _read_error_catcher(definition, ids, model)
    model.cron_elements = {each.get("id", "") for each in elements if _has_cron_cycle(each)}
    model.guesses = _guesses(elements)
    return model


def _has_cron_cycle(event: Any) -> bool:
    cycles = event.findall(f"{_BPMN}timerEventDefinition/{_BPMN}timeCycle")
    return any((cycle.text or "").strip()[:1] not in ("R", "=", "") for cycle in cycles)


def _read_starts(process: Any, ids: dict[Any, Any], model: Model) -> None:
    for event in process.findall(f"{_BPMN}startEvent"):
        definitions = [each for each in event if _local(each).endswith("EventDefinition")]
        if not definitions:
            model.started_by_none.add(process.get("id"))
        for each in definitions:
            referred = ids.get(each.get("messageRef") or each.get("signalRef"))
            name = "" if referred is None else referred.get("name", "")
            if _local(each) == "messageEventDefinition":
                model.start_messages.append(name)
            elif _local(each) == "signalEventDefinition":
                model.start_signals.append(name)
            elif _local(each) == "timerEventDefinition":
                model.has_start_timer = True


def _read_error_catcher(definition: Any, ids: dict[Any, Any], model: Model) -> None:
    event = definition.getparent()
    if _local(event) == "endEvent":
        return
    error = ids.get(definition.get("errorRef"))
    code = "ANY" if error is None else error.get("errorCode", "ANY")
    watched = event.get("attachedToRef") or event.getparent().getparent().get("id", "")
    model.error_catchers.append((event.get("id", ""), watched, code))


def _guesses(elements: list[Any]) -> dict[str, Any]:
    """Return a value for each name in an expression: what it is compared with, 1 beside a number, a list, else "x"."""
    texts = list(_expressions(elements))
    produced = {each.get("inputElement") for each in elements} | {"loopCounter"}
    guesses: dict[str, Any] = {}
    for text in texts:
        names = [name for name in _NAME.findall(_STRING.sub("", text)) if name not in _FEEL_WORDS | produced]
        guesses.update({name: guesses.get(name, "x") for name in names})
    for text in texts:
        guesses.update({name: 1 for name in _NUMBER.findall(text) if guesses.get(name) == "x"})
        guesses.update({name: value for name, value in _COMPARED.findall(text) if guesses.get(name) == "x"})
    for each in elements:
        collection = (each.get("inputCollection") or "").lstrip("= ")
        if collection in guesses:
            guesses[collection] = [1, 2]
    return guesses


def _expressions(elements: list[Any]) -> Iterator[str]:
    for each in elements:
        for name in _EXPRESSIONS:
            value = each.get(name, "")
            if value.startswith("="):
                yield value[1:]
        if _local(each) == "conditionExpression" and (each.text or "").startswith("="):
            yield each.text[1:]
        if _local(each) == "inputExpression":
            yield "".join(each.itertext()).strip()


def _local(element: Any) -> str:
    return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""
