"""What a gateway refuses whatever the process: tenants where there are none, partitions and RPCs it does not have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contract.bpmn import chain
from tests.contract.helpers import UNKNOWN_KEY, Name
from tests.contract.targets import Target
from zeebe_grpc import InvalidArgumentError, UnavailableError, UnimplementedError, ZeebeClient

pytestmark = pytest.mark.wire

FOREIGN_KEY = (77 << 51) + 5
"""A key of a partition that a cluster of one partition does not have."""

TENANT_CALLS: dict[str, Callable[[ZeebeClient], object]] = {
    "deploy": lambda client: client.deploy_resources([chain("p_tenant")], tenant_id="red"),
    "create": lambda client: client.create_process_instance("p_tenant", tenant_id="red"),
    "publish": lambda client: client.publish_message("m", correlation_key="1", tenant_id="red"),
    "broadcast": lambda client: client.broadcast_signal("s", tenant_id="red"),
    "evaluate": lambda client: client.evaluate_decision("d", tenant_id="red"),
    "activate": lambda client: client.activate_jobs("t", tenant_ids=["red"], request_timeout=0),
}


@pytest.mark.parametrize("call", TENANT_CALLS.values(), ids=TENANT_CALLS)
def test_a_tenant_is_refused_where_there_are_none(client: ZeebeClient, call: Callable[[ZeebeClient], object]) -> None:
    with pytest.raises(InvalidArgumentError) as refusal:
        call(client)
    assert not refusal.value.retryable


def test_the_default_tenant_may_be_named(client: ZeebeClient, name: Name) -> None:
    p = name("p")
    assert client.deploy_resources([chain(p)], tenant_id="<default>").tenant_id == "<default>"
    assert client.create_process_instance(p, tenant_id="<default>").tenant_id == "<default>"


def test_a_key_of_a_missing_partition_is_unavailable(client: ZeebeClient) -> None:
    for call in (client.complete_job, client.cancel_process_instance, client.resolve_incident):
        with pytest.raises(UnavailableError):
            call(FOREIGN_KEY, timeout=0.5)


def test_an_rpc_that_came_later_is_unimplemented(client: ZeebeClient, target: Target) -> None:
    with pytest.raises(UnimplementedError):
        client.update_job_priority(UNKNOWN_KEY, priority=1)
    if target.version and target.version < (8, 9):
        with pytest.raises(UnimplementedError):
            client.evaluate_conditional(variables={})


def test_conditions_that_nobody_waits_for_start_nothing(client: ZeebeClient, target: Target) -> None:
    if target.version is None or target.version < (8, 9):
        pytest.skip(f"{target.name} is older than conditional events")
    assert client.evaluate_conditional(variables={"a": 1}).process_instances == ()
