"""FEEL, the expression language of Zeebe: read a text once, evaluate it often, get value, type, warnings and JSON.

Pure: no I/O, no clock, no environment. Everything an evaluation depends on is passed to it. It answers as the
    expression language of Zeebe 8.8 does, null and
warnings included, and is bounded: no expression hangs, exhausts the stack or grows without end.
"""

from zeebe_grpc.engine.feel.errors import FeelError, FeelEvaluationError, FeelLimitError, FeelSyntaxError, FeelWarning
from zeebe_grpc.engine.feel.expressions import Evaluation, Expression, UnaryTests, parse_expression, parse_unary_tests

__all__ = [
    "Evaluation",
    "Expression",
    "FeelError",
    "FeelEvaluationError",
    "FeelLimitError",
    "FeelSyntaxError",
    "FeelWarning",
    "UnaryTests",
    "parse_expression",
    "parse_unary_tests",
]
