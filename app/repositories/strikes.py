"""Strikes of companies, how many of theirs wait, and who may not begin to."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.authorisation import Action, decide
from app.domain.principal import Principal
from app.domain.questions import StrikeFilter
from app.domain.strikes import Decision
from app.domain.vocabulary import Queue, Role, State
from app.models import Call, Entry, Organisation, Strike
from app.models import Principal as PrincipalRow
from app.repositories.pages import page_of

# Companies share PostgreSQL's one space of advisory locks with queues (0), retries (1), plates (2).
COMPANY_SEED = 3
LIFTED = Decision.LIFTED.value


class Shown(NamedTuple):
    """A strike with what a reader asks: whose, of which entry and call, who decided."""

    strike: Strike
    call: Call
    reference: str
    plate: str | None
    company: str
    decided_by: str | None


class StrikesRepository:
    """Questions about strikes."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def is_company(self, principal_id: UUID) -> bool:
        """Tell whether a principal acts for a company of its own, not for many as an app does."""
        role = await self._session.scalar(
            select(PrincipalRow.role).where(PrincipalRow.id == principal_id)
        )
        return role == Role.COMPANY

    async def counting(self, organisation_id: UUID, since: date) -> Sequence[tuple[date, str]]:
        """Return the legal day and the policy edition of a company's strikes that count."""
        statement = select(Strike.struck_on, Strike.policy_code).where(
            Strike.organisation_id == organisation_id,
            Strike.struck_on >= since,
            Strike.decision.is_distinct_from(LIFTED),
        )
        return [(on, policy) for on, policy in await self._session.execute(statement)]

    async def try_lock_company(self, organisation_id: UUID) -> bool:
        """Let nobody else begin to wait for a company until the transaction ends; never wait.

        Who asks holds the lock of one queue, and others may hold this one and want that.
        """
        name = func.hashtextextended(f"company:{organisation_id}", COMPANY_SEED)
        return bool(await self._session.scalar(select(func.pg_try_advisory_xact_lock(name))))

    async def count_waiting(self, organisation_id: UUID) -> int:
        """Return how many entries of a company wait or are called, in all queues."""
        statement = (
            select(func.count())
            .select_from(Entry)
            .where(Entry.organisation_id == organisation_id, Entry.queue_key.is_not(None))
        )
        return await self._session.scalar(statement) or 0

    async def kept_out(self, queue: Queue) -> Sequence[UUID]:
        """Return the entries of a queue that limits keep out and have room for, by presence."""
        statement = (
            select(Entry.id)
            .where(Entry.gate_code == queue.gate, Entry.direction == queue.direction.value)
            .where(*kept_out_with_room())
            .order_by(Entry.presence_at, Entry.id)
        )
        return (await self._session.scalars(statement)).all()

    async def kept_out_of(self, organisation_id: UUID) -> Sequence[Entry]:
        """Return the entries of a company that its limit keeps out, by presence."""
        statement = (
            select(Entry)
            .where(Entry.organisation_id == organisation_id, *_kept_out())
            .order_by(Entry.presence_at, Entry.id)
        )
        return (await self._session.scalars(statement)).all()

    async def locked(self, strike_id: UUID) -> Strike | None:
        """Return a strike as it is now, kept from other writers until the transaction ends."""
        statement = select(Strike).where(Strike.id == strike_id).with_for_update()
        return await self._session.scalar(statement.execution_options(populate_existing=True))

    async def get(self, strike_id: UUID, principal: Principal) -> Shown | None:
        """Return a strike that `principal` may see."""
        statement = _shown().where(Strike.id == strike_id, _visible(principal))
        row = (await self._session.execute(statement)).one_or_none()
        return Shown(*row) if row else None

    async def page(
        self, principal: Principal, where: StrikeFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Shown]:
        """Return up to `limit` that `principal` may see, after a cursor, newest first."""
        order = (Strike.struck_at, Strike.id)
        statement = _shown().where(_visible(principal), *_narrowed(where))
        page = page_of(statement, order, after, limit, newest_first=True)
        return [Shown(*row) for row in await self._session.execute(page)]


def _kept_out() -> Iterator[ColumnElement[bool]]:
    yield Entry.limited_until.is_not(None)
    yield Entry.state == State.REGISTERED.value


def kept_out_with_room() -> Iterator[ColumnElement[bool]]:
    """Yield what entries are whom a limit keeps out, and has room for by now."""
    yield from _kept_out()
    yield _has_room()


def _has_room() -> ColumnElement[bool]:
    """Fewer entries of the company wait than its limit allows."""
    waiting = aliased(Entry)
    count = select(func.count()).where(
        waiting.organisation_id == Entry.organisation_id, waiting.queue_key.is_not(None)
    )
    return count.correlate(Entry).scalar_subquery() < Entry.limited_to


def _shown() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Strike, Call, Entry.reference, Entry.tractor_plate, Organisation.name,
            PrincipalRow.name,
        )
        .join(Entry, Entry.id == Strike.entry_id)
        .join(Organisation, Organisation.id == Strike.organisation_id)
        .join(Call, Call.id == Strike.call_id)
        .outerjoin(PrincipalRow, PrincipalRow.id == Strike.decided_by)
    )  # fmt: skip


def _visible(principal: Principal) -> ColumnElement[bool]:
    if decide(principal, Action.STRIKES):
        return true()
    return Strike.organisation_id == principal.organisation_id


def _narrowed(where: StrikeFilter) -> Iterator[ColumnElement[bool]]:
    if where.gate is not None:
        yield Strike.gate_code == where.gate
    if where.entry is not None:
        yield Strike.entry_id == where.entry
    if where.undecided:
        yield Strike.appealed_at.is_not(None)
        yield Strike.decided_at.is_(None)
