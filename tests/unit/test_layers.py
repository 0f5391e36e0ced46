"""The laws of the house, read from the imports of every module.

1. Imports go down only, and in no circle. 2. `grpc` in few rooms. 3. `asyncio`, clock, chance and environment at the
edges. 4. Protobuf messages stay inside. 5. Client and in-process gateway meet only on the wire.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = "zeebe_grpc"


@dataclass(frozen=True)
class Import:
    """One import of one module."""

    by: str
    of: str
    name: str = ""


def modules() -> dict[str, Path]:
    files = [file for file in sorted((ROOT / PACKAGE).rglob("*.py")) if "__pycache__" not in file.parts]
    return {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


MODULES = modules()


def imports_of(by: str, file: Path) -> Iterator[Import]:
    """Every import, wherever it stands: at the top, inside a function, for typing only."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(by, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield Import(by, inner if inner in MODULES else base, alias.name)


IMPORTS = [found for name, file in MODULES.items() for found in imports_of(name, file)]
INSIDE = [found for found in IMPORTS if found.of == PACKAGE or found.of.startswith(f"{PACKAGE}.")]


def within(module: str, *rooms: str) -> bool:
    """Whether a module lies in one of the rooms (dotted names below the package)."""
    names = [f"{PACKAGE}.{room}" for room in rooms]
    return any(module == name or module.startswith(f"{name}.") for name in names)


# ---- 1: down only

FLOORS: tuple[tuple[str, ...], ...] = (
    (
        "_proto",
        "_pool",
        "_installation",
        "_version",
        "raw",
        "keys",
        "spans",
        "statuses",
        "errors",
        "failures",
        "variables",
        "models",
    ),
    ("rpc",),
    (
        "commands",
        "resilience",
        "resource_files",
        "official",
        "calls",
        "auth",
        "tls",
        "config",
        "logs",
        "transport.channel",
        "transport.gate",
        "transport.aio_gate",
        "transport.aio_neighbours",
        "transport.certificates",
        "transport.forks",
        "transport.hints",
        "transport.obtainer",
    ),
    ("transport.blocking", "transport.aio", "transport.probe", "transport.observed"),
    ("client_base", "client", "async_client", "otel"),
    ("worker",),
    ("testing", "cli", "__main__"),
)
"""From the ground up. The worker stands above the clients, because it makes and injects them; its machine does not."""

SERVER_FLOORS: tuple[tuple[str, ...], ...] = (
    ("_proto", "_pool", "_installation", "_version", "raw"),
    ("engine", "dmn", "feel"),
    ("gateway",),
    ("testing", "cli", "__main__"),
)


def floor(module: str, floors: tuple[tuple[str, ...], ...]) -> int | None:
    """The floor of the most particular room that holds the module."""
    matches = [(len(room), number) for number, rooms in enumerate(floors) for room in rooms if within(module, room)]
    return max(matches)[1] if matches else None


def test_every_module_has_a_floor() -> None:
    homeless = [
        name
        for name in MODULES
        if name not in (PACKAGE, f"{PACKAGE}.transport")
        and floor(name, FLOORS) is None
        and floor(name, SERVER_FLOORS) is None
    ]
    assert homeless == []


@pytest.mark.parametrize("floors", [FLOORS, SERVER_FLOORS], ids=["client", "server"])
def test_imports_go_down_only(floors: tuple[tuple[str, ...], ...]) -> None:
    wrong = []
    for found in INSIDE:
        above, below = floor(found.by, floors), floor(found.of, floors)
        if above is not None and below is not None and below > above:
            wrong.append(f"{found.by} imports {found.of}, which lies above it")
    assert wrong == []


def test_nobody_imports_the_root() -> None:
    inner = [found for found in INSIDE if found.of == PACKAGE and found.by != f"{PACKAGE}.__main__"]
    assert [f"{found.by} imports the root" for found in inner] == []


def test_no_circle_not_even_for_typing() -> None:
    graph: dict[str, set[str]] = {name: set() for name in MODULES}
    for found in INSIDE:
        # A package's own face may gather what its modules define.
        if found.of in MODULES and found.by != PACKAGE and not _is_face_of(found.by, found.of):
            graph[found.by].add(found.of)
    assert _circles(graph) == []


