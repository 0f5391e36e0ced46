"""From a document to a decision model: definitions, decisions, knowledge models and what they require.

The document's shape is checked by `structure`, the logic inside is read by `logic`. Nothing here evaluates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from zeebe_grpc.engine import xml
from zeebe_grpc.engine.dmn.deployment_order import deployment_order
from zeebe_grpc.engine.dmn.document import attribute, children, first_child, identity, place, version_tag
from zeebe_grpc.engine.dmn.errors import DmnError
from zeebe_grpc.engine.dmn.logic import LogicReader
from zeebe_grpc.engine.dmn.model import Decision, DecisionRequirements, KnowledgeModel
from zeebe_grpc.engine.dmn.structure import check_structure
from zeebe_grpc.engine.dmn.table_reader import read_table
from zeebe_grpc.engine.xml import Element, XmlError, local_name


def parse_dmn(content: bytes, source_name: str = "the DMN file") -> DecisionRequirements:
    """Read a decision model and refuse what Zeebe would refuse to deploy.

    Args:
        content: The document, DMN 1.1 to 1.5.
        source_name: What to call it in errors about its XML; empty for nothing.

    Raises:
        DmnError: It is not well-formed, not a decision model, has cycles, refers to what is not there, holds FEEL that
            does not parse or logic that cannot be evaluated. Every problem that could be found is in it.
    """
    try:
        root = xml.parse(content, source_name)
    except XmlError as error:
        raise DmnError([str(error)]) from None
    check_structure(root)
    return _Reader(root).read()


class _Reader:
    """One reading of one document."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._by_id = {identity(element): element for element in root.iter() if identity(element)}
        self._models: dict[str, KnowledgeModel] = {}
        self._decisions: dict[str, Decision] = {}
        self._logic = LogicReader(self._models, read_table)

    def read(self) -> DecisionRequirements:
        decisions, models = list(children(self._root, "decision")), list(children(self._root, "businessKnowledgeModel"))
        self._check_names(decisions)
        order = self._in_order("decisions", decisions, self._required_decisions)
        self._in_order("knowledge models", models, self._required_models)
        self._refuse()
        for element in order:
            self._decisions[identity(element)] = self._decision(element)
        self._refuse()
        ids = deployment_order(list(self._decisions))
        return DecisionRequirements(
            id=identity(self._root),
            name=attribute(self._root, "name"),
            namespace=attribute(self._root, "namespace"),
            decisions={key: self._decisions[key] for key in ids},
        )

    def _refuse(self) -> None:
        if self._logic.problems:
            raise DmnError(self._logic.problems)

    def _check_names(self, decisions: Iterable[Element]) -> None:
        for name in ("id", "name", "namespace"):
            if not attribute(self._root, name):
                self._logic.problem(self._root, f"needs the attribute '{name}', and not an empty one")
        for decision in decisions:
            for name in ("id", "name"):
                if not attribute(decision, name):
                    self._logic.problem(decision, f"needs the attribute '{name}', and not an empty one")

    # Requirements

    def _required_decisions(self, decision: Element) -> list[Element]:
        requirements = children(decision, "informationRequirement")
        references = [first_child(requirement, "requiredDecision") for requirement in requirements]
        return self._targets(references, "decision")

    def _required_models(self, owner: Element) -> list[Element]:
        requirements = children(owner, "knowledgeRequirement")
        references = [first_child(requirement, "requiredKnowledge") for requirement in requirements]
        return self._targets(references, "businessKnowledgeModel")

    def _targets(self, references: Iterable[Element | None], wanted: str) -> list[Element]:
        targets: list[Element] = []
        for reference in references:
            if reference is None:
                continue
            href = attribute(reference, "href").strip()
            target = self._by_id.get(href.rpartition("#")[2])
            if target is None:
                self._logic.problem(reference, f"refers to '{href}', which is not in this file")
            elif local_name(target) != wanted:
                self._logic.problem(reference, f"refers to {place(target)}, but needs a <{wanted}>")
            else:
                targets.append(target)
        return targets

    def _in_order(
        self, what: str, elements: Iterable[Element], below: Callable[[Element], list[Element]]
    ) -> list[Element]:
        """What is required before what requires it; a cycle is noted.

        Not recursive: a chain of requirements may be longer than Python's stack.
        """
        required = {element: below(element) for element in elements}
        finished: dict[Element, None] = {}
        for start in required:
            path: dict[Element, None] = {}
            pending = [start]
            while pending:
                element = pending[-1]
                if element in path or element in finished:
                    pending.pop()
                    if element in path:
                        del path[element]
                        finished[element] = None
                    continue
                path[element] = None
                for target in reversed(required[element]):
                    if target in path:
                        self._logic.problem(element, f"is part of a cycle of {what} that require each other")
                        return []
                    pending.append(target)
        return list(finished)

    # Decisions and knowledge models

    def _decision(self, element: Element) -> Decision:
        variable = first_child(element, "variable")
        models = tuple(self._model(model) for model in self._required_models(element))
        return Decision(
            id=identity(element),
            name=attribute(element, "name"),
            result_name=identity(element) if variable is None else attribute(variable, "name") or None,
            result_type="" if variable is None else attribute(variable, "typeRef"),
            logic=self._logic.of_decision(element),
            version_tag=version_tag(element),
            required_decisions=tuple(self._decisions[identity(below)] for below in self._required_decisions(element)),
            required_knowledge=models,
        )

    def _model(self, element: Element) -> KnowledgeModel:
        """A knowledge model and those it requires, once each; one that no decision requires is never read."""
        for below in self._in_order("knowledge models", self._reachable_models(element), self._required_models):
            name = attribute(below, "name")
            if name not in self._models:
                self._models[name] = self._new_model(below, name, self._models)
        return self._models[attribute(element, "name")]

    def _reachable_models(self, element: Element) -> list[Element]:
        found: dict[Element, None] = {element: None}
        pending = [element]
        while pending:
            for below in self._required_models(pending.pop()):
                if below not in found:
                    found[below] = None
                    pending.append(below)
        return list(found)

    def _new_model(self, element: Element, name: str, known: Mapping[str, KnowledgeModel]) -> KnowledgeModel:
        function = first_child(element, "encapsulatedLogic")
        return KnowledgeModel(
            id=identity(element),
            name=name,
            parameters=self._logic.parameters(function),
            logic=self._logic.of_knowledge_model(function),
            required=tuple(known[attribute(below, "name")] for below in self._required_models(element)),
        )
