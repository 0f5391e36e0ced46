"""How the result of a listener's or an ad-hoc sub-process' job is written to the wire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.commands import checks
from zeebe_grpc.models.jobs import AdHocSubProcessResult, JobCompletion, UserTaskCorrections, UserTaskResult
from zeebe_grpc.variables import encode_text


def result_message(result: JobCompletion) -> pb.JobResult:
    """The result as the wire has it.

    Raises:
        TypeError: It is neither of the two kinds of result.
        ValueError: A denial with corrections, a reason without a denial, or a value beyond its range.
    """
    if isinstance(result, UserTaskResult):
        return _user_task_result(result)
    if isinstance(result, AdHocSubProcessResult):
        return _ad_hoc_result(result)
    raise TypeError(f"result: expected UserTaskResult or AdHocSubProcessResult, got {type(result).__name__}")


def _user_task_result(result: UserTaskResult) -> pb.JobResult:
    if result.denied and result.corrections is not None:
        raise ValueError("result: a denied transition takes no corrections")
    if result.denied_reason is not None and not result.denied:
        raise ValueError("result: denied_reason needs denied=True")
    return pb.JobResult(
        type="userTask",
        denied=checks.flag(result.denied, "denied"),
        deniedReason=_text(result.denied_reason, "denied_reason"),
        corrections=None if result.corrections is None else _corrections(result.corrections),
    )


def _corrections(corrections: UserTaskCorrections) -> pb.JobResultCorrections:
    priority = corrections.priority
    return pb.JobResultCorrections(
        assignee=_text(corrections.assignee, "assignee"),
        dueDate=_date(corrections.due_date, "due_date"),
        followUpDate=_date(corrections.follow_up_date, "follow_up_date"),
        candidateUsers=_string_list(corrections.candidate_users, "candidate_users"),
        candidateGroups=_string_list(corrections.candidate_groups, "candidate_groups"),
        priority=None if priority is None else checks.number(priority, "priority", 0, 100),
    )


def _date(value: str | datetime | None, name: str) -> str | None:
    if not isinstance(value, datetime):
        return _text(value, name)
    if value.tzinfo is None:
        raise ValueError(f"{name}: a datetime without a time zone says no point in time")
    return value.isoformat()


def _text(value: str | None, name: str) -> str | None:
    return None if value is None else checks.any_text(value, name)


def _string_list(values: Sequence[str] | None, name: str) -> pb.StringList | None:
    return None if values is None else pb.StringList(values=checks.names(values, name))


def _ad_hoc_result(result: AdHocSubProcessResult) -> pb.JobResult:
    return pb.JobResult(
        type="adHocSubProcess",
        activateElements=[
            pb.JobResultActivateElement(
                elementId=checks.text(element.element_id, "element_id"), variables=encode_text(element.variables)
            )
            for element in result.activate_elements
        ],
        isCompletionConditionFulfilled=result.is_completion_condition_fulfilled,
        isCancelRemainingInstances=result.is_cancel_remaining_instances,
    )
