"""What a driver is shown of a tracking answer, and what not: pure functions of its JSON."""

from typing import Any

import pytest

from app.web.driving import TONES, headline, shown
from app.web.words import own

NOW = "2026-03-11T09:02:00+07:00"
CALL = {"window_starts_at": "2026-03-11T09:00:00+07:00", "if_missed": None}

WINDOW = {"call_window_ends_at": "2026-03-11T09:50:00+07:00"}


def standing(state: str, *steps: str, **more: Any) -> dict[str, Any]:
    """Return what of a tracking answer is looked at."""
    told = [{"code": code, "who": "driver"} for code in steps]
    same = ("reference", "gate_label", "direction", "lane", "call_number", "place", "ahead")
    empty = dict.fromkeys((*same, "expected_wait", "deferred_until", "planned_arrival_at"))
    empty |= dict.fromkeys(("departure", "last_change", "call_window_ends_at", "last_call"))
    return {
        **empty, "state": state, "next_steps": told, "held": False, "callable": True, "version": 1,
        "notices": [], "orders": [], "as_of": NOW, **more,
    }  # fmt: skip


def expected(earliest: str, likely: str, latest: str) -> dict[str, Any]:
    named = {"earliest_at": earliest, "likely_at": likely, "latest_at": latest}
    return {name: f"2026-03-{at}:00+07:00" for name, at in named.items()} | {"reason": None}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("come-to-yard", standing("registered", "come-into-position", "pay-order")),
        ("correct", standing("registered", "correct-declaration", "come-into-position")),
        ("come-to-gate", standing("registered", "come-to-gate")),
        ("deferred", standing("registered", "wait-out-deferral")),
        ("limited", standing("registered", "company-limited")),
        ("registered", standing("registered", "pay-order")),
        ("waiting", standing("queued", "wait-for-call")),
        ("come-now", standing("called", last_call=CALL)),
        ("come-at", standing("called", last_call={"window_starts_at": "2026-03-12T07:00+07:00"})),
        ("arrived", standing("arrived", "be-admitted")),
        ("in-gate", standing("in_gate")),
        ("no-show", standing("no_show")),
        ("held", standing("called", last_call=CALL, held=True)),
        ("crossed", standing("crossed", held=True)),
        ("registered", standing("a state of a later release")),
    ],
)
def test_there_is_one_word_for_where_a_vehicle_is(word: str, found: dict[str, Any]) -> None:
    assert word == headline(found)


def test_each_word_has_its_colour_and_says_what_to_do() -> None:
    words = {key.removeprefix("driver.word.") for key in own() if key.startswith("driver.word.")}
    deeds = {key.removeprefix("driver.do.") for key in own() if key.startswith("driver.do.")}
    assert set(TONES) == words == deeds


def test_an_expected_call_is_told_in_steps_of_five_minutes_that_hold_it() -> None:
    wait = expected("11T10:03", "11T10:31", "11T11:06")
    told = shown(standing("queued", expected_wait=wait))
    times = told["times"]
    assert ("10:00", "11:10", "12:10") == (
        times["earliest"]["hanoi"], times["latest"]["hanoi"], times["latest"]["beijing"],
    )  # fmt: skip
    assert (1, 30) == told["minutes"]


@pytest.mark.parametrize(
    ("first", "leave_from"),
    [
        pytest.param(None, "09:02", id="leaving time has begun"),
        pytest.param("09:03", "09:03", id="leaving now would be too early"),
        pytest.param(None, "09:40", id="there is one instant only"),
    ],
)
def test_a_called_vehicle_is_told_when_to_leave_its_yard(
    first: str | None, leave_from: str
) -> None:
    told = {"yard_label": "Bãi Bảo Nguyên", "travel_minutes": 10, "basis": "provisional"}
    told |= {"leave_from": f"2026-03-11T{leave_from}:00+07:00"}
    told |= {"leave_by": "2026-03-11T09:40:00+07:00"}
    leaving = shown(standing("called", last_call=CALL, departure=told) | WINDOW)["departure"]
    assert ("Bãi Bảo Nguyên", 10, True) == tuple(
        leaving[name] for name in ("yard", "minutes", "is_estimate")
    )
    assert (first, "09:40", "10:40") == (
        leaving["from"] and leaving["from"]["hanoi"], leaving["by"]["hanoi"],
        leaving["by"]["beijing"],
    )  # fmt: skip


def test_a_call_that_is_expected_on_another_day_names_it() -> None:
    wait = expected("11T21:30", "12T08:00", "12T09:00")
    told = shown(standing("queued", expected_wait=wait))
    assert (None, "12/03") == (told["times"]["earliest"]["day"], told["times"]["latest"]["day"])
    assert told["minutes"] is None


def test_what_differs_by_a_second_shows_the_same_page() -> None:
    """Else every telephone would be sent the page again each time it asks."""
    first = standing("queued", expected_wait=expected("11T10:03", "11T10:31", "11T11:06"))
    later = standing("queued", expected_wait=expected("11T10:04", "11T10:32", "11T11:07"))
    later |= {"as_of": "2026-03-11T09:02:01+07:00", "points": 7, "open_wait_seconds": 121}
    assert shown(first) == shown(later)


def test_what_the_vehicles_side_does_stands_before_what_authorities_do() -> None:
    steps = [
        {"code": "hold-to-be-lifted", "who": "customs"}, {"code": "pay-order", "who": "payer"},
        {"code": "check-to-be-passed", "who": "medical"},
        {"code": "wait-for-call", "who": "officer"},
    ]  # fmt: skip
    told = shown(standing("queued", next_steps=steps))
    assert ["hold-to-be-lifted", "pay-order"] == [one["code"] for one in told["own"]]
    assert ["medical"] == [one["who"] for one in told["others"]]
