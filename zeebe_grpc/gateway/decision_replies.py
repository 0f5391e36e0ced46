"""The answer to EvaluateDecision as a message; the engine's DMN evaluation is read nowhere else in the gateway."""

from __future__ import annotations

from zeebe_grpc._proto import gateway_pb2 as pb
from zeebe_grpc.engine.commands import DecisionEvaluated
from zeebe_grpc.gateway.replies import ReplyMaker


def evaluated(answer: DecisionEvaluated, replies: ReplyMaker) -> pb.EvaluateDecisionResponse:
    """A decision and all decisions that were needed for it."""
    raise NotImplementedError
