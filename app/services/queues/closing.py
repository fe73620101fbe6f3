"""What keeps an entry from being called now, while its queue goes on: closures and notices."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.closures import Candidate, Closure, excluding, exclusion
from app.domain.declaration import read_declaration
from app.domain.notices import Notice
from app.domain.vocabulary import Queue, Role, State
from app.models import Entry
from app.services.act import Today
from app.services.queues.waiting import BEFORE_GATE, queue_of

# Whose word the gates' calendars are.
POSTS_CLOSURES = Role.BOARD.value
BEFORE_ADMISSION = frozenset({*BEFORE_GATE, State.ARRIVED})


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why an entry is not called: by whose word, by which closure's cause or which notice."""

    reason: str
    posted_by: str
    cause: str | None = None
    notice: UUID | None = None

    def document(self) -> dict[str, Any]:
        """Return the exclusion as it is stored with the skip it causes."""
        return {
            "reason": self.reason,
            "posted_by": self.posted_by,
            "cause": self.cause,
            "notice": str(self.notice) if self.notice else None,
        }


def excludes_some(today: Today, queue: Queue) -> bool:
    """Tell whether a closure or a notice keeps some of a queue from being called now."""
    closures = today.reference.gates[queue.gate].closures
    if excluding(closures, today.day, queue.direction):
        return True
    return bool(today.reference.notices.excluding(queue, today.now))


def exclusion_of(today: Today, entry: Entry, used_up: Collection[Notice] = ()) -> Exclusion | None:
    """Return the first thing that excludes an entry now, or None; `used_up` are limits that do."""
    queue = queue_of(entry)
    if not used_up and not excludes_some(today, queue):
        return None
    candidate = _candidate(today, entry)
    closure = exclusion(today.reference.gates[queue.gate].closures, today.day, candidate)
    if closure is not None:
        return _by_closure(closure)
    notices = (*today.reference.notices.excluding(queue, today.now), *used_up)
    return next((by_notice(one) for one in notices if is_about(one, entry)), None)


def is_about(notice: Notice, entry: Entry) -> bool:
    """Tell whether a notice is about an entry; its goods are read only where that is asked."""
    if notice.route not in (None, entry.route_code):
        return False
    groups = read_declaration(entry.declared).goods_groups if notice.goods_group else ()
    return notice.goods_group is None or notice.goods_group in groups


def notices_about(today: Today, entry: Entry) -> Sequence[Notice]:
    """Return the notices in force that an entry before its gate has to do with."""
    if State(entry.state) not in BEFORE_ADMISSION:
        return ()
    found = today.reference.notices.in_force(queue_of(entry), today.now)
    return [notice for notice in found if is_about(notice, entry)]


def by_notice(notice: Notice) -> Exclusion:
    """Return the exclusion by a notice, as skips tell it."""
    return Exclusion(notice.kind.value, notice.posted_by, notice=notice.id)


def _by_closure(closure: Closure) -> Exclusion:
    return Exclusion(closure.kind.value, POSTS_CLOSURES, closure.reason)


def _candidate(today: Today, entry: Entry) -> Candidate:
    return Candidate(
        direction=queue_of(entry).direction,
        registered_on=today.reference.day(entry.registered_at),
        waits_on=today.reference.day(entry.waits_from) if entry.waits_from else None,
        goods_groups=read_declaration(entry.declared).goods_groups,
    )
