"""Routes: who is bound to one, what happens when it has had its day's vehicles."""

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.models import Event, ReferenceRevision, Route
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from tests.api.conftest import Gate, found, lorry

ROAD, OTHER, NARROW = "1088-2-1089", "1090-1091", "1091-2"
QUEUE = Queue("tan-thanh", Direction.EXPORT)


@pytest.fixture
async def narrow(session: AsyncSession) -> str:
    """A route at Tân Thanh that takes two vehicles a day."""
    capacity = {"valid_from": None, "valid_to": None, "vehicles": 2, "basis": "provisional"}
    facts = {
        "code": NARROW, "marker_label": NARROW, "kind": "clearance-route", "basis": "provisional",
        "source": "a test", "capacity_per_day": [{**capacity, "source": "a test"}],
    }  # fmt: skip
    session.add(Route(gate_code="tan-thanh", code=NARROW, facts=facts))
    await session.execute(update(ReferenceRevision).values(revision=ReferenceRevision.revision + 1))
    await session.commit()
    return NARROW


async def wait(gate: Gate, *routes: str | None, start: int = 1) -> list[Any]:
    """Return entries bound to these routes that wait, a minute apart."""
    entries = []
    for number, route in enumerate(routes, start=start):
        entries.append(await gate.register(**lorry(number, route=route)))
        await gate.move(entries[-1])
        gate.wait(minutes=1)
    return entries


async def called(gate: Gate, count: int) -> list[str]:
    return [call["entry"] for call in await gate.call(count)]


def ids(entries: list[Any]) -> list[str]:
    return [entry["id"] for entry in entries]


async def ensure_replayed(session: AsyncSession) -> None:
    """Ensure that what is stored of the queue gives exactly the calls made."""
    assert [] == await differences(UnitOfWork(session), QUEUE)


# --- binding ------------------------------------------------------------------------------------


async def test_an_entry_is_bound_to_a_route_of_its_gate(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, route=ROAD))
    assert (ROAD, ROAD, []) == (
        entry["route"], entry["declared"]["route"], found(entry, "blocking"),
    )  # fmt: skip
    assert (await gate.register(**lorry(2)))["route"] is None


@pytest.mark.parametrize("route", ["1119-1120", "nowhere"], ids=["of another gate", "of no gate"])
async def test_a_route_that_the_gate_does_not_have_is_refused(gate: Gate, route: str) -> None:
    answer = await gate.post("/v1/entries", "company-1", lorry(1, route=route))
    assert (422, "unknown-code") == (answer.status_code, answer.json()["code"])
    assert [("/route", "unknown-code", route)] == [
        (one["pointer"], one["rule"], one["value"]) for one in answer.json()["errors"]
    ]


async def test_a_road_for_passengers_keeps_a_vehicle_from_being_ready(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, gate="huu-nghi", route="1116-1117"))
    assert [("route-takes-no-goods", "/route")] == found(entry, "blocking")
    assert (await gate.amend(entry, route="1119-1120")).json()["ready"]


async def test_a_list_is_narrowed_to_a_route(gate: Gate) -> None:
    first, _, third = await wait(gate, ROAD, OTHER, ROAD)
    listed = (await gate.get(f"/v1/entries?gate=tan-thanh&route={ROAD}", "officer-1")).json()
    assert ids([third, first]) == ids(listed["items"])


async def test_another_route_keeps_the_place(gate: Gate, session: AsyncSession) -> None:
    first, second = await wait(gate, ROAD, ROAD)
    before = await gate.place(first)
    assert 200 == (await gate.amend(first, route=OTHER)).status_code
    after = await gate.place(first)
    assert (1, before["points"]) == (after["place"], after["points"])
    assert [{"clock", "route", "inside"}] == [
        set(data) for data in await session.scalars(
            select(Event.data).where(Event.kind == "waiting.moved")
        )
    ]  # fmt: skip
    assert ids([first, second]) == await called(gate, 2)
    await ensure_replayed(session)


# --- a day's capacity ---------------------------------------------------------------------------


async def test_a_route_is_called_no_more_than_it_takes_a_day(
    gate: Gate, narrow: str, session: AsyncSession
) -> None:
    waiting = await wait(gate, narrow, narrow, narrow, None, narrow, ROAD)
    today = [*waiting[:2], waiting[3], waiting[5]]
    assert ids(today) == await called(gate, 6)
    await ensure_replayed(session)
    for entry in today:
        await gate.arrive(entry)
    gate.go_to("2026-03-12T08:00:00+07:00")
    assert ids([waiting[2], waiting[4]]) == await called(gate, 6)
    await ensure_replayed(session)


