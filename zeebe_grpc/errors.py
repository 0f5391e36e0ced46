"""Every error of the client, and the choice of the class for what a gateway answered.

::

    ZeebeError
      ConfigurationError               raised before any I/O
      VariablesError                   a value that cannot become JSON, or JSON that does not fit a type (a ValueError)
      GatewayError                     .rpc .code .details .retryable .attempts .outcome; the grpc error as cause
        InvalidArgumentError           INVALID_ARGUMENT
          DeploymentRejectedError
        NotFoundError                  NOT_FOUND
          DecisionNotFoundError, ElementInstanceNotFoundError, IncidentNotFoundError, JobNotFoundError,
          ProcessDefinitionNotFoundError, ProcessInstanceNotFoundError, ResourceNotFoundError
        AlreadyExistsError             ALREADY_EXISTS
          DuplicateMessageError, ProcessInstanceAlreadyExistsError
        InvalidStateError              FAILED_PRECONDITION
          InvalidJobStateError, InvalidProcessInstanceStateError
        BackpressureError              RESOURCE_EXHAUSTED
        MessageTooLargeError           RESOURCE_EXHAUSTED, UNKNOWN: a message beyond a size limit; never tried again
        UnavailableError               UNAVAILABLE
        DeadlineError                  DEADLINE_EXCEEDED (a TimeoutError)
        AuthenticationError            UNAUTHENTICATED
        PermissionDeniedError          PERMISSION_DENIED
        UnimplementedError             UNIMPLEMENTED
        InternalError                  INTERNAL
        AbortedError                   ABORTED
        CallCancelledError             CANCELLED, not by us
        UnknownError                   UNKNOWN, and every status that has no class here
        AmbiguousResultError           the command may or may not have been executed, and must not be repeated blindly
          AmbiguousAbortedError, AmbiguousAlreadyExistsError, AmbiguousCancelledError, AmbiguousDeadlineError,
          AmbiguousInternalError, AmbiguousUnavailableError, AmbiguousUnknownError: each is also the error before it
      MalformedResponseError           a reply that could not be read; .raw has what could be
      TokenError                       no credentials could be had: a call raises an AuthenticationError from it
      WorkerError
    BpmnError, JobFailure              raised BY handlers: instructions, not failures; outside the tree

Bad arguments are Python's own `TypeError` and `ValueError`. Which class a status becomes is said in `failures`. Here
may live no I/O and no retry: `grpc` is imported for its status enum alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from grpc import StatusCode as StatusCode
from typing_extensions import Never

from zeebe_grpc import statuses
from zeebe_grpc.spans import Span

Outcome: TypeAlias = statuses.Effect
"""What became of the command: surely nothing, nobody can tell, or surely done (only its reply was lost)."""


class ZeebeError(Exception):
    """The root of all errors of this package."""


class ConfigurationError(ZeebeError):
    """A setting cannot be used. Raised before any I/O."""


class VariablesError(ZeebeError, ValueError):
    """A value that cannot become a JSON document, or a document that does not fit the type asked for.

    The text never quotes the value, because variables are nobody's business but the caller's.

    Attributes:
        path: Where, from `$` for the whole document: `$.order.lines[2].price`.
        reason: What is wrong there, and what to do.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason

    def __reduce__(self) -> tuple[type[VariablesError], tuple[str, str]]:
        return type(self), (self.path, self.reason)


class MalformedResponseError(ZeebeError):
    """A reply arrived but could not be read: the command was executed.

    Attributes:
        rpc: The RPC that was answered.
        raw: What could be read: the result with its variables as plain dict, or as `RawJson`, or the reply's bytes.
    """

    def __init__(self, rpc: str, reason: str, raw: object = None) -> None:
        super().__init__(f"{rpc}: the reply could not be read ({reason}); the command was executed, .raw has the reply")
        self.rpc = rpc
        self.reason = reason
        self.raw = raw

    def __reduce__(self) -> tuple[type[MalformedResponseError], tuple[str, str, object]]:
        return type(self), (self.rpc, self.reason, self.raw)


class TokenError(ZeebeError):
    """No credentials could be had: the token endpoint refused them, was not reached, or answered something else.

    Authentication strategies raise it; a call that needed the credentials raises an `AuthenticationError` from it.

    Attributes:
        retryable: Whether asking again may help: yes if the endpoint was not reached, no if it refused.
    """

    def __init__(self, reason: str, *, retryable: bool = False) -> None:
        super().__init__(reason)
        self.retryable = retryable


