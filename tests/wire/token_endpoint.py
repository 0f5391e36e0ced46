"""A real token endpoint on this machine: HTTP or HTTPS, with or without client certificates, and wrong on demand."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, unquote_plus


@dataclass
class Asked:
    """A request that came in."""

    path: str
    fields: dict[str, str]
    headers: dict[str, str]


@dataclass
class Reply:
    """What to answer in place of a token."""

    status: int = 200
    body: str | dict[str, Any] = field(default_factory=dict)
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


Script = Callable[[Asked], "Reply | None"]


class TokenEndpoint:
    """Gives tokens `token-1`, `token-2` ... to client `app` with secret `s3cret/+ %`.

    Attributes:
        script: Answers before anything else does, if it gives a reply.
        delay: Seconds before an answer.
        lifetime: Seconds that tokens are said to live.
        clock_ahead: Seconds by which its clock is ahead.
        asked: What came in.
    """

    CLIENT, SECRET = "app", "s3cret/+ %"

    def __init__(self, tls: ssl.SSLContext | None = None, host: str = "localhost") -> None:
        self.script: Script = lambda _asked: None
        self.delay = 0.0
        self.lifetime: Any = 3600
        self.clock_ahead = 0.0
        self.asked: list[Asked] = []
        self.given: list[str] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._scheme, self._host = ("http" if tls is None else "https"), host
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"{self._scheme}://{self._host}:{self._server.server_port}/oauth/token"

    @property
    def root(self) -> str:
        return f"{self._scheme}://{self._host}:{self._server.server_port}"

    @property
    def count(self) -> int:
        """How many tokens were asked for."""
        return sum(1 for each in self.asked if each.path == "/oauth/token")

    def accepts(self, token: str) -> bool:
        """Whether a token is one of ours: what a gateway would check."""
        return token in self.given

    def revoke(self) -> None:
        """Accept none of the tokens that were given so far."""
        self.given.clear()

    def __enter__(self) -> TokenEndpoint:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._answer({name: texts[0] for name, texts in parse_qs(body).items()})

            def _answer(self, fields: dict[str, str]) -> None:
                reply = endpoint.answer(Asked(self.path, fields, {n.lower(): v for n, v in self.headers.items()}))
                content = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
                self.send_response_only(reply.status)
                for name, value in {
                    "Date": endpoint.date(),
                    "Content-Type": reply.content_type,
                    **reply.headers,
                }.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content.encode())))
                self.end_headers()
                self.wfile.write(content.encode())

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        return Handler

    def date(self) -> str:
        return formatdate(time.time() + self.clock_ahead, usegmt=True)

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
        if self.delay:
            time.sleep(self.delay)
        scripted = self.script(asked)
        if scripted is not None:
            return scripted
        if asked.path == "/.well-known/openid-configuration":
            return Reply(body={"issuer": self.root, "token_endpoint": self.url})
        return self._token(asked)

    def _token(self, asked: Asked) -> Reply:
        if not self._proven(asked):
            return Reply(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        with self._lock:
            token = f"token-{len(self.asked)}"
            self.given.append(token)
        return Reply(body={"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime})

    def _proven(self, asked: Asked) -> bool:
        if "client_assertion" in asked.fields:
            return True
        client, secret = asked.fields.get("client_id", ""), asked.fields.get("client_secret", "")
        header = asked.headers.get("authorization", "")
        if header.startswith("Basic "):
            client, _, secret = map(unquote_plus, base64.b64decode(header[6:]).decode().partition(":"))
        return (client, secret) == (self.CLIENT, self.SECRET)
