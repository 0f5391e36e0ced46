"""Puts the mechanisms together."""

from __future__ import annotations

from datetime import tzinfo

from zeebe_grpc.engine.log import Log
from zeebe_grpc.engine.processing.compensation import Compensation
from zeebe_grpc.engine.processing.direct import DirectActivation
from zeebe_grpc.engine.processing.expressions import Expressions
from zeebe_grpc.engine.processing.incidents import IncidentWriter
from zeebe_grpc.engine.processing.jobs import JobWriter
from zeebe_grpc.engine.processing.lifecycle import Lifecycle
from zeebe_grpc.engine.processing.mappings import Mappings
from zeebe_grpc.engine.processing.migration import Migration
from zeebe_grpc.engine.processing.removal import Removal
from zeebe_grpc.engine.processing.services import Services
from zeebe_grpc.engine.processing.subscriptions import Subscriptions
from zeebe_grpc.engine.processing.timers import TimerClock
from zeebe_grpc.engine.processing.transitions import Transitions
from zeebe_grpc.engine.processing.triggers import Triggers
from zeebe_grpc.engine.processing.user_tasks import UserTaskWriter
from zeebe_grpc.engine.processing.variables import VariableWriter
from zeebe_grpc.engine.state import State


def make_services(log: Log, state: State, zone: tzinfo) -> Services:
    """All mechanisms of one engine."""
    expressions = Expressions(log, state.variables, zone)
    variables = VariableWriter(log, state.variables)
    incidents = IncidentWriter(log, state.incidents)
    jobs = JobWriter(log, state, expressions, incidents)
    lifecycle = Lifecycle(log, state)
    timers = TimerClock(log, state, expressions)
    subscriptions = Subscriptions(log, state, expressions, timers)
    triggers = Triggers(log, state.elements, lifecycle, variables, subscriptions)
    mappings = Mappings(expressions, state.variables, variables, triggers)
    transitions = Transitions(log, state.elements, lifecycle)
    compensation = Compensation(log, state, lifecycle)
    user_tasks = UserTaskWriter(log, state, expressions, jobs, incidents, triggers, variables)
    return Services(
        log,
        state,
        expressions,
        variables,
        incidents,
        jobs,
        timers,
        subscriptions,
        triggers,
        mappings,
        transitions,
        compensation,
        user_tasks,
        DirectActivation(log, state.elements, lifecycle, subscriptions, variables),
        Removal(state, lifecycle, subscriptions, jobs, incidents, user_tasks, compensation),
        Migration(log, state, subscriptions, variables),
    )
