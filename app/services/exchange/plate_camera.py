"""Plate cameras: what they are sure of is seen, the rest waits for a person."""

from collections.abc import Sequence

from app.domain.camera_reads import Read, SeenClass, contradicts
from app.domain.camera_reads import decide as decide_read
from app.domain.exchange import Decision, Known
from app.domain.vocabulary import Agency, Direction, Queue, Role
from app.models import Source
from app.services.crossing.contradictions import Contradictions
from app.services.crossing.positions import Seen
from app.services.exchange.seeing import record_of, see
from app.services.exchange.told import Adapter, Desk, Record, Told

OTHER_CLASS = "vehicle-class-not-as-declared"


def decide(told: Told, source: Source, known: Sequence[Known]) -> Decision:
    """Return whose a reading is, as sure as its source must be."""
    read = Read(
        plate=told.names.plate or "",
        confidence=told.facts["confidence"],
        at=told.occurred_at,
        alternatives=told.guesses,
        direction=told.names.direction,
    )
    return decide_read(read, source.least_confidence, known)


async def apply(desk: Desk, entries: Sequence[Known]) -> Sequence[Record]:
    """Record what was seen, and doubt a vehicle of another class than the one declared."""
    seen = await see(desk, entries, way=desk.source.way)
    return [record_of(seen, more=await _doubt(desk, seen))]


async def _doubt(desk: Desk, seen: Seen) -> Sequence[str]:
    """Open an exception where the class contradicts what is declared; a guess costs no lane."""
    told, entry = desk.told.facts.get("vehicle_class"), seen.entry
    if told is None or entry is None or entry.organisation_id is None:
        return ()
    if not contradicts(entry.declared, SeenClass(told)):
        return ()
    cases = Contradictions(desk.uow)
    cases.open(desk.act, OTHER_CLASS, entry, seen.observation, vehicle_class=told)
    await desk.uow.flush()
    queue = Queue(entry.gate_code, Direction(entry.direction))
    await desk.uow.records.insert_events(cases.events(desk.act, queue))
    return (OTHER_CLASS,)


ADAPTER = Adapter(
    senders={Role.OFFICER, Role.YARD, *Agency},
    witnesses={Role.OFFICER, *Agency},
    decide=decide,
    apply=apply,
)
