"""Holds on a vehicle or a consignment: on every open entry that matches, later ones too."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.models import Event, Hold
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from tests.api.conftest import Gate, lorry, movement, vehicle
from tests.api.test_checks import hold, lift
from tests.api.test_passage import pass_checks, pay, tell

PLATE = {"plate": "15C-000.01"}
NUMBER = {"declaration_number": "300000000001"}
BOX = {"container_number": "CSQU3054383"}
BOXED = {"vehicle": vehicle(containers=[{"number": "CSQU3054383", "length_ft": 40}])}


async def stop(gate: Gate, who: str = "customs", **body: Any) -> Any:
    return await gate.post("/v1/holds", who, {"reason": "công văn 88", **body})


async def free(gate: Gate, placed: dict[str, Any], who: str = "customs") -> Any:
    return await gate.post(f"/v1/holds/{placed['id']}/lift", who, {"reason": "đã rút"})


async def is_held(gate: Gate, entry: dict[str, Any]) -> bool:
    return bool((await gate.entry(entry))["held"])


async def test_it_stops_every_open_entry_that_matches_and_no_other(gate: Gate) -> None:
    there = await gate.register(**lorry(1))
    back = await gate.register(**lorry(1, direction="import"))
    rival = await gate.register("company-2", **lorry(1, client_reference="x"))
    other = await gate.register(**lorry(2))
    ended = await gate.register(**lorry(1, direction="import"), who="company-2")
    await tell(gate, ended, "cancellation", "company-2")
    placed = (await stop(gate, **PLATE)).json()
    assert {one["id"] for one in (there, back, rival)} == set(placed["entries"])
    assert [True, True, True, False, False] == [
        await is_held(gate, one) for one in (there, back, rival, other, ended)
    ]
    (shown,) = (await gate.entry(there))["holds"]
    assert (placed["hold"]["id"], "customs", "công văn 88") == (
        shown["scoped_hold"], shown["authority"], shown["reason"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "changes"),
    [
        pytest.param(PLATE, {}, id="by plate"),
        pytest.param(NUMBER, {}, id="by declaration"),
        pytest.param(BOX, BOXED, id="by container"),
    ],
)
async def test_it_stops_entries_that_are_registered_later(
    gate: Gate, scope: dict[str, Any], changes: dict[str, Any]
) -> None:
    placed = (await stop(gate, **scope)).json()
    assert [] == placed["entries"]
    entry = await gate.register(**lorry(1, **changes))
    assert (True, ["customs"]) == (entry["held"], [one["authority"] for one in entry["holds"]])
    assert "hold-to-be-lifted" in {one["code"] for one in entry["next_steps"]}
    freed = (await free(gate, placed["hold"])).json()
    assert ([entry["id"]], False) == (freed["entries"], await is_held(gate, entry))
    assert not (await gate.register(**lorry(1, direction="import", **changes)))["held"]


@pytest.mark.parametrize(("scope", "found"), [(PLATE, 1), (NUMBER, 1), (BOX, 1)])
async def test_it_finds_who_is_there_by_any_name(
    gate: Gate, scope: dict[str, Any], found: int
) -> None:
    await gate.register(**lorry(1, **BOXED))
    assert found == len((await stop(gate, **scope)).json()["entries"])


async def test_it_stops_a_vehicle_that_nobody_registered(gate: Gate) -> None:
    await stop(gate, **PLATE)
    seen = (await movement(gate, plate="15C-000.01", direction="export")).json()
    assert await is_held(gate, {"id": seen["entry"]})
    entry = await gate.register(**lorry(1))
    assert (seen["entry"], 1) == (entry["id"], len(entry["holds"]))


async def test_it_stops_an_entry_that_declares_the_consignment_later(gate: Gate) -> None:
    await stop(gate, **NUMBER)
    consignments = lorry(1)["consignments"]
    without = [{**consignments[0], "declaration_number": None}]
    entry = await gate.register(**lorry(1, consignments=without))
    assert not entry["held"]
    answer = await gate.amend(entry, consignments=consignments)
    assert (200, True) == (answer.status_code, answer.json()["held"])


async def test_an_entry_cleared_by_itself_is_not_stopped_again(gate: Gate) -> None:
    await stop(gate, **NUMBER)
    entry = await gate.register(**lorry(1))
    await lift(gate, entry, entry["holds"][0], "customs")
    consignments = lorry(1)["consignments"]
    consignments[0]["lines"][0]["gross_kg"] = 6500
    assert not (await gate.amend(entry, consignments=consignments)).json()["held"]


async def test_it_takes_a_release_back(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    await gate.call()
    await gate.arrive(entry)
    await pass_checks(gate, entry)
    await tell(gate, entry, "admission")
    await pay(gate, entry)
    assert "released" == (await tell(gate, entry, "release", "officer-1")).json()["state"]
    await stop(gate, **PLATE)
    assert "in_gate" == (await gate.entry(entry))["state"]


async def test_an_entry_is_free_when_no_hold_is_left(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await hold(gate, entry, "medical")
    placed = (await stop(gate, **PLATE)).json()["hold"]
    await free(gate, placed)
    assert await is_held(gate, entry)
    again = await free(gate, placed)
    assert (409, "hold-already-lifted") == (again.status_code, again.json()["code"])


async def test_it_counts_once_per_source_reference(gate: Gate) -> None:
    await gate.register(**lorry(1))
    first = (await stop(gate, **PLATE, source_reference="HQ-1")).json()
    assert first == (await stop(gate, **PLATE, source_reference="HQ-1")).json()
    other = await stop(gate, **NUMBER, source_reference="HQ-1")
    assert (422, "retry-mismatch") == (other.status_code, other.json()["code"])
    assert 1 == len((await gate.get("/v1/holds", "customs")).json()["items"])


@pytest.mark.parametrize("body", [{}, {**PLATE, **NUMBER}])
async def test_it_is_on_exactly_one_thing(gate: Gate, body: dict[str, Any]) -> None:
    answer = await stop(gate, **body)
    assert (422, ["one-scope"]) == (
        answer.status_code, [error["rule"] for error in answer.json()["errors"]],
    )  # fmt: skip


async def test_open_ones_are_listed_in_pages_oldest_first(gate: Gate) -> None:
    placed = []
    for number in range(5):
        placed.append((await stop(gate, plate=f"15C-000.{number:02}")).json()["hold"])
        gate.wait(minutes=1)
    await stop(gate, "medical", **NUMBER)
    await free(gate, placed[0])
    seen: list[str] = []
    page: dict[str, Any] = {"limit": 2, "authority": "customs"}
    while True:
        answer = (await gate.get("/v1/holds", "board-1", params=page)).json()
        seen += [one["id"] for one in answer["items"]]
        if answer["next_cursor"] is None:
            break
        page["cursor"] = answer["next_cursor"]
    assert [one["id"] for one in placed[1:]] == seen


# --- stale ones -----------------------------------------------------------------------------------


@pytest.mark.parametrize("scoped", [True, False], ids=["on a vehicle", "on one entry"])
async def test_two_of_the_board_lift_a_stale_hold_together(gate: Gate, *, scoped: bool) -> None:
    entry = await gate.register(**lorry(1))
    placed = (await stop(gate, **PLATE)).json()["hold"] if scoped else None
    placed = placed or (await hold(gate, entry)).json()

    async def say(who: str) -> tuple[int, bool]:
        answer = await (free(gate, placed, who) if scoped else lift(gate, entry, placed, who))
        return answer.status_code, await is_held(gate, entry)

    gate.wait(hours=23, minutes=59)
    assert [(403, True), (403, True)] == [
        await say("board-1"), await say("customs-supervisor")
    ]  # fmt: skip
    gate.wait(minutes=1)
    assert [(200, True), (200, True), (403, True), (200, False)] == [
        await say("board-1"), await say("board-1"), await say("medical-supervisor"),
        await say("board-2"),
    ]  # fmt: skip


async def test_the_supervisor_lifts_a_stale_hold_alone_and_both_names_are_kept_of_two(
    gate: Gate, session: AsyncSession
) -> None:
    entries = [await gate.register(**lorry(number)) for number in (1, 2)]
    holds = [(await hold(gate, entry)).json() for entry in entries]
    gate.wait(hours=24)
    await lift(gate, entries[0], holds[0], "customs-supervisor")
    for who in ("board-2", "board-1"):
        await lift(gate, entries[1], holds[1], who)
    assert [False, False] == [await is_held(gate, entry) for entry in entries]
    rows = {str(one.id): one for one in await session.scalars(select(Hold))}
    assert rows[holds[0]["id"]].lift_agreed_by is None
    two = rows[holds[1]["id"]]
    assert two.lift_agreed_by is not None
    assert two.lifted_by not in {None, two.lift_agreed_by}
    told = await session.scalars(select(Event.kind).order_by(Event.number.desc()).limit(2))
    assert ["hold.lifted", "hold.lift_agreed"] == told.all()


# --- the queue ------------------------------------------------------------------------------------


async def test_calls_pass_over_the_vehicle_and_the_events_replay(
    gate: Gate, session: AsyncSession
) -> None:
    entries = [await gate.register(**lorry(number)) for number in range(1, 5)]
    for entry in entries:
        await gate.move(entry)
        gate.wait(minutes=1)
    placed = (await stop(gate, **PLATE)).json()["hold"]
    (call,) = await gate.call()
    assert (entries[1]["id"], ["customs"]) == (
        call["entry"], [skip["posted_by"] for skip in call["skips"]],
    )  # fmt: skip
    await free(gate, placed)
    assert [entries[0]["id"], entries[2]["id"]] == [one["entry"] for one in await gate.call(2)]
    queue = Queue("tan-thanh", Direction.EXPORT)
    assert [] == await differences(UnitOfWork(session), queue)
