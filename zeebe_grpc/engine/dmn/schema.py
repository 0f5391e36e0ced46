"""What a decision model may look like: the element types of DMN 1.1 to 1.5, as tables.

Zeebe checks a file against the schema of its version before it looks at anything else, so the shape of every element is
written down here: its attributes and its children in their order. Facts only; `structure` alone reads them.

Notation. Attributes: ``name:kind!`` where ``!`` means required. Children: ``name:type?``, ``*`` (any number), ``+`` (at
least one), ``a|b`` (one of both); a type is left out where it has the element's name; ``@group`` stands for each of
`Schema.groups`; `` / `` separates alternatives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Shape:
    """One element type. `base` is another shape's name whose attributes and children come first."""

    base: str = ""
    attributes: str = ""
    children: str = ""
    foreign: bool = False
    """Attributes of other namespaces are allowed."""


@dataclass(frozen=True)
class Schema:
    """The element types of one DMN version.

    Attributes:
        version: ``1.1`` to ``1.5``.
        prefixes: Namespace to the prefix used in `shapes`; DMN's own namespace has none.
        shapes: Element types by name. ``text`` (characters only) and ``any`` (foreign elements only) are not in it.
        groups: Elements that may stand for each other.
    """

    version: str
    prefixes: Mapping[str, str]
    shapes: Mapping[str, Shape]
    groups: Mapping[str, str]


TEXT: Final = "text"
ANY: Final = "any"

ENUMERATIONS: Final[Mapping[str, frozenset[str]]] = {
    "hitPolicy": frozenset(("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")),
    "aggregation": frozenset(("SUM", "COUNT", "MIN", "MAX")),
    "orientation": frozenset(("Rule-as-Row", "Rule-as-Column", "CrossTable")),
    "direction": frozenset(("None", "One", "Both")),
    "functionKind": frozenset(("FEEL", "Java", "PMML")),
    "alignment": frozenset(("start", "end", "center")),
    "boolean": frozenset(("true", "false", "1", "0")),
}

_BASES: dict[str, Shape] = {
    "element": Shape("", "id:id label", "description:text? extensionElements:any?", foreign=True),
    "named": Shape("element", "name!"),
    "expression": Shape("element", "typeRef:type"),
    "reference": Shape("", "href:uri!"),
}

_MODEL: dict[str, Shape] = {
    "definitions": Shape(
        "named",
        "expressionLanguage:uri typeLanguage:uri namespace:uri! exporter exporterVersion",
        "import* itemDefinition* @drg* @artifact* elementCollection* @business* dmndi:DMNDI?",
    ),
    "import": Shape("named", "namespace:uri! locationURI:uri importType:uri!"),
    "elementCollection": Shape("named", "", "drgElement:reference*"),
    "itemDefinition": Shape(
        "named",
        "typeLanguage:uri isCollection:boolean",
        "typeRef:text allowedValues:unaryTests? / itemComponent:itemDefinition* / functionItem?",
    ),
    "functionItem": Shape("element", "outputTypeRef", "parameters:informationItem*"),
    "informationItem": Shape("named", "typeRef:type"),
    "performanceIndicator": Shape("named", "URI:uri", "impactingDecision:reference*"),
    "organizationUnit": Shape("named", "URI:uri", "decisionMade:reference* decisionOwned:reference*"),
    "group": Shape("element", "name"),
    "textAnnotation": Shape("element", "textFormat", "text?"),
    "association": Shape("element", "associationDirection:direction", "sourceRef:reference targetRef:reference"),
}

_REQUIREMENTS: dict[str, Shape] = {
    "decision": Shape(
        "named",
        "",
        "question:text? allowedAnswers:text? variable:informationItem? informationRequirement* knowledgeRequirement*"
        " authorityRequirement* supportedObjective:reference* impactedPerformanceIndicator:reference*"
        " decisionMaker:reference* decisionOwner:reference* usingProcess:reference* usingTask:reference* @expression?",
    ),
    "businessKnowledgeModel": Shape(
        "named",
        "",
        "variable:informationItem? encapsulatedLogic:functionDefinition? knowledgeRequirement* authorityRequirement*",
    ),
    "inputData": Shape("named", "", "variable:informationItem?"),
    "knowledgeSource": Shape("named", "locationURI:uri", "authorityRequirement* type:text? owner:reference?"),
    "decisionService": Shape(
        "named",
        "",
        "variable:informationItem? outputDecision:reference* encapsulatedDecision:reference* inputDecision:reference*"
        " inputData:reference*",
    ),
    "informationRequirement": Shape("element", "", "requiredDecision:reference|requiredInput:reference"),
    "knowledgeRequirement": Shape("element", "", "requiredKnowledge:reference"),
    "authorityRequirement": Shape(
        "element", "", "requiredDecision:reference|requiredInput:reference|requiredAuthority:reference"
    ),
}

