"""The documentation of all variables, made from their table. `python -m zeebe_grpc.config.table FILE` renews a page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from zeebe_grpc.config.variables import NOT_READ, VARIABLES, Variable

BEGIN: Final = "<!-- Made from the code by: python -m zeebe_grpc.config.table docs/configuration.md -->"
END: Final = "<!-- End of the tables. -->"

_UNITS: Final = {
    "milliseconds": "ms",
    "seconds": "s",
    "flag": "true or false",
    "number": "number",
    "factor": "number",
    "names": "list",
    "path": "path",
    "secret": "secret",
}


def tables() -> str:
    """All variables in Markdown, by heading."""
    parts: list[str] = []
    for room in dict.fromkeys(variable.room for variable in VARIABLES):
        rows = (_row(variable) for variable in VARIABLES if variable.room == room)
        parts.append("\n".join((f"## {room}", "", "| Variable | Meaning | Default |", "|---|---|---|", *rows, "")))
    ignored = (f"| `{name}` | {why} |" for name, why in NOT_READ.items())
    parts.append("\n".join(("## Known and without effect", "", "| Variable | Why |", "|---|---|", *ignored, "")))
    return "\n".join(parts)


def _row(variable: Variable) -> str:
    twins = "".join(f"<br>`{name}`" for name in variable.twins)
    unit = _UNITS.get(variable.kind)
    meaning = f"{variable.meaning} ({unit})" if unit else variable.meaning
    return f"| `{variable.name}`{twins} | {meaning} | {variable.default} |"


def renewed(page: str) -> str:
    """A page with the tables between its two marks replaced by those of the code.

    Raises:
        ValueError: The page does not have the marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no line {BEGIN!r}, or none {END!r} behind it")
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
