"""After a step: the tables, told as the model tells itself, and the promises made to the public."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.domain.log.retelling import KINDS, NO_RATES, replayed
from app.domain.reference import Reference
from app.domain.replay import replay
from app.models import Claim, Entry, SeasonDay
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.queues.places import Places
from tests.races.house import House
from tests.races.promises import broken_promises, out_of_time
from tests.sealed import logged, sealed, verified
from tests.services.acting import export
from tests.services.plain.vehicles import GATES, Truck
from tests.services.plain.zone import PlainZone

ENTRIES, CLAIMS, SEASON_DAYS = select(Entry), select(Claim), select(SeasonDay)


async def compare(house: House, zone: PlainZone, reference: Reference, now: datetime) -> None:
    """Find the tables as the model says they are, and every call as the rule says."""
    async with house.sessions() as session:
        uow = UnitOfWork(session)
        rows = {row.id: row for row in await session.scalars(ENTRIES)}
        trucks = {one.id: one for one in zone.everybody}
        assert trucks.keys() == rows.keys()
        unlike = {one.plate: _unlike(one, rows[one.id]) for one in trucks.values()}
        assert not any(unlike.values()), unlike
        claims = {(one.kind, one.value): one.entry_id for one in await session.scalars(CLAIMS)}
        assert zone.claims == claims
        taken = {day.on_day: day.taken for day in await session.scalars(SEASON_DAYS)}
        assert zone.taken == taken
        assert zone.occupied() == await uow.yards.occupied()
        for gate in GATES:
            assert zone.gates[gate].clock.reading(now) == (
                reference.clock(export(gate)).reading(now)
            )
            await _compare_calls(uow, zone, gate)
            wrong = verified(sealed(await logged(session, export(gate)))).wrong
            assert wrong is None, wrong
            await _compare_place(uow, zone, gate, Today(now, reference), rows)


async def _compare_calls(uow: UnitOfWork, zone: PlainZone, gate: str) -> None:
    """Replay the stored events: they give the calls made, and no call broke a promise."""
    told = await uow.records.told(export(gate), KINDS)
    made = [entry for kind, entry, _ in told if kind == "call.made"]
    assert [one.truck.id for one in zone.calls if one.gate == gate] == made
    assert [] == replay(replayed(told), NO_RATES)
    assert [] == [*broken_promises(told), *out_of_time(told)]


async def _compare_place(
    uow: UnitOfWork, zone: PlainZone, gate: str, today: Today, rows: dict[Any, Entry]
) -> None:
    """Compare the place of one who waits, another each time."""
    here = zone.gates[gate]
    waiting = sorted(here.queued, key=lambda one: one.id)
    if waiting:
        truck = waiting[today.now.second % len(waiting)]
        found = await Places(uow, today).place(rows[truck.id])
        assert found is not None
        assert here.place(truck, today.now) == found.place
        assert here.is_callable(truck, today.now) == found.callable


def _unlike(truck: Truck, row: Entry) -> dict[str, tuple[Any, Any]]:
    """Return where a truck and its row differ: as told by the model, as stored."""
    told, stored = _told(truck), _stored(row, truck)
    return {name: (told[name], stored[name]) for name in told if told[name] != stored[name]}


def _told(truck: Truck) -> dict[str, Any]:
    return {
        "plate": truck.plate,
        "gate": truck.gate,
        "route": truck.route,
        "state": truck.state,
        "lane": truck.lane,
        "key": truck.key,
        "earned": truck.earned,
        "waits_from": truck.waits_from,
        "held": bool(truck.holds),
        "in_position": truck.in_position,
        "yard": truck.yard,
        "inside": truck.inside,
        "awaits_place": truck.awaits_place,
        "contested": truck.contested,
        "season_on": truck.season_on,
        "ended": not truck.open,
        "ready": truck.ready,
        "kept_out": truck.kept_out_until,
        "deferred": truck.deferred_until,
        "doubts": truck.doubts,
    }


def _stored(row: Entry, truck: Truck) -> dict[str, Any]:
    """Return the same of a row; what an entry has earned is stored once it waits no more."""
    waits = row.queue_key is not None
    return {
        "plate": row.tractor_plate,
        "gate": row.gate_code,
        "route": row.route_code,
        "state": row.state,
        "lane": row.lane,
        "key": row.queue_key,
        "earned": truck.earned if waits else row.points_carried,
        "waits_from": row.waits_from,
        "held": row.held,
        "in_position": row.in_position,
        "yard": row.yard_code,
        "inside": row.inside,
        "awaits_place": row.awaits_place,
        "contested": row.contested,
        "season_on": row.season_on,
        "ended": row.ended_at is not None,
        "ready": not any(one["severity"] == "blocking" for one in row.findings),
        "kept_out": row.limited_until,
        "deferred": row.deferred_until,
        "doubts": {code.removeprefix("substitution-") for code in row.discrepancies},
    }
