"""Finds a JDK that can run the judges: version 21 or later, with a compiler.

Looked at, in this order: `JAVA_HOME`, the `java` on the PATH, the folders where systems and version managers put JVMs.
The version is read from the JDK's `release` file, so nothing has to be started.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.judges.missing import MissingError

MINIMUM = 21
_FOLDERS = (
    "/usr/lib/jvm/*",
    "/usr/java/*",
    "/opt/java/*",
    "/opt/jdk*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "~/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "~/.jdks/*",
    "~/.sdkman/candidates/java/*",
    "~/.asdf/installs/java/*",
    "~/.local/share/mise/installs/java/*",
    "C:/Program Files/Java/*",
    "C:/Program Files/Eclipse Adoptium/*",
)
_VERSION = re.compile(r'^JAVA_VERSION="(?:1\.)?(\d+)', re.MULTILINE)


@dataclass(frozen=True)
class Jdk:
    """A JDK on this machine."""

    home: Path
    version: int

    def tool(self, name: str) -> str:
        """Return the path of one of its programs: `java`, `javac`."""
        return str(self.home / "bin" / _program(name))

    @property
    def options(self) -> tuple[str, ...]:
        """Options that keep this version quiet about what the judges' libraries do."""
        if self.version < 24:
            return ()
        return ("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")


def find_jdk() -> Jdk:
    """Return the first JDK that will do, the newest of those that lie in the usual folders.

    Raises:
        MissingError: No JDK of version 21 or later with a compiler was found.
    """
    seen: list[str] = []
    for home in _candidates():
        jdk = read_jdk(home)
        if jdk and jdk.version >= MINIMUM:
            return jdk
        if jdk:
            seen.append(f"{jdk.version} in {home}")
    found = f" (found only {', '.join(dict.fromkeys(seen))})" if seen else ""
    raise MissingError(f"no JDK {MINIMUM} or later with a compiler{found}: install one, or set JAVA_HOME to it")


def read_jdk(home: Path) -> Jdk | None:
    """Return the JDK whose home this is, or None if there is no compiler or no readable version in it."""
    release = home / "release"
    if not (home / "bin" / _program("javac")).is_file() or not release.is_file():
        return None
    version = _VERSION.search(release.read_text(encoding="utf-8", errors="replace"))
    return Jdk(home, int(version[1])) if version else None


def _candidates() -> Iterator[Path]:
    if os.environ.get("JAVA_HOME"):
        yield Path(os.environ["JAVA_HOME"])
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path).resolve().parent.parent
    installed = {home.resolve() for pattern in _FOLDERS for home in _expand(pattern)}
    yield from sorted(installed, key=lambda home: (-_version_of(home), str(home)))


def _version_of(home: Path) -> int:
    jdk = read_jdk(home)
    return jdk.version if jdk else 0


def _expand(pattern: str) -> Iterator[Path]:
    path = Path(pattern).expanduser()
    if path.anchor:
        yield from Path(path.anchor).glob(str(path.relative_to(path.anchor)))


def _program(name: str) -> str:
    return f"{name}.exe" if sys.platform == "win32" else name
