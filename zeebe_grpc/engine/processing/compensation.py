"""Compensation: what has completed can be undone by its handler when somebody throws a compensation event."""

from __future__ import annotations

from collections.abc import Sequence

from zeebe_grpc.engine.followups import ElementCommand, ElementIntent
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.model.elements import Activity, ElementType, EventType
from zeebe_grpc.engine.processing.lifecycle import Lifecycle
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.compensation import CompensationSubscription
from zeebe_grpc.engine.state.elements import ElementInstance

_HOLDING = (
    ElementType.SUB_PROCESS,
    ElementType.MULTI_INSTANCE_BODY,
    ElementType.AD_HOC_SUB_PROCESS,
    ElementType.AD_HOC_SUB_PROCESS_INNER_INSTANCE,
)


class Compensation:
    """Writes COMPENSATION_SUBSCRIPTION records, and activates compensation handlers."""

    def __init__(self, log: Log, state: State, lifecycle: Lifecycle) -> None:
        self._log = log
        self._state = state
        self._subscriptions = state.compensation
        self._lifecycle = lifecycle

    def subscribe(self, instance: ElementInstance) -> None:
        """An activity is about to complete: remember it if it, or something in it, can be compensated."""
        element = instance.element
        boundary = element.compensation_boundary if isinstance(element, Activity) else None
        if boundary is None and not self._holds_subscriptions(instance):
            return
        handler = boundary.compensation_handler if boundary is not None else None
        subscription = CompensationSubscription(self._log.next_key(), instance, handler.id if handler else "")
        self._subscriptions.add(subscription)
        self._write("CREATED", subscription)

    def trigger(self, thrower: ElementInstance, activity_id: str | None) -> bool:
        """Compensate one activity, or all in the scope of the throwing event; False if there is nothing to do."""
        scopes = self._scopes_of(thrower)
        found = self._subscriptions.of_instance(thrower.process_instance_key)
        waiting = [subscription for subscription in found if not subscription.is_triggered]
        chosen = [
            subscription
            for subscription in waiting
            if subscription.scope_key in scopes and activity_id in (None, subscription.activity.element.id)
        ]
        pending = list(reversed(chosen))
        while pending:
            subscription = pending.pop()
            self._trigger(subscription, thrower)
            inside = [other for other in waiting if other.scope_key == subscription.activity.key]
            pending.extend(reversed(inside))
        return bool(chosen)

    def handler_completed(self, handler: ElementInstance) -> None:
        """A compensation handler has completed; after the last one the throwing event completes."""
        if handler.element.event_type is not EventType.COMPENSATION:
            return
        for subscription in self._subscriptions.of_instance(handler.process_instance_key):
            if subscription.handler_key == handler.key:
                self._complete(subscription)
                self._complete_around(handler.process_instance_key, subscription.scope_key)
                self._complete_thrower(handler.process_instance_key, subscription.throw_key)
                return

    def forget(self, subscriptions: Sequence[CompensationSubscription]) -> None:
        """These can no longer be compensated."""
        for subscription in subscriptions:
            self._subscriptions.remove(subscription)
            self._write("DELETED", subscription)

    def forget_all(self, process_instance: ElementInstance) -> None:
        """The process instance ends."""
        self.forget(self._subscriptions.of_instance(process_instance.key))

    def forget_inside(self, scope: ElementInstance) -> None:
        """A scope terminates: nothing that has completed in it, at any depth, can be compensated."""
        pending = [scope.key]
        while pending:
            for subscription in self._subscriptions.in_scope(scope.process_instance_key, pending.pop()):
                self.forget([subscription])
                pending.append(subscription.activity.key)

    def forget_thrown_by(self, thrower: ElementInstance) -> None:
        """A throwing event terminates."""
        found = self._subscriptions.of_instance(thrower.process_instance_key)
        self.forget([subscription for subscription in found if subscription.throw_key == thrower.key])

    def _holds_subscriptions(self, instance: ElementInstance) -> bool:
        if instance.type not in _HOLDING:
            return False
        return bool(self._subscriptions.in_scope(instance.process_instance_key, instance.key))

    def _scopes_of(self, thrower: ElementInstance) -> list[int]:
        """The throwing event's scope; from inside an event sub-process also the scope around that."""
        scope = self._state.elements.scope_of(thrower)
        if scope is not None and scope.type is ElementType.EVENT_SUB_PROCESS:
            return [thrower.scope_key, scope.scope_key]
        return [thrower.scope_key]

    def _trigger(self, subscription: CompensationSubscription, thrower: ElementInstance) -> None:
        if subscription.handler_id:
            subscription.handler_key = self._activate_handler(subscription, thrower)
        subscription.throw_id = thrower.element.id
        subscription.throw_key = thrower.key
        self._write("TRIGGERED", subscription)

    def _activate_handler(self, subscription: CompensationSubscription, thrower: ElementInstance) -> int:
        """The boundary event passes at once beside the throwing event, and the handler begins there after this step."""
        activity = subscription.activity.element
        boundary = activity.compensation_boundary if isinstance(activity, Activity) else None
        if boundary is None or boundary.compensation_handler is None:
            return -1
        event = thrower.at(boundary, self._log.next_key())
        self._lifecycle.activating(event)
        self._lifecycle.activated(event)
        self._lifecycle.completing(event)
        self._lifecycle.completed(event)
        handler = thrower.at(boundary.compensation_handler, self._log.next_key())
        self._log.command(ElementCommand(ElementIntent.ACTIVATE, handler))
        return handler.key

    def _complete(self, subscription: CompensationSubscription) -> None:
        self._subscriptions.remove(subscription)
        self._write("COMPLETED", subscription)

    def _complete_around(self, process_instance_key: int, scope_key: int) -> None:
        """When everything in a sub-process is compensated, so is the sub-process, and so on outward."""
        while not self._subscriptions.in_scope(process_instance_key, scope_key):
            around = [
                subscription
                for subscription in self._subscriptions.of_instance(process_instance_key)
                if subscription.activity.key == scope_key and not subscription.handler_id
            ]
            if not around:
                return
            self._complete(around[0])
            scope_key = around[0].scope_key

    def _complete_thrower(self, process_instance_key: int, throw_key: int) -> None:
        found = self._subscriptions.of_instance(process_instance_key)
        if any(subscription.throw_key == throw_key for subscription in found):
            return
        thrower = self._state.elements.get(throw_key)
        if thrower is not None:
            self._log.command(ElementCommand(ElementIntent.COMPLETE, thrower))

    def _write(self, intent: str, subscription: CompensationSubscription) -> None:
        self._log.event("COMPENSATION_SUBSCRIPTION", intent, subscription.key, subscription.value())
