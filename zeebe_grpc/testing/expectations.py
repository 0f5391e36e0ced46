"""What a test expects of a process instance: each expectation is checked at once, and says what is there instead."""

from __future__ import annotations

import inspect
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from typing_extensions import Self

from zeebe_grpc.keys import KeyLike, ProcessInstanceKey, read_key
from zeebe_grpc.models.processes import ProcessInstance, ProcessInstanceReference, ProcessInstanceResult
from zeebe_grpc.testing.paths import AwaitedMessage, Incident, InstancePath
from zeebe_grpc.variables import Variables, encode

InstanceLike: TypeAlias = ProcessInstance | ProcessInstanceResult[Any] | ProcessInstanceReference | KeyLike
"""A process instance as the client gives it, or its key."""


def key_of(instance: InstanceLike) -> ProcessInstanceKey:
    """The key of a process instance.

    Raises:
        TypeError: It is none; a coroutine was not awaited.
        ValueError: No partition can have made the key.
    """
    given: object = instance
    if inspect.iscoroutine(given):
        given.close()
        raise TypeError("a process instance is expected, not a coroutine; await the call that creates it")
    if isinstance(instance, (ProcessInstance, ProcessInstanceResult, ProcessInstanceReference)):
        return instance.process_instance_key
    return ProcessInstanceKey(read_key(instance, "process instance"))


