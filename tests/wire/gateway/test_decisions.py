"""Every recorded decision model through the gateway: deployed and evaluated over gRPC, and compared word by word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc._proto import gateway_pb2_grpc as pb_grpc
from zeebe_grpc.gateway import Gateway

RECORD = Path(__file__).parents[2] / "data" / "dmn" / "zeebe.jsonl"
CASES = [json.loads(line) for line in RECORD.read_text(encoding="utf-8").splitlines()[1:]]


@pytest.fixture(scope="module")
def stub() -> Iterator[pb_grpc.GatewayStub]:
    no_proxy = [("grpc.enable_http_proxy", 0)]
    with Gateway() as gateway, grpc.insecure_channel(gateway.address, options=no_proxy) as channel:
        yield pb_grpc.GatewayStub(channel)


def as_recorded(variables: dict[str, Any], answer: pb.EvaluateDecisionResponse) -> dict[str, Any]:
    return {
        "vars": variables,
        "output": answer.decisionOutput,
        "failed": answer.failedDecisionId,
        "decisions": [
            {
                "id": decision.decisionId,
                "type": decision.decisionType,
                "output": decision.decisionOutput,
                "inputs": [[item.inputId, item.inputName, item.inputValue] for item in decision.evaluatedInputs],
                "rules": [
                    [
                        rule.ruleId,
                        rule.ruleIndex,
                        [[item.outputId, item.outputName, item.outputValue] for item in rule.evaluatedOutputs],
                    ]
                    for rule in decision.matchedRules
                ],
            }
            for decision in answer.evaluatedDecisions
        ],
    }


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_recorded_model_over_the_wire(stub: pb_grpc.GatewayStub, case: dict[str, Any]) -> None:
    resource = pb.Resource(name=f"{case['name']}.dmn", content=case["dmn"].encode())
    request = pb.DeployResourceRequest(resources=[resource])
    if case["deploy"] != "OK":
        with pytest.raises(grpc.RpcError) as refused:
            stub.DeployResource(request)
        assert refused.value.code().name == case["deploy"]
        return
    deployed = [each.decision for each in stub.DeployResource(request).deployments if each.HasField("decision")]
    keys = {decision.dmnDecisionId: decision.decisionKey for decision in deployed}
    assert sorted(keys) == case["deployed"]
    for recorded in case["answers"]:
        answer = stub.EvaluateDecision(
            pb.EvaluateDecisionRequest(decisionId=case["decision"], variables=json.dumps(recorded["vars"]))
        )
        assert as_recorded(recorded["vars"], answer) == recorded
        assert answer.decisionKey == keys[case["decision"]]
        assert [each.decisionKey for each in answer.evaluatedDecisions] == [
            keys.get(each.decisionId, -1) for each in answer.evaluatedDecisions
        ]
