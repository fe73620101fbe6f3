"""The database and the pure rule agree on who is next, who stands before whom, and the place."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.queue_order import (
    NO_LANE,
    Waiting,
    ahead_of,
    bounds,
    choose,
    heads,
    place,
)
from app.domain.sub_queues import Barrier, BarrierKind, SubQueue, sub_queues, unbarred
from app.domain.vocabulary import Lane, State
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.waiting import waiting
from tests.repositories.conftest import Recording
from tests.repositories.queues_at_random import (
    EQUAL_RATES,
    RATES,
    ROUTES,
    as_waiting,
    beside,
    ids,
    queue_of,
    store,
)
from tests.repositories.rows import NOW, QUEUE, Actor, entry_row

CLOCKS = (0, 7, 40)
RULES: Mapping[str, tuple[Mapping[Lane, int], Collection[Lane]]] = {
    "rates apart": (RATES, NO_LANE),
    "rates equal": (EQUAL_RATES, NO_LANE),
    "season strict": (RATES, {Lane.GREEN_SEASON}),
}
SEEDS = range(6)

pytestmark = pytest.mark.parametrize("seed", SEEDS)


class Standing:
    """A queue in the database and as the pure rule sees it."""

    def __init__(self, rows: list[dict[str, object]]) -> None:
        callable_ = [row for row in rows if not row["held"]]
        held = [row for row in rows if row["held"]]
        self.everybody = as_waiting(rows)
        self.callable = as_waiting(callable_)
        self.held = as_waiting(held)


@pytest.fixture
async def standing(session: AsyncSession, company: Actor, seed: int) -> Standing:
    """A queue of up to 40 entries, among others that must not count."""
    dice = Random(seed)  # noqa: S311 - no secret
    rows = queue_of(dice, company, dice.choice([1, 3, 40]))
    await store(session, [*rows, *beside(dice, company)])
    return Standing(rows)


async def test_the_heads_are_the_first_of_each_lane(uow: UnitOfWork, standing: Standing) -> None:
    found = await uow.lines.heads(QUEUE)
    assert ids(heads(standing.callable)) == ids(found)


@pytest.mark.parametrize("rule", RULES)
async def test_comparing_the_heads_is_comparing_everybody(
    uow: UnitOfWork, standing: Standing, rule: str
) -> None:
    rates, strict = RULES[rule]
    found = [waiting(entry) for entry in await uow.lines.heads(QUEUE)]
    for clock in CLOCKS:
        by_heads = choose(found, rates, clock, strict=strict)
        by_all = choose(standing.callable, rates, clock, strict=strict)
        assert (by_all and by_all.first) == (by_heads and by_heads.first)


@pytest.mark.parametrize("barred", [ROUTES[:1], ROUTES], ids=["one route barred", "all routes"])
@pytest.mark.parametrize("rule", RULES)
async def test_where_routes_are_barred_comparing_the_heads_is_comparing_everybody_else(
    uow: UnitOfWork, standing: Standing, rule: str, barred: Sequence[str]
) -> None:
    rates, strict = RULES[rule]
    barriers = [Barrier(BarrierKind.ROUTE_USED_UP, route, "board") for route in barred]
    open_ = unbarred(sub_queues(ROUTES), barriers)
    free = [one for one in standing.callable if one.sub_queue in open_]
    found = [waiting(entry) for entry in await uow.lines.heads(QUEUE, open_)]
    first = [heads([one for one in free if one.sub_queue == part]) for part in open_]
    assert {one.id for of_part in first for one in of_part} == {one.id for one in found}
    for clock in CLOCKS:
        by_heads = choose(found, rates, clock, strict=strict)
        by_all = choose(free, rates, clock, strict=strict)
        assert (by_all and by_all.first) == (by_heads and by_heads.first)


async def test_where_all_is_barred_nobody_is_a_head(uow: UnitOfWork, standing: Standing) -> None:
    assert standing.everybody
    assert [] == [*await uow.lines.heads(QUEUE, [])]


@pytest.mark.parametrize("rule", RULES)
async def test_the_counted_place_is_the_place_of_the_rule(
    uow: UnitOfWork, standing: Standing, rule: str
) -> None:
    rates, strict = RULES[rule]
    for clock in CLOCKS:
        for one in standing.everybody[:12]:
            expected = place(one, standing.callable, rates, clock, strict=strict)
            counted = await count(uow, one, rates, clock, strict)
            assert expected == sum(counted.values()) + 1
            ahead = ahead_of(one, standing.callable, rates, clock, strict=strict)
            assert Counter((it.lane, it.sub_queue) for it in ahead) == counted


async def count(
    uow: UnitOfWork, one: Waiting, rates: Mapping[Lane, int], clock: int, strict: Collection[Lane]
) -> Mapping[tuple[Lane, SubQueue], int]:
    return await uow.lines.count_before(QUEUE, bounds(one, rates, clock, strict=strict))


@pytest.mark.parametrize("rule", RULES)
async def test_who_is_skipped_is_who_is_held_and_stands_before(
    uow: UnitOfWork, standing: Standing, rule: str
) -> None:
    rates, strict = RULES[rule]
    for clock in CLOCKS:
        for one in standing.callable[:6]:
            before = bounds(one, rates, clock, strict=strict)
            found = await uow.lines.held_before(QUEUE, before, 100)
            expected = ahead_of(one, standing.held, rates, clock, strict=strict)
            assert ids(expected) == ids(found)
            assert sorted(found, key=lambda held: (held.waits_from, held.id)) == [*found]


async def test_no_more_are_listed_as_skipped_than_asked_for(
    uow: UnitOfWork, standing: Standing
) -> None:
    last = Waiting(standing.everybody[0].id, Lane.ORDINARY, 10**9, NOW)
    before = bounds(last, RATES, 0)
    assert min(1, len(standing.held)) == len(await uow.lines.held_before(QUEUE, before, 1))


async def test_who_waits_and_who_has_a_key_are_told_apart(
    uow: UnitOfWork, standing: Standing
) -> None:
    assert ids(standing.everybody) == ids(await uow.lines.waiting(QUEUE))
    keyed = await uow.lines.keyed(QUEUE)
    assert len(standing.everybody) + 5 == len(keyed)
    assert {State.QUEUED, State.CALLED} == {entry.state for entry in keyed}


async def test_a_place_costs_one_statement_and_so_do_the_heads(
    uow: UnitOfWork, standing: Standing, recorded: Recording
) -> None:
    with recorded() as sent:
        await uow.lines.heads(QUEUE)
    assert 1 == len(sent)
    with recorded() as sent:
        await count(uow, standing.everybody[0], RATES, 7, NO_LANE)
    assert 1 == len(sent)


async def test_in_arrival_order_those_stand_before_who_arrived_earlier_and_wait(
    session: AsyncSession, uow: UnitOfWork, company: Actor, seed: int
) -> None:
    dice = Random(seed)  # noqa: S311 - no secret
    rows = [
        entry_row(
            company,
            state=dice.choice([State.ARRIVED, State.ARRIVED, State.IN_GATE]).value,
            waits_from=NOW - timedelta(minutes=dice.randrange(4)),
        )
        for _ in range(20)
    ]
    await store(session, rows)
    arrived = [(row["waits_from"], row["id"]) for row in rows if row["state"] == State.ARRIVED]
    for since, identity in arrived:
        earlier = sum(other < (since, identity) for other in arrived)
        assert earlier == await uow.lines.count_arrived_before(QUEUE, since, identity)
