"""Call activities: they start an instance of another process and wait for it."""

from __future__ import annotations

from zeebe_grpc.engine.elements.base import ScopeElementBehavior
from zeebe_grpc.engine.followups import ElementCommand, ElementIntent
from zeebe_grpc.engine.model.elements import CallActivity
from zeebe_grpc.engine.processing.failure import CALLED_ELEMENT_ERROR, Failure
from zeebe_grpc.engine.state.definitions import ProcessDefinition
from zeebe_grpc.engine.state.elements import ElementInstance, EventTrigger
from zeebe_grpc.engine.state.traits import InstanceTraits

MAX_DEPTH = 1000
"""How deep process instances may call each other."""


class CallActivityBehavior(ScopeElementBehavior):
    """A call activity; the process instance that it called is its child."""

    def activate(self, instance: ElementInstance) -> None:
        """Input mappings."""
        self.mappings.apply_inputs(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active, and the called process begins with its variables already set."""
        definition = self._find(instance)
        self.subscriptions.subscribe(instance)
        self.transitions.activated(instance)
        child = self._child(instance, definition)
        business_id = self.state.traits.of(instance.process_instance_key).business_id
        self.state.traits.add(child.key, InstanceTraits(business_id=business_id))
        self._hand_down(instance, child)
        self.log.command(ElementCommand(ElementIntent.ACTIVATE, child))

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings over the variables that came back."""
        self.mappings.apply_outputs(instance)
        self.subscriptions.unsubscribe(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """Completed, and what it did can be compensated."""
        self.complete_compensable(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """The called process instance terminates first."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.subscriptions.unsubscribe(instance)
        self.incidents.resolve_of_element(instance)
        child = self.state.elements.get(instance.called_child_key)
        if child is not None and child.can_terminate:
            self.transitions.command_terminate(child)
        else:
            self.child_terminated(instance, None)

    def before_path_completed(self, scope: ElementInstance, child: ElementInstance) -> bool:
        """The called process instance is about to complete: its variables wait until the call activity completes."""
        element = _call(scope)
        if scope.event_scope is not None and (element.outputs is not None or element.propagate_child):
            variables = self.state.variables.local_document(child.key)
            scope.event_scope.trigger(EventTrigger(scope.key, element.id, variables))
        return False

    def after_path_completed(self, scope: ElementInstance, child: ElementInstance, satisfied: bool) -> None:
        """The called process instance has completed."""
        if scope.is_active:
            self.transitions.command_complete(scope)
        elif scope.is_terminating:
            self.hand_over_or_tell(scope)

    def child_terminated(self, scope: ElementInstance, child: ElementInstance | None) -> None:
        """The called process instance has terminated, or never was."""
        if scope.is_terminating:
            self.hand_over_or_tell(scope)

    def _find(self, instance: ElementInstance) -> ProcessDefinition:
        element = _call(instance)
        if element.process_id is None:
            raise Failure(f"Expected call activity '{element.id}' to name a process.", CALLED_ELEMENT_ERROR)
        process_id = self.expressions.text(element.process_id, instance.key)
        definitions, tenant = self.state.definitions, instance.tenant_id
        where = ""
        if element.binding == "deployment":
            found = definitions.in_deployment(process_id, instance.definition.deployment_key, tenant)
            where = " in the same deployment"
        elif element.binding == "versionTag":
            found = definitions.tagged(process_id, element.version_tag, tenant)
            where = f" and version tag '{element.version_tag}'"
        else:
            found = definitions.latest(process_id, tenant)
        if found is None:
            reason = f"Expected process with BPMN process id '{process_id}'{where} to be deployed, but not found."
            raise Failure(reason, CALLED_ELEMENT_ERROR)
        if found.process.none_start_event is None:
            reason = f"Expected process with BPMN process id '{process_id}' to have a none start event, but not found."
            raise Failure(reason, CALLED_ELEMENT_ERROR)
        self._check_depth(instance)
        return found

    def _check_depth(self, instance: ElementInstance) -> None:
        caller = self.state.elements.get(instance.process_instance_key)
        if caller is not None and caller.depth >= MAX_DEPTH:
            reason = (
                f"The call activity has reached the maximum depth of {MAX_DEPTH} called process instances. "
                "This is likely due to a recursive call."
            )
            raise Failure(reason, CALLED_ELEMENT_ERROR)

    def _child(self, instance: ElementInstance, definition: ProcessDefinition) -> ElementInstance:
        key = self.log.next_key()
        return ElementInstance(
            key,
            definition,
            definition.process,
            key,
            parent_process_instance_key=instance.process_instance_key,
            parent_element_instance_key=instance.key,
            root_process_instance_key=instance.root_process_instance_key,
        )

    def _hand_down(self, instance: ElementInstance, child: ElementInstance) -> None:
        element = _call(instance)
        if element.propagate_parent:
            variables = self.state.variables.document(instance.key)
        elif element.inputs is not None:
            variables = self.state.variables.local_document(instance.key)
        else:
            return
        self.variables.merge_local(child.key, child, variables)


def _call(instance: ElementInstance) -> CallActivity:
    element = instance.element
    if not isinstance(element, CallActivity):
        raise TypeError(f"'{element.id}' is no call activity")
    return element
