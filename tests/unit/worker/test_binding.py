"""Handlers by their signatures."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Optional, TypedDict

import attrs
import msgspec
import pydantic
import pytest

from tests.unit.worker.jobs import job
from zeebe_grpc.worker.binding import Provided, UnfitVariablesError, bind
from zeebe_grpc.worker.job import Job
from zeebe_grpc.worker.markers import Header, Variable

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass
class Line:
    sku: str
    quantity: int


class LineDict(TypedDict):
    sku: str
    quantity: int


class LineStruct(msgspec.Struct):
    sku: str
    quantity: int = msgspec.field(name="qty")


@attrs.define
class LineAttrs:
    sku: str
    quantity: int


class LineModel(pydantic.BaseModel):
    sku: str
    quantity: int = pydantic.Field(alias="qty")


def test_parameters_are_variables_by_name() -> None:
    def reserve(sku: str, quantity: int = 1, *, note: Any = "none") -> tuple[Any, ...]:
        return sku, quantity, note

    binding = bind(reserve)
    assert binding.strategy == "thread"
    assert binding.fetch_variables == ("sku", "quantity", "note")
    assert binding.call(job({"sku": "A", "other": 1})) == ("A", 1, "none")
    assert binding.call(job({"sku": "A", "quantity": 2.0, "note": None})) == ("A", 2, None)


def test_a_variable_may_have_another_name() -> None:
    def ship(order_id: Annotated[str, Variable("order-id")], kind: Annotated[str, Variable("class")] = "b") -> str:
        return order_id + kind

    assert bind(ship).fetch_variables == ("order-id", "class")
    assert bind(ship).call(job({"order-id": "7"})) == "7b"


@pytest.mark.parametrize("kind", [Line, LineDict, LineStruct, LineAttrs, LineModel])
def test_documents_are_read_into_their_type(kind: Any) -> None:
    def handler(lines: Any, job: Any) -> Any:
        return lines, job.variables

    handler.__annotations__ = {"lines": list[kind], "job": Job[kind]}
    line = {"sku": "A", "quantity": 2, "qty": 2}
    lines, document = bind(handler).call(job({"lines": [line], **line}))
    if kind is LineDict:
        assert lines[0]["quantity"] == document["quantity"] == 2
    else:
        assert isinstance(lines[0], kind)
        assert isinstance(document, kind)
        assert lines[0].quantity == document.quantity == 2


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (Line, ("sku", "quantity")),
        (LineDict, ("sku", "quantity")),
        (LineStruct, ("sku", "qty")),
        (LineAttrs, ("sku", "quantity")),
        (LineModel, ("sku", "qty")),
        (dict[str, int], None),
        (dict, None),
        (None, ()),
    ],
)
def test_what_is_fetched_follows_from_the_type(kind: Any, names: Any) -> None:
    def handler(job: Any) -> None: ...

    handler.__annotations__ = {"job": Job[kind]}
    fetched = bind(handler).fetch_variables
    assert (fetched and set(fetched)) == (names and set(names))


def test_an_untyped_job_and_open_parameters_fetch_everything() -> None:
    def with_job(sku: str, job: Job) -> None: ...
    def with_rest(sku: str, **rest: Any) -> Any:
        return sku, rest

    assert bind(with_job).fetch_variables is None
    assert bind(with_rest).fetch_variables is None
    assert bind(with_rest).call(job({"sku": "A", "b": 1})) == ("A", {"b": 1})


def test_job_logger_and_headers_come_by_annotation() -> None:
    def handler(
        it: Job[None],
        log: logging.Logger,
        method: Annotated[str, Header()] = "fifo",
        *,
        tries: Annotated[int, Header("max-tries")],
        limit: Annotated[Optional[int], Header()] = None,  # noqa: UP045 - an old annotation works too
    ) -> Any:
        return it.key, method, tries, limit, log

    binding = bind(handler)
    given = job(headers={"max-tries": "4"})
    assert binding.fetch_variables == ()
    assert binding.provided == {"it": Provided.JOB, "log": Provided.LOGGER}
    assert binding.call(given) == (given.key, "fifo", 4, None, given.log)


def test_null_is_not_missing() -> None:
    def handler(a: int | None, b: int | None = 5, c: str = None) -> Any:  # type: ignore[assignment]  # noqa: RUF013
        return a, b, c

    assert bind(handler).call(job({"a": None, "b": None, "c": None})) == (None, None, None)
    assert bind(handler).call(job({"a": None})) == (None, 5, None)
    with pytest.raises(UnfitVariablesError, match="variable a is missing, and the handler has no default"):
        bind(handler).call(job({"b": 1}))


def test_texts_for_incidents_name_the_place_and_no_value() -> None:
    def handler(line: Line, tries: Annotated[int, Header()] = 1, job: Job[dict[str, Any]] = None) -> None: ...  # type: ignore[assignment]

    with pytest.raises(UnfitVariablesError) as raised:
        bind(handler).call(job({"line": {"sku": "A", "quantity": "secret"}}))
    assert str(raised.value) == "variable line.quantity: Expected `int`, got `str`"
    with pytest.raises(UnfitVariablesError) as raised:
        bind(handler).call(job({"line": {"sku": "A", "quantity": 1}}, {"tries": "secret"}))
    assert str(raised.value) == "task header tries is not of the type that the handler asks for"


def test_a_typed_document_that_does_not_fit_is_found_before_the_handler_runs() -> None:
    ran = []

    def handler(job: Job[Line]) -> None:
        ran.append(job)

    with pytest.raises(UnfitVariablesError, match="variable quantity is missing"):
        bind(handler).call(job({"sku": "A"}))
    assert not ran


def test_a_missing_header_without_default_is_an_error() -> None:
    def handler(method: Annotated[str, Header]) -> None: ...

    with pytest.raises(UnfitVariablesError, match="task header method is missing in the model"):
        bind(handler).call(job())


def test_positional_only_parameters_keep_their_places() -> None:
    def handler(a: int = 1, b: int = 2, /, *, c: int = 3) -> Any:
        return a, b, c

    assert bind(handler).call(job({"b": 7, "c": 8})) == (1, 7, 8)


def test_types_of_an_enclosing_function_are_found() -> None:
    @dataclass
    class Local:
        a: int

    def handler(x: Local, job: Job[Local]) -> Any:
        return x, job.variables

    binding = bind(handler, local_names=locals())
    assert binding.call(job({"x": {"a": 1}, "a": 2})) == (Local(1), Local(2))


def test_callables_of_all_kinds() -> None:
    class Handler:
        async def __call__(self, sku: str) -> str:
            return sku

        def method(self, sku: str) -> str:
            return sku

    def both(prefix: str, sku: str) -> str:
        return prefix + sku

    def logged(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapper

    assert bind(Handler()).strategy == "async"
    assert bind(Handler().method).call(job({"sku": "A"})) == "A"
    assert bind(functools.partial(both, "x-")).call(job({"sku": "A"})) == "x-A"
    assert bind(logged(both)).call(job({"prefix": "y", "sku": "A"})) == "yA"


def refused(handler: Callable[..., Any], **options: Any) -> str:
    with pytest.raises(TypeError) as raised:
        bind(handler, **options)
    return str(raised.value)


def test_what_can_not_work_is_refused() -> None:
    def untyped(job): ...  # type: ignore[no-untyped-def]
    def starred(*args: int) -> None: ...
    def foreign(database: logging.Handler) -> None: ...
    def nested(databases: list[logging.Handler]) -> None: ...
    def two(line: Line | LineAttrs) -> None: ...
    def unresolved(amount: Decimal) -> None: ...
    def generator(sku: str) -> Any:
        yield sku

    assert "parameter job: annotate it as Job" in refused(untyped)
    assert "nothing to fill *args with" in refused(starred)
    assert "parameter database" in refused(foreign)
    assert "cannot be read from JSON" in refused(nested)
    assert "parameter line" in refused(two)
    assert "'Decimal' is not defined" in refused(unresolved)
    assert "TYPE_CHECKING" in refused(unresolved)
    assert "yields" in refused(generator)
    assert "not str" in refused("handler")  # type: ignore[arg-type]


def test_strategies_must_fit_the_function() -> None:
    async def coroutine() -> None: ...
    def plain() -> None: ...

    assert bind(coroutine).strategy == "async"
    assert bind(plain, strategy="process").strategy == "process"
    assert "needs an async def" in refused(plain, strategy="async")
    assert "runs in the event loop" in refused(coroutine, strategy="thread")
    with pytest.raises(ValueError, match="'fork'"):
        bind(plain, strategy="fork")  # type: ignore[arg-type]
