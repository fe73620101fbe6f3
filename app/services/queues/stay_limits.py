"""Foreign vehicles that stay too long: watched from their presence, warned of at the instant."""

from datetime import datetime

from app.domain.deadlines import DeadlineKind
from app.domain.declaration import read_declaration
from app.domain.findings import warning
from app.domain.stay_limits import OVERSTAYED, StayLimit, limit_for, stays_until
from app.domain.steps import ENDINGS
from app.domain.vocabulary import State
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.queues.due import due
from app.services.queues.waiting import WaitingLine


def watch_stay(uow: UnitOfWork, act: Act, entry: Entry) -> None:
    """Let the end of a vehicle's stay become due, if it has one.

    Ask when its presence is set, or when it is declared as another kind of visitor.
    """
    found = _limit_of(act, entry)
    if found is not None:
        uow.add(due(act, entry, DeadlineKind.STAY_LIMIT, found[1]))


def warn_of_stay(uow: UnitOfWork, act: Act, entry: Entry, line: WaitingLine) -> None:
    """Warn, once, of a vehicle that has stayed as long as it may by this act.

    What is known of it may have changed since it was watched: then it has no limit, or a later one.
    """
    found = _limit_of(act, entry)
    known = {finding["rule"] for finding in entry.findings}
    if found is None or State(entry.state) in ENDINGS or OVERSTAYED in known:
        return
    limit, until = found
    if until > act.now:
        uow.add(due(act, entry, DeadlineKind.STAY_LIMIT, until))
        return
    entry.findings = [*entry.findings, warning(OVERSTAYED, "", limit.hours).document()]
    entry.changed_at = max(entry.changed_at, act.now)
    line.events.append(
        act.event(
            "stay.over_limit", line.queue, entry.id, hours=limit.hours, until=until.isoformat()
        )
    )


def _limit_of(act: Act, entry: Entry) -> tuple[StayLimit, datetime] | None:
    came_at = entry.presence_at
    if came_at is None:
        return None
    limits, came_on = act.reference.stay_limits, act.reference.day(came_at)
    limit = limit_for(limits, read_declaration(entry.declared), came_on)
    return None if limit is None else (limit, stays_until(limit, came_at))
