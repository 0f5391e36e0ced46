"""Child processes as their parent has them: started, spoken to without waiting, and ended.

Spawned, never forked: grpc does not survive a fork. What the words mean is said in `child` and `processes`.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import threading
from queue import SimpleQueue
from typing import Any

from zeebe_grpc.worker.child import main
from zeebe_grpc.worker.guard import describe

_SPAWN = multiprocessing.get_context("spawn")


class ChildDiedError(Exception):
    """The child process ended in the middle of a job.

    Attributes:
        again: Whether the same job had ended a child before.
    """

    again = False


class UnreadableChildError(Exception):
    """The child process has said something that no child of ours says; it is ended."""


class _Roll:
    """The children of this program. Those that are left are ended with it.

    multiprocessing would ask them to go by SIGTERM, which they do not obey, and then wait for them.
    """

    def __init__(self) -> None:
        self._children: set[Child] = set()
        self.over = False

    def enter(self, child: Child) -> None:
        """A child was started."""
        self._children.add(child)
        if self.over:
            child.kill()

    def strike(self, child: Child) -> None:
        """A child has ended."""
        self._children.discard(child)

    def end(self) -> None:
        """End them all, except in a fork of this program."""
        self.over = True
        for child in tuple(self._children):
            if child.parent == os.getpid():
                with contextlib.suppress(ValueError):  # it is closed in this moment
                    child.kill()


_ROLL = _Roll()
atexit.register(_ROLL.end)  # so it runs before what multiprocessing, imported above, has registered


def program_ends() -> bool:
    """Whether all children are being ended, because the program is."""
    return _ROLL.over


class Child:
    """A child process and our end of its pipe.

    A thread writes, so that nobody else has to wait until the child reads: it does not while it imports the handler.
    """

    def __init__(self, assignment: bytes, name: str) -> None:
        self.parent = os.getpid()
        self._pipe, theirs = _SPAWN.Pipe()
        self._words: SimpleQueue[tuple[Any, ...] | None] = SimpleQueue()
        self._process = _SPAWN.Process(target=main, args=(theirs, assignment), name=name, daemon=True)
        self._process.start()
        theirs.close()
        _ROLL.enter(self)
        threading.Thread(target=self._write, name=f"{name}-writer", daemon=True).start()

    @property
    def pid(self) -> int | None:
        """The id of the process."""
        return self._process.pid

    def send(self, *words: Any) -> None:
        """Send, without waiting; a child that is gone is noticed where it is read from."""
        self._words.put(words)

    def receive(self) -> tuple[Any, ...]:
        """Wait for the child's next words.

        Raises:
            ChildDiedError: There will be none.
            UnreadableChildError: These were no words.
        """
        try:
            words: tuple[Any, ...] = self._pipe.recv()
        except (EOFError, OSError):
            self._process.join(5)
            raise ChildDiedError(f"the child process died (exit code {self._process.exitcode})") from None
        except Exception as error:
            raise UnreadableChildError(f"the child process can not be understood: {describe(error)}") from error
        return words

    def is_alive(self) -> bool:
        """Whether it has not ended, as one may that waits for its next job."""
        return self._process.is_alive()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def hang_up(self) -> None:
        """Let it end."""
        self._words.put(None)

    def close(self) -> None:
        """Hang up, and see that it ends."""
        self.hang_up()
        self._process.join(2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(2)
        _ROLL.strike(self)
        with contextlib.suppress(ValueError):  # not even that has ended it, which is up to the system
            self._process.close()

    def _write(self) -> None:
        while (words := self._words.get()) is not None:
            with contextlib.suppress(OSError):
                self._pipe.send(words)
        self._pipe.close()
