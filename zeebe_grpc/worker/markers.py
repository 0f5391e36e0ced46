"""What a handler's annotations may say beyond their types: where an argument comes from. Pure data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Variable:
    """``Annotated[str, Variable("order-id")]``: the variable of that name, where Python's name has to differ."""

    name: str


@dataclass(frozen=True)
class Header:
    """``Annotated[str, Header()]``: a task header of the model, by the parameter's name or the one given here."""

    name: str | None = None
