"""BPMN files in a deployment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from zeebe_grpc.engine.answers import DeployedDefinition
from zeebe_grpc.engine.commands import Resource
from zeebe_grpc.engine.handlers.bindings import Bound, bound_by
from zeebe_grpc.engine.handlers.start_events import StartEvents
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.document import Problem
from zeebe_grpc.engine.model.reader import Model, read_model
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.definitions import ProcessDefinition
from zeebe_grpc.engine.versions import Version


class BpmnResources:
    """Reads ``.bpmn`` resources."""

    suffixes: tuple[str, ...] = (".bpmn", ".bpmn20.xml", ".xml")

    def __init__(self, log: Log, state: State, starts: StartEvents, version: Version) -> None:
        self._version = version
        self._log = log
        self._state = state
        self._starts = starts

    def read(self, resource: Resource, tenant_id: str) -> BpmnResource:
        """Read a file."""
        model = read_model(resource.content, self._version)
        return BpmnResource(resource, model, tenant_id, self._log, self._state, self._starts)


class BpmnResource:
    """A BPMN file that has been read."""

    def __init__(
        self, resource: Resource, model: Model, tenant_id: str, log: Log, state: State, starts: StartEvents
    ) -> None:
        self.resource = resource
        self._model = model
        self._tenant_id = tenant_id
        self._log = log
        self._state = state
        self._starts = starts
        self._digest = hashlib.sha256(resource.content).digest()

    @property
    def problems(self) -> Sequence[Problem]:
        """Why it cannot be deployed."""
        return self._model.problems

    @property
    def ids(self) -> Sequence[tuple[str, str]]:
        """The processes."""
        return [("process", process.id) for process in self._model.processes]

    @property
    def bound(self) -> Sequence[Bound]:
        """What the processes need from their own deployment."""
        return [bound for process in self._model.processes for bound in bound_by(process)]

    @property
    def is_duplicate(self) -> bool:
        """Whether the latest version of each process came from this content under this name."""
        return all(self._is_same(latest) for latest in self._latest())

    def unchanged(self, deployment_key: int) -> list[DeployedDefinition]:
        """The latest versions."""
        return [_described(latest) for latest in self._latest() if latest is not None]

    def deploy(self, deployment_key: int) -> list[DeployedDefinition]:
        """Store new versions."""
        brought: list[DeployedDefinition] = []
        for process in self._model.processes:
            definition = ProcessDefinition(
                key=self._log.next_key(),
                id=process.id,
                version=self._state.definitions.next_version(process.id, self._tenant_id),
                resource_name=self.resource.name,
                content=self._digest,
                process=process,
                deployment_key=deployment_key,
                tenant_id=self._tenant_id,
            )
            self._state.definitions.add(definition)
            self._log.event("PROCESS", "CREATED", definition.key, process_record(definition))
            brought.append(_described(definition))
        return brought

    def activate(self, definitions: Sequence[DeployedDefinition]) -> None:
        """Start events wait for what they are triggered by."""
        for brought in definitions:
            definition = self._state.definitions.by_key(brought.key)
            if definition is not None:
                self._starts.reopen(definition)

    def _latest(self) -> list[ProcessDefinition | None]:
        definitions = self._state.definitions
        return [definitions.latest(process.id, self._tenant_id) for process in self._model.processes]

    def _is_same(self, latest: ProcessDefinition | None) -> bool:
        return latest is not None and (latest.resource_name, latest.content) == (self.resource.name, self._digest)


def _described(definition: ProcessDefinition) -> DeployedDefinition:
    return DeployedDefinition(
        "process",
        definition.key,
        definition.id,
        definition.version,
        definition.resource_name,
        definition.tenant_id,
        definition.process.name,
    )


def process_record(definition: ProcessDefinition) -> dict[str, object]:
    """The PROCESS record of a definition."""
    return {
        "bpmnProcessId": definition.id,
        "version": definition.version,
        "processDefinitionKey": definition.key,
        "resourceName": definition.resource_name,
        "versionTag": definition.process.version_tag,
        "deploymentKey": definition.deployment_key,
        "tenantId": definition.tenant_id,
    }
