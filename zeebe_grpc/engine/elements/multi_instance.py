"""The body around a multi-instance activity: it has the loop, the instances inside it do the work."""

from __future__ import annotations

from typing import Any, cast

from zeebe_grpc.engine.elements.base import ScopeElementBehavior
from zeebe_grpc.engine.model.elements import MultiInstanceBody
from zeebe_grpc.engine.processing.failure import EXTRACT_VALUE_ERROR, Failure
from zeebe_grpc.engine.state.elements import ElementInstance

_LOOP_COUNTER = "loopCounter"


class MultiInstanceBehavior(ScopeElementBehavior):
    """Begins one instance for each item, one after another or all at once, and collects what they give."""

    def finish_activation(self, instance: ElementInstance) -> None:
        """Active with the list of results still empty, then the instances begin."""
        items, body = self._items(instance), _loop(instance)
        self.subscriptions.subscribe(instance)
        self.transitions.activated(instance)
        if body.output_collection:
            self.variables.set_local(instance.key, instance, body.output_collection, [None] * len(items))
        if not items:
            self.transitions.command_complete(instance)
        elif body.sequential:
            self.transitions.activate_inside_now(instance, body.inner)
        else:
            self.transitions.activate_many_inside(instance, len(items))

    def child_activating(self, scope: ElementInstance, child: ElementInstance) -> None:
        """The loop's variables come before anything else of the new instance."""
        items, body, index = self._items(scope), _loop(scope), child.loop_counter - 1
        if index >= len(items):
            raise Failure(
                f"Expected to read item at index {index} of the multiInstanceBody input collection "
                f"but it contains only {len(items)} elements",
                EXTRACT_VALUE_ERROR,
            )
        if body.input_element:
            self.variables.set_local(child.key, child, body.input_element, items[index])
        output = body.output_element.root_variable if body.output_element else None
        if output and output not in (body.input_element, _LOOP_COUNTER):
            self.variables.set_local(child.key, child, output, None)
        self.variables.set_local(child.key, child, _LOOP_COUNTER, child.loop_counter)

    def before_path_completed(self, scope: ElementInstance, child: ElementInstance) -> bool:
        """Collect the result, and ask the completion condition."""
        body = _loop(scope)
        if body.output_collection and body.output_element is not None:
            value = self.expressions.any(body.output_element, child.key)
            self._collect(scope, body.output_collection, child.loop_counter, value)
        if body.completion_condition is None:
            return False
        # the child still counts as active
        numbers = {
            "numberOfInstances": scope.loop_counter,
            "numberOfActiveInstances": len(scope.children) - 1,
            "numberOfCompletedInstances": scope.completed_children + 1,
            "numberOfTerminatedInstances": scope.terminated_children,
        }
        return self.expressions.truth(body.completion_condition, child.key, numbers)

    def after_path_completed(self, scope: ElementInstance, child: ElementInstance, satisfied: bool) -> None:
        """The loop is over, or the next instance begins."""
        body, amount = _loop(scope), len(self._items(scope))
        if satisfied:
            if self.transitions.terminate_children(scope) or body.sequential:
                self.transitions.command_complete(scope)
        elif body.sequential and scope.loop_counter < amount:
            self.transitions.activate_inside_now(scope, body.inner)
        elif not scope.has_active_paths and scope.completed_children + scope.terminated_children == amount:
            self.transitions.command_complete(scope)

    def child_terminated(self, scope: ElementInstance, child: ElementInstance | None) -> None:
        """The last instance has gone: with the body, or because the completion condition holds."""
        if scope.children:
            return
        if scope.is_terminating:
            self._end(scope)
        elif not scope.has_active_paths:
            self.transitions.command_complete(scope)

    def complete(self, instance: ElementInstance) -> None:
        """The results go to the scope around the body."""
        self.subscriptions.unsubscribe(instance)
        name = _loop(instance).output_collection
        collected = self.state.variables.local(instance.key, name) if name else None
        if collected is not None:
            self.variables.merge(instance.scope_key, instance, {name: collected.value})

    def finish_completion(self, instance: ElementInstance) -> None:
        """Completed, and what it did can be compensated."""
        self.complete_compensable(instance)

    def terminate(self, instance: ElementInstance) -> None:
        """The instances terminate first."""
        if instance.element.has_listeners:
            self.jobs.cancel(instance)
        self.subscriptions.unsubscribe(instance)
        if self.transitions.terminate_children(instance):
            self._end(instance)

    def _end(self, instance: ElementInstance) -> None:
        self.incidents.resolve_of_element(instance)
        self.hand_over_or_tell(instance)

    def _items(self, instance: ElementInstance) -> list[Any]:
        """The input collection; it is evaluated once."""
        if instance.items is None:
            collection = _loop(instance).input_collection
            items = [] if collection is None else self.expressions.items(collection, instance.key)
            instance.items = items
            record = {"inputCollection": items}
            self.log.event("MULTI_INSTANCE", "INPUT_COLLECTION_EVALUATED", instance.key, record)
        return instance.items

    def _collect(self, scope: ElementInstance, name: str, position: int, value: Any) -> None:
        variable = self.state.variables.local(scope.key, name)
        value_now: Any = variable.value if variable is not None else None
        trouble = f"Unable to update an item in output collection '{name}' at position {position}: "
        if not isinstance(value_now, list):
            raise Failure(trouble + "it is not a list", EXTRACT_VALUE_ERROR, scope.key)
        collected = cast("list[object]", value_now)
        if position > len(collected):
            raise Failure(f"{trouble}its size is {len(collected)}", EXTRACT_VALUE_ERROR, scope.key)
        updated = [*collected[: position - 1], value, *collected[position:]]
        self.variables.set_local(scope.key, scope, name, updated)


def _loop(instance: ElementInstance) -> MultiInstanceBody:
    body = instance.element
    if not isinstance(body, MultiInstanceBody):
        raise TypeError(f"'{body.id}' is no multi-instance body")
    return body
