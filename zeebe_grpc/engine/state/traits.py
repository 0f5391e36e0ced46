"""What a process instance is given at its creation, or once later, and keeps until it ends."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class InstanceTraits:
    """The tags and business id that its jobs carry too, and the elements after which it terminates."""

    tags: Sequence[str] = ()
    business_id: str = ""
    terminate_after: Collection[str] = ()


ORDINARY = InstanceTraits()


class Traits:
    """Traits by process instance; most instances have none of their own."""

    def __init__(self) -> None:
        self._traits: dict[int, InstanceTraits] = {}

    def of(self, process_instance_key: int) -> InstanceTraits:
        """The traits of a process instance."""
        return self._traits.get(process_instance_key, ORDINARY)

    def add(self, process_instance_key: int, traits: InstanceTraits) -> None:
        """Keep the traits of a process instance, if it has any."""
        if traits != ORDINARY:
            self._traits[process_instance_key] = traits

    def assign(self, process_instance_key: int, business_id: str) -> None:
        """Give a business id to a process instance that has none."""
        self._traits[process_instance_key] = replace(self.of(process_instance_key), business_id=business_id)

    def remove(self, process_instance_key: int) -> None:
        """Forget them."""
        self._traits.pop(process_instance_key, None)
