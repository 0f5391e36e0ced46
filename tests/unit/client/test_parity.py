"""The two clients are twins: same names, parameters, defaults, annotations and docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from zeebe_grpc import async_client, client, commands
from zeebe_grpc.async_client import AsyncJobStream, AsyncZeebeClient
from zeebe_grpc.client import JobStream, ZeebeClient
from zeebe_grpc.client_base import ClientBase
from zeebe_grpc.rpc import RPCS
from zeebe_grpc.transport.aio import AsyncStream
from zeebe_grpc.transport.blocking import Stream

TWINS = [(ZeebeClient, AsyncZeebeClient), (JobStream, AsyncJobStream), (Stream, AsyncStream)]

WORDS = {
    "AsyncZeebeClient": "ZeebeClient",
    "AsyncJobStream": "JobStream",
    "AsyncStream": "Stream",
    "AsyncBase": "BlockingBase",
    "An async iterator": "An iterator",
    "an async iterator": "an iterator",
    "an async context manager": "a context manager",
    "async context manager": "context manager",
    "async iterator": "iterator",
    "asyncio": "threads",
    "any task": "any thread",
    "one task": "one thread",
    "async_client": "client",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "AsyncIterator": "Iterator",
    "Awaitable[Any]": "Any",
}


def as_blocking(text: str) -> str:
    for word, twin in WORDS.items():
        text = text.replace(word, twin)
    return " ".join(text.split())


def face(kind: type) -> dict[str, Any]:
    special = {
        "__init__",
        "__enter__",
        "__exit__",
        "__iter__",
        "__next__",
        "__aenter__",
        "__aexit__",
        "__aiter__",
        "__anext__",
    }
    return {
        as_blocking(name): inspect.getattr_static(kind, name)
        for name in dir(kind)
        if not name.startswith("_") or (name in special and getattr(kind, name) is not getattr(object, name, None))
        if name != "__init__" or issubclass(kind, ClientBase)
    }


def plain(member: Any) -> Callable[..., Any]:
    while not inspect.isfunction(member):
        member = getattr(member, "fget", None) or member.__func__
    return inspect.unwrap(member)


PAIRS = [
    pytest.param(face(blocking)[name], face(aio).get(name), id=f"{blocking.__name__}.{name}")
    for blocking, aio in TWINS
    for name in face(blocking)
]


@pytest.mark.parametrize(("blocking", "aio"), TWINS, ids=lambda kind: kind.__name__)
def test_the_same_names(blocking: type, aio: type) -> None:
    assert set(face(blocking)) == set(face(aio))


@pytest.mark.parametrize(("blocking", "aio"), PAIRS)
def test_the_same_signature(blocking: Any, aio: Any) -> None:
    ours, theirs = inspect.signature(plain(blocking)), inspect.signature(plain(aio))
    assert [(p.name, p.kind, p.default) for p in ours.parameters.values()] == [
        (p.name, p.kind, p.default) for p in theirs.parameters.values()
    ]
    for name in ours.parameters:
        assert str(ours.parameters[name].annotation) == as_blocking(str(theirs.parameters[name].annotation))
    assert str(ours.return_annotation) == as_blocking(str(theirs.return_annotation))


@pytest.mark.parametrize(("blocking", "aio"), PAIRS)
def test_the_same_docstring(blocking: Any, aio: Any) -> None:
    assert as_blocking(inspect.getdoc(plain(blocking)) or "") == as_blocking(inspect.getdoc(plain(aio)) or "")


@pytest.mark.parametrize("subject", ["instances", "jobs", "messages", "processes", "resources"])
def test_the_same_bodies(subject: str) -> None:
    sources = [inspect.getsource(getattr(package, subject)) for package in (client, async_client)]
    ours = sources[0]
    theirs = as_blocking_source(sources[1])
    assert ours.split("class ", 1)[1].split() == theirs.split("class ", 1)[1].split()


def as_blocking_source(source: str) -> str:
    for word, twin in {
        "async def ": "def ",
        "await ": "",
        **WORDS,
        "asyncio.to_thread(read_resource_files, paths)": "read_resource_files(paths)",
        "threads.to_thread(read_resource_files, paths)": "read_resource_files(paths)",
    }.items():
        source = source.replace(word, twin)
    return source.replace(
        "resources = read_resource_files(paths)\n        return self.deploy_resources(resources,",
        "return self.deploy_resources(read_resource_files(paths),",
    )


# ---- The names of the face

EXCEPTIONS = {"Topology": "get_topology", "DeployResource": "deploy_resources"}
"""RPCs whose method has another name than the RPC's in snake case: the official SDK's users know these."""


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


@pytest.mark.parametrize("rpc", sorted(RPCS))
def test_every_rpc_has_a_method_in_both_clients_and_a_builder(rpc: str) -> None:
    name = EXCEPTIONS.get(rpc, snake(rpc))
    for home in (ZeebeClient, AsyncZeebeClient, commands):
        assert callable(getattr(home, name))


def test_every_method_says_which_rpc_is_behind_it() -> None:
    for rpc in RPCS:
        doc = inspect.getdoc(getattr(ZeebeClient, EXCEPTIONS.get(rpc, snake(rpc)))) or ""
        assert f"(RPC {rpc}" in doc.replace("\n", " ")


@pytest.mark.parametrize("kind", [ZeebeClient, AsyncZeebeClient])
def test_everything_is_keyword_only_after_the_identifying_argument(kind: type) -> None:
    more = {"throw_error": 2, "create_job_worker": 3}
    for name, member in face(kind).items():
        if inspect.isfunction(member) and not name.startswith("_"):
            positional = [
                p for p in inspect.signature(plain(member)).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD
            ][1:]
            assert len(positional) <= more.get(name, 1), name


@pytest.mark.parametrize("name", commands.__all__)
def test_a_method_takes_all_that_its_builder_takes(name: str) -> None:
    method = getattr(ZeebeClient, name)
    built = inspect.signature(getattr(commands, name)).parameters
    taken = inspect.signature(plain(method)).parameters
    assert set(built) <= set(taken)
    assert set(taken) - set(built) <= {"self", "timeout"}
