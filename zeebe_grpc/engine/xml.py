"""The one place where XML is read: BPMN and DMN come from strangers, so the parser is locked down.

Here lives parsing of untrusted bytes into an lxml tree. What the elements mean is the readers' matter; nothing here
knows BPMN or DMN.
"""

from __future__ import annotations

from typing import Any, NoReturn

try:
    from lxml import etree
except ImportError as _error:
    raise ImportError(
        "reading BPMN and DMN needs 'lxml': pip install 'zeebe-grpc-client[gateway]'", name=_error.name
    ) from _error

__all__ = ["Element", "XmlError", "local_name", "namespace", "parse"]

Element = etree._Element  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  lxml has no public name for it
"""An element of a parsed document."""


class XmlError(ValueError):
    """A document that is not well-formed, or that uses what is not allowed here.

    Attributes:
        source: The name of the resource, as it was given to `parse`; the text begins with it, unless it is empty.
        reason: What is wrong, without the place.
        line: The line of the fault, from 1; 0 where it is not known.
        column: The column of the fault, from 1; 0 where it is not known.
    """

    def __init__(self, source: str, reason: str, line: int = 0, column: int = 0) -> None:
        place = f"line {line}, column {column}: " if line else ""
        super().__init__(f"{source}: {place}{reason}" if source else f"{place}{reason}")
        self.source = source
        self.reason = reason
        self.line = line
        self.column = column


class _DoctypeError(Exception):
    """A document type declaration was met."""


class _DoctypeGuard:
    """A parser target that builds nothing and stops at a document type declaration, before any entity is declared."""

    def doctype(self, name: str, public: str | None, system: str | None) -> NoReturn:
        raise _DoctypeError(name)

    def close(self) -> None:
        """Asked for by lxml."""


def parse(content: bytes, source_name: str) -> Element:
    """Parse untrusted XML into a tree without comments and processing instructions.

    Nothing is fetched from disk or network, no document type declaration and so no entity is accepted, and libxml2's
    limits on depth (256 levels) and on the size of one text (10 MB) hold. Elements keep their `sourceline`.

    Args:
        content: The bytes of the document, in any encoding that its declaration or byte order mark names.
        source_name: The name that errors carry, usually the resource's name; empty if whoever shows them names it.

    Returns:
        The root element.

    Raises:
        XmlError: The document is empty, not well-formed, too deep, or has a document type declaration.
    """
    try:
        # Twice, because a tree builder learns of the declaration only after its entities have been read.
        etree.fromstring(content, _parser(_DoctypeGuard()))
        return etree.fromstring(content, _parser())
    except _DoctypeError:
        raise XmlError(source_name, "a document type declaration (DOCTYPE) is not allowed; remove it") from None
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise XmlError(source_name, _reason(error), line or 0, column or 0) from None
    except LookupError as error:
        raise XmlError(source_name, f"the declared encoding is not known ({error})") from None


def _parser(target: Any = None) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        target=target,
    )


def _reason(error: etree.XMLSyntaxError) -> str:
    """The library's own words, without the place that it appends."""
    text = str(error.msg or "the document is not well-formed XML")
    return text.rsplit(", line ", 1)[0]


def namespace(element: Element) -> str:
    """The namespace of an element; empty if it has none."""
    return str(element.tag)[1:].rpartition("}")[0]


def local_name(element: Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]
