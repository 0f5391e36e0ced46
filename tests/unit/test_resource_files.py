"""Reading files and folders to deploy."""

from __future__ import annotations

from pathlib import Path

import pytest

from zeebe_grpc.models import Resource
from zeebe_grpc.resource_files import read_resource_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "b.bpmn",
        "a.dmn",
        "sub/c.form",
        "sub/D.BPMN",
        ".hidden.bpmn",
        ".git/x.bpmn",
        "readme.md",
        "e.bpmn/f.bpmn",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())
    return tmp_path


def test_a_folder_gives_all_that_can_be_deployed_also_below(folder: Path) -> None:
    assert read_resource_files(folder) == [
        Resource("a.dmn", b"a.dmn"),
        Resource("b.bpmn", b"b.bpmn"),
        Resource("f.bpmn", b"e.bpmn/f.bpmn"),
        Resource("D.BPMN", b"sub/D.BPMN"),
        Resource("c.form", b"sub/c.form"),
    ]


def test_files_keep_their_order_and_may_be_of_any_kind(folder: Path) -> None:
    found = read_resource_files([str(folder / "readme.md"), folder / "a.dmn"])
    assert [resource.name for resource in found] == ["readme.md", "a.dmn"]


def test_a_folder_whose_own_path_is_hidden_is_read(tmp_path: Path) -> None:
    inside = tmp_path / ".models"
    inside.mkdir()
    (inside / "a.bpmn").write_bytes(b"a")
    assert [resource.name for resource in read_resource_files(inside)] == ["a.bpmn"]


def test_the_same_file_twice_is_taken_once(folder: Path) -> None:
    assert len(read_resource_files([folder / "b.bpmn", folder / "sub" / ".." / "b.bpmn"])) == 1


def test_two_files_of_one_name_are_refused(folder: Path) -> None:
    (folder / "sub" / "b.bpmn").write_bytes(b"other")
    with pytest.raises(ValueError, match=r"have the same name, by which versions are counted; rename one"):
        read_resource_files(folder)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"there is no file or folder .*missing.* to deploy"):
        read_resource_files(tmp_path / "missing")


def test_a_folder_without_anything_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".only.bpmn").write_bytes(b"x")
    with pytest.raises(ValueError, match=r"holds no .bpmn, .dmn, .form file"):
        read_resource_files([tmp_path])
