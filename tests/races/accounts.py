"""What must add up after a race, whatever happened in it: rows with rows, and with events."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from app.domain.log.retelling import KINDS
from app.models import (
    Call,
    Claim,
    Deadline,
    Diversion,
    Entry,
    Event,
    Hold,
    Notice,
    Observation,
    Substitution,
)
from app.repositories.unit_of_work import UnitOfWork
from app.services.crossing.positions import claims_of
from app.services.queues.replaying import differences
from tests.races.house import House
from tests.races.promises import broken_promises, out_of_time
from tests.services.acting import export

KEYED = {"queued", "called"}
TOLD_ONCE = {
    "entry.registered": Entry,
    "call.made": Call,
    "hold.placed": Hold,
    "entry.diverted": Diversion,
}
"""Events of which each has a row, and each row one."""


async def what_does_not_add_up(house: House, gates: Collection[str]) -> list[str]:
    """Return everything that is lost, done twice, or not as the rule gives; nothing after a race.

    For houses in which every entry is registered, and what is due has been done.
    """
    found = [
        *_of_entries(await house.rows(Entry), await house.rows(Claim)),
        *_of_calls(await house.rows(Call), await house.rows(Entry)),
        *await _of_events(house),
        *await _of_yards(house),
    ]
    async with house.sessions() as session:
        uow = UnitOfWork(session)
        for gate in gates:
            told = await uow.records.told(export(gate), KINDS)
            found += [str(one) for one in await differences(uow, export(gate))]
            found += [*broken_promises(told), *out_of_time(told)]
    return found


def _of_entries(entries: Sequence[Entry], claims: Sequence[Claim]) -> Iterator[str]:
    """Whoever waits has a key; whoever is in position has its claims, and nobody else any."""
    held: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
    for claim in claims:
        held[claim.entry_id].add((claim.kind, claim.value))
    for entry in entries:
        if (entry.state in KEYED) != (entry.queue_key is not None):
            yield f"{entry.id} is {entry.state} with key {entry.queue_key}"
        if held[entry.id] != (set(claims_of(entry)) if entry.in_position else set()):
            yield f"{entry.id} in position {entry.in_position} claims {held[entry.id]}"
        if entry.ended_at is not None and (entry.yard_code or entry.awaits_place):
            yield f"{entry.id} has ended and takes a place"


def _of_calls(calls: Sequence[Call], entries: Sequence[Entry]) -> Iterator[str]:
    """Of each vehicle one call at most is open, that of one that is called; no number is double."""
    open_calls = Counter(call.entry_id for call in calls if call.outcome is None)
    called = {entry.id: 1 for entry in entries if entry.state == "called"}
    if open_calls != called:
        yield f"open calls {open_calls}, called {called}"
    numbers = Counter(entry.call_number for entry in entries if entry.call_number)
    yield from (f"{number} is {many} vehicles'" for number, many in numbers.items() if many > 1)


async def _of_events(house: House) -> Iterator[str]:
    """Each row has its event, and each event its row."""
    events = await house.rows(Event)
    told = Counter(event.kind for event in events)
    found: list[str] = []

    def expect(kind: str, many: int) -> None:
        if told[kind] != many:
            found.append(f"{told[kind]} times {kind}, {many} rows")

    for kind, model in TOLD_ONCE.items():
        expect(kind, len(await house.rows(model)))
    expect("hold.lifted", len(await house.rows(Hold, Hold.lifted_at.is_not(None))))
    for outcome in ("missed", "excused", "withdrawn"):
        expect(f"call.{outcome}", len(await house.rows(Call, Call.outcome == outcome)))
    expect("entry.no_show", len(await house.rows(Call, Call.outcome == "no_show")))
    for state in ("proposed", "refused", "withdrawn"):
        asked = Substitution.needs_check if state == "proposed" else Substitution.state == state
        expect(f"substitution.{state}", len(await house.rows(Substitution, asked)))
    confirmed = Substitution.state == "confirmed"
    expect("entry.substituted", len(await house.rows(Substitution, confirmed)))
    moved = Observation.kind.in_(["yard-in", "yard-out"])
    expect("movement.recorded", len(await house.rows(Observation, moved)))
    posted = {event.data["notice"] for event in events if event.kind == "notice.posted"}
    if posted != {str(notice.id) for notice in await house.rows(Notice)}:
        found.append("notices that nobody was told of")
    due = Deadline.done_at.is_(None) & (Deadline.due_at <= house.clock())
    found += [f"{one.kind} of {one.due_at} is not done" for one in await house.rows(Deadline, due)]
    return iter(found)


async def _of_yards(house: House) -> list[str]:
    """Count anew, from every event, who stands where."""
    entries = {entry.id: entry for entry in await house.rows(Entry)}
    events = sorted(await house.rows(Event), key=lambda event: event.number)
    told: dict[UUID | None, list[Event]] = defaultdict(list)
    for event in events:
        told[event.entry_id].append(event)
    yards = (_yard_of(told[one.id]) for one in entries.values() if one.ended_at is None)
    stand = Counter(yard for yard in yards if yard)
    async with house.sessions() as session:
        occupied = await UnitOfWork(session).yards.occupied()
    return [] if stand == occupied else [f"counted {stand}, told {occupied}"]


def _yard_of(events: Sequence[Event]) -> str | None:
    """Return where an open entry stands by what was seen of it last."""
    yard, gate, has_come = None, events[0].gate_code, False
    for event in events:
        match event.kind:
            case "movement.recorded":
                yard = event.data["yard"] if event.data["way"] == "in" else None
            case "entry.joined":
                gate = event.gate_code
            case "entry.arrived" if event.data["gate"] == gate:
                yard, has_come = None, True
            case "entry.admitted" if not has_come:
                yard, has_come = None, True
            case _:
                pass
    return yard
