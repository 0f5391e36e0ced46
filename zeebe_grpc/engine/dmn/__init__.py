"""DMN, the decision models of Zeebe: read a file once, decide as often as needed, get the result and how it came about.

Pure: no I/O, no clock, no environment; knows nothing of processes. It answers as Zeebe 8.8 does, refusals included.
"""

from zeebe_grpc.engine.dmn.errors import DmnError, UnknownDecisionError
from zeebe_grpc.engine.dmn.evaluation import evaluate
from zeebe_grpc.engine.dmn.model import Decision, DecisionRequirements
from zeebe_grpc.engine.dmn.reader import parse_dmn
from zeebe_grpc.engine.dmn.results import (
    DecisionEvaluation,
    EvaluatedDecision,
    EvaluatedInput,
    EvaluatedOutput,
    MatchedRule,
    json_text,
)

__all__ = [
    "Decision",
    "DecisionEvaluation",
    "DecisionRequirements",
    "DmnError",
    "EvaluatedDecision",
    "EvaluatedInput",
    "EvaluatedOutput",
    "MatchedRule",
    "UnknownDecisionError",
    "evaluate",
    "json_text",
    "parse_dmn",
]
