"""Opening commitments: for the parties of an entry, and for auditors, who are recorded first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.openings import OF_AUDITORS, OF_PARTIES, OpeningPurpose
from app.models import Entry, LogDisclosure, LogOpening
from app.repositories.log import Disclosed
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Disclosed", "Entry", "LogOpening", "Opening"]

Opened = tuple[Entry, Sequence[LogOpening]]


class Opening:
    """Gives out what opens the commitments of entries, and shows to which auditors."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def of_party(self, entry_id: UUID) -> Opened:
        """Return an entry and what opens the commitments to its plate and company.

        Raises:
            EntryNotFoundError: none of that id, or the principal is no party of it.
        """
        entry = await reached(self._uow, self._act, entry_id, Action.OPEN)
        return entry, await self._uow.log.openings(entry.id, OF_PARTIES)

    async def disclose(self, entry_id: UUID, purpose: OpeningPurpose, reason: str) -> Opened:
        """Return an entry and all that opens its commitments; who asked is recorded before.

        Raises:
            EntryNotFoundError: none of that id.
        """
        act = self._act
        entry = await reached(self._uow, act, entry_id, Action.OPEN)
        self._uow.add(
            LogDisclosure(
                id=act.tools.new_id(),
                entry_id=entry.id,
                company_id=entry.organisation_id,
                purpose=purpose.value,
                reason=reason,
                opened_at=act.now,
                principal_id=act.principal.id,
                organisation_id=act.principal.organisation_id,
            )
        )
        await self._uow.flush()
        return entry, await self._uow.log.openings(entry.id, OF_AUDITORS)

    async def page(
        self, entry: UUID | None, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Disclosed]:
        """Return up to `limit` openings by auditors after a cursor that the principal may see."""
        return await self._uow.log.disclosures(self._act.principal, entry, after, limit)
