"""A handler as it is registered: what it does, and with which options. Pure data, and the resolving of its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zeebe_grpc.worker.binding import Binding
from zeebe_grpc.worker.middleware import Middleware
from zeebe_grpc.worker.policy import MachinePolicy
from zeebe_grpc.worker.reports import WorkerEvent
from zeebe_grpc.worker.settings import JobSettings, resolve


@dataclass(frozen=True)
class Registration:
    """One job type of a worker.

    Attributes:
        type: The job type.
        binding: How the handler is called.
        options: What the decorator said.
        result_variable: The variable that the handler's result becomes; None if the result is a document.
    """

    type: str
    binding: Binding
    options: Mapping[str, Any]
    result_variable: str | None = None


@dataclass(frozen=True)
class JobType:
    """A registration with everything settled, ready to run.

    Attributes:
        binding: How the handler is called.
        settings: What it is worked with.
        middleware: What stands around the handler, outermost first.
        listeners: Who hears of what happens.
    """

    binding: Binding
    settings: JobSettings
    middleware: tuple[Middleware, ...] = ()
    listeners: tuple[Callable[[WorkerEvent], None], ...] = ()

    def policy(self, *, contended: bool, stream: bool) -> MachinePolicy:
        """The numbers for this job type's machine.

        Args:
            contended: Whether other job types wait for the places of its polls.
            stream: Whether it may have the stream that it is set to have.
        """
        settings = self.settings
        return MachinePolicy(
            max_concurrent_jobs=settings.max_concurrent_jobs,
            job_timeout=settings.job_timeout,
            request_timeout=settings.request_timeout,
            max_job_time=settings.max_job_time,
            extend=settings.extend,
            stall_timeout=settings.stall_timeout,
            stream=settings.stream and stream,
            max_bytes=settings.max_bytes,
            return_on_stop=settings.return_on_stop,
            leased=settings.with_lease,
            adaptive_timeout=settings.adaptive_timeout,
            contended=contended,
        )


def settle(registration: Registration, defaults: Mapping[str, Any], cpus: int) -> JobSettings:
    """The settings of a registration under a worker's defaults.

    Raises:
        ConfigurationError: They can not be used.
    """
    return resolve(
        registration.type,
        {**defaults, **registration.options},
        strategy=registration.binding.strategy,
        inferred_variables=registration.binding.fetch_variables,
        result_variable=registration.result_variable,
        cpus=cpus,
    )
