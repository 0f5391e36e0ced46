"""One token, kept fresh: when it is fetched, by whom, and when not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zeebe_grpc.auth.disk import DiskStore, Stored, file_name
from zeebe_grpc.auth.flow import Grant, RefusedError, Token
from zeebe_grpc.auth.keeper import TokenKeeper
from zeebe_grpc.errors import TokenError


class World:
    """A clock that stands until it is moved, and an endpoint that gives what it is told to."""

    def __init__(self) -> None:
        self.time = 1_000_000.0
        self.asked = 0
        self.lifetime = 300.0
        self.error: TokenError | None = None
        self.gate = threading.Event()
        self.gate.set()
        self.answered = threading.Semaphore(0)

    def now(self) -> float:
        return self.time

    def fetch(self, _patience: float) -> Token:
        self.asked += 1
        number = self.asked
        try:
            self.gate.wait(10)
            if self.error is not None:
                raise self.error
            return Token(f"token-{number}", self.time + self.lifetime, self.lifetime)
        finally:
            self.answered.release()

    def keeper(self, store: DiskStore | None = None, chance: float = 0.0) -> TokenKeeper:
        return TokenKeeper(self.fetch, store, refresh_ahead=30.0, now=self.now, chance=lambda: chance)


def value(token: Token | None) -> str | None:
    return None if token is None else token.value


def settled(keeper: TokenKeeper) -> None:
    """Wait for the request that is under way."""
    flight = keeper._flight
    if flight is not None:
        flight.exception(10)


def test_a_token_is_fetched_once_and_then_at_hand() -> None:
    world = World()
    keeper = world.keeper()
    assert keeper.current() is None
    assert keeper.obtain(5).value == "token-1"
    assert keeper.obtain(5).value == "token-1"
    assert value(keeper.current()) == "token-1"
    assert world.asked == 1


def test_all_who_wait_share_one_request() -> None:
    world = World()
    world.gate.clear()
    keeper = world.keeper()
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(keeper.obtain(10).value)) for _ in range(20)]
    for thread in threads:
        thread.start()
    world.gate.set()
    for thread in threads:
        thread.join()
    assert found == ["token-1"] * 20
    assert world.asked == 1


def test_it_is_renewed_in_the_background_ahead_of_its_end_while_the_old_one_serves() -> None:
    world = World()
    keeper = world.keeper()
    keeper.obtain(5)
    world.time += 300 - 30 - 1
    assert value(keeper.current()) == "token-1"
    assert world.asked == 1
    world.gate.clear()
    world.time += 1
    assert [value(keeper.current()) for _ in range(3)] == ["token-1"] * 3
    world.gate.set()
    settled(keeper)
    assert value(keeper.current()) == "token-2"
    assert world.asked == 2


@settings(deadline=None)  # a thread is made for each
@given(st.floats(0, 1), st.floats(0.001, 1e6))
def test_processes_renew_at_different_times_and_never_before_half_a_life(chance: float, lifetime: float) -> None:
    world = World()
    world.lifetime = lifetime
    keeper = world.keeper(chance=chance)
    token = keeper.obtain(5)
    left = token.expires_at - keeper._renew_at
    assert token.margin <= left + 1e-6 <= max(lifetime / 2, 30.0) * 1.25 + 1e-5


def test_a_token_near_its_end_is_not_sent_any_more() -> None:
    world = World()
    keeper = world.keeper()
    keeper.obtain(5)
    world.time += 300 - 10
    assert keeper.current() is None
    assert keeper.obtain(5).value == "token-2"


def test_a_failed_renewal_keeps_the_old_token_and_is_not_repeated_at_once(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    keeper = world.keeper()
    keeper.obtain(5)
    world.error = TokenError("down", retryable=True)
    world.time += 275
    for _ in range(3):
        assert value(keeper.current()) == "token-1"
        settled(keeper)
    assert world.asked == 2
    assert "cannot be renewed yet: down" in caplog.text
    world.time += 6
    keeper.current()
    settled(keeper)
    assert world.asked == 3


def test_a_refusal_is_remembered_for_thirty_seconds() -> None:
    world = World()
    world.error = RefusedError("HTTP 401")
    keeper = world.keeper()
    for _ in range(3):
        with pytest.raises(RefusedError, match="HTTP 401"):
            keeper.obtain(5)
    assert world.asked == 1
    world.time += 29
    with pytest.raises(RefusedError, match="asked again in 1 s"):
        keeper.obtain(5)
    world.time += 2
    world.error = None
    assert keeper.obtain(5).value == "token-2"


def test_trouble_that_passes_is_not_remembered() -> None:
    world = World()
    world.error = TokenError("down", retryable=True)
    keeper = world.keeper()
    for _ in range(2):
        with pytest.raises(TokenError, match="down"):
            keeper.obtain(5)
    assert world.asked == 2


def test_who_waits_gives_up_and_the_request_goes_on() -> None:
    world = World()
    world.gate.clear()
    keeper = world.keeper()
    with pytest.raises(TokenError, match=r"no token within 0\.0 s") as caught:
        keeper.obtain(0.01)
    assert caught.value.retryable
    world.gate.set()
    assert keeper.obtain(5).value == "token-1"
    assert world.asked == 1


def test_a_rejected_token_is_dropped_but_not_again_and_again() -> None:
    world = World()
    keeper = world.keeper()
    keeper.obtain(5)
    assert keeper.reject("token-1")
    assert keeper.current() is None
    assert keeper.obtain(5).value == "token-2"
    assert keeper.reject("token-1"), "another call has replaced it already"
    assert not keeper.reject("token-2"), "the gateway seems to accept none"
    assert value(keeper.current()) == "token-2"
    world.time += 11
    assert keeper.reject("token-2")


@pytest.fixture
def store(tmp_path: Path) -> Callable[[], DiskStore]:
    return lambda: DiskStore(tmp_path / "tokens", file_name("https://x", Grant("id", "secret"), ""))


def test_processes_share_tokens_by_a_file(store: Callable[[], DiskStore]) -> None:
    world = World()
    assert world.keeper(store()).obtain(5).value == "token-1"
    assert world.keeper(store()).obtain(5).value == "token-1"
    assert world.asked == 1
    world.time += 295
    assert world.keeper(store()).obtain(5).value == "token-2"


def test_a_rejected_token_is_not_taken_from_the_file_again(store: Callable[[], DiskStore]) -> None:
    world = World()
    one, other = world.keeper(store()), world.keeper(store())
    one.obtain(5)
    other.obtain(5)
    assert one.reject("token-1")
    assert one.obtain(5).value == "token-2"
    assert other.reject("token-1")
    assert other.obtain(5).value == "token-2", "the file has a newer one"
    assert world.asked == 2


def test_a_refusal_in_the_file_holds_until_its_time_and_not_for_ever(store: Callable[[], DiskStore]) -> None:
    world = World()
    store().write(Stored(None, "HTTP 401", world.time + 20))
    with pytest.raises(RefusedError, match=r"HTTP 401 \(it is asked again in 20 s"):
        world.keeper(store()).obtain(5)
    store().write(Stored(None, "HTTP 401", world.time + 10_000))
    assert world.keeper(store()).obtain(5).value == "token-1", "a clock was wrong when that was written"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"token": 1}', b'{"refused": "x"}', b"\xff"])
def test_a_file_that_is_not_ours_is_overwritten(
    store: Callable[[], DiskStore], content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    broken = store()
    broken.write(Stored())
    broken._path.write_bytes(content)
    assert world.keeper(store()).obtain(5).value == "token-1"
    assert value(store().read().token) == "token-1"
    assert "cannot be used" in caplog.text


def grants() -> Iterator[tuple[str, Grant, str]]:
    base = {"client_id": "id", "client_secret": "secret"}
    for source, proof, changes in (
        ("https://a", "", {}),
        ("https://b", "", {}),
        ("https://a", "p12", {}),
        ("https://a", "", {"client_id": "other"}),
        ("https://a", "", {"client_secret": "other"}),
        ("https://a", "", {"audience": "x"}),
        ("https://a", "", {"scope": "x"}),
        ("https://a", "", {"resource": "x"}),
    ):
        yield source, Grant(**{**base, **changes}), proof


def test_every_identity_has_a_file_of_its_own() -> None:
    names = [file_name(*each) for each in grants()]
    assert len(set(names)) == len(names)
    assert not any("secret" in name for name in names)
