"""The values that RPCs give: frozen, comparable, travelling."""

from __future__ import annotations

import copy
import dataclasses
import enum
import inspect
from datetime import datetime, timezone
from typing import Any

import pytest

from tests.unit.travel import travel
from zeebe_grpc import models
from zeebe_grpc.errors import StatusCode, UnavailableError
from zeebe_grpc.models import ActivatedJob, ActivatedJobs

EXPORTED = [getattr(models, name) for name in models.__all__]
DATACLASSES = [kind for kind in EXPORTED if dataclasses.is_dataclass(kind)]


def job(key: Any, **changes: Any) -> ActivatedJob[Any]:
    fields: dict[str, Any] = {
        "key": key,
        "type": "t",
        "process_instance_key": 1,
        "bpmn_process_id": "p",
        "process_definition_version": 1,
        "process_definition_key": 2,
        "element_id": "e",
        "element_instance_key": 3,
        "retries": 3,
        "deadline": datetime(2026, 1, 1, tzinfo=timezone.utc),
    }
    return ActivatedJob(**{**fields, **changes})


def test_the_exported_names_are_sorted_and_documented() -> None:
    assert models.__all__ == sorted(models.__all__)
    assert [kind.__name__ for kind in EXPORTED if not inspect.getdoc(kind)] == []


def test_everything_is_a_frozen_value_an_enum_or_the_sequence() -> None:
    others = {kind for kind in EXPORTED if kind not in DATACLASSES and not issubclass(kind, enum.Enum)}
    assert others == {ActivatedJobs}
    assert [kind for kind in DATACLASSES if not kind.__dataclass_params__.frozen] == []


@pytest.mark.parametrize("kind", DATACLASSES, ids=lambda kind: kind.__name__)
def test_a_value_travels_and_copies(kind: Any) -> None:
    required = [f.name for f in dataclasses.fields(kind) if f.default is f.default_factory is dataclasses.MISSING]
    value = kind(**dict.fromkeys(required, "x"))
    for arrived in (travel(value), copy.copy(value), copy.deepcopy(value)):
        assert arrived == value
        assert type(arrived) is kind
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, dataclasses.fields(kind)[0].name, "y")


def test_activated_jobs_are_a_sequence() -> None:
    jobs = ActivatedJobs([job(1), job(2), job(3)])
    assert [item.key for item in jobs] == [1, 2, 3]
    assert (len(jobs), jobs[-1].key, bool(jobs), bool(ActivatedJobs())) == (3, 3, True, False)
    assert job(2) in jobs


def test_a_slice_of_activated_jobs_keeps_the_error() -> None:
    error = UnavailableError("ActivateJobs", StatusCode.UNAVAILABLE, "gone")
    part = ActivatedJobs([job(1), job(2)], error)[1:]
    assert isinstance(part, ActivatedJobs)
    assert [item.key for item in part] == [2]
    assert part.error is error


def test_activated_jobs_compare_hash_show_and_travel() -> None:
    jobs = ActivatedJobs([job(1)])
    assert jobs == ActivatedJobs([job(1)])
    assert jobs != ActivatedJobs([job(2)])
    assert jobs != [job(1)]
    assert hash(jobs) == hash(ActivatedJobs([job(1)]))
    assert travel(jobs) == jobs
    assert repr(jobs) == f"ActivatedJobs([{job(1)!r}], error=None)"


def test_an_unrecognized_value_has_a_name_in_every_enum_of_the_wire() -> None:
    kinds = [kind for kind in EXPORTED if isinstance(kind, type) and issubclass(kind, enum.Enum)]
    assert {kind.__name__ for kind in kinds if "UNRECOGNIZED" not in kind.__members__} == {"TenantFilter"}
    for kind in kinds:
        assert all(member.name == member.value for member in kind)


def test_a_job_made_by_hand_decodes_its_documents() -> None:
    made = job(1, variables_json='{"a":1}', custom_headers_json='{"h":"v"}')
    assert (made.variables, made.custom_headers) == ({"a": 1}, {"h": "v"})
