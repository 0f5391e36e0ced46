"""The console script: ``zeebe-grpc``, and ``python -m zeebe_grpc``.

It only finds out whether the command line can run here; the commands live in `zeebe_grpc.cli`.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; without the extra ``cli`` say how to install it and exit with status 2."""
    try:
        import click  # noqa: F401
        import rich  # noqa: F401
    except ModuleNotFoundError as error:
        sys.exit(_refuse(f"the command line needs {error.name!r}: pip install 'zeebe-grpc-client[cli]'"))
    from zeebe_grpc.cli.app import app

    app(prog_name="zeebe-grpc")


def _refuse(reason: str) -> int:
    print(f"zeebe-grpc: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
