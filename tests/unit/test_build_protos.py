"""build_protos.py: the committed files are what the proto gives, and it says clearly where they are not."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import build_protos
from build_protos import GENERATED, PACKAGE, ROOT, TOOLS, BuildError, installed, replace, require_tools

needs_tools = pytest.mark.skipif(
    {name: installed(name) for name in TOOLS} != TOOLS, reason=f"needs exactly these tools: {TOOLS}"
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of all that the script reads and writes."""
    for folder in ("proto", PACKAGE):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "build_protos.py", tmp_path)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a copy."""
    command = [sys.executable, "build_protos.py", *arguments]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def edit(path: Path, old: str, new: str) -> None:
    """Replace text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("name", GENERATED)
def test_committed_files_carry_the_digest_of_the_proto(name: str) -> None:
    text = (ROOT / PACKAGE / name).read_text(encoding="utf-8")
    digest = hashlib.sha256((ROOT / "proto" / "gateway.proto").read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    assert text.startswith(build_protos.header())
    assert f"sha256 {digest}\n" in text


@needs_tools
def test_committed_files_are_what_the_proto_gives() -> None:
    assert build_protos.main(["--check"]) == 0


@needs_tools
def test_check_names_each_stale_file_and_leaves_it_alone(copy: Path) -> None:
    stale = copy / PACKAGE / "gateway_pb2.pyi"
    edit(stale, "class ActivatedJob(", "class ActivatedJobs(")
    before = stale.read_bytes()
    (copy / PACKAGE / "gateway_pb2_grpc.py").unlink()
    done = run(copy, "--check")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.findall(r"^zeebe_grpc/_proto/(\S+) is not what", done.stderr, re.MULTILINE) == [
        stale.name,
        "gateway_pb2_grpc.py",
    ]
    assert stale.read_bytes() == before


@needs_tools
def test_writes_what_a_changed_proto_gives(copy: Path) -> None:
    edit(copy / "proto" / "gateway.proto", "message TopologyRequest {\n", "message TopologyRequest {\n  int32 x = 1;\n")
    assert run(copy, "--check").returncode == 1
    assert run(copy).returncode == 0
    assert run(copy, "--check").returncode == 0
    assert "x: _builtins.int" in (copy / PACKAGE / "gateway_pb2.pyi").read_text(encoding="utf-8")


@needs_tools
def test_a_broken_proto_is_refused_with_the_compilers_words(copy: Path) -> None:
    edit(copy / "proto" / "gateway.proto", "message TopologyRequest {\n", "message TopologyRequest {\n  int32 x = 0;\n")
    done = run(copy)
    assert done.returncode == 2
    assert done.stderr.startswith("build_protos: protoc refused")
    assert "Field numbers must be positive integers" in done.stderr


def test_other_tools_are_refused_with_the_command_that_helps() -> None:
    with pytest.raises(BuildError) as refused:
        require_tools({"pytest": "0.0.1", "no-such-distribution": "2"})
    assert "no-such-distribution none" in str(refused.value)
    assert f"pip install -r {build_protos.PINS}" in str(refused.value)


def test_a_generator_that_prints_something_else_is_noticed() -> None:
    assert replace("a b a", "b", "c") == "a c a"
    assert replace("a b a", "a", "c", times=None) == "c b c"
    for pattern in ("a", "x"):
        with pytest.raises(BuildError, match="output has changed"):
            replace("a b a", pattern, "c")
    with pytest.raises(BuildError, match="occurs 0 times"):
        replace("a b a", "x", "c", times=None)
