"""Runs one program and ends it when asked or when nobody is left to ask: `python keeper.py PROGRAM ARGUMENT...`.

Its standard input is the leash: when it closes, because the owner asked for the end or died however suddenly, the
program and all that it started are told to stop, and two seconds later are killed: their data is not kept. A file of
its own, without imports from here, so that it can be started by its path.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

GRACE = 2
"""Seconds between the request to stop and the kill."""


def main(command: list[str]) -> int:
    """Run the command; return its exit status."""
    for ignored in (signal.SIGINT, signal.SIGTERM):  # only the leash ends it: a Ctrl-C is for the owner to handle
        signal.signal(ignored, signal.SIG_IGN)
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    threading.Thread(target=_follow_leash, args=(program,), daemon=True).start()
    return program.wait()


def _follow_leash(program: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 1024):
            pass
    _signal(program, signal.SIGTERM)
    try:
        program.wait(GRACE)
    except subprocess.TimeoutExpired:
        _signal(program, getattr(signal, "SIGKILL", signal.SIGTERM))


def _signal(program: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(program.pid, number)
        else:
            program.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
