"""The base of our option types: `click.ParamType`, which older releases of click do not let us subscript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import click

V = TypeVar("V")

if TYPE_CHECKING:

    class OptionType(click.ParamType[V]):
        """An option type that converts to `V`."""

else:

    class OptionType(click.ParamType, Generic[V]):
        """An option type that converts to `V`."""
