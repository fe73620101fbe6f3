"""Delegations: who is let be a party, found from the entry, from either side, and by either."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.domain.authorisation import Action, parties_who
from app.domain.delegations import GRANTED, Asked, Side
from app.domain.principal import Principal
from app.domain.questions import DelegationFilter
from app.models import Delegation, Entry, Event, Organisation
from app.models import Principal as PrincipalRow
from app.repositories.pages import page_of


class Between(NamedTuple):
    """A delegation with what a reader asks: of which entry, between whom, by whose word."""

    delegation: Delegation
    reference: str | None
    grantor: str
    organisation: str
    granted_by: str
    ended_by: str | None


class DelegationsRepository:
    """Questions about parties that were let in."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def taker(self, asked: Asked) -> Organisation | None:
        """Return the organisation that a request names."""
        named = (
            Organisation.id == asked.organisation
            if asked.organisation is not None
            else Organisation.tax_code == asked.tax_code
        )
        return await self._session.scalar(select(Organisation).where(named))

    async def same(
        self, grantor_id: UUID, organisation_id: UUID, entry_id: UUID | None, party: str
    ) -> Delegation | None:
        """Return what was granted before and not ended; of all entries where none is named."""
        of = Delegation.entry_id == entry_id if entry_id else Delegation.entry_id.is_(None)
        statement = select(Delegation).where(
            Delegation.grantor_id == grantor_id,
            Delegation.organisation_id == organisation_id,
            Delegation.party == party,
            Delegation.ended_at.is_(None),
            of,
        )
        return await self._session.scalar(statement.with_for_update())

    async def count_open(self, entry_id: UUID) -> int:
        """Return how many parties were let into one entry and not taken out again."""
        statement = select(func.count()).where(
            Delegation.entry_id == entry_id, Delegation.ended_at.is_(None)
        )
        return await self._session.scalar(statement) or 0

    async def locked(self, delegation_id: UUID) -> Delegation | None:
        """Return a delegation as it is now, kept from other writers until the transaction ends."""
        statement = select(Delegation).where(Delegation.id == delegation_id).with_for_update()
        return await self._session.scalar(statement.execution_options(populate_existing=True))

    async def get(self, delegation_id: UUID) -> Between:
        """Return a delegation that is there."""
        statement = _between().where(Delegation.id == delegation_id)
        return Between(*(await self._session.execute(statement)).one())

    async def of_entry(
        self,
        entry_id: UUID,
        organisation_id: UUID | None,
        after: Sequence[Any] | None,
        limit: int,
    ) -> Sequence[Between]:
        """Return up to `limit` of one entry after a cursor, newest first; of one party, or all."""
        statement = _between().where(Delegation.entry_id == entry_id)
        if organisation_id is not None:
            statement = statement.where(Delegation.organisation_id == organisation_id)
        return await self._page(statement, after, limit)

    async def page(
        self,
        organisation_id: UUID,
        where: DelegationFilter,
        after: Sequence[Any] | None,
        limit: int,
    ) -> Sequence[Between]:
        """Return up to `limit` that an organisation gave, or received, newest first."""
        side = Delegation.grantor_id if where.side is Side.GIVEN else Delegation.organisation_id
        statement = _between().where(side == organisation_id, *_narrowed(where))
        return await self._page(statement, after, limit)

    async def _page(
        self,
        statement: Select[*tuple[Any, ...]],
        after: Sequence[Any] | None,
        limit: int,
    ) -> Sequence[Between]:
        order = (Delegation.granted_at, Delegation.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return [Between(*row) for row in await self._session.execute(page)]


def open_to(
    principal: Principal, at: datetime, action: Action = Action.READ
) -> tuple[ColumnElement[bool], ...]:
    """Return the condition of what an organisation may read, or else do, by delegation."""
    own = Delegation.organisation_id == principal.organisation_id
    return (own, *in_force(at), Delegation.party.in_(let_do(action)))


def grantors_to(principal: Principal, at: datetime, action: Action = Action.READ) -> Select[UUID]:
    """Return those who let an organisation read all their entries, or else do that with them."""
    standing = Delegation.entry_id.is_(None)
    whose = select(Delegation.grantor_id)
    return whose.where(*open_to(principal, at, action), standing).distinct()


def let_do(action: Action) -> list[str]:
    """Return the parties that may do something, of those that one can be let be."""
    return [party.value for party in GRANTED if party in parties_who(action)]


def in_force(at: datetime | InstrumentedAttribute[datetime]) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that a delegation has begun at an instant, and not ended."""
    return (
        Delegation.ended_at.is_(None),
        or_(Delegation.starts_at.is_(None), Delegation.starts_at <= at),
        or_(Delegation.ends_at.is_(None), Delegation.ends_at > at),
    )


def granted(principal: Principal, at: datetime) -> ColumnElement[Sequence[str]]:
    """Return the parties that a principal's organisation was let be of the entry beside it."""
    own = and_(Delegation.organisation_id == principal.organisation_id, *in_force(at))
    of_one = select(Delegation.party).where(own, Delegation.entry_id == Entry.id)
    of_all = select(Delegation.party).where(
        own, Delegation.entry_id.is_(None), Delegation.grantor_id == Entry.organisation_id
    )
    both = union_all(of_one.correlate(Entry), of_all.correlate(Entry))
    return func.array(both.scalar_subquery())


def others_who_read(at: InstrumentedAttribute[datetime]) -> ColumnElement[Sequence[UUID]]:
    """Return who reads the entry beside it at an instant, other than its declarant.

    Whom the declarant lets in, and the payer by its tax code where the board has confirmed it.
    """
    reading = (*in_force(at), Delegation.party.in_(let_do(Action.READ)))
    of_one = select(Delegation.organisation_id).where(Delegation.entry_id == Entry.id, *reading)
    of_all = select(Delegation.organisation_id).where(
        Delegation.entry_id.is_(None), Delegation.grantor_id == Entry.organisation_id, *reading
    )
    payer = select(Organisation.id).where(
        Organisation.tax_code == Entry.payer_tax_code, Organisation.verified
    )
    every = union(*(one.correlate(Entry, Event) for one in (of_one, of_all, payer)))
    return func.array(every.scalar_subquery())


def _between() -> Select[*tuple[Any, ...]]:
    grantor, granter, ender = aliased(Organisation), aliased(PrincipalRow), aliased(PrincipalRow)
    return (
        select(
            Delegation, Entry.reference, grantor.name, Organisation.name, granter.name, ender.name
        )
        .outerjoin(Entry, Entry.id == Delegation.entry_id)
        .join(grantor, grantor.id == Delegation.grantor_id)
        .join(Organisation, Organisation.id == Delegation.organisation_id)
        .join(granter, granter.id == Delegation.granted_by)
        .outerjoin(ender, ender.id == Delegation.ended_by)
    )


def _narrowed(where: DelegationFilter) -> Iterator[ColumnElement[bool]]:
    if where.party is not None:
        yield Delegation.party == where.party.value
    if where.entry is not None:
        yield Delegation.entry_id == where.entry
    if where.standing is not None:
        is_standing = Delegation.entry_id.is_(None)
        yield is_standing if where.standing else ~is_standing
    if where.ended is not None:
        yield Delegation.ended_at.is_not(None) if where.ended else Delegation.ended_at.is_(None)
