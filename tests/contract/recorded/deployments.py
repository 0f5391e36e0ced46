"""Questions about deployments, and about the topology, which comes first."""

from __future__ import annotations

from typing import Any

from tests.contract.recorded.interview import Interview
from tests.contract.recorded.models import ending_in, process, service
from zeebe_grpc._proto import gateway_pb2 as pb


def topology(interview: Interview) -> None:
    """The first question."""
    interview.ask("topology", interview.gateway.Topology, pb.TopologyRequest(), _cluster)


def deployments(interview: Interview) -> pb.DeployResourceResponse:
    """Deploy good and bad files; the reply to the first good one, for questions to come."""
    _refused(interview)
    return _accepted(interview)


def _deployment(*resources: tuple[str, bytes], tenant_id: str = "") -> pb.DeployResourceRequest:
    files = [pb.Resource(name=name, content=content) for name, content in resources]
    return pb.DeployResourceRequest(resources=files, tenantId=tenant_id)


def _refused(interview: Interview) -> None:
    task = '<bpmn:{} id="t">{}</bpmn:{}>'
    cases = {
        "empty": (),
        "unsupported_extension": (("a.txt", b"x"),),
        "no_name": (("", service("p0", "p0")),),
        "garbage_bpmn": (("a.bpmn", b"not xml"),),
        "empty_bpmn": (("a.bpmn", b""),),
        "no_executable": (("a.bpmn", service("p0", "p0").replace(b'isExecutable="true"', b'isExecutable="false"')),),
        "no_start_event": (("a.bpmn", process("p1", '<bpmn:endEvent id="e"/>')),),
        "task_without_definition": (("a.bpmn", ending_in(task.format("serviceTask", "", "serviceTask"))),),
        "bad_feel": (("a.bpmn", service("p1", "=a b c + +")),),
        "complex_gateway": (("a.bpmn", ending_in(task.format("complexGateway", "", "complexGateway"))),),
        "transaction": (
            ("a.bpmn", ending_in(task.format("transaction", '<bpmn:startEvent id="s2"/>', "transaction"))),
        ),
        "two_files_one_bad": (("ok.bpmn", service("p_ok", "x")), ("bad.bpmn", b"nope")),
        "duplicate_process_id": (("a.bpmn", service("dup", "x")), ("b.bpmn", service("dup", "y"))),
    }
    for name, resources in cases.items():
        interview.ask(f"deploy.{name}", interview.gateway.DeployResource, _deployment(*resources))
    tenant = _deployment(("a.bpmn", service("p_t", "x")), tenant_id="other")
    interview.ask("deploy.tenant_when_off", interview.gateway.DeployResource, tenant)


def _accepted(interview: Interview) -> pb.DeployResourceResponse:
    deploy = interview.gateway.DeployResource
    tenant = _deployment(("a.bpmn", service("p_t", "x")), tenant_id="<default>")
    interview.ask("deploy.default_tenant", deploy, tenant, _tenants)
    first: pb.DeployResourceResponse = interview.ask(
        "deploy.ok", deploy, _deployment(("p.bpmn", service("p", "p"))), _kind_version_name
    )

    def compared(reply: pb.DeployResourceResponse) -> list[Any]:
        same_definition = _process(reply).processDefinitionKey == _process(first).processDefinitionKey
        return [_process(reply).version, reply.key == first.key, same_definition]

    interview.ask("deploy.same_again", deploy, _deployment(("p.bpmn", service("p", "p"))), compared)
    interview.ask("deploy.same_content_other_name", deploy, _deployment(("q.bpmn", service("p", "p"))), _version)
    interview.ask("deploy.changed", deploy, _deployment(("p.bpmn", service("p", "p", "4"))), _version)
    padding = b"<!--" + b"x" * (5 << 20) + b"-->"
    interview.ask("deploy.too_large", deploy, _deployment(("p.bpmn", service("p", "p") + padding)))
    old = pb.DeployProcessRequest(processes=[pb.ProcessRequestObject(name="dp.bpmn", definition=service("dp", "dp"))])
    interview.ask("deploy_process.ok", interview.gateway.DeployProcess, old, _old_version_name)
    return first


def _process(reply: pb.DeployResourceResponse) -> pb.ProcessMetadata:
    return reply.deployments[0].process


def _version(reply: pb.DeployResourceResponse) -> int:
    return _process(reply).version


def _tenants(reply: pb.DeployResourceResponse) -> list[Any]:
    return [reply.tenantId, _process(reply).version, _process(reply).tenantId]


def _kind_version_name(reply: pb.DeployResourceResponse) -> list[Any]:
    kinds = [deployment.WhichOneof("Metadata") for deployment in reply.deployments]
    return [*kinds, _process(reply).version, _process(reply).resourceName]


def _old_version_name(reply: pb.DeployProcessResponse) -> list[Any]:
    return [reply.processes[0].version, reply.processes[0].resourceName]


def _cluster(reply: pb.TopologyResponse) -> dict[str, Any]:
    return {
        "gatewayVersion": reply.gatewayVersion,
        "partitions": reply.partitionsCount,
        "brokers": len(reply.brokers),
        "replication": reply.replicationFactor,
        "clusterSize": reply.clusterSize,
    }
