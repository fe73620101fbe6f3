"""Notices: posted and lifted under the locks of the queues they are about.

Who waits for a queue's lock meanwhile goes on by the notices as they are when it has it
(`on_newest_notices`), so that the order of the events is the order in which things held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.errors import NoticeEndedError, NoticeNotFoundError, UnknownCodeError
from app.domain.notices import Notices, Wanted, begins
from app.domain.questions import NoticeFilter
from app.domain.vocabulary import Direction, Queue
from app.models import Notice
from app.repositories.notices import counted
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act

__all__ = ["Notice", "Noticing", "counted", "notice_of", "notices_page", "on_newest_notices"]


async def on_newest_notices(uow: UnitOfWork, act: Act, revision: int) -> Act:
    """Return an act that goes by the notices as they are; ask under the queue's lock.

    The edge read them before the act waited for the lock. `revision` is that of the reference data
    now: where it has not moved, nothing is asked. Else the act comes after what was told meanwhile,
    and is dated no earlier.
    """
    if revision == act.reference.revision:
        return act
    notices = Notices(await uow.notices.counting())
    act = replace(act, reference=act.reference.with_notices(notices))
    return act.not_before(notices.told_at)


class Noticing:
    """Posts and lifts notices."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def post(self, wanted: Wanted) -> Notice:
        """Post a notice; it begins now or later, and every process goes by it within a second.

        Raises:
            UnknownCodeError, NoticeUnfitError.
        """
        self._ensure_known(wanted)
        wanted = _in_whole_seconds(wanted)
        queues = _queues(wanted.gate, wanted.direction)
        await self._lock(queues)
        notice = self._row(wanted, begins(wanted, self._act.now))
        self._uow.add(notice)
        await self._tell("notice.posted", queues, _facts(notice))
        return notice

    async def lift(self, notice_id: UUID, reason: str) -> Notice:
        """End a notice now; one that has not begun never begins.

        Raises:
            NoticeNotFoundError, NoticeEndedError.
        """
        found = await notice_of(self._uow, notice_id)
        queues = _queues(found.gate_code, Direction(found.direction) if found.direction else None)
        await self._lock(queues)
        notice = await self._uow.notices.locked(notice_id)
        if counted(notice).is_over(self._act.now):
            raise NoticeEndedError
        notice.lifted_at, notice.lifted_by = self._act.now, self._act.principal.id
        notice.lift_reason = reason
        facts = {"notice": str(notice.id), "lifted_at": self._act.now.isoformat()}
        await self._tell("notice.lifted", queues, facts)
        return notice

    def _ensure_known(self, wanted: Wanted) -> None:
        reference = self._act.reference
        gate = reference.gate(wanted.gate)
        groups = {group for one in reference.tariffs.editions.values() for group in one.groups}
        unknown = {
            "/route": None if wanted.route and gate.route(wanted.route) else wanted.route,
            "/goods_group": None if wanted.goods_group in groups else wanted.goods_group,
        }
        for pointer, code in unknown.items():
            if code is not None:
                raise UnknownCodeError.at(pointer, code)

    async def _lock(self, queues: Sequence[Queue]) -> None:
        """Keep the queues to itself, and go on no earlier than anything that happened in them."""
        for queue in queues:
            await self._uow.queues.lock(queue, exclusive=True)
        told = [await self._uow.records.newest_at(queue) for queue in queues]
        self._act = self._act.not_before(*told)

    def _row(self, wanted: Wanted, starts_at: datetime) -> Notice:
        act = self._act
        return Notice(
            id=act.tools.new_id(),
            kind=wanted.kind.value,
            gate_code=wanted.gate,
            direction=wanted.direction.value if wanted.direction else None,
            route_code=wanted.route,
            goods_group=wanted.goods_group,
            starts_at=starts_at,
            ends_at=wanted.ends_at,
            per_hour=wanted.per_hour,
            per_day=wanted.per_day,
            text_vi=wanted.vi,
            text_en=wanted.en,
            text_zh=wanted.zh,
            posted_at=act.now,
            posted_by=act.principal.id,
            authority=act.principal.authority,
        )

    async def _tell(self, kind: str, queues: Sequence[Queue], facts: Mapping[str, Any]) -> None:
        """Tell of it in each queue, and let every process know that its reference data are old."""
        await self._uow.flush()
        events = [self._act.event(kind, queue, None, None, **facts) for queue in queues]
        await self._uow.records.insert_events(events)
        await self._uow.reference.bump()


async def notice_of(uow: UnitOfWork, notice_id: UUID) -> Notice:
    """Return a notice, in force or not.

    Raises:
        NoticeNotFoundError.
    """
    notice = await uow.notices.get(notice_id)
    if notice is None:
        raise NoticeNotFoundError
    return notice


async def notices_page(
    uow: UnitOfWork, where: NoticeFilter, after: Sequence[Any] | None, limit: int
) -> Sequence[Notice]:
    """Return up to `limit` notices after a cursor, the last posted first."""
    return await uow.notices.page(where, after, limit)


def _queues(gate: str, direction: Direction | None) -> list[Queue]:
    """Return the queues that a notice is about, in the order in which locks are taken."""
    return sorted(Queue(gate, one) for one in Direction if direction in (None, one))


def _in_whole_seconds(wanted: Wanted) -> Wanted:
    ends = (wanted.starts_at, wanted.ends_at)
    starts_at, ends_at = (at.replace(microsecond=0) if at else None for at in ends)
    return replace(wanted, starts_at=starts_at, ends_at=ends_at)


def _facts(notice: Notice) -> Mapping[str, Any]:
    return {
        "notice": str(notice.id),
        "notice_kind": notice.kind,
        "starts_at": notice.starts_at.isoformat(),
        "ends_at": notice.ends_at.isoformat() if notice.ends_at else None,
        "route": notice.route_code,
        "goods_group": notice.goods_group,
        "per_hour": notice.per_hour,
        "per_day": notice.per_day,
    }
