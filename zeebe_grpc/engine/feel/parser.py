"""The grammar of FEEL as Zeebe reads it: text to syntax tree, by ordered choice.

Alternatives are tried in a fixed order and the first that fits wins, for that order is part of the language
(``[1..3]`` is a test on the input value wherever no range is asked for). A result is remembered per rule and place,
so going back costs nothing; nesting is bounded. Nothing here evaluates.
"""

from __future__ import annotations

from collections.abc import Callable

from zeebe_grpc.engine.feel import syntax
from zeebe_grpc.engine.feel.choice import Memory
from zeebe_grpc.engine.feel.errors import FeelSyntaxError
from zeebe_grpc.engine.feel.syntax import Expr
from zeebe_grpc.engine.feel.value_rules import ValueRules

MAX_LENGTH = 1_000_000

_COMPARISONS = ("<=", ">=", "<", ">", "!=", "=")
_ORDERINGS = ("<=", ">=", "<", ">")
_RANKS = (("**",), ("*", "/"), ("+", "-"))
_OPERATORS = ("+", "-", "**", "*", "/")
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


class Parser(ValueRules):
    """The rules, from the loosest to the closest.

    Those that come back to themselves are written out rather than composed, for each step between costs a frame of the
    stack at every level of nesting.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._expressions: Memory = {}
        self._calculations: Memory = {}

    # Expressions

    def expression(self) -> Expr | None:
        """Anything: a conditional, a loop, a quantified expression, or operators."""
        known = self._recall(self._expressions)
        if known is not None:
            return known[0]
        start = self.scanner.place
        self._enter()
        tree = self._keyword_expression() or self._disjunction()
        self._nesting -= 1
        return self._record(self._expressions, start, tree)

    def _keyword_expression(self) -> Expr | None:
        start = self.scanner.place
        for word, rule in (
            ("if", self._if),
            ("for", self._for),
            ("some", self._quantified),
            ("every", self._quantified),
        ):
            if self.scanner.take(word):
                tree = rule(start, word)
                if tree is None:
                    self.scanner.place = start
                return tree
        return None

    def _if(self, start: int, _word: str) -> Expr | None:
        condition = self.expression()
        if condition is None or not self.scanner.take("then"):
            return None
        consequence = self.expression()
        if consequence is None or not self.scanner.take("else"):
            return None
        alternative = self.expression()
        return syntax.If(condition, consequence, alternative, offset=start) if alternative else None

    def _for(self, start: int, _word: str) -> Expr | None:
        iterators = self._separated(self._iterator)
        if iterators is None or not self.scanner.take("return"):
            return None
        result = self.expression()
        return syntax.For(iterators, result, offset=start) if result else None

    def _quantified(self, start: int, word: str) -> Expr | None:
        iterators = self._separated(self._iterator)
        if iterators is None or not self.scanner.take("satisfies"):
            return None
        condition = self.expression()
        return syntax.Quantified(word == "every", iterators, condition, offset=start) if condition else None

    def _iterator(self) -> syntax.Iterator | None:
        start = self.scanner.place
        name = self.scanner.take_name()
        if name is None or not self.scanner.take("in"):
            return None
        source = self._try(self._span) or self.value()
        return syntax.Iterator(name, source, offset=start) if source else None

    def _span(self) -> Expr | None:
        start = self.scanner.place
        first = self.arithmetic()
        if first is None or not self.scanner.take(".."):
            return None
        last = self.arithmetic()
        return syntax.Span(first, last, offset=start) if last else None

    def _disjunction(self) -> Expr | None:
        start = place = self.scanner.place
        operands: list[Expr] = []
        while operand := self._conjunction():
            operands.append(operand)
            place = self.scanner.place
            if not self.scanner.take("or"):
                break
        self.scanner.place = place
        return _joined(syntax.Disjunction, operands, start)

    def _conjunction(self) -> Expr | None:
        start = place = self.scanner.place
        operands: list[Expr] = []
        while operand := self._comparison():
            operands.append(operand)
            place = self.scanner.place
            if not self.scanner.take("and"):
                break
        self.scanner.place = place
        return _joined(syntax.Conjunction, operands, start)

    def _comparison(self) -> Expr | None:
        place = self.scanner.place
        test = self._input_test()
        if test is not None:
            return test
        self.scanner.place = place
        left = self.arithmetic()
        if left is None:
            return None
        place = self.scanner.place
        for rule in (self._binary_comparison, self._between, self._instance_of, self._in):
            tree = rule(left)
            if tree is not None:
                return tree
            self.scanner.place = place
        return left

    def _binary_comparison(self, left: Expr) -> Expr | None:
        operator = self.scanner.take_any(_COMPARISONS)
        right = self.arithmetic() if operator else None
        return syntax.Comparison(operator, left, right, offset=left.offset) if operator and right else None

    def _between(self, value: Expr) -> Expr | None:
        low = self.arithmetic() if self.scanner.take("between") else None
        high = self.arithmetic() if low and self.scanner.take("and") else None
        return syntax.Between(value, low, high, offset=value.offset) if low and high else None

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

    def arithmetic(self) -> Expr | None:
        """Values and the operators between them, which are then ordered by rank."""
        known = self._recall(self._calculations)
        if known is not None:
            return known[0]
        start = place = self.scanner.place
        operands: list[Expr] = []
        operators: list[str] = []
        while operand := self._signed():
            operands.append(operand)
            place = self.scanner.place
            operator = self.scanner.take_any(_OPERATORS)
            if operator is None:
                break
            operators.append(operator)
        self.scanner.place = place
        return self._record(self._calculations, start, _ranked(operands, operators) if operands else None)

    def _signed(self) -> Expr | None:
        """A sign stands once; ``--5`` is the negation of the number -5, and no other value has a sign of its own."""
        start = self.scanner.place
        if not self.scanner.take("-"):
            return self.value()
        operand = self.value()
        if operand is None:
            self.scanner.place = start
            return None
        return syntax.Negation(operand, offset=start)

    # Unary tests

    def _input_test(self) -> Expr | None:
        start = self.scanner.place
        operator = self.scanner.take_any(_ORDERINGS)
        if operator:
            endpoint = self.arithmetic()
            return syntax.InputComparison(operator, endpoint, offset=start) if endpoint else None
        span = self.range_literal()
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
        tests = self._tests() if self.scanner.take("(") else None
        return tests if tests and self.scanner.take(")") else None

    def _tests(self) -> Expr | None:
        start = self.scanner.place
        tests = self._separated(self._positive_test)
        if not tests:
            return None
        return tests[0] if len(tests) == 1 else syntax.AnyOf(tests, offset=start)

    def _positive_test(self) -> Expr | None:
        return self._try(self._final_boolean) or self._try(self._input_test) or self._expression_test()

    def _final_boolean(self) -> Expr | None:
        """A boolean is compared with the input only where the text ends with it; elsewhere it is an expression."""
        boolean = self._boolean()
        if boolean is None or not self.scanner.at_end():
            return None
        return syntax.InputEquals(boolean, offset=boolean.offset)

    def _expression_test(self) -> Expr | None:
        start = self.scanner.place
        expression = self.expression()
        if expression is None:
            return None
        return syntax.ExpressionTest(expression, offset=start)


def _joined(kind: type[syntax.Conjunction | syntax.Disjunction], operands: list[Expr], start: int) -> Expr | None:
    if len(operands) > 1:
        return kind(tuple(operands), offset=start)
    return operands[0] if operands else None


def _ranked(operands: list[Expr], operators: list[str]) -> Expr:
    """One flat node for each run of operators of one rank, the closest first."""
    for rank in _RANKS:
        kept: list[str] = []
        groups = [[operands[0]]]
        signs: list[list[str]] = [[]]
        for operator, operand in zip(operators, operands[1:], strict=False):
            if operator in rank:
                groups[-1].append(operand)
                signs[-1].append(operator)
            else:
                kept.append(operator)
                groups.append([operand])
                signs.append([])
        operands = [_calculation(group, sign) for group, sign in zip(groups, signs, strict=True)]
        operators = kept
    return operands[0]


def _calculation(operands: list[Expr], operators: list[str]) -> Expr:
    if not operators:
        return operands[0]
    rest = tuple(zip(operators, operands[1:], strict=True))
    return syntax.Arithmetic(operands[0], rest, offset=operands[0].offset)
