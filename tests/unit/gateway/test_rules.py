"""Releases, tenants and the checks that need no engine."""

from __future__ import annotations

import itertools

import grpc
import pytest

from zeebe_grpc.gateway.releases import Release
from zeebe_grpc.gateway.statuses import StatusError
from zeebe_grpc.gateway.tenants import Tenancy
from zeebe_grpc.gateway.validation import business_id, routed, tags, variables_for

_RELEASE = Release.parse("8.9")
_DEFAULT = "<default>"


def _code(error: pytest.ExceptionInfo[StatusError]) -> grpc.StatusCode:
    return error.value.code


@pytest.mark.parametrize(
    ("text", "full", "short"), [("8.5", "8.5.0", "8.5"), ("8.9.12", "8.9.12", "8.9"), ("8.10.1", "8.10.1", "8.10")]
)
def test_release(text: str, full: str, short: str) -> None:
    release = Release.parse(text)
    assert (str(release), release.short) == (full, short)


@pytest.mark.parametrize("text", ["", "8", "8.4", "8.11", "9.0", "8.6-alpha", "v8.6", " 8.6"])
def test_unknown_release(text: str) -> None:
    with pytest.raises(ValueError, match=r"8\.5, 8\.6, 8\.7, 8\.8, 8\.9, 8\.10"):
        Release.parse(text)


def test_every_difference_between_releases_is_one_step() -> None:
    """A property that comes with a release stays; one that goes does not come back."""
    releases = [Release.parse(f"8.{minor}") for minor in range(5, 11)]
    properties = [name for name, value in vars(Release).items() if isinstance(value, property) and name != "short"]
    assert properties
    for name in properties:
        values = [getattr(release, name) for release in releases]
        assert sum(before != after for before, after in itertools.pairwise(values)) == 1, name


def test_rpcs_by_release() -> None:
    assert _RELEASE.has_rpc("EvaluateConditional")
    assert not Release.parse("8.8").has_rpc("EvaluateConditional")
    assert not _RELEASE.has_rpc("UpdateJobPriority")
    assert Release.parse("8.10").has_rpc("UpdateJobPriority")
    assert Release.parse("8.5").has_rpc("CompleteJob")


class TestTenancyOff:
    tenancy = Tenancy(None, _RELEASE)

    @pytest.mark.parametrize("tenant_id", ["", _DEFAULT])
    def test_default_only(self, tenant_id: str) -> None:
        assert self.tenancy.one(tenant_id, "CompleteJob") == _DEFAULT

    @pytest.mark.parametrize("tenant_id", ["red", " ", "default"])
    def test_others_are_refused(self, tenant_id: str) -> None:
        with pytest.raises(StatusError, match="multi-tenancy is disabled") as error:
            self.tenancy.one(tenant_id, "PublishMessage")
        assert _code(error) is grpc.StatusCode.INVALID_ARGUMENT

    @pytest.mark.parametrize("tenant_ids", [[], [""], [_DEFAULT, ""], [_DEFAULT, _DEFAULT]])
    def test_lists(self, tenant_ids: list[str]) -> None:
        assert self.tenancy.several(tenant_ids, "ActivateJobs", assigned=True) == (_DEFAULT,)

    def test_one_foreign_tenant_spoils_a_list(self) -> None:
        with pytest.raises(StatusError):
            self.tenancy.several([_DEFAULT, "red"], "ActivateJobs")


class TestTenancyOn:
    tenancy = Tenancy(["red", _DEFAULT, "red"], _RELEASE)

    @pytest.mark.parametrize("tenant_id", ["red", _DEFAULT])
    def test_granted(self, tenant_id: str) -> None:
        assert self.tenancy.one(tenant_id, "CompleteJob") == tenant_id

    @pytest.mark.parametrize(
        ("tenant_id", "text"),
        [("", "no tenant"), ("  ", "no tenant"), ("x" * 32, "31"), ("a/b", "letters"), ("ö", "letters")],
    )
    def test_impossible(self, tenant_id: str, text: str) -> None:
        with pytest.raises(StatusError, match=text) as error:
            self.tenancy.one(tenant_id, "DeployResource")
        assert _code(error) is grpc.StatusCode.INVALID_ARGUMENT

    @pytest.mark.parametrize("version", ["8.6", "8.9"])
    def test_not_granted(self, version: str) -> None:
        with pytest.raises(StatusError) as error:
            Tenancy([], Release.parse(version)).one("red", "DeployResource")
        assert _code(error) is grpc.StatusCode.PERMISSION_DENIED
        assert ("'FORBIDDEN'" in error.value.message) == (version == "8.9")

    def test_assigned_ignores_the_list(self) -> None:
        assert self.tenancy.several(["green"], "ActivateJobs", assigned=True) == ("red", _DEFAULT)

    def test_list_is_needed(self) -> None:
        with pytest.raises(StatusError, match="no tenant"):
            self.tenancy.several([], "ActivateJobs")
        assert self.tenancy.several(["red", "red"], "ActivateJobs") == ("red",)


@pytest.mark.parametrize("key", [1 << 51, (2 << 51) - 1])
def test_keys_of_the_one_partition(key: int) -> None:
    assert routed(key) == key


@pytest.mark.parametrize("key", [0, 1, -1, -(2**63), (1 << 51) - 1, 2 << 51, 2**63 - 1])
def test_keys_of_no_partition(key: int) -> None:
    with pytest.raises(StatusError, match="partition") as error:
        routed(key)
    assert _code(error) is grpc.StatusCode.UNAVAILABLE


def test_tags() -> None:
    assert tags(["a", "Z9:_-.", "a"]) == ("a", "Z9:_-.")
    assert tags([f"t{number}" for number in range(10)]) == tuple(f"t{number}" for number in range(10))
    for bad in (["1"], [""], ["a b"], ["x" * 101], [f"t{number}" for number in range(11)]):
        with pytest.raises(StatusError, match="'INVALID_ARGUMENT'"):
            tags(bad)


def test_business_id() -> None:
    assert business_id("b" * 256) == "b" * 256
    with pytest.raises(StatusError, match="257"):
        business_id("b" * 257)


@pytest.mark.parametrize("letter", ["x", "ö"])
def test_size_of_variables_is_counted_in_bytes(letter: str) -> None:
    width = len(letter.encode())
    assert variables_for("COMPLETE", f'{{"a":"{letter * (2_090_000 // width)}"}}')
    with pytest.raises(StatusError, match="'COMPLETE' rejected with code 'EXCEEDED_BATCH_RECORD_SIZE'") as error:
        variables_for("COMPLETE", f'{{"a":"{letter * (2_097_000 // width)}"}}')
    assert _code(error) is grpc.StatusCode.UNKNOWN
