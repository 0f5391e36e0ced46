"""The scenarios that the recorder makes of a model: how it begins, and by which rule the next command is chosen.

D deploys alone. D1, D2 evaluate a decision with no and with guessed variables. S1 completes every job with `{}`, S2
with guessed variables, and publishes messages. S3 fails the first job of each type once, S5 until an incident that is
then resolved. S4 throws an error. E1 starts by messages, signals and timers. X1 cancels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.judges.engine import Engine, EngineError
from tests.judges.models import Model, read_model
from tests.judges.player import TEN_YEARS, Command, Session
from tests.judges.situation import Situation

_MAX_COMMANDS = 200
_MAX_RECORDS = 4000
_MAX_ADVANCES = 5
_MAX_REPEATS = 3


@dataclass
class Scenario:
    """One way through one model."""

    name: str
    path: Path
    model: Model
    process: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    time_to_live: int = 0
    throws: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def run(self, engine: Engine) -> dict[str, Any]:
        """Play it on an empty engine; return the deployment, script, outcome and trace."""
        with Session(engine, {self.path.name: self.path}) as session:
            outcome = _Run(self, session).outcome()
            return {
                "deploy": session.deployment,
                "script": session.script,
                "outcome": outcome,
                "trace": session.trace[:_MAX_RECORDS],
            }


def scenarios_of(path: Path) -> Iterator[Scenario]:
    """Yield the scenarios of a model file, the plain deployment first."""
    model = read_model(path)
    yield Scenario("D", path, model)
    for decision in model.decisions:
        yield Scenario("D1", path, model, decision)
        yield Scenario("D2", path, model, decision, model.guesses)
    if model.start_messages or model.start_signals or model.has_start_timer:
        yield Scenario("E1", path, model, variables=model.guesses)
    for process in model.processes:
        if process in model.started_by_none:
            yield from _scenarios_of_process(path, model, process)


def _scenarios_of_process(path: Path, model: Model, process: str) -> Iterator[Scenario]:
    has_jobs = b"taskDefinition" in path.read_bytes() or b"userTask" in path.read_bytes()
    yield Scenario("S1", path, model, process)
    if model.guesses:
        yield Scenario("S2", path, model, process, model.guesses, TEN_YEARS)
    if has_jobs:
        yield Scenario("S3", path, model, process)
        yield Scenario("S5", path, model, process)
    for number, (event, watched, code) in enumerate(model.error_catchers, 1):
        name = "S4" if number == 1 else f"S4.{number}"
        error = {"error": [event, watched, code]}
        yield Scenario(name, path, model, process, model.guesses, throws=watched, extra=error)
    yield Scenario("X1", path, model, process, model.guesses)


class _Run:
    """One run of a scenario: what it did before decides what it does next."""

    def __init__(self, scenario: Scenario, session: Session) -> None:
        self._scenario = scenario
        self._session = session
        self._situation = Situation(session)
        self._failed_types: set[str] = set()
        self._published: dict[tuple[str, str], int] = {}
        self._broadcast: set[str] = set()
        self._advances = 0
        self._has_thrown = False

    def outcome(self) -> str:
        """Play until nothing is left to do; return how it ended."""
        try:
            self._play(op="deploy", resources=[self._scenario.path.name])
            if self._session.deployment["status"] != "OK":
                return "refused"
            return self._outcome_of_kind()
        except EngineError:
            return "timeout"

    def _outcome_of_kind(self) -> str:
        scenario = self._scenario
        if scenario.name == "D":
            return "deployed"
        if scenario.name in ("D1", "D2"):
            done = self._play(op="evaluate", decision=scenario.process, variables=scenario.variables)
            return "refused" if "status" in done else "failed" if "failed" in done["result"] else "completed"
        if scenario.name == "E1":
            self._start_by_events()
        elif "status" in self._play(op="create", process=scenario.process, version=-1, variables=scenario.variables):
            return "refused"
        return self._cancel() if scenario.name == "X1" else self._drive()

    def _drive(self) -> str:
        while len(self._session.script) < _MAX_COMMANDS:
            if len(self._session.trace) > _MAX_RECORDS:
                return "timeout"
            if not self._step():
                return self._situation.outcome()
        return "limit"

    def _step(self) -> bool:
        """Give the next command by the drive rule; return whether there was one."""
        self._situation.update()
        return (
            self._activate() or self._work() or self._user_task() or self._message() or self._signal() or self._timer()
        )

    def _activate(self) -> bool:
        types = self._situation.activatable_types()
        for each in types:
            done = self._play(op="activate", type=each, max=100, timeout=TEN_YEARS, worker="w")
            self._situation.hold([self._session.symbols.key(job["k"]) for job in done.get("jobs", ())])
        return bool(types)

    def _work(self) -> bool:
        held = self._situation.held_jobs()
        if not held:
            return False
        job = held[0]
        named = {"job": self._session.nth(job["key"]), "k": self._session.symbols.of("j", job["key"])}
        retries = self._situation.retries(job["key"])
        if self._scenario.throws and not self._has_thrown and self._situation.is_inside(job, self._scenario.throws):
            self._throw(named)
        elif self._scenario.name == "S3" and retries > 1 and job["value"]["type"] not in self._failed_types:
            self._play(op="fail", **named, retries=retries - 1, message="boom")
            self._failed_types.add(job["value"]["type"])
        elif self._scenario.name == "S5" and not self._failed_types:
            self._fail_and_resolve(job, named)
        else:
            self._play(op="complete", **named, variables=self._scenario.variables)
        return True

    def _throw(self, named: Command) -> None:
        code = self._scenario.extra["error"][2]
        self._has_thrown = True
        self._play(op="throw", **named, code=code, message="thrown", variables={"thrown": 1})

    def _fail_and_resolve(self, job: Any, named: Command) -> None:
        self._failed_types.add(job["value"]["type"])
        self._play(op="fail", **named, retries=0, message="boom")
        self._play(op="retries", **named, retries=1)
        incident = self._situation.incident_of(job["key"])
        if incident is not None:
            self._play(op="resolve", incident=self._session.symbols.of("i", incident))

    def _user_task(self) -> bool:
        task = self._situation.open_user_task()
        if task is None:
            return False
        named = {"task": self._session.nth(task), "k": self._session.symbols.of("u", task)}
        self._play(op="complete_user_task", **named, variables=self._scenario.variables)
        return True

    def _message(self) -> bool:
        for name, key in self._situation.open_messages():
            times = self._published.get((name, key), 0)
            if times < _MAX_REPEATS:
                self._published[name, key] = times + 1
                self._publish(name, key)
                return True
        return False

    def _publish(self, name: str, key: str) -> None:
        ttl = self._scenario.time_to_live
        self._play(op="publish", name=name, key=key, ttl=ttl, variables=self._scenario.variables)

    def _signal(self) -> bool:
        for name in self._situation.open_signals():
            if name not in self._broadcast:
                self._broadcast.add(name)
                self._play(op="broadcast", name=name, variables=self._scenario.variables)
                return True
        return False

    def _timer(self) -> bool:
        timers = self._session.open_timers()
        if not timers or self._advances >= _MAX_ADVANCES:
            return False
        self._advances += 1
        key = timers[0]["key"]
        self._play(op="advance", timer=self._session.nth(key), k=self._session.symbols.of("t", key))
        return True

    def _start_by_events(self) -> None:
        for name in self._scenario.model.start_messages:
            self._publish(name, "k1")
        for name in self._scenario.model.start_signals:
            self._broadcast.add(name)
            self._play(op="broadcast", name=name, variables=self._scenario.variables)
        if self._scenario.model.has_start_timer:
            self._timer()

    def _cancel(self) -> str:
        self._situation.update()
        self._activate()
        root = self._session.symbols.of("e", self._situation.root())
        self._play(op="cancel", instance=root)
        if self._situation.outcome() in ("terminated", "completed"):
            self._play(op="cancel", instance=root)
        held = self._situation.held_jobs()
        if held:
            named = {"job": self._session.nth(held[0]["key"]), "k": self._session.symbols.of("j", held[0]["key"])}
            self._play(op="complete", **named, variables=self._scenario.variables)
        return self._situation.outcome()

    def _play(self, **command: Any) -> Command:
        return self._session.play(command)