_EXPRESSIONS: dict[str, Shape] = {
    "literalExpression": Shape("expression", "expressionLanguage:uri", "text|importedValues?"),
    "importedValues": Shape("import", "expressionLanguage:uri", "importedElement:text"),
    "unaryTests": Shape("element", "expressionLanguage:uri", "text"),
    "invocation": Shape("expression", "", "@expression? binding*"),
    "binding": Shape("", "", "parameter:informationItem @expression?"),
    "context": Shape("expression", "", "contextEntry*"),
    "contextEntry": Shape("element", "", "variable:informationItem? @expression"),
    "functionDefinition": Shape("expression", "kind:functionKind", "formalParameter:informationItem* @expression?"),
    "relation": Shape("expression", "", "column:informationItem* row:list*"),
    "list": Shape("expression", "", "@expression*"),
    "decisionTable": Shape(
        "expression",
        "hitPolicy:hitPolicy aggregation:aggregation preferredOrientation:orientation outputLabel",
        "input:inputClause* output:outputClause+ annotation:ruleAnnotationClause* rule*",
    ),
    "inputClause": Shape("element", "", "inputExpression:literalExpression inputValues:unaryTests?"),
    "outputClause": Shape(
        "element", "name typeRef:type", "outputValues:unaryTests? defaultOutputEntry:literalExpression?"
    ),
    "ruleAnnotationClause": Shape("", "name"),
    "rule": Shape(
        "element", "", "inputEntry:unaryTests* outputEntry:literalExpression+ annotationEntry:ruleAnnotation*"
    ),
    "ruleAnnotation": Shape("", "", "text?"),
}

_DIAGRAM: dict[str, Shape] = {
    "diagramElement": Shape("", "sharedStyle:idref id:id", "di:extension:any? dmndi:DMNStyle?", foreign=True),
    "shape": Shape("diagramElement", "", "dc:Bounds?"),
    "edge": Shape("diagramElement", "", "di:waypoint:point*"),
    "point": Shape("", "x:number! y:number!"),
    "dimension": Shape("", "width:number! height:number!"),
    "color": Shape("", "red:colour! green:colour! blue:colour!"),
    "dc:Bounds": Shape("", "x:number! y:number! width:number! height:number!"),
    "dmndi:DMNDI": Shape("", "", "dmndi:DMNDiagram* dmndi:DMNStyle*"),
    "dmndi:DMNDiagram": Shape(
        "diagramElement", "name resolution:number", "dmndi:Size:dimension? dmndi:DMNShape|dmndi:DMNEdge*"
    ),
    "dmndi:DMNShape": Shape(
        "shape",
        "dmnElementRef:qname! isListedInputData:boolean isCollapsed:boolean",
        "dmndi:DMNLabel? dmndi:DMNDecisionServiceDividerLine:edge?",
    ),
    "dmndi:DMNEdge": Shape("edge", "dmnElementRef:qname! sourceElement:qname targetElement:qname", "dmndi:DMNLabel?"),
    "dmndi:DMNLabel": Shape("shape", "", "dmndi:Text:text?"),
    "dmndi:DMNStyle": Shape(
        "",
        "id:id fontFamily fontSize:number fontItalic:boolean fontBold:boolean fontUnderline:boolean"
        " fontStrikeThrough:boolean labelHorizontalAlignement:alignment labelVerticalAlignment:alignment",
        "di:extension:any? dmndi:FillColor:color? dmndi:StrokeColor:color? dmndi:FontColor:color?",
        foreign=True,
    ),
}

_SHAPES_13 = _BASES | _MODEL | _REQUIREMENTS | _EXPRESSIONS | _DIAGRAM

_GROUPS_13 = {
    "drg": "decision businessKnowledgeModel inputData knowledgeSource decisionService",
    "artifact": "textAnnotation association group",
    "business": "performanceIndicator organizationUnit",
    "expression": "literalExpression invocation decisionTable context functionDefinition relation list",
}

_ITEM_12 = Shape(
    "named",
    "typeLanguage:uri isCollection:boolean",
    "typeRef:text allowedValues:unaryTests? / itemComponent:itemDefinition*",
)
_SHAPES_12 = _SHAPES_13 | {
    "itemDefinition": _ITEM_12,
    "dmndi:DMNEdge": Shape("edge", "dmnElementRef:qname!", "dmndi:DMNLabel?"),
}
_GROUPS_12 = _GROUPS_13 | {"artifact": "textAnnotation association"}

