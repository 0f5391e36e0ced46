"""What middleware is given to change: variables on their way in, and on their way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.unit.worker.jobs import job
from zeebe_grpc.errors import VariablesError
from zeebe_grpc.variables import encode
from zeebe_grpc.worker import Completed, ErrorThrown, Failed
from zeebe_grpc.worker.job import leash_of


@dataclass
class Order:
    sku: str


def test_a_job_with_other_variables_is_the_same_job() -> None:
    given = job({"sku": "A"}, headers={"method": "fifo"})
    assert given.variables == {"sku": "A"}
    changed = given.with_variables(Order("B"))
    assert changed.variables == {"sku": "B"}
    assert given.variables == {"sku": "A"}
    assert (changed.key, changed.retries, changed.custom_headers) == (given.key, 3, {"method": "fifo"})
    assert leash_of(changed) is leash_of(given)


def test_variables_that_have_no_json_form_are_refused() -> None:
    with pytest.raises(VariablesError, match=r"\$.a: a value of type object has no JSON form"):
        job().with_variables({"a": object()})


@pytest.mark.parametrize("variables", [{"sku": "A"}, Order("A"), encode({"sku": "A"})], ids=["dict", "typed", "text"])
def test_an_outcome_tells_its_variables_as_a_dict(variables: Any) -> None:
    for outcome in (Completed(variables), Failed("m", variables=variables), ErrorThrown("C", variables=variables)):
        assert outcome.document() == {"sku": "A"}


def test_no_variables_are_an_empty_dict_and_a_list_is_none() -> None:
    assert Completed().document() == {}
    with pytest.raises(VariablesError, match="list is not one"):
        Completed([1]).document()
