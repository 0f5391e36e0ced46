"""Credentials on an event loop: a strategy's waiting is done by a thread, once for all calls that need it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Final

from zeebe_grpc.auth import Auth, CallMetadata
from zeebe_grpc.auth.keeper import too_late
from zeebe_grpc.errors import TokenError

_PATIENCE: Final = 60.0
"""Seconds that a strategy may take; each call waits for as long as its own timeout allows."""


class Obtainer:
    """Asks a strategy for credentials without blocking the loop that it is used on."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._pending: asyncio.Future[CallMetadata] | None = None

    async def obtain(self, timeout: float) -> CallMetadata:
        """The credentials, after waiting if need be.

        Raises:
            TokenError: They cannot be had, or not within `timeout` seconds.
        """
        if self._pending is None or self._pending.done():
            self._pending = self._ask()
        try:
            # The thread goes on for the others if one who waits is cancelled.
            return await asyncio.wait_for(asyncio.shield(self._pending), timeout)
        except (asyncio.TimeoutError, TimeoutError):
            raise TokenError(too_late("credentials", timeout, self._auth.trouble()), retryable=True) from None
        except TokenError as error:
            # Each waiter raises an error of its own: a shared one would collect their stack traces.
            raise type(error)(str(error), retryable=error.retryable) from error

    def _ask(self) -> asyncio.Future[CallMetadata]:
        loop = asyncio.get_running_loop()
        pending: asyncio.Future[CallMetadata] = loop.create_future()
        pending.add_done_callback(_look)
        # Not the loop's executor: that one may be full of handlers, and is waited for when the loop ends.
        threading.Thread(target=self._run, args=(loop, pending), name="zeebe-grpc-auth", daemon=True).start()
        return pending

    def _run(self, loop: asyncio.AbstractEventLoop, pending: asyncio.Future[CallMetadata]) -> None:
        outcome: CallMetadata | BaseException
        try:
            outcome = self._auth.obtain(_PATIENCE)
        except BaseException as error:  # whoever waits gets it
            outcome = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(_settle, pending, outcome)


def _settle(pending: asyncio.Future[CallMetadata], outcome: CallMetadata | BaseException) -> None:
    if pending.done():
        return
    if isinstance(outcome, BaseException):
        pending.set_exception(outcome)
    else:
        pending.set_result(outcome)


def _look(pending: asyncio.Future[CallMetadata]) -> None:
    """So that asyncio does not complain when everyone who waited has gone."""
    if not pending.cancelled():
        pending.exception()
