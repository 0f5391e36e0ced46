"""`AsyncZeebeClient`: every RPC of the gateway as a coroutine.

Its methods stand in modules by subject; each builds a command and executes it, and does nothing else. The twin for
threads is `zeebe_grpc.client`; a test holds the two alike.
"""

from __future__ import annotations

from zeebe_grpc.async_client.instances import InstanceMethods
from zeebe_grpc.async_client.job_stream import AsyncJobStream
from zeebe_grpc.async_client.jobs import JobMethods
from zeebe_grpc.async_client.messages import MessageMethods
from zeebe_grpc.async_client.processes import ProcessMethods
from zeebe_grpc.async_client.resources import ResourceMethods
from zeebe_grpc.async_client.workers import WorkerMethods

__all__ = ["AsyncJobStream", "AsyncZeebeClient"]


class AsyncZeebeClient(ProcessMethods, InstanceMethods, JobMethods, MessageMethods, ResourceMethods, WorkerMethods):
    """A client of a Zeebe gateway, for asyncio.

    Making one does nothing; it connects at the first call, and belongs to the event loop that runs then. Close it, or
    use it as an async context manager. It cannot be pickled, and not be used on both sides of a fork. Cancelling the
    await of a call cancels the call.

    Args:
        address: `grpc://HOST:PORT` for plaintext, `grpcs://HOST:PORT` for TLS, or a bare `HOST:PORT`. None takes the
            environment's CAMUNDA_GRPC_ADDRESS, ZEEBE_GRPC_ADDRESS, ZEEBE_HOST with ZEEBE_PORT, ZEEBE_ADDRESS or
            CAMUNDA_CLUSTER_ID with CAMUNDA_CLUSTER_REGION, in this order, else localhost:26500.
        tls: Trust and identity beyond the system's, for a TLS address; None for what the environment says.
        auth: How calls prove who sends them, such as `OAuth(...)`; None for what the environment says.
        tenant_id: The tenant of commands that do not name one.
        timeout: Span for a call that does not have its own, all attempts included; None for 20 seconds, and 30 for
            results of process instances.
        worker_name: Who activates jobs, for people to see; None for the host's name.
        metadata: Sent along with every call.
        configuration: Settings by the names of the environment's variables; they win over the environment.
        environment: Where variables are looked for; None for the environment of this process.
        logger: Gets what this client logs, by `debug`, `info`, `warning` and `error`; None for `logging`.
        keepalive: Span between pings while calls are open, at least 30 seconds; None for 45 seconds.
        proxy: `http://HOST:PORT`; None for what grpc_proxy, https_proxy and no_proxy say, empty for none.
        load_balancing: `"pick_first"` or `"round_robin"`; None for calls in turn if the address has several gateways.
        max_receive_message_size: Bytes of the largest reply; 5 MiB by default.
        max_send_message_size: Bytes of the largest request; 4 MiB by default, as gateways accept.
        compression: `"gzip"` or `"deflate"` for requests; None for no compression.
        channel_options: grpc channel options; they win over this client's own.
        interceptors: grpc client interceptors, outermost first.
        resilience: How often and how fast calls are repeated.
        observer: Told of every call; see `CallObserver`.

    Raises:
        ConfigurationError: A setting cannot be used, such as an address with a path.
    """
