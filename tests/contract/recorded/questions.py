"""All questions, in their order."""

from __future__ import annotations

from tests.contract.recorded.creations import creations, results
from tests.contract.recorded.deployments import deployments, topology
from tests.contract.recorded.instances import instances
from tests.contract.recorded.interview import Interview, Told
from tests.contract.recorded.jobs import jobs
from tests.contract.recorded.publications import decisions_and_resources, messages_and_signals
from tests.contract.recorded.streams import streams


def ask_all(address: str) -> dict[str, Told]:
    """Ask a fresh gateway all questions, and return what it told, by case. Takes some 25 s."""
    interview = Interview(address)
    try:
        topology(interview)
        first = deployments(interview)
        creations(interview)
        results(interview)
        jobs(interview)
        instances(interview, first.deployments[0].process.processDefinitionKey)
        messages_and_signals(interview)
        decisions_and_resources(interview)
        streams(interview)
    finally:
        interview.close()
    return interview.told
