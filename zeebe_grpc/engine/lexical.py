"""Which text an attribute or a simple element may hold, by its kind.

The kinds are those of the tables of BPMN and DMN. Nothing here knows elements.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = r"[^\W\d][\w.\-\u00b7]*"
_NCNAME = re.compile(_NAME)
_QNAME = re.compile(rf"(?:({_NAME}):)?{_NAME}")
_INTEGER = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|-?INF|NaN")
_COLOUR = re.compile(r"\+?0*(\d{1,3})")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_DELIMITER = re.compile(r"[/?#]")
_URI = re.compile(r"(?:[^:/?#\[\]]*:)?(?://[^/?#]*)?[^\[\]#]*(?:#[^\[\]#]*)?")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def fault(
    kind: str, value: str, namespaces: Mapping[str | None, str], choices: Mapping[str, frozenset[str]]
) -> str | None:
    """What is wrong with a value; None if nothing is.

    Args:
        kind: The kind that the value must have; any text is right for an unknown one.
        value: The value.
        namespaces: The prefixes that are declared where the value stands.
        choices: The words that are allowed, for kinds that have such.
    """
    if kind in choices:
        return _choice_fault(kind, value, choices[kind])
    text = value.strip()
    if kind in ("id", "idref"):
        return None if _NCNAME.fullmatch(text) else "is no XML id (a letter or _, then letters, digits, '.', '-', '_')"
    if kind == "qname":
        return _qname_fault(text, namespaces)
    if kind == "uri":
        return None if _is_uri(text) else "is no URI"
    if kind == "integer":
        return None if _INTEGER.fullmatch(text) else "is no whole number"
    if kind == "number":
        return None if _NUMBER.fullmatch(text) else "is no number"
    if kind == "colour":
        match = _COLOUR.fullmatch(text)
        return None if match and int(match[1]) <= 255 else "is no whole number from 0 to 255"
    return None


def _choice_fault(kind: str, value: str, choices: frozenset[str]) -> str | None:
    text = value.strip() if kind == "boolean" else value
    return None if text in choices else f"is none of {', '.join(sorted(choices))}"


def _qname_fault(text: str, namespaces: Mapping[str | None, str]) -> str | None:
    match = _QNAME.fullmatch(text)
    if not match:
        return "is no qualified name (which holds no blanks and does not begin with a digit)"
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
