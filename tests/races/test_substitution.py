"""Two who want one plate or one word at the same instant: one has it, the other is told."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from app.models import Claim, Entry, ExceptionCase, Substitution
from app.services.declarations.views import EntryView
from tests.races.house import House, truck

PLATES = range(8)


async def propose(house: House, view: EntryView, number: int, who: str) -> httpx.Response:
    body = {
        "change": {"vehicle": {"tractor_plate": f"29H-{number:05}"}},
        "reason": "broke down",
    }
    return await house.post(f"/v1/entries/{view.entry.id}/substitutions", who, body)


async def confirm(house: House, proposed: dict[str, Any]) -> httpx.Response:
    at = f"/v1/entries/{proposed['entry']}/substitutions/{proposed['id']}/confirmation"
    return await house.post(at, "officer-1")


async def test_of_two_entries_of_a_company_that_want_one_plate_one_has_it(house: House) -> None:
    pairs = [
        [await house.register(truck(10 * plate + place)) for place in (0, 1)] for plate in PLATES
    ]

    answers = await asyncio.gather(
        *(propose(house, view, plate, "company-1") for plate in PLATES for view in pairs[plate])
    )

    assert {201: len(PLATES), 409: len(PLATES)} == Counter(one.status_code for one in answers)
    assert {"plate-already-registered"} == {
        one.json()["code"] for one in answers if one.status_code == 409
    }
    plates = Counter(row.tractor_plate for row in await house.rows(Entry))
    assert {1} == set(plates.values())


async def test_of_two_companies_in_position_that_want_one_plate_one_holds_it(house: House) -> None:
    pairs = []
    for plate in PLATES:
        views = [
            await house.register(truck(10 * plate + place), who)
            for place, who in enumerate(("company-1", "company-2"))
        ]
        for view in views:
            await house.move_in(view.entry.reference)
        pairs.append([
            (await propose(house, view, plate, who)).json()
            for view, who in zip(views, ("company-1", "company-2"), strict=True)
        ])  # fmt: skip

    answers = await asyncio.gather(*(confirm(house, one) for pair in pairs for one in pair))

    assert {200: len(PLATES), 409: len(PLATES)} == Counter(one.status_code for one in answers)
    assert {"substitute-in-position"} == {
        one.json()["code"] for one in answers if one.status_code == 409
    }
    rows = {row.id: row for row in await house.rows(Entry)}
    for claim in await house.rows(Claim):
        assert claim.value == rows[claim.entry_id].tractor_plate
    assert 2 * len(PLATES) == len(await house.rows(Claim))
    assert {"queued"} == {row.state for row in rows.values()}


async def test_two_who_swap_their_plates_at_once_end_in_peace(house: House) -> None:
    for plate in PLATES:
        one, other = [await house.register(truck(10 * plate + place)) for place in (0, 1)]
        answers = await asyncio.gather(
            _take(house, one, 10 * plate + 1), _take(house, other, 10 * plate)
        )
        assert {answer.status_code for answer in answers} <= {201, 409, 503}
    plates = Counter(row.tractor_plate for row in await house.rows(Entry))
    assert {1} == set(plates.values())


async def _take(house: House, view: EntryView, number: int) -> httpx.Response:
    change = {"vehicle": {"tractor_plate": f"12C-{number:05}"}}
    body = {"change": change, "reason": "swap"}
    return await house.post(f"/v1/entries/{view.entry.id}/substitutions", "company-1", body)


async def test_a_word_that_two_officers_say_at_once_is_said_once(house: House) -> None:
    view = await house.register(truck(0))
    await house.move_in(view.entry.reference)
    proposed = (await propose(house, view, 0, "company-1")).json()

    answers = await asyncio.gather(*(confirm(house, proposed) for _ in range(10)))

    assert {200: 1, 409: 9} == Counter(one.status_code for one in answers)
    (row,) = await house.rows(Entry)
    assert (2, "29H00000") == (row.version, row.tractor_plate)


async def test_a_company_that_proposes_ten_times_at_once_proposes_once(house: House) -> None:
    view = await house.register(truck(0))
    await house.move_in(view.entry.reference)

    answers = await asyncio.gather(
        *(propose(house, view, number, "company-1") for number in range(10))
    )

    assert {201: 1, 409: 9} == Counter(one.status_code for one in answers)
    assert 1 == len(await house.rows(Substitution))


@pytest.mark.parametrize("seen_first", [True, False])
async def test_a_substitute_that_a_camera_sees_meanwhile_is_one_entry(
    house: House, seen_first: bool
) -> None:
    view = await house.register(truck(0))
    sighting = {"plate": "29H-000.00", "direction": "export", "way": "in"}

    async def see() -> httpx.Response:
        return await house.post("/v1/yards/bao-nguyen/movements", "yard", sighting)

    ways = [see(), propose(house, view, 0, "company-1")]
    answers = await asyncio.gather(*(ways if seen_first else reversed(ways)))

    assert {201} == {answer.status_code for answer in answers}
    rows = await house.rows(Entry)
    open_ = [row for row in rows if row.ended_at is None and row.tractor_plate == "29H00000"]
    assert 1 == len(open_)
    assert [] == await house.rows(ExceptionCase)
