"""Movements and arrivals that machines report, as yards and guards report them."""

from collections.abc import Sequence

from app.domain.exchange import Known
from app.services.crossing.positions import Positions, Seen
from app.services.exchange.told import Desk, Record


async def see(desk: Desk, entries: Sequence[Known], *, way: str | None) -> Seen:
    """Record a vehicle where its source stands: in a yard, or at the gate itself.

    Raises:
        DomainError: why it is not taken.
    """
    positions, source = Positions(desk.uow, desk.act), desk.source
    sighting = desk.sighting(entries)
    if source.yard_code is None:
        return await positions.record_arrival(str(source.gate_code), sighting)
    bound_for = desk.told.facts.get("gate") or source.gate_code
    return await positions.record_movement(source.yard_code, sighting, way=str(way), gate=bound_for)


def record_of(seen: Seen, *, more: Sequence[str] = ()) -> Record:
    """Return what was recorded, with the rules that it contradicts."""
    entry = seen.entry
    return Record(
        entry=str(entry.id) if entry else None,
        reference=entry.reference if entry else None,
        kind="observation",
        id=str(seen.observation.id),
        exceptions=[*(case.rule for case in seen.exceptions), *more],
    )
