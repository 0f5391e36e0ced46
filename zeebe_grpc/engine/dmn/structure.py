"""Whether a document has the shape of a decision model: the right elements and attributes, in order, ids once.

Reads the tables of `schema`. What the elements mean is the matter of `reader`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from zeebe_grpc.engine.dmn.document import place
from zeebe_grpc.engine.dmn.errors import DmnError
from zeebe_grpc.engine.dmn.schema import ANY, ENUMERATIONS, SCHEMAS, TEXT, Schema, Shape
from zeebe_grpc.engine.form import MAX_DEPTH, XSI, Particle
from zeebe_grpc.engine.lexical import fault
from zeebe_grpc.engine.xml import Element, local_name, namespace


@dataclass(frozen=True)
class _Type:
    """A shape with its bases worked in."""

    attributes: Mapping[str, str]
    required: tuple[str, ...]
    foreign: bool
    alternatives: tuple[tuple[Particle, ...], ...]

    @property
    def empty(self) -> bool:
        return self.alternatives == ((),)


def check_structure(root: Element) -> None:
    """Refuse a document that the schema of its DMN version would refuse.

    Raises:
        DmnError: With every problem found.
    """
    schema = SCHEMAS.get(namespace(root))
    if schema is None:
        raise DmnError([_unknown_namespace(root)])
    if local_name(root) != "definitions":
        raise DmnError([f"the root element is <{local_name(root)}>; a decision model starts with <definitions>"])
    problems = _Check(schema, namespace(root)).run(root)
    if problems:
        raise DmnError(problems)


def _unknown_namespace(root: Element) -> str:
    known = ", ".join(uri for uri in SCHEMAS)
    found = f"'{namespace(root)}'" if namespace(root) else "no namespace"
    return f"the root element <{local_name(root)}> is in {found}, which is no DMN version; known are {known}"


class _Check:
    """One walk over one document."""

    def __init__(self, schema: Schema, home: str) -> None:
        self._schema = schema
        self._home = home
        self._problems: list[str] = []
        self._ids: dict[str, Element] = {}
        self._references: list[tuple[Element, str]] = []

    def run(self, root: Element) -> list[str]:
        pending = [(root, "definitions", 1)]
        while pending:
            element, name, depth = pending.pop()
            if depth > MAX_DEPTH:
                return [f"{place(element)}: elements are nested more than {MAX_DEPTH} levels deep"]
            below = reversed(list(self._element(element, name)))
            pending += [(child, kind, depth + 1) for child, kind in below]
        for element, target in self._references:
            if target not in self._ids:
                self._problem(element, f"refers to the id '{target}', which no element has")
        return self._problems

    def _element(self, element: Element, name: str) -> Iterable[tuple[Element, str]]:
        if name == TEXT:
            return self._text(element)
        if name == ANY:
            return self._foreign_children(element)
        kind = _type(self._schema.version, name)
        self._attributes(element, kind)
        self._characters(element, kind)
        return self._children(element, kind)

    def _problem(self, element: Element, what: str) -> None:
        self._problems.append(f"{place(element)} {what}")

    def _text(self, element: Element) -> Iterable[tuple[Element, str]]:
        if len(element):
            self._problem(element, f"holds text only, but contains <{local_name(element[0])}>; write < as &lt;")
        self._no_attributes(element)
        return ()

    def _no_attributes(self, element: Element) -> None:
        for name in element.attrib:
            self._problem(element, f"takes no attribute, but has '{name!s}'")

    def _foreign_children(self, element: Element) -> Iterator[tuple[Element, str]]:
        """Extension elements: anything of other namespaces, but what the schema knows in there must be right."""
        self._no_attributes(element)
        if any(text.strip() for text in _texts(element)):
            self._problem(element, "holds elements only, but contains text")
        for child in element:
            if namespace(child) in ("", self._home):
                self._problem(child, f"may not stand in <{local_name(element)}>, which is for other namespaces")
            else:
                yield from self._known_inside(child)

    def _known_inside(self, element: Element) -> Iterator[tuple[Element, str]]:
        pending = [element]
        while pending:
            current = pending.pop()
            name = self._name(current)
            if namespace(current) == self._home and name in self._schema.shapes:
                yield current, name
            else:
                pending += reversed(current)

    def _attributes(self, element: Element, kind: _Type) -> None:
        for name, value in element.attrib.items():
            uri, _, plain = str(name).rpartition("}")
            if uri:
                self._foreign_attribute(element, uri[1:], plain, kind)
            elif plain not in kind.attributes:
                self._problem(element, f"has the attribute '{plain}', which it does not take")
            else:
                self._value(element, plain, kind.attributes[plain], str(value))
        for name in kind.required:
            if name not in element.attrib:
                self._problem(element, f"lacks the attribute '{name}'")

    def _foreign_attribute(self, element: Element, uri: str, name: str, kind: _Type) -> None:
        allowed = name != "nil" if uri == XSI else kind.foreign and uri != self._home
        if not allowed:
            self._problem(element, f"has the attribute '{{{uri}}}{name}', which it does not take")

    def _value(self, element: Element, name: str, kind: str, value: str) -> None:
        if kind == "type":
            kind = "qname" if self._schema.version == "1.1" else "text"
        wrong = fault(kind, value, element.nsmap, ENUMERATIONS)
        if wrong:
            self._problem(element, f"has {name}='{value}', which {wrong}")
        elif kind == "id":
            self._identity(element, value.strip())
        elif kind == "idref":
            self._references.append((element, value.strip()))

    def _identity(self, element: Element, identity: str) -> None:
        first = self._ids.setdefault(identity, element)
        if first is not element:
            self._problem(element, f"has the id '{identity}', which {place(first)} has already; ids are given once")

    def _characters(self, element: Element, kind: _Type) -> None:
        for text in _texts(element):
            if text.strip() or kind.empty:
                shown = text.strip()[:20]
                self._problem(element, f"contains the text '{shown}' between its elements; it takes none")
                return

    def _children(self, element: Element, kind: _Type) -> Iterable[tuple[Element, str]]:
        best: _Match | None = None
        for particles in kind.alternatives:
            match = _match([self._name(child) for child in element], particles)
            if best is None or match.length > best.length or match.complete:
                best = match
            if match.complete:
                break
        if best is None or best.complete:
            return zip(element, best.types if best else (), strict=True)
        self._problem(element, self._complaint(element, best))
        known = _all_choices(kind)
        return [(child, known[name]) for child in element if (name := self._name(child)) in known]

    def _complaint(self, element: Element, match: _Match) -> str:
        wanted = f"; expected here: {', '.join(f'<{name}>' for name in match.expected)}" if match.expected else ""
        if match.length < len(element):
            child = element[match.length]
            found = self._name(child)
            return f"contains <{found}> (line {child.sourceline}) where it may not stand{wanted}"
        return f"is incomplete{wanted}"

    def _name(self, element: Element) -> str:
        uri = namespace(element)
        if uri == self._home:
            return local_name(element)
        prefix = self._schema.prefixes.get(uri)
        return f"{prefix}:{local_name(element)}" if prefix else f"{{{uri}}}{local_name(element)}"


@dataclass(frozen=True)
class _Match:
    """How far the children went along the particles, and what could have come next."""

    length: int
    complete: bool
    types: tuple[str, ...]
    expected: tuple[str, ...]


def _match(names: list[str], particles: tuple[Particle, ...]) -> _Match:
    """The schema is deterministic: one name ahead decides."""
    types: list[str] = []
    for index, particle in enumerate(particles):
        count = 0
        while len(types) < len(names) and names[len(types)] in particle.choices and count != particle.most:
            types.append(particle.choices[names[len(types)]])
            count += 1
        if count < particle.least:
            return _Match(len(types), False, (), tuple(particle.choices))
        if len(types) < len(names) and not any(names[len(types)] in later.choices for later in particles[index:]):
            return _Match(len(types), False, (), _next_names(particles, index, count))
    return _Match(len(types), len(types) == len(names), tuple(types), ())


def _all_choices(kind: _Type) -> dict[str, str]:
    """Which type a child has, wherever it stands."""
    return {
        name: choice
        for particles in kind.alternatives
        for particle in particles
        for name, choice in particle.choices.items()
    }


def _next_names(particles: tuple[Particle, ...], index: int, count: int) -> tuple[str, ...]:
    names: list[str] = []
    for position, particle in enumerate(particles[index:]):
        if position or count != particle.most:
            names += particle.choices
        if position and particle.least:
            break
    return tuple(dict.fromkeys(names))


@cache
def _type(version: str, name: str) -> _Type:
    schema = next(schema for schema in SCHEMAS.values() if schema.version == version)
    attributes: dict[str, str] = {}
    required: list[str] = []
    foreign = False
    before: tuple[Particle, ...] = ()
    alternatives: tuple[tuple[Particle, ...], ...] = ((),)
    for shape in _lineage(schema, name):
        foreign = foreign or shape.foreign
        for entry in shape.attributes.split():
            attribute, _, kind = entry.rstrip("!").partition(":")
            attributes[attribute] = kind or TEXT
            required += [attribute] if entry.endswith("!") else []
        before = alternatives[0]
        alternatives = tuple(before + _particles(schema, part) for part in shape.children.split(" / "))
    return _Type(attributes, tuple(required), foreign, alternatives)


def _lineage(schema: Schema, name: str) -> Iterator[Shape]:
    shape = schema.shapes[name]
    if shape.base:
        yield from _lineage(schema, shape.base)
    yield shape


def _particles(schema: Schema, notation: str) -> tuple[Particle, ...]:
    return tuple(_particle(schema, entry) for entry in notation.split())


def _particle(schema: Schema, entry: str) -> Particle:
    occurrence = entry[-1] if entry[-1] in "?*+" else ""
    choices: dict[str, str] = {}
    for choice in entry.removesuffix(occurrence).split("|"):
        names = schema.groups[choice[1:]].split() if choice.startswith("@") else [choice]
        for name in names:
            choices.update([_named_type(schema, name)])
    least = 0 if occurrence in ("?", "*") else 1
    return Particle(choices, least, None if occurrence in ("*", "+") else 1)


def _named_type(schema: Schema, notation: str) -> tuple[str, str]:
    """``name:type``, where a prefix of the name uses a colon as well."""
    prefix, colon, rest = notation.partition(":")
    prefixed = bool(colon) and prefix in schema.prefixes.values()
    name, _, kind = rest.partition(":") if prefixed else (prefix, colon, rest)
    full = f"{prefix}:{name}" if prefixed else name
    return full, kind or full


def _texts(element: Element) -> Iterator[str]:
    if element.text:
        yield element.text
    for child in element:
        if child.tail:
            yield child.tail
