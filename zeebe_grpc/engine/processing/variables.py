"""Setting of variables: in one scope, or merged upward to the scope that has the name."""

from __future__ import annotations

from zeebe_grpc.engine.commands import Document, JsonValue
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.state.elements import ElementInstance
from zeebe_grpc.engine.state.variables import Variable, Variables, same_value


class VariableWriter:
    """Writes VARIABLE records. A value that is the same as before makes no record."""

    def __init__(self, log: Log, variables: Variables) -> None:
        self._log = log
        self._variables = variables

    def merge_local(self, scope: int, owner: ElementInstance, document: Document) -> None:
        """Set all variables in one scope."""
        for name, value in document.items():
            self.set_local(scope, owner, name, value)

    def merge(self, scope: int, owner: ElementInstance, document: Document) -> None:
        """Set each variable in the nearest scope that has it with another value, the rest in the uppermost scope."""
        rest = dict(document)
        parent = self._variables.parent(scope)
        while rest and parent > 0:
            for name in list(rest):
                variable = self._variables.local(scope, name)
                if variable is not None and not same_value(variable.value, rest[name]):
                    self._update(scope, owner, name, variable, rest.pop(name))
            scope, parent = parent, self._variables.parent(parent)
        self.merge_local(scope, owner, rest)

    def set_local(self, scope: int, owner: ElementInstance, name: str, value: JsonValue) -> None:
        """Set one variable in one scope."""
        variable = self._variables.local(scope, name)
        if variable is None:
            key = self._log.next_key()
            self._variables.set(scope, name, Variable(key, value))
            self._write("CREATED", key, scope, owner, name, value)
        elif not same_value(variable.value, value):
            self._update(scope, owner, name, variable, value)

    def migrated(self, owner: ElementInstance) -> None:
        """Write that the variables of an instance are now those of another definition; their values are left out."""
        for name in self._variables.local_document(owner.key):
            variable = self._variables.local(owner.key, name)
            if variable is not None:
                self._write("MIGRATED", variable.key, owner.key, owner, name, "")

    def _update(self, scope: int, owner: ElementInstance, name: str, variable: Variable, value: JsonValue) -> None:
        variable.value = value
        self._write("UPDATED", variable.key, scope, owner, name, value)

    def _write(self, intent: str, key: int, scope: int, owner: ElementInstance, name: str, value: JsonValue) -> None:
        record = {
            "name": name,
            "value": value,
            "scopeKey": scope,
            "processInstanceKey": owner.process_instance_key,
            "processDefinitionKey": owner.definition.key,
            "bpmnProcessId": owner.definition.id,
            "tenantId": owner.tenant_id,
        }
        self._log.event("VARIABLE", intent, key, record)
