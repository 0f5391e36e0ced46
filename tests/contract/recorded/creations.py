"""Questions about starting process instances, with and without their result."""

from __future__ import annotations

import json
from typing import Any

from tests.contract.recorded.interview import UNKNOWN_KEY, Interview
from tests.contract.recorded.models import straight
from zeebe_grpc._proto import gateway_pb2 as pb

_DOCUMENTS = {
    "bad_json": "{a",
    "json_array": "[1]",
    "json_null": "null",
    "json_empty_string": "",
    "json_blank": "  ",
    "json_nan": '{"a": NaN}',
    "json_big_int": '{"a": 9223372036854775808}',
    "json_max_int": '{"a": 9223372036854775807}',
    "json_dup_key": '{"a": 1, "a": 2}',
    "json_trailing": "{} x",
    "json_single_quotes": "{'a': 1}",
    "json_comment": "{/*c*/}",
}
_RESULTS = {
    "raw_numbers": '{"i":9007199254740993,"f":1.0,"g":1.5,"h":1e2,"n":null,"z":-0.0,"u":"\\u00e9\\ud83d\\ude00"}',
    "big_int_value": (
        '{"a":9223372036854775808,"b":18446744073709551615,"c":18446744073709551616,'
        '"d":-9223372036854775808,"e":1e400,"f":0.1}'
    ),
    "dup_key_value": '{"a":1,"a":2}',
    "null_document": "null",
    "single_quotes_value": "{'a':1}",
    "nested_order": '{"z":{"y":1,"x":[3,2,{"b":1,"a":2}]},"":1,"a b":2}',
}


def creations(interview: Interview) -> None:
    """Start instances of `p`, in good and bad ways."""
    _identified(interview)
    for name, document in _DOCUMENTS.items():
        fact = _definition if name == "json_empty_string" else None
        _ask(interview, name, _creation(variables=document), fact)
    _ask(interview, "too_large_variables", _creation(variables=json.dumps({"a": "x" * (5 << 20)})))
    _ask(interview, "large_variables_3mb", _creation(variables=json.dumps({"a": "x" * (3 << 20)})))
    _ask(interview, "tenant_when_off", _creation(tenantId="other"))
    for name, element_id in (("start_unknown_element", "zz"), ("start_at_task", "t"), ("start_at_start_event", "s")):
        start = pb.ProcessInstanceCreationStartInstruction(elementId=element_id)
        _ask(interview, name, _creation(startInstructions=[start]))
    _ask(interview, "bad_tag", _creation(tags=["1bad"]))
    awaited = pb.CreateProcessInstanceWithResultRequest(request=_creation(), requestTimeout=500)
    interview.ask("create.with_result_timeout", interview.gateway.CreateProcessInstanceWithResult, awaited)


def results(interview: Interview) -> None:
    """Start instances of `pass`, which completes at once, and look at its variables."""
    interview.deploy("pass.bpmn", straight("pass"))
    two = '{"a":1,"b":"x"}'
    _ask_result(interview, "ok", two, _whole_result)
    _ask_result(interview, "fetch_variables", two, lambda reply: json.loads(reply.variables), ["a", "zz"])
    for name, document in _RESULTS.items():
        _ask_result(interview, name, document, lambda reply: reply.variables)


def _creation(**fields: Any) -> pb.CreateProcessInstanceRequest:
    return pb.CreateProcessInstanceRequest(**{"bpmnProcessId": "p", "version": -1, **fields})


def _identified(interview: Interview) -> None:
    _ask(interview, "unknown_id", _creation(bpmnProcessId="nope"))
    _ask(interview, "version_0", _creation(version=0))
    _ask(interview, "version_99", _creation(version=99))
    _ask(interview, "version_minus_2", _creation(version=-2))
    _ask(interview, "neither", pb.CreateProcessInstanceRequest())
    _ask(interview, "unknown_key", pb.CreateProcessInstanceRequest(processDefinitionKey=UNKNOWN_KEY))
    _ask(interview, "id_and_other_key", _creation(processDefinitionKey=UNKNOWN_KEY))


def _ask(interview: Interview, name: str, request: pb.CreateProcessInstanceRequest, fact: Any = None) -> None:
    interview.ask(f"create.{name}", interview.gateway.CreateProcessInstance, request, fact)


def _ask_result(
    interview: Interview, name: str, document: str, fact: Any, fetch_variables: list[str] | None = None
) -> None:
    request = pb.CreateProcessInstanceWithResultRequest(
        request=_creation(bpmnProcessId="pass", variables=document),
        requestTimeout=10_000,
        fetchVariables=fetch_variables,
    )
    interview.ask(f"result.{name}", interview.gateway.CreateProcessInstanceWithResult, request, fact)


def _definition(reply: pb.CreateProcessInstanceResponse) -> list[Any]:
    return [reply.bpmnProcessId, reply.version, reply.tenantId]


def _whole_result(reply: pb.CreateProcessInstanceWithResultResponse) -> list[Any]:
    return [json.loads(reply.variables), reply.bpmnProcessId, reply.version, reply.tenantId]
