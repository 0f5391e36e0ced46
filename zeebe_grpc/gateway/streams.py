"""Job streams: StreamActivatedJobs calls, to which jobs are pushed as they become activatable.

A job is activated only when the connection is ready to take it, so a reader that has stopped holds one activated job
of ours and no more. What waits behind it goes to others. All methods but the parcels' are used during an engine turn,
so their state needs no lock of its own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from google.protobuf.message import Message

from zeebe_grpc.engine.answers import Job, JobsActivated, Rejection
from zeebe_grpc.engine.commands import ActivateJobs, YieldJob
from zeebe_grpc.engine.records import Activatable
from zeebe_grpc.gateway.alarms import Alarms
from zeebe_grpc.gateway.call import STALL_SECONDS, Call
from zeebe_grpc.gateway.engine_room import EngineRoom, Turn
from zeebe_grpc.gateway.replies import ReplyMaker
from zeebe_grpc.gateway.statuses import from_rejection


@dataclass(frozen=True)
class StreamKind:
    """What makes two streams equal: the engine then sees one, and any of them may get the job."""

    type: str
    worker: str
    timeout: int
    fetch_variables: tuple[str, ...]
    tenant_ids: tuple[str, ...]
    with_lease: bool = False

    def may_have(self, job: Activatable) -> bool:
        """Whether the job is for these streams: of their tenants, and not leased unless they ask for leases."""
        return job.tenant_id in self.tenant_ids and (self.with_lease or not job.leased)


class JobStreams:
    """All open streams, in groups of equal ones."""

    def __init__(self, room: EngineRoom, alarms: Alarms, replies: ReplyMaker, chance: random.Random) -> None:
        self._room = room
        self._alarms = alarms
        self._replies = replies
        self._chance = chance
        self._groups: dict[str, dict[StreamKind, list[Call]]] = {}
        self._watched: set[Call] = set()

    def open(self, job_type: str | None = None) -> int:
        """How many streams are open, for one type or in all."""
        self._forget_closed()
        wanted = self._groups.values() if job_type is None else [self._groups.get(job_type, {})]
        return sum(len(calls) for groups in wanted for calls in groups.values())

    def add(self, kind: StreamKind, call: Call) -> None:
        """Open a stream."""
        self._groups.setdefault(kind.type, {}).setdefault(kind, []).append(call)
        call.when_gone(lambda: self._leave(kind))

    def push(self, job: Activatable) -> bool:
        """Send a job to a random stream that is ready; False if it has to be polled for.

        One group of equal streams is drawn. Another group is not tried, even if nobody in that one is ready.
        """
        self._forget_closed(job.type)
        groups = [kind for kind in self._groups.get(job.type, ()) if kind.may_have(job)]
        if not groups:
            return False
        kind = self._chance.choice(groups)
        ready = [call for call in self._groups[kind.type][kind] if not call.stalled]
        if not ready:
            return False
        call = self._chance.choice(ready)
        if call.busy:
            self._watch(kind, call)
        call.put(JobParcel(self, kind, job))
        return True

    def let_go(self, turn: Turn, job_type: str) -> None:
        """End the streams for a type with OK, after what was put to them before."""
        for calls in self._groups.pop(job_type, {}).values():
            for call in calls:
                turn.later(call.end)

    def end_all(self) -> list[Call]:
        """Forget all streams and return their calls."""
        calls = [call for groups in self._groups.values() for calls in groups.values() for call in calls]
        self._groups.clear()
        return calls

    def activate(self, kind: StreamKind, job_key: int) -> Job | None:
        """Activate a job for a stream; None if somebody else was faster. Outside of a turn."""
        command = ActivateJobs(
            type=kind.type,
            worker=kind.worker,
            timeout=kind.timeout,
            max_jobs=1,
            fetch_variables=kind.fetch_variables,
            tenant_ids=kind.tenant_ids,
            only=(job_key,),
            with_lease=kind.with_lease,
        )
        with self._room.turn() as turn:
            answer = turn.apply(command)
        if isinstance(answer, Rejection):
            raise from_rejection(answer)
        return answer.jobs[0] if isinstance(answer, JobsActivated) and answer.jobs else None

    def give_up(self, jobs: Sequence[Activatable]) -> None:
        """Leave jobs that were not activated to the pollers. Outside of a turn."""
        with self._room.turn() as turn:
            turn.reoffer([replace(job, push=False) for job in jobs])

    def yield_job(self, job: Job) -> None:
        """Give back an activated job that was not delivered. Outside of a turn."""
        self._room.execute(YieldJob(job.key))

    def message(self, job: Job) -> Message:
        """The job as it goes over the wire."""
        return self._replies.job(job)

    def _watch(self, kind: StreamKind, call: Call) -> None:
        if call not in self._watched:
            self._watched.add(call)
            self._alarms.after(STALL_SECONDS, lambda: self._check(kind, call))

    def _check(self, kind: StreamKind, call: Call) -> None:
        """Take away from a reader that has stopped what it has not been sent."""
        with self._room.turn() as turn:
            self._watched.discard(call)
            if call.closed:
                return
            if not call.stalled:
                if call.busy:
                    self._watch(kind, call)
                return
            turn.reoffer([parcel.activatable for parcel in call.take_back() if isinstance(parcel, JobParcel)])

    def _forget_closed(self, job_type: str | None = None) -> None:
        """Forget streams that have ended; those whose clients have left are also told by `_leave`."""
        for kinds in list(self._groups.values()) if job_type is None else [self._groups.get(job_type, {})]:
            for kind, calls in list(kinds.items()):
                calls[:] = [call for call in calls if not call.closed]
                if not calls:
                    del kinds[kind]

    def _leave(self, kind: StreamKind) -> None:
        with self._room.turn():
            self._forget_closed(kind.type)


class JobParcel:
    """A job on its way to a stream: activated when it is packed."""

    def __init__(self, streams: JobStreams, kind: StreamKind, activatable: Activatable) -> None:
        self.activatable = activatable
        self._streams = streams
        self._kind = kind
        self._job: Job | None = None

    def pack(self) -> Message | None:
        """Activate the job; None if it is no longer there for us."""
        self._job = self._streams.activate(self._kind, self.activatable.job_key)
        return None if self._job is None else self._streams.message(self._job)

    def lost(self) -> None:
        """The client did not get it: others may have it, by polling."""
        if self._job is None:
            self._streams.give_up([self.activatable])
        else:
            self._streams.yield_job(self._job)
