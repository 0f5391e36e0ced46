"""Ways to run workers: as a whole program with signals, or in a thread beside one that knows no asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from types import FrameType
from typing import Any, TypeAlias

from typing_extensions import Self

from zeebe_grpc.errors import WorkerError
from zeebe_grpc.spans import Span
from zeebe_grpc.worker.reports import DrainReport, Health
from zeebe_grpc.worker.runner.probe import Probe
from zeebe_grpc.worker.runner.running import RunningWorker

Starter: TypeAlias = Callable[[], RunningWorker]
"""Makes a worker that is about to run, inside the event loop."""

_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")


class _Signals:
    """The first signal drains, the second forces. Only the main thread can have them."""

    def __init__(self, loop: asyncio.AbstractEventLoop, received: Callable[[str], None]) -> None:
        self._loop = loop
        self._received = received

    @contextlib.contextmanager
    def caught(self) -> Generator[None]:
        """Catch them while the block runs, and put back what was there before."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in self._numbers()}
        for number in before:
            self._catch(number)
        try:
            yield
        finally:
            for number, handler in before.items():
                self._release(number, handler)

    def _numbers(self) -> list[signal.Signals]:
        return [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]

    def _catch(self, number: signal.Signals) -> None:
        try:
            self._loop.add_signal_handler(number, self._received, number.name)
        except NotImplementedError:  # Windows: its loops know no signals
            signal.signal(number, self._from_interpreter)

    def _from_interpreter(self, number: int, _frame: FrameType | None) -> None:
        self._loop.call_soon_threadsafe(self._received, signal.Signals(number).name)

    def _release(self, number: signal.Signals, handler: Any) -> None:
        with contextlib.suppress(NotImplementedError):
            self._loop.remove_signal_handler(number)
        if handler is not None:
            signal.signal(number, handler)


@contextlib.contextmanager
def probed(workers: Sequence[RunningWorker], host: str, port: int | None) -> Generator[Probe | None]:
    """Serve the health of these workers over HTTP while the block lasts; nothing without a port."""
    if port is None:
        yield None
        return
    with Probe(lambda: [worker.health_anywhere() for worker in workers], host, port) as probe:
        workers[0].log.info("probes at http://%s:%d/ready, /live and /health", host, probe.port)
        yield probe


async def serve(starters: Sequence[Starter], health_host: str = "127.0.0.1", health_port: int | None = None) -> int:
    """Run workers until a signal comes or one of them can not go on.

    Args:
        starters: Make the workers.
        health_host: Where to serve probes.
        health_port: The port for probes; None for none.

    Returns:
        The exit code: 0 after a clean drain, 1 if jobs were left locked, 128 and the number of the signal if forced.
    """
    workers = [start() for start in starters]
    forced: list[int] = []
    stops: list[asyncio.Task[DrainReport]] = []

    def received(name: str) -> None:
        if not stops:
            workers[0].log.info("%s: draining; once more to force", name)
            stops.extend(asyncio.ensure_future(worker.stop()) for worker in workers)
        else:
            workers[0].log.warning("%s again: not waiting any longer", name)
            forced.append(128 + signal.Signals[name])
            for worker in workers:
                worker.force()

    with _Signals(asyncio.get_running_loop(), received).caught(), probed(workers, health_host, health_port):
        for worker in workers:
            worker.start()
        waits = [asyncio.ensure_future(worker.wait()) for worker in workers]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            reports = [await worker.stop() for worker in workers]
        for wait in waits:
            await wait
    if forced:
        return forced[0]
    return 1 if any(report.abandoned for report in reports) else 0


def run(starters: Sequence[Starter], health_host: str, health_port: int | None) -> None:
    """Run workers as a program; the arguments are those of `serve`.

    Raises:
        SystemExit: With the exit code, if that is not 0.
        WorkerError: A worker could not go on.
        RuntimeError: An event loop runs here already.
    """
    if loop_runs():
        raise RuntimeError("an event loop runs here already; write: async with worker.running(client) as running: ...")
    code = asyncio.run(serve(starters, health_host, health_port))
    if code:
        raise SystemExit(code)


def loop_runs() -> bool:
    """Whether an event loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class ThreadedWorker:
    """A worker that runs in a thread and event loop of its own; its methods may be called from any thread."""

    def __init__(self, starter: Starter, name: str) -> None:
        self._starter = starter
        self._running: RunningWorker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._report: DrainReport | None = None
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)

    def start(self) -> Self:
        """Start the thread, and return when the worker runs.

        Raises:
            ConfigurationError: The worker can not run so.
        """
        self._thread.start()
        self._ready.wait()
        if self._failure is not None and self._running is None:
            raise self._failure
        return self

    def health(self) -> Health:
        """How the worker stands now; not live if its event loop does not answer within five seconds."""
        if self._running is None:
            raise WorkerError("the worker does not run")
        return self._running.health_anywhere()

    def stop(self, grace: Span | None = None) -> DrainReport:
        """Drain, as `RunningWorker.stop` does, and wait until the thread has ended."""
        stops: list[asyncio.Task[DrainReport]] = []
        self._call(lambda worker: stops.append(asyncio.ensure_future(worker.stop(grace))))
        return self.wait()

    def wait(self, timeout: float | None = None) -> DrainReport:
        """Wait until the worker has stopped.

        Args:
            timeout: Seconds to wait; None for no end.

        Raises:
            TimeoutError: It still runs.
            WorkerError: It stopped because it could not go on.
        """
        self._thread.join(timeout)
        if self._thread.is_alive():
            raise TimeoutError("the worker still runs")
        if self._failure is not None:
            raise self._failure
        if self._report is None:
            raise WorkerError("the worker did not run")
        return self._report

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._thread.name if self._running is None else self._running!r})"

    def _main(self) -> None:
        try:
            self._report = asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> DrainReport:
        self._loop = asyncio.get_running_loop()
        self._running = self._starter()
        self._running.start()
        self._ready.set()
        return await self._running.wait()

    def _call(self, action: Callable[[RunningWorker], None]) -> None:
        worker = self._running
        if self._loop is None or worker is None:
            raise WorkerError("the worker does not run")
        with contextlib.suppress(RuntimeError):  # the loop is closed: the worker has stopped already
            self._loop.call_soon_threadsafe(action, worker)
