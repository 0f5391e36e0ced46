"""The form of a BPMN document: what Zeebe's schema check refuses before any element is looked at.

Reads `schema_table`. A file refused here has one problem without an element. What the elements mean is for `rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from zeebe_grpc.engine.form import MAX_DEPTH, XSI, Particle
from zeebe_grpc.engine.lexical import fault
from zeebe_grpc.engine.model.document import Problem
from zeebe_grpc.engine.model.extensions import TASK_EVENTS
from zeebe_grpc.engine.model.schema_table import ANYTHING, CHOICES, MIXED, NAMESPACES, STRICT, SUBSTITUTES, TABLES
from zeebe_grpc.engine.xml import Element, local_name, namespace

_TYPE = f"{{{XSI}}}type"
_FOREIGN = "extensionElements"
_MAX_ATTRIBUTES = 200
_SIMPLE = frozenset({"qname", "idref"})
_LISTENER_EVENTS = {
    "executionListener": frozenset({"start", "end"}),
    "taskListener": frozenset({*TASK_EVENTS, *TASK_EVENTS.values()}),
}


@dataclass(frozen=True)
class _Type:
    """A row of the table with its bases worked in."""

    attributes: Mapping[str, str]
    required: tuple[str, ...]
    particles: tuple[Particle, ...]
    lineage: tuple[str, ...]


class _FormError(Exception):
    """What is wrong with an element."""

    def __init__(self, element: Element, reason: str) -> None:
        super().__init__(reason)
        self.element = element
        self.reason = reason


def broken_form(root: Element) -> list[Problem]:
    """The first thing that is wrong with the form of a document, as a list of at most one."""
    try:
        _check_size(root)
        _Check().run(root)
        _check_listeners(root)
    except _FormError as error:
        name = local_name(error.element)
        line = f" (line {error.element.sourceline})" if error.element.sourceline else ""
        return [Problem("", name, f"{name}: {error.reason}{line}")]
    return []


class _Check:
    """One walk over one document."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._references: list[tuple[Element, str]] = []

    def run(self, root: Element) -> None:
        pending = [(root, "definitions")]
        while pending:
            element, name = pending.pop()
            pending += reversed(list(self._element(element, name)))
        for element, target in self._references:
            if target not in self._ids:
                raise _FormError(element, f"there is no element with the id '{target}'")

    def _element(self, element: Element, declared: str) -> Iterable[tuple[Element, str]]:
        if declared in _SIMPLE:
            self._simple(element, declared)
            return ()
        name = _actual_type(element, declared)
        kind = _type(name)
        self._attributes(element, kind, name)
        if not MIXED.intersection(kind.lineage) and any(text.strip() for text in _texts(element)):
            raise _FormError(element, "text is not allowed here")
        if name in ANYTHING:
            return _known_below(element)
        return _foreign(element) if name == _FOREIGN else self._children(element, kind)

    def _simple(self, element: Element, kind: str) -> None:
        if len(element):
            raise _FormError(element, f"holds a name only, not the element '{local_name(element[0])}'")
        for attribute in element.attrib:
            if not str(attribute).startswith(f"{{{XSI}}}"):
                raise _FormError(element, f"takes no attribute, but has '{attribute!s}'")
        self._value(element, "its text", kind, element.text or "")

    def _attributes(self, element: Element, kind: _Type, name: str) -> None:
        for attribute, value in element.attrib.items():
            uri, _, plain = str(attribute).rpartition("}")
            if uri:
                known = uri[1:] == XSI and plain != "nil"
                if not known and (name in STRICT or uri[1:] in (XSI, namespace(element))):
                    raise _FormError(element, f"the attribute '{attribute!s}' is not allowed here")
            elif plain not in kind.attributes:
                raise _FormError(element, f"the attribute '{plain}' is not allowed here")
            else:
                self._value(element, f"the attribute '{plain}'", kind.attributes[plain], str(value))
                if kind.attributes[plain]:
                    element.set(plain, str(value).strip())  # space around a name or a number is no part of it
        for required in kind.required:
            if required not in element.attrib:
                raise _FormError(element, f"the attribute '{required}' is missing")

    def _value(self, element: Element, where: str, kind: str, value: str) -> None:
        wrong = fault(kind, value, element.nsmap, CHOICES)
        if wrong:
            raise _FormError(element, f"{where} holds '{value}', which {wrong}")
        if kind == "id":
            if value.strip() in self._ids:
                raise _FormError(element, f"the id '{value}' is used more than once")
            self._ids.add(value.strip())
        elif kind == "idref":
            self._references.append((element, value.strip()))

    def _children(self, element: Element, kind: _Type) -> Iterator[tuple[Element, str]]:
        """Pair the children with their types. The schema is deterministic: one name ahead decides."""
        pending = list(reversed(element))
        for particle in kind.particles:
            count = 0
            while pending and count != particle.most and _name(pending[-1]) in particle.choices:
                child = pending.pop()
                yield child, particle.choices[_name(child)]
                count += 1
            if count < particle.least:
                missing = " or ".join(particle.choices)
                raise _FormError(element, f"'{missing}' is missing, or too few of it")
        if pending:
            raise _FormError(pending[-1], f"must not stand here in '{local_name(element)}'")


