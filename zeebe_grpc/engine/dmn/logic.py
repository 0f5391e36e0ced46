"""From elements to logic: literal expressions, contexts, lists, relations, functions and invocations.

Decision tables are read by `table_reader`. FEEL text is parsed here, once for each text of a file. What is wrong is
noted, not raised, so that a deployment names every problem of a file at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from zeebe_grpc.engine.dmn.document import attribute, children, first_child, place, text_of
from zeebe_grpc.engine.dmn.model import (
    ContextEntries,
    DecisionTable,
    FunctionDefinition,
    Invocation,
    KnowledgeModel,
    ListItems,
    LiteralExpression,
    Logic,
    NoLogic,
    Parameter,
    Relation,
)
from zeebe_grpc.engine.feel import (
    Expression,
    FeelSyntaxError,
    UnaryTests,
    parse_expression,
    parse_unary_tests,
)
from zeebe_grpc.engine.xml import Element, local_name

EXPRESSIONS = (
    "literalExpression",
    "decisionTable",
    "invocation",
    "context",
    "relation",
    "list",
    "functionDefinition",
    "conditional",
    "filter",
    "for",
    "every",
    "some",
)

FEEL_LANGUAGES = frozenset(
    (
        "",
        "feel",
        "http://www.omg.org/spec/feel/20140401",
        "http://www.omg.org/spec/dmn/20180521/feel/",
        "https://www.omg.org/spec/dmn/20191111/feel/",
        "https://www.omg.org/spec/dmn/20211108/feel/",
        "https://www.omg.org/spec/dmn/20230324/model/",
    )
)
"""What may stand in ``expressionLanguage``, in lower case; the last one is what Zeebe takes for DMN 1.5."""

_BODY = "literalExpression", "decisionTable", "context", "relation", "list"
_DECISION = (*_BODY, "invocation")
_NESTED = (*_DECISION, "functionDefinition")
_NULL = parse_expression("null")

_Parsed = TypeVar("_Parsed", Expression, UnaryTests)


class LogicReader:
    """Reads the logic of one document.

    Attributes:
        problems: What is wrong, in the order of reading.
        models: The knowledge models read so far by name: what an invocation can name.
    """

    def __init__(
        self, models: Mapping[str, KnowledgeModel], read_table: Callable[[LogicReader, Element], DecisionTable]
    ) -> None:
        self.problems: list[str] = []
        self.models = models
        self._read_table = read_table
        self._expressions: dict[str, Expression | None] = {}
        self._tests: dict[str, UnaryTests | None] = {}

    def problem(self, element: Element, what: str) -> None:
        """Note what is wrong with an element."""
        self.problems.append(f"{place(element)} {what}")

    def of_decision(self, decision: Element) -> Logic:
        """The logic of a ``<decision>``."""
        return self._inside(decision, _DECISION)

    def of_knowledge_model(self, function: Element | None) -> Logic:
        """The body of an ``<encapsulatedLogic>``."""
        return NoLogic() if function is None else self._inside(function, _BODY)

    def parameters(self, function: Element | None) -> tuple[Parameter, ...]:
        """The formal parameters of a function definition or an encapsulated logic."""
        if function is None:
            return ()
        return tuple(
            Parameter(attribute(parameter, "name"), attribute(parameter, "typeRef"))
            for parameter in children(function, "formalParameter")
        )

    # FEEL

    def expression(self, element: Element) -> Expression:
        """The FEEL expression in the ``<text>`` of an element."""
        text = text_of(element)
        if text is None:
            self.problem(element, "has no expression; write one into its <text>")
            return _NULL
        return self._parsed(element, text, parse_expression, self._expressions) or _NULL

    def tests(self, element: Element) -> UnaryTests | None:
        """The unary tests in the ``<text>`` of an element; None for those that are empty and let everything pass."""
        text = text_of(element)
        return self._parsed(element, text, parse_unary_tests, self._tests) if text else None

    def _parsed(
        self,
        element: Element,
        text: str,
        parse: Callable[[str], _Parsed],
        known: dict[str, _Parsed | None],
    ) -> _Parsed | None:
        language = attribute(element, "expressionLanguage")
        if language.lower() not in FEEL_LANGUAGES:
            self.problem(element, f"is written in '{language}'; only FEEL can be evaluated")
            return None
        if text not in known:
            known[text] = None
            try:
                known[text] = parse(text)
            except FeelSyntaxError as error:
                self.problem(element, f"does not parse as FEEL: {error.message}")
        return known[text]

    # Boxed expressions

    def _inside(self, owner: Element, allowed: tuple[str, ...]) -> Logic:
        element = first_child(owner, *EXPRESSIONS)
        if element is None:
            self.problem(owner, "has no logic; give it a decision table or an expression")
            return NoLogic()
        if local_name(element) not in allowed:
            self.problem(element, f"cannot be evaluated as the logic of a <{local_name(owner)}>")
            return NoLogic()
        return self._logic(element)

    def _logic(self, element: Element) -> Logic:
        readers: dict[str, Callable[[Element], Logic]] = {
            "literalExpression": lambda literal: LiteralExpression(self.expression(literal)),
            "decisionTable": self._table,
            "invocation": self._invocation,
            "context": self._context,
            "relation": self._relation,
            "list": self._list,
            "functionDefinition": self._function,
        }
        read = readers.get(local_name(element))
        if read is None:
            self.problem(element, "is a kind of expression that cannot be evaluated")
            return NoLogic()
        return read(element)

    def _table(self, element: Element) -> Logic:
        return self._read_table(self, element)

    def _context(self, element: Element) -> Logic:
        entries: list[tuple[str, Logic]] = []
        result: Logic | None = None
        found = list(children(element, "contextEntry"))
        if not found:
            self.problem(element, "has no entry; give it one")
        for entry in found:
            variable = first_child(entry, "variable")
            logic = self._inside(entry, _NESTED)
            if variable is not None:
                entries.append((attribute(variable, "name"), logic))
            elif entry is found[-1]:
                result = logic
            else:
                self.problem(entry, "has no variable; only the last entry of a context may do without")
        return ContextEntries(tuple(entries), result)

    def _list(self, element: Element) -> Logic:
        return ListItems(tuple(self._logic(item) for item in children(element, *EXPRESSIONS)))

    def _relation(self, element: Element) -> Logic:
        columns = [attribute(column, "name") for column in children(element, "column")]
        rows: list[tuple[tuple[str, Logic], ...]] = []
        for row in children(element, "row"):
            cells = list(children(row, *EXPRESSIONS))
            if len(cells) != len(columns):
                self.problem(row, f"has {len(cells)} elements, but the relation has {len(columns)} columns")
            rows.append(tuple(zip(columns, map(self._logic, cells), strict=False)))
        return Relation(tuple(rows))

    def _function(self, element: Element) -> Logic:
        return FunctionDefinition(self.parameters(element), self._literal(element, "a function"))

    def _invocation(self, element: Element) -> Logic:
        called = first_child(element, *EXPRESSIONS)
        name = text_of(called) if called is not None and local_name(called) == "literalExpression" else None
        bindings = tuple(
            (_binding_name(binding), self._literal(binding, "a binding")) for binding in children(element, "binding")
        )
        model = self.models.get(name or "")
        if model is None:
            what = f"'{name}'" if name else "nothing"
            self.problem(element, f"invokes {what}; it takes the name of a knowledge model that the decision requires")
            return NoLogic()
        return Invocation(model, bindings)

    def _literal(self, owner: Element, what: str) -> Expression:
        body = first_child(owner, *EXPRESSIONS)
        if body is None or local_name(body) != "literalExpression":
            self.problem(owner, f"holds no literal expression; {what} can hold nothing else")
            return _NULL
        return self.expression(body)


def _binding_name(binding: Element) -> str:
    parameter = first_child(binding, "parameter")
    return "" if parameter is None else attribute(parameter, "name")
