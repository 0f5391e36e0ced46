"""The engine's dialect of regular expressions on Python's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zeebe_grpc.engine.feel import patterns
from zeebe_grpc.engine.feel.patterns import PatternError


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("[a-z&&[^f]]+", "foof", "oo"),
        ("[a-c[x-z]]+", "12bxz3", "bxz"),
        ("[^a-c[x-z]]+", "abdxef", "d"),
        (r"\p{Lu}+", "aÄÖb", "ÄÖ"),
        (r"\P{L}+", "ab12ä", "12"),
        (r"\p{IsGreek}+", "abλδe", "λδ"),
        (r"\p{Alpha}+", "éab1", "ab"),
        (r"\Qa.b\E+", "axb a.bb", "a.bb"),
        (r"(?<word>o+)\k<word>", "foooo", "oooo"),
        (r"(a)\1", "aba aa", "aa"),
        (r"\x41\u0042", "xAB", "AB"),
        (r"a++b", "caab", "aab"),
        (r"x(?i)AbC|z", "xaBc", "xaBc"),
        (r"\R", "a\r\nb", "\r\n"),
        (r".+", "one\rtwo", "one"),
        (r"(?s).+", "one\ntwo", "one\ntwo"),
        (r"o$", "foo\n", "o"),
        (r"(?m)^t\w*", "one\ntwo", "two"),
        (r"(?x) a b # both", "cab", "ab"),
        (r"\w+", "äb1_", "b1_"),
    ],
)
def test_finds(pattern: str, text: str, found: str) -> None:
    match = patterns.compiled(pattern, "").search(text)
    assert match is not None
    assert match[0] == found


@pytest.mark.parametrize(
    "pattern", ["[", "(", ")", "*a", "a{", r"\p{Nothing}", r"\y", "[z-a]", "a**", "(?<1a>x)", "\\", r"\x4"]
)
def test_refuses(pattern: str) -> None:
    with pytest.raises(PatternError, match="invalid pattern"):
        patterns.compiled(pattern, "")


@pytest.mark.parametrize(("pattern", "text"), [(r"(.)\2", "hh"), (r"\3", "input"), ("[^Q]", "q")])
def test_finds_nothing(pattern: str, text: str) -> None:
    assert patterns.compiled(pattern, "i").search(text) is None


def test_replacements_are_accounted_for() -> None:
    steps: list[int] = []
    assert patterns.replaced("aXbX", "X", "[$0]", "", steps.append) == "a[X]b[X]"
    assert steps == [1, 1]


@pytest.mark.parametrize("replacement", ["$", "$2", "${none}", "\\"])
def test_a_replacement_that_names_no_group(replacement: str) -> None:
    with pytest.raises(PatternError, match="replacement"):
        patterns.replaced("a", "(a)", replacement, "", lambda _: None)


@given(st.text(alphabet="ab()[]{}*+?|^$.\\-&dwpLQE<>=!:1,ix #\n", max_size=12), st.sampled_from(["", "i", "x", "ms"]))
@settings(deadline=None)
def test_any_text_is_a_pattern_or_refused(pattern: str, flags: str) -> None:
    try:
        patterns.compiled(pattern, flags)
    except PatternError:
        return
