"""Questions about job streams."""

from __future__ import annotations

from tests.contract.recorded.interview import Interview
from tests.contract.recorded.models import service
from zeebe_grpc._proto import gateway_pb2 as pb


def streams(interview: Interview) -> None:
    """Open streams of good and bad kinds, and see what is pushed to them."""

    def request(job_type: str, timeout: int) -> pb.StreamActivatedJobsRequest:
        return pb.StreamActivatedJobsRequest(type=job_type, worker="w", timeout=timeout)

    interview.listen("stream.no_type", request("", 1000))
    interview.listen("stream.timeout_0", request("zz", 0))
    interview.deploy("ps.bpmn", service("ps", "ps"))
    interview.create("ps")
    interview.listen("stream.no_backlog", request("ps", 10_000), wait=2)
    pushed = interview.listen("stream.pushes_new", request("ps", 10_000), act=lambda: interview.create("ps", '{"v":1}'))

    def fail() -> None:
        if pushed:
            interview.gateway.FailJob(pb.FailJobRequest(jobKey=pushed[0].key, retries=2), timeout=20)

    interview.listen("stream.pushes_failed_again", request("ps", 10_000), act=fail)
