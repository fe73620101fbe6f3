"""Diversion: a vehicle turns around to another gate and keeps what it has waited."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.log.crossing import unlike_other
from app.domain.vocabulary import Direction, Queue
from app.models import Claim, Event
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from app.workers.counting import count_stays
from tests.api.conftest import Gate, lorry, movement
from tests.api.test_reports import line
from tests.api.test_seasons import DAY, fill_up, lane_of, lychee, taken
from tests.sealed import logged, sealed, verified

TAN_THANH, HUU_NGHI = (Queue(code, Direction.EXPORT) for code in ("tan-thanh", "huu-nghi"))
OUTSIDE = "viettel-logistics-park"
"""It serves both gates."""


async def asked(
    gate: Gate, entry: dict[str, Any], who: str = "company-1", to: str = "huu-nghi"
) -> Any:
    body = {"gate": to, "reason": "the road is blocked"}
    return await gate.post(f"/v1/entries/{entry['id']}/diversion", who, body)


async def divert(
    gate: Gate, entry: dict[str, Any], who: str = "company-1", to: str = "huu-nghi"
) -> dict[str, Any]:
    """Divert an entry and return where it stands."""
    answer = await asked(gate, entry, who, to)
    assert 200 == answer.status_code, answer.text
    standing: dict[str, Any] = answer.json()
    return standing


async def untrue(session: AsyncSession) -> list[Any]:
    """Return what the stored events of both queues have that the rule would not give.

    And in what the log of one of them does not say what that of the other one says.
    """
    uow, queues = UnitOfWork(session), (TAN_THANH, HUU_NGHI)
    verdicts = {queue.gate: verified(sealed(await logged(session, queue))) for queue in queues}
    logs = {gate: one.crossings for gate, one in verdicts.items()}
    wrong = [one.wrong for one in verdicts.values()]
    wrong += [unlike_other(gate, here, logs) for gate, here in logs.items()]
    played = [one for queue in queues for one in await differences(uow, queue)]
    return [*played, *(one for one in wrong if one is not None)]


async def test_it_waits_at_the_other_gate_with_its_points_and_open_seconds(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry, OUTSIDE)
    gate.wait(minutes=30)
    standing = await divert(gate, entry)
    assert ("huu-nghi", "queued", 1, 1800, 1800) == (
        standing["gate"], standing["state"], standing["place"], standing["points"],
        standing["open_wait_seconds"],
    )  # fmt: skip
    assert standing["call_number"].startswith("HN-")
    assert "waiting.started" == standing["last_change"]["code"]
    gate.wait(minutes=10)
    assert 2400 == (await gate.place(entry))["points"]
    assert [entry["id"]] == [call["entry"] for call in await gate.call(1, gate="huu-nghi")]
    assert [] == await untrue(session)


async def test_it_stands_before_who_has_waited_less_and_after_who_has_waited_more(
    gate: Gate, session: AsyncSession
) -> None:
    elder = await gate.register(**lorry(2, gate="huu-nghi"))
    await gate.move(elder, OUTSIDE)
    gate.wait(minutes=10)
    entry = await gate.register(**lorry(1))
    await gate.move(entry, OUTSIDE)
    gate.wait(minutes=20)
    younger = await gate.register(**lorry(3, gate="huu-nghi"))
    await gate.move(younger, OUTSIDE)
    await divert(gate, entry)
    places = [(await gate.place(one))["place"] for one in (elder, entry, younger)]
    assert [1, 2, 3] == places
    await gate.call(3, gate="huu-nghi")
    assert [] == await untrue(session)


async def test_who_is_in_a_yard_that_does_not_serve_it_comes_into_position_first(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry, "bao-nguyen")
    gate.wait(minutes=30)
    standing = await divert(gate, entry)
    assert ("registered", None, None) == (
        standing["state"], standing["place"], standing["call_number"],
    )  # fmt: skip
    assert "come-into-position" in [step["code"] for step in standing["next_steps"]]
    assert "Diverted from tan-thanh" in standing["last_change"]["message"]
    assert [] == (await session.scalars(select(Claim))).all()
    gate.wait(minutes=60)
    seen = await gate.move(entry, "xuan-cuong")
    assert ("queued", 1800) == (seen["state"], seen["place"]["points"])
    gate.wait(minutes=5)
    await gate.call(1, gate="huu-nghi")
    assert [] == await untrue(session)


async def test_a_closed_gate_ages_nobody_there_either(gate: Gate) -> None:
    gate.go_to("2026-03-11T15:00:00+07:00")
    entry = await gate.register(**lorry(1))
    await gate.move(entry, OUTSIDE)
    gate.go_to("2026-03-12T04:00:00+07:00")
    before = await gate.place(entry)
    standing = await divert(gate, entry)
    assert (before["points"], before["open_wait_seconds"]) == (
        standing["points"], standing["open_wait_seconds"],
    )  # fmt: skip


async def test_the_lane_is_judged_by_the_rules_of_the_other_gate(gate: Gate) -> None:
    entry = await gate.register()
    await gate.move(entry, OUTSIDE)
    gate.wait(minutes=30)
    assert "green" == (await gate.place(entry))["lane"]
    standing = await divert(gate, entry)
    now = await gate.entry(entry)
    assert ("ordinary", "ordinary", 3600) == (now["lane"], standing["lane"], standing["points"])
    assert "huu-nghi" == now["declared"]["gate"]
    assert 2 == now["version"]
    gate.wait(minutes=10)
    assert 3600 + 600 == (await gate.place(entry))["points"]


async def test_the_day_of_the_first_arrival_still_prices(gate: Gate) -> None:
    gate.go_to("2025-05-07T10:00:00+07:00")
    entry = await gate.register(
        **lorry(1, gate="coc-nam", planned_arrival_at="2025-05-07T12:00:00+07:00")
    )
    await gate.post(
        "/v1/arrivals", "border_guard", {"gate": "coc-nam", "reference": entry["reference"]}
    )
    gate.go_to("2025-05-08T10:00:00+07:00")
    await divert(gate, entry, "officer-1")
    now = await gate.entry(entry)
    assert ("tariff-2019-01", "2025-05-07") == (
        now["charge"]["tariff"], now["charge"]["priced_on"],
    )  # fmt: skip


async def test_in_order_of_arrival_a_wait_is_worth_the_rate_of_its_lane(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1, gate="coc-nam"))
    seen = {"gate": "coc-nam", "reference": entry["reference"]}
    await gate.post("/v1/arrivals", "border_guard", seen)
    gate.wait(minutes=20)
    waited = (await gate.place(entry))["open_wait_seconds"]
    await divert(gate, entry, "officer-1")
    moved = await gate.move(entry, OUTSIDE)
    assert ("queued", waited) == (moved["state"], moved["place"]["points"])
    gate.wait(minutes=5)
    await gate.call(1, gate="huu-nghi")
    assert [] == await untrue(session)


async def test_into_order_of_arrival_it_comes_with_the_open_seconds_it_has(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    gate.wait(minutes=30)
    await divert(gate, entry, to="coc-nam")
    first = await gate.register(**lorry(2, gate="coc-nam"))
    for one in (first, entry):
        seen = {"gate": "coc-nam", "reference": one["reference"]}
        await gate.post("/v1/arrivals", "border_guard", seen)
        gate.wait(minutes=1)
    standing = await gate.place(entry)
    assert ("arrived", 1) == (standing["state"], standing["place"])
    assert standing["call_number"].startswith("CN-")


async def test_back_again_it_has_what_it_earned_at_both(gate: Gate, session: AsyncSession) -> None:
    entry = await gate.register()
    await gate.move(entry, OUTSIDE)
    gate.wait(minutes=10)
    await divert(gate, entry)
    gate.wait(minutes=10)
    standing = await divert(gate, entry, to="tan-thanh")
    assert ("green", 2 * 600 + 600, 1200) == (
        standing["lane"], standing["points"], standing["open_wait_seconds"],
    )  # fmt: skip
    gate.wait(minutes=10)
    await gate.call(1)
    assert [] == await untrue(session)
    listed = (await gate.get(f"/v1/entries/{entry['id']}/diversions", "company-1")).json()["items"]
    names = ("from_gate", "to_gate", "carried", "waited_seconds", "diverted_by")
    assert [
        ("tan-thanh", "huu-nghi", 1200, 600, "company"),
        ("huu-nghi", "tan-thanh", 1800, 1200, "company"),
    ] == [tuple(one[name] for name in names) for one in listed]


@pytest.mark.parametrize(
    ("taken_before", "lane", "taken_after"),
    [
        pytest.param(198, "green-season", 199, id="it has its place again"),
        pytest.param(200, "green", 200, id="who found none finds none"),
    ],
)
async def test_away_and_back_again_takes_no_second_seasonal_place(
    gate: Gate, session: AsyncSession, taken_before: int, lane: str, taken_after: int
) -> None:
    """Nor does the next day, of which it could else have the first place."""
    gate.go_to("2026-05-20T08:00:00+07:00")
    await fill_up(session, taken_before)
    entry = await gate.register(**lychee(1))
    await gate.move(entry, OUTSIDE)
    assert (lane, [(DAY, taken_after)]) == (await lane_of(gate, entry), await taken(session))
    await divert(gate, entry)
    assert "ordinary" == await lane_of(gate, entry)
    await divert(gate, entry, to="tan-thanh")
    assert (lane, [(DAY, taken_after)]) == (await lane_of(gate, entry), await taken(session))
    await divert(gate, entry)
    gate.go_to("2026-05-21T08:00:00+07:00")
    await divert(gate, entry, to="tan-thanh")
    assert (lane, [(DAY, taken_after)]) == (await lane_of(gate, entry), await taken(session))


async def test_who_left_before_it_came_asks_for_a_seasonal_place_when_it_is_back(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2026-05-20T08:00:00+07:00")
    entry = await gate.register(**lychee(1))
    await divert(gate, entry)
    await gate.move(entry, OUTSIDE)
    assert [] == await taken(session)
    await divert(gate, entry, to="tan-thanh")
    assert ("green-season", [(DAY, 1)]) == (await lane_of(gate, entry), await taken(session))


async def test_a_held_vehicle_stays_held_and_the_log_knows_it(
    gate: Gate, session: AsyncSession
) -> None:
    held, other = await gate.register(**lorry(1)), await gate.register(**lorry(2, gate="huu-nghi"))
    await gate.move(held, OUTSIDE)
    gate.wait(minutes=5)
    await gate.move(other, OUTSIDE)
    placed = await gate.post(f"/v1/entries/{held['id']}/holds", "customs", {"reason": "soi"})
    await divert(gate, held)
    gate.wait(minutes=5)
    assert [other["id"]] == [call["entry"] for call in await gate.call(1, gate="huu-nghi")]
    await gate.post(
        f"/v1/entries/{held['id']}/holds/{placed.json()['id']}/lift", "customs", {"reason": "done"}
    )
    assert [held["id"]] == [call["entry"] for call in await gate.call(1, gate="huu-nghi")]
    assert [] == await untrue(session)


async def test_after_its_call_only_an_officer_diverts_it_and_the_call_has_ended(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry, OUTSIDE)
    gate.wait(minutes=30)
    (call,) = await gate.call(1)
    refused = await asked(gate, entry)
    assert (409, "diversion-after-call") == (refused.status_code, refused.json()["code"])
    standing = await divert(gate, entry, "officer-1")
    assert ("queued", 1800) == (standing["state"], standing["points"])
    found = await gate.get(f"/v1/calls/{call['id']}", "officer-1")
    assert "ended" == found.json()["outcome"]
    late = await gate.post(f"/v1/calls/{call['id']}/withdrawal", "officer-1", {"reason": "late"})
    assert (409, "call-ended") == (late.status_code, late.json()["code"])
    gate.wait(hours=2)
    await gate.work()
    assert "queued" == (await gate.entry(entry))["state"]
    assert [] == await untrue(session)


async def test_who_has_put_itself_off_waits_on_at_the_other_gate(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry, OUTSIDE)
    gate.wait(minutes=30)
    await gate.post(f"/v1/entries/{entry['id']}/deferral", "company-1", {"minutes": 240})
    standing = await divert(gate, entry)
    assert ("registered", None) == (standing["state"], standing["place"])
    gate.wait(minutes=241)
    await gate.work()
    standing = await gate.place(entry)
    assert ("huu-nghi", "queued") == (standing["gate"], standing["state"])
    await gate.call(1, gate="huu-nghi")
    assert [] == await untrue(session)


async def test_what_the_first_gate_confirmed_of_it_is_asked_anew(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry, OUTSIDE)
    await gate.check(entry, "customs_entry", "customs")
    await gate.check(entry, "medical", "medical")
    await divert(gate, entry)
    results = [(one["kind"], one["result"]) for one in (await gate.entry(entry))["checks"]]
    assert [
        ("customs_entry", "passed"), ("medical", "passed"), ("customs_entry", "requested"),
    ] == results  # fmt: skip
    listed = await gate.get("/v1/check-requests", "customs", params={"gate": "huu-nghi"})
    assert [entry["id"]] == [one["entry"] for one in listed.json()["items"]]


@pytest.mark.parametrize(
    ("to", "code", "rule"),
    [
        pytest.param("tan-thanh", "diversion-unfit", "same-gate", id="its own"),
        pytest.param("nowhere", "unknown-code", "unknown-code", id="none that is known"),
    ],
)
async def test_it_goes_to_another_gate(gate: Gate, to: str, code: str, rule: str) -> None:
    entry = await gate.register(**lorry(1))
    answer = await asked(gate, entry, to=to)
    assert (422, code, [("/gate", rule)]) == (
        answer.status_code, answer.json()["code"],
        [(one["pointer"], one["rule"]) for one in answer.json()["errors"]],
    )  # fmt: skip


async def test_who_is_in_the_gate_turns_round_no_more(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.post(f"/v1/entries/{entry['id']}/admission", "border_guard")
    answer = await asked(gate, entry, "officer-1")
    assert (409, "step-refused") == (answer.status_code, answer.json()["code"])


async def test_no_other_company_diverts(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    assert 404 == (await asked(gate, entry, "company-2")).status_code
    assert 404 == (await gate.get(f"/v1/entries/{entry['id']}/diversions", "app")).status_code


async def test_what_a_yard_opened_is_diverted_by_an_officer(gate: Gate) -> None:
    seen = (await movement(gate, plate="15C-000.01", direction="export")).json()
    await divert(gate, {"id": seen["entry"]}, "officer-1")
    assert "huu-nghi" == (await gate.entry({"id": seen["entry"]}))["gate"]


async def test_events_name_gates_and_points_and_who_ordered_it(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry, OUTSIDE)
    gate.wait(minutes=1)
    await divert(gate, entry, "officer-1")
    events = (await session.scalars(select(Event).order_by(Event.number))).all()
    told = {event.kind: event for event in events}
    left, joined = told["entry.diverted"], told["entry.joined"]
    assert ("tan-thanh", "huu-nghi", 60, 60, "officer") == (
        left.gate_code, left.data["to"], left.data["earned"], left.data["carried"],
        left.data["by"],
    )  # fmt: skip
    assert ("huu-nghi", "tan-thanh", 60, []) == (
        joined.gate_code, joined.data["from"], joined.data["carried"], joined.data["holds"],
    )  # fmt: skip
    assert left.number < joined.number < told["waiting.started"].number


async def test_the_board_counts_who_turned_round_at_the_gate_it_left(
    gate: Gate, sessions: async_sessionmaker[AsyncSession]
) -> None:
    came, never = await gate.register(**lorry(1)), await gate.register(**lorry(2))
    await gate.move(came, OUTSIDE)
    gate.wait(minutes=30)
    for entry in (came, never):
        await divert(gate, entry)
    gate.go_to("2026-03-12T08:00:00+07:00")
    await gate.register(**lorry(9))
    await count_stays(sessions)
    left = await line(gate, "tan-thanh", "2026-03-11")
    there = await line(gate, "huu-nghi", "2026-03-11")
    assert (1, 0, 0) == (left["turned_round"], left["passed"], left["turned_back"])
    assert 0 == left["stock"]["exports"]["vehicles"]
    assert (0, 1) == (there["turned_round"], there["stock"]["exports"]["vehicles"])
