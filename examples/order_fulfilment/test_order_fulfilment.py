"""Tests of the process with its handlers: ``pytest examples/order_fulfilment``, with no cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from examples.order_fulfilment.handlers import worker
from zeebe_grpc import ProcessInstance
from zeebe_grpc.testing import Zeebe

HERE = Path(__file__).parent


def order(zeebe: Zeebe, sku: str, quantity: int, price: float, **variables: Any) -> ProcessInstance:
    zeebe.deploy(HERE)
    items = [{"sku": sku, "quantity": quantity, "price": price}]
    return zeebe.client.create_process_instance(
        "order-fulfilment", variables={"orderId": "7", "items": items, **variables}
    )


@pytest.mark.parametrize(("express", "service"), [(True, "express"), (False, "standard")])
def test_an_order_is_shipped_by_the_service_that_was_asked_for(zeebe: Zeebe, express: bool, service: str) -> None:
    with zeebe.running(worker):
        instance = order(zeebe, "tea", 2, 4.5, express=express)
    zeebe.expect(instance).is_completed().has_passed("charge-card", "pack-parcel", f"ship-{service}")
    zeebe.expect(instance).has_variables({"shelf": "fifo-1", "parcels": 1, "tracking": f"{service}-1"})


def test_what_is_not_in_stock_is_told_and_not_charged(zeebe: Zeebe) -> None:
    with zeebe.running(worker):
        instance = order(zeebe, "mug", 5, 12)
    zeebe.expect(instance).has_passed("out-of-stock", "inform-customer", in_order=True).has_not_passed("charge-card")


def test_more_than_the_card_allows_is_an_incident(zeebe: Zeebe) -> None:
    with zeebe.running(worker):
        instance = order(zeebe, "tea", 40, 20)
    zeebe.expect(instance).has_incident("charge-card", error_type="JOB_NO_RETRIES", message="allows at most 500")
    zeebe.expect(instance).has_passed("pack-parcel").is_waiting_at("charge-card")


def test_an_order_waits_for_its_card_before_it_is_shipped(zeebe: Zeebe) -> None:
    for job_type in ("reserve-stock", "pack-parcel", "ship"):
        zeebe.mock_job(job_type).complete({"shelf": "A7", "parcels": 1})
    instance = order(zeebe, "tea", 2, 4.5, express=True)
    zeebe.expect(instance).is_waiting_at("charge-card", only=True).has_not_passed("ship-express")
    zeebe.mock_job("charge-card").fail("bank down", times=4).then_complete({"receipt": "r-1"})
    zeebe.expect(instance).is_completed().has_variable("receipt", "r-1")
    assert [job.retries for job in zeebe.mock_job("charge-card").calls] == [5, 4, 3, 2, 1]
