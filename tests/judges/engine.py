"""The in-memory engine and its driver: started on a free port, settled, its clock moved, its records read.

The driver is `TestEngine.java` beside this file, compiled once into the cache. It obeys one line at a time on its
standard input and ends when that closes, so the engine dies with this process, however this process dies.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tests.judges import cache
from tests.judges.java import Jdk, find_jdk
from tests.judges.maven import ENGINE, fetch_engine, say
from tests.judges.missing import MissingError
from tests.judges.ports import free_ports

_SOURCE = Path(__file__).with_name("TestEngine.java")
_OPTIONS = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
_ANSWER_TIMEOUT = 60
_STOP_TIMEOUT = 5


class EngineError(Exception):
    """The driver answered a command with an error, or died."""


class Engine:
    """Zeebe's own engine, in memory, behind a small gateway that hardly validates.

    Use it as a context manager. Its clock moves with the machine's, and further by `advance`.
    """

    version = ENGINE

    def __init__(self) -> None:
        self.port = 0
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[bytes] | None = None

    @property
    def address(self) -> str:
        """Where its gateway listens: `127.0.0.1:PORT`; another one after `reset`."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Engine:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it is ready (3 to 8 s).

        Raises:
            MissingError: A JDK or Maven is missing, or the engine does not come up on this machine.
        """
        jdk = find_jdk()
        class_path = os.pathsep.join((str(_compiled_driver(jdk)), str(fetch_engine() / "*")))
        (self.port,) = free_ports(1)
        say(f"starting the in-memory engine {ENGINE} on {self.address}")
        begin = time.monotonic()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the process)
        self._process = subprocess.Popen(
            [jdk.tool("java"), *_OPTIONS, *jdk.options, "-cp", class_path, "TestEngine", str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        try:
            self._answer()
        except EngineError as error:
            raise MissingError(f"the in-memory engine did not start: {error}") from None
        except BaseException:
            self.stop()
            raise
        say(f"the in-memory engine is ready on {self.address} after {time.monotonic() - begin:.0f} s")

    def stop(self) -> None:
        """Stop it; nothing if it is not running."""
        if self._process is not None:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            try:
                self._process.wait(_STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process.stdout.close()
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None

    def settle(self, timeout: float = 20) -> None:
        """Wait until nothing is left to process, at most `timeout` seconds.

        Raises:
            EngineError: It is still busy after that time.
        """
        self._ask(f"settle {round(timeout * 1000)}")

    def clock(self) -> int:
        """Return the engine's time in epoch milliseconds."""
        return int(self._ask("clock")[-1])

    def advance(self, span: timedelta) -> None:
        """Move the engine's clock forward; what is then due is done before the next `settle` returns, or soon after."""
        self._ask(f"advance {round(span.total_seconds() * 1000)}")

    def position(self) -> int:
        """Return the log position of the last record, -1 if there is none."""
        return int(self._ask("position")[-1])

    def records(self, start: int = 0) -> list[dict[str, Any]]:
        """Return all events and rejections from a log position on, as Zeebe writes them in JSON; upkeep is left out."""
        return [json.loads(line) for line in self._ask(f"records {start}")[:-1]]

    def reset(self) -> None:
        """Begin anew with an empty engine, on a new port."""
        (self.port,) = free_ports(1)
        self._ask(f"reset {self.port}")

    def direct(self, command: Mapping[str, Any]) -> None:
        """Write a job or user-task command to the log as the real gateway would: the test gateway cannot send it whole.

        `command` has `type` (`JOB`, `USER_TASK`), `intent`, `key`, and as needed `variables` (base64 of MessagePack),
        `retries`, `message`, `assignee`, `action`, `result` (`type`, `denied`, `activate`, `fulfilled`, `cancel` ...).
        """
        self._ask(f"direct {base64.b64encode(json.dumps(command).encode()).decode()}")

    def _ask(self, line: str) -> list[str]:
        assert self._process is not None, "the engine is not running"
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except OSError:
            raise EngineError(self._last_words()) from None
        return self._answer()

    def _answer(self) -> list[str]:
        """Return the lines of one answer; the last is without its `ok `. A driver that hangs is killed."""
        assert self._process is not None
        assert self._process.stdout is not None
        watchdog = threading.Timer(_ANSWER_TIMEOUT, self._process.kill)
        watchdog.start()
        lines: list[str] = []
        try:
            for line in self._process.stdout:
                word, _, rest = line.rstrip("\n").partition(" ")
                if word == "error":
                    raise EngineError(rest)
                if word == "ok":
                    return [*lines, rest]
                lines.append(line)
        finally:
            watchdog.cancel()
        raise EngineError(self._last_words())

    def _last_words(self) -> str:
        assert self._log is not None
        self._log.seek(0)
        errors = [line for line in self._log.read().decode(errors="replace").splitlines() if line.strip()]
        return f"the driver died: {errors[-1][:300] if errors else 'it said nothing'}"


def _compiled_driver(jdk: Jdk) -> Path:
    """Return the folder of the compiled driver; compiled anew when its source, the engine or the JDK is another."""
    digest = hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:12]
    libraries = fetch_engine()

    def fill(target: Path) -> None:
        command = [jdk.tool("javac"), "-nowarn", "-cp", str(libraries / "*"), "-d", str(target), str(_SOURCE)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise MissingError(f"the engine's driver does not compile: {done.stderr.strip()[:300]}")

    return cache.install(f"driver-{ENGINE}-{jdk.version}-{digest}", fill, say)
