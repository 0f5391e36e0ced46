"""The grammar of FEEL as Zeebe reads it: text to syntax tree, by ordered choice.

Alternatives are tried in a fixed order and the first that fits wins, for that order is part of the language
(``[1..3]`` is a test on the input value wherever no range is asked for). A result is remembered per rule and place,
so going back costs nothing; nesting is bounded. Nothing here evaluates.
"""

from __future__ import annotations

from collections.abc import Callable

from zeebe_grpc.engine.feel import syntax
from zeebe_grpc.engine.feel.choice import Choice
from zeebe_grpc.engine.feel.errors import FeelSyntaxError
from zeebe_grpc.engine.feel.syntax import Expr

MAX_LENGTH = 1_000_000

_COMPARISONS = ("<=", ">=", "<", ">", "!=", "=")
_ORDERINGS = ("<=", ">=", "<", ">")
_RANKS: tuple[tuple[str, ...], ...] = (("+", "-"), ("*", "/"), ("**",))
_TEMPORAL_KINDS = ("date and time", "date", "time", "duration")
_COMPOUND_TYPES = ("days and time duration", "years and months duration", "date and time", "function")


def parse(text: str) -> Expr:
    """Read a whole expression.

    Raises:
        FeelSyntaxError: The text is none.
    """
    return _whole(text, lambda parser: parser.expression())


def parse_tests(text: str) -> Expr:
    """Read whole unary tests.

    Raises:
        FeelSyntaxError: The text is none.
    """
    return _whole(text, lambda parser: parser.unary_tests())


def _whole(text: str, rule: Callable[[Parser], Expr | None]) -> Expr:
    if len(text) > MAX_LENGTH:
        raise FeelSyntaxError(f"longer than {MAX_LENGTH} characters", text="", offset=0)
    parser = Parser(text)
    try:
        tree = rule(parser)
    except RecursionError:
        raise FeelSyntaxError("nested too deeply", text=text, offset=parser.scanner.place) from None
    if tree is None or not parser.scanner.at_end():
        parser.scanner.miss("the end")
        raise parser.scanner.error()
    return tree


