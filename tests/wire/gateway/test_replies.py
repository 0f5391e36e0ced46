"""What replies carry, by release, and multi-tenancy."""

from __future__ import annotations

import json
from collections.abc import Iterator

import grpc
import pytest

from tests.contract.recorded.models import DECISION
from tests.wire.gateway.support import Client, process, refusal, service, straight, until
from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.engine.commands import CompleteUserTask
from zeebe_grpc.gateway import Gateway, HeldClock

_DEFAULT = "<default>"
# Both rules of a table that allows one: the first one's test is widened.
_FAILING_DECISION = (
    DECISION.replace(b'id="dec"', b'id="bad"').replace(b'"drg"', b'"drg2"').replace(b"&gt;= 5", b"&gt;= 1")
)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(clock=HeldClock()) as gateway:
        yield gateway


@pytest.fixture
def client(gateway: Gateway) -> Iterator[Client]:
    with Client.of(gateway) as client:
        yield client


@pytest.mark.parametrize(
    ("version", "told"), [("8.6", "8.6.0"), ("8.8.4", "8.8.4"), ("8.9", "8.9.0"), ("8.10", "8.10.0")]
)
def test_topology(version: str, told: str) -> None:
    with Gateway(version=version) as gateway, Client.of(gateway) as client:
        topology = client.stub.Topology(pb.TopologyRequest(), timeout=5)
    host, _, port = gateway.address.rpartition(":")
    (broker,) = topology.brokers
    (partition,) = broker.partitions
    assert (broker.nodeId, broker.host, broker.port, broker.version) == (0, host, int(port), told)
    assert (partition.partitionId, partition.role, partition.health) == (1, pb.Partition.LEADER, pb.Partition.HEALTHY)
    assert (topology.clusterSize, topology.partitionsCount, topology.replicationFactor) == (1, 1, 1)
    assert topology.gatewayVersion == told
    assert bool(topology.clusterId) == (version in ("8.9", "8.10"))
    assert broker.brokerId == ("0" if version == "8.10" else "")


@pytest.mark.parametrize("version", ["8.4", "9.0", "8", "latest", "8.11"])
def test_unknown_release(version: str) -> None:
    with pytest.raises(ValueError, match=r"use one of 8\.5, 8\.6, 8\.7, 8\.8, 8\.9, 8\.10"):
        Gateway(version=version)


def test_deployment(client: Client) -> None:
    reply = client.deploy(service("p", "p"), straight("q"))
    assert reply.tenantId == _DEFAULT
    assert [deployment.WhichOneof("Metadata") for deployment in reply.deployments] == ["process", "process"]
    first, second = (deployment.process for deployment in reply.deployments)
    assert (first.bpmnProcessId, first.version, first.resourceName, first.tenantId) == ("p", 1, "m0.bpmn", _DEFAULT)
    assert (second.bpmnProcessId, second.resourceName) == ("q", "m1.bpmn")
    assert {first.processDefinitionKey >> 51, second.processDefinitionKey >> 51, reply.key >> 51} == {1}


def test_a_deployment_does_not_tell_of_resources_for_workers(client: Client) -> None:
    resources = [pb.Resource(name="r.rpa", content=b'{"id": "r"}'), pb.Resource(name="p.bpmn", content=straight("p"))]
    reply = client.stub.DeployResource(pb.DeployResourceRequest(resources=resources), timeout=5)
    assert [each.WhichOneof("Metadata") for each in reply.deployments] == ["process"]


def test_deploy_process(client: Client) -> None:
    request = pb.DeployProcessRequest(processes=[pb.ProcessRequestObject(name="p.bpmn", definition=straight("p"))])
    reply = client.stub.DeployProcess(request, timeout=5)
    assert [(process.bpmnProcessId, process.version) for process in reply.processes] == [("p", 1)]


def test_created_instance(client: Client) -> None:
    definition = client.deploy(service("p", "p")).deployments[0].process
    request = pb.CreateProcessInstanceRequest(bpmnProcessId="p", version=-1, tags=["a", "b:1"])
    reply = client.stub.CreateProcessInstance(request, timeout=5)
    assert reply.processDefinitionKey == definition.processDefinitionKey
    assert (reply.bpmnProcessId, reply.version, reply.tenantId) == ("p", 1, _DEFAULT)
    assert reply.processInstanceKey >> 51 == 1


