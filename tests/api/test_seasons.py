"""Season places: of one product, at one gate, so many a day, taken by being there."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import SeasonDay
from tests.api.conftest import Gate, consignment, lorry

DAY = date(2026, 5, 20)


def lychee(number: int, **changes: Any) -> dict[str, Any]:
    """Return a truck of lychees that meets every rule."""
    line = {
        "goods_group": "fresh-produce-export",
        "product": "lychee",
        "hs_code": "0810.90.20",
        "gross_kg": 14000,
        "customs_value_vnd": 400_000_000,
    }
    return lorry(
        number,
        consignments=[consignment(line)],
        documents={
            "phytosanitary_certificate": {"number": "KD-2026-00002", "status": "issued"},
            "growing_area_code": "VN-LSOR-0001",
            "packing_house_code": "VN-LSPH-0001",
        },
        **{"planned_arrival_at": "2026-05-20T10:00:00+07:00", **changes},
    )


async def taken(session: AsyncSession) -> list[tuple[date, int]]:
    rows = await session.execute(select(SeasonDay.on_day, SeasonDay.taken))
    return [(day, count) for day, count in rows.all()]


async def fill_up(session: AsyncSession, places: int) -> None:
    session.add(SeasonDay(product_code="lychee", gate_code="tan-thanh", on_day=DAY, taken=places))
    await session.commit()


@pytest.mark.parametrize(
    ("day", "lane"),
    [
        pytest.param("2026-05-19", "green", id="the day before"),
        pytest.param("2026-05-20", "green-season", id="the first day"),
        pytest.param("2026-07-31", "green-season", id="the last day"),
        pytest.param("2026-08-01", "green", id="the day after"),
        pytest.param("2024-06-15", "green", id="a year before there was a season"),
        pytest.param("2022-05-31", "ordinary", id="the day before there was a green lane"),
    ],
)
async def test_a_season_is_its_days(gate: Gate, session: AsyncSession, day: str, lane: str) -> None:
    gate.go_to(f"{day}T09:00:00+07:00")
    entry = await gate.register(**lychee(1, planned_arrival_at=f"{day}T10:00:00+07:00"))
    assert lane == entry["lane"]
    assert [] == await taken(session)
    await gate.move(entry)
    now = await gate.entry(entry)
    assert (lane, lane) == (now["lane"], now["verdict"]["lane"])
    assert ([(date.fromisoformat(day), 1)] if lane == "green-season" else []) == (
        await taken(session)
    )


async def test_clicking_early_gains_nothing(gate: Gate, session: AsyncSession) -> None:
    gate.go_to("2026-05-20T08:00:00+07:00")
    await fill_up(session, 199)
    early, late = await gate.register(**lychee(1)), await gate.register(**lychee(2))
    assert ["green-season", "green-season"] == [early["lane"], late["lane"]]
    assert "lychee@tan-thanh/05-20/2025-05-20" == early["verdict"]["season"]
    await gate.move(late)
    await gate.move(early)
    entries = [await gate.entry(entry) for entry in (early, late)]
    assert ["green", "green-season"] == [entry["lane"] for entry in entries]
    assert [
        "A place in the day's seasonal allotment is taken in position, while there is one.",
        "It has no place in the day's seasonal allotment: those go to who is in position first.",
        "It has a place in the day's seasonal allotment.",
    ] == [entry["verdict"]["season_message"] for entry in (early, *entries)]
    assert [(DAY, 200)] == await taken(session)


async def test_a_place_is_taken_once_whatever_happens_afterwards(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2026-05-20T08:00:00+07:00")
    entry = await gate.register(**lychee(1))
    await gate.move(entry)
    await gate.move(entry, way="out")
    await gate.move(entry)
    await gate.amend(entry, documents={"growing_area_code": None})
    assert "ordinary" == (await gate.entry(entry))["lane"]
    await gate.amend(entry, documents={"growing_area_code": "VN-LSOR-0001"})
    assert "green-season" == (await gate.entry(entry))["lane"]
    assert [(DAY, 1)] == await taken(session)


async def lane_of(gate: Gate, entry: dict[str, Any]) -> str:
    lane: str = (await gate.entry(entry))["lane"]
    return lane


async def test_each_day_has_places_of_its_own_and_no_more(
    gate: Gate, session: AsyncSession
) -> None:
    """The allotment at its boundary on two days; the legal day turns at local midnight."""
    gate.go_to("2026-05-20T23:00:00+07:00")
    await fill_up(session, 199)
    entries = [await gate.register(**lychee(number)) for number in range(1, 5)]
    gate.go_to("2026-05-20T23:59:58+07:00")
    await gate.move(entries[0])
    gate.go_to("2026-05-20T23:59:59+07:00")
    await gate.move(entries[1])
    gate.go_to("2026-05-21T00:00:00+07:00")
    session.add(
        SeasonDay(
            product_code="lychee", gate_code="tan-thanh", on_day=DAY + timedelta(1), taken=199
        )
    )
    await session.commit()
    await gate.move(entries[2])
    await gate.move(entries[3])
    lanes = [await lane_of(gate, entry) for entry in entries]
    assert ["green-season", "green", "green-season", "green"] == lanes
    assert [(DAY, 200), (DAY + timedelta(1), 200)] == sorted(await taken(session))


async def test_a_place_is_kept_while_the_lane_is_lost_and_regained_over_midnight(
    gate: Gate, session: AsyncSession
) -> None:
    """Points earned stay; each rate counts for the time in its lane."""
    gate.go_to("2026-05-20T18:00:00+07:00")
    entry = await gate.register(**lychee(1))
    await gate.move(entry)
    gate.wait(hours=1)
    await gate.amend(entry, documents={"growing_area_code": None})
    gate.go_to("2026-05-21T08:00:00+07:00")
    assert ("ordinary", 3 * 3600 + 7200) == await lane_and_points(gate, entry)
    await gate.amend(entry, documents={"growing_area_code": "VN-LSOR-0001"})
    gate.wait(hours=1)
    assert ("green-season", 3 * 3600 + 7200 + 3 * 3600) == await lane_and_points(gate, entry)
    assert [(DAY, 1)] == await taken(session)


async def lane_and_points(gate: Gate, entry: dict[str, Any]) -> tuple[str, int]:
    standing = await gate.place(entry)
    return standing["lane"], standing["points"]


@pytest.mark.parametrize(
    ("taken_before", "lane", "taken_after"),
    [
        pytest.param(199, "green-season", 200, id="the last place of the day of presence"),
        pytest.param(200, "green", 200, id="none is left of that day"),
    ],
)
async def test_who_becomes_fit_after_midnight_asks_for_a_place_of_the_day_it_came(
    gate: Gate, session: AsyncSession, taken_before: int, lane: str, taken_after: int
) -> None:
    """Else one would leave out a paper until midnight, and have the next day's first place."""
    gate.go_to("2026-05-20T18:00:00+07:00")
    await fill_up(session, taken_before)
    unfit = {**lychee(1)["documents"], "growing_area_code": None}
    entry = await gate.register(**{**lychee(1), "documents": unfit})
    await gate.move(entry)
    assert "ordinary" == await lane_of(gate, entry)
    gate.go_to("2026-05-21T00:00:00+07:00")
    await gate.amend(entry, documents={"growing_area_code": "VN-LSOR-0001"})
    assert lane == await lane_of(gate, entry)
    assert [(DAY, taken_after)] == await taken(session)


