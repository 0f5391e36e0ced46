"""What a BPMN file may look like: the element types of BPMN 2.0 and of its diagrams, as tables.

Zeebe checks a file against the schema before it looks at any element, so the shape of every element is written down
here: its attributes, and its children in their order. Facts only; `schema` alone reads them.

Notation. One type in a row: ``name < base | attributes | children``; an indented line goes on with the row above. Types
and elements have the same names. Attributes: ``name:kind!``, where ``!`` means required and no kind means any text.
Children: ``name:type?``, ``*`` (any number), ``+`` (at least one), ``++`` (at least two), ``a/b`` (one of both).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_FRAME = """
definitions | id:id name targetNamespace:uri! expressionLanguage:uri typeLanguage:uri exporter exporterVersion |
    import* extension* rootElement* bpmndi:BPMNDiagram* relationship*
import | namespace:uri! location! importType:uri!
extension | definition:qname mustUnderstand:boolean | documentation*
relationship < baseElement | type! direction:relationshipDirection | source:qname+ target:qname+
documentation | id:id textFormat
extensionElements
text
script
baseElement | id:id | documentation* extensionElements?
baseElementWithMixedContent | id:id | documentation* extensionElements?
rootElement < baseElement
expression < baseElementWithMixedContent
formalExpression < expression | language:uri evaluatesToTypeRef:qname
"""
_FLOW = """
flowElement < baseElement | name | auditing? monitoring? categoryValueRef:qname*
flowNode < flowElement | | incoming:qname* outgoing:qname*
sequenceFlow < flowElement | sourceRef:idref! targetRef:idref! isImmediate:boolean | conditionExpression:expression?
artifact < baseElement
association < artifact | sourceRef:qname! targetRef:qname! associationDirection:associationDirection
group < artifact | categoryValueRef:qname
textAnnotation < artifact | textFormat | text?
gateway < flowNode | gatewayDirection:gatewayDirection
complexGateway < gateway | default:idref | activationCondition:expression?
eventBasedGateway < gateway | instantiate:boolean eventGatewayType:eventBasedGatewayType
exclusiveGateway < gateway | default:idref
inclusiveGateway < gateway | default:idref
parallelGateway < gateway
activity < flowNode | isForCompensation:boolean startQuantity:integer completionQuantity:integer default:idref |
    ioSpecification? property* dataInputAssociation* dataOutputAssociation* resourceRole* loopCharacteristics?
task < activity
businessRuleTask < task | implementation:implementation
manualTask < task
receiveTask < task | implementation:implementation instantiate:boolean messageRef:qname operationRef:qname
scriptTask < task | scriptFormat | script?
sendTask < task | implementation:implementation messageRef:qname operationRef:qname
serviceTask < task | implementation:implementation operationRef:qname
userTask < task | implementation:implementation | rendering*
rendering < baseElement
callActivity < activity | calledElement
subProcess < activity | triggeredByEvent:boolean | laneSet* flowElement* artifact*
adHocSubProcess < subProcess | cancelRemainingInstances:boolean ordering:adHocOrdering |
    completionCondition:expression?
transaction < subProcess | method:transactionMethod
loopCharacteristics < baseElement
multiInstanceLoopCharacteristics < loopCharacteristics | isSequential:boolean behavior:multiInstanceFlowCondition
    oneBehaviorEventRef:qname noneBehaviorEventRef:qname | loopCardinality:expression? loopDataInputRef:qname?
    loopDataOutputRef:qname? inputDataItem:dataInput? outputDataItem:dataOutput? complexBehaviorDefinition*
    completionCondition:expression?
standardLoopCharacteristics < loopCharacteristics | testBefore:boolean loopMaximum:integer |
    loopCondition:expression?
complexBehaviorDefinition < baseElement | | condition:formalExpression event:implicitThrowEvent?
"""
_EVENTS = """
event < flowNode | | property*
catchEvent < event | parallelMultiple:boolean | dataOutput* dataOutputAssociation* outputSet? eventDefinition*
    eventDefinitionRef:qname*