def _is_face_of(face: str, module: str) -> bool:
    return MODULES[face].name == "__init__.py" and module.startswith(f"{face}.")


def _circles(graph: dict[str, set[str]]) -> list[str]:
    remaining = {name: set(targets) - {name} for name, targets in graph.items()}
    while True:
        ends = {name for name, targets in remaining.items() if not targets & remaining.keys()}
        if not ends:
            return sorted(f"{name} -> {', '.join(sorted(t & remaining.keys()))}" for name, t in remaining.items())
        remaining = {name: targets for name, targets in remaining.items() if name not in ends}


# ---- 2, 3, 4: what may be known where

ALLOWED: dict[str, tuple[str, ...]] = {
    "grpc": ("transport", "gateway", "errors", "_proto"),
    "grpc_status": ("transport", "gateway"),
    "grpc_health": ("gateway",),
    "asyncio": (
        "transport.aio",
        "transport.obtainer",
        "transport.aio_gate",
        "transport.aio_neighbours",
        "async_client",
        "worker.runner",
        "gateway",
        "cli",
        "testing",
    ),
    f"{PACKAGE}._proto": ("rpc", "commands", "models", "gateway", "raw", "_proto"),
    f"{PACKAGE}.raw": ("cli", "testing"),
}
"""A module, and the rooms that may import it."""

PURE = (
    "keys",
    "spans",
    "statuses",
    "errors",
    "failures",
    "variables",
    "models",
    "rpc",
    "commands",
    "resilience",
    "engine",
)
"""Rooms that get the time, chance and the environment as arguments."""

IMPURE = ("time", "random", "secrets", "socket", "subprocess", "threading", "asyncio", "grpc")


@pytest.mark.parametrize("known", sorted(ALLOWED))
def test_who_may_know_what(known: str) -> None:
    rooms = ALLOWED[known]
    wrong = [
        found.by
        for found in IMPORTS
        if (found.of == known or found.of.startswith(f"{known}.")) and not within(found.by, *rooms)
    ]
    assert wrong == []


def test_pure_rooms_know_neither_clock_nor_chance() -> None:
    wrong = [
        f"{found.by} imports {found.of}"
        for found in IMPORTS
        if within(found.by, *PURE) and found.of.partition(".")[0] in IMPURE and not _is_harmless(found)
    ]
    assert wrong == []


def _is_harmless(found: Import) -> bool:
    """The status enum of grpc, and the class of seeded generators."""
    return (found.of, found.name) == ("random", "Random") or (
        within(found.by, "errors") and (found.of, found.name) == ("grpc", "StatusCode")
    )


@pytest.mark.parametrize("name", [name for name in MODULES if within(name, *PURE)])
def test_a_pure_module_reads_neither_environment_nor_the_time_of_day(name: str) -> None:
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    read = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    forbidden = {"os.environ", "os.getenv", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    assert read & forbidden == set()


# ---- 5: two sides of a wire

CLIENT = (
    "keys",
    "errors",
    "failures",
    "statuses",
    "spans",
    "variables",
    "models",
    "rpc",
    "commands",
    "config",
    "auth",
    "tls",
    "resilience",
    "transport",
    "client",
    "client_base",
    "async_client",
    "worker",
    "resource_files",
    "official",
)
SERVER = ("engine", "gateway", "dmn", "feel")


def test_client_and_gateway_meet_only_on_the_wire() -> None:
    wrong = [
        f"{found.by} imports {found.of}"
        for found in INSIDE
        if (within(found.by, *CLIENT) and within(found.of, *SERVER))
        or (within(found.by, *SERVER) and within(found.of, *CLIENT))
    ]
    assert wrong == []


def test_the_engine_knows_no_wire() -> None:
    wrong = [
        f"{found.by} imports {found.of}"
        for found in INSIDE
        if within(found.by, "engine") and not within(found.of, "engine")
    ]
    assert wrong == []


def test_imports_are_absolute() -> None:
    relative = [
        name
        for name, file in MODULES.items()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []
