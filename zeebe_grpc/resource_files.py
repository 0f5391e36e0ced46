"""Reading resources to deploy from files and folders. The only place where the client reads a caller's files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from zeebe_grpc.models.resources import Resource

KINDS: Final = (".bpmn", ".dmn", ".form")
"""What is taken from a folder; a file that is named itself may be of any kind."""


def read_resource_files(paths: Iterable[str | os.PathLike[str]] | str | os.PathLike[str]) -> list[Resource]:
    """The resources in files and folders, named without their folders, ordered by path.

    Raises:
        FileNotFoundError: A path does not exist.
        ValueError: A folder holds nothing to deploy, or two different files have the same name.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    found: dict[str, Path] = {}
    for file in (file for path in given for file in _files(Path(path))):
        known = found.setdefault(file.name, file)
        if not known.samefile(file):
            raise ValueError(f"{known} and {file} have the same name, by which versions are counted; rename one")
    return [Resource(name, file.read_bytes()) for name, file in found.items()]


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        if not path.exists():
            raise FileNotFoundError(f"there is no file or folder {str(path)!r} to deploy")
        yield path
        return
    inside = sorted(file for file in path.rglob("*") if file.suffix.lower() in KINDS and file.is_file())
    visible = [file for file in inside if not any(part.startswith(".") for part in file.relative_to(path).parts)]
    if not visible:
        raise ValueError(f"the folder {str(path)!r} holds no {', '.join(KINDS)} file")
    yield from visible
