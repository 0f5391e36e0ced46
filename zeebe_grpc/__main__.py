"""The console script: ``zeebe-grpc``, and ``python -m zeebe_grpc``.

It only finds out whether the command line can run here: no foreign package has been installed over this one, and the
extra ``cli`` is there. The commands live in `zeebe_grpc.cli`.
"""

from __future__ import annotations

import sys

from zeebe_grpc._installation import require_intact


def main() -> None:
    """Run the command line; where it cannot run say which pip command helps and exit with status 2."""
    try:
        require_intact()
    except ImportError as error:
        sys.exit(_refuse(str(error)))
    try:
        import click  # noqa: F401  # pyright: ignore[reportUnusedImport]  # only whether it is there
        import rich  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ModuleNotFoundError as error:
        sys.exit(_refuse(f"the command line needs {error.name!r}: pip install 'zeebe-grpc-client[cli]'"))
    from zeebe_grpc.cli.app import app

    app(prog_name="zeebe-grpc")


def _refuse(reason: str) -> int:
    print(f"zeebe-grpc: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
