"""The launcher's own parts, on any machine: nothing here needs Java, Maven or a network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.judges import cache, java, keeper, ports
from tests.judges.missing import MissingError

RELEASE = 'IMPLEMENTOR="x"\nJAVA_VERSION="{}"\n'


def make_jdk(home: Path, version: str, *, compiler: bool = True) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "release").write_text(RELEASE.format(version))
    if compiler:
        for name in ("javac", "javac.exe"):
            (home / "bin" / name).touch()
    return home


@pytest.mark.parametrize(("text", "version"), [("25.0.1", 25), ("21", 21), ("1.8.0_292", 8)])
def test_the_version_of_a_jdk_is_read_from_its_release_file(tmp_path: Path, text: str, version: int) -> None:
    jdk = java.read_jdk(make_jdk(tmp_path / "jdk", text))
    assert jdk is not None
    assert jdk.version == version


def test_a_runtime_without_a_compiler_is_no_jdk(tmp_path: Path) -> None:
    assert java.read_jdk(make_jdk(tmp_path / "jre", "25", compiler=False)) is None


def test_java_home_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_jdk(tmp_path / "jdk", "22.0.1")
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert java.find_jdk() == java.Jdk(home, 22)


def test_a_machine_with_an_old_jdk_only_is_told_so_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(make_jdk(tmp_path / "jdk", "17.0.2")))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(java, "_FOLDERS", ())
    with pytest.raises(MissingError, match=r"^no JDK 21 or later with a compiler \(found only 17 in .*\): install one"):
        java.find_jdk()


def test_a_folder_appears_in_the_cache_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.ENVIRONMENT, str(tmp_path))

    def fail(target: Path) -> None:
        (target / "half").touch()
        raise MissingError("cut off")

    with pytest.raises(MissingError):
        cache.install("thing", fail, print)
    assert not (tmp_path / "thing").exists()
    made = cache.install("thing", lambda target: (target / "whole").touch(), print)
    assert [each.name for each in made.iterdir()] == ["whole"]
    assert cache.install("thing", fail, print) == made


def test_two_runs_fill_the_cache_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.ENVIRONMENT, str(tmp_path))
    inside, go_on = threading.Event(), threading.Event()
    filled: list[str] = []

    def slow(target: Path) -> None:
        filled.append("first")
        inside.set()
        assert go_on.wait(10)
        (target / "file").touch()

    said: list[str] = []

    def waits(text: str) -> None:
        said.append(text)
        go_on.set()

    first = threading.Thread(target=cache.install, args=("thing", slow, print))
    first.start()
    assert inside.wait(10)
    cache.install("thing", lambda _: filled.append("second"), waits)
    first.join()
    assert filled == ["first"]
    assert said == ["another run is filling the cache: waiting for it"]


def test_the_ports_are_different() -> None:
    assert len(set(ports.free_ports(8))) == 8


CHILD = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"


def test_the_keeper_ends_its_program_when_the_leash_closes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    command = [sys.executable, keeper.__file__, str(folder), sys.executable, "-c", CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as kept:
        assert kept.stdin is not None
        assert kept.stdout is not None
        assert kept.stdout.readline()
        kept.stdin.close()
        assert kept.wait(20) != 0
    assert not folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_the_program_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    owner = (
        "import subprocess, sys, time\n"
        f"command = [sys.executable, {keeper.__file__!r}, {str(folder)!r}, sys.executable, '-c', {CHILD!r}]\n"
        "kept = subprocess.Popen(command, stdin=subprocess.PIPE)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", owner], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        assert process.stdout.read() == b"", "the child's end of the pipe must close too"
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert not folder.exists()


def test_a_program_that_ends_by_itself_gives_its_status_and_keeps_its_folder(tmp_path: Path) -> None:
    command = [sys.executable, keeper.__file__, str(tmp_path), sys.executable, "-c", "raise SystemExit(7)"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as kept:
        assert kept.wait(20) == 7
    assert tmp_path.exists(), "its log tells why"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize(("letter", "number"), [(keeper.TERMINATE, 15), (keeper.KILL, 9)])
def test_the_program_alone_is_ended_and_its_data_kept_for_a_later_start(
    tmp_path: Path, letter: bytes, number: int
) -> None:
    command = [sys.executable, keeper.__file__, str(tmp_path), sys.executable, "-c", CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as kept:
        assert kept.stdin is not None
        assert kept.stdout is not None
        child = int(kept.stdout.readline())
        kept.stdin.write(letter)
        kept.stdin.flush()
        assert kept.wait(20) == 256 - number
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert tmp_path.exists()
