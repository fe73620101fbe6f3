"""Organisations and the clients that act for them."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.principal import PrincipalKind
from app.domain.questions import OrganisationFilter
from app.models import Organisation, Principal
from app.repositories.pages import page_of

IS_CLIENT = Principal.kind == PrincipalKind.CLIENT.value


class OrganisationsRepository:
    """Questions about who there is."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within the transaction of `session`."""
        self._session = session

    async def get(self, organisation_id: UUID) -> Organisation | None:
        """Return an organisation."""
        return await self._session.get(Organisation, organisation_id)

    async def locked(self, organisation_id: UUID) -> Organisation | None:
        """Return an organisation, kept from others who manage it until the transaction ends.

        Whoever stores rows that name it, as a registration does, does not wait.
        """
        statement = select(Organisation).where(Organisation.id == organisation_id)
        statement = statement.with_for_update(key_share=True)
        return await self._session.scalar(statement.execution_options(populate_existing=True))

    async def page(
        self, where: OrganisationFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Organisation]:
        """Return up to `limit` organisations after a cursor, newest first."""
        statement = select(Organisation).where(*_narrowed(where))
        order = (Organisation.created_at, Organisation.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()

    async def client(self, client_id: UUID) -> Principal | None:
        """Return a client."""
        statement = select(Principal).where(Principal.id == client_id, IS_CLIENT)
        return await self._session.scalar(statement)

    async def clients(
        self, organisation_id: UUID, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Principal]:
        """Return up to `limit` clients of an organisation after a cursor, newest first."""
        own = Principal.organisation_id == organisation_id
        statement = select(Principal).where(own, IS_CLIENT)
        order = (Principal.created_at, Principal.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()

    async def reread(self, one: Organisation | Principal) -> None:
        """Read a row again: as it is now, with what the database has put into it."""
        await self._session.refresh(one)


def _narrowed(where: OrganisationFilter) -> Iterator[ColumnElement[bool]]:
    if where.kind is not None:
        yield Organisation.kind == where.kind.value
    if where.verified is not None:
        yield Organisation.verified.is_(where.verified)
    if where.tax_code is not None:
        yield Organisation.tax_code == where.tax_code
    if where.name is not None:
        yield Organisation.name == where.name
