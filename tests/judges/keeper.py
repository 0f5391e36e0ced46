"""Runs one program and ends it when asked or when nobody is left to ask: `python keeper.py FOLDER PROGRAM ARGUMENT...`.

Its standard input is the leash: when it closes, because the owner asked for the end or died however suddenly, the
program and all that it started are told to stop, and two seconds later are killed. In the end the folder is removed:
the program's data is not kept. Two letters on the leash end the program alone and keep its data, for a later start:
`T` tells it to stop, in its own time, and `K` kills it. A file of its own, without imports from here, so that it can be
started by its path.
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

TERMINATE = b"T"
KILL = b"K"

_KILLED = getattr(signal, "SIGKILL", signal.SIGTERM)
_let_go = threading.Event()


def main(folder: str, command: list[str]) -> int:
    """Run the command, then remove the folder; return the command's exit status."""
    for deaf_to in (signal.SIGINT, signal.SIGTERM):  # only the leash ends it: a Ctrl-C is for the owner to handle
        signal.signal(deaf_to, lambda *_: None)  # not SIG_IGN, which the program would inherit
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
        while letter := os.read(sys.stdin.fileno(), 1):
            _signal(program, _KILLED if letter == KILL else signal.SIGTERM)
    _let_go.set()
    _signal(program, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(GRACE)
    _signal(program, _KILLED)


def _signal(program: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(program.pid, number)
        else:
            program.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
