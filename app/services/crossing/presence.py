"""A vehicle is there: the first presence decides the verdict's day, the arrival the price's."""

from datetime import datetime, timedelta

from app.models import Entry, Observation
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.crossing.contradictions import Contradictions
from app.services.crossing.release import keep_release
from app.services.crossing.sightings import LATE
from app.services.declarations.assessment import driver_name_of, reassess
from app.services.fees import ARRIVED, Charging
from app.services.queues.stay_limits import watch_stay
from app.services.queues.waiting import WaitingLine


async def note_presence(
    uow: UnitOfWork, act: Act, entry: Entry, line: WaitingLine, at: datetime
) -> None:
    """Keep the earliest presence, judge and price anew, let waiting and a release follow."""
    known = entry.presence_at
    entry.presence_at = _first(known, _declared_before(entry, at))
    if entry.presence_at != known:
        watch_stay(uow, act, entry)
    assessed = reassess(act, entry, driver_name_of(act, entry))
    await line.follow(entry, assessed)
    cause = ARRIVED if entry.arrived_at else "in-position"
    repriced = await Charging(uow, act).reprice(
        entry, line.queue, assessed.quote, assessed.priced_on, cause
    )
    line.events += repriced.events
    await keep_release(uow, act, entry, line)


async def note_arrival(
    uow: UnitOfWork, act: Act, entry: Entry, line: WaitingLine, at: datetime
) -> None:
    """Keep the earliest arrival at the gate itself, which is a presence too; no yard has it now."""
    line.stand(entry, None, at)
    entry.arrived_at = _first(entry.arrived_at, at)
    await note_presence(uow, act, entry, line, at)


def doubt_presence(cases: Contradictions, act: Act, entry: Entry, seen: Observation) -> None:
    """Note a vehicle that was seen before its company had registered it; ask before it is kept.

    The day of it decides verdict and price: told late, it could choose last year's tariff. Who was
    there as unregistered before its company came is no contradiction.
    """
    is_first = entry.presence_at is None or seen.occurred_at < entry.presence_at
    is_declared = entry.organisation_id is not None
    if is_declared and is_first and seen.occurred_at < entry.registered_at - LATE:
        cases.open(act, "seen-before-registration", entry, seen)


def _first(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)


def _declared_before(entry: Entry, at: datetime) -> datetime:
    """Return a presence after a registration that was there within the same second.

    Instants are whole seconds, and the rule that a vehicle is declared before it comes is strict.
    """
    if entry.organisation_id is not None and at == entry.registered_at:
        return at + timedelta(seconds=1)
    return at
