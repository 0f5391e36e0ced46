"""What the engine answers, as the messages of the wire.

One function for each answer; nothing is decided here but which fields a release has.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.engine.answers import (
    Accepted,
    ConditionalEvaluated,
    Deployed,
    DeployedDefinition,
    InstanceCreated,
    InstanceResult,
    Job,
    MessagePublished,
    SignalBroadcast,
    VariablesSet,
)
from zeebe_grpc.gateway.documents import write_document
from zeebe_grpc.gateway.releases import Release
from zeebe_grpc.gateway.user_task_replies import user_task_properties


class ReplyMaker:
    """Makes replies as a release's gateway does."""

    def __init__(self, release: Release) -> None:
        self.release = release

    def topology(self, host: str, port: int, cluster_id: str) -> pb.TopologyResponse:
        """One broker that leads the one partition, in good health."""
        partition = pb.Partition(partitionId=1, role=pb.Partition.LEADER, health=pb.Partition.HEALTHY)
        broker = pb.BrokerInfo(nodeId=0, host=host, port=port, partitions=[partition], version=str(self.release))
        if self.release.has_broker_ids:
            broker.brokerId = str(broker.nodeId)
        return pb.TopologyResponse(
            brokers=[broker],
            clusterSize=1,
            partitionsCount=1,
            replicationFactor=1,
            gatewayVersion=str(self.release),
            clusterId=cluster_id if self.release.has_cluster_id else "",
        )

    def activated(self, jobs: Iterable[Job]) -> pb.ActivateJobsResponse:
        """One batch of activated jobs."""
        return pb.ActivateJobsResponse(jobs=[self.job(job) for job in jobs])

    def job(self, job: Job) -> pb.ActivatedJob:
        """One activated job."""
        message = pb.ActivatedJob(
            key=job.key,
            type=job.type,
            processInstanceKey=job.process_instance_key,
            bpmnProcessId=job.bpmn_process_id,
            processDefinitionVersion=job.process_definition_version,
            processDefinitionKey=job.process_definition_key,
            elementId=job.element_id,
            elementInstanceKey=job.element_instance_key,
            customHeaders=write_document(job.custom_headers),
            worker=job.worker,
            retries=job.retries,
            deadline=job.deadline,
            variables=write_document(job.variables),
            tenantId=job.tenant_id,
        )
        if self.release.has_job_kinds:
            message.kind = pb.ActivatedJob.JobKind.Value(job.kind)
            message.listenerEventType = pb.ActivatedJob.ListenerEventType.Value(job.listener_event_type)
            if message.kind == pb.ActivatedJob.TASK_LISTENER:
                message.userTask.CopyFrom(user_task_properties(job.custom_headers))
        if self.release.has_tags:
            message.tags.extend(job.tags)
        if self.release.has_leases and job.lease_token:
            message.jobLeaseToken = job.lease_token
        if self.release.has_job_priorities:
            message.priority = job.priority
            message.businessId = job.business_id
        return message

    def created(self, answer: InstanceCreated) -> pb.CreateProcessInstanceResponse:
        """A started process instance."""
        message = pb.CreateProcessInstanceResponse(
            processDefinitionKey=answer.process_definition_key,
            bpmnProcessId=answer.bpmn_process_id,
            version=answer.version,
            processInstanceKey=answer.process_instance_key,
            tenantId=answer.tenant_id,
        )
        if self.release.has_tags:
            message.tags.extend(answer.tags)
        if self.release.has_business_ids and answer.business_id:
            message.businessId = answer.business_id
        return message

    def result(self, answer: InstanceResult) -> pb.CreateProcessInstanceWithResultResponse:
        """A completed process instance and its variables."""
        created = answer.created
        message = pb.CreateProcessInstanceWithResultResponse(
            processDefinitionKey=created.process_definition_key,
            bpmnProcessId=created.bpmn_process_id,
            version=created.version,
            processInstanceKey=created.process_instance_key,
            variables=write_document(answer.variables),
            tenantId=created.tenant_id,
        )
        if self.release.has_tags:
            message.tags.extend(created.tags)
        if self.release.has_business_ids and created.business_id:
            message.businessId = created.business_id
        return message

    def deployed(self, answer: Deployed) -> pb.DeployResourceResponse:
        """A deployment."""
        deployments = [_deployment(definition) for definition in _in_wire_order(answer.definitions)]
        return pb.DeployResourceResponse(key=answer.deployment_key, deployments=deployments, tenantId=answer.tenant_id)

    def deployed_processes(self, answer: Deployed) -> pb.DeployProcessResponse:  # pyright: ignore[reportDeprecated]
        """A deployment by the deprecated RPC: its processes only."""
        processes = [_process(definition) for definition in answer.definitions if definition.kind == "process"]
        response = pb.DeployProcessResponse  # pyright: ignore[reportDeprecated]
        return response(key=answer.deployment_key, processes=processes)

    def published(self, answer: MessagePublished) -> pb.PublishMessageResponse:
        """A published message."""
        return pb.PublishMessageResponse(key=answer.message_key, tenantId=answer.tenant_id)

    def broadcast(self, answer: SignalBroadcast) -> pb.BroadcastSignalResponse:
        """A broadcast signal."""
        return pb.BroadcastSignalResponse(key=answer.signal_key, tenantId=answer.tenant_id)

    def conditional_evaluated(self, answer: ConditionalEvaluated) -> pb.EvaluateConditionalResponse:
        """The process instances that conditions started."""
        references = [
            pb.ProcessInstanceReference(processDefinitionKey=definition, processInstanceKey=instance)
            for definition, instance in answer.instances
        ]
        return pb.EvaluateConditionalResponse(
            processInstances=references, conditionalEvaluationKey=answer.evaluation_key, tenantId=answer.tenant_id
        )

    def variables_set(self, answer: VariablesSet) -> pb.SetVariablesResponse:
        """Variables that were set."""
        return pb.SetVariablesResponse(key=answer.key)

    def deleted(self, answer: Accepted) -> pb.DeleteResourceResponse:
        """A deleted resource; its key is told from 8.9 on."""
        return pb.DeleteResourceResponse(resourceKey=str(answer.key) if self.release.number >= (8, 9) else "")


