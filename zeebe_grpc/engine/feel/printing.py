"""Syntax trees back to text: what `parser` reads as the same tree again.

Parentheses stand where the grammar needs them and nowhere else, with a few more where a word could be taken for the
beginning of something else. Only syntax is known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from zeebe_grpc.engine.feel import syntax
from zeebe_grpc.engine.feel.scanner import COMPOUND_FUNCTIONS, is_plain_name
from zeebe_grpc.engine.feel.syntax import Expr

_ANYTHING, _OPERAND_OF_OR, _OPERAND_OF_AND, _CALCULATION = 0, 1, 2, 4
_VALUE = 8
_RANKS = {"+": 4, "-": 4, "*": 5, "/": 5, "**": 6}
_SIGNED = 7
_KEYWORDS = ("if", "for", "some", "every")
_RISKY_NAMES = frozenset(("not", "between", "instance", "of", "date", "time", "duration"))
_TEMPORAL_KINDS = frozenset(("date and time", "date", "time", "duration"))
_FINAL_NAME = re.compile(r"[\w$`]\Z")


def to_text(tree: Expr) -> str:
    """The text of a tree, for an expression and for unary tests."""
    return _test(tree) if isinstance(tree, _TESTS) else _show(tree, _ANYTHING)


_TESTS = (syntax.AnyOf, syntax.NoneOf, syntax.AnyInput, syntax.ExpressionTest, syntax.InputEquals)


def _show(tree: Expr, level: int, *, first: bool = False) -> str:
    """A tree where something of at least this level is wanted; `first`: where a test could begin."""
    own, write = _WRITERS[type(tree)]
    own = _RANKS[tree.rest[0][0]] if isinstance(tree, syntax.Arithmetic) else own
    if own < level or (first and isinstance(tree, _LIKE_TESTS)):
        return f"({write(tree, False)})"
    return str(write(tree, first))


_LIKE_TESTS = (syntax.InputComparison, syntax.InputInRange, syntax.BooleanLiteral)


# Values


def _null(_tree: syntax.NullLiteral, _first: bool) -> str:
    return "null"


def _boolean(tree: syntax.BooleanLiteral, _first: bool) -> str:
    return "true" if tree.value else "false"


def _number(tree: syntax.NumberLiteral, _first: bool) -> str:
    return f"{tree.value:f}"


def _string(tree: syntax.StringLiteral, _first: bool) -> str:
    return _quoted(tree.value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _temporal(tree: syntax.TemporalLiteral, _first: bool) -> str:
    return f"{tree.kind}({_quoted(tree.text)})" if tree.kind else f"@{_quoted(tree.text)}"


def _input(_tree: syntax.InputValue, _first: bool) -> str:
    return "?"


def _name(name: str) -> str:
    plain = is_plain_name(name) and name not in _RISKY_NAMES and not name.startswith(_KEYWORDS)
    return name if plain else f"`{name}`"


def _variable(tree: syntax.VariableRef, _first: bool) -> str:
    return ".".join(map(_name, tree.names))


def _list(tree: syntax.ListLiteral, _first: bool) -> str:
    return f"[{', '.join(_show(item, _ANYTHING) for item in tree.items)}]"


def _context(tree: syntax.ContextLiteral, _first: bool) -> str:
    return f"{{{', '.join(f'{_quoted(key)}: {_show(value, _ANYTHING)}' for key, value in tree.entries)}}}"


def _range(tree: syntax.RangeLiteral, _first: bool) -> str:
    opening, closing = "[" if tree.start_included else "(", "]" if tree.end_included else ")"
    return f"{opening}{_show(tree.start, _CALCULATION)}..{_show(tree.end, _CALCULATION)}{closing}"


def _function(tree: syntax.FunctionDefinition, _first: bool) -> str:
    return f"function({', '.join(map(_name, tree.parameters))}) {_show(tree.body, _ANYTHING)}"


def _invocation(tree: syntax.Invocation, _first: bool) -> str:
    arguments = [_argument(argument) for argument in tree.arguments]
    if tree.names is not None:
        arguments = [f"{_name(name)}: {argument}" for name, argument in zip(tree.names, arguments, strict=True)]
    elif tree.name in _TEMPORAL_KINDS and len(arguments) == 1 and isinstance(tree.arguments[0], syntax.StringLiteral):
        arguments = [f"({arguments[0]})"]
    name = _function_name(tree.name) if not tree.path else ".".join(map(_name, (*tree.path, tree.name)))
    return f"{name}({', '.join(arguments)})"


def _argument(tree: Expr) -> str:
    return _show(tree, _ANYTHING, first=not isinstance(tree, syntax.BooleanLiteral))


def _function_name(name: str) -> str:
    words = name.split(" ")
    callable_words = not name.startswith(("and", "or")) or len(words) > 1
    plain = all(is_plain_name(word) for word in words if word) and name.strip(" ") == name and callable_words
    return name if name in COMPOUND_FUNCTIONS or (plain and not name.startswith(_KEYWORDS)) else f"`{name}`"


def _path(tree: syntax.Path, first: bool) -> str:
    base = _show(tree.base, _VALUE + 1, first=first)
    if isinstance(tree.base, syntax.VariableRef) and isinstance(tree.steps[0], syntax.Property):
        base = f"({base})"
    return base + "".join(map(_step, tree.steps))


def _step(step: syntax.Step) -> str:
    if isinstance(step, syntax.Property):
        return f".{_name(step.name)}"
    return f"[{_show(step.predicate, _ANYTHING)}]" if isinstance(step, syntax.Filter) else ""


# Operators


def _negation(tree: syntax.Negation, _first: bool) -> str:
    return f"-{_show(tree.operand, _VALUE)}"


def _arithmetic(tree: syntax.Arithmetic, first: bool) -> str:
    level = _RANKS[tree.rest[0][0]] + 1
    rest = "".join(f" {operator} {_show(operand, level)}" for operator, operand in tree.rest)
    return _show(tree.first, level, first=first) + rest


def _comparison(tree: syntax.Comparison, first: bool) -> str:
    left = _show(tree.left, _CALCULATION, first=first)
    return f"{left} {tree.operator} {_show(tree.right, _CALCULATION)}"


def _between(tree: syntax.Between, first: bool) -> str:
    value = _show(tree.value, _CALCULATION, first=first)
    if _FINAL_NAME.search(value):
        value = f"({value})"
    return f"{value} between {_show(tree.low, _CALCULATION)} and {_show(tree.high, _CALCULATION)}"


def _instance_of(tree: syntax.InstanceOf, first: bool) -> str:
    return f"{_show(tree.value, _CALCULATION, first=first)} instance of {_type_name(tree.type_name)}"


def _type_name(name: str) -> str:
    if " " in name or name == "function":
        return name if is_plain_name(name.replace(" ", "")) or name == "function" else f"`{name}`"
    return ".".join(part if is_plain_name(part) else f"`{part}`" for part in name.split("."))


def _in(tree: syntax.In, first: bool) -> str:
    value = _show(tree.value, _CALCULATION, first=first)
    test = _test(tree.test)
    return f"{value} in {test}" if _ends_the_text(tree.test) else f"{value} in ({test})"


def _conjunction(tree: syntax.Conjunction, first: bool) -> str:
    return _chained(tree.operands, " and ", _OPERAND_OF_AND + 1, first)


def _disjunction(tree: syntax.Disjunction, first: bool) -> str:
    return _chained(tree.operands, " or ", _OPERAND_OF_OR + 1, first)


def _chained(operands: tuple[Expr, ...], word: str, level: int, first: bool) -> str:
    rest = (_show(operand, level) for operand in operands[1:])
    return word.join((_show(operands[0], level, first=first), *rest))


# Control


def _if(tree: syntax.If, _first: bool) -> str:
    condition, consequence = _show(tree.condition, _ANYTHING), _show(tree.consequence, _ANYTHING)
    return f"if {condition} then {consequence} else {_show(tree.alternative, _ANYTHING)}"


def _for(tree: syntax.For, _first: bool) -> str:
    return f"for {_iterators(tree.iterators)} return {_show(tree.result, _ANYTHING)}"


def _quantified(tree: syntax.Quantified, _first: bool) -> str:
    word = "every" if tree.every else "some"
    return f"{word} {_iterators(tree.iterators)} satisfies {_show(tree.condition, _ANYTHING)}"


def _iterators(iterators: tuple[syntax.Iterator, ...]) -> str:
    return ", ".join(f"{_name(iterator.name)} in {_show(iterator.source, _VALUE)}" for iterator in iterators)


def _span(tree: syntax.Span, _first: bool) -> str:
    return f"{_show(tree.start, _CALCULATION)}..{_show(tree.end, _CALCULATION)}"


# Tests


def _test(tree: Expr) -> str:
    if isinstance(tree, syntax.AnyOf):
        return ", ".join(map(_test, tree.tests))
    if isinstance(tree, syntax.NoneOf):
        return f"not({_test(tree.test)})"
    if isinstance(tree, syntax.AnyInput):
        return "-"
    if isinstance(tree, syntax.InputEquals):
        return _boolean(tree.value, False)
    if not isinstance(tree, syntax.ExpressionTest):
        return _show(tree, _ANYTHING)
    text = _show(tree.expression, _ANYTHING, first=True)
    return f"({text})" if text.startswith("not(") and not _ends_the_text(tree) else text


def _input_comparison(tree: syntax.InputComparison, _first: bool) -> str:
    return f"{tree.operator} {_show(tree.endpoint, _CALCULATION)}"


def _input_in_range(tree: syntax.InputInRange, _first: bool) -> str:
    return _range(tree.range, False)


def _ends_the_text(tree: Expr) -> bool:
    """Whether the tree closes with a boolean that is a test only as the last word of the text."""
    last: Expr | None = tree
    while last is not None:
        if isinstance(last, syntax.InputEquals):
            return True
        follow = _LAST_PARTS.get(type(last))
        last = follow(last) if follow else None
    return False


_LAST_PARTS: dict[type[Expr], Callable[[Any], Expr]] = {
    syntax.ExpressionTest: lambda tree: tree.expression,
    syntax.AnyOf: lambda tree: tree.tests[-1],
    syntax.In: lambda tree: tree.test,
    syntax.If: lambda tree: tree.alternative,
    syntax.For: lambda tree: tree.result,
    syntax.Quantified: lambda tree: tree.condition,
    syntax.FunctionDefinition: lambda tree: tree.body,
    syntax.Conjunction: lambda tree: tree.operands[-1],
    syntax.Disjunction: lambda tree: tree.operands[-1],
}

_WRITERS: dict[type[Expr], tuple[int, Callable[[Any, bool], str]]] = {
    syntax.NullLiteral: (9, _null),
    syntax.BooleanLiteral: (9, _boolean),
    syntax.NumberLiteral: (9, _number),
    syntax.StringLiteral: (9, _string),
    syntax.TemporalLiteral: (9, _temporal),
    syntax.InputValue: (9, _input),
    syntax.VariableRef: (9, _variable),
    syntax.ListLiteral: (9, _list),
    syntax.ContextLiteral: (9, _context),
    syntax.RangeLiteral: (9, _range),
    syntax.Invocation: (9, _invocation),
    syntax.Span: (9, _span),
    syntax.Path: (_VALUE, _path),
    syntax.Negation: (_SIGNED, _negation),
    syntax.Arithmetic: (_CALCULATION, _arithmetic),
    syntax.Comparison: (3, _comparison),
    syntax.Between: (3, _between),
    syntax.InstanceOf: (3, _instance_of),
    syntax.In: (3, _in),
    syntax.InputComparison: (3, _input_comparison),
    syntax.InputInRange: (3, _input_in_range),
    syntax.Conjunction: (_OPERAND_OF_AND, _conjunction),
    syntax.Disjunction: (_OPERAND_OF_OR, _disjunction),
    syntax.FunctionDefinition: (_ANYTHING, _function),
    syntax.If: (_ANYTHING, _if),
    syntax.For: (_ANYTHING, _for),
    syntax.Quantified: (_ANYTHING, _quantified),
}
