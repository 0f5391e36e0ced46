"""Health and reports of lanes at work."""

from __future__ import annotations

from collections.abc import Sequence

from zeebe_grpc.worker.events import End
from zeebe_grpc.worker.machine import JobTypeMachine, State
from zeebe_grpc.worker.reports import DrainReport, HandlerHealth, Health, JobTypeHealth
from zeebe_grpc.worker.runner.lane import Lane

_LATE = 30.0


def health_of(lanes: Sequence[Lane], now: float, lag: float, failure: str) -> Health:
    """The health of a worker with these lanes."""
    job_types = tuple(_job_type_health(lane, now) for lane in lanes)
    silent = [lane.job_type.settings.type for lane in lanes if not lane.machine.answered(now)]
    unready = failure or _why_not_ready(job_types, silent)
    late = f"the event loop was late by {lag:.1f} s" if lag > _LATE else ""
    return Health(
        ready=not unready, live=not (failure or late), lag=lag, job_types=job_types, reason=failure or late or unready
    )


def _why_not_ready(job_types: Sequence[JobTypeHealth], silent: Sequence[str]) -> str:
    for health in job_types:
        if health.state != State.WORKING.value:
            return f"job type {health.type} is {health.state}"
    return f"the gateway does not answer for job type {silent[0]}" if silent else ""


def _job_type_health(lane: Lane, now: float) -> JobTypeHealth:
    machine = lane.machine
    success = machine.poller.last_success
    return JobTypeHealth(
        type=lane.job_type.settings.type,
        state=machine.state.value,
        held=machine.ledger.held,
        reserved=machine.ledger.reserved,
        free=machine.ledger.free,
        deferred=machine.jobs.deferred,
        poll_failures=machine.poller.failures,
        last_poll=None if success is None else now - success,
        stream_age=machine.streamer.age(now),
        progress=_progress(machine, now),
        job_timeout=machine.poller.job_timeout,
        counts=lane.counts(),
        handlers=tuple(sorted(_handlers(lane, now), key=lambda handler: -handler.seconds)),
    )


def _progress(machine: JobTypeMachine, now: float) -> dict[str, float | None]:
    """How many seconds ago each loop got somewhere; None if it never did."""
    stamps = {
        "poll": machine.poller.last_success,
        "stream": machine.streamer.heard_at,
        "answers": machine.jobs.answered_at,
        "extender": machine.jobs.extended_at,
    }
    return {loop: None if at is None else now - at for loop, at in stamps.items()}


def _handlers(lane: Lane, now: float) -> list[HandlerHealth]:
    found: list[HandlerHealth] = []
    for leash in lane.leashes:
        activation = lane.machine.jobs.live.get(leash.number)
        if activation is not None:
            seconds, cancelled = now - activation.arrived, leash.cancelled is not None
            remaining = max(0.0, leash.deadline - now)
            found.append(HandlerHealth(leash.job_key, seconds, remaining, cancelled, leash.progress))
    return found


def report_of(lanes: Sequence[Lane], abandoned: Sequence[int]) -> DrainReport:
    """What became of the jobs of these lanes."""

    def total(name: str) -> int:
        return sum(lane.machine.counts[name] for lane in lanes)

    return DrainReport(
        completed=total(End.COMPLETED.value),
        failed=total(End.FAILED.value),
        thrown=total(End.THROWN.value),
        returned=total(End.RETURNED.value),
        abandoned=tuple(abandoned),
        poll_cancelled_at_close=total("poll_cancelled_at_close"),
        stream_lost_at_close=total("stream_lost_at_close"),
    )
