"""Texts for properties: well-formed ones by grammar, broken ones by accident."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "x", "item", "`a b`", "if", "not", "orders", "date", "é", "time offset"])
NUMBERS = st.sampled_from(["0", "1", "2.50", ".5", "-3", "100000000000000000000"])
STRINGS = st.sampled_from(['""', '"a"', '"a\\"b\\\\"', '"2024-01-31"', '"ä🐎"', '"\\d"'])
LITERALS = st.one_of(
    NUMBERS,
    STRINGS,
    st.sampled_from(["null", "true", "false", "?", '@"P1D"', 'date("2024-01-31")', 'duration("P1Y")', "[]", "{}"]),
)
OPERATORS = st.sampled_from(["+", "-", "*", "/", "**", "=", "!=", "<", ">=", "and", "or", "in"])
FUNCTIONS = st.sampled_from(["abs", "list contains", "string", "not", "date", "foo bar", "get or else", "and", "x.f"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    ranges = st.builds("{}{}..{}{}".format, st.sampled_from("[(]"), inner, inner, st.sampled_from("])["))
    return st.one_of(
        st.builds("{} {} {}".format, inner, OPERATORS, inner),
        st.builds("({})".format, inner),
        st.builds("-{}".format, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds('{{a: {}, "b c": {}}}'.format, inner, inner),
        st.builds("{}.{}".format, inner, NAMES),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("{}({}, {})".format, FUNCTIONS, inner, inner),
        st.builds("{}({})".format, FUNCTIONS, st.one_of(inner, ranges)),
        st.builds("f(a: {}, start position: {})".format, inner, inner),
        st.builds("if {} then {} else {}".format, inner, inner, inner),
        st.builds("for {} in {} return {}".format, NAMES, inner, inner),
        st.builds("for i in {}..{}, j in {} return {}".format, inner, inner, inner, inner),
        st.builds("some i in {} satisfies {}".format, inner, inner),
        st.builds("every i in {} satisfies {}".format, inner, inner),
        st.builds("function(a, b) {}".format, inner),
        st.builds("{} between {} and {}".format, inner, inner, inner),
        st.builds("{} instance of {}".format, inner, st.sampled_from(["number", "date and time", "function", "a.b"])),
        st.builds("{} in ({}, > {})".format, inner, inner, inner),
        st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">="]), inner),
        ranges,
    )


EXPRESSIONS = st.recursive(st.one_of(LITERALS, NAMES), _grown, max_leaves=12)
TESTS = st.one_of(
    st.lists(EXPRESSIONS, min_size=1, max_size=3).map(", ".join),
    st.lists(EXPRESSIONS, min_size=1, max_size=3).map(lambda tests: f"not({', '.join(tests)})"),
    st.just("-"),
)
_WORDS = [
    "if ",
    "then ",
    "else ",
    "for ",
    "in ",
    "return ",
    "some ",
    "satisfies ",
    "function",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
]
_SIGNS = [
    '"',
    "`",
    "\\",
    "..",
    ".",
    ",",
    ":",
    "?",
    "@",
    "//",
    "/*",
    "*/",
    "\n",
    " ",
    "-",
    "*",
    "and",
    "or",
    "not",
    "é",
    "🐎",
    "\x00",
]
BROKEN = st.one_of(
    st.text(max_size=40),
    st.lists(st.one_of(st.sampled_from(_WORDS + _SIGNS), LITERALS, NAMES), max_size=14).map("".join),
)
ANY = st.one_of(EXPRESSIONS, TESTS, BROKEN)