def _in_wire_order(definitions: Sequence[DeployedDefinition]) -> list[DeployedDefinition]:
    """What a deployment tells of, kind by kind; it does not tell of resources for workers."""
    order = ("process", "decision", "decision_requirements", "form")
    told = (definition for definition in definitions if definition.kind in order)
    return sorted(told, key=lambda definition: order.index(definition.kind))


def _deployment(definition: DeployedDefinition) -> pb.Deployment:
    if definition.kind == "process":
        return pb.Deployment(process=_process(definition))
    if definition.kind == "decision":
        return pb.Deployment(decision=_decision(definition))
    if definition.kind == "decision_requirements":
        return pb.Deployment(decisionRequirements=_requirements(definition))
    return pb.Deployment(
        form=pb.FormMetadata(
            formId=definition.id,
            version=definition.version,
            formKey=definition.key,
            resourceName=definition.resource_name,
            tenantId=definition.tenant_id,
        )
    )


def _process(definition: DeployedDefinition) -> pb.ProcessMetadata:
    return pb.ProcessMetadata(
        bpmnProcessId=definition.id,
        version=definition.version,
        processDefinitionKey=definition.key,
        resourceName=definition.resource_name,
        tenantId=definition.tenant_id,
    )


def _decision(definition: DeployedDefinition) -> pb.DecisionMetadata:
    return pb.DecisionMetadata(
        dmnDecisionId=definition.id,
        dmnDecisionName=definition.name,
        version=definition.version,
        decisionKey=definition.key,
        dmnDecisionRequirementsId=definition.requirements_id,
        decisionRequirementsKey=definition.requirements_key,
        tenantId=definition.tenant_id,
    )


def _requirements(definition: DeployedDefinition) -> pb.DecisionRequirementsMetadata:
    return pb.DecisionRequirementsMetadata(
        dmnDecisionRequirementsId=definition.id,
        dmnDecisionRequirementsName=definition.name,
        version=definition.version,
        decisionRequirementsKey=definition.key,
        resourceName=definition.resource_name,
        tenantId=definition.tenant_id,
    )
