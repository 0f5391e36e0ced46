"""Signals: broadcast to all who wait, and to start events."""

from __future__ import annotations

from zeebe_grpc.engine.answers import Answer, SignalBroadcast
from zeebe_grpc.engine.commands import BroadcastSignal, Document
from zeebe_grpc.engine.followups import BroadcastInside
from zeebe_grpc.engine.handlers.messages import event_of
from zeebe_grpc.engine.handlers.start_events import StartEvents
from zeebe_grpc.engine.processing.services import Services


class SignalHandler:
    """Handles `BroadcastSignal` and the signals that process instances throw."""

    def __init__(self, services: Services, starts: StartEvents) -> None:
        self._services = services
        self._starts = starts

    def broadcast(self, command: BroadcastSignal, request: int) -> Answer:
        """Broadcast a signal from outside."""
        return SignalBroadcast(self._broadcast(command.name, command.variables, command.tenant_id), command.tenant_id)

    def broadcast_inside(self, command: BroadcastInside) -> None:
        """Broadcast a signal that a process instance threw."""
        self._broadcast(command.name, command.variables, command.tenant_id)

    def _broadcast(self, name: str, variables: Document, tenant_id: str) -> int:
        log, triggers = self._services.log, self._services.triggers
        key = log.next_key()
        waiting = self._services.state.signals.waiting_for(name, tenant_id)
        record = {"signalName": name, "variables": dict(variables), "tenantId": tenant_id}
        log.event("SIGNAL", "BROADCASTED", key, record)
        for subscription in waiting:
            instance = subscription.instance
            if instance is None:
                self._starts.start(subscription.definition, subscription.element_id, variables)
            elif triggers.can_trigger(instance, subscription.element_id):
                triggers.publish(event_of(instance, subscription.element_id), instance, variables)
        return key
