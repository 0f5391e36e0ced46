"""The meaning of expressions: one rule per kind of syntax node, from tree and scope to value.

What cannot be had is null and a warning. The work proper is done by `arithmetic`, `comparison`, `access`, `tests` and
`calls`; here lie literals, logic and loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from zeebe_grpc.engine.feel import access, arithmetic, calls, logic, syntax, temporal_text, tests
from zeebe_grpc.engine.feel.comparison import have_order
from zeebe_grpc.engine.feel.decimals import add
from zeebe_grpc.engine.feel.rendering import brief
from zeebe_grpc.engine.feel.run import Run, Scope
from zeebe_grpc.engine.feel.temporal import Date, DateTime, DayTimeDuration, Time, YearMonthDuration
from zeebe_grpc.engine.feel.values import Context, ErrorValue, FatalValue, Function, Range, Value

_Rule = Callable[[Run, Any, Scope], Value]


def evaluate(run: Run, tree: syntax.Expr, scope: Scope) -> Value:
    """The value of a tree in a scope.

    Raises:
        FeelEvaluationError: There is none.
        FeelLimitError: It would take too much.
    """
    run.step()
    return _RULES[type(tree)](run, tree, scope)


# Literals


def _null(_run: Run, _tree: syntax.NullLiteral, _scope: Scope) -> Value:
    return None


def _literal(
    _run: Run, tree: syntax.BooleanLiteral | syntax.NumberLiteral | syntax.StringLiteral, _scope: Scope
) -> Value:
    return tree.value


def _temporal(_run: Run, tree: syntax.TemporalLiteral, _scope: Scope) -> Value:
    return temporal_text.PARSERS[tree.kind](tree.text)


def _list(run: Run, tree: syntax.ListLiteral, scope: Scope) -> Value:
    items: list[Value] = []
    for item_tree in tree.items:
        item = evaluate(run, item_tree, scope)
        if isinstance(item, ErrorValue):
            return ErrorValue(item.message)
        items.append(item)
    return items


def _context(run: Run, tree: syntax.ContextLiteral, scope: Scope) -> Value:
    context = Context()
    for key, entry_tree in tree.entries:
        entry = evaluate(run, entry_tree, Scope(context, scope))
        if isinstance(entry, ErrorValue):
            return ErrorValue(entry.message)
        run.step(len(context) >> 4)
        context = context.extended()
        if isinstance(entry, Function):
            context.functions[key] = (entry, *context.functions.get(key, ()))
        else:
            context[key] = entry
    return context


_RANGE_TYPES = (Decimal, Date, Time, DateTime, DayTimeDuration, YearMonthDuration)


def _range(run: Run, tree: syntax.RangeLiteral, scope: Scope) -> Value:
    start, end = evaluate(run, tree.start, scope), evaluate(run, tree.end, scope)
    through = tests.fatal(start, end)
    if through is not None:
        return through
    if not isinstance(start, _RANGE_TYPES) or not have_order([start, end]):
        message = f"no range goes from {brief(start)} to {brief(end)}"
        run.warn("INVALID_TYPE", message)
        return ErrorValue(message)
    return Range(start, end, tree.start_included, tree.end_included)


def _function(run: Run, tree: syntax.FunctionDefinition, scope: Scope) -> Value:
    def call(arguments: tuple[Value, ...]) -> Value:
        run.enter()
        result = evaluate(run, tree.body, Scope(dict(zip(tree.parameters, arguments, strict=True)), scope))
        run.leave()
        return result

    return Function(tree.parameters, call)


# Operators


def _arithmetic(run: Run, tree: syntax.Arithmetic, scope: Scope) -> Value:
    value = evaluate(run, tree.first, scope)
    for operator, operand in tree.rest:
        value = arithmetic.calculate(run, operator, value, evaluate(run, operand, scope))
        if isinstance(value, str):
            run.step(len(value) >> 6)
    return value


def _negation(run: Run, tree: syntax.Negation, scope: Scope) -> Value:
    return arithmetic.negate(run, evaluate(run, tree.operand, scope))


def _comparison(run: Run, tree: syntax.Comparison, scope: Scope) -> Value:
    left, right = evaluate(run, tree.left, scope), evaluate(run, tree.right, scope)
    if tree.operator == "=":
        return tests.equality(run, left, right)
    if tree.operator == "!=":
        return logic.negated(run, tests.equality(run, left, right))
    return tests.ordering(run, tree.operator, left, right)


def _between(run: Run, tree: syntax.Between, scope: Scope) -> Value:
    def holds(operator: str, bound: syntax.Expr) -> Value:
        return tests.ordering(run, operator, evaluate(run, tree.value, scope), evaluate(run, bound, scope))

    return logic.chain(run, (lambda: holds(">=", tree.low), lambda: holds("<=", tree.high)), decisive=False)


def _instance_of(run: Run, tree: syntax.InstanceOf, scope: Scope) -> Value:
    value = evaluate(run, tree.value, scope)
    return value if isinstance(value, ErrorValue) else tests.is_instance(value, tree.type_name)


def _in(run: Run, tree: syntax.In, scope: Scope) -> Value:
    value = evaluate(run, tree.value, scope)
    return value if isinstance(value, ErrorValue) else evaluate(run, tree.test, tests.input_scope(value, scope))


def _conjunction(run: Run, tree: syntax.Conjunction, scope: Scope) -> Value:
    return logic.chain(run, _operands(run, tree.operands, scope), decisive=False)


def _disjunction(run: Run, tree: syntax.Disjunction, scope: Scope) -> Value:
    return logic.chain(run, _operands(run, tree.operands, scope), decisive=True)


def _operands(run: Run, trees: tuple[syntax.Expr, ...], scope: Scope) -> Iterator[logic.Operand]:
    return (partial(evaluate, run, tree, scope) for tree in trees)


# Control


def _if(run: Run, tree: syntax.If, scope: Scope) -> Value:
    """The alternative also stands in for a consequence that is an error."""
    condition = evaluate(run, tree.condition, scope)
    if isinstance(condition, FatalValue):
        return condition
    if logic.boolean(run, condition):
        value = evaluate(run, tree.consequence, scope)
        if isinstance(value, FatalValue) or not isinstance(value, ErrorValue):
            return value
    return evaluate(run, tree.alternative, scope)


def _for(run: Run, tree: syntax.For, scope: Scope) -> Value:
    rounds = _rounds(run, tree.iterators, scope)
    if rounds is None or isinstance(rounds, FatalValue):
        return rounds
    results: list[Value] = []
    for names in rounds:
        results.append(evaluate(run, tree.result, Scope(_Round(run, names, results), scope)))
    return results


class _Round(dict[str, Value]):
    """The names of one round of a loop, and ``partial``: the results so far, copied only if they are asked for."""

    def __init__(self, run: Run, names: dict[str, Value], results: list[Value]) -> None:
        super().__init__(names)
        self._run = run
        self._results = results

    def __contains__(self, name: object) -> bool:
        return name == "partial" or super().__contains__(name)

    def __getitem__(self, name: str) -> Value:
        if name != "partial":
            return super().__getitem__(name)
        self._run.step(len(self._results) >> 6)
        return list(self._results)


def _quantified(run: Run, tree: syntax.Quantified, scope: Scope) -> Value:
    rounds = _rounds(run, tree.iterators, scope)
    if rounds is None or isinstance(rounds, FatalValue):
        return rounds
    operands = (partial(evaluate, run, tree.condition, Scope(names, scope)) for names in rounds)
    return logic.survey(run, operands, decisive=not tree.every)


def _rounds(
    run: Run, iterators: tuple[syntax.Iterator, ...], scope: Scope
) -> Iterator[dict[str, Value]] | FatalValue | None:
    """What the names of the iterators stand for in each round; None if one of them has no list."""
    names = tuple(iterator.name for iterator in iterators)
    sources: list[Value] = [evaluate(run, iterator.source, scope) for iterator in iterators]
    for source in sources:
        if isinstance(source, FatalValue):
            return source
    for source in sources:
        if not isinstance(source, (list, _Counting, ErrorValue)) and source is not _NO_SPAN:
            run.warn("INVALID_TYPE", f"expected a list but found {brief(source)}")
    if not all(isinstance(source, (list, _Counting)) for source in sources):
        return None
    return (dict(zip(names, values, strict=True)) for values in _combinations(run, sources))


def _combinations(run: Run, sources: list[Iterable[Value]]) -> Iterator[tuple[Value, ...]]:
    if not sources:
        yield ()
        return
    for value in sources[0]:
        run.step()
        for rest in _combinations(run, sources[1:]):
            yield (value, *rest)


class _Counting:
    """The numbers of ``1..5`` or ``5..1``, one after another."""

    def __init__(self, start: Decimal, end: Decimal) -> None:
        self._start = start
        self._end = end

    def __iter__(self) -> Iterator[Decimal]:
        number, up = self._start, self._start <= self._end
        while number <= self._end if up else number >= self._end:
            yield number
            number = add(number, _ONE if up else -_ONE)


_ONE = Decimal(1)
_NO_SPAN = object()


def _span(run: Run, tree: syntax.Span, scope: Scope) -> Value:
    start, end = evaluate(run, tree.start, scope), evaluate(run, tree.end, scope)
    for bound in (start, end):
        if not isinstance(bound, Decimal):
            if isinstance(bound, FatalValue):
                return bound
            if not isinstance(bound, ErrorValue):
                run.warn("INVALID_TYPE", f"expected a number but found {brief(bound)}")
            return _NO_SPAN
    return _Counting(start, end)


_RULES: dict[type[syntax.Node], _Rule] = {
    syntax.NullLiteral: _null,
    syntax.BooleanLiteral: _literal,
    syntax.NumberLiteral: _literal,
    syntax.StringLiteral: _literal,
    syntax.TemporalLiteral: _temporal,
    syntax.InputValue: tests.input_value,
    syntax.VariableRef: access.variable,
    syntax.ListLiteral: _list,
    syntax.ContextLiteral: _context,
    syntax.RangeLiteral: _range,
    syntax.FunctionDefinition: _function,
    syntax.Invocation: calls.invocation,
    syntax.Path: access.path,
    syntax.Negation: _negation,
    syntax.Arithmetic: _arithmetic,
    syntax.Comparison: _comparison,
    syntax.Between: _between,
    syntax.InstanceOf: _instance_of,
    syntax.In: _in,
    syntax.Conjunction: _conjunction,
    syntax.Disjunction: _disjunction,
    syntax.If: _if,
    syntax.Span: _span,
    syntax.For: _for,
    syntax.Quantified: _quantified,
    syntax.InputComparison: tests.input_comparison,
    syntax.InputInRange: tests.input_in_range,
    syntax.InputEquals: tests.input_equals,
    syntax.ExpressionTest: tests.expression_test,
    syntax.AnyOf: tests.any_of,
    syntax.NoneOf: tests.none_of,
    syntax.AnyInput: tests.any_input,
}
