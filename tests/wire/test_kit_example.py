"""The tests of the example pass, as its readers would run them."""

from __future__ import annotations

from examples.order_fulfilment.test_order_fulfilment import (
    test_an_order_is_shipped_by_the_service_that_was_asked_for,
    test_an_order_waits_for_its_card_before_it_is_shipped,
    test_more_than_the_card_allows_is_an_incident,
    test_what_is_not_in_stock_is_told_and_not_charged,
)

__all__ = [
    "test_an_order_is_shipped_by_the_service_that_was_asked_for",
    "test_an_order_waits_for_its_card_before_it_is_shipped",
    "test_more_than_the_card_allows_is_an_incident",
    "test_what_is_not_in_stock_is_told_and_not_charged",
]
