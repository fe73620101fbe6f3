"""250 trucks of lychee for the 200 places of a day."""

import asyncio
from collections import Counter
from contextlib import suppress

from app.models import Claim, Entry, Event, Observation, SeasonDay
from tests.races.house import CutOffError, House, cut_off_after, dice, fruit

RACERS, PLACES = 250, 200


async def test_of_250_racers_exactly_200_get_a_seasonal_place_and_nothing_is_half_written(
    house: House,
) -> None:
    references = await _registered(house, RACERS)
    dice(250).shuffle(references)

    await asyncio.gather(*(house.move_in(reference) for reference in references))

    rows = await house.rows(Entry)
    assert {"green-season": PLACES, "green": RACERS - PLACES} == Counter(row.lane for row in rows)
    assert {"queued": RACERS} == Counter(row.state for row in rows)
    assert PLACES == sum(row.season_on is not None for row in rows)
    assert [PLACES] == [day.taken for day in await house.rows(SeasonDay)]
    assert {f"TT-{number:04d}" for number in range(1, RACERS + 1)} == {
        row.call_number for row in rows
    }
    await _assert_whole(house)


async def test_a_racer_cut_off_at_any_statement_leaves_nothing_and_takes_no_place(
    house: House,
) -> None:
    references = await _registered(house, 30)

    async def move(reference: str, statements: int) -> bool:
        with suppress(CutOffError), cut_off_after(statements):
            await house.move_in(reference)
            return True
        return False

    moved = await asyncio.gather(*(move(one, number) for number, one in enumerate(references)))

    rows = await house.rows(Entry)
    waiting = [row for row in rows if row.state == "queued"]
    assert 10 < moved.count(False) < 30
    assert moved.count(True) == len(waiting)
    assert {"green-season"} == {row.lane for row in waiting}
    assert [len(waiting)] == [day.taken for day in await house.rows(SeasonDay)]
    assert len(waiting) == sum(row.season_on is not None for row in rows)
    await _assert_whole(house)


async def _registered(house: House, count: int) -> list[str]:
    views = await asyncio.gather(*(house.register(fruit(number)) for number in range(count)))
    return [view.entry.reference for view in views]


async def _assert_whole(house: House) -> None:
    """Whoever waits has all that belongs to waiting, whoever does not has nothing of it."""
    rows = await house.rows(Entry)
    claims = Counter(claim.entry_id for claim in await house.rows(Claim))
    seen = Counter(seen.entry_id for seen in await house.rows(Observation))
    told = Counter((event.entry_id, event.kind) for event in await house.rows(Event))
    for row in rows:
        once = int(row.state == "queued")
        assert once == int(row.in_position) == claims[row.id] == seen[row.id]
        assert once == told[row.id, "movement.recorded"] == told[row.id, "waiting.started"]
        assert bool(once) == (row.call_number is not None) == (row.queue_key is not None)
        assert row.verdict["lane"] == row.lane
