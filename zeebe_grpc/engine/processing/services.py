"""All mechanisms in one bundle, as the elements use them."""

from __future__ import annotations

from dataclasses import dataclass

from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.processing.compensation import Compensation
from zeebe_grpc.engine.processing.direct import DirectActivation
from zeebe_grpc.engine.processing.expressions import Expressions
from zeebe_grpc.engine.processing.incidents import IncidentWriter
from zeebe_grpc.engine.processing.jobs import JobWriter
from zeebe_grpc.engine.processing.mappings import Mappings
from zeebe_grpc.engine.processing.migration import Migration
from zeebe_grpc.engine.processing.removal import Removal
from zeebe_grpc.engine.processing.subscriptions import Subscriptions
from zeebe_grpc.engine.processing.timers import TimerClock
from zeebe_grpc.engine.processing.transitions import Transitions
from zeebe_grpc.engine.processing.triggers import Triggers
from zeebe_grpc.engine.processing.user_tasks import UserTaskWriter
from zeebe_grpc.engine.processing.variables import VariableWriter
from zeebe_grpc.engine.state import State


@dataclass(frozen=True)
class Services:
    """The mechanisms of one engine."""

    log: Log
    state: State
    expressions: Expressions
    variables: VariableWriter
    incidents: IncidentWriter
    jobs: JobWriter
    timers: TimerClock
    subscriptions: Subscriptions
    triggers: Triggers
    mappings: Mappings
    transitions: Transitions
    compensation: Compensation
    user_tasks: UserTaskWriter
    direct: DirectActivation
    removal: Removal
    migration: Migration
