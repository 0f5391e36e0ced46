"""The standalone broker: started on free ports with fresh data, its clock moved, its records read, always stopped."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.judges import keeper
from tests.judges.java import Jdk, find_jdk
from tests.judges.maven import BROKER, fetch_broker, say
from tests.judges.missing import MissingError
from tests.judges.ports import free_ports

_HEAP = "-Xmx768m"
_START_TIMEOUT = 180
_END_TIMEOUT = 120
_TRIES = 3
_EXPORTER = "io.camunda.zeebe.broker.exporter.debug.DebugLogExporter"
_RECORD_MARK = b"io.camunda.zeebe.broker.exporter.records - "
_LOOPBACK = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Opens URLs without the proxies of the environment, which cannot reach a loopback port."""


class Broker:
    """A standalone Zeebe with its gateway, on loopback ports of its own.

    Use it as a context manager: it is ready inside, and stopped outside, whatever happened, also when this process is
    killed. `environment` adds to or replaces the settings (`ZEEBE_BROKER_...`); a setting that is empty is left out.
    """

    def __init__(self, version: str = BROKER, environment: Mapping[str, str] | None = None) -> None:
        self.version = version
        self._extra = dict(environment or {})
        self._jdk: Jdk | None = None
        self._ports: list[int] = []
        self._folder: Path | None = None
        self._keeper: subprocess.Popen[bytes] | None = None
        self._read = 0

    @property
    def address(self) -> str:
        """Where its gateway listens: `127.0.0.1:PORT`."""
        return f"127.0.0.1:{self._ports[0]}"

    @property
    def log(self) -> Path:
        """The file with its output, there until it is stopped."""
        assert self._folder is not None, "the broker is not running"
        return self._folder / "broker.log"

    def __enter__(self) -> Broker:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it is ready, with a line of progress every few seconds.

        Raises:
            MissingError: A JDK or Maven is missing, or the broker does not come up on this machine.
        """
        self._jdk = find_jdk()
        fetch_broker(self.version)
        for attempt in range(1, _TRIES + 1):
            try:
                self._launch()
                self._wait_until_ready()
            except _PortTakenError:
                self.stop()
                if attempt == _TRIES:
                    raise MissingError("the broker found its ports taken three times: try again") from None
            except BaseException:
                self.stop()
                raise
            else:
                return

    def stop(self) -> None:
        """Stop it and remove its data; nothing if it is not running."""
        if self._keeper is not None:
            assert self._keeper.stdin is not None
            self._keeper.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._keeper.wait(keeper.GRACE + 5)
            self._keeper = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def terminate(self) -> float:
        """Tell it to stop (SIGTERM), wait until it has, and keep its data; return the seconds that it took."""
        return self._end(keeper.TERMINATE)

    def kill(self) -> float:
        """Kill it (SIGKILL), wait until it is gone, and keep its data; return the seconds that it took."""
        return self._end(keeper.KILL)

    def restart(self) -> None:
        """Start it again on its data and its ports, after `terminate` or `kill`, and wait until it is ready.

        Raises:
            MissingError: It does not come up.
        """
        self._run()
        self._wait_until_ready()

    def advance(self, span: timedelta) -> None:
        """Move its clock forward; what is due then is done by its next sweeps, shortly after."""
        offset = round(span.total_seconds() * 1000)
        self._http("actuator/clock/add", json.dumps({"offsetMilli": offset}).encode())

    def records(self, only: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Return the records that its log exporter wrote since the last call, oldest first, without commands.

        They come a moment after the deed: whoever looks for one looks again until it is there. `only` names the value
        types to return, for whoever has very many. After a restart some may come twice, with the same position.
        """
        marks = [f'"valueType":"{each}"'.encode() for each in only]
        with self.log.open("rb") as log:
            log.seek(self._read)
            whole, end, _ = log.read().rpartition(b"\n")
            self._read += len(whole) + len(end)
        texts = [line.partition(_RECORD_MARK)[2] for line in whole.splitlines() if line.endswith(b"}")]
        wanted = (text for text in texts if text and (not marks or any(mark in text for mark in marks)))
        records = [json.loads(text) for text in wanted]
        return [each for each in records if each["recordType"] != "COMMAND"]

    def _end(self, how: bytes) -> float:
        assert self._keeper is not None, "the broker is not running"
        assert self._keeper.stdin is not None
        begin = time.monotonic()
        self._keeper.stdin.write(how)
        self._keeper.stdin.flush()
        self._keeper.wait(_END_TIMEOUT)
        self._keeper.stdin.close()
        self._keeper = None
        return time.monotonic() - begin

    def _launch(self) -> None:
        self._ports = free_ports(5)
        self._read = 0
        self._folder = Path(tempfile.mkdtemp(prefix="zeebe-broker-", dir=_memory_folder()))
        self._run()

    def _run(self) -> None:
        script = fetch_broker(self.version) / "bin" / ("broker.bat" if sys.platform == "win32" else "broker")
        say(f"starting the broker {self.version} on {self.address} (7 to 40 s)")
        with self.log.open("ab") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, keeper.__file__, str(self._folder), str(script)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment(),
                cwd=self._folder,
            )

    def _environment(self) -> dict[str, str]:
        assert self._jdk is not None
        assert self._folder is not None
        grpc_port, command, internal, management, server = map(str, self._ports)
        settings = {
            **os.environ,
            "JAVA_HOME": str(self._jdk.home),
            "JAVA_OPTS": " ".join((_HEAP, "-XX:TieredStopAtLevel=1", *self._jdk.options)),
            "ZEEBE_BROKER_GATEWAY_ENABLE": "true",
            "ZEEBE_BROKER_GATEWAY_NETWORK_HOST": "127.0.0.1",
            "ZEEBE_BROKER_GATEWAY_NETWORK_PORT": grpc_port,
            "ZEEBE_BROKER_NETWORK_HOST": "127.0.0.1",
            "ZEEBE_BROKER_NETWORK_COMMANDAPI_PORT": command,
            "ZEEBE_BROKER_NETWORK_INTERNALAPI_PORT": internal,
            "MANAGEMENT_SERVER_PORT": management,
            "MANAGEMENT_SERVER_ADDRESS": "127.0.0.1",
            "SERVER_PORT": server,
            "SERVER_ADDRESS": "127.0.0.1",
            "ZEEBE_BROKER_DATA_DIRECTORY": str(self._folder / "data"),
            "ZEEBE_BROKER_CLUSTER_RAFT_FLUSH_ENABLED": "false",
            "ZEEBE_BROKER_DATA_LOGSEGMENTSIZE": "16MB",
            "ZEEBE_BROKER_DATA_DISK_FREESPACE_PROCESSING": "128MB",
            "ZEEBE_BROKER_DATA_DISK_FREESPACE_REPLICATION": "64MB",
            "ZEEBE_BROKER_BACKPRESSURE_ENABLED": "false",
            "ZEEBE_BROKER_FLOWCONTROL_REQUEST_ENABLED": "false",
            "ZEEBE_CLOCK_CONTROLLED": "true",
            "ZEEBE_BROKER_EXPORTERS_RECORDS_CLASSNAME": _EXPORTER,
            "ZEEBE_BROKER_EXPORTERS_RECORDS_ARGS_LOGLEVEL": "info",
            **self._extra,
        }
        return {name: value for name, value in settings.items() if value}

    def _wait_until_ready(self) -> None:
        assert self._keeper is not None
        begin = time.monotonic()
        told = begin
        while not self._is_ready():
            now = time.monotonic()
            if self._keeper.poll() is not None:
                raise self._failure("ended while it started")
            if now - begin > _START_TIMEOUT:
                raise self._failure(f"was not ready within {_START_TIMEOUT} s")
            if now - told >= 5:
                told = now
                say(f"waiting for the broker ({now - begin:.0f} s)")
            time.sleep(0.25)
        say(f"the broker is ready on {self.address} after {time.monotonic() - begin:.0f} s")

    def _is_ready(self) -> bool:
        try:
            self._http("ready")
        except (OSError, http.client.HTTPException):  # the second: another program has the port, and speaks otherwise
            return False
        return True

    def _failure(self, what: str) -> Exception:
        text = self.log.read_text(encoding="utf-8", errors="replace")
        if "Address already in use" in text:
            return _PortTakenError()
        errors = [line for line in text.splitlines() if "ERROR" in line or "Exception" in line]
        return MissingError(f"the broker {what}: {errors[-1].strip()[:300] if errors else 'it said nothing'}")

    def _http(self, path: str, data: bytes | None = None) -> bytes:
        url = f"http://127.0.0.1:{self._ports[3]}/{path}"
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
        with _LOOPBACK.open(request, timeout=10) as answer:
            return bytes(answer.read())


class _PortTakenError(Exception):
    """Somebody else took one of the ports between the choice and the start."""


def _memory_folder() -> str | None:
    """Return a folder in memory if the system has one: the broker writes a lot and keeps nothing."""
    memory = Path("/dev/shm")  # noqa: S108 (a folder of its own is made in it)
    return str(memory) if os.access(memory, os.W_OK) else None
