"""What is kept of people and for how long no more: found by its end, oldest first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, exists, func, or_, select, union, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.personal import Personal
from app.models import (
    Difficulty,
    Entry,
    Member,
    Payment,
    PaymentReview,
    PersonalRead,
    Principal,
    Refund,
    Strike,
    SubjectErasure,
)

COLUMNS = {
    Personal.NAME: Entry.driver_name,
    Personal.DOCUMENT_NUMBER: Entry.driver_document,
    Personal.PHONE: Entry.driver_phone,
}
HASHES = {
    Personal.DOCUMENT_NUMBER: Entry.driver_document_hash,
    Personal.PHONE: Entry.driver_phone_hash,
}
ASKED = exists().where(SubjectErasure.entry_id == Entry.id, SubjectErasure.done_at.is_(None))
Cutoffs = Mapping[Personal, datetime]
"""The instant before which an entry has ended that keeps a field no more."""


class RetentionRepository:
    """Questions about what is over."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def over(self, cutoffs: Cutoffs, limit: int) -> Sequence[UUID]:
        """Return up to `limit` entries for each field that they keep no more."""
        parts = (self._over(field, before).limit(limit) for field, before in cutoffs.items())
        return await self._ids(parts)

    async def over_as_asked(self, cutoffs: Cutoffs, limit: int) -> Sequence[UUID]:
        """Return the same of those only whose driver has asked to be forgotten."""
        parts = (
            self._over(field, before).where(ASKED).limit(limit) for field, before in cutoffs.items()
        )
        return await self._ids(parts)

    def _over(self, field: Personal, before: datetime) -> Select[UUID]:
        return (
            select(Entry.id)
            .where(Entry.ended_at.is_not(None), COLUMNS[field].is_not(None))
            .where(Entry.ended_at < before)
            .order_by(Entry.ended_at)
        )

    async def _ids(self, parts: Iterable[Select[UUID]]) -> Sequence[UUID]:
        found = union(*(select(part.subquery().c.id) for part in parts))
        return [row[0] for row in await self._session.execute(found)]

    async def locked(self, entry_ids: Collection[UUID]) -> Sequence[Entry]:
        """Return entries as they are now, kept from other writers, in the order of their ids."""
        statement = (
            select(Entry)
            .where(Entry.id.in_(entry_ids))
            .order_by(Entry.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).all()

    async def asked(self, entry_ids: Collection[UUID], by: UUID, at: datetime) -> None:
        """Keep that the drivers of these entries asked to be forgotten; the first time stays."""
        if not entry_ids:
            return
        rows = [{"entry_id": one, "asked_at": at, "asked_by": by} for one in entry_ids]
        await self._session.execute(insert(SubjectErasure).on_conflict_do_nothing(), rows)

    async def done(self, entry_ids: Collection[UUID], at: datetime) -> None:
        """Keep that nothing is left of the drivers who asked."""
        statement = (
            update(SubjectErasure)
            .where(SubjectErasure.entry_id.in_(entry_ids), SubjectErasure.done_at.is_(None))
            .values(done_at=at)
        )
        await self._session.execute(statement)

    async def difficulties_over(self, before: datetime, limit: int) -> Sequence[Difficulty]:
        """Return up to `limit` difficulties that were answered before, kept from other writers."""
        statement = (
            select(Difficulty)
            .where(Difficulty.answered_at < before, Difficulty.erased_at.is_(None))
            .order_by(Difficulty.answered_at, Difficulty.id)
            .limit(limit)
            .with_for_update(key_share=True)
        )
        return (await self._session.scalars(statement)).all()

    async def difficulties_by_link(self, entry_ids: Collection[UUID]) -> Sequence[Difficulty]:
        """Return what was reported by the tracking links of entries, kept from other writers."""
        statement = (
            select(Difficulty)
            .where(Difficulty.entry_id.in_(entry_ids), Difficulty.reported_by.is_(None))
            .order_by(Difficulty.id)
            .with_for_update(key_share=True)
        )
        return (await self._session.scalars(statement)).all()

    async def strikes_over(self, before: datetime, limit: int) -> Sequence[Strike]:
        """Return up to `limit` strikes that were decided on before, kept from other writers."""
        statement = (
            select(Strike)
            .where(Strike.decided_at < before, Strike.erased_at.is_(None))
            .order_by(Strike.decided_at, Strike.id)
            .limit(limit)
            .with_for_update(key_share=True)
        )
        return (await self._session.scalars(statement)).all()

    async def members_over(self, before: datetime, limit: int) -> Sequence[Member]:
        """Return up to `limit` members who were disabled before, kept from other writers."""
        statement = (
            select(Member)
            .join(Principal, Principal.id == Member.id)
            .where(Principal.revoked_at < before, Member.erased_at.is_(None))
            .order_by(Member.id)
            .limit(limit)
            .with_for_update(key_share=True, of=Member)
        )
        return (await self._session.scalars(statement)).all()

    async def refunds_over(self, before: datetime, limit: int) -> Sequence[Refund]:
        """Return up to `limit` refunds that ended before, kept from other writers."""
        ended_at = func.coalesce(Refund.paid_at, Refund.cancelled_at)
        statement = (
            select(Refund)
            .where(ended_at < before, Refund.erased_at.is_(None), Refund.payee_name.is_not(None))
            .order_by(Refund.id)
            .limit(limit)
            .with_for_update(key_share=True)
        )
        return (await self._session.scalars(statement)).all()

    async def forget_purposes(self, before: datetime, limit: int) -> int:
        """Erase what the payers of up to `limit` payments of before wrote; return of how many.

        Whoever decides about money under review still reads it.
        """
        since = func.coalesce(PaymentReview.settled_at, Payment.received_at)
        old = (
            select(Payment.id)
            .outerjoin(PaymentReview, PaymentReview.payment_id == Payment.id)
            .where(
                Payment.purpose.is_not(None),
                Payment.received_at < before,
                since < before,
                or_(PaymentReview.id.is_(None), PaymentReview.settled_at.is_not(None)),
            )
            .order_by(Payment.received_at, Payment.id)
            .limit(limit)
        )
        erased = update(Payment).where(Payment.id.in_(old)).values(purpose=None)
        return len((await self._session.scalars(erased.returning(Payment.id))).all())

    async def forget_reads(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` readings of before; return how many."""
        old = (
            select(PersonalRead.id)
            .where(PersonalRead.read_at < before)
            .order_by(PersonalRead.read_at)
            .limit(limit)
        )
        statement = delete(PersonalRead).where(PersonalRead.id.in_(old)).returning(PersonalRead.id)
        return len((await self._session.execute(statement)).all())