class InstanceExpectation:
    """Expectations of one process instance; ``zeebe.expect(instance)`` makes it.

    Each method waits until the workers and mocks of the kit have nothing in work, looks once, and returns the
    expectation itself, so that they can be chained. None of them is a coroutine, in ``async`` tests neither. What fails
    raises an `AssertionError` that shows the path of the instance. If something is still in work when the time to wait
    is over, what is there counts, but nothing is said to be absent that may yet come.
    """

    def __init__(
        self,
        key: ProcessInstanceKey,
        look: Callable[[], tuple[InstancePath, list[str]]],
        describe: Callable[[InstancePath], str],
    ) -> None:
        self._key = key
        self._look = look
        self._describe = describe

    def __repr__(self) -> str:
        return f"InstanceExpectation({self._key})"

    # Where it was

    def has_passed(self, *element_ids: str, in_order: bool = False, times: int | None = None) -> Self:
        """Elements were completed, or sequence flows taken.

        Args:
            element_ids: Each of them, at least once.
            in_order: Whether they came in the given order; others may lie between them.
            times: How often each of them was passed; None for at least once.

        Raises:
            AssertionError: One was not, or not so.
        """
        __tracebackhide__ = True
        _require(element_ids, "has_passed")
        path, busy = self._see()
        counts = Counter(path.steps)
        wanted = f"to have passed {_listed(element_ids)}"
        if times is not None:
            other = [name for name in element_ids if counts[name] != times]
            if other:
                so = ", ".join(f"{name!r} {counts[name]} times" for name in other)
                raise self._failure(f"{wanted}, {times} times each", f"it passed {so}", path, busy)
            self._refuse_unsure(wanted, path, busy)
        missing = [name for name in element_ids if not counts[name]]
        if missing and times is None:
            raise self._failure(wanted, f"it did not pass {_listed(missing)}", path, busy)
        if in_order and not _follow(element_ids, path.steps):
            raise self._failure(f"{wanted}, in this order", "it passed them in another order", path, busy)
        return self

    def has_not_passed(self, *element_ids: str) -> Self:
        """Elements were not completed, nor sequence flows taken. Whether the model has them is not looked at.

        Raises:
            AssertionError: One was, or may yet be: something is still in work.
        """
        __tracebackhide__ = True
        _require(element_ids, "has_not_passed")
        path, busy = self._see()
        wanted = f"not to have passed {_listed(element_ids)}"
        passed = [name for name in element_ids if name in path.steps]
        if passed:
            raise self._failure(wanted, f"it passed {_listed(passed)}", path, busy)
        self._refuse_unsure(wanted, path, busy)
        return self

    # Where it is

    def is_waiting_at(self, *element_ids: str, only: bool = False) -> Self:
        """Elements are active: reached, and neither completed nor terminated.

        Args:
            element_ids: Each of them.
            only: Whether it waits nowhere else; sub-processes around them do not count.

        Raises:
            AssertionError: It is not there, or elsewhere too.
        """
        __tracebackhide__ = True
        _require(element_ids, "is_waiting_at")
        path, busy = self._see()
        wanted = f"to wait at {_listed(element_ids)}"
        missing = [name for name in element_ids if name not in path.at]
        if missing:
            raise self._failure(wanted, f"it is not at {_listed(missing)}", path, busy)
        others = [name for name in path.leaves if name not in element_ids]
        if only and others:
            raise self._failure(f"{wanted} only", f"it also waits at {_listed(others)}", path, busy)
        return self

    def is_waiting_for_message(self, name: str, correlation_key: str | None = None) -> Self:
        """A message of this name would reach it.

        Args:
            name: The name of the message.
            correlation_key: Its correlation key; None for any.

        Raises:
            AssertionError: It waits for no such message.
        """
        __tracebackhide__ = True
        path, busy = self._see()

        def fits(message: AwaitedMessage) -> bool:
            return message.name == name and correlation_key in (None, message.correlation_key)

        if not any(map(fits, path.messages.values())):
            with_key = "" if correlation_key is None else f" with key {correlation_key!r}"
            raise self._failure(f"to wait for message {name!r}{with_key}", "it does not", path, busy)
        return self

    def has_job(self, job_type: str, *, element_id: str | None = None) -> Self:
        """A job of this type is open: for a worker to take, in work, in its backoff, or failed for good.

        Raises:
            AssertionError: There is none.
        """
        __tracebackhide__ = True
        path, busy = self._see()
        if not any(job.type == job_type and element_id in (None, job.element_id) for job in path.jobs):
            at = "" if element_id is None else f" at {element_id!r}"
            raise self._failure(f"to have a job of type {job_type!r}{at}", "it has none", path, busy)
        return self

    # What became of it

    def is_active(self) -> Self:
        """It has neither completed nor been terminated.

        Raises:
            AssertionError: It has.
        """
        __tracebackhide__ = True
        return self._is("active")

    def is_completed(self) -> Self:
        """It has reached its end.

        Raises:
            AssertionError: It has not.
        """
        __tracebackhide__ = True
        return self._is("completed")

    def is_terminated(self) -> Self:
        """It was terminated: cancelled, or by a caller that ended.

        Raises:
            AssertionError: It was not.
        """
        __tracebackhide__ = True
        return self._is("terminated")

    # What it knows

    def has_variable(self, name: str, value: Any) -> Self:
        """A variable of the instance itself has this value; those of its elements do not count.

        Args:
            name: The name of the variable.
            value: Compared as JSON: a dataclass is an object, a Decimal a number, 1 and 1.0 are the same.

        Raises:
            AssertionError: There is no such variable, or it has another value.
            VariablesError: The value cannot be encoded.
        """
        __tracebackhide__ = True
        return self.has_variables({name: value})

    def has_variables(self, variables: Variables) -> Self:
        """Variables of the instance itself have these values; it may have others. See `has_variable`.

        Raises:
            AssertionError: One is missing, or has another value.
            VariablesError: The values cannot be encoded.
        """
        __tracebackhide__ = True
        expected = _plain(variables)
        path, busy = self._see()
        wanted = f"to have the {'variable' if len(expected) == 1 else 'variables'} {_listed(expected)} as given"
        missing = [name for name in expected if name not in path.variables]
        if missing:
            raise self._failure(wanted, "; ".join(_absence(name, path) for name in missing), path, busy)
        actual = _plain({name: path.variables[name] for name in expected})
        other = [name for name, value in expected.items() if not _same(actual[name], value)]
        if other:
            so = "; ".join(f"{name!r} is {actual[name]!r}, not {expected[name]!r}" for name in other)
            raise self._failure(wanted, so, path, busy)
        return self

    # What holds it

    def has_incident(
        self, element_id: str | None = None, *, error_type: str | None = None, message: str | None = None
    ) -> Self:
        """An incident is open.

        Args:
            element_id: Where; None for anywhere.
            error_type: Of which type, such as ``JOB_NO_RETRIES``; None for any.
            message: A part of its message; None for any.

        Raises:
            AssertionError: There is no such incident.
        """
        __tracebackhide__ = True
        path, busy = self._see()

        def fits(incident: Incident) -> bool:
            return (
                element_id in (None, incident.element_id)
                and error_type in (None, incident.error_type)
                and (message or "") in incident.message
            )

        if not any(map(fits, path.incidents.values())):
            given = {"at": element_id, "of type": error_type, "saying": message}
            which = "".join(f" {word} {text!r}" for word, text in given.items() if text is not None)
            raise self._failure(f"to have an incident{which}", "it has no such incident", path, busy)
        return self

    def has_no_incidents(self) -> Self:
        """No incident is open.

        Raises:
            AssertionError: One is, or one may yet come: something is still in work.
        """
        __tracebackhide__ = True
        path, busy = self._see()
        if path.incidents:
            raise self._failure("to have no incidents", f"it has {len(path.incidents)}", path, busy)
        self._refuse_unsure("to have no incidents", path, busy)
        return self

    # Looking

    def _see(self) -> tuple[InstancePath, list[str]]:
        __tracebackhide__ = True
        path, busy = self._look()
        if not path.state:
            raise AssertionError(f"there is no process instance {self._key} in this gateway")
        return path, busy

    def _is(self, state: str) -> Self:
        __tracebackhide__ = True
        path, busy = self._see()
        if path.state != state:
            raise self._failure(f"to be {state}", f"it is {path.state}", path, busy)
        return self

    def _refuse_unsure(self, wanted: str, path: InstancePath, busy: list[str]) -> None:
        __tracebackhide__ = True
        if busy:
            raise self._failure(wanted, "that cannot be said yet", path, busy)

    def _failure(self, wanted: str, found: str, path: InstancePath, busy: list[str]) -> AssertionError:
        lines = [f"expected process instance {self._key} of {path.bpmn_process_id!r} {wanted}: {found}"]
        lines.append(self._describe(path))
        lines += [f"  still in work: {line}" for line in busy]
        return AssertionError("\n".join(lines))


def _require(element_ids: tuple[str, ...], method: str) -> None:
    if not element_ids:
        raise TypeError(f"{method}: name at least one element")
    if not all(isinstance(element_id, str) for element_id in element_ids):
        raise TypeError(f"{method}: ids of elements are texts; a list is given as {method}(*ids)")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def _follow(wanted: Iterable[str], steps: Iterable[str]) -> bool:
    remaining: Iterator[str] = iter(steps)
    return all(name in remaining for name in wanted)


def _absence(name: str, path: InstancePath) -> str:
    at = path.local_variables.get(name)
    return f"it has no variable {name!r}" + (f", only {at!r} has one of that name" if at else "")


def _plain(document: Variables) -> dict[str, Any]:
    """The document as plain values, in which 1.0 is 1."""
    plain: dict[str, Any] = json.loads(encode(document), parse_float=_number)
    return plain


def _number(text: str) -> float:
    number = float(text)
    return int(number) if number.is_integer() else number


def _same(one: Any, other: Any) -> bool:
    """Whether two plain values are the same; for Python alone true would be 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
