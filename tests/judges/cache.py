"""The folder of the user that keeps what Maven fetched: where it is, how it is locked, how a folder appears in it.

A folder in the cache is whole or it is not there: it is made under a name of its own and renamed when it is complete.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

ENVIRONMENT = "ZEEBE_GRPC_CACHE"
_UNFINISHED = ".unfinished"


def folder() -> Path:
    """Return the cache folder, made if need be: `ZEEBE_GRPC_CACHE`, else one where the platform keeps caches."""
    chosen = os.environ.get(ENVIRONMENT)
    path = Path(chosen).expanduser().resolve() if chosen else _platform_folder() / "zeebe-grpc"
    path.mkdir(parents=True, exist_ok=True)
    return path


def _platform_folder() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":  # noqa: RET505 (type checkers judge one platform at a time)
        return Path.home() / "Library" / "Caches"
    else:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@contextlib.contextmanager
def locked(say: Callable[[str], None]) -> Iterator[None]:
    """Hold the cache for this process alone; a second process waits. A process that dies lets go."""
    with (folder() / "lock").open("a+b") as file:
        if not _try_lock(file):
            say("another run is filling the cache: waiting for it")
            _lock(file)
        yield


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _lock(file: IO[bytes]) -> None:
        while True:
            with contextlib.suppress(OSError):  # LK_LOCK gives up after ten seconds
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                return

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)


def install(name: str, fill: Callable[[Path], None], say: Callable[[str], None]) -> Path:
    """Return the cache's folder `name`; if it is not there, let `fill` make it, whole or not at all."""
    ready = folder() / name
    if ready.is_dir():
        return ready
    with locked(say):
        if ready.is_dir():
            return ready
        unfinished = ready.with_name(name + _UNFINISHED)
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        fill(unfinished)
        unfinished.rename(ready)
    return ready
