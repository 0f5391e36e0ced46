"""The handlers of the order process: one typed function per job type, importable and testable without a gateway.

Run it against your own cluster with ``python -m examples.order_fulfilment.handlers``; CAMUNDA_* or ZEEBE_* variables
name the cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from zeebe_grpc import BpmnError, JobFailure
from zeebe_grpc.worker import Header, Job, Variable, Worker, run_workers

STOCK = {"tea": 40, "mug": 3}
CARD_LIMIT = Decimal(500)

worker = Worker()


@dataclass(frozen=True)
class Item:
    """A line of an order."""

    sku: str
    quantity: int
    price: Decimal


@dataclass(frozen=True)
class Reservation:
    """Where the reserved items lie; becomes the variable ``shelf``."""

    shelf: str


@dataclass(frozen=True)
class Receipt:
    """What the bank answered; an output mapping of the model keeps it."""

    receipt: str


@worker.job("reserve-stock")
async def reserve_stock(items: list[Item], *, method: Annotated[str, Header()] = "fifo") -> Reservation:
    """Reserve every item, or throw the error that the model catches."""
    for item in items:
        if STOCK.get(item.sku, 0) < item.quantity:
            raise BpmnError("OUT_OF_STOCK", f"not enough {item.sku}", variables={"missing": item.sku})
    return Reservation(shelf=f"{method}-{len(items)}")


@worker.job("charge-card", max_concurrent_jobs=8)
def charge_card(order_id: Annotated[str, Variable("orderId")], amount: Decimal, job: Job) -> Receipt:
    """Charge the card: a plain function runs in a thread, and the job key makes it safe to repeat."""
    if amount > CARD_LIMIT:
        raise JobFailure(f"the card of order {order_id} allows at most {CARD_LIMIT}", retries=0)
    return Receipt(receipt=f"{order_id}-{job.key}")


@worker.job("pack-parcel")
async def pack_parcel(items: list[Item]) -> dict[str, int]:
    """Pack everything; the result is merged into the process variables."""
    return {"parcels": 1 + sum(item.quantity for item in items) // 10}


@worker.job("ship", result_variable="tracking")
async def ship(parcels: int, *, service: Annotated[str, Header()], job: Job) -> str:
    """Hand the parcels to the carrier that the task header of the model names."""
    job.log.info("shipping")
    return f"{service}-{parcels}"


@worker.job("inform-customer")
async def inform_customer(order_id: Annotated[str, Variable("orderId")], missing: str = "something") -> None:
    """Tell the customer what is missing."""
    del order_id, missing


if __name__ == "__main__":
    run_workers(worker)
