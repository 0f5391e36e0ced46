"""Builders: one plain function per RPC, from arguments to a `Command` or a `StreamCommand`.

Here live argument names, checks and conversions to the wire (spans to milliseconds, variables to JSON text), and the
reading of replies. No I/O; a command goes out through `client.execute(command)` or `client.stream(command)`.
"""

from zeebe_grpc.commands.cluster import get_topology
from zeebe_grpc.commands.decisions import evaluate_decision
from zeebe_grpc.commands.instances import (
    cancel_process_instance,
    migrate_process_instance,
    modify_process_instance,
    resolve_incident,
    set_variables,
)
from zeebe_grpc.commands.jobs import (
    activate_jobs,
    complete_job,
    fail_job,
    stream_activated_jobs,
    throw_error,
    update_job_priority,
    update_job_retries,
    update_job_timeout,
)
from zeebe_grpc.commands.messages import broadcast_signal, publish_message
from zeebe_grpc.commands.processes import (
    create_process_instance,
    create_process_instance_with_result,
    evaluate_conditional,
)
from zeebe_grpc.commands.resources import delete_resource, deploy_process, deploy_resources

__all__ = [
    "activate_jobs",
    "broadcast_signal",
    "cancel_process_instance",
    "complete_job",
    "create_process_instance",
    "create_process_instance_with_result",
    "delete_resource",
    "deploy_process",
    "deploy_resources",
    "evaluate_conditional",
    "evaluate_decision",
    "fail_job",
    "get_topology",
    "migrate_process_instance",
    "modify_process_instance",
    "publish_message",
    "resolve_incident",
    "set_variables",
    "stream_activated_jobs",
    "throw_error",
    "update_job_priority",
    "update_job_retries",
    "update_job_timeout",
]
