"""Which variables an expression reads: the names that are not its own. Knows the syntax, evaluates nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import cast

from zeebe_grpc.engine.feel import syntax

_FILTERED = "item"
"""The name of the value that a filter looks at."""


def free_names(tree: syntax.Expr) -> tuple[str, ...]:
    """The variables that an expression may read, each once, in the order of the text.

    Of a path it is the first name. A name in a filter counts, though it may turn out to be a property of an item.
    """
    return tuple(dict.fromkeys(_read(tree, frozenset())))


def _read(piece: object, own: frozenset[str]) -> Iterator[str]:
    if isinstance(piece, syntax.VariableRef):
        yield from _first(piece.names, own)
    elif isinstance(piece, syntax.FunctionDefinition):
        yield from _read(piece.body, own.union(piece.parameters))
    elif isinstance(piece, syntax.Invocation):
        yield from _first(piece.path, own)
        yield from _read(piece.arguments, own)
    elif isinstance(piece, syntax.Filter):
        yield from _read(piece.predicate, own | {_FILTERED})
    elif isinstance(piece, syntax.ContextLiteral):
        yield from _in_turn(piece.entries, own)
    elif isinstance(piece, syntax.For):
        yield from _in_turn([*_named(piece.iterators), ("", piece.result)], own | {"partial"})
    elif isinstance(piece, syntax.Quantified):
        yield from _in_turn([*_named(piece.iterators), ("", piece.condition)], own)
    elif isinstance(piece, syntax.Node):
        for part in fields(piece):
            yield from _read(getattr(piece, part.name), own)
    elif isinstance(piece, tuple):
        for inner in cast("tuple[object, ...]", piece):
            yield from _read(inner, own)


def _named(iterators: Iterable[syntax.Iterator]) -> Iterator[tuple[str, syntax.Expr]]:
    return ((iterator.name, iterator.source) for iterator in iterators)


def _in_turn(steps: Iterable[tuple[str, syntax.Expr]], own: frozenset[str]) -> Iterator[str]:
    """Each step sees the names of those before it."""
    for name, expression in steps:
        yield from _read(expression, own)
        own = own | {name}


def _first(names: tuple[str, ...], own: frozenset[str]) -> Iterator[str]:
    return (name for name in names[:1] if name not in own)
