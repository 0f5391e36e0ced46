"""The properties of user tasks: assignee, candidates and dates, each with the types that its place accepts."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from zeebe_grpc.engine.model.elements import FlowNode, UserTask
from zeebe_grpc.engine.model.expression import Expression
from zeebe_grpc.engine.processing.expressions import Expressions
from zeebe_grpc.engine.processing.failure import EXTRACT_VALUE_ERROR, FORM_NOT_FOUND, Failure
from zeebe_grpc.engine.state import State
from zeebe_grpc.engine.state.elements import ElementInstance

_ZONED = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d(?::?\d\d)?)(?:\[.+\])?$")


class PropertyReader:
    """Evaluates user task properties."""

    def __init__(self, expressions: Expressions, state: State) -> None:
        self._expressions = expressions
        self._forms = state.forms

    def form(self, element: FlowNode, instance: ElementInstance) -> int | None:
        """The key of the deployed form that a user task refers to; None if it refers to none."""
        if not isinstance(element, UserTask) or element.form_id is None:
            return None
        form_id = self._expressions.text(element.form_id, instance.key)
        definition = instance.definition
        form = self._forms.find(
            form_id, definition.tenant_id, element.form_binding, definition.deployment_key, element.form_version_tag
        )
        if form is None:
            reason = (
                f"Expected to find a form with id '{form_id}' (binding '{element.form_binding}'), "
                "but none was deployed."
            )
            raise Failure(reason, FORM_NOT_FOUND, instance.key)
        return form.key

    def texts(self, expression: Expression, scope: int) -> list[str]:
        """A list of strings; a static text is a comma-separated list."""
        if expression.static_text is not None:
            return [part.strip() for part in expression.static_text.split(",") if part.strip()]
        return self._expressions.texts(expression, scope)

    def date(self, expression: Expression, scope: int) -> str:
        """A date-time in ISO 8601 form; empty if the expression gives null or an empty string."""
        result = self._expressions.typed(expression, scope, "NULL", "DATE_TIME", "STRING")
        if result.type == "NULL" or result.value == "":
            return ""
        text = str(result.value)
        if result.type == "DATE_TIME" and _ZONED.search(text) is None:
            text = self._in_zone(text)
        return short_date(text, expression.text, scope)

    def _in_zone(self, text: str) -> str:
        """A local date-time in the engine's zone, which is named."""
        zone = self._expressions.zone
        moment = datetime.fromisoformat(text).replace(tzinfo=zone)
        offset = moment.isoformat()[19:].lstrip(".0123456789")
        name = "Etc/UTC" if zone is timezone.utc else str(zone)
        return f"{text}{'Z' if offset == '+00:00' else offset}[{name}]"


def short_date(text: str, expression: str, scope: int) -> str:
    """A zoned date-time text without the seconds if these are zero.

    Raises:
        Failure: It is no zoned date-time.
    """
    plain = text.split("[")[0]
    try:
        moment = datetime.fromisoformat(plain[:-1] + "+00:00" if plain.endswith(("Z", "z")) else plain)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Failure(f"Invalid date-time format '{text}' for expression '{expression}'.", EXTRACT_VALUE_ERROR, scope)
    head, zone = plain[: plain.index("T")], plain[plain.index("T") :]
    clock = zone.rstrip("Zz").split("+")[0].split("-")[0]
    offset = zone[len(clock) :].upper()
    if clock.count(":") == 2 and float(clock.split(":")[2]) == 0:
        clock = clock.rsplit(":", 1)[0]
    return head + clock + ("Z" if offset in ("Z", "+00:00") else offset) + text[len(plain) :]
