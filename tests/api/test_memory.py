"""What a process remembers of a moment ago, and that it forgets."""

import pytest

from app.api.memory import Moments


class Clock:
    """Seconds that pass when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_value_is_kept_for_its_moment(clock: Clock) -> None:
    kept = Moments[str](1.0, 10, clock)
    kept.put("a", "one")
    clock.now = 1.0
    assert "one" == kept.get("a")
    clock.now = 1.1
    assert kept.get("a") is None


def test_a_value_that_others_made_is_kept_until_theirs_is_old(clock: Clock) -> None:
    kept = Moments[str](1.0, 10, clock)
    kept.put("a", "one", until=0.5)
    assert 0.5 == kept.until("a")
    clock.now = 0.6
    assert kept.get("a") is None


def test_the_oldest_goes_where_there_are_too_many(clock: Clock) -> None:
    kept = Moments[int](1.0, 2, clock)
    for number in range(3):
        kept.put(number, number)
    assert [None, 1, 2] == [kept.get(number) for number in range(3)]


def test_what_nobody_asks_for_any_more_takes_no_room(clock: Clock) -> None:
    kept = Moments[int](1.0, 1000, clock)
    for number in range(100):
        kept.put(number, number)
    clock.now = 2.0
    kept.put("new", 1)
    assert [None] * 100 == [kept.until(number) for number in range(100)]
    assert 1 == kept.get("new")


def test_what_was_kept_last_is_there_for_a_while_longer(clock: Clock) -> None:
    kept = Moments[str](1.0, 10, clock, longer=5.0)
    kept.put("a", "one")
    clock.now = 5.5
    kept.put("b", "two")
    assert (None, "one") == (kept.get("a"), kept.last("a"))
    clock.now = 6.5
    kept.put("b", "three")
    assert (None, "three") == (kept.last("a"), kept.last("b"))


def test_what_ends_soon_can_be_made_anew_before_it_does(clock: Clock) -> None:
    kept = Moments[str](5.0, 10, clock)
    kept.put("old", "one")
    clock.now = 2.0
    kept.put("new", "two")
    assert [[], ["old"], ["old", "new"]] == [kept.ending(seconds) for seconds in (3, 3.1, 5.1)]
    clock.now = 5.1
    assert ["new"] == kept.ending(60), "what is too old is made by who asks for it"
