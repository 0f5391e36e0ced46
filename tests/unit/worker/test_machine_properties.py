"""What must hold for every policy, every fault and every order of events."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.worker.simulation import CODES, Faults, Neighbours, SimulatedJob, World
from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker.machine import State
from zeebe_grpc.worker.policy import MachinePolicy

policies = st.builds(
    MachinePolicy,
    max_concurrent_jobs=st.integers(1, 9),
    job_timeout=st.sampled_from([2.0, 10.0, 300.0]),
    request_timeout=st.sampled_from([-1.0, 0.5, 30.0]),
    max_job_time=st.sampled_from([None, 40.0, 1200.0]),
    extend=st.booleans(),
    stream=st.booleans(),
    return_on_stop=st.booleans(),
    leased=st.booleans(),
    adaptive_timeout=st.booleans(),
)
codes = st.lists(st.sampled_from(CODES), min_size=1, max_size=4).map(tuple)
faults = st.builds(Faults, share=st.sampled_from([0.0, 0.2, 0.9, 1.0]), until=st.just(20.0), codes=codes)
VERDICTS: tuple[ev.Ending, ...] = (
    ev.Verdict(ev.AnswerKind.COMPLETE),
    ev.Verdict(ev.AnswerKind.COMPLETE),
    ev.Verdict(ev.AnswerKind.FAIL, backoff=0.5),
    ev.Verdict(ev.AnswerKind.THROW),
    ev.Deferral(15.0),
)


def mixed(job: SimulatedJob, random: Random) -> tuple[float, ev.Ending]:
    """Mostly short handlers, some longer than the shortest timeouts; all kinds of answers."""
    delay = random.choice([0.001, 0.01, 0.1, 3.0])
    return delay, random.choice(VERDICTS)


@settings(max_examples=150, deadline=None)
@given(policy=policies, faults=faults, seed=st.integers(0, 10**6), count=st.integers(1, 40))
def test_after_any_outage_every_job_is_worked(policy: MachinePolicy, faults: Faults, seed: int, count: int) -> None:
    world = World(policy, seed, faults)
    world.start()
    world.add_jobs(count // 2)
    world.run(10)
    world.add_jobs(count - count // 2)
    world.run(15)
    # The faults are over. A job whose completion met a final refusal was failed instead, one retry less, and comes
    # back; without retries left it is an incident, which is an end too.
    settled = world.run_until(lambda: all(j.done or j.incident for j in world.jobs.values()), within=700)
    assert settled, (world.machine.counts, world.open_jobs)
    assert all(job.completions <= 1 for job in world.jobs.values())


@settings(max_examples=150, deadline=None)
@given(
    policy=policies,
    faults=faults,
    seed=st.integers(0, 10**6),
    stop_after=st.floats(0, 25),
    grace=st.floats(0, 30),
    obedient=st.booleans(),
)
def test_a_drain_always_ends_in_time_and_takes_nothing_in(
    policy: MachinePolicy, faults: Faults, seed: int, stop_after: float, grace: float, obedient: bool
) -> None:
    world = World(policy, seed, faults, mixed, obedient, wishful=True)
    world.start()
    world.add_jobs(20)
    world.run(stop_after)
    world.stop(grace)
    world.add_jobs(5)
    latest = grace + policy.flush + 0.1
    assert world.run_until(lambda: world.closed is not None, within=latest)
    assert world.machine.state is State.CLOSED
    assert world.machine.wake_at is None


@settings(max_examples=100, deadline=None)
@given(policy=policies, seed=st.integers(0, 10**6), stop_after=st.floats(0, 5))
def test_a_drain_without_faults_locks_no_job(policy: MachinePolicy, seed: int, stop_after: float) -> None:
    world = World(policy, seed, handler=lambda job, random: (random.uniform(0, 0.3), VERDICTS[0]))
    world.start()
    world.add_jobs(30)
    world.run(stop_after)
    world.stop()
    assert world.run_until(lambda: world.closed is not None, within=40)
    locked = [job for job in world.open_jobs if job.free_at > world.now]
    assert locked == []
    assert world.closed == ev.Closed()
    assert all(job.completions <= 1 for job in world.jobs.values())


@settings(max_examples=100, deadline=None)
@given(policy=policies, faults=faults, seed=st.integers(0, 10**6))
def test_the_watchdog_finds_nothing(policy: MachinePolicy, faults: Faults, seed: int) -> None:
    world = World(policy, seed, faults, mixed, wishful=True)
    world.start()
    world.add_jobs(30)
    for _ in range(20):
        world.run(5)
        world.feed(ev.Watched())
    assert world.machine.counts["stalled"] == 0


@settings(max_examples=40, deadline=None)
@given(
    streams=st.lists(st.booleans(), min_size=2, max_size=4),
    limit=st.integers(1, 9),
    seed=st.integers(0, 10**6),
)
def test_job_types_that_share_a_capacity_all_get_their_turn(streams: list[bool], limit: int, seed: int) -> None:
    """The first type always has more jobs than can be worked; what the others have is worked too."""
    contended, fit = limit < len(streams), limit >= len(streams) + sum(streams)
    policies = [
        MachinePolicy(max_concurrent_jobs=8, stream=stream and fit, contended=contended, request_timeout=30.0)
        for stream in streams
    ]
    neighbours = Neighbours(policies, limit, seed)
    greedy, *others = neighbours.worlds
    for world in others:
        world.add_jobs(3)
    for _ in range(30):
        greedy.add_jobs(6 * limit)
        neighbours.run(0.5)
    assert all(job.done for world in others for job in world.jobs.values())
    assert greedy.machine.counts["completed"] > 0
    for world in neighbours.worlds:
        world.feed(ev.Watched())
        assert world.machine.counts["stalled"] == 0
