"""From a handler's signature to its arguments: worked out once at registration, applied to every job. Pure.

Plain parameters are variables, by name. Headers come only by ``Header()``, the whole document only as ``Job[T]``; job,
client and logger come by their annotations. What cannot work is refused here, with the parameter's name.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from zeebe_grpc.errors import VariablesError
from zeebe_grpc.variables import decode
from zeebe_grpc.worker import annotations as an
from zeebe_grpc.worker.job import Job, typed
from zeebe_grpc.worker.markers import Header, Variable

Strategy = Literal["async", "thread", "process"]

_MISSING_FIELD = "Object missing required field `"


class UnfitVariablesError(Exception):
    """The variables or headers of a job do not fit its handler; the text is for an incident and quotes no value."""


class Provided(Enum):
    """What a parameter gets that is neither variable nor header."""

    JOB = "job"
    LOGGER = "logger"
    BLOCKING_CLIENT = "blocking"
    ASYNC_CLIENT = "async"


@dataclass(frozen=True)
class HeaderParameter:
    """A parameter that is read from a task header."""

    header: str
    type: Any
    required: bool


@dataclass(frozen=True)
class Binding:
    """How the arguments of one handler come about.

    Attributes:
        handler: The function.
        strategy: How it is run.
        document: Reads the variables that are parameters; None if there are none.
        headers: The parameters that are headers.
        provided: The parameters that the worker itself provides.
        job_variables: What ``job.variables`` is read into; None for a dict.
        everything: The name of the ``**`` parameter; None if there is none.
        positional: Parameters that can only be given by position, in order, with their defaults.
        fetch_variables: The variables to fetch; None for all.
    """

    handler: Callable[..., Any]
    strategy: Strategy
    document: type[msgspec.Struct] | None
    headers: Mapping[str, HeaderParameter]
    provided: Mapping[str, Provided]
    job_variables: Any
    everything: str | None
    positional: Mapping[str, Any]
    fetch_variables: tuple[str, ...] | None

    @property
    def client(self) -> Provided | None:
        """Which client the handler asks for."""
        clients = (Provided.BLOCKING_CLIENT, Provided.ASYNC_CLIENT)
        return next((kind for kind in self.provided.values() if kind in clients), None)

    def call(self, job: Job[Any], client: Any = None) -> Any:
        """Call the handler for a job; a coroutine comes back unawaited.

        Raises:
            UnfitVariablesError: The variables or headers do not fit.
        """
        args, kwargs = self.arguments(job, client)
        return self.handler(*args, **kwargs)

    def arguments(self, job: Job[Any], client: Any = None) -> tuple[list[Any], dict[str, Any]]:
        """The arguments for a job.

        Raises:
            UnfitVariablesError: The variables or headers do not fit.
        """
        try:
            kwargs = self._variables(job)
        except VariablesError as error:
            raise UnfitVariablesError(_explain(error)) from error
        for name, header in self.headers.items():
            if header.required or header.header in job.custom_headers:
                kwargs[name] = _read_header(header, job.custom_headers)
        for name, kind in self.provided.items():
            kwargs[name] = self._provide(kind, job, client)
        return [kwargs.pop(name, default) for name, default in self.positional.items()], kwargs

    def _variables(self, job: Job[Any]) -> dict[str, Any]:
        given = {} if self.document is None else self._declared(job, self.document)
        if self.everything is None:
            return given
        others: dict[str, Any] = dict(decode(job.activated.variables_json))
        declared = () if self.document is None else self.document.__struct_encode_fields__
        for name in (*declared, *self.headers, *self.provided):
            others.pop(name, None)
        return {**others, **given}

    @staticmethod
    def _declared(job: Job[Any], document: type[msgspec.Struct]) -> dict[str, Any]:
        """The variables that the parameters name; one that is missing is left out, if it has a default."""
        given = msgspec.structs.asdict(decode(job.activated.variables_json, document))
        if not document.__struct_defaults__:
            return given
        return {name: value for name, value in given.items() if value is not msgspec.UNSET}

    def _provide(self, kind: Provided, job: Job[Any], client: Any) -> Any:
        if kind is Provided.LOGGER:
            return job.log
        if kind is not Provided.JOB:
            return client
        if self.job_variables is None:
            return job
        own = job.reading(typed(job.activated, self.job_variables))
        try:
            own.variables  # noqa: B018 - read here, inside the guarded region, so that it can not fail in the handler
        except VariablesError as error:
            raise UnfitVariablesError(_explain(error)) from error
        return own


def bind(
    handler: Callable[..., Any],
    strategy: Literal["auto", "async", "thread", "process"] = "auto",
    *,
    local_names: Mapping[str, Any] | None = None,
) -> Binding:
    """Work out how a handler is called.

    Args:
        handler: A function, coroutine function or callable object.
        strategy: How it is to run; ``"auto"`` runs coroutines in the event loop and plain functions in threads.
        local_names: Names visible where the handler was defined, for postponed annotations of local types.

    Raises:
        TypeError: It can never be called properly; the text names the parameter and the remedy.
    """
    parameters = an.parameters(handler)
    binder = _Binder(handler, strategy_for(handler, strategy), an.hints(handler, local_names or {}))
    for parameter in parameters:
        binder.add(parameter)
    return binder.finish()


def strategy_for(handler: Callable[..., Any], wanted: str) -> Strategy:
    """The strategy for a handler; ``"auto"`` decides by what it is.

    Raises:
        TypeError: The strategy does not fit the handler.
        ValueError: There is no such strategy.
    """
    coroutine = an.is_async(handler)
    if wanted == "auto":
        return "async" if coroutine else "thread"
    if wanted == "async" and not coroutine:
        raise TypeError(f"{an.name_of(handler)}: execution_strategy 'async' needs an async def")
    if wanted in ("thread", "process") and coroutine:
        raise TypeError(f"{an.name_of(handler)}: an async def runs in the event loop, not in a {wanted}")
    if wanted == "async":
        return "async"
    if wanted == "thread":
        return "thread"
    if wanted == "process":
        return "process"
    raise ValueError(f"execution_strategy is auto, async, thread or process, not {wanted!r}")


class _Binder:
    """Collects what each parameter needs."""

    def __init__(self, handler: Callable[..., Any], strategy: Strategy, hints: Mapping[str, Any]) -> None:
        self._handler = handler
        self._strategy: Strategy = strategy
        self._hints = hints
        self._fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
        self._names: dict[str, str] = {}
        self._headers: dict[str, HeaderParameter] = {}
        self._provided: dict[str, Provided] = {}
        self._job_variables: Any = None
        self._fetch: list[str] | None = []
        self._everything: str | None = None
        self._positional: dict[str, Any] = {}

    def add(self, parameter: inspect.Parameter) -> None:
        """Take in one parameter."""
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            raise self._refusal(parameter, "there is nothing to fill *args with")
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            self._everything, self._fetch = parameter.name, None
            return
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            self._positional[parameter.name] = parameter.default
        annotation, markers = self._split(parameter)
        kind = self._kind(parameter, annotation)
        header = next((m for m in markers if isinstance(m, Header)), None)
        if kind is not None:
            self._provide(parameter, kind, annotation)
        elif header is not None:
            self._add_header(parameter, header, annotation)
        else:
            self._add_variable(parameter, annotation, markers)

    def finish(self) -> Binding:
        """The binding, once all parameters are known."""
        document = None
        if self._fields:
            document = msgspec.defstruct("Variables", self._fields, rename=self._names, kw_only=True)
        return Binding(
            self._handler,
            self._strategy,
            document,
            self._headers,
            self._provided,
            self._job_variables,
            self._everything,
            self._positional,
            None if self._fetch is None else tuple(dict.fromkeys(self._fetch)),
        )

    def _split(self, parameter: inspect.Parameter) -> tuple[Any, list[Any]]:
        annotation = self._hints.get(parameter.name, inspect.Parameter.empty)
        markers: list[Any] = []
        if get_origin(annotation) is Annotated:
            annotation, *markers = get_args(annotation)
        return annotation, [Header() if marker is Header else marker for marker in markers]

    def _kind(self, parameter: inspect.Parameter, annotation: Any) -> Provided | None:
        if annotation is inspect.Parameter.empty:
            if parameter.name == "job":
                raise self._refusal(parameter, "annotate it as Job, or Job[T]; without that it would be a variable")
            if parameter.name in ("self", "cls"):
                raise self._refusal(parameter, "register the method of an object: worker.job('my-type')(thing.method)")
            return None
        plain = an.without_none(annotation)
        kind = get_origin(plain) or plain
        if isinstance(kind, type) and issubclass(kind, Job):
            return Provided.JOB
        if isinstance(kind, type) and issubclass(kind, (logging.Logger, logging.LoggerAdapter)):
            return Provided.LOGGER
        color = an.client_color(plain)
        if color is None:
            return None
        return Provided.ASYNC_CLIENT if color == "async" else Provided.BLOCKING_CLIENT

    def _provide(self, parameter: inspect.Parameter, kind: Provided, annotation: Any) -> None:
        self._provided[parameter.name] = kind
        if kind is Provided.JOB:
            self._add_document(parameter, an.without_none(annotation))
        elif kind is not Provided.LOGGER:
            self._check_color(parameter, kind)

    def _check_color(self, parameter: inspect.Parameter, kind: Provided) -> None:
        if self._strategy == "process":
            raise self._refusal(parameter, "a client can not travel into another process; make one there")
        if (self._strategy == "async") != (kind is Provided.ASYNC_CLIENT):
            fitting = "AsyncZeebeClient" if self._strategy == "async" else "ZeebeClient"
            raise self._refusal(parameter, f"the strategy is {self._strategy}, so ask for {fitting}")

    def _add_document(self, parameter: inspect.Parameter, annotation: Any) -> None:
        arguments = get_args(annotation)
        if not arguments or arguments[0] in (Any, dict):
            self._fetch = None
            return
        if arguments[0] is type(None) or arguments[0] is None:
            return
        an.check_readable(arguments[0], self._describe(parameter))
        self._job_variables = arguments[0]
        names = an.field_names(arguments[0])
        self._fetch = None if names is None or self._fetch is None else [*self._fetch, *names]

    def _add_header(self, parameter: inspect.Parameter, header: Header, annotation: Any) -> None:
        annotation = str if annotation is inspect.Parameter.empty else annotation
        an.check_readable(annotation, self._describe(parameter))
        required = parameter.default is inspect.Parameter.empty
        self._headers[parameter.name] = HeaderParameter(header.name or parameter.name, annotation, required)

    def _add_variable(self, parameter: inspect.Parameter, annotation: Any, markers: list[Any]) -> None:
        annotation = Any if annotation is inspect.Parameter.empty else annotation
        an.check_readable(annotation, self._describe(parameter))
        variable = next((m.name for m in markers if isinstance(m, Variable)), parameter.name)
        rest = [m for m in markers if not isinstance(m, Variable)]
        for marker in rest:
            annotation = Annotated[annotation, marker]
        if parameter.default is inspect.Parameter.empty:
            self._fields.append((parameter.name, annotation))
        else:
            kinds = (annotation, msgspec.UnsetType, *((None,) if parameter.default is None else ()))
            self._fields.append((parameter.name, Union[kinds], msgspec.UNSET))  # noqa: UP007 - not every hint knows |
        self._names[parameter.name] = variable
        if self._fetch is not None:
            self._fetch.append(variable)

    def _describe(self, parameter: inspect.Parameter) -> str:
        return f"{an.name_of(self._handler)}: parameter {parameter.name}"

    def _refusal(self, parameter: inspect.Parameter, why: str) -> TypeError:
        return TypeError(f"{self._describe(parameter)}: {why}")


def _read_header(header: HeaderParameter, headers: Mapping[str, str]) -> Any:
    try:
        text = headers[header.header]
    except KeyError:
        raise UnfitVariablesError(
            f"task header {header.header} is missing in the model, and the handler has no default for it"
        ) from None
    if header.type is str:
        return text
    try:
        return msgspec.convert(text, header.type, strict=False)
    except msgspec.ValidationError:
        raise UnfitVariablesError(f"task header {header.header} is not of the type that the handler asks for") from None


def _explain(error: VariablesError) -> str:
    where = error.path.removeprefix("$").removeprefix(".")
    if not where and error.reason.startswith(_MISSING_FIELD):
        name = error.reason.removeprefix(_MISSING_FIELD).rstrip("`")
        return f"variable {name} is missing, and the handler has no default for it"
    return f"variable {where}: {error.reason}" if where else f"variables: {error.reason}"
