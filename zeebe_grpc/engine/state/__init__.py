"""What the engine knows: definitions, element instances, variables, jobs, incidents and subscriptions.

Here live tables and their look-ups. Nothing here writes a record or decides what happens next.
"""

from __future__ import annotations

from zeebe_grpc.engine.state.compensation import CompensationSubscriptions
from zeebe_grpc.engine.state.conditionals import ConditionalSubscriptions
from zeebe_grpc.engine.state.decisions import Decisions
from zeebe_grpc.engine.state.definitions import Definitions
from zeebe_grpc.engine.state.documents import Documents
from zeebe_grpc.engine.state.elements import ElementInstances
from zeebe_grpc.engine.state.incidents import Incidents
from zeebe_grpc.engine.state.jobs import Jobs
from zeebe_grpc.engine.state.messages import Messages, MessageSubscriptions
from zeebe_grpc.engine.state.signals import SignalSubscriptions
from zeebe_grpc.engine.state.timers import Timers
from zeebe_grpc.engine.state.traits import Traits
from zeebe_grpc.engine.state.user_tasks import UserTasks
from zeebe_grpc.engine.state.variables import Variables


class State:
    """All tables of one engine."""

    def __init__(self) -> None:
        self.definitions = Definitions()
        self.decisions = Decisions()
        self.elements = ElementInstances()
        self.traits = Traits()
        self.variables = Variables()
        self.jobs = Jobs()
        self.incidents = Incidents()
        self.messages = Messages()
        self.message_subscriptions = MessageSubscriptions()
        self.timers = Timers()
        self.signals = SignalSubscriptions()
        self.conditionals = ConditionalSubscriptions()
        self.user_tasks = UserTasks()
        self.forms = Documents()
        self.resources = Documents()
        self.compensation = CompensationSubscriptions()

    def next_due(self) -> int | None:
        """The epoch millisecond at which the next thing is due; None if nothing is."""
        times = (self.jobs.next_due(), self.timers.next_due(), self.messages.next_due())
        return min((time for time in times if time is not None), default=None)