class Parser(Choice):
    """The rules, from the loosest to the closest."""

    # Expressions

    def expression(self) -> Expr | None:
        """Anything: a conditional, a loop, a quantified expression, or operators."""
        return self._remember("expression", lambda: self._nested(self._expression))

    def _expression(self) -> Expr | None:
        return self._try(self._if) or self._try(self._for) or self._try(self._quantified) or self._disjunction()

    def _if(self) -> Expr | None:
        start, take = self.scanner.place, self.scanner.take
        if not (take("if") and (condition := self.expression())):
            return None
        if not (take("then") and (consequence := self.expression())):
            return None
        if not (take("else") and (alternative := self.expression())):
            return None
        return syntax.If(condition, consequence, alternative, offset=start)

    def _for(self) -> Expr | None:
        start, take = self.scanner.place, self.scanner.take
        if not (take("for") and (iterators := self._iterators())):
            return None
        if not (take("return") and (result := self.expression())):
            return None
        return syntax.For(iterators, result, offset=start)

    def _quantified(self) -> Expr | None:
        start, take = self.scanner.place, self.scanner.take
        quantifier = self.scanner.take_any(("some", "every"))
        if not (quantifier and (iterators := self._iterators())):
            return None
        if not (take("satisfies") and (condition := self.expression())):
            return None
        return syntax.Quantified(quantifier == "every", iterators, condition, offset=start)

    def _iterators(self) -> tuple[syntax.Iterator, ...] | None:
        return self._separated(self._iterator)

    def _iterator(self) -> syntax.Iterator | None:
        start = self.scanner.place
        name = self.scanner.take_name()
        if name is None or not self.scanner.take("in"):
            return None
        source = self._try(self._span) or self._path()
        return syntax.Iterator(name, source, offset=start) if source else None

    def _span(self) -> Expr | None:
        start = self.scanner.place
        if not ((first := self.arithmetic()) and self.scanner.take("..") and (last := self.arithmetic())):
            return None
        return syntax.Span(first, last, offset=start)

    def _disjunction(self) -> Expr | None:
        start = self.scanner.place
        operands = self._separated(self._conjunction, "or")
        if not operands:
            return None
        return operands[0] if len(operands) == 1 else syntax.Disjunction(operands, offset=start)

    def _conjunction(self) -> Expr | None:
        start = self.scanner.place
        operands = self._separated(self._comparison, "and")
        if not operands:
            return None
        return operands[0] if len(operands) == 1 else syntax.Conjunction(operands, offset=start)

    def _comparison(self) -> Expr | None:
        test = self._try(self._input_test)
        if test:
            return test
        left = self.arithmetic()
        if left is None:
            return None
        return (
            self._try(lambda: self._binary_comparison(left))
            or self._try(lambda: self._between(left))
            or self._try(lambda: self._instance_of(left))
            or self._try(lambda: self._in(left))
            or left
        )

    def _binary_comparison(self, left: Expr) -> Expr | None:
        operator = self.scanner.take_any(_COMPARISONS)
        if not (operator and (right := self.arithmetic())):
            return None
        return syntax.Comparison(operator, left, right, offset=left.offset)

    def _between(self, value: Expr) -> Expr | None:
        take = self.scanner.take
        if not (take("between") and (low := self.arithmetic()) and take("and") and (high := self.arithmetic())):
            return None
        return syntax.Between(value, low, high, offset=value.offset)

    def _instance_of(self, value: Expr) -> Expr | None:
        if not (self.scanner.take("instance") and self.scanner.take("of")):
            return None
        name = self.scanner.take_any(_COMPOUND_TYPES) or self._qualified_name()
        return syntax.InstanceOf(value, name, offset=value.offset) if name else None

    def _qualified_name(self) -> str | None:
        names = self._separated(self.scanner.take_name, ".")
        return ".".join(names) if names else None

    def _in(self, value: Expr) -> Expr | None:
        if not self.scanner.take("in"):
            return None
        test = self._try(self._enclosed_tests) or self._positive_test()
        return syntax.In(value, test, offset=value.offset) if test else None

    def arithmetic(self, rank: int = 0) -> Expr | None:
        """Operators of this rank and those that bind closer, from left to right."""
        return self._remember(_RANKS[rank][0], lambda: self._arithmetic(rank))

    def _arithmetic(self, rank: int) -> Expr | None:
        start = self.scanner.place
        first = self._operand(rank)
        if first is None:
            return None
        rest: list[tuple[str, Expr]] = []
        while True:
            place = self.scanner.place
            operator = self._operator(rank)
            operand = self._operand(rank) if operator else None
            if operator is None or operand is None:
                self.scanner.place = place
                return syntax.Arithmetic(first, tuple(rest), offset=start) if rest else first
            rest.append((operator, operand))

    def _operator(self, rank: int) -> str | None:
        if rank == 1 and self.scanner.text.startswith("**", self.scanner.place):
            return None
        return self.scanner.take_any(_RANKS[rank])

    def _operand(self, rank: int) -> Expr | None:
        return self._negation() if rank == len(_RANKS) - 1 else self.arithmetic(rank + 1)

    def _negation(self) -> Expr | None:
        """A sign stands once; ``--5`` is the negation of the number -5, and no other value has a sign of its own."""
        start = self.scanner.place
        if not self.scanner.take("-"):
            return self._path()
        operand = self._path()
        if operand is None:
            self.scanner.place = start
            return None
        return syntax.Negation(operand, offset=start)

    # Values and the steps from them

    def _path(self) -> Expr | None:
        base = self._primary()
        return self._steps(base) if base else None

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
        if not (self.scanner.take("[") and (predicate := self.expression()) and self.scanner.take("]")):
            return None
        return syntax.Filter(predicate, offset=start)

    def _primary(self) -> Expr | None:
        for rule in (self._temporal, self._invocation, self._variable, self._literal, self._list, self._context):
            if tree := self._try(rule):
                return tree
        for rule in (self._input_value, self._function, self._enclosed):
            if tree := self._try(rule):
                return tree
        return None

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
        items = self._separated(self.expression) or ()
        return syntax.ListLiteral(items, offset=start) if self.scanner.take("]") else None

    def _context(self) -> Expr | None:
        start = self.scanner.place
        if not self.scanner.take("{"):
            return None
        entries = self._separated(self._entry) or ()
        return syntax.ContextLiteral(entries, offset=start) if self.scanner.take("}") else None

    def _entry(self) -> tuple[str, Expr] | None:
        key = self.scanner.take_key()
        if key is None or not self.scanner.take(":"):
            return None
        value = self.expression()
        return (key, value) if value else None

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
        if not (self.scanner.take(")") and (body := self.expression())):
            return None
        return syntax.FunctionDefinition(parameters, body, offset=start)

    def _enclosed(self) -> Expr | None:
        if not (self.scanner.take("(") and (tree := self.expression()) and self.scanner.take(")")):
            return None
        return tree

    # Function calls

    def _invocation(self) -> Expr | None:
        start = self.scanner.place
        path, name = self._function_path()
        if name is None or not self.scanner.take("("):
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
        return self._try(self._range) or self.expression()

    def _named_argument(self) -> tuple[str, Expr] | None:
        name = self.scanner.take_spaced_name()
        if name is None or not self.scanner.take(":"):
            return None
        value = self._argument()
        return (name, value) if value else None

    # Ranges and unary tests

    def _range(self) -> syntax.RangeLiteral | None:
        start = self.scanner.place
        opening = self.scanner.take_any(("[", "(", "]"))
        if not (opening and (first := self.arithmetic()) and self.scanner.take("..") and (last := self.arithmetic())):
            return None
        closing = self.scanner.take_any(("]", ")", "["))
        return syntax.RangeLiteral(first, last, opening == "[", closing == "]", offset=start) if closing else None

    def _input_test(self) -> Expr | None:
        start = self.scanner.place
        operator = self.scanner.take_any(_ORDERINGS)
        if operator:
            endpoint = self.arithmetic()
            return syntax.InputComparison(operator, endpoint, offset=start) if endpoint else None
        span = self._range()
        return syntax.InputInRange(span, offset=start) if span else None

    def unary_tests(self) -> Expr | None:
        """``-``, ``not(tests)`` or tests separated by commas."""
        return self._try(self._none_of) or self._try(self._tests) or self._try(self._any_input)

    def _none_of(self) -> Expr | None:
        start = self.scanner.place
        tests = self._enclosed_tests() if self.scanner.take("not") else None
        return syntax.NoneOf(tests, offset=start) if tests else None

    def _any_input(self) -> Expr | None:
        start = self.scanner.place
        return syntax.AnyInput(offset=start) if self.scanner.take("-") else None

    def _enclosed_tests(self) -> Expr | None:
        if not (self.scanner.take("(") and (tests := self._tests()) and self.scanner.take(")")):
            return None
        return tests

    def _tests(self) -> Expr | None:
        start = self.scanner.place
        tests = self._separated(self._positive_test)
        if not tests:
            return None
        return tests[0] if len(tests) == 1 else syntax.AnyOf(tests, offset=start)

    def _positive_test(self) -> Expr | None:
        return self._try(self._final_boolean) or self._try(self._input_test_alone) or self._expression_test()

    def _final_boolean(self) -> Expr | None:
        """A boolean is compared with the input only where the text ends with it; elsewhere it is an expression."""
        boolean = self._boolean()
        if boolean is None or not self.scanner.at_end():
            return None
        return syntax.InputEquals(boolean, offset=boolean.offset)

    def _input_test_alone(self) -> Expr | None:
        return self._input_test()

    def _expression_test(self) -> Expr | None:
        start = self.scanner.place
        expression = self.expression()
        if expression is None:
            return None
        return syntax.ExpressionTest(expression, offset=start)
