"""Which Zeebe release the gateway imitates, and what is known to differ between them.

Only differences that a client can see over the wire live here; each names the release in which it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OLDEST = (8, 5)
NEWEST = (8, 10)

_RPC_SINCE = {"EvaluateConditional": (8, 9), "UpdateJobPriority": (8, 10)}


@dataclass(frozen=True, order=True)
class Release:
    """A Zeebe release by its two leading numbers, and the patch number that the topology names."""

    number: tuple[int, int]
    patch: int = 0

    @classmethod
    def parse(cls, text: str) -> Release:
        """Read ``8.9`` or ``8.9.1``.

        Raises:
            ValueError: if the text is no release between 8.5 and 8.10.
        """
        match = re.fullmatch(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
        number = (int(match[1]), int(match[2])) if match is not None else None
        if match is None or number is None or not OLDEST <= number <= NEWEST:
            known = ", ".join(f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1))
            raise ValueError(f"the gateway cannot imitate Zeebe {text!r}: use one of {known}")
        return cls(number, int(match[3] or 0))

    def __str__(self) -> str:
        """The full version, as the topology gives it."""
        return f"{self.number[0]}.{self.number[1]}.{self.patch}"

    @property
    def short(self) -> str:
        """The two leading numbers, as the engine is told them."""
        return f"{self.number[0]}.{self.number[1]}"

    def has_rpc(self, name: str) -> bool:
        """Whether the release's gateway knows the RPC at all."""
        return self.number >= _RPC_SINCE.get(name, (0, 0))

    @property
    def has_job_kinds(self) -> bool:
        """Jobs tell their kind, listener event and tags (8.8)."""
        return self.number >= (8, 8)

    @property
    def has_job_results(self) -> bool:
        """A completed job may carry a result for its listener or ad-hoc sub-process (8.8)."""
        return self.number >= (8, 8)

    @property
    def has_tags(self) -> bool:
        """Process instances carry tags, and their syntax is checked (8.8)."""
        return self.number >= (8, 8)

    @property
    def has_business_ids(self) -> bool:
        """Process instances carry a business id (8.9)."""
        return self.number >= (8, 9)

    @property
    def has_moves(self) -> bool:
        """A modification moves elements, and names what it terminates by id too (8.9)."""
        return self.number >= (8, 9)

    @property
    def has_tenant_filter(self) -> bool:
        """Activation may ask for all tenants of the caller (8.9)."""
        return self.number >= (8, 9)

    @property
    def has_cluster_id(self) -> bool:
        """The topology names the cluster (8.9)."""
        return self.number >= (8, 9)

    @property
    def has_leases(self) -> bool:
        """Activation may ask for leases, and a leased job is answered with its token (8.10)."""
        return self.number >= (8, 10)

    @property
    def has_job_priorities(self) -> bool:
        """A job tells its priority and its instance's business id (8.10)."""
        return self.number >= (8, 10)

    @property
    def has_late_business_ids(self) -> bool:
        """A completed job may assign a business id, and a message may carry one (8.10)."""
        return self.number >= (8, 10)

    @property
    def has_physical_tenants(self) -> bool:
        """A call may name the physical tenant that it is for (8.10)."""
        return self.number >= (8, 10)

    @property
    def has_broker_ids(self) -> bool:
        """A broker of the topology has an id beside its number (8.10)."""
        return self.number >= (8, 10)

    @property
    def refuses_blank_message_name(self) -> bool:
        """A blank message name is INVALID_ARGUMENT; releases up to 8.6 let it pass."""
        return self.number >= (8, 7)

    @property
    def decision_not_found_is_invalid(self) -> bool:
        """A decision that does not exist is INVALID_ARGUMENT up to 8.7, NOT_FOUND from 8.8."""
        return self.number < (8, 8)

    @property
    def failed_decision_has_no_output(self) -> bool:
        """The output of a failed evaluation is empty up to 8.7, and the JSON text ``null`` from 8.8."""
        return self.number < (8, 8)

    @property
    def checks_tenant_at_gateway(self) -> bool:
        """A tenant that was not granted is refused by the gateway itself, up to 8.7."""
        return self.number < (8, 8)