throwEvent < event | | dataInput* dataInputAssociation* inputSet? eventDefinition* eventDefinitionRef:qname*
startEvent < catchEvent | isInterrupting:boolean
boundaryEvent < catchEvent | cancelActivity:boolean attachedToRef:qname!
intermediateCatchEvent < catchEvent
intermediateThrowEvent < throwEvent
endEvent < throwEvent
implicitThrowEvent < throwEvent
cancelEventDefinition < eventDefinition
compensateEventDefinition < eventDefinition | waitForCompletion:boolean activityRef:qname
conditionalEventDefinition < eventDefinition | | condition:expression
errorEventDefinition < eventDefinition | errorRef:qname
escalationEventDefinition < eventDefinition | escalationRef:qname
eventDefinition < rootElement
linkEventDefinition < eventDefinition | name! | source:qname* target:qname?
messageEventDefinition < eventDefinition | messageRef:qname | operationRef:qname?
signalEventDefinition < eventDefinition | signalRef:qname
terminateEventDefinition < eventDefinition
timerEventDefinition < eventDefinition | | timeDate:expression/timeDuration:expression/timeCycle:expression?
"""
_ROOTS = """
callableElement < rootElement | name | supportedInterfaceRef:qname* ioSpecification? ioBinding*
process < callableElement | processType:processType isClosed:boolean isExecutable:boolean
    definitionalCollaborationRef:qname | auditing? monitoring? property* laneSet* flowElement* artifact*
    resourceRole* correlationSubscription* supports:qname*
auditing < baseElement
monitoring < baseElement
laneSet < baseElement | name | lane*
lane < baseElement | name partitionElementRef:qname | partitionElement:baseElement? flowNodeRef:idref*
    childLaneSet:laneSet?
correlationSubscription < baseElement | correlationKeyRef:qname! | correlationPropertyBinding*
correlationPropertyBinding < baseElement | correlationPropertyRef:qname! | dataPath:formalExpression
resourceRole < baseElement | name | resourceRef:qname resourceParameterBinding* resourceAssignmentExpression?
performer < resourceRole
humanPerformer < performer
potentialOwner < humanPerformer
resourceParameterBinding < baseElement | parameterRef:qname! | expression
resourceAssignmentExpression < baseElement | | expression
message < rootElement | name itemRef:qname
signal < rootElement | name structureRef:qname
error < rootElement | name errorCode structureRef:qname
escalation < rootElement | name escalationCode structureRef:qname
category < rootElement | name | categoryValue*
categoryValue < baseElement | value
itemDefinition < rootElement | structureRef:qname isCollection:boolean itemKind:itemKind
interface < rootElement | name! implementationRef:qname | operation+
operation < baseElement | name! implementationRef:qname | inMessageRef:qname outMessageRef:qname? errorRef:qname*
endPoint < rootElement
resource < rootElement | name! | resourceParameter*
resourceParameter < baseElement | name type:qname isRequired:boolean
partnerEntity < rootElement | name | participantRef:qname*
partnerRole < rootElement | name | participantRef:qname*
correlationProperty < rootElement | name type:qname | correlationPropertyRetrievalExpression+
correlationPropertyRetrievalExpression < baseElement | messageRef:qname! | messagePath:formalExpression
globalTask < callableElement | | resourceRole*
globalBusinessRuleTask < globalTask | implementation:implementation
globalManualTask < globalTask
globalScriptTask < globalTask | scriptLanguage:uri | script?
globalUserTask < globalTask | implementation:implementation | rendering*
"""
_DATA = """
dataObject < flowElement | itemSubjectRef:qname isCollection:boolean | dataState?
dataObjectReference < flowElement | itemSubjectRef:qname dataObjectRef:idref | dataState?
dataStore < rootElement | name capacity:integer isUnlimited:boolean itemSubjectRef:qname | dataState?
dataStoreReference < flowElement | itemSubjectRef:qname dataStoreRef:qname | dataState?
dataState < baseElement | name
property < baseElement | name itemSubjectRef:qname | dataState?
dataInput < baseElement | name itemSubjectRef:qname isCollection:boolean | dataState?
dataOutput < baseElement | name itemSubjectRef:qname isCollection:boolean | dataState?
inputSet < baseElement | name | dataInputRefs:idref* optionalInputRefs:idref* whileExecutingInputRefs:idref*
    outputSetRefs:idref*
