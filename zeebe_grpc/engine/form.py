"""What the forms of BPMN and DMN documents have in common; tables, and how they are walked, are each language's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MAX_DEPTH: Final = 100
"""Elements inside each other, the root included; the real engine's parser stops there too."""

XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"


@dataclass(frozen=True)
class Particle:
    """A place among the children: which elements may stand there (name to type), and how often."""

    choices: Mapping[str, str]
    least: int
    most: int | None
