"""Organisations: made by the board, verified by it, seen by themselves."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.domain.errors import (
    FieldError,
    OrganisationNotFoundError,
    ReasonRequiredError,
    VerificationNotNeededError,
)
from app.domain.organisations import (
    ROLES,
    OrganisationKind,
    admitted_tax_code,
    ensure_manages,
    sees,
)
from app.domain.questions import OrganisationFilter
from app.domain.vocabulary import Agency
from app.models import Organisation
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["ROLES", "Organisation", "Organisations", "managed"]


class Organisations:
    """Makes, verifies and shows organisations."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def make(
        self, name: str, kind: OrganisationKind, *, agency: Agency | None, tax_code: str | None
    ) -> Organisation:
        """Make an organisation; a company is verified later, in a step of its own.

        Raises:
            OrganisationUnfitError: what it says does not go together.
            OrganisationExistsError: the name or the tax code is another's.
        """
        made = Organisation(
            id=self._act.tools.new_id(),
            name=name,
            kind=kind.value,
            agency=agency.value if agency else None,
            tax_code=admitted_tax_code(kind, agency, tax_code),
            verified=kind is not OrganisationKind.COMPANY,
        )
        self._uow.add(made)
        await self._tell("organisation.made", made)
        await self._uow.organisations.reread(made)
        return made

    async def verify(
        self, organisation_id: UUID, *, verified: bool, reason: str | None
    ) -> Organisation:
        """Confirm a company, or take that back for a reason; its keys act, or do not, at once.

        Raises:
            OrganisationNotFoundError, VerificationNotNeededError.
            ReasonRequiredError: it is taken back without one.
        """
        found = await managed(self._uow, self._act, organisation_id)
        if found.kind != OrganisationKind.COMPANY:
            raise VerificationNotNeededError
        if not verified and reason is None:
            raise ReasonRequiredError(errors=(FieldError("/reason", "required"),))
        found.verified, found.doubt = verified, None if verified else reason
        await self._tell("organisation.verified" if verified else "organisation.doubted", found)
        return found

    async def get(self, organisation_id: UUID) -> Organisation:
        """Return an organisation.

        Raises:
            OrganisationNotFoundError: none of that id, or not the principal's to see.
        """
        found = await self._uow.organisations.get(organisation_id)
        if found is None or not sees(self._act.principal, organisation_id):
            raise OrganisationNotFoundError
        return found

    async def page(
        self, where: OrganisationFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Organisation]:
        """Return up to `limit` organisations after a cursor, newest first."""
        return await self._uow.organisations.page(where, after, limit)

    async def _tell(self, kind: str, one: Organisation) -> None:
        await self._uow.flush()
        event = self._act.event(
            kind, None, None, None, organisation=str(one.id), organisation_kind=one.kind
        )
        await self._uow.records.insert_events([event])


async def managed(uow: UnitOfWork, act: Act, organisation_id: UUID) -> Organisation:
    """Return an organisation that the principal manages, locked against others who do.

    Raises:
        OrganisationNotFoundError: none of that id, or not the principal's to manage.
    """
    ensure_manages(act.principal, organisation_id)
    found = await uow.organisations.locked(organisation_id)
    if found is None:
        raise OrganisationNotFoundError
    return found
