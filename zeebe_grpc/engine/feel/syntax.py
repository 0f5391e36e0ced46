"""The syntax tree of FEEL: frozen values with their offset in the text, and nothing that evaluates them.

Chains that the grammar allows to be endless (``a + b + c``, ``a.b[1].c``, ``a or b or c``) are flat nodes, so the
height of a tree is the nesting of its text. Two trees are equal if they mean the same expression; offsets do not
count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Node:
    """A piece of the tree. `offset` is where its text begins, from 0."""

    offset: int = field(default=0, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Expr(Node):
    """Anything that can be evaluated."""


@dataclass(frozen=True)
class Step(Node):
    """Something done with the value before it."""


@dataclass(frozen=True)
class NullLiteral(Expr):
    """``null``."""


@dataclass(frozen=True)
class BooleanLiteral(Expr):
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True)
class NumberLiteral(Expr):
    """Digits with an optional fraction; trailing zeros are kept, for `string` shows them."""

    value: Decimal


@dataclass(frozen=True)
class StringLiteral(Expr):
    """Text in double quotes, its escapes resolved."""

    value: str


@dataclass(frozen=True)
class TemporalLiteral(Expr):
    """``@"..."``, or a string given to `kind`: ``date``, ``time``, ``date and time`` or ``duration``.

    Text that is no such value is null, without a warning; as an argument that has to be evaluated it would be one.
    """

    text: str
    kind: str = ""


@dataclass(frozen=True)
class InputValue(Expr):
    """``?``: the value that unary tests are asked about."""


@dataclass(frozen=True)
class VariableRef(Expr):
    """A variable, or a path into it: ``order.customer.name``."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class ListLiteral(Expr):
    """``[a, b]``."""

    items: tuple[Expr, ...]


@dataclass(frozen=True)
class ContextLiteral(Expr):
    """``{key: value}``; an entry sees the ones before it."""

    entries: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True)
class RangeLiteral(Expr):
    """``[a..b]``, ``(a..b)``, ``]a..b[`` and the mixtures."""

    start: Expr
    end: Expr
    start_included: bool
    end_included: bool


@dataclass(frozen=True)
class FunctionDefinition(Expr):
    """``function(a, b) body``."""

    parameters: tuple[str, ...]
    body: Expr


@dataclass(frozen=True)
class Invocation(Expr):
    """``name(a, b)``, or with `path` ``context.name(a, b)``; `names` is given if the arguments are named."""

    path: tuple[str, ...]
    name: str
    arguments: tuple[Expr, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Property(Step):
    """The step ``.name``."""

    name: str


@dataclass(frozen=True)
class Filter(Step):
    """The step ``[predicate]``."""

    predicate: Expr


@dataclass(frozen=True)
class Path(Expr):
    """A value and the steps taken from it: ``f(x).a[1].b``."""

    base: Expr
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Negation(Expr):
    """``-operand``."""

    operand: Expr


@dataclass(frozen=True)
class Arithmetic(Expr):
    """Operators of one rank from left to right: ``first + a - b``, ``first * a / b`` or ``first ** a``."""

    first: Expr
    rest: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True)
class Comparison(Expr):
    """``left op right`` with ``=``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``."""

    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Between(Expr):
    """``value between low and high``, both ends included."""

    value: Expr
    low: Expr
    high: Expr


@dataclass(frozen=True)
class InstanceOf(Expr):
    """``value instance of type``."""

    value: Expr
    type_name: str


@dataclass(frozen=True)
class In(Expr):
    """``value in test``."""

    value: Expr
    test: Expr


@dataclass(frozen=True)
class Conjunction(Expr):
    """``a and b and c``."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True)
class Disjunction(Expr):
    """``a or b or c``."""

    operands: tuple[Expr, ...]


@dataclass(frozen=True)
class If(Expr):
    """``if condition then consequence else alternative``."""

    condition: Expr
    consequence: Expr
    alternative: Expr


@dataclass(frozen=True)
class Span(Expr):
    """``a..b`` after ``in`` of an iterator: the whole numbers from one to the other."""

    start: Expr
    end: Expr


@dataclass(frozen=True)
class Iterator(Node):
    """``name in source``."""

    name: str
    source: Expr


@dataclass(frozen=True)
class For(Expr):
    """``for iterators return result``."""

    iterators: tuple[Iterator, ...]
    result: Expr


@dataclass(frozen=True)
class Quantified(Expr):
    """``some iterators satisfies condition``, or ``every ...``."""

    every: bool
    iterators: tuple[Iterator, ...]
    condition: Expr


@dataclass(frozen=True)
class InputComparison(Expr):
    """The test ``< endpoint`` (or ``<=``, ``>``, ``>=``) on the input value."""

    operator: str
    endpoint: Expr


@dataclass(frozen=True)
class InputInRange(Expr):
    """The test that the input value lies in a range."""

    range: RangeLiteral


@dataclass(frozen=True)
class InputEquals(Expr):
    """The test that the input value is this boolean."""

    value: BooleanLiteral


@dataclass(frozen=True)
class ExpressionTest(Expr):
    """An expression as a test: it is true, equals the input value, or is a list with it."""

    expression: Expr


@dataclass(frozen=True)
class AnyOf(Expr):
    """``test, test``: at least one of them holds."""

    tests: tuple[Expr, ...]


@dataclass(frozen=True)
class NoneOf(Expr):
    """``not(test)``."""

    test: Expr


@dataclass(frozen=True)
class AnyInput(Expr):
    """``-``: every input value passes."""
