"""The options ``--now`` and ``--zone``: a point in time and a time zone, as a user types them."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import click


class InstantType(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """A point in time in ISO 8601, with its offset."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parse the text; a datetime (a default) passes as it is."""
        if isinstance(value, datetime):
            return value
        text = str(value)
        try:
            instant = datetime.fromisoformat(f"{text[:-1]}+00:00" if text[-1:] in "Zz" else text)
        except ValueError:
            self.fail(f"{text!r} is no time in ISO 8601, such as 2026-01-15T10:30:00Z.", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{text!r} has no offset; write {text}Z, or +01:00 behind it.", param, ctx)
        return instant


class ZoneType(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """The name of a time zone in the IANA database."""

    name = "ZONE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tzinfo:
        """Look the zone up; a time zone (a default) passes as it is."""
        if isinstance(value, tzinfo):
            return value
        try:
            return ZoneInfo(str(value))
        except (LookupError, ValueError, OSError):
            self.fail(f"{value!r} is no time zone, such as UTC or Europe/Berlin.", param, ctx)


NOW = InstantType()
ZONE = ZoneType()