outputSet < baseElement | name | dataOutputRefs:idref* optionalOutputRefs:idref* whileExecutingOutputRefs:idref*
    inputSetRefs:idref*
ioSpecification < baseElement | | dataInput* dataOutput* inputSet+ outputSet+
ioBinding < baseElement | operationRef:qname! inputDataRef:idref! outputDataRef:idref!
dataAssociation < baseElement | | sourceRef:idref* targetRef:idref transformation:formalExpression? assignment*
dataInputAssociation < dataAssociation
dataOutputAssociation < dataAssociation
assignment < baseElement | | from:expression to:expression
"""
_CONVERSATION = """
callChoreography < choreographyActivity | calledChoreographyRef:qname | participantAssociation*
callConversation < conversationNode | calledCollaborationRef:qname | participantAssociation*
choreography < collaboration | | flowElement*
choreographyActivity < flowNode | initiatingParticipantRef:qname! loopType:choreographyLoopType |
    participantRef:qname+ correlationKey*
choreographyTask < choreographyActivity | | messageFlowRef:qname+
collaboration < rootElement | name isClosed:boolean | participant* messageFlow* artifact* conversationNode*
    conversationAssociation* participantAssociation* messageFlowAssociation* correlationKey* choreographyRef:qname*
    conversationLink*
conversation < conversationNode
conversationAssociation < baseElement | innerConversationNodeRef:qname! outerConversationNodeRef:qname!
conversationLink < baseElement | name sourceRef:qname! targetRef:qname!
conversationNode < baseElement | name | participantRef:qname* messageFlowRef:qname* correlationKey*
correlationKey < baseElement | name | correlationPropertyRef:qname*
globalChoreographyTask < choreography | initiatingParticipantRef:qname
globalConversation < collaboration
messageFlow < baseElement | name sourceRef:qname! targetRef:qname! messageRef:qname
messageFlowAssociation < baseElement | innerMessageFlowRef:qname! outerMessageFlowRef:qname!
participant < baseElement | name processRef:qname | interfaceRef:qname* endPointRef:qname* participantMultiplicity?
participantAssociation < baseElement | | innerParticipantRef:qname outerParticipantRef:qname
participantMultiplicity < baseElement | minimum:integer maximum:integer
subChoreography < choreographyActivity | | flowElement* artifact*
subConversation < conversationNode | | conversationNode*
"""
_DIAGRAM = """
dc:Point | x:number! y:number!
dc:Bounds | x:number! y:number! width:number! height:number!
dc:Font | name size:number isBold:boolean isItalic:boolean isUnderline:boolean isStrikeThrough:boolean
di:DiagramElement | id:id | di:extension:extensionElements?
di:Label < di:DiagramElement | | dc:Bounds?
di:Shape < di:DiagramElement | | dc:Bounds
di:Edge < di:DiagramElement | | di:waypoint:dc:Point++
bpmndi:BPMNDiagram | name documentation resolution:number id:id | bpmndi:BPMNPlane bpmndi:BPMNLabelStyle*
bpmndi:BPMNPlane < di:DiagramElement | bpmnElement:qname | di:DiagramElement*
bpmndi:BPMNShape < di:Shape | bpmnElement:qname isHorizontal:boolean isExpanded:boolean isMarkerVisible:boolean
    isMessageVisible:boolean participantBandKind:participantBandKind choreographyActivityShape:qname
    | bpmndi:BPMNLabel?
bpmndi:BPMNEdge < di:Edge | bpmnElement:qname sourceElement:qname targetElement:qname
    messageVisibleKind:messageVisibleKind | bpmndi:BPMNLabel?
