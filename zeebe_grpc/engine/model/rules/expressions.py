"""Rules of expressions: what must be one, and whether it can be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from zeebe_grpc.engine.model.document import child, raw_text_of, text_of
from zeebe_grpc.engine.model.expression import StaticExpression, expression, syntax_problem
from zeebe_grpc.engine.model.rules.index import Index, Rule
from zeebe_grpc.engine.xml import Element

_PATH = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*(\.[a-zA-Z_][a-zA-Z0-9_]*)*")
_RESERVED = ("null", "true", "false", "function", "if", "then", "else", "for", "between", "instance", "of")
Supplier = Callable[[Element], "str | None"]
Check = Callable[[str], bool]


def attribute(name: str, *, mandatory: bool = False, feel: bool = False, default: str | None = None) -> Rule:
    """An attribute holds an expression; with `feel` a static value is refused."""
    return _rule(lambda element: element.get(name, default), mandatory, feel)


def filled_attribute(name: str) -> Rule:
    """An attribute holds FEEL, or nothing."""
    return _rule(lambda element: element.get(name) or None, mandatory=False, feel=True)


def text(*, mandatory: bool = False, feel: bool = False) -> Rule:
    """The text of the element is an expression."""
    return _rule(lambda element: raw_text_of(element), mandatory, feel)


def text_in(name: str, *, feel: bool = False) -> Rule:
    """The text of a child is an expression."""
    return _rule(lambda element: _text_of_child(element, name), mandatory=False, feel=feel)


def static_attribute(name: str, check: Check, description: str) -> Rule:
    """An attribute holds an expression, or a static value of a certain form."""

    def rule(element: Element, index: Index) -> Iterator[str]:
        value = element.get(name)
        if not value:
            return
        found = syntax_problem(value)
        if found is not None:
            yield found
        elif isinstance(expression(value), StaticExpression) and not check(value):
            yield f"Expected static value to {description}, but found '{value}'."

    return rule


def path(name: str) -> Rule:
    """An attribute names a variable, or a place in one."""

    def rule(element: Element, index: Index) -> Iterator[str]:
        value = element.get(name)
        if not value:
            yield "Expected path expression but not found."
        elif _PATH.fullmatch(value) is None:
            yield f"Expected path expression '{value}' but doesn't match the pattern '{_PATH.pattern}'."
        elif value in _RESERVED:
            yield f"Expected path expression '{value}' but is one of the reserved words ({', '.join(_RESERVED)})."

    return rule


def is_list_of_values(value: str) -> bool:
    """Whether a static text is a list of comma-separated values."""
    return all(part.strip() for part in value.split(","))


def _rule(supply: Supplier, mandatory: bool, feel: bool) -> Rule:
    def rule(element: Element, index: Index) -> Iterator[str]:
        value = supply(element)
        if value is None:
            if mandatory:
                yield "Expected expression but not found."
            return
        found = syntax_problem(value)
        if found is not None:
            yield found
        elif feel and isinstance(expression(value), StaticExpression):
            yield (
                f"Expected expression but found static value '{value}'. "
                f"An expression must start with '=' (e.g. '={value}')."
            )

    return rule


def _text_of_child(element: Element, name: str) -> str | None:
    found = child(element, name)
    return None if found is None else text_of(found)
