"""When announced editions rule, and in what two documents differ."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.editions import (
    Announced,
    EditionState,
    EditionWanted,
    LaneWanted,
    differences,
    digest,
    drafted,
    longest_emergency,
    state_of,
    unlimited,
    with_days,
)
from app.domain.errors import PolicyUnfitError, SharesOverCapacityError
from app.domain.green_lane import parse_products
from app.domain.open_clock import legal_day
from app.domain.policy import Emergency, Policies, parse_policy
from app.domain.vocabulary import Lane, Text
from tests.domain.reference import copy_of, reference

BASE = reference("queue-policy")
HANOI = timezone(timedelta(hours=7))
NOON = datetime(2026, 3, 11, 5, tzinfo=UTC)
TEXT = Text(vi="a", en="b", zh=None)
json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=1), inner),
    max_leaves=8,
)


def day_of(at: datetime) -> date:
    return legal_day(at, HANOI)


def days(announced: dict[str, Announced], *seeded: dict[str, Any]) -> dict[str, Any]:
    codes = [{"code": code, "valid_from": None, "valid_to": None} for code in announced]
    found = with_days([*seeded, *codes], announced, day_of)
    return {one["code"]: (one["valid_from"], one["valid_to"]) for one in found}


def seeded(first: str | None = "2022-02-21", end: str | None = None) -> dict[str, Any]:
    return {"code": "seeded", "valid_from": first, "valid_to": end}


def test_an_announced_edition_ends_what_ruled_before_and_the_next_ends_it() -> None:
    announced = {
        "b": Announced("b", date(2026, 5, 1)),
        "a": Announced("a", date(2026, 4, 1)),
        "never": Announced("never", date(2026, 4, 15), ended_at=NOON),
    }
    assert {
        "seeded": ("2022-02-21", "2026-04-01"),
        "a": ("2026-04-01", "2026-05-01"),
        "b": ("2026-05-01", None),
        "never": (None, None),
    } == days(announced, seeded())


def test_what_ends_earlier_by_its_own_rows_ends_there_and_open_is_before_all() -> None:
    announced = {"a": Announced("a", date(2026, 4, 1))}
    assert ("2022-02-21", "2023-01-01") == days(announced, seeded(end="2023-01-01"))["seeded"]
    assert (None, "2026-04-01") == days(announced, seeded(None))["seeded"]


def test_an_emergency_has_the_days_that_it_touches_and_ends_no_other() -> None:
    midnight = datetime(2026, 3, 12, 17, tzinfo=UTC)
    announced = {"e": Announced("e", None, NOON, midnight)}
    assert {"seeded": ("2022-02-21", None), "e": ("2026-03-11", "2026-03-13")} == days(
        announced, seeded()
    )
    ended = {"e": Announced("e", None, NOON, midnight, NOON)}
    assert ("2026-03-11", "2026-03-12") == days(ended)["e"]


def test_an_emergency_rules_its_seconds_and_no_other() -> None:
    one = Announced("e", None, NOON, NOON + timedelta(hours=1))
    second = timedelta(seconds=1)
    assert [False, True, True, False] == [
        one.covers(at) for at in (NOON - second, NOON, NOON + 3599 * second, NOON + 3600 * second)
    ]
    assert not Announced("a", date(2026, 4, 1)).covers(NOON)


def test_while_an_emergency_rules_nothing_else_does() -> None:
    edition = parse_policy(BASE)
    other = parse_policy({**copy_of(BASE), "code": "e"})
    policies = Policies([edition], [Emergency(NOON, NOON + timedelta(hours=1), other)])
    on = date(2026, 3, 11)
    assert [edition, other, edition] == [
        policies.at(NOON + timedelta(minutes=m), on) for m in (-1, 0, 60)
    ]
    assert policies.at(NOON, date(2021, 1, 1)) is other
    assert policies.at(NOON - timedelta(days=1), date(2021, 1, 1)) is None


@pytest.mark.parametrize(
    ("when", "valid", "today", "expected"),
    [
        pytest.param(None, ("2026-03-12", None), 11, EditionState.ANNOUNCED, id="the day before"),
        pytest.param(None, ("2026-03-12", None), 12, EditionState.IN_FORCE, id="its day"),
        pytest.param(None, (None, "2026-03-12"), 11, EditionState.IN_FORCE, id="its last day"),
        pytest.param(None, (None, "2026-03-12"), 12, EditionState.ENDED, id="the day after"),
        pytest.param(
            Announced("a", date(2026, 3, 12), ended_at=NOON),
            (None, None),
            13,
            EditionState.WITHDRAWN,
            id="withdrawn before",
        ),
        pytest.param(
            Announced("a", None, NOON, NOON + timedelta(hours=1)),
            ("2026-03-11", "2026-03-12"),
            11,
            EditionState.IN_FORCE,
            id="an emergency in its hours",
        ),
        pytest.param(
            Announced("a", None, NOON, NOON + timedelta(hours=1), NOON),
            ("2026-03-11", "2026-03-12"),
            11,
            EditionState.ENDED,
            id="an emergency ended early",
        ),
    ],
)
def test_an_edition_stands_where_its_days_say(
    when: Announced | None, valid: tuple[str | None, str | None], today: int, expected: EditionState
) -> None:
    document = {"code": "a", "valid_from": valid[0], "valid_to": valid[1]}
    assert expected is state_of(document, when, NOON, date(2026, 3, today))


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 60))
def test_a_draft_publishes_what_the_equation_gives_and_can_be_read(
    season: int, green: int, share: int
) -> None:
    lanes = [(Lane.GREEN_SEASON, season), (Lane.GREEN, green), (Lane.ORDINARY, 1)]
    wanted = EditionWanted(
        "new", TEXT, TEXT, [LaneWanted(*one, TEXT) for one in lanes], [{Lane.GREEN: share}], "us",
        windows_minutes={"inside-gate": 20}, lead_minutes=30, override_budget=2,
    )  # fmt: skip
    edition = parse_policy({**drafted(BASE, wanted), "valid_from": None, "valid_to": None})
    assert dict(lanes) == edition.rates
    assert (20, 60) == tuple(
        edition.windows_minutes[name] for name in ("inside-gate", "outside-gate")
    )
    assert (30, 2) == (edition.lead_minutes, edition.override_budget)


def test_an_emergency_is_as_long_as_the_edition_lets_it_and_never_longer_than_three_days() -> None:
    assert timedelta(hours=72) == longest_emergency(BASE)
    shorter = {"emergency_edition": {"max_hours": 12}}
    longer = {"emergency_edition": {"max_hours": 999}}
    assert [12, 72] == [longest_emergency(one) // timedelta(hours=1) for one in (shorter, longer)]


def test_the_hash_of_an_edition_leaves_out_when_it_rules() -> None:
    assert digest(BASE) == digest({**BASE, "valid_to": "2026-04-01"})
    assert digest(BASE) != digest({**BASE, "code": "x"})
    assert digest(BASE).startswith("sha256:")


def test_documents_are_compared_leaf_by_leaf() -> None:
    one = {"a": 1, "b": [1, {"c": 2}], "d": "x", "e": [1]}
    other = {"a": 1, "b": [1, {"c": 3}, 4], "e": 5}
    assert {
        ("/b/1/c", 2, 3),
        ("/b/2", None, 4),
        ("/d", "x", None),
        ("/e", None, 5),
        ("/e/0", 1, None),
    } == set(differences(one, other))


@given(json, json)
def test_whoever_differs_differs_both_ways_and_nothing_from_itself(one: Any, other: Any) -> None:
    assert [] == list(differences(one, one))
    there, back = list(differences(one, other)), list(differences(other, one))
    assert {(at, after, before) for at, before, after in there} == set(back)


@pytest.mark.parametrize(
    ("strict", "allotment", "named"),
    [
        pytest.param(True, None, ["/lanes/0/strict"], id="strict without an allotment"),
        pytest.param(True, 200, [], id="strict inside one"),
        pytest.param(False, None, [], id="not strict"),
    ],
)
def test_a_strict_season_has_an_allotment_or_no_bound(
    strict: bool, allotment: int | None, named: list[str]
) -> None:
    document = copy_of(reference("produce"))
    rows = [season for one in document["products"] for season in one["seasons"]]
    for row in rows:
        row["daily_allotment"] = allotment
    wanted = EditionWanted(
        "new", TEXT, TEXT, [LaneWanted(Lane.GREEN_SEASON, 3, TEXT, strict)], [{}], "us"
    )
    assert rows
    found = unlimited(wanted, parse_products(document))
    assert named == [one.pointer for one in found]


def draft_of(*lanes: LaneWanted, shares: dict[Lane, int]) -> dict[str, Any]:
    return drafted(BASE, EditionWanted("new", TEXT, TEXT, lanes, [shares], "us"))


def test_what_is_left_out_is_as_in_the_edition_it_is_made_from() -> None:
    document = draft_of(*(LaneWanted(lane, 2, TEXT) for lane in Lane), shares={})
    assert (BASE["call"], BASE["manual_override"], BASE["code"]) == (
        document["call"], document["manual_override"], document["base"],
    )  # fmt: skip


def test_a_draft_that_cannot_be_names_field_and_rule() -> None:
    same = [LaneWanted(row.lane, 1, TEXT, strict=True) for row in parse_policy(BASE).lanes]
    with pytest.raises(PolicyUnfitError) as unfit:
        draft_of(*same, shares={})
    assert ["/lanes/1/strict", "/lanes/2/strict"] == [one.pointer for one in unfit.value.errors]
    with pytest.raises(SharesOverCapacityError) as over:
        draft_of(*(LaneWanted(lane, 1, TEXT) for lane in Lane), shares={Lane.GREEN: 101})
    assert ["/capacity_shares/0"] == [one.pointer for one in over.value.errors]


def test_a_lane_by_ground_is_named_no_slower_than_green_and_shares_only_what_there_is() -> None:
    basic = [LaneWanted(row.lane, row.rate, TEXT) for row in parse_policy(BASE).lanes]
    relief = Text(vi="cứu trợ", en="relief", zh=None)
    document = draft_of(*basic, LaneWanted(Lane.RELIEF, 4, relief), shares={Lane.RELIEF: 10})
    assert [(Lane.RELIEF, relief)] == [
        (one["code"], one["label"]) for one in document["lanes"][len(basic) :]
    ]
    # One over what is left: nine tenths, and of the tenth the quarter that ordinary earns.
    assert [1081] == [
        one["slowdown_thousandths"] for one in document["predicted_slowdown"]["worked_examples"]
    ]
    for lanes, shares, wrong in (
        ([*basic, LaneWanted(Lane.RELIEF, 1, relief)], {}, "/lanes/3/rate"),
        ([*basic, *basic[:1]], {}, "/lanes"),
        (basic, {Lane.RELIEF: 10}, "/capacity_shares/0"),
    ):
        with pytest.raises(PolicyUnfitError) as unfit:
            draft_of(*lanes, shares=shares)
        assert [wrong] == [one.pointer for one in unfit.value.errors]
