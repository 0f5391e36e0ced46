"""The XML side of a model: names, look-ups in the tree, and the path by which a problem names an element."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zeebe_grpc.engine.xml import Element, local_name, namespace

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"

EXTENSIONS = f"{{{BPMN}}}extensionElements"


@dataclass(frozen=True)
class Problem:
    """Why an element cannot be deployed. `path` is empty where the document as a whole is refused."""

    path: str
    element_type: str
    reason: str


def bpmn(name: str) -> str:
    """The qualified name of a BPMN element."""
    return f"{{{BPMN}}}{name}"


def zeebe(name: str) -> str:
    """The qualified name of a Zeebe extension element."""
    return f"{{{ZEEBE}}}{name}"


def kind(element: Element) -> str:
    """The local name of a BPMN element; empty for elements of other namespaces."""
    return local_name(element) if namespace(element) == BPMN else ""


def identity(element: Element) -> str:
    """The id of an element; empty if it has none."""
    return element.get("id") or ""


def children(element: Element, *names: str) -> list[Element]:
    """The BPMN children of these kinds, in document order."""
    wanted = {bpmn(name) for name in names}
    return [child for child in element if child.tag in wanted]


def child(element: Element, name: str) -> Element | None:
    """The first BPMN child of a kind."""
    return element.find(bpmn(name))


def text_of(element: Element | None) -> str:
    """The text in an element, without the space around it."""
    return "" if element is None else raw_text_of(element).strip()


def raw_text_of(element: Element) -> str:
    """The text in an element, with the space around it."""
    return "".join(str(piece) for piece in element.itertext())


def extension(element: Element, name: str) -> Element | None:
    """The Zeebe extension element of a name, if the element has one."""
    container = element.find(EXTENSIONS)
    return None if container is None else container.find(zeebe(name))


def extensions(element: Element, name: str) -> list[Element]:
    """All Zeebe extension elements of a name."""
    container = element.find(EXTENSIONS)
    return [] if container is None else container.findall(zeebe(name))


def path_of(element: Element) -> str:
    """The way to an element from the nearest element with an id: ``task > extensionElements > ioMapping > input``."""
    steps: list[str] = []
    current: Element | None = element
    while current is not None:
        if identity(current) and kind(current) not in ("", "definitions"):
            steps.append(identity(current))
            break
        steps.append(local_name(current))
        current = current.getparent()
    return " > ".join(str(step) for step in reversed(steps))


def problem(element: Element, reason: str) -> Problem:
    """A problem of an element."""
    return Problem(path_of(element), local_name(element), reason)


def descendants(element: Element, *names: str) -> Iterator[Element]:
    """All BPMN elements of these kinds at any depth, in document order."""
    wanted = {bpmn(name) for name in names}
    return (found for found in element.iter() if found.tag in wanted)
