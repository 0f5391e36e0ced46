"""Ad-hoc sub-processes: their elements are activated on demand, by a list in the model or by a worker's job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from zeebe_grpc.engine.commands import Document
from zeebe_grpc.engine.elements.base import ScopeElementBehavior
from zeebe_grpc.engine.model.elements import AdHocSubProcess
from zeebe_grpc.engine.processing.failure import EXTRACT_VALUE_ERROR, Failure
from zeebe_grpc.engine.state.elements import ElementInstance

_ELEMENTS = "adHocSubProcessElements"
_JOB_KIND = "AD_HOC_SUB_PROCESS"


class AdHocBehavior(ScopeElementBehavior):
    """An ad-hoc sub-process. Each element that is activated runs in an inner instance of its own."""

    def activate(self, instance: ElementInstance) -> None:
        """The variables for whoever chooses and collects, then the input mappings."""
        element = _ad_hoc(instance)
        self.variables.set_local(instance.key, instance, _ELEMENTS, element.descriptions)
        if element.output_collection:
            self.variables.set_local(instance.key, instance, element.output_collection, [])
        self.mappings.apply_inputs(instance)

    def finish_activation(self, instance: ElementInstance) -> None:
        """The elements of the list begin, or the worker is asked."""
        element = _ad_hoc(instance)
        if element.job is not None:
            job = self.jobs.prepare(element.job, instance, _JOB_KIND)
            self.subscriptions.subscribe(instance)
            self.jobs.create(job)
            self.transitions.activated(instance)
            return
        chosen = self._listed(instance)
        self.subscriptions.subscribe(instance)
        self.transitions.activated(instance)
        for element_id in chosen:
            self._begin(instance, element_id, {})

    def begin_elements(self, instance: ElementInstance, elements: Iterable[Mapping[str, Any]]) -> None:
        """Activate elements, each with variables of its own."""
        for chosen in elements:
            self._begin(instance, chosen["elementId"], chosen.get("variables") or {})

    def condition_fulfilled(self, instance: ElementInstance, cancel_remaining: bool) -> None:
        """Complete; what is still active terminates first, or is waited for."""
        if cancel_remaining and instance.children:
            for child in self.state.elements.children(instance.key):
                self.transitions.command_terminate(child)
        elif cancel_remaining or not instance.has_active_paths:
            self.transitions.command_complete(instance)

    def before_path_completed(self, scope: ElementInstance, child: ElementInstance) -> bool:
        """Collect the result, and ask the completion condition."""
        element = _ad_hoc(scope)
        if element.output_collection and element.output_element is not None:
            value = self.expressions.any(element.output_element, child.key)
            collected = self.state.variables.local(scope.key, element.output_collection)
            items: Any = None if collected is None else collected.value
            if not isinstance(items, list):
                reason = f"The output collection '{element.output_collection}' is not a list."
                raise Failure(reason, EXTRACT_VALUE_ERROR)
            self.variables.set_local(scope.key, scope, element.output_collection, [*cast("list[object]", items), value])
        if element.job is not None or element.completion_condition is None:
            return False
        try:
            return self.expressions.truth(element.completion_condition, scope.key)
        except Failure as failure:
            message = f"Failed to evaluate completion condition. {failure.message}"
            raise Failure(message, EXTRACT_VALUE_ERROR) from None

    def after_path_completed(self, scope: ElementInstance, child: ElementInstance, satisfied: bool) -> None:
        """The worker is asked again; without a worker the condition decides, or that nothing is left."""
        element = _ad_hoc(scope)
        if element.job is not None:
            self._ask_again(scope, element)
        elif element.completion_condition is None:
            super().after_path_completed(scope, child, satisfied)
        elif satisfied:
            self.condition_fulfilled(scope, element.cancel_remaining)

    def child_terminated(self, scope: ElementInstance, child: ElementInstance | None) -> None:
        """The last inner instance has gone: with its scope, or because the condition is fulfilled."""
        if scope.is_terminating:
            if not scope.children:
                self.hand_over_or_tell(scope)
        elif not scope.has_active_paths:
            self.transitions.command_complete(scope)

    def complete(self, instance: ElementInstance) -> None:
        """The results go to the scope around, then the output mappings."""
        name = _ad_hoc(instance).output_collection
        collected = self.state.variables.local(instance.key, name) if name else None
        if collected is not None:
            self.variables.merge(instance.scope_key, instance, {name: collected.value})
        self.mappings.apply_outputs(instance)
        self.subscriptions.unsubscribe(instance)

    def finish_completion(self, instance: ElementInstance) -> None:
        """Completed, and what it did can be compensated."""
        self.complete_compensable(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """The inner instances terminate first."""
        if instance.element.has_listeners or instance.element.job is not None:
            self.jobs.cancel(instance)
        self.subscriptions.unsubscribe(instance)
        self.incidents.resolve_of_element(instance)
        self.compensation.forget_inside(instance)
        if self.transitions.terminate_children(instance):
            self.hand_over_or_tell(instance)

    def _ask_again(self, instance: ElementInstance, element: AdHocSubProcess) -> None:
        """There is one job at a time."""
        self.jobs.cancel(instance)
        if instance.condition_fulfilled:
            self.condition_fulfilled(instance, element.cancel_remaining)
        elif element.job is not None:
            self.jobs.create_for(element.job, instance, _JOB_KIND)

    def _begin(self, instance: ElementInstance, element_id: str, variables: Document) -> None:
        """The inner instance is there at once; its element begins after this step."""
        element = _ad_hoc(instance)
        inner = self.transitions.begin_at_once(instance, element.inner)
        output = element.output_element.root_variable if element.output_element else None
        if output:
            self.variables.set_local(inner.key, inner, output, None)
        self.variables.merge_local(inner.key, inner, variables)
        self.transitions.activate_inside_now(inner, element.activities[element_id])

    def _listed(self, instance: ElementInstance) -> list[str]:
        element = _ad_hoc(instance)
        if element.active_elements is None:
            return []
        try:
            chosen = self.expressions.texts(element.active_elements, instance.key)
        except Failure as failure:
            raise Failure(f"Failed to activate ad-hoc elements. {failure.message}", EXTRACT_VALUE_ERROR) from None
        unknown = [name for name in chosen if name not in element.activities]
        if unknown:
            reason = f"Failed to activate ad-hoc elements. No BPMN elements found with ids: '{', '.join(unknown)}'."
            raise Failure(reason, EXTRACT_VALUE_ERROR, instance.key)
        return chosen


class InnerInstanceBehavior(ScopeElementBehavior):
    """The scope around one activated element of an ad-hoc sub-process and what follows from it."""

    def finish_completion(self, instance: ElementInstance) -> None:
        """Nothing leaves it, but what it did can be compensated."""
        self.compensation.subscribe(instance)
        self.transitions.complete(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """What is inside terminates first."""
        if self.transitions.terminate_children(instance):
            self.transitions.terminate_and_tell(instance)

    def child_terminated(self, scope: ElementInstance, child: ElementInstance | None) -> None:
        """The last one inside has gone."""
        if not scope.children:
            self.transitions.terminate_and_tell(scope)


def _ad_hoc(instance: ElementInstance) -> AdHocSubProcess:
    element = instance.element
    if not isinstance(element, AdHocSubProcess):
        raise TypeError(f"'{element.id}' is no ad-hoc sub-process")
    return element
