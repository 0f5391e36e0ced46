"""The engine: takes commands and time, gives records, answers and the jobs that have become activatable.

It is deterministic and single-threaded. A command from outside is carried out with everything that follows from it
before the next one, so after each call the engine has nothing left to process. It has no clock: every call brings the
time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timezone, tzinfo
from typing import Any

from zeebe_grpc.engine import commands, followups
from zeebe_grpc.engine.answers import Answer, Rejection, RejectionType
from zeebe_grpc.engine.commands import EngineCommand
from zeebe_grpc.engine.elements.ad_hoc import AdHocBehavior
from zeebe_grpc.engine.elements.behaviors import make_behaviors
from zeebe_grpc.engine.elements.processor import ElementProcessor
from zeebe_grpc.engine.handlers.ad_hoc import AdHocHandler
from zeebe_grpc.engine.handlers.bpmn_resources import BpmnResources
from zeebe_grpc.engine.handlers.conditionals import ConditionalHandler
from zeebe_grpc.engine.handlers.decisions import DecisionHandler
from zeebe_grpc.engine.handlers.definition_deletion import DocumentDeletion, ProcessDeletion
from zeebe_grpc.engine.handlers.deployments import DeploymentHandler
from zeebe_grpc.engine.handlers.dmn_resources import DmnResources
from zeebe_grpc.engine.handlers.document_resources import FORM, RPA, DocumentResources
from zeebe_grpc.engine.handlers.incidents import IncidentHandler
from zeebe_grpc.engine.handlers.instances import InstanceHandler
from zeebe_grpc.engine.handlers.jobs import JobHandler
from zeebe_grpc.engine.handlers.messages import MessageHandler
from zeebe_grpc.engine.handlers.migrations import MigrationHandler
from zeebe_grpc.engine.handlers.modifications import ModificationHandler
from zeebe_grpc.engine.handlers.rejected import RejectedError
from zeebe_grpc.engine.handlers.resource_deletion import ResourceDeletionHandler
from zeebe_grpc.engine.handlers.resources import ResourceKind
from zeebe_grpc.engine.handlers.signals import SignalHandler
from zeebe_grpc.engine.handlers.start_events import StartEvents
from zeebe_grpc.engine.handlers.timers import TimerHandler
from zeebe_grpc.engine.handlers.user_tasks import UserTaskHandler
from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.processing.publication import Publication
from zeebe_grpc.engine.processing.wiring import make_services
from zeebe_grpc.engine.records import Step
from zeebe_grpc.engine.runner import Runner
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.versions import RPA_RESOURCES, numbers
from zeebe_grpc.engine.views import OpenJob, open_jobs

Handler = Callable[[Any, int], Answer | None]


class Engine:
    """Executes BPMN processes as Zeebe does.

    Args:
        now: The time at which it begins, in epoch milliseconds.
        version: The minor version of Zeebe whose answers are given where versions differ (``"8.5"`` to ``"8.10"``).
        zone: The time zone of `now()` and of cron expressions in processes.
    """

    def __init__(self, *, now: int, version: str = "8.9", zone: tzinfo = timezone.utc) -> None:
        self.version = version
        self._log = Log(now)
        self._state = State()
        self._services = make_services(self._log, self._state, zone)
        self._starts = StartEvents(self._services)
        publication = Publication(self._log, self._state.elements, self._services.triggers)
        self._instances = InstanceHandler(self._services, self._starts)
        ad_hoc = AdHocBehavior(self._services)
        self._decisions = DecisionHandler(self._services, version)
        behaviors = make_behaviors(self._services, publication, self._instances, ad_hoc, self._decisions)
        self._elements = ElementProcessor(self._services, behaviors)
        self._ad_hoc = AdHocHandler(self._log, ad_hoc)
        self._jobs = JobHandler(self._services, publication)
        self._messages = MessageHandler(self._services, self._starts)
        self._signals = SignalHandler(self._services, self._starts)
        self._user_tasks = UserTaskHandler(self._services)
        self._timers = TimerHandler(self._services, self._starts)
        self._runner = Runner(self._log, self._make_followups())
        self._handlers = self._make_handlers()

    def apply(self, command: EngineCommand, now: int, request: int = 0) -> Step:
        """Carry out a command and everything that follows from it.

        Args:
            command: What to do.
            now: The time in epoch milliseconds; it never goes back.
            request: The number under which the answer is given, in this step or, where the answer waits, in a later
                one.

        Returns:
            What happened. A refused command is answered by a `Rejection`.
        """
        self._log.now = max(now, self._log.now)
        handler = self._handlers.get(type(command))
        if handler is None:
            name = type(command).__name__
            self._log.answer(
                request, Rejection(name, RejectionType.UNSUPPORTED, f"'{name}' is not supported by this engine")
            )
            return self._log.take_step()
        try:
            answer = handler(command, request)
        except RejectedError as rejected:
            self._log.reject(rejected.value_type, rejected.intent, rejected.key, {}, rejected.rejection)
            answer = rejected.answer()
        except Exception as error:  # a fault of this program must not end the engine
            answer = self._failed(command, error)
        if answer is not None:
            self._log.answer(request, answer)
        self._runner.run()
        return self._log.take_step()

    def advance(self, now: int) -> Step:
        """Let everything happen that is due at a time: job timeouts, backoffs, timers and expiries.

        Args:
            now: Epoch milliseconds.
        """
        self._log.now = max(now, self._log.now)
        for job in self._state.jobs.timed_out(self._log.now):
            self._jobs.time_out(job)
            self._runner.run()
        for job in self._state.jobs.backed_off(self._log.now):
            self._jobs.back_off_over(job)
            self._runner.run()
        for timer in self._state.timers.due(self._log.now):
            self._timers.fire(timer)
            self._runner.run()
        for message in self._state.messages.expired(self._log.now):
            self._messages.expire(message)
        return self._log.take_step()

    def next_due(self) -> int | None:
        """The epoch millisecond at which the next thing is due; None if nothing is pending."""
        return self._state.next_due()

    def open_jobs(self) -> tuple[OpenJob, ...]:
        """The jobs that are not done, in the order of their keys."""
        return open_jobs(self._state.jobs.all())

    def _failed(self, command: EngineCommand, error: Exception) -> Rejection:
        name = type(command).__name__
        value = {"exceptionMessage": f"{type(error).__name__}: {error}", "stacktrace": "", "processInstanceKey": -1}
        self._log.event("ERROR", "CREATED", self._log.next_key(), value)
        reason = f"Command '{name}' rejected with code 'PROCESSING_ERROR': {type(error).__name__}: {error}"
        return Rejection(name, RejectionType.PROCESSING_ERROR, reason)

    def _make_followups(self) -> dict[type, Callable[[Any], None]]:
        return {
            followups.ElementCommand: self._elements.process,
            followups.TerminateChildren: self._elements.terminate_children,
            followups.ActivateChildren: self._elements.activate_children,
            followups.OpenMessageSubscription: self._messages.open,
            followups.ConfirmMessageSubscription: self._messages.confirm,
            followups.CorrelateMessage: self._messages.correlate,
            followups.AcknowledgeCorrelation: self._messages.acknowledge,
            followups.RejectCorrelation: self._messages.refuse,
            followups.CloseMessageSubscription: self._messages.close,
            followups.ConfirmClosedSubscription: self._messages.confirm_closed,
            followups.BroadcastInside: self._signals.broadcast_inside,
            followups.InstructAdHoc: self._ad_hoc.instruct,
            followups.CompleteTaskListener: self._user_tasks.listener_done,
            followups.DenyTaskListener: self._user_tasks.listener_denied,
        }

    def _make_handlers(self) -> dict[type, Handler]:
        kinds: list[ResourceKind] = [
            BpmnResources(self._log, self._state, self._starts, numbers(self.version)),
            DmnResources(self._log, self._state.decisions),
            DocumentResources(FORM, self._log, self._state.forms),
        ]
        if numbers(self.version) >= RPA_RESOURCES:
            kinds.append(DocumentResources(RPA, self._log, self._state.resources))
        deployments = DeploymentHandler(self._log, kinds)
        deletion = ResourceDeletionHandler(
            self._log,
            [
                ProcessDeletion(self._log, self._state, self._starts),
                self._decisions,
                DocumentDeletion(FORM, self._log, self._state.forms),
                DocumentDeletion(RPA, self._log, self._state.resources),
            ],
        )
        incidents = IncidentHandler(self._services, self._jobs, self._elements)
        return {
            commands.DeployResources: deployments.deploy,
            commands.DeleteResource: deletion.delete,
            commands.EvaluateConditional: ConditionalHandler(self._services, self._starts).evaluate,
            commands.EvaluateDecision: self._decisions.evaluate,
            commands.CreateInstance: self._instances.create,
            commands.CancelInstance: self._instances.cancel,
            commands.MigrateInstance: MigrationHandler(self._services).migrate,
            commands.ModifyInstance: ModificationHandler(self._services, self._instances.ended).modify,
            commands.SetVariables: self._instances.set_variables,
            commands.ActivateJobs: self._jobs.activate,
            commands.YieldJob: self._jobs.give_back,
            commands.CompleteJob: self._jobs.complete,
            commands.FailJob: self._jobs.fail,
            commands.ThrowError: self._jobs.throw_error,
            commands.UpdateJobRetries: self._jobs.update_retries,
            commands.UpdateJobTimeout: self._jobs.update_timeout,
            commands.UpdateJobPriority: self._jobs.update_priority,
            commands.ResolveIncident: incidents.resolve,
            commands.PublishMessage: self._messages.publish,
            commands.BroadcastSignal: self._signals.broadcast,
            commands.CompleteUserTask: self._user_tasks.complete,
        }
