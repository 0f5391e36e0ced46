"""The methods of `AsyncZeebeClient` about messages, signals, decisions and the cluster."""

from __future__ import annotations

from zeebe_grpc.async_client.base import AsyncBase
from zeebe_grpc.commands import cluster, decisions, messages
from zeebe_grpc.commands.messages import TIME_TO_LIVE, OnDuplicate
from zeebe_grpc.keys import KeyLike
from zeebe_grpc.models.cluster import Topology
from zeebe_grpc.models.decisions import DecisionEvaluation
from zeebe_grpc.models.messages import PublishedMessage, SignalBroadcast
from zeebe_grpc.spans import Span
from zeebe_grpc.variables import J, Variables


class MessageMethods(AsyncBase):
    """Publish messages, broadcast signals, evaluate decisions, look at the cluster."""

    async def publish_message(
        self,
        name: str,
        *,
        correlation_key: str,
        variables: Variables = None,
        time_to_live: Span = TIME_TO_LIVE,
        message_id: str | None = None,
        on_duplicate: OnDuplicate = "raise",
        tenant_id: str | None = None,
        business_id: str | None = None,
        timeout: Span | None = None,
    ) -> PublishedMessage:
        """Publish a message; it correlates once with each process that waits for it (RPC PublishMessage).

        With a message id and a time to live it may be sent any number of times: the gateway takes it once. Without,
        it is sent again only if it was provably not executed.

        Args:
            name: The message's name in the models.
            correlation_key: Compared with the key that the process expects; empty for message start events only, of
                which any number of instances may then be started.
            variables: Merged into the scope of the event that receives the message.
            time_to_live: How long it waits for somebody to expect it; 0 for nobody who comes later.
            message_id: Makes a second message with the same name, correlation key and id a duplicate while the first
                one lives.
            on_duplicate: `"ignore"` turns the refusal of a duplicate into a result with `.duplicate`.
            tenant_id: Whose processes; None for the client's tenant, or the default one.
            business_id: For the instances that it starts (8.10).
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            DuplicateMessageError: The gateway has this message already.
            InvalidArgumentError: The gateway refuses an argument, such as a tenant.
            VariablesError: The variables have no JSON form.
            AmbiguousResultError: Nobody knows whether it was published; only without message id or time to live.
            GatewayError: The call failed otherwise.
        """
        command = messages.publish_message(
            name,
            correlation_key=correlation_key,
            variables=variables,
            time_to_live=time_to_live,
            message_id=message_id,
            on_duplicate=on_duplicate,
            tenant_id=self._tenant(tenant_id),
            business_id=business_id,
        )
        return await self.execute(command, timeout=timeout)

    async def broadcast_signal(
        self,
        signal_name: str,
        *,
        variables: Variables = None,
        tenant_id: str | None = None,
        timeout: Span | None = None,
    ) -> SignalBroadcast:
        """Broadcast a signal to every process that waits for it or is started by it (RPC BroadcastSignal, 8.2).

        The reply does not tell whether anybody was there, and other partitions may hear it later.

        Args:
            signal_name: The signal's name in the models.
            variables: Merged into the scope of each event that receives it.
            tenant_id: Whose processes; None for the client's tenant, or the default one.
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            AmbiguousResultError: Nobody knows whether it was broadcast.
            GatewayError: The call failed otherwise.
        """
        command = messages.broadcast_signal(signal_name, variables=variables, tenant_id=self._tenant(tenant_id))
        return await self.execute(command, timeout=timeout)

    async def evaluate_decision(
        self,
        decision_id: str | None = None,
        *,
        decision_key: KeyLike | None = None,
        variables: Variables = None,
        as_type: type[J] | None = None,
        tenant_id: str | None = None,
        timeout: Span | None = None,
    ) -> DecisionEvaluation[J]:
        """Evaluate a deployed decision; a failed evaluation is a result too (RPC EvaluateDecision, 8.2).

        Args:
            decision_id: The decision's id in its model, in its latest version. Give this or `decision_key`.
            decision_key: Names one version of a decision.
            variables: The inputs.
            as_type: What the output is decoded into; None for plain JSON values.
            tenant_id: Whose decision it is; None for the client's tenant, or the default one.
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Returns:
            The output with everything that led to it, or with `.failed` why there is none.

        Raises:
            DecisionNotFoundError: No such decision is deployed (before 8.8: InvalidArgumentError).
            MalformedResponseError: The output does not fit `as_type`; `.raw` has it undecoded.
            AmbiguousResultError: Nobody knows whether it was evaluated, which the cluster records.
            GatewayError: The call failed otherwise.
        """
        command = decisions.evaluate_decision(
            decision_id,
            decision_key=decision_key,
            variables=variables,
            as_type=as_type,
            tenant_id=self._tenant(tenant_id),
        )
        return await self.execute(command, timeout=timeout)

    async def get_topology(self, *, timeout: Span | None = None) -> Topology:
        """Tell the brokers and partitions that the gateway knows, and its version (RPC Topology).

        Args:
            timeout: Span for the call, all attempts included; None for the client's (20 seconds).

        Raises:
            GatewayError: The call failed.
        """
        return await self.execute(cluster.get_topology(), timeout=timeout)
