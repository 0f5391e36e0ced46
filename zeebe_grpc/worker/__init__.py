"""Job workers: handlers by signature, a machine that decides, a runner on asyncio.

Floors inside, from the ground: `ledger`, `backoff`, `alarms`, `policy`, `events` · `adapting`, `answering`, `polling`,
`streaming`, `extending`, `returning`, `jobs` · `machine` · `job`, `outcomes`, `markers`, `modelled`, `annotations`,
`binding`, `settings`, `guard` · `callback`, `threads`, `crossing`, `child`, `children`, `processes` · `runner` ·
`definition` · `runner.official`.
Only `runner` knows asyncio; nothing here knows gRPC.
"""

from zeebe_grpc.worker.backoff import Backoff
from zeebe_grpc.worker.callback import ConnectedJob
from zeebe_grpc.worker.definition import Running, Worker, run_workers
from zeebe_grpc.worker.events import CancelReason, End, Notice
from zeebe_grpc.worker.job import Job, JobCancelled
from zeebe_grpc.worker.markers import Header, Variable
from zeebe_grpc.worker.middleware import CallNext, Middleware
from zeebe_grpc.worker.outcomes import Completed, Deferred, ErrorThrown, Failed, JobResult, Lost, Outcome
from zeebe_grpc.worker.reports import DrainReport, HandlerHealth, Health, JobTypeHealth, WorkerEvent, WorkerEventKind
from zeebe_grpc.worker.runner.entry import ThreadedWorker
from zeebe_grpc.worker.runner.official import JobWorker, WorkerConfig, create_job_worker
from zeebe_grpc.worker.runner.running import RunningWorker
from zeebe_grpc.worker.settings import ExecutionStrategy, JobOptions, RetryPolicy

__all__ = [
    "Backoff",
    "CallNext",
    "CancelReason",
    "Completed",
    "ConnectedJob",
    "Deferred",
    "DrainReport",
    "End",
    "ErrorThrown",
    "ExecutionStrategy",
    "Failed",
    "HandlerHealth",
    "Header",
    "Health",
    "Job",
    "JobCancelled",
    "JobOptions",
    "JobResult",
    "JobTypeHealth",
    "JobWorker",
    "Lost",
    "Middleware",
    "Notice",
    "Outcome",
    "RetryPolicy",
    "Running",
    "RunningWorker",
    "ThreadedWorker",
    "Variable",
    "Worker",
    "WorkerConfig",
    "WorkerEvent",
    "WorkerEventKind",
    "create_job_worker",
    "run_workers",
]
