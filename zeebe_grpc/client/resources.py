"""The methods of `ZeebeClient` about resources."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from typing_extensions import deprecated

from zeebe_grpc.client.base import BlockingBase
from zeebe_grpc.commands import resources as commands
from zeebe_grpc.keys import KeyLike
from zeebe_grpc.models.resources import DeletedResource, Deployment, Resource
from zeebe_grpc.resource_files import read_resource_files
from zeebe_grpc.spans import Span


class ResourceMethods(BlockingBase):
    """Deploy and delete."""

    def deploy_resources(
        self,
        resources: Iterable[Resource] | Mapping[str, bytes],
        *,
        tenant_id: str | None = None,
        timeout: Span | None = None,
    ) -> Deployment:
        """Deploy processes, decisions and forms, all or none of them (RPC DeployResource, 8.0).

        What is deployed already with the same name and content keeps its version and key, so deploying at every start
        of a program is fine. Under another name the same content is a new version.

        Args:
            resources: `Resource` values, or a mapping of names to contents; the end of a name says what it is. The
                request as a whole may have 4 MiB, unless the gateway and this client are set otherwise.
            tenant_id: For whom; None for the client's tenant, or the default one.
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            DeploymentRejectedError: Something in the resources is wrong; the text says what and where.
            MessageTooLargeError: The resources are too large together; nothing was deployed.
            GatewayError: The call failed otherwise.
        """
        command = commands.deploy_resources(resources, tenant_id=self._tenant(tenant_id))
        return self.execute(command, timeout=timeout)

    def deploy_resources_from_files(
        self,
        paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str],
        *,
        tenant_id: str | None = None,
        timeout: Span | None = None,
    ) -> Deployment:
        """Deploy files and folders, all or none of what they hold (RPC DeployResource, 8.0).

        Args:
            paths: Files, and folders of which every `.bpmn`, `.dmn` and `.form` file is taken, also below; hidden ones
                are skipped. A resource gets the file's name without its folder.
            tenant_id: For whom; None for the client's tenant, or the default one.
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            FileNotFoundError: A path does not exist.
            ValueError: There is nothing to deploy, or two files have the same name.
            DeploymentRejectedError: Something in the resources is wrong; the text says what and where.
            MessageTooLargeError: The resources are too large together; nothing was deployed.
            GatewayError: The call failed otherwise.
        """
        return self.deploy_resources(read_resource_files(paths), tenant_id=tenant_id, timeout=timeout)

    @deprecated("use deploy_resources: DeployProcess knows neither decisions nor forms nor tenants")
    def deploy_process(
        self, resources: Iterable[Resource] | Mapping[str, bytes], *, timeout: Span | None = None
    ) -> Deployment:
        """Deploy processes for the default tenant (RPC DeployProcess, deprecated since 8.0).

        Args:
            resources: `Resource` values, or a mapping of names to contents.
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            DeploymentRejectedError: Something in the resources is wrong; the text says what and where.
            GatewayError: The call failed otherwise.
        """
        return self.execute(commands.deploy_process(resources), timeout=timeout)

    def delete_resource(
        self,
        resource_key: KeyLike,
        *,
        delete_history: bool | None = None,
        operation_reference: int | None = None,
        timeout: Span | None = None,
    ) -> DeletedResource:
        """Delete a process definition, a decision requirements graph or a form (RPC DeleteResource, 8.2).

        Args:
            resource_key: Its key; decisions go with their requirements.
            delete_history: Whether what is recorded about it is deleted too (8.9); None to leave that to the gateway.
            operation_reference: A number of yours, at least 1, that shows up in the records (8.6).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            ResourceNotFoundError: No resource has this key.
            InvalidStateError: Instances of the process run, and the engine does not delete it then.
            GatewayError: The call failed otherwise.
        """
        command = commands.delete_resource(
            resource_key, delete_history=delete_history, operation_reference=operation_reference
        )
        return self.execute(command, timeout=timeout)
