"""Foreign vehicles that stay too long: watched from their presence, warned of at the instant."""

from datetime import datetime

from app.domain.deadlines import DeadlineKind
from app.domain.declaration import read_declaration
from app.domain.findings import warning
from app.domain.stay_limits import OVERSTAYED, StayLimit, limit_for, stays_until
from app.domain.steps import ENDINGS
from app.domain.vocabulary import State
from app.models import Deadline, Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.queues.waiting import WaitingLine


def watch_stay(uow: UnitOfWork, act: Act, entry: Entry) -> None:
    """Let the end of a vehicle's stay become due, if it has one; ask when its presence is set."""
    found = _limit_of(act, entry)
    if found is not None:
        uow.add(_deadline(act, entry, found[1]))


def warn_of_stay(uow: UnitOfWork, act: Act, entry: Entry, line: WaitingLine) -> bool:
    """Warn, once, of a vehicle that has stayed as long as it may by this act; it is always done.

    What is known of it may have changed since it was watched: then it has no limit, or a later one.
    """
    found = _limit_of(act, entry)
    known = {finding["rule"] for finding in entry.findings}
    if found is None or State(entry.state) in ENDINGS or OVERSTAYED in known:
        return True
    limit, until = found
    if until > act.now:
        uow.add(_deadline(act, entry, until))
        return True
    entry.findings = [*entry.findings, warning(OVERSTAYED, "", limit.hours).document()]
    entry.changed_at = max(entry.changed_at, act.now)
    line.events.append(
        act.event(
            "stay.over-limit", line.queue, entry.id, hours=limit.hours, until=until.isoformat()
        )
    )
    return True


def _limit_of(act: Act, entry: Entry) -> tuple[StayLimit, datetime] | None:
    came_at = entry.presence_at
    if came_at is None:
        return None
    limits, came_on = act.reference.stay_limits, act.reference.day(came_at)
    limit = limit_for(limits, read_declaration(entry.declared), came_on)
    return None if limit is None else (limit, stays_until(limit, came_at))


def _deadline(act: Act, entry: Entry, until: datetime) -> Deadline:
    return Deadline(
        id=act.tools.new_id(),
        gate_code=entry.gate_code,
        direction=entry.direction,
        kind=DeadlineKind.STAY_LIMIT.value,
        entry_id=entry.id,
        call_id=None,
        due_at=until,
    )
