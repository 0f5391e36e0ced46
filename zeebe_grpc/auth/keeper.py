"""Keeps one token fresh for a whole process: one request at a time, ahead of expiry, and none after a refusal.

Requests run in threads of their own, so that whoever waits may give up, and whoever has a token need not wait.
"""

from __future__ import annotations

import contextlib
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Final

from zeebe_grpc.auth.disk import DiskStore, Stored
from zeebe_grpc.auth.flow import RefusedError, Token
from zeebe_grpc.errors import TokenError
from zeebe_grpc.logs import Log

REFUSAL_SECONDS: Final = 30.0
"""How long the endpoint is left alone after it refused; SaaS locks a client out for that long."""

_RENEWAL_SECONDS: Final = 10.0
"""How long the gateway's rejections are not answered with new tokens, after one has been."""

_PATIENCE: Final = 60.0
"""Seconds that a request with all its repetitions may take."""

Fetch = Callable[[float], Token]
"""Asks the endpoint, within so many seconds."""


def too_late(what: str, timeout: float, trouble: str) -> str:
    """What somebody is told who could not wait any longer."""
    return f"no {what} within {timeout:.1f} s" + (f": {trouble}" if trouble else "")


class TokenKeeper:
    """The token of one identity.

    Args:
        fetch: Asks the endpoint.
        store: Where tokens lie for other processes; None for nowhere.
        refresh_ahead: Seconds before expiry from which a new token is fetched in the background.
        trouble: Says what the present request struggles with.
        now: Epoch seconds.
        chance: A random number from 0 to 1, so that not all processes refresh at once.
    """

    def __init__(
        self,
        fetch: Fetch,
        store: DiskStore | None,
        *,
        refresh_ahead: float,
        trouble: Callable[[], str] = lambda: "",
        now: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.log = Log("zeebe_grpc.auth")
        self._fetch = fetch
        self._store = store
        self._refresh_ahead = refresh_ahead
        self._trouble = trouble
        self._now = now
        self._chance = chance
        self._token: Token | None = None
        self._renew_at = 0.0
        self._refused: Stored = Stored()
        self._rejected = ""
        self._rejected_at = float("-inf")
        self._begin_life()

    def attach(self, log: Log) -> None:
        """Log to this from now on."""
        self.log = log
        if self._store is not None:
            self._store.log = log

    def _begin_life(self) -> None:
        """In a child after a fork, the parent's request goes on only in the parent."""
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._flight: Future[Token] | None = None

    def current(self) -> Token | None:
        """The token, at once; None if there is none that holds. Fetches another in the background if it is time."""
        token = self._token
        if token is None or not self._holds(token):
            return None
        if self._now() >= self._renew_at:
            self._renew_in_background()
        return token

    def obtain(self, timeout: float) -> Token:
        """The token, after waiting if need be; all who wait share one request.

        Raises:
            TokenError: It cannot be had, or not within `timeout` seconds.
        """
        flight = self._join()
        if isinstance(flight, Token):
            return flight
        try:
            return flight.result(timeout)
        except FutureTimeoutError:
            raise TokenError(too_late("token", timeout, self._trouble()), retryable=True) from None
        except TokenError as error:
            # Each waiter raises an error of its own: a shared one would collect their stack traces.
            raise type(error)(str(error), retryable=error.retryable) from error

    def reject(self, value: str) -> bool:
        """Give up a token that the gateway does not accept; whether another can be tried."""
        now = self._now()
        with self._lock:
            if self._token is None or self._token.value != value:
                return True
            if now - self._rejected_at < _RENEWAL_SECONDS:
                return False
            self._rejected, self._rejected_at = value, now
            self._token = None
            return True

    def _holds(self, token: Token) -> bool:
        return self._now() < token.expires_at - token.margin

    def _join(self) -> Token | Future[Token]:
        if self._process != os.getpid():
            self._begin_life()
        with self._lock:
            if self._token is not None and self._holds(self._token):
                return self._token
            self._raise_if_refused(self._refused)
            return self._flight or self._take_off()

    def _renew_in_background(self) -> None:
        if self._process != os.getpid():
            self._begin_life()
        with self._lock:
            if self._flight is None and self._now() >= self._renew_at:
                self._take_off()

    def _take_off(self) -> Future[Token]:
        flight: Future[Token] = Future()
        self._flight = flight
        threading.Thread(target=self._fly, args=(flight,), name="zeebe-grpc-token", daemon=True).start()
        return flight

    def _fly(self, flight: Future[Token]) -> None:
        try:
            token = self._procure()
        except BaseException as error:  # whoever waits gets it
            with self._lock:
                self._flight = None
                self._after_failure(error)
            flight.set_exception(error)
        else:
            with self._lock:
                self._flight = None
                self._keep(token)
            flight.set_result(token)

    def _keep(self, token: Token) -> None:
        self._token = token
        self._refused = Stored()
        ahead = min(self._refresh_ahead, token.lifetime / 2)
        early = ahead * (1 + 0.25 * self._chance())
        self._renew_at = token.expires_at - max(early, token.margin)

    def _after_failure(self, error: BaseException) -> None:
        if isinstance(error, RefusedError) and self._refused.refused_until <= self._now():
            self._refused = Stored(None, str(error), self._now() + REFUSAL_SECONDS)
        if self._token is not None:
            self._renew_at = self._now() + REFUSAL_SECONDS / 6 * (1 + self._chance())
            self.log.warning("the token cannot be renewed yet: %s", error)

    def _procure(self) -> Token:
        with self._store.locked(_PATIENCE) if self._store is not None else contextlib.nullcontext():
            if self._store is not None:
                stored = self._store.read()
                if stored.token is not None and self._is_news(stored.token):
                    return stored.token
                self._raise_if_refused(stored)
            return self._ask()

    def _is_news(self, token: Token) -> bool:
        """Whether a stored token is of use: it holds, is not the one to be replaced, and was not rejected."""
        known = "" if self._token is None else self._token.value
        return self._holds(token) and token.value not in (known, self._rejected)

    def _ask(self) -> Token:
        try:
            token = self._fetch(_PATIENCE)
        except RefusedError as error:
            if self._store is not None:
                self._store.write(Stored(None, str(error), self._now() + REFUSAL_SECONDS))
            raise
        if self._store is not None:
            self._store.write(Stored(token))
        return token

    def _raise_if_refused(self, stored: Stored) -> None:
        left = stored.refused_until - self._now()
        if 0 < left <= REFUSAL_SECONDS:
            self._refused = stored
            raise RefusedError(f"{stored.refused} (it is asked again in {left:.0f} s at the earliest)")
