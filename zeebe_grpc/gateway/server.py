"""The gateway as its users see it: its life cycle, its clock, its records."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import timedelta, timezone, tzinfo
from types import TracebackType

import grpc

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.engine import Engine
from zeebe_grpc.engine.answers import Answer
from zeebe_grpc.engine.commands import EngineCommand
from zeebe_grpc.engine.records import Record
from zeebe_grpc.gateway.alarms import Alarms
from zeebe_grpc.gateway.backpressure import Admission, BackpressureLimit
from zeebe_grpc.gateway.clock import Clock, HeldClock, SystemClock, span_in_milliseconds
from zeebe_grpc.gateway.crew import Crew
from zeebe_grpc.gateway.dispatch import Dispatcher
from zeebe_grpc.gateway.engine_room import EngineRoom
from zeebe_grpc.gateway.faults import FaultScript
from zeebe_grpc.gateway.guards import PhysicalTenantGuard
from zeebe_grpc.gateway.journal import Journal
from zeebe_grpc.gateway.listener import Listener, target
from zeebe_grpc.gateway.polling import LongPolling
from zeebe_grpc.gateway.releases import Release
from zeebe_grpc.gateway.replies import ReplyMaker
from zeebe_grpc.gateway.requests import Rules
from zeebe_grpc.gateway.router import Router
from zeebe_grpc.gateway.sabotage import Saboteur
from zeebe_grpc.gateway.security import Security
from zeebe_grpc.gateway.servicer import Servicer
from zeebe_grpc.gateway.statuses import StatusError
from zeebe_grpc.gateway.streams import JobStreams
from zeebe_grpc.gateway.tenants import Tenancy

_SERVING_THREADS = 32


class Gateway:
    """A Zeebe gateway with its engine in this process, served over real gRPC.

    Nothing is started before `start` or the ``with`` statement. One gateway is one partition with an engine of its own,
    and so one physical tenant (``default``, 8.10); it imitates a release of Zeebe and keeps everything in memory.

    Args:
        host: the address to listen on; only this machine can reach the default.
        port: the port, 0 to 65535; 0 takes a free one, which `address` then names.
        version: the Zeebe release to imitate, ``8.5`` to ``8.10`` (the last as a preview), also with a patch number.
        clock: what tells the engine the time; the system's clock if not given, a `HeldClock` for tests in which time
            stands.
        zone: the time zone of processes.
        tenants: the tenants that every caller has; None switches multi-tenancy off, as it is in Zeebe.
        seed: makes the choice among equal job streams repeatable.
        record_limit: how many of the latest records are kept; None keeps all.
        backpressure: how many commands the partition takes at a time; None takes all.
        faults: what goes wrong, call by call; more can be ordered while it serves.
        security: TLS and what clients must prove; None for plaintext and nothing.

    Raises:
        ValueError: if the release is not known.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        version: str = "8.9",
        clock: Clock | None = None,
        zone: tzinfo = timezone.utc,
        tenants: Collection[str] | None = None,
        seed: int | None = None,
        record_limit: int | None = None,
        backpressure: BackpressureLimit | None = None,
        faults: FaultScript | None = None,
        security: Security | None = None,
    ) -> None:
        release = Release.parse(version)
        self._host = host
        self._port = port
        self._security = security
        self._clock = clock if clock is not None else SystemClock()
        self._cluster_id = str(uuid.uuid4())
        self._alarms = Alarms()
        self._senders = Crew("zeebe-gateway-sender")
        engine = Engine(now=self._clock.now(), version=release.short, zone=zone)
        self._journal = Journal(record_limit)
        self._room = EngineRoom(engine, self._clock, self._alarms, self._journal)
        self._replies = ReplyMaker(release)
        self._polling = LongPolling(self._room, self._alarms, self._replies)
        self._streams = JobStreams(self._room, self._alarms, self._replies, random.Random(seed))  # noqa: S311
        self._room.taker = Dispatcher(self._polling, self._streams)
        self._servicer = Servicer(
            self._room,
            Rules(release, Tenancy(tenants, release)),
            self._replies,
            self._polling,
            self._streams,
            self._alarms,
            Admission(backpressure, self._alarms),
            self._topology,
        )
        self._saboteur = None if faults is None else Saboteur(faults, self._servicer.handle, self._alarms)
        self._listener: Listener | None = None
        self._servers: Crew | None = None

    @property
    def address(self) -> str:
        """Where to connect to: ``host:port``.

        Raises:
            RuntimeError: if the gateway was never started and its port is not known.
        """
        if self._port == 0:
            raise RuntimeError(
                "the gateway has no address before it is started: call start() or use it in a with statement"
            )
        return target(self._host, self._port)

    @property
    def running(self) -> bool:
        """Whether it serves."""
        return self._listener is not None

    def start(self) -> Gateway:
        """Serve, and return the gateway. After `stop` it serves again, on the same port and with the same engine.

        Raises:
            OSError: if the port is taken or the host is not one of this machine's.
            RuntimeError: if it serves already.
        """
        if self._listener is not None:
            raise RuntimeError(f"the gateway is serving already, at {self.address}")
        servers = Crew("zeebe-gateway-server", _SERVING_THREADS)
        senders = Crew("zeebe-gateway-sender")
        handle = self._servicer.handle if self._saboteur is None else self._saboteur.handle
        relayed = self._saboteur is not None
        router = Router(handle, senders)
        self._listener = Listener(
            self._host,
            self._port,
            router,
            servers,
            relayed=relayed,
            security=self._security,
            guards=[PhysicalTenantGuard()] if self._replies.release.has_physical_tenants else [],
        )
        self._port = self._listener.port
        if self._saboteur is not None:
            self._saboteur.relay = self._listener.relay
        self._servers = servers
        self._senders = senders
        self._alarms.start()
        self._room.wake()
        return self

    def stop(self, grace: float = 0.0) -> None:
        """Stop serving; without effect if it does not serve.

        New calls are refused at once. Calls in flight get `grace` seconds; then parked polls, open streams and awaited
        results end with CANCELLED, as when a real gateway is shut down. What the engine holds stays.
        """
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop(grace, self._end_calls)
            self._clean_up()

    def kill(self) -> None:
        """Stop serving as if the process had died: every call in flight ends with UNAVAILABLE at once."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.kill()
            self._end_calls()
            self._clean_up()

    def __enter__(self) -> Gateway:
        """Start, unless it serves already."""
        return self if self.running else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop without grace."""
        self.stop()

    def now(self) -> int:
        """The engine's time in epoch milliseconds."""
        return self._clock.now()

    @property
    def clock_stands(self) -> bool:
        """Whether its time passes only by `advance_clock`."""
        return isinstance(self._clock, HeldClock)

    def advance_clock(self, span: timedelta | float) -> None:
        """Move the engine's clock forward and let everything happen that has become due.

        Long polls and deadlines of calls wait in real time and do not notice.

        Args:
            span: a timedelta or seconds, not negative.

        Raises:
            ValueError: if the span is negative.
        """
        milliseconds = span_in_milliseconds(span)
        with self._room.turn():
            self._clock.advance(milliseconds)
        self._room.wake()

    @property
    def records(self) -> tuple[Record, ...]:
        """All records of the engine so far, or the latest ones if there is a limit, oldest first."""
        with self._room.turn():
            return self._journal.records()

    def add_record_listener(self, listener: Callable[[Record], None]) -> Callable[[], None]:
        """Have a listener told of every record from now on, in log order; see `add_step_listener`.

        Returns:
            A function that ends it.
        """

        def tell_each(records: Sequence[Record]) -> None:
            for record in records:
                listener(record)

        return self.add_step_listener(tell_each)

    def add_step_listener(self, listener: Callable[[Sequence[Record]], None]) -> Callable[[], None]:
        """Have a listener told of the records of each step of the engine from now on, in log order, one step at a time.

        It is called outside the engine's lock, by the thread that caused the records and before the reply that came of
        them is sent. It may use this object, `advance_clock` included, but must not call the gateway over gRPC, whose
        reply would wait for it. What it raises is logged.

        Returns:
            A function that ends it.
        """
        return self._journal.listen(listener)

    def execute(self, command: EngineCommand) -> Answer | None:
        """Have the engine carry out a command that did not come over the wire; None if its answer would come later."""
        return self._room.execute(command)

    @contextmanager
    def engine_access(self) -> Generator[Engine, None, None]:
        """The engine itself, while its lock is held: for looking, not for keeping."""
        with self._room.turn() as turn:
            yield turn.engine

    def parked_polls(self, job_type: str | None = None) -> int:
        """How many ActivateJobs calls wait for jobs, of one type or in all."""
        with self._room.turn():
            return self._polling.parked(job_type)

    def let_go(self, job_type: str) -> None:
        """End the calls that wait for jobs of a type with OK: parked polls as if their time were over, and streams.

        A worker that drains need not wait for them to fall silent then.
        """
        with self._room.turn() as turn:
            self._polling.let_go(turn, job_type)
            self._streams.let_go(turn, job_type)

    def open_streams(self, job_type: str | None = None) -> int:
        """How many job streams are open, for one type or in all."""
        with self._room.turn():
            return self._streams.open(job_type)

    def _topology(self) -> pb.TopologyResponse:
        return self._replies.topology(self._host, self._port, self._cluster_id)

    def _end_calls(self) -> None:
        with self._room.turn():
            calls = [*self._polling.end_all(), *self._streams.end_all(), *self._servicer.end_all()]
        for call in calls:
            call.end(StatusError(grpc.StatusCode.CANCELLED, "the gateway was shut down", plain=True))

    def _clean_up(self) -> None:
        self._room.close()
        self._alarms.stop()
        self._senders.shutdown()
        if self._servers is not None:
            self._servers.shutdown()
