"""Process instances: what starting one tells, and the instructions that change a running one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic

from zeebe_grpc.keys import ConditionalEvaluationKey, KeyLike, ProcessDefinitionKey, ProcessInstanceKey, SetVariablesKey
from zeebe_grpc.models.jobs import DEFAULT_TENANT
from zeebe_grpc.variables import V, Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessInstance:
    """A process instance that was started."""

    process_instance_key: ProcessInstanceKey
    process_definition_key: ProcessDefinitionKey
    bpmn_process_id: str
    version: int
    tenant_id: str = DEFAULT_TENANT
    tags: tuple[str, ...] = ()
    business_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessInstanceResult(Generic[V]):
    """A process instance that was started and has completed, with the variables of its root scope."""

    process_instance_key: ProcessInstanceKey
    process_definition_key: ProcessDefinitionKey
    bpmn_process_id: str
    version: int
    variables: V
    variables_json: str = field(repr=False)
    tenant_id: str = DEFAULT_TENANT
    tags: tuple[str, ...] = ()
    business_id: str | None = None


@dataclass(frozen=True, slots=True)
class VariablesSet:
    """Variables were set by the command with this key."""

    key: SetVariablesKey


@dataclass(frozen=True, slots=True)
class ProcessInstanceReference:
    """A process instance that a conditional start event started."""

    process_instance_key: ProcessInstanceKey
    process_definition_key: ProcessDefinitionKey


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionalEvaluation:
    """Which process instances an evaluation of conditional start events started (8.9)."""

    key: ConditionalEvaluationKey
    process_instances: tuple[ProcessInstanceReference, ...] = ()
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class VariableInstruction:
    """Variables to set while elements are activated or moved.

    They go into the process instance, or with `scope_id` into one of the flow scopes that are created on the way.
    """

    variables: Variables
    scope_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivateInstruction:
    """Activate an element in a running process instance."""

    element_id: str
    ancestor_element_instance_key: KeyLike | None = None
    """Which instance of a flow scope the element comes into, where there are several; None for the only one."""
    variable_instructions: Sequence[VariableInstruction] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminateInstruction:
    """Terminate an element instance, or (8.9) all instances of an element: exactly one of the two is given."""

    element_instance_key: KeyLike | None = None
    element_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveInstruction:
    """Terminate instances of one element and activate another as often (8.9).

    Exactly one source is given, and at most one way to find the ancestor.
    """

    target_element_id: str
    source_element_id: str | None = None
    source_element_instance_key: KeyLike | None = None
    ancestor_element_instance_key: KeyLike | None = None
    infer_ancestor_scope_from_source_hierarchy: bool = False
    use_source_parent_key_as_ancestor_scope_key: bool = False
    variable_instructions: Sequence[VariableInstruction] = ()


@dataclass(frozen=True, slots=True)
class MappingInstruction:
    """Which element of the target process definition continues an active element of a migrated instance."""

    source_element_id: str
    target_element_id: str
