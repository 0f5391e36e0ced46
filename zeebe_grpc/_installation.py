"""Finds out whether the files of this package lie there unharmed. Imports nothing else of the package.

The distribution ``zeebe-grpc`` (no relation; old versions of pyzeebe bring it) installs into the same folder as this
one, ``zeebe-grpc-client``, and pip neither refuses nor says so:

* Installed before this package, it leaves its modules beside ours.
* Installed after it, it also replaces our ``__init__.py``. So the check is not only called from there.
* Uninstalled, it takes ``__init__.py`` with it, whoever wrote it.
"""

# Without pathlib, which would be most of what `import zeebe_grpc` costs.
# ruff: noqa: PTH110, PTH118, PTH120

from __future__ import annotations

import os
import sys

FOREIGN_FILE = "gateway_pb2.py"
"""A module of the foreign distribution; ours lies one folder deeper."""

_UNINSTALL = "python -m pip uninstall zeebe-grpc"
_REINSTALL = "python -m pip install --force-reinstall --no-deps zeebe-grpc-client"


def require_intact() -> None:
    """Check the folder that this module lies in.

    Raises:
        ImportError: The foreign distribution is, or was, installed over this one. The text says how to mend it.
    """
    folder = os.path.dirname(__file__)
    package = sys.modules["zeebe_grpc"]
    complaint = find_damage(folder, has_init=getattr(package, "__file__", None) is not None)
    if complaint is not None:
        raise ImportError(complaint, name="zeebe_grpc", path=folder)


def find_damage(folder: str, *, has_init: bool) -> str | None:
    """What is wrong with a folder of this package, and the commands that mend it; None if nothing is.

    Args:
        folder: Where the package lies.
        has_init: Whether Python found an ``__init__`` module there.
    """
    if os.path.exists(os.path.join(folder, FOREIGN_FILE)):
        return (
            f"the distribution 'zeebe-grpc' is installed over 'zeebe-grpc-client' in {folder}: both are imported as "
            f"zeebe_grpc and overwrite each other's files. Keep one of them; for this one run\n"
            f"    {_UNINSTALL}\n"
            f"    {_REINSTALL}\n"
            f"(Versions of pyzeebe that need 'zeebe-grpc' want an environment of their own, or an upgrade.)"
        )
    if not has_init:
        return (
            f"{os.path.join(folder, '__init__.py')} is gone, probably with an uninstalled 'zeebe-grpc'. Run\n"
            f"    {_REINSTALL}"
        )
    return None