def _actual_type(element: Element, declared: str) -> str:
    """The declared type, or the one derived from it that the element names for itself."""
    named = element.get(_TYPE)
    if named is None:
        return declared
    prefix, _, plain = named.strip().rpartition(":")
    uri = element.nsmap.get(prefix or None, "")
    short = plain.removeprefix("t")
    name = f"{NAMESPACES.get(uri, '?:')}{short[:1].lower()}{short[1:]}"
    if name not in _rows() or declared not in _type(name).lineage:
        raise _FormError(element, f"'{named}' is no type for this element")
    return name


def _foreign(element: Element) -> Iterator[tuple[Element, str]]:
    """Extension elements: anything of other namespaces, but what the schema knows in there must be right."""
    for child in element:
        if namespace(child) in ("", namespace(element)):
            raise _FormError(child, f"must not stand in '{local_name(element)}', which is for other namespaces")
    yield from _known_below(element)


def _known_below(element: Element) -> Iterator[tuple[Element, str]]:
    pending = list(element)
    while pending:
        current = pending.pop()
        if _name(current) in _rows():
            yield current, _name(current)
        else:
            pending += current


def _check_size(root: Element) -> None:
    """The limits of Zeebe's own parser."""
    pending = [(root, 1)]
    while pending:
        element, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise _FormError(element, f"elements are nested more than {MAX_DEPTH} levels deep")
        if len(element.attrib) > _MAX_ATTRIBUTES:
            raise _FormError(element, f"an element has more than {_MAX_ATTRIBUTES} attributes")
        pending += [(child, depth + 1) for child in element]


def _check_listeners(root: Element) -> None:
    """The engine knows the events of listeners by name, and reads no file that has another."""
    for element in root.iter():
        events = _LISTENER_EVENTS.get(local_name(element))
        event = element.get("eventType", "")
        if events and event and event not in events and "zeebe" in namespace(element):
            raise _FormError(element, f"'{event}' is no event of such a listener")


def _name(element: Element) -> str:
    return NAMESPACES.get(namespace(element), "?:") + local_name(element)


def _texts(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield child.tail or ""


@cache
def _rows() -> dict[str, tuple[str, str, str]]:
    """Base, attributes and children of each type."""
    found: dict[str, tuple[str, str, str]] = {}
    for table in TABLES:
        for row in table.strip().replace("\n    ", " ").splitlines():
            head, attributes, children = (part.strip() for part in f"{row}||".split("|")[:3])
            name, _, base = head.partition(" < ")
            found[name] = (base, attributes, children)
    return found


@cache
def _type(name: str) -> _Type:
    base, attributes, children = _rows()[name]
    above = _type(base) if base else _Type({}, (), (), ())
    entries = attributes.split()
    kinds = {name: kind for name, _, kind in (entry.rstrip("!").partition(":") for entry in entries)}
    required = tuple(entry[:-1].partition(":")[0] for entry in entries if entry.endswith("!"))
    return _Type(
        {**above.attributes, **kinds},
        above.required + required,
        above.particles + tuple(_particle(entry) for entry in children.split()),
        (*above.lineage, name),
    )


def _particle(entry: str) -> Particle:
    """Read ``name:type?``; prefixes of the diagram's namespaces use a colon as well."""
    plain = entry.rstrip("?*+")
    occurrence = entry[len(plain) :]
    choices: dict[str, str] = {}
    for choice in plain.split("/"):
        parts = choice.split(":")
        size = 2 if f"{parts[0]}:" in NAMESPACES.values() else 1
        name, kind = ":".join(parts[:size]), ":".join(parts[size:])
        choices.update({each: kind or each for each in SUBSTITUTES.get(name, name).split()})
    least = {"": 1, "+": 1, "++": 2}.get(occurrence, 0)
    return Particle(choices, least, 1 if occurrence in ("", "?") else None)
