"""Small ways around in a decision model's document, for the readers.

Elements in, elements and text out; nothing here knows what a decision is.
"""

from __future__ import annotations

from collections.abc import Iterator

from zeebe_grpc.engine.xml import Element, local_name, namespace

_ZEEBE = "http://camunda.org/schema/zeebe/1.0"


def children(element: Element, *names: str) -> Iterator[Element]:
    """The child elements of these names in DMN's namespace, in document order."""
    home = namespace(element)
    return (child for child in element if namespace(child) == home and local_name(child) in names)


def first_child(element: Element, *names: str) -> Element | None:
    """The first of `children`, or None."""
    return next(children(element, *names), None)


def attribute(element: Element, name: str) -> str:
    """An attribute; an empty one counts as absent, as in the engine, and both are empty text."""
    return element.get(name) or ""


def identity(element: Element) -> str:
    """The id of an element, or empty text."""
    return attribute(element, "id").strip()


def text_of(element: Element) -> str | None:
    """The text in an element's ``<text>``, without blanks around it; None if it has no ``<text>``."""
    text = first_child(element, "text")
    return None if text is None else (text.text or "").strip()


def version_tag(decision: Element) -> str:
    """The value of ``<zeebe:versionTag>`` among the extension elements of a decision; empty without one."""
    extensions = first_child(decision, "extensionElements")
    tags = () if extensions is None else extensions.iterchildren(f"{{{_ZEEBE}}}versionTag")
    return next((attribute(tag, "value") for tag in tags), "")


def place(element: Element) -> str:
    """Where an element is, for a person: its line, name and id."""
    named = identity(element) or attribute(element, "name")
    shown = f" '{named}'" if named else ""
    return f"line {element.sourceline}: <{local_name(element)}>{shown}"
