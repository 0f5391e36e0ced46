"""What a worker wants an ad-hoc sub-process to do: activate elements, or complete."""

from __future__ import annotations

from zeebe_grpc.engine.answers import RejectionType
from zeebe_grpc.engine.elements.ad_hoc import AdHocBehavior
from zeebe_grpc.engine.followups import InstructAdHoc
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.state.elements import ElementInstance

_RECORD = "AD_HOC_SUB_PROCESS_INSTRUCTION"


class AdHocHandler:
    """Carries out the instructions of a job's result."""

    def __init__(self, log: Log, behavior: AdHocBehavior) -> None:
        self._log = log
        self._behavior = behavior

    def instruct(self, command: InstructAdHoc) -> None:
        """Activate the elements named, or take the completion condition as fulfilled."""
        instance = command.instance
        value: dict[str, object] = {
            "adHocSubProcessInstanceKey": instance.key,
            "activateElements": [dict(element) for element in command.elements],
            "cancelRemainingInstances": command.cancel_remaining,
            "completionConditionFulfilled": command.completes,
        }
        intent = "COMPLETE" if command.completes else "ACTIVATE"
        if not instance.is_active:
            self._log.reject(_RECORD, intent, instance.key, value, RejectionType.INVALID_STATE)
        elif command.completes:
            self._complete(instance, command, value)
        else:
            self._activate(instance, command, value)

    def _activate(self, instance: ElementInstance, command: InstructAdHoc, value: dict[str, object]) -> None:
        self._behavior.begin_elements(instance, command.elements)
        self._log.event(_RECORD, "ACTIVATED", instance.key, value)

    def _complete(self, instance: ElementInstance, command: InstructAdHoc, value: dict[str, object]) -> None:
        self._behavior.condition_fulfilled(instance, command.cancel_remaining)
        instance.condition_fulfilled = True
        self._log.event(_RECORD, "COMPLETED", instance.key, value)
