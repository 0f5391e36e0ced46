"""Jobs for tests, as they would come from a gateway."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

from zeebe_grpc.keys import ElementInstanceKey, JobKey, ProcessDefinitionKey, ProcessInstanceKey
from zeebe_grpc.models.jobs import ActivatedJob
from zeebe_grpc.worker.job import Job, Leash

FIRST_KEY = 2251799813685248


def activated(variables: Any = None, headers: dict[str, str] | None = None, **values: Any) -> ActivatedJob[Any]:
    return ActivatedJob(
        **{
            "key": JobKey(FIRST_KEY + 1),
            "type": "charge-card",
            "process_instance_key": ProcessInstanceKey(FIRST_KEY + 2),
            "bpmn_process_id": "order",
            "process_definition_version": 1,
            "process_definition_key": ProcessDefinitionKey(FIRST_KEY + 3),
            "element_id": "charge",
            "element_instance_key": ElementInstanceKey(FIRST_KEY + 4),
            "retries": 3,
            "deadline": datetime(2030, 1, 1, tzinfo=timezone.utc),
            "variables_json": json.dumps(variables or {}),
            "custom_headers_json": json.dumps(headers or {}),
            **values,
        }
    )


def job(variables: Any = None, headers: dict[str, str] | None = None, **values: Any) -> Job[Any]:
    return Job(activated(variables, headers, **values), Leash(lambda: 0.0, 300.0, 300.0))
