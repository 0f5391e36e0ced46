"""Ends an asyncio client where its event loop may have ended before it: between a test and the next."""

from __future__ import annotations

import asyncio
import threading

from zeebe_grpc.async_client import AsyncZeebeClient


def close_without_loop(client: AsyncZeebeClient) -> None:
    """Close a client whose calls are over, in a loop and a thread of its own.

    Plugins differ in when they close the loop of a test; some do so before the fixtures of the test end, and one may
    still be running in this thread. So nothing here needs that loop.
    """
    thread = threading.Thread(target=lambda: asyncio.run(client.close()), name="zeebe-close")
    thread.start()
    thread.join()