def test_result(client: Client) -> None:
    client.deploy(straight("pass"))
    creation = pb.CreateProcessInstanceRequest(bpmnProcessId="pass", version=-1, variables='{"b":1,"a":[1e2]}')
    request = pb.CreateProcessInstanceWithResultRequest(request=creation, requestTimeout=5000)
    reply = client.stub.CreateProcessInstanceWithResult(request, timeout=5)
    assert json.loads(reply.variables) == {"a": [100.0], "b": 1}
    assert (reply.bpmnProcessId, reply.version, reply.tenantId) == ("pass", 1, _DEFAULT)
    request.fetchVariables.append("b")
    assert client.stub.CreateProcessInstanceWithResult(request, timeout=5).variables == '{"b":1}'


def test_result_that_comes_later(client: Client) -> None:
    client.deploy(service("p", "p"))
    creation = pb.CreateProcessInstanceRequest(bpmnProcessId="p", version=-1, variables='{"a":1}')
    request = pb.CreateProcessInstanceWithResultRequest(request=creation)
    awaited = client.stub.CreateProcessInstanceWithResult.future(request, timeout=10)
    jobs: list[pb.ActivatedJob] = []
    until(lambda: bool(jobs.extend(client.jobs("p"))) or len(jobs) == 1)
    assert not awaited.done()
    client.complete(jobs[0].key, '{"b":2}')
    reply = awaited.result(timeout=5)
    assert (json.loads(reply.variables), reply.processInstanceKey) == ({"a": 1, "b": 2}, jobs[0].processInstanceKey)


def test_job(client: Client, gateway: Gateway) -> None:
    definition = client.deploy(service("p", "p")).deployments[0].process
    key = client.create("p", '{"n":9007199254740993}')
    (job,) = client.jobs("p", worker="me", timeout=1000)
    assert (job.type, job.worker, job.retries, job.elementId) == ("p", "me", 3, "t")
    assert (job.processInstanceKey, job.bpmnProcessId, job.processDefinitionVersion) == (key, "p", 1)
    assert (job.processDefinitionKey, job.tenantId) == (definition.processDefinitionKey, _DEFAULT)
    assert (job.customHeaders, job.variables) == ('{"h":"v"}', '{"n":9007199254740993}')
    assert (job.deadline, job.elementInstanceKey >> 51) == (gateway.now() + 1000, 1)
    assert (job.kind, job.listenerEventType) == (pb.ActivatedJob.BPMN_ELEMENT, pb.ActivatedJob.UNSPECIFIED)


def test_job_of_an_older_release() -> None:
    with Gateway(version="8.7") as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        client.create("p", tags=["1 is no tag, but this release does not know tags"])
        (job,) = client.jobs("p")
        assert (job.kind, job.listenerEventType, list(job.tags)) == (0, 0, [])


@pytest.mark.parametrize(("version", "told"), [("8.10", (9, "order-1")), ("8.9", (0, ""))])
def test_job_with_priority_and_business_id(version: str, told: tuple[int, str]) -> None:
    with Gateway(version=version, clock=HeldClock()) as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        client.create("p", businessId="order-1")
        if version == "8.10":
            (job,) = client.jobs("p", timeout=1000)
            client.stub.UpdateJobPriority(pb.UpdateJobPriorityRequest(jobKey=job.key, priority=9), timeout=5)
            gateway.advance_clock(1)
        (job,) = client.jobs("p")
    assert (job.priority, job.businessId) == told


def test_business_id_of_a_completed_job_and_of_a_message() -> None:
    waits_for = b'<bpmn:messageEventDefinition id="md" messageRef="m"/></bpmn:startEvent>'
    message = b'<bpmn:message id="m" name="go"/></bpmn:definitions>'
    started = service("q", "q").replace(b'<bpmn:startEvent id="s"/>', b'<bpmn:startEvent id="s">' + waits_for)
    started = started.replace(b"</bpmn:definitions>", message)
    with Gateway(version="8.10") as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"), started)
        client.stub.PublishMessage(pb.PublishMessageRequest(name="go", businessId="order-1"), timeout=5)
        (job,) = client.jobs("q")
        assert job.businessId == "order-1"
        status, text, _ = refusal(
            lambda: client.stub.CompleteJob(pb.CompleteJobRequest(jobKey=job.key, businessId="order-2"), timeout=5)
        )
        assert (status, "has a business id already" in text) == (grpc.StatusCode.FAILED_PRECONDITION, True)
        client.create("p")
        (job,) = client.jobs("p")
        client.stub.CompleteJob(pb.CompleteJobRequest(jobKey=job.key, businessId="order-2"), timeout=5)


@pytest.mark.parametrize(
    ("rpc", "request_"),
    [
        ("CompleteJob", pb.CompleteJobRequest(jobKey=2251799813685300, businessId="b" * 257)),
        ("PublishMessage", pb.PublishMessageRequest(name="go", businessId="b" * 257)),
    ],
)
def test_a_business_id_that_is_too_long(rpc: str, request_: object) -> None:
    with Gateway(version="8.10") as gateway, Client.of(gateway) as client:
        status, text, _ = refusal(lambda: getattr(client.stub, rpc)(request_, timeout=5))
    assert (status, "has 257 characters" in text) == (grpc.StatusCode.INVALID_ARGUMENT, True)


