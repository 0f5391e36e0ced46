"""The checks that all builders share."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from zeebe_grpc.commands import checks

KEY = 2251799813685249


def held(**changes: Any) -> Any:
    return SimpleNamespace(**{"key": KEY, "retries": 3, "lease_token": None, **changes})


def test_a_job_is_given_by_key_or_itself() -> None:
    assert checks.job_key(KEY) == checks.job_key(str(KEY)) == checks.job_key(held()) == KEY


def test_a_lease_token_travels_only_with_the_job_itself() -> None:
    assert checks.lease_token(KEY) is None
    assert checks.lease_token(held()) is None
    assert checks.lease_token(held(lease_token="")) is None
    assert checks.lease_token(held(lease_token="t")) == "t"


@pytest.mark.parametrize("job", [None, [KEY], object(), {"key": KEY}])
def test_something_else_is_no_job(job: Any) -> None:
    with pytest.raises(TypeError, match=r"^job: expected a job key or an activated job, got "):
        checks.job_key(job)


def test_a_job_with_an_impossible_key_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^job.key: no partition"):
        checks.job_key(held(key=5))
    with pytest.raises(TypeError, match="a float cannot hold a key exactly"):
        checks.job_key(float(KEY))  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["", " ", "\n\t"])
def test_blank_text_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"^name: must not be blank$"):
        checks.text(value, "name")


@pytest.mark.parametrize("value", [None, 5, b"x"])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^name: expected a string, got"):
        checks.text(value, "name")


def test_half_a_character_cannot_be_sent() -> None:
    assert checks.any_text("", "name") == ""
    assert checks.any_text("gr\u00fcn", "name") == "gr\u00fcn"
    for check in (checks.text, checks.any_text):
        with pytest.raises(ValueError, match=r"^name: a lone surrogate is no Unicode text$"):
            check("half \ud83d", "name")


def test_a_message_for_people_arrives_in_any_case() -> None:
    assert checks.message("no gr\u00fcn", "error_message") == "no gr\u00fcn"
    assert checks.message("half \ud83d of it", "error_message") == "half ? of it"
    assert checks.message("", "error_message") == ""
    with pytest.raises(TypeError, match=r"^error_message: expected a string, got ValueError$"):
        checks.message(ValueError("x"), "error_message")  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [None, 1, 0, "yes", ""])
def test_only_true_and_false_are_flags(value: Any) -> None:
    assert (checks.flag(True, "local"), checks.flag(False, "local")) == (True, False)
    with pytest.raises(TypeError, match=r"^local: expected True or False, got"):
        checks.flag(value, "local")


def test_a_correlation_key_may_be_empty_but_must_be_text() -> None:
    assert checks.correlation_key("") == ""
    with pytest.raises(TypeError, match=r"^correlation_key: expected a string, got int; write str"):
        checks.correlation_key(7)  # type: ignore[arg-type]


def test_names() -> None:
    assert checks.names(None, "fetch_variables") == ()
    assert checks.names(iter(["a", "b"]), "fetch_variables") == ["a", "b"]


@pytest.mark.parametrize("value", ["orderId", b"orderId"])
def test_one_name_is_no_list_of_letters(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^fetch_variables: expected a list of strings, got one"):
        checks.names(value, "fetch_variables")


@pytest.mark.parametrize("value", [["a", ""], ["a", None]])
def test_a_bad_name_in_a_list_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^fetch_variables: "):
        checks.names(value, "fetch_variables")


@pytest.mark.parametrize(("value", "ok"), [(0, False), (1, True), (2**31 - 1, True), (2**31, False), (-1, False)])
def test_numbers_within_bounds(value: int, ok: bool) -> None:
    if ok:
        assert checks.number(value, "retries", 1) == value
    else:
        with pytest.raises(ValueError, match=rf"^retries: expected 1 to 2147483647, got {value}$"):
            checks.number(value, "retries", 1)


@pytest.mark.parametrize("value", [True, 1.0, "1", None])
def test_what_is_no_int_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^retries: expected an int, got"):
        checks.number(value, "retries", 1)


@pytest.mark.parametrize(
    ("value", "sent"),
    [(None, ""), ("", ""), ("<default>", "<default>"), ("red", "red"), ("a_b.c-9", "a_b.c-9"), ("x" * 31, "x" * 31)],
)
def test_tenant_ids(value: str | None, sent: str) -> None:
    assert checks.tenant_id(value) == sent


@pytest.mark.parametrize("value", ["x" * 32, "a b", "ä", "<other>", "a/b", "a\n"])
def test_what_is_no_tenant_id_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"^tenant_id: .* is none; write 1 to 31 letters"):
        checks.tenant_id(value)


def test_blank_and_other_types_are_no_tenant_ids() -> None:
    with pytest.raises(ValueError, match="must not be blank"):
        checks.tenant_id(" ")
    with pytest.raises(TypeError, match="expected a string"):
        checks.tenant_id(5)  # type: ignore[arg-type]


def test_a_list_of_tenant_ids() -> None:
    assert checks.tenant_ids(["red", "<default>"]) == ["red", "<default>"]
    assert checks.tenant_ids(None) == []
    with pytest.raises(ValueError, match="tenant_id"):
        checks.tenant_ids(["red", "no no"])


def test_tags() -> None:
    fine = ["a", "A-1_x:y.z", "z" * 100]
    assert checks.tags(fine) == fine
    assert checks.tags(None) == ()
    assert len(checks.tags([f"t{i}" for i in range(10)])) == 10


@pytest.mark.parametrize("tag", ["1bad", "-a", "a b", "z" * 101, "ä"])
def test_what_is_no_tag_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match=r"^tags: .* is none; a letter, then"):
        checks.tags([tag])


@pytest.mark.parametrize("tags", [["a", "a"], [f"t{i}" for i in range(11)]])
def test_too_many_tags_and_the_same_twice_are_refused(tags: list[str]) -> None:
    with pytest.raises(ValueError, match=r"^tags: at most 10, and each only once$"):
        checks.tags(tags)


def test_business_ids() -> None:
    assert checks.business_id(None) is None
    assert checks.business_id("x" * 256) == "x" * 256
    with pytest.raises(ValueError, match=r"^business_id: at most 256 characters, got 257$"):
        checks.business_id("x" * 257)
    with pytest.raises(ValueError, match=r"^business_id: must not be blank$"):
        checks.business_id("")


def test_operation_references() -> None:
    assert checks.operation_reference(None) is None
    assert checks.operation_reference(2**64 - 1) == 2**64 - 1
    for bad in (0, -1, 2**64):
        with pytest.raises(ValueError, match=r"^operation_reference: expected 1 to"):
            checks.operation_reference(bad)


def test_exactly_one() -> None:
    checks.exactly_one(a=1, b=None)
    with pytest.raises(ValueError, match=r"^give exactly one of a and b; got none$"):
        checks.exactly_one(a=None, b=None)
    with pytest.raises(ValueError, match=r"^give exactly one of a and b; got a and b$"):
        checks.exactly_one(a=1, b="")
