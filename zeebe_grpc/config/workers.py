"""What the variables say about workers, as the options of `Worker`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zeebe_grpc.config.values import Values
from zeebe_grpc.errors import ConfigurationError
from zeebe_grpc.models.jobs import TenantFilter


def job_defaults(values: Values) -> Mapping[str, Any]:
    """The options that were said, by name; spans in seconds.

    Raises:
        ConfigurationError: A number or a word is none.
    """
    mode = values.text("CAMUNDA_DEFAULT_JOB_WORKER_TENANT_FILTER_MODE")
    found = {
        "job_timeout": values.seconds("CAMUNDA_WORKER_TIMEOUT", least=0) or None,
        "request_timeout": _request_timeout(values),
        "max_concurrent_jobs": values.number("CAMUNDA_WORKER_MAX_CONCURRENT_JOBS"),
        "worker_name": values.text("CAMUNDA_WORKER_NAME"),
        "stream": values.flag("CAMUNDA_CLIENT_WORKER_STREAM_ENABLED"),
        "tenant_ids": _names(values.text("CAMUNDA_DEFAULT_JOB_WORKER_TENANT_IDS")),
        "tenant_filter": None if mode is None else TenantFilter[mode],
        "startup_jitter_max_seconds": _span(values, "CAMUNDA_WORKER_STARTUP_JITTER_MAX_SECONDS"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _request_timeout(values: Values) -> float | None:
    """0 is the official SDK's word for its default."""
    milliseconds = values.seconds("CAMUNDA_WORKER_REQUEST_TIMEOUT", least=0)
    return milliseconds or _span(values, "ZEEBE_GRPC_WORKER_LONGPOLL_SECONDS") or None


def _span(values: Values, name: str) -> float | None:
    said = values.said(name)
    if said is None:
        return None
    try:
        seconds = float(said.text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise ConfigurationError(f"{said.name}: expected 0 to 3600 seconds, got {said.text!r}")
    return seconds


def _names(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    return tuple(part.strip() for part in text.split(",") if part.strip()) or None
