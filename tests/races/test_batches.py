"""Batches under several workers, killed at any instant: each row once, whatever happens."""

import asyncio
from collections import Counter
from contextlib import suppress
from typing import Any

from app.api.fleet.rows import Rows
from app.api.state import Process
from app.models import Batch, BatchRow, Entry, Event
from app.workers.batches import BatchWorker
from app.workers.today import Todays
from tests.races.house import CutOffError, House, cut_off_after, dice, truck

BATCHES = "/v1/entries/batches"
ROWS, BAD = 1000, 40
KILLS = 12


def worker(house: House) -> BatchWorker:
    process: Process = house.app.state.process
    todays = Todays(is_production=False, machine_now=house.clock)
    return BatchWorker(process.tools, todays, Rows())


async def send(house: House, rows: list[Any], who: str = "company-1", **more: Any) -> str:
    answer = await house.post(BATCHES, who, {"rows": rows, **more}, retry=f"{who}-{len(rows)}")
    assert 202 == answer.status_code, answer.text
    batch: str = answer.json()["id"]
    return batch


async def _quietly(house: House) -> None:
    await worker(house).do_batches(house.sessions)


async def _kill(house: House, after_seconds: float) -> None:
    """Let a worker end in the middle of whatever it waits for."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_quietly(house))
        await asyncio.sleep(after_seconds)
        task.cancel()


async def _cut(house: House, statements: int) -> None:
    """Let a worker's connection break before one of its statements."""
    with cut_off_after(statements), suppress(CutOffError):
        await _quietly(house)


def fleet(first: int, count: int, bad: int) -> list[dict[str, Any]]:
    """Return trucks of which `bad` ones, of five kinds, are refused."""
    kinds: list[dict[str, Any]] = [
        {"gate": "nowhere"},
        {"direction": "sideways"},
        {"vehicle": {"tractor_plate": f"12C-{first:05d}"}},
        {"consignments": [{"lines": [{"goods_group": "no-such-group", "gross_kg": 1}]}]},
        {"client_reference": f"F-{first}"},
    ]
    every = count // bad if bad else count + 1
    return [
        truck(
            first + at,
            **{
                "client_reference": f"F-{first + at}",
                **(kinds[at // every % len(kinds)] if at % every == every - 1 else {}),
            },
        )
        for at in range(count)
    ]


async def ensure_each_once(house: House, refused: int) -> None:
    """Every row has one outcome and, where it was registered, one entry with one event."""
    rows = await house.rows(BatchRow)
    assert {"registered", "refused"} >= {row.outcome for row in rows}
    entries = Counter(row.entry_id for row in rows if row.entry_id)
    assert {1} == set(entries.values())
    assert set(entries) == {entry.id for entry in await house.rows(Entry)}
    told = Counter(
        one.entry_id for one in await house.rows(Event, Event.kind == "entry.registered")
    )
    assert dict.fromkeys(entries, 1) == told
    assert refused == sum(row.outcome == "refused" for row in rows)
    for batch in await house.rows(Batch):
        of_batch = [row for row in rows if row.batch_id == batch.id]
        assert ("completed", len(of_batch)) == (batch.state, batch.done)
        assert batch.registered == sum(row.outcome == "registered" for row in of_batch)
        assert batch.registered + batch.refused == batch.done == batch.rows
    ended = Counter(
        one.data["batch"] for one in await house.rows(Event, Event.kind == "batch.ended")
    )
    assert {str(batch.id): 1 for batch in await house.rows(Batch)} == ended


async def test_a_thousand_rows_of_which_forty_are_bad_under_workers_killed_again_and_again(
    house: House,
) -> None:
    await send(house, fleet(10_000, ROWS, BAD))
    chance = dice(40)
    for number in range(KILLS):
        if number % 2:
            await _kill(house, chance.uniform(0.0, 0.4))
        else:
            await _cut(house, chance.randrange(1, 600))
    done = {batch.done for batch in await house.rows(Batch)}
    assert {0, ROWS} & done == set()  # they did something, and not everything
    await _quietly(house)
    await ensure_each_once(house, BAD)


async def test_four_workers_and_single_registrations_share_plates_and_nobody_waits_in_a_circle(
    house: House,
) -> None:
    """Two fleets of the same vehicles, told the other way round, and trucks that come between."""
    mine = fleet(20_000, 150, 0)
    theirs = list(reversed(fleet(20_000, 150, 0)))
    await send(house, mine)
    await send(house, theirs, "company-2")
    singles = [house.post("/v1/entries", "company-1", truck(30_000 + at)) for at in range(40)]
    # Company 1 registers some of its fleet by itself: those rows are refused, or these are.
    doubles = [
        house.post("/v1/entries", "company-1", truck(20_000 + at)) for at in range(0, 150, 5)
    ]
    working = asyncio.gather(*(_quietly(house) for _ in range(4)))
    answers, twice = await asyncio.gather(asyncio.gather(*singles), asyncio.gather(*doubles))
    await working
    assert {201} == {one.status_code for one in answers}
    assert {201, 409} >= {one.status_code for one in twice}
    await _quietly(house)
    entries = await house.rows(Entry)
    plates = Counter((one.organisation_id, one.tractor_plate) for one in entries)
    assert {1} == set(plates.values())
    assert 150 + 150 + 40 == len(entries)
    contested = [one for one in entries if one.tractor_plate and one.tractor_plate < "12C30000"]
    assert all(one.contested for one in contested)
    assert all(batch.state == "completed" for batch in await house.rows(Batch))


async def test_all_or_nothing_is_all_or_nothing_under_workers_that_are_killed(
    house: House,
) -> None:
    await send(house, fleet(40_000, 200, 0), mode="all-or-nothing")
    await send(house, fleet(50_000, 100, 2), mode="all-or-nothing")
    chance = dice(41)
    for _ in range(8):
        await _cut(house, chance.randrange(1, 400))
    await _quietly(house)
    ended = {batch.rows: (batch.state, batch.registered) for batch in await house.rows(Batch)}
    assert {200: ("completed", 200), 100: ("refused", 0)} == ended
    assert 200 == len(await house.rows(Entry))
