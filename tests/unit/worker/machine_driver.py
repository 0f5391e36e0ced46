"""A machine whose effects a test looks at by hand, in the states that tests begin with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker.ledger import SharedCapacity
from zeebe_grpc.worker.machine import JobTypeMachine
from zeebe_grpc.worker.policy import MachinePolicy

E = TypeVar("E")

COMPLETE = ev.Verdict(ev.AnswerKind.COMPLETE)
UNAVAILABLE = ev.Problem("UNAVAILABLE")


@dataclass(frozen=True)
class Arrived:
    key: int
    retries: int = 3


class Driver:
    """A machine whose effects are looked at by hand. Randomness is 0.5: no jitter."""

    def __init__(self, shared: SharedCapacity | None = None, **policy: Any) -> None:
        self.machine = JobTypeMachine(MachinePolicy(**policy), random=lambda: 0.5, shared=shared)
        self.now = 0.0
        self.effects: list[ev.Effect] = []
        self.next_key = 0

    def feed(self, event: ev.Event, after: float = 0.0) -> list[ev.Effect]:
        self.now += after
        self.effects = self.machine.handle(event, self.now)
        return self.effects

    def only(self, kind: type[E]) -> E:
        (found,) = self.all(kind)
        return found

    def all(self, kind: type[E]) -> list[E]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def start(self) -> ev.Poll:
        self.feed(ev.Started())
        return self.only(ev.Poll)

    def arrive(self, count: int, fetch: int = 1, source: ev.Source = ev.Source.POLL, retries: int = 3) -> list[int]:
        jobs = [Arrived(self.next_key + number, retries) for number in range(1, count + 1)]
        self.next_key += count
        self.feed(ev.JobsArrived(source, fetch, jobs))
        return [effect.activation for effect in self.all(ev.RunJob)]

    def finish(self, activation: int, ending: ev.Ending = COMPLETE) -> None:
        self.feed(ev.HandlerEnded(activation, ending))
        if self.all(ev.SendAnswer):
            self.feed(ev.AnswerEnded(activation))

    def pass_time(self, until: float) -> list[ev.Effect]:
        """Let the machine wake up as often as it wants until then."""
        found: list[ev.Effect] = []
        while (due := self.machine.wake_at) is not None and due <= until:
            self.now = max(self.now, due)
            found += self.feed(ev.TimePassed())
        self.now = until
        self.effects = found
        return found


def stream_driver(**policy: Any) -> Driver:
    driver = Driver(stream=True, **{"max_concurrent_jobs": 8, **policy})
    driver.feed(ev.Started())
    assert [type(effect).__name__ for effect in driver.effects] == ["OpenStream", "ReadStream", "Poll"]
    assert driver.only(ev.Poll).ask == 1
    return driver


def running_driver(**policy: Any) -> tuple[Driver, int]:
    driver = Driver(**{"job_timeout": 100.0, "max_job_time": 400.0, **policy})
    driver.start()
    return driver, driver.arrive(1)[0]


def grant(driver: Driver) -> ev.ExtendJob:
    extension = driver.only(ev.ExtendJob)
    driver.feed(ev.ExtensionEnded(extension.activation, driver.now, extension.timeout))
    return extension


def frozen_driver(**policy: Any) -> tuple[Driver, int]:
    """A worker with leases that wakes up ten seconds after the deadline of its job, and asks."""
    driver, job = running_driver(leased=True, **policy)
    driver.feed(ev.TimePassed(), after=110.0)
    return driver, job
