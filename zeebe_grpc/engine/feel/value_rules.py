"""The grammar of values: literals, lists, contexts, variables, calls, ranges, and the steps that lead on from a value.

The half of the grammar that knows no operators; `parser` is the other one, and brings the expressions inside of these.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from zeebe_grpc.engine.feel import syntax
from zeebe_grpc.engine.feel.choice import Choice
from zeebe_grpc.engine.feel.syntax import Expr

_TEMPORAL_KINDS = ("date and time", "date", "time", "duration")


class ValueRules(Choice, ABC):
    """The rules for values, closest first."""

    @abstractmethod
    def expression(self) -> Expr | None:
        """Anything."""

    @abstractmethod
    def arithmetic(self) -> Expr | None:
        """Values and the operators between them."""

    def value(self) -> Expr | None:
        """One value and the steps from it."""
        start = self.scanner.place
        for rule in self._primaries():
            base = rule()
            if base is not None:
                return self._steps(base)
            self.scanner.place = start
        return None

    def _primaries(self) -> tuple[Callable[[], Expr | None], ...]:
        return (
            self._temporal,
            self._invocation,
            self._variable,
            self._literal,
            self._list,
            self._context,
            self._input_value,
            self._function,
            self._enclosed,
        )

    def _steps(self, base: Expr) -> Expr:
        steps: list[syntax.Step] = []
        while step := self._try(self._property) or self._try(self._filter):
            steps.append(step)
        return syntax.Path(base, tuple(steps), offset=base.offset) if steps else base

    def _property(self) -> syntax.Step | None:
        start = self.scanner.place
        if self.scanner.text.startswith("..", start) or not self.scanner.take("."):
            return None
        name = self.scanner.take_name()
        return None if name is None else syntax.Property(name, offset=start)

    def _filter(self) -> syntax.Step | None:
        start = self.scanner.place
        predicate = self.expression() if self.scanner.take("[") else None
        return syntax.Filter(predicate, offset=start) if predicate and self.scanner.take("]") else None

    def _temporal(self) -> Expr | None:
        start = self.scanner.place
        if self.scanner.take("@"):
            text = self.scanner.take_string()
            return None if text is None else syntax.TemporalLiteral(text, offset=start)
        kind = next((kind for kind in _TEMPORAL_KINDS if self.scanner.take_word(kind)), None)
        if kind is None or not self.scanner.take("("):
            return None
        text = self.scanner.take_string()
        if text is None or not self.scanner.take(")"):
            return None
        return syntax.TemporalLiteral(text, kind, offset=start)

    def _variable(self) -> Expr | None:
        start = self.scanner.place
        names: list[str] = []
        name = self.scanner.take_name()
        while name is not None:
            names.append(name)
            place = self.scanner.place
            if self.scanner.text.startswith("..", place) or not self.scanner.take("."):
                break
            name = self.scanner.take_name()
            if name is None:
                self.scanner.place = place
        return syntax.VariableRef(tuple(names), offset=start) if names else None

    def _literal(self) -> Expr | None:
        start = self.scanner.place
        if self.scanner.take_word("null"):
            return syntax.NullLiteral(offset=start)
        if boolean := self._boolean():
            return boolean
        if (text := self.scanner.take_string()) is not None:
            return syntax.StringLiteral(text, offset=start)
        if (number := self.scanner.take_number()) is not None:
            return syntax.NumberLiteral(number, offset=start)
        return None

    def _boolean(self) -> syntax.BooleanLiteral | None:
        start = self.scanner.place
        for word in ("true", "false"):
            if self.scanner.take_word(word):
                return syntax.BooleanLiteral(word == "true", offset=start)
        return None

    def _list(self) -> Expr | None:
        start = self.scanner.place
        if not self.scanner.take("["):
            return None
        place = self.scanner.place
        items: list[Expr] = []
        while item := self.expression():
            items.append(item)
            place = self.scanner.place
            if not self.scanner.take(","):
                break
        self.scanner.place = place
        return syntax.ListLiteral(tuple(items), offset=start) if self.scanner.take("]") else None

    def _context(self) -> Expr | None:
        start = self.scanner.place
        if not self.scanner.take("{"):
            return None
        place = self.scanner.place
        entries: list[tuple[str, Expr]] = []
        while (key := self.scanner.take_key()) is not None:
            value = self.expression() if self.scanner.take(":") else None
            if value is None:
                break
            entries.append((key, value))
            place = self.scanner.place
            if not self.scanner.take(","):
                break
        self.scanner.place = place
        return syntax.ContextLiteral(tuple(entries), offset=start) if self.scanner.take("}") else None

    def _input_value(self) -> Expr | None:
        start = self.scanner.place
        if not self.scanner.take("?"):
            return None
        return syntax.InputValue(offset=start)

    def _function(self) -> Expr | None:
        start = self.scanner.place
        if not (self.scanner.take("function") and self.scanner.take("(")):
            return None
        parameters = self._separated(self.scanner.take_spaced_name) or ()
        body = self.expression() if self.scanner.take(")") else None
        return syntax.FunctionDefinition(parameters, body, offset=start) if body else None

    def _enclosed(self) -> Expr | None:
        tree = self.expression() if self.scanner.take("(") else None
        return tree if tree and self.scanner.take(")") else None

    # Function calls and ranges

    def _invocation(self) -> Expr | None:
        start = self.scanner.place
        path, name = self._function_path()
        if name is None or not self.scanner.take("(", silently=" " in name):
            return None
        if (arguments := self._try(self._positional)) is not None:
            return syntax.Invocation(path, name, arguments, offset=start)
        named = self._try(self._named)
        if named is None:
            return None
        names, values = tuple(name for name, _ in named), tuple(value for _, value in named)
        return syntax.Invocation(path, name, values, names, offset=start)

    def _function_path(self) -> tuple[tuple[str, ...], str | None]:
        place = self.scanner.place
        name = self.scanner.take_function_name()
        if name is not None and not self.scanner.text.startswith(".", self.scanner.place):
            return (), name
        self.scanner.place = place
        names = self._separated(self.scanner.take_name, ".")
        if names is None or len(names) < 2 or names[0].startswith(("and", "or")):
            return (), None
        return names[:-1], names[-1]

    def _positional(self) -> tuple[Expr, ...] | None:
        arguments = self._separated(self._argument) or ()
        return arguments if self.scanner.take(")") else None

    def _named(self) -> tuple[tuple[str, Expr], ...] | None:
        arguments = self._separated(self._named_argument)
        return arguments if self.scanner.take(")") else None

    def _argument(self) -> Expr | None:
        return self._try(self.range_literal) or self.expression()

    def _named_argument(self) -> tuple[str, Expr] | None:
        name = self.scanner.take_spaced_name()
        if name is None or not self.scanner.take(":"):
            return None
        value = self._argument()
        return (name, value) if value else None

    def range_literal(self) -> syntax.RangeLiteral | None:
        """Two ends in brackets that look either way."""
        start = self.scanner.place
        opening = self.scanner.take_any(("[", "(", "]"))
        first = self.arithmetic() if opening else None
        last = self.arithmetic() if first and self.scanner.take("..") else None
        closing = self.scanner.take_any(("]", ")", "[")) if last else None
        if first is None or last is None or closing is None:
            return None
        return syntax.RangeLiteral(first, last, opening == "[", closing == "]", offset=start)