class WorkerError(ZeebeError):
    """A worker cannot start or go on."""


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    """What one partition answered, when the gateway asked several and none was able to help."""

    code: StatusCode
    message: str


class GatewayError(ZeebeError):
    """A call that ended with another status than OK.

    Attributes:
        rpc: The RPC, as on the wire: `"CompleteJob"`.
        code: The gRPC status.
        details: The status text of the gateway, or of grpc if the gateway was not reached.
        retryable: Whether sending the same command again is safe and may help.
        attempts: How often it was sent.
        outcome: `"not_executed"`, `"unknown"`, or `"executed"` if only the reply was lost.
        rejection_type: Why the engine refused, in its own word such as `"INVALID_STATE"`; None if it did not say.
        reason: The engine's explanation without the pattern around it; `details` if there is none.
        partitions: What each partition answered, when all of them were tried in vain.
        hint: What this client can tell about the cause, and which setting to look at; empty if nothing.
    """

    retryable: bool
    hint: str = ""

    def __init__(
        self,
        rpc: str,
        code: StatusCode,
        details: str = "",
        *,
        outcome: Outcome = "not_executed",
        retryable: bool = False,
        attempts: int = 1,
        partitions: tuple[PartitionStatus, ...] = (),
    ) -> None:
        super().__init__(details)
        self.rpc = rpc
        self.code = code
        self.details = details
        self.outcome: Outcome = outcome
        self.retryable = retryable
        self.attempts = attempts
        self.partitions = partitions
        self.rejection_type, self.reason = statuses.read_rejection(details)

    def __str__(self) -> str:
        tries = f" after {self.attempts} attempts" if self.attempts > 1 else ""
        told = self.details or "no details"
        text = f"{self.hint} ({told})" if self.hint else told
        return f"{self.rpc}: {self.code.name}{tries}: {self._advice()}{text}"

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(rpc={self.rpc!r}, code={self.code.name}, details={self.details!r}, "
            f"outcome={self.outcome!r}, retryable={self.retryable}, attempts={self.attempts})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.rpc, self.code, self.details), self._state()

    def _state(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("rpc", "code", "details")}

    def _advice(self) -> str:
        """What to add before the gateway's own words."""
        return ""


def _rebuild(kind: type[GatewayError], rpc: str, code: StatusCode, details: str) -> GatewayError:
    return kind(rpc, code, details)


class InvalidArgumentError(GatewayError):
    """The request can never be accepted as it is."""


class DeploymentRejectedError(InvalidArgumentError):
    """A deployment with something wrong in its resources; nothing of it was deployed."""


class NotFoundError(GatewayError):
    """What the command is about does not exist, any more or at all, or is not visible to this client."""


class DecisionNotFoundError(NotFoundError):
    """No such decision is deployed."""


class ElementInstanceNotFoundError(NotFoundError):
    """No such process instance or element instance is active."""


class IncidentNotFoundError(NotFoundError):
    """No such incident, or it is resolved already."""


class JobNotFoundError(NotFoundError):
    """No such job: it is completed, or its process instance is gone."""


class ProcessDefinitionNotFoundError(NotFoundError):
    """No such process definition, or not in that version."""


class ProcessInstanceNotFoundError(NotFoundError):
    """No such process instance is active."""


class ResourceNotFoundError(NotFoundError):
    """No such resource is deployed."""


class AlreadyExistsError(GatewayError):
    """Something with this identity exists already."""


class DuplicateMessageError(AlreadyExistsError):
    """A message with this name, correlation key and message id is still buffered."""


class ProcessInstanceAlreadyExistsError(AlreadyExistsError):
    """An active process instance has this business id, and the cluster keeps business ids unique."""


class InvalidStateError(GatewayError):
    """What the command is about exists, but its state does not allow this."""


class InvalidJobStateError(InvalidStateError):
    """The job is failed, in backoff or has thrown an error; or it is leased and the lease token is stale."""


class InvalidProcessInstanceStateError(InvalidStateError):
    """The process instance cannot do this: for instance, a called one cannot be cancelled by itself."""


class BackpressureError(GatewayError):
    """The cluster is too busy: the command was not accepted and may be sent again after a pause."""


class MessageTooLargeError(GatewayError):
    """A request or a reply is larger than a limit allows; trying again cannot help.

    `outcome` tells them apart: `"not_executed"` if the request was refused, `"executed"` if the command was done and
    only its reply was too large for this client (raise `max_receive_message_size` then).
    """

    def _advice(self) -> str:
        if self.outcome == "executed":
            return "the command was executed, but its reply is larger than max_receive_message_size: "
        return "the request is too large, nothing was done: "


class UnavailableError(GatewayError):
    """The gateway, or the partition that it needed, could not be reached."""


class DeadlineError(GatewayError, TimeoutError):
    """No answer came in time, from the gateway or from the broker behind it."""


class AuthenticationError(GatewayError):
    """The gateway does not know who is calling: no credentials, or wrong or expired ones."""


class PermissionDeniedError(GatewayError):
    """The caller is known and may not do this."""


class UnimplementedError(GatewayError):
    """The gateway is older than this RPC.

    Attributes:
        since: The first version that has it, such as `"8.9"`; None if unknown.
    """

    since: str | None = None

    def _advice(self) -> str:
        return f"needs a gateway of version {self.since} or later: " if self.since else ""


class InternalError(GatewayError):
    """Something broke in the cluster."""


class AbortedError(GatewayError):
    """The gateway lost its connection to the broker while the command was under way."""


class CallCancelledError(GatewayError):
    """The call was cancelled, but not by this client: as a gateway does when it shuts down."""


class UnknownError(GatewayError):
    """A status that says nothing, or one that no Zeebe gateway is known to send."""


class AmbiguousResultError(GatewayError):
    """The command may or may not have been executed, and repeating it could do it twice.

    Always raised as one of the classes below, so that it is also the error it came from.
    """

    def _advice(self) -> str:
        return "it may or may not have been executed, look before sending it again: "


class AmbiguousAbortedError(AmbiguousResultError, AbortedError):
    """ABORTED for a command that must not be repeated."""


class AmbiguousAlreadyExistsError(AmbiguousResultError, ProcessInstanceAlreadyExistsError):
    """ALREADY_EXISTS after a repeated creation: the instance may be ours, or another with the same business id."""


class AmbiguousCancelledError(AmbiguousResultError, CallCancelledError):
    """CANCELLED, not by us, for a command that must not be repeated."""


class AmbiguousDeadlineError(AmbiguousResultError, DeadlineError):
    """No answer in time for a command that must not be repeated."""


class AmbiguousInternalError(AmbiguousResultError, InternalError):
    """INTERNAL for a command that must not be repeated."""


class AmbiguousUnavailableError(AmbiguousResultError, UnavailableError):
    """The connection was lost after the request was sent, for a command that must not be repeated."""


class AmbiguousUnknownError(AmbiguousResultError, UnknownError):
    """UNKNOWN for a command that must not be repeated."""


FOREIGN_WORDS: Final[Mapping[str, str]] = {
    "retry_back_off": "backoff, in seconds",
    "retry_back_off_ms": "backoff, in seconds",
    "retry_backoff": "backoff, in seconds",
}
"""What other clients call the arguments of a failing job, and what they are called here."""


def refuse_foreign(where: str, given: Mapping[str, object], words: Mapping[str, str]) -> None:
    """Refuse arguments that do not exist, with the word that exists instead; units differ too often to guess.

    Raises:
        TypeError: There are some.
    """
    for name in given:
        hint = f"; here it is {words[name]}" if name in words else ""
        raise TypeError(f"{where} has no argument {name!r}{hint}")


class BpmnError(Exception):
    """Raised by a handler to throw a BPMN error, which the process catches by its code.

    Args:
        error_code: Compared with the codes of the error events that may catch it.
        message: Shown to people; at most 10,000 characters arrive.
        variables: Set in the scope of the event that catches the error.
    """

    def __init__(self, error_code: str, message: str = "", *, variables: Any = None) -> None:
        super().__init__(error_code, message)
        self.error_code = error_code
        self.message = message
        self.variables = variables

    def __str__(self) -> str:
        return f"{self.error_code}: {self.message}" if self.message else self.error_code


class JobFailure(Exception):  # noqa: N818 - an instruction to the worker, named as the official SDK names it
    """Raised by a handler to fail its job in a way of its own.

    Args:
        message: Shown to people; at most 10,000 characters arrive.
        retries: Retries left after this; None for one less than now, 0 for an incident at once.
        backoff: Span until the job is offered again; None for the worker's own rule.
        variables: Set in the job's local scope.
    """

    def __init__(
        self,
        message: str = "",
        *,
        retries: int | None = None,
        backoff: Span | None = None,
        variables: Any = None,
        **foreign: Never,
    ) -> None:
        refuse_foreign("JobFailure", foreign, FOREIGN_WORDS)
        super().__init__(message)
        self.message = message
        self.retries = retries
        self.backoff = backoff
        self.variables = variables