def test_older_releases_do_not_look_at_the_business_id_of_a_job_or_message() -> None:
    long = "b" * 257
    with Gateway(version="8.9") as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        client.create("p", businessId="order-1")
        (job,) = client.jobs("p")
        client.stub.PublishMessage(pb.PublishMessageRequest(name="go", businessId=long), timeout=5)
        client.stub.CompleteJob(pb.CompleteJobRequest(jobKey=job.key, businessId=long), timeout=5)


def test_priority_orders_polling() -> None:
    with Gateway(version="8.10", clock=HeldClock()) as gateway, Client.of(gateway) as client:
        client.deploy(service("p", "p"))
        for _ in range(3):
            client.create("p")
        first, second, third = (job.key for job in client.jobs("p", 3, timeout=1000))
        client.stub.UpdateJobPriority(pb.UpdateJobPriorityRequest(jobKey=third, priority=1), timeout=5)
        gateway.advance_clock(1)
        assert [job.key for job in client.jobs("p", 3)] == [third, first, second]


_LISTENED = process(
    "listened",
    '<bpmn:startEvent id="s"/><bpmn:userTask id="t"><bpmn:extensionElements><zeebe:userTask/>'
    '<zeebe:assignmentDefinition assignee="ann" candidateGroups="a,b"/>'
    '<zeebe:taskSchedule dueDate="2030-10-01T12:00:00Z"/><zeebe:priorityDefinition priority="70"/>'
    '<zeebe:taskListeners><zeebe:taskListener eventType="completing" type="listen"/></zeebe:taskListeners>'
    "</bpmn:extensionElements></bpmn:userTask>"
    '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t"/>',
)


@pytest.mark.parametrize("version", ["8.8", "8.9"])
def test_job_of_a_task_listener_tells_of_its_user_task(version: str) -> None:
    with Gateway(version=version) as gateway, Client.of(gateway) as client:
        client.deploy(_LISTENED)
        client.create("listened")
        (task,) = {record.key for record in gateway.records if record.value_type == "USER_TASK"}
        assert gateway.execute(CompleteUserTask(task, action="approve")) is None
        (job,) = client.jobs("listen")
    assert (job.kind, job.listenerEventType) == (pb.ActivatedJob.TASK_LISTENER, pb.ActivatedJob.COMPLETING)
    assert job.userTask == pb.UserTaskProperties(
        action="approve",
        assignee="ann",
        candidateGroups=["a", "b"],
        dueDate="2030-10-01T12:00Z",
        priority=70,
        userTaskKey=task,
    )


def test_other_jobs_tell_of_no_user_task(client: Client) -> None:
    client.deploy(service("p", "p"))
    client.create("p")
    (job,) = client.jobs("p")
    assert not job.HasField("userTask")


def test_set_variables_tells_a_key(client: Client) -> None:
    client.deploy(service("p", "p"))
    key = client.create("p")
    request = pb.SetVariablesRequest(elementInstanceKey=key, variables='{"a":1}', local=True)
    assert client.stub.SetVariables(request, timeout=5).key >> 51 == 1
    (job,) = client.jobs("p")
    assert job.variables == '{"a":1}'


@pytest.mark.parametrize(("version", "failed_output"), [("8.6", ""), ("8.9", "null")])
def test_decision(version: str, failed_output: str) -> None:
    files = [
        pb.Resource(name="dec.dmn", content=DECISION),
        pb.Resource(name="bad.dmn", content=_FAILING_DECISION),
    ]
    with Gateway(version=version) as gateway, Client.of(gateway) as client:
        deployed = client.stub.DeployResource(pb.DeployResourceRequest(resources=files), timeout=5)
        evaluate = client.stub.EvaluateDecision
        good = evaluate(pb.EvaluateDecisionRequest(decisionId="dec", variables='{"x":7}'), timeout=5)
        bad = evaluate(pb.EvaluateDecisionRequest(decisionId="bad", variables='{"x":4}'), timeout=5)
    keys = {reply.decision.dmnDecisionId: reply.decision.decisionKey for reply in deployed.deployments}
    assert (good.decisionOutput, good.decisionKey, good.failedDecisionId) == ('"high"', keys["dec"], "")
    (decision,) = good.evaluatedDecisions
    assert (decision.decisionKey, decision.decisionType) == (keys["dec"], "DECISION_TABLE")
    (rule,) = decision.matchedRules
    assert (rule.ruleId, rule.ruleIndex) == ("r2", 2)
    assert [(output.outputName, output.outputValue) for output in rule.evaluatedOutputs] == [("y", '"high"')]
    assert [(item.inputName, item.inputValue) for item in decision.evaluatedInputs] == [("x", "7")]
    assert bool(good.decisionEvaluationKey) == (version == "8.9")
    assert (bad.decisionOutput, bad.failedDecisionId) == (failed_output, "bad")
    assert bad.failureMessage


