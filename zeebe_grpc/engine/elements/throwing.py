"""Events that throw: intermediate throw events and end events, each by what it throws."""

from __future__ import annotations

from collections.abc import Mapping

from zeebe_grpc.engine.elements.base import ElementBehavior
from zeebe_grpc.engine.elements.delegating import DelegatingBehavior
from zeebe_grpc.engine.followups import BroadcastInside
from zeebe_grpc.engine.model.elements import (
    CompensationDefinition,
    ElementType,
    ErrorDefinition,
    EscalationDefinition,
    Event,
    EventDefinition,
    EventType,
    SignalDefinition,
)
from zeebe_grpc.engine.model.expression import Expression
from zeebe_grpc.engine.processing.failure import UNHANDLED_ERROR_EVENT, Failure
from zeebe_grpc.engine.processing.publication import Publication
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.state.elements import ElementInstance


class NoneThrow(ElementBehavior):
    """Throws nothing; applies outputs, but no inputs."""

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active and on."""
        self.pass_through(instance)

    def complete(self, instance: ElementInstance) -> None:
        """Output mappings."""
        self.mappings.apply_outputs(instance)


class MessageThrow(NoneThrow):
    """A worker sends the message."""

    def activate(self, instance: ElementInstance) -> None:
        """Input mappings."""
        self.mappings.apply_inputs(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """The worker's job."""
        if instance.element.job is not None:
            self.jobs.create_for(instance.element.job, instance)
            self.transitions.activated(instance)


class SignalThrow(NoneThrow):
    """Broadcasts a signal with its local variables."""

    def activate(self, instance: ElementInstance) -> None:
        """Input mappings."""
        self.mappings.apply_inputs(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """The signal goes out after this step."""
        definition = _definition(instance)
        if isinstance(definition, SignalDefinition):
            name = self.expressions.text(definition.name, instance.key)
            variables = self.state.variables.local_document(instance.key)
            self.log.command(BroadcastInside(name, variables, instance.tenant_id))
        self.pass_through(instance)


class LinkThrow(NoneThrow):
    """Goes on at the catching event of the same name, without a flow between them."""

    def finish_completion(self, instance: ElementInstance) -> None:
        """The catching event activates."""
        self.transitions.complete(instance)
        element = instance.element
        if isinstance(element, Event) and element.link_target is not None:
            self.transitions.activate_beside(instance, element.link_target)


class EscalationThrow(NoneThrow):
    """Escalates; goes on unless an interrupting event catches."""

    def __init__(self, services: Services, publication: Publication) -> None:
        super().__init__(services)
        self._publication = publication

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active, thrown, and on if nothing interrupts."""
        definition = _definition(instance)
        code = self.code(definition.code, instance) if isinstance(definition, EscalationDefinition) else ""
        self.transitions.activated(instance)
        if self._publication.escalate(code, instance):
            self.transitions.command_complete(instance)

    def code(self, code: Expression | None, instance: ElementInstance) -> str:
        """The code that is thrown."""
        return _code(self, code, instance)


class ErrorEnd(ElementBehavior):
    """Throws an error, which somebody must catch; it is then terminated with the scope that the error interrupts."""

    def __init__(self, services: Services, publication: Publication) -> None:
        super().__init__(services)
        self._publication = publication

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active only if somebody catches."""
        definition = _definition(instance)
        code = self.code(definition.code, instance) if isinstance(definition, ErrorDefinition) else ""
        found = self._publication.find_error(code, self.state.elements.scope_of(instance))
        if isinstance(found, str):
            raise Failure(found, UNHANDLED_ERROR_EVENT)
        self.transitions.activated(instance)
        self._publication.throw_error(found, {})

    def code(self, code: Expression | None, instance: ElementInstance) -> str:
        """The code that is thrown."""
        return _code(self, code, instance)


class CompensationThrow(ElementBehavior):
    """Compensates what has completed in its scope; goes on when all handlers have completed.

    It ignores its mappings.
    """

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active, and on if there is nothing to compensate."""
        definition = _definition(instance)
        activity_id = definition.activity_id if isinstance(definition, CompensationDefinition) else None
        self.transitions.activated(instance)
        if not self.compensation.trigger(instance, activity_id):
            self.transitions.command_complete(instance)


class TerminateEnd(ElementBehavior):
    """Ends its scope: it completes first, then everything else in the scope terminates."""

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active and on."""
        self.pass_through(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """Completed, then the others go."""
        scope = self.state.elements.scope_of(instance)
        self.transitions.complete_and_leave(instance)
        if scope is not None:
            self.transitions.terminate_children(scope)


class ThrowEvent(DelegatingBehavior):
    """An intermediate throw event or end event: acts by what it throws."""

    def __init__(self, services: Services, by_type: Mapping[EventType, ElementBehavior]) -> None:
        super().__init__(services)
        self._by_type = by_type

    def choose(self, instance: ElementInstance) -> ElementBehavior:
        """By the event type."""
        return self._by_type[instance.element.event_type]

    def terminate(self, instance: ElementInstance) -> None:
        """The job goes; an end event closes its incidents before it has terminated, a throw event after."""
        if instance.element.job is not None or instance.element.has_listeners:
            self.jobs.cancel(instance)
        if instance.element.event_type is EventType.COMPENSATION:
            self.compensation.forget_thrown_by(instance)
        if instance.type is ElementType.END_EVENT:
            self.incidents.resolve_of_element(instance)
            self.transitions.terminate_and_tell(instance)
        else:
            self.transitions.terminate(instance)
            self.incidents.resolve_of_element(instance)
            self.transitions.tell_terminated(instance)


def _definition(instance: ElementInstance) -> EventDefinition | None:
    element = instance.element
    return element.definition if isinstance(element, Event) else None


def _code(behavior: ElementBehavior, code: Expression | None, instance: ElementInstance) -> str:
    """A code that is thrown; a static one is taken as it is written."""
    if code is None:
        return ""
    return behavior.expressions.text(code, instance.key) if code.static_text is None else code.static_text