_SHAPES_11 = _SHAPES_12 | {
    "definitions": Shape(
        "named",
        "expressionLanguage:uri typeLanguage:uri namespace:uri! exporter exporterVersion",
        "import* itemDefinition* @drg* @artifact* elementCollection* @business*",
    ),
    "import": Shape("", "namespace:uri! locationURI:uri importType:uri!"),
    "businessKnowledgeModel": Shape(
        "named",
        "",
        "encapsulatedLogic:functionDefinition? variable:informationItem? knowledgeRequirement* authorityRequirement*",
    ),
    "informationRequirement": Shape("", "", "requiredDecision:reference|requiredInput:reference"),
    "knowledgeRequirement": Shape("", "", "requiredKnowledge:reference"),
    "authorityRequirement": Shape(
        "", "", "requiredDecision:reference|requiredInput:reference|requiredAuthority:reference"
    ),
    "contextEntry": Shape("", "", "variable:informationItem? @expression"),
    "functionDefinition": Shape("expression", "", "formalParameter:informationItem* @expression?"),
    "decisionTable": Shape(
        "expression",
        "hitPolicy:hitPolicy aggregation:aggregation preferredOrientation:orientation outputLabel",
        "input:inputClause* output:outputClause+ rule*",
    ),
    "rule": Shape("element", "", "inputEntry:unaryTests* outputEntry:literalExpression+"),
}
_GROUPS_11 = _GROUPS_12 | {"drg": "decision businessKnowledgeModel inputData knowledgeSource"}

_SHAPES_14 = _SHAPES_13 | {
    "unaryTests": Shape("expression", "expressionLanguage:uri", "text"),
    "childExpression": Shape("", "id:id", "@expression"),
    "typedChildExpression": Shape("", "id:id typeRef", "@expression"),
    "for": Shape("expression", "iteratorVariable", "in:typedChildExpression return:childExpression"),
    "every": Shape("expression", "iteratorVariable", "in:typedChildExpression satisfies:childExpression"),
    "some": Shape("expression", "iteratorVariable", "in:typedChildExpression satisfies:childExpression"),
    "conditional": Shape("expression", "", "if:childExpression then:childExpression else:childExpression"),
    "filter": Shape("expression", "", "in:childExpression match:childExpression"),
}
_GROUPS_14 = _GROUPS_13 | {"expression": f"{_GROUPS_13['expression']} for every some conditional filter"}

_SHAPES_15 = _SHAPES_14 | {
    "itemDefinition": Shape(
        "named",
        "typeLanguage:uri isCollection:boolean",
        "typeRef:text allowedValues:unaryTests? typeConstraint:unaryTests?"
        " / itemComponent:itemDefinition* / functionItem?",
    ),
    "dmndi:DMNDiagram": Shape(
        "diagramElement",
        "name resolution:number useAlternativeInputDataShape:boolean",
        "dmndi:Size:dimension? dmndi:DMNShape|dmndi:DMNEdge*",
    ),
}

_SHARED_PREFIXES = {
    "http://www.omg.org/spec/DMN/20180521/DC/": "dc",
    "http://www.omg.org/spec/DMN/20180521/DI/": "di",
}
_DIAGRAM_12 = "http://www.omg.org/spec/DMN/20180521/DMNDI/"
_DIAGRAM_13 = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
_DIAGRAM_15 = "https://www.omg.org/spec/DMN/20230324/DMNDI/"


def _prefixes(diagram: str) -> dict[str, str]:
    return {**_SHARED_PREFIXES, diagram: "dmndi"}


_DMN_11 = Schema("1.1", {}, _SHAPES_11, _GROUPS_11)

SCHEMAS: Final[Mapping[str, Schema]] = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": _DMN_11,
    "http://www.omg.org/spec/DMN/20151101/dmn11.xsd": _DMN_11,
    "http://www.omg.org/spec/DMN/20180521/MODEL/": Schema("1.2", _prefixes(_DIAGRAM_12), _SHAPES_12, _GROUPS_12),
    "https://www.omg.org/spec/DMN/20191111/MODEL/": Schema("1.3", _prefixes(_DIAGRAM_13), _SHAPES_13, _GROUPS_13),
    "https://www.omg.org/spec/DMN/20211108/MODEL/": Schema("1.4", _prefixes(_DIAGRAM_13), _SHAPES_14, _GROUPS_14),
    "https://www.omg.org/spec/DMN/20230324/MODEL/": Schema("1.5", _prefixes(_DIAGRAM_15), _SHAPES_15, _GROUPS_14),
}
"""By the namespace of the model: the versions Zeebe reads."""
