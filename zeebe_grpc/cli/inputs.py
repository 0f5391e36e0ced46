"""What a user types, checked before anything starts: documents, workers, files.

Every function raises `click.BadParameter` (exit status 2) that says what is wrong, where, and what to write instead.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any, cast

import click

from zeebe_grpc.worker import Worker


class DocumentType(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """A JSON object, written out or as ``@FILE``."""

    name = "JSON"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        """Parse the text; a mapping (a default) passes as it is."""
        if isinstance(value, dict):
            return cast("dict[str, Any]", value)
        text = self._text(str(value), param, ctx)
        try:
            document: Any = json.loads(text)
        except (ValueError, RecursionError) as error:
            self.fail(f'not JSON: {error}. Write an object such as \'{{"orderId": "7"}}\', or @FILE.', param, ctx)
        if not isinstance(document, dict):
            self.fail(f"variables are a JSON object, not {_json_kind(document)}.", param, ctx)
        return cast("dict[str, Any]", document)

    def _text(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not value.startswith("@"):
            return value
        try:
            return Path(value[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.fail(f"cannot read {value[1:]}: {error}", param, ctx)


def _json_kind(value: object) -> str:
    kinds: dict[type, str] = {list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
    return kinds.get(type(value), "null")


class WorkerType(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click only
    """``module:attribute`` that names a `Worker`; modules of the current folder are found."""

    name = "MODULE:ATTRIBUTE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Worker:
        """Import the module and take the worker from it."""
        if isinstance(value, Worker):
            return value
        module_name, separator, attribute = str(value).partition(":")
        if not separator or not module_name or not attribute:
            self.fail(f"{value!r} is not module:attribute, such as orders.handlers:worker.", param, ctx)
        found = self._load(module_name, attribute, param, ctx)
        if not isinstance(found, Worker):
            self.fail(f"{value} is of type {type(found).__name__}, not a zeebe_grpc Worker.", param, ctx)
        return found

    def _load(
        self, module_name: str, attribute: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        if "" not in sys.path and str(Path.cwd()) not in sys.path:
            sys.path.insert(0, str(Path.cwd()))
        try:
            module = importlib.import_module(module_name)
        except Exception as error:
            self.fail(f"cannot import {module_name}: {type(error).__name__}: {error}", param, ctx)
        try:
            return getattr(module, attribute)
        except AttributeError:
            self.fail(f"module {module_name} has no attribute {attribute!r}.", param, ctx)


DOCUMENT = DocumentType()
WORKER = WorkerType()
EXISTING_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
EXISTING_PATH = click.Path(exists=True, readable=True, path_type=Path)
