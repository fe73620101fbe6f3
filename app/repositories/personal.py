"""Drivers found by keyed hashes of their numbers, and the record of who read their data."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.authorisation import Action, decide
from app.domain.personal import Personal
from app.domain.principal import Principal
from app.domain.questions import ReadFilter
from app.models import Entry, Organisation, PersonalRead
from app.models import Principal as PrincipalRow
from app.repositories.pages import page_of
from app.repositories.retention import HASHES


class Reading(NamedTuple):
    """A reading with what a reader of the record asks: of which entry, by whom, of which house."""

    read: PersonalRead
    reference: str | None
    reader: str
    organisation: str


class PersonalRepository:
    """Questions about whose data are kept, and about those who read them."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def entries_of(
        self,
        principal: Principal,
        field: Personal,
        hashes: Collection[bytes],
        after: Sequence[Any] | None,
        limit: int,
    ) -> Sequence[Entry]:
        """Return up to `limit` entries of a driver after a cursor, newest first.

        A company finds those it declared, not those it only pays for.
        """
        statement = select(Entry).where(HASHES[field].in_(hashes))
        if not decide(principal, Action.PERSONAL):
            statement = statement.where(Entry.organisation_id == principal.organisation_id)
        # Few rows, found first: else the planner may walk all entries by date.
        few = aliased(Entry, statement.offset(0).subquery())
        order = (few.registered_at, few.id)
        page = page_of(select(few), order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()

    async def papers_with(self, phones: Collection[bytes], limit: int) -> Sequence[bytes]:
        """Return up to `limit` document numbers that stand with a phone, sealed, one of each."""
        statement = (
            select(func.min(Entry.driver_document))
            .where(Entry.driver_phone_hash.in_(phones), Entry.driver_document_hash.is_not(None))
            .group_by(Entry.driver_document_hash)
            .limit(limit)
        )
        return [one for one in await self._session.scalars(statement) if one is not None]

    async def companies_of(self, entry_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Return the names of who declared entries, by the entry."""
        statement = (
            select(Entry.id, Organisation.name)
            .join(Organisation, Organisation.id == Entry.organisation_id)
            .where(Entry.id.in_(entry_ids))
        )
        return {row[0]: row[1] for row in await self._session.execute(statement)}

    async def reads_of(self, entry_ids: Collection[UUID]) -> Sequence[Reading]:
        """Return every reading of entries, oldest first."""
        statement = _readings().where(PersonalRead.entry_id.in_(entry_ids))
        ordered = statement.order_by(PersonalRead.read_at, PersonalRead.id)
        return [Reading(*row) for row in await self._session.execute(ordered)]

    async def reads(
        self, principal: Principal, where: ReadFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Reading]:
        """Return up to `limit` readings after a cursor, newest first.

        A company finds the readings of what it declared, whoever read.
        """
        statement = _readings().where(*_narrowed(principal, where))
        order = (PersonalRead.read_at, PersonalRead.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return [Reading(*row) for row in await self._session.execute(page)]


def _readings() -> Select[*tuple[Any, ...]]:
    return (
        select(PersonalRead, Entry.reference, PrincipalRow.name, Organisation.name)
        .outerjoin(Entry, Entry.id == PersonalRead.entry_id)
        .join(PrincipalRow, PrincipalRow.id == PersonalRead.principal_id)
        .join(Organisation, Organisation.id == PersonalRead.organisation_id)
    )


def _narrowed(principal: Principal, where: ReadFilter) -> Iterator[ColumnElement[bool]]:
    if not decide(principal, Action.READINGS):
        yield PersonalRead.company_id == principal.organisation_id
    equal = {
        PersonalRead.entry_id: where.entry,
        PersonalRead.purpose: where.purpose,
        PersonalRead.way: where.way,
    }
    yield from (column == value for column, value in equal.items() if value is not None)
    if where.reader is not None:
        named = select(PrincipalRow.id).where(PrincipalRow.name == where.reader)
        yield PersonalRead.principal_id == named.scalar_subquery()
    if where.read_from is not None:
        yield PersonalRead.read_at >= where.read_from
    if where.read_before is not None:
        yield PersonalRead.read_at < where.read_before
