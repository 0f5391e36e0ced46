"""Deployed resources: what a deployment or a deletion tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from zeebe_grpc.keys import (
    BatchOperationKey,
    DecisionKey,
    DecisionRequirementsKey,
    DeploymentKey,
    FormKey,
    ProcessDefinitionKey,
    ResourceKey,
)
from zeebe_grpc.models.jobs import DEFAULT_TENANT


@dataclass(frozen=True, slots=True)
class Resource:
    """A file to deploy. The end of its name says what it is: `.bpmn`, `.dmn`, `.form`."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessMetadata:
    """A process definition of a deployment; the version counts up per process id whenever its resource changes."""

    bpmn_process_id: str
    version: int
    process_definition_key: ProcessDefinitionKey
    resource_name: str
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMetadata:
    """A decision of a deployment."""

    dmn_decision_id: str
    dmn_decision_name: str
    version: int
    decision_key: DecisionKey
    dmn_decision_requirements_id: str
    decision_requirements_key: DecisionRequirementsKey
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRequirementsMetadata:
    """A decision requirements graph of a deployment: one DMN file."""

    dmn_decision_requirements_id: str
    dmn_decision_requirements_name: str
    version: int
    decision_requirements_key: DecisionRequirementsKey
    resource_name: str
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True, kw_only=True)
class FormMetadata:
    """A form of a deployment."""

    form_id: str
    version: int
    form_key: FormKey
    resource_name: str
    tenant_id: str = DEFAULT_TENANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """All that one deployment brought; what did not change keeps its key and version."""

    key: DeploymentKey
    processes: tuple[ProcessMetadata, ...] = ()
    decisions: tuple[DecisionMetadata, ...] = ()
    decision_requirements: tuple[DecisionRequirementsMetadata, ...] = ()
    forms: tuple[FormMetadata, ...] = ()
    unrecognized: int = 0
    """How many resources of other kinds there were, about which the gateway tells nothing that this client knows."""
    tenant_id: str = DEFAULT_TENANT


class BatchOperationType(Enum):
    """What a batch operation does."""

    ADD_VARIABLE = "ADD_VARIABLE"
    CANCEL_PROCESS_INSTANCE = "CANCEL_PROCESS_INSTANCE"
    DELETE_DECISION_DEFINITION = "DELETE_DECISION_DEFINITION"
    DELETE_DECISION_INSTANCE = "DELETE_DECISION_INSTANCE"
    DELETE_PROCESS_DEFINITION = "DELETE_PROCESS_DEFINITION"
    DELETE_PROCESS_INSTANCE = "DELETE_PROCESS_INSTANCE"
    MIGRATE_PROCESS_INSTANCE = "MIGRATE_PROCESS_INSTANCE"
    MODIFY_PROCESS_INSTANCE = "MODIFY_PROCESS_INSTANCE"
    RESOLVE_INCIDENT = "RESOLVE_INCIDENT"
    UPDATE_JOB = "UPDATE_JOB"
    UPDATE_VARIABLE = "UPDATE_VARIABLE"
    UNRECOGNIZED = "UNRECOGNIZED"
    """A type that a newer gateway knows."""


@dataclass(frozen=True, slots=True)
class BatchOperation:
    """A batch operation that was started."""

    key: BatchOperationKey
    type: BatchOperationType


@dataclass(frozen=True, slots=True)
class DeletedResource:
    """A resource that was deleted. Before 8.9 the gateway does not repeat the key, and there is no batch operation."""

    key: ResourceKey | None = None
    batch_operation: BatchOperation | None = None
    """The deletion of its history, if that was asked for (8.9)."""