async def test_who_came_on_the_last_day_takes_no_place_of_a_day_without_a_season(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2026-07-31T19:00:00+07:00")
    entry = await gate.register(**lychee(1, planned_arrival_at="2026-07-31T19:30:00+07:00"))
    await gate.move(entry, "xuan-cuong")  # which does not serve the gate: no position yet
    gate.go_to("2026-08-01T08:00:00+07:00")
    await gate.move(entry)
    assert "green-season" == await lane_of(gate, entry)
    assert [(date(2026, 7, 31), 1)] == await taken(session)


async def test_who_found_no_place_gets_none_by_losing_and_regaining_the_lane(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2026-05-20T18:00:00+07:00")
    await fill_up(session, 200)
    entry = await gate.register(**lychee(1))
    await gate.move(entry)
    gate.go_to("2026-05-21T00:00:00+07:00")
    await gate.amend(entry, documents={"growing_area_code": None})
    await gate.amend(entry, documents={"growing_area_code": "VN-LSOR-0001"})
    assert "green" == await lane_of(gate, entry)
    assert [(DAY, 200)] == await taken(session)


async def test_who_found_no_place_gets_none_of_tomorrow_by_amending(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2026-05-20T18:00:00+07:00")
    await fill_up(session, 200)
    entry = await gate.register(**lychee(1))
    await gate.move(entry)
    assert "green" == (await gate.entry(entry))["lane"]
    gate.go_to("2026-05-21T00:00:01+07:00")
    await gate.amend(entry, planned_arrival_at="2026-05-21T08:00:00+07:00")
    await gate.move(entry, "tan-thanh-lychee-area")
    assert "green" == (await gate.entry(entry))["lane"]
    assert [(DAY, 200)] == await taken(session)


async def test_the_day_of_presence_decides_not_the_planned_one(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2026-05-19T18:00:00+07:00")
    entry = await gate.register(**lychee(1))
    assert "green-season" == entry["lane"]
    await gate.move(entry)
    assert "green" == (await gate.entry(entry))["lane"]
    assert [] == await taken(session)


async def test_one_that_stays_overnight_keeps_its_place(gate: Gate) -> None:
    gate.go_to("2026-07-31T19:00:00+07:00")
    entry = await gate.register(**lychee(1, planned_arrival_at="2026-07-31T19:30:00+07:00"))
    await gate.move(entry)
    gate.go_to("2026-08-01T08:00:00+07:00")
    standing = await gate.place(entry)
    assert ("green-season", 3 * 2 * 3600) == (standing["lane"], standing["points"])


async def test_another_gate_has_no_season(gate: Gate) -> None:
    gate.go_to("2026-05-20T08:00:00+07:00")
    entry = await gate.register(**lychee(1, gate="huu-nghi"))
    assert ("ordinary", ["GL-02"]) == (
        entry["lane"], [one["rule"] for one in entry["verdict"]["refused"]],
    )  # fmt: skip


async def test_a_truck_already_in_the_gate_takes_no_place(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2026-05-20T08:00:00+07:00")
    entry = await gate.register(**lychee(1))
    await gate.post(f"/v1/entries/{entry['id']}/admission", "border_guard")
    await gate.move(entry, "tan-thanh-lychee-area")
    assert [] == await taken(session)
