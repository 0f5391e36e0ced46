"""`Zeebe`: a gateway, a client, a clock that stands, workers and mocks, for the test of a process."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any, cast

from typing_extensions import Self

from zeebe_grpc.client import ZeebeClient
from zeebe_grpc.engine.answers import Rejection
from zeebe_grpc.engine.commands import CompleteUserTask
from zeebe_grpc.engine.records import Record
from zeebe_grpc.gateway import Gateway, HeldClock
from zeebe_grpc.keys import ProcessInstanceKey
from zeebe_grpc.models.resources import Deployment, Resource
from zeebe_grpc.resource_files import read_resource_files
from zeebe_grpc.spans import Span, seconds
from zeebe_grpc.testing.clock import ZeebeClock
from zeebe_grpc.testing.expectations import InstanceExpectation, InstanceLike, key_of
from zeebe_grpc.testing.idle import WITHIN, Idleness
from zeebe_grpc.testing.mocks import JobMock
from zeebe_grpc.testing.paths import InstancePath, in_words, path_of
from zeebe_grpc.testing.workers import AttachedWorker
from zeebe_grpc.variables import Variables, encode
from zeebe_grpc.worker import Worker
from zeebe_grpc.worker.definition import check_job_type, check_worker


class Zeebe:
    """Everything that the test of a process needs, in this process and over real gRPC.

    The fixture ``zeebe`` gives one to each test; without pytest it is ``with Zeebe() as zeebe: ...``. Used from one
    thread, that of the test. It serves from the moment it is made.

    Args:
        gateway: A gateway that serves, with a clock that stands (`HeldClock`); None for one of its own.
        client: A client of that gateway; None for one of its own.
        within: The longest wait for handlers, in real time; see `ZeebeClock.advance` and `expect`.

    Attributes:
        gateway: The gateway.
        client: A blocking client of it.
        clock: The time of the engine.
    """

    def __init__(
        self, gateway: Gateway | None = None, client: ZeebeClient | None = None, *, within: Span = WITHIN
    ) -> None:
        self._within = seconds(within, "within", shortest=0.0)
        if gateway is not None and not gateway.clock_stands:
            raise ValueError("the kit needs a gateway whose clock stands: Gateway(clock=HeldClock())")
        with ExitStack() as stack:
            if gateway is None:
                gateway = stack.enter_context(Gateway(clock=HeldClock()))
            if client is None:
                client = stack.enter_context(ZeebeClient(gateway.address, environment={}))
            self.gateway: Gateway = gateway
            self.client: ZeebeClient = client
            self._idleness = Idleness(gateway)
            stack.callback(self._idleness.close)
            self._closing = stack.pop_all()
        self.clock: ZeebeClock = ZeebeClock(gateway, self._idleness, self._within)
        self._mocks: dict[str, JobMock] = {}

    def close(self) -> None:
        """Stop mocks and workers, and what was made here. A handler that does not obey is left after some five seconds.

        Raises:
            AssertionError: One had failed in a function of a mock, and the test has not been told yet.
        """
        self._closing.close()
        self._tell_what_failed()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Zeebe({self.gateway.address}, {self.clock.now().isoformat()})"

    def deploy(self, *resources: Resource | str | os.PathLike[str]) -> Deployment:
        """Deploy files, folders and resources, all or none of what they hold.

        Args:
            resources: Files, and folders of which every `.bpmn`, `.dmn` and `.form` file is taken, also below; or
                `Resource` values. Paths are relative to the working directory, pytest's own usually the project.

        Raises:
            FileNotFoundError: A path does not exist.
            ValueError: There is nothing to deploy, or two files have the same name.
            DeploymentRejectedError: Something in the resources is wrong; the text says what and where.
        """
        for resource in cast("tuple[object, ...]", resources):
            if not isinstance(resource, (Resource, str, os.PathLike)):
                kind = type(resource).__name__
                raise TypeError(f"deploy(*files) takes paths and Resource(name, content), not {kind}")
        given = [resource for resource in resources if isinstance(resource, Resource)]
        paths = [resource for resource in resources if not isinstance(resource, Resource)]
        return self.client.deploy_resources([*given, *read_resource_files(paths)])

    # Workers

    @contextmanager
    def running(self, *workers: Worker, within: Span | None = None) -> Generator[None]:
        """Run workers, each in a thread of its own, while the block lasts.

        They have done what there is to do when the block is left; after an exception they are stopped as they are.
        Jobs of a type that is mocked already are left to the mock.

        Args:
            workers: The workers of the program that is tested.
            within: The longest wait for that, in real time; None for the kit's.

        Raises:
            NotIdleError: A handler was still at work when the block was left.
            ConfigurationError: A worker cannot run so.
            WorkerError: A worker could not go on.
        """
        __tracebackhide__ = True
        with ExitStack() as stack:
            for worker in workers:
                self._attach(worker, stack)
            yield
            self.wait_until_idle(within)

    def run(self, *workers: Worker) -> None:
        """Run workers, each in a thread of its own, until the test ends. Raises as `running` does when entered."""
        for worker in workers:
            self._attach(worker, self._closing)

    def mock_job(self, job_type: str) -> JobMock:
        """Answer the jobs of a type as the test says: ``.fail(times=2).then_complete({"paid": True})``.

        Without an answer it does nothing yet. The same type gives the same mock again, so its ``calls`` can be asked
        for later.

        Raises:
            TypeError: It is no job type.
            ValueError: A worker that runs already works on this type.
        """
        check_job_type(job_type)
        if job_type not in self._mocks:
            if job_type in self._idleness.job_types:
                raise ValueError(f"a worker of this test works on job type {job_type!r} already; mock it before")
            self._mocks[job_type] = JobMock(
                job_type, begin=lambda worker: self._start_mock(worker), settle=self._settle
            )
        return self._mocks[job_type]

    def _attach(self, worker: Worker, stack: ExitStack) -> None:
        check_worker(worker, "the kit", "")
        mocked = [job_type for job_type in worker.job_types if job_type in self._mocks]
        if not worker.job_types or len(mocked) < len(worker.job_types):
            self._start(worker.without(*mocked), stack)

    def _start_mock(self, worker: Worker) -> None:
        self._start(worker, self._closing)

    def _start(self, worker: Worker, stack: ExitStack) -> None:
        attached = AttachedWorker(worker, self.client, self.gateway, self._idleness)
        attached.start()
        stack.callback(attached.stop, 0.0)

    # Looking

    def wait_until_idle(self, within: Span | None = None) -> None:
        """Wait until workers and mocks have done what there is to do at the present time of the clock.

        Args:
            within: The longest wait, in real time; None for the kit's.

        Raises:
            NotIdleError: A job was still in work after that; the text names it.
        """
        __tracebackhide__ = True
        self._settle("the test cannot go on", within)

    @property
    def records(self) -> tuple[Record, ...]:
        """What the engine did, as Zeebe's own records, oldest first; looks when nothing is in work.

        Raises:
            NotIdleError: Something is in work still.
        """
        __tracebackhide__ = True
        self._settle("the records are not complete")
        return self.gateway.records

    def instances(self, bpmn_process_id: str) -> list[ProcessInstanceKey]:
        """The process instances of a process, the oldest first: those too that a message, a timer or a call started.

        Raises:
            NotIdleError: Something is in work still.
        """
        __tracebackhide__ = True
        return [
            ProcessInstanceKey(record.key)
            for record in self.records
            if record.value_type == "PROCESS_INSTANCE"
            and record.intent == "ELEMENT_ACTIVATING"
            and record.value["bpmnElementType"] == "PROCESS"
            and record.value["bpmnProcessId"] == bpmn_process_id
        ]

    def expect(self, instance: InstanceLike, *, within: Span | None = None) -> InstanceExpectation:
        """Say what is expected of a process instance: ``zeebe.expect(pi).has_passed("charge").is_waiting_at("ship")``.

        Args:
            instance: What the client gave when it was created, or its key.
            within: The longest wait for handlers before looking, in real time; None for the kit's.

        Raises:
            TypeError: It is no process instance; a coroutine was not awaited.
            ValueError: No partition can have made the key.
        """
        key = key_of(instance)
        longest = self._longest(within)

        def look() -> tuple[InstancePath, list[str]]:
            busy = self._idleness.busy_after(longest)
            self._tell_what_failed()
            return self._path(key), busy

        return InstanceExpectation(key, look, self._in_words)

    def complete_user_task(self, instance: InstanceLike, element_id: str, variables: Variables = None) -> None:
        """Complete a native user task (``zeebe:userTask``), as a person would; no RPC does that.

        Args:
            instance: The process instance.
            element_id: Where the task is open; the oldest one, if there are several.
            variables: What it brings into the process; anything that can be a JSON object.

        Raises:
            AssertionError: There is no such task open, or it cannot be completed; the text says why.
            VariablesError: The variables cannot be encoded.
        """
        __tracebackhide__ = True
        document: dict[str, Any] = json.loads(encode(variables))
        self._settle(f"the user task {element_id!r} cannot be completed")
        path = self._path(key_of(instance))
        keys = sorted(key for key, at in path.user_tasks.items() if at == element_id)
        if not keys:
            raise AssertionError(f"no user task is open at {element_id!r}\n{self._in_words(path)}")
        answer = self.gateway.execute(CompleteUserTask(keys[0], document))
        if isinstance(answer, Rejection):
            refused = f"the user task {element_id!r} cannot be completed: {answer.reason}"
            raise AssertionError(refused)  # noqa: TRY004 - the test has failed, no type is wrong

    def _path(self, key: int) -> InstancePath:
        with self.gateway.engine_access() as engine:
            jobs = engine.open_jobs()
        return path_of(key, self.gateway.records, jobs)

    def _in_words(self, path: InstancePath) -> str:
        unanswered = [job_type for job_type, mock in self._mocks.items() if not mock.answers]
        return in_words(path, self.gateway.now(), self._idleness.job_types, unanswered)

    def _settle(self, purpose: str, within: Span | None = None) -> None:
        __tracebackhide__ = True
        self._idleness.wait(self._longest(within), purpose)
        self._tell_what_failed()

    def _tell_what_failed(self) -> None:
        __tracebackhide__ = True
        for mock in self._mocks.values():
            failed, mock.failed = mock.failed, None
            if failed is not None:
                raise failed

    def _longest(self, within: Span | None) -> float:
        return self._within if within is None else seconds(within, "within", shortest=0.0)
