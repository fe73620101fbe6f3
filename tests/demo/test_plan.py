"""The plan of a day: as many as were published, each with its own plate, papers and minute."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.schemas.declarations import EntryIn
from app.demo.days import EXPORTS, GATES, Cargo, PublishedDay, published_day, published_volumes
from app.demo.declarations import declaration
from app.demo.failures import DemoError
from app.demo.plan import PAPERS, Plan, Trouble, plan_day
from app.domain.vocabulary import Direction

VOLUMES = published_volumes()
DAYS = {day: published_day(day, VOLUMES) for day in (date(2024, 8, 22), date(2024, 8, 29))}
AUGUST_22 = DAYS[date(2024, 8, 22)]
MIDNIGHT = 24 * 60

seeds = st.integers(0, 10**6)
counts = st.dictionaries(
    st.tuples(st.sampled_from(GATES), st.sampled_from(Cargo)), st.integers(0, 200)
)


def through(plan: Plan) -> Counter[tuple[str, Cargo]]:
    return Counter((truck.gate, truck.cargo) for truck in plan.trucks if truck.goes_through)


@pytest.mark.parametrize(
    ("day", "gate", "export", "fruit", "imported"),
    [
        pytest.param(date(2024, 8, 22), "huu-nghi", 220, 138, 564, id="22 August, Hữu Nghị"),
        pytest.param(date(2024, 8, 22), "tan-thanh", 95, 87, 252, id="22 August, Tân Thanh"),
        pytest.param(date(2024, 8, 29), "huu-nghi", 244, 174, 617, id="29 August, Hữu Nghị"),
        pytest.param(date(2024, 8, 29), "tan-thanh", 135, 120, 302, id="29 August, Tân Thanh"),
    ],
)
def test_a_whole_day_is_the_published_one(
    day: date, gate: str, export: int, fruit: int, imported: int
) -> None:
    found = through(plan_day(DAYS[day], seed=1))
    assert (fruit, export - fruit) == (found[gate, Cargo.FRUIT], found[gate, Cargo.OTHER])
    assert imported == found[gate, Cargo.GOODS] + found[gate, Cargo.NEW_VEHICLES]


def test_a_day_that_was_not_published_by_gate_is_refused() -> None:
    with pytest.raises(DemoError, match="2023-11-30 was not published by gate"):
        published_day(date(2023, 11, 30), VOLUMES)


@given(counts=counts, scale=st.floats(0.01, 1), seed=seeds)
def test_whatever_was_published_goes_through_with_its_share_of_fruit(
    counts: dict[tuple[str, Cargo], int], scale: float, seed: int
) -> None:
    whole = {(gate, cargo): counts.get((gate, cargo), 0) for gate in GATES for cargo in Cargo}
    day = PublishedDay(AUGUST_22.day, whole, ("somebody",))
    plan = plan_day(day, seed=seed, scale=scale)
    wanted = {cell: round(number * scale) for cell, number in whole.items()}
    assert +Counter(wanted) == through(plan)
    assert sum(wanted.values()) == plan.going_through


@given(seed=seeds)
def test_the_same_seed_makes_the_same_plan(seed: int) -> None:
    assert plan_day(AUGUST_22, seed=seed) == plan_day(AUGUST_22, seed=seed)


@given(seed=seeds, day=st.sampled_from(list(DAYS.values())), scale=st.floats(0.01, 1))
def test_trucks_come_one_a_minute_after_they_were_declared(
    seed: int, day: PublishedDay, scale: float
) -> None:
    plan = plan_day(day, seed=seed, scale=scale)
    for gate in GATES:
        yard = [one.comes for one in plan.trucks if one.gate == gate and one.cargo in EXPORTS]
        assert len(yard) == len(set(yard))
    assert all(0 <= one.registers < one.comes < MIDNIGHT for one in plan.trucks)


@given(seed=seeds)
def test_each_is_declared_as_the_api_wants_it_under_names_of_its_own(seed: int) -> None:
    plan = plan_day(AUGUST_22, seed=seed, scale=0.2)
    declared = [declaration(truck, AUGUST_22.day) for truck in plan.trucks]
    for body in declared:
        EntryIn.model_validate(body)
    for names in (
        [body["vehicle"]["tractor_plate"] for body in declared],
        [body["client_reference"] for body in declared],
        [body["consignments"][0]["declaration_number"] for body in declared],
    ):
        assert len(names) == len(set(names))


def test_every_trouble_is_there_on_a_whole_day() -> None:
    troubles = Counter(truck.trouble for truck in plan_day(AUGUST_22, seed=1).trucks)
    assert set(Trouble) == set(troubles) - {None}
    assert (1, 2, 2) == tuple(
        troubles[one] for one in (Trouble.AMENDED, Trouble.HELD, Trouble.NO_SHOW)
    )


@given(seed=seeds, scale=st.floats(0.01, 1))
def test_papers_are_bad_only_of_fruit_where_they_are_judged(seed: int, scale: float) -> None:
    for truck in plan_day(AUGUST_22, seed=seed, scale=scale).trucks:
        if truck.trouble in {*PAPERS, Trouble.AMENDED}:
            assert ("tan-thanh", Cargo.FRUIT) == (truck.gate, truck.cargo)
        if truck.trouble is not None:
            assert Direction.EXPORT is truck.direction


def test_more_trucks_than_minutes_are_refused() -> None:
    counts = dict.fromkeys(AUGUST_22.counts, 1000)
    with pytest.raises(DemoError, match="one a minute"):
        plan_day(PublishedDay(AUGUST_22.day, counts, ()), seed=1)
