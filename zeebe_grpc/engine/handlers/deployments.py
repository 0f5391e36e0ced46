"""Deployments: all resources or none."""

from __future__ import annotations

from collections.abc import Sequence

from zeebe_grpc.engine.answers import Answer, Deployed, DeployedDefinition, RejectionType
from zeebe_grpc.engine.commands import DeployResources
from zeebe_grpc.engine.handlers.bindings import unbound
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.handlers.resources import ReadResource, ResourceKind, ResourceProblem
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.document import Problem


class DeploymentHandler:
    """Handles `DeployResources`."""

    def __init__(self, log: Log, kinds: Sequence[ResourceKind]) -> None:
        self._log = log
        self._kinds = kinds

    def deploy(self, command: DeployResources, request: int) -> Answer:
        """Read all, refuse with every problem at once, else store all.

        Resources that are all unchanged keep their versions; if one is new, all get a new version.
        """
        if not command.resources:
            raise self._refused("Expected to deploy at least one resource, but none given")
        read, problems = self._read(command)
        problems += _twice(read)
        problems = problems or unbound(read)
        if problems:
            texts = "\n".join(found.text() for found in problems)
            raise self._refused(f"Expected to deploy new resources, but encountered the following errors:\n{texts}")
        key = self._log.next_key()
        definitions: list[DeployedDefinition] = []
        if all(found.is_duplicate for found in read):
            for found in read:
                definitions += found.unchanged(key)
        else:
            deployed = [found.deploy(key) for found in read]
            for found, brought in zip(read, deployed, strict=True):
                found.activate(brought)
                definitions += brought
        self._log.event(
            "DEPLOYMENT",
            "CREATED",
            key,
            {"resources": [found.resource.name for found in read], "tenantId": command.tenant_id},
        )
        return Deployed(key, definitions, command.tenant_id)

    def _read(self, command: DeployResources) -> tuple[list[ReadResource], list[ResourceProblem]]:
        read: list[ReadResource] = []
        problems: list[ResourceProblem] = []
        for resource in command.resources:
            kind = next((kind for kind in self._kinds if resource.name.endswith(kind.suffixes)), None)
            if kind is None:
                reason = f"unknown resource type, expected a name that ends in one of {self._suffixes()}"
                problems.append(ResourceProblem(resource.name, Problem("", "", reason)))
                continue
            found = kind.read(resource, command.tenant_id)
            read.append(found)
            problems += [ResourceProblem(resource.name, problem) for problem in found.problems]
        return read, problems

    def _suffixes(self) -> str:
        return ", ".join(suffix for kind in self._kinds for suffix in kind.suffixes)

    @staticmethod
    def _refused(reason: str) -> RejectedError:
        return RejectedError("DEPLOYMENT", "CREATE", RejectionType.INVALID_ARGUMENT, reason)


def _twice(read: Sequence[ReadResource]) -> list[ResourceProblem]:
    """Ids that two resources of one deployment define."""
    seen: dict[tuple[str, str], str] = {}
    problems: list[ResourceProblem] = []
    for found in read:
        for kind, name in found.ids:
            if (kind, name) in seen:
                reason = f"Duplicated {kind} id in resources '{seen[kind, name]}' and '{found.resource.name}'"
                problems.append(ResourceProblem(found.resource.name, Problem("", "", reason)))
            seen[kind, name] = found.resource.name
    return problems
