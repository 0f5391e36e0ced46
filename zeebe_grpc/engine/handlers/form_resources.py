"""Forms in a deployment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, cast

from zeebe_grpc.engine.answers import DeployedDefinition
from zeebe_grpc.engine.commands import Resource
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.document import Problem
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.forms import Form


class FormResources:
    """Reads ``.form`` resources: JSON documents with an id."""

    suffixes: tuple[str, ...] = (".form",)

    def __init__(self, log: Log, state: State) -> None:
        self._log = log
        self._state = state

    def read(self, resource: Resource, tenant_id: str) -> FormResource:
        """Read a file."""
        return FormResource(resource, tenant_id, self._log, self._state)


class FormResource:
    """A form that has been read."""

    def __init__(self, resource: Resource, tenant_id: str, log: Log, state: State) -> None:
        self.resource = resource
        self._tenant_id = tenant_id
        self._log = log
        self._state = state
        self._digest = hashlib.sha256(resource.content).digest()
        self._document, self._reason = _read(resource.content)

    @property
    def problems(self) -> Sequence[Problem]:
        """Why it cannot be deployed."""
        return [Problem("", "", self._reason)] if self._reason else []

    @property
    def ids(self) -> Sequence[tuple[str, str]]:
        """The form."""
        return [] if self._reason else [("form", self._id)]

    @property
    def is_duplicate(self) -> bool:
        """Whether the latest version came from this content under this name."""
        latest = self._latest
        return latest is not None and (latest.resource_name, latest.content) == (self.resource.name, self._digest)

    def unchanged(self, deployment_key: int) -> list[DeployedDefinition]:
        """The latest version."""
        return [_described(self._latest)] if self._latest is not None else []

    def deploy(self, deployment_key: int) -> list[DeployedDefinition]:
        """Store a new version."""
        tag = self._document.get("versionTag")
        form = Form(
            key=self._log.next_key(),
            id=self._id,
            version=self._state.forms.next_version(self._id, self._tenant_id),
            version_tag=tag if isinstance(tag, str) else "",
            resource_name=self.resource.name,
            content=self._digest,
            deployment_key=deployment_key,
            tenant_id=self._tenant_id,
        )
        self._state.forms.add(form)
        self._log.event("FORM", "CREATED", form.key, form_record(form))
        return [_described(form)]

    def activate(self, definitions: Sequence[DeployedDefinition]) -> None:
        """Nothing waits for a form."""

    @property
    def _id(self) -> str:
        return str(self._document["id"])

    @property
    def _latest(self) -> Form | None:
        return self._state.forms.find(self._id, self._tenant_id, "latest", -1, "")


def _read(content: bytes) -> tuple[dict[str, Any], str]:
    """The document, and what is wrong with it."""
    try:
        document: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        return {}, f"Failed to parse form JSON: {error}"
    if not isinstance(document, dict):
        return {}, "Failed to parse form JSON: it is no object"
    form = cast("dict[str, Any]", document)
    form_id = form.get("id")
    if form_id is None:
        return {}, "Expected the form id to be present, but none given"
    if isinstance(form_id, dict | list):
        return {}, "Failed to parse form JSON: the id is no text"
    # a number is taken as its text
    if not str(form_id).strip():
        return {}, "Expected the form id to be filled, but it is blank"
    return form, ""


def _described(form: Form) -> DeployedDefinition:
    return DeployedDefinition("form", form.key, form.id, form.version, form.resource_name, form.tenant_id)


def form_record(form: Form) -> dict[str, object]:
    """The FORM record of a form."""
    return {
        "formId": form.id,
        "version": form.version,
        "versionTag": form.version_tag,
        "formKey": form.key,
        "resourceName": form.resource_name,
        "deploymentKey": form.deployment_key,
        "tenantId": form.tenant_id,
    }
