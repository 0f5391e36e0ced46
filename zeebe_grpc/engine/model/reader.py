"""Reads a BPMN file: either its executable processes, or every reason why it cannot be deployed."""

from __future__ import annotations

from dataclasses import dataclass, field

from zeebe_grpc.engine.model.agent_parameters import ParameterError
from zeebe_grpc.engine.model.document import Problem, children, descendants, identity, kind
from zeebe_grpc.engine.model.elements import Process
from zeebe_grpc.engine.model.links import broken_handlers, broken_links
from zeebe_grpc.engine.model.loops import endless_loops
from zeebe_grpc.engine.model.process_reader import executable_processes, read_processes
from zeebe_grpc.engine.model.rules.table import check
from zeebe_grpc.engine.model.schema import broken_form
from zeebe_grpc.engine.versions import Version
from zeebe_grpc.engine.xml import Element, XmlError, local_name, parse

_COMPENSATION = "compensateEventDefinition"


@dataclass(frozen=True)
class Model:
    """What a file holds. With problems it holds no processes."""

    processes: list[Process] = field(default_factory=list[Process])
    problems: list[Problem] = field(default_factory=list[Problem])


def read_model(content: bytes, version: Version) -> Model:
    """Read a BPMN file by the rules of a release. Its problems do not name the file."""
    try:
        return _read(parse(content, ""), version)
    except XmlError as error:
        return Model(problems=[Problem("", "", str(error))])
    except RecursionError:
        return Model(problems=[Problem("", "", "something in the file is nested too deeply")])


def _read(root: Element, version: Version) -> Model:
    if kind(root) != "definitions":
        reason = f"expected the root element to be 'definitions' of BPMN, but it is '{local_name(root)}'"
        return Model(problems=[Problem("", local_name(root), reason)])
    problems = broken_form(root) or broken_links(root, executable_processes(root))
    if problems:
        return Model(problems=problems)
    executable = executable_processes(root)
    problems = check(root, version) or broken_handlers(root, executable)
    problems = problems or _nameless(root, executable)
    if problems:
        return Model(problems=problems)
    try:
        processes = read_processes(root, version)
    except ParameterError as error:
        return Model(problems=[Problem("", "adHocSubProcess", str(error))])
    loops = endless_loops(processes)
    return Model(problems=loops) if loops else Model(processes=processes)


def _nameless(root: Element, processes: list[Element]) -> list[Problem]:
    """Zeebe can deploy neither errors nor compensation without an id, and does not say where they stand."""
    found = [*children(root, "error"), *(one for each in processes for one in descendants(each, _COMPENSATION))]
    return [Problem("", kind(one), f"every {kind(one)} needs an id") for one in found if not identity(one)]
