"""Runs one program and ends it when asked or when nobody is left to ask: `python keeper.py FOLDER PROGRAM ARGUMENT...`.

Its standard input is the leash: when it closes, because the owner asked for the end or died however suddenly, the
program and all that it started are told to stop, and two seconds later are killed. In the end the folder is removed:
the program's data is not kept. A file of its own, without imports from here, so that it can be started by its path.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading

GRACE = 2
"""Seconds between the request to stop and the kill."""

_let_go = threading.Event()


def main(folder: str, command: list[str]) -> int:
    """Run the command, then remove the folder; return the command's exit status."""
    for ignored in (signal.SIGINT, signal.SIGTERM):  # only the leash ends it: a Ctrl-C is for the owner to handle
        signal.signal(ignored, signal.SIG_IGN)
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    leash = threading.Thread(target=_follow_leash, args=(program,), daemon=True)
    leash.start()
    status = program.wait()
    if _let_go.is_set():
        leash.join(GRACE + 1)  # what the program had started may need the kill
        shutil.rmtree(folder, ignore_errors=True)
    return status


def _follow_leash(program: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 1024):
            pass
    _let_go.set()
    _signal(program, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(GRACE)
    _signal(program, getattr(signal, "SIGKILL", signal.SIGTERM))


def _signal(program: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(program.pid, number)
        else:
            program.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
