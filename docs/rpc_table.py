"""The table of RPCs in docs/rpcs.md, made from the code. `python docs/rpc_table.py` renews it, and a test compares."""

from __future__ import annotations

from pathlib import Path

from zeebe_grpc.errors import NotFoundError, StatusCode
from zeebe_grpc.failures import error_class
from zeebe_grpc.gateway.servicer import PLAIN_RPCS
from zeebe_grpc.rpc import RPCS, RetryClass, Rpc

PAGE = Path(__file__).parent / "rpcs.md"
BEGIN = "<!-- Made from the code by: python docs/rpc_table.py -->"
END = "<!-- End of the table. -->"

METHODS = {"Topology": "get_topology", "DeployResource": "deploy_resources"}
"""Methods that are not called like their RPC."""

SERVED = {*PLAIN_RPCS, "ActivateJobs", "CreateProcessInstanceWithResult", "StreamActivatedJobs", "Topology"}

GENERAL = {error_class("", code) for code in StatusCode}


def method_of(rpc: str) -> str:
    """The method of both clients, and the builder."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in rpc).lstrip("_")
    return METHODS.get(rpc, snake)


def own_errors(rpc: str) -> list[str]:
    """The error classes that this RPC has for itself, in the order of the tree."""
    found = {error_class(rpc, code) for code in StatusCode if code is not StatusCode.OK} - GENERAL
    return sorted((kind.__name__ for kind in found), key=lambda name: (NotFoundError.__name__ not in name, name))


def row(rpc: Rpc) -> str:
    """One line of the table."""
    name = method_of(rpc.name)
    again = "yes" if rpc.retry.repeatable else "no"
    if rpc.retry is RetryClass.STREAM:
        again = "as a new call"
    cells = (
        f"`{rpc.name}`" + (" (deprecated)" if rpc.deprecated else ""),
        f"`{name}`",
        ", ".join(f"`{error}`" for error in own_errors(rpc.name)) or "-",
        f"{rpc.retry.value}: {again}",
        "yes" if rpc.limited else "no",
        f"{rpc.timeout:g} s",
        rpc.since if rpc.since != "1.3" else "always",
        "yes" if rpc.name in SERVED else "no",
    )
    return f"| {' | '.join(cells)} |"


def table() -> str:
    """The whole table in Markdown."""
    head = (
        "| RPC | Method (both clients) and builder | Errors of its own | Sent again in doubt | Waits when busy "
        "| Timeout | Since | In-process gateway |"
    )
    return "\n".join((head, "|---|---|---|---|---|---|---|---|", *(row(RPCS[name]) for name in sorted(RPCS))))


def renewed(page: str) -> str:
    """A page with the table between its two marks replaced by that of the code."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no line {BEGIN!r}, or none {END!r} behind it")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
