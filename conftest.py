"""Our own pytest plugin, for the tests of this tree and of its examples.

It is loaded from here, and not by the entry point of whatever is installed: coverage has begun by now, and what the
tests import is this tree. `pyproject.toml` switches the entry point off.
"""

pytest_plugins = ["pytester", "zeebe_grpc.testing.plugin"]
