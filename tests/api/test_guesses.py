"""Wrong keys and links: who presents many is kept waiting, and nobody else is."""

from contextlib import suppress

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from app.api.allowances import SECOND
from app.api.failures import RateExceededError
from app.api.guesses import Guess, Guesses
from app.api.metrics import Metrics
from app.api.rate_limits import RateLimits
from app.domain.errors import KeyInvalidError
from tests.api.conftest import Gate, lorry
from tests.conftest import key_of

ENTRIES = "/v1/entries"
HERE, NEXT_DOOR, FAR = "203.0.113.1", "203.0.113.2", "198.51.100.1"


class Clock:
    now = SECOND

    def __call__(self) -> int:
        return self.now


def look_at(presented: str) -> None:
    if not presented.startswith("right"):
        raise KeyInvalidError


class Door:
    """Who knocks from where with what, and whether that was looked at."""

    def __init__(self, rate: str = "3/minute;5/hour") -> None:
        self.clock = Clock()
        self.metrics = Metrics()
        self.guesses = Guesses(rate, b"secret", self.metrics, self.clock)

    def knock(self, presented: str, host: str = HERE) -> str:
        """Present something; only what begins with `right` is."""
        scope = {"client": (host, 5000)}
        try:
            with self.guesses.judged(scope, Guess.KEY, presented.encode(), KeyInvalidError):
                look_at(presented)
        except KeyInvalidError:
            return "wrong"
        except RateExceededError as error:
            return f"wait {error.facts['retry_after']}"
        return "right"

    def guess(self, times: int, host: str = HERE, word: str = "guess") -> list[str]:
        return [self.knock(f"{word} {number}", host) for number in range(times)]


@pytest.fixture
def door() -> Door:
    return Door()


def test_many_wrong_ones_are_made_to_wait(door: Door) -> None:
    assert ["wrong", "wrong", "wrong", "wait 20", "wait 20"] == door.guess(5)


def test_the_wait_grows(door: Door) -> None:
    door.guess(3)
    door.clock.now += 40 * SECOND
    assert ["wrong", "wrong", "wait 680"] == door.guess(3, word="later")


def test_who_guesses_does_not_learn_when_a_guess_is_right(door: Door) -> None:
    door.guess(3)
    assert "wait 20" == door.knock("right but never seen")


def test_neighbours_of_one_who_guesses_go_on(door: Door) -> None:
    assert "right" == door.knock("right of the office")
    door.guess(3)
    assert "right" == door.knock("right of the office")
    assert "right" == door.knock("right of next door", NEXT_DOOR)


def test_a_slip_locks_nobody_out(door: Door) -> None:
    assert "wrong" == door.knock("rihgt")
    assert "right" == door.knock("right")


def test_the_same_wrong_one_again_is_no_guess(door: Door) -> None:
    assert {"wrong"} == {door.knock("an old key") for _ in range(50)}
    assert "right" == door.knock("right")


def test_what_was_right_and_is_revoked_is_no_guess(door: Door) -> None:
    for number in range(10):
        assert "right" == door.knock(f"right {number}")
    scope = {"client": (HERE, 5000)}
    for number in range(10):
        presented = f"right {number}".encode()
        with (
            suppress(KeyInvalidError),
            door.guesses.judged(scope, Guess.KEY, presented, KeyInvalidError),
        ):
            raise KeyInvalidError
    assert "right" == door.knock("right and new")


def test_a_network_has_an_allowance_over_its_addresses(door: Door) -> None:
    told = [door.guess(3, f"203.0.113.{host}", f"of {host}") for host in range(10)]
    assert 15 == sum(one.count("wrong") for one in told)
    assert "right" == door.knock("right", FAR)


def test_links_and_keys_are_counted_apart(door: Door) -> None:
    door.guess(3)
    scope = {"client": (HERE, 5000)}
    with door.guesses.judged(scope, Guess.LINK, b"a link", KeyInvalidError):
        pass


def test_guesses_are_counted_for_who_watches(door: Door) -> None:
    door.guess(5)
    told = door.metrics.payload().decode()
    assert 'gate_guesses_total{kind="key"} 3.0' in told
    assert 'gate_guesses_refused_total{kind="key"} 2.0' in told


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30 * SECOND)), max_size=80))
def test_no_address_has_more_guesses_looked_at_than_its_allowance(
    steps: list[tuple[int, int]],
) -> None:
    door = Door("3/minute;5/hour")
    looked_at = [0, 0, 0, 0]
    for number, (host, gap) in enumerate(steps):
        door.clock.now += gap
        looked_at[host] += "wrong" == door.knock(f"guess {number}", f"203.0.113.{host}")
    minutes, hours = (door.clock.now / SECOND / length for length in (60, 3600))
    assert all(count <= min(3 + 3 * minutes, 5 + 5 * hours) + 1 for count in looked_at)


# --- through the API ------------------------------------------------------------------------------


@pytest.fixture
def strict(app: FastAPI) -> None:
    """Few guesses an hour."""
    app.state.guesses = Guesses("3/hour", b"secret", Metrics())


async def ask(gate: Gate, key: str) -> httpx.Response:
    return await gate.get(ENTRIES, headers={"Authorization": f"Bearer {key}"})


@pytest.mark.usefixtures("strict")
async def test_wrong_keys_end_in_429_and_known_ones_go_on(gate: Gate) -> None:
    assert 200 == (await ask(gate, key_of("company-1"))).status_code
    answers = [await ask(gate, f"wrong-{number}") for number in range(4)]
    assert [401, 401, 401, 429] == [one.status_code for one in answers]
    assert "1200" == answers[3].headers["retry-after"]
    assert '"guesses-3600s";r=0;t=3600' == answers[3].headers["ratelimit"]
    assert '"guesses-network-3600s";q=15' in answers[3].headers["ratelimit-policy"]
    assert 200 == (await ask(gate, key_of("company-1"))).status_code
    assert 429 == (await ask(gate, key_of("company-2"))).status_code


@pytest.mark.usefixtures("strict")
async def test_wrong_links_end_in_429_and_known_ones_go_on(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    own = f"/v1/tracking/{entry['tracking']['token']}"
    assert 200 == (await gate.get(own)).status_code
    paths = [f"/d/{0:024}", f"/certificates/{1:024}"]
    paths += [f"/v1/tracking/{number:024}/difficulties" for number in range(2, 4)]
    assert [404, 404, 404, 429] == [(await gate.get(path)).status_code for path in paths]
    gate.forget()
    assert 200 == (await gate.get(own)).status_code


@pytest.mark.usefixtures("strict")
async def test_no_key_at_all_is_no_guess(gate: Gate) -> None:
    assert {401} == {(await gate.get(ENTRIES)).status_code for _ in range(5)}


async def test_a_used_up_public_allowance_makes_no_guess_free(gate: Gate) -> None:
    gate.app.state.rate_limits = RateLimits({"public": "1/hour"})
    gate.app.state.guesses = Guesses("3/hour", b"secret", metrics := Metrics())
    answers = [(await ask(gate, f"wrong-{number}")).status_code for number in range(5)]
    assert [401, 429, 429, 429, 429] == answers
    told = metrics.payload().decode()
    assert 'gate_guesses_total{kind="key"} 3.0' in told
    assert 429 == (await ask(gate, key_of("company-1"))).status_code
