"""Deployed forms with their versions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Form:
    """One version of a form. `content` identifies the file that it came from."""

    key: int
    id: str
    version: int
    version_tag: str
    resource_name: str
    content: bytes
    deployment_key: int
    tenant_id: str


class Forms:
    """Forms by key, and by id with their versions."""

    def __init__(self) -> None:
        self._by_key: dict[int, Form] = {}
        self._versions: dict[tuple[str, str], dict[int, Form]] = {}

    def add(self, form: Form) -> None:
        """Store a new version."""
        self._by_key[form.key] = form
        self._versions.setdefault((form.tenant_id, form.id), {})[form.version] = form

    def remove(self, form: Form) -> None:
        """Forget a version."""
        del self._by_key[form.key]
        del self._versions[form.tenant_id, form.id][form.version]

    def by_key(self, key: int) -> Form | None:
        """The form with this key."""
        return self._by_key.get(key)

    def find(self, form_id: str, tenant_id: str, binding: str, deployment_key: int, version_tag: str) -> Form | None:
        """The newest version that a binding (``latest``, ``deployment`` or ``versionTag``) admits."""
        versions = self._versions.get((tenant_id, form_id), {})
        fitting = [
            form
            for form in versions.values()
            if binding == "latest"
            or (binding == "deployment" and form.deployment_key == deployment_key)
            or (binding == "versionTag" and form.version_tag == version_tag)
        ]
        return max(fitting, key=lambda form: form.version, default=None)

    def next_version(self, form_id: str, tenant_id: str) -> int:
        """The number of the next version; that of a deleted latest one is given again."""
        return max(self._versions.get((tenant_id, form_id), {}), default=0) + 1
