"""Jobs that go back unharmed: those that were never started, and those whose handlers stopped. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from zeebe_grpc.worker import events as ev
from zeebe_grpc.worker.activations import Activation, Phase
from zeebe_grpc.worker.answering import Resend, after_failed_return
from zeebe_grpc.worker.policy import MachinePolicy
from zeebe_grpc.worker.table import JobTable


class ReturningJobs(JobTable):
    """The table of jobs, and the rules for those that go back.

    Attributes:
        answered_at: When the gateway last accepted an answer, or took a job back; None before that.
    """

    def __init__(
        self, policy: MachinePolicy, random: Callable[[], float], counts: Counter[str], effects: list[ev.Effect]
    ) -> None:
        super().__init__(policy, counts, effects)
        self.answered_at: float | None = None
        self._random = random
        self._held_back: list[Activation] | None = None

    def give_back_unstarted(self, job: ev.ArrivedJob, arrived: float, timeout: float, now: float) -> None:
        """Return a job that was never started."""
        self.give_back(self.activate(job, ev.Source.POLL, None, arrived, timeout), now)

    def stopped(self, activation: Activation, now: float) -> None:
        """A handler has stopped without an answer: its job goes back, now or when nothing brings it back to us."""
        self.free(activation)
        activation.phase = Phase.RETURNING
        if self._held_back is None:
            self.give_back(activation, now)
        else:
            self._held_back.append(activation)

    def hold_returns(self) -> None:
        """Return nothing for now: while a poll or stream of ours is open, it could come straight back through it."""
        self._held_back = [] if self._held_back is None else self._held_back

    def release_returns(self, now: float) -> None:
        """Return what was held back."""
        held_back, self._held_back = self._held_back, None
        for activation in held_back or ():
            if activation.number in self.live:
                self.give_back(activation, now)

    def give_back(self, activation: Activation, now: float) -> None:
        """Return a job, or try that again."""
        activation.phase = Phase.RETURNING
        left = self.left(activation, now)
        if left <= 0:
            self.finish(activation, ev.End.ABANDONED)
            return
        self.begin_try(activation, now)
        timeout = min(left, self.policy.longest_answer)
        self.effects.append(ev.ReturnJob(activation.number, activation.job, timeout))

    def return_ended(self, event: ev.ReturnEnded, now: float) -> None:
        """A job was taken back, or not."""
        if event.problem is None:
            self.answered_at = now
        activation = self.live.get(event.activation)
        if activation is None or activation.phase is not Phase.RETURNING:
            return
        problem = event.problem
        if problem is None:
            self.finish(activation, ev.End.RETURNED)
            return
        decision = after_failed_return(
            problem,
            activation.tries,
            retries=activation.job.retries,
            left=self.left(activation, now),
            random=self._random(),
            leased=self.policy.leased,
        )
        if isinstance(decision, Resend):
            self.try_again(activation, now + decision.delay)
            return
        self.counts["ambiguous"] += decision.doubtful
        if decision.doubtful or decision.end is ev.End.ABANDONED:
            self.effects.append(ev.Told(ev.Notice.RETURN_FAILED, activation.number, problem))
        self.finish(activation, decision.end)
