"""The seam between a deployment and the kinds of resources: BPMN, DMN and documents bring a reader of this form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from zeebe_grpc.engine.answers import DeployedDefinition
from zeebe_grpc.engine.commands import Resource
from zeebe_grpc.engine.model.document import Problem


class ReadResource(Protocol):
    """A resource that has been read. Nothing is stored yet."""

    resource: Resource

    @property
    def problems(self) -> Sequence[Problem]:
        """Why it cannot be deployed; empty if it can."""
        ...

    @property
    def ids(self) -> Sequence[tuple[str, str]]:
        """Kind and id of all that it defines; none may come twice in a deployment."""
        ...

    @property
    def is_duplicate(self) -> bool:
        """Whether the latest versions came from the same content under the same name."""
        ...

    def unchanged(self, deployment_key: int) -> list[DeployedDefinition]:
        """The definitions of a duplicate, as they are."""
        ...

    def deploy(self, deployment_key: int) -> list[DeployedDefinition]:
        """Store all definitions as new versions and write their records."""
        ...

    def activate(self, definitions: Sequence[DeployedDefinition]) -> None:
        """After all resources are stored: open what waits for start events."""
        ...


class ResourceKind(Protocol):
    """Reads the resources of one kind."""

    suffixes: tuple[str, ...]

    def read(self, resource: Resource, tenant_id: str) -> ReadResource:
        """Read a resource; what is wrong with it stands in `ReadResource.problems`."""
        ...


@dataclass(frozen=True)
class ResourceProblem:
    """A problem with the file it is in."""

    resource_name: str
    problem: Problem

    def text(self) -> str:
        """File, element, element type and reason."""
        found = self.problem
        if not found.path:
            return f"'{self.resource_name}': {found.reason}"
        named = f"{found.path} ({found.element_type})" if found.element_type else found.path
        return f"'{self.resource_name}': - Element: {named}\n    - ERROR: {found.reason}"