async def test_a_route_that_is_used_up_costs_one_skip_a_call_whoever_waits(
    gate: Gate, narrow: str
) -> None:
    waiting = await wait(gate, narrow, narrow, narrow, narrow, None, narrow)
    calls = await gate.call(6)
    assert [[], [], ["TT-0003"]] == [
        [skip["call_number"] for skip in call["skips"]] for call in calls
    ]
    skip = {"reason": "route-used-up", "route": narrow, "posted_by": "board", "cause": None}
    assert skip.items() <= calls[2]["skips"][0].items()
    assert waiting[4]["id"] == calls[2]["entry"]


async def test_a_skip_is_told_only_where_it_changed_who_was_called(gate: Gate, narrow: str) -> None:
    await wait(gate, narrow, narrow, None, narrow)
    assert [[], [], []] == [call["skips"] for call in await gate.call(3)]


async def test_a_call_that_was_not_followed_or_withdrawn_leaves_its_place_on_the_route(
    gate: Gate, narrow: str
) -> None:
    first, second, _ = await wait(gate, narrow, narrow, narrow)
    calls = await gate.call(2)
    assert ids([first, second]) == [call["entry"] for call in calls]
    path = f"/v1/calls/{calls[0]['id']}/withdrawal"
    await gate.post(path, "officer-1", {"reason": "a mistake"})
    assert ids([first]) == await called(gate, 3)
    await gate.arrive(first)
    gate.wait(minutes=40)
    assert 1 == len(await called(gate, 3))


async def test_whom_a_used_up_route_keeps_is_told_and_counts_for_nobody_else(
    gate: Gate, narrow: str
) -> None:
    _, _, third, fourth, other = await wait(gate, narrow, narrow, narrow, narrow, None)
    before = [await gate.place(one) for one in (third, fourth, other)]
    assert [(3, True), (4, True), (5, True)] == [(it["place"], it["callable"]) for it in before]
    await called(gate, 2)
    after = [await gate.place(one) for one in (third, fourth, other)]
    assert [(1, False), (2, False), (1, True)] == [(it["place"], it["callable"]) for it in after]
    assert [1, 0] == [after[1]["ahead"]["ordinary"], after[2]["ahead"]["ordinary"]]


async def test_whom_a_used_up_route_keeps_is_told_that_and_no_time(gate: Gate, narrow: str) -> None:
    _, _, third, other = await wait(gate, narrow, narrow, narrow, None)
    await called(gate, 2)
    gate.forget()
    reasons = [(await gate.place(one))["expected_wait"]["reason"] for one in (third, other)]
    assert ["route-used-up", "too-few-recent-calls"] == reasons


async def test_whom_a_used_up_route_keeps_stands_before_nobody(gate: Gate, narrow: str) -> None:
    await wait(gate, narrow, narrow, *[None] * 8)
    for entry in await called(gate, 10):
        await gate.arrive({"gate": "tan-thanh", "reference": await reference(gate, entry)})
    *_, last = await wait(gate, narrow, narrow, None, start=20)
    gate.forget()
    expected = (await gate.place(last))["expected_wait"]
    assert (10, 18) == (expected["sample"], expected["likely_seconds"])


async def reference(gate: Gate, entry: str) -> str:
    found: str = (await gate.entry({"id": entry}))["reference"]
    return found


async def test_a_closure_and_a_used_up_route_may_meet(
    gate: Gate, narrow: str, session: AsyncSession
) -> None:
    """After Tết only those are called who registered before it."""
    gate.go_to("2026-02-14T18:00:00+07:00")
    before = await wait(gate, narrow, narrow, narrow, None)
    gate.go_to("2026-02-15T10:00:00+07:00")
    during = await gate.register(**lorry(9, route=None))
    gate.go_to("2026-02-19T08:00:00+07:00")
    await gate.move(during)
    calls = await gate.call(5)
    assert ids([*before[:2], before[3]]) == [call["entry"] for call in calls]
    assert ["route-used-up"] == [skip["reason"] for skip in calls[2]["skips"]]
    await ensure_replayed(session)
