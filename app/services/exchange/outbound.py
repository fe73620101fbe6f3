"""What entries declare, as it is passed on to others: in the names of the WCO Data Model."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.vocabulary import Direction
from app.domain.wco import Carried, declarations
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached


class Outbound:
    """Passes on what entries declare."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def declarations(self, entry_id: UUID) -> Sequence[Mapping[str, Any]]:
        """Return an entry's consignments, each as a goods declaration; its driver is in none.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's to see.
        """
        entry = await reached(self._uow, self._act, entry_id, Action.READ)
        company = (
            await self._uow.organisations.get(entry.organisation_id)
            if entry.organisation_id
            else None
        )
        carried = Carried(
            reference=entry.reference,
            direction=Direction(entry.direction),
            gate=entry.gate_code,
            yard=entry.yard_code,
            declarant=company.tax_code if company else None,
            declared=entry.declared,
        )
        return declarations(carried)