class TestTenants:
    """Multi-tenancy on: every caller has the tenants red and blue."""

    @pytest.fixture
    def gateway(self) -> Iterator[Gateway]:
        with Gateway(tenants=["red", "blue"]) as gateway:
            yield gateway

    def _deploy(self, client: Client, tenant_id: str) -> pb.DeployResourceResponse:
        files = [pb.Resource(name="p.bpmn", content=service("p", "p"))]
        return client.stub.DeployResource(pb.DeployResourceRequest(resources=files, tenantId=tenant_id), timeout=5)

    @pytest.mark.parametrize(
        ("tenant_id", "status", "text"),
        [
            ("", grpc.StatusCode.INVALID_ARGUMENT, "no tenant identifier"),
            ("x" * 32, grpc.StatusCode.INVALID_ARGUMENT, "longer than 31"),
            ("a b", grpc.StatusCode.INVALID_ARGUMENT, "only letters"),
            ("green", grpc.StatusCode.PERMISSION_DENIED, "'FORBIDDEN'"),
            (_DEFAULT, grpc.StatusCode.PERMISSION_DENIED, "'FORBIDDEN'"),
        ],
    )
    def test_refused(self, tenant_id: str, status: grpc.StatusCode, text: str, client: Client) -> None:
        code, message, _ = refusal(lambda: self._deploy(client, tenant_id))
        assert code is status
        assert text in message

    def test_older_release_refuses_by_itself(self) -> None:
        with Gateway(tenants=["red"], version="8.6") as gateway, Client.of(gateway) as client:
            code, message, _ = refusal(lambda: self._deploy(client, "green"))
        assert code is grpc.StatusCode.PERMISSION_DENIED
        assert "'FORBIDDEN'" not in message

    def test_tenants_are_apart(self, client: Client) -> None:
        reply = self._deploy(client, "red")
        assert (reply.tenantId, reply.deployments[0].process.tenantId) == ("red", "red")
        assert refusal(lambda: client.create("p", tenantId="blue"))[0] is grpc.StatusCode.NOT_FOUND
        client.create("p", tenantId="red")
        assert client.jobs("p", tenantIds=["blue"]) == []
        (job,) = client.jobs("p", tenantIds=["blue", "red"])
        assert job.tenantId == "red"

    def test_polling_needs_tenants_or_asks_for_all(self, client: Client) -> None:
        self._deploy(client, "blue")
        client.create("p", tenantId="blue")
        code, message, _ = refusal(lambda: client.jobs("p"))
        assert (code, "no tenant identifier" in message) == (grpc.StatusCode.INVALID_ARGUMENT, True)
        assert len(client.jobs("p", tenantFilter=pb.ASSIGNED, tenantIds=["green"])) == 1

    def test_streams_are_apart(self, client: Client, gateway: Gateway) -> None:
        for tenant_id in ("red", "blue"):
            self._deploy(client, tenant_id)
        stream = client.stream("p", tenantIds=["blue"])
        until(lambda: gateway.open_streams("p") == 1)
        client.create("p", tenantId="red")
        client.create("p", tenantId="blue")
        assert next(stream).tenantId == "blue"
        assert [job.tenantId for job in client.jobs("p", 5, tenantIds=["red", "blue"])] == ["red"]
        stream.cancel()

    def test_parked_polls_of_several_tenants(self, client: Client, gateway: Gateway) -> None:
        self._deploy(client, "blue")
        red = client.poll("p", tenantIds=["red"])
        until(lambda: gateway.parked_polls("p") == 1)
        blue = client.poll("p", tenantIds=["blue"])
        until(lambda: gateway.parked_polls("p") == 2)
        client.create("p", tenantId="blue")
        assert [job.tenantId for response in blue for job in response.jobs] == ["blue"]
        assert gateway.parked_polls("p") == 1
        red.cancel()

    def test_deploy_process_needs_the_default_tenant(self, client: Client) -> None:
        request = pb.DeployProcessRequest(processes=[pb.ProcessRequestObject(name="p.bpmn", definition=straight("p"))])
        assert refusal(lambda: client.stub.DeployProcess(request, timeout=5))[0] is grpc.StatusCode.PERMISSION_DENIED
