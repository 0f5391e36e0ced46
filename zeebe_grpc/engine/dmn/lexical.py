"""Which text an attribute may hold, by its kind.

The kinds are those of the tables in `schema`. Nothing here knows elements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from zeebe_grpc.engine.dmn.schema import ENUMERATIONS

_NAME = r"[^\W\d][\w.\-\u00b7]*"
_NCNAME = re.compile(_NAME)
_QNAME = re.compile(rf"(?:({_NAME}):)?{_NAME}")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|-?INF|NaN")
_COLOUR = re.compile(r"\+?0*(\d{1,3})")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_DELIMITER = re.compile(r"[/?#]")
_URI = re.compile(r"(?:[^:/?#\[\]]*:)?(?://[^/?#]*)?[^\[\]#]*(?:#[^\[\]#]*)?")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def fault(kind: str, value: str, namespaces: Mapping[str | None, str]) -> str | None:
    """What is wrong with the value of an attribute; None if nothing is.

    Args:
        kind: The attribute's kind; any text is right for an unknown one.
        value: The attribute's value.
        namespaces: The prefixes that are declared where the attribute stands.
    """
    if kind in ENUMERATIONS:
        return _choice_fault(kind, value)
    text = value.strip()
    if kind in ("id", "idref"):
        return None if _NCNAME.fullmatch(text) else "is no XML id (a letter or _, then letters, digits, '.', '-', '_')"
    if kind == "qname":
        return _qname_fault(text, namespaces)
    if kind == "uri":
        return None if _is_uri(text) else "is no URI"
    if kind == "number":
        return None if _NUMBER.fullmatch(text) else "is no number"
    if kind == "colour":
        match = _COLOUR.fullmatch(text)
        return None if match and int(match[1]) <= 255 else "is no whole number from 0 to 255"
    return None


def _choice_fault(kind: str, value: str) -> str | None:
    choices = ENUMERATIONS[kind]
    text = value.strip() if kind == "boolean" else value
    return None if text in choices else f"is none of {', '.join(sorted(choices))}"


def _qname_fault(text: str, namespaces: Mapping[str | None, str]) -> str | None:
    match = _QNAME.fullmatch(text)
    if not match:
        return "is no qualified name (DMN 1.1 allows no blanks here)"
    prefix = match[1]
    if prefix and prefix not in namespaces and prefix != "xml":
        return f"uses the prefix '{prefix}', which is declared nowhere"
    return None


def _is_uri(text: str) -> bool:
    """A URI reference as Java's parser takes it, which escapes most characters by itself."""
    scheme, colon, _ = _DELIMITER.split(text, maxsplit=1)[0].partition(":")
    if colon and (not _SCHEME.fullmatch(scheme) or text in (f"{scheme}:", f"{scheme}://")):
        return False
    return bool(_URI.fullmatch(text)) and not _BAD_ESCAPE.search(text)
