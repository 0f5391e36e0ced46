"""How property tests run in all unit tests: by the number of their examples and never by the time that one takes."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
