"""A tiny HTTP endpoint for probes, on the standard library's server.

``/ready`` and ``/live`` answer 200 or 503, ``/health`` the whole as JSON. It runs in a thread of its own, so it also
answers when the worker's event loop does not: then the worker is not live.
"""

from __future__ import annotations

import concurrent.futures
import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

from typing_extensions import Self

from zeebe_grpc.worker.reports import Health

_TIMEOUT = 5.0

Asker: TypeAlias = Callable[[Callable[[], None]], object]
"""Calls a function in the worker's event loop, from any thread; raises RuntimeError if that is closed."""


def ask(health: Callable[[], Health], call_in_loop: Asker, timeout: float = _TIMEOUT) -> Health:
    """The health of a worker, asked from another thread; not live if its event loop does not answer in time."""
    answer: concurrent.futures.Future[Health] = concurrent.futures.Future()
    try:
        call_in_loop(lambda: answer.set_result(health()))
        return answer.result(timeout)
    except concurrent.futures.TimeoutError:
        reason = f"its event loop does not answer within {timeout:g} s"
    except RuntimeError:
        reason = "it has stopped"
    return Health(ready=False, live=False, lag=0.0, job_types=(), reason=reason)


class Probe:
    """Serves the health of workers over HTTP while the ``with`` block lasts.

    Args:
        healths: How each worker stands; may be called from any thread.
        host: The address to listen on.
        port: The port; 0 takes a free one, see `port`.
    """

    def __init__(self, healths: Callable[[], list[Health]], host: str, port: int) -> None:
        self._server = ThreadingHTTPServer((host, port), _handler(healths))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="zeebe-worker-probe", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        port: int = self._server.server_address[1]
        return port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _printable(health: Health) -> dict[str, Any]:
    """As JSON that browsers and jq can read: they round numbers as large as keys, so a key is text."""
    document = asdict(health)
    for job_type in document["job_types"]:
        for handler in job_type["handlers"]:
            handler["job_key"] = str(handler["job_key"])
    return document


def _handler(healths: Callable[[], list[Health]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers GET."""

        def do_GET(self) -> None:
            """Answer."""
            found = healths()
            verdicts = {
                "/ready": all(health.ready for health in found),
                "/live": all(health.live for health in found),
                "/health": True,
            }
            verdict = verdicts.get(self.path.partition("?")[0])
            if verdict is None:
                self._answer(404, {"error": "there are /ready, /live and /health"})
            elif self.path.startswith("/health"):
                self._answer(200, [_printable(health) for health in found])
            else:
                reasons = [health.reason for health in found if health.reason]
                self._answer(200 if verdict else 503, {"ok": verdict, "reasons": reasons})

        def _answer(self, status: int, body: Any) -> None:
            sent = json.dumps(body, default=str).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base's
            """Probes come every few seconds; nobody wants to read that."""

    return Handler
