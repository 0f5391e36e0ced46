"""What an element instance waits for: messages, timers and signals, subscribed when it begins to wait and closed when it goes."""

from __future__ import annotations

from zeebe_grpc.engine.state.elements import ElementInstance


class Subscriptions:
    """Opens and closes subscriptions."""

    def subscribe(self, instance: ElementInstance) -> None:
        """Wait for all events of the element: messages first, then timers, then signals."""

    def unsubscribe(self, instance: ElementInstance) -> None:
        """Wait for nothing any more."""

    def unsubscribe_event_sub_processes(self, instance: ElementInstance) -> None:
        """Wait no more for the event sub-processes of a scope."""
