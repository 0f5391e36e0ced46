"""What the gateway tells, and what it is told, as frozen values.

Here live the typed results of every RPC and the structured inputs of a few. They pickle, copy and compare; they hold no
protobuf message and know no client. Variables are generic: `ActivatedJob[Order]` carries an `Order`.
"""

from zeebe_grpc.models.cluster import Broker, Partition, PartitionHealth, PartitionRole, Topology
from zeebe_grpc.models.decisions import (
    DecisionEvaluation,
    EvaluatedDecision,
    EvaluatedInput,
    EvaluatedOutput,
    MatchedRule,
)
from zeebe_grpc.models.jobs import (
    ActivatedJob,
    ActivatedJobs,
    ActivateElement,
    AdHocSubProcessResult,
    JobKind,
    ListenerEventType,
    TenantFilter,
    UserTaskCorrections,
    UserTaskProperties,
    UserTaskResult,
)
from zeebe_grpc.models.messages import PublishedMessage, SignalBroadcast
from zeebe_grpc.models.processes import (
    ActivateInstruction,
    ConditionalEvaluation,
    MappingInstruction,
    MoveInstruction,
    ProcessInstance,
    ProcessInstanceReference,
    ProcessInstanceResult,
    TerminateInstruction,
    VariableInstruction,
    VariablesSet,
)
from zeebe_grpc.models.resources import (
    BatchOperation,
    BatchOperationType,
    DecisionMetadata,
    DecisionRequirementsMetadata,
    DeletedResource,
    Deployment,
    FormMetadata,
    ProcessMetadata,
    Resource,
)

__all__ = [
    "ActivateElement",
    "ActivateInstruction",
    "ActivatedJob",
    "ActivatedJobs",
    "AdHocSubProcessResult",
    "BatchOperation",
    "BatchOperationType",
    "Broker",
    "ConditionalEvaluation",
    "DecisionEvaluation",
    "DecisionMetadata",
    "DecisionRequirementsMetadata",
    "DeletedResource",
    "Deployment",
    "EvaluatedDecision",
    "EvaluatedInput",
    "EvaluatedOutput",
    "FormMetadata",
    "JobKind",
    "ListenerEventType",
    "MappingInstruction",
    "MatchedRule",
    "MoveInstruction",
    "Partition",
    "PartitionHealth",
    "PartitionRole",
    "ProcessInstance",
    "ProcessInstanceReference",
    "ProcessInstanceResult",
    "ProcessMetadata",
    "PublishedMessage",
    "Resource",
    "SignalBroadcast",
    "TenantFilter",
    "TerminateInstruction",
    "Topology",
    "UserTaskCorrections",
    "UserTaskProperties",
    "UserTaskResult",
    "VariableInstruction",
    "VariablesSet",
]
