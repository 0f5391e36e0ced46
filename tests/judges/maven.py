"""Fetches the judges through Maven into the cache: the broker's archive, and the engine with all its jars.

Maven resumes a download that was cut off; an archive is unpacked once and then removed, for it is of no further use.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from tests.judges import cache
from tests.judges.missing import MissingError

BROKER = "8.6.0"
BROKER_WITH_ZBCTL = "8.5.8"
ENGINE = "8.8.21"
_TIMEOUT = 1800
_SIZES = {BROKER: "299 MB", BROKER_WITH_ZBCTL: "212 MB", ENGINE: "128 MB"}
_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>zeebe.judges</groupId><artifactId>engine</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>io.camunda</groupId><artifactId>zeebe-process-test-engine</artifactId><version>{version}</version>
  </dependency></dependencies>
</project>
"""


def say(text: str) -> None:
    """Print one line of progress to the standard error."""
    print(f"judges: {text}", file=sys.stderr, flush=True)


def fetch_broker(version: str = BROKER) -> Path:
    """Return the folder of the unpacked broker (`bin/`, `lib/`, `config/`), fetched if it is not in the cache.

    Raises:
        MissingError: There is no Maven, or Maven could not get it.
    """

    def fill(target: Path) -> None:
        archive = _fetch_archive(version)
        say(f"unpacking {archive.name}")
        _unpack(archive, target)
        shutil.rmtree(archive.parent)

    return cache.install(f"broker-{version}", fill, say)


def fetch_engine() -> Path:
    """Return the folder with the jars of the in-memory engine, fetched if it is not in the cache.

    Raises:
        MissingError: There is no Maven, or Maven could not get them.
    """

    def fill(target: Path) -> None:
        say(f"fetching the in-memory engine {ENGINE} ({_SIZES[ENGINE]}) through Maven into {cache.folder()}")
        with tempfile.TemporaryDirectory() as project:
            pom = Path(project) / "pom.xml"
            pom.write_text(_POM.format(version=ENGINE), encoding="utf-8")
            run_maven(
                "-f", str(pom), "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={target}"
            )

    return cache.install(f"engine-{ENGINE}", fill, say)


def fetch_zbctl() -> Path:
    """Return the path of the Go command line `zbctl` for this platform, from the archive of the older broker.

    Raises:
        MissingError: It cannot be had, or the archive has none for this platform.
    """
    fetch_broker(BROKER_WITH_ZBCTL)
    program = zbctl_in_cache()
    if program is None:
        raise MissingError(f"zbctl {BROKER_WITH_ZBCTL} has no program for {sys.platform}")
    program.chmod(0o755)
    return program


def zbctl_in_cache() -> Path | None:
    """Return the path of `zbctl`, or None if it was not fetched."""
    name = {"darwin": "zbctl.darwin", "win32": "zbctl.exe"}.get(sys.platform, "zbctl")
    program = cache.folder() / f"broker-{BROKER_WITH_ZBCTL}" / "bin" / name
    return program if program.is_file() else None


def _fetch_archive(version: str) -> Path:
    artifact = f"io.camunda:camunda-zeebe:{version}:tar.gz"
    say(f"fetching {artifact} ({_SIZES.get(version, 'size unknown')}) through Maven into {cache.folder()}")
    run_maven("dependency:get", "-Dtransitive=false", f"-Dartifact={artifact}")
    name = f"camunda-zeebe-{version}"
    return _local_repository() / "io" / "camunda" / "camunda-zeebe" / version / f"{name}.tar.gz"


def find_maven() -> str:
    """Return the path of Maven.

    Raises:
        MissingError: It is not on the PATH.
    """
    program = shutil.which("mvn")
    if program is None:
        raise MissingError("no Maven: install it, so that 'mvn' is on the PATH")
    return program


def run_maven(*arguments: str) -> None:
    """Run Maven with a local repository inside the cache.

    Raises:
        MissingError: There is no Maven on the PATH, or it failed; the text quotes its first error.
    """
    command = [find_maven(), "-B", "-ntp", "-q", f"-Dmaven.repo.local={_local_repository()}", *arguments]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        raise MissingError(f"Maven did not end within {_TIMEOUT} s: run it again, it resumes") from None
    if done.returncode:
        errors = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
        raise MissingError(f"Maven failed: {errors[0] if errors else f'exit {done.returncode}'}")


def _local_repository() -> Path:
    return cache.folder() / "maven"


def _unpack(archive: Path, target: Path) -> None:
    """Unpack without the archive's one top folder; what would leave the target is refused by tarfile."""

    def strip(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo | None:
        inner = PurePosixPath(*PurePosixPath(member.name).parts[1:])
        return tarfile.data_filter(member.replace(name=str(inner)), path) if inner.parts else None

    with tarfile.open(archive) as tar:
        tar.extractall(target, filter=strip)  # noqa: S202 (the filter refuses what leads out)
