"""The life of the jobs that are here: running, answered, given back, deferred, lost. Pure.

Every activation ends exactly once, with one `events.JobDone`, and at most one answer of it is accepted by the gateway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker.activations import Activation, Phase
from zeebe_grpc.worker.adapting import AdaptiveTimeout
from zeebe_grpc.worker.answering import (
    ENDS,
    Decision,
    Replace,
    Resend,
    Tries,
    after_refusal,
)
from zeebe_grpc.worker.extending import Extender
from zeebe_grpc.worker.ledger import Permit
from zeebe_grpc.worker.policy import MachinePolicy
from zeebe_grpc.worker.returning import ReturningJobs


class Jobs(ReturningJobs):
    """All jobs of one job type that are here, and the rules for them.

    Attributes:
        extender: Decides on their extensions.
        extended_at: When the gateway last granted one; None before that.
    """

    def __init__(
        self,
        policy: MachinePolicy,
        random: Callable[[], float],
        counts: Counter[str],
        effects: list[ev.Effect],
        adaptive: AdaptiveTimeout | None = None,
    ) -> None:
        super().__init__(policy, random, counts, effects)
        self._adaptive = adaptive
        self.extender: Final = Extender(policy, random)
        self.extended_at: float | None = None

    # Beginnings

    def start(self, job: ev.ArrivedJob, source: ev.Source, permit: Permit, arrived: float, timeout: float) -> None:
        """Run the handler of a job that has a place."""
        activation = self.activate(job, source, permit, arrived, timeout)
        self.extender.begin(activation)
        self.streamed += source is ev.Source.STREAM
        self.arm(activation)
        self.effects.append(ev.RunJob(activation.number, job, activation.deadline))

    # What handlers do

    def handler_ended(self, event: ev.HandlerEnded, now: float) -> None:
        """A handler is done: answer, defer, return or drop its job."""
        activation = self.live.get(event.activation)
        if activation is None or activation.phase is not Phase.RUNNING:
            return
        if self._adaptive is not None:
            self._adaptive.observe(now - activation.arrived)
        if activation.answered:
            self.finish(activation, ev.End.ANSWERED)
        elif activation.cancelled is ev.CancelReason.LOST:
            self.finish(activation, ev.End.LOST)
        elif activation.cancelled is ev.CancelReason.DEADLINE:
            self.finish(activation, ev.End.EXPIRED)
        elif now < activation.deadline:
            self._conclude(activation, event.ending, now)
        elif self._asks_late(activation, now):
            activation.ending = event.ending
        else:
            self.finish(activation, ev.End.EXPIRED)

    def _conclude(self, activation: Activation, ending: ev.Ending, now: float) -> None:
        if isinstance(ending, ev.Verdict):
            activation.phase, activation.verdict = Phase.ANSWERING, ending
            self._send_answer(activation, now)
        elif isinstance(ending, ev.Deferral):
            self._defer(activation, ending.timeout, now)
        elif self.policy.return_on_stop or ending.give_back:
            self.stopped(activation, now)
        else:
            self.finish(activation, ev.End.ABANDONED)

    def _defer(self, activation: Activation, timeout: float, now: float) -> None:
        self.free(activation)
        activation.phase = Phase.DEFERRED
        self.counts[ev.End.DEFERRED.value] += 1
        activation.check_at = None
        self.effects += self.extender.asked(activation, timeout, now)
        self.arm(activation)
        self.effects.append(ev.JobDone(activation.number, ev.End.DEFERRED))

    def progressed(self, event: ev.Progressed, now: float) -> None:
        """A handler has shown that it is alive."""
        activation = self.live.get(event.activation)
        if activation is not None:
            activation.progressed = now

    def answered_by_handler(self, event: ev.AnsweredByHandler, now: float) -> None:
        """A handler has answered by itself: the job needs no answer and no extension any more."""
        activation = self.live.get(event.activation)
        if activation is not None and activation.phase is Phase.RUNNING:
            activation.answered = True
            activation.check_at = None
            self.arm(activation)

    # Answers

    def _send_answer(self, activation: Activation, now: float) -> None:
        left = self.left(activation, now)
        if activation.verdict is None or left <= 0:
            self._give_up(activation)
            return
        self.begin_try(activation, now)
        timeout = min(left, self.policy.longest_answer)
        self.effects.append(ev.SendAnswer(activation.number, activation.verdict, timeout, activation.refused))

    def answer_ended(self, event: ev.AnswerEnded, now: float) -> None:
        """A try to answer a job was accepted, or not."""
        if event.problem is None:
            self.answered_at = now
        activation = self.live.get(event.activation)
        if activation is None or activation.phase is not Phase.ANSWERING or activation.verdict is None:
            return
        verdict = activation.verdict
        if event.problem is None:
            self.finish(activation, ENDS[verdict.kind])
            return
        decision = after_refusal(
            verdict.kind,
            event.problem,
            activation.tries,
            backoff=verdict.backoff,
            now=now,
            left=self.left(activation, now),
            random=self._random(),
            leased=self.policy.leased,
        )
        self._after_refusal(activation, decision, event.problem, now)

    def _after_refusal(self, activation: Activation, decision: Decision, problem: ev.Problem, now: float) -> None:
        if isinstance(decision, Resend):
            self.try_again(activation, now + decision.delay)
        elif isinstance(decision, Replace):
            self._replace(activation, problem, now)
        elif decision.end is ev.End.EXPIRED:
            self._give_up(activation, problem)
        else:
            if decision.doubtful:
                self.counts["ambiguous"] += 1
                self.effects.append(ev.Told(ev.Notice.ANSWER_AMBIGUOUS, activation.number, problem))
            self.finish(activation, decision.end)

    def _replace(self, activation: Activation, problem: ev.Problem, now: float) -> None:
        """The answer was refused for good: fail the job with that as the reason, once."""
        self.counts["refused"] += 1
        self.effects.append(ev.Told(ev.Notice.ANSWER_REFUSED, activation.number, problem))
        if activation.refused is not None:
            self._give_up(activation, problem)
            return
        activation.refused = problem
        activation.verdict = ev.Verdict(ev.AnswerKind.FAIL)
        activation.tries = Tries()
        self._send_answer(activation, now)

    def _give_up(self, activation: Activation, problem: ev.Problem | None = None) -> None:
        self.effects.append(ev.Told(ev.Notice.ANSWER_GIVEN_UP, activation.number, problem))
        self.finish(activation, ev.End.EXPIRED)

    # Extensions

    def extension_wanted(self, event: ev.ExtensionWanted, now: float) -> None:
        """A handler asks for more time."""
        activation = self.live.get(event.activation)
        if activation is not None and activation.phase is Phase.RUNNING and activation.cancelled is None:
            self.effects += self.extender.asked(activation, event.timeout, now)

    def timeout_modelled(self, event: ev.TimeoutModelled, now: float) -> None:
        """The model says how long a job may take."""
        activation = self.live.get(event.activation)
        if activation is not None:
            self.extender.modelled(activation, event.timeout)

    def extension_ended(self, event: ev.ExtensionEnded, now: float) -> None:
        """An extension was granted, or not; it may have shown that the job is lost."""
        if event.problem is None:
            self.extended_at = now
        activation = self.live.get(event.activation)
        if activation is None:
            self.extender.finished()
            return
        forbidden = self.extender.forbidden
        ours = self.extender.ended(activation, event.sent_at, event.timeout, event.problem, now)
        if self.extender.forbidden and not forbidden:
            self.effects.append(ev.Told(ev.Notice.EXTENSION_FORBIDDEN, activation.number, event.problem))
        overdue, activation.overdue = activation.overdue, False
        if activation.phase is Phase.DEFERRED and not ours:
            self._forget(activation)
            return
        if activation.phase is Phase.RUNNING and not activation.answered:
            if not ours:
                self.cancel(activation, ev.CancelReason.LOST)
            elif overdue and event.problem is not None:
                self.cancel(activation, ev.CancelReason.DEADLINE)
        if event.problem is None and self._is_kept(activation):
            self.effects += self.extender.wished(activation, now)
        ending, activation.ending = activation.ending, None
        if ending is None:
            self.arm(activation)
        else:
            self.handler_ended(ev.HandlerEnded(activation.number, ending), now)

    @staticmethod
    def _is_kept(activation: Activation) -> bool:
        """Whether somebody works on the job, here or elsewhere, and has not answered it."""
        if activation.phase is Phase.RUNNING:
            return not activation.answered and activation.cancelled is None
        return activation.phase is Phase.DEFERRED

    def _asks_late(self, activation: Activation, now: float) -> bool:
        """Whether the gateway is asked if a job is ours still, although its deadline has passed.

        Without a lease that would prolong somebody else's activation.
        """
        if not self.policy.leased:
            return False
        self.effects += self.extender.late(activation, now)
        self.arm(activation)
        return activation.overdue

    # Endings

    def cancel(self, activation: Activation, reason: ev.CancelReason) -> None:
        """Cancel a handler, or tell it; its end is awaited all the same."""
        if activation.cancelled is None:
            activation.cancelled = reason
            activation.check_at = None
            self.arm(activation)
            self.effects.append(ev.CancelJob(activation.number, reason))

    def cancel_all(self, reason: ev.CancelReason) -> None:
        """Cancel every handler at work."""
        for activation in list(self.live.values()):
            if activation.phase is Phase.RUNNING:
                self.cancel(activation, reason)

    def abandon_all(self) -> None:
        """Leave every job that is still here to its timeout."""
        for activation in list(self.live.values()):
            if activation.phase is not Phase.DEFERRED:
                self.finish(activation, ev.End.ABANDONED)

    # Time

    def ring(self, now: float) -> None:
        """Do what is due."""
        for number in self.alarms.ring(now):
            activation = self.live[number]
            if activation.phase is Phase.RUNNING:
                self._check(activation, now)
            elif activation.phase is Phase.ANSWERING:
                self._send_answer(activation, now)
            elif activation.phase is Phase.RETURNING:
                self.give_back(activation, now)
            else:
                self._check_deferred(activation, now)

    def _check(self, activation: Activation, now: float) -> None:
        if now >= activation.deadline:
            if not self._asks_late(activation, now):
                self.cancel(activation, ev.CancelReason.DEADLINE)
            return
        self.effects += self.extender.due(activation, now)
        self.arm(activation)

    def _check_deferred(self, activation: Activation, now: float) -> None:
        if now < activation.deadline:
            self.effects += self.extender.due(activation, now)
            self.arm(activation)
            return
        if activation.wanted_until > now:
            text = f"job {activation.job.key}: for {activation.wanted_until - now:.0f} s more others may be given it"
            self.effects.append(ev.Told(ev.Notice.DEFERRAL_CUT, text=text))
        self._forget(activation)

    def _forget(self, activation: Activation) -> None:
        """A deferred job has long ended here; now nothing is to be done for it any more."""
        self.alarms.clear(activation.number)
        del self.live[activation.number]

    @property
    def at_rest(self) -> bool:
        """Whether all that is left are deferred jobs, and nothing is to be done for them."""
        return all(
            activation.phase is Phase.DEFERRED and not activation.extending and not self.extender.owes(activation)
            for activation in self.live.values()
        )