bpmndi:BPMNLabel < di:Label | labelStyle:qname
bpmndi:BPMNLabelStyle | id:id | dc:Font
"""

TABLES: Final = (_FRAME, _FLOW, _EVENTS, _ROOTS, _DATA, _CONVERSATION, _DIAGRAM)

NAMESPACES: Final[Mapping[str, str]] = {
    "http://www.omg.org/spec/BPMN/20100524/MODEL": "",
    "http://www.omg.org/spec/BPMN/20100524/DI": "bpmndi:",
    "http://www.omg.org/spec/DD/20100524/DC": "dc:",
    "http://www.omg.org/spec/DD/20100524/DI": "di:",
}
"""Namespaces, and the prefix of their types in the tables."""

SUBSTITUTES: Final[Mapping[str, str]] = {
    "flowElement": (
        "adHocSubProcess boundaryEvent businessRuleTask callActivity callChoreography choreographyTask "
        "complexGateway dataObject dataObjectReference dataStoreReference endEvent eventBasedGateway "
        "exclusiveGateway implicitThrowEvent inclusiveGateway intermediateCatchEvent intermediateThrowEvent "
        "manualTask parallelGateway receiveTask scriptTask sendTask sequenceFlow serviceTask startEvent "
        "subChoreography subProcess task transaction userTask"
    ),
    "artifact": "association group textAnnotation",
    "conversationNode": "callConversation conversation subConversation",
    "eventDefinition": (
        "cancelEventDefinition compensateEventDefinition conditionalEventDefinition errorEventDefinition "
        "escalationEventDefinition linkEventDefinition messageEventDefinition signalEventDefinition "
        "terminateEventDefinition timerEventDefinition"
    ),
    "rootElement": (
        "category collaboration choreography globalConversation globalChoreographyTask correlationProperty "
        "dataStore endPoint error escalation cancelEventDefinition compensateEventDefinition "
        "conditionalEventDefinition errorEventDefinition escalationEventDefinition linkEventDefinition "
        "messageEventDefinition signalEventDefinition terminateEventDefinition timerEventDefinition "
        "globalBusinessRuleTask globalManualTask globalScriptTask globalTask globalUserTask interface "
        "itemDefinition message partnerEntity partnerRole process resource signal"
    ),
    "expression": "expression formalExpression",
    "loopCharacteristics": "multiInstanceLoopCharacteristics standardLoopCharacteristics",
    "resourceRole": "resourceRole performer humanPerformer potentialOwner",
    "di:DiagramElement": "bpmndi:BPMNShape bpmndi:BPMNEdge",
}
"""What may stand where an element of this name is wanted."""

MIXED: Final = frozenset({"documentation", "text", "script", "expression", "formalExpression"})
"""Types that hold text beside elements."""

ANYTHING: Final = frozenset({"documentation", "text", "script"})
"""Types that may hold one element of any kind."""

STRICT: Final = frozenset(
    {
        "import",
        "extension",
        "documentation",
        "extensionElements",
        "text",
        "script",
        "dc:Point",
        "dc:Bounds",
        "dc:Font",
        "bpmndi:BPMNDiagram",
        "bpmndi:BPMNLabelStyle",
    }
)
"""Types that take no attribute of another namespace."""

CHOICES: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(choices.split())
    for name, choices in {
        "adHocOrdering": "Parallel Sequential",
        "associationDirection": "None One Both",
        "choreographyLoopType": "None Standard MultiInstanceSequential MultiInstanceParallel",
        "eventBasedGatewayType": "Exclusive Parallel",
        "gatewayDirection": "Unspecified Converging Diverging Mixed",
        "itemKind": "Information Physical",
        "messageVisibleKind": "initiating non_initiating",
        "multiInstanceFlowCondition": "None One All Complex",
        "participantBandKind": "top_initiating middle_initiating bottom_initiating"
        " top_non_initiating middle_non_initiating bottom_non_initiating",
        "processType": "None Public Private",
        "relationshipDirection": "None Forward Backward Both",
        "boolean": "true false 1 0",
    }.items()
}
"""The words that an attribute of such a kind may hold."""
