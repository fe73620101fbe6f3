"""One plate, one container: who may hold it, and what two at the same instant are told."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.models import Claim, Entry, ExceptionCase
from app.services.crossing.passage import Passage
from app.services.declarations.amendment import Amendment
from tests.races.house import MOVEMENTS, House, fruit, truck

PLATES = range(10)
COMPANIES = ("company-1", "company-2")
BOX, OTHER_BOX = "CSQU3054383", "MSKU0000006"
ANY_VERSION = range(1, 1000)


async def test_two_companies_register_one_plate_both_contested_and_neither_named_to_the_other(
    house: House,
) -> None:
    answers = await asyncio.gather(
        *(house.post("/v1/entries", who, truck(plate)) for plate in PLATES for who in COMPANIES)
    )

    assert {201} == {answer.status_code for answer in answers}
    for answer, other in zip(answers[::2], answers[1::2], strict=True):
        assert {_finding(answer), _finding(other)} in ({"plate-contested"}, {"plate-contested", ""})
        _assert_unnamed(answer, other)
        _assert_unnamed(other, answer)
    rows = await house.rows(Entry)
    assert 2 * len(PLATES) == len(rows)
    assert all(row.contested for row in rows)
    assert {("plate-contested",)} == {tuple(one["rule"] for one in row.findings) for row in rows}


async def test_of_two_in_position_at_once_by_reference_one_holds_the_plate(house: House) -> None:
    pairs = [[await house.register(truck(plate), who) for who in COMPANIES] for plate in PLATES]

    seen = await asyncio.gather(
        *(house.move_in(view.entry.reference) for pair in pairs for view in pair)
    )

    for one, other in zip(seen[::2], seen[1::2], strict=True):
        assert {(), ("plate-already-in-position",)} == {_rules(one), _rules(other)}
    await _assert_one_of_each_pair_holds(house, pairs)


async def test_of_two_in_position_at_once_with_one_container_one_holds_it(house: House) -> None:
    pairs = [
        [
            await house.register(_boxed(10 * plate + place, boxes), who)
            for place, (who, boxes) in enumerate(zip(COMPANIES, orders, strict=True))
        ]
        for plate, orders in enumerate([([BOX, OTHER_BOX], [OTHER_BOX, BOX])])
    ]

    await asyncio.gather(*(house.move_in(view.entry.reference) for pair in pairs for view in pair))

    await _assert_one_of_each_pair_holds(house, pairs)
    assert ["plate-already-in-position"] == [one.rule for one in await house.rows(ExceptionCase)]
    assert 3 == len(await house.rows(Claim))


async def test_by_plate_a_contested_vehicle_gives_position_to_nobody(house: House) -> None:
    for who in COMPANIES:
        await house.register(truck(0), who)

    sighting = {"plate": "12c 000-00", "direction": "export", "way": "in"}
    answers = await asyncio.gather(*(house.post(MOVEMENTS, "yard", sighting) for _ in range(5)))

    assert {201} == {answer.status_code for answer in answers}
    rules = [one["rule"] for answer in answers for one in answer.json()["exceptions"]]
    assert ["plate-contested"] * 5 == rules
    assert {None} == {answer.json()["entry"] for answer in answers}
    assert {(False, "registered")} == {
        (row.in_position, row.state) for row in await house.rows(Entry)
    }
    assert [] == await house.rows(Claim)


async def test_a_company_that_registers_a_plate_20_times_at_once_has_one_entry(
    house: House,
) -> None:
    answers = await asyncio.gather(
        *(house.post("/v1/entries", "company-1", truck(0)) for _ in range(20))
    )

    assert {201: 1, 409: 19} == Counter(answer.status_code for answer in answers)
    first = next(answer.json() for answer in answers if answer.status_code == 201)
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {"plate-already-registered"} == {problem["code"] for problem in refused}
    assert {first["reference"]} == {problem["reference"] for problem in refused}
    assert 1 == len(await house.rows(Entry))


async def test_a_plate_that_nobody_knows_opens_one_entry_however_many_see_it(house: House) -> None:
    sighting = {"plate": "12C-123.45", "direction": "export", "way": "in"}
    answers = await asyncio.gather(*(house.post(MOVEMENTS, "yard", sighting) for _ in range(10)))

    assert {201} == {answer.status_code for answer in answers}
    assert 1 == len({answer.json()["entry"] for answer in answers})
    row = (await house.rows(Entry))[0]
    assert (None, True) == (row.organisation_id, row.in_position)


async def test_a_plate_seen_and_registered_at_once_is_one_entry_that_waits(house: House) -> None:
    async def both(plate: int) -> None:
        sighting = {"plate": f"12C-{plate:05d}", "direction": "export", "way": "in"}
        seen, registered = await asyncio.gather(
            house.post(MOVEMENTS, "yard", sighting),
            house.post("/v1/entries", "company-1", fruit(plate)),
        )
        assert (201, 201) == (seen.status_code, registered.status_code)
        assert seen.json()["entry"] == registered.json()["id"]

    await asyncio.gather(*(both(plate) for plate in PLATES))

    rows = await house.rows(Entry)
    assert {"queued": len(PLATES)} == Counter(row.state for row in rows)


async def test_of_two_who_declare_what_a_yard_opened_one_completes_it(house: House) -> None:
    sighting = {"plate": "12C-000.00", "direction": "export", "way": "in"}
    opened = (await house.post(MOVEMENTS, "yard", sighting)).json()["entry"]

    answers = await asyncio.gather(*(house.post("/v1/entries", who, truck(0)) for who in COMPANIES))

    assert {201} == {answer.status_code for answer in answers}
    rows = await house.rows(Entry)
    assert {True: 1, False: 1} == Counter(str(row.id) == opened for row in rows)
    assert all(row.contested and row.organisation_id for row in rows)
    assert {"queued", "registered"} == {row.state for row in rows}


async def test_who_ends_while_its_rival_comes_or_ends_too_stops_nobody(house: House) -> None:
    pairs = [[await house.register(truck(plate), who) for who in COMPANIES] for plate in PLATES]
    for first, _ in pairs:
        await house.move_in(first.entry.reference)

    comes = [house.move_in(second.entry.reference) for _, second in pairs[::2]]
    ends = [_end(house, second.entry.id, "company-2") for _, second in pairs[1::2]]
    leaves = [_end(house, first.entry.id, "company-1") for first, _ in pairs]
    await asyncio.gather(*leaves, *comes, *ends)

    rows = {row.id: row for row in await house.rows(Entry)}
    for first, second in pairs[::2]:
        left = rows[second.entry.id]
        assert ("cancelled", False) == (rows[first.entry.id].state, left.contested)
        assert [] == left.findings
        assert left.in_position == (left.state == "queued")
    assert 15 == Counter(row.state for row in rows.values())["cancelled"]
    holders = {claim.entry_id for claim in await house.rows(Claim)}
    assert holders == {row.id for row in rows.values() if row.in_position}


@pytest.mark.parametrize("amended_first", [True, False], ids=["amended first", "rival first"])
async def test_a_rival_that_registers_takes_nothing_back_of_what_is_amended(
    house: House, amended_first: bool
) -> None:
    unplanned = {**truck(0), "planned_arrival_at": None}
    first = await house.register(unplanned)
    await house.move_in(first.entry.reference)

    async def amend() -> None:
        async with house.acting("company-1") as (uow, act):
            if not amended_first:
                await begun.wait()
            patch = {"planned_arrival_at": "2026-06-10T11:00:00+07:00"}
            await Amendment(uow, act).amend(first.entry.id, ANY_VERSION, patch, {})
            begun.set()
            await asyncio.sleep(0.2)

    async def register() -> None:
        if amended_first:
            await begun.wait()
        await house.register(truck(0), "company-2")
        begun.set()

    begun = asyncio.Event()
    await asyncio.gather(amend(), register())

    row = next(row for row in await house.rows(Entry) if row.id == first.entry.id)
    assert ["plate-contested"] == [one["rule"] for one in row.findings]
    assert ("queued", True) == (row.state, row.contested)


async def _end(house: House, entry: UUID, who: str) -> None:
    async with house.acting(who) as (uow, act):
        await Passage(uow, act).cancel(entry, None)


def _boxed(number: int, boxes: list[str]) -> dict[str, Any]:
    document = truck(number)
    document["vehicle"]["containers"] = [{"number": box} for box in boxes]
    return document


def _finding(answer: httpx.Response) -> str:
    return ",".join(one["rule"] for one in answer.json()["findings"])


def _rules(seen: Any) -> tuple[str, ...]:
    return tuple(one.rule for one in seen.exceptions)


def _assert_unnamed(answer: httpx.Response, other: httpx.Response) -> None:
    theirs = other.json()
    for name in (theirs["id"], theirs["reference"], "Sandbox company"):
        assert name not in answer.text.replace(answer.json()["id"], "")


async def _assert_one_of_each_pair_holds(house: House, pairs: Any) -> None:
    rows = {row.id: row for row in await house.rows(Entry)}
    claims = Counter(claim.entry_id for claim in await house.rows(Claim))
    for pair in pairs:
        both = [rows[view.entry.id] for view in pair]
        assert {(True, "queued"), (False, "registered")} == {
            (row.in_position, row.state) for row in both
        }
        assert [row.in_position for row in both] == [claims[row.id] > 0 for row in both]
