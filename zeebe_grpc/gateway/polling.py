"""Long polling: ActivateJobs calls that found nothing and wait, without a thread, for jobs of their type.

A parked poll is woken when a job of its type becomes activatable, and ends OK and empty when its time is over. All
methods are used during an engine turn, so their state needs no lock of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from zeebe_grpc.engine.answers import Job, JobsActivated, Rejection
from zeebe_grpc.engine.commands import ActivateJobs, FailJob, YieldJob
from zeebe_grpc.gateway.alarms import Alarm, Alarms
from zeebe_grpc.gateway.call import Call
from zeebe_grpc.gateway.engine_room import EngineRoom, Turn
from zeebe_grpc.gateway.replies import ReplyMaker
from zeebe_grpc.gateway.statuses import from_rejection

DEFAULT_TIMEOUT_SECONDS = 10.0


@dataclass(eq=False)
class Poll:
    """One ActivateJobs call. `wait`: how long it may be parked, in seconds; None if it is not to wait at all."""

    call: Call
    command: ActivateJobs
    wait: float | None
    alarm: Alarm | None = field(default=None, init=False)


class LongPolling:
    """All parked polls, by job type, in the order in which they came."""

    def __init__(self, room: EngineRoom, alarms: Alarms, replies: ReplyMaker) -> None:
        self._room = room
        self._alarms = alarms
        self._replies = replies
        self._parked: dict[str, dict[Poll, None]] = {}

    def parked(self, job_type: str | None = None) -> int:
        """How many polls are parked, for one type or in all."""
        if job_type is not None:
            return len(self._parked.get(job_type, ()))
        return sum(map(len, self._parked.values()))

    def serve(self, turn: Turn, poll: Poll) -> None:
        """Give the poll what there is, else park it.

        Raises:
            StatusError: if the engine refuses the activation.
        """
        # Less than one job means that the gateway asks no broker: nothing is checked, nothing found, but waited for.
        if poll.command.max_jobs >= 1 and self._activate(turn, poll):
            return
        if poll.wait is None:
            turn.later(poll.call.end)
        else:
            self._park(poll, poll.wait)

    def wake(self, turn: Turn, job_type: str) -> None:
        """Jobs of this type have become activatable: give them to parked polls, the oldest first."""
        for poll in list(self._parked.get(job_type, ())):
            if poll.command.max_jobs < 1:
                continue
            if poll.call.closed or self._activate(turn, poll):
                self._unpark(poll)

    def let_go(self, turn: Turn, job_type: str) -> None:
        """End the parked polls of a type, OK and empty, as if their time were over."""
        for poll in list(self._parked.get(job_type, ())):
            self._unpark(poll)
            turn.later(poll.call.end)

    def end_all(self) -> list[Call]:
        """Forget all parked polls and return their calls."""
        calls = [poll.call for polls in self._parked.values() for poll in polls]
        for polls in list(self._parked.values()):
            for poll in list(polls):
                self._unpark(poll)
        return calls

    def put_back(self, jobs: Sequence[Job]) -> None:
        """Give back jobs that could not be delivered, as a gateway does: failed, with the retries they have.

        A job without retries is yielded instead, for failing it would raise an incident.
        """
        with self._room.turn() as turn:
            for job in jobs:
                message = "the gateway could not deliver the job to its client"
                failed = FailJob(job.key, job.retries, message, lease_token=job.lease_token)
                turn.apply(failed if job.retries > 0 else YieldJob(job.key))

    def _activate(self, turn: Turn, poll: Poll) -> bool:
        """Activate what the poll asks for, one message for each batch that fits; False if there is nothing."""
        remaining = poll.command.max_jobs
        while remaining > 0:
            answer = turn.apply(replace(poll.command, max_jobs=remaining))
            if isinstance(answer, Rejection):
                raise from_rejection(answer)
            if not isinstance(answer, JobsActivated) or not answer.jobs:
                break
            remaining -= len(answer.jobs)
            self._send(turn, poll, answer.jobs)
            if not answer.truncated:
                break
        if remaining == poll.command.max_jobs:
            return False
        turn.later(poll.call.end)
        return True

    def _send(self, turn: Turn, poll: Poll, jobs: Sequence[Job]) -> None:
        turn.later(lambda: poll.call.reply(self._replies.activated(jobs), lost=lambda: self.put_back(jobs)))

    def _park(self, poll: Poll, seconds: float) -> None:
        self._parked.setdefault(poll.command.type, {})[poll] = None
        poll.alarm = self._alarms.after(seconds, lambda: self._time_out(poll))
        poll.call.when_gone(lambda: self._time_out(poll))

    def _time_out(self, poll: Poll) -> None:
        with self._room.turn() as turn:
            if poll in self._parked.get(poll.command.type, ()):
                self._unpark(poll)
                turn.later(poll.call.end)

    def _unpark(self, poll: Poll) -> None:
        if poll.alarm is not None:
            poll.alarm.cancel()
        polls = self._parked[poll.command.type]
        del polls[poll]
        if not polls:
            del self._parked[poll.command.type]
